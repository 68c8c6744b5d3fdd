"""Scores of districts, and of the city as a whole, by the standard method.

A district is its towns' harm and residents added up. It is large enough to speak for itself: its
rate is not drawn towards the city's, its interval rests on its own incidents alone, and its last
days raise nothing.
"""

from dataclasses import dataclass, replace

import numpy as np

from indices.arrays import BoolArray, FloatArray, IntArray, add_up
from indices.levels import level_numbers
from indices.method import ScoringRules
from indices.score.evidence import Evidence, refuse_misfits, weigh
from indices.score.ranking import competition_ranks
from indices.score.shrinkage import JEFFREYS_SHAPE, GammaPosterior
from indices.score.standard import interval, published_scores


@dataclass(frozen=True, kw_only=True, eq=False)
class DistrictScores:
    """Scores as printed, NaN where not rated; all arrays (n_days, n_districts)."""

    score: FloatArray
    low: FloatArray
    high: FloatArray
    level: IntArray
    rank: FloatArray
    expected_events: FloatArray  # in effective days at the usual rate; decides "not rated"
    rated: BoolArray


def score_districts(
    counts: FloatArray,
    *,
    population: FloatArray,
    groups: IntArray,
    n_groups: int,
    rules: ScoringRules,
    n_days: int,
) -> DistrictScores:
    """Score groups of towns on the last `n_days` days of a history.

    With all towns in one group the score is the `city_score` of `standard.score_days`; so the city
    gets its interval and level.

    Args:
        counts: As for `standard.score_days`, shape (n_history, n_towns, n_categories).
        population: Residents, shape (n_towns,) or (n_history, n_towns).
        groups: Position of each town's district, 0 to n_groups - 1, shape (n_towns,).
        n_groups: Number of districts; each needs a town.
        rules: Of `indices.method.combine`.
        n_days: 1 to n_history.

    Raises:
        ValueError: As `standard.score_days`, or if the groups do not fit the towns.
    """
    refuse_misfits(counts, population, rules)
    _refuse_wrong_groups(groups, n_groups, n_towns=population.shape[-1])
    member = np.asarray(groups[:, None] == np.arange(n_groups), dtype=np.float64)
    # Counts and residents are whole numbers: the product adds them up exactly, in any order.
    evidence = weigh(member.T @ counts, population @ member, replace(rules, recent_days=0), n_days)
    of_category = evidence.groups.weight[evidence.groups.of_category]
    exponent = add_up(evidence.category_share * of_category)
    low, high = interval(_own_posteriors(evidence), evidence.groups, rules)
    rated = evidence.expected_events >= rules.least_expected_events
    published = published_scores(exponent, rated, rules)
    return DistrictScores(
        score=published,
        low=published_scores(high, rated, rules),
        # Half an event more than was seen lifts both ends: the interval must still hold the score.
        high=published_scores(np.minimum(low, exponent), rated, rules),
        level=level_numbers(published, cuts=rules.cuts),
        rank=competition_ranks(published, rated=rated),
        expected_events=evidence.expected_events,
        rated=rated,
    )


def _own_posteriors(evidence: Evidence) -> list[GammaPosterior]:
    """What each group's events alone say of its relative rate.

    Jeffreys' prior for a Poisson rate: half an event more, no exposure more. A district without any
    harm has an interval with two ends, not a certainty.
    """
    shape = evidence.observed + JEFFREYS_SHAPE
    return [
        GammaPosterior(
            shape=shape[..., group],
            rate=evidence.expected[..., group],
            kept=np.ones(shape.shape[:-1]),
        )
        for group in range(shape.shape[-1])
    ]


def _refuse_wrong_groups(groups: IntArray, n_groups: int, *, n_towns: int) -> None:
    """Each town needs a district, and each district a town."""
    if groups.shape != (n_towns,):
        raise ValueError(f"groups must have shape ({n_towns},), got {groups.shape}")
    strange = sorted(set(groups.tolist()) - set(range(n_groups)))
    if strange:
        raise ValueError(f"groups must lie in 0..{n_groups - 1}, got {strange[:5]}")
    empty = sorted(set(range(n_groups)) - set(groups.tolist()))
    if empty:
        raise ValueError(f"each group must have a town, got none for {empty[:5]}")
