"""Towns merge, split and grow: each day is scored with the towns and the residents it had."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.periods import PeriodKind, period_of
from pipeline.calibrate import measure_usual_rates
from pipeline.city import read_city
from pipeline.compute.edition import compute_edition
from pipeline.counts import load_mappings
from pipeline.editions.catalogue import keep_edition, load_edition
from pipeline.editions.edition import Edition
from pipeline.errors import ConfigurationMistake
from pipeline.methods import find_method
from pipeline.quality import measure_quality
from pipeline.store.warehouse import open_in_memory
from pipeline.towns import Town, population_history, successor_on, towns_on
from reports.pages.day import render_day
from reports.publish import publish
from reports.words.language import LANGUAGES, language
from tests.conftest import County, calls_csv, table_rows, tree_bytes, write_city

STANDARD = find_method("standard")
HEAD = "town_id,name,name_zh,district,population,population_year,valid_from,valid_to,successor"
POPULATIONS = "town_id,valid_from,population"
BEFORE, AFTER = date(2025, 3, 31), date(2025, 4, 1)  # the last day of the old, the first of the new
USUAL_PER_RESIDENT = (20 + 5 + 10) / 100_000  # a day, of all three categories of Alder County
HALF_LIFE, LEAST = 365, 10  # days and expected incidents, of the standard method

PLAIN = """
    001 | Alder   | 10000 | |            |
    002 | Birch   | 20000 | |            |
    003 | Cedar   | 15000 | |            |
"""
MERGED = """
    001 | Alder   | 10000 |            | 2025-03-31 | 004
    002 | Birch   | 20000 |            | 2025-03-31 | 004
    003 | Cedar   | 15000 |            |            |
    004 | Dogwood | 30000 | 2025-04-01 |            |
"""
SPLIT = """
    001 | Alder    | 10000 |            |            |
    002 | Birch    | 20000 |            | 2025-03-31 |
    003 | Cedar    | 15000 |            |            |
    021 | Birch N. | 12000 | 2025-04-01 |            |
    022 | Birch S. | 8000  | 2025-04-01 |            |
"""
PLACES = "value,place,reason\nALDER,001,\nBIRCH,002,\nCEDAR,003,\nELSEWHERE,outside,\n"


def drawn(text: str) -> list[list[str]]:
    """Rows of a drawing without heads: id, name, residents, first and last day, successor."""
    return table_rows(f"|\n{text}")


def write_towns(folder: Path, text: str, *, populations: Sequence[str] = ()) -> None:
    """Write towns.csv and, where there are lines for it, populations.csv."""
    lines = [
        f"{id_},{name},,North,{residents},2020,{first},{last},{successor}"
        for id_, name, residents, first, last, successor in drawn(text)
    ]
    (folder / "towns.csv").write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    if populations:
        text = "\n".join([POPULATIONS, *populations]) + "\n"
        (folder / "populations.csv").write_text(text, encoding="utf-8")


@contextmanager
def county_of(folder: Path, text: str, *, populations: Sequence[str] = ()) -> Iterator[County]:
    """Alder County with these towns."""
    write_city(folder, delivery="append")
    (folder / "places.csv").write_text(PLACES, encoding="utf-8")
    write_towns(folder, text, populations=populations)
    with open_in_memory() as warehouse:
        yield County(read_city(folder), warehouse, folder)


def with_towns(alder: County, text: str, *, populations: Sequence[str] = ()) -> None:
    """Change the towns of a county whose records are known."""
    write_towns(alder.folder, text, populations=populations)
    alder.city = read_city(alder.folder)


# Five months: more incidents in Alder than in Birch, with a rhythm of their own.
KINDS = ("ASSAULT", "BURGLARY", "ASSAULT", "ROBBERY", "FEVER")
WORDS = ("ALDER", "BIRCH", "ALDER", "CEDAR", "ELSEWHERE", "ALDER", "", "BIRCH")
LAST = date(2025, 5, 31)


def calls(words: Mapping[str, str] | None = None) -> bytes:
    """Three calls a day; words may be replaced by others."""
    renamed = words or {}
    rows = [
        (f"c{n}", f"{day} 10:00", renamed.get(word, word), KINDS[(n * 7) % 5])
        for n in range(3 * 151)
        for day in [date(2025, 1, 1) + timedelta(days=n // 3)]
        for word in [WORDS[(n * n) % 8 if n % 3 else n % 8]]
    ]
    return calls_csv(rows)


def edition(alder: County, day: date) -> Edition:
    """A day's edition with all that is known."""
    return compute_edition(alder.warehouse, alder.city, STANDARD, day=day)


def town_ids(made: Edition) -> set[str]:
    """Towns that an edition ranks or lists as not rated."""
    return set(made.ranking["town_id"])


def row_of(made: Edition, town_id: str) -> dict[str, object]:
    """A town's line of the ranking."""
    [row] = made.ranking[made.ranking["town_id"] == town_id].to_dict("records")
    return row


def expected_slowly(residents: Sequence[int]) -> float:
    """Expected incidents of a town, its residents given from the day of the edition backwards."""
    return sum(
        people * USUAL_PER_RESIDENT * 0.5 ** (age / HALF_LIFE)
        for age, people in enumerate(residents)
    )


# ---------------------------------------------------------------- residents of the day


def test_rates_use_the_residents_of_the_day(tmp_path: Path) -> None:
    """What is expected is added up day by day, each with the residents that the town then had."""
    with county_of(tmp_path / "a", PLAIN, populations=["001,2025-04-01,20000"]) as alder:
        alder.deliver(calls())
        for day, residents in (
            (BEFORE, [10_000] * 90),
            (AFTER, [20_000] + [10_000] * 90),
            (LAST, [20_000] * 61 + [10_000] * 90),
        ):
            row = row_of(edition(alder, day), "001")
            assert residents[0] == row["population"]
            assert row["expected_events"] == pytest.approx(expected_slowly(residents), abs=0.02)


def test_the_expected_counts_of_the_window_follow_the_residents(tmp_path: Path) -> None:
    """The expected count of a category is its usual rate times the person-days of the window."""
    with county_of(tmp_path / "a", PLAIN, populations=["001,2025-04-01,20000"]) as alder:
        alder.deliver(calls())
        table = edition(alder, LAST).components
    [assaults] = table[(table["town_id"] == "001") & (table["category"] == "assault")].to_dict(
        "records"
    )
    assert round((90 * 10_000 + 61 * 20_000) * 20 / 100_000, 2) == assaults["expected"]


def test_twice_the_people_and_twice_the_incidents_are_the_same_rate(tmp_path: Path) -> None:
    """A town that doubles in people and incidents keeps its place; doubled people alone rise."""
    steady = [
        (f"{word}{day}-{n}", f"{date(2025, 1, 1) + timedelta(days=day)} 10:00", word, "ASSAULT")
        for day in range(120)
        for word, per_day in (("ALDER", 12), ("BIRCH", 15), ("CEDAR", 12))
        for n in range(per_day)
    ]
    more = [(f"x{row[0]}", *row[1:]) for row in steady if row[2] == "ALDER" and row[1] >= "2025-03"]
    lines = ["001,2025-03-01,20000"]
    day = date(2025, 4, 30)
    scores = {}
    for name, rows, populations in (
        ("plain", steady, ()),
        ("doubled", steady + more, lines),
        ("people alone", steady, lines),
    ):
        with county_of(tmp_path / name, PLAIN, populations=populations) as alder:
            alder.deliver(calls_csv(rows))
            scores[name] = float(str(row_of(edition(alder, day), "001")["score"]))
    assert scores["doubled"] == pytest.approx(scores["plain"], abs=1.5)
    assert scores["people alone"] > scores["plain"] + 5


def test_the_page_of_a_day_names_the_residents_of_that_day(tmp_path: Path) -> None:
    """ranking.csv gives the residents on the day, not those of today's table."""
    with county_of(tmp_path / "a", PLAIN, populations=["001,2025-04-01,20000"]) as alder:
        alder.deliver(calls())
        for day in (BEFORE, AFTER):
            publish(
                edition(alder, day),
                city=alder.city,
                method=STANDARD,
                home=tmp_path / "home",
            )
    found = {}
    for day in (BEFORE, AFTER):
        table = pd.read_csv(
            tmp_path / "home" / "site" / day.isoformat() / "r0" / "ranking.csv", dtype=str
        )
        found[day] = table.set_index("town_id")["population"]["001"]
    assert {BEFORE: "10000", AFTER: "20000"} == found


# ---------------------------------------------------------------- mergers


def test_before_a_merger_the_old_towns_are_ranked_after_it_the_new_one(tmp_path: Path) -> None:
    """Pages of old days rank Alder and Birch; from the first day on, Dogwood."""
    with county_of(tmp_path / "a", MERGED) as alder:
        alder.deliver(calls())
        before, after = edition(alder, BEFORE), edition(alder, AFTER)
        pages = [
            render_day(after, city=alder.city, method=STANDARD.method, language=language(code))
            for code in LANGUAGES
        ]
    assert ({"001", "002", "003"}, {"003", "004"}) == (town_ids(before), town_ids(after))
    assert ["Dogwood" in page and "Birch" not in page for page in pages] == [True, True]


def test_a_merged_town_has_the_history_of_both(tmp_path: Path) -> None:
    """Dogwood scores as if it had always been there, with the records and residents of both."""
    always = "003 | Cedar | 15000 | | |\n004 | Dogwood | 30000 | | |\n"
    with county_of(tmp_path / "merged", MERGED) as merged:
        merged.deliver(calls())
        found = [edition(merged, day) for day in (AFTER, LAST)]
    with county_of(tmp_path / "always", PLAIN) as one:
        places = PLACES.replace("001", "004").replace("002", "004")
        (one.folder / "places.csv").write_text(places, encoding="utf-8")
        with_towns(one, always)
        one.deliver(calls())
        expected = [edition(one, day) for day in (AFTER, LAST)]
    for ours, theirs in zip(found, expected, strict=True):
        pd.testing.assert_frame_equal(theirs.ranking, ours.ranking)
        pd.testing.assert_frame_equal(theirs.pillars, ours.pillars)
        pd.testing.assert_frame_equal(theirs.components, ours.components)
        assert theirs.quality.days == ours.quality.days


def test_records_that_still_name_the_old_town_count_for_the_new_one(tmp_path: Path) -> None:
    """After the merger the words ALDER, 001, Dogwood and 004 are one town."""
    words = ["ALDER", "001", "Alder", "Dogwood", "004", "BIRCH"]
    rows = [(f"late{n}", "2025-05-31 12:00", word, "ROBBERY") for n, word in enumerate(words)]
    with county_of(tmp_path / "a", MERGED) as alder:
        alder.deliver(calls())
        earlier = window_count(edition(alder, LAST), "004", "robbery")
        alder.deliver(calls_csv(rows))
        assert earlier + 6 == window_count(edition(alder, LAST), "004", "robbery")


def window_count(made: Edition, town_id: str, category: str) -> int:
    """Incidents of a town and category in the window."""
    table = made.components
    chosen = (table["town_id"] == town_id) & (table["category"] == category)
    return int(table[chosen]["count"].iloc[0])


def test_old_editions_stay_when_a_merger_is_written_down(tmp_path: Path) -> None:
    """An old day computed anew with the newer tables gives the same values: r0 stays, its bytes."""
    home = tmp_path / "home"
    with county_of(tmp_path / "a", PLAIN) as alder:
        alder.deliver(calls())
        assert 0 == keep_edition(alder.warehouse, edition(alder, BEFORE))
        old = publish_kept(alder, home)
        with_towns(alder, MERGED, populations=["004,2030-01-01,35000"])
        assert 0 == keep_edition(alder.warehouse, edition(alder, BEFORE))
        assert old == publish_kept(alder, home)
        assert not any(name.startswith("2025-03-31/r1") for name in old)


def publish_kept(alder: County, home: Path) -> dict[str, bytes]:
    """Publish the stored edition of the old day; the bytes of both trees."""
    kept = load_edition(
        alder.warehouse, period=period_of(BEFORE, PeriodKind.DAY), method_id="standard"
    )
    publish(kept, city=alder.city, method=STANDARD, home=home)
    trees = {**tree_bytes(home / "site"), **tree_bytes(home / "internal")}
    return {name: content for name, content in trees.items() if name.startswith("2025-")}


def test_a_town_may_be_taken_over_twice(tmp_path: Path) -> None:
    """Alder goes to Birch in March, Birch to Cedar in April: the residents follow."""
    chain = """
        001 | Alder | 10000 |  | 2025-02-28 | 002
        002 | Birch | 20000 |  | 2025-03-31 | 003
        003 | Cedar | 15000 |  |            |
    """
    lines = ["002,2025-03-01,30000", "003,2025-04-01,45000"]
    with county_of(tmp_path / "a", chain, populations=lines) as alder:
        alder.deliver(calls())
        for day, ids in (
            (date(2025, 2, 28), {"001", "002", "003"}),
            (BEFORE, {"002", "003"}),
            (AFTER, {"003"}),
        ):
            made = edition(alder, day)
            assert ids == town_ids(made)
            assert 45_000 == made.ranking["population"].sum()
        row = row_of(edition(alder, AFTER), "003")
        assert row["expected_events"] == pytest.approx(expected_slowly([45_000] * 91), abs=0.03)


def test_a_town_of_the_same_name_follows_the_old_one(tmp_path: Path) -> None:
    """A town that gets a new code keeps its name; the name means the town of the day."""
    recoded = """
        001 | Alder | 10000 |            | 2025-03-31 | 101
        101 | Alder | 10000 | 2025-04-01 |            |
        003 | Cedar | 15000 |            |            |
    """
    with county_of(tmp_path / "a", PLAIN) as alder:
        (alder.folder / "places.csv").write_text("value,place,reason\n", encoding="utf-8")
        with_towns(alder, recoded)
        alder.deliver(calls())
        before, after = edition(alder, BEFORE), edition(alder, AFTER)
        assert {"001", "003"} == town_ids(before)
        assert {"101", "003"} == town_ids(after)
        old, new = (
            window_count(made, code, "assault")
            for made, code in (
                (before, "001"),
                (after, "101"),
            )
        )
        assert 0 < old <= new


# ---------------------------------------------------------------- splits


def test_after_a_split_each_part_starts_on_its_own(tmp_path: Path) -> None:
    """Before it Birch; after it two towns with days of their own only, not rated until enough."""
    with county_of(tmp_path / "a", SPLIT) as alder:
        alder.deliver(calls())
        before = edition(alder, BEFORE)
        assert {"001", "002", "003"} == town_ids(before)
        for n_days in (1, 2, 5, 61):
            made = edition(alder, BEFORE + timedelta(days=n_days))
            assert {"001", "003", "021", "022"} == town_ids(made)
            for code, residents in (("021", 12_000), ("022", 8_000)):
                row, due = row_of(made, code), expected_slowly([residents] * n_days)
                assert row["expected_events"] == pytest.approx(due, abs=0.02)
                assert ("normal" if due >= LEAST else "not rated") == row["obs_status"]
        statuses = edition(alder, AFTER).ranking.set_index("town_id")["obs_status"]
        assert ("not rated", "normal") == (statuses["021"], statuses["003"])


def test_the_name_of_a_town_that_was_split_is_not_located(tmp_path: Path) -> None:
    """Nobody can say in which part it was: from the split on such records are visibly lost."""
    with county_of(tmp_path / "a", SPLIT) as alder:
        alder.deliver(
            calls_csv(
                [
                    ("a1", "2025-03-31 10:00", "BIRCH", "ASSAULT"),
                    ("a2", "2025-04-01 10:00", "BIRCH", "ASSAULT"),
                    ("a3", "2025-04-01 10:00", "021", "ASSAULT"),
                ]
            )
        )
        assert [(1, 0)] == located(alder, BEFORE)
        assert [(0, 1), (1, 1)] == located(alder, AFTER)


def located(alder: County, day: date) -> list[tuple[int, int]]:
    """Incidents in towns and not located, by day, seen from a day."""
    load_mappings(alder.warehouse, alder.city, categories=alder.rules.categories, day=day)
    measured = measure_quality(
        alder.warehouse, first_day=date.min, last_day=day, as_of=alder.n_files
    )
    return [(one.in_towns, one.not_located) for one in measured.days]


# ---------------------------------------------------------------- words outside a town's days


@pytest.mark.parametrize("towns", [PLAIN, MERGED, SPLIT], ids=["plain", "merged", "split"])
@pytest.mark.parametrize("day", [BEFORE, AFTER, LAST])
def test_the_sums_hold_on_every_day(tmp_path: Path, towns: str, day: date) -> None:
    """Each known record has one fate, whichever town its words name, before and after a change."""
    ids = [row[0] for row in drawn(towns)]
    strays = [
        (f"s{n}", f"{when} 12:00", word, "ASSAULT")
        for n, (when, word) in enumerate((w, i) for w in (BEFORE, AFTER, LAST) for i in ids)
    ]
    with county_of(tmp_path / "a", towns) as alder:
        alder.deliver(calls())
        alder.deliver(calls_csv(strays))
        made = edition(alder, day)
        days = [d for d in made.quality.days if d.day <= day]
        assert all(
            d.known
            == d.in_towns + d.outside + d.not_located + d.not_counted + d.not_valid + d.unmapped
            for d in days
        )
        assert all(row[-1] for row in alder.warehouse.rows("conservation", as_of=2))
        today = next(d for d in days if d.day == day)
        assert today.in_towns == made.facts.incidents_on_day


def test_what_counts_for_no_town_is_not_in_the_towns(tmp_path: Path) -> None:
    """A record that names a town before its first day counts for nobody, and is said to be so."""
    with county_of(tmp_path / "a", SPLIT) as alder:
        alder.deliver(
            calls_csv(
                [
                    ("a1", "2025-03-31 10:00", "021", "ASSAULT"),
                    ("a2", "2025-04-01 10:00", "021", "ASSAULT"),
                ]
            )
        )
        made = edition(alder, AFTER)
        in_towns = sum(day.in_towns for day in made.quality.days)
        assert (1, 1) == (in_towns, int(made.components["count"].sum()))


def test_usual_rates_leave_out_what_counts_for_no_town(tmp_path: Path) -> None:
    """Incidents are measured against person-days: where there are none, neither counts."""
    with county_of(tmp_path / "a", SPLIT) as alder:
        rows = [(f"a{n}", "2025-04-01 10:00", "001", "ASSAULT") for n in range(5)]
        strays = [(f"b{n}", "2025-03-31 10:00", "021", "ASSAULT") for n in range(95)]
        alder.deliver(calls_csv(rows + strays))
        measured = measure_usual_rates(
            alder.warehouse, alder.city, STANDARD, first=date(2025, 3, 31), last=AFTER
        )
    person_days = 2 * (10_000 + 15_000) + 12_000 + 8_000
    assert pytest.approx(5 / person_days * 100_000) == measured["persons"]["assault"]


# ---------------------------------------------------------------- a slow way to the residents

DAYS = st.integers(0, 40).map(lambda n: date(2025, 1, 1) + timedelta(days=n))


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Town]:
    """Up to seven towns, some of which were taken over by later ones, some of which grew."""
    towns: dict[str, Town] = {}
    for n in range(draw(st.integers(1, 7))):
        first = draw(st.one_of(st.just(date.min), DAYS))
        last = draw(st.one_of(st.just(date.max), DAYS.filter(lambda day, f=first: day >= f)))
        later = [code for code, town in towns.items() if town.exists_on(next_day(last))]
        steps = draw(st.dictionaries(DAYS, st.integers(1, 99_999), max_size=3))
        code = f"{n:03}"
        towns[code] = Town(
            town_id=code,
            name=code,
            name_zh="",
            district="",
            population=draw(st.integers(1, 99_999)),
            population_year=2020,
            valid_from=first,
            valid_to=last,
            successor=draw(st.sampled_from(later)) if later and last < date.max else "",
            populations=tuple(sorted(steps.items())),
        )
    return towns


def next_day(day: date) -> date:
    """The day after, where there is one."""
    return day if day == date.max else day + timedelta(days=1)


def follow(towns: Mapping[str, Town], town: Town | None, day: date) -> str | None:
    """Whom a town's records count for on a day, step by step."""
    if town is None or day < town.valid_from:
        return None
    if day <= town.valid_to:
        return town.town_id
    return follow(towns, towns.get(town.successor), day)


def residents(town: Town, day: date) -> int:
    """Residents of a town on a day, 0 while it does not exist."""
    if not town.valid_from <= day <= town.valid_to:
        return 0
    known = [people for first, people in town.populations if first <= day]
    return known[-1] if known else town.population


@settings(max_examples=300, deadline=None)
@given(towns=histories(), day=DAYS, n_days=st.integers(1, 30))
def test_population_history_equals_the_slow_way(
    towns: dict[str, Town], day: date, n_days: int
) -> None:
    """For each town of the day and each day before: its own residents and of those it took over."""
    now = [code for code, town in towns.items() if town.valid_from <= day <= town.valid_to]
    assert now == [town.town_id for town in towns_on(towns, day)]
    assert [residents(towns[code], day) for code in now] == [
        town.population for town in towns_on(towns, day)
    ]
    expected = np.zeros((n_days, len(now)))
    for row in range(n_days):
        then = day - timedelta(days=n_days - 1 - row)
        for column, code in enumerate(now):
            expected[row, column] = sum(
                residents(town, then) for town in towns.values() if follow(towns, town, day) == code
            )
    np.testing.assert_array_equal(expected, population_history(towns, day, n_days))
    assert {code: follow(towns, town, day) for code, town in towns.items()} == {
        code: successor_on(towns, code, day) for code in towns
    }


# ---------------------------------------------------------------- mistakes, in words

MISTAKES = {
    "'001': valid_from and valid_to must be days as 2020-01-31": "001|A|10|1.1.2025||",
    "'001': valid_to lies before valid_from": "001|A|10|2025-02-01|2025-01-01|",
    "'001': successor '009' is no town_id": "001|A|10||2025-01-01|009\n002|B|10|||",
    "'001': has a successor, but no valid_to": "001|A|10|||002\n002|B|10|||",
    "'001': its successor '002' must exist on the day after 2025-01-01": (
        "001|A|10||2025-01-01|002\n002|B|10||2025-01-01|"
    ),
    "'002': its successor '003' must exist on the day after 2025-01-01": (
        "002|A|10||2025-01-01|003\n003|B|10|2025-01-03||"
    ),
    "'003': its successor '003' must exist": "003|A|10||2025-01-01|003\n004|B|10|||",
    "population must be a whole number above 0": "001|A|1.5|||",
    "the population of 1 town(s) is missing (001)": "001|A||||",
    "town_id '001' occurs twice": "001|A|10|||\n001|B|10|||",
}


@pytest.mark.parametrize("message", MISTAKES)
def test_each_mistake_of_the_towns_is_told(tmp_path: Path, message: str) -> None:
    """Days and successors that cannot be are named with their town."""
    folder = write_city(tmp_path / "alder")
    (folder / "places.csv").write_text("value,place,reason\n", encoding="utf-8")
    write_towns(folder, MISTAKES[message])
    with pytest.raises(ConfigurationMistake) as caught:
        read_city(folder)
    assert message in caught.value.seen


POPULATION_MISTAKES = {
    "'001': valid_from must be a day as 2020-01-31": "001,2020,5",
    "'002': valid_from must be a day as 2020-01-31 and population a whole number above 0": (
        "002,2020-01-01,0"
    ),
    "'001' has 2020-01-01 twice": "001,2020-01-01,5\n001,2020-01-01,6",
    "'009' is no town_id of towns.csv": "009,2020-01-01,5",
}


@pytest.mark.parametrize("message", POPULATION_MISTAKES)
def test_each_mistake_of_the_populations_is_told(tmp_path: Path, message: str) -> None:
    """A line of populations.csv that cannot be used is named, never passed over."""
    folder = write_city(tmp_path / "alder")
    lines = f"{POPULATIONS}\n{POPULATION_MISTAKES[message]}\n"
    (folder / "populations.csv").write_text(lines, encoding="utf-8")
    with pytest.raises(ConfigurationMistake) as caught:
        read_city(folder)
    assert f"populations.csv: {message}" in caught.value.seen


def test_a_populations_table_without_its_columns_is_told(tmp_path: Path) -> None:
    """A misnamed column is named with the file."""
    folder = write_city(tmp_path / "alder")
    (folder / "populations.csv").write_text("town,year,people\n001,2020,5\n", encoding="utf-8")
    with pytest.raises(
        ConfigurationMistake, match=r"populations\.csv: missing column\(s\) town_id"
    ):
        read_city(folder)


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """A table with three mistakes is told of all three."""
    folder = write_city(tmp_path / "alder")
    (folder / "places.csv").write_text("value,place,reason\n", encoding="utf-8")
    write_towns(folder, "001|A|10|||002\n002|B|-1|||\n003|C|10|2025-02-01|2025-01-01|")
    with pytest.raises(ConfigurationMistake, match=r"3 mistake\(s\)"):
        read_city(folder)


def test_the_tables_of_towns_are_part_of_the_editions_facts(tmp_path: Path) -> None:
    """A change of residents changes the hash of the city, by which an edition tells its tables."""
    with county_of(tmp_path / "a", PLAIN) as alder:
        before = alder.city
        with_towns(alder, PLAIN, populations=["001,2025-04-01,20000"])
        assert before.sha256 != alder.city.sha256
        assert replace(before, sha256="") != replace(alder.city, sha256="")
