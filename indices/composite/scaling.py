"""The scale that a method file names, applied."""

from collections.abc import Callable
from typing import Any

import numpy as np

from indices.arrays import FloatArray
from indices.composite import scales
from indices.composite.terms import Scale

Apply = Callable[[Any, FloatArray, FloatArray], FloatArray]


def on_scale(scale: Scale, value: FloatArray, baseline: FloatArray) -> FloatArray:
    """Scores of one indicator, 0 to 100 unless the scale is a ratio; NaN where something misses.

    Args:
        scale: Of the method.
        value: Shape (..., n_towns), per unit of the denominator and period.
        baseline: Same shape; not looked at by a scale that compares with nothing.
    """
    return APPLIED[scale.kind](scale, value, baseline)


def _ratio(_: Any, value: FloatArray, baseline: FloatArray) -> FloatArray:
    """100 at the baseline; missing where nothing was usual."""
    known = baseline > 0
    return np.where(known, 100 * value / np.where(known, baseline, 1), np.nan)


APPLIED: dict[str, Apply] = {
    "exponential": lambda s, v, b: scales.exponential(v, baseline=b, base=s.base),
    "deduction": lambda s, v, b: scales.deduction(v, baseline=b, at_baseline=s.at_baseline),
    "breakpoints": lambda s, v, _: scales.breakpoints(v, edges=s.edges, scores=s.scores),
    "percentile": lambda _s, v, _b: scales.percentile(v),
    "grades": lambda s, v, _: scales.grade_scores(
        scales.quota_grades(v, shares=s.shares), scores=s.scores
    ),
    "min_max": lambda s, v, _: scales.min_max(v, best=s.best, worst=s.worst),
    "change_steps": lambda s, v, b: scales.change_steps(
        v, baseline=b, edges=s.edges, scores=s.scores, edge_belongs_to=s.edge_belongs_to
    ),
    "ratio": _ratio,
}
