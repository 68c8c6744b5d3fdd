"""Array types that the rooms share, and the one way in which they are added up.

Days are rows and towns are columns: a day's towns lie side by side in memory.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def add_up(parts: FloatArray) -> FloatArray:
    """Add the last axis from left to right, shape (..., n) to (...).

    `sum` and a matrix product add in an order that depends on the shape: a day computed alone would
    end in other bits than the same day in a panel.
    """
    total = np.zeros(parts.shape[:-1])
    for part in range(parts.shape[-1]):
        total = total + parts[..., part]
    return total
