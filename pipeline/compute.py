"""From counts to an edition: the one place where records meet the mathematics."""

from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from indices.method import CalibrationMismatch, ScoringRules, combine
from indices.score.standard import Scores, score_days
from pipeline.city import City
from pipeline.counts import (
    Counts,
    Coverage,
    find_coverage,
    load_counts,
    load_mappings,
    newest_batch,
)
from pipeline.editions.edition import NORMAL, NOT_RATED, Edition, Facts, InputFile
from pipeline.errors import ConfigurationMistake, NothingKnown, WrongUsage
from pipeline.methods import MethodFile
from pipeline.quality import Quality, measure_quality
from pipeline.store.warehouse import Warehouse
from pipeline.towns import Town

ONE_DAY = timedelta(days=1)
COMPARED_DAYS = (1, 7)  # changes against yesterday and last week
QUALITY_DAYS = 14


@dataclass(frozen=True, kw_only=True, eq=False)
class _Night:
    """What the parts of an edition are made from."""

    city: City
    towns: tuple[Town, ...]  # of the day
    population: FloatArray  # (n_history, n_towns)
    method: MethodFile
    rules: ScoringRules
    counts: Counts
    scores: Scores
    coverage: Coverage
    day: date
    as_of: int


def join_rules(city: City, method: MethodFile) -> ScoringRules:
    """Join the method with the city's calibration.

    Raises:
        ConfigurationMistake: If they do not fit.
    """
    try:
        return combine(method.method, city.calibration)
    except CalibrationMismatch as error:
        raise ConfigurationMistake(
            f"{city.folder / 'method.toml'}: {error}",
            expected=f"pillars and categories of method '{method.method.id}'",
            try_next=f"safety-index methods show {method.method.id}",
        ) from error


def compute_edition(
    warehouse: Warehouse, city: City, method: MethodFile, *, day: date | None = None
) -> Edition:
    """Compute one day with all that is known; nothing is stored.

    Args:
        warehouse: Of the city.
        city: The city.
        method: The method.
        day: The newest complete day where it is None.

    Raises:
        NothingKnown: If the day is not covered by every source.
    """
    rules = join_rules(city, method)
    as_of = newest_batch(warehouse)
    coverage = find_coverage(warehouse, city, as_of=as_of)
    day = day or _newest_day(city, coverage)
    _refuse_uncovered(day, coverage)
    _refuse_part_of_month(day, city)
    load_mappings(warehouse, city, categories=rules.categories, day=day)
    towns = city.towns_on(day)
    n_days = 1 if city.by_month else min(max(COMPARED_DAYS), (day - coverage.first_day).days) + 1
    history = rules.window_days + n_days - 1
    counts = load_counts(
        warehouse,
        first_day=max(coverage.first_day, day - timedelta(days=history - 1)),
        last_day=day,
        as_of=as_of,
        n_towns=len(towns),
        n_categories=len(rules.categories),
    )
    population = city.population_history(day, len(counts.counts))
    night = _Night(
        city=city,
        towns=towns,
        population=population,
        method=method,
        rules=rules,
        counts=counts,
        scores=score_days(counts.counts, population=population, rules=rules, n_days=n_days),
        coverage=coverage,
        day=day,
        as_of=as_of,
    )
    told_from = day.replace(day=1) if city.by_month else day - timedelta(days=QUALITY_DAYS - 1)
    quality = measure_quality(warehouse, first_day=told_from, last_day=day, as_of=as_of)
    ranking = _ranking(night)
    order = ranking.index
    return Edition(
        revision=0,
        facts=_facts(night, quality),
        quality=quality,
        ranking=ranking.reset_index(drop=True),
        pillars=_pillars(night, order),
        components=_components(night, order),
    )


def _refuse_uncovered(day: date, coverage: Coverage) -> None:
    if coverage.first_day > coverage.last_day:
        raise NothingKnown(
            f"no day is covered in full: the records end on {coverage.last_day}, "
            f"and count from {coverage.first_day} on",
            expected="records that reach beyond the first_day of every source",
            try_next="ingest newer deliveries, or correct first_day and last_day in sources/",
        )
    if not coverage.first_day <= day <= coverage.last_day:
        raise NothingKnown(
            f"{day} is not covered by the records",
            expected=f"a day from {coverage.first_day} to {coverage.last_day}",
            try_next=f"--date {coverage.last_day}, or ingest the delivery that brings this day",
        )


def _newest_day(city: City, coverage: Coverage) -> date:
    """The newest complete day; the end of the newest complete month where only months are known."""
    last = coverage.last_day
    return last if not city.by_month or _ends_month(last) else last.replace(day=1) - ONE_DAY


def _ends_month(day: date) -> bool:
    return (day + ONE_DAY).day == 1


def _refuse_part_of_month(day: date, city: City) -> None:
    """Records that tell only the month say nothing of a day."""
    if city.by_month and not _ends_month(day):
        names = ", ".join(s.id for s in city.sources if s.occurred.precision == "month")
        raise WrongUsage(
            f"{day} is not the last day of a month, and {names} tells no more than the month",
            expected="the last day of a month, for the month that ends with it",
            try_next=f"--date {day.replace(day=1) - ONE_DAY}",
        )


def _change(values: FloatArray, days_back: int) -> FloatArray:
    """Last row minus the one `days_back` before, rounded as printed; NaN where there is none."""
    if len(values) <= days_back:
        return np.full(values.shape[1:], np.nan)
    return np.asarray(np.round(values[-1] - values[-1 - days_back], 1) + 0.0)


def _whole(values: FloatArray) -> pd.Series:
    """Whole numbers with gaps."""
    return pd.Series(values).astype("Int64")


def _ranking(night: _Night) -> pd.DataFrame:
    """One row a town, the best rank first; the index tells the town's position."""
    towns, scores = night.towns, night.scores
    rated = scores.rated[-1]
    table = pd.DataFrame(
        {
            "town_id": [town.town_id for town in towns],
            "town_name": [town.name for town in towns],
            "town_name_zh": [town.name_zh or town.name for town in towns],
            "district": [town.district for town in towns],
            "population": [town.population for town in towns],
            "rank": _whole(scores.rank[-1]),
            "rank_low": _whole(scores.rank_low[-1]),
            "rank_high": _whole(scores.rank_high[-1]),
            "score": scores.score[-1],
            "score_low": scores.low[-1],
            "score_high": scores.high[-1],
            "level": _whole(np.where(rated, scores.level[-1], np.nan)),
            **{f"change_{days}d": _change(scores.score, days) for days in COMPARED_DAYS},
            "expected_events": np.round(scores.expected_events[-1], 2),
            "obs_status": np.where(rated, NORMAL, NOT_RATED),
        }
    )
    return table.sort_values(["rank", "town_id"], na_position="last", kind="stable")


def _pillars(night: _Night, order: pd.Index) -> pd.DataFrame:
    """One row a town and pillar, towns in the order given."""
    scores, rules = night.scores, night.rules
    town, pillar = _pairs(order, len(rules.pillars))
    return pd.DataFrame(
        {
            "town_id": [night.towns[position].town_id for position in town],
            "pillar": [rules.pillars[position] for position in pillar],
            "score": scores.pillar_score[-1][town, pillar],
            "relative_rate": np.round(scores.relative_rate[-1][town, pillar], 6),
            "own_relative_rate": np.round(scores.own_relative_rate[-1][town, pillar], 6),
            "kept": np.round(scores.kept[-1][town, pillar], 6),
        }
    )


def _components(night: _Night, order: pd.Index) -> pd.DataFrame:
    """One row a town and category, towns in the order given."""
    rules = night.rules
    in_window = night.counts.counts[-rules.window_days :]
    person_days = night.population[-rules.window_days :].sum(axis=0)
    expected = person_days[:, None] * rules.usual_rate
    town, category = _pairs(order, len(rules.categories))
    rated = night.scores.rated[-1][town]
    return pd.DataFrame(
        {
            "town_id": [night.towns[position].town_id for position in town],
            "pillar": [rules.pillars[rules.category_pillar[position]] for position in category],
            "category": [rules.categories[position] for position in category],
            "count": in_window.sum(axis=0)[town, category].astype(np.int64),
            "expected": np.round(expected[town, category], 2),
            "points_lost": night.scores.points_lost[-1][town, category],
            "obs_status": np.where(rated, NORMAL, NOT_RATED),
        }
    )


def _pairs(order: pd.Index, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of each town with each of `n` parts."""
    towns = order.to_numpy()
    return np.repeat(towns, n), np.tile(np.arange(n), len(towns))


def _facts(night: _Night, quality: Quality) -> Facts:
    rules, method = night.rules, night.method
    residents = sum(town.population for town in night.towns)
    n_days = night.day.day if night.city.by_month else 1  # of the period
    city_score = night.scores.city_score[:, None]
    changes = [_change(city_score, days)[0] for days in COMPARED_DAYS]
    base = night.city.calibration.base_period
    return Facts(
        city_id=night.city.about.id,
        notice=night.city.about.notice.model_dump() if night.city.about.notice else {},
        day=night.day,
        method_id=method.method.id,
        method_version=method.method.version,
        method_sha256=method.sha256,
        city_sha256=night.city.sha256,
        code_version=code_version(),
        as_of_batch=night.as_of,
        inputs=tuple(
            InputFile(source_id=batch.batch.source_id, file_name=file.file_name, sha256=file.sha256)
            for batch in quality.batches
            for file in batch.files
        ),
        data_first_day=night.coverage.first_day,
        data_last_day=night.coverage.last_day,
        base_period=(base.first, base.last),
        window_days=rules.window_days,
        by_month=night.city.by_month,
        incidents_on_day=int(night.counts.counts[-n_days:].sum()),
        incidents_usual=round(float(rules.usual_rate.sum() * residents * n_days), 1),
        city_score=float(night.scores.city_score[-1]),
        city_change_1d=None if np.isnan(changes[0]) else float(changes[0]),
        city_change_7d=None if np.isnan(changes[1]) else float(changes[1]),
    )


def code_version() -> str:
    """Version of this program."""
    try:
        return version("safety-index")
    except PackageNotFoundError:
        return "unknown"
