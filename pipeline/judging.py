"""Rows of a delivery get their verdicts: read, located, and accepted or set aside with a reason."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from pipeline.city import City
from pipeline.errors import BatchInconsistent, SourceRefused, StatementFailed
from pipeline.places.boundaries import Boundaries, read_boundaries
from pipeline.sources import READERS
from pipeline.sources.base import Reading
from pipeline.sources.declaration import Source
from pipeline.sources.normalise import normalise
from pipeline.sources.prepare import in_parts
from pipeline.sources.times import swapped_formats, zero_times
from pipeline.store.archive import ArchivedFile
from pipeline.store.warehouse import Warehouse

ROWS_LOCATED_AT_ONCE = 500_000
# A few days that fit only the other way round are slips of the pen. More are another convention,
# in which the days up to the twelfth would silently count for other days.
MOST_SWAPPED = 0.01


def judge(
    warehouse: Warehouse,
    files: Sequence[ArchivedFile],
    *,
    source: Source,
    city: City,
    received_at: datetime,
    work: Path,
) -> list[int]:
    """Read files and give every row its verdict, in the temporary table `judged`.

    Args:
        warehouse: Open for writing.
        files: Of one delivery.
        source: How to read them.
        city: For the time zone and the boundaries.
        received_at: When they came; no row may lie after it.
        work: Folder for working copies, which are removed.

    Returns:
        Rows read, by file.

    Raises:
        SourceRefused: If a file cannot be taken, or holds day and month in another order.
        BatchInconsistent: If rows are not accounted for.
    """
    warehouse.run("arrival_table")
    warehouse.run("unreadable_table")
    rows_by_file = [
        _read_file(warehouse, file, number=number, source=source, city=city, work=work)
        for number, file in enumerate(files, start=1)
    ]
    warehouse.run(
        "judge",
        repeats=source.identity.repeats,
        zero_times=zero_times(source.occurred, city.about.timezone),
        last_possible_day=_last_possible_day(source, received_at),
    )
    _refuse_swapped_days(warehouse, source)
    return rows_by_file


def _last_possible_day(source: Source, received_at: datetime) -> date:
    """The day after delivery, for clocks that are ahead; the whole month where only it is known."""
    day = (received_at + timedelta(days=1)).date()
    if source.occurred.precision != "month":
        return day
    return day.replace(day=monthrange(day.year, day.month)[1])


def _read_file(
    warehouse: Warehouse,
    file: ArchivedFile,
    *,
    number: int,
    source: Source,
    city: City,
    work: Path,
) -> int:
    """Add one file's rows, and those that could not be taken apart, to the temporary tables."""
    n_readable = n_unreadable = 0
    with in_parts(file.path, source=source, name=file.name, folder=work) as parts:
        for part in parts:
            before = (n_readable, n_readable + n_unreadable)
            readable, unreadable = _read_part(
                warehouse, part, file.name, number=number, before=before, source=source, city=city
            )
            n_readable, n_unreadable = n_readable + readable, n_unreadable + unreadable
    if source.place.by_position:
        _locate(warehouse, number=number, n_rows=n_readable, source=source, city=city)
    return n_readable + n_unreadable


def _read_part(
    warehouse: Warehouse,
    path: Path,
    name: str,
    *,
    number: int,
    before: tuple[int, int],
    source: Source,
    city: City,
) -> tuple[int, int]:
    """Add the rows of a part; `before` it lay so many readable rows, and so many of any kind.

    Returns:
        How many rows could be taken apart, and how many not.
    """
    reader, file = READERS[source.format], Reading(warehouse.connection, path, source, name)
    n_readable_before, n_before = before
    try:
        rows = reader.rows(file)
        arriving = normalise(rows, source=source, timezone=city.about.timezone)
        with warehouse.table("arriving", arriving):
            warehouse.run("arrival_add", file_number=number, rows_before=n_readable_before)
    except (duckdb.Error, StatementFailed) as error:
        raise SourceRefused(
            f"{name}: {str(error).splitlines()[0]}",
            expected=f"a file as sources/{source.id}.toml declares it",
            try_next="compare the file's columns, formats and encoding with the declaration",
        ) from error
    rejects = reader.rejects(file)
    if rejects:
        with warehouse.table("arriving_rejects", pd.DataFrame(rejects)):
            warehouse.run("unreadable_add", file_number=number, rows_before=n_before)
    counted = warehouse.rows("arrival_rows", file_number=number)[0][0]
    n_readable = int(str(counted)) - n_readable_before
    reader.check_total(file, rows_read=n_readable + len(rejects))
    return n_readable, len(rejects)


def _locate(warehouse: Warehouse, *, number: int, n_rows: int, source: Source, city: City) -> None:
    """Put towns in the place of positions, a stretch of rows at a time."""
    boundaries = city_boundaries(city)
    for first in range(1, n_rows + 1, ROWS_LOCATED_AT_ONCE):
        last = first + ROWS_LOCATED_AT_ONCE - 1
        stretch = {"file_number": number, "first_row": first, "last_row": last}
        points = warehouse.frame("arrival_positions", **stretch)
        places = boundaries.locate(
            points["longitude"].to_numpy(float),
            points["latitude"].to_numpy(float),
            points["day"].to_numpy("datetime64[D]"),
            datum=source.place.datum,
            defaults=source.place.defaults,
        )
        found = pd.DataFrame({"file_row": points["file_row"], "place_value": places})
        with warehouse.table("arriving_places", found.astype({"place_value": "str"})):
            warehouse.run("arrival_places", file_number=number)


def city_boundaries(city: City) -> Boundaries:
    """The city's boundaries, needed where positions tell the place.

    Raises:
        ConfigurationMistake: If the file is missing or wrong.
    """
    return read_boundaries(city.folder / "boundaries.geojson", list(city.towns))


def _refuse_swapped_days(warehouse: Warehouse, source: Source) -> None:
    """A file with day and month in the other order would be read wrong in silence."""
    formats = swapped_formats(source.occurred.formats)
    if not formats:
        return
    n_swapped, n_rows = (int(str(n)) for n in warehouse.rows("swapped_days", formats=formats)[0])
    if n_swapped > MOST_SWAPPED * n_rows:
        raise SourceRefused(
            f"{n_swapped:,} of {n_rows:,} times in '{source.occurred.column}' have day and month "
            "in the other order",
            expected=f"{', '.join(source.occurred.formats)}, as declared",
            try_next=f"if the publisher writes {formats[0]}, declare that in "
            f"sources/{source.id}.toml; if both are in one file, ask for it again",
        )


def judged_totals(warehouse: Warehouse, rows_read: int) -> tuple[int, int, int]:
    """Rows accepted, duplicate and rejected.

    Raises:
        BatchInconsistent: If they do not add up to the rows read.
    """
    accepted, duplicate, rejected = (int(str(n)) for n in warehouse.rows("judged_totals")[0])
    if accepted + duplicate + rejected != rows_read:
        raise BatchInconsistent(
            f"{rows_read} rows read, but {accepted} accepted + {duplicate} duplicate + "
            f"{rejected} rejected",
            expected="every row to have one verdict",
            try_next="report this with the source's declaration; nothing was kept of the batch",
        )
    return accepted, duplicate, rejected
