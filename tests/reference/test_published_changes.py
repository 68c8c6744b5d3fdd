"""Percentages against published ones, and ratios of rates against other programs'.

The rows of `data/published-changes.csv` are what police and drug-control offices printed
("published"), or what follows from their figures ("derived"). Offices round or truncate; the file
says which.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from indices.comparison import compare_counts, percent_change, percent_printed

DATA = Path(__file__).parent / "data" / "published-changes.csv"
Row = dict[str, str]


def rows(*vectors: str) -> list[Row]:
    """The rows of the file, or those of some vectors."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if not vectors or row["vector"] in vectors]


def exact_percent(row: Row) -> float:
    """Change or share in percent, before it is shortened."""
    value, base = float(row["value"]), float(row["base"])
    if row["kind"] == "share":
        return 100 * value / base
    return float(percent_change(value, base=base))


def printed(row: Row, mode: str) -> float:
    """The percent as the mode prints it."""
    return float(percent_printed(exact_percent(row), int(row["decimals"]), mode))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['vector']} {row['what']}")
def test_a_published_percentage_is_reproduced_to_its_last_digit(row: Row) -> None:
    """With the decimals and the way of shortening that the office used."""
    assert float(row["printed"]) == printed(row, row["mode"])


def test_offices_differ_in_how_they_shorten() -> None:
    """Some printed numbers are truncated: rounding gives 21.92 and 16.7, printed were others."""
    truncated = [row for row in rows() if row["mode"] == "truncated"]
    differing = {
        (row["printed"], printed(row, "half up"))
        for row in truncated
        if float(row["printed"]) != printed(row, "half up")
    }
    assert {("21.91", 21.92), ("16.6", 16.7)} == differing


def test_truncated_shares_of_a_whole_add_up_to_less() -> None:
    """The three printed shares of Zhongjiang's 48 estates make 99.9 (TV-10)."""
    shares = [float(row["printed"]) for row in rows("TV-10")]
    assert pytest.approx(99.9) == sum(shares)


@pytest.mark.parametrize(
    ("january", "is_the_reading"), [(86.168, True), (85.629, False)], ids=["percent", "points"]
)
def test_zhuhai_s_rise_of_3_9_percent_is_a_percentage(
    january: float, *, is_the_reading: bool
) -> None:
    """February 2020 at 89.529 is 3.9 % on January; 3.9 points would be another percentage."""
    rise = float(percent_printed(percent_change(89.529, base=january)))
    assert is_the_reading == (rise == 3.9)


def test_mianyang_s_kinds_of_call_add_up() -> None:
    """Criminal, public order, traffic and help make the valid calls of 2017 (TV-5)."""
    row = rows("TV-5")[0]
    parts = 5_401 + 14_789 + 49_714 + 25_586
    assert (float(row["value"]), float(row["base"])) == (parts, parts + 397_605)


@pytest.mark.parametrize(
    ("calls", "expected"), [(963_600, 2_640), (140_000, 384)], ids=["Kunming", "Minhang"]
)
def test_a_year_s_calls_are_so_many_a_day(calls: int, expected: float) -> None:
    """963,600 invalid calls are 2,640 a day (TV-6), 140,000 fewer calls 384 (TV-12)."""
    assert expected == float(percent_printed(calls / 365, decimals=0))


def test_guangdong_s_difference_is_that_of_the_counts() -> None:
    """87,365 more registered users in 2014 than in 2013 (TV-9)."""
    change = compare_counts(485_964, base_count=398_599)
    assert (87_365.0, "up") == (float(change.difference), str(change.direction))


def test_minhang_s_changes_form_a_chain() -> None:
    """-13.68 % and then -3.5 % are -16.7 % (TV-12)."""
    whole = 100 * ((1 - 0.1368) * (1 - 0.035) - 1)
    assert -16.7 == float(percent_printed(whole))


def test_not_every_published_fall_is_a_clear_one() -> None:
    """-62.5 % of 8 may be chance; -43.2 % of 37 is just clear, the others plainly (TV-7, TV-11)."""
    table = rows("TV-7", "TV-11")
    change = compare_counts(
        [float(row["value"]) for row in table], base_count=[float(row["base"]) for row in table]
    )
    unclear = [float(row["printed"]) for row in np.array(table)[change.p_value > 0.05]]
    assert [-62.5] == unclear
    expected = ["down", "no clear change", *["down"] * 7, "up"]
    assert expected == change.direction.tolist()


def test_the_interval_is_that_of_r_s_poisson_test() -> None:
    """11 in 800 person-years against 21 in 3,011, the example of R's `poisson.test`."""
    change = compare_counts(11, base_count=21, exposure=800, base_exposure=3011)
    found = (float(change.ratio), float(change.ratio_low), float(change.ratio_high))
    assert pytest.approx((1.971488, 0.8584264, 4.2772659), rel=1e-6) == found


def test_the_interval_and_the_p_value_are_those_of_fay_s_rate_ratio_test() -> None:
    """2 in 17,877 against 9 in 16,660: the example of the R package rateratio.test's vignette.

    It was chosen to be barely unclear: p = 0.05011.
    """
    change = compare_counts(2, base_count=9, exposure=17_877, base_exposure=16_660)
    found = [float(change.ratio), float(change.ratio_low), float(change.ratio_high)]
    assert pytest.approx([0.2070941557, 0.02177406, 1.00054910], rel=1e-6) == found
    assert pytest.approx(0.05011, abs=5e-6) == float(change.p_value)
    assert str(change.direction) == "no clear change"
