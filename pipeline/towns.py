"""The towns of a city: who lives there, and on which days each of them existed."""

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from indices.arrays import FloatArray
from pipeline.tables import read_day, read_table

TOWN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
TOWN_COLUMNS = ("town_id", "name", "name_zh", "district", "population", "population_year")
VALIDITY_COLUMNS = ("valid_from", "valid_to", "successor")
SIZE_COLUMNS = ("registered", "floating", "vehicles", "area_km2", "town_type")
POPULATION_COLUMNS = ("town_id", "valid_from", "population")
LONGEST_NAME = 80
MOST_TOLD_ONE_BY_ONE = 10
WHOLE = re.compile(r"[1-9][0-9]{0,9}")
NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
AREA = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Town:
    """One scored unit."""

    town_id: str
    name: str
    name_zh: str
    district: str
    population: int  # where no line of populations.csv says otherwise
    population_year: int
    valid_from: date = date.min  # both days included
    valid_to: date = date.max
    successor: str = ""  # the town that took all of it over, blank where it was split or is there
    populations: tuple[tuple[date, int], ...] = ()  # from a day on, oldest first
    registered: int | None = None  # residents with household registration
    floating: int | None = None  # residents from elsewhere with a residence permit
    vehicles: int | None = None
    area_km2: float | None = None
    town_type: str = ""  # towns of one type are compared with each other

    def exists_on(self, day: date) -> bool:
        """Whether the town existed on a day."""
        return self.valid_from <= day <= self.valid_to

    def population_on(self, day: date) -> int:
        """Residents on a day."""
        known = bisect_right([first for first, _ in self.populations], day)
        return self.populations[known - 1][1] if known else self.population


def towns_on(towns: Mapping[str, Town], day: date) -> tuple[Town, ...]:
    """The towns of a day with their residents of that day, by town_id."""
    return tuple(
        replace(town, population=town.population_on(day))
        for town in towns.values()
        if town.exists_on(day)
    )


def successor_on(towns: Mapping[str, Town], town_id: str, day: date) -> str | None:
    """The town that a town's records count for on a day: itself, or who took it over.

    A town that was split has no successor: its records before the split count for it alone.
    """
    town = towns.get(town_id)
    while town is not None and town.valid_to < day:
        town = towns.get(town.successor)
    return town.town_id if town is not None and town.exists_on(day) else None


def first_days(towns: Mapping[str, Town], day: date) -> dict[str, date]:
    """From which day on anybody lived in each town of a day, or in one that it took over.

    Records may name a town before that: nobody lived there for whom they could count.
    """
    found: dict[str, date] = {}
    for town in towns.values():
        now = successor_on(towns, town.town_id, day)
        if now is not None:
            found[now] = min(town.valid_from, found.get(now, date.max))
    return found


def population_history(towns: Mapping[str, Town], day: date, n_days: int) -> FloatArray:
    """Residents behind each town of a day, on that day and the days before it.

    Returns:
        Shape (n_days, n_towns), oldest day first, towns as in `towns_on`: those of the town itself
        while it existed, and of the towns that it took over while they did.
    """
    position = {town.town_id: at for at, town in enumerate(towns_on(towns, day))}
    days = [day - timedelta(days=back) for back in range(n_days - 1, -1, -1)]
    history = np.zeros((n_days, len(position)))
    for town in towns.values():
        now = successor_on(towns, town.town_id, day)
        if now is not None:
            history[:, position[now]] += [
                town.population_on(then) if town.exists_on(then) else 0 for then in days
            ]
    return history


def read_towns(folder: Path, mistakes: list[str]) -> dict[str, Town]:
    """Towns of `towns.csv` and `populations.csv`, by town_id; mistakes are added to the list."""
    populations = _read_populations(folder, mistakes)
    rows = read_table(
        folder / "towns.csv", TOWN_COLUMNS, mistakes, optional=(*VALIDITY_COLUMNS, *SIZE_COLUMNS)
    )
    times = Counter(row["town_id"] for row in rows)
    wrong = [(row["town_id"], rule) for row in rows for rule in _broken_rules(row)]
    mistakes += _told(wrong)
    towns = {
        row["town_id"]: _town(row, populations.get(row["town_id"], ()))
        for row in rows
        if row["population"] and not _broken_rules(row)
    }
    mistakes += [f"towns.csv: town_id '{code}' occurs twice" for code, n in times.items() if n > 1]
    blank = [row["town_id"] for row in rows if not row["population"]]
    if blank:
        some = ", ".join(blank[:5]) + (", ..." if blank[5:] else "")
        mistakes.append(f"towns.csv: the population of {len(blank)} town(s) is missing ({some})")
    known = set(times)
    mistakes += _misplaced(towns, known)
    mistakes += [
        f"populations.csv: '{code}' is no town_id of towns.csv"
        for code in sorted(populations.keys() - known)
    ]
    return dict(sorted(towns.items()))


def _broken_rules(row: dict[str, str]) -> list[str]:
    return [rule for rule, is_broken in TOWN_RULES.items() if is_broken(row)]


def _told(wrong: list[tuple[str, str]]) -> list[str]:
    """A line for each town and rule; one for a rule that many towns break."""
    times = Counter(rule for _, rule in wrong)
    told = [
        f"towns.csv: {town_id!r}: {rule}"
        for town_id, rule in wrong
        if times[rule] <= MOST_TOLD_ONE_BY_ONE
    ]
    first = dict(reversed([(rule, town_id) for town_id, rule in wrong]))
    return told + [
        f"towns.csv: {n:,} towns, first {first[rule]!r}: {rule}"
        for rule, n in times.items()
        if n > MOST_TOLD_ONE_BY_ONE
    ]


def _town(row: Mapping[str, str], populations: tuple[tuple[date, int], ...]) -> Town:
    return Town(
        town_id=row["town_id"],
        name=row["name"],
        name_zh=row["name_zh"],
        district=row["district"],
        population=int(row["population"]),
        population_year=int(row["population_year"]),
        valid_from=read_day(row["valid_from"]) or date.min,
        valid_to=read_day(row["valid_to"]) or date.max,
        successor=row["successor"],
        populations=populations,
        registered=int(row["registered"]) if row["registered"] else None,
        floating=int(row["floating"]) if row["floating"] else None,
        vehicles=int(row["vehicles"]) if row["vehicles"] else None,
        area_km2=float(row["area_km2"]) if row["area_km2"] else None,
        town_type=row["town_type"],
    )


def _misplaced(towns: Mapping[str, Town], known: set[str]) -> list[str]:
    """What is wrong with days and successors."""
    mistakes = []
    for town in towns.values():
        if town.valid_to < town.valid_from:
            mistakes.append(f"towns.csv: '{town.town_id}': valid_to lies before valid_from")
        if town.successor and town.successor not in known:
            mistakes.append(
                f"towns.csv: '{town.town_id}': successor '{town.successor}' is no town_id"
            )
        if town.successor and town.valid_to == date.max:
            mistakes.append(f"towns.csv: '{town.town_id}': has a successor, but no valid_to")
        elif town.successor in towns and not towns[town.successor].exists_on(
            town.valid_to + ONE_DAY
        ):
            mistakes.append(
                f"towns.csv: '{town.town_id}': its successor '{town.successor}' must exist on the "
                f"day after {town.valid_to}"
            )
    return mistakes


def _read_populations(folder: Path, mistakes: list[str]) -> dict[str, tuple[tuple[date, int], ...]]:
    """Residents from a day on, where there is such a table."""
    path = folder / "populations.csv"
    found: dict[str, dict[date, int]] = {}
    for row in read_table(path, POPULATION_COLUMNS, mistakes) if path.exists() else []:
        first = read_day(row["valid_from"])
        if first is None or not WHOLE.fullmatch(row["population"]):
            mistakes.append(
                f"populations.csv: '{row['town_id']}': valid_from must be a day as 2020-01-31 and "
                "population a whole number above 0"
            )
            continue
        of_town = found.setdefault(row["town_id"], {})
        if first in of_town:
            mistakes.append(f"populations.csv: '{row['town_id']}' has {first} twice")
        of_town[first] = int(row["population"])
    return {code: tuple(sorted(of_town.items())) for code, of_town in found.items()}


def _formula(name: str) -> bool:
    """Whether a spreadsheet would take the name for a formula."""
    return name.startswith(("=", "+", "-", "@"))


def _unsafe(name: str) -> bool:
    """Whether a name holds control or direction marks, which could forge what a reader sees."""
    return any(unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Co") for mark in name)


TOWN_RULES: dict[str, Callable[[dict[str, str]], bool]] = {
    "town_id must be letters, digits, - and _ (at most 40)": lambda row: (
        not TOWN_ID.fullmatch(row["town_id"])
    ),
    "name is missing": lambda row: not row["name"],
    f"name must be at most {LONGEST_NAME} characters": lambda row: len(row["name"]) > LONGEST_NAME,
    "name or district holds control characters": lambda row: _unsafe(
        row["name"] + row["name_zh"] + row["district"]
    ),
    "name or district begins like a formula (= + - @)": lambda row: any(
        _formula(row[column]) for column in ("name", "name_zh", "district")
    ),
    "population must be a whole number above 0": lambda row: (
        bool(row["population"]) and not WHOLE.fullmatch(row["population"])
    ),
    "population_year must be a year": lambda row: (
        bool(row["population"]) and not re.fullmatch(r"[12][0-9]{3}", row["population_year"])
    ),
    "registered, floating and vehicles must be whole numbers, or blank": lambda row: any(
        row[column] and not NUMBER.fullmatch(row[column])
        for column in ("registered", "floating", "vehicles")
    ),
    "area_km2 must be a number above 0 as 12.5, or blank": lambda row: bool(
        row["area_km2"] and not (AREA.fullmatch(row["area_km2"]) and float(row["area_km2"]) > 0)
    ),
    "valid_from and valid_to must be days as 2020-01-31, or blank": lambda row: any(
        row[column] and read_day(row[column]) is None for column in ("valid_from", "valid_to")
    ),
}
