"""Chance from uniform numbers alone, so that bytes do not hang on a library's distributions.

Only the bit stream of PCG64 and the seeding by `SeedSequence` are relied upon: NumPy promises not
to change either, while its distributions may change from one version to the next. The one function
beyond arithmetic is `exp`: where a machine rounds it otherwise in the last bit, a count moves only
if a number falls into that bit, which is not expected once in a billion cities.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# Each purpose has a stream of its own: what one draws more does not move the others.
STREAMS = ("levels", "counts", "incidents", "repeats", "invalid", "faults", "copies", "load")
LARGEST_MEAN = 500.0  # exp(-mean) stays far from zero


def uniform_stream(seed: int, purpose: str) -> np.random.Generator:
    """The uniform numbers of one purpose; call nothing but `random` on it."""
    seeding = np.random.SeedSequence([seed, STREAMS.index(purpose)])
    return np.random.Generator(np.random.PCG64(seeding))


def poisson(u: Floats, mean: Floats) -> Ints:
    """Counts with the given means, by adding up the distribution until it passes `u`.

    Args:
        u: Uniform in [0, 1), any shape.
        mean: From 0 to 500, same shape.

    Raises:
        ValueError: If a mean is larger.
    """
    if mean.max(initial=0) > LARGEST_MEAN:
        raise ValueError(f"means up to {LARGEST_MEAN:.0f} can be drawn, got {mean.max():.0f}")
    u, mean = u.ravel(), mean.ravel()
    count = np.zeros(u.size, dtype=np.int64)
    term = np.exp(-mean)
    total = term.copy()
    short = np.flatnonzero(u >= total)
    while short.size:
        count[short] += 1
        term[short] *= mean[short] / count[short]
        total[short] += term[short]
        short = short[(u[short] >= total[short]) & (term[short] > 0)]
    return count


def pick(u: Floats, shares: Any) -> Ints:
    """Positions with the given shares; what the shares lack to 1 falls to one position more.

    >>> pick(np.array([0.0, 0.6, 0.95]), [0.5, 0.4]).tolist()
    [0, 1, 2]
    """
    position: Ints = np.searchsorted(np.cumsum(shares), u, side="right").astype(np.int64)
    return position


def spread(u: Floats, shares: Any, values: Any) -> Ints:
    """Whole numbers whose distribution runs straight between (share, value) points.

    >>> spread(np.array([0.0, 0.25, 0.75]), [0, 0.5, 1], [0, 10, 100]).tolist()
    [0, 5, 55]
    """
    value: Ints = np.floor(np.interp(u, shares, values)).astype(np.int64)
    return value
