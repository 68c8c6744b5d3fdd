"""Two periods compared: difference, percent, ratio, interval, direction, status."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from indices.comparison import (
    Change,
    compare_counts,
    percent_change,
)

MODEST = settings(max_examples=150, deadline=None, derandomize=True)
small_counts = st.integers(0, 25)
counts = st.integers(0, 20_000)
exposures = st.integers(1, 400)
NUMBERS = ("difference", "percent", "ratio", "ratio_low", "ratio_high", "p_value")


def chance_of_at_least(x: int, *, of: int, share: Fraction) -> Fraction:
    """Binomial probability of `x` or more, added up term by term in fractions."""
    terms = (math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(x, of + 1))
    return sum(terms, start=Fraction(0))


def slow_low(x: int, y: int, *, exposure: int, base_exposure: int, tail: Fraction) -> float:
    """Lower end of the ratio, by bisection for the share at which x or more have the tail."""
    if x == 0:
        return 0.0
    low, high = Fraction(0), Fraction(1)
    for _ in range(40):
        share = (low + high) / 2
        if chance_of_at_least(x, of=x + y, share=share) < tail:
            low = share
        else:
            high = share
    return float(low / (1 - low) * base_exposure / exposure)


def slow_p_value(x: int, y: int, *, exposure: int, base_exposure: int) -> float:
    """Twice the smaller tail, at most 1."""
    share = Fraction(exposure, exposure + base_exposure)
    upper = chance_of_at_least(x, of=x + y, share=share)
    lower = chance_of_at_least(y, of=x + y, share=1 - share)
    return float(min(1, 2 * min(upper, lower)))


def compare_one(
    x: float, y: float, *, exposure: float = 1, base_exposure: float = 1, confidence: float = 0.95
) -> Change:
    """One cell."""
    return compare_counts(
        [x],
        base_count=[y],
        exposure=exposure,
        base_exposure=base_exposure,
        confidence=confidence,
    )


def test_a_comparison_is_at_equal_exposure() -> None:
    """30 in 10 days against 40 in 20 days: 10 more than the 20 expected, half as much again."""
    change = compare_one(30, 40, exposure=10, base_exposure=20)
    expected = ([10.0], [50.0], [1.5])
    assert expected == (
        change.difference.tolist(),
        change.percent.tolist(),
        change.ratio.tolist(),
    )


def test_arguments_are_broadcast_against_each_other() -> None:
    """Two towns by three categories, one exposure for each town, one number for the base."""
    change = compare_counts(
        np.full((2, 3), 10), base_count=10, exposure=[[1], [2]], base_exposure=2
    )
    expected = [[100.0, 100.0, 100.0], [0.0, 0.0, 0.0]]
    assert expected == change.percent.tolist()
    shapes = {array.shape for array in vars(change).values() if isinstance(array, np.ndarray)}
    assert {(2, 3)} == shapes


def test_the_input_is_not_changed_and_the_result_is_not_tied_to_it() -> None:
    """A later change of the caller's array does not reach the result."""
    given_counts = np.array([3.0, 4.0])
    change = compare_counts(given_counts, base_count=[1, 2])
    given_counts[0] = 99
    assert [3.0, 4.0] == change.count.tolist()


@MODEST
@given(
    x=small_counts,
    y=small_counts,
    exposure=exposures,
    base_exposure=exposures,
    confidence=st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_the_interval_and_the_p_value_are_those_of_sums_of_fractions(
    x: int, y: int, exposure: int, base_exposure: int, confidence: float
) -> None:
    """Bisection over exact binomial sums finds the same ends; the sums give the same p-value."""
    change = compare_one(
        x, y, exposure=exposure, base_exposure=base_exposure, confidence=confidence
    )
    tail = (1 - Fraction(str(confidence))) / 2
    low = slow_low(x, y, exposure=exposure, base_exposure=base_exposure, tail=tail)
    inverse = slow_low(y, x, exposure=base_exposure, base_exposure=exposure, tail=tail)
    assert pytest.approx(low, rel=1e-8) == change.ratio_low[0]
    assert pytest.approx(1 / inverse if inverse else math.inf, rel=1e-8) == change.ratio_high[0]
    p_value = slow_p_value(x, y, exposure=exposure, base_exposure=base_exposure)
    assert pytest.approx(p_value, rel=1e-9) == change.p_value[0]


@MODEST
@given(x=counts, y=st.integers(1, 20_000))
def test_the_interval_for_many_incidents_is_that_of_scipy_s_binomial_test(x: int, y: int) -> None:
    """Clopper and Pearson for the share of the newer period, turned into odds."""
    change = compare_one(x, y)
    share = binomtest(x, x + y).proportion_ci(0.95, method="exact")
    assert pytest.approx(share.low / (1 - share.low), rel=1e-6) == change.ratio_low[0]
    assert pytest.approx(share.high / (1 - share.high), rel=1e-6) == change.ratio_high[0]


@MODEST
@given(x=counts, y=counts, exposure=exposures, base_exposure=exposures)
def test_swapping_the_periods_inverts_the_ratio_and_its_interval(
    x: int, y: int, exposure: int, base_exposure: int
) -> None:
    """The low end becomes one over the high end, "up" becomes "down", the p-value stays."""
    here = compare_one(x, y, exposure=exposure, base_exposure=base_exposure)
    there = compare_one(y, x, exposure=base_exposure, base_exposure=exposure)
    with np.errstate(divide="ignore"):
        assert pytest.approx(1 / there.ratio, nan_ok=True) == here.ratio
        assert pytest.approx(1 / there.ratio_high) == here.ratio_low
        assert pytest.approx(1 / there.ratio_low) == here.ratio_high
    assert pytest.approx(there.p_value) == here.p_value
    turned = {"up": "down", "down": "up"}
    assert [turned.get(word, word) for word in there.direction] == here.direction.tolist()


@MODEST
@given(x=counts, y=counts, exposure=exposures, base_exposure=exposures)
def test_the_direction_the_interval_and_the_p_value_agree(
    x: int, y: int, exposure: int, base_exposure: int
) -> None:
    """The interval holds the ratio; it leaves out 1 exactly where p is below 0.05."""
    change = compare_one(x, y, exposure=exposure, base_exposure=base_exposure)
    if not np.isnan(change.ratio[0]):
        assert change.ratio_low[0] <= change.ratio[0] <= change.ratio_high[0]
    if abs(change.p_value[0] - 0.05) > 1e-9:
        assert (change.p_value[0] < 0.05) == (change.direction[0] != "no clear change")
    if change.direction[0] != "no clear change":
        assert ("up" if change.ratio[0] > 1 else "down") == change.direction[0]


@MODEST
@given(x=counts, y=counts, wider=st.floats(0.951, 0.999))
def test_more_confidence_is_a_wider_interval(x: int, y: int, wider: float) -> None:
    """The wider interval holds the narrower one."""
    usual, wide = compare_one(x, y), compare_one(x, y, confidence=wider)
    assert wide.ratio_low[0] <= usual.ratio_low[0]
    assert wide.ratio_high[0] >= usual.ratio_high[0]


@MODEST
@given(x=st.integers(1, 10**6), y=st.integers(1, 10**6))
def test_a_change_and_the_change_back_cancel(x: int, y: int) -> None:
    """(1 + p / 100) (1 + q / 100) = 1: after a rise of 25 % a fall of 20 % leads home."""
    there, back = percent_change(x, base=y), percent_change(y, base=x)
    assert pytest.approx(1) == (1 + there / 100) * (1 + back / 100)


@pytest.mark.parametrize(
    ("count", "base", "expected"),
    [
        (0, 0, ([0.0], "nan", "nan", 0.0, math.inf, 1.0, "no clear change", "no rate")),
        (5, 0, ([5.0], "nan", math.inf, 0.91636, math.inf, 0.0625, "no clear change", "no rate")),
        (8, 0, ([8.0], "nan", math.inf, 1.70697, math.inf, 0.00781, "up", "no rate")),
        (0, 8, ([-8.0], -100.0, 0.0, 0.0, 0.58583, 0.00781, "down", "normal")),
        (6, 6, ([0.0], 0.0, 1.0, 0.26734, 3.74058, 1.0, "no clear change", "normal")),
    ],
)
def test_zero_counts_have_an_interval_but_a_zero_base_has_no_percent(
    count: int, base: int, expected: tuple[object, ...]
) -> None:
    """0 in the base: no rate of change, yet 8 against 0 is evidence; 0 in both says nothing."""
    change = compare_one(count, base)
    numbers = [round(float(getattr(change, name)[0]), 5) for name in NUMBERS[1:]]
    found = ["nan" if math.isnan(number) else number for number in numbers]
    words = (change.direction[0], change.status[0])
    assert expected == (change.difference.tolist(), *found, *words)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({"count": math.nan, "base_count": 3}, "missing"),
        ({"count": 3, "base_count": math.nan}, "missing"),
        ({"count": 3, "base_count": 3, "exposure": math.nan}, "missing"),
        ({"count": 3, "base_count": 3, "base_exposure": math.nan}, "missing"),
        ({"count": math.nan, "base_count": 3, "is_across_break": True}, "missing"),
        ({"count": 3, "base_count": math.nan, "is_across_break": True}, "missing"),
        ({"count": 3, "base_count": 0, "is_across_break": True}, "break"),
        ({"count": 3, "base_count": 3, "is_across_break": True}, "break"),
    ],
)
def test_a_missing_count_or_a_break_leaves_nothing_to_say(
    arguments: dict[str, float], status: str
) -> None:
    """Missing is not zero: no difference, rate, interval, p-value or direction, only the word."""
    change = compare_counts(**arguments)
    numbers = [float(getattr(change, name)) for name in NUMBERS]
    assert [True] * len(NUMBERS) == np.isnan(numbers).tolist()
    assert (status, "") == (str(change.status), str(change.direction))


def test_each_cell_has_its_own_status() -> None:
    """A gap in one town says nothing about its neighbours."""
    change = compare_counts(
        [1, math.nan, 1, 1], base_count=[1, 1, 1, 0], is_across_break=[False, False, True, False]
    )
    assert ["normal", "missing", "break", "no rate"] == change.status.tolist()
    assert [False, True, True, False] == np.isnan(change.p_value).tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": [1, -1], "base_count": 1}, "^count must be whole numbers from 0 on"),
        ({"count": 1, "base_count": [0.5]}, "^base_count must be whole numbers from 0 on"),
        ({"count": math.inf, "base_count": 1}, "^count must be whole numbers"),
        ({"count": 1, "base_count": 1, "exposure": 0}, "^exposure must be positive"),
        ({"count": 1, "base_count": 1, "base_exposure": -2}, "^base_exposure must be positive"),
        ({"count": 1, "base_count": 1, "exposure": math.inf}, "^exposure must be positive"),
        ({"count": 1, "base_count": 1, "confidence": 95}, "^confidence must lie between 0 and 1"),
        ({"count": [1, 2], "base_count": [1, 2, 3]}, "shape mismatch"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments: dict[str, float], message: str) -> None:
    """Negative or broken counts, exposures of nothing, 95 for 0.95."""
    with pytest.raises(ValueError, match=message):
        compare_counts(**arguments)
