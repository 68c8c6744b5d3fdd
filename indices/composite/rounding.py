"""Numbers as a page prints them."""

from typing import Literal

import numpy as np

from indices.arrays import FloatArray

NOISE = 1e-13  # relative; what a sum or quotient of doubles may be off by
MOST_NUDGE = 1e-3  # of a printed unit
ALL_WHOLE = 2.0**52  # from here on a double has no fraction left
MOST_DECIMALS = 9


def as_printed(
    value: FloatArray, *, decimals: int, mode: Literal["half up", "truncated"]
) -> FloatArray:
    """Round as if the value were the decimal that a person sees, not the double nearest to it.

    Args:
        value: Any shape; NaN stays NaN.
        decimals: 0 to 9.
        mode: "half up" rounds a half away from zero; "truncated" cuts, as some authorities do.

    Raises:
        ValueError: If `decimals` lies outside its range or the mode is unknown.

    The double of 2.675 lies below it, and 100 * 0.29 below 29: taken literally, the first would be
    rounded down and the second be cut to 28. So a value that lies below an edge by less than 1e-13
    of itself is on the edge. Decimals of up to 12 digits lie further apart than that, and so do a
    percentage of counts and the edges that it does not meet: both are printed as exact arithmetic
    would print them. The sign of zero is dropped.

    >>> as_printed(np.array([2.675, 100 * 0.29, -0.004]), decimals=2, mode="half up")
    array([ 2.68, 29.  ,  0.  ])
    """
    if mode not in ("half up", "truncated") or not 0 <= decimals <= MOST_DECIMALS:
        raise ValueError(
            "mode must be 'half up' or 'truncated' and decimals 0 to 9, "
            f"got '{mode}' and {decimals}"
        )
    units_per_one = 10.0**decimals
    with np.errstate(over="ignore"):
        units = np.abs(value) * units_per_one
    edge = 0.5 if mode == "half up" else 0.0
    whole = np.floor(units + edge + np.minimum(units * NOISE, MOST_NUDGE))
    printed = np.copysign(whole / units_per_one, value) + 0.0  # -0.0 + 0.0 is 0.0
    return np.asarray(np.where(units < ALL_WHOLE, printed, value))
