"""Populations for the towns of a survey, from a table of any kind that somebody has."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.categories import normalise as normalised
from pipeline.errors import SourceRefused, WrongUsage
from pipeline.places.names import match_places
from pipeline.sources.unpack import unpacked
from pipeline.survey.columns.names import plain
from pipeline.survey.doubts import Doubt
from pipeline.survey.found import FoundTown
from pipeline.survey.layout.sample import SAMPLE, Column, opened, take_sample
from pipeline.survey.layout.shape import find_shape
from pipeline.towns import WHOLE, Town

POPULATION = re.compile(
    r"popul|\bpop\b|\ball (ages|persons)\b|resident|inhabitant"
    r"|人口|常住|戶籍|居民|人數|人数|总数|合计"
)
NOT_ALL = re.compile(
    r"year|年份|年度|densit|percent|%|change|growth|rate|密度|比例|增长|增長|male|female|男|女|流动"
)
YEAR_NAME = re.compile(r"year|年")
YEAR = re.compile(r"(?<!\d)(19|20)\d{2}(?!\d)")
LISTED = 8
LEAST_MATCHED = 0.3  # of the towns, or of the lines where they are fewer


Row = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Populations:
    """Residents by town, and what of the table was used."""

    by_town: Mapping[str, int]
    words: Mapping[str, str]  # of the records, that the table has beside a town -> town_id
    number_column: str
    year: str  # empty where neither column nor file tells it
    unmatched: tuple[str, ...]  # towns without a number
    several: tuple[str, ...]  # towns that more than one line names; the largest number was taken


def read_populations(
    path: Path, towns: Sequence[FoundTown], left_out: Sequence[str] = ()
) -> Populations:
    """Find the column of names or codes and that of numbers, and match the towns.

    Args:
        path: A table of any format that is read.
        towns: To be matched by their words, names and ids.
        left_out: Words of the records that are no town so far; where the table has one beside a
            town, as its code, it is a word for that town.

    Raises:
        SourceRefused: If there is no such pair of columns.
        WrongUsage: If there is no town.
    """
    if not towns:
        raise WrongUsage(
            "no column of the records was found that says where an incident was",
            expected="towns in the records, for which the table gives the residents",
            try_next="safety-index init DIR --from FILE --place COLUMN",
        )
    columns, rows = _read_table(path)
    number = _number_column(columns, path.name)
    name, town_of = _name_column([c for c in columns if c != number], rows, towns, path.name)
    named = [town_of.get(_cell(row, name)) for row in rows]
    people: dict[str, list[int]] = {}
    for row, town in zip(rows, named, strict=True):
        residents = _whole(_cell(row, number))
        if town and residents:
            people.setdefault(town, []).append(residents)
    return Populations(
        by_town={town: max(found) for town, found in people.items()},
        words=_words_beside(rows, named, left_out),
        number_column=number.name,
        year=_year(columns, number, path.name),
        unmatched=tuple(town.name for town in towns if town.town_id not in people),
        several=tuple(town.name for town in towns if len(people.get(town.town_id, ())) > 1),
    )


def _year(columns: Sequence[Column], number: Column, file: str) -> str:
    """The year of the count: from the column's name, a column of years, or the file's name."""
    years = [c.top[0][0] for c in columns if YEAR_NAME.search(plain(c.name)) and c.n_distinct == 1]
    texts = (plain(number.name), *years, file)
    return next((found[0] for text in texts if (found := YEAR.search(text))), "")


def _cell(row: Row, column: Column) -> str:
    """A cell as text."""
    return str(row[int(column.at[1:])] or "")


def _name_column(
    columns: Sequence[Column], rows: Sequence[Row], towns: Sequence[FoundTown], file: str
) -> tuple[Column, dict[str, str]]:
    """The column by which most towns are found, and the town of each of its values."""
    matches = {column: _match([_cell(row, column) for row in rows], towns) for column in columns}
    found = {column: len(set(matches[column].values())) for column in columns}
    name = max(columns, key=lambda column: found[column], default=None)
    least = max(1, LEAST_MATCHED * min(len(towns), len(rows)))
    if name is None or found[name] < least:
        raise SourceRefused(
            f"{file}: no column names the towns ({max(found.values(), default=0)} of {len(towns)} "
            "were found)",
            expected="a column with the names or codes of the towns, as the records have them",
            try_next="correct the names in the table, or leave --population out and fill towns.csv",
        )
    return name, matches[name]


def _words_beside(
    rows: Sequence[Row], named: Sequence[str | None], words: Sequence[str]
) -> dict[str, str]:
    """Words that stand in the line of one town, in any column: its code, its other name."""
    sought = {normalised(word): word for word in words}
    found: dict[str, set[str]] = {}
    for row, town in zip(rows, named, strict=True):
        for cell in row:
            word = sought.get(normalised(str(cell or "")))
            if town and word:
                found.setdefault(word, set()).add(town)
    alike = {word: found.get(sought[normalised(word)], set()) for word in words}
    return {word: next(iter(towns)) for word, towns in alike.items() if len(towns) == 1}


def _read_table(path: Path) -> tuple[list[Column], list[Row]]:
    """Columns and rows of a table of any format that is read."""
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        with unpacked(path, name=path.name, folder=Path(folder) / "shape") as whole:
            shape = find_shape(whole, name=path.name)
        with opened(connection, [(path, shape)], folder=Path(folder)) as table:
            columns = take_sample(table)
            return columns, connection.table(SAMPLE).fetchall()


def _number_column(columns: Sequence[Column], file: str) -> Column:
    """The column called population; of several years the last."""
    named = [
        column
        for column in columns
        if POPULATION.search(plain(column.name)) and not NOT_ALL.search(plain(column.name))
    ]
    numbers = [column for column in named if sum(_whole(v) > 0 for v, _ in column.top)]
    if not numbers:
        raise SourceRefused(
            f"{file}: no column of residents among {', '.join(c.name for c in columns)}",
            expected="a column called population, 人口 or the like, with whole numbers",
            try_next="name the column of residents 'population'",
        )

    def year(column: Column) -> str:
        found = YEAR.search(plain(column.name))
        return found[0] if found else ""

    return max(numbers, key=year)


def _whole(text: str) -> int:
    """A whole number as tables have it: 12,345 or 12345.0; 0 where it is none."""
    digits = re.sub(r"[,\s，]|\.0+$", "", text)
    return int(digits) if WHOLE.fullmatch(digits) else 0


def _match(values: Sequence[str], towns: Sequence[FoundTown]) -> dict[str, str]:
    """The town of each value, by its words in the records, its name or its id."""
    table = {value: town.town_id for town in towns for value, _ in town.values}
    return match_places(values, [_as_town(town) for town in towns], table)


def _as_town(town: FoundTown) -> Town:
    return Town(
        town_id=town.town_id,
        name=town.name,
        name_zh="",
        district=town.district,
        population=1,
        population_year=2000,
    )


def population_doubts(people: Populations) -> list[Doubt]:
    """Towns without a number of residents, and numbers that may be others."""
    doubts = []
    if people.unmatched:
        listed = ", ".join(people.unmatched[:LISTED])
        doubts.append(
            Doubt(
                file="towns.csv",
                key="population",
                seen=f"{len(people.unmatched)} towns are not in the table of populations: {listed}",
                choices=(
                    "fill in the population",
                    "remove the line, and give its words another place, or outside, in places.csv",
                ),
                blocks=True,
            )
        )
    if people.several:
        doubts.append(
            Doubt(
                file="towns.csv",
                key="population",
                seen=f"more than one line names {', '.join(people.several[:LISTED])}",
                choices=("the largest number, as it was taken", "another one"),
            )
        )
    if not people.year:
        doubts.append(
            Doubt(
                file="towns.csv",
                key="population_year",
                seen=f"neither '{people.number_column}' nor the file's name tells the year",
                choices=(
                    "fill in the year of the count",
                    "call the column as 'population 2021', and init again",
                ),
                blocks=True,
            )
        )
    return doubts
