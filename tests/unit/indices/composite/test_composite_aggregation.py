"""Means over indicators, their losses, duels, and the roll-up to districts."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.arrays import FloatArray
from indices.composite import aggregation
from indices.composite.aggregation import Aggregate, arithmetic, geometric, harmonic, losses
from indices.score.scale import points_lost, publish
from tests.unit.indices.composite import oracle
from tests.unit.indices.composite.oracle import Maybe, arrayed, listed

MODEST = settings(max_examples=80, deadline=None, derandomize=True)
MEANS = {"arithmetic": arithmetic, "geometric": geometric, "harmonic": harmonic}
score = st.one_of(st.just(0.0), st.just(100.0), st.floats(0.01, 100))
maybe = st.one_of(st.none(), score)
weight = st.one_of(st.just(0.0), st.floats(0.05, 60))
parts = st.lists(st.tuples(maybe, weight), min_size=1, max_size=8).filter(
    lambda pairs: any(w > 0 for _, w in pairs)
)


def split(pairs: list[tuple[Maybe, float]]) -> tuple[FloatArray, FloatArray]:
    """Scores and weights of drawn pairs."""
    return arrayed(*(s for s, _ in pairs)), np.array([w for _, w in pairs])


@pytest.mark.parametrize("kind", MEANS)
@MODEST
@given(pairs=parts)
def test_a_mean_is_that_of_its_formula(kind: str, pairs: list[tuple[Maybe, float]]) -> None:
    """Score and share of the weight, indicator by indicator."""
    scores, weights = split(pairs)
    actual = MEANS[kind](scores, weights=weights)
    mean, present = oracle.aggregate(kind, listed(scores), weights.tolist())
    assert pytest.approx(arrayed(mean)[0], abs=1e-9, nan_ok=True) == actual.score
    assert pytest.approx(present) == actual.weight_present


@MODEST
@given(pairs=parts)
def test_the_means_are_ordered(pairs: list[tuple[Maybe, float]]) -> None:
    """Harmonic <= geometric <= arithmetic, all between the worst and the best score present."""
    scores, weights = split(pairs)
    means = [mean(scores, weights=weights).score for mean in (harmonic, geometric, arithmetic)]
    there = scores[np.isfinite(scores) & (weights > 0)]
    assert len(there) or np.isnan(means).all()
    if len(there):
        line = [there.min(), *means, there.max()]
        assert all(a <= b + 1e-9 for a, b in pairwise(line))


@pytest.mark.parametrize("kind", MEANS)
@MODEST
@given(pairs=parts, factor=st.sampled_from([2.0, 0.5, 1024.0]))
def test_only_the_proportion_of_weights_matters(
    kind: str, pairs: list[tuple[Maybe, float]], factor: float
) -> None:
    """Weights of 60, 20, 20 and of 3, 1, 1 are the same weights."""
    scores, weights = split(pairs)
    once, again = (MEANS[kind](scores, weights=weights * f) for f in (1.0, factor))
    assert listed(once.score[None]) == listed(again.score[None])
    assert once.weight_present == again.weight_present


@pytest.mark.parametrize("kind", MEANS)
@MODEST
@given(panel=st.lists(st.lists(maybe, min_size=9, max_size=9), min_size=1, max_size=6))
def test_a_town_has_the_same_bits_alone_and_in_a_panel(kind: str, panel: list[list[Maybe]]) -> None:
    """The order of additions does not depend on how many towns are computed at once."""
    rows, weights = np.array([arrayed(*row) for row in panel]), np.arange(9) / 7 + 0.1
    alone = [MEANS[kind](row, weights=weights).score for row in rows]
    together = MEANS[kind](np.asfortranarray(rows), weights=weights).score
    assert listed(np.array(alone)) == listed(together)


@pytest.mark.parametrize("kind", MEANS)
@MODEST
@given(score=score, weights=st.lists(st.floats(0.01, 1), min_size=1, max_size=9))
def test_equal_scores_have_that_score_to_the_last_bit(
    kind: str, score: float, weights: list[float]
) -> None:
    """A town with 100 everywhere has 100 and not 99.99999999999999, which is printed as 99.9."""
    actual = MEANS[kind](np.full((1, len(weights)), score), weights=np.array(weights))
    assert actual.score.tolist() == [score]
    assert actual.weight_present.tolist() == [1.0]


@pytest.mark.parametrize("kind", MEANS)
def test_a_missing_indicator_is_neither_0_nor_100(kind: str) -> None:
    """The others are weighed as if it were not in the index, and the share present says so."""
    actual = MEANS[kind](arrayed(None, 40.0, 40.0), weights=np.array([2.0, 1.0, 1.0]))
    assert pytest.approx(40.0) == actual.score
    assert actual.weight_present == 0.5


@pytest.mark.parametrize("kind", MEANS)
def test_a_town_of_which_nothing_is_known_has_no_score(kind: str) -> None:
    """NaN, with a share of 0; an indicator that weighs nothing does not change that."""
    actual = MEANS[kind](arrayed(None, 80.0), weights=np.array([1.0, 0.0]))
    assert np.isnan(actual.score)
    assert actual.weight_present == 0.0


@pytest.mark.parametrize(
    ("kind", "expected"), [("arithmetic", 75), ("geometric", 0), ("harmonic", 0)]
)
def test_one_zero_is_forgiven_by_the_arithmetic_mean_alone(kind: str, expected: float) -> None:
    """100, 100, 0 with the weights 2, 1, 1; a 0 that weighs nothing is no 0."""
    weights = np.array([2.0, 1.0, 1.0])
    assert pytest.approx(expected) == MEANS[kind](np.array([100.0, 100, 0]), weights=weights).score
    unweighed = MEANS[kind](np.array([0.0, 50.0]), weights=np.array([0.0, 1.0]))
    assert pytest.approx(50.0) == unweighed.score


@MODEST
@given(pairs=parts)
def test_losses_add_up_to_what_the_mean_lacks(pairs: list[tuple[Maybe, float]]) -> None:
    """Arithmetic: 100 - score; geometric: -ln(score / 100); nobody gains."""
    scores, weights = split(pairs)
    plain = losses(scores, weights=weights, kind="arithmetic")
    logs = losses(scores, weights=weights, kind="geometric")
    assert (plain >= 0).all()
    assert (logs >= 0).all()
    mean, product = arithmetic(scores, weights=weights), geometric(scores, weights=weights)
    if mean.weight_present:
        assert pytest.approx(100 - mean.score, abs=1e-9) == plain.sum()
    if mean.weight_present and product.score > 0:
        assert pytest.approx(-math.log(product.score / 100), abs=1e-9) == logs.sum()


@MODEST
@given(pairs=parts)
def test_printed_losses_sum_to_what_the_printed_score_lacks(
    pairs: list[tuple[Maybe, float]],
) -> None:
    """Shared out by the largest remainders, the points lost of a geometric mean add up exactly."""
    scores, weights = split(pairs)
    printed = publish(geometric(scores, weights=weights).score[None])
    cost = losses(scores, weights=weights, kind="geometric")[None]
    lost = points_lost(printed, exponent=cost).sum(axis=1)
    assert pytest.approx(100 - printed, abs=1e-9, nan_ok=True) == lost


def test_a_zero_costs_nearly_all_of_a_geometric_mean() -> None:
    """Where one indicator makes the mean 0, the others' scores hardly matter."""
    cost = losses(np.array([0.0, 50.0, np.nan]), weights=np.ones(3), kind="geometric")
    assert np.isfinite(cost).all()
    assert cost[0] / cost.sum() > 0.999
    assert cost[2] == 0.0


@MODEST
@given(
    rows=st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 3).map(float)), min_size=4, max_size=4),
        min_size=1,
        max_size=7,
    )
)
def test_duels_are_won_on_the_greater_weight(rows: list[list[Maybe]]) -> None:
    """Every pair of towns, with exact weights: 0.3 + 0.2 against 0.5 is a draw."""
    weights = [0.3, 0.2, 0.5, 0.1]
    actual = aggregation.copeland(
        np.array([arrayed(*row) for row in rows]), weights=np.array(weights)
    )
    assert oracle.copeland(rows, weights) == listed(actual)
    assert np.nansum(actual) == 0


@MODEST
@given(
    towns=st.lists(
        st.tuples(maybe, st.integers(0, 3), st.integers(0, 5000)), min_size=1, max_size=12
    ).filter(lambda rows: any(people for *_, people in rows))
)
def test_a_district_is_the_weighted_mean_of_its_rated_towns(
    towns: list[tuple[Maybe, int, int]],
) -> None:
    """Group by group, with towns that are not rated left out."""
    expected = []
    for group in range(4):
        pairs = [(s, p) for s, g, p in towns if g == group and s is not None and p]
        people = sum(p for _, p in pairs)
        expected.append(sum(s * p for s, p in pairs) / people if people else None)
    actual = aggregation.roll_up(
        np.array([arrayed(*(s for s, *_ in towns))]),
        groups=np.array([g for _, g, _ in towns]),
        n_groups=4,
        weight=np.array([float(p) for *_, p in towns]),
    )
    assert actual.shape == (1, 4)
    assert pytest.approx(arrayed(*expected), nan_ok=True) == actual[0]


def test_results_keep_the_shape_of_the_towns() -> None:
    """(n_days, n_towns, n_indicators) gives (n_days, n_towns)."""
    result: Aggregate = arithmetic(np.full((5, 3, 2), 50.0), weights=np.ones(2))
    assert (result.score.shape, result.weight_present.shape) == ((5, 3), (5, 3))


REFUSED = {
    "score": (np.array([101.0, 3.0]), np.ones(2), "scores must lie"),
    "infinite score": (np.array([np.inf, 3.0]), np.ones(2), "scores must lie"),
    "negative weight": (np.ones(2), np.array([1.0, -1.0]), "weights must be"),
    "no weight": (np.ones(2), np.zeros(2), "weights must be"),
    "missing weight": (np.ones(2), np.array([1.0, np.nan]), "weights must be"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_numbers_out_of_range_are_refused(case: str) -> None:
    """The message says what was expected."""
    scores, weights, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        arithmetic(scores, weights=weights)


def test_a_group_that_does_not_exist_is_refused() -> None:
    """A town of district 2 of 2 would otherwise vanish."""
    with pytest.raises(ValueError, match=r"groups must lie in 0\.\.1"):
        aggregation.roll_up(np.ones(1), groups=np.array([2]), n_groups=2, weight=np.ones(1))
