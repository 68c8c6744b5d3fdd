"""An edition by the standard method."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from indices.method import CalibrationMismatch, ScoringRules, StandardMethod, combine
from indices.periods import Period, PeriodKind, previous, year_before
from indices.score.districts import DistrictScores, score_districts
from indices.score.scale import DECIMALS
from indices.score.standard import Scores, score_days
from pipeline.city import City
from pipeline.compute.basis import Basis
from pipeline.compute.frames import (
    change,
    common_facts,
    district_frame,
    none_if_nan,
    pairs,
    ranking_frame,
)
from pipeline.compute.sensitivity import sensitivity_frame
from pipeline.compute.similar import similar_columns
from pipeline.counts import load_counts, load_mappings
from pipeline.editions.edition import NORMAL, NOT_RATED, Facts
from pipeline.errors import ConfigurationMistake
from pipeline.methods import MethodFile
from pipeline.quality import Quality
from pipeline.store.warehouse import Warehouse

COMPARED_DAYS = (1, 7)  # changes against yesterday and last week
NO_FADING = 1e9  # days of half-life: within a period all days count alike


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scored:
    """Scores of one span of days, the last row being those of the period."""

    rules: ScoringRules
    counts: FloatArray  # (n_history, n_towns, n_categories)
    population: FloatArray  # (n_history, n_towns)
    scores: Scores
    districts: DistrictScores


@dataclass(frozen=True, kw_only=True, eq=False)
class StandardTables:
    """The tables of an edition; see `pipeline.editions.edition.Edition`."""

    ranking: pd.DataFrame
    pillars: pd.DataFrame
    components: pd.DataFrame
    districts: pd.DataFrame
    sensitivity: pd.DataFrame
    facts: Callable[[Quality], Facts]  # of what was measured while the words were mapped


def join_rules(city: City, method: MethodFile[StandardMethod]) -> ScoringRules:
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


def standard_tables(
    warehouse: Warehouse, basis: Basis, method: MethodFile[StandardMethod]
) -> StandardTables:
    """Compute a period with all that is known; nothing is stored.

    A day looks back over the method's window. A longer period is scored by its own days alone, all
    of which count the same: it tells how the period was, not what is to be expected after it.
    """
    rules = join_rules(basis.city, method)
    load_mappings(warehouse, basis.city, categories=rules.categories, day=basis.period.last)
    if basis.period.kind == PeriodKind.DAY:
        scored = _score_day(warehouse, basis, rules)
        before: dict[str, _Scored] = {}
    else:
        scored = _score_period(warehouse, basis, rules, basis.period)
        before = _compared(warehouse, basis, rules)
    ranking = _ranking(basis, scored, before)
    order = ranking.index
    return StandardTables(
        ranking=ranking.reset_index(drop=True),
        pillars=_pillars(basis, scored, order),
        components=_components(basis, scored, order),
        districts=_districts(basis, scored, before),
        sensitivity=sensitivity_frame(
            basis, scored.counts, population=scored.population, rules=scored.rules
        ),
        facts=partial(_facts, basis, scored, before),
    )


def _score_day(warehouse: Warehouse, basis: Basis, rules: ScoringRules) -> _Scored:
    """Scores of a day and of those it is compared with."""
    day, known = basis.period.last, basis.coverage.first_day
    n_days = 1 if basis.city.by_month else min(max(COMPARED_DAYS), (day - known).days) + 1
    first = max(known, day - timedelta(days=rules.window_days + n_days - 2))
    return _score(warehouse, basis, rules, first=first, last=day, n_days=n_days)


def _score_period(
    warehouse: Warehouse, basis: Basis, rules: ScoringRules, period: Period
) -> _Scored:
    """Scores of a period by its own days."""
    own = replace(rules, window_days=period.n_days, half_life_days=NO_FADING, recent_days=0)
    return _score(warehouse, basis, own, first=period.first, last=period.last, n_days=1)


def _compared(warehouse: Warehouse, basis: Basis, rules: ScoringRules) -> dict[str, _Scored]:
    """Scores of the period before and of last year's, where the records reach so far back."""
    wanted = {"previous": previous(basis.period), "year": year_before(basis.period)}
    return {
        name: _score_period(warehouse, basis, rules, period)
        for name, period in wanted.items()
        if period.first >= basis.coverage.first_day
    }


def _score(
    warehouse: Warehouse, basis: Basis, rules: ScoringRules, *, first: date, last: date, n_days: int
) -> _Scored:
    counts = load_counts(
        warehouse,
        first_day=first,
        last_day=last,
        as_of=basis.as_of,
        n_towns=len(basis.towns),
        n_categories=len(rules.categories),
    ).counts
    # Of the towns of the period's last day, so that the days compared are those of the same towns.
    back = (basis.period.last - last).days
    population = basis.city.population_history(basis.period.last, len(counts) + back)
    population = _lived_in(population[: len(counts)])
    return _Scored(
        rules=rules,
        counts=counts,
        population=population,
        scores=score_days(counts, population=population, rules=rules, n_days=n_days),
        districts=score_districts(
            counts,
            population=population,
            groups=basis.district_of,
            n_groups=len(basis.districts),
            rules=rules,
            n_days=n_days,
        ),
    )


def _lived_in(population: FloatArray) -> FloatArray:
    """At least one person on the last day: a town that did not exist yet is then not rated."""
    last = np.maximum(population[-1:], 1)
    return np.concatenate([population[:-1], last])


def _changes(scored: _Scored, before: dict[str, _Scored], field: str) -> dict[str, FloatArray]:
    """Differences of the scores of towns, districts or the city from those compared with."""
    now = _score_of(scored, field)
    found = {
        f"change_{days}d": change(
            now[-1],
            now[-1 - days] if len(now) > days else None,
            decimals=DECIMALS,
        )
        for days in COMPARED_DAYS
    }
    found |= {
        f"change_{name}": change(now[-1], _score_of(other, field)[-1], decimals=DECIMALS)
        for name, other in before.items()
    }
    return found


def _score_of(scored: _Scored, field: str) -> FloatArray:
    """Scores of each day: of towns, districts or the city."""
    if field == "districts":
        return scored.districts.score
    return scored.scores.score if field == "towns" else scored.scores.city_score[:, None]


def _ranking(basis: Basis, scored: _Scored, before: dict[str, _Scored]) -> pd.DataFrame:
    scores = scored.scores
    rated = scores.rated[-1]
    return ranking_frame(
        basis,
        {
            "rank": scores.rank[-1],
            "rank_low": scores.rank_low[-1],
            "rank_high": scores.rank_high[-1],
            "score": scores.score[-1],
            "score_low": scores.low[-1],
            "score_high": scores.high[-1],
            "level": np.where(rated, scores.level[-1], np.nan),
            **_changes(scored, before, "towns"),
            "expected_events": np.round(scores.expected_events[-1], 2),
            **similar_columns(basis, scores.score[-1]),
            "obs_status": np.where(rated, NORMAL, NOT_RATED),
        },
    )


def _districts(basis: Basis, scored: _Scored, before: dict[str, _Scored]) -> pd.DataFrame:
    scores = scored.districts
    rated = scores.rated[-1]
    return district_frame(
        basis,
        {
            "rank": scores.rank[-1],
            "score": scores.score[-1],
            "score_low": scores.low[-1],
            "score_high": scores.high[-1],
            "level": np.where(rated, scores.level[-1], np.nan),
            **_changes(scored, before, "districts"),
            "obs_status": np.where(rated, NORMAL, NOT_RATED),
        },
    )


def _pillars(basis: Basis, scored: _Scored, order: pd.Index) -> pd.DataFrame:
    """One row a town and pillar, towns in the order given."""
    scores, rules = scored.scores, scored.rules
    town, pillar = pairs(order, len(rules.pillars))
    return pd.DataFrame(
        {
            "town_id": [basis.towns[position].town_id for position in town],
            "pillar": [rules.pillars[position] for position in pillar],
            "score": scores.pillar_score[-1][town, pillar],
            "relative_rate": np.round(scores.relative_rate[-1][town, pillar], 6),
            "own_relative_rate": np.round(scores.own_relative_rate[-1][town, pillar], 6),
            "kept": np.round(scores.kept[-1][town, pillar], 6),
        }
    )


def _components(basis: Basis, scored: _Scored, order: pd.Index) -> pd.DataFrame:
    """One row a town and category, towns in the order given."""
    rules = scored.rules
    in_window = scored.counts[-rules.window_days :]
    person_days = scored.population[-rules.window_days :].sum(axis=0)
    expected = person_days[:, None] * rules.usual_rate
    town, category = pairs(order, len(rules.categories))
    rated = scored.scores.rated[-1][town]
    return pd.DataFrame(
        {
            "town_id": [basis.towns[position].town_id for position in town],
            "pillar": [rules.pillars[rules.category_pillar[position]] for position in category],
            "category": [rules.categories[position] for position in category],
            "count": in_window.sum(axis=0)[town, category].astype(np.int64),
            "expected": np.round(expected[town, category], 2),
            "points_lost": scored.scores.points_lost[-1][town, category],
            "obs_status": np.where(rated, NORMAL, NOT_RATED),
        }
    )


def _facts(basis: Basis, scored: _Scored, before: dict[str, _Scored], quality: Quality) -> Facts:
    rules, period = scored.rules, basis.period
    residents = sum(town.population for town in basis.towns)
    n_days = period.last.day if basis.city.by_month else 1
    if period.kind != PeriodKind.DAY:
        n_days = period.n_days
    changes = _changes(scored, before, "city")
    return common_facts(
        basis,
        quality,
        decimals=DECIMALS,
        window_days=rules.window_days,
        incidents_on_day=int(scored.counts[-n_days:].sum()),
        incidents_usual=round(float(rules.usual_rate.sum() * residents * n_days), 1),
        city_score=float(scored.scores.city_score[-1]),
        changes={name: none_if_nan(float(value[0])) for name, value in changes.items()},
    )
