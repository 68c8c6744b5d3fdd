"""How patrol effort is shared out between areas when worse areas get a stated part of it.

A police room in Jiaxing colours its estates by their rate of cases and puts half of the day's
prevention force on the worse ones (Jiaxing Daily, 2016-04-21). From which colour on an estate is a
worse one is not published, so it is an argument here.
"""

import numpy as np

from indices.arrays import BoolArray, FloatArray, IntArray


def effort_shares(
    level: IntArray,
    *,
    share_to_worst: float,
    from_level: int,
    harm: FloatArray | None = None,
) -> FloatArray:
    """Share of the effort that each area gets; they sum to 1 along the last axis.

    Args:
        level: Shape (..., n_areas), 1 is the best, `NOT_RATED` where there is none; an area that
            is not rated is one of the others, as nobody has found it worse.
        share_to_worst: Part for the worse areas together, 0 to 1.
        from_level: Level from which on an area is a worse one, 2 or more.
        harm: Same shape, >= 0: shares within the worse areas, and within the others, in proportion
            to it; where it is NaN the mean of the others in its part stands for it. Without it, or
            where all of it is 0, shares are equal.

    Where most areas are worse, the stated part could leave each of them less than one of the
    others gets; it is raised to their share in the number of areas. Where none is worse, or all
    are, everything is shared out among all.

    Raises:
        ValueError: If an argument lies outside its range.
    """
    if not 0 <= share_to_worst <= 1 or from_level <= 1:
        raise ValueError(
            "share_to_worst must lie in 0..1 and from_level above 1, "
            f"got {share_to_worst} and {from_level}"
        )
    if harm is not None and (harm < 0).any():
        raise ValueError(f"harm must be 0 or more, got {harm[harm < 0][:5]}")
    worse = level >= from_level
    share_of_number = worse.mean(axis=-1, keepdims=True)
    part = np.maximum(share_to_worst, share_of_number)
    part = np.where(share_of_number > 0, part, 0.0)
    claim = np.ones(level.shape) if harm is None else harm
    shares = part * _within(claim, worse) + (1 - part) * _within(claim, ~worse)
    return np.asarray(shares)


def _within(claim: FloatArray, members: BoolArray) -> FloatArray:
    """Shares of the members in proportion to their claims, 0 for all else."""
    known = members & np.isfinite(claim)
    n_known = known.sum(axis=-1, keepdims=True)
    total = np.where(known, claim, 0.0).sum(axis=-1, keepdims=True)
    mean = total / np.maximum(n_known, 1)
    filled = np.where(known, claim, np.where(mean > 0, mean, 1.0))
    filled = np.where(members & (total > 0), filled, members.astype(np.float64))
    whole = filled.sum(axis=-1, keepdims=True)
    return np.asarray(filled / np.where(whole > 0, whole, 1.0))
