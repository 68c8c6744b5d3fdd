"""Rules of practice: what police systems call a rise, with no regard to chance.

They are here because cities use them. How often they cry at nothing has to be told beside them.
"""

import numpy as np

from indices.arrays import BoolArray, FloatArray

DAYS_OF_RISE = 3


def three_day_rise(counts: FloatArray) -> BoolArray:
    """Whether a series rose on each of the last three days, as a report system has it.

    Args:
        counts: Incidents by day, shape (n_days, ...), oldest first; NaN where missing.

    Returns:
        Same shape. True on day t where n(t) > n(t-1) > n(t-2) > n(t-3) and all three rates of rise
        exist: a day without incidents has no rate, so that a rise from 0 is none. Ties and missing
        days are no rise, nor are the first three days.
    """
    before, now = counts[:-1], counts[1:]
    with np.errstate(invalid="ignore"):
        rose = (now > before) & (before > 0)
    risen = np.zeros(counts.shape, dtype=np.bool_)
    n = len(rose) - DAYS_OF_RISE + 1
    if n > 0:
        risen[DAYS_OF_RISE:] = rose[:n] & rose[1 : n + 1] & rose[2 : n + 2]
    return risen
