"""Intervals and rank ranges of composite methods: what they hold, and how often."""

from dataclasses import fields, replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.arrays import FloatArray
from indices.composite.chance import Chance, chance
from indices.composite.history import history_of
from indices.composite.method import CompositeMethod
from indices.composite.score import score_periods
from indices.periods import Period, PeriodKind
from indices.score.ranking import competition_ranks, dense_ranks, tied_rank_range
from tests.unit.indices.composite.engine_cases import SmallCity, method_of
from tests.unit.indices.composite.engine_made_up import cases

MODEST = settings(max_examples=60, deadline=None, derandomize=True)
NAMES = tuple(field.name for field in fields(Chance))
Case = tuple[SmallCity, CompositeMethod]
FIRST = date(2018, 1, 1)
WEEK = Period(date(2018, 12, 24), date(2018, 12, 30), PeriodKind.WEEK)
N_DAYS = (WEEK.last - FIRST).days + 1
BASE = (FIRST, date(2018, 12, 23))
BASE_DAYS = (BASE[1] - BASE[0]).days + 1


def chance_of(city: SmallCity, method: CompositeMethod) -> Chance:
    """Intervals and ranges of all periods of a small city."""
    rules, history = city.rules(method), city.engine_history(method)
    return chance(city.score(method), rules, history, n_draws=60)


@MODEST
@given(case=cases)
def test_an_interval_holds_the_score_and_a_range_the_rank(case: Case) -> None:
    """Both are there for each score, are held by the places there are, and by 0 and 100."""
    city, method = case
    scores, found = city.score(method).score, chance_of(city, method)
    rated = np.isfinite(scores)
    assert [rated.tolist()] * 5 == [np.isfinite(getattr(found, n)).tolist() for n in NAMES]
    assert (found.low <= scores)[rated].all()
    assert (scores <= found.high)[rated].all()
    assert (found.rank_low <= found.rank)[rated].all()
    assert (found.rank <= found.rank_high)[rated].all()
    assert (found.rank_low[rated] >= 1).all()
    assert (found.rank_high <= rated.sum(axis=1, keepdims=True))[rated].all()
    assert method.higher_is == "worse" or (found.high[rated] <= 100).all()


@MODEST
@given(case=cases)
def test_the_chance_of_a_period_alone_has_the_same_bits(case: Case) -> None:
    """The draws are the same for each period, and nothing else is shared."""
    city, method = case
    city = replace(
        city, n_periods=2, external={c: 2 * rows[:1] for c, rows in city.external.items()}
    )
    alone = replace(city, n_periods=1, external={c: rows[:1] for c, rows in city.external.items()})
    panel, last = chance_of(city, method), chance_of(alone, method)
    assert all(
        np.array_equal(getattr(panel, name)[-1:], getattr(last, name), equal_nan=True)
        for name in NAMES
    )


def weekly(baseline: str = "usual", **others: object) -> CompositeMethod:
    """Thefts of a week on a straight line: 80 at the baseline."""
    line = {"scale": "deduction", "baseline": baseline, "counts": ["theft"], **others}
    return method_of({"order": [line]}, rounding={"decimals": 2, "mode": "half up"})


def intervals(
    method: CompositeMethod, week: FloatArray, before: FloatArray
) -> tuple[FloatArray, Chance]:
    """Scores and chance of towns with equal people and thefts in the week and the day before."""
    counts = np.zeros((N_DAYS, len(week), 1))
    counts[-1, :, 0] = week
    counts[BASE_DAYS - 1, :, 0] = before
    city = SmallCity(
        first_day=FIRST,
        n_days=N_DAYS,
        born=(0,),
        units=(1.0,),
        events=(),
        districts=(0,),
        peers=((-1,),),
        base=BASE,
    )
    rules, history = city.rules(method), history_of(counts, denominator=np.ones(len(week)))
    scores = score_periods(
        history,
        rules,
        [WEEK],
        first_day=FIRST,
        base=BASE,
        districts=np.zeros(len(week), dtype=np.int64),
    )
    return scores.score[0], chance(scores, rules, history)


@pytest.mark.parametrize("mean", [5.0, 20.0, 100.0])
@pytest.mark.parametrize(("baseline", "weeks"), [("usual", BASE_DAYS / 7), ("before", 3.0)])
def test_nineteen_of_twenty_intervals_hold_the_true_score(
    baseline: str, weeks: float, mean: float
) -> None:
    """Poisson counts of a known mean, on a line of 80 at the usual: about 95 % hold its score."""
    dice = np.random.default_rng(20140101)
    week = dice.poisson(mean, 3_000).astype(np.float64)
    past = dice.poisson(mean * weeks, 3_000).astype(np.float64)
    _, found = intervals(weekly(baseline), week, past)
    inside = (found.low[0] <= 80) & (found.high[0] >= 80)
    assert pytest.approx(0.95, abs=0.012) == inside.mean()


def test_more_evidence_makes_narrower_intervals() -> None:
    """A hundred times the incidents among a hundred times the people: a tenth of the width."""
    few, many = (intervals(weekly(), np.full(50, n), np.full(50, 48 * n))[1] for n in (4.0, 400.0))
    ratio = (many.high - many.low).mean() / (few.high - few.low).mean()
    assert pytest.approx(0.1, abs=0.02) == ratio


def test_an_own_past_is_as_uncertain_as_the_present() -> None:
    """Against a past of as many incidents the interval is wider than against a known base."""
    week = np.full(50, 30.0)
    fixed = intervals(weekly("usual"), week, week * BASE_DAYS / 7)[1]
    own = intervals(weekly("before"), week, week * 3)[1]
    wider = (own.high - own.low).mean() / (fixed.high - fixed.low).mean()
    assert pytest.approx(np.sqrt(1 + 1 / 3), abs=0.1) == wider


@MODEST
@given(
    draws=st.lists(st.lists(st.integers(-2, 4), min_size=3, max_size=3), min_size=1, max_size=30),
    ties=st.sampled_from(["competition", "dense"]),
)
def test_a_range_over_ties_is_that_of_sorting_every_town_s_ranks(
    draws: list[list[int]], ties: str
) -> None:
    """The low end counts the better place of equal towns, the high end the worse one."""
    best, worst = [], []
    for draw in draws:
        if ties == "dense":
            best.append([sorted(set(draw)).index(own) + 1 for own in draw])
            worst.append(best[-1])
        else:
            best.append([1 + sum(other < own for other in draw) for own in draw])
            worst.append([sum(other <= own for other in draw) for own in draw])
    at = int(0.05 * (len(draws) - 1)), int(np.ceil(0.95 * (len(draws) - 1)))
    expected = [np.sort(best, axis=0)[at[0]].tolist(), np.sort(worst, axis=0)[at[1]].tolist()]
    actual = tied_rank_range(np.array(draws, dtype=np.float64), low=0.05, high=0.95, ties=ties)
    assert expected == actual.tolist()


def test_dense_ranks_leave_out_no_place() -> None:
    """1, 2, 2, 3 where the others rank 1, 2, 2, 4; a town that is not rated has no rank."""
    scores = np.array([[85.0, 91.3, 62.4, 85.0, 99.0]])
    rated = np.array([[True, True, True, True, False]])
    assert [[2, 1, 3, 2], [2, 1, 4, 2]] == [
        ranked(scores, rated=rated)[0, :4].tolist() for ranked in (dense_ranks, competition_ranks)
    ]
    assert np.isnan(dense_ranks(scores, rated=rated)[0, 4])
