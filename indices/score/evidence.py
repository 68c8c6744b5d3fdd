"""Counts weighed by age and severity, as equivalent numbers of events."""

from dataclasses import dataclass

import numpy as np

from indices.arrays import FloatArray, add_up
from indices.method import ScoringRules
from indices.score.groups import EvidenceGroups, evidence_groups
from indices.score.window import (
    WEIGHT_UNIT,
    effective_days,
    recency_weights,
    snap,
    weighted_counts,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Recent:
    """Harm of the last days, all of which count the same, in the composite's own measure.

    Each incident counts with what it adds to the exponent; what is shrunk apart is left out.
    """

    exponent: FloatArray  # (n_days, n_towns, n_categories), parts of these days' own exponent
    per_event: FloatArray  # (n_days, n_towns), exponent of one equivalent event


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """Weighted harm over its usual value, as equivalent numbers of events."""

    groups: EvidenceGroups
    observed: FloatArray  # (n_days, n_towns, n_groups), equivalent events
    expected: FloatArray  # same shape, at the usual rate
    category_share: FloatArray  # (n_days, n_towns, n_categories), of the group's own relative rate
    city_category: FloatArray  # (n_days, 1, n_categories), of the group's relative rate in the city
    expected_events: FloatArray  # (n_days, n_towns)
    recent: Recent | None  # None where the last days raise nothing


def refuse_misfits(counts: FloatArray, population: FloatArray, rules: ScoringRules) -> None:
    """Say what would otherwise be broadcast or carried on in silence."""
    n_towns, n_categories = population.shape[-1], len(rules.categories)
    wanted = (len(counts), n_towns, n_categories)
    if population.shape not in (wanted[1:2], wanted[:2]) or counts.shape != wanted:
        raise ValueError(
            f"counts must have shape (n_history, n_towns, n_categories) = (n, {n_towns}, "
            f"{n_categories}), got {counts.shape} with population {population.shape}"
        )
    newest = population[-1] if population.ndim > 1 else population
    if not (newest > 0).all() or not (population >= 0).all():
        raise ValueError(f"population must be positive, got {newest[~(newest > 0)]}")
    broken = ~((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts))
    if broken.any():
        raise ValueError(f"counts must be whole numbers from 0 on, got {counts[broken][:5]}")


def weigh(counts: FloatArray, population: FloatArray, rules: ScoringRules, n_days: int) -> Evidence:
    """Weigh the counts by age and severity and set them against the usual harm.

    A weighted sum of Poisson counts is not Poisson. Dividing it by `per_event`, the harm that one
    equivalent event carries, gives a quantity whose variance equals its mean (the scaled Poisson
    of Fay and Feuer 1997, Statistics in Medicine 16:791-801); the city's mix decides. Where counts
    come in clusters, their dispersion makes an equivalent event as much heavier.
    """
    groups = evidence_groups(rules)
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    harm = weighted_counts(counts, weights=weights, n_days=n_days) * rules.severity
    squared = weighted_counts(counts.sum(axis=1), weights=snap(weights**2), n_days=n_days)
    exposure = _person_days(population, len(counts), weights, n_days)
    usual_harm = (rules.usual_rate * rules.severity) @ groups.is_in  # per person-day
    usual = exposure[..., None] * usual_harm  # (n_days, n_towns, n_groups)
    city = harm.sum(axis=1)
    city_usual = exposure.sum(axis=1)[:, None] * usual_harm
    per_event = _per_event(
        squared * rules.severity**2, city, rules, groups, unit=(weights**2).sum() / weights.sum()
    )
    return Evidence(
        groups=groups,
        observed=by_group(harm, groups) / per_event[:, None, :],
        expected=usual / per_event[:, None, :],
        category_share=harm / usual[..., groups.of_category],
        city_category=(city / city_usual[:, groups.of_category])[:, None, :],
        expected_events=exposure * rules.usual_rate.sum(),
        recent=_recent(counts, population, rules, groups, city) if rules.recent_days else None,
    )


def _per_event(
    squares: FloatArray, harm: FloatArray, rules: ScoringRules, groups: EvidenceGroups, unit: float
) -> FloatArray:
    """Harm of one equivalent event on each day, (n_days, n_groups).

    Args:
        squares: The city's sums of squared weight and severity, (n_days, n_categories).
        harm: The city's harm, same shape.
        rules: Of the method.
        groups: Of the categories.
        unit: What the day weights make of an incident in the usual mix, which serves where the
            city has no harm, or where it is so old that its squares vanish.
    """
    usual_harm = (rules.usual_rate * rules.severity) @ groups.is_in
    usual = ((rules.usual_rate * rules.severity**2) @ groups.is_in) / usual_harm
    of_city, of_squares = by_group(harm, groups), by_group(squares, groups)
    measured = of_squares / np.where(of_city > 0, of_city, 1)
    return np.asarray(np.where(of_squares > 0, measured, usual * unit) * groups.dispersion)


def _recent(
    counts: FloatArray,
    population: FloatArray,
    rules: ScoringRules,
    groups: EvidenceGroups,
    city_harm: FloatArray,
) -> Recent:
    """Harm of the last days. What an event carries is taken from the city's long run.

    These days all weigh 1, so an equivalent event is heavier than one of faded days.
    """
    weights, n_days = np.ones(min(rules.recent_days, rules.window_days)), len(city_harm)
    person_days = _person_days(population, len(counts), weights, n_days)
    usual_harm = (rules.usual_rate * rules.severity) @ groups.is_in
    per_harm = np.where(groups.is_apart, 0.0, groups.weight / usual_harm)[groups.of_category]
    added = per_harm * rules.severity  # by one incident, for each resident and day
    dispersion = groups.dispersion[groups.of_category]
    harm = add_up(city_harm * per_harm)
    squares = add_up(city_harm * per_harm * added * dispersion)
    per_event = np.where(harm > 0, squares / np.where(harm > 0, harm, 1), 1.0)
    recent = weighted_counts(counts, weights=weights, n_days=n_days)
    return Recent(
        exponent=recent * added / person_days[..., None],
        per_event=per_event[:, None] / person_days,
    )


def _person_days(
    population: FloatArray, n_history: int, weights: FloatArray, n_days: int
) -> FloatArray:
    """Weighted person-days of each town, (n_days, n_towns); never 0, which would divide."""
    if population.ndim == 1:
        days = effective_days(n_history=n_history, weights=weights, n_days=n_days)
        return np.asarray(days[:, None] * population)
    weighted = weighted_counts(population, weights=weights, n_days=n_days)
    return np.maximum(weighted, WEIGHT_UNIT)


def by_group(values: FloatArray, groups: EvidenceGroups) -> FloatArray:
    """Add the categories of each group, (..., n_categories) to (..., n_groups)."""
    return np.stack([add_up(values[..., column]) for column in groups.is_in.T], axis=-1)
