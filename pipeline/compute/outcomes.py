"""Daily counts as a composite method asks for them: its kinds, its time, its category, deaths."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from indices.arrays import FloatArray
from indices.composite.rules import CompositeRules
from indices.periods import Period
from pipeline.compute.basis import Basis
from pipeline.counts import load_counts, load_mappings
from pipeline.editions.edition import Deviation
from pipeline.store.warehouse import Warehouse


@dataclass(frozen=True, kw_only=True, eq=False)
class Outcomes:
    """Whole numbers by day, town and kind; the last day may lie after the period."""

    first_day: date
    counts: FloatArray  # (n_days, n_towns, n_kinds)
    fatal: FloatArray | None
    deaths: FloatArray | None  # (n_days, n_towns)
    deviations: tuple[Deviation, ...] = ()

    def in_period(self, period: Period) -> FloatArray:
        """Counts of a period, (n_towns, n_kinds)."""
        first, last = ((day - self.first_day).days for day in (period.first, period.last))
        return np.asarray(self.counts[first : last + 1].sum(axis=0))

    def fatal_and_other(self, period: Period) -> FloatArray:
        """Counts of a period, (2, n_towns, n_kinds); all are others where deaths are not told."""
        counts = self.in_period(period)
        fatal = np.zeros(counts.shape)
        if self.fatal is not None:
            fatal = replace(self, counts=self.fatal).in_period(period)
        return np.stack([fatal, counts - fatal])

    def with_deviations(self, *found: tuple[Deviation, ...]) -> "Outcomes":
        """The same with what had to be done otherwise than the method says."""
        return replace(self, deviations=tuple(d for part in found for d in part))


def load_outcomes(
    warehouse: Warehouse, basis: Basis, rules: CompositeRules, *, first_day: date, last_day: date
) -> Outcomes:
    """Load what the method counts, from the ledger where that tells it, else from the incidents."""
    by_reported, by_reception = _asked(basis, rules)
    load_mappings(
        warehouse,
        basis.city,
        categories=rules.kinds,
        day=basis.period.last,
        received=by_reception,
    )
    size = (len(basis.towns), len(rules.kinds))
    if not (by_reported or by_reception or _needs_deaths(basis, rules)):
        counts = load_counts(
            warehouse,
            first_day=first_day,
            last_day=last_day,
            as_of=basis.as_of,
            n_towns=size[0],
            n_categories=size[1],
        ).counts
        return Outcomes(first_day=first_day, counts=counts, fatal=None, deaths=None)
    cells = warehouse.frame(
        "daily_outcomes",
        first_day=first_day,
        last_day=last_day,
        as_of=basis.as_of,
        by_reported=by_reported,
        by_reception=by_reception,
    )
    n_days = (last_day - first_day).days + 1
    counts, fatal, deaths = (np.zeros((n_days, *size)) for _ in range(3))
    position = tuple(cells[name].to_numpy() for name in ("day_number", "town", "category"))
    for values, name in ((counts, "n"), (fatal, "fatal"), (deaths, "deaths")):
        np.add.at(values, position, cells[name].to_numpy(dtype=np.float64))
    if not _tells_deaths(basis):
        return Outcomes(first_day=first_day, counts=counts, fatal=None, deaths=None)
    return Outcomes(first_day=first_day, counts=counts, fatal=fatal, deaths=deaths.sum(axis=2))


def outcome_deviations(basis: Basis, rules: CompositeRules) -> tuple[Deviation, ...]:
    """What the city's records cannot tell of what the method asks for."""
    found = []
    by_reported, by_reception = _asked(basis, rules)
    if rules.method.counting.time.value == "reported" and not by_reported:
        found.append(Deviation("other time", "occurred"))
    if rules.method.counting.category.value == "reception" and not by_reception:
        found.append(Deviation("other category", "final"))
    if rules.method.deaths is not None and not _tells_deaths(basis):
        found.append(Deviation("no deaths", "deaths"))
    return tuple(found)


def _asked(basis: Basis, rules: CompositeRules) -> tuple[bool, bool]:
    """Whether time of report and category at reception are asked for, and told by every source."""
    counting, sources = rules.method.counting, basis.city.sources
    by_reported = counting.time.value == "reported" and all(s.reported for s in sources)
    by_reception = counting.category.value == "reception" and all(
        s.category.received_columns for s in sources
    )
    return by_reported, by_reception


def _needs_deaths(basis: Basis, rules: CompositeRules) -> bool:
    """Whether deaths decide anything."""
    return _tells_deaths(basis) and (rules.method.deaths is not None or bool(rules.of_fatal.any()))


def _tells_deaths(basis: Basis) -> bool:
    return any(source.casualties and source.casualties.deaths for source in basis.city.sources)
