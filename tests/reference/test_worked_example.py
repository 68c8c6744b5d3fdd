"""The small city in docs/methods/standard.md, computed anew from the page's own inputs."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from indices.arrays import FloatArray
from indices.method import Calibration, ScoringRules, StandardMethod, combine
from indices.score.scale import points_lost, score_from_exponent
from indices.score.shrinkage import GammaPosterior, GammaPrior, fit_gamma, posterior
from indices.score.standard import Scores, score_days
from indices.score.window import recency_weights, weighted_counts
from pipeline.settings import REPOSITORY

PAGE = (REPOSITORY / "docs" / "methods" / "standard.md").read_text(encoding="utf-8")
METHOD = REPOSITORY / "data" / "methods" / "standard.toml"
DAYS_BACK = (0, 365, 730)
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
MADE_UP = {"status": "assumed", "reason": "two pillars of equal weight, as the page says"}

Table = dict[str, list[str]]  # cells of each row by its first cell


def page_table(head: str) -> Table:
    """Return the rows of the one table of the page whose first two heads are `head`."""
    _, found = PAGE.split(f"\n| {head} |")
    rows: Table = {}
    for line in found.splitlines()[2:]:
        if not line.startswith("|"):
            break
        first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rows[first] = cells
    return rows


def value(text: str) -> float:
    """Return a printed number; thousands are parted by commas."""
    assert NUMBER.fullmatch(text), text
    return float(text.replace(",", ""))


def printed(text: str) -> object:
    """Return what equals a number that rounds to the printed one."""
    decimals = len(text.partition(".")[2])
    return pytest.approx(value(text), rel=0, abs=0.5 * 10**-decimals + 1e-12)


class SmallCity(NamedTuple):
    """What the first two tables of the example give."""

    counts: FloatArray  # (n_days, n_towns, n_categories)
    population: FloatArray
    rules: ScoringRules


class Steps(NamedTuple):
    """Steps 2 to 5 for one pillar."""

    harm: FloatArray  # (n_towns,)
    usual: FloatArray  # (n_towns,)
    squares: float  # sum of w^2 s^2 n over the city
    prior: GammaPrior
    known: GammaPosterior
    parts: FloatArray  # of Ash's exponent, (n_categories of the pillar,)


def read_rules() -> ScoringRules:
    """Join the method file with the usual rates of the page, whose severities must agree."""
    method = StandardMethod.model_validate(tomllib.loads(METHOD.read_text(encoding="utf-8")))
    pillars: dict[str, dict[str, object]] = {}
    for category, (pillar, severity, usual) in page_table("category | pillar").items():
        assert value(severity) == method.categories[category].severity.value
        part = pillars.setdefault(pillar, {"weight": {"value": 0.5, **MADE_UP}})
        part.setdefault("usual_per_100k_day", {})[category] = value(usual)
    base = {"first": date(2016, 1, 1), "last": date(2019, 12, 31), **MADE_UP}
    made = {"method": "standard", "base_period": base, "pillars": pillars}
    return combine(method, Calibration.model_validate(made))


@pytest.fixture(scope="module")
def city() -> SmallCity:
    """Lay the incidents of the page out over as many days as the window has."""
    rules, towns = read_rules(), page_table("town | residents")
    counts = np.zeros((rules.window_days, len(towns), len(rules.categories)))
    for town, (_, *cells) in enumerate(towns.values()):
        for category, cell in enumerate(cells):
            for back, incidents in zip(DAYS_BACK, cell.split(", "), strict=True):
                counts[-1 - back, town, category] = value(incidents)
    population = np.array([value(residents) for residents, *_ in towns.values()])
    return SmallCity(counts, population, rules)


@pytest.fixture(scope="module")
def scores(city: SmallCity) -> Scores:
    """Score the last day of the small city."""
    return score_days(city.counts, population=city.population, rules=city.rules, n_days=1)


@pytest.fixture(scope="module")
def steps(city: SmallCity) -> list[Steps]:
    """Take steps 2 to 5 one by one, as the page words them."""
    counts, population, rules = city
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    harm = weighted_counts(counts, weights=weights, n_days=1)[0] * rules.severity
    squares = np.einsum("t,tpc->c", weights[::-1] ** 2, counts) * rules.severity**2
    usual = population[:, None] * weights.sum() * rules.severity * rules.usual_rate
    taken = []
    for pillar in range(len(rules.pillars)):
        at = rules.category_pillar == pillar
        own, normal, square = harm[:, at].sum(axis=1), usual[:, at].sum(axis=1), squares[at].sum()
        per_event = square / own.sum()
        observed, expected = own[None] / per_event, normal[None] / per_event
        prior = fit_gamma(observed, expected=expected)
        known = posterior(observed, expected=expected, prior=prior)
        kept, mean = known.kept[0, 0], known.mean[0, 0]
        borrowed = (mean - kept * own[0] / normal[0]) * harm[:, at].sum(axis=0) / own.sum()
        parts = rules.pillar_weight[pillar] * (kept * harm[0, at] / normal[0] + borrowed)
        taken.append(Steps(own, normal, float(square), prior, known, parts))
    return taken


def of_ash(step: Steps) -> Iterator[tuple[str, float]]:
    """Yield the rows of the table of steps but the score, for Ash, the first town."""
    per_event = step.squares / step.harm.sum()
    yield "2. harm", step.harm[0]
    yield "2. usual", step.usual[0]
    yield "2. own relative rate", step.harm[0] / step.usual[0]
    yield "3. `Σ w s n`, whole city", step.harm.sum()
    yield "3. `Σ w² s² n`, whole city", step.squares
    yield "3. `per_event`", per_event
    yield "3. observed `y`", step.harm[0] / per_event
    yield "3. expected `E`", step.usual[0] / per_event
    yield "4. mean `m`", step.prior.mean[0]
    yield "4. shape `a`", step.prior.shape[0]
    yield "5. posterior shape", step.known.shape[0, 0]
    yield "5. posterior rate", step.known.rate[0, 0]
    yield "5. posterior mean", step.known.mean[0, 0]
    yield "5. kept", step.known.kept[0, 0]
    yield "9. posterior variance", step.known.variance[0, 0]


def test_the_steps_of_ash(scores: Scores, steps: list[Steps]) -> None:
    """Each number of the table of steps is what its step gives, pillar by pillar."""
    table = page_table("Ash, step by step | persons")
    expected_scores = [printed(cell) for cell in table.pop("7. pillar score")]
    assert expected_scores == scores.pillar_score[0, 0].tolist()
    for pillar, step in enumerate(steps):
        expected = {label: printed(cells[pillar]) for label, cells in table.items()}
        assert expected == dict(of_ash(step))


def test_the_steps_are_those_of_the_method(scores: Scores, steps: list[Steps]) -> None:
    """Steps taken one by one end at the relative rates that the whole method gives."""
    for pillar, step in enumerate(steps):
        assert (step.harm / step.usual).tolist() == pytest.approx(
            scores.own_relative_rate[0, :, pillar].tolist()
        )
        assert step.known.mean[0].tolist() == pytest.approx(
            scores.long_run_rate[0, :, pillar].tolist()
        )
        assert step.known.kept[0].tolist() == pytest.approx(scores.kept[0, :, pillar].tolist())


def test_the_pillars_of_ash_together(city: SmallCity, steps: list[Steps]) -> None:
    """Exponent, score before rounding and the gamma of the interval are those of the page."""
    table = [printed(cell) for [cell] in page_table("Ash, together | value").values()]
    weight, base = city.rules.pillar_weight, city.rules.scale_base
    mean = float(weight @ [step.known.mean[0, 0] for step in steps])
    variance = float(weight**2 @ [step.known.variance[0, 0] for step in steps])
    shape, unit = mean**2 / variance, variance / mean
    ends = stats.gamma(shape, scale=unit).ppf([0.025, 0.975])
    score = float(score_from_exponent(np.array(mean), base=base))
    assert table == [mean, score, variance, shape, unit, *ends.tolist()]


def last_days(city: SmallCity, town: int, long_run: float) -> list[float]:
    """Rows of step 6 for one town, as the page words it."""
    counts, population, rules = city
    usual = np.bincount(rules.category_pillar, weights=rules.severity * rules.usual_rate)
    added = (rules.pillar_weight / usual)[rules.category_pillar] * rules.severity
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    incidents = weighted_counts(counts, weights=weights, n_days=1)[0].sum(axis=0)
    exposed = 14 * population[town]
    own = float(counts[-14:, town].sum(axis=0) @ added) / exposed
    unit = float(added**2 @ incidents / (added @ incidents)) / exposed
    limit = float(stats.gamma.ppf(0.21, own / unit)) * unit
    return [long_run, own, unit, own / unit, limit, max(0.0, limit - long_run)]


def test_what_the_last_days_bear_out(city: SmallCity, scores: Scores, steps: list[Steps]) -> None:
    """The table of step 6, column by column; the rise is what the rates then have more."""
    table = list(page_table("step 6, the last 14 days").values())
    weight = city.rules.pillar_weight
    for town, column in enumerate(zip(*table, strict=True)):
        long_run = float(weight @ [step.known.mean[0, town] for step in steps])
        rows = last_days(city, town, long_run)
        assert [printed(cell) for cell in column] == rows
        rise = scores.relative_rate[0, town] - scores.long_run_rate[0, town]
        assert float(weight @ rise) == pytest.approx(rows[-1])


def test_the_points_that_ash_lost(scores: Scores, steps: list[Steps]) -> None:
    """The parts of the exponent, shared out in tenths, give the points lost as printed."""
    table = list(page_table("Ash, points lost | part of `x`").values())
    wanted = [[printed(cell) for cell in column] for column in zip(*table, strict=True)]
    parts = np.concatenate([step.parts for step in steps])
    units = parts / parts.sum() * 10 * (100 - scores.score[0, 0])
    lost = points_lost(scores.score[0, :1], exponent=parts[None])[0]
    assert wanted[0] == parts.tolist()
    assert wanted[1] == units.tolist()
    assert [value(row[2]) for row in table] == np.floor(units).tolist()
    assert wanted[3] == lost.tolist()


def test_the_result_of_every_town(scores: Scores) -> None:
    """Scores, intervals, levels, ranks and points lost of the last table; Dale is not rated."""
    for town, (expected, score, *cells) in enumerate(
        page_table("result | expected incidents").values()
    ):
        assert printed(expected) == scores.expected_events[0, town]
        assert (score == "not rated") == (not scores.rated[0, town])
        if score == "not rated":
            assert set(cells) == {""}
            continue
        level, interval, rank, ranks, *lost = cells
        low, high, best, worst = (*interval.split(" to "), *ranks.split(" to "))
        wanted = [printed(cell) for cell in (score, low, high, level, rank, best, worst, *lost)]
        given = [scores.score, scores.low, scores.high, scores.level]
        given += [scores.rank, scores.rank_low, scores.rank_high]
        found = [float(values[0, town]) for values in given]
        assert wanted == found + scores.points_lost[0, town].tolist()


def test_the_page_names_the_numbers_of_the_method(city: SmallCity) -> None:
    """Half-life, window, scale and effective days of the text are those of the method file."""
    rules = city.rules
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    looks_back = f"{rules.window_days} days; a day {rules.half_life_days:g} days back counts half"
    assert [looks_back] == page_table("fact | value")["looks back"]
    assert f"`w[t] = 0.5 ** (t / {rules.half_life_days:g})`" in PAGE
    assert f"Their sum is {weights.sum():.1f}" in PAGE
    assert f"({100 * rules.recent_chance:g} % quantile of a gamma" in PAGE
    assert f"weighs {rules.apart_from:g} times" in PAGE
    assert f"The last {rules.recent_days} days" in PAGE
    assert f"score = 100 · {rules.scale_base:g} ** x" in PAGE
