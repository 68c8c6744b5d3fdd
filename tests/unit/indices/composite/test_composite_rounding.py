"""Printed numbers against decimal arithmetic."""

import doctest
from fractions import Fraction
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.composite import rounding
from indices.composite.rounding import as_printed
from tests.unit.indices.composite import oracle

MODEST = settings(max_examples=400, deadline=None, derandomize=True)
Mode = Literal["half up", "truncated"]
modes = st.sampled_from(["half up", "truncated"])


def printed(value: float, *, decimals: int, mode: Mode) -> float:
    """One number as printed."""
    return float(as_printed(np.array([value]), decimals=decimals, mode=mode)[0])


def test_the_example_in_the_docstring_is_true() -> None:
    """What `as_printed` shows in its docstring is what it does."""
    failed, tried = doctest.testmod(rounding, extraglobs={"np": np})
    assert (failed, tried > 0) == (0, True)


@MODEST
@given(
    units=st.integers(-(10**11), 10**11),
    places=st.integers(0, 9),
    decimals=st.integers(0, 4),
    mode=modes,
)
def test_a_decimal_is_rounded_as_a_decimal(
    units: int, places: int, decimals: int, mode: Mode
) -> None:
    """Numbers of up to 12 digits round as Python's Decimal rounds what was written."""
    text = str(Fraction(units, 1) / 1) + f"e-{places}"
    expected = oracle.as_printed(text, decimals=decimals, mode=mode)
    assert expected == printed(float(text), decimals=decimals, mode=mode)


@MODEST
@given(part=st.integers(-10_000, 10_000), whole=st.integers(1, 10_000), mode=modes)
def test_a_percentage_of_counts_is_rounded_as_its_fraction(
    part: int, whole: int, mode: Mode
) -> None:
    """100 * 29 / 100 and 29 / 100 * 100 are both 29, also where digits are cut."""
    exact = Fraction(100 * part, whole)
    expected = oracle.fraction_as_printed(exact, decimals=1, mode=mode)
    assert expected == printed(100 * part / whole, decimals=1, mode=mode)
    assert expected == printed(part / whole * 100, decimals=1, mode=mode)


@MODEST
@given(scores=st.lists(st.integers(0, 1000), min_size=1, max_size=20), mode=modes)
def test_a_mean_of_printed_scores_is_rounded_as_its_fraction(scores: list[int], mode: Mode) -> None:
    """The noise of adding tenths does not reach the printed mean."""
    expected = oracle.fraction_as_printed(
        Fraction(sum(scores), 10 * len(scores)), decimals=2, mode=mode
    )
    mean = sum(score / 10 for score in scores) / len(scores)
    assert expected == printed(mean, decimals=2, mode=mode)


@MODEST
@given(
    value=st.floats(allow_nan=False, allow_infinity=False), decimals=st.integers(0, 9), mode=modes
)
def test_printing_twice_is_printing_once(value: float, decimals: int, mode: Mode) -> None:
    """What is printed is printed as it is, however large or small."""
    once = printed(value, decimals=decimals, mode=mode)
    assert once == printed(once, decimals=decimals, mode=mode)
    assert abs(once - value) <= 10.0**-decimals * (1 + 1e-3)


CASES = [  # value, decimals, half up, truncated
    (2.675, 2, 2.68, 2.67),
    (1.005, 2, 1.01, 1.0),
    (0.5, 0, 1.0, 0.0),
    (1.5, 0, 2.0, 1.0),
    (-0.25, 1, -0.3, -0.2),
    (-0.04, 1, 0.0, 0.0),
    (100 * 0.29, 0, 29.0, 29.0),
    (99.999, 1, 100.0, 99.9),
    (84.2499999, 1, 84.2, 84.2),
    (4503599627370497.0, 0, 4503599627370497.0, 4503599627370497.0),
]


@pytest.mark.parametrize(("value", "decimals", "half_up", "truncated"), CASES)
def test_halves_go_away_from_zero_and_cuts_towards_it(
    value: float, decimals: int, half_up: float, truncated: float
) -> None:
    """What a person would write below the number."""
    assert half_up == printed(value, decimals=decimals, mode="half up")
    assert truncated == printed(value, decimals=decimals, mode="truncated")


def test_zero_has_no_sign() -> None:
    """No page says -0.0."""
    zeros = as_printed(np.array([-0.04, -0.0, 0.0]), decimals=1, mode="half up")
    assert np.signbit(zeros).tolist() == [False, False, False]


def test_missing_stays_missing_and_infinite_stays_infinite() -> None:
    """Rounding makes no number of what is none."""
    actual = as_printed(np.array([[np.nan, -np.inf, 1.25]]), decimals=1, mode="half up")
    assert np.isnan(actual[0, 0])
    assert actual[0, 1:].tolist() == [-np.inf, 1.3]


@pytest.mark.parametrize(("decimals", "mode"), [(-1, "half up"), (10, "half up"), (1, "half even")])
def test_unknown_ways_of_rounding_are_refused(decimals: int, mode: str) -> None:
    """Only the two modes, and 0 to 9 decimals."""
    with pytest.raises(ValueError, match="mode must be 'half up' or 'truncated'"):
        as_printed(np.ones(1), decimals=decimals, mode=mode)  # type: ignore[arg-type]
