"""Scales, means, ladder and patrol a second time: one town at a time, with None for missing."""

import math
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np

Maybe = float | None


def arrayed(*values: Maybe) -> np.ndarray:
    """An array with NaN for None."""
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def listed(array: np.ndarray) -> list[Maybe]:
    """A list with None for NaN."""
    return [None if math.isnan(value) else float(value) for value in array]


def ratio(value: Maybe, baseline: Maybe) -> Maybe:
    """Harm over baseline; nothing against nothing is 0, anything against nothing infinite."""
    if value is None or baseline is None:
        return None
    if baseline == 0:
        return 0.0 if value == 0 else math.inf
    return value / baseline


def exponential(value: Maybe, *, baseline: Maybe, base: float) -> Maybe:
    """The base to the power of the ratio, of 100."""
    relative = ratio(value, baseline)
    return None if relative is None else 100 * base**relative


def deduction(value: Maybe, *, baseline: Maybe, at_baseline: float) -> Maybe:
    """Points off in proportion to the ratio."""
    relative = ratio(value, baseline)
    return None if relative is None else max(0.0, 100 - (100 - at_baseline) * relative)


def breakpoints(value: Maybe, *, edges: Sequence[float], scores: Sequence[float]) -> Maybe:
    """The line of the pair of points that the harm lies between."""
    if value is None or value <= edges[0]:
        return None if value is None else scores[0]
    for left in range(len(edges) - 1):
        if value <= edges[left + 1]:
            way = (value - edges[left]) / (edges[left + 1] - edges[left])
            return scores[left] + way * (scores[left + 1] - scores[left])
    return scores[-1]


def percentile(values: Sequence[Maybe]) -> list[Maybe]:
    """Count the others with as much harm or more."""
    result: list[Maybe] = []
    for place, value in enumerate(values):
        others = [v for at, v in enumerate(values) if at != place and v is not None]
        if value is None or not others:
            result.append(None)
        else:
            result.append(100 * sum(other >= value for other in others) / len(others))
    return result


def quota_grades(values: Sequence[Maybe], *, shares: Sequence[Fraction]) -> list[int]:
    """Hand out the places one after the other; a tie goes with its first town."""
    order = sorted(value for value in values if value is not None)
    grades = {}
    for place, value in enumerate(order):
        upto = [math.floor(sum(shares[: g + 1]) * len(order) + Fraction(1, 2)) for g in range(9)]
        grade = 1 + next(g for g in range(len(shares)) if place < upto[g])
        grades.setdefault(value, grade)
    return [0 if value is None else grades[value] for value in values]


def change_steps(
    value: Maybe,
    *,
    baseline: Maybe,
    edges: Sequence[Fraction],
    scores: Sequence[float],
    edge_belongs_to: str,
) -> Maybe:
    """Walk along the edges with the exact change of whole numbers."""
    if value is None or baseline is None:
        return None
    if baseline == 0:
        change: Fraction | float = -1 if value == 0 else math.inf
    else:
        change = Fraction(value) / Fraction(baseline) - 1
    for edge, score in zip(edges, scores, strict=False):
        if change < edge or (change == edge and edge_belongs_to == "better"):
            return score
    return scores[-1]


def aggregate(kind: str, scores: Sequence[Maybe], weights: Sequence[float]) -> tuple[Maybe, float]:
    """Mean of what is there, and the share of the weight that is there."""
    there = [(s, w) for s, w in zip(scores, weights, strict=True) if s is not None and w > 0]
    total = sum(w for _, w in there)
    if not there:
        return None, 0.0
    present = total / sum(weights)
    if kind == "arithmetic":
        return sum(s * w for s, w in there) / total, present
    if any(s == 0 for s, _ in there):
        return 0.0, present
    if kind == "harmonic":
        return total / sum(w / s for s, w in there), present
    return math.prod(s ** (w / total) for s, w in there), present


def copeland(scores: Sequence[Sequence[Maybe]], weights: Sequence[float]) -> list[Maybe]:
    """Every town meets every other one."""
    result: list[Maybe] = []
    for town, own in enumerate(scores):
        won = 0
        for other_town, other in enumerate(scores):
            better = worse = Fraction(0)
            for mine, its, weight in zip(own, other, weights, strict=True):
                if town != other_town and mine is not None and its is not None:
                    better += Fraction(str(weight)) * (mine > its)
                    worse += Fraction(str(weight)) * (mine < its)
            won += (better > worse) - (better < worse)
        result.append(None if all(score is None for score in own) else won)
    return result


def as_printed(text: str, *, decimals: int, mode: str) -> float:
    """Round a decimal number in decimal."""
    rounding = ROUND_HALF_UP if mode == "half up" else ROUND_DOWN
    return float(Decimal(text).quantize(Decimal(1).scaleb(-decimals), rounding=rounding))


def fraction_as_printed(exact: Fraction, *, decimals: int, mode: str) -> float:
    """Round a fraction by whole units, away from zero at a half or always towards it."""
    units = abs(exact) * 10**decimals
    whole = math.floor(units + (Fraction(1, 2) if mode == "half up" else 0))
    return float(Fraction(whole, 10**decimals)) * (-1 if exact < 0 and whole else 1)


def ladder(
    letters: str, *, worst: str, after: dict[int, str], missing: str
) -> list[tuple[int, str | None]]:
    """Run and step of one town after each edition; "-" is not rated."""
    run, result = 0, []
    for letter in letters:
        if letter == worst:
            run += 1
        elif letter != "-" or missing == "reset":
            run = 0
        result.append((run, after.get(run) if letter == worst else None))
    return result


def effort_shares(
    levels: Sequence[int], *, share_to_worst: float, from_level: int, harm: Sequence[float]
) -> list[float]:
    """Share out in two parts, or in one where all areas are alike."""
    worse = [level >= from_level for level in levels]
    part = max(share_to_worst, sum(worse) / len(worse))
    parts = {worse[0]: 1.0} if len(set(worse)) == 1 else {True: part, False: 1 - part}
    shares = []
    for is_worse, own in zip(worse, harm, strict=True):
        alike = [h for w, h in zip(worse, harm, strict=True) if w == is_worse]
        shares.append(parts[is_worse] * (own / sum(alike) if sum(alike) > 0 else 1 / len(alike)))
    return shares
