"""Funnel limits and exact intervals against figures computed with R and with scipy.stats."""

import numpy as np
import pytest
from scipy import stats

from indices.funnel import exact_interval, poisson_limit

# Spiegelhalter 2005, exact Poisson limits with interpolation, computed anew with R 4.2.2.
LIMITS = [
    (5, 0.975, 1.875312),
    (5, 0.999, 2.554271),
    (10, 0.975, 1.615995),
    (10, 0.999, 2.066200),
    (50, 0.975, 1.276610),
    (50, 0.999, 1.455028),
]
# Exact 95 % intervals of a Poisson mean (Garwood 1936), four decimals as in printed tables.
INTERVALS = [
    (0, 0.0, 3.6889),
    (1, 0.0253, 5.5716),
    (5, 1.6235, 11.6683),
    (10, 4.7954, 18.3904),
]


@pytest.mark.parametrize(("expected_events", "probability", "expected"), LIMITS)
def test_upper_limits_are_those_of_the_reference(
    expected_events: int, probability: float, expected: float
) -> None:
    """Six decimals of the interpolated limit of observed over expected."""
    actual = poisson_limit(np.array([expected_events], dtype=np.float64), probability=probability)
    assert expected == round(float(actual[0]), 6)


@pytest.mark.parametrize(("observed", "low", "high"), INTERVALS)
def test_exact_intervals_are_those_of_the_reference(observed: int, low: float, high: float) -> None:
    """Four decimals of both ends."""
    actual = exact_interval(np.array([observed], dtype=np.float64), level=0.95)
    assert (low, high) == tuple(round(float(end[0]), 4) for end in actual)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.998])
def test_exact_intervals_hold_what_the_poisson_distribution_says(level: float) -> None:
    """At the low end as many or more events have half the rest, at the high end as few."""
    observed = np.array([1.0, 2, 7, 40, 1000])
    low, high = exact_interval(observed, level=level)
    rest = np.full(5, (1 - level) / 2)
    assert rest == pytest.approx(stats.poisson.sf(observed - 1, low), rel=1e-9)
    assert rest == pytest.approx(stats.poisson.cdf(observed, high), rel=1e-9)


@pytest.mark.parametrize("probability", [0.001, 0.025, 0.5, 0.975, 0.999])
def test_limits_agree_with_the_formula_on_other_quantiles(probability: float) -> None:
    """The formula with the quantile of scipy.stats, from a thousandth of an event to a million."""
    events = np.geomspace(1e-3, 1e6, 500)
    quantile = stats.poisson.ppf(probability, events)
    up_to, at = stats.poisson.cdf(quantile, events), stats.poisson.pmf(quantile, events)
    expected = np.maximum(quantile - (up_to - probability) / at, 0) / events
    assert expected == pytest.approx(poisson_limit(events, probability=probability), rel=1e-6)
