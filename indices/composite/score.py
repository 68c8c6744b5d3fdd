"""A composite method's scores: from counts of whole periods to scores, levels and parts.

For each period: weighted incidents per unit of the denominator, compared with a baseline, put on a
scale, joined with weights, less a deduction for deaths, rounded as that city prints. What is
missing is left out and told (`weight_present`), never taken for zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np

from indices.arrays import FloatArray, IntArray, add_up
from indices.composite.aggregation import (
    BEST,
    SMALLEST,
    arithmetic,
    geometric,
    losses,
    present_shares,
)
from indices.composite.history import History
from indices.composite.measure import Measured, measure, rates
from indices.composite.rounding import as_printed
from indices.composite.rules import CompositeRules
from indices.composite.scaling import on_scale
from indices.levels import NOT_RATED, level_numbers
from indices.periods import Period

JOIN = {"arithmetic": arithmetic, "geometric": geometric}


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
        arrays: dict[str, Any] = {f.name: getattr(self, f.name)[-1:] for f in fields(self)[:-1]}
        return CompositeScores(**arrays, measured=self.measured.last())


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
        peers: Positions of similar towns, nearest first, shape (n_towns, n_peers).
        external: Values by indicator, each (n_periods, n_towns), NaN where missing.

    Raises:
        ValueError: If a period does not lie within the history, or the history does not tell what
            the rules say it tells.
    """
    measured = measure(
        history,
        rules,
        periods,
        first_day=first_day,
        base=base,
        districts=districts,
        peers=peers,
        external=external or {},
    )
    return score_measured(measured, rules)


def score_measured(measured: Measured, rules: CompositeRules) -> CompositeScores:
    """Score what was measured."""
    value, baseline = rates(measured, rules)
    indicator = np.empty_like(value)
    for i, about in enumerate(rules.about):
        scale = rules.method.scales[about.scale]
        indicator[..., i] = on_scale(scale, value[..., i], baseline[..., i])
    off = points_off(measured.deaths, rules)
    pillar, score, parts = (
        _index(indicator, rules) if is_index(rules) else _joined(indicator, rules)
    )
    printed = score_as_printed(score - off, rules)
    return CompositeScores(
        score=printed,
        level=_levels(printed, rules),
        pillar_score=score_as_printed(pillar, rules),
        indicator_score=indicator,
        value=value,
        baseline=baseline,
        weight_present=_weight_present(indicator, rules),
        lost=np.concatenate([parts, off[..., None]], axis=-1),
        measured=measured,
    )


def is_index(rules: CompositeRules) -> bool:
    """Whether it is an index with base 100, in which more is worse and nothing is a maximum."""
    return rules.method.higher_is == "worse"


def points_off(deaths: FloatArray, rules: CompositeRules) -> FloatArray:
    """Points that deaths take off; none in an index, whose parts add up to it."""
    if rules.method.deaths is None or is_index(rules):
        return np.zeros(deaths.shape)
    return deaths * rules.method.deaths.points_each


def score_as_printed(score: FloatArray, rules: CompositeRules) -> FloatArray:
    """Held within 0 to 100, except for an index, and rounded as the city prints."""
    rounding = rules.method.rounding
    held = score if is_index(rules) else np.clip(score, 0, BEST)
    return as_printed(held, decimals=rounding.decimals, mode=rounding.mode)


def shares(indicator: FloatArray, rules: CompositeRules) -> FloatArray:
    """Share of each indicator in the whole, (..., n_indicators); 0 where missing.

    Weights of what is missing go to the other indicators of its pillar, and those of a pillar of
    which nothing is known to the other pillars. They add up to 1 where anything is known.
    """
    within, of_pillars = np.zeros(indicator.shape), _by_pillar(indicator, rules)
    for p, members in enumerate(_members(rules)):
        weights = rules.indicator_weight[members]
        within[..., members], known = present_shares(indicator[..., members], weights)
        of_pillars[..., p] = np.where(known > 0, 0.0, np.nan)
    pillar_share, _ = present_shares(of_pillars, rules.pillar_weight)
    return np.asarray(within * pillar_share[..., rules.indicator_pillar])


def _members(rules: CompositeRules) -> list[IntArray]:
    """Positions of the indicators of each pillar."""
    return [np.flatnonzero(rules.indicator_pillar == p) for p in range(len(rules.pillars))]


def _by_pillar(indicator: FloatArray, rules: CompositeRules) -> FloatArray:
    """An array for one number a pillar, all missing."""
    return np.full((*indicator.shape[:-1], len(rules.pillars)), np.nan)


def _joined(
    indicator: FloatArray, rules: CompositeRules
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Scores of pillars and of the whole, and each indicator's part in what the whole lacks."""
    kind = rules.method.aggregation.value
    pillar, parts = _by_pillar(indicator, rules), np.zeros(indicator.shape)
    for p, members in enumerate(_members(rules)):
        weights = rules.indicator_weight[members]
        pillar[..., p] = JOIN[kind](indicator[..., members], weights=weights).score
        parts[..., members] = losses(indicator[..., members], weights=weights, kind=kind)
    whole = JOIN[kind](pillar, weights=rules.pillar_weight).score
    pillar_share, _ = present_shares(pillar, rules.pillar_weight)
    parts = parts * pillar_share[..., rules.indicator_pillar]
    if kind == "geometric":  # parts of a logarithm so far; deaths take off points
        total = add_up(parts)
        per_part = np.where(total > 0, BEST - whole, 0.0) / np.maximum(total, SMALLEST)
        parts = parts * per_part[..., None]
    return pillar, whole, parts


def _index(
    indicator: FloatArray, rules: CompositeRules
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """An index with base 100, in which more is worse: its parts add up to the index itself."""
    parts = _weighed(indicator, shares(indicator, rules))
    pillar = _by_pillar(indicator, rules)
    for p, members in enumerate(_members(rules)):
        own = indicator[..., members]
        share, known = present_shares(own, rules.indicator_weight[members])
        pillar[..., p] = np.where(known > 0, add_up(_weighed(own, share)), np.nan)
    is_known = np.isfinite(indicator).any(axis=-1)
    return pillar, np.where(is_known, add_up(parts), np.nan), parts


def _weighed(indicator: FloatArray, share: FloatArray) -> FloatArray:
    """Each indicator times its share; 0 where missing."""
    return np.asarray(np.where(share > 0, share * indicator, 0.0))


def _weight_present(indicator: FloatArray, rules: CompositeRules) -> FloatArray:
    """Share of all weight whose indicators are known, (...)."""
    of_pillar = np.bincount(rules.indicator_pillar, weights=rules.indicator_weight)
    weight = rules.indicator_weight / of_pillar[rules.indicator_pillar]
    weight = weight * rules.pillar_weight[rules.indicator_pillar]
    _, present = present_shares(indicator, weight)
    return present


def _levels(score: FloatArray, rules: CompositeRules) -> IntArray:
    """Levels by the method's cut points; not rated where it has none."""
    if rules.method.levels is None:
        return np.full(score.shape, NOT_RATED, dtype=np.int64)
    return level_numbers(score, cuts=rules.method.levels.cuts)
