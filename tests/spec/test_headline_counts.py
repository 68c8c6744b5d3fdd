"""Counts of the headline categories against a slow count, and what they stand beside."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest

from indices.periods import Period, parse_period
from pipeline.methods import read_vocabulary
from tests.conftest import table_rows
from tests.spec.composite_county import (
    EDGES,
    WORDS,
    Precinct,
    counting,
    daily,
    drawn,
    method_of,
    precinct,
)

METHOD = method_of({"crime": {"assaults": counting("assault")}})
PLACES = {"ALDER": ("001", "North"), "BIRCH": ("002", "North"), "CEDAR": ("003", "South")}
NEW_YEAR = 'holidays = ["chinese_new_year"]\n'
SCOPES = 6  # the city, two districts, three towns
Row = tuple[str, ...]


def random_calls(seed: int, n: int) -> list[Row]:
    """Incidents of more than three years, in the months that the tests look at."""
    draw = Random(seed)  # noqa: S311 - made-up records
    first, last = (date.fromisoformat(day).toordinal() for day in EDGES)
    days = [date.fromordinal(day) for day in range(first, last + 1)]
    days = [day for day in days if day.month in (1, 2, 3, 5, 12)]
    return [
        (
            f"r{number}",
            draw.choice(days).isoformat(),
            "",
            draw.choice(["ALDER", "ALDER", "BIRCH", "CEDAR", "ELSEWHERE", "NOWHERE", ""]),
            draw.choice([*WORDS, "FEVER", "UNHEARD", ""]),
        )
        for number in range(n)
    ]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The made-up incidents."""
    return random_calls(7, 2500)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> Iterator[Precinct]:
    """The county with all of them; Chinese New Year moves its comparisons."""
    with precinct(
        tmp_path_factory.mktemp("headline") / "alder", city=NEW_YEAR, declared=""
    ) as made:
        made.take(rows)
        yield made


def slow_count(rows: Sequence[Row], row: Any, first: date, last: date) -> int:
    """Incidents of one line of the table in a span of days, one by one."""
    members = read_vocabulary().members(row.code)
    return sum(
        _is_in_scope(town, row.scope, row.scope_id)
        and WORDS.get(kind) in members
        and first.isoformat() <= when <= last.isoformat()
        for _, when, _, town, kind in rows
    )


def _is_in_scope(town: str, scope: str, scope_id: str) -> bool:
    if town not in PLACES:
        return False
    town_id, district = PLACES[town]
    return scope == "city" or scope_id == {"town": town_id, "district": district}[scope]


PERIODS = [
    "2025-05-31",
    "2025-01-30",
    "2025-W05",
    "2025-02-01--2025-02-10",
    "2025-02-01--2025-02-15",
    "2025-01",
    "2025-05",
    "2025-Q1",
    "2024-H2",
    "2024-12-20--2025-01-10",
]


@pytest.mark.parametrize("label", PERIODS)
def test_counts_are_those_of_the_slow_way(county: Precinct, rows: list[Row], label: str) -> None:
    """Every count and every base of city, districts and towns is what a count one by one gives."""
    period, table = parse_period(label), county.score(METHOD, label).headline
    assert SCOPES * table["code"].nunique() * table["comparison"].nunique() == len(table)
    one_base = table[table["base_years"] == 1]
    assert not one_base.empty
    found = [tuple(row) for row in one_base[["count", "base_count"]].itertuples(index=False)]
    expected = [_slow_pair(rows, row, period) for row in one_base.itertuples()]
    assert pytest.approx(pd.DataFrame(expected).to_numpy(float), abs=1e-6, nan_ok=True) == (
        pd.DataFrame(found).to_numpy(float)
    )


def _slow_pair(rows: list[Row], row: Any, period: Period) -> tuple[float, float]:
    """Count and base of a line, the base for as many days as the period has."""
    now = slow_count(rows, row, period.first, period.last)
    if row.obs_status == "missing":
        return now, float("nan")
    n_days = (row.base_last - row.base_first).days + 1
    return now, slow_count(rows, row, row.base_first, row.base_last) * period.n_days / n_days


def test_towns_add_up_to_districts_and_districts_to_the_city(county: Precinct) -> None:
    """In counts and in bases, for every category and comparison."""
    table = county.score(METHOD, "2025-05").headline
    keys = ["code", "comparison"]
    sums = {
        scope: part.groupby(keys)[["count", "base_count"]].sum(min_count=1).round(6)
        for scope, part in table.groupby("scope")
    }
    pd.testing.assert_frame_equal(sums["town"], sums["city"])
    pd.testing.assert_frame_equal(sums["district"], sums["city"])
    north = table[table["scope_id"].isin(["001", "002"])].groupby(keys)["count"].sum()
    district = table[table["scope_id"] == "North"].set_index(keys)["count"]
    pd.testing.assert_series_equal(north, district.sort_index(), check_names=False)


def test_the_mean_of_three_years_pools_their_days(county: Precinct, rows: list[Row]) -> None:
    """The base of February is the sum of 29 + 28 + 28 days, told for as many days as this one."""
    table = county.score(METHOD, "2025-02").headline
    years = table[table["comparison"].isin(["year_before", "two_years_before"])]
    assert {True} == {*years["is_moved"]}
    pooled = table[(table["comparison"] == "three_years") & (table["code"] == "all")]
    # The lantern festival of 2025 is 12 February: the new year's days are 14 before and 3 after.
    spans = [("2024-02-13", 28), ("2023-01-25", 28), ("2022-02-04", 28)]
    expected = []
    for row in pooled.itertuples():
        counts = [
            slow_count(rows, row, start, date.fromordinal(start.toordinal() + n - 1))
            for day, n in spans
            for start in [date.fromisoformat(day)]
        ]
        expected.append(sum(counts) / 3)
    assert pytest.approx(expected, abs=1e-6) == pooled["base_count"].tolist()
    assert {3} == {*pooled["base_years"]}
    assert pooled[["base_first", "base_last"]].isna().all(axis=None)


BASES = """
    period                 | comparison         | first      | last       | moved
    -----------------------+--------------------+------------+------------+------
    2025-01                | previous           | 2024-12-01 | 2024-12-31 |
    2025-01                | year_before        | 2024-01-13 | 2024-02-12 | moved
    2025-01                | two_years_before   | 2022-12-25 | 2023-01-24 | moved
    2025-01                | three_years_before | 2022-01-04 | 2022-02-03 | moved
    2025-05                | year_before        | 2024-05-01 | 2024-05-31 |
    2025-01-29             | previous           | 2025-01-28 | 2025-01-28 |
    2025-01-29             | week_before        | 2025-01-22 | 2025-01-22 |
    2025-01-29             | month_before       | 2025-01-01 | 2025-01-01 |
    2025-01-29             | year_before        | 2024-02-10 | 2024-02-10 | moved
    2025-W20               | previous           | 2025-05-05 | 2025-05-11 |
    2025-W20               | month_before       | 2025-04-14 | 2025-04-20 |
    2025-W20               | year_before        | 2024-05-13 | 2024-05-19 |
    2025-05-11--2025-05-20 | previous           | 2025-05-01 | 2025-05-10 |
    2025-05-11--2025-05-20 | month_before       | 2025-04-11 | 2025-04-20 |
    2025-05-16--2025-05-31 | month_before       | 2025-04-16 | 2025-04-30 |
    2024-H2                | year_before        | 2023-07-01 | 2023-12-31 |
    2024                   | year_before        | 2023-01-01 | 2023-12-31 |
    2025-04-03--2025-04-09 | previous           | 2025-03-27 | 2025-04-02 |
"""


@pytest.mark.parametrize(("label", "name", "first", "last", "moved"), table_rows(BASES))
def test_the_bases_are_those_of_the_calendar(
    county: Precinct, label: str, name: str, first: str, last: str, moved: str
) -> None:
    """And round Chinese New Year those at the same distance from it: 29 January, 10 February."""
    table = county.score(METHOD, label).headline
    own = table[table["comparison"] == name]
    found = {(str(r.base_first), str(r.base_last), r.is_moved) for r in own.itertuples()}
    assert {(first, last, moved == "moved")} == found


BASE_YEARS = """
    period                 | year | first      | last       | status
    -----------------------+------+------------+------------+--------
    2025-05                | 2022 | 2022-05-01 | 2022-05-31 | normal
    2025-05                | 2025 | 2025-05-01 | 2025-05-31 | normal
    2025-05                | 2019 | 2019-05-01 | 2019-05-31 | missing
    2022-05                | 2024 | 2024-05-01 | 2024-05-31 | normal
    2025-01                | 2023 | 2022-12-25 | 2023-01-24 | normal
    2022-W52               | 2024 | 2024-12-23 | 2024-12-29 | normal
    2025-W01               | 2023 | 2023-01-02 | 2023-01-08 | normal
    2024-12-20--2025-01-10 | 2024 | 2024-12-20 | 2025-01-10 | normal
    2024-12-20--2025-01-10 | 2022 | 2022-12-20 | 2023-01-10 | normal
"""


@pytest.mark.parametrize(("label", "year", "first", "last", "status"), table_rows(BASE_YEARS))
def test_a_base_year_is_the_year_that_the_period_is_counted_in(
    county: Precinct, label: str, year: str, first: str, last: str, status: str
) -> None:
    """Before or after the period, also for weeks and ranges over the turn of the year."""
    made = county.score(METHOD, label, base_year=int(year))
    own = made.headline[made.headline["comparison"] == "base"]
    found = {(str(row.base_first), str(row.base_last)) for row in own.itertuples()}
    assert {(first, last)} == found
    statuses = {*own.loc[own["code"] == "all", "obs_status"]} - {"no rate"}
    assert {status} == statuses
    assert int(year) == made.facts.base_year


def test_a_base_year_itself_has_no_change(county: Precinct) -> None:
    """The base year's own period is compared with itself: 0 %."""
    table = county.score(METHOD, "2025-05", base_year=2025).headline
    own = table[(table["comparison"] == "base") & (table["obs_status"] == "normal")]
    assert own["count"].tolist() == own["base_count"].tolist()
    assert {0.0} == {*own["percent"]}


def test_without_a_base_year_there_is_no_such_comparison(county: Precinct) -> None:
    """Nothing is made up."""
    assert "base" not in {*county.score(METHOD, "2025-05").headline["comparison"]}


# ---------------------------------------------------------------- what keeps a percent away


def status_of(made: Any, comparison: str, *, scope_id: str = "", code: str = "all") -> Any:
    """One line of the table."""
    table = made.headline
    [row] = table[
        (table["comparison"] == comparison)
        & (table["scope_id"] == scope_id)
        & (table["code"] == code)
    ].itertuples()
    return row


def test_a_base_of_zero_has_no_rate(tmp_path: Path) -> None:
    """Three against none is no percent; none against three is -100 %."""
    calls = drawn("""
        n | when       | reported | town  | kind
        --+------------+----------+-------+--------
        3 | 2025-03-02 |          | ALDER | ASSAULT
        3 | 2025-02-05 |          | BIRCH | ASSAULT
    """)
    with precinct(tmp_path / "alder", declared="") as county:
        county.take(calls)
        made = county.score(METHOD)
    rows = {town: status_of(made, "previous", scope_id=town) for town in ("001", "002", "003")}
    assert {"001": "no rate", "002": "normal", "003": "no rate"} == {
        town: row.obs_status for town, row in rows.items()
    }
    assert 0.0 == rows["001"].base_count
    assert -100.0 == rows["002"].percent
    assert pd.isna(rows["001"].percent)
    assert "no clear change" == rows["003"].direction


def test_a_base_outside_the_records_is_missing(tmp_path: Path) -> None:
    """Days that the records do not hold are not days without incidents."""
    with precinct(tmp_path / "alder", declared="") as county:
        county.take(daily("2022-01-01", 150, "ALDER", "ASSAULT"))
        made = county.score(METHOD, "2022-01")
    row = status_of(made, "previous")
    assert ("missing", "") == (row.obs_status, row.direction)
    assert made.headline[["base_count", "percent", "ratio_low", "ratio_high"]].isna().all(axis=None)
    assert {31, 0} == {*made.headline["count"]}


def test_one_year_that_is_missing_leaves_no_mean(tmp_path: Path) -> None:
    """A mean over two years would be another base than one over three."""
    with precinct(tmp_path / "alder", declared="") as county:
        county.take(daily("2022-01-01", 1200, "ALDER", "ASSAULT"))
        made = county.score(METHOD, "2024-05")
    found = {
        name: status_of(made, name).obs_status
        for name in ("year_before", "two_years_before", "three_years_before", "three_years")
    }
    assert {
        "year_before": "normal",
        "two_years_before": "normal",
        "three_years_before": "missing",
        "three_years": "missing",
    } == found
