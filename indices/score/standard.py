"""The standard method: from daily counts to scores, intervals, ranks and points lost.

For each day: recency-weighted harm per resident and pillar, relative to the city's usual rate;
shrunk towards the city by a Poisson-gamma model; raised to what the last days bear out; turned into
a score; ranked with joint draws.
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
from indices.score.evidence import Evidence, Recent, by_group, refuse_misfits, weigh
from indices.score.groups import EvidenceGroups
from indices.score.recent import borne_out_rise
from indices.score.shrinkage import GammaPosterior, fit_gamma, posterior


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
    relative_rate: FloatArray  # (..., n_pillars), what the score is made of, 1 = usual
    long_run_rate: FloatArray  # (..., n_pillars), posterior mean, before the last days raised it
    own_relative_rate: FloatArray  # (..., n_pillars), before shrinkage
    kept: FloatArray  # (..., n_pillars), share of the own rate in the long-run rate
    expected_events: FloatArray  # in effective days at the usual rate; decides "not rated"
    rated: BoolArray
    city_score: FloatArray  # (n_days,), the towns taken together, not shrunk


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
    known, groups = posteriors(evidence), evidence.groups
    mean, kept = (
        np.stack([getattr(group, name) for group in known], axis=2) for name in ("mean", "kept")
    )
    factor = raised_by(mean, evidence, rules)
    parts = exponent_parts(evidence, mean=mean, kept=kept, factor=factor)
    rated = evidence.expected_events >= rules.least_expected_events
    exponent = add_up(parts)
    low, high = interval(known, groups, rules)
    published = published_scores(exponent, rated, rules)
    rank = ranking.competition_ranks(published, rated=rated)
    rank_low, rank_high = rank_ranges(known, groups, rated=rated, rules=rules)
    relative_rate = groups.by_pillar(mean * factor)
    return Scores(
        score=published,
        low=published_scores(high * _raise(mean, factor, groups), rated, rules),
        high=published_scores(low, rated, rules),
        pillar_score=published_scores(relative_rate, rated[..., None], rules),
        level=level_numbers(published, cuts=rules.cuts),
        rank=rank,
        # Ties part in the draws, and the last days raise: the printed rank may lie outside them.
        rank_low=np.minimum(rank_low, rank),
        rank_high=np.maximum(rank_high, rank),
        points_lost=scale.points_lost(published, exponent=parts),
        relative_rate=relative_rate,
        long_run_rate=groups.by_pillar(mean),
        own_relative_rate=groups.by_pillar(evidence.observed / evidence.expected),
        kept=groups.by_pillar(kept),
        expected_events=evidence.expected_events,
        rated=rated,
        city_score=city_scores(evidence, rules),
    )


def posteriors(evidence: Evidence) -> list[GammaPosterior]:
    """What is known of each group's relative rate in each town."""
    known = []
    for group in range(evidence.observed.shape[2]):
        observed = np.ascontiguousarray(evidence.observed[..., group])
        expected = np.ascontiguousarray(evidence.expected[..., group])
        prior = fit_gamma(observed, expected=expected)
        known.append(posterior(observed, expected=expected, prior=prior))
    return known


def raised_by(mean: FloatArray, evidence: Evidence, rules: ScoringRules) -> FloatArray:
    """Factor, >= 1, by which the last days raise each group's rate, (n_days, n_towns, n_groups).

    The exponent rises to what the harm of these days bears out, if that is more. The rise goes to
    the groups in proportion to that harm; what is shrunk apart takes no part.
    """
    if evidence.recent is None:
        return np.ones(mean.shape)
    groups, recent = evidence.groups, evidence.recent
    long_run = mean * np.where(groups.is_apart, 0.0, groups.weight)
    parts = by_group(recent.exponent, groups)
    observed = add_up(parts)
    rise = borne_out_rise(
        add_up(long_run),
        observed=observed,
        per_event=recent.per_event,
        chance=rules.recent_chance,
    )
    share = parts / np.where(observed > 0, observed, 1)[..., None]
    divisor = np.where(long_run > 0, long_run, 1)
    return np.asarray(1 + rise[..., None] * share / divisor)


def exponent_parts(
    evidence: Evidence, *, mean: FloatArray, kept: FloatArray, factor: FloatArray
) -> FloatArray:
    """Each category's part of the exponent, (n_days, n_towns, n_categories).

    The part of the relative rate that is the town's own is split as the town's harm is; the part
    that comes from the city as the city's harm is; a rise as the town's harm of the last days is.
    """
    groups = evidence.groups
    position = groups.of_category
    own = kept * (evidence.observed / evidence.expected)
    parts = kept[..., position] * evidence.category_share
    parts += (mean - own)[..., position] * _city_mix(evidence)
    if evidence.recent is not None:
        parts += (mean * (factor - 1))[..., position] * _recent_mix(evidence, evidence.recent)
    return np.asarray(parts * groups.weight[position])


def _recent_mix(evidence: Evidence, recent: Recent) -> FloatArray:
    """How the harm of the last days is split within each group, (n_days, n_towns, n_categories)."""
    of_group = by_group(recent.exponent, evidence.groups)
    divisor = np.where(of_group > 0, of_group, 1)
    return np.asarray(recent.exponent / divisor[..., evidence.groups.of_category])


def _city_mix(evidence: Evidence) -> FloatArray:
    """How the city's harm is split within each group, (n_days, 1, n_categories)."""
    groups, harm = evidence.groups, evidence.city_category
    of_group = by_group(harm, groups)[..., groups.of_category]
    return np.asarray(
        np.where(of_group > 0, harm / np.where(of_group > 0, of_group, 1), groups.usual_mix)
    )


def city_scores(evidence: Evidence, rules: ScoringRules) -> FloatArray:
    """Scores of the towns taken together: not shrunk, and not raised."""
    weight = evidence.groups.weight[evidence.groups.of_category]
    exponent = add_up(evidence.city_category[:, 0] * weight)
    return scale.publish(scale.score_from_exponent(exponent, base=rules.scale_base))


def _raise(mean: FloatArray, factor: FloatArray, groups: EvidenceGroups) -> FloatArray:
    """By how much the last days raise the whole exponent, (n_days, n_towns)."""
    return np.asarray(add_up(mean * factor * groups.weight) / add_up(mean * groups.weight))


def interval(
    known: list[GammaPosterior], groups: EvidenceGroups, rules: ScoringRules
) -> tuple[FloatArray, FloatArray]:
    """Equal-tailed interval of the composite exponent in the long run, each (n_days, n_towns).

    A weighted sum of gammas is taken for a gamma with the same mean and variance (Satterthwaite
    1946, Biometrics Bulletin 2:110-114); exact where there is one group.
    """
    mean = sum(
        (w * group.mean for w, group in zip(groups.weight, known, strict=True)),
        start=np.zeros_like(known[0].mean),
    )
    variance = sum(
        (w**2 * group.variance for w, group in zip(groups.weight, known, strict=True)),
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


def rank_ranges(
    known: list[GammaPosterior],
    groups: EvidenceGroups,
    *,
    rated: BoolArray,
    rules: ScoringRules,
) -> tuple[FloatArray, FloatArray]:
    """Low and high rank of each rated town in the long run, each (n_days, n_towns).

    Towns that the last days have raised stand where the long run has them: drawn as raised, ranges
    would take every such rise for certain, and would miss the truth in one town of four.
    """
    n_days, n_towns = rated.shape
    normal = ranking.standard_normal_draws(
        n_draws=rules.rank_draws, n_towns=n_towns, n_pillars=len(known), seed=rules.seed
    )
    ranges = np.full((2, n_days, n_towns), np.nan)
    for day, towns in _rated_towns(rated):
        of_day = slice(None) if len(towns) == n_towns else towns  # a slice copies nothing
        draws = np.zeros((rules.rank_draws, len(towns)), dtype=ranking.DRAW_TYPE)
        for position, (weight, group) in enumerate(zip(groups.weight, known, strict=True)):
            draws += ranking.DRAW_TYPE(weight) * ranking.gamma_from_normal(
                normal[:, position, of_day],
                shape=group.shape[day, towns],
                rate=group.rate[day, towns],
            )
        ranges[:, day, towns] = ranking.rank_range(draws, low=rules.rank_low, high=rules.rank_high)
    return ranges[0], ranges[1]


def _rated_towns(rated: BoolArray) -> Iterator[tuple[int, IntArray]]:
    """Days with the positions of their rated towns; days without any are left out."""
    for day, row in enumerate(rated):
        towns = np.flatnonzero(row)
        if len(towns):
            yield day, towns
