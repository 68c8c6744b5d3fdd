"""Which columns say where an incident was."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.survey.columns.names import LATITUDE, LONGITUDE, PLACE, is_code, plain, points
from pipeline.survey.columns.relations import n_significant_pairs, share_determined, share_in_range
from pipeline.survey.layout.sample import SAMPLE, Column

MOST_PLACES = 3_000
LEAST_FILLED = 0.5
LEAST_ROWS_A_PLACE, LEAST_OF_FEW = 2.0, 1.25
FEW_ROWS = 1_000  # a short file has towns with one row
ONE_TO_ONE = 0.97
NESTED = 0.95
MOST_PARTS = 1.6  # wider units a name of a town may mean, in the mean
LEAST_PARTS = 1.02
IN_RANGE = 0.9


@dataclass(frozen=True)
class Whereabouts:
    """The columns of words for the place, or the two of a position."""

    columns: tuple[Column, ...] = ()  # the widest first, joined
    name: Column | None = None  # words for the codes in the column
    district: Column | None = None
    longitude: Column | None = None
    latitude: Column | None = None
    others: tuple[str, ...] = ()  # that could be the place, with their numbers of values

    @property
    def position(self) -> tuple[str, str] | None:
        """Names of the columns of longitude and latitude."""
        pair = (self.longitude, self.latitude)
        return (pair[0].name, pair[1].name) if pair[0] and pair[1] else None


def choose_whereabouts(
    connection: DuckDBPyConnection, columns: Sequence[Column], *, named: str | None = None
) -> Whereabouts:
    """The column of words whose name speaks most for a town; a position only where there is none.

    A column that the analyst named is the one, whatever it is called.

    A column of codes that goes with it one to one takes its place: codes do not change spelling. A
    wider unit becomes the district, or a part of the place where the narrow name alone is not
    unique.
    """
    candidates = [c for c in columns if c.name == named or _may_be_place(c)]
    candidates.sort(key=lambda c: (c.name != named, -points(c.name, PLACE)))
    longitude, latitude = _position(connection, columns)
    if not candidates:
        return Whereabouts(longitude=longitude, latitude=latitude)
    chosen = candidates[0]
    partner = _partner(connection, chosen, columns)
    place, name = _code_and_name(chosen, partner)
    wider = [c for c in candidates if c.n_distinct < chosen.n_distinct and c not in (place, name)]
    district = _district(connection, chosen, wider)
    joined = None if district or is_code(place.name) else _needed(connection, chosen, wider)
    taken = {place.at, chosen.at, *(c.at for c in (name, joined) if c)}
    return Whereabouts(
        columns=(joined, place) if joined else (place,),
        name=name,
        district=district,
        longitude=longitude,
        latitude=latitude,
        others=()
        if named
        else tuple(f"{c.name} ({c.n_distinct})" for c in candidates if c.at not in taken),
    )


def middle(connection: DuckDBPyConnection, found: Whereabouts) -> tuple[float, float] | None:
    """The medians of longitude and latitude, in degrees; None where there is no position."""
    if found.longitude is None or found.latitude is None:
        return None
    numbers = [f"TRY_CAST({column.at} AS DOUBLE)" for column in (found.longitude, found.latitude)]
    facts = ", ".join(f"median({n}) FILTER (WHERE {n} <> 0)" for n in numbers)
    longitude, latitude = connection.table(SAMPLE).aggregate(facts).fetchall()[0]
    return None if longitude is None or latitude is None else (longitude, latitude)


def _may_be_place(column: Column) -> bool:
    """Whether name, number of values and rows a value are those of a place."""
    least = LEAST_OF_FEW if column.n_filled < FEW_ROWS else LEAST_ROWS_A_PLACE
    return (
        points(column.name, PLACE) > 0
        and 1 < column.n_distinct <= MOST_PLACES
        and column.n_distinct * least <= column.n_filled
        and column.share_filled >= LEAST_FILLED
    )


def _partner(
    connection: DuckDBPyConnection, chosen: Column, columns: Sequence[Column]
) -> Column | None:
    """A column with another name for each place, and no other places."""
    words = {word for word in plain(chosen.name).split() if len(word) > 1}
    for column in columns:
        is_alike = bool(words & set(plain(column.name).split())) or _lead(column) == _lead(chosen)
        is_near = abs(column.n_distinct - chosen.n_distinct) <= 0.1 * chosen.n_distinct + 1
        if column == chosen or not is_alike or not is_near:
            continue
        there = share_determined(connection, chosen, column)
        if min(there, share_determined(connection, column, chosen)) >= ONE_TO_ONE:
            return column
    return None


def _lead(column: Column) -> str:
    """A Chinese name without the words for code and name."""
    return re.sub(r"(代码|代碼|编码|编号|名称|名稱|名|dm|mc|bm)$", "", plain(column.name))


def _code_and_name(chosen: Column, partner: Column | None) -> tuple[Column, Column | None]:
    """The column to look places up by, and the one with their names."""
    if partner is None:
        return chosen, None
    code, name = (chosen, partner) if _is_code(chosen) else (partner, chosen)
    if not _is_code(code) or code.n_filled < name.n_filled:
        return chosen, None
    return code, name


def _is_code(column: Column) -> bool:
    return is_code(column.name) or column.share_numbers == 1


def _district(
    connection: DuckDBPyConnection, chosen: Column, wider: Sequence[Column]
) -> Column | None:
    """A wider unit in which each place lies as a whole; names rather than codes."""
    found = [c for c in wider if share_determined(connection, chosen, c) >= NESTED]
    return min(found, key=lambda c: (_is_code(c), -points(c.name, PLACE)), default=None)


def _needed(
    connection: DuckDBPyConnection, chosen: Column, wider: Sequence[Column]
) -> Column | None:
    """A wider unit without which the name of a place means several places."""
    for column in wider:
        parts = n_significant_pairs(connection, chosen, column) / chosen.n_distinct
        if LEAST_PARTS <= parts <= MOST_PARTS:
            return column
    return None


def _position(
    connection: DuckDBPyConnection, columns: Sequence[Column]
) -> tuple[Column, Column] | tuple[None, None]:
    """Columns that are called longitude and latitude and hold degrees."""
    found = []
    for pattern, most in ((LONGITUDE, 180.0), (LATITUDE, 90.0)):
        named = [c for c in columns if pattern.search(plain(c.name)) and c.n_filled]
        fits = [c for c in named if share_in_range(connection, c, -most, most) >= IN_RANGE]
        found += fits[:1]
    return (found[0], found[1]) if len(found) == 2 else (None, None)  # noqa: PLR2004 - a pair
