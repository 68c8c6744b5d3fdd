"""The small tables of a city folder: read whole, all mistakes gathered."""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path


def read_table(
    path: Path, columns: Iterable[str], mistakes: list[str], *, optional: Iterable[str] = ()
) -> list[dict[str, str]]:
    """Rows of a table, trimmed; a missing or misnamed one is a mistake.

    Args:
        path: CSV in UTF-8.
        columns: That must be there.
        mistakes: What is wrong is added here.
        optional: That may be there; blank where they are not.
    """
    wanted = [*columns]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in wanted if column not in (reader.fieldnames or ())]
            if missing:
                mistakes.append(f"{path.name}: missing column(s) {', '.join(missing)}")
                return []
            return [
                {key: (row.get(key) or "").strip() for key in (*wanted, *optional)}
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        mistakes.append(f"{path.name}: {error}")
        return []


def read_day(text: str) -> date | None:
    """A day as YYYY-MM-DD, None where it is blank or none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
