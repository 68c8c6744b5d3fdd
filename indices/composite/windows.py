"""Which days a period is compared with, and sums over such days.

A window is a pair of positions in a history of days, both included; -1 where the history does not
hold all of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from indices.arrays import BoolArray, FloatArray, IntArray
from indices.composite.terms import (
    CityPeriod,
    CityUsual,
    LastYearMean,
    OwnPast,
    SamePeriodOfYears,
    SimilarTowns,
)
from indices.periods import Period, PeriodKind, period_of, previous, year_before

AnyBaseline = OwnPast | SamePeriodOfYears | LastYearMean | CityUsual | CityPeriod | SimilarTowns
ABSENT = -1


@dataclass(frozen=True, eq=False)
class Windows:
    """First and last days as positions in a history, (n_rows, n_columns); -1 where absent."""

    first: IntArray
    last: IntArray

    @property
    def is_known(self) -> BoolArray:
        """Whether the history holds each window."""
        return np.asarray(self.first != ABSENT)

    def beside(self, others: "Windows") -> "Windows":
        """The windows of both, row by row."""
        return Windows(
            np.concatenate([self.first, others.first], axis=1),
            np.concatenate([self.last, others.last], axis=1),
        )

    def rows(self, wanted: slice) -> "Windows":
        """Some of the rows."""
        return Windows(self.first[wanted], self.last[wanted])


def windows(periods: Sequence[Sequence[Period]], *, first_day: date, n_days: int) -> Windows:
    """Positions of periods in a history.

    Args:
        periods: Rows of equal length.
        first_day: Of the history.
        n_days: How many days the history has.

    Returns:
        Shape (n_rows, n_columns).
    """
    last_day = first_day + timedelta(days=n_days - 1)
    edges = [
        [
            ((p.first - first_day).days, (p.last - first_day).days)
            if first_day <= p.first and p.last <= last_day
            else (ABSENT, ABSENT)
            for p in row
        ]
        for row in periods
    ]
    positions = np.array(edges, dtype=np.int64).reshape(len(periods), -1, 2)
    return Windows(positions[..., 0], positions[..., 1])


def reference_periods(
    baseline: AnyBaseline, period: Period, *, base: tuple[date, date]
) -> list[Period]:
    """The periods that a baseline looks at for one period.

    Args:
        baseline: Of a method.
        period: The period that is scored.
        base: First and last day of the city's base period.
    """
    if isinstance(baseline, OwnPast):
        found = [period]
        for _ in range(baseline.n_periods):
            found.append(previous(found[-1]))
        return found[1:]
    if isinstance(baseline, SamePeriodOfYears):
        return [year_before(period, n) for n in range(1, baseline.n_years + 1)]
    if isinstance(baseline, LastYearMean):
        last_year = period.last.replace(year=period.last.year - 1, month=1, day=1)
        return [period_of(last_year, PeriodKind.YEAR)]
    if isinstance(baseline, CityUsual):
        return [Period(*base, PeriodKind.RANGE)]
    return [period]  # compared with other places, over the same days


def sums(running: NDArray[np.int32] | FloatArray, at: Windows) -> FloatArray:
    """Sums over all windows of each row that the history holds; 0 where it holds none.

    Args:
        running: Sums of the first 0, 1, 2, ... days, (n_days + 1, n_towns); whole numbers, or
            multiples of a power of 2, so that sums are exact in any order.
        at: Shape (n_rows, n_columns).

    Returns:
        Shape (n_rows, n_towns).
    """
    plus = np.where(at.is_known, at.last + 1, 0)  # the running sum at 0 is 0
    minus = np.where(at.is_known, at.first, 0)
    # Where a window begins as the next column's ends, the two cancel: 28 days cost no more than 1.
    touching = plus[:, 1:] == minus[:, :-1]
    plus[:, 1:][touching] = 0
    minus[:, :-1][touching] = 0
    total = np.zeros((len(plus), *running.shape[1:]))
    for column in _filled(plus):
        total += running[column]
    for column in _filled(minus):
        total -= running[column]
    return total


def _filled(positions: IntArray) -> IntArray:
    """As few columns as hold all positions above 0, shape (n_columns, n_rows)."""
    most = int((positions > 0).sum(axis=1).max(initial=0))
    return np.asarray(-np.sort(-positions, axis=1)[:, :most].T)
