"""A city folder: what the city is, its towns, its tables of words, its sources."""

import csv
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from indices.method import Calibration, Strict, Text
from pipeline.errors import ConfigurationMistake, WrongUsage
from pipeline.methods import read_toml
from pipeline.sources.declaration import Source

OUTSIDE = "outside"
TOWN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
TOWN_COLUMNS = ("town_id", "name", "name_zh", "district", "population", "population_year")
LONGEST_NAME = 80


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is no time zone; write a name as Asia/Shanghai")
    return name


class Licence(Strict):
    """Under what terms the records were published."""

    name: str
    url: str
    attribution: str


class CityFile(Strict):
    """`city.toml`."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Text
    town_word: Text
    town_words: Text
    timezone: Annotated[str, AfterValidator(_known_zone)]
    records: str
    licence: Licence
    district_names_zh: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Town:
    """One scored unit."""

    town_id: str
    name: str
    name_zh: str
    district: str
    population: int
    population_year: int


@dataclass(frozen=True, kw_only=True)
class City:
    """A city folder, read and checked."""

    folder: Path
    about: CityFile
    towns: tuple[Town, ...]  # by town_id
    places: dict[str, str]  # word in the records -> town_id or "outside"
    categories: dict[str, str]  # word in the records -> category code, "" where not counted
    sources: tuple[Source, ...]
    calibration: Calibration
    sha256: str  # of everything above, to tell when an edition was made with other tables

    def source(self, source_id: str) -> Source:
        """The source with this id.

        Raises:
            WrongUsage: If there is none.
        """
        for source in self.sources:
            if source.id == source_id:
                return source
        known = ", ".join(source.id for source in self.sources)
        raise WrongUsage(
            f"{self.about.id} has no source '{source_id}'",
            expected=f"one of {known}",
            try_next=f"--source {self.sources[0].id}",
        )

    def town(self, town_id: str) -> Town:
        """The town with this id, or with this name in either language.

        Raises:
            WrongUsage: If there is none.
        """
        for town in self.towns:
            if town_id in (town.town_id, town.name, town.name_zh):
                return town
        raise WrongUsage(
            f"{self.about.id} has no town '{town_id}'",
            expected=f"a town_id as {self.towns[0].town_id}, or a name as {self.towns[0].name}",
            try_next="safety-index show",
        )


def read_city(folder: Path) -> City:
    """Read and check a city folder.

    Raises:
        ConfigurationMistake: With all mistakes of the tables at once.
    """
    if not (folder / "city.toml").is_file():
        raise ConfigurationMistake(
            f"{folder} holds no city.toml",
            expected="a city folder as data/cities/toronto",
            try_next="give one with --city, or make one (docs/how-to/your-own-city.md)",
        )
    about = read_toml(folder / "city.toml", CityFile)
    calibration = read_toml(folder / "method.toml", Calibration)
    sources = tuple(read_toml(path, Source) for path in sorted(folder.glob("sources/*.toml")))
    mistakes: list[str] = [] if sources else ["sources/ holds no declaration (*.toml)"]
    ids = [source.id for source in sources]
    mistakes += [
        f"sources/: the id '{i}' occurs twice" for i in sorted(set(ids)) if ids.count(i) > 1
    ]
    towns = _read_towns(folder, mistakes)
    if not towns:
        mistakes.append("towns.csv names no town")
    places = _read_mapping(folder, "places.csv", "place", mistakes)
    categories = _read_mapping(folder, "categories.csv", "category", mistakes)
    known_towns = {town.town_id for town in towns}
    known_categories = {
        code for pillar in calibration.pillars.values() for code in pillar.usual_per_100k_day
    }
    mistakes += [
        f"places.csv: '{value}' maps to '{place}', which is neither a town_id nor '{OUTSIDE}'"
        for value, place in places.items()
        if place not in known_towns | {OUTSIDE}
    ]
    mistakes += [
        f"categories.csv: '{value}' maps to '{code}', which method.toml does not have"
        for value, code in categories.items()
        if code and code not in known_categories
    ]
    if mistakes:
        listed = "".join(f"\n    {mistake}" for mistake in mistakes)
        raise ConfigurationMistake(
            f"{folder}: {len(mistakes)} mistake(s){listed}",
            expected="tables as docs/reference/files.md describes them",
            try_next="correct the tables, then run the command again",
        )
    return City(
        folder=folder,
        about=about,
        towns=towns,
        places=places,
        categories=categories,
        sources=sources,
        calibration=calibration,
        sha256=_folder_hash(folder),
    )


def _read_table(path: Path, columns: Iterable[str], mistakes: list[str]) -> list[dict[str, str]]:
    """Rows of a small table; a missing or misnamed one is a mistake."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                mistakes.append(f"{path.name}: missing column(s) {', '.join(missing)}")
                return []
            return [{key: (row.get(key) or "").strip() for key in columns} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        mistakes.append(f"{path.name}: {error}")
        return []


def _read_mapping(folder: Path, name: str, target: str, mistakes: list[str]) -> dict[str, str]:
    """A table from words of the records to ours; a word may stand in it once."""
    mapping: dict[str, str] = {}
    for row in _read_table(folder / name, ("value", target), mistakes):
        if row["value"] in mapping:
            mistakes.append(f"{name}: '{row['value']}' occurs twice")
        mapping[row["value"]] = row[target]
    return mapping


def _read_towns(folder: Path, mistakes: list[str]) -> tuple[Town, ...]:
    """Towns by town_id."""
    towns: dict[str, Town] = {}
    for row in _read_table(folder / "towns.csv", TOWN_COLUMNS, mistakes):
        wrong = [rule for rule, broken in TOWN_RULES.items() if broken(row)]
        mistakes += [f"towns.csv: {row['town_id']!r}: {rule}" for rule in wrong]
        if row["town_id"] in towns:
            mistakes.append(f"towns.csv: town_id '{row['town_id']}' occurs twice")
        if not wrong:
            towns[row["town_id"]] = Town(
                town_id=row["town_id"],
                name=row["name"],
                name_zh=row["name_zh"],
                district=row["district"],
                population=int(row["population"]),
                population_year=int(row["population_year"]),
            )
    return tuple(towns[town_id] for town_id in sorted(towns))


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
        not re.fullmatch(r"[1-9][0-9]{0,9}", row["population"])
    ),
    "population_year must be a year": lambda row: (
        not re.fullmatch(r"[12][0-9]{3}", row["population_year"])
    ),
}


def _folder_hash(folder: Path) -> str:
    """Hash of the files that decide results, by name and content."""
    digest = hashlib.sha256()
    names = ["city.toml", "method.toml", "towns.csv", "places.csv", "categories.csv"]
    paths = [folder / name for name in names] + sorted(folder.glob("sources/*.toml"))
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
