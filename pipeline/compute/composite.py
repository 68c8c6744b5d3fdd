"""An edition by the method of a city that published an index."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from indices.arrays import FloatArray, IntArray
from indices.composite.aggregation import roll_up
from indices.composite.chance import Chance, chance, ranks
from indices.composite.history import history_of
from indices.composite.ladder import NO_RUNG, Rung, Steps, steps_reached
from indices.composite.method import CompositeMethod
from indices.composite.patrol import effort_shares
from indices.composite.rounding import as_printed
from indices.composite.rules import CompositeRules, resolve
from indices.composite.score import CompositeScores, score_periods
from indices.composite.windows import reference_periods
from indices.levels import level_numbers
from indices.periods import Period, PeriodKind, previous, year_before
from pipeline.compute.basis import Basis
from pipeline.compute.denominators import denominator
from pipeline.compute.external_values import external_values
from pipeline.compute.frames import (
    change,
    common_facts,
    district_frame,
    none_if_nan,
    ranking_frame,
)
from pipeline.compute.outcomes import Outcomes, load_outcomes, outcome_deviations
from pipeline.compute.parts import component_frame, indicator_frame, pillar_frame
from pipeline.compute.similar import find_peers, similar_columns
from pipeline.editions.edition import MISSING, NORMAL, PARTIAL, Deviation, Facts
from pipeline.methods import MethodFile, read_vocabulary
from pipeline.quality import Quality
from pipeline.store.warehouse import Warehouse

LADDER_PERIODS = 12  # how far back a run of worst levels is counted
WHOLE = 1 - 1e-9  # of the weight
COMPARED_DAYS = {"1d": 1, "7d": 7}


@dataclass(frozen=True, kw_only=True, eq=False)
class Computed:
    """Everything that the tables of an edition are cut from; the last period is the edition's."""

    basis: Basis
    rules: CompositeRules
    method: CompositeMethod
    outcomes: Outcomes
    periods: tuple[Period, ...]
    scores: CompositeScores
    chance: Chance  # of the last period alone
    compared: dict[str, int]  # name of a change -> position of the period it is against

    @property
    def at(self) -> int:
        """Position of the edition's period."""
        return len(self.periods) - 1


@dataclass(frozen=True, kw_only=True, eq=False)
class CompositeTables:
    """The tables of an edition; see `pipeline.editions.edition.Edition`."""

    ranking: pd.DataFrame
    pillars: pd.DataFrame
    components: pd.DataFrame
    indicators: pd.DataFrame
    districts: pd.DataFrame
    facts: Callable[[Quality], Facts]  # of what was measured while the words were mapped


def composite_tables(
    warehouse: Warehouse, basis: Basis, method: MethodFile[CompositeMethod]
) -> CompositeTables:
    """Compute a period with all that is known; nothing is stored."""
    done = compute_composite(warehouse, basis, method)
    ranking = _ranking(done)
    order = ranking.index
    return CompositeTables(
        ranking=ranking.reset_index(drop=True),
        pillars=pillar_frame(done.basis, done.rules, done.scores, order),
        components=component_frame(done.basis, done.rules, done.scores, done.outcomes, order),
        indicators=indicator_frame(done.basis, done.rules, done.scores, order),
        districts=_districts(done),
        facts=partial(_facts, done),
    )


def compute_composite(
    warehouse: Warehouse, basis: Basis, method: MethodFile[CompositeMethod]
) -> Computed:
    """Load what the method looks at, and score the period with those it is compared with."""
    city, own = basis.city, method.method
    rules = resolve(
        own,
        read_vocabulary(),
        known_kinds=city.category_codes,
        tells_deaths=any(s.casualties and s.casualties.deaths for s in city.sources),
    )
    periods, compared = _periods(basis, own)
    base = _known_base(basis)
    first, last = _span(basis, own, periods, base)
    outcomes = load_outcomes(warehouse, basis, rules, first_day=first, last_day=last)
    units, replaced = denominator(
        basis,
        own.denominator.value,
        n_days=len(outcomes.counts),
        n_later=(last - basis.period.last).days,
    )
    outcomes = outcomes.with_deviations(outcome_deviations(basis, rules), replaced)
    history = history_of(
        outcomes.counts, denominator=units, fatal=outcomes.fatal, deaths=outcomes.deaths
    )
    scores = score_periods(
        history,
        rules,
        periods,
        first_day=first,
        base=base,
        districts=basis.district_of,
        peers=_peers(basis, own),
        external=external_values(basis, rules, periods),
    )
    return Computed(
        basis=basis,
        rules=rules,
        method=own,
        outcomes=outcomes,
        periods=periods,
        scores=scores,
        chance=chance(scores.last(), rules, history),
        compared=compared,
    )


def _periods(basis: Basis, method: CompositeMethod) -> tuple[tuple[Period, ...], dict[str, int]]:
    """The period, those before it that a ladder counts, and those its score is compared with."""
    wanted = {"previous": previous(basis.period), "year": year_before(basis.period)}
    if basis.period.kind == PeriodKind.DAY:
        for name, days in COMPARED_DAYS.items():
            then = basis.period.last - timedelta(days=days)
            wanted[name] = Period(then, then, PeriodKind.DAY)
    run = [basis.period]
    while method.ladder and len(run) < LADDER_PERIODS:
        run.append(previous(run[-1]))
    known = {p for p in (*run, *wanted.values()) if p.first >= basis.coverage.first_day}
    periods = tuple(sorted(known | {basis.period}, key=lambda p: (p.last, p.first)))
    return periods, {name: periods.index(p) for name, p in wanted.items() if p in known}


def _known_base(basis: Basis) -> tuple[date, date]:
    """The part of the city's base period that the records know; all of it where they know none."""
    base, coverage = basis.city.calibration.base_period, basis.coverage
    first, last = max(base.first, coverage.first_day), min(base.last, coverage.last_day)
    return (first, last) if first <= last else (base.first, base.last)


def _span(
    basis: Basis,
    method: CompositeMethod,
    periods: tuple[Period, ...],
    base: tuple[date, date],
) -> tuple[date, date]:
    """The first and last day that the periods and what they are compared with need.

    A base period may lie after the period that is scored: it is what all periods are held against.
    """
    needed = list(periods)
    for baseline in method.baselines.values():
        for period in periods:
            needed += reference_periods(baseline, period, base=base)
    first = min(period.first for period in needed)
    last = max(period.last for period in needed)
    coverage = basis.coverage
    return max(first, coverage.first_day), min(last, coverage.last_day)


def _peers(basis: Basis, method: CompositeMethod) -> IntArray | None:
    """Similar towns, where the method compares with them."""
    asked = [b.n_peers for b in method.baselines.values() if b.kind == "similar_towns"]
    if not asked:
        return None
    return find_peers(basis, max(asked)).position


def _ranking(done: Computed) -> pd.DataFrame:
    scores, at, method = done.scores, done.at, done.method
    present = scores.weight_present[at]
    steps = _steps(done)
    return ranking_frame(
        done.basis,
        {
            "rank": done.chance.rank[0],
            "rank_low": done.chance.rank_low[0],
            "rank_high": done.chance.rank_high[0],
            "score": scores.score[at],
            "score_low": done.chance.low[0],
            "score_high": done.chance.high[0],
            "level": np.where(scores.level[at] > 0, scores.level[at], np.nan),
            **{
                f"change_{name}": change(
                    scores.score[at], scores.score[then], decimals=method.rounding.decimals
                )
                for name, then in done.compared.items()
            },
            "weight_present": np.round(present, 6),
            "run_at_worst": np.nan if steps is None else steps.run[-1],
            "step": "" if steps is None else _step_codes(method, steps),
            "patrol_share": _patrol(done),
            **similar_columns(
                done.basis, scores.score[at], higher_is_safer=method.higher_is == "safer"
            ),
            "obs_status": np.select(
                [~np.isfinite(scores.score[at]), present < WHOLE], [MISSING, PARTIAL], NORMAL
            ),
        },
    )


def _steps(done: Computed) -> Steps | None:
    """How long each town has been at the worst level, and what follows from it."""
    method = done.method
    if method.levels is None or not method.ladder:
        return None
    own = [at for at, p in enumerate(done.periods) if p.kind == done.basis.period.kind]
    run = _consecutive(done.periods, own)[-LADDER_PERIODS:]  # not the one compared with besides
    return steps_reached(
        done.scores.level[run],
        worst_level=method.levels.level[-1].number,
        rungs=[Rung(after=rung.after, code=rung.code) for rung in method.ladder],
    )


def _consecutive(periods: tuple[Period, ...], positions: list[int]) -> list[int]:
    """The longest run of neighbours that ends with the last period."""
    run = [positions[-1]]
    for at in reversed(positions[:-1]):
        if previous(periods[run[-1]]) == periods[at]:
            run.append(at)
    return run[::-1]


def _step_codes(method: CompositeMethod, steps: Steps) -> list[str]:
    return ["" if rung == NO_RUNG else method.ladder[rung].code for rung in steps.rung[-1]]


def _patrol(done: Computed) -> FloatArray | float:
    """Share of the patrol effort of each town, where the method has such a rule."""
    rule = done.method.patrol
    if rule is None:
        return float("nan")
    level = done.scores.level[done.at]
    return np.round(
        effort_shares(level, share_to_worst=rule.share_to_worst.value, from_level=rule.from_level),
        6,
    )


def roll_up_scores(done: Computed, score: FloatArray, groups: IntArray, n: int) -> FloatArray:
    """Scores of groups of towns, by the method's rule, printed with a decimal at least."""
    people = np.array([town.population for town in done.basis.towns], dtype=np.float64)
    weight = people if done.method.roll_up.value == "population_weighted" else np.ones(len(people))
    rounding = done.method.rounding
    return as_printed(
        roll_up(score, groups=groups, n_groups=n, weight=weight),
        decimals=max(rounding.decimals, 1),
        mode=rounding.mode,
    )


def _districts(done: Computed) -> pd.DataFrame:
    method, at = done.method, done.at
    n = len(done.basis.districts)
    score = roll_up_scores(done, done.scores.score, done.basis.district_of, n)
    rated = np.isfinite(score[at])
    cuts = method.levels.cuts if method.levels else ()
    level = level_numbers(score[at], cuts=cuts)
    return district_frame(
        done.basis,
        {
            "rank": ranks(score[at : at + 1], rated=rated[None], rules=done.rules)[0],
            "score": score[at],
            "level": np.where(rated & (method.levels is not None), level, np.nan),
            **_changes(done, score),
            "obs_status": np.where(rated, NORMAL, MISSING),
        },
    )


def _changes(done: Computed, score: FloatArray) -> dict[str, FloatArray]:
    decimals = max(done.method.rounding.decimals, 1)
    return {
        f"change_{name}": change(score[done.at], score[then], decimals=decimals)
        for name, then in done.compared.items()
    }


def _facts(done: Computed, quality: Quality) -> Facts:
    everybody = np.zeros(len(done.basis.towns), dtype=np.int64)
    city = roll_up_scores(done, done.scores.score, everybody, 1)
    changes = _changes(done, city)
    n_days = done.basis.period.n_days
    return common_facts(
        done.basis,
        quality,
        decimals=done.method.rounding.decimals,
        deviations=_deviations(done),
        window_days=n_days,
        incidents_on_day=int(done.outcomes.in_period(done.basis.period).sum()),
        incidents_usual=None,
        city_score=none_if_nan(float(city[done.at, 0])),
        changes={name: none_if_nan(float(value[0])) for name, value in changes.items()},
    )


def _deviations(done: Computed) -> tuple[Deviation, ...]:
    """In what the edition differs from the letter of its method."""
    lacking = [
        Deviation("missing" if not told else "incomplete", code, kinds)
        for code, kinds, told in _lacking(done.rules)
    ]
    external = [
        Deviation("no external value", code)
        for i, (code, about) in enumerate(zip(done.rules.indicators, done.rules.about, strict=True))
        if about.external and not np.isfinite(done.scores.value[done.at, :, i]).any()
    ]
    no_baseline = [
        Deviation("nothing to compare with", code)
        for i, (code, about) in enumerate(zip(done.rules.indicators, done.rules.about, strict=True))
        if about.baseline
        and done.rules.told[i]
        and not np.isfinite(done.scores.baseline[done.at, :, i]).any()
    ]
    other = []
    if done.basis.period.kind != done.method.period.value:
        other.append(Deviation("other period", done.method.period.value.value))
    return (*lacking, *external, *no_baseline, *done.outcomes.deviations, *other)


def _lacking(rules: CompositeRules) -> list[tuple[str, tuple[str, ...], bool]]:
    """Indicators whose kinds the records do not tell, or not all of them."""
    by_code = dict(rules.lacking)
    return [
        (code, by_code.get(code, ()), bool(told))
        for code, told in zip(rules.indicators, rules.told, strict=True)
        if code in by_code or not told
    ]
