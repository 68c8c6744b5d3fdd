"""From the harm of an indicator to a score, by the scales that published indices use.

Harm is a count or a rate, >= 0, and more of it is worse; arrays have the shape (..., n_towns) and
NaN where a value is missing. A score lies between 0 and 100, higher is safer, never rises with
harm, and is NaN where the harm or its baseline is missing. Negative or infinite harm and settings
that contradict themselves raise `ValueError`.

Which city uses which scale is a matter of method files. A baseline of 0 is nothing unusual in a
small town: nothing against nothing is no harm, anything against nothing is the worst score.
"""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from indices.arrays import FloatArray, IntArray
from indices.levels import NOT_RATED
from indices.score.ranking import competition_ranks
from indices.score.scale import score_from_exponent

Baseline = float | FloatArray  # one for all, or any shape that broadcasts with the harm
BEST = 100.0
DECIMALS_OF_CHANGE = 9  # 110 / 100 - 1 is not 0.1 in doubles: an edge must be met all the same


def exponential(value: FloatArray, *, baseline: Baseline, base: float) -> FloatArray:
    """100 without harm, `100 * base` at the baseline, `100 * base**2` at twice the baseline.

    Args:
        value: Harm, shape (..., n_towns).
        baseline: Usual harm, >= 0, NaN where unknown. 0 against 0 scores 100, more 0.
        base: Above 0 and below 1.
    """
    if not 0 < base < 1:
        raise ValueError(f"base must lie between 0 and 1, got {base}")
    return score_from_exponent(_ratio(value, baseline), base=base)


def deduction(value: FloatArray, *, baseline: Baseline, at_baseline: float) -> FloatArray:
    """Points taken from 100 in proportion to harm, `100 - at_baseline` at the baseline; at least 0.

    Args:
        value: Harm, shape (..., n_towns).
        baseline: Usual harm, >= 0, NaN where unknown. 0 against 0 scores 100, more 0.
        at_baseline: Score of the usual harm, from 0 to below 100.
    """
    if not 0 <= at_baseline < BEST:
        raise ValueError(f"at_baseline must lie in 0..100 and below 100, got {at_baseline}")
    lost = (BEST - at_baseline) * _ratio(value, baseline)
    return np.asarray(np.maximum(BEST - lost, 0))


def breakpoints(
    value: FloatArray, *, edges: Sequence[float], scores: Sequence[float]
) -> FloatArray:
    """Straight lines between given points, as in air-quality indices.

    Args:
        value: Harm, shape (..., n_towns).
        edges: Harm at each point, rising.
        scores: Score at each point, falling or level. Harm below the first edge has the first
            score, harm beyond the last edge the last one.
    """
    _refuse_bad_harm(value)
    _refuse_disorder(edges, scores, n_scores=len(edges))
    line = np.clip(np.interp(value, edges, scores), scores[-1], scores[0])  # it overshoots by a bit
    return np.where(np.isnan(value), np.nan, line)  # one point alone would score what is missing


def percentile(value: FloatArray) -> FloatArray:
    """Share of the other rated towns that are not safer, times 100, along the last axis.

    Equal harm has an equal score: that of the best of the tied places. A town alone has no others
    to be compared with, and its score is NaN.
    """
    safer = _n_safer(value)
    n_others = np.isfinite(value).sum(axis=-1, keepdims=True) - 1
    share = (n_others - safer) / np.where(n_others > 0, n_others, np.nan)
    return np.asarray(BEST * share)


def quota_grades(value: FloatArray, *, shares: Sequence[float]) -> IntArray:
    """Grades by quota along the last axis: 1 is the best, `NOT_RATED` where harm is missing.

    Args:
        value: Harm, shape (..., n_towns).
        shares: Share of the rated towns in each grade, best first, above 0, sum 1; such as
            (0.10, 0.25, 0.30, 0.25, 0.10) of Korea's regional safety grades.

    The places of the first g grades together are their shares of the rated towns, rounded to whole
    places (a half upwards). Towns with equal harm get the same grade, the better one, so that a tie
    can fill a grade beyond its quota. A town alone gets the grade in the middle.
    """
    if not min(shares) > 0 or not math.isclose(sum(shares), 1, abs_tol=1e-9):
        raise ValueError(f"shares must be positive and sum to 1, got {list(shares)}")
    safer = _n_safer(value)
    n_rated = np.isfinite(value).sum(axis=-1, keepdims=True)
    grade = np.ones(value.shape, dtype=np.int64)
    for upto in range(1, len(shares)):
        # A sum of shares such as 0.1 + 0.2 is off by a bit, which must not move a half.
        n_places = np.floor(sum(shares[:upto]) * n_rated + 0.5 + 1e-9)
        grade += safer >= n_places
    return np.asarray(np.where(np.isfinite(value), grade, NOT_RATED))


def grade_scores(grade: IntArray, *, scores: Sequence[float]) -> FloatArray:
    """Score of each grade; NaN where not rated.

    Args:
        grade: 1 is the best, `NOT_RATED` where missing, any shape.
        scores: One for each grade, best first, falling or level.
    """
    _refuse_disorder(range(len(scores)), scores, n_scores=len(scores))
    if not ((grade >= NOT_RATED) & (grade <= len(scores))).all():
        raise ValueError(f"grades must lie in 0..{len(scores)}, got {np.unique(grade)}")
    return np.array([np.nan, *scores])[grade]


def min_max(value: FloatArray, *, best: float, worst: float) -> FloatArray:
    """Straight line from 100 at `best` to 0 at `worst`, fixed beforehand; level outside them.

    Fixed, because goalposts taken from the day's own towns let one town move the others' scores.

    Args:
        value: Any numbers, shape (..., n_towns): here alone more may also be better, as in a
            survey, if `best` lies above `worst`.
        best: Value that scores 100.
        worst: Value that scores 0.
    """
    if best == worst or not np.isfinite([best, worst]).all():
        raise ValueError(f"best and worst must be finite and differ, got {best} and {worst}")
    return np.asarray(np.clip(BEST * ((worst - value) / (worst - best)), 0, BEST))


def change_steps(
    value: FloatArray,
    *,
    baseline: Baseline,
    edges: Sequence[float],
    scores: Sequence[float],
    edge_belongs_to: Literal["better", "worse"],
) -> FloatArray:
    """One of a few scores, by the relative change against the baseline.

    Args:
        value: Harm, shape (..., n_towns).
        baseline: Harm compared with, >= 0, NaN where unknown. 0 against 0 has the first score, as
            nothing happened; more against 0 has the last.
        edges: Relative changes, rising, such as (-0.25, 0).
        scores: One more than edges, falling or level: below the first edge, ..., above the last.
        edge_belongs_to: Whether a change that equals an edge has the score before or after it.

    Changes are compared in nine decimals, so that 110 against 100 meets an edge of 0.1.
    """
    _refuse_disorder(edges, scores, n_scores=len(edges) + 1)
    with np.errstate(over="ignore"):
        change = np.round(_ratio(value, baseline) - 1, DECIMALS_OF_CHANGE)
    side: Literal["left", "right"] = "left" if edge_belongs_to == "better" else "right"
    step = np.searchsorted(np.round(edges, DECIMALS_OF_CHANGE), change, side=side)
    return np.where(np.isnan(change), np.nan, np.array(scores, dtype=np.float64)[step])


def _ratio(value: FloatArray, baseline: Baseline) -> FloatArray:
    """Harm over baseline: 0 for 0 over 0, infinite for more over 0, NaN where one is missing."""
    _refuse_bad_harm(value)
    _refuse_bad_harm(np.asarray(baseline, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = value / np.asarray(baseline)
    return np.where((value == 0) & (np.asarray(baseline) == 0), 0.0, ratio)


def _n_safer(value: FloatArray) -> FloatArray:
    """Number of rated towns with less harm, along the last axis; NaN where harm is missing."""
    _refuse_bad_harm(value)
    rows = value.reshape(math.prod(value.shape[:-1]), value.shape[-1])
    ranks = competition_ranks(-rows, rated=np.isfinite(rows))
    return np.asarray(ranks.reshape(value.shape) - 1)


def _refuse_bad_harm(value: FloatArray) -> None:
    """Harm and baselines are >= 0 and finite, or NaN."""
    bad = (value < 0) | np.isinf(value)
    if bad.any():
        raise ValueError(f"harm and baselines must be 0 or more and finite, got {value[bad][:5]}")


def _refuse_disorder(edges: Sequence[float], scores: Sequence[float], *, n_scores: int) -> None:
    """Edges rise, scores do not, lie in 0..100, and there are as many as needed."""
    if not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        raise ValueError(f"edges must rise, got {list(edges)}")
    if len(scores) != n_scores or n_scores < 1:
        raise ValueError(f"{len(edges)} edges need {n_scores} scores, got {len(scores)}")
    if not ((np.diff(scores) <= 0).all() and scores[0] <= BEST and scores[-1] >= 0):
        raise ValueError(f"scores must fall or stay level within 100..0, got {list(scores)}")
