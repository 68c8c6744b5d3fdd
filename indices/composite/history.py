"""The days that a composite method looks at: counts, deaths and people, ready to be added up."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indices.arrays import FloatArray
from indices.composite.rules import CompositeRules
from indices.composite.windows import Windows, running_sum, sums

CountArray = NDArray[np.int32]
# Denominators are multiples of it: their sums are exact in any order, up to 8,000 million units
# times days; whole numbers, such as residents, up to a million times more.
UNIT = 2.0**-20
DAYS_PER_BLOCK = 64  # few enough to stay in the processor's cache


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """Running sums over days, with a 0 before the first; whole counts, so that they are exact."""

    counts: CountArray  # (n_kinds, n_days + 1, n_towns)
    fatal: CountArray | None  # incidents in which somebody died, same shape; None: not told
    deaths: CountArray | None  # (n_days + 1, n_towns); None: not told
    exposure: FloatArray  # (n_days + 1, n_towns), units of the denominator times days

    @property
    def n_days(self) -> int:
        """How many days there are."""
        return len(self.exposure) - 1

    @property
    def n_towns(self) -> int:
        """How many towns there are."""
        return int(self.exposure.shape[1])

    def events(self, rules: CompositeRules, indicator: int, kind: int, at: Windows) -> FloatArray:
        """Incidents of a kind as an indicator counts them, (n_rows, n_towns), whole numbers.

        Raises:
            ValueError: If only fatal incidents count, or all but these, and nobody told which are.
        """
        found = np.zeros((len(at.first), self.n_towns))
        if rules.of_all[indicator]:
            found += rules.of_all[indicator] * sums(self.counts[kind], at)
        if rules.of_fatal[indicator]:
            if self.fatal is None:
                raise ValueError(
                    f"{rules.indicators[indicator]} needs to know which incidents were fatal"
                )
            found += rules.of_fatal[indicator] * sums(self.fatal[kind], at)
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
        total = np.zeros((len(at.first), self.n_towns))
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
        denominator: Units per town, > 0 where the town existed, shape (n_towns,) or
            (n_days, n_towns).
        fatal: Incidents in which somebody died, as `counts`; None where it is not told.
        deaths: Shape (n_days, n_towns); None where it is not told.

    Raises:
        ValueError: If a value is negative, broken or missing, or the shapes do not fit.
    """
    n_days, n_towns, _ = counts.shape
    units = np.broadcast_to(denominator, (n_days, n_towns))
    if not (np.isfinite(units) & (units >= 0)).all() or not (units[-1] > 0).all():
        raise ValueError("the denominator must be positive in each town")
    if fatal is not None and (fatal > counts).any():
        raise ValueError("more fatal incidents than incidents")
    return History(
        counts=_running(counts, "counts"),
        fatal=None if fatal is None else _running(fatal, "fatal"),
        deaths=None if deaths is None else _running(deaths[..., None], "deaths")[0],
        exposure=running_sum(np.round(units / UNIT) * UNIT),
    )


def _running(daily: FloatArray, name: str) -> CountArray:
    """Running sums, kinds first; four bytes each are enough for 2,000 million incidents."""
    n_days, n_towns, n_kinds = daily.shape
    running = np.zeros((n_kinds, n_days + 1, n_towns), dtype=np.int32)
    for first in range(0, n_days, DAYS_PER_BLOCK):
        block = np.moveaxis(_whole(daily[first : first + DAYS_PER_BLOCK], name), -1, 0)
        here = running[:, first + 1 : first + 1 + block.shape[1]]
        np.cumsum(block, axis=1, out=here)
        here += running[:, first : first + 1]
    return running


def _whole(values: FloatArray, name: str) -> NDArray[np.int32]:
    """The values as whole numbers, if that is what they are."""
    with np.errstate(invalid="ignore"):
        whole = values.astype(np.int32)
    if not np.array_equal(whole, values) or whole.min(initial=0) < 0:
        raise ValueError(f"{name} must be whole numbers from 0 on")
    return whole
