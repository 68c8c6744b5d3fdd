"""The standard method: from daily counts to scores, intervals, ranks and points lost.

For each day: recency-weighted harm per resident and pillar, relative to the city's usual rate;
shrunk towards the city by a Poisson-gamma model; turned into a score; ranked with joint draws.
The study behind the choices is docs/methods/standard.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import special

from indices.arrays import BoolArray, FloatArray, IntArray, add_up
from indices.levels import level_numbers
from indices.method import ScoringRules
from indices.score import ranking, scale
from indices.score.shrinkage import GammaPosterior, fit_gamma, posterior
from indices.score.window import (
    WEIGHT_UNIT,
    effective_days,
    recency_weights,
    snap,
    weighted_counts,
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """The standard method's result; all arrays begin with (n_days, n_towns).

    Published values are rounded (`scale.publish`) and NaN where the town is not rated.
    """

    score: FloatArray
    low: FloatArray
    high: FloatArray
    pillar_score: FloatArray  # (..., n_pillars)
    level: IntArray
    rank: FloatArray
    rank_low: FloatArray
    rank_high: FloatArray
    points_lost: FloatArray  # (..., n_categories)
    relative_rate: FloatArray  # (..., n_pillars), posterior mean, 1 = usual
    own_relative_rate: FloatArray  # (..., n_pillars), before shrinkage
    kept: FloatArray  # (..., n_pillars), share of the own rate in the relative rate
    expected_events: FloatArray  # in effective days at the usual rate; decides "not rated"
    rated: BoolArray
    city_score: FloatArray  # (n_days,), the towns taken together, not shrunk


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """Weighted harm over its usual value, as equivalent numbers of events."""

    observed: FloatArray  # (n_days, n_towns, n_pillars), equivalent events
    expected: FloatArray  # same shape, at the usual rate
    category_share: FloatArray  # (n_days, n_towns, n_categories), of the own relative rate
    city_category: FloatArray  # (n_days, 1, n_categories), of the city's relative rate
    expected_events: FloatArray  # (n_days, n_towns)


def score_days(
    counts: FloatArray, *, population: FloatArray, rules: ScoringRules, n_days: int
) -> Scores:
    """Score all towns on the last `n_days` days of a history.

    Args:
        counts: Incidents, whole numbers, shape (n_history, n_towns, n_categories), oldest day
            first, categories as in `rules`. Days that are not in it are unknown, not quiet.
        population: Residents, shape (n_towns,) where they do not change, else
            (n_history, n_towns): 0 on days before a town existed, > 0 on the last.
        rules: Of `indices.method.combine`.
        n_days: 1 to n_history.

    Raises:
        ValueError: If a population is not positive, a count is negative, broken or missing, or the
            shapes do not fit.
    """
    refuse_misfits(counts, population, rules)
    evidence = weigh(counts, population, rules, n_days)
    known = _posteriors(evidence)
    parts = _exponent_parts(evidence, known, rules)
    rated = evidence.expected_events >= rules.least_expected_events
    low, high = interval(known, rules)
    published = published_scores(add_up(parts), rated, rules)
    rank = ranking.competition_ranks(published, rated=rated)
    rank_low, rank_high = _rank_ranges(known, rated, rules)
    mean = np.stack([pillar.mean for pillar in known], axis=2)
    city_exponent = add_up(
        evidence.city_category[:, 0] * rules.pillar_weight[rules.category_pillar]
    )
    return Scores(
        score=published,
        low=published_scores(high, rated, rules),
        high=published_scores(low, rated, rules),
        pillar_score=published_scores(mean, rated[..., None], rules),
        level=level_numbers(published, cuts=rules.cuts),
        rank=rank,
        rank_low=np.minimum(rank_low, rank),  # where many are tied, the draws part what is equal
        rank_high=np.maximum(rank_high, rank),
        points_lost=scale.points_lost(published, exponent=parts),
        relative_rate=mean,
        own_relative_rate=evidence.observed / evidence.expected,
        kept=np.stack([pillar.kept for pillar in known], axis=2),
        expected_events=evidence.expected_events,
        rated=rated,
        city_score=scale.publish(scale.score_from_exponent(city_exponent, base=rules.scale_base)),
    )


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
    of Fay and Feuer 1997, Statistics in Medicine 16:791-801); the city's mix decides.
    """
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    weighted = weighted_counts(counts, weights=weights, n_days=n_days)
    squared = weighted_counts(counts.sum(axis=1), weights=snap(weights**2), n_days=n_days)
    exposure = _person_days(population, len(counts), weights, n_days)
    member = rules.category_pillar[:, None] == np.arange(len(rules.pillars))
    usual_harm = (rules.usual_rate * rules.severity) @ member  # per person-day
    harm = weighted * rules.severity
    city_harm = _by_pillar(harm.sum(axis=1), member)
    city_harm_squared = _by_pillar(squared * rules.severity**2, member)
    usual_per_event = ((rules.usual_rate * rules.severity**2) @ member) / usual_harm
    usual_per_event = usual_per_event * ((weights**2).sum() / weights.sum())
    per_event = np.where(
        city_harm_squared > 0,  # 0 also where only the oldest days hold harm, whose squares vanish
        city_harm_squared / np.where(city_harm > 0, city_harm, 1),
        usual_per_event,
    )
    usual = exposure[..., None] * usual_harm  # (n_days, n_towns, n_pillars)
    city_usual = exposure.sum(axis=1)[:, None] * usual_harm
    return Evidence(
        observed=_by_pillar(harm, member) / per_event[:, None, :],
        expected=usual / per_event[:, None, :],
        category_share=harm / usual[..., rules.category_pillar],
        city_category=(harm.sum(axis=1) / city_usual[:, rules.category_pillar])[:, None, :],
        expected_events=exposure * rules.usual_rate.sum(),
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


def _by_pillar(values: FloatArray, member: BoolArray) -> FloatArray:
    """Add the categories of each pillar, (..., n_categories) to (..., n_pillars)."""
    return np.stack([add_up(values[..., column]) for column in member.T], axis=-1)


def _posteriors(evidence: Evidence) -> list[GammaPosterior]:
    """What is known of each pillar's relative rate in each town."""
    known = []
    for pillar in range(evidence.observed.shape[2]):
        observed = np.ascontiguousarray(evidence.observed[..., pillar])
        expected = np.ascontiguousarray(evidence.expected[..., pillar])
        prior = fit_gamma(observed, expected=expected)
        known.append(posterior(observed, expected=expected, prior=prior))
    return known


def _exponent_parts(
    evidence: Evidence, known: list[GammaPosterior], rules: ScoringRules
) -> FloatArray:
    """Each category's part of the exponent, (n_days, n_towns, n_categories).

    The part of the relative rate that is the town's own is split as the town's harm is; the part
    that comes from the city is split as the city's harm is.
    """
    kept = np.stack([pillar.kept for pillar in known], axis=2)
    mean = np.stack([pillar.mean for pillar in known], axis=2)
    own = kept * (evidence.observed / evidence.expected)
    position = rules.category_pillar
    borrowed = (mean - own)[..., position]
    member = position[:, None] == np.arange(len(rules.pillars))
    city_rate = _by_pillar(evidence.city_category, member)[..., position]
    usual_mix = rules.usual_rate * rules.severity
    usual_mix = usual_mix / (usual_mix @ member)[position]
    city_mix = np.where(
        city_rate > 0, evidence.city_category / np.where(city_rate > 0, city_rate, 1), usual_mix
    )
    parts = kept[..., position] * evidence.category_share + borrowed * city_mix
    return np.asarray(parts * rules.pillar_weight[position])


def interval(known: list[GammaPosterior], rules: ScoringRules) -> tuple[FloatArray, FloatArray]:
    """Equal-tailed interval of the composite exponent, each (n_days, n_towns).

    A weighted sum of gammas is taken for a gamma with the same mean and variance (Satterthwaite
    1946, Biometrics Bulletin 2:110-114); exact where there is one pillar.
    """
    mean = sum(
        (w * pillar.mean for w, pillar in zip(rules.pillar_weight, known, strict=True)),
        start=np.zeros_like(known[0].mean),
    )
    variance = sum(
        (w**2 * pillar.variance for w, pillar in zip(rules.pillar_weight, known, strict=True)),
        start=np.zeros_like(mean),
    )
    tail = (1 - rules.interval) / 2
    shape, unit = mean**2 / variance, variance / mean
    low, high = (special.gammaincinv(shape, share) * unit for share in (tail, 1 - tail))
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)


def published_scores(exponent: FloatArray, rated: BoolArray, rules: ScoringRules) -> FloatArray:
    """Score of an exponent as it is printed; NaN where not rated."""
    score = scale.publish(scale.score_from_exponent(exponent, base=rules.scale_base))
    return np.asarray(np.where(rated, score, np.nan))


def _rank_ranges(
    known: list[GammaPosterior], rated: BoolArray, rules: ScoringRules
) -> tuple[FloatArray, FloatArray]:
    """Low and high rank of each rated town on each day, each (n_days, n_towns)."""
    n_days, n_towns = rated.shape
    normal = ranking.standard_normal_draws(
        n_draws=rules.rank_draws, n_towns=n_towns, n_pillars=len(known), seed=rules.seed
    )
    ranges = np.full((2, n_days, n_towns), np.nan)
    for day, towns in _rated_towns(rated):
        of_day = slice(None) if len(towns) == n_towns else towns  # a slice copies nothing
        draws = np.zeros((rules.rank_draws, len(towns)), dtype=ranking.DRAW_TYPE)
        for position, (weight, pillar) in enumerate(zip(rules.pillar_weight, known, strict=True)):
            draws += ranking.DRAW_TYPE(weight) * ranking.gamma_from_normal(
                normal[:, position, of_day],
                shape=pillar.shape[day, towns],
                rate=pillar.rate[day, towns],
            )
        ranges[:, day, towns] = ranking.rank_range(draws, low=rules.rank_low, high=rules.rank_high)
    return ranges[0], ranges[1]


def _rated_towns(rated: BoolArray) -> Iterator[tuple[int, IntArray]]:
    """Days with the positions of their rated towns; days without any are left out."""
    for day, row in enumerate(rated):
        towns = np.flatnonzero(row)
        if len(towns):
            yield day, towns
