"""How far a composite method's scores and ranks are chance: intervals and rank ranges.

No published index has them; they are ours, and the same for each method. The events behind each
indicator, and behind its baseline where that rests on one town or a few, are taken as Poisson:
their true rate has a gamma distribution: what was seen, and half an event more at the city's rate.
The method is applied to draws from it. What the draws leave out: whether the method measures the
right thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from indices.arrays import BoolArray, FloatArray
from indices.composite.aggregation import BEST, SMALLEST
from indices.composite.history import History, RunningSums
from indices.composite.rounding import as_printed
from indices.composite.rules import CompositeRules
from indices.composite.scaling import on_scale
from indices.composite.score import (
    CompositeScores,
    is_index,
    points_off,
    score_as_printed,
    shares,
)
from indices.composite.terms import LastYearMean, OwnPast, SamePeriodOfYears, SimilarTowns
from indices.composite.windows import Windows
from indices.score.ranking import (
    DRAW_TYPE,
    competition_ranks,
    dense_ranks,
    gamma_from_normal,
    standard_normal_draws,
    tied_rank_range,
)

N_DRAWS = 200
SEED = 20140101
INTERVAL = (0.025, 0.975)
RANKS = (0.05, 0.95)
HALF_AN_EVENT = 0.5
LEAST_SCORE = 1e-30  # has a logarithm in single precision too; its mean with others is 0
LEAST_DRAWN = 1e-3  # of the mean: the cube-root rule would give 0, which nothing is divided by


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
    rated = np.isfinite(scores.score)
    rank = ranks(scores.score, rated=rated, rules=rules)
    low, high, rank_low, rank_high = np.full((4, *rated.shape), np.nan)
    for period, drawn in _drawn_scores(scores, rules, history, n_draws):
        there = rated[period]
        own = drawn[:, there]
        low[period, there], high[period, there] = _interval(own, rules)
        rank_low[period, there], rank_high[period, there] = tied_rank_range(
            own if is_index(rules) else -own,
            low=RANKS[0],
            high=RANKS[1],
            ties=rules.method.ties.value,
        )
    return Chance(
        low=np.fmin(low, scores.score),
        high=np.fmax(high, scores.score),
        rank=rank,
        rank_low=np.fmin(rank_low, rank),
        rank_high=np.fmax(rank_high, rank),
    )


def ranks(score: FloatArray, *, rated: BoolArray, rules: CompositeRules) -> FloatArray:
    """Rank 1 for the safest; ties as the method says; NaN where there is no score."""
    ranked = dense_ranks if rules.method.ties.value == "dense" else competition_ranks
    return ranked(-score if is_index(rules) else score, rated=rated)


def _interval(drawn: np.ndarray, rules: CompositeRules) -> FloatArray:
    """Ends of the interval, (2, n_towns), from scores (n_draws, n_towns); both err outwards."""
    n_draws = len(drawn)
    at = [int(INTERVAL[0] * (n_draws - 1)), int(np.ceil(INTERVAL[1] * (n_draws - 1)))]
    ends = np.sort(np.ascontiguousarray(drawn.T), axis=1)[:, at].T.astype(np.float64)
    return as_printed(ends, decimals=rules.method.rounding.decimals, mode="half up")


def _drawn_scores(
    scores: CompositeScores, rules: CompositeRules, history: History, n_draws: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Periods in which anything is known, with printed scores, (n_draws, n_towns)."""
    n_towns, n_indicators = scores.score.shape[1], len(rules.indicators)
    normal = standard_normal_draws(
        n_draws=n_draws, n_towns=n_towns, n_pillars=2 * n_indicators, seed=SEED
    )
    unit = _harm_per_event(rules, history, scores.measured.looked_at)
    share = shares(scores.indicator_score, rules)
    off = points_off(scores.measured.deaths, rules)
    for period in np.flatnonzero(share.any(axis=(1, 2))).tolist():
        joined = np.zeros((n_draws, n_towns), dtype=DRAW_TYPE)
        for i in np.flatnonzero(share[period].any(axis=0)).tolist():
            pair = normal[:, i], normal[:, n_indicators + i]
            drawn = _drawn_indicator(scores, rules, period, i, unit[period, i], pair)
            own = share[period, :, i].astype(DRAW_TYPE)
            joined += own * np.where(own > 0, _there(drawn, rules), 0)
        yield period, score_as_printed(_back(joined, rules) - off[period], rules)


def _there(score: FloatArray, rules: CompositeRules) -> FloatArray:
    """The scores as they are added up: themselves, or their logarithms."""
    if rules.method.aggregation.value == "arithmetic" or is_index(rules):
        return score
    return np.asarray(np.log(np.maximum(score, LEAST_SCORE) / BEST))


def _back(joined: np.ndarray, rules: CompositeRules) -> np.ndarray:
    """The mean of what `_there` gave."""
    if rules.method.aggregation.value == "arithmetic" or is_index(rules):
        return joined
    return np.asarray(BEST * np.exp(joined))


def _drawn_indicator(
    scores: CompositeScores,
    rules: CompositeRules,
    period: int,
    i: int,
    unit: float,
    normal: tuple[np.ndarray, np.ndarray],
) -> FloatArray:
    """What an indicator might have scored in a period, (n_draws, n_towns), or (n_towns,)."""
    about, measured = rules.about[i], scores.measured
    if about.external is not None:
        return np.asarray(scores.indicator_score[period, :, i])
    per = rules.method.denominator.per * measured.n_days[period] * unit
    value = _gamma(
        measured.harm[period, :, i] / unit, per=measured.exposure[period] / per, z=normal[0]
    )
    if _is_uncertain(rules, i):
        usual = _gamma(
            measured.reference_events[period, :, i] / unit,
            per=measured.reference_exposure[period, :, i] / per,
            z=normal[1],
        )
    else:
        usual = np.broadcast_to(scores.baseline[period, :, i].astype(DRAW_TYPE), value.shape)
    return on_scale(rules.method.scales[about.scale], value, usual)


def _gamma(n_events: FloatArray, *, per: FloatArray, z: np.ndarray) -> np.ndarray:
    """Draws of the true rate behind so many events in `per` units; NaN where `per` is 0 or NaN.

    Half an event more than was seen, and as many more units as hold half an event in the city:
    without these a town in which hardly anything can happen would be drawn far above its rate.
    """
    known = np.isfinite(n_events) & (per > 0)
    seen, units = np.where(known, n_events, 0.0), np.where(known, per, 0.0)
    of_city = (seen.sum() + HALF_AN_EVENT) / max(float(units.sum()), SMALLEST)
    shape = seen + HALF_AN_EVENT
    rate = np.where(known, units + HALF_AN_EVENT / of_city, np.nan)
    least = (LEAST_DRAWN * shape / rate).astype(DRAW_TYPE)
    return np.asarray(np.maximum(gamma_from_normal(z, shape=shape, rate=rate), least))


def _is_uncertain(rules: CompositeRules, indicator: int) -> bool:
    """Whether the baseline rests on one town or a few, and is as uncertain as the present."""
    code = rules.about[indicator].baseline
    baseline = rules.method.baselines[code] if code else None
    if isinstance(baseline, LastYearMean):
        return baseline.of == "town"
    return isinstance(baseline, OwnPast | SamePeriodOfYears | SimilarTowns)


def _harm_per_event(rules: CompositeRules, history: History, at: Windows) -> FloatArray:
    """Harm that one equivalent event carries, (n_periods, n_indicators); never 0.

    Weighted counts vary more than counts; dividing by this number gives a quantity whose variance
    equals its mean. The city's mix decides, in the period and in what it is compared with; the
    plain mean of the weights where there was no event.
    """
    unit = np.ones((len(at.first), len(rules.indicators)))
    running: RunningSums | None = None
    for i in range(len(rules.indicators)):
        weights = rules.severity[i, rules.severity[i] > 0]
        if not rules.told[i] or not len(weights):
            continue
        if (weights == weights[0]).all():
            unit[:, i] = weights[0]
            continue
        running = running or history.running(at)
        n = _mix(rules, running, i, at)
        harm = n @ weights
        mean = np.where(harm > 0, (n @ weights**2) / np.where(harm > 0, harm, 1.0), weights.mean())
        unit[:, i] = mean
    return unit


def _mix(rules: CompositeRules, running: RunningSums, indicator: int, at: Windows) -> FloatArray:
    """Incidents of the whole city by kind, (n_periods, n_kinds of the indicator)."""
    kinds = np.flatnonzero(rules.severity[indicator])
    by_kind = [running.events(rules, indicator, int(kind), at).sum(axis=1) for kind in kinds]
    return np.stack(by_kind, axis=1)
