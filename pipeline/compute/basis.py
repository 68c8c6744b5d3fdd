"""What every edition is made from: a city's towns, the records known, and the period asked for."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from indices.arrays import IntArray
from indices.composite.method import CompositeMethod
from indices.periods import Period, PeriodKind, ends_on, parse_period, period_of, previous
from pipeline.city import City
from pipeline.counts import Coverage, find_coverage, newest_batch
from pipeline.errors import NothingKnown, WrongUsage
from pipeline.methods import AnyMethodFile
from pipeline.store.warehouse import Warehouse
from pipeline.towns import Town

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """What the parts of an edition are made from."""

    city: City
    method: AnyMethodFile
    towns: tuple[Town, ...]  # of the period's last day
    period: Period
    coverage: Coverage
    as_of: int
    base_year: int | None = None  # that the headline categories are compared with besides

    @property
    def districts(self) -> tuple[str, ...]:
        """Names of the districts, in the order of their first town; "" where a town has none."""
        return tuple(dict.fromkeys(town.district for town in self.towns))

    @property
    def district_of(self) -> IntArray:
        """Position of each town's district."""
        return np.array([self.districts.index(town.district) for town in self.towns])


def find_basis(
    warehouse: Warehouse,
    city: City,
    method: AnyMethodFile,
    *,
    day: date | None = None,
    wanted: str | None = None,
    base_year: int | None = None,
) -> Basis:
    """Find out what can be computed.

    Args:
        warehouse: Of the city.
        city: The city.
        method: The method.
        day: A day of the period; the newest complete period where it is None.
        wanted: A kind of period as "month", or a period as "2019-03"; None: the method's own.
        base_year: See `Basis`.

    Raises:
        NothingKnown: If the period is not covered by every source.
        WrongUsage: If the period makes no sense here.
    """
    as_of = newest_batch(warehouse)
    coverage = find_coverage(warehouse, city, as_of=as_of)
    if coverage.first_day > coverage.last_day:
        raise NothingKnown(
            f"no day is covered in full: the records end on {coverage.last_day}, "
            f"and count from {coverage.first_day} on",
            expected="records that reach beyond the first_day of every source",
            try_next="ingest newer deliveries, or correct first_day and last_day in sources/",
        )
    named, kind = named_period(method, day=day, wanted=wanted)
    period = named or _newest_period(kind, city, coverage.last_day)
    _refuse_uncovered(period, coverage)
    if city.by_month:
        _refuse_part_of_month(period, city)
    return Basis(
        city=city,
        method=method,
        towns=city.towns_on(period.last),
        period=period,
        coverage=coverage,
        as_of=as_of,
        base_year=base_year or _base_year_before(warehouse, period, method),
    )


def _base_year_before(warehouse: Warehouse, period: Period, method: AnyMethodFile) -> int | None:
    """The base year of the newest edition stored: a rerun without one must not take it away."""
    key = {"period": period.label, "method_id": method.method.id}
    rows = warehouse.rows("edition_base_year", **key)
    return int(str(rows[0][0])) if rows and rows[0][0] is not None else None


def named_period(
    method: AnyMethodFile, *, day: date | None, wanted: str | None
) -> tuple[Period | None, PeriodKind]:
    """The period that a date and a wish name, and its kind; None where the newest one is meant.

    Raises:
        WrongUsage: If they name no period, or two.
    """
    kind = PeriodKind.DAY
    if isinstance(method.method, CompositeMethod):
        kind = method.method.period.value
    if wanted is not None:
        if wanted not in [*PeriodKind] or wanted == PeriodKind.RANGE:
            period = _labelled(wanted, day)
            return period, period.kind
        kind = PeriodKind(wanted)
    return None if day is None else period_of(day, kind), kind


def _labelled(text: str, day: date | None) -> Period:
    """A period by its label."""
    if day is not None:
        raise WrongUsage(
            f"--date {day} and --period {text} both name a period",
            expected="one of the two, or a kind of period as --period month",
            try_next=f"--period {text}",
        )
    try:
        return parse_period(text)
    except ValueError as error:
        kinds = ", ".join(kind for kind in PeriodKind if kind != PeriodKind.RANGE)
        raise WrongUsage(
            f"--period {text}: {str(error).splitlines()[0]}",
            expected=f"one of {kinds}; or a period as 2019-03, 2019-W07, 2019-03-01--2019-03-20",
            try_next="--period month",
        ) from error


def _newest_period(kind: PeriodKind, city: City, newest: date) -> Period:
    """The newest complete period of a kind."""
    if kind == PeriodKind.DAY:
        ends_month = (newest + ONE_DAY).day == 1
        last = newest if not city.by_month or ends_month else newest.replace(day=1) - ONE_DAY
        return period_of(last, kind)
    period = period_of(newest, kind)
    return period if ends_on(newest, kind) else previous(period)


def _refuse_uncovered(period: Period, coverage: Coverage) -> None:
    """Every day of a period must be known in full."""
    if coverage.first_day <= period.first and period.last <= coverage.last_day:
        return
    if period.kind == PeriodKind.DAY:
        raise NothingKnown(
            f"{period.last} is not covered by the records",
            expected=f"a day from {coverage.first_day} to {coverage.last_day}",
            try_next=f"--date {coverage.last_day}, or ingest the delivery that brings this day",
        )
    raise NothingKnown(
        f"{period.label} ({period.first} to {period.last}) is not covered in full by the records",
        expected=f"a period within {coverage.first_day} to {coverage.last_day}",
        try_next=f"--date with an earlier day, or --period {coverage.first_day}--"
        f"{coverage.last_day}, or ingest the delivery that brings the missing days",
    )


def _refuse_part_of_month(period: Period, city: City) -> None:
    """Records that tell only the month say nothing of a day."""
    whole = (period.last + ONE_DAY).day == 1
    if whole and (period.kind == PeriodKind.DAY or period.first.day == 1):
        return
    names = ", ".join(s.id for s in city.sources if s.occurred.precision == "month")
    raise WrongUsage(
        f"{period.last} is not the last day of a month, and {names} tells no more than the month"
        if period.kind == PeriodKind.DAY
        else f"{period.label} does not consist of months, and {names} tells no more than the month",
        expected="the last day of a month, for the month that ends with it",
        try_next=f"--date {period.last.replace(day=1) - ONE_DAY}",
    )
