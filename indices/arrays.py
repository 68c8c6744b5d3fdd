"""Array types that the rooms share.

Days are rows and towns are columns: a day's towns lie side by side in memory.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
