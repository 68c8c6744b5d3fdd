"""Recency-weighted sums of daily counts over a window of days.

The weights are multiples of 2**-20, so that a weighted sum of whole counts is exact in double
precision whatever the order of its additions: a day computed alone, in a backfill of ten years or
on another number of threads has the same bits (promise 3 of the house).
"""

import numpy as np

from indices.arrays import FloatArray

WEIGHT_UNIT = 2.0**-20
DAYS_PER_BLOCK = 64


def recency_weights(*, window_days: int, half_life_days: float) -> FloatArray:
    """Weight of each day of the window, newest first, shape (window_days,), 1 for the day itself.

    A day that lies `half_life_days` back counts half. Rounded to multiples of 2**-20.

    Raises:
        ValueError: If the window has no day or the half-life is not positive.
    """
    if window_days < 1 or not half_life_days > 0:
        raise ValueError(
            f"window_days must be at least 1 and half_life_days above 0, "
            f"got {window_days} and {half_life_days}"
        )
    return snap(0.5 ** (np.arange(window_days) / half_life_days))


def snap(weights: FloatArray) -> FloatArray:
    """Round weights to multiples of 2**-20."""
    return np.asarray(np.round(weights / WEIGHT_UNIT) * WEIGHT_UNIT, dtype=np.float64)


def weighted_counts(counts: FloatArray, *, weights: FloatArray, n_days: int) -> FloatArray:
    """Weighted sum over the window that ends on each of the last `n_days` days.

    Args:
        counts: Incidents, whole numbers >= 0, shape (n_history, ...), oldest day first.
        weights: Of `recency_weights`, newest first.
        n_days: How many of the last days are wanted, 1 to n_history.

    Returns:
        Shape (n_days, ...). Days before the history add nothing; see `effective_days`.
    """
    n_history = counts.shape[0]
    if not 1 <= n_days <= n_history:
        raise ValueError(f"n_days must lie in 1..{n_history}, got {n_days}")
    flat = counts.reshape(n_history, -1)
    sums = np.empty((n_days, flat.shape[1]))
    for first in range(n_history - n_days, n_history, DAYS_PER_BLOCK):
        last = min(first + DAYS_PER_BLOCK, n_history)
        oldest = max(0, first - len(weights) + 1)
        band = _band(weights, ends=np.arange(first, last), starts=np.arange(oldest, last))
        sums[first - (n_history - n_days) : last - (n_history - n_days)] = band @ flat[oldest:last]
    return sums.reshape(n_days, *counts.shape[1:])


def effective_days(*, n_history: int, weights: FloatArray, n_days: int) -> FloatArray:
    """Sum of the weights of the days known, for each of the last `n_days` days, shape (n_days,).

    It is less than the sum of all weights while the history is shorter than the window.
    """
    known = np.minimum(np.arange(n_history - n_days, n_history) + 1, len(weights))
    return np.asarray(np.cumsum(weights)[known - 1], dtype=np.float64)


def _band(weights: FloatArray, *, ends: np.ndarray, starts: np.ndarray) -> FloatArray:
    """Matrix that turns the days `starts` into windows that end on the days `ends`."""
    age = ends[:, None] - starts[None, :]
    inside = (age >= 0) & (age < len(weights))
    return np.where(inside, weights[np.clip(age, 0, len(weights) - 1)], 0.0)
