"""Which period is meant, which it is compared with, and where a comparison would mislead."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from indices.periods import PeriodKind
from pipeline.compute.basis import Basis, find_basis
from pipeline.errors import NothingKnown, WrongUsage
from tests.conftest import table_rows
from tests.spec.composite_county import (
    Precinct,
    counting,
    daily,
    deviations,
    method_of,
    precinct,
)

METHOD = method_of({"crime": {"assaults": counting("assault")}})
BREAK = """
[[breaks]]
from_day = 2024-06-01
reason = { en = "another form", zh = "表格更换" }
"""
DAILY = [*daily("2022-01-01", 1247, "ALDER", "ASSAULT"), *daily("2024-01-01", 500, "BIRCH", "FIRE")]


# ---------------------------------------------------------------- breaks of the series

BROKEN = """
    period  | comparison         | status
    --------+--------------------+--------
    2025-05 | previous           | normal
    2025-05 | year_before        | break
    2025-05 | two_years_before   | break
    2025-05 | three_years        | break
    2024-06 | previous           | break
    2024-06 | year_before        | break
    2024-07 | previous           | normal
    2024-05 | previous           | normal
    2024-05 | year_before        | normal
    2024-Q2 | previous           | break
    2025-Q2 | year_before        |
"""


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Precinct]:
    """The county with a new way of counting from June 2024 on."""
    folder = tmp_path_factory.mktemp("breaks") / "alder"
    city = 'holidays = ["chinese_new_year"]\n'
    with precinct(folder, city=city, after=BREAK, declared="") as made:
        made.take(DAILY)
        yield made


@pytest.mark.parametrize(("label", "comparison", "status"), table_rows(BROKEN))
def test_nothing_is_compared_across_a_break(
    broken: Precinct, label: str, comparison: str, status: str
) -> None:
    """No percent, interval or direction where the way of counting changed between or within."""
    if not status:
        with pytest.raises(NothingKnown, match="2025-Q2"):
            broken.score(METHOD, label)
        return
    table = broken.score(METHOD, label).headline
    own = table[(table["comparison"] == comparison) & (table["scope_id"] == "001")]
    row = next(own[own["code"] == "all"].itertuples())
    told = (row.obs_status, row.direction != "", row.percent == row.percent)
    assert (status, status == "normal", status == "normal") == told
    assert row.base_count > 0


def test_a_break_that_all_days_lie_behind_changes_nothing(broken: Precinct) -> None:
    """Counts are counts, on both sides of it."""
    table = broken.score(METHOD, "2025-05").headline
    rows = table[(table["code"] == "all") & (table["scope_id"] == "001")].set_index("comparison")
    assert (31, 31.0) == (rows.loc["previous", "count"], rows.loc["previous", "base_count"])


# ---------------------------------------------------------------- holidays

PAIRED = """
    holidays             | period  | first      | last       | moved
    ---------------------+---------+------------+------------+------
                         | 2025-01 | 2024-01-01 | 2024-01-31 | no
    "chinese_new_year"   | 2025-01 | 2024-01-13 | 2024-02-12 | yes
    "easter"             | 2025-01 | 2024-01-01 | 2024-01-31 | no
    "easter"             | 2025-04 | 2024-03-12 | 2024-04-10 | yes
    "chinese_new_year"   | 2025-Q1 | 2024-01-01 | 2024-03-31 | no
    "chinese_new_year"   | 2024    | 2023-01-01 | 2023-12-31 | no
"""


@pytest.mark.parametrize(("holidays", "label", "first", "last", "moved"), table_rows(PAIRED))
def test_last_year_has_the_same_days_round_the_holiday(
    tmp_path: Path, holidays: str, label: str, first: str, last: str, moved: str
) -> None:
    """Chinese New Year: 29 January 2025 and 10 February 2024; Easter: 20 April and 31 March.

    A quarter holds the whole season in both years and stays where it is.
    """
    city = f"holidays = [{holidays}]\n"
    with precinct(tmp_path / "alder", city=city, declared="") as county:
        county.take(DAILY)
        table = county.score(METHOD, label).headline
    own = table[(table["comparison"] == "year_before") & (table["scope"] == "city")]
    row = next(own[own["code"] == "all"].itertuples())
    assert (first, last, moved == "yes") == (str(row.base_first), str(row.base_last), row.is_moved)
    n_days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    made_there = n_days + sum(
        first <= when <= last for _, when, _, town, _, _ in DAILY if town == "BIRCH"
    )
    period_days = {"2025-01": 31, "2025-04": 30, "2025-Q1": 90, "2024": 366}[label]
    assert pytest.approx(made_there * period_days / n_days, abs=1e-6) == row.base_count


def test_scores_are_not_moved(tmp_path: Path) -> None:
    """Only the table of headline categories follows the holiday; the method's own rule stays."""
    found = []
    for name, city in (("a", ""), ("b", 'holidays = ["chinese_new_year"]\n')):
        with precinct(tmp_path / name, city=city, declared="") as county:
            county.take(DAILY)
            found.append(county.score(METHOD, "2025-01").ranking)
    assert found[0].equals(found[1])


# ---------------------------------------------------------------- which period is meant

NEWEST = """
    wanted     | 2025-05-20             | 2025-05-31
    -----------+------------------------+-----------------------
    day        | 2025-05-20             | 2025-05-31
    week       | 2025-W20               | 2025-W21
    ten_days   | 2025-05-11--2025-05-20 | 2025-05-21--2025-05-31
    half_month | 2025-05-01--2025-05-15 | 2025-05-16--2025-05-31
    month      | 2025-04                | 2025-05
    quarter    | 2025-Q1                | 2025-Q1
    half_year  | 2024-H2                | 2024-H2
    year       | 2024                   | 2024
"""


def basis_of(folder: Path, *, last: str = "2025-05-20", kind: str = "month", **asked: Any) -> Basis:
    """What is computed from records that run from January 2022 to a day."""
    method = method_of(
        {"crime": {"assaults": counting("assault")}},
        period={"value": kind, "status": "assumed", "reason": "made up"},
    )
    with precinct(folder, declared="") as county:
        county.take([], edges=("2022-01-01", last))
        return find_basis(county.warehouse, county.city, method, **asked)


@pytest.mark.parametrize("last", ["2025-05-20", "2025-05-31"])
@pytest.mark.parametrize("row", table_rows(NEWEST), ids=lambda row: row[0])
def test_the_newest_complete_period_is_taken(tmp_path: Path, row: list[str], last: str) -> None:
    """Of each kind the last that the records hold in full."""
    wanted, expected = row[0], row[1 if last == "2025-05-20" else 2]
    found = basis_of(tmp_path / "alder", last=last, wanted=wanted).period
    assert (expected, wanted) == (found.label, found.kind.value)


@pytest.mark.parametrize("kind", [kind for kind in PeriodKind if kind != PeriodKind.RANGE])
def test_without_a_wish_the_method_decides_the_kind(tmp_path: Path, kind: PeriodKind) -> None:
    """A monthly index is computed for months."""
    assert kind == basis_of(tmp_path / "alder", kind=kind.value).period.kind


INSIDE = """
    day        | wanted     | expected
    -----------+------------+-----------------------
    2025-03-15 |            | 2025-03
    2025-03-01 | month      | 2025-03
    2025-03-31 | month      | 2025-03
    2025-03-15 | day        | 2025-03-15
    2025-03-16 | week       | 2025-W11
    2025-03-17 | week       | 2025-W12
    2024-12-30 | week       | 2025-W01
    2025-03-31 | ten_days   | 2025-03-21--2025-03-31
    2025-03-15 | half_month | 2025-03-01--2025-03-15
    2024-07-01 | half_year  | 2024-H2
    2024-02-29 | year       | 2024
"""


@pytest.mark.parametrize(("day", "wanted", "expected"), table_rows(INSIDE))
def test_a_date_means_the_period_in_which_it_lies(
    tmp_path: Path, day: str, wanted: str, expected: str
) -> None:
    """Any of its days names it; the kind is the one asked for, else the method's."""
    asked = {"day": date.fromisoformat(day), "wanted": wanted or None}
    assert expected == basis_of(tmp_path / "alder", **asked).period.label


LABELS = [
    "2025-03-15",
    "2025-W11",
    "2025-03",
    "2025-Q1",
    "2024-H2",
    "2024",
    "2025-03-05--2025-03-09",
]


@pytest.mark.parametrize("label", LABELS)
def test_a_label_means_itself(tmp_path: Path, label: str) -> None:
    """Whatever the method's own kind."""
    assert label == basis_of(tmp_path / "alder", wanted=label).period.label


UNCOVERED = """
    wanted                 | day        | seen                        | advice
    -----------------------+------------+-----------------------------+----------------------------
    2025-05                |            | 2025-05-01 to 2025-05-31    | 2022-01-01--2025-05-20
                           | 2025-05-03 | 2025-05-01 to 2025-05-31    | 2022-01-01--2025-05-20
    2021-12                |            | 2021-12-01 to 2021-12-31    | 2022-01-01--2025-05-20
    2025                   |            | 2025-01-01 to 2025-12-31    | 2022-01-01--2025-05-20
    2025-05-21             |            | 2025-05-21 is not covered   | --date 2025-05-20
    day                    | 2021-12-31 | 2021-12-31 is not covered   | --date 2025-05-20
    2021-12-31--2022-01-05 |            | 2021-12-31 to 2022-01-05    | 2022-01-01--2025-05-20
    2031-W07               |            | 2031-02-10 to 2031-02-16    | 2022-01-01--2025-05-20
"""


@pytest.mark.parametrize(("wanted", "day", "seen", "advice"), table_rows(UNCOVERED))
def test_a_period_that_is_not_covered_is_refused_with_advice(
    tmp_path: Path, wanted: str, day: str, seen: str, advice: str
) -> None:
    """The days are told, those that are known, and what to try."""
    asked = {"wanted": wanted or None, "day": date.fromisoformat(day) if day else None}
    with pytest.raises(NothingKnown) as caught:
        basis_of(tmp_path / "alder", **asked)
    assert seen in caught.value.seen
    assert "2022-01-01 to 2025-05-20" in caught.value.expected
    assert advice in caught.value.try_next


WRONG = ["2025-13", "fortnight", "", "range", "2025-02-30", "2025-W54", "2025-03-09--2025-03-05"]


@pytest.mark.parametrize("wanted", WRONG)
def test_what_is_no_period_is_wrong_usage(tmp_path: Path, wanted: str) -> None:
    """The text is told, and the forms that are known."""
    with pytest.raises(WrongUsage) as caught:
        basis_of(tmp_path / "alder", wanted=wanted)
    assert f"--period {wanted}" in caught.value.seen
    assert "2019-W07" in caught.value.expected


def test_a_date_and_a_label_are_one_too_many(tmp_path: Path) -> None:
    """Both name a period."""
    with pytest.raises(WrongUsage, match="both name a period"):
        basis_of(tmp_path / "alder", wanted="2025-03", day=date(2025, 3, 1))


# ---------------------------------------------------------------- records that tell the month

BY_MONTH = """
    wanted                 | day        | expected
    -----------------------+------------+-----------
    month                  |            | 2025-05
    day                    |            | 2025-05-31
    quarter                |            | 2025-Q1
    year                   |            | 2024
    2025-02                |            | 2025-02
    2025-02-01--2025-03-31 |            | 2025-02-01--2025-03-31
    day                    | 2025-02-28 | 2025-02-28
    week                   |            | refused
    ten_days               |            | refused
    half_month             |            | refused
    2025-W11               |            | refused
    day                    | 2025-02-15 | refused
    2025-02-01--2025-03-30 |            | refused
    2025-02-02--2025-03-31 |            | refused
    half_month             | 2025-02-20 | refused
"""


@pytest.mark.parametrize(("wanted", "day", "expected"), table_rows(BY_MONTH))
def test_records_of_months_are_scored_by_months(
    tmp_path: Path, wanted: str, day: str, expected: str
) -> None:
    """Weeks, ten days and half months are wrong usage; whole months and sums of them are not."""
    with precinct(tmp_path / "alder", declared="", precision="month") as county:
        county.take([], edges=("2022-01", "2025-05"))
        asked = {"wanted": wanted, "day": date.fromisoformat(day) if day else None}
        if expected == "refused":
            with pytest.raises(WrongUsage, match="tells no more than the month") as caught:
                find_basis(county.warehouse, county.city, METHOD, **asked)
            assert caught.value.try_next.startswith("--date 20")
            return
        found = find_basis(county.warehouse, county.city, METHOD, **asked).period
    assert expected == found.label


def test_an_edition_of_months_counts_the_whole_month(tmp_path: Path) -> None:
    """A composite index of a city whose records tell no day."""
    with precinct(tmp_path / "alder", declared="", precision="month") as county:
        calls = [(f"a{n}", f"2025-0{1 + n % 4}", "", "ALDER", "ASSAULT") for n in range(40)]
        county.take(calls, edges=("2022-01", "2025-05"))
        made = county.score(METHOD)
    assert 10 == made.facts.incidents_on_day
    assert [] == deviations(made)
