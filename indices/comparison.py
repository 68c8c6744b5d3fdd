"""Two periods compared, for many towns and categories at once: difference, percent, ratio.

Counts are taken for Poisson counts. Incidents that come in clusters vary more than that, so an
interval here is the narrowest honest one. Each cell is judged on its own: of 100 cells in which
nothing changed, about five get a direction at 95 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from indices.arrays import BoolArray, FloatArray
from indices.periods import Period

StrArray = NDArray[np.str_]

NORMAL, MISSING, BREAK, NO_RATE = "normal", "missing", "break", "no rate"
UP, DOWN, NO_CLEAR_CHANGE = "up", "down", "no clear change"

# In units of the last printed digit: more than the noise of a percent in double precision, less
# than any distance from a half that whole counts below 100 million can have.
NUDGE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Change:
    """A period against its base, in the shape of the input; NaN where there is no value.

    `status` is the first that applies: "missing" (a count or exposure is NaN), "break" (the series
    changed between the two periods), "no rate" (the base count is zero, so that there is no
    percent), "normal". Cells with "missing" or "break" have nothing but their counts.
    """

    count: FloatArray
    base_count: FloatArray
    exposure: FloatArray
    base_exposure: FloatArray
    difference: FloatArray  # count less the base count at the exposure of the period
    percent: FloatArray  # change of the rate
    ratio: FloatArray  # of the rates; inf where only the base is zero, NaN where both are
    ratio_low: FloatArray
    ratio_high: FloatArray
    p_value: FloatArray  # 0 to 1, two-sided, of "the rates are equal"
    direction: StrArray  # by the interval; empty where there is none
    status: StrArray
    confidence: float


@dataclass(frozen=True, kw_only=True, eq=False)
class PooledYears:
    """Several base periods as one: what `compare_counts` takes as its base."""

    count: FloatArray
    exposure: FloatArray


def compare_counts(
    count: ArrayLike,
    *,
    base_count: ArrayLike,
    exposure: ArrayLike = 1.0,
    base_exposure: ArrayLike = 1.0,
    is_across_break: ArrayLike = False,
    confidence: float = 0.95,
) -> Change:
    """Compare counts with those of a base period.

    Args:
        count: Incidents, whole numbers >= 0, any shape; NaN where missing.
        base_count: The same for the base period.
        exposure: What the counts are in proportion to, such as days or person-days; > 0, or NaN.
        base_exposure: The same for the base period.
        is_across_break: True where `across_break` says so.
        confidence: Of the interval, between 0 and 1, both excluded.

    The arguments are broadcast against each other. Given the sum of both counts, the newer one is
    binomial, and its share gives the ratio of the rates. The interval is the exact one of Clopper
    and Pearson (1934, Biometrika 26:404-413) for that share; both counts zero give 0 to inf. The
    p-value is twice the smaller tail, at most 1, so that p < 1 - confidence exactly where the
    interval leaves out 1.

    Raises:
        ValueError: If a count is negative or not whole, or an exposure not positive.
    """
    _refuse_misfits(count, base_count, exposure, base_exposure, confidence)
    arrays = (count, base_count, exposure, base_exposure, is_across_break)
    here, base, time, base_time, broken = (
        np.array(array, dtype=np.float64) for array in np.broadcast_arrays(*arrays)
    )
    missing = np.isnan(here + base + time + base_time)
    known = ~(missing | (broken > 0))
    x, y = (np.where(known, array, np.nan) for array in (here, base))
    low, high = _ratio_interval(x, y, scale=base_time / time, tail=(1 - confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (x * base_time) / (y * time)
    return Change(
        count=here,
        base_count=base,
        exposure=time,
        base_exposure=base_time,
        difference=np.asarray(x - y * time / base_time),
        percent=percent_change(x * base_time, base=y * time),
        ratio=np.asarray(ratio),
        ratio_low=low,
        ratio_high=high,
        p_value=_p_value(x, y, share=time / (time + base_time)),
        direction=np.select([low > 1, high < 1, known], [UP, DOWN, NO_CLEAR_CHANGE], default=""),
        status=np.select([missing, ~known, y == 0], [MISSING, BREAK, NO_RATE], default=NORMAL),
        confidence=confidence,
    )


def percent_change(value: ArrayLike, *, base: ArrayLike) -> FloatArray:
    """Change in percent of the base, for quantities of any kind; NaN where the base is zero."""
    new, old = np.asarray(value, dtype=np.float64), np.asarray(base, dtype=np.float64)
    has_rate = old != 0
    return np.asarray(np.where(has_rate, 100 * (new - old) / np.where(has_rate, old, 1), np.nan))


def percent_printed(
    percent: ArrayLike, decimals: int = 1, mode: Literal["half up", "truncated"] = "half up"
) -> FloatArray:
    """Shorten a percent to what is printed.

    Signs do not matter: "half up" rounds a half away from zero, "truncated" cuts towards zero, as
    some published reports do. NaN stays NaN, and no zero is negative.

    >>> percent_printed([-43.25, 16.68]), percent_printed([-43.25, 16.68], mode="truncated")
    (array([-43.3,  16.7]), array([-43.2,  16.6]))
    """
    exact = np.asarray(percent, dtype=np.float64)
    extra = {"half up": 0.5, "truncated": 0.0}[mode] + NUDGE
    unit = 10**decimals
    return np.asarray(np.sign(exact) * np.floor(np.abs(exact) * unit + extra) / unit + 0.0)


def mean_of_years(counts: ArrayLike, *, exposures: ArrayLike = 1.0) -> PooledYears:
    """Pool the same period of several years, so that their mean rate is the base.

    Args:
        counts: Shape (n_years, ...); NaN where missing.
        exposures: One number, shape (n_years,), or any shape that fits the counts.

    Counts and exposures are added, so that each year has the weight of its exposure. One missing
    year leaves nothing to compare with: a mean over fewer years would be another base.
    """
    count = np.asarray(counts, dtype=np.float64)
    given = np.asarray(exposures, dtype=np.float64)
    by_year = given.reshape(given.shape + (1,) * (count.ndim - given.ndim))
    exposure = np.broadcast_to(by_year, count.shape)
    missing = np.isnan(count + exposure).any(axis=0)
    return PooledYears(
        count=np.asarray(np.where(missing, np.nan, count.sum(axis=0))),
        exposure=np.asarray(np.where(missing, np.nan, exposure.sum(axis=0))),
    )


def across_break(period: Period, base: Period, breaks: Sequence[date]) -> bool:
    """Tell whether a change of the series lies between or within two periods.

    Args:
        period: The newer period, or the older: the order does not matter.
        base: The other one.
        breaks: First days of a new way of counting.
    """
    first, last = min(period.first, base.first), max(period.last, base.last)
    return any(first < day <= last for day in breaks)


def _refuse_misfits(
    count: ArrayLike,
    base_count: ArrayLike,
    exposure: ArrayLike,
    base_exposure: ArrayLike,
    confidence: float,
) -> None:
    """Say what no comparison can be made of."""
    for name, numbers in (("count", count), ("base_count", base_count)):
        known = _known(numbers)
        wrong = known[~((known >= 0) & (known == np.floor(known)) & np.isfinite(known))]
        if wrong.size:
            raise ValueError(f"{name} must be whole numbers from 0 on, or NaN; got {wrong[:5]}")
    for name, numbers in (("exposure", exposure), ("base_exposure", base_exposure)):
        known = _known(numbers)
        wrong = known[~((known > 0) & np.isfinite(known))]
        if wrong.size:
            raise ValueError(f"{name} must be positive, or NaN where unknown; got {wrong[:5]}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")


def _known(numbers: ArrayLike) -> FloatArray:
    """The numbers that are not NaN, flat."""
    array = np.asarray(numbers, dtype=np.float64)
    return np.asarray(array[~np.isnan(array)])


def _ratio_interval(
    x: FloatArray, y: FloatArray, *, scale: FloatArray, tail: float
) -> tuple[FloatArray, FloatArray]:
    """Both ends for the ratio of the rates; the upper end is the lower one of the inverse ratio."""
    with np.errstate(divide="ignore"):
        return scale * _lowest_odds(x, y, tail), scale / _lowest_odds(y, x, tail)


def _lowest_odds(x: FloatArray, y: FloatArray, tail: float) -> FloatArray:
    """Odds at which `x` or more of `x + y` have the probability `tail`; 0 where x is zero.

    Share and complement are found each by itself: a difference from 1 would lose digits.
    """
    some = x != 0
    at_least = np.where(some, x, 1)
    share = special.betaincinv(at_least, y + 1, tail)
    odds = share / special.betainccinv(y + 1, at_least, tail)
    return np.asarray(np.where(some, odds, 0.0))


def _p_value(x: FloatArray, y: FloatArray, *, share: FloatArray) -> FloatArray:
    """Twice the smaller binomial tail of x among x + y, at most 1."""
    upper = _tail(x, y, share)
    lower = _tail(y, x, 1 - share)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(upper, lower)))


def _tail(x: FloatArray, y: FloatArray, share: FloatArray) -> FloatArray:
    """Probability of `x` or more among x + y."""
    some: BoolArray = np.asarray(x != 0)
    return np.asarray(np.where(some, special.betainc(np.where(some, x, 1), y + 1, share), 1.0))
