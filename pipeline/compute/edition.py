"""Compute an edition: one period under one method, with all that is known."""

from datetime import date, timedelta

import pandas as pd

from indices.composite.method import CompositeMethod
from indices.method import StandardMethod
from indices.periods import PeriodKind
from pipeline.city import City
from pipeline.compute.basis import Basis, find_basis
from pipeline.compute.composite import CompositeTables, composite_tables
from pipeline.compute.headline import headline_frame
from pipeline.compute.sensitivity import COLUMNS
from pipeline.compute.standard import StandardTables, join_rules, standard_tables
from pipeline.editions.edition import Edition
from pipeline.methods import AnyMethodFile, MethodFile
from pipeline.quality import Quality, measure_quality
from pipeline.store.warehouse import Warehouse

QUALITY_DAYS = 14
NO_INDICATORS = ("town_id", "pillar", "indicator", "value", "baseline", "score", "obs_status")


def compute_edition(
    warehouse: Warehouse,
    city: City,
    method: AnyMethodFile,
    *,
    day: date | None = None,
    wanted: str | None = None,
    base_year: int | None = None,
) -> Edition:
    """Compute one period with all that is known; nothing is stored.

    Args:
        warehouse: Of the city.
        city: The city.
        method: The method.
        day: A day of the period; the newest complete period where it is None.
        wanted: A kind of period as "month", or a period as "2019-03"; None: the method's own.
        base_year: A year that the headline categories are compared with besides.

    Raises:
        NothingKnown: If the period is not covered by every source.
    """
    if isinstance(method.method, StandardMethod):
        join_rules(city, MethodFile(method.method, method.sha256))  # files first, then records
    basis = find_basis(warehouse, city, method, day=day, wanted=wanted, base_year=base_year)
    tables = _tables(warehouse, basis, method)
    quality = _quality(warehouse, basis)  # while the words are mapped as the method counts them
    indicators = getattr(tables, "indicators", pd.DataFrame(columns=list(NO_INDICATORS)))
    return Edition(
        revision=0,
        facts=tables.facts(quality),
        quality=quality,
        ranking=tables.ranking,
        pillars=tables.pillars,
        components=tables.components,
        indicators=indicators,
        districts=tables.districts,
        headline=headline_frame(warehouse, basis),
        sensitivity=getattr(tables, "sensitivity", pd.DataFrame(columns=list(COLUMNS))),
    )


def _tables(
    warehouse: Warehouse, basis: Basis, method: AnyMethodFile
) -> StandardTables | CompositeTables:
    """What the method's own mathematics makes of the period."""
    if isinstance(method.method, StandardMethod):
        own = MethodFile(method.method, method.sha256)
        return standard_tables(warehouse, basis, own)
    assert isinstance(method.method, CompositeMethod)
    return composite_tables(warehouse, basis, MethodFile(method.method, method.sha256))


def _quality(warehouse: Warehouse, basis: Basis) -> Quality:
    """The quality of the records of the period; of two weeks where it is a day."""
    day, first = basis.period.last, basis.period.first
    if basis.period.kind == PeriodKind.DAY:
        first = day - timedelta(days=QUALITY_DAYS - 1)
        if basis.city.by_month:
            first = day.replace(day=1)
    return measure_quality(warehouse, first_day=first, last_day=day, as_of=basis.as_of)
