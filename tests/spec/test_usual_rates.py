"""What is usual is measured once, written down and frozen."""

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.calibrate import LEAST_EVENTS, calibrated
from pipeline.city import City, read_city
from pipeline.compute.edition import compute_edition
from pipeline.errors import ConfigurationMistake, NothingKnown, StorageUnusable
from pipeline.methods import find_method
from pipeline.store.warehouse import open_in_memory
from pipeline.usual_rates import usual_file
from tests.conftest import FIRST_NIGHT, County, calls_csv, run_cli, tree_bytes, write_city

STANDARD = find_method("standard")
RESIDENTS = 10_000 + 20_000 + 400
PILLARS = {"assault": "persons", "robbery": "persons", "break_and_enter": "property"}
WORDS = {"ASSAULT": "assault", "ROBBERY": "robbery", "BURGLARY": "break_and_enter"}
STATED = re.compile(r"\[pillars\.\w+\.usual_per_100k_day\]\n(?:\w+ = .*\n)+")


def write_unmeasured(folder: Path, *, first: str = "2025-01-01", last: str = "2025-03-31") -> Path:
    """Alder County without usual rates."""
    write_city(folder, delivery="append")
    path = folder / "method.toml"
    text = STATED.sub("", path.read_text(encoding="utf-8"))
    text = text.replace("first = 2025-01-01", f"first = {first}")
    path.write_text(text.replace("last = 2025-03-31", f"last = {last}"), encoding="utf-8")
    return folder


@contextmanager
def county_of(folder: Path) -> Iterator[County]:
    """The county of a folder with an empty warehouse, before it has usual rates."""
    write_city(folder.with_name("known"))  # `County` wants rates to count with
    with open_in_memory() as warehouse:
        alder = County(read_city(folder.with_name("known")), warehouse, folder)
        alder.city = read_city(folder)
        yield alder


def measure(alder: County) -> City:
    """The city with usual rates."""
    return calibrated(alder.warehouse, alder.city, STANDARD)


def rates_in(folder: Path) -> dict[str, float]:
    """Rates that stand in the file, by category."""
    written = tomllib.loads((folder / "usual.toml").read_text(encoding="utf-8"))
    return {code: rate for part in written["pillars"].values() for code, rate in part.items()}


def rates_slowly(
    calls: list[tuple[str, str, str]], *, first: date, last: date
) -> Mapping[str, float]:
    """Rates of (day, town, kind), one call after the other."""
    events: Counter[str] = Counter()
    for day, town, kind in calls:
        inside = first.isoformat() <= day <= last.isoformat()
        if inside and town in ("ALDER", "BIRCH", "CEDAR") and kind in WORDS:
            events[WORDS[kind]] += 1
    person_days = RESIDENTS * ((last - first).days + 1)
    return {code: max(events[code], LEAST_EVENTS) * 100_000 / person_days for code in PILLARS}


# ---------------------------------------------------------------- measured once


def test_the_first_run_writes_them_down_and_the_second_changes_nothing(tmp_path: Path) -> None:
    """A run without rates adds one file to the city folder; the next leaves every byte alone."""
    city, home = write_unmeasured(tmp_path / "alder"), tmp_path / "home"
    (city / "records" / "calls-1.csv").write_bytes(FIRST_NIGHT)
    before = tree_bytes(city)

    first = run_cli("run", "--city", city, "--home", home)
    assert first.returncode == 0, first.stderr
    after = tree_bytes(city)
    trees = tree_bytes(home / "site") | tree_bytes(home / "internal")
    assert {"usual.toml"} == after.keys() - before.keys()
    assert before == {name: after[name] for name in before}

    second = run_cli("run", "--city", city, "--home", home)
    assert second.returncode == 0, second.stderr
    assert after == tree_bytes(city)
    assert trees == tree_bytes(home / "site") | tree_bytes(home / "internal")


def test_two_first_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """The same records give the same file, on any machine and at any time."""
    written = []
    for name in ("one", "other"):
        folder = write_unmeasured(tmp_path / name / "alder")
        with county_of(folder) as alder:
            alder.deliver(FIRST_NIGHT)
            measure(alder)
        written.append((folder / "usual.toml").read_bytes())
    assert written[0] == written[1]


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    """It names the days that were measured, and every pillar and category of the city."""
    folder = write_unmeasured(tmp_path / "alder", first="2025-03-01", last="2025-03-10")
    with county_of(folder) as alder:
        alder.deliver(FIRST_NIGHT)
        city = measure(alder)
    text = (folder / "usual.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    assert (date(2025, 3, 1), date(2025, 3, 10)) == (document["first"], document["last"])
    assert "batches 1 to 1" in text
    assert PILLARS == {
        code: pillar for pillar, part in document["pillars"].items() for code in part
    }
    assert city.is_calibrated
    assert document["pillars"] == {
        pillar: dict(part.usual_per_100k_day) for pillar, part in city.calibration.pillars.items()
    }


def test_late_records_do_not_move_them(tmp_path: Path) -> None:
    """What comes later counts for the scores, not for what is usual, until the file is removed."""
    folder = write_unmeasured(tmp_path / "alder")
    late = calls_csv((f"x{n}", "2025-03-05 10:00", "ALDER", "ROBBERY") for n in range(50))
    with county_of(folder) as alder:
        alder.deliver(FIRST_NIGHT)
        alder.city = measure(alder)
        frozen = (folder / "usual.toml").read_bytes()
        alder.deliver(late)
        assert alder.city is measure(alder)
        assert frozen == (folder / "usual.toml").read_bytes()

        robberies = rates_in(folder)["robbery"]
        (folder / "usual.toml").unlink()
        alder.city = read_city(folder)
        measure(alder)
    assert rates_in(folder)["robbery"] > robberies


def test_only_the_covered_days_of_the_base_period_are_measured(tmp_path: Path) -> None:
    """Days before the records begin and after they end are unknown, not quiet."""
    folder = write_unmeasured(tmp_path / "alder", first="2020-01-01", last="2030-12-31")
    with county_of(folder) as alder:
        alder.deliver(FIRST_NIGHT)  # 1 to 28 March
        measure(alder)
    document = tomllib.loads((folder / "usual.toml").read_text(encoding="utf-8"))
    assert (date(2025, 3, 1), date(2025, 3, 28)) == (document["first"], document["last"])


def test_a_usual_city_scores_about_85(tmp_path: Path) -> None:
    """With rates of its own days the city as a whole is at the usual score."""
    folder = write_unmeasured(tmp_path / "alder")
    calls = [
        (f"{day}-{n}", f"{date(2025, 1, 1) + timedelta(days=day)}", ("ALDER", "BIRCH")[n % 2], kind)
        for day in range(90)
        for n, kind in enumerate(("ASSAULT", "ASSAULT", "BURGLARY", "ROBBERY"))
    ]
    with county_of(folder) as alder:
        alder.deliver(calls_csv(calls))
        city = measure(alder)
        made = compute_edition(alder.warehouse, city, STANDARD)
    assert made.facts.city_score == pytest.approx(85, abs=0.1)
    assert made.facts.incidents_usual == pytest.approx(4, abs=0.1)


CALLS = st.lists(
    st.tuples(
        st.integers(0, 9).map(lambda n: f"2025-03-{n + 1:02}"),
        st.sampled_from(["ALDER", "BIRCH", "CEDAR", "ELSEWHERE", "NOWHERE", ""]),
        st.sampled_from(["ASSAULT", "ROBBERY", "BURGLARY", "FEVER", "ARSON", ""]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25, deadline=timedelta(seconds=20))
@given(calls=CALLS)
def test_rates_equal_the_slow_way(
    tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[str, str, str]]
) -> None:
    """Incidents in the towns over person-days; a kind that never came counts half an incident."""
    folder = write_unmeasured(
        tmp_path_factory.mktemp("usual") / "alder", first="2025-03-01", last="2025-03-10"
    )
    edges = [("2025-03-01", "ALDER", "FEVER"), ("2025-03-10", "ALDER", "FEVER")]
    with county_of(folder) as alder:
        alder.deliver(calls_csv((f"c{n}", *call) for n, call in enumerate(calls + edges)))
        measure(alder)
    expected = rates_slowly(calls, first=date(2025, 3, 1), last=date(2025, 3, 10))
    assert {code: pytest.approx(rate, abs=5e-7) for code, rate in expected.items()} == rates_in(
        folder
    )


@given(st.floats(1e-12, 1e6))
def test_no_rate_is_written_as_nothing(rate: float) -> None:
    """What is rare in a large place is written with enough digits; 0 would be impossible."""
    text = usual_file(
        {"persons": {"assault": rate}}, first=date(2025, 1, 1), last=date(2025, 1, 2), batch=1
    )
    assert tomllib.loads(text)["pillars"]["persons"]["assault"] == pytest.approx(rate, rel=1e-3)


# ---------------------------------------------------------------- mistakes, in words


FIRE = '[pillars.fire]\nweight = { value = 1.0, status = "assumed", reason = "made up" }'


def add_line(folder: Path, name: str, line: str) -> None:
    """Add a line to a file of the city folder."""
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def mistake_when_measuring(folder: Path) -> str:
    """What is said when the rates are measured."""
    with county_of(folder) as alder:
        alder.deliver(FIRST_NIGHT)
        with pytest.raises(ConfigurationMistake) as caught:
            measure(alder)
    assert not (folder / "usual.toml").exists()
    assert all((caught.value.expected, caught.value.try_next))
    return str(caught.value)


def test_a_category_that_the_method_lacks_is_named(tmp_path: Path) -> None:
    """A misspelt code in categories.csv is told before anything is measured."""
    folder = write_unmeasured(tmp_path / "alder")
    add_line(folder, "categories.csv", "BRAWL,asault,misspelt")
    said = mistake_when_measuring(folder)
    assert "1 mistake(s)" in said
    assert "'asault' is no kind of the vocabulary" in said
    assert "safety-index methods show standard" in said


def test_a_category_of_another_pillar_is_named(tmp_path: Path) -> None:
    """A code whose pillar method.toml does not have is told, with the pillar."""
    folder = write_unmeasured(tmp_path / "alder")
    add_line(folder, "categories.csv", "CRASH,traffic_accident,")
    said = mistake_when_measuring(folder)
    assert "'traffic_accident' belongs to the pillar 'traffic', which method.toml lacks" in said


def test_a_pillar_without_a_category_is_left_out(tmp_path: Path) -> None:
    """A pillar that no line of categories.csv serves is not measured, not scored and not shown."""
    folder = write_unmeasured(tmp_path / "alder")
    add_line(folder, "method.toml", FIRE)
    with county_of(folder) as alder:
        alder.deliver(FIRST_NIGHT)
        city = measure(alder)
        made = compute_edition(alder.warehouse, city, STANDARD)
    assert {"persons", "property"} == set(city.calibration.pillars) == set(made.pillars["pillar"])
    assert "fire" not in (folder / "usual.toml").read_text(encoding="utf-8")


def test_a_table_that_counts_nothing_is_told(tmp_path: Path) -> None:
    """Where every word is left uncounted there is nothing to measure."""
    folder = write_unmeasured(tmp_path / "alder")
    (folder / "categories.csv").write_text("value,category,reason\nFEVER,,\n", encoding="utf-8")
    assert "no line names a category" in mistake_when_measuring(folder)


def test_all_of_them_are_told_at_once(tmp_path: Path) -> None:
    """Two mistakes are two lines."""
    folder = write_unmeasured(tmp_path / "alder")
    add_line(folder, "categories.csv", "BRAWL,asault,\nCRASH,traffic_accident,")
    assert "2 mistake(s)" in mistake_when_measuring(folder)


def test_a_base_period_without_records_is_told(tmp_path: Path) -> None:
    """The days that the records cover are named."""
    folder = write_unmeasured(tmp_path / "alder", first="2019-01-01", last="2019-12-31")
    said = mistake_when_measuring(folder)
    assert "no record lies in the base period (2019-01-01 to 2019-12-31)" in said
    assert "days between 2025-03-01 and 2025-03-28" in said


def test_without_records_nothing_is_measured(tmp_path: Path) -> None:
    """An empty warehouse gives no rates: the half incident of each kind would be all there is."""
    folder = write_unmeasured(tmp_path / "alder")
    with county_of(folder) as alder, pytest.raises(NothingKnown):
        measure(alder)
    assert not (folder / "usual.toml").exists()


def write_usual(folder: Path, text: str) -> Path:
    """A city folder with an usual.toml of somebody's own."""
    head = "first = 2025-01-01\nlast = 2025-03-31\n"
    (folder / "usual.toml").write_text(head + text, encoding="utf-8")
    return folder


PERSONS = "[pillars.persons]\nassault = 20.0\nrobbery = 5.0\n"
PROPERTY = "[pillars.property]\nbreak_and_enter = 10.0\n"


def test_rates_in_both_files_are_told(tmp_path: Path) -> None:
    """Nobody could know which of the two counts."""
    folder = write_usual(write_city(tmp_path / "alder"), PERSONS + PROPERTY)
    with pytest.raises(ConfigurationMistake, match=r"method\.toml states usual rates too"):
        read_city(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PERSONS, "names 'break_and_enter', for which there is no usual rate"),
        (
            PERSONS + PROPERTY + "[pillars.fire]\nbuilding_fire = 1.0\n",
            "method.toml has other pillars",
        ),
        ("pillars = {}\n", "pillars"),
        (PERSONS.replace("20.0", "'many'") + PROPERTY, "pillars.persons.assault"),
        ("[pillars.persons\n", "usual.toml"),
        (PERSONS.replace("robbery = 5.0\n", "") + PROPERTY, "names 'robbery', for which there is"),
    ],
)
def test_a_file_that_does_not_fit_is_told(tmp_path: Path, text: str, said: str) -> None:
    """Unknown pillars, no numbers, no TOML, a category without a rate."""
    folder = write_usual(write_unmeasured(tmp_path / "alder"), text)
    with pytest.raises(ConfigurationMistake) as caught:
        read_city(folder)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("20.0", "0.0", "the usual rate must be positive, got 0"),
        ("20.0", "-1.0", "the usual rate must be positive, got -1"),
        ("20.0", "nan", "the usual rate must be positive, got nan"),
        ("robbery = 5.0", "robbery = 5.0\nbrawl = 1.0", "category 'brawl' is not in the method"),
        (
            "robbery = 5.0",
            "robbery = 5.0\ntheft = 1.0",
            "category 'theft' belongs to 'property', not 'persons'",
        ),
    ],
)
def test_rates_that_cannot_be_are_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A rate of nothing, or of a category of another pillar, is told before anything is scored."""
    text = (PERSONS + PROPERTY).replace(old, new)
    folder = write_usual(write_unmeasured(tmp_path / "alder"), text)
    with open_in_memory() as warehouse, pytest.raises(ConfigurationMistake) as caught:
        compute_edition(warehouse, read_city(folder), STANDARD)
    assert said in str(caught.value)


def test_a_category_added_after_freezing_is_told(tmp_path: Path) -> None:
    """A code without a usual rate would count for nothing: the table and the way out are named."""
    folder = write_unmeasured(tmp_path / "alder")
    with county_of(folder) as alder:
        alder.deliver(FIRST_NIGHT)
        measure(alder)
    add_line(folder, "categories.csv", "BAG,theft,added later")
    with pytest.raises(ConfigurationMistake) as caught:
        read_city(folder)
    assert "categories.csv names 'theft', for which there is no usual rate" in caught.value.seen
    assert "remove usual.toml" in caught.value.seen


def test_a_city_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    """Where the file cannot be written the run ends in words that name the city folder."""
    folder = write_unmeasured(tmp_path / "alder")
    (folder / ".usual.toml.partial").mkdir()  # also in the way of one who may write anywhere
    with county_of(folder) as alder:
        alder.deliver(FIRST_NIGHT)
        with pytest.raises(StorageUnusable) as caught:
            measure(alder)
    assert "the usual rates cannot be written down" in caught.value.seen
    assert str(folder) in caught.value.try_next
    assert "--home" not in caught.value.try_next


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any folder")
def test_a_read_only_city_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    """The command ends with code 1 and names the city folder; nothing is published."""
    city, home = write_unmeasured(tmp_path / "alder"), tmp_path / "home"
    (city / "records" / "calls-1.csv").write_bytes(FIRST_NIGHT)
    city.chmod(0o500)
    try:
        done = run_cli("run", "--city", city, "--home", home)
    finally:
        city.chmod(0o700)
    assert 1 == done.returncode
    assert "the usual rates cannot be written down" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "site").exists()
