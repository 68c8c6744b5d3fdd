"""What the last days bear out: never less than the long run, never more than the recent rate."""

import re
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from indices.score.recent import borne_out, recent_factor

MODEST = settings(max_examples=60, deadline=None, derandomize=True)
counts = st.integers(0, 300)
means = st.floats(0.05, 200)
chances = st.floats(0.01, 0.45)


def least_mean(events: int, chance: float) -> float:
    """Mean at which `events` or more have the given chance, by halving, from the plain sum."""
    low, high = 0.0, events + 1.0
    for _ in range(100):
        middle = (low + high) / 2
        term, below = exp(-middle), 0.0
        for number in range(events):
            below += term
            term *= middle / (number + 1)
        low, high = (middle, high) if 1 - below < chance else (low, middle)
    return low


def factor(recent: int, expected: float, chance: float) -> float:
    """Factor of one town."""
    return float(recent_factor(np.array([recent]), expected=np.array([expected]), chance=chance)[0])


@pytest.mark.parametrize("events", [1, 2, 3, 6, 12, 40, 150])
@pytest.mark.parametrize("chance", [0.05, 0.11, 0.3])
def test_the_limit_is_the_mean_that_reaches_the_count_by_chance(events: int, chance: float) -> None:
    """At the mean borne out, so many events or more occur with exactly the given chance."""
    expected = least_mean(events, chance)
    assert pytest.approx(expected, rel=1e-9) == borne_out(np.array([events]), chance=chance)[0]


def test_limits_by_a_printed_table() -> None:
    """Garwood's lower limits of 95 % intervals: 1, 5, 10 and 20 events bear out these means."""
    expected = [0.0253, 1.6235, 4.7954, 12.2165]
    actual = borne_out(np.array([1.0, 5.0, 10.0, 20.0]), chance=0.025)
    assert pytest.approx(expected, abs=1e-4) == actual.tolist()


def test_no_event_bears_out_nothing() -> None:
    """Without an event no rate above 0 is borne out."""
    assert borne_out(np.zeros(1), chance=0.11).tolist() == [0.0]


@MODEST
@given(events=counts, chance=chances)
def test_less_is_borne_out_than_was_seen(events: int, chance: float) -> None:
    """The limit never exceeds the count itself, and a stricter chance never raises it."""
    loose, strict = (borne_out(np.array([events]), chance=c)[0] for c in (chance, chance / 2))
    assert strict <= loose <= events


@MODEST
@given(recent=counts, expected=means, chance=chances)
def test_the_factor_lies_between_one_and_the_recent_ratio(
    recent: int, expected: float, chance: float
) -> None:
    """A rate is never lowered, and never raised beyond the rate of the last days."""
    assert 1.0 <= factor(recent, expected, chance) <= max(1.0, recent / expected)


@MODEST
@given(recent=counts, expected=means, chance=chances, more=st.integers(1, 50))
def test_more_recent_incidents_never_lower_the_factor(
    recent: int, expected: float, chance: float, more: int
) -> None:
    """The factor does not fall when incidents are added to the last days."""
    assert factor(recent, expected, chance) <= factor(recent + more, expected, chance)


@MODEST
@given(recent=st.integers(0, 60), older=counts, chance=chances, more=st.integers(1, 50))
def test_more_old_incidents_never_lower_rate_times_factor(
    recent: int, older: int, chance: float, more: int
) -> None:
    """An old incident makes a burst less surprising, yet never the rate smaller."""
    before, after = (
        total * factor(recent, max(total * 14 / 365, 1e-9), chance)
        for total in (recent + older, recent + older + more)
    )
    assert before <= after * (1 + 1e-12)


@MODEST
@given(mean=st.floats(0.05, 60), chance=chances)
def test_a_calm_town_is_raised_no_more_often_than_the_chance(mean: float, chance: float) -> None:
    """While the rate stays what it was, the factor exceeds 1 at most so often."""
    numbers = np.arange(400)
    raised = recent_factor(numbers, expected=np.full(400, mean), chance=chance) > 1
    assert poisson.pmf(numbers, mean)[raised].sum() <= chance + 1e-9


def test_a_town_without_any_incident_stays_as_it_is() -> None:
    """Where nothing is expected and nothing happened the factor is 1."""
    assert factor(0, 0.0, 0.11) == 1.0


def test_a_table_of_days_and_towns_keeps_its_shape() -> None:
    """Each place of the table has its own factor."""
    recent = np.array([[0.0, 12.0, 6.0], [24.0, 6.0, 12.0]])
    expected = np.full((2, 3), 6.0)
    alone = [[factor(int(r), 6.0, 0.11) for r in row] for row in recent]
    assert alone == recent_factor(recent, expected=expected, chance=0.11).tolist()


@pytest.mark.parametrize("chance", [0.0, -0.1, 0.5, 1.0, float("nan")])
def test_a_chance_outside_its_range_is_refused(chance: float) -> None:
    """From a half on the limit would lie above what was seen."""
    with pytest.raises(ValueError, match=re.escape(f"got {chance}")):
        borne_out(np.ones(1), chance=chance)


@pytest.mark.parametrize("count", [-1.0, 0.5, float("nan"), float("inf")])
def test_a_broken_count_is_refused(count: float) -> None:
    """Only whole numbers from 0 on are counts."""
    with pytest.raises(ValueError, match="whole numbers"):
        recent_factor(np.array([count]), expected=np.ones(1), chance=0.11)


@pytest.mark.parametrize("expected", [0.0, -1.0, float("nan")])
def test_incidents_where_none_are_expected_are_refused(expected: float) -> None:
    """A level of zero cannot be raised by a factor."""
    with pytest.raises(ValueError, match=re.escape(f"got [{expected:.0f}")):
        recent_factor(np.ones(1), expected=np.array([expected]), chance=0.11)


def test_shapes_that_do_not_fit_are_refused() -> None:
    """Nothing is broadcast in silence."""
    with pytest.raises(ValueError, match=re.escape("(3,), but recent has (2,)")):
        recent_factor(np.ones(2), expected=np.ones(3), chance=0.11)
