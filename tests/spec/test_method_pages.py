"""The page of a method explains itself, marks every value, and its example adds up."""

import copy
import hashlib
import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest

from indices.choices import Choice
from indices.composite.method import CompositeMethod
from indices.method import StandardMethod
from pipeline.methods import AnyMethodFile, MethodFile, list_methods, method_as_data
from reports.pages.composite_steps import composite_steps
from reports.pages.example import make_example
from reports.pages.example_words import example_steps
from reports.pages.method import render_method
from reports.pages.method_view import Marker, Step, source_lines
from reports.pages.standard_steps import standard_steps
from reports.words.language import LANGUAGES, language
from tests.spec.pocket_calculator import (
    evaluate,
    number,
    printed_score,
    rounded,
    score_by_hand,
    texts,
)

FILES = list_methods()
COMPOSITE = [file for file in FILES if isinstance(file.method, CompositeMethod)]
VOID = {"meta", "link", "br", "rect", "path", "polyline"}
HOSTILE = "\"><script>alert(1)</script><img src=x onerror='x'>&"
EACH_FILE = pytest.mark.parametrize("file", FILES, ids=lambda file: file.method.id)
EACH_COMPOSITE = pytest.mark.parametrize("file", COMPOSITE, ids=lambda file: file.method.id)
EACH_LANGUAGE = pytest.mark.parametrize("code", LANGUAGES)


class Page(HTMLParser):
    """A page's elements and its text; fails where elements are not closed in order."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element; remember what must be closed."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """The element closed is the one opened last."""
        if tag not in VOID:
            assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        """Keep words that are shown."""
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        """All words with single blanks between."""
        return " ".join(" ".join(self.words).split())


def page_of(file: AnyMethodFile, code: str = "en") -> Page:
    """The page of a method, read."""
    return Page(render_method(file, language=language(code)))


def choices(part: object) -> Iterator[Choice]:
    """Every marked value of a method, however deep."""
    if isinstance(part, Choice):
        yield part
    if hasattr(type(part), "model_fields"):
        for name in type(part).model_fields:
            yield from choices(getattr(part, name))
    elif isinstance(part, dict):
        for value in part.values():
            yield from choices(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from choices(value)


def steps_of(file: AnyMethodFile) -> tuple[Step, ...]:
    """The steps of a method in English."""
    if isinstance(file.method, StandardMethod):
        return standard_steps(file.method, Marker((), language("en")))
    return composite_steps(file.method, Marker(source_lines(file.method.sources), language("en")))


@EACH_FILE
@EACH_LANGUAGE
def test_every_method_has_a_page_in_both_languages(file: AnyMethodFile, code: str) -> None:
    """Name, summary, version and hash stand on the page, and the other language is one step off."""
    page, method = page_of(file, code), file.method
    wanted = [getattr(method.name, code), getattr(method.summary, code), method.version]
    for text in (*wanted, file.sha256, f"data/methods/{method.id}.toml"):
        assert " ".join(text.split()) in page.text
    other = {"en": "zh", "zh": "en"}[code]
    links = [attrs["href"] for tag, attrs in page.elements if tag == "a"]
    assert f"../{other}/index.html" == links[0]


@EACH_FILE
@EACH_LANGUAGE
def test_a_page_runs_and_loads_nothing(file: AnyMethodFile, code: str) -> None:
    """No script, no picture, no handler; links lead to the page itself or into the web."""
    page = page_of(file, code)
    assert set() == {tag for tag, _ in page.elements} & {"script", "img", "iframe", "object"}
    names = {name for _, attrs in page.elements for name in attrs}
    assert set() == {name for name in names if name.startswith("on") or name in ("src", "style")}
    [policy] = [a["content"] for tag, a in page.elements if tag == "meta" and "http-equiv" in a]
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    anchors = {attrs["id"] for _, attrs in page.elements if "id" in attrs}
    for href in (str(attrs["href"]) for tag, attrs in page.elements if tag == "a"):
        assert href[1:] in anchors if href.startswith("#") else re.match(r"https?://|\.\./", href)


@EACH_FILE
def test_the_same_file_gives_the_same_page(file: AnyMethodFile) -> None:
    """Two runs give the same bytes, example included."""
    first, second = (
        hashlib.sha256(render_method(file, language=language("zh")).encode()).hexdigest()
        for _ in range(2)
    )
    assert first == second


@EACH_FILE
def test_the_banner_is_the_first_thing_after_the_title(file: AnyMethodFile) -> None:
    """It says how much of the formula is published and that this is not the city's calculation."""
    html = render_method(file, language=language("en"))
    banner = html.split("</h1>")[1].lstrip()
    formula = getattr(file.method, "formula", "published").replace(" ", "-")
    assert banner.startswith(f'<div class="banner banner-{formula}" role="note">')
    said = " ".join(banner.split("</div>")[0].split())
    if isinstance(file.method, CompositeMethod):
        assert "NOT" in said
        assert escape(file.method.place.en) in said
    else:
        assert "no city's official index" in said.replace("&#39;", "'")
    about = method_as_data(file)
    assert f"{about['stated']} are stated by a source and {about['assumed']} are assumed" in said


@EACH_FILE
@EACH_LANGUAGE
def test_every_value_has_its_source_or_reason_on_the_page(file: AnyMethodFile, code: str) -> None:
    """Reasons stand there in full; sources by their title, with what was said of them."""
    text = page_of(file, code).text
    titles = {key: source.title for key, source in getattr(file.method, "sources", {}).items()}
    found = 0
    for choice in choices(file.method):
        found += 1
        keys, _, detail = (choice.source or "").partition(":")
        if all(key.strip() in titles for key in keys.split(",")):
            wanted = [*(titles[key.strip()] for key in keys.split(",")), detail.strip()]
        else:
            wanted = [choice.source or ""]
        for part in (*wanted, choice.reason or ""):
            assert " ".join(part.split()) in text
    about = method_as_data(file)
    assert about["stated"] + about["assumed"] == found


@EACH_FILE
def test_a_mark_stands_with_each_value(file: AnyMethodFile) -> None:
    """All values of the file, each by its status, source and reason, are marked in the steps."""
    steps = steps_of(file)
    shown = {
        (mark.status, mark.detail, mark.reason)
        for step in steps
        for marks in (*(line.marks for line in step.lines), *(t.notes for t in step.tables))
        for mark in marks
    }
    titles = getattr(file.method, "sources", {})
    wanted = set()
    for choice in choices(file.method):
        keys, _, detail = (choice.source or "").partition(":")
        known = all(key.strip() in titles for key in keys.split(","))
        wanted.add(
            (choice.status, detail.strip() if known else choice.source or "", choice.reason or "")
        )
    assert wanted == shown


@EACH_COMPOSITE
def test_notes_of_a_table_are_all_pointed_at(file: AnyMethodFile) -> None:
    """A cell points to a note below its own table, and to none that is not there."""
    for step in steps_of(file):
        for table in step.tables:
            pointed = {cell.note for row in table.rows for cell in row} - {0}
            assert pointed <= set(range(1, len(table.notes) + 1))
            assert [len(table.heads)] * len(table.rows) == [len(row) for row in table.rows]


@EACH_COMPOSITE
def test_what_a_file_cannot_do_and_its_sources_are_told(file: MethodFile[CompositeMethod]) -> None:
    """`not_shown` and every source with its address stand on the page."""
    page = page_of(file)
    for text in file.method.not_shown:
        assert " ".join(text.en.split()) in page.text
    links = {attrs.get("href") for tag, attrs in page.elements if tag == "a"}
    assert {source.url for source in file.method.sources.values() if source.url} <= links


@EACH_COMPOSITE
def test_the_example_adds_up(file: MethodFile[CompositeMethod]) -> None:
    """From the printed records a pocket calculator gets the printed score."""
    method = file.method
    steps = example_steps(make_example(method), language("en"))
    printed = printed_score(steps)
    assert number(printed) == score_by_hand(method, steps)
    assert printed not in ("0", "100")


@EACH_COMPOSITE
def test_the_records_shown_are_those_the_engine_saw(file: MethodFile[CompositeMethod]) -> None:
    """Towns and days compared with are the engine's, incident by incident and unit by unit."""
    example = make_example(file.method)
    measured = example.scores.measured
    for i, about in enumerate(example.rules.about):
        towns, periods = example.compared_towns(about), example.references(about)
        if about.baseline is None:
            assert [] == towns
            continue
        counted = [(float(example.rules.severity[i, k]), k) for k in example.counted(i)]
        harm = sum(weight * example.incidents(i, k, towns, periods) for weight, k in counted)
        days = sum((period.last - period.first).days + 1 for period in periods)
        assert harm == pytest.approx(measured.reference_events[0, 0, i])
        units = sum(float(example.made.units[town]) for town in towns)
        assert units * days == pytest.approx(measured.reference_exposure[0, 0, i])


@EACH_COMPOSITE
def test_every_printed_sum_is_right(file: MethodFile[CompositeMethod]) -> None:
    """What stands left of an equals sign comes to what stands right of it, but for rounding."""
    steps = example_steps(make_example(file.method), language("en"))
    seen = 0
    for text in example_texts(steps):
        for left, right in sums_in(text):
            seen += 1
            error = abs(evaluate(left) - number(right))
            assert error <= abs(number(right)) / 1000 + number("0.0001"), text
    assert seen >= 3


@EACH_COMPOSITE
def test_printed_digits_are_enough(file: MethodFile[CompositeMethod]) -> None:
    """Who goes on with the rounded numbers of the page still meets the printed score."""
    method = file.method
    steps = example_steps(make_example(method), language("en"))
    last = [line.text for line in steps[2].lines if not line.text.startswith("Printed")][-1]
    left, _, _ = last.split(": ", 1)[1].partition(" = ")
    score = rounded(evaluate(left), decimals=method.rounding.decimals, mode=method.rounding.mode)
    assert number(printed_score(steps)) == score


@EACH_COMPOSITE
def test_levels_ranks_and_the_district_follow_from_the_scores(
    file: MethodFile[CompositeMethod],
) -> None:
    """Levels by the cut points, ranks by the printed scores, the district by its rule."""
    method = file.method
    steps = example_steps(make_example(method), language("en"))
    [table] = steps[-1].tables
    scores = [number(row[2]) for row in texts(table)]
    better = max if method.higher_is == "safer" else min
    for row, score in zip(table.rows, scores, strict=True):
        ahead = sum(better(other, score) != score for other in scores)
        assert str(1 + ahead) == row[3].text
        if method.levels is not None:
            cuts = [number(str(cut)) for cut in method.levels.cuts]
            level = row[4].level
            assert level is not None
            assert 1 + sum(score < cut for cut in cuts) == level.number
    weights = [number(row[1]) for row in texts(table)[:2]]
    if method.roll_up.value == "plain_mean":
        weights = [number("1"), number("1")]
    mean = sum(w * s for w, s in zip(weights, scores, strict=False)) / sum(weights)
    decimals = max(method.rounding.decimals, 1)
    told = steps[-1].lines[0].text.split("→ ")[1]
    assert rounded(mean, decimals=decimals, mode=method.rounding.mode) == number(told)


def example_texts(steps: tuple[Step, ...]) -> Iterator[str]:
    """All lines and cells of an example."""
    for step in steps:
        yield from (line.text for line in step.lines)
        for table in step.tables:
            yield from (cell for row in texts(table) for cell in row)


def sums_in(text: str) -> Iterator[tuple[str, str]]:
    """Both sides of each sum in a text."""
    for part in re.split(r" → | or ", text):
        if " = " in part and "%" not in part:
            left, right = part.split(" = ")
            yield left.split(": ")[-1], right


def hostile(file: AnyMethodFile) -> AnyMethodFile:
    """The file with hostile texts wherever a text is free."""
    data = copy.deepcopy(file.method.model_dump(mode="json"))
    poison(data)
    return MethodFile(type(file.method).model_validate(data), HOSTILE)


def poison(table: dict[str, Any]) -> None:
    """Put hostile texts into names, sources, reasons and titles, and a script into links."""
    for key, value in table.items():
        if isinstance(value, dict):
            poison(value)
        elif isinstance(value, list):
            for part in value:
                if isinstance(part, dict):
                    poison(part)
        elif key in ("en", "zh", "title", "reason") and value is not None:
            table[key] = f"{value} {HOSTILE}"
        elif key == "source" and value is not None:
            table[key] = f"{value}{':' if ':' not in value else ''} {HOSTILE}"
        elif key == "url":
            table[key] = "javascript:alert(1)"
        elif key == "glyph":
            table[key] = "<"


@EACH_FILE
@EACH_LANGUAGE
def test_hostile_text_in_a_method_file_stays_text(file: AnyMethodFile, code: str) -> None:
    """No text of a file becomes an element or a link; the words are shown as they are."""
    page = page_of(hostile(file), code)
    assert set() == {tag for tag, _ in page.elements} & {"script", "img"}
    assert [] == [a for _, a in page.elements if "javascript" in str(a.get("href"))]
    assert HOSTILE in "".join(page.words)
