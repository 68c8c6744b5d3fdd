"""A city folder: what the city is, its towns, its tables of words, its sources."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from indices.arrays import FloatArray
from indices.choices import Strict, Text
from indices.method import Calibration
from pipeline.categories import CategoryTable, read_rules
from pipeline.errors import ConfigurationMistake, WrongUsage
from pipeline.external import EXTERNAL_FILE, ExternalValue, read_external
from pipeline.methods import Model, find_standard, read_toml, read_vocabulary
from pipeline.settings import STANDARD
from pipeline.sources.declaration import Source
from pipeline.tables import read_table
from pipeline.towns import Town, first_days, population_history, read_towns, successor_on, towns_on
from pipeline.usual_rates import USUAL_FILE, with_usual_rates

OUTSIDE = "outside"
MethodId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
TABLES = ("city.toml", "method.toml", "towns.csv", "places.csv", "categories.csv")
LATER_TABLES = (USUAL_FILE, "populations.csv", EXTERNAL_FILE)  # that a city may have
BOUNDARIES = "boundaries.geojson"


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"'{name}' is no time zone; write a name as Asia/Shanghai")
    return name


class Licence(Strict):
    """Under what terms the records were published."""

    name: str
    url: str
    attribution: str


class Break(Strict):
    """A day from which on the records are not comparable with those before."""

    from_day: date
    reason: Text


class CityFile(Strict):
    """`city.toml`."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: Text
    town_word: Text
    town_words: Text
    timezone: Annotated[str, AfterValidator(_known_zone)]
    language: Literal["en", "zh"] = "en"  # of the page that a visitor sees first
    records: str
    licence: Licence
    methods: tuple[MethodId, ...] = Field(default=(STANDARD,), min_length=1)  # the first leads
    holidays: tuple[Literal["chinese_new_year", "easter"], ...] = ()  # that move within the year
    reports: tuple[Literal["half_month", "month"], ...] = ("half_month", "month")  # after a night
    notice: Text | None = None  # said on every page, as that the records are synthetic
    district_names_zh: dict[str, str] = Field(default_factory=dict)
    breaks: tuple[Break, ...] = ()  # in the series of records


@dataclass(frozen=True, kw_only=True)
class City:
    """A city folder, read and checked."""

    folder: Path
    about: CityFile
    towns: dict[str, Town]  # all that ever were, by town_id
    places: dict[str, str]  # word in the records -> town_id or "outside"
    categories: CategoryTable
    sources: tuple[Source, ...]
    calibration: Calibration
    external: tuple[ExternalValue, ...]
    sha256: str  # of everything above, to tell when an edition was made with other tables

    @property
    def is_calibrated(self) -> bool:
        """Whether its usual rates are known."""
        return any(part.usual_per_100k_day for part in self.calibration.pillars.values())

    @property
    def by_month(self) -> bool:
        """Whether a source tells no more than the month: then only months are scored."""
        return any(source.occurred.precision == "month" for source in self.sources)

    @property
    def category_codes(self) -> tuple[str, ...]:
        """The categories that the city's table names, each once."""
        return tuple(dict.fromkeys(r.category for r in self.categories.rules if r.category))

    def towns_on(self, day: date) -> tuple[Town, ...]:
        """The towns of a day, by town_id."""
        return towns_on(self.towns, day)

    def successor_on(self, town_id: str, day: date) -> str | None:
        """The town that a town's records count for on a day."""
        return successor_on(self.towns, town_id, day)

    def first_days(self, day: date) -> dict[str, date]:
        """From which day on anybody lived in each town of a day, or in one that it took over."""
        return first_days(self.towns, day)

    def population_history(self, day: date, n_days: int) -> FloatArray:
        """Residents of the towns of a day over the days before it, (n_days, n_towns)."""
        return population_history(self.towns, day, n_days)

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
        for town in self.towns.values():
            if town_id in (town.town_id, town.name, town.name_zh):
                return town
        some = next(iter(self.towns.values()))
        raise WrongUsage(
            f"{self.about.id} has no town '{town_id}'",
            expected=f"a town_id as {some.town_id}, or a name as {some.name}",
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
            try_next=f"safety-index init {folder} --from FILE makes one from your records; or give "
            "another with --city",
        )
    mistakes: list[str] = []
    about = _read(folder / "city.toml", CityFile, mistakes)
    stated = _read(folder / "method.toml", Calibration, mistakes)
    sources = _read_sources(folder, mistakes)
    towns = read_towns(folder, mistakes)
    if not towns and not mistakes:
        mistakes.append("towns.csv names no town")
    external = read_external(folder, {*towns}, mistakes)
    places = _read_places(folder, mistakes)
    categories = _read_categories(folder, mistakes)
    mistakes += [
        f"places.csv: '{value}' maps to '{place}', which is neither a town_id nor '{OUTSIDE}'"
        for value, place in places.items()
        if towns and place not in {*towns, OUTSIDE}
    ]
    if any(source.place.by_position for source in sources) and not (folder / BOUNDARIES).exists():
        mistakes.append(f"{BOUNDARIES} is missing: a source tells places by position")
    calibration = stated and with_usual_rates(stated, folder)
    if calibration:
        mistakes += _uncalibrated(categories, calibration)
    if mistakes or about is None or calibration is None:
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
        external=external,
        sha256=_folder_hash(folder, sources),
    )


def _read(path: Path, model: type[Model], mistakes: list[str]) -> Model | None:
    """A file of the folder; what is wrong with it goes to the others' mistakes."""
    try:
        return read_toml(path, model)
    except ConfigurationMistake as error:
        first, *more = error.seen.removeprefix(f"{path}: ").splitlines()
        name = path.relative_to(path.parents[1] if path.parent.name == "sources" else path.parent)
        mistakes += [f"{name}: {line.strip()}" for line in (more or [first])]
        return None


def _read_sources(folder: Path, mistakes: list[str]) -> tuple[Source, ...]:
    """All declarations, by file name."""
    paths = sorted(folder.glob("sources/*.toml"))
    sources = tuple(filter(None, (_read(path, Source, mistakes) for path in paths)))
    ids = [source.id for source in sources]
    mistakes += [] if paths else ["sources/ holds no declaration (*.toml)"]
    mistakes += [
        f"sources/: the id '{i}' occurs twice" for i in sorted(set(ids)) if ids.count(i) > 1
    ]
    return sources


def _read_places(folder: Path, mistakes: list[str]) -> dict[str, str]:
    """A table from words of the records to towns; a word may stand in it once."""
    places: dict[str, str] = {}
    for row in read_table(folder / "places.csv", ("value", "place"), mistakes):
        if row["value"] in places:
            mistakes.append(f"places.csv: '{row['value']}' occurs twice")
        places[row["value"]] = row["place"]
    return places


def _read_categories(folder: Path, mistakes: list[str]) -> CategoryTable:
    """A table from words of the records to categories."""
    rows = read_table(
        folder / "categories.csv", ("value", "category"), mistakes, optional=("match",)
    )
    table = CategoryTable(read_rules(rows))
    mistakes += [f"categories.csv: {mistake}" for mistake in table.mistakes()]
    return table


def _uncalibrated(categories: CategoryTable, calibration: Calibration) -> list[str]:
    """Categories of the table for which no usual rate is known, where any is."""
    known = {code for pillar in calibration.pillars.values() for code in pillar.usual_per_100k_day}
    standard, kinds = find_standard(calibration.method).method.categories, read_vocabulary().kinds
    named = {rule.category for rule in categories.rules if rule.category}
    elsewhere = {  # a kind of incident, and not one that the standard method scores here
        code
        for code in named & kinds.keys()
        if code not in standard or standard[code].pillar in calibration.left_out
    }
    lacking = named - elsewhere - known
    return [
        f"categories.csv names '{code}', for which there is no usual rate: remove {USUAL_FILE} to "
        "measure it at the next run, add it to method.toml, or name its pillar under left_out there"
        for code in sorted(lacking)
        if known
    ]


def _folder_hash(folder: Path, sources: tuple[Source, ...]) -> str:
    """Hash of the files that decide results, by name and content."""
    digest = hashlib.sha256()
    later = [name for name in LATER_TABLES if (folder / name).exists()]
    if any(source.place.by_position for source in sources):
        later.append(BOUNDARIES)
    paths = [folder / name for name in (*TABLES, *later)] + sorted(folder.glob("sources/*.toml"))
    for path in paths:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
