"""Measuring what is usual in a city."""

from datetime import date
from pathlib import Path

import numpy as np

from indices.method import StandardMethod
from pipeline.city import City, read_city
from pipeline.counts import (
    find_coverage,
    load_counts,
    load_mappings,
    newest_batch,
)
from pipeline.errors import ConfigurationMistake, StorageUnusable
from pipeline.methods import MethodFile, read_vocabulary
from pipeline.store.folders import write_whole
from pipeline.store.warehouse import Warehouse
from pipeline.usual_rates import USUAL_FILE, Rates, usual_file

LEAST_EVENTS = 0.5  # presumed of a category without incidents: what never came is not impossible


def calibrated(warehouse: Warehouse, city: City, method: MethodFile[StandardMethod]) -> City:
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
    _write(city.folder / USUAL_FILE, text)
    return read_city(city.folder)


def _write(path: Path, text: str) -> None:
    """Write the measured rates down; what cannot be kept would be measured anew each night."""
    try:
        write_whole(path, text.encode())
    except StorageUnusable as error:
        raise StorageUnusable(
            f"the usual rates cannot be written down: {error.seen}",
            expected=f"a city folder that can be written to on its first night, for {path.name}",
            try_next=f"let this user write to {path.parent} once, or run with a copy of it and "
            f"take over {path.name} from there",
        ) from error


def measure_usual_rates(
    warehouse: Warehouse, city: City, method: MethodFile[StandardMethod], *, first: date, last: date
) -> Rates:
    """Incidents per 100,000 residents and day from first to last, by pillar and category.

    Raises:
        ConfigurationMistake: If categories.csv and method.toml do not fit the method.
    """
    by_pillar = categories_by_pillar(city, method.method)
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
    population = city.population_history(last, n_days)
    events = counts.counts.sum(axis=(0, 1))
    per_100k_day = np.maximum(events, LEAST_EVENTS) / population.sum() * 100_000
    rates = dict(zip(codes, per_100k_day.tolist(), strict=True))
    return {pillar: {code: rates[code] for code in part} for pillar, part in by_pillar.items()}


def categories_by_pillar(city: City, method: StandardMethod) -> dict[str, list[str]]:
    """The categories that the city's table names, by pillar, in the order of the method.

    A pillar of method.toml without any is left out: nothing could be said of it.

    Raises:
        ConfigurationMistake: If there is none, or one that method or method.toml do not have.
    """
    mistakes = category_mistakes(city, method)
    if mistakes:
        listed = "".join(f"\n    {mistake}" for mistake in mistakes)
        raise ConfigurationMistake(
            f"{city.folder / 'categories.csv'}: {len(mistakes)} mistake(s){listed}",
            expected=f"categories of method '{method.id}' in the pillars of method.toml",
            try_next=f"safety-index methods show {method.id}; then correct either file",
        )
    by_pillar: dict[str, list[str]] = {pillar: [] for pillar in city.calibration.pillars}
    for code, category in method.categories.items():
        if code in city.category_codes and category.pillar in by_pillar:
            by_pillar[category.pillar].append(code)
    return {pillar: codes for pillar, codes in by_pillar.items() if codes}


def category_mistakes(city: City, method: StandardMethod) -> list[str]:
    """What keeps the categories of the city's table from being scored."""
    named = set(city.category_codes)
    if not named:
        return ["no line names a category"]
    known = {code: method.categories[code].pillar for code in named & {*method.categories}}
    told = read_vocabulary().kinds
    mistakes = [f"'{code}' is no kind of the vocabulary" for code in named - told.keys()]
    mistakes += [
        f"'{code}' belongs to the pillar '{pillar}', which method.toml lacks"
        for code, pillar in known.items()
        if pillar not in {*city.calibration.pillars, *city.calibration.left_out}
    ]
    if not known:
        mistakes.append(f"no category of method '{method.id}' is named")
    return sorted(mistakes)
