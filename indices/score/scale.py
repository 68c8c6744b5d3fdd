"""From relative rates to scores between 0 and 100, and back to the points that were lost.

A score is `100 * base ** exponent`; the exponent of a pillar is its harm rate over the usual one,
and that of the composite the weighted sum of the pillars' exponents, so that the composite is their
weighted geometric mean and the points lost can be shared out in proportion to the exponent.
"""

import numpy as np

from indices.arrays import FloatArray, IntArray

DECIMALS = 1  # one precision for pages and files: no reader sees two numbers for one score
UNITS_PER_POINT = 10**DECIMALS


def score_from_exponent(exponent: FloatArray, *, base: float) -> FloatArray:
    """Score, 0 to 100, of an exponent >= 0: 100 at 0, `100 * base` at 1."""
    return np.asarray(100.0 * base**exponent, dtype=np.float64)


def publish(score: FloatArray) -> FloatArray:
    """Round half up to one decimal, but say 0 and 100 only where they are exact.

    >>> publish(np.array([99.97, 100.0, 0.02, 84.25]))
    array([ 99.9, 100. ,   0.1,  84.3])
    """
    units = np.floor(score * UNITS_PER_POINT + 0.5)
    inside = np.clip(units, 1, 100 * UNITS_PER_POINT - 1)
    exact = (score == 0) | (score == 100)  # noqa: PLR2004
    return np.asarray(np.where(exact, units, inside) / UNITS_PER_POINT, dtype=np.float64)


def points_lost(
    published: FloatArray, *, exponent: FloatArray, decimals: int = DECIMALS
) -> FloatArray:
    """Share `100 - published` out over the parts of the exponent, exact in printed units.

    Args:
        published: Of `publish`, shape (...,); NaN where not rated.
        exponent: Parts, >= 0, shape (..., n_parts).
        decimals: Of the printed scores.

    Returns:
        Shape (..., n_parts). Largest remainders: each part is rounded down, and the units left
        over go to the parts with the largest remainders (Hamilton's method), so that the printed
        parts add up to what the printed score lacks. NaN where the score is NaN.
    """
    rated, per_point = np.isfinite(published), 10**decimals
    units = np.where(rated, np.round((100 - np.where(rated, published, 100)) * per_point), 0)
    total = exponent.sum(axis=-1, keepdims=True)
    share = exponent / np.where(total > 0, total, 1.0)
    quota = share * units[..., None]
    whole = np.floor(quota)
    left = (units - whole.sum(axis=-1)).astype(np.int64)
    order = _order_of_remainders(quota - whole)
    parts = whole + (order < left[..., None])
    return np.asarray(np.where(rated[..., None], parts / per_point, np.nan))


def _order_of_remainders(remainder: FloatArray) -> IntArray:
    """Position of each part when the largest remainder comes first; ties in the given order."""
    ranked = np.argsort(-remainder, axis=-1, kind="stable")
    position = np.empty_like(ranked)
    np.put_along_axis(position, ranked, np.arange(remainder.shape[-1]), axis=-1)
    return position
