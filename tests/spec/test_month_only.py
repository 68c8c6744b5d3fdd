"""Records that tell no more than the month are scored by months, and the pages say so."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.city import read_city
from pipeline.compute.edition import compute_edition
from pipeline.counts import find_coverage
from pipeline.errors import NothingKnown, WrongUsage
from pipeline.ingest import ingest
from pipeline.methods import find_method
from pipeline.store.warehouse import open_in_memory
from reports.pages.sentences import not_located_sentence
from reports.words.language import language
from tests.conftest import County, calls_csv, run_cli, table_rows, tree_bytes, write_city

STANDARD = find_method("standard")
WORDS = ("ALDER", "BIRCH", "BIRCH", "ELSEWHERE", "CEDAR", "BIRCH", "ALDER", "NOWHERE")
KINDS = ("ASSAULT", "BURGLARY", "ASSAULT", "ROBBERY", "ASSAULT")
MONTHS = ("2025-01", "2025-02", "2025-03")


def write_month_city(folder: Path, *, last_day: str = "complete") -> Path:
    """Alder County, whose source writes months as 2025-03."""
    write_city(folder, last_day=last_day)
    declaration = folder / "sources" / "calls.toml"
    text = declaration.read_text(encoding="utf-8")
    text = text.replace('"%Y-%m-%d %H:%M", "%Y-%m-%d"', '"%Y-%m"')
    text = text.replace('precision = "second"', 'precision = "month"')
    declaration.write_text(text, encoding="utf-8")
    return folder


def monthly(months: Sequence[str] = MONTHS, *, per_month: int = 80) -> bytes:
    """Eighty calls a month, the same ones in each."""
    return calls_csv(
        (f"{month}-{n}", month, WORDS[n % 8], KINDS[n % 5])
        for month in months
        for n in range(per_month)
    )


@dataclass(frozen=True)
class Night:
    """A run for a month, its trees and its pages."""

    city: Path
    home: Path
    said: str

    def page(self, code: str) -> str:
        """The page of March in a language."""
        path = self.home / "site" / "2025-03-31" / "r0" / code / "index.html"
        return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One night after the delivery of three months. Tests read it; none may write to it."""
    folder = tmp_path_factory.mktemp("month")
    city = write_month_city(folder / "alder")
    (city / "records" / "calls-1.csv").write_bytes(monthly())
    done = run_cli("run", "--city", city, "--home", folder / "home")
    assert done.returncode == 0, done.stderr
    return Night(city, folder / "home", done.stdout)


# ---------------------------------------------------------------- taking in


def test_check_and_ingest_take_months(night: Night, tmp_path: Path) -> None:
    """Both verbs accept every row of a file of months."""
    file = night.city / "records" / "calls-1.csv"
    told = {}
    for verb, more in (("check", ()), ("ingest", ("--home", tmp_path / "home"))):
        done = run_cli(verb, file, "--source", "calls", "--city", night.city, "--json", *more)
        assert done.returncode == 0, done.stderr
        told[verb] = json.loads(done.stdout)["data"]
    for batch in (told["check"]["batches"][0], told["ingest"]):
        assert (240, 240, 0) == (
            batch["rows_read"],
            batch["rows_accepted"],
            batch["rows_rejected"],
        )


def test_a_value_without_a_month_is_rejected(tmp_path: Path) -> None:
    """A year alone, or a thirteenth month, is no month."""
    city = read_city(write_month_city(tmp_path / "alder"))
    with open_in_memory() as warehouse:
        alder = County(city, warehouse, city.folder)
        alder.deliver(
            calls_csv(
                (f"c{n}", when, "ALDER", "ASSAULT")
                for n, when in enumerate(["2025-03", "2025", "2025-13", "", "2025-03-01"])
            )
        )
        reasons = ["unreadable_time", "unreadable_time", "missing_time", "unreadable_time"]
        assert list(enumerate(reasons, start=2)) == alder.reasons()


def test_a_month_that_has_begun_is_not_the_future(tmp_path: Path) -> None:
    """Rows of June that come on the fifth of June are of June, which has begun."""
    city = read_city(write_month_city(tmp_path / "alder", last_day="partial"))
    path = tmp_path / "calls.csv"
    path.write_bytes(monthly((*MONTHS, "2025-06", "2025-07"), per_month=10))
    with open_in_memory() as warehouse:
        batch = ingest(
            warehouse,
            [path],
            source=city.sources[0],
            city=city,
            archive=tmp_path / "archive",
            received_at=datetime(2025, 6, 5, tzinfo=UTC),
        )
    assert (40, 10) == (batch.rows_accepted, batch.rows_rejected)


# ---------------------------------------------------------------- which months


COVERED = """
    last_day | months                  | first      | last
    ---------+-------------------------+------------+-----------
    complete | 2025-01 2025-02 2025-03 | 2025-01-01 | 2025-03-31
    partial  | 2025-01 2025-02 2025-03 | 2025-01-01 | 2025-02-28
    complete | 2025-02                 | 2025-02-01 | 2025-02-28
    partial  | 2024-12 2025-01 2025-05 | 2025-01-01 | 2025-04-30
    complete | 2025-04                 | 2025-04-01 | 2025-04-30
"""


@pytest.mark.parametrize(("last_day", "months", "first", "last"), table_rows(COVERED))
def test_whole_months_are_covered(
    tmp_path: Path, last_day: str, months: str, first: str, last: str
) -> None:
    """The records reach to the end of their last month, or to that before where it is partial."""
    city = read_city(write_month_city(tmp_path / "alder", last_day=last_day))
    with open_in_memory() as warehouse:
        alder = County(city, warehouse, city.folder)
        alder.deliver(monthly(months.split()))
        found = find_coverage(warehouse, city, as_of=1)
        assert (first, last) == (found.first_day.isoformat(), found.last_day.isoformat())
        newest = compute_edition(warehouse, city, STANDARD)
        assert last == newest.facts.day.isoformat()


def test_a_partial_only_month_is_no_month(tmp_path: Path) -> None:
    """Where the only month is partial there is nothing to publish."""
    city = read_city(write_month_city(tmp_path / "alder", last_day="partial"))
    with open_in_memory() as warehouse:
        County(city, warehouse, city.folder).deliver(monthly(["2025-01"]))
        with pytest.raises(NothingKnown, match="no day is covered in full"):
            compute_edition(warehouse, city, STANDARD)


@pytest.mark.parametrize("day", [date(2025, 3, 30), date(2025, 3, 15), date(2025, 3, 1)])
def test_a_day_within_a_month_is_refused(tmp_path: Path, day: date) -> None:
    """Only the last day of a month stands for something that the records know."""
    city = read_city(write_month_city(tmp_path / "alder"))
    with open_in_memory() as warehouse:
        County(city, warehouse, city.folder).deliver(monthly())
        with pytest.raises(WrongUsage, match="not the last day of a month") as caught:
            compute_edition(warehouse, city, STANDARD, day=day)
        assert "--date 2025-02-28" == caught.value.try_next
        made = compute_edition(warehouse, city, STANDARD, day=date(2025, 2, 28))
        assert made.facts.by_month


def test_the_command_says_what_to_try(night: Night, tmp_path: Path) -> None:
    """A date within the month is wrong usage: code 2, and the last day of the month before."""
    arguments = ("--city", night.city, "--home", tmp_path / "home")
    done = run_cli("run", *arguments, "--date", "2025-03-15")
    assert 2 == done.returncode
    assert "--date 2025-02-28" in done.stderr
    assert "Traceback" not in done.stderr
    again = run_cli("run", *arguments, "--date", "2025-02-28")
    assert 0 == again.returncode, again.stderr
    published = sorted(path.name for path in (tmp_path / "home" / "site").glob("2025-*"))
    assert ["2025-02-28"] == published


def test_one_source_of_months_is_enough(tmp_path: Path) -> None:
    """Where another source knows the day, scores still come by months."""
    folder = write_month_city(tmp_path / "alder")
    text = (folder / "sources" / "calls.toml").read_text(encoding="utf-8")
    text = text.replace('id = "calls"', 'id = "patrol"').replace("calls*", "patrol*")
    text = text.replace('"%Y-%m"', '"%Y-%m-%d"').replace('"month"', '"second"')
    (folder / "sources" / "patrol.toml").write_text(text, encoding="utf-8")
    city = read_city(folder)
    days = [("2025-01-03", "p0"), ("2025-03-30", "p1"), ("2025-04-20", "p2")]
    with open_in_memory() as warehouse:
        County(city, warehouse, folder).deliver(monthly((*MONTHS, "2025-04")))
        path = folder / "patrol.csv"
        path.write_bytes(calls_csv((id_, day, "ALDER", "ASSAULT") for day, id_ in days))
        ingest(
            warehouse,
            [path],
            source=city.source("patrol"),
            city=city,
            archive=folder / "archive",
            received_at=datetime(2025, 6, 1, tzinfo=UTC),
        )
        made = compute_edition(warehouse, city, STANDARD)
    assert date(2025, 3, 31) == made.facts.day  # April is not whole in the other source
    in_march = sum(WORDS[n % 8] in ("ALDER", "BIRCH", "CEDAR") for n in range(80))
    assert in_march + 1 == made.facts.incidents_on_day


# ---------------------------------------------------------------- what is said


def test_the_month_is_published_under_its_last_day(night: Night) -> None:
    """Three months give one edition, that of the newest."""
    days = sorted(path.name for path in (night.home / "site").glob("2025-*"))
    assert ["2025-03-31"] == days
    facts = json.loads(tree_bytes(night.home / "site")["2025-03-31/r0/edition.json"])
    assert facts["by_month"] is True


TITLES = {"en": "March 2025", "zh": "2025年3月"}
FIRST = {
    "en": "In March 2025 the records hold 60 counted incidents in the towns of Alder County",
    "zh": "2025年3月",
}
ONLY = {"en": "They tell no more than the month.", "zh": "月"}


@pytest.mark.parametrize("code", ["en", "zh"])
def test_the_page_names_the_month(night: Night, code: str) -> None:
    """Title, heading and first sentence name the month, never a weekday."""
    page = night.page(code)
    assert re.search(rf"<title>[^<]*{TITLES[code]}</title>", page)
    assert f"<h1>{TITLES[code]}</h1>" in page
    [summary] = re.findall(r'<p class="summary">(.*?)</p>', page, re.DOTALL)
    assert FIRST[code] in summary
    assert ONLY[code] in summary
    assert not re.search("Monday|星期一", page)


def test_both_languages_give_the_same_number(night: Night) -> None:
    """Sixty incidents in the towns, by hand: three quarters of the eighty calls of March."""
    assert 60 == sum(WORDS[n % 8] in ("ALDER", "BIRCH", "CEDAR") for n in range(80))
    for code in ("en", "zh"):
        [summary] = re.findall(r'<p class="summary">(.*?)</p>', night.page(code), re.DOTALL)
        assert re.search(r"\b60\b|60", summary)


@pytest.mark.parametrize("code", ["en", "zh"])
def test_no_change_from_day_to_day_is_shown(night: Night, code: str) -> None:
    """There is no day before: no changes in the table, none in the sentences."""
    page = night.page(code)
    assert [] == re.findall(r'<td class="number change">', page)
    assert not re.search(">1 day<|>7 days<|>较前一", page)
    assert not re.search("on the day before|Changes compare|比前一日|持平|升降是", page)


def test_the_files_leave_changes_empty(night: Night) -> None:
    """The columns stay, without values."""
    text = (night.home / "site" / "2025-03-31" / "r0" / "ranking.csv").read_text(encoding="utf-8")
    head, *lines = [line.split(",") for line in text.splitlines()]
    at = [head.index(name) for name in ("change_1d", "change_7d")]
    assert [["", ""]] * 3 == [[line[column] for column in at] for line in lines]


def test_the_terminal_names_the_month(night: Night) -> None:
    """What a run prints says the month too."""
    assert "March 2025" in night.said
    assert "Monday" not in night.said


def test_what_was_not_located_is_told_for_the_whole_month(night: Night) -> None:
    """Ten of the eighty calls of March name no town; they lie in its middle, and are not missed."""
    city = read_city(night.city)
    with open_in_memory() as warehouse:
        County(city, warehouse, night.city).deliver(monthly())
        made = compute_edition(warehouse, city, STANDARD)
    assert [80] == [day.known for day in made.quality.days]
    assert not_located_sentence(made, language("en")).startswith(
        "Not located: 10 of 80 counted incidents of the last 31 days"
    )
    assert "Not located: 10 of 80" in night.page("en")


def test_the_internal_page_names_the_month(night: Night) -> None:
    """The page on the quality of the records bears the same title."""
    for code, title in TITLES.items():
        path = night.home / "internal" / "2025-03-31" / "r0" / code / "quality.html"
        page = path.read_text(encoding="utf-8")
        assert title in page
        assert not re.search("Monday|星期一", page)


def test_a_month_has_the_usual_of_its_length(tmp_path: Path) -> None:
    """What is usual for February is 28 days of what is usual for a day."""
    city = read_city(write_month_city(tmp_path / "alder"))
    with open_in_memory() as warehouse:
        County(city, warehouse, city.folder).deliver(monthly())
        for day in (date(2025, 2, 28), date(2025, 3, 31)):
            made = compute_edition(warehouse, city, STANDARD, day=day)
            usual = 35 / 100_000 * (10_000 + 20_000 + 400) * day.day
            assert made.facts.incidents_usual == pytest.approx(usual, abs=0.05)
            assert 60 == made.facts.incidents_on_day
