"""From the words of the records to towns, by the city's own table and by the towns' names.

In this order, and the first answer counts: the table as written; `town_id`, `name` and `name_zh` as
written; then by key (`pipeline.places.spelling`), the table before the towns. Of "district/town",
or of a name with its district in front, the town is looked for in that district; where no such
district is known, the last part must do. Nothing is guessed: a key of two towns matches neither
unless the whole name tells them apart, and a county never matches the township of its name.
"""

import difflib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.places.spelling import PlaceName, place_key, read_name

__all__ = ["TownNames", "match_places", "place_key", "suggest"]

SEPARATOR = "/"  # between the columns of a place
NEAR_ENOUGH = 0.5  # of a suggestion, 1 = equal keys; 斗们 and 斗门 have half in common


class TownNames(Protocol):
    """What is asked of a town."""

    @property
    def town_id(self) -> str:
        """Key of the town."""

    @property
    def name(self) -> str:
        """Name in Latin letters, or the only one."""

    @property
    def name_zh(self) -> str:
        """Chinese name, may be empty."""

    @property
    def district(self) -> str:
        """District the town rolls up to, may be empty."""


def match_places(
    values: Iterable[str], towns: Sequence[TownNames], table: Mapping[str, str]
) -> dict[str, str]:
    """The town of each distinct value that names one, in the order of the values.

    Args:
        values: Words of the records; several columns joined with `/`, the widest first.
        towns: All towns of the city.
        table: The city's `places.csv`, word -> town_id or "outside".

    Returns:
        value -> town_id, or what the table says ("outside"). Unmatched values are left out.
    """
    finder = _Finder(towns, table)
    found = {value: finder.find(value.strip()) for value in dict.fromkeys(values)}
    return {value: target for value, target in found.items() if target}


def suggest(value: str, towns: Sequence[TownNames], n: int = 3) -> list[str]:
    """Names of the towns that are spelt most like a value, at most `n`, the closest first."""
    name_of: dict[str, str] = {}
    for town in towns:
        for name in (town.name, town.name_zh):
            if name:
                name_of.setdefault(place_key(name), name)
    key = place_key(value.rpartition(SEPARATOR)[2] or value)
    close = difflib.get_close_matches(key, sorted(name_of), n=n, cutoff=NEAR_ENOUGH)
    return [name_of[key] for key in close]


@dataclass(frozen=True)
class _Entry:
    """One name of a town, or one line of the table."""

    name: PlaceName
    target: str
    kinds: frozenset[str]  # of place, that any name of the target tells


Layer = dict[tuple[str, bool], list[_Entry]]  # by key, and whether the name holds a separator
AMBIGUOUS = ""  # a key of several targets that nothing tells apart


class _Finder:
    """The names of one city, ready to be looked up."""

    def __init__(self, towns: Sequence[TownNames], table: Mapping[str, str]) -> None:
        names = [(name, town.town_id) for town in towns for name in (town.name, town.name_zh)]
        names = [(name.strip(), town_id) for name, town_id in names if name.strip()]
        self._table = {word.strip(): target for word, target in table.items()}
        self._ids = {town.town_id for town in towns}
        self._written: dict[str, set[str]] = defaultdict(set)
        self._district: dict[str, set[str]] = defaultdict(set)
        kinds: dict[str, set[str]] = defaultdict(set)
        for name, town_id in names:
            self._written[name].add(town_id)
            kinds[town_id].add(read_name(name).kind)
        for town in towns:
            self._district[place_key(town.district)].add(town.town_id)
        self._district.pop("", None)  # of towns without one
        self._layers = (_layer(self._table.items(), kinds), _layer(names, kinds))

    def find(self, text: str) -> str | None:
        """The target of one value without outer blanks; None or empty if there is no one."""
        if not text:
            return None
        *wider, last = [part.strip() for part in text.split(SEPARATOR)]
        name = read_name(last)
        keys = [place_key(part) for part in wider] + list(name.parents)
        found = self._as_written(text)
        if not found and wider:
            found = self._by_key(read_name(text), joined=True)
        if found:
            return found
        district = next((key for key in reversed(keys) if key in self._district), None)
        if district is not None:
            within = self._district[district]
            return last if last in within else self._by_key(name, within=within)
        return self._as_written(last) or self._by_key(name)

    def _as_written(self, text: str) -> str | None:
        """The table, then codes, then names, exactly as they are."""
        if text in self._table:
            return self._table[text]
        code = unicodedata.normalize("NFKC", text)  # of full-width digits
        if code in self._ids:
            return code
        towns = self._written.get(text, ())
        return next(iter(towns)) if len(towns) == 1 else None

    def _by_key(
        self, name: PlaceName, *, joined: bool = False, within: set[str] | None = None
    ) -> str | None:
        """The table, then the towns, by key; of some towns only where `within` names them."""
        for layer in self._layers:
            entries = [
                entry
                for entry in layer.get((name.key, joined), ())
                if within is None or entry.target in within
            ]
            target = _decide(name, entries)
            if target is not None:
                return target
        return None


def _layer(names: Iterable[tuple[str, str]], kinds: Mapping[str, set[str]]) -> Layer:
    """Entries by key."""
    layer: Layer = defaultdict(list)
    for written, target in names:
        name = read_name(written)
        told = frozenset({name.kind, *kinds.get(target, ())} - {""})
        layer[name.key, SEPARATOR in written].append(_Entry(name, target, told))
    return layer


def _decide(name: PlaceName, entries: Sequence[_Entry]) -> str | None:
    """The one target that entries of one key stand for; AMBIGUOUS if there are several."""
    if len({entry.target for entry in entries}) > 1:
        same = {entry.target for entry in entries if entry.name.full == name.full}
        return same.pop() if len(same) == 1 else AMBIGUOUS
    fitting = (
        entry.target
        for entry in entries
        if not name.kind or not entry.kinds or name.kind in entry.kinds
    )
    return next(fitting, None)
