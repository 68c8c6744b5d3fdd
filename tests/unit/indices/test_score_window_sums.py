"""Recency weights and weighted sums: exact, whatever the order of the additions."""

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from indices.score.window import (
    DAYS_PER_BLOCK,
    WEIGHT_UNIT,
    effective_days,
    recency_weights,
    snap,
    weighted_counts,
)
from tests.unit.indices import oracle_evidence
from tests.unit.indices.cities import STANDARD

MODEST = settings(max_examples=60, deadline=None, derandomize=True)
windows = st.tuples(st.integers(1, 400), st.floats(0.5, 500.0))
histories = npst.arrays(
    np.float64,
    st.tuples(st.integers(1, 150), st.integers(1, 3)),
    elements=st.integers(0, 1000).map(float),
)


def test_a_half_life_back_counts_half() -> None:
    """Weights halve with each half-life, the day itself counts fully."""
    weights = recency_weights(window_days=8, half_life_days=2.0)
    expected = [1.0, 0.5, 0.25, 0.125]
    assert expected == weights[::2].tolist()


def test_the_window_has_so_many_days() -> None:
    """There is one weight for each day of the window."""
    expected = [(1,), (2,), (365,)]
    assert expected == [
        recency_weights(window_days=days, half_life_days=84.0).shape for days in (1, 2, 365)
    ]


def test_the_standard_window_has_the_effective_days_of_its_weights() -> None:
    """84 days' half-life and 365 days give 115.7 effective days (docs/methods/standard.md)."""
    weights = recency_weights(window_days=365, half_life_days=84.0)
    assert pytest.approx(115.7, abs=0.05) == weights.sum()
    weights = recency_weights(window_days=365, half_life_days=56.0)
    assert pytest.approx(80.4, abs=0.05) == weights.sum()


@MODEST
@given(window=windows)
def test_weights_are_the_written_ones(window: tuple[int, float]) -> None:
    """Each weight is 0.5 ** (days back / half-life), rounded to a whole number of 2**-20."""
    window_days, half_life_days = window
    rules = replace(STANDARD, window_days=window_days, half_life_days=half_life_days)
    weights = recency_weights(window_days=window_days, half_life_days=half_life_days)
    assert [float(weight) for weight in oracle_evidence.weights(rules)] == weights.tolist()


@MODEST
@given(window=windows)
def test_weights_never_rise_with_age(window: tuple[int, float]) -> None:
    """An older day never counts more than a newer one, and none counts more than the day itself."""
    weights = recency_weights(window_days=window[0], half_life_days=window[1])
    assert sorted(weights, reverse=True) == weights.tolist()
    assert weights.max() == weights[0] == 1.0


@MODEST
@given(numbers=st.lists(st.floats(0, 1), min_size=1))
def test_snapped_numbers_are_whole_multiples(numbers: list[float]) -> None:
    """A snapped number is a whole number of units and lies within half a unit."""
    snapped = snap(np.array(numbers))
    units = snapped / WEIGHT_UNIT
    assert np.round(units).tolist() == units.tolist()
    assert (np.abs(snapped - numbers) <= WEIGHT_UNIT / 2).all()


@pytest.mark.parametrize(
    ("window_days", "half_life_days"),
    [(0, 7.0), (-3, 7.0), (28, 0.0), (28, -1.0), (28, float("nan"))],
)
def test_a_window_without_days_or_half_life_is_refused(
    window_days: int, half_life_days: float
) -> None:
    """The refusal names both numbers as they were seen."""
    seen = f"got {window_days} and {half_life_days}"
    with pytest.raises(ValueError, match=re.escape(seen)):
        recency_weights(window_days=window_days, half_life_days=half_life_days)


@MODEST
@given(counts=histories, window=windows, data=st.data())
def test_weighted_sums_are_exact(
    counts: np.ndarray, window: tuple[int, float], data: st.DataObject
) -> None:
    """Every sum is the one of fractions, to the last bit."""
    n_days = data.draw(st.integers(1, len(counts)))
    weights = recency_weights(window_days=window[0], half_life_days=window[1])
    exact = [Fraction(weight) for weight in weights]
    sums = weighted_counts(counts, weights=weights, n_days=n_days)
    expected = [
        [
            float(oracle_evidence.weighted_sum(counts[: end + 1, column].tolist(), exact))
            for column in range(counts.shape[1])
        ]
        for end in range(len(counts) - n_days, len(counts))
    ]
    assert expected == sums.tolist()


@pytest.mark.parametrize("n_days", [1, 63, 64, 65, 127, 128, 129, 200])
def test_blocks_of_days_leave_no_seam(n_days: int) -> None:
    """A day's sum is the same whether it opens a block of days, ends it, or stands alone."""
    counts = np.random.default_rng(n_days).integers(0, 50, (200, 3)).astype(np.float64)
    weights = recency_weights(window_days=90, half_life_days=20.0)
    panel = weighted_counts(counts, weights=weights, n_days=n_days)
    alone = [
        weighted_counts(counts[: end + 1], weights=weights, n_days=1)[0].tolist()
        for end in range(200 - n_days, 200)
    ]
    assert DAYS_PER_BLOCK == 64
    assert alone == panel.tolist()


def test_counts_keep_their_other_axes() -> None:
    """Towns and categories come out as they went in."""
    counts = np.arange(2 * 3 * 4, dtype=np.float64).reshape(2, 3, 4)
    sums = weighted_counts(counts, weights=np.array([1.0, 0.5]), n_days=2)
    assert [counts[0].tolist(), (counts[1] + counts[0] / 2).tolist()] == sums.tolist()


@pytest.mark.parametrize("n_days", [0, -1, 6])
def test_days_outside_the_history_are_refused(n_days: int) -> None:
    """There are as many days to sum up as the history has, and at least one."""
    with pytest.raises(ValueError, match=re.escape(f"n_days must lie in 1..5, got {n_days}")):
        weighted_counts(np.zeros((5, 1)), weights=np.array([1.0]), n_days=n_days)


@MODEST
@given(n_history=st.integers(1, 80), window=windows, data=st.data())
def test_effective_days_add_up_the_days_that_are_known(
    n_history: int, window: tuple[int, float], data: st.DataObject
) -> None:
    """They are the weighted sum of a history in which every day counts one."""
    n_days = data.draw(st.integers(1, n_history))
    weights = recency_weights(window_days=window[0], half_life_days=window[1])
    ones = weighted_counts(np.ones((n_history, 1)), weights=weights, n_days=n_days)[:, 0]
    days = effective_days(n_history=n_history, weights=weights, n_days=n_days)
    assert ones.tolist() == days.tolist()
