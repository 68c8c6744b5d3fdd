"""Values that mean something to another program, or to nobody: judged, shown and never obeyed."""

import csv
import io
import json
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.quality import measure_quality
from tests.conftest import TOWNS_CSV, calls_csv, run_cli, tree_bytes, write_city
from tests.spec.hostile_files import (
    Declared,
    Judged,
    Refused,
    alder,
    assert_judged,
    assert_refused,
    good,
    lines,
)

# --- Times, numbers and identities --------------------------------------------------------------


def at(
    *times: str, formats: str = "%Y-%m-%d %H:%M:%S", zone: str = "city"
) -> tuple[bytes, Declared]:
    """A row for each time, and how they are read."""
    rows = [f'{n},"{when}",ALDER,ASSAULT' for n, when in enumerate(times, start=1)]
    listed = json.dumps(formats.split(" or "))
    return lines(*rows).encode(), Declared(occurred=f'formats = {listed}\nzone = "{zone}"')


def timed(
    rejected: list[tuple[int, str]],
    *times: str,
    formats: str = "%Y-%m-%d %H:%M:%S",
    zone: str = "city",
) -> Judged:
    """A file of times, and which rows are set aside."""
    content, declared = at(*times, formats=formats, zone=zone)
    return Judged(content, len(times), rejected, declared=declared)


def dead(rejected: list[tuple[int, str]], *numbers: str) -> Judged:
    """A file of numbers of deaths, and which rows are set aside."""
    rows = [f'{n},2025-02-03,ALDER,ASSAULT,"{number}"' for n, number in enumerate(numbers, 1)]
    return Judged(
        lines(*rows, head="id,when,town,kind,dead").encode(),
        len(numbers),
        rejected,
        declared=Declared(more='[casualties]\ndeaths = "dead"'),
    )


MIXED = ("2025-02-03 10:00:00", "03.02.2025 10:00", "2025-02-04 10:00:00")
ZEROS = ("1970-01-01 00:00:00", "1969-12-31 19:00:00", "1970-01-02 00:00:00", "2099-01-01 00:00:00")
IMPLAUSIBLE, FUTURE, UNREADABLE = "implausible_time", "time_in_future", "unreadable_time"
JUDGED = {
    "two formats in one column, one declared": timed([(2, UNREADABLE)], *MIXED),
    "two formats in one column, both declared": timed(
        [], *MIXED, formats="%Y-%m-%d %H:%M:%S or %d.%m.%Y %H:%M"
    ),
    "29 February of a common and of a leap year": timed(
        [(1, UNREADABLE)], "2023-02-29", "2024-02-29", formats="%Y-%m-%d"
    ),
    "29 February of the Republic": timed(
        [(1, UNREADABLE)], "1120229", "1130229", formats="roc:%Y%m%d"
    ),
    "the zero of Unix time, as written and in the city, and 2099": timed(
        [(1, IMPLAUSIBLE), (2, IMPLAUSIBLE), (4, FUTURE)], *ZEROS
    ),
    "the zero of Unix time, in UTC": timed([(1, IMPLAUSIBLE), (4, FUTURE)], *ZEROS, zone="UTC"),
    "the zero of Unix time, in a zone that is neither UTC nor the city's": timed(
        [(1, IMPLAUSIBLE), (2, IMPLAUSIBLE), (3, IMPLAUSIBLE)],
        *("1970-01-01 00:00:00", "1970-01-01 08:00:00", "1970-01-01 13:00:00"),
        *("1970-01-01 00:00:01", "1970-01-01 05:00:00"),
        zone="Asia/Shanghai",
    ),
    "the zero of Unix time, with an offset that is neither": timed(
        [(1, IMPLAUSIBLE), (2, IMPLAUSIBLE)],
        *("1970-01-01 00:00:00+00:00", "1970-01-01 05:30:00+05:30", "1970-01-01 05:30:00+00:00"),
        formats="%Y-%m-%d %H:%M:%S%z",
        zone="Asia/Shanghai",
    ),
    "0 seconds and 1, where the zone declared is neither": timed(
        [(1, IMPLAUSIBLE)], "0", "1", formats="epoch_seconds", zone="Asia/Shanghai"
    ),
    "0 seconds, 2025, 2099, and milliseconds for seconds": timed(
        [(1, IMPLAUSIBLE), (3, FUTURE), *((n, UNREADABLE) for n in (4, 5, 6, 7))],
        *("0", "1738591200", "4070908800", "1738591200000", "nan", "1e400", "99999999999999999999"),
        formats="epoch_seconds",
    ),
    "serials of spreadsheets beyond the calendar": timed(
        [(1, IMPLAUSIBLE), (2, UNREADABLE), (3, UNREADABLE), (4, UNREADABLE)],
        *("0", "-1", "99999999", "nan", "45691.4166667"),
        formats="excel",
    ),
    "numbers of deaths that are none": dead(
        [
            (2, "negative_number"),
            *((n, "unreadable_number") for n in (3, 4, 5, 6, 7, 8)),
            (9, "negative_number"),
        ],
        *("0", "-1", "x", "1.5", "1e9", "nan", "1,000", "inf", "-inf", "", " 2 ", "3.0"),
    ),
    "one identity with other content, then again as at first": Judged(
        lines(*good(), "5,2025-02-03 10:00,BIRCH,ASSAULT", *good(5, 5)).encode(),
        7,
        [(6, "identity_conflict")],
        duplicates=1,
    ),
}


@pytest.mark.parametrize("name", JUDGED)
def test_each_row_has_one_verdict(tmp_path: Path, name: str) -> None:
    """Bad rows are counted with their number and one reason; all others are accepted."""
    with alder(tmp_path / "alder", JUDGED[name].declared) as county:
        assert_judged(county, JUDGED[name])


CLOCKS = {  # name: (zone of the source, times, days in the city, which is Toronto)
    "skipped in both": ("city", ["2025-03-09 02:30:00"], ["2025-03-09"]),
    "skipped in another zone with the same clock": (
        "America/New_York",
        ["2025-03-09 02:30:00", "2025-03-09 00:00:00"],
        ["2025-03-09", "2025-03-09"],
    ),
    "midnight skipped in another zone": (
        "America/Havana",
        ["2025-03-09 00:30:00", "2025-03-08 23:59:59"],
        ["2025-03-09", "2025-03-08"],
    ),
    "repeated in another zone with the same clock": (
        "America/New_York",
        ["2025-03-09 23:59:59", "2024-11-03 01:30:00", "2025-03-09 03:00:00"],
        ["2025-03-09", "2025-03-09"],  # the other one is of the year before, and accepted
    ),
    "midnights of the city, before and after its change": (
        "UTC",
        [
            *("2025-03-09 04:59:59", "2025-03-09 05:00:00"),  # winter: five hours
            *("2025-03-10 03:59:59", "2025-03-10 04:00:00"),  # summer: four
        ],
        ["2025-03-08", "2025-03-09", "2025-03-09", "2025-03-10"],
    ),
}


@pytest.mark.parametrize("name", CLOCKS)
def test_a_clock_change_loses_and_moves_no_row(tmp_path: Path, name: str) -> None:
    """A moment that a clock skips is that of the same day; nothing is rejected for it."""
    zone, times, days = CLOCKS[name]
    content, declared = at(*times, zone=zone)
    with alder(tmp_path / "alder", declared) as county:
        batch = county.deliver(content)
        counted = county.counts()
    assert len(times) == batch.rows_accepted
    assert {("Alder", day, "assault"): days.count(day) for day in days} == counted


def test_day_and_month_the_other_way_round(tmp_path: Path) -> None:
    """A file in the other order is refused with the order that fits."""
    days = [f"{day:02}/{month:02}/2025" for month in (1, 2, 3) for day in range(1, 29)]
    content, declared = at(*days, formats="%m/%d/%Y")
    case = Refused(content, "if the publisher writes %d/%m/%Y, declare that", declared)
    with alder(tmp_path / "alder", declared) as county:
        assert_refused(county, lambda: county.deliver(case.content), case.words)


# --- Words that would do something elsewhere ----------------------------------------------------

WORDS = [
    *("<script>alert(1)</script>", "'\"><img src=x onerror=alert(1)>", "javascript:alert(1)"),
    *('=HYPERLINK("http://x","y")', "@SUM(A1)", "+1", "-1+2", "\t=1", "../../etc/passwd"),
    *("A\u202eB", "A\u2066B", "A\x1b[2JB", "{{ 7 * 7 }}", "{% raw %}", "[bold red]x[/]", "[/]"),
]
FORBIDDEN = {"\x1b", "\u202e", "\u2066"}
NAME = "<i>Alder</i> & {{ 7 * 7 }} [/]"


class Elements(HTMLParser):
    """The elements and the addresses of a page."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.names: set[str] = set()
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, and attributes that a program would run."""
        self.names.add(tag)
        self.odd += [str(v) for k, v in attrs if k.startswith("on") or "javascript:" in str(v)]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, bytes]]:
    """What a night with such words says in the terminal, and what it publishes."""
    folder = write_city(tmp_path_factory.mktemp("words") / "alder")
    towns = TOWNS_CSV.replace("001,Alder", f"001,{NAME}")
    (folder / "towns.csv").write_text(towns, encoding="utf-8")
    rows = [(f"g{n}", "2025-02-03", "ALDER", "ASSAULT") for n in range(60)]
    for n, word in enumerate(WORDS):
        cell = '"' + word.replace('"', '""') + '"'
        rows += [(f"p{n}", "2025-02-03", cell, "ASSAULT"), (f"k{n}", "2025-02-03", "ALDER", cell)]
        rows += [(f"t{n}", cell, "ALDER", "ASSAULT")]
    path = folder / "records" / "calls-1.csv"
    path.write_bytes(calls_csv(rows))
    city, home = ("--city", folder), ("--home", folder.parent / "home")
    calls = [
        run_cli("check", path, "--source", "calls", *city),
        run_cli("run", *city, *home),
        run_cli("show", *city, *home),
        run_cli("explain", "001", *city, *home),
    ]
    assert [0] * 4 == [done.returncode for done in calls], [done.stderr for done in calls]
    site = {tree: tree_bytes(folder.parent / "home" / tree) for tree in ("site", "internal")}
    pages = {f"{tree}/{name}": page for tree, files in site.items() for name, page in files.items()}
    return "".join(done.stdout + done.stderr for done in calls), pages


def test_words_are_shown_in_the_terminal_as_they_are(told: tuple[str, dict[str, bytes]]) -> None:
    """Marks of the terminal's own language are words too; what steers a terminal is written out."""
    text, _ = told
    assert set() == FORBIDDEN & set(text)
    for word in (
        "[bold red]x[/]",
        "{{ 7 * 7 }}",
        "A\\u202eB",
        "A\\u001b[2JB",
        "\\u0009=1",
        "@SUM(A1)",
    ):
        assert word in text


def test_words_are_no_markup_on_a_page(told: tuple[str, dict[str, bytes]]) -> None:
    """No element, handler or address comes from a record or a town's name; templates ran once."""
    _, pages = told
    html = {name: page.decode() for name, page in pages.items() if name.endswith(".html")}
    assert any("[bold red]x[/]" in page for page in html.values()), "the words are not shown at all"
    for name, page in html.items():
        elements = Elements()
        elements.feed(page)
        assert (set(), []) == ({"img", "i"} & elements.names, elements.odd), name
        assert "<script>alert" not in page, name
        assert set() == FORBIDDEN & set(page), name
        assert "49 [/]" not in page, name


def test_words_are_no_formula_in_a_table(told: tuple[str, dict[str, bytes]]) -> None:
    """No cell of a CSV file begins as a formula; town_ids for Excel are texts on purpose."""
    _, pages = told
    for name, page in pages.items():
        if name.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(page.decode())) for cell in row]
            odd = [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "-1+"))]
            assert [] == [cell for cell in odd if cell not in ('="001"', '="002"', '="003"')], name


LONG = "12 Long Street, behind the mill, " * 3
LENGTHS = {  # name: (a word, what is shown of it)
    "80 characters": ("x" * 80, "x" * 80),
    "81 characters": ("x" * 81, "x" * 79 + "…"),
    "a thousand ideographs": ("镇" * 1_000, "镇" * 79 + "…"),
    "an address": (LONG, LONG[:79] + "…"),
    "marks that are written out, at the cut": ("x" * 78 + "\u202e" * 9, "x" * 78 + "\\u202e…"),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_a_long_word_is_cut_for_showing(tmp_path: Path, name: str) -> None:
    """The quality report has room for 80 characters of a word; its incidents are all counted."""
    word, shown = LENGTHS[name]
    rows = [f'{n},2025-02-03,"{word}",ASSAULT' for n in (1, 2, 3)]
    rows += [f'{n},2025-02-03,ALDER,"{word}"' for n in (4, 5)]
    with alder(tmp_path / "alder", Declared()) as county:
        county.deliver(lines(*rows, *good(6, 7)).encode())
        county.counts()  # loads the tables that the report looks words up in
        day = date(2025, 2, 3)
        quality = measure_quality(county.warehouse, first_day=day, last_day=day, as_of=1)
    told = quality.days[0]
    assert (((shown, 3),), ((shown, 2),)) == (quality.unmatched_places, quality.unmapped_categories)
    assert (7, 3, 2) == (told.known, told.not_located, told.unmapped)


NAMES = {
    "a column": ("calls-2.csv", "id,when\x1b[2J\u202e,town,kind"),
    "a file": ("calls\x1b[2J\u202e.csv", "id,town,kind"),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_from_outside_do_not_steer_a_terminal(tmp_path: Path, name: str) -> None:
    """Names of columns and of files reach a message with their marks written out."""
    folder = write_city(tmp_path / "alder")
    file, head = NAMES[name]
    path = folder / "records" / file
    path.write_text(lines(*good(), head=head), encoding="utf-8")

    done = run_cli("check", path, "--source", "calls", "--city", folder)

    assert done.returncode == 1
    assert set() == FORBIDDEN & set(done.stdout + done.stderr)
