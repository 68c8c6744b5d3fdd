"""Ranks with ties, the draws behind rank ranges, and the ranges."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from indices.score.ranking import (
    competition_ranks,
    gamma_from_normal,
    rank_range,
    standard_normal_draws,
)
from tests.unit.indices import oracle

MODEST = settings(max_examples=100, deadline=None, derandomize=True)
scores = st.lists(
    st.one_of(st.none(), st.integers(800, 815).map(lambda units: units / 10)),
    min_size=1,
    max_size=12,
)


def ranks_of(*published: float | None) -> list[float | None]:
    """Ranks of one day's scores, None for not rated."""
    row = np.array([published], dtype=np.float64)
    ranks = competition_ranks(row, rated=np.isfinite(row))[0]
    return [None if np.isnan(rank) else float(rank) for rank in ranks]


def test_equal_scores_share_the_better_rank_and_the_next_is_left_out() -> None:
    """1, 2, 2, 4."""
    expected = [2, 1, 4, 2]
    assert expected == ranks_of(85.0, 91.3, 62.4, 85.0)


def test_towns_that_are_not_rated_take_no_rank_from_others() -> None:
    """They have no rank, and the ranks of the others have no gap for them."""
    expected = [None, 2, None, 1]
    assert expected == ranks_of(None, 70.0, None, 80.0)


def test_a_rank_goes_by_rated_and_not_by_what_stands_in_the_score() -> None:
    """A town that is not rated has no rank, whatever number stands in its place."""
    ranks = competition_ranks(np.array([[90.0, 80.0]]), rated=np.array([[False, True]]))
    assert np.isnan(ranks[0, 0])
    assert ranks[0, 1] == 1


def test_nobody_rated_means_no_ranks() -> None:
    """A day on which nobody is rated has no first place."""
    expected = [None, None]
    assert expected == ranks_of(None, None)


@MODEST
@given(published=scores)
def test_a_rank_is_one_more_than_the_number_of_better_towns(published: list[float | None]) -> None:
    """The quick ranks are those of counting."""
    assert oracle.ranks(published) == ranks_of(*published)


@MODEST
@given(days=st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1))
def test_each_day_is_ranked_on_its_own(days: list[list[int]]) -> None:
    """Ranks of a panel are the ranks of its days."""
    panel = np.array(days, dtype=np.float64)
    ranks = competition_ranks(panel, rated=np.isfinite(panel))
    assert [ranks_of(*day) for day in days] == ranks.tolist()


def test_draws_depend_on_the_seed_alone() -> None:
    """The same seed gives the same draws, another seed gives others."""
    first, again, other = (
        standard_normal_draws(n_draws=50, n_towns=3, n_pillars=2, seed=seed) for seed in (1, 1, 2)
    )
    assert first.tobytes() == again.tobytes()
    expected = (50, 2, 3)
    assert expected == first.shape
    assert not np.isclose(first, other).any()


def test_draws_leave_the_global_random_state_alone() -> None:
    """Nobody else's random numbers move because a score was computed."""
    before = repr(np.random.get_state())  # noqa: NPY002
    standard_normal_draws(n_draws=5, n_towns=3, n_pillars=2, seed=1)
    assert before == repr(np.random.get_state())  # noqa: NPY002


def test_draws_are_standard_normal() -> None:
    """Each town's and pillar's draws have mean 0 and deviation 1, and pillars go their own ways."""
    draws = standard_normal_draws(n_draws=20_000, n_towns=2, n_pillars=2, seed=3)
    series = draws.reshape(20_000, 4).astype(np.float64)
    assert pytest.approx(np.zeros(4), abs=0.03) == series.mean(axis=0)
    assert pytest.approx(np.eye(4), abs=0.03) == np.cov(series.T)


@pytest.mark.parametrize("shape", [3.0, 3.7, 5.0, 12.0, 100.0, 1e4])
def test_the_cube_root_rule_is_within_one_percent(shape: float) -> None:
    """For shapes from 3 on, between the 5th and 95th percentile, as its docstring says."""
    probability = np.linspace(0.05, 0.95, 181)
    exact = stats.gamma.ppf(probability, shape, scale=1 / 2.5)
    approximate = gamma_from_normal(
        stats.norm.ppf(probability),
        shape=np.full(181, shape),
        rate=np.full(181, 2.5),
    )
    assert pytest.approx(exact, rel=0.01) == approximate


@pytest.mark.parametrize("shape", [0.5, 3.0, 200.0])
def test_single_precision_keeps_six_digits(shape: float) -> None:
    """What the draws lose against double precision is far less than what parts two towns."""
    z = np.linspace(0, 3, 61)
    exact = shape / 2.5 * (1 - 1 / (9 * shape) + z / (3 * np.sqrt(shape))) ** 3
    drawn = gamma_from_normal(z, shape=np.full(61, shape), rate=np.full(61, 2.5))
    assert pytest.approx(exact, rel=1e-6) == drawn


@pytest.mark.parametrize("shape", [0.05, 0.5, 1.0, 3.0])
def test_gamma_variates_are_never_negative_and_keep_the_order(shape: float) -> None:
    """A small shape bends the lower tail to 0, but more luck never means less harm."""
    z = np.linspace(-5, 5, 201)
    drawn = gamma_from_normal(z, shape=np.full(201, shape), rate=np.ones(201))
    assert drawn.min() >= 0
    assert all(a <= b for a, b in pairwise(drawn))


@MODEST
@given(data=st.data(), n_draws=st.integers(1, 40), n_towns=st.integers(1, 7))
def test_a_range_holds_the_quantiles_of_the_ranks(
    data: st.DataObject, n_draws: int, n_towns: int
) -> None:
    """The quick range is that of sorting every town's ranks."""
    draws = data.draw(
        st.lists(
            st.lists(st.integers(0, 5), min_size=n_towns, max_size=n_towns),
            min_size=n_draws,
            max_size=n_draws,
        )
    )
    low, high = data.draw(st.sampled_from([(0.05, 0.95), (0.25, 0.5), (0.01, 0.99)]))
    expected = oracle.rank_range(draws, low=low, high=high)
    actual = rank_range(np.array(draws, dtype=np.float64), low=low, high=high)
    assert expected == list(zip(*actual, strict=True))


def test_towns_that_never_change_places_have_ranges_of_one_place() -> None:
    """Where every draw agrees, the range is the rank."""
    draws = np.array([[3.0, 1.0, 2.0]] * 20)
    expected = [[3, 1, 2], [3, 1, 2]]
    assert expected == rank_range(draws, low=0.05, high=0.95).tolist()


def test_the_ends_of_a_range_are_ranks_that_occurred() -> None:
    """A town that is first or third, never second, has the range 1 to 3."""
    draws = np.array([[0.0, 1.0, 2.0], [9.0, 1.0, 2.0]] * 20)
    expected = [1.0, 3.0]
    assert expected == rank_range(draws, low=0.05, high=0.95)[:, 0].tolist()
