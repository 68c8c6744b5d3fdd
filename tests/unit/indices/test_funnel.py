"""Funnel limits, dispersion and what lies outside."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from indices.arrays import FloatArray
from indices.funnel import Funnel, exact_interval, funnel, overdispersion, poisson_limit, widen

MODEST = settings(max_examples=100, deadline=None, derandomize=True)
SIDES = (0.001, 0.025, 0.975, 0.999)
probabilities = st.sampled_from(SIDES)
towns = st.lists(st.tuples(st.integers(0, 60), st.floats(0.05, 50)), min_size=1, max_size=12)


def columns(rows: list[tuple[int, float]]) -> tuple[FloatArray, FloatArray]:
    """Observed and expected."""
    table = np.array(rows, dtype=np.float64)
    return table[:, 0], table[:, 1]


def slow_limit(expected: float, probability: float) -> float:
    """The limit by walking up the distribution, one count after the other."""
    count, term, up_to = 0, math.exp(-expected), 0.0
    while up_to + term < probability:
        up_to += term
        count += 1
        term *= expected / count
    return max(count - (up_to + term - probability) / term, 0.0) / expected


def slow_dispersion(observed: list[float], expected: list[float]) -> float:
    """Mean squared z, the extreme tenth on each side drawn in; quantiles by interpolation."""
    z = sorted((o - e) / math.sqrt(e) for o, e in zip(observed, expected, strict=True))

    def quantile(share: float) -> float:
        place = share * (len(z) - 1)
        below = min(int(place), len(z) - 2) if len(z) > 1 else 0
        above = min(below + 1, len(z) - 1)
        return z[below] + (z[above] - z[below]) * (place - below)

    low, high = quantile(0.1), quantile(0.9)
    return sum(min(max(value, low), high) ** 2 for value in z) / len(z)


@MODEST
@given(expected=st.floats(0.01, 200), probability=probabilities)
def test_a_limit_is_the_quantile_interpolated(expected: float, probability: float) -> None:
    """Walking up the Poisson distribution finds the same limit."""
    actual = poisson_limit(np.array([expected]), probability=probability)[0]
    assert slow_limit(expected, probability) == pytest.approx(actual, rel=1e-6, abs=1e-9)


@MODEST
@given(expected=st.floats(0.1, 1e5), probability=probabilities, more=st.floats(2, 100))
def test_limits_narrow_with_the_expectation(
    expected: float, probability: float, more: float
) -> None:
    """Twice as many expected events or more: the limit lies nearer to 1, or both lie at 0."""
    few, many = np.abs(poisson_limit(np.array([1, more]) * expected, probability=probability) - 1)
    assert many <= few


@MODEST
@given(expected=st.floats(1.0, 1e6))
def test_limits_lie_in_order_around_one(expected: float) -> None:
    """99.8 % limits lie outside those of 95 %, and 1 between them."""
    limits = [float(poisson_limit(np.array([expected]), probability=p)[0]) for p in SIDES]
    assert sorted([*limits, 1.0]) == [*limits[:2], 1.0, *limits[2:]]


@pytest.mark.parametrize("probability", SIDES)
def test_large_expectations_have_normal_limits(probability: float) -> None:
    """From a million expected events on, the limit is one plus z over the root of the events."""
    events = np.array([1e6, 4e6])
    z = (poisson_limit(events, probability=probability) - 1) * np.sqrt(events)
    assert np.full(2, stats.norm.ppf(probability)) == pytest.approx(z, abs=0.005)


@MODEST
@given(rows=towns)
def test_dispersion_is_the_mean_squared_z_with_the_extremes_drawn_in(
    rows: list[tuple[int, float]],
) -> None:
    """The slow version sorts, interpolates and adds up."""
    observed, expected = columns(rows)
    actual = float(overdispersion(observed, expected=expected))
    assert slow_dispersion([*observed], [*expected]) == pytest.approx(actual, rel=1e-9, abs=1e-12)


def test_one_outlier_among_many_does_not_widen_the_limits() -> None:
    """Its z becomes that of the 90th percentile; without that it would hide itself."""
    observed, expected = np.full(40, 100.0), np.full(40, 100.0)
    observed[::2], observed[7] = 110.0, 500.0
    assert float(overdispersion(observed, expected=expected)) < 1
    assert float(overdispersion(observed, expected=expected, winsorised=0.0)) > 40


def test_chance_alone_leaves_two_thirds_of_the_dispersion() -> None:
    """Drawing in a tenth on each side of a normal distribution leaves 0.68 of its variance."""
    observed = np.random.default_rng(1).poisson(400.0, 200_000).astype(np.float64)
    actual = float(overdispersion(observed, expected=np.full(200_000, 400.0)))
    edge, inside = stats.norm.ppf(0.9), 0.8
    drawn_in = inside - 2 * edge * stats.norm.pdf(edge) + 0.2 * edge**2
    assert drawn_in == pytest.approx(0.679, abs=0.001)
    assert drawn_in == pytest.approx(actual, abs=0.01)


def test_limits_are_widened_by_the_root_of_the_dispersion() -> None:
    """Their distance from 1 is multiplied, and none falls below 0."""
    expected = np.full(20, 50.0)
    observed = 50.0 + np.tile([-28.0, 28.0], 10)  # z = 3.96 on either side
    drawn = funnel(observed, expected=expected)
    assert 28**2 / 50 == pytest.approx(float(drawn.dispersion))
    assert math.sqrt(28**2 / 50) == pytest.approx(float(drawn.widened_by))
    high = 1 + (1.276610 - 1) * math.sqrt(28**2 / 50)
    assert high == pytest.approx(drawn.high_95[0], abs=1e-5)
    assert drawn.low_998.tolist() == [0.0] * 20
    assert [0] * 20 == drawn.outside_95.tolist()


def test_limits_are_never_narrowed() -> None:
    """Where towns differ by less than chance the limits stay those of Poisson."""
    drawn = funnel(np.full(9, 10.0), expected=np.full(9, 10.0))
    assert (0.0, 1.0) == (float(drawn.dispersion), float(drawn.widened_by))
    assert [1.615995] * 9 == np.round(drawn.high_95, 6).tolist()


@pytest.mark.parametrize(
    ("observed", "outside_95", "outside_998"),
    [
        (50, 0, 0),
        (64, 1, 0),
        (63, 0, 0),
        (73, 1, 1),
        (72, 1, 0),
        (37, 0, 0),
        (36, -1, 0),
        (29, -1, -1),
    ],
)
def test_a_town_beyond_a_limit_is_outside(observed: int, outside_95: int, outside_998: int) -> None:
    """With 50 expected, from 63.83 on outside 95 %, from 72.75 on outside 99.8 %; so below."""
    many = np.full(40, 50.0)
    many[11] = observed
    drawn = funnel(many, expected=np.full(40, 50.0))
    assert (outside_95, outside_998) == (drawn.outside_95[11], drawn.outside_998[11])
    assert int(np.abs(drawn.outside_95).sum()) == abs(outside_95)


def test_nothing_seen_where_little_is_expected_lies_within() -> None:
    """No event in a small town is on the limit 0, not below it."""
    drawn = funnel(np.zeros(3), expected=np.array([0.01, 0.5, 3.0]))
    assert [0, 0, 0] == drawn.outside_95.tolist()


@MODEST
@given(rows=towns, seed=st.integers(0, 1000))
def test_the_order_of_towns_is_irrelevant(rows: list[tuple[int, float]], seed: int) -> None:
    """Towns in another order have the same limits and lie on the same side."""
    observed, expected = columns(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    straight = funnel(observed, expected=expected)
    turned = funnel(observed[order], expected=expected[order])
    assert straight.ratio[order].tolist() == turned.ratio.tolist()
    for name in ("low_95", "high_95", "low_998", "high_998"):
        assert getattr(straight, name)[order] == pytest.approx(getattr(turned, name), rel=1e-9)


def test_many_days_at_once_are_each_day_alone() -> None:
    """Every day has its own dispersion."""
    generator = np.random.default_rng(3)
    expected = generator.uniform(1, 80, (4, 30))
    observed = generator.poisson(expected * generator.gamma(5, 0.2, (4, 30))).astype(np.float64)
    panel = funnel(observed, expected=expected)
    for day in range(4):
        alone = funnel(observed[day], expected=expected[day])
        for field in fields(Funnel):
            assert getattr(alone, field.name).tolist() == getattr(panel, field.name)[day].tolist()


def test_the_low_end_of_no_events_is_zero_whatever_the_level() -> None:
    """And the high end is the logarithm of what is left over."""
    low, high = exact_interval(np.zeros((2, 2)), level=0.9)
    assert np.zeros((2, 2)).tolist() == low.tolist()
    assert np.full((2, 2), -math.log(0.05)) == pytest.approx(high)


def test_widening_keeps_one_and_stops_at_zero() -> None:
    """A limit at 1 stays; one that would fall below 0 is 0."""
    widened = widen(np.array([1.0, 1.2, 0.4]), by=np.array([2.0]))
    assert [1.0, 1.4, 0.0] == pytest.approx(widened.tolist())


REFUSED = [
    ([1.0], [1.0, 2.0], "observed and expected must have one shape, got (1,) and (2,)"),
    ([1.0, 2.0], [1.0, 0.0], "expected must be positive, got [0.]"),
    ([1.0, 2.0], [1.0, math.nan], "expected must be positive, got [nan]"),
    ([1.0, -2.0], [1.0, 1.0], "observed must be 0 or more, got [-2.]"),
    ([math.nan, 2.0], [1.0, 1.0], "observed must be 0 or more, got [nan]"),
]


@pytest.mark.parametrize(("observed", "expected", "message"), REFUSED)
def test_misfits_are_refused(observed: list[float], expected: list[float], message: str) -> None:
    """The message says what was expected and what was got."""
    with pytest.raises(ValueError, match="got") as caught:
        funnel(np.array(observed), expected=np.array(expected))
    assert message == str(caught.value)


def test_limits_and_intervals_refuse_alone_too() -> None:
    """Each public function looks at its own input."""
    with pytest.raises(ValueError, match="expected must be positive"):
        poisson_limit(np.array([0.0]), probability=0.5)
    with pytest.raises(ValueError, match="observed must be 0 or more"):
        exact_interval(np.array([-1.0]), level=0.95)
