"""Which columns say when an incident happened and when it was reported."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from duckdb import ConstantExpression, DuckDBPyConnection

from pipeline.sources.declaration import HHMM, HOUR, SLOT, TimeColumn, TimeOfDay
from pipeline.sources.times import local_time
from pipeline.survey.columns.names import OCCURRED, REPORTED, plain, points
from pipeline.survey.columns.times import FoundTime
from pipeline.survey.formats import CLOCK
from pipeline.survey.layout.sample import SAMPLE, Column

CLOCK_NAME = re.compile(r"time|hour|\btm\b|\bhr\b|slot|时间|時間|时段|時段|小时|小時|钟|^时$|sd$")
NAMED_CLOCKS = (
    (HHMM, r"\d{3,4}"),
    (HOUR, r"\d{1,2}(\.0+)?"),
    (SLOT, r"\d{1,2}([:：]?[0-5]\d)?\s*[~～\-–—至到]\s*\d{1,2}.*"),
)
LEAST_READ = 0.95


@dataclass(frozen=True)
class FoundClock:
    """A time of day in a column of its own."""

    column: str
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Moments:
    """The columns chosen, and those that were not."""

    occurred: FoundTime | None
    clock: FoundClock | None
    reported: FoundTime | None
    others: tuple[str, ...]  # that hold moments too
    is_sure: bool  # whether the names tell which is which


def choose_moments(
    connection: DuckDBPyConnection, columns: Sequence[Column], times: Sequence[FoundTime]
) -> Moments:
    """The best name for the occurrence, the best of the rest for the report.

    A file that has only moments of reporting is counted by those.
    """
    if not times:
        return Moments(None, None, None, (), is_sure=False)
    by_name = {column.name: column for column in columns}
    ranked = sorted(times, key=lambda time: _rank(time, by_name[time.column]))
    occurred = ranked[0]
    reports = [time for time in ranked[1:] if points(time.column, REPORTED) > 0]
    reported = max(reports, key=lambda time: points(time.column, REPORTED), default=None)
    if reported and reported.precision == "month":
        reported = None
    chosen = {occurred.column, reported.column if reported else ""}
    best, *rest = [points(time.column, OCCURRED) for time in ranked]
    clock = _find_clock(connection, columns, occurred)
    return Moments(
        replace(occurred, precision="second") if clock else occurred,
        clock,
        reported,
        tuple(
            time.column for time in times if time.column not in chosen and _is_possible(time.column)
        ),
        is_sure=not rest or best > max(rest),
    )


def _is_possible(name: str) -> bool:
    """Whether a column may tell of the occurrence or the report, and not of what came later."""
    return max(points(name, OCCURRED), points(name, REPORTED)) > 0


def _rank(time: FoundTime, column: Column) -> tuple[int, bool, int]:
    """Smaller is better: by name, then completely filled, then as the file has them."""
    is_filled = column.share_filled >= LEAST_READ
    return -points(time.column, OCCURRED), not is_filled, int(column.at[1:])


def _find_clock(
    connection: DuckDBPyConnection, columns: Sequence[Column], occurred: FoundTime
) -> FoundClock | None:
    """The time of day for a date that has none: of several, the one named most like the date."""
    if occurred.has_clock or occurred.precision != "day" or occurred.zone != "city":
        return None
    words = set(plain(occurred.column).split())
    named = [column for column in columns if _may_be_clock(column, occurred)]
    named.sort(key=lambda column: -len(words & set(plain(column.name).split())))
    for column in named:
        form = _clock_format(connection, column)
        if form and points(column.name, OCCURRED) >= 0:
            return FoundClock(column.name, (form,))
    return None


def _may_be_clock(column: Column, occurred: FoundTime) -> bool:
    is_other = column.name != occurred.column and column.n_distinct > 1
    return is_other and bool(CLOCK_NAME.search(plain(column.name)))


def _clock_format(connection: DuckDBPyConnection, column: Column) -> str:
    """The format that reads practically all values; empty if there is none."""
    written = [(part.form, part.pattern) for part in CLOCK]
    for form, pattern in (*NAMED_CLOCKS, *written):
        looks = sum(bool(re.fullmatch(pattern, value)) for value, _ in column.top)
        if looks >= LEAST_READ * len(column.top) and _share_read(connection, column, form) >= (
            LEAST_READ
        ):
            return form
    return ""


def _share_read(connection: DuckDBPyConnection, column: Column, form: str) -> float:
    """Share of the filled rows that the format reads."""
    declared = TimeColumn(
        column="day",
        formats=("%Y-%m-%d",),
        zone="city",
        precision="second",
        time=TimeOfDay(column=column.at, formats=(form,)),
    )
    sample = connection.table(SAMPLE).filter(f"{column.at} IS NOT NULL")
    dated = sample.project(f"{column.at}, '2000-01-01' AS day")
    moment = local_time(declared, {"day": "VARCHAR", column.at: "VARCHAR"}, "UTC")
    n_read = dated.select(moment.alias("m"), ConstantExpression(1).alias("one"))
    n, total = n_read.aggregate("count(m), count(*)").fetchall()[0]
    return n / total if total else 0.0
