"""Measuring what is usual in a city."""

from datetime import date

import numpy as np

from indices.method import Method
from pipeline.city import City, read_city
from pipeline.counts import find_coverage, load_counts, load_mappings, newest_batch
from pipeline.errors import ConfigurationMistake
from pipeline.methods import MethodFile
from pipeline.store.folders import write_whole
from pipeline.store.warehouse import Warehouse
from pipeline.usual_rates import USUAL_FILE, Rates, usual_file

LEAST_EVENTS = 0.5  # presumed of a category without incidents: what never came is not impossible


def calibrated(warehouse: Warehouse, city: City, method: MethodFile) -> City:
    """The city with usual rates: measured and written into its folder where it has none yet.

    Raises:
        NothingKnown: If a source has brought nothing yet.
        ConfigurationMistake: If pillars, categories and records do not fit.
        StorageUnusable: If the folder cannot be written.
    """
    if city.is_calibrated:
        return city
    as_of = newest_batch(warehouse)
    base = city.calibration.base_period
    coverage = find_coverage(warehouse, city, as_of=as_of)
    first, last = max(base.first, coverage.first_day), min(base.last, coverage.last_day)
    if last < first:
        raise ConfigurationMistake(
            f"{city.folder / 'method.toml'}: no record lies in the base period "
            f"({base.first} to {base.last})",
            expected=f"days between {coverage.first_day} and {coverage.last_day}",
            try_next="set base_period to days that the records cover, best whole years",
        )
    rates = measure_usual_rates(warehouse, city, method, first=first, last=last)
    text = usual_file(rates, first=first, last=last, batch=as_of)
    write_whole(city.folder / USUAL_FILE, text.encode())
    return read_city(city.folder)


def measure_usual_rates(
    warehouse: Warehouse, city: City, method: MethodFile, *, first: date, last: date
) -> Rates:
    """Incidents per 100,000 residents and day from first to last, by pillar and category.

    Raises:
        ConfigurationMistake: If categories.csv and method.toml do not fit the method.
    """
    by_pillar = _categories(city, method.method)
    codes = tuple(code for part in by_pillar.values() for code in part)
    load_mappings(warehouse, city, categories=codes, day=last)
    n_days = (last - first).days + 1
    counts = load_counts(
        warehouse,
        first_day=first,
        last_day=last,
        as_of=newest_batch(warehouse),
        n_towns=len(city.towns_on(last)),
        n_categories=len(codes),
    )
    person_days = city.population_history(last, n_days).sum()
    events = np.maximum(counts.counts.sum(axis=(0, 1)), LEAST_EVENTS)
    rates = dict(zip(codes, (events / person_days * 100_000).tolist(), strict=True))
    return {pillar: {code: rates[code] for code in part} for pillar, part in by_pillar.items()}


def _categories(city: City, method: Method) -> dict[str, list[str]]:
    """The categories that the city's table names, by pillar, in the order of the method."""
    named = {rule.category for rule in city.categories.rules if rule.category}
    by_pillar = {
        pillar: [
            code
            for code, category in method.categories.items()
            if code in named and category.pillar == pillar
        ]
        for pillar in city.calibration.pillars
    }
    mistakes = [f"'{code}' is no category of the method" for code in named - {*method.categories}]
    lacking = {code: method.categories[code].pillar for code in named & {*method.categories}}
    mistakes += [
        f"'{code}' belongs to the pillar '{pillar}', which method.toml lacks"
        for code, pillar in lacking.items()
        if pillar not in by_pillar
    ]
    mistakes += [
        f"no line names a category of the pillar '{pillar}'"
        for pillar, codes in by_pillar.items()
        if not codes
    ]
    if mistakes:
        listed = "".join(f"\n    {mistake}" for mistake in sorted(mistakes))
        raise ConfigurationMistake(
            f"{city.folder / 'categories.csv'}: {len(mistakes)} mistake(s){listed}",
            expected=f"categories of method '{method.id}' in the pillars of method.toml",
            try_next=f"safety-index methods show {method.id}; then correct either file",
        )
    return by_pillar
