"""A composite method's scores: from counts of whole periods to scores, intervals, ranks and parts.

For each period: weighted incidents per unit of the denominator, compared with a baseline, put on a
scale, joined with weights, less a deduction for deaths, rounded as that city prints. What is
missing is left out and told (`weight_present`), never taken for zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from indices.arrays import FloatArray, IntArray
from indices.composite.aggregation import arithmetic, geometric, losses
from indices.composite.baselines import References, references
from indices.composite.history import History
from indices.composite.rounding import as_printed
from indices.composite.rules import CompositeRules
from indices.composite.scaling import on_scale
from indices.composite.windows import Windows, reference_periods, sums, windows
from indices.levels import NOT_RATED, level_numbers
from indices.periods import Period

JOIN = {"arithmetic": arithmetic, "geometric": geometric}


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Measured:
    """What the records say of each period, before any scale; (n_periods, n_towns, n_indicators)."""

    harm: FloatArray  # weighted incidents in the period; NaN where not told
    exposure: FloatArray  # (n_periods, n_towns), units times days
    n_days: FloatArray  # (n_periods,)
    reference_events: FloatArray  # behind the baseline; NaN where there is none
    reference_exposure: FloatArray
    external: FloatArray  # NaN where the indicator is none, or missing
    deaths: FloatArray  # (n_periods, n_towns); 0 where the method does not count them


@dataclass(frozen=True, kw_only=True, eq=False)
class CompositeScores:
    """The result; all arrays begin with (n_periods, n_towns). NaN: nothing to be said."""

    score: FloatArray  # as printed
    level: IntArray
    pillar_score: FloatArray  # (..., n_pillars), as printed
    indicator_score: FloatArray  # (..., n_indicators), not rounded
    value: FloatArray  # (..., n_indicators), per unit and period, or external
    baseline: FloatArray  # (..., n_indicators), per unit and period
    weight_present: FloatArray  # share of the weight whose indicators are known, 0 to 1
    lost: FloatArray  # (..., n_indicators + 1), parts of what the score lacks; the last: deaths
    measured: Measured

    def last(self) -> "CompositeScores":
        """The last period alone."""
        arrays = {f.name: getattr(self, f.name)[-1:] for f in fields(self) if f.name != "measured"}
        of_measured = {f.name: getattr(self.measured, f.name)[-1:] for f in fields(Measured)}
        return CompositeScores(**arrays, measured=Measured(**of_measured))


def score_periods(
    history: History,
    rules: CompositeRules,
    periods: Sequence[Period],
    *,
    first_day: date,
    base: tuple[date, date],
    districts: IntArray,
    peers: IntArray | None = None,
    external: Mapping[str, FloatArray] | None = None,
) -> CompositeScores:
    """Score all towns in periods.

    Args:
        history: Of the towns.
        rules: Of `indices.composite.rules.resolve`.
        periods: That lie within the history.
        first_day: Of the history.
        base: First and last day of the city's base period.
        districts: District of each town, 0, 1, ..., shape (n_towns,).
        peers: Positions of similar towns, shape (n_towns, n_peers).
        external: Values by indicator, each (n_periods, n_towns), NaN where missing.

    Raises:
        ValueError: If a period does not lie within the history.
    """
    at = windows([[p] for p in periods], first_day=first_day, n_days=history.n_days)
    if not at.is_known.all():
        raise ValueError("a period lies outside the history")
    measured = _measure(
        history,
        rules,
        periods,
        at,
        first_day=first_day,
        base=base,
        districts=districts,
        peers=peers,
    )
    for code, values in (external or {}).items():
        measured.external[..., rules.indicators.index(code)] = values
    return score_measured(measured, rules)


def score_measured(measured: Measured, rules: CompositeRules) -> CompositeScores:
    """Score what was measured; arrays may carry more leading axes, as of random draws."""
    method = rules.method
    value, baseline = _values(measured, rules)
    indicator = np.stack(
        [
            on_scale(method.scales[about.scale], value[..., i], baseline[..., i])
            for i, about in enumerate(rules.about)
        ],
        axis=-1,
    )
    if method.higher_is == "worse":
        return _index(measured, rules, value=value, baseline=baseline, indicator=indicator)
    pillar, parts = _pillars(indicator, rules)
    joined = JOIN[method.aggregation.value](pillar, weights=rules.pillar_weight)
    off = measured.deaths * (method.deaths.points_each if method.deaths else 0.0)
    score = as_printed(
        np.clip(joined.score - off, 0, 100),
        decimals=method.rounding.decimals,
        mode=method.rounding.mode,
    )
    return CompositeScores(
        score=score,
        level=_levels(score, rules),
        pillar_score=_printed(pillar, rules),
        indicator_score=indicator,
        value=value,
        baseline=baseline,
        weight_present=_weight_present(indicator, rules),
        lost=np.concatenate([parts, np.broadcast_to(off, score.shape)[..., None]], axis=-1),
        measured=measured,
    )


def _measure(
    history: History,
    rules: CompositeRules,
    periods: Sequence[Period],
    at: Windows,
    *,
    first_day: date,
    base: tuple[date, date],
    districts: IntArray,
    peers: IntArray | None,
) -> Measured:
    """Add up incidents, people and what they are compared with."""
    shape = (len(periods), history.n_towns, len(rules.indicators))
    harm, external = np.full(shape, np.nan), np.full(shape, np.nan)
    events, exposure = np.full(shape, np.nan), np.full(shape, np.nan)
    compared: dict[str, Windows] = {}
    for i, about in enumerate(rules.about):
        if about.external is not None or not rules.told[i]:
            continue
        harm[..., i] = history.harm(rules, i, at)[:, 0]
        if about.baseline is None:
            continue
        baseline = rules.method.baselines[about.baseline]
        if about.baseline not in compared:
            rows = [reference_periods(baseline, period, base=base) for period in periods]
            compared[about.baseline] = windows(rows, first_day=first_day, n_days=history.n_days)
        found: References = references(
            baseline,
            harm=history.harm(rules, i, compared[about.baseline]),
            exposure=sums(history.exposure, compared[about.baseline]),
            districts=districts,
            peers=peers,
        )
        events[..., i], exposure[..., i] = found.events, found.exposure
    counted = rules.method.deaths is not None and history.deaths is not None
    return Measured(
        harm=harm,
        exposure=sums(history.exposure, at)[:, 0],
        n_days=at.n_days[:, 0],
        reference_events=events,
        reference_exposure=exposure,
        external=external,
        deaths=sums(history.deaths, at)[:, 0] if counted else np.zeros(shape[:2]),  # type: ignore[arg-type]
    )


def _values(measured: Measured, rules: CompositeRules) -> tuple[FloatArray, FloatArray]:
    """Value and baseline of each indicator, per unit of the denominator and period."""
    per = rules.method.denominator.per * measured.n_days[:, None, None]
    lived = (measured.exposure > 0)[..., None]
    rate = np.where(lived, measured.harm / np.where(lived, measured.exposure[..., None], 1), np.nan)
    known = measured.reference_exposure > 0
    usual = np.where(
        known, measured.reference_events / np.where(known, measured.reference_exposure, 1), np.nan
    )
    is_external = np.array([about.external is not None for about in rules.about])
    return np.where(is_external, measured.external, rate * per), usual * per


def _pillars(indicator: FloatArray, rules: CompositeRules) -> tuple[FloatArray, FloatArray]:
    """Scores of the pillars, and each indicator's part in what the composite lacks."""
    kind = rules.method.aggregation.value
    pillar = np.full((*indicator.shape[:-1], len(rules.pillars)), np.nan)
    parts = np.zeros(indicator.shape)
    for p in range(len(rules.pillars)):
        members = np.flatnonzero(rules.indicator_pillar == p)
        weights = rules.indicator_weight[members]
        pillar[..., p] = JOIN[kind](indicator[..., members], weights=weights).score
        parts[..., members] = losses(indicator[..., members], weights=weights, kind=kind)
    weight = np.where(np.isfinite(pillar), rules.pillar_weight, 0.0)
    total = weight.sum(axis=-1, keepdims=True)
    share = weight / np.where(total > 0, total, 1.0)
    return pillar, np.asarray(parts * share[..., rules.indicator_pillar])


def _weight_present(indicator: FloatArray, rules: CompositeRules) -> FloatArray:
    """Share of all weight whose indicators are known, (...)."""
    of_pillar = np.bincount(rules.indicator_pillar, weights=rules.indicator_weight)
    weight = rules.indicator_weight / of_pillar[rules.indicator_pillar]
    weight = weight * (rules.pillar_weight / rules.pillar_weight.sum())[rules.indicator_pillar]
    return np.asarray(np.where(np.isfinite(indicator), weight, 0.0).sum(axis=-1))


def _index(
    measured: Measured,
    rules: CompositeRules,
    *,
    value: FloatArray,
    baseline: FloatArray,
    indicator: FloatArray,
) -> CompositeScores:
    """An index with base 100, in which more is worse: its parts add up to the index itself."""
    weight = rules.indicator_weight / rules.indicator_weight.sum()
    parts = np.where(np.isfinite(indicator), weight * indicator, 0.0)
    whole = np.where(np.isfinite(indicator).any(axis=-1), parts.sum(axis=-1), np.nan)
    score = _printed(whole, rules)
    pillar = np.stack(
        [
            parts[..., rules.indicator_pillar == p].sum(axis=-1)
            / weight[rules.indicator_pillar == p].sum()
            for p in range(len(rules.pillars))
        ],
        axis=-1,
    )
    return CompositeScores(
        score=score,
        level=np.full(score.shape, NOT_RATED, dtype=np.int64),
        pillar_score=_printed(pillar, rules),
        indicator_score=indicator,
        value=value,
        baseline=baseline,
        weight_present=_weight_present(indicator, rules),
        lost=np.concatenate([parts, np.zeros((*score.shape, 1))], axis=-1),
        measured=measured,
    )


def _printed(score: FloatArray, rules: CompositeRules) -> FloatArray:
    """Rounded as the city prints."""
    rounding = rules.method.rounding
    return as_printed(score, decimals=rounding.decimals, mode=rounding.mode)


def _levels(score: FloatArray, rules: CompositeRules) -> IntArray:
    """Levels by the method's cut points; not rated where it has none."""
    if rules.method.levels is None:
        return np.full(score.shape, NOT_RATED, dtype=np.int64)
    return level_numbers(score, cuts=rules.method.levels.cuts)
