"""How the choices of the standard method did on Toronto's records: version 1.0.

python -m benchmarks.standard_study [SECTION ...] [--half-life DAYS] prints the Markdown tables of
docs/methods/standard.md in about three minutes. Every random draw is seeded.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import numpy as np
from scipy import special
from scipy.optimize import minimize
from scipy.stats import rankdata

from benchmarks.toronto import (
    FIRST,
    LAST,
    N_CITIES,
    N_DAYS,
    SEED,
    STEP,
    Study,
    World,
    dispersion,
    fit_evidence,
    load_first,
    made_up_cities,
    measured,
    simulate,
)
from indices.arrays import BoolArray, FloatArray
from indices.method import ScoringRules
from indices.score.scale import score_from_exponent
from indices.score.shrinkage import (
    LARGEST_SHAPE,
    SMALLEST_SHAPE,
    GammaPrior,
    fit_gamma,
    marshall,
    posterior,
)
from indices.score.standard import Scores
from indices.score.window import recency_weights

HALF_LIVES, FLAT_WINDOWS, ENDLESS = (14, 28, 42, 56, 84, 112, 182), (1, 28, 91, 365), 1e9

Pair = tuple[FloatArray, FloatArray]  # of a raw and a shrunk exponent


def _without_ranges(rules: ScoringRules) -> ScoringRules:
    """Leave out the rank ranges, which are slow, and rate every town."""
    return replace(rules, rank_draws=1, least_expected_events=0.0)


def _memories(rules: ScoringRules) -> dict[str, ScoringRules]:
    """Say in how many ways to forget: half-lives, and flat windows for comparison."""
    bare = _without_ranges(rules)
    fading = {str(h): replace(bare, half_life_days=float(h)) for h in HALF_LIVES}
    flat = replace(bare, half_life_days=ENDLESS)
    return fading | {f"flat {w} days": replace(flat, window_days=w) for w in FLAT_WINDOWS}


def _thin(counts: FloatArray, keep: float) -> FloatArray:
    """Keep each incident with probability `keep`, by a seeded coin."""
    kept = np.random.default_rng(SEED).binomial(counts.astype(np.int64), keep)
    return np.asarray(kept, dtype=np.float64)


def _places(values: FloatArray) -> FloatArray:
    """Rank of each town in each row; ties share the mean of their places."""
    return np.asarray(rankdata(values, axis=1))


def _spearman(one: FloatArray, other: FloatArray) -> float:
    """Rank correlation of the towns, mean over the rows."""
    a, b = (_places(x) - (x.shape[1] + 1) / 2 for x in (one, other))
    return float(((a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))).mean())


def _moved(one: FloatArray, other: FloatArray) -> float:
    """Mean number of places between two rankings of each row."""
    return float(np.abs(_places(one) - _places(other)).mean())


def _print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one Markdown table; floats with three digits."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for row in rows:
        print("|", " | ".join(f"{x:.3f}" if isinstance(x, float) else str(x) for x in row), "|")


def print_frontier(study: Study) -> None:
    """Steadiness against freshness, by half-life."""
    one = _thin(study.counts, 0.5)
    ahead = [study.harm_ahead(n)[0] for n in (7, 28)]
    steady, errors, yearly = [], [], []
    for name, rules in _memories(study.rules).items():
        both = _exponents(study, rules)
        halves = _exponents(study, rules, one), _exponents(study, rules, study.counts - one)
        foresight = [_spearman(measured(x), later) for later in ahead for x in both]
        steady.append((name, *_steadiness(study, rules, both, halves), *foresight))
        errors.append((name, *_errors(study, both)))
        yearly.append((name, *_by_year(1000 * _squared_error(study, both[1]))))
    head = ["half-life, days", "effective days", "towns not rated", "14 days' share"]
    head += ["halves, raw", "shrunk", "whole, shrunk", "places a day, raw", "shrunk"]
    head += [f"next {n}, {kind}" for n in (7, 28) for kind in ("raw", "shrunk")]
    _print_table("Steadiness and freshness", head, steady)
    head = ["half-life, days", "error, raw", "error, shrunk", "less chance", "own changes"]
    _print_table("Error of the next 28 days (thousandths), a town's own changes", head, errors)
    years = map(str, range(FIRST.year, LAST.year + 1))
    _print_table("Error, shrunk, by year (thousandths)", ["half-life, days", *years], yearly)


def _exponents(study: Study, rules: ScoringRules, counts: FloatArray | None = None) -> Pair:
    """Composite exponent before and after shrinkage, not rounded."""
    scores = study.score(rules, counts)
    weight = rules.pillar_weight
    return scores.own_relative_rate @ weight, scores.relative_rate @ weight


def _steadiness(
    study: Study, rules: ScoringRules, both: Pair, halves: tuple[Pair, Pair]
) -> list[object]:
    """Effective days, towns not rated, visible part of a doubling, agreement, places moved."""
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    agree = [_spearman(measured(a), measured(b)) for a, b in zip(*halves, strict=True)]
    moved = [f"{_moved(measured(x), x[1::STEP]):.2f}" for x in both]
    expected = weights.sum() * study.population * rules.usual_rate.sum()
    few = int((expected < study.rules.least_expected_events).sum())
    seen = f"{100 * weights[:14].sum() / weights.sum():.1f} %"
    return [f"{weights.sum():.1f}", few, seen, *agree, 2 * agree[1] / (1 + agree[1]), *moved]


def _errors(study: Study, both: Pair) -> list[object]:
    """Error of both exponents, the part that is not the chance of the next days, own changes."""
    later, variance = study.harm_ahead(28)
    chance = np.average(variance, axis=1, weights=study.population).mean()
    raw, shrunk = (_squared_error(study, x).mean() for x in both)
    a, b = (_own_changes(study, x) for x in (measured(both[1]), later))
    follows = float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))
    return [*(f"{1000 * e:.1f}" for e in (raw, shrunk, shrunk - chance)), follows]


def _squared_error(study: Study, exponent: FloatArray) -> FloatArray:
    """Squared error of the next 28 days on each measured day, towns weighted by residents."""
    error = measured(exponent) - study.harm_ahead(28)[0]
    return np.asarray(np.average(error**2, axis=1, weights=study.population))


def _own_changes(study: Study, exponent: FloatArray) -> FloatArray:
    """Each town over the city of the day, less the town's own mean over all days."""
    city = np.average(exponent, axis=1, weights=study.population)
    relative = exponent / city[:, None]
    return np.asarray(relative - relative.mean(axis=0))


def _by_year(values: FloatArray) -> list[str]:
    """Mean of each year's measured days."""
    days = range(FIRST.toordinal(), LAST.toordinal() + 1, STEP)
    year = np.array([date.fromordinal(day).year for day in days])
    return [f"{values[year == y].mean():.1f}" for y in range(FIRST.year, LAST.year + 1)]


def print_coverage(study: Study) -> None:
    """Coverage of intervals and rank ranges in simulated cities."""
    rows = [[days, *(f"{x:.2f}" for x in dispersion(study, days))] for days in (1, 28)]
    _print_table("Variance over mean, by days added up", ["days", *study.rules.categories], rows)
    head = ["95 % interval", "90 % rank range", "interval, points", "rank range, places"]
    large, few = made_up_cities(study)
    cities = [simulate(study.rules, world) for world in large]
    rows = [[w.name, *_coverage(c, c["place"] >= 0)] for w, c in zip(large, cities, strict=True)]
    _print_table("Coverage", ["simulated city", *head], rows)
    rows = [[name, *_coverage(cities[0], at)] for name, at in _groups(study, cities[0]["place"])]
    _print_table(f"Coverage {large[0].name}, by group", ["towns", *head], rows)
    _print_few(study.rules, few)


def _print_few(rules: ScoringRules, worlds: list[World]) -> None:
    """Coverage where towns are few, with the plain likelihood and with the adjusted one."""
    rows = []
    for world in worlds:
        adjusted = simulate(rules, world)
        with patch("indices.score.standard.fit_gamma", _plain_likelihood):
            plain = simulate(rules, world)
        cells = (_coverage(x, x["place"] >= 0) for x in (plain, adjusted))
        errors = (f"{np.sqrt(np.nanmean(x['squared_error'])):.2f}" for x in (plain, adjusted))
        pairs = zip(*cells, strict=True)
        rows.append([world.name, *(" / ".join(pair) for pair in (*pairs, tuple(errors)))])
    head = ["towns", "95 % interval", "90 % rank range", "interval, points", "rank range, places"]
    _print_table("Few towns: plain / adjusted", [*head, "error, points"], rows)


def _plain_likelihood(observed: FloatArray, *, expected: FloatArray) -> GammaPrior:
    """Fit by the likelihood alone, found by another search than that of `indices`."""
    ends = [(np.log(0.01), np.log(100)), (np.log(SMALLEST_SHAPE), np.log(LARGEST_SHAPE))]
    found = []
    for y, e in zip(observed, expected, strict=True):

        def lacking(logs: FloatArray, y: FloatArray = y, e: FloatArray = e) -> float:
            mean, shape = np.exp(logs)
            total = shape + mean * e
            counts = special.gammaln(y + shape) - special.gammaln(shape)
            parts = counts + y * np.log(mean * e / total) + shape * np.log(shape / total)
            return float(-parts.sum())

        start = np.log([y.sum() / e.sum(), 10])
        found.append(np.exp(minimize(lacking, start, method="Nelder-Mead", bounds=ends).x))
    mean, shape = np.array(found).T
    return GammaPrior(mean=mean, shape=shape, by_likelihood=np.ones(len(mean), dtype=bool))


def _coverage(cities: dict[str, FloatArray], at: BoolArray) -> list[str]:
    """Mean coverage and mean widths of some towns."""
    shares = [f"{100 * cities[name][at].mean():.1f} %" for name in ("in_interval", "in_range")]
    return [*shares, *(f"{cities[name][at].mean():.1f}" for name in ("points", "places"))]


def _groups(study: Study, place: FloatArray) -> list[tuple[str, BoolArray]]:
    """Terciles of residents, and the truly safest and worst tenth."""
    low, high = np.quantile(study.population, [1 / 3, 2 / 3])
    people = np.broadcast_to(study.population, place.shape)
    return [
        (f"third with the fewest residents, to {low:,.0f}", people <= low),
        ("middle third", (people > low) & (people <= high)),
        (f"third with the most residents, from {high:,.0f}", people > high),
        ("truly safest tenth", place <= 0.1),
        ("truly worst tenth", place >= 0.9),
    ]


def print_sparse(study: Study) -> None:
    """One pillar with few events in 24 towns, their true rates gamma with shape 3."""
    generator, shape, rows = np.random.default_rng(SEED), (10 * N_CITIES, 24), []
    sizes = study.population[:: len(study.population) // 24][:24]
    for events in (0.02, 0.1, 0.5, 2.0, 10.0):
        truth = generator.gamma(3, 1 / 3, shape)
        expected = np.broadcast_to(events * sizes / sizes.mean(), shape)
        observed = generator.poisson(truth * expected).astype(np.float64)
        city = observed.sum(axis=1, keepdims=True) / expected.sum(axis=1, keepdims=True)
        prior = fit_gamma(observed, expected=expected)
        known = posterior(observed, expected=expected, prior=prior)
        low, high = (special.gammaincinv(known.shape, x) / known.rate for x in (0.025, 0.975))
        held = f"{100 * ((low <= truth) & (truth <= high)).mean():.1f} %"
        means = (known.mean, np.maximum(city, 0.5 / expected.sum(axis=1, keepdims=True)))
        errors = (f"{np.sqrt(((x - truth) ** 2).mean()):.2f}" for x in means)
        rows.append([f"{events:g}", held, f"{np.median(prior.shape):.2f}", *errors])
    head = ["expected events of a town", "95 % interval", "shape, median", "error, shrunk"]
    _print_table("A pillar with few events", [*head, "error, one rate for all"], rows)


def print_spread(study: Study) -> None:
    """Likelihood against moments: how often, and what it changes."""
    rows, rates = [], []
    evidence = zip(study.rules.pillars, fit_evidence(study), strict=True)
    for pillar, (observed, expected, prior) in evidence:
        known = posterior(observed, expected=expected, prior=prior)
        moments = [marshall(y, population=e) for y, e in zip(observed, expected, strict=True)]
        by_moments = np.array([m.overall_rate**2 / max(m.variance, 1e-9) for m in moments])
        shapes = [np.quantile(x, [0.05, 0.5, 0.95]).round(2) for x in (prior.shape, by_moments)]
        cells = [" / ".join(map(str, x)) for x in shapes]
        kept = [f"{x:.2f}" for x in (known.kept.min(), known.kept.mean())]
        smallest = f"{known.shape.min():.1f}"
        rows.append([pillar, (~prior.by_likelihood).sum(), *cells, *kept, smallest])
        rates.append((known.mean, np.stack([m.rate for m in moments])))
    head = [
        f"days by moments, of {N_DAYS}",
        "shape, adjusted likelihood (5/50/95 %)",
        "shape, moments",
    ]
    head += ["kept, least", "kept, mean", "posterior shape, least"]
    _print_table("Likelihood and moments", ["pillar", *head], rows)
    weight, base = study.rules.pillar_weight, study.rules.scale_base
    both = [np.average(x, axis=0, weights=weight) for x in zip(*rates, strict=True)]
    points = np.abs(np.subtract(*(score_from_exponent(x, base=base) for x in both)))
    head = ["points, mean", "points, most", "places, mean", "Spearman"]
    row = [float(points.mean()), float(points.max()), _moved(*both), _spearman(*both)]
    _print_table("With moments instead of likelihood", head, [row])


def print_severity(study: Study) -> None:
    """Another severity for assaults, which the records do not tell apart."""
    position = study.rules.categories.index("assault")
    reference = measured(_exponents(study, _without_ranges(study.rules))[1])
    rows = []
    for days in (23.0, 405.0):
        severity = study.rules.severity.copy()
        severity[position] = days
        changed = replace(_without_ranges(study.rules), severity=severity)
        other = measured(_exponents(study, changed)[1])
        most = int(np.abs(_places(other) - _places(reference)).max())
        spread = _moved(other, reference), most, _spearman(other, reference)
        rows.append([f"{days:.0f}", f"{spread[0]:.2f}", *spread[1:]])
    head = [f"instead of {study.rules.severity[position]:.0f} days", "places, mean", "most"]
    _print_table("Severity of assault", [*head, "Spearman"], rows)


def print_threshold(study: Study) -> None:
    """Show what is known of towns below and above the least number of expected events."""
    reference = np.stack([s.relative_rate[0] for s in study.score_measured(study.rules)])
    places = _places(reference @ study.rules.pillar_weight)
    rows: list[list[object]] = []
    for keep in (1, 1 / 4, 1 / 8):
        rules = replace(study.rules, usual_rate=study.rules.usual_rate * keep)
        rules = replace(rules, least_expected_events=0.0)
        scores = study.score_measured(rules, _thin(study.counts, keep))
        rows += [[f"{keep:g}", *row] for row in _by_expected(scores, rules, places)]
    head = ["incidents kept", "expected events", "towns", "rank range, places", "interval, points"]
    _print_table("Expected events", [*head, "kept of own rate", "places off"], rows)


def _by_expected(
    scores: list[Scores], rules: ScoringRules, places: FloatArray
) -> list[list[object]]:
    """Widths and errors of the towns by their number of expected events."""
    expected = scores[0].expected_events[0]
    wide = np.stack([s.rank_high[0] - s.rank_low[0] + 1 for s in scores])
    points = np.stack([s.high[0] - s.low[0] for s in scores])
    kept = np.stack([s.kept[0] @ rules.pillar_weight for s in scores])
    rates = np.stack([s.relative_rate[0] @ rules.pillar_weight for s in scores])
    off = np.abs(_places(rates) - places)
    rows: list[list[object]] = []
    for low, high in ((0, 5), (5, 10), (10, 20), (20, 40), (40, 80), (80, np.inf)):
        at = (expected >= low) & (expected < high)
        if at.any():
            means = [f"{x[:, at].mean():.1f}" for x in (wide, points)]
            means += [f"{kept[:, at].mean():.2f}", f"{off[:, at].mean():.1f}"]
            rows.append([f"{low} to {high}", int(at.sum()), *means])
    return rows


def print_ranks(study: Study) -> None:
    """Show how far the dice, ties and the days move what is published."""
    first, other = (
        study.score_measured(replace(study.rules, seed=seed)) for seed in (SEED, SEED + 1)
    )
    ends, again = (
        np.array([[s.rank_low[0], s.rank_high[0]] for s in scores]) for scores in (first, other)
    )
    low, high, moved = ends[:, 0], ends[:, 1], np.abs(ends - again)
    tied = np.mean([1 - len(np.unique(s.score)) / s.score.size for s in first])
    daily = study.score(_without_ranges(study.rules)).score
    rows = [
        ["rank range, places", f"{(high - low + 1).mean():.1f}"],
        ["end of a range, from one seed to another, places", f"{moved.mean():.2f}"],
        ["the same, most", f"{moved.max():.0f}"],
        ["towns that share their score with one above", f"{100 * tied:.1f} %"],
        ["score to the next day, points", f"{np.abs(np.diff(daily, axis=0)).mean():.2f}"],
    ]
    _print_table("Ranks and days", ["what", "value"], rows)


SECTIONS: dict[str, Callable[[Study], None]] = {
    "frontier": print_frontier,
    "coverage": print_coverage,
    "sparse": print_sparse,
    "spread": print_spread,
    "severity": print_severity,
    "threshold": print_threshold,
    "ranks": print_ranks,
}


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.standard_study")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--half-life", type=float, help="days, instead of the method's")
    arguments = parser.parse_args()
    unknown = set(arguments.sections) - SECTIONS.keys()
    if unknown:
        parser.error(f"no section {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    study = load_first()
    if arguments.half_life:
        study = replace(study, rules=replace(study.rules, half_life_days=arguments.half_life))
    print(f"Half-life {study.rules.half_life_days:g} days, window {study.rules.window_days} days.")
    for name in arguments.sections or SECTIONS:
        SECTIONS[name](study)


if __name__ == "__main__":
    main()
