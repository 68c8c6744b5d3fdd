"""Sums, means, changes and counts of composite editions that a reader can check."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.conftest import table_rows
from tests.spec.composite_county import (
    CITY_PERIOD,
    DEATHS,
    EDGES,
    REPORTED,
    STRAIGHT,
    WORDS,
    Precinct,
    by_town,
    cells,
    chosen,
    counting,
    daily,
    deviations,
    drawn,
    ladder_method,
    level,
    method_of,
    precinct,
    surveyed,
    unexplained,
)


def random_rows(seed: int, *, months: tuple[str, ...], n: int) -> list[tuple[str, ...]]:
    """Incidents of all kinds in all towns, some with deaths, some without a place."""
    draw = Random(seed)  # noqa: S311 - made-up records
    return [
        (
            f"r{number}",
            day,
            day,
            draw.choice(["ALDER", "ALDER", "BIRCH", "CEDAR", "ELSEWHERE", ""]),
            draw.choice([*WORDS, "FEVER", "UNHEARD", ""]),
            "",
            draw.choice(["", "", "", "0", "1", "2"]),
        )
        for number in range(n)
        for day in [f"{draw.choice(months)}-{draw.randint(1, 28):02}"]
    ]


TWO_YEARS = ("2024-01", "2024-03", "2024-07", "2025-02", "2025-03")
BROAD = {
    "crime": {"crimes": counting("criminal", weight=2), "fires": counting("fire")},
    "traffic": {"accidents": counting("traffic_accident")},
    "mood": {"survey": surveyed()},
}
PRINTED = """
    decimals | mode      | aggregation | deaths
    ---------+-----------+-------------+-------
    0        | half up   | arithmetic  | 1
    1        | half up   | arithmetic  | 0
    3        | half up   | geometric   | 2.5
    0        | truncated | arithmetic  | 0
    1        | truncated | geometric   | 30
    3        | truncated | arithmetic  | 1
"""


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("decimals", "mode", "aggregation", "deaths"), table_rows(PRINTED))
def test_points_lost_add_up_to_what_the_printed_score_lacks(
    tmp_path: Path, decimals: str, mode: str, aggregation: str, deaths: str, seed: int
) -> None:
    """To the last printed digit, rounded or cut, and also where deaths bring it down to 0."""
    method = method_of(
        BROAD,
        rounding=chosen(decimals=int(decimals), mode=mode),
        aggregation=chosen(value=aggregation),
        deaths=chosen(points_each=float(deaths)) if float(deaths) else None,
    )
    lines = [f"survey,00{n},2025-03,{v},normal,2025-04-02" for n, v in ((1, 71.37), (2, 93.2))]
    with precinct(tmp_path / "alder", external=lines) as county:
        county.take(random_rows(seed, months=TWO_YEARS, n=160))
        made = county.score(method)
    assert pytest.approx(np.zeros(3), abs=1e-9) == unexplained(made)
    units = made.components["points_lost"].to_numpy() * 10 ** int(decimals)
    assert pytest.approx(np.round(units), abs=1e-6) == units
    assert (made.components["points_lost"] >= 0).all()


INDEX: dict[str, Any] = {
    "higher_is": "worse",
    "levels": None,
    "scales": {"main": chosen(kind="ratio"), "survey": chosen(kind="ratio")},
}


@pytest.mark.parametrize("decimals", [0, 1, 3])
@pytest.mark.parametrize("mode", ["half up", "truncated"])
def test_the_parts_of_an_index_with_base_100_add_up_to_it(
    tmp_path: Path, decimals: int, mode: str
) -> None:
    """More is worse, nothing is a maximum, and each kind's row says what it adds."""
    method = method_of(
        {"crime": {"crimes": counting("criminal")}, "traffic": {"a": counting("traffic_accident")}},
        baselines={"main": chosen(kind="city_usual")},
        rounding=chosen(decimals=decimals, mode=mode),
        **INDEX,
    )
    with precinct(tmp_path / "alder") as county:
        county.take(random_rows(3, months=TWO_YEARS, n=300))
        made = county.score(method)
    parts = made.components.groupby("town_id")["points_lost"].sum()
    assert by_town(made.ranking, "score") == pytest.approx(parts.to_dict(), abs=1e-9)
    assert max(parts) > 100
    assert ["none"] * 3 == made.ranking["level"].astype(object).fillna("none").tolist()
    score = by_town(made.ranking, "score")
    ranked = sorted(score, key=lambda town: score[town])
    assert ranked == made.ranking["town_id"].tolist()


def test_a_base_period_may_lie_after_the_period(tmp_path: Path) -> None:
    """March 2024 against the usual of 2025: half as many a day in April as in the base is 50."""
    method = method_of(
        {"crime": {"assaults": counting("assault")}},
        baselines={"main": chosen(kind="city_usual")},
        **INDEX,
    )
    towns = "town_id | name | district | population\n001 | Alder | North | 10000\n"
    rows = [
        *daily("2024-04-01", 30, "ALDER", "ASSAULT", every=2),
        *daily("2025-01-01", 31, "ALDER", "ASSAULT"),
    ]
    base = ("2025-01-01", "2025-01-31")
    with precinct(tmp_path / "alder", towns=towns, base=base) as county:
        county.take(rows)
        made = county.score(method, "2024-04")
        usual = county.score(method, "2025-01")
    assert (50.0, 100.0) == (made.ranking["score"][0], usual.ranking["score"][0])


def test_a_base_period_outside_the_records_is_told(tmp_path: Path) -> None:
    """There is nothing to compare with: missing, and named."""
    method = method_of(
        {"crime": {"assaults": counting("assault")}},
        baselines={"main": chosen(kind="city_usual")},
        **INDEX,
    )
    with precinct(tmp_path / "alder", base=("2019-01-01", "2019-12-31")) as county:
        county.take(random_rows(3, months=TWO_YEARS, n=30))
        made = county.score(method)
    assert [("nothing to compare with", "assaults")] == deviations(made)
    assert ["missing"] * 3 == made.ranking["obs_status"].tolist()


OWN_PAST = [
    # periods looked back, month scored, baseline of Alder per month of its length
    (2, "2025-03", 31 * 4 / 59),  # 1 in January, 3 in February
    (2, "2022-02", 28 * 2 / 31),  # January 2022 alone is known
    (2, "2022-01", None),  # nothing before the records
]


@pytest.mark.parametrize(("n_periods", "wanted", "expected"), OWN_PAST)
def test_the_own_past_is_as_long_as_the_records(
    tmp_path: Path, n_periods: int, wanted: str, expected: float | None
) -> None:
    """Periods before the records do not count as empty ones; without any there is no score."""
    method = method_of(
        {"crime": {"assaults": counting("assault")}},
        baselines={"main": chosen(kind="own_past", n_periods=n_periods)},
    )
    rows = drawn("""
        n | when       | reported   | town  | kind
        --+------------+------------+-------+--------
        2 | 2022-01-15 | 2022-01-15 | ALDER | ASSAULT
        1 | 2025-01-15 | 2025-01-15 | ALDER | ASSAULT
        3 | 2025-02-15 | 2025-02-15 | ALDER | ASSAULT
    """)
    with precinct(tmp_path / "alder") as county:
        county.take(rows)
        made = county.score(method, wanted)
    found = cells(made.indicators, ("town_id", "indicator"), "baseline")["001", "assaults"]
    assert pytest.approx(expected, abs=1e-6) == found
    no_past = [("nothing to compare with", "assaults")] if expected is None else []
    assert no_past == deviations(made)


ROLL_UP = [
    # rule, district North, city: of the scores 60, 90 and 100
    ("population_weighted", 80.0, (60 * 1 + 90 * 2 + 100 * 0.04) / 3.04),
    ("plain_mean", 75.0, 250 / 3),
]


@pytest.mark.parametrize(("rule", "north", "city"), ROLL_UP)
def test_districts_and_city_follow_the_rule_of_the_method(
    tmp_path: Path, rule: str, north: float, city: float
) -> None:
    """By residents, or the plain mean of the towns."""
    method = method_of({"mood": {"survey": surveyed()}}, roll_up=chosen(value=rule))
    lines = [f"survey,00{n},2025-03,{v},normal,2025-04-02" for n, v in ((1, 60), (2, 90), (3, 100))]
    with precinct(tmp_path / "alder", external=lines) as county:
        county.take([])
        made = county.score(method)
    scores = dict(zip(made.districts["district"], made.districts["score"], strict=True))
    assert {"South": 100.0, "North": north} == scores
    assert round(city, 1) == made.facts.city_score


def test_towns_without_a_score_are_left_out_of_the_mean(tmp_path: Path) -> None:
    """A district's score is that of its towns that have one."""
    method = method_of({"mood": {"survey": surveyed()}})
    with precinct(
        tmp_path / "alder", external=["survey,002,2025-03,90,normal,2025-04-02"]
    ) as county:
        county.take([])
        made = county.score(method)
    scores = cells(made.districts, ["district"], "score")
    assert {("North",): 90.0, ("South",): None} == scores
    assert 90.0 == made.facts.city_score


# ---------------------------------------------------------------- counted another way


def slow_counts(county: Precinct, first: str, last: str) -> Counter[tuple[str, str]]:
    """Incidents by town and kind of the newest versions that are there, one by one."""
    rows = county.warehouse.connection.execute(
        "SELECT incident_id, batch_id, is_withdrawn, occurred_at::DATE::VARCHAR, place_value, "
        "category_value FROM core_incident_version ORDER BY batch_id"
    ).fetchall()
    newest = {incident: rest for incident, _, *rest in rows}
    towns = {"ALDER": "001", "BIRCH": "002", "CEDAR": "003"}
    return Counter(
        (towns[place], WORDS[kind])
        for withdrawn, day, place, kind in newest.values()
        if not withdrawn and first <= day <= last and place in towns and kind in WORDS
    )


@pytest.mark.parametrize("declared", ["", REPORTED + DEATHS])
def test_components_count_what_the_incidents_themselves_say(tmp_path: Path, declared: str) -> None:
    """After corrections and withdrawals the counts are those of the newest versions."""
    method = method_of(BROAD, deaths=chosen(points_each=1))
    with precinct(tmp_path / "alder", declared=declared) as county:
        early = random_rows(4, months=TWO_YEARS, n=200)
        county.take(early)
        county.take([*random_rows(5, months=TWO_YEARS, n=120), *early[120:180]])
        made = county.score(method)
        expected = slow_counts(county, "2025-03-01", "2025-03-31")
    found = cells(made.components, ("town_id", "category"), "count")
    counted = {key: n for key, n in found.items() if key[1] not in ("survey", "deaths")}
    assert {(town, kind): expected[town, kind] for town, kind in counted} == counted
    assert expected.total() == sum(counted.values()) == made.facts.incidents_on_day


def test_the_order_of_rows_and_deliveries_changes_nothing(tmp_path: Path) -> None:
    """The same incidents in another order give the same tables."""
    method = method_of(BROAD, deaths=chosen(points_each=1))
    rows = random_rows(6, months=TWO_YEARS, n=150)
    found = []
    for name, given in (("a", rows), ("b", rows[::-1])):
        with precinct(tmp_path / name) as county:
            county.take(given, edges=EDGES if name == "a" else EDGES[::-1])
            found.append(county.score(method))
    for name, table in found[0].tables.items():
        pd.testing.assert_frame_equal(table, found[1].tables[name])


def test_changes_are_those_of_printed_scores(tmp_path: Path) -> None:
    """Against the month before and the same month a year earlier; empty before the records."""
    with precinct(tmp_path / "alder") as county:
        county.take(
            drawn("""
                n | when       | reported   | town  | kind
                --+------------+------------+-------+--------
                4 | 2025-03-15 | 2025-03-15 | ALDER | ASSAULT
                2 | 2025-02-15 | 2025-02-15 | ALDER | ASSAULT
                7 | 2024-03-15 | 2024-03-15 | ALDER | ASSAULT
            """)
        )
        made, first = county.score(ladder_method()), county.score(ladder_method(), "2022-01")
    assert 80.0 == by_town(made.ranking, "score")["001"]
    assert (-10.0, 15.0) == (
        by_town(made.ranking, "change_previous")["001"],
        by_town(made.ranking, "change_year")["001"],
    )
    assert first.ranking[["change_previous", "change_year"]].isna().all(axis=None)


def test_a_daily_index_is_compared_with_yesterday_last_week_and_last_year(tmp_path: Path) -> None:
    """One, two, three and four assaults per 10,000: each takes off 5 points more."""
    with precinct(tmp_path / "alder") as county:
        county.take(
            drawn("""
                n | when       | reported   | town  | kind
                --+------------+------------+-------+--------
                1 | 2025-03-15 | 2025-03-15 | ALDER | ASSAULT
                2 | 2025-03-14 | 2025-03-14 | ALDER | ASSAULT
                3 | 2025-03-08 | 2025-03-08 | ALDER | ASSAULT
                4 | 2024-03-15 | 2024-03-15 | ALDER | ASSAULT
            """)
        )
        made = county.score(ladder_method(period=chosen(value="day")), "2025-03-15")
    names = ("score", "change_1d", "change_previous", "change_7d", "change_year")
    assert (95.0, 5.0, 5.0, 10.0, 15.0) == tuple(
        by_town(made.ranking, name)["001"] for name in names
    )
    assert (0, "") == (
        by_town(made.ranking, "run_at_worst")["001"],
        by_town(made.ranking, "step")["001"],
    )


LEVEL_EDGES = [(60.0, 2), (59.9, 3), (80.0, 1), (79.9, 2)]


@pytest.mark.parametrize(("score", "expected"), LEVEL_EDGES)
def test_the_printed_score_decides_the_level(tmp_path: Path, score: float, expected: int) -> None:
    """A score that is printed as the lower edge of a level has that level."""
    method = method_of(
        {"mood": {"survey": surveyed()}},
        levels=chosen(level=[level(1, 80), level(2, 60), level(3, 0)]),
    )
    value = score - 0.04  # printed half up in one decimal: the score
    line = f"survey,001,2025-03,{value},normal,2025-04-02"
    with precinct(tmp_path / "alder", external=[line]) as county:
        county.take([])
        made = county.score(method)
    assert (score, expected) == (
        by_town(made.ranking, "score")["001"],
        by_town(made.ranking, "level")["001"],
    )


def test_an_empty_county_scores_its_best(tmp_path: Path) -> None:
    """No incident against no incident is 100 and costs nothing; it is no missing value."""
    method = method_of(
        {"crime": {"assaults": counting("assault")}},
        scales={"main": STRAIGHT},
        baselines={"main": CITY_PERIOD},
    )
    with precinct(tmp_path / "alder") as county:
        county.take([])
        made = county.score(method)
    assert [100.0] * 3 == made.ranking["score"].tolist()
    assert ["normal"] * 3 == made.ranking["obs_status"].tolist()
    assert [0.0] * 3 == made.components["points_lost"].tolist()
