"""Measuring what is usual in a city."""

from pipeline.city import City
from pipeline.compute import join_rules
from pipeline.counts import load_counts, load_mappings, newest_batch, usual_rates
from pipeline.methods import MethodFile
from pipeline.store.warehouse import Warehouse


def measure_usual_rates(
    warehouse: Warehouse, city: City, method: MethodFile
) -> dict[str, dict[str, float]]:
    """Incidents per 100,000 residents and day in the base period, by pillar and category."""
    rules = join_rules(city, method)
    load_mappings(warehouse, city, categories=rules.categories)
    base = city.calibration.base_period
    counts = load_counts(
        warehouse,
        first_day=base.first,
        last_day=base.last,
        as_of=newest_batch(warehouse),
        n_towns=len(city.towns),
        n_categories=len(rules.categories),
    )
    rates = usual_rates(counts, residents=sum(town.population for town in city.towns))
    by_code = dict(zip(rules.categories, map(float, rates), strict=True))
    return {
        pillar: {code: by_code[code] for code in part.usual_per_100k_day}
        for pillar, part in city.calibration.pillars.items()
    }
