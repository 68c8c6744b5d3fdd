"""How far a composite method's scores and ranks are chance: intervals and rank ranges.

No published index has them; they are ours, and the same for each method. The events behind each
indicator, and behind its baseline where that is a town's own past, are taken as Poisson: their true
number has a gamma distribution with half an event more than was seen (Jeffreys' prior). The method
is applied to draws from it. What the draws leave out: whether the method measures the right thing.
"""

from dataclasses import dataclass, replace

import numpy as np

from indices.arrays import BoolArray, FloatArray
from indices.composite.history import History
from indices.composite.method import OwnPast, SamePeriodOfYears
from indices.composite.rules import CompositeRules
from indices.composite.score import CompositeScores, Measured, score_measured
from indices.score.ranking import competition_ranks, gamma_from_normal, standard_normal_draws

N_DRAWS = 200
SEED = 20140101
INTERVAL = (0.025, 0.975)
RANKS = (0.05, 0.95)
HALF_AN_EVENT = 0.5
APART = 1000.0  # more than any score differs from another


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Chance:
    """Intervals of the scores and ranges of the ranks, each (n_periods, n_towns)."""

    low: FloatArray  # 95 % interval of the score, which always holds it
    high: FloatArray
    rank: FloatArray  # by the printed score, NaN where there is none
    rank_low: FloatArray  # 90 % range, which always holds the rank
    rank_high: FloatArray


def chance(
    scores: CompositeScores, rules: CompositeRules, history: History, *, n_draws: int = N_DRAWS
) -> Chance:
    """Draw what the scores might have been.

    Args:
        scores: Of `score_periods`.
        rules: That they were made with.
        history: That they were made from; its mix decides how much one event weighs.
        n_draws: The same draws serve every period (common random numbers).
    """
    n_periods, n_towns = scores.score.shape
    normal = standard_normal_draws(
        n_draws=n_draws, n_towns=n_towns, n_pillars=2 * len(rules.indicators), seed=SEED
    )
    unit = _harm_per_event(rules, history)
    rated = np.isfinite(scores.score)
    rank = ranks(scores.score, rated=rated, rules=rules)
    found = np.full((4, n_periods, n_towns), np.nan)
    for period in range(n_periods):
        drawn = score_measured(_drawn(scores.measured, period, rules, unit, normal), rules).score
        there = rated[period]
        found[:2, period, there] = np.quantile(drawn[:, there], INTERVAL, axis=0, method="nearest")
        found[2:, period, there] = _rank_range(drawn[:, there], rules)
    low, high, rank_low, rank_high = found
    return Chance(
        low=np.fmin(low, scores.score),
        high=np.fmax(high, scores.score),
        rank=rank,
        rank_low=np.fmin(rank_low, rank),
        rank_high=np.fmax(rank_high, rank),
    )


def ranks(score: FloatArray, *, rated: BoolArray, rules: CompositeRules) -> FloatArray:
    """Rank 1 for the safest; ties as the method says; NaN where there is no score."""
    safer = score if rules.method.higher_is == "safer" else -score
    places = competition_ranks(np.where(rated, safer, 0.0), rated=rated)
    if rules.method.ties.value == "dense":
        for row in places:
            known = np.isfinite(row)
            row[known] = 1 + np.unique(row[known], return_inverse=True)[1]
    return places


def _harm_per_event(rules: CompositeRules, history: History) -> FloatArray:
    """Harm that one equivalent event carries in the city's mix, by indicator."""
    n = history.counts[-1].sum(axis=0, dtype=np.float64)
    squares, harm = (rules.severity**2) @ n, rules.severity @ n
    mean = rules.severity.sum(axis=1) / np.maximum((rules.severity > 0).sum(axis=1), 1)
    per_event = squares / np.where(harm > 0, harm, 1.0)
    return np.asarray(np.where(harm > 0, per_event, np.where(mean > 0, mean, 1.0)))


def _drawn(
    measured: Measured,
    period: int,
    rules: CompositeRules,
    unit: FloatArray,
    normal: np.ndarray,
) -> Measured:
    """What might have been measured in one period, draws before towns and indicators."""
    n_indicators = len(rules.indicators)
    z = np.moveaxis(normal, 1, 2)
    harm, events = measured.harm[period], measured.reference_events[period]
    own = np.array([_is_own(rules, i) for i in range(n_indicators)])
    drawn_events = np.where(own, _gamma(events, unit, z[..., n_indicators:]), events)
    return replace(
        measured,
        harm=_gamma(harm, unit, z[..., :n_indicators]),
        exposure=measured.exposure[period],
        n_days=measured.n_days[period : period + 1],
        reference_events=drawn_events,
        reference_exposure=measured.reference_exposure[period],
        external=measured.external[period],
        deaths=measured.deaths[period],
    )


def _is_own(rules: CompositeRules, indicator: int) -> bool:
    """Whether the baseline is a town's own past, and as uncertain as its present."""
    code = rules.about[indicator].baseline
    baseline = rules.method.baselines[code] if code else None
    return isinstance(baseline, OwnPast | SamePeriodOfYears)


def _gamma(harm: FloatArray, unit: FloatArray, z: np.ndarray) -> FloatArray:
    """Draws of the true harm behind what was seen; NaN where nothing was."""
    n_events = np.where(np.isfinite(harm), harm, 0.0) / unit + HALF_AN_EVENT
    drawn = gamma_from_normal(z, shape=n_events, rate=np.ones_like(n_events)) * unit
    return np.where(np.isfinite(harm), drawn, np.nan)


def _rank_range(drawn: FloatArray, rules: CompositeRules) -> FloatArray:
    """Ends of the range, (2, n_towns); of equal scores the low end is the better place."""
    lacking = -drawn if rules.method.higher_is == "safer" else drawn
    n_draws, n_towns = lacking.shape
    apart = np.arange(n_draws)[:, None] * APART + np.where(np.isfinite(lacking), lacking, 0.0)
    ordered = np.sort(apart, axis=1).ravel()
    before = np.arange(n_draws)[:, None] * n_towns
    best = np.searchsorted(ordered, apart, side="left") - before + 1
    worst = np.searchsorted(ordered, apart, side="right") - before
    return np.stack(
        [
            np.quantile(best, RANKS[0], axis=0, method="lower"),
            np.quantile(worst, RANKS[1], axis=0, method="higher"),
        ]
    )
