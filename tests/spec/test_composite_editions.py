"""Editions by the methods of other cities, each number found by hand on a county of three towns."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.methods import find_method
from tests.conftest import table_rows
from tests.spec.composite_county import (
    DEATHS,
    REPORTED,
    Precinct,
    by_town,
    cells,
    chosen,
    counting,
    daily,
    deviations,
    drawn,
    method_of,
    precinct,
    unexplained,
)

HUIZHOU = find_method("huizhou-2016")
TEN_DAYS = "2025-03-01--2025-03-10"
LAST_YEAR = [  # 366 crimes, 183 fires and 366 accidents in the district North, in 366 days
    *daily("2024-01-01", 366, "BIRCH", "ASSAULT"),
    *daily("2024-01-01", 366, "BIRCH", "FIRE", every=2),
    *daily("2024-01-01", 366, "BIRCH", "CRASH"),
]
# 5, 1 and 2 in Alder, 5, 0 and 0 in Birch count in the ten days by the day of the report.
FIRST_DAYS_OF_MARCH = drawn("""
    n | when             | reported         | town  | kind     | first    | dead
    --+------------------+------------------+-------+----------+----------+-----
    3 | 2025-03-02 10:00 | 2025-03-02 11:00 | ALDER | ASSAULT  | CRASH    |
    1 | 2025-03-03 10:00 | 2025-03-03 11:00 | ALDER | ROBBERY  | ROBBERY  | 1
    1 | 2025-02-28 10:00 | 2025-03-01 00:00 | ALDER | BURGLARY | BURGLARY |
    1 | 2025-03-10 23:00 | 2025-03-11 00:00 | ALDER | ASSAULT  | ASSAULT  | 1
    1 | 2025-03-04 10:00 | 2025-03-04 11:00 | ALDER | FIRE     | FIRE     |
    2 | 2025-03-05 10:00 | 2025-03-05 11:00 | ALDER | CRASH    | ASSAULT  |
    5 | 2025-03-06 10:00 | 2025-03-06 11:00 | BIRCH | BURGLARY | BURGLARY |
""")


@pytest.fixture
def huizhou(tmp_path: Path) -> Iterator[Precinct]:
    """The county with last year's records and those of ten days of March."""
    with precinct(tmp_path / "alder", received=True) as alder:
        alder.take([*LAST_YEAR, *FIRST_DAYS_OF_MARCH])
        yield alder


# ---------------------------------------------------------------- one published method by hand


def test_huizhou_is_what_a_pocket_calculator_makes_of_it(huizhou: Precinct) -> None:
    """Rates per 10,000 against last year's of the district, 60:20:20, and a death takes off 5.

    North had 366 / (30,000 * 366) * 10,000 * 10 = 10/3 crimes per 10,000 in ten days, as many
    accidents and half as many fires. Alder's 5 crimes are 1.5 times that: 100 - 20 * 1.5 = 70. One
    fire and two accidents are 0.6 times the usual: 88 each. 0.6 * 70 + 0.4 * 88 - 5 = 72.2. Birch
    has 2.5 crimes per 10,000: 85, and nothing else: 91. Nothing ever happened in Cedar.
    """
    made = huizhou.score(HUIZHOU, TEN_DAYS)
    assert {"001": 72.2, "002": 91.0, "003": 100.0} == by_town(made.ranking, "score")
    assert {"001": 2, "002": 1, "003": 1} == by_town(made.ranking, "level")
    assert {"001": 3, "002": 2, "003": 1} == by_town(made.ranking, "rank")
    pillar = cells(made.pillars, ("town_id", "pillar"), "score")
    assert (70.0, 88.0, 88.0) == tuple(pillar["001", p] for p in ("crime", "fire", "traffic"))
    values = cells(made.indicators, ("town_id", "indicator"), "value")
    usual = cells(made.indicators, ("town_id", "indicator"), "baseline")
    assert (5.0, 2.5) == (values["001", "crime_incidents"], values["002", "crime_incidents"])
    assert pytest.approx(10 / 3, abs=1e-6) == usual["001", "crime_incidents"]
    assert pytest.approx(10 / 6, abs=1e-6) == usual["002", "fire_incidents"]


def test_points_lost_say_which_incidents_cost_them(huizhou: Precinct) -> None:
    """Alder lost 18 points by 5 crimes, 3.6 each, 2.4 by fire and by accidents, 5 by a death."""
    made = huizhou.score(HUIZHOU, TEN_DAYS)
    lost = cells(made.components, ("town_id", "category"), "points_lost")
    assert {
        "assault": 10.8,
        "robbery": 3.6,
        "break_and_enter": 3.6,
        "building_fire": 2.4,
        "traffic_accident": 2.4,
        "deaths": 5.0,
    } == {category: points for (town, category), points in lost.items() if town == "001"}
    assert pytest.approx(np.zeros(3), abs=1e-9) == unexplained(made)


def test_districts_and_city_are_means_by_residents(huizhou: Precinct) -> None:
    """North is (72.2 + 2 * 91) / 3; the city has 10,000, 20,000 and 400 residents."""
    made = huizhou.score(HUIZHOU, TEN_DAYS)
    scores = dict(zip(made.districts["district"], made.districts["score"], strict=True))
    assert {"North": 84.7, "South": 100.0} == scores
    city = (72.2 * 10_000 + 91 * 20_000 + 100 * 400) / 30_400
    assert round(city, 1) == made.facts.city_score


def test_kinds_that_the_records_lack_are_named(huizhou: Precinct) -> None:
    """An indicator of several kinds is counted from those that there are, and the rest is told."""
    made = huizhou.score(HUIZHOU, TEN_DAYS)
    told = {d.about: d for d in made.facts.deviations}
    assert {"incomplete"} == {d.code for d in told.values()}
    assert {"crime_incidents", "fire_incidents", "traffic_accidents"} == {*told}
    assert ("injury_accident",) == told["traffic_accidents"].details
    assert ["normal"] * 3 == made.ranking["obs_status"].tolist()


# ---------------------------------------------------------------- what the records tell

TELLING = """
    reported | deaths | score | deviations
    ---------+--------+-------+------------
    yes      | yes    | 72.2  |
    yes      | no     | 77.2  | no deaths
    no       | yes    | 67.2  | other time
    no       | no     | 77.2  | other time, no deaths
"""


@pytest.mark.parametrize(("reported", "deaths", "score", "expected"), table_rows(TELLING))
def test_what_the_records_do_not_tell_is_done_otherwise_and_told(
    tmp_path: Path, reported: str, deaths: str, score: str, expected: str
) -> None:
    """Without times of report the day of the incident counts; without deaths none is taken off.

    By the day of the incident the burglary of February leaves Alder, an assault with a second death
    comes in: as many crimes, five points less.
    """
    declared = (REPORTED if reported == "yes" else "") + (DEATHS if deaths == "yes" else "")
    with precinct(tmp_path / "alder", declared=declared) as alder:
        alder.take([*LAST_YEAR, *FIRST_DAYS_OF_MARCH])
        made = alder.score(HUIZHOU, TEN_DAYS)
    assert float(score) == by_town(made.ranking, "score")["001"]
    found = [code for code, _ in deviations(made) if code != "incomplete"]
    assert [part.strip() for part in expected.split(",") if part.strip()] == found


@pytest.mark.parametrize(("category", "crashes"), [("final", 2), ("reception", 3)])
def test_the_method_says_which_category_counts(
    huizhou: Precinct, category: str, crashes: int
) -> None:
    """Three assaults came in as accidents, two accidents as assaults."""
    method = method_of(
        {"traffic": {"accidents": counting("traffic_accident")}},
        counting={"time": chosen(value="occurred"), "category": chosen(value=category)},
    )
    made = huizhou.score(method)
    assert [crashes, 0, 0] == made.components.sort_values("town_id")["count"].tolist()
    assert [] == deviations(made)


def test_without_a_category_at_reception_the_final_one_counts_and_it_is_told(
    tmp_path: Path,
) -> None:
    """What nobody wrote down at reception cannot be counted."""
    method = method_of(
        {"traffic": {"accidents": counting("traffic_accident")}},
        counting={"time": chosen(value="occurred"), "category": chosen(value="reception")},
    )
    with precinct(tmp_path / "alder") as alder:
        alder.take(FIRST_DAYS_OF_MARCH)
        made = alder.score(method)
    assert [2, 0, 0] == made.components.sort_values("town_id")["count"].tolist()
    assert [("other category", "final")] == deviations(made)


FATAL = drawn("""
    n | when       | reported   | town  | kind    | first | dead
    --+------------+------------+-------+---------+-------+-----
    8 | 2025-03-02 | 2025-03-02 | ALDER | ASSAULT |       | 0
    2 | 2025-03-03 | 2025-03-03 | ALDER | CRASH   |       | 3
    4 | 2025-03-04 | 2025-03-04 | BIRCH | CRASH   |       |
    2 | 2025-03-05 | 2025-03-05 | BIRCH | ASSAULT |       | 1
""")
ONLY = [
    # only, Alder per 10,000, Birch per 10,000
    ("all", 10.0, 3.0),
    ("fatal", 2.0, 1.0),
    ("not_fatal", 8.0, 2.0),
]


@pytest.mark.parametrize(("only", "alder", "birch"), ONLY)
def test_an_indicator_may_count_fatal_incidents_alone(
    tmp_path: Path, only: str, alder: float, birch: float
) -> None:
    """An incident with three dead is one fatal incident; zero and blank are none."""
    method = method_of({"harm": {"all_kinds": counting("assault", "traffic_accident", only=only)}})
    with precinct(tmp_path / "alder") as county:
        county.take(FATAL)
        made = county.score(method)
    values = cells(made.indicators, ("town_id", "indicator"), "value")
    assert (alder, birch) == (values["001", "all_kinds"], values["002", "all_kinds"])


def test_only_incidents_that_an_indicator_counts_cost_its_points(tmp_path: Path) -> None:
    """Where fatal incidents count, a kind in which nobody died costs nothing, however frequent."""
    method = method_of(
        {"harm": {"fatal_ones": counting("assault", "traffic_accident", only="fatal")}}
    )
    with precinct(tmp_path / "alder") as county:
        county.take(FATAL)
        made = county.score(method)
    lost = cells(made.components, ("town_id", "category"), "points_lost")
    counted = cells(made.components, ("town_id", "category"), "count")
    assert (0.0, 0) == (lost["001", "assault"], counted["001", "assault"])
    assert lost["001", "traffic_accident"] > 0
    assert (2, 2) == (counted["001", "traffic_accident"], counted["002", "assault"])
    assert pytest.approx(np.zeros(3), abs=1e-9) == unexplained(made)


def test_fatal_incidents_are_missing_where_nobody_tells_deaths(tmp_path: Path) -> None:
    """An indicator of fatal incidents is then left out, not taken for zero."""
    method = method_of(
        {"harm": {"fatal_ones": counting("assault", only="fatal"), "others": counting("assault")}}
    )
    alone = method_of({"harm": {"others": counting("assault")}})
    with precinct(tmp_path / "alder", declared=REPORTED) as county:
        county.take(FATAL)
        made, expected = county.score(method), county.score(alone)
    assert by_town(expected.ranking, "score") == by_town(made.ranking, "score")
    assert ["partial"] * 3 == made.ranking["obs_status"].tolist()
    assert [0.5] * 3 == made.ranking["weight_present"].tolist()
    assert [("missing", "fatal_ones")] == deviations(made)
    assert [8, 2, 0] == made.components.sort_values("town_id")["count"].tolist()


def test_a_count_that_nobody_told_is_blank(tmp_path: Path) -> None:
    """Where deaths are not told, the row of fatal incidents has no count; it is not 0."""
    method = method_of(
        {"harm": {"a": counting("assault", only="fatal")}, "fire": {"b": counting("fire")}}
    )
    with precinct(tmp_path / "alder", declared=REPORTED) as county:
        county.take(FATAL)
        made = county.score(method)
    counts = cells(made.components, ("town_id", "category"), "count")
    assert (None, 0) == (counts["001", "assault"], counts["001", "building_fire"])


def test_a_kind_that_no_word_means_makes_the_edition_partial(huizhou: Precinct) -> None:
    """A pillar of drugs is missing here; the weight of the rest says how much is known."""
    method = method_of(
        {"crime": {"assaults": counting("assault")}, "drugs": {"drugs": counting("drug_offence")}},
        weights={"crime": 3, "drugs": 1},
    )
    made = huizhou.score(method)
    assert [("missing", "drugs")] == deviations(made)
    assert ["partial"] * 3 == made.ranking["obs_status"].tolist()
    assert [0.75] * 3 == made.ranking["weight_present"].tolist()
    crime = cells(made.pillars, ("town_id", "pillar"), "score")
    assert {town: crime[town, "crime"] for town in ("001", "002", "003")} == by_town(
        made.ranking, "score"
    )
    assert pytest.approx(np.zeros(3), abs=1e-9) == unexplained(made)


def test_an_edition_of_nothing_but_missing_kinds_has_no_scores(huizhou: Precinct) -> None:
    """Nothing is known: no score, no rank, no level, no mean of the city."""
    made = huizhou.score(method_of({"drugs": {"drugs": counting("drug_offence")}}))
    assert ["missing"] * 3 == made.ranking["obs_status"].tolist()
    empty = made.ranking[["score", "rank", "level", "score_low", "change_previous"]]
    assert empty.isna().all(axis=None)
    assert made.facts.city_score is None
    assert ["missing"] * 2 == made.districts["obs_status"].tolist()


# ---------------------------------------------------------------- towns

MERGED = """
    town_id | name  | district | population | valid_from | valid_to   | successor
    001     | Alder | North    | 10000      |            | 2025-03-10 | 004
    002     | Birch | North    | 20000      |            |            |
    003     | Cedar | South    | 5000       |            | 2025-03-10 | 004
    004     | Dogwood | North  | 15000      | 2025-03-11 |            |
"""


def test_a_merged_town_has_the_incidents_and_residents_of_its_parts(tmp_path: Path) -> None:
    """March is scored with the towns of its last day: 3 + 6 incidents among 15,000 residents."""
    method = method_of({"crime": {"assaults": counting("assault")}})
    with precinct(tmp_path / "alder", towns=MERGED) as county:
        county.take(
            drawn("""
                n | when       | reported   | town    | kind
                --+------------+------------+---------+--------
                3 | 2025-03-02 | 2025-03-02 | Alder   | ASSAULT
                2 | 2025-03-10 | 2025-03-10 | Cedar   | ASSAULT
                4 | 2025-03-11 | 2025-03-11 | Dogwood | ASSAULT
                6 | 2025-03-12 | 2025-03-12 | Birch   | ASSAULT
            """)
        )
        made = county.score(method)
        before = county.score(method, "2025-02")
    values = cells(made.indicators, ("town_id", "indicator"), "value")
    assert {"004": 6.0, "002": 3.0} == {town: value for (town, _), value in values.items()}
    assert {"001", "002", "003"} == {*before.ranking["town_id"]}


NEW_TOWN = """
    town_id | name  | district | population | valid_from | valid_to | successor
    001     | Alder | North    | 10000      |            |          |
    002     | Birch | North    | 10000      | 2025-03-22 |          |
"""


def test_a_town_is_judged_by_the_days_on_which_people_lived_there(tmp_path: Path) -> None:
    """Two incidents in the last 10 of 31 days are a rate of 6.2; those before count for nobody."""
    method = method_of({"crime": {"assaults": counting("assault")}})
    with precinct(tmp_path / "alder", towns=NEW_TOWN) as county:
        county.take(
            drawn("""
                n | when       | reported   | town  | kind
                --+------------+------------+-------+--------
                9 | 2025-03-02 | 2025-03-02 | Birch | ASSAULT
                2 | 2025-03-30 | 2025-03-30 | Birch | ASSAULT
            """)
        )
        made = county.score(method)
    assert pytest.approx(2 * 31 / 10) == made.indicators.set_index("town_id")["value"]["002"]
    # The change against February is not told: nobody lived there.
    assert by_town(made.ranking, "change_previous")["002"] is None


def test_another_period_than_the_methods_own_is_told(huizhou: Precinct) -> None:
    """Huizhou printed every ten days; its index of a month is not one that it published."""
    found = deviations(huizhou.score(HUIZHOU, "2025-03"))
    assert ("other period", "ten_days") in found
