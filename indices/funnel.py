"""Funnel plots: how far a town's events may lie from the expected by chance alone.

D. J. Spiegelhalter, Statistics in Medicine 2005, 24:1185-1202. The exact Poisson limits are steps;
they are made smooth by interpolation between two counts. Where towns differ by more than chance, as
they nearly always do, the limits are widened by the dispersion of all towns.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from indices.arrays import FloatArray, IntArray

TAIL_95, TAIL_998 = 0.025, 0.001  # on each side
WINSORISED = 0.10


@dataclass(frozen=True, kw_only=True, eq=False)
class Funnel:
    """Each town's events over the expected, and the limits; arrays (n_towns,) or (n_days, n_towns).

    Limits are ratios around 1 and at least 0. Outside is what lies beyond a limit, not on it.
    """

    ratio: FloatArray
    low_95: FloatArray
    high_95: FloatArray
    low_998: FloatArray
    high_998: FloatArray
    outside_95: IntArray  # -1 below, 0 within, 1 above
    outside_998: IntArray
    dispersion: FloatArray  # () or (n_days,): mean squared z, 1 = chance alone; may be less
    widened_by: FloatArray  # same shape: root of the dispersion, at least 1


def funnel(observed: FloatArray, *, expected: FloatArray) -> Funnel:
    """Set each town between its 95 % and 99.8 % limits.

    Args:
        observed: Events, >= 0, shape (n_towns,) or (n_days, n_towns).
        expected: Events at the rate the towns are compared with, > 0, same shape. A rate that is
            not that of the towns taken together counts as dispersion too.

    Raises:
        ValueError: If the shapes differ, a count is negative or missing, or an expectation is not
            positive.
    """
    dispersion = overdispersion(observed, expected=expected)
    widened_by = np.sqrt(np.maximum(dispersion, 1.0))
    low_95, high_95, low_998, high_998 = (
        widen(poisson_limit(expected, probability=share), by=widened_by[..., None])
        for share in (TAIL_95, 1 - TAIL_95, TAIL_998, 1 - TAIL_998)
    )
    ratio = observed / expected
    return Funnel(
        ratio=ratio,
        low_95=low_95,
        high_95=high_95,
        low_998=low_998,
        high_998=high_998,
        outside_95=_side(ratio, low_95, high_95),
        outside_998=_side(ratio, low_998, high_998),
        dispersion=dispersion,
        widened_by=widened_by,
    )


def poisson_limit(expected: FloatArray, *, probability: float) -> FloatArray:
    """Limit of observed over expected at a probability, exact and interpolated; never below 0.

    With r the Poisson quantile and F the distribution function, the limit is (r - a) / expected,
    where a = (F(r) - probability) / (F(r) - F(r - 1)). Limits on either side of 1 come closer as
    the expectation grows, but for a wobble below one expected event that comes from the steps.

    Args:
        expected: > 0, any shape.
        probability: Between 0 and 1, such as 0.975.
    """
    _refuse_unexpected(expected)
    # One too high by rounding does no harm: the interpolation is continuous there.
    quantile = np.ceil(special.pdtrik(probability, expected))
    up_to = special.pdtr(quantile, expected)
    before = np.where(quantile > 0, special.pdtr(np.maximum(quantile - 1, 0), expected), 0.0)
    limit = quantile - (up_to - probability) / (up_to - before)
    return np.asarray(np.maximum(limit, 0.0) / expected, dtype=np.float64)


def overdispersion(
    observed: FloatArray, *, expected: FloatArray, winsorised: float = WINSORISED
) -> FloatArray:
    """Mean squared z over the towns, the extreme z drawn in: about 1 where chance explains all.

    Args:
        observed: Shape (..., n_towns).
        expected: Same shape, > 0.
        winsorised: Share of the towns on each side whose z becomes that of the quantile there
            (linear interpolation), so that a few true outliers do not widen the limits for
            themselves. Drawing in 10 % of plain chance leaves 0.68, not 1: the estimate is low.

    Returns:
        Shape (...,).
    """
    _refuse_misfits(observed, expected)
    z = (observed - expected) / np.sqrt(expected)
    low, high = np.quantile(z, [winsorised, 1 - winsorised], axis=-1, keepdims=True)
    return np.asarray((np.clip(z, low, high) ** 2).mean(axis=-1), dtype=np.float64)


def widen(limit: FloatArray, *, by: FloatArray) -> FloatArray:
    """Multiply the distance of a limit from 1; no limit lies below 0."""
    return np.asarray(np.maximum(1 + (limit - 1) * by, 0.0), dtype=np.float64)


def exact_interval(observed: FloatArray, *, level: float) -> tuple[FloatArray, FloatArray]:
    """Exact interval for the expectation behind a count (Garwood 1936, Biometrika 28:437-442).

    Args:
        observed: Counts, >= 0, any shape. The lower end of 0 events is 0.
        level: Such as 0.95; what is left over is halved.

    Raises:
        ValueError: If a count is negative or missing.
    """
    _refuse_negative(observed)
    tail = (1 - level) / 2
    some = np.where(observed > 0, observed, 1.0)  # the quantile of shape 0 is not defined
    low = np.where(observed > 0, special.gammaincinv(some, tail), 0.0)
    return low, np.asarray(special.gammaincinv(observed + 1, 1 - tail), dtype=np.float64)


def _side(ratio: FloatArray, low: FloatArray, high: FloatArray) -> IntArray:
    """-1 below the low limit, 1 above the high one, else 0."""
    return (ratio > high).astype(np.int64) - (ratio < low)


def _refuse_misfits(observed: FloatArray, expected: FloatArray) -> None:
    """Say what would otherwise be broadcast or carried on in silence."""
    if observed.shape != expected.shape:
        raise ValueError(
            f"observed and expected must have one shape, got {observed.shape} and {expected.shape}"
        )
    _refuse_unexpected(expected)
    _refuse_negative(observed)


def _refuse_unexpected(expected: FloatArray) -> None:
    """Without an expectation there is no ratio."""
    if not (expected > 0).all():
        raise ValueError(f"expected must be positive, got {expected[~(expected > 0)][:5]}")


def _refuse_negative(observed: FloatArray) -> None:
    """Counts start at 0."""
    if not (observed >= 0).all():
        raise ValueError(f"observed must be 0 or more, got {observed[~(observed >= 0)][:5]}")
