"""From the words for places to a list of towns."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, count

from duckdb import DuckDBPyConnection

from pipeline.places.spelling import PlaceName, place_key, read_name
from pipeline.survey.columns.whereabouts import Whereabouts
from pipeline.survey.found import FoundTown
from pipeline.survey.layout.sample import SAMPLE, Column
from pipeline.towns import LONGEST_NAME, TOWN_ID

UNKNOWN = re.compile(
    r"unk(nown)?|n/?a|none|null|nan|-+|\?+|not (available|stated|known)|unspecified|no data|others?"
    r"|(不[详詳明]|未知|待定|未填).{0,4}|[无無空]|其他|其它"
)
RARE = 20_000  # a name in fewer than one of so many rows is a slip of the pen
FEW_CODES = 0.5  # of the rows: a column of names, in which some wrote the number
HAN = re.compile(r"[\u3400-\u9fff]")
FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Places:
    """Towns, and what became of the other words."""

    towns: tuple[FoundTown, ...]
    n_not_located: int
    left_out: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Companions:
    """Names and districts that go with the words for places."""

    names: Mapping[str, str]
    districts: Mapping[str, str]


def find_companions(connection: DuckDBPyConnection, found: Whereabouts) -> Companions:
    """The usual name and district of each word in the sample."""
    place = f"nullif(concat_ws('/', {', '.join(c.at for c in found.columns)}), '')"
    district = found.columns[0] if len(found.columns) > 1 else found.district
    return Companions(
        usual_companions(connection, place, found.name),
        usual_companions(connection, place, district),
    )


def usual_companions(
    connection: DuckDBPyConnection, place: str, column: Column | None
) -> dict[str, str]:
    """The most frequent value of a column for each value of an expression."""
    if column is None:
        return {}
    pairs = connection.table(SAMPLE).project(f"{place} AS place, {column.at} AS value")
    pairs = pairs.filter("place IS NOT NULL AND value IS NOT NULL")
    counts = pairs.aggregate("place, value, count(*) AS n", "place, value").order("n, value")
    return {str(row[0]): str(row[1]) for row in counts.fetchall()}  # the last one stays


def list_towns(counts: Mapping[str | None, int], companions: Companions) -> Places:
    """One town for each word, spellings of one name together; by rows.

    Left out, with their rows: what is too rare to be a town, what no table should hold, and
    numbers in a column of names.
    """
    total = sum(counts.values())
    words = {value: n for value, n in counts.items() if value is not None}
    known = {value: n for value, n in words.items() if not UNKNOWN.fullmatch(value.casefold())}
    safe = {value: n for value, n in known.items() if is_safe(value)}
    codes = {value: n for value, n in safe.items() if value.isdecimal()}
    if sum(codes.values()) < FEW_CODES * sum(safe.values()):
        safe = {value: n for value, n in safe.items() if value not in codes}
    groups = [{value: safe[value] for value in alike} for alike in together(safe)]
    groups = [group for group in groups if sum(group.values()) * RARE >= total]
    groups.sort(key=lambda group: -sum(group.values()))
    ids = _Ids()
    towns = tuple(_town(group, companions, ids) for group in groups)
    placed = {value for group in groups for value in group}
    return Places(
        towns,
        total - sum(known.values()),
        tuple((value, n) for value, n in known.items() if value not in placed),
    )


def is_safe(value: str) -> bool:
    """Whether a value can stand in a table that is opened in a spreadsheet."""
    marks = any(unicodedata.category(mark)[0] == "C" for mark in value)
    return not marks and not value.startswith(FORMULA) and len(value) <= LONGEST_NAME


def together(values: Iterable[str]) -> list[list[str]]:
    """Spellings of one name together, in the order of the first of each.

    A name alone goes with the one town that has it; where a borough and a township share it, or
    two districts have such a town, each stays by itself.
    """
    names = {value: read_name(value.rpartition("/")[2] or value) for value in values}
    by_key: dict[tuple[str, str], list[str]] = {}
    for value, name in names.items():
        by_key.setdefault((name.key, name.number), []).append(value)
    groups: dict[tuple[str, ...], list[str]] = {}
    for (key, number), alike in by_key.items():
        kinds = {names[value].kind for value in alike} - {""}
        wider = {_wider(value, names[value]) for value in alike} - {""}
        for value in alike:
            kind = names[value].kind if len(kinds) > 1 else ""
            front = _wider(value, names[value]) if len(wider) > 1 else ""
            groups.setdefault((key, number, kind, front), []).append(value)
    return list(groups.values())


def _wider(value: str, name: PlaceName) -> str:
    """The wider place in front of a name, empty where there is none."""
    front = value.rpartition("/")[0]
    return place_key(front) if front else "".join(name.parents[-1:])


class _Ids:
    """Gives each town an id of its own."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def give(self, *wishes: str) -> str:
        """The first wish that is allowed and free, else a number."""
        numbers = (f"t{number:03}" for number in count(1))
        for wish in chain(wishes, numbers):
            if TOWN_ID.fullmatch(wish) and wish.casefold() not in self.taken:
                self.taken.add(wish.casefold())
                return wish
        raise AssertionError


def _town(words: Mapping[str, int], companions: Companions, ids: _Ids) -> FoundTown:
    """A town under its most frequent word."""
    value = next(iter(words))
    is_code = value in companions.names
    name = display_name(companions.names.get(value, value))
    slug = re.sub(r"[^a-z0-9]+", "-", value.casefold()).strip("-")
    wishes = (value,) if is_code or value.isdigit() else (slug if value.isascii() else "",)
    district = companions.districts.get(value, "")
    return FoundTown(
        ids.give(*wishes),
        name,
        display_name(district) if is_safe(district) else "",
        tuple(words.items()),
    )


def display_name(value: str) -> str:
    """A word of the records as a name: parts joined, capitals only at the beginning of words.

    >>> display_name("LOWER MERION"), display_name("臺北市/中正區"), display_name("NYPD 5")
    ('Lower Merion', '臺北市中正區', 'NYPD 5')
    """
    parts = value.split("/")
    name = "".join(parts) if HAN.search(value) else ", ".join(reversed(parts))
    is_shouted = name.isascii() and re.fullmatch(r"[A-Z][A-Z .'&-]{3,}", name)
    return name.title() if is_shouted else name
