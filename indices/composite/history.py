"""The days that a composite method looks at: counts, deaths and people, and sums over windows."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indices.arrays import FloatArray, IntArray
from indices.composite.rules import CompositeRules
from indices.composite.windows import ABSENT, Windows, sums

CountArray = NDArray[np.int32]
# Denominators are multiples of it: their sums are exact in any order, up to 8,000 million units
# times days; whole numbers, such as residents, up to a million times more.
UNIT = 2.0**-20
CACHED = 2**16  # numbers that are looked at together: few enough for the processor's cache
MOST_INCIDENTS = 2.0**31


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """Whole numbers by day, oldest first; the arrays are those that were given, not copies."""

    counts: FloatArray  # (n_days, n_towns, n_kinds)
    fatal: FloatArray | None  # incidents in which somebody died, same shape; None: not told
    deaths: FloatArray | None  # (n_days, n_towns); None: not told
    units: FloatArray  # (n_days, n_towns), of the denominator

    @property
    def n_days(self) -> int:
        """How many days there are."""
        return len(self.counts)

    @property
    def n_towns(self) -> int:
        """How many towns there are."""
        return int(self.counts.shape[1])

    def running(self, at: Windows) -> "RunningSums":
        """Sums up to the days on which windows begin and end; other days need no memory."""
        edges = at.first[at.is_known], at.last[at.is_known] + 1
        days = np.unique(np.concatenate([[0], *edges]))
        return RunningSums(
            days=days,
            counts=_running(self.counts, days, np.int32),
            fatal=None if self.fatal is None else _running(self.fatal, days, np.int32),
            deaths=None if self.deaths is None else _running(self.deaths, days, np.int32),
            units=_running(self.units, days, np.float64),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class RunningSums:
    """Sums from the first day up to some days; of whole numbers, so that they are exact."""

    days: IntArray  # (n,), rising from 0: how many days are in each sum
    counts: CountArray  # (n, n_kinds, n_towns)
    fatal: CountArray | None  # same shape
    deaths: CountArray | None  # (n, n_towns)
    units: FloatArray  # (n, n_towns), times days

    def over(self, running: NDArray[np.int32] | FloatArray, at: Windows) -> FloatArray:
        """Sums of one of the arrays over the windows of each row, (n_rows, n_towns)."""
        first = np.searchsorted(self.days, at.first)
        last = np.searchsorted(self.days, at.last + 1) - 1
        known = at.is_known
        return sums(running, Windows(np.where(known, first, ABSENT), np.where(known, last, ABSENT)))

    def events(self, rules: CompositeRules, indicator: int, kind: int, at: Windows) -> FloatArray:
        """Incidents of a kind as an indicator counts them, (n_rows, n_towns), whole numbers.

        Raises:
            ValueError: If only fatal incidents count, or all but these, and nobody told which are.
        """
        found = np.zeros((len(at.first), self.units.shape[1]))
        if rules.of_all[indicator]:
            found += rules.of_all[indicator] * self.over(self.counts[:, kind], at)
        if rules.of_fatal[indicator]:
            if self.fatal is None:
                raise ValueError(
                    f"{rules.indicators[indicator]} needs to know which incidents were fatal"
                )
            found += rules.of_fatal[indicator] * self.over(self.fatal[:, kind], at)
        return found

    def harm(
        self,
        rules: CompositeRules,
        indicator: int,
        at: Windows,
        *,
        over: Callable[[FloatArray], FloatArray] = np.asarray,
    ) -> FloatArray:
        """Weighted incidents of an indicator in the windows of each row, (n_rows, n_towns).

        Args:
            rules: Of the method.
            indicator: Position of the indicator.
            at: Windows; those that are absent add nothing.
            over: Adds counts up over other towns, each row for itself.

        Whole counts are added first and weighted then, kind by kind in their order: the result has
        the same bits whatever is computed beside it.
        """
        total = np.zeros((len(at.first), self.units.shape[1]))
        for kind in np.flatnonzero(rules.severity[indicator]):
            found = over(self.events(rules, indicator, int(kind), at))
            total += rules.severity[indicator, kind] * found
        return total


def history_of(
    counts: FloatArray,
    *,
    denominator: FloatArray,
    fatal: FloatArray | None = None,
    deaths: FloatArray | None = None,
) -> History:
    """Make a history of daily values.

    Args:
        counts: Whole numbers >= 0, shape (n_days, n_towns, n_kinds), oldest day first; any type.
        denominator: Units per town, > 0 on the last day and 0 where there was no town, shape
            (n_towns,) or (n_days, n_towns).
        fatal: Incidents in which somebody died, as `counts`; None where it is not told.
        deaths: Shape (n_days, n_towns); None where it is not told.

    Raises:
        ValueError: If a value is negative, broken or missing, or the shapes do not fit.
    """
    units = np.round(np.atleast_2d(denominator) / UNIT) * UNIT
    if not (np.isfinite(units) & (units >= 0)).all() or not (units[-1] > 0).all():
        raise ValueError("the denominator must be positive in each town")
    for name, values in (("counts", counts), ("fatal", fatal), ("deaths", deaths)):
        if values is not None:
            _refuse_broken(values, name)
    if fatal is not None and (fatal > counts).any():
        raise ValueError("more fatal incidents than incidents")
    return History(
        counts=counts,
        fatal=fatal,
        deaths=deaths,
        units=np.broadcast_to(units, counts.shape[:2]),
    )


def _refuse_broken(values: FloatArray, name: str) -> None:
    """Counts are whole numbers from 0 on; looked at part by part, as there may be many."""
    step = max(1, CACHED // max(1, values[:1].size))
    for first in range(0, len(values), step):
        part = values[first : first + step]
        whole = (part == np.floor(part)).all()  # NaN equals nothing
        if not (whole and part.min(initial=0) >= 0 and part.max(initial=0) < MOST_INCIDENTS):
            raise ValueError(f"{name} must be whole numbers from 0 on")


def _running(daily: FloatArray, days: IntArray, dtype: type) -> NDArray[Any]:
    """Sums of the first so many days, kinds before towns, shape (len(days), ..., n_towns)."""
    running = np.zeros((len(days), *daily.shape[:0:-1]), dtype=dtype)
    for n, (first, last) in enumerate(pairwise(days.tolist()), start=1):
        added = daily[first:last].sum(axis=0)
        np.add(running[n - 1], added.T, out=running[n], casting="unsafe")
    return running
