"""The four levels and "not rated"."""

import numpy as np

from indices.arrays import FloatArray, IntArray

NOT_RATED = 0  # in arrays; readers see the words "not rated"


def level_numbers(published: FloatArray, *, cuts: tuple[float, ...]) -> IntArray:
    """Level of each published score: 1 is the best, `NOT_RATED` where the score is NaN.

    Args:
        published: Scores as printed, any shape; NaN where not rated.
        cuts: Lower edges of all levels but the last, falling, such as (90, 80, 70). The edge
            belongs to the better level.
    """
    rated = np.isfinite(published)
    below = sum((np.where(rated, published, 0) < cut).astype(np.int64) for cut in cuts)
    return np.asarray(np.where(rated, 1 + below, NOT_RATED), dtype=np.int64)
