"""The page and file of ranks under other choices: the same numbers, in words of both languages."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pandas as pd
import pytest

from indices.method import StandardMethod
from pipeline.city import City
from pipeline.compute.sensitivity import RANDOM_WEIGHTS
from pipeline.editions.edition import Edition
from pipeline.methods import MethodFile
from reports.pages.sensitivity import (
    SensitivityPage,
    has_sensitivity,
    render_sensitivity,
    sensitivity_table,
    view_sensitivity,
)
from reports.words.language import LANGUAGES, language
from tests.spec.made_up_editions import county_month, with_tables

Made = tuple[City, StandardMethod, Edition]


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Alder County's February by the standard method."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("sensitivity") / "city"
        city, file, edition = stack.enter_context(county_month(folder))
        assert isinstance(file, MethodFile)
        assert isinstance(file.method, StandardMethod)
        yield city, file.method, edition


@pytest.fixture
def view(month: Made) -> Callable[[str], SensitivityPage]:
    """The page's contents in a language."""
    city, method, edition = month
    return lambda code: view_sensitivity(edition, city, method, language(code))


def choices(table: pd.DataFrame) -> list[str]:
    """Columns of the table that are one other choice each."""
    return [name for name in table.columns[6:] if name not in RANDOM_WEIGHTS]


def test_every_rated_town_has_a_line(month: Made, view: Callable[[str], SensitivityPage]) -> None:
    """The towns stand in the order of the ranking; those without a rank are left out."""
    ranking = month[2].ranking
    rated = ranking[ranking["rank"].notna()]
    assert list(rated["town_name"]) == [town.name for town in view("en").towns]
    assert list(rated["town_name_zh"]) == [town.name for town in view("zh").towns]
    assert [str(rank) for rank in rated["rank"]] == [town.rank for town in view("en").towns]


def test_the_range_holds_every_choice(month: Made, view: Callable[[str], SensitivityPage]) -> None:
    """Lowest and highest rank are those of the published one and all single choices."""
    table = sensitivity_table(month[2])
    every = [
        [int(rank) for rank in row[["rank", *choices(table)]].dropna()]
        for _, row in table.iterrows()
    ]
    shown = [(int(town.lowest), int(town.highest)) for town in view("en").towns]
    assert [(min(ranks), max(ranks)) for ranks in every] == shown


def test_choices_that_move_most_come_first(
    month: Made, view: Callable[[str], SensitivityPage]
) -> None:
    """The mean and the most places are those of the table; the means never rise downwards."""
    table = sensitivity_table(month[2])
    counted = sorted(
        (f"{moved.mean():.1f}", str(int(moved.max())))
        for moved in ((table[name] - table["rank"]).abs() for name in choices(table))
    )
    shown = [(row.mean_shift, row.most_shift) for row in view("en").variants]
    means = [float(mean) for mean, _ in shown]
    assert counted == sorted(shown)
    assert sorted(means, reverse=True) == means


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_choice_has_words_of_its_own(
    view: Callable[[str], SensitivityPage], code: str
) -> None:
    """No two choices read the same, and none shows its code."""
    names = [row.name for row in view(code).variants]
    assert len(names) == len(set(names)) >= 8
    assert [name for name in names if "_" in name or "%(" in name] == []
    assert (code == "zh") == all(re.search("[一-鿿]", name) is not None for name in names)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_picture_stays_in_its_frame(month: Made, code: str) -> None:
    """Every mark lies within the width and height that the page gives the picture."""
    city, method, edition = month
    html = render_sensitivity(edition, city=city, method=method, language=language(code))
    [size] = re.findall(r'viewBox="0 0 (\d+) (\d+)"', html)
    dots = re.findall(r'<circle cx="([\d.]+)" cy="(\d+)" r="3"', html)
    assert len(dots) == int(edition.ranking["rank"].notna().sum())
    assert [dot for dot in dots if float(dot[0]) > int(size[0]) - 3] == []
    assert [dot for dot in dots if int(dot[1]) > int(size[1]) - 3] == []


def test_without_rated_towns_there_is_no_page(month: Made) -> None:
    """An edition without ranks under other choices has neither page nor link."""
    edition = month[2]
    bare = with_tables(edition, sensitivity=edition.sensitivity.iloc[:0])
    assert (True, False) == (has_sensitivity(edition), has_sensitivity(bare))


def test_hostile_names_stay_text(month: Made) -> None:
    """A town's name with tags in it is shown as it is written."""
    city, method, edition = month
    ranking = edition.ranking.assign(town_name="<script>x</script>")
    html = render_sensitivity(
        with_tables(edition, ranking=ranking), city=city, method=method, language=language("en")
    )
    assert "<script>x" not in html
    assert "&lt;script&gt;x" in html
