"""Empirical Bayes: the spread between places, and what is known of each of them."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.score import shrinkage
from indices.score.shrinkage import (
    LARGEST_SHAPE,
    SMALLEST_SHAPE,
    GammaPrior,
    fit_gamma,
    marshall,
    posterior,
)
from tests.unit.indices import oracle

MODEST = settings(max_examples=60, deadline=None, derandomize=True)
# Quarters of an event: observed events are weighted and scaled, hence not whole.
places = st.lists(
    st.tuples(st.integers(0, 200).map(lambda n: n / 4), st.floats(0.05, 100)),
    min_size=1,
    max_size=8,
)
some_harm = places.filter(lambda rows: sum(y for y, _ in rows) >= 1)
ODD_PRIOR = GammaPrior(mean=np.array([1.3]), shape=np.array([2.0]), by_likelihood=np.array([True]))


def columns(rows: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Observed and expected events of one day, each of shape (1, n_places)."""
    observed, expected = zip(*rows, strict=True)
    return np.array([observed]), np.array([expected])


def likelihood_of(prior: GammaPrior, observed: np.ndarray, expected: np.ndarray) -> float:
    """Adjusted log likelihood of the first day's prior, by the oracle."""
    return oracle.log_likelihood(
        observed[0], expected[0], mean=float(prior.mean[0]), shape=float(prior.shape[0])
    )


@MODEST
@given(rows=some_harm)
def test_no_spread_is_likelier_than_the_fitted_one(rows: list[tuple[float, float]]) -> None:
    """The quick steps end where a general search over mean and shape ends."""
    observed, expected = columns(rows)
    best = oracle.best_prior(observed[0].tolist(), expected[0].tolist())
    prior = fit_gamma(observed, expected=expected)
    greatest = oracle.log_likelihood(observed[0], expected[0], mean=best.mean, shape=best.shape)
    assert prior.by_likelihood.all()
    assert greatest == pytest.approx(likelihood_of(prior, observed, expected), abs=1e-8)
    assert best.mean == pytest.approx(prior.mean[0], rel=1e-4)
    assert best.shape == pytest.approx(prior.shape[0], rel=1e-3)


def test_the_mean_settles_where_the_shape_is_at_its_lower_end() -> None:
    """Also where the shape can fall no further, the mean is the likeliest one: 0.503."""
    observed, expected = np.array([[1.0, 0.0, 0.0]]), np.array([[0.32, 7.37, 0.63]])
    best = oracle.best_prior(observed[0].tolist(), expected[0].tolist())
    prior = fit_gamma(observed, expected=expected)
    assert pytest.approx(best.shape) == SMALLEST_SHAPE
    assert best.mean == pytest.approx(prior.mean[0], rel=1e-3)


@MODEST
@given(rows=places)
def test_a_shrunk_rate_lies_between_the_own_and_the_mean_of_all(
    rows: list[tuple[float, float]],
) -> None:
    """No place is moved beyond the mean of the spread, and none away from it."""
    observed, expected = columns(rows)
    prior = fit_gamma(observed, expected=expected)
    known = posterior(observed, expected=expected, prior=prior)
    own = observed / expected
    low, high = np.minimum(own, prior.mean[0]), np.maximum(own, prior.mean[0])
    assert (low * (1 - 1e-12) <= known.mean).all()
    assert (known.mean <= high * (1 + 1e-12)).all()


@MODEST
@given(rows=places)
def test_the_mean_is_the_kept_share_of_the_own_rate_and_the_rest_of_all(
    rows: list[tuple[float, float]],
) -> None:
    """Mean = kept * own + (1 - kept) * m, as the method is explained to readers."""
    observed, expected = columns(rows)
    prior = fit_gamma(observed, expected=expected)
    known = posterior(observed, expected=expected, prior=prior)
    mixed = known.kept * observed / expected + (1 - known.kept) * prior.mean[0]
    assert pytest.approx(mixed[0]) == known.mean[0]
    assert ((known.kept > 0) & (known.kept < 1)).all()


@MODEST
@given(rows=places)
def test_the_shape_stays_within_its_ends(rows: list[tuple[float, float]]) -> None:
    """The spread is never without bounds, and mean and shape are positive numbers."""
    observed, expected = columns(rows)
    prior = fit_gamma(observed, expected=expected)
    assert SMALLEST_SHAPE * (1 - 1e-12) <= prior.shape[0] <= LARGEST_SHAPE * (1 + 1e-12)
    assert 0 < prior.mean[0] < np.inf


def test_a_place_with_more_evidence_keeps_more_of_its_own_rate() -> None:
    """Of two places with the same rate the larger one is pulled less."""
    observed, expected = np.array([[2.0, 20.0, 50.0]]), np.array([[1.0, 10.0, 100.0]])
    known = posterior(observed, expected=expected, prior=ODD_PRIOR)
    small, large, _ = known.mean[0]
    assert 1.3 < small < large < 2.0
    assert sorted(known.kept[0]) == known.kept[0].tolist()


def test_the_posterior_is_the_textbook_one() -> None:
    """Shape y + a, rate E + a / m, and the mean and variance of that gamma."""
    known = posterior(np.array([[4.0]]), expected=np.array([[5.0]]), prior=ODD_PRIOR)
    shape, rate = 4.0 + 2.0, 5.0 + 2.0 / 1.3
    actual = (known.shape, known.rate, known.kept, known.mean, known.variance)
    expected = (shape, rate, 5.0 / rate, shape / rate, shape / rate**2)
    assert pytest.approx(expected) == [float(array[0, 0]) for array in actual]


@MODEST
@given(rows=places, more=st.floats(0.5, 50), data=st.data())
def test_more_events_mean_a_higher_rate_while_the_spread_is_held(
    rows: list[tuple[float, float]], more: float, data: st.DataObject
) -> None:
    """The spread being given, a place's rate rises with its own events; the others stay."""
    observed, expected = columns(rows)
    place = data.draw(st.integers(0, len(rows) - 1))
    before = posterior(observed, expected=expected, prior=ODD_PRIOR).mean[0]
    worse = observed.copy()
    worse[0, place] += more
    after = posterior(worse, expected=expected, prior=ODD_PRIOR).mean[0]
    assert after[place] > before[place]
    assert np.delete(before, place).tolist() == np.delete(after, place).tolist()


def test_a_day_without_any_event_gives_half_an_event_to_all() -> None:
    """Jeffreys: all places share a gamma of shape 1/2 whose mean is half an event in all."""
    prior = fit_gamma(np.zeros((1, 3)), expected=np.array([[2.0, 3.0, 5.0]]))
    assert pytest.approx((prior.shape[0], prior.mean[0], prior.by_likelihood[0])) == (
        0.5,
        0.05,
        True,
    )


def test_less_than_half_an_event_is_taken_for_half_an_event() -> None:
    """The mean of the spread never falls below half an event in all that was exposed."""
    prior = fit_gamma(np.array([[0.2]]), expected=np.array([[4.0]]))
    assert pytest.approx(0.5 / 4.0) == prior.mean[0]


def test_a_single_place_keeps_its_own_rate() -> None:
    """With nobody to borrow from the mean of the spread is the place's own rate."""
    observed, expected = np.array([[7.0]]), np.array([[4.0]])
    known = posterior(observed, expected=expected, prior=fit_gamma(observed, expected=expected))
    assert pytest.approx(7 / 4) == known.mean[0, 0]


def test_equal_places_get_their_common_rate() -> None:
    """Places that do not differ are not moved."""
    observed, expected = np.full((1, 6), 12.0), np.full((1, 6), 10.0)
    known = posterior(observed, expected=expected, prior=fit_gamma(observed, expected=expected))
    assert pytest.approx(np.full(6, 1.2)) == known.mean[0]


def test_equal_places_are_still_not_taken_for_identical() -> None:
    """The adjusted likelihood keeps some spread where the moments see none (Li and Lahiri)."""
    observed, expected = np.full((1, 6), 12.0), np.full((1, 6), 10.0)
    prior = fit_gamma(observed, expected=expected)
    moments = shrinkage._moments(observed, expected)[1]
    assert moments[0] == LARGEST_SHAPE
    assert prior.shape[0] < 1000


@MODEST
@given(rows=some_harm, seed=st.integers(0, 100))
def test_the_order_of_places_is_irrelevant(rows: list[tuple[float, float]], seed: int) -> None:
    """Places in another order get the same rates."""
    observed, expected = columns(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    straight = fit_gamma(observed, expected=expected)
    turned = fit_gamma(observed[:, order], expected=expected[:, order])
    assert straight.mean[0] == pytest.approx(turned.mean[0], rel=1e-6)
    assert straight.shape[0] == pytest.approx(turned.shape[0], rel=1e-4)


@MODEST
@given(days=st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=1, max_size=9))
def test_a_day_is_fitted_without_looking_at_its_neighbours(days: list[list[int]]) -> None:
    """A day alone has the bits that it has among others."""
    observed = np.array(days, dtype=np.float64)
    expected = np.broadcast_to(np.array([1.5, 3.0, 8.0, 20.0]), observed.shape).copy()
    panel = fit_gamma(observed, expected=expected)
    for day in range(len(days)):
        alone = fit_gamma(observed[day : day + 1], expected=expected[day : day + 1])
        assert (alone.mean[0], alone.shape[0]) == (panel.mean[day], panel.shape[day])


def test_moments_serve_on_the_days_whose_steps_do_not_settle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A day that has not settled says so and takes Marshall's moments; a quiet day is settled."""
    observed = np.array([[1.0, 9.0, 30.0, 2.0], [0.0, 0.0, 0.0, 0.0]])
    expected = np.array([[4.0, 7.0, 12.0, 20.0]] * 2)
    monkeypatch.setattr(shrinkage, "MOST_STEPS", 1)
    prior = fit_gamma(observed, expected=expected)
    by_moments = marshall(observed[0], population=expected[0])
    settled = [False, True]
    assert settled == prior.by_likelihood.tolist()
    assert by_moments.overall_rate == pytest.approx(prior.mean[0])
    assert by_moments.overall_rate**2 / by_moments.variance == pytest.approx(prior.shape[0])
    assert prior.shape[1] == 0.5


@pytest.mark.parametrize("expected", [0.0, -1.0, float("nan")])
def test_a_place_without_expected_events_is_refused(expected: float) -> None:
    """Nothing can be said of a place where nothing could happen."""
    with pytest.raises(ValueError, match=re.escape("expected must be positive everywhere")):
        fit_gamma(np.array([[1.0, 2.0]]), expected=np.array([[3.0, expected]]))


def test_marshall_gives_everyone_the_overall_rate_where_noise_explains_all() -> None:
    """A negative variance estimate becomes 0, and a rate can never turn negative."""
    rates = marshall(np.array([1.0, 1.0, 2.0]), population=np.array([100.0, 100.0, 200.0]))
    assert rates.variance == 0
    assert [rates.overall_rate] * 3 == rates.rate.tolist()
    assert pytest.approx(0.01) == rates.overall_rate


def test_marshall_gives_nothing_where_nothing_happened() -> None:
    """No event anywhere: every rate is 0, not broken."""
    rates = marshall(np.zeros(3), population=np.array([1.0, 2.0, 3.0]))
    assert not rates.rate.any()


@MODEST
@given(rows=some_harm)
def test_marshall_moves_no_place_beyond_the_overall_rate(rows: list[tuple[float, float]]) -> None:
    """A shrunk rate lies between the own and the overall one."""
    events, population = (column[0] for column in columns(rows))
    rates = marshall(events, population=population)
    own = events / population
    low, high = np.minimum(own, rates.overall_rate), np.maximum(own, rates.overall_rate)
    assert (low - 1e-9 <= rates.rate).all()
    assert (rates.rate <= high + 1e-9).all()


@MODEST
@given(rows=some_harm)
def test_doubling_events_and_people_keeps_the_overall_rate(rows: list[tuple[float, float]]) -> None:
    """Twice the evidence for the same rates: the overall rate stays, each place keeps more."""
    events, population = (column[0] for column in columns(rows))
    once = marshall(events, population=population)
    twice = marshall(2 * events, population=2 * population)
    own = events / population
    assert once.overall_rate == pytest.approx(twice.overall_rate)
    assert once.variance <= twice.variance * (1 + 1e-9)
    assert (np.abs(twice.rate - own) <= np.abs(once.rate - own) + 1e-9).all()
