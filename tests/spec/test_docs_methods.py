"""The documents of methods, periods and files name what there is, and nothing that is not."""

import re
from collections.abc import Iterator
from typing import Literal, get_args, get_origin

import pytest
import typer
from pydantic import BaseModel

from cli import app
from indices.composite.method import CompositeMethod
from indices.method import StandardMethod
from indices.periods import PeriodKind
from pipeline.city import CityFile
from pipeline.editions.edition import ObsStatus
from pipeline.external import COLUMNS as EXTERNAL_COLUMNS
from pipeline.methods import AnyMethodFile, list_methods, method_as_data
from pipeline.settings import METHODS_FOLDER, REPOSITORY
from pipeline.towns import SIZE_COLUMNS
from reports.files import (
    APPENDED_COLUMNS,
    COMPONENT_COLUMNS,
    INDICATOR_COLUMNS,
    LATEST_COLUMNS,
    RANKING_COLUMNS,
)
from reports.report_files import DISTRICT_COLUMNS, HEADLINE_COLUMNS

DOCS = REPOSITORY / "docs"
METHODS_PAGE = (DOCS / "reference" / "methods.md").read_text(encoding="utf-8")
FILES_PAGE = (DOCS / "reference" / "files.md").read_text(encoding="utf-8")
LIST_OF_METHODS = (METHODS_FOLDER / "README.md").read_text(encoding="utf-8")
PERIODS_PAGE = (DOCS / "how-to" / "periods-and-reports.md").read_text(encoding="utf-8")
HOW_TO = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "how-to").glob("*.md")}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHIPPED = list_methods()
FILES = {
    "components.csv": COMPONENT_COLUMNS,
    "indicators.csv": INDICATOR_COLUMNS,
    "districts.csv": DISTRICT_COLUMNS,
    "headline.csv": HEADLINE_COLUMNS,
    "external.csv": EXTERNAL_COLUMNS,
    "towns.csv": SIZE_COLUMNS,
    "city.toml": tuple(CityFile.model_fields),
    "statuses": get_args(ObsStatus),
}


def named_in(page: str) -> set[str]:
    """All that a page sets as code within its text, and the words of it."""
    spans = re.findall(r"`([^`\n]+)`", BLOCK.sub("", page))
    return {*spans, *(word for span in spans for word in re.findall(r"\w+", span))}


def rows(page: str, heading: str) -> list[list[str]]:
    """Cells of the table that follows a heading, without its head."""
    after = page.partition(f"{heading}\n")[2]
    table = re.search(r"(?:^\|.*\n)+", after, re.MULTILINE)
    lines = table.group().splitlines()[2:] if table else []
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def parts(annotation: object) -> Iterator[object]:
    """An annotation and everything that it is made of."""
    yield annotation
    for part in get_args(annotation) if get_origin(annotation) is not Literal else ():
        yield from parts(part)


def words_of(model: type[BaseModel], seen: set[type]) -> Iterator[str]:
    """Keys of a table of a method file and of those below it, and the words they may hold."""
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        yield name
        for part in parts(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from words_of(part, seen)
            elif isinstance(part, type) and issubclass(part, PeriodKind):
                yield from (kind for kind in PeriodKind if kind != PeriodKind.RANGE)
            elif get_origin(part) is Literal:
                yield from get_args(part)


def row_of(file: AnyMethodFile) -> dict[str, str]:
    """What the list of methods must say of a file."""
    method, told = file.method, method_as_data(file)
    period = method.period.value if isinstance(method, CompositeMethod) else PeriodKind.DAY
    return {
        "method": f"[{method.id}]({method.id}.toml)",
        "period": period.replace("_", " "),
        "formula": told["formula"],
        "stated / assumed": f"{told['stated']} / {told['assumed']}",
    }


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.method.id)
def test_each_shipped_method_is_listed_with_its_counts(file: AnyMethodFile) -> None:
    """The list of methods says period, formula and counts of marks as the file has them."""
    heads = ("method", "place, years", "period", "formula", "stated / assumed", "what is known")
    listed = [dict(zip(heads, row, strict=True)) for row in rows(LIST_OF_METHODS, "# Methods")]
    expected = row_of(file)
    assert expected in [{head: row[head] for head in expected} for row in listed]


def test_the_list_of_methods_names_each_file_once() -> None:
    """The list has the methods of the folder in the order of `methods list`, and no other."""
    listed = [re.findall(r"\[(.+?)\]", row[0])[0] for row in rows(LIST_OF_METHODS, "# Methods")]
    assert [file.method.id for file in SHIPPED] == listed


@pytest.mark.parametrize("model", [CompositeMethod, StandardMethod])
def test_each_key_of_a_method_file_is_explained(model: type[BaseModel]) -> None:
    """The page on method files names all their keys, and each word that a key may hold."""
    assert set(words_of(model, set())) - named_in(METHODS_PAGE) == set()


def test_examples_of_method_files_are_real() -> None:
    """Each line of TOML on the page on method files stands in a method that is shipped."""
    shipped = (METHODS_FOLDER / "huizhou-2016.toml").read_text(encoding="utf-8").splitlines()
    shown = [
        line
        for language, text in BLOCK.findall(METHODS_PAGE)
        if language == "toml"
        for line in text.splitlines()
    ]
    assert [] == [line for line in shown if line not in shipped]
    assert len(shown) > 0


def test_each_column_of_the_ranking_is_described() -> None:
    """The page on files has a row for each column of ranking.csv, in the order of the file."""
    described = [
        name
        for row in rows(FILES_PAGE, "### Columns of ranking.csv")
        for name in re.findall(r"`(\w+)`", row[0])
    ]
    expected = [*RANKING_COLUMNS, *APPENDED_COLUMNS, "score_PILLAR", "period", *LATEST_COLUMNS]
    assert list(dict.fromkeys(expected)) == described


@pytest.mark.parametrize("name", FILES)
def test_what_files_hold_is_named(name: str) -> None:
    """The page on files names every column, key and status of the other files."""
    assert set(FILES[name]) - named_in(FILES_PAGE) == set()


def test_each_option_of_run_is_shown_in_use() -> None:
    """Every option of `run` stands in a how-to."""
    command = typer.main.get_command(app).commands["run"]  # type: ignore[attr-defined]
    options = {option for parameter in command.params for option in parameter.opts}
    told = set(re.findall(r"--[a-z]+", "\n".join(HOW_TO.values())))
    assert options - told == set()


@pytest.mark.parametrize("kind", PeriodKind)
def test_each_kind_of_period_is_told(kind: PeriodKind) -> None:
    """The how-to on periods names every kind of period but the range as an option takes it."""
    named = named_in(PERIODS_PAGE)
    assert (kind in named) == (kind != PeriodKind.RANGE)


def test_both_languages_show_the_same_tables() -> None:
    """The Chinese how-to on published indices has the tables and settings of the English one."""
    english, chinese = (
        [block for block in BLOCK.findall(HOW_TO[name]) if block[0] != "sh"]
        for name in ("run-a-published-index.md", "run-a-published-index.zh.md")
    )
    assert english == chinese


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link of these pages names a file of the repository."""
    pages = [*DOCS.glob("how-to/*.md"), *DOCS.glob("reference/*.md"), METHODS_FOLDER / "README.md"]
    broken = [
        (page.name, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert [] == broken
