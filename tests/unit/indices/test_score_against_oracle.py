"""The whole standard score against the slow one of `oracle.py`."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indices.arrays import BoolArray, FloatArray
from indices.method import ScoringRules
from indices.score import ranking, standard
from indices.score.evidence import Evidence, weigh
from indices.score.standard import Scores
from tests.unit.indices import oracle, oracle_evidence
from tests.unit.indices.cities import (
    MANY_CATEGORIES,
    ONE_PILLAR,
    STANDARD,
    STEADY_WINDOWS,
    MadeUpCity,
    made_up_cities,
    parts_of,
    simulated_city,
)

EDGE = 1e-4  # so far from a rounding edge, two ways of adding cannot print differently
SLOW = settings(max_examples=40, deadline=None, derandomize=True)


def slow_night(city: MadeUpCity) -> oracle.Night:
    """Score the last day of a city by the oracle."""
    return oracle.score_night(
        city.counts.tolist(), population=city.population.tolist(), rules=city.rules
    )


def numbers(rows: object) -> np.ndarray:
    """Array of a list of the oracle, NaN where it has nothing."""
    return np.array(rows, dtype=np.float64)


def ranges_of(
    evidence: Evidence, rules: ScoringRules, rated: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Rank ranges as they come from the draws."""
    known = standard.posteriors(evidence)
    return standard.rank_ranges(known, evidence.groups, rated=rated, rules=rules)


def prints_clearly(night: oracle.Night) -> bool:
    """Whether no score lies so near a rounding edge that the last bit decides."""
    return all(abs(score * 10 - np.floor(score * 10) - 0.5) > EDGE for score in night.exact_score)


def agree(night: oracle.Night, scores: Scores) -> None:
    """Compare everything that is printed or explained."""
    assert numbers(night.expected_events) == pytest.approx(scores.expected_events[0])
    assert night.rated == scores.rated[0].tolist()
    assert numbers(night.own_relative_rate) == pytest.approx(scores.own_relative_rate[0])
    assert numbers(night.kept) == pytest.approx(scores.kept[0], rel=1e-6)
    assert numbers(night.long_run_rate) == pytest.approx(scores.long_run_rate[0], rel=1e-6)
    assert numbers(night.relative_rate) == pytest.approx(scores.relative_rate[0], rel=1e-6)
    assert numbers(night.score) == pytest.approx(scores.score[0], nan_ok=True)
    assert night.level == scores.level[0].tolist()
    assert numbers(night.rank) == pytest.approx(scores.rank[0], nan_ok=True)
    # Half a unit either way: what is compared here may itself lie on a rounding edge.
    assert numbers(night.low) == pytest.approx(scores.low[0], abs=0.1001, nan_ok=True)
    assert numbers(night.high) == pytest.approx(scores.high[0], abs=0.1001, nan_ok=True)
    assert numbers(night.pillar_score) == pytest.approx(
        scores.pillar_score[0], abs=0.1001, nan_ok=True
    )
    assert numbers(night.points_lost) == pytest.approx(
        scores.points_lost[0], abs=0.1001, nan_ok=True
    )
    assert night.city_score == pytest.approx(scores.city_score[0], abs=0.1001)


@pytest.mark.parametrize("seed", range(24))
def test_a_likely_city_scores_as_in_the_slow_implementation(seed: int) -> None:
    """Rates, scores, intervals, levels, ranks and points lost are those of the written formula."""
    rules = (ONE_PILLAR, STANDARD, MANY_CATEGORIES)[seed % 3]
    city = simulated_city(seed, rules=rules, n_towns=2 + seed % 6, n_history=10 + 2 * seed)
    night, scores = slow_night(city), city.score()
    agree(night, scores)
    for expected, actual in (  # the seeds were not chosen: nothing of them lies on an edge
        (night.low, scores.low),
        (night.high, scores.high),
        (night.pillar_score, scores.pillar_score),
        (night.points_lost, scores.points_lost),
        (night.city_score, scores.city_score),
    ):
        assert numbers(expected) == pytest.approx(actual[0], abs=1e-9, nan_ok=True)


@SLOW
@given(city=made_up_cities(windows=STEADY_WINDOWS))
def test_an_unlikely_city_scores_as_in_the_slow_implementation(city: MadeUpCity) -> None:
    """The formula holds for odd counts, short histories, and towns below the line, too."""
    night = slow_night(city)
    assume(prints_clearly(night))
    agree(night, city.score())


@SLOW
@given(city=made_up_cities(windows=STEADY_WINDOWS))
def test_evidence_is_the_exact_weighted_harm(city: MadeUpCity) -> None:
    """Observed and expected equivalent events are those of fractions, to the last digits."""
    city = replace(city, rules=replace(city.rules, recent_days=3))
    night = slow_night(city)
    evidence = weigh(city.counts, city.population, city.rules, 1)
    assert numbers(night.observed) == pytest.approx(evidence.observed[0], rel=1e-13)
    assert numbers(night.expected) == pytest.approx(evidence.expected[0], rel=1e-13)
    assert evidence.recent is not None
    assert numbers(night.recent) == pytest.approx(evidence.recent.exponent[0], rel=1e-12)
    assert numbers(night.per_recent_event) == pytest.approx(evidence.recent.per_event[0])


@SLOW
@given(city=made_up_cities(windows=STEADY_WINDOWS))
def test_parts_of_the_exponent_are_the_written_ones(city: MadeUpCity) -> None:
    """A category's part: own harm kept, the city's mix of what was borrowed, the recent rise."""
    night = slow_night(city)
    evidence = weigh(city.counts, city.population, city.rules, 1)
    parts = parts_of(evidence, city.rules)[0]
    assert numbers(night.parts) == pytest.approx(parts, rel=1e-6, abs=1e-12)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(city=made_up_cities(windows=STEADY_WINDOWS), data=st.data())
def test_each_day_of_a_panel_is_the_night_of_its_history(
    city: MadeUpCity, data: st.DataObject
) -> None:
    """Row d of a panel is what the slow implementation says of the history up to that day."""
    n_days = data.draw(st.integers(1, len(city.counts)))
    back = data.draw(st.integers(0, n_days - 1))
    until = MadeUpCity(
        counts=city.counts[: len(city.counts) - back],
        population=city.population,
        rules=city.rules,
    )
    night, panel = slow_night(until), city.score(n_days=n_days)
    day = n_days - 1 - back
    assert numbers(night.own_relative_rate) == pytest.approx(panel.own_relative_rate[day])
    assert numbers(night.expected_events) == pytest.approx(panel.expected_events[day])


@pytest.mark.parametrize("seed", range(6))
def test_rank_ranges_are_those_of_true_gamma_variates(seed: int) -> None:
    """The cube-root rule and Satterthwaite cost no more than one place at either end."""
    city = simulated_city(seed, rules=STANDARD, n_towns=12, n_history=28)
    evidence = weigh(city.counts, city.population, city.rules, 1)
    known = standard.posteriors(evidence)
    generator = np.random.default_rng(seed)
    exponents = sum(
        weight * generator.gamma(group.shape[0], 1 / group.rate[0], (4000, 12))
        for weight, group in zip(evidence.groups.weight, known, strict=True)
    )
    low, high = np.array(oracle.rank_range(np.asarray(exponents).tolist(), low=0.05, high=0.95)).T
    scores = city.score()
    assert low == pytest.approx(scores.rank_low[0], abs=1.01)
    assert high == pytest.approx(scores.rank_high[0], abs=1.01)


@pytest.mark.parametrize("seed", range(4))
def test_the_interval_holds_as_much_of_the_truth_as_it_says(seed: int) -> None:
    """Satterthwaite's gamma leaves 2.5 % of the posterior on either side, within a half percent."""
    city = simulated_city(seed, rules=STANDARD, n_towns=6, n_history=28)
    evidence = weigh(city.counts, city.population, city.rules, 1)
    known = standard.posteriors(evidence)
    low, high = standard.interval(known, evidence.groups, city.rules)
    generator = np.random.default_rng(seed)
    exponents = np.asarray(
        sum(
            weight * generator.gamma(group.shape[0], 1 / group.rate[0], (40_000, 6))
            for weight, group in zip(evidence.groups.weight, known, strict=True)
        )
    )
    assert (exponents < low[0]).mean(axis=0) == pytest.approx(np.full(6, 0.025), abs=0.005)
    assert (exponents > high[0]).mean(axis=0) == pytest.approx(np.full(6, 0.025), abs=0.005)


def test_draws_part_no_town_from_its_printed_rank() -> None:
    """A rank outside what the draws say widens the range, at either end, to hold it."""
    rules = replace(STANDARD, rank_low=0.45, rank_high=0.55)
    city = simulated_city(4, rules=rules, n_towns=20, n_history=3)
    scores = city.score()
    low, high = ranges_of(weigh(city.counts, city.population, rules, 1), rules, scores.rated)
    assert (low > scores.rank).any()
    assert (high < scores.rank).any()
    assert np.minimum(low, scores.rank).tolist() == scores.rank_low.tolist()
    assert np.maximum(high, scores.rank).tolist() == scores.rank_high.tolist()


def test_the_ranges_come_from_the_written_draws() -> None:
    """Ranks of 200 draws, each made of the day's posteriors and the seed's normal numbers."""
    rules = replace(STANDARD, pillar_weight=np.array([0.9, 0.1]))
    city = simulated_city(5, rules=rules, n_towns=16, n_history=3)
    evidence = weigh(city.counts, city.population, rules, 1)
    known = standard.posteriors(evidence)
    normal = ranking.standard_normal_draws(n_draws=200, n_towns=16, n_pillars=2, seed=20140101)
    # Town 2 is not rated: it has no range, and the others keep the draws of their own columns.
    rated = [0, 1, *range(3, 16)]
    exponents = [
        [
            sum(
                weight * wilson_hilferty(group.shape[0, town], group.rate[0, town], float(z[town]))
                for weight, group, z in zip((0.9, 0.1), known, draw, strict=True)
            )
            for town in rated
        ]
        for draw in normal
    ]
    expected = oracle.rank_range(exponents, low=0.05, high=0.95)
    is_rated = np.isin(np.arange(16), rated)[None, :]
    low, high = ranges_of(evidence, rules, is_rated)
    assert expected == list(zip(low[0, rated], high[0, rated], strict=True))
    assert np.isnan(low[0, 2])
    assert np.isnan(high[0, 2])


def wilson_hilferty(shape: float, rate: float, z: float) -> float:
    """The cube-root rule as it is written."""
    return shape / rate * max(0.0, 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))) ** 3


def test_the_oracle_prints_half_up() -> None:
    """The oracle itself is no more than the document: a few of its sentences, checked."""
    pairs = {84.25: 84.3, 99.97: 99.9, 100.0: 100.0, 0.02: 0.1, 0.0: 0.0}
    assert pairs == {score: oracle.publish(score) for score in pairs}
    parts = oracle.points_lost(87.2, [0.2360, 0.2171, 0.3887])
    assert parts == pytest.approx([3.6, 3.3, 5.9])
    assert all(a > b for a, b in pairwise(oracle_evidence.weights(STANDARD)))
