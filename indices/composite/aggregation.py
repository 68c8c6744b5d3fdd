"""Weighted means of the scores of indicators, what each indicator cost, and means of districts.

Scores have the shape (..., n_indicators), lie between 0 and 100 and are NaN where missing. A
missing indicator is left out and the weights of the others are scaled up, so that a town is judged
by what is known of it; `weight_present` says how much that is, for rules that ask for a least
share. The formulas are those of the OECD/JRC Handbook on Constructing Composite Indicators (2008).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from indices.arrays import FloatArray, IntArray, add_up

BEST = 100.0
SMALLEST = float(np.finfo(np.float64).tiny)  # has a logarithm, and no score above 0 lies below it
NET_DECIMALS = 12  # sums of weights such as 0.3 + 0.2 against 0.5 may differ by a bit


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Aggregate:
    """Composite scores and the evidence behind them, both of shape (...)."""

    score: FloatArray  # 0 to 100, NaN where no indicator is present
    weight_present: FloatArray  # share of the weight whose indicators are present, 0 to 1


def arithmetic(scores: FloatArray, *, weights: FloatArray) -> Aggregate:
    """Weighted arithmetic mean along the last axis: a good score makes up for a bad one.

    Args:
        scores: Shape (..., n_indicators), 0 to 100, NaN where missing.
        weights: Shape (n_indicators,), >= 0, not all 0; they need not sum to 1.

    Raises:
        ValueError: If a score or a weight lies outside its range.
    """
    return _mean_through(np.asarray, np.asarray, *_checked(scores, weights))


def geometric(scores: FloatArray, *, weights: FloatArray) -> Aggregate:
    """Weighted geometric mean along the last axis: a bad score weighs on all, a 0 makes it 0.

    Arguments and errors as in `arithmetic`.
    """
    return _mean_through(_log_share, lambda mean: BEST * np.exp(mean), *_checked(scores, weights))


def harmonic(scores: FloatArray, *, weights: FloatArray) -> Aggregate:
    """Weighted harmonic mean along the last axis: harder on bad scores than the geometric mean.

    Arguments and errors as in `arithmetic`.
    """
    return _mean_through(_reciprocal, _reciprocal, *_checked(scores, weights))


def losses(
    scores: FloatArray, *, weights: FloatArray, kind: Literal["arithmetic", "geometric"]
) -> FloatArray:
    """What each indicator cost, in proportion; for `indices.score.scale.points_lost`.

    Args:
        scores: As in `arithmetic`.
        weights: As in `arithmetic`.
        kind: The mean that the scores go into.

    Returns:
        Shape of the scores, >= 0; 0 for a missing indicator, which cost nothing that is known.
        They add up to `100 - score` of the arithmetic mean, or to `-ln(score / 100)` of the
        geometric one, where a score of 0 counts as the smallest number that has a logarithm: next
        to it the other indicators cost almost nothing, as their scores no longer matter.
    """
    share, _ = present_shares(*_checked(scores, weights))
    known = np.where(share > 0, scores, BEST)
    if kind == "arithmetic":
        return np.asarray(share * (BEST - known))
    return np.asarray(share * np.abs(np.log(np.maximum(known, SMALLEST) / BEST)))


def copeland(scores: FloatArray, *, weights: FloatArray) -> FloatArray:
    """Duels won less duels lost: a town wins where it is better on the greater weight.

    Args:
        scores: Shape (n_towns, n_indicators), any numbers, higher is better, NaN where missing.
        weights: Shape (n_indicators,), >= 0.

    Returns:
        Shape (n_towns,), whole numbers that sum to 0 over the towns; NaN for a town of which
        nothing is known. An indicator that is missing in one of the two counts for neither.
    """
    net = np.zeros((len(scores), len(scores)))
    for column, weight in zip(scores.T, weights, strict=True):
        duels = np.sign(column[:, None] - column[None, :])
        net += weight * np.where(np.isnan(duels), 0.0, duels)
    won = np.sign(np.round(net, NET_DECIMALS)).sum(axis=1)
    return np.where(np.isfinite(scores).any(axis=1), won, np.nan)


def roll_up(
    score: FloatArray, *, groups: IntArray, n_groups: int, weight: FloatArray
) -> FloatArray:
    """Weighted mean of the towns of each group.

    Args:
        score: Of towns, shape (..., n_towns), NaN where not rated.
        groups: District of each town, 0 to n_groups - 1, shape (n_towns,).
        n_groups: How many districts there are.
        weight: Shape (n_towns,), >= 0: residents, or ones for the plain mean. The two differ.

    Returns:
        Shape (..., n_groups). Towns that are not rated are left out; NaN where that leaves none.

    Raises:
        ValueError: If a group or a weight lies outside its range.
    """
    if not ((groups >= 0) & (groups < n_groups)).all():
        raise ValueError(f"groups must lie in 0..{n_groups - 1}, got {np.unique(groups)}")
    _refuse_bad_weights(weight)
    means = np.full((*score.shape[:-1], n_groups), np.nan)
    for group in range(n_groups):
        members = groups == group
        of_group = _mean_through(np.asarray, np.asarray, score[..., members], weight[members])
        means[..., group] = of_group.score
    return means


def _checked(scores: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The two as they are, if they lie in their ranges."""
    _refuse_bad_weights(weights)
    bad = (scores < 0) | (scores > BEST)
    if bad.any():
        raise ValueError(f"scores must lie in 0..100, got {scores[bad][:5]}")
    return scores, weights


def _mean_through(
    there: Callable[[FloatArray], FloatArray],
    back: Callable[[FloatArray], FloatArray],
    scores: FloatArray,
    weights: FloatArray,
) -> Aggregate:
    """Arithmetic mean of `there(score)`, brought back by its inverse.

    Held between the lowest and the highest part, so that a mean of equal scores is that score to
    the last bit: 100 is printed only where it is exact.
    """
    share, present = present_shares(scores, weights)
    counts = share > 0
    parts = np.where(counts, share * there(np.where(counts, scores, BEST)), 0.0)
    lowest = np.where(counts, scores, np.inf).min(axis=-1, initial=np.inf)
    highest = np.where(counts, scores, -np.inf).max(axis=-1, initial=-np.inf)
    mean = np.clip(back(add_up(parts)), lowest, highest)
    return Aggregate(score=np.where(present > 0, mean, np.nan), weight_present=present)


def _log_share(scores: FloatArray) -> FloatArray:
    """Logarithm of the share of 100, minus infinite at 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(scores / BEST))


def _reciprocal(values: FloatArray) -> FloatArray:
    """1 / value, infinite at 0; its own inverse."""
    with np.errstate(divide="ignore"):
        return np.asarray(1 / values)


def present_shares(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weights of what is present, scaled to sum 1, and how much of all weight that was.

    Args:
        values: Shape (..., n), NaN where missing.
        weights: Shape (n,), >= 0, or one row for each row of values.

    Returns:
        Shares, (..., n), all 0 where nothing is present; and (...), 0 to 1.
    """
    present = np.where(np.isfinite(values), weights, 0.0)
    total = add_up(present)
    whole = add_up(weights)  # in the same order: all present is exactly 1
    share = present / np.where(total > 0, total, 1.0)[..., None]
    return share, np.asarray(total / whole if whole > 0 else np.zeros(total.shape))


def _refuse_bad_weights(weights: FloatArray) -> None:
    """Weights are finite, >= 0 and not all 0."""
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.sum() > 0:
        raise ValueError(f"weights must be 0 or more and not all 0, got {weights}")
