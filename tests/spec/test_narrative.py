"""Paragraphs of a report: every number is a cell of the page, and chance is not sold as a rise."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from indices.periods import Period, previous, year_before
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.methods import AnyMethodFile
from reports.pages.narrative import Ref, plain
from reports.pages.report import ReportPage, printed_cells, render_report, view_report
from reports.words.language import LANGUAGES, language
from tests.spec.made_up_editions import FEBRUARY, county_month, headline_of, with_tables

MOST_EXAMPLES = 40  # each renders pages
CODES = ("all", "criminal", "assaults")
BASES: dict[str, Period | None] = {
    "previous": previous(FEBRUARY),
    "year_before": year_before(FEBRUARY),
}
PLACES = (("city", ""), ("district", "North"), ("district", "South"))
Made = tuple[City, AnyMethodFile, Edition]
counts = st.integers(0, 300)
scores = st.one_of(st.none(), st.integers(0, 1000).map(lambda tenths: tenths / 10))
changes = st.one_of(st.none(), st.integers(-300, 300).map(lambda tenths: tenths / 10))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Alder County and its February."""
    with county_month(tmp_path_factory.mktemp("alder") / "city") as county:
        yield county


@st.composite
def headlines(draw: st.DrawFn) -> pd.DataFrame:
    """Counts of districts with their sums for the city, and bases of which some are missing."""
    cells: dict[tuple[str, str, str, str], tuple[float, float]] = {}
    for code in CODES:
        now = (draw(counts), draw(counts))
        for name in BASES:
            then = (draw(counts), draw(counts)) if draw(st.booleans()) else (np.nan, np.nan)
            for (scope, scope_id), count, base in zip(
                PLACES, (sum(now), *now), (sum(then), *then), strict=True
            ):
                cells[scope, scope_id, code, name] = (count, base)
    return headline_of(FEBRUARY, BASES, cells)


@st.composite
def tables(draw: st.DrawFn, made: Edition) -> dict[str, pd.DataFrame]:
    """Tables of an edition with any scores, changes, levels and counts."""
    ranking, districts = made.ranking.copy(), made.districts.copy()
    for table in (ranking, districts):
        for row in table.index:
            score = draw(scores)
            known = score is not None
            table.loc[row, ["score", "score_low", "score_high"]] = [score if known else np.nan] * 3
            table.loc[row, "level"] = draw(st.integers(1, 4)) if known else pd.NA
            table.loc[row, "rank"] = draw(st.integers(1, 9)) if known else pd.NA
            for name in ("change_previous", "change_year"):
                change = draw(changes) if known else None
                table.loc[row, name] = np.nan if change is None else change
    return {"ranking": ranking, "districts": districts, "headline": draw(headlines())}


def page_of(made: Made, edition: Edition, code: str) -> ReportPage:
    """The view of a page."""
    city, method, _ = made
    return view_report(edition, city, method.method, language(code))


@pytest.mark.parametrize("code", LANGUAGES)
@settings(max_examples=MOST_EXAMPLES, deadline=None)
@given(data=st.data())
def test_every_number_is_a_cell_as_printed(made: Made, code: str, data: st.DataObject) -> None:
    """A part of a paragraph either quotes a cell of the page letter by letter or has no digit."""
    edition = with_tables(made[2], **data.draw(tables(made[2])))
    page = page_of(made, edition, code)
    cells = printed_cells(page)
    for section in (page.city, *page.districts):
        for part in section.words:
            if part.ref is None:
                assert not any(character.isdigit() for character in part.text), part.text
            else:
                assert cells[part.ref] == part.text


@settings(max_examples=MOST_EXAMPLES, deadline=None)
@given(data=st.data())
def test_what_rose_and_fell_is_said_and_nothing_else(made: Made, data: st.DataObject) -> None:
    """The percents quoted are those of the comparisons with a direction up or down, all of them."""
    edition = with_tables(made[2], **data.draw(tables(made[2])))
    page = page_of(made, edition, "en")
    for section in (page.city, *page.districts):
        assert section.headline is not None
        beyond_chance = {
            Ref("headline", f"{section.scope_id}/{row.code}", cell.comparison)
            for row in section.headline.rows
            for cell in row.cells
            if cell.sign in ("↑", "↓")
        }
        quoted = {
            part.ref
            for part in section.words
            if part.ref and part.ref.table == "headline" and part.ref.column != "name"
        }
        assert beyond_chance == quoted


@pytest.mark.parametrize("code", LANGUAGES)
@settings(max_examples=MOST_EXAMPLES, deadline=None)
@given(data=st.data())
def test_paragraphs_and_their_cells_stand_on_the_page(
    made: Made, code: str, data: st.DataObject
) -> None:
    """The page shows each paragraph as a whole, and each cell that it quotes."""
    city, method, edition = made
    edition = with_tables(edition, **data.draw(tables(edition)))
    page = page_of(made, edition, code)
    html = render_report(edition, city=city, method=method.method, language=language(code))
    for section in (page.city, *page.districts):
        opening = "<p>" if section.scope_id else '<p class="summary">'
        assert f"{opening}{shown(section.text)}</p>" in html
        for part in section.words:
            if part.ref:
                assert shown(part.text) in html


def shown(text: str) -> str:
    """A text as it is escaped on a page."""
    return str(escape(text))


def told(made: Made, code: str, rows: dict[str, tuple[int, int]], **values: Any) -> dict[str, str]:
    """The paragraphs by scope for counts and bases of assaults of North and South."""
    (north, south) = rows["North"], rows["South"]
    both = (north[0] + south[0], north[1] + south[1])
    cells = {
        (scope, scope_id, "assaults", "previous"): (float(pair[0]), float(pair[1]))
        for (scope, scope_id), pair in zip(PLACES, (both, north, south), strict=True)
    }
    districts, ranking = made[2].districts.copy(), made[2].ranking.copy()
    districts[["score", "change_previous", "change_year"]] = [80.0, -1.5, 0.0]
    districts[["rank", "level"]] = [1, 2]
    for column, value in values.items():
        ranking[column] = value
    headline = headline_of(FEBRUARY, BASES, cells)
    edition = with_tables(made[2], districts=districts, ranking=ranking, headline=headline)
    page = page_of(made, edition, code)
    return {section.scope_id: plain(section.words) for section in page.districts}


def test_a_paragraph_reads_as_a_report_does(made: Made) -> None:
    """Rank and score, their changes, and what rose or fell, in both languages."""
    rows = {"North": (280, 200), "South": (280, 400)}
    english = told(made, "en", rows, level=1)
    assert {
        "North": "North scores 80.0 and ranks 1, level 2 Usual. Its score differs by −1.5 from the "
        "period before and by 0.0 from last year. More than in the period before, beyond chance: "
        "Assault (+55.0\u00a0%).",
        "South": "South scores 80.0 and ranks 1, level 2 Usual. Its score differs by −1.5 from the "
        "period before and by 0.0 from last year. Fewer than in the period before, beyond chance: "
        "Assault (−22.5\u00a0%).",
    } == english
    assert told(made, "zh", rows, level=1)["North"] == (
        "北区得分 80.0，排名第 1，等级为 2 平常。得分环比 −1.5，同比 0.0。"
        "环比上升且超出偶然波动：伤害（+55.0%）。"
    )


def test_no_clear_change_is_said_as_such(made: Made) -> None:
    """A difference within chance is no rise, however large the percent."""
    text = told(made, "en", {"North": (20, 15), "South": (280, 280)}, level=1)["North"]
    assert text.endswith("No clear change against the period before.")


def test_withheld_counts_are_passed_over(made: Made) -> None:
    """Where nothing can be compared, nothing is said of counts."""
    text = told(made, "en", {"North": (4, 3), "South": (280, 280)}, level=1)["North"]
    assert text.endswith("from last year.")


def test_towns_at_the_worst_level_need_attention(made: Made) -> None:
    """Towns of the district at the worst level are named, those of other districts not."""
    texts = told(made, "en", {"North": (4, 3), "South": (4, 3)}, level=4)
    names = {
        district: made[2].ranking.query("district == @district")["town_name"].tolist()
        for district in texts
    }
    assert {
        district: f"Needs attention, at the worst level: {', '.join(names[district])}."
        for district in texts
    } == {district: text[text.index("Needs") :] for district, text in texts.items()}
