"""Pages and files of a month: whole in both languages, for methods of both kinds."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pandas as pd
import pytest

from indices.periods import Period, PeriodKind, parse_period
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.editions.headline_guard import public_headline
from pipeline.methods import AnyMethodFile
from reports.pages.report import render_report, report_files, view_report
from reports.words.language import LANGUAGES, language
from reports.words.periods import period_text
from tests.spec.made_up_editions import county_month, with_tables

METHODS = ("standard", "zhuhai-2018", "huizhou-2016", "canada-csi-total")
Made = tuple[City, AnyMethodFile, Edition]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Made]]:
    """Alder County's February by any method, each computed once."""
    done: dict[str, Made] = {}
    with ExitStack() as stack:

        def by(method: str) -> Made:
            if method not in done:
                folder = tmp_path_factory.mktemp(method) / "city"
                done[method] = stack.enter_context(county_month(folder, method=method))
            return done[method]

        yield by


def page(made: Made, code: str) -> str:
    """The page as it is written."""
    city, method, edition = made
    return render_report(edition, city=city, method=method.method, language=language(code))


def rows(content: bytes) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_a_page(months: Callable[[str], Made], method: str, code: str) -> None:
    """The page names the period and holds each district and each town once as a row's head."""
    made = months(method)
    html = page(made, code)
    found = re.findall(r'<th scope="row" class="name">([^<]+)', html)
    heads = [name.strip() for name in found]
    title = {"en": "February 2025", "zh": "2025年2月"}[code]
    column = "town_name_zh" if code == "zh" else "town_name"
    assert f"<h1>{title}</h1>" in html
    assert {1} == {heads.count(name) for name in made[2].ranking[column]}
    districts = {"North": "北区"} if code == "zh" else {}
    assert {1} == {heads.count(districts.get(name, name)) for name in made[2].districts["district"]}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_asks_nobody_for_anything(months: Callable[[str], Made], code: str) -> None:
    """No script, no picture, no style and no font from elsewhere; addresses are links alone."""
    html = page(months("standard"), code)
    assert re.findall(r"<(?:script|img|link rel=\"(?!alternate)|iframe|object)", html) == []
    assert re.findall(r'(?:src|style)="', html) == []
    assert re.findall(r"url\(", html) == []


def test_the_exact_total_stands_nowhere_on_the_page(months: Callable[[str], Made]) -> None:
    """The city's exact count would tell a small district: the page has the guarded one alone."""
    made = months("standard")
    total = made[2].facts.incidents_on_day
    assert total % 5 != 0
    assert re.findall(rf"\b{total}\b", page(made, "en")) == []


def test_text_from_outside_is_escaped(months: Callable[[str], Made]) -> None:
    """A town's name is shown, and never read as HTML."""
    city, method, edition = months("standard")
    ranking = edition.ranking.assign(town_name="<b>Elm</b> & Co")
    html = page((city, method, with_tables(edition, ranking=ranking)), "en")
    assert "&lt;b&gt;Elm&lt;/b&gt; &amp; Co" in html
    assert "<b>Elm" not in html


def test_a_city_without_districts_has_its_own_table_alone(months: Callable[[str], Made]) -> None:
    """Without districts there is no table of them, and the city's counts are told."""
    city, method, edition = months("standard")
    headline = edition.headline[edition.headline["scope"] != "district"]
    bare = with_tables(edition, districts=edition.districts[:0], headline=headline)
    view = view_report(bare, city, method.method, language("en"))
    assert view.districts == ()
    assert view.city.headline is not None
    assert 'id="districts"' not in page((city, method, bare), "en")


def test_counts_of_a_longer_period_are_withheld_and_the_page_says_why(
    months: Callable[[str], Made],
) -> None:
    """The page of a quarter has scores and words on why there are no counts."""
    city, method, edition = months("standard")
    quarter = replace(
        edition, facts=replace(edition.facts, period="2025-Q1", period_kind="quarter")
    )
    view = view_report(quarter, city, method.method, language("en"))
    assert view.city.headline is None
    assert view.about_counts.startswith("Counts are published of months and half months alone")


def test_the_public_file_holds_what_the_page_shows(months: Callable[[str], Made]) -> None:
    """Each percent of the page's tables stands in the public file."""
    city, method, edition = months("standard")
    view = view_report(edition, city, method.method, language("en"))
    file = {
        (row["scope_id"], row["code"], row["comparison"]): row
        for row in rows(report_files(edition, public=True)["headline.csv"])
    }
    for section in (view.city, *view.districts):
        assert section.headline is not None
        for line in section.headline.rows:
            for cell in line.cells:
                row = file[section.scope_id, line.code, cell.comparison]
                if row["obs_status"] == "normal":
                    number = cell.text.removesuffix("\u00a0%").replace("−", "-")
                    assert float(row["percent"]) == float(number)
                else:
                    assert row["percent"] == ""


def test_files_have_the_same_columns_in_both_trees(months: Callable[[str], Made]) -> None:
    """Public and internal files differ in rows and values alone."""
    edition = months("standard")[2]
    public, internal = (report_files(edition, public=public) for public in (True, False))
    assert [content.split(b"\n")[0] for content in public.values()] == [
        content.split(b"\n")[0] for content in internal.values()
    ]
    assert public["districts.csv"] == internal["districts.csv"]


def test_the_internal_file_has_everything(months: Callable[[str], Made]) -> None:
    """Towns and exact counts stand in the internal file."""
    edition = months("standard")[2]
    table = rows(report_files(edition, public=False)["headline.csv"])
    assert edition.headline["count"].tolist() == [int(row["count"]) for row in table]
    assert {"city", "district", "town"} == {row["scope"] for row in table}


def test_the_public_file_has_the_public_table(months: Callable[[str], Made]) -> None:
    """The public file holds the guarded counts; what is withheld is empty."""
    edition = months("standard")[2]
    table = public_headline(edition.headline, period=parse_period(edition.facts.period))
    expected = ["" if pd.isna(count) else str(count) for count in table["count"]]
    assert expected == [
        row["count"] for row in rows(report_files(edition, public=True)["headline.csv"])
    ]


PERIODS = [
    # label, English, Chinese
    ("2017-04", "April 2017", "2017年4月"),
    ("2017-04-01--2017-04-15", "1–15 April 2017", "2017年4月上半月"),
    ("2017-04-16--2017-04-30", "16–30 April 2017", "2017年4月下半月"),
    ("2017-04-11--2017-04-20", "11–20 April 2017", "2017年4月中旬"),
    ("2017-Q2", "Quarter 2 of 2017", "2017年第 2 季度"),
    ("2017", "2017", "2017年"),
    ("2017-04-03--2017-05-02", "3 April – 2 May 2017", "2017年4月3日至5月2日"),
    ("2016-12-20--2017-01-05", "20 December 2016 – 5 January 2017", "2016年12月20日至2017年1月5日"),
]


@pytest.mark.parametrize(("label", "english", "chinese"), PERIODS)
def test_periods_are_written_as_people_write_them(label: str, english: str, chinese: str) -> None:
    """Months, halves of them, and spans, in both languages."""
    period = parse_period(label)
    assert [english, chinese] == [period_text(period, language(code)) for code in ("en", "zh")]


def test_a_week_says_its_number_and_its_days() -> None:
    """A week has the number of ISO 8601 and the days that it holds."""
    week = parse_period("2017-W15")
    assert Period(week.first, week.last, PeriodKind.WEEK) == week
    assert [
        "Week 15 of 2017 (10–16 April 2017)",
        "2017年第 15 周（2017年4月10日至16日）",
    ] == [period_text(week, language(code)) for code in ("en", "zh")]
