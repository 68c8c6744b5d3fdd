"""The last days raise a rate at once, but only as far as chance does not explain them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import stats

from indices.score.recent import borne_out_rise
from tests.unit.indices.cities import (
    STANDARD,
    TWO_APART,
    MadeUpCity,
    made_up_cities,
    simulated_city,
)

MODEST = settings(max_examples=40, deadline=None, derandomize=True)
LIMITS = [  # long-run rate, equivalent events of the last days, what one of them adds
    (1.0, 4.0, 0.5),
    (0.5, 4.0, 0.5),
    (1.0, 2.5, 3.0),
    (3.0, 40.0, 0.1),
]


@pytest.mark.parametrize(("rate", "events", "unit"), LIMITS)
def test_the_rise_leads_to_the_lower_limit(rate: float, events: float, unit: float) -> None:
    """Rate and rise together are the gamma quantile of the events in the rate's unit, if higher."""
    rise = borne_out_rise(
        np.array([rate]),
        observed=np.array([events * unit]),
        per_event=np.array([unit]),
        chance=0.2,
    )
    limit = stats.gamma.ppf(0.2, events) * unit
    assert [max(rate, limit)] == pytest.approx((rate + rise).tolist())


def test_no_events_and_few_raise_nothing() -> None:
    """Nothing, less than the long run, and a little more leave the rate alone."""
    rise = borne_out_rise(
        np.ones(3), observed=np.array([0.0, 0.5, 1.05]), per_event=np.full(3, 0.5), chance=0.2
    )
    assert [0.0, 0.0, 0.0] == rise.tolist()


def test_switched_off_the_rate_is_that_of_the_long_run() -> None:
    """Longer periods are scored so: no town is raised, not even where much has happened."""
    city = simulated_city(2, rules=STANDARD, n_towns=40, n_history=40)
    counts = city.counts.copy()
    counts[-5:, 7] *= 3
    worse = replace(city, counts=counts)
    on, off = worse.score(), replace(worse, rules=replace(STANDARD, recent_days=0)).score()
    assert on.long_run_rate.tolist() == off.relative_rate.tolist()
    assert off.long_run_rate.tolist() == off.relative_rate.tolist()
    assert (on.relative_rate > off.relative_rate).any(axis=2)[0, 7]


@MODEST
@given(city=made_up_cities())
def test_the_last_days_never_make_a_town_safer(city: MadeUpCity) -> None:
    """A raised rate is never below that of the long run, nor a score above it."""
    on = city.score(n_days=len(city.counts))
    off = replace(city, rules=replace(city.rules, recent_days=0)).score(n_days=len(city.counts))
    assert (on.relative_rate >= on.long_run_rate).all()
    assert on.long_run_rate.tolist() == off.relative_rate.tolist()
    assert (on.score[on.rated] <= off.score[on.rated]).all()
    assert on.city_score.tolist() == off.city_score.tolist()


@MODEST
@given(city=made_up_cities())
def test_the_better_end_is_that_of_the_long_run(city: MadeUpCity) -> None:
    """A rise that may be chance takes nothing from what is possible; the worse end goes with it."""
    on, off = city.score(), replace(city, rules=replace(city.rules, recent_days=0)).score()
    assert on.high[on.rated].tolist() == off.high[on.rated].tolist()
    assert (on.low[on.rated] <= off.low[on.rated]).all()


def test_a_burst_shows_at_once_and_is_gone_with_its_days() -> None:
    """Five days with tenfold harm: seen on the fifth, forgotten but for the long run on day ten."""
    city = simulated_city(8, rules=replace(STANDARD, window_days=400), n_towns=20, n_history=300)
    burst = city.counts.copy()
    burst[-10:-5, 3] += 9 * burst[:-10, 3].mean(axis=0).round() + 1
    scores = replace(city, counts=burst).score(n_days=11)
    raised = (scores.relative_rate > scores.long_run_rate).any(axis=2)[:, 3]
    assert raised[5]
    assert not raised[10]


def test_points_of_a_rise_go_to_what_happened_in_the_last_days() -> None:
    """Robberies of the last days cost points as robberies, although assaults made the long run."""
    city = simulated_city(6, rules=STANDARD, n_towns=20, n_history=60)
    counts = city.counts.copy()
    counts[-5:, 4, 1] += 20
    lost = replace(city, counts=counts).score().points_lost[0, 4]
    without = replace(city, counts=counts, rules=replace(STANDARD, recent_days=0))
    more = lost - without.score().points_lost[0, 4]
    assert more[1] > 3 * max(more[0], more[2], 0.1)


def test_what_is_shrunk_apart_raises_nothing_in_the_last_days() -> None:
    """A homicide of yesterday costs what the long run says, no more; assaults do raise a rate."""
    city = simulated_city(6, rules=TWO_APART, n_towns=20, n_history=60)
    raised = []
    for category, more in ((0, 3), (1, 2000)):
        counts = city.counts.copy()
        counts[-5:, 4] = 0
        counts[-2, 4, category] += more
        scores = replace(city, counts=counts).score()
        raised.append(bool((scores.relative_rate > scores.long_run_rate)[0, 4].any()))
    assert raised == [False, True]
