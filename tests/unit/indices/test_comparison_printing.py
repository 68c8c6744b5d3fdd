"""What a comparison rests on and ends in: pooled years, breaks in a series, printed percents."""

import doctest
import math
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices import comparison
from indices.comparison import (
    across_break,
    compare_counts,
    mean_of_years,
    percent_change,
    percent_printed,
)
from indices.periods import parse_period

MODEST = settings(max_examples=150, deadline=None, derandomize=True)


def test_the_examples_in_the_docstrings_are_true() -> None:
    """What `percent_printed` shows in its docstring is what it does."""
    failed, tried = doctest.testmod(comparison)
    assert (failed, tried > 0) == (0, True)


def test_several_years_are_pooled_by_adding() -> None:
    """365 + 366 days with 10 + 20 incidents make one base of 731 days with 30."""
    pooled = mean_of_years([[10, 1], [20, 2]], exposures=[365, 366])
    assert [30.0, 3.0] == pooled.count.tolist()
    assert [731.0, 731.0] == pooled.exposure.tolist()


def test_without_exposures_each_year_counts_as_one() -> None:
    """12 incidents against years with 8, 10 and 12 are 20 % more than their mean."""
    pooled = mean_of_years([8, 10, 12])
    change = compare_counts(12, base_count=pooled.count, base_exposure=pooled.exposure)
    assert pytest.approx(20) == float(change.percent)


def test_exposures_may_differ_by_year_and_town() -> None:
    """Residents change in the course of the years."""
    pooled = mean_of_years([[1, 2], [3, 4]], exposures=[[10, 20], [11, 21]])
    assert [21.0, 41.0] == pooled.exposure.tolist()


def test_a_missing_year_leaves_the_town_without_a_base() -> None:
    """A mean over fewer years would be another base; the neighbours keep theirs."""
    pooled = mean_of_years(
        [[1, math.nan, 3], [1, 2, 3]], exposures=[[1.0, 1.0, 1.0], [1.0, 1.0, math.nan]]
    )
    assert [False, True, True] == np.isnan(pooled.count).tolist()
    assert [False, True, True] == np.isnan(pooled.exposure).tolist()
    change = compare_counts(1, base_count=pooled.count, base_exposure=pooled.exposure)
    assert ["normal", "missing", "missing"] == change.status.tolist()


@pytest.mark.parametrize(
    ("period", "base", "day", "expected"),
    [
        ("2017-04", "2016-04", date(2016, 10, 1), True),  # between
        ("2017-04", "2016-04", date(2017, 4, 15), True),  # within the newer
        ("2017-04", "2016-04", date(2016, 4, 15), True),  # within the older
        ("2017-04", "2016-04", date(2017, 4, 1), True),  # the newer begins the new series
        ("2017-04", "2016-04", date(2017, 4, 30), True),  # its last day alone is new
        ("2017-04", "2016-04", date(2017, 5, 1), False),  # both old
        ("2017-04", "2016-04", date(2016, 4, 1), False),  # both new
        ("2017-04", "2016-04", date(2015, 1, 1), False),
        ("2017-04-12", "2017-04-11", date(2017, 4, 12), True),
        ("2017-04-12", "2017-04-11", date(2017, 4, 11), False),
        ("2017", "2017-04", date(2017, 2, 1), True),  # a part against its whole
    ],
)
def test_a_break_between_or_within_the_periods_is_found(
    period: str, base: str, day: date, expected: bool
) -> None:
    """A break is the first day of a new way of counting; the order of the periods is the same."""
    one, other = parse_period(period), parse_period(base)
    assert expected == across_break(one, other, [day])
    assert expected == across_break(other, one, [day])


def test_one_break_among_several_is_enough() -> None:
    """And without breaks there is none."""
    one, other = parse_period("2017"), parse_period("2016")
    assert across_break(one, other, [date(2010, 1, 1), date(2017, 1, 1), date(2020, 1, 1)])
    assert not across_break(one, other, [])


@pytest.mark.parametrize(
    ("percent", "decimals", "mode", "printed"),
    [
        (-43.243, 1, "half up", -43.2),
        (-43.25, 1, "half up", -43.3),
        (43.25, 1, "half up", 43.3),
        (43.35, 1, "half up", 43.4),
        (-43.29, 1, "truncated", -43.2),
        (43.29, 1, "truncated", 43.2),
        (21.918, 2, "truncated", 21.91),
        (383.56, 0, "half up", 384.0),
        (-0.04, 1, "half up", 0.0),
        (0.0, 1, "truncated", 0.0),
        (1234567.89, 1, "half up", 1234567.9),
    ],
)
def test_a_percent_is_printed_as_the_mode_says(
    percent: float, decimals: int, mode: str, printed: float
) -> None:
    """Halves go away from zero, truncation goes towards zero, and no zero is negative."""
    found = float(percent_printed(percent, decimals, mode))
    assert (printed, math.copysign(1, printed)) == (found, math.copysign(1, found))


def test_a_missing_percent_is_printed_as_missing() -> None:
    """No rate stays no rate."""
    assert np.isnan(percent_printed([math.nan])).all()


@MODEST
@given(
    x=st.integers(0, 10**6),
    y=st.integers(1, 10**6),
    decimals=st.integers(0, 2),
    mode=st.sampled_from(["half up", "truncated"]),
)
def test_printing_is_exact_for_whole_counts(x: int, y: int, decimals: int, mode: str) -> None:
    """No digit depends on binary fractions: 583 against 500 is 16.6, also when truncated."""
    exact = Fraction(100 * (x - y) * 10**decimals, y)
    half = Fraction(1, 2) if mode == "half up" else 0
    units = math.copysign(math.floor(abs(exact) + half), x - y)
    found = percent_printed(percent_change(x, base=y), decimals, mode)
    assert units / 10**decimals == float(found)


def test_583_against_500_is_16_6_percent_however_it_is_shortened() -> None:
    """The naive 100 * (583 / 500 - 1) is 16.599999999999994, of which truncation makes 16.5."""
    naive = 100 * (583 / 500 - 1)
    assert naive < 16.6
    found = {float(percent_printed(naive, mode=mode)) for mode in ("half up", "truncated")}
    assert {16.6} == found


def test_a_percent_just_below_a_half_is_not_lifted_over_it() -> None:
    """5,000 more than 10,000,001 is 0.049999995 %: 0.0 in print, as near as whole counts come."""
    percent = percent_change(10_005_001, base=10_000_001)
    assert percent < 0.05
    assert float(percent_printed(percent)) == 0.0
