"""Steps after bad periods in a row, and the share of the patrols."""

from pathlib import Path

import pytest

from pipeline.compute.composite import LADDER_PERIODS
from tests.conftest import table_rows
from tests.spec.composite_county import (
    RUNGS,
    by_town,
    chosen,
    ladder_method,
    method_of,
    precinct,
    surveyed,
)

# A red month has 50 assaults in Alder, 50 per 10,000; any other month has none.
RUNS = """
    red months                      | run | step
    --------------------------------+-----+-------
    2025-01 2025-02 2025-03         | 3   | notice
    2025-01 2025-03                 | 1   |
    2025-02 2025-03                 | 2   | talk
    2025-01 2025-02                 | 0   |
    2024-12 2025-01 2025-02 2025-03 | 4   |
    2024-03 2025-02 2025-03         | 2   | talk
"""


@pytest.mark.parametrize(("red", "run", "step"), table_rows(RUNS))
def test_red_months_in_a_row_bring_the_next_step(
    tmp_path: Path, red: str, run: str, step: str
) -> None:
    """A step is told in the month that reaches it, and a better month ends the run."""
    rows = [
        (f"{month}-{n}", f"{month}-05", f"{month}-05", "ALDER", "ASSAULT")
        for month in red.split()
        for n in range(50)
    ]
    with precinct(tmp_path / "alder") as county:
        county.take(rows)
        made = county.score(ladder_method())
    assert (int(run), step) == (
        by_town(made.ranking, "run_at_worst")["001"],
        by_town(made.ranking, "step")["001"],
    )
    assert (0, "") == (
        by_town(made.ranking, "run_at_worst")["002"],
        by_town(made.ranking, "step")["002"],
    )


def test_a_month_of_which_nothing_is_known_holds_the_run(tmp_path: Path) -> None:
    """Red, nothing reported, red, red: the third red month brings the notice."""
    method = method_of({"mood": {"survey": surveyed(days=0)}}, ladder=RUNGS)
    values = {"2024-12": 10, "2025-02": 10, "2025-03": 10}
    lines = [f"survey,001,{month},{v},normal,2025-04-02" for month, v in values.items()]
    with precinct(tmp_path / "alder", external=lines) as county:
        county.take([])
        made = county.score(method)
        held = county.score(method, "2025-01")
    assert (3, "notice") == (
        by_town(made.ranking, "run_at_worst")["001"],
        by_town(made.ranking, "step")["001"],
    )
    assert (1, "") == (
        by_town(held.ranking, "run_at_worst")["001"],
        by_town(held.ranking, "step")["001"],
    )


def test_a_run_is_counted_over_twelve_periods_at_most(tmp_path: Path) -> None:
    """A longer run stays at twelve."""
    months = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
    rows = [
        (f"{month}-{n}", f"{month}-05", f"{month}-05", "ALDER", "ASSAULT")
        for month in months
        for n in range(50)
    ]
    with precinct(tmp_path / "alder") as county:
        county.take(rows)
        made = county.score(ladder_method(), "2024-12")
    assert LADDER_PERIODS == by_town(made.ranking, "run_at_worst")["001"]


PATROL = """
    red towns       | Alder | Birch | Cedar
    ----------------+-------+-------+------
    ALDER           | 0.5   | 0.25  | 0.25
    ALDER BIRCH     | 0.333 | 0.333 | 0.333
                    | 0.333 | 0.333 | 0.333
    CEDAR           | 0.25  | 0.25  | 0.5
"""


@pytest.mark.parametrize(("red", "alder", "birch", "cedar"), table_rows(PATROL))
def test_patrol_shares_add_up_to_one(
    tmp_path: Path, red: str, alder: str, birch: str, cedar: str
) -> None:
    """Half of the effort goes to the red towns, unless there are so many that it would be less."""
    rule = {"share_to_worst": chosen(value=0.5), "from_level": 3, **chosen()}
    rows = [
        (f"{town}-{n}", "2025-03-05", "2025-03-05", town, "ASSAULT")
        for town in red.split()
        for n in range(50)
    ]
    with precinct(tmp_path / "alder") as county:
        county.take(rows)
        made = county.score(ladder_method(patrol=rule))
    shares = by_town(made.ranking, "patrol_share")
    assert pytest.approx([float(alder), float(birch), float(cedar)], abs=1e-3) == [*shares.values()]
    assert pytest.approx(1, abs=2e-6) == sum(shares.values())
