"""Values that no incident tells: surveys, measurements and registers, by town and period.

`external.csv` of the city folder: indicator, town_id, period, value, status, reported_on. What is
late or missing is missing, never zero.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from indices.periods import Period, parse_period
from pipeline.tables import read_day, read_table

EXTERNAL_FILE = "external.csv"
COLUMNS = ("indicator", "town_id", "period", "value", "status", "reported_on")
STATUSES = ("normal", "provisional", "missing")
CODE = re.compile(r"[a-z][a-z0-9_]*")  # as of the indicators of methods
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
LARGEST = 1e12
MOST_TOLD = 50
LONGEST_TOLD = 40  # marks of what stands in a cell


@dataclass(frozen=True)
class ExternalValue:
    """One value of one town and period."""

    indicator: str
    town_id: str
    period: Period
    value: float | None  # None: reported as missing
    status: str
    reported_on: date


def read_external(
    folder: Path, town_ids: set[str], mistakes: list[str]
) -> tuple[ExternalValue, ...]:
    """Rows of `external.csv`; mistakes are added to the list.

    Args:
        folder: Of the city.
        town_ids: All towns that ever were.
        mistakes: What is wrong is added here.
    """
    path, wrong = folder / EXTERNAL_FILE, list[str]()
    found: dict[tuple[str, str, str, str], ExternalValue] = {}
    read_period = cache(parse_period)  # few periods, many lines
    for number, row in enumerate(read_table(path, COLUMNS, mistakes) if path.exists() else [], 2):
        value = _read_value(row, town_ids, read_period)
        key = (row["indicator"], row["town_id"], row["period"], row["reported_on"])
        if isinstance(value, str):
            wrong.append(f"{EXTERNAL_FILE}: line {number}: {value}")
        elif key in found:
            wrong.append(f"{EXTERNAL_FILE}: line {number}: the same value stands there twice")
        else:
            found[key] = value
    mistakes += wrong[:MOST_TOLD]
    if len(wrong) > MOST_TOLD:
        mistakes.append(f"{EXTERNAL_FILE}: and {len(wrong) - MOST_TOLD:,} more mistakes")
    return tuple(found.values())


def _read_value(
    row: dict[str, str], town_ids: set[str], read_period: Callable[[str], Period]
) -> ExternalValue | str:
    """A row, or what is wrong with it."""
    wrong = next((say(row) for is_wrong, say in RULES if is_wrong(row, town_ids)), None)
    if wrong:
        return wrong
    try:
        period = read_period(row["period"])
    except ValueError:
        return f"period is {_shown(row['period'])}, expected a label as 2019, 2019-Q1 or 2019-03"
    value = float(row["value"]) if row["value"] else None
    reported = date.fromisoformat(row["reported_on"])
    return ExternalValue(row["indicator"], row["town_id"], period, value, row["status"], reported)


def _is_number(text: str) -> bool:
    return bool(NUMBER.fullmatch(text)) and abs(float(text)) <= LARGEST


def _shown(text: str) -> str:
    """What stands in a cell, cut short."""
    return repr(text if len(text) <= LONGEST_TOLD else text[:LONGEST_TOLD] + "...")


Row = dict[str, str]
RULES: tuple[tuple[Callable[[Row, set[str]], bool], Callable[[Row], str]], ...] = (
    (
        lambda row, _: not CODE.fullmatch(row["indicator"]),
        lambda row: f"indicator is {_shown(row['indicator'])}, expected a code as in method files",
    ),
    (
        lambda row, towns: row["town_id"] not in towns,
        lambda row: f"{_shown(row['town_id'])} is no town_id of towns.csv",
    ),
    (
        lambda row, _: row["status"] not in STATUSES,
        lambda row: f"status is {_shown(row['status'])}, expected one of {', '.join(STATUSES)}",
    ),
    (
        lambda row, _: read_day(row["reported_on"]) is None,
        lambda row: f"reported_on is {_shown(row['reported_on'])}, expected a day as 2020-01-31",
    ),
    (
        lambda row, _: (row["value"] == "") != (row["status"] == "missing"),
        lambda _: "a value is blank where its status is 'missing', and nowhere else",
    ),
    (
        lambda row, _: bool(row["value"]) and not _is_number(row["value"]),
        lambda row: (
            f"value is {_shown(row['value'])}, expected a number as 71.5, at most {LARGEST:g}"
        ),
    ),
)


def newest_value(
    values: tuple[ExternalValue, ...], *, period: Period, valid_for_days: int
) -> float | None:
    """The value that holds for a period: the newest that ended with it or before, if not too old.

    Args:
        values: Of one indicator and town.
        period: That is scored.
        valid_for_days: How long after its period has ended a value may stand for later ones.

    A value reported after the period still belongs to it: lateness is no reason to know less. Of
    two reports on one period the later one counts.
    """
    fitting = [
        value
        for value in values
        if value.period.last <= period.last
        and (period.last - value.period.last).days <= valid_for_days
    ]
    if not fitting:
        return None
    return max(fitting, key=lambda value: (value.period.last, value.reported_on)).value
