"""Columns that hold a moment: found by reading their values in every format that fits them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from duckdb import DuckDBPyConnection, DuckDBPyRelation, Expression

from pipeline.sources.declaration import EPOCH_MILLISECONDS, EPOCH_SECONDS, TimeColumn
from pipeline.sources.times import local_time
from pipeline.survey.columns.midnights import ALL_BUT, midnight_zones
from pipeline.survey.formats import (
    TIME_NAME,
    candidate_formats,
    has_clock,
    is_month,
    reading,
)
from pipeline.survey.layout.sample import SAMPLE, Column

VALUES = "survey_values"
MOST_SHAPES = 300
LEAST_READ = 0.9  # of the filled rows, by one format or another
CLOSE = 0.002  # readings that differ by less are not told apart
LEAST_OF_FORMAT = 0.0005  # rarer formats are dirt
FIRST_YEAR, LAST_YEAR = 1950, 2100
LEAST_DECISIVE, MOST_CONTRARY = 3, 0.01
SHAPES = """
    {at} AS value, count(*) AS n, any_value(regexp_replace(
        regexp_replace({at}, '[0-9]', '9', 'g'), '[A-Za-z]', 'a', 'g'
    )) AS shape
"""
FACTS = """
    count(moment),
    count(*) FILTER (WHERE moment::TIME = TIME '00:00:00'),
    count(*) FILTER (WHERE day(moment) = 1), count(DISTINCT date_trunc('month', moment))
"""
LEAST_MONTHS = 3


@dataclass(frozen=True)
class FoundTime:
    """How a column's moments are written."""

    column: str
    choices: tuple[tuple[str, ...], ...]  # lists of formats; several where the values do not decide
    share_read: float  # of the filled rows, by the first choice
    precision: Literal["second", "day", "month"]
    zone: str
    has_clock: bool
    zones: tuple[str, ...] = ()  # in which all moments are midnights
    is_first_of_month: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """The first choice."""
        return self.choices[0]

    @property
    def is_decided(self) -> bool:
        """Whether the values tell how they are to be read."""
        return len(self.choices) == 1


Read = dict[str, dict[str, int]]  # format -> shape -> rows read


def find_time(connection: DuckDBPyConnection, column: Column) -> FoundTime | None:
    """The formats of a column of the sample; None where it holds no moments."""
    is_named = TIME_NAME.search(column.name.casefold()) is not None
    shapes = _shapes(connection, column)
    candidates = {shape: candidate_formats(value, is_named=is_named) for shape, value, _ in shapes}
    n_with = sum(n for shape, _, n in shapes if candidates[shape])
    if not column.n_filled or n_with < LEAST_READ * column.n_filled:
        return None
    read = _read(connection, candidates)
    best = sum(max((read[form][s] for form in candidates[s]), default=0) for s in candidates)
    if best < LEAST_READ * column.n_filled:
        return None
    choices, share = _choices(read, candidates, column.n_filled)
    found = FoundTime(column.name, choices, share, "second", "city", has_clock=False)
    return _with_facts(connection, found, column)


def _shapes(connection: DuckDBPyConnection, column: Column) -> list[tuple[str, str, int]]:
    """Kinds of values: digits and letters made equal, one value of each, rows; keeps VALUES."""
    connection.execute(f"DROP TABLE IF EXISTS {VALUES}")
    filled = connection.table(SAMPLE).filter(f"{column.at} IS NOT NULL")
    filled.aggregate(SHAPES.format(at=column.at), column.at).create(VALUES)
    shapes = connection.table(VALUES).aggregate("shape, min(value), sum(n) AS n", "shape")
    rows = shapes.order("n DESC, shape").limit(MOST_SHAPES).fetchall()
    return [(str(shape), str(value), int(n)) for shape, value, n in rows]


def _read(connection: DuckDBPyConnection, candidates: dict[str, list[str]]) -> Read:
    """Rows that each format reads, by shape; only shapes that it was found from."""
    forms = dict.fromkeys(form for found in candidates.values() for form in found)
    read: Read = {}
    for form in forms:
        moment = moment_of("value", (form,)).alias("moment")
        moments = connection.table(VALUES).select("shape", "n", moment)
        plausible = moments.filter(f"year(moment) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}")
        rows = plausible.aggregate("shape, sum(n)", "shape").fetchall()
        by_shape = {str(shape): int(n) for shape, n in rows}
        read[form] = {
            shape: by_shape.get(shape, 0) if form in found else 0
            for shape, found in candidates.items()
        }
    return read


def moment_of(column: str, formats: Sequence[str], kind: str = "VARCHAR") -> Expression:
    """The moment as it is written; of one with an offset, in UTC."""
    declared = TimeColumn(
        column=column, formats=tuple(formats), zone="city", precision="second", time=None
    )
    return local_time(declared, {column: kind}, "UTC")


def _choices(
    read: Read, candidates: dict[str, list[str]], n_filled: int
) -> tuple[tuple[tuple[str, ...], ...], float]:
    """Formats of the best way of reading the column, and of those as good as it."""
    ways = sorted({reading(form) for form in read} - {""}) or [""]
    chosen = {way: _chosen(read, candidates, way) for way in ways}
    totals = {way: sum(n for _, n in chosen[way].values()) for way in ways}
    best = max(totals.values())
    good = [way for way in ways if totals[way] >= best - CLOSE * n_filled]
    # In the order in which the candidates came, so that the usual way stands first.
    order = [reading(form) for form in read]
    good.sort(key=lambda way: (-totals[way] < -best, order.index(way) if way in order else 0))
    lists = [_ordered(chosen[way].values(), n_filled) for way in good]
    return tuple(dict.fromkeys(lists)), best / n_filled


def _chosen(read: Read, candidates: dict[str, list[str]], way: str) -> dict[str, tuple[str, int]]:
    """For each shape the format that reads most of it, among those that agree with the way."""
    chosen = {}
    for shape, forms in candidates.items():
        allowed = [form for form in forms if reading(form) in ("", way)]
        if allowed:
            form = max(allowed, key=lambda form: read[form][shape])
            chosen[shape] = form, read[form][shape]
    return chosen


def _ordered(chosen: Iterable[tuple[str, int]], n_filled: int) -> tuple[str, ...]:
    """Formats by rows; years of the Republic and of two digits first, lest %Y takes them."""
    rows: dict[str, int] = {}
    for form, n in chosen:
        rows[form] = rows.get(form, 0) + n
    kept = [form for form, n in rows.items() if n > LEAST_OF_FORMAT * n_filled]
    return tuple(sorted(kept, key=lambda form: (_is_greedy(form), -rows[form], form)))


def _is_greedy(form: str) -> bool:
    """Whether the format would take a short year for one of the first century."""
    return not form.startswith("roc:") and "%Y" in form


def _with_facts(
    connection: DuckDBPyConnection, found: FoundTime, column: Column
) -> FoundTime | None:
    """Add the zone and the precision."""
    moments = connection.table(SAMPLE).select(moment_of(column.at, found.formats).alias("moment"))
    moments = moments.filter(f"year(moment) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}")
    n, midnights, firsts, months = moments.aggregate(FACTS).fetchall()[0]
    if not n:
        return None
    universal = all(_is_universal(form) for form in found.formats)
    zones = midnight_zones(moments) if universal and midnights < ALL_BUT * n else ()
    clock = any(has_clock(form) for form in found.formats)
    found = replace(
        found,
        zone="UTC" if universal else "city",
        has_clock=clock and midnights < ALL_BUT * n and not zones,
        zones=zones,
    )
    if all(is_month(form) for form in found.formats):
        return replace(found, precision="month")
    if firsts == n and months >= LEAST_MONTHS and not found.has_clock:
        return replace(found, precision="month", is_first_of_month=True)
    return replace(found, precision="second" if found.has_clock else "day")


def _is_universal(form: str) -> bool:
    """Whether a value says what moment it is, wherever it was written."""
    ends = ("Z", "UTC", "%z")
    return form in (EPOCH_SECONDS, EPOCH_MILLISECONDS) or form.endswith(ends)


def decide_on_all(found: FoundTime, rows: Callable[[], Sequence[DuckDBPyRelation]]) -> FoundTime:
    """Read the whole column in each way that the sample leaves open; keep one if values decide."""
    if found.is_decided:
        return found
    moments = [moment_of(found.column, formats).isnotnull() for formats in found.choices]
    totals = [0] * len(found.choices)
    for relation in rows():
        flags = [flag.alias(f"read{at}") for at, flag in enumerate(moments)]
        counts = ", ".join(f"count(*) FILTER (WHERE read{at})" for at in range(len(flags)))
        row = relation.select(*flags).aggregate(counts).fetchall()[0]
        totals = [total + n for total, n in zip(totals, row, strict=True)]
    best = max(totals)
    others = [best - total for total in totals if total != best]
    if totals.count(best) == 1 and min(others) >= LEAST_DECISIVE:
        return replace(found, choices=(found.choices[totals.index(best)],))
    return found
