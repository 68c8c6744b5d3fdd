"""The standard score a second time: slow, obvious, and shared with nothing.

Written from docs/methods/standard.md: loops over towns, fractions for what must be exact, and a
general optimiser for the spread between towns. It is what `indices` is compared with; it is never
fast and never clever. Names and signs are those of the document.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scipy import optimize, stats

from indices.method import ScoringRules
from tests.unit.indices.oracle_evidence import Counts, Weighed, evidence_groups, weigh

LEAST_SHAPE, MOST_SHAPE = 0.5, 1e6


@dataclass(frozen=True, kw_only=True)
class Prior:
    """The gamma distribution of the towns' relative rates."""

    mean: float
    shape: float


@dataclass(frozen=True, kw_only=True)
class Night:
    """All results of one day; lists over towns, in them over groups, pillars or categories."""

    observed: list[list[float]]
    expected: list[list[float]]
    recent: list[list[float]]
    per_recent_event: list[float]
    prior: list[Prior]
    relative_rate: list[list[float]]
    long_run_rate: list[list[float]]
    own_relative_rate: list[list[float]]
    kept: list[list[float]]
    parts: list[list[float]]
    expected_events: list[float]
    rated: list[bool]
    exact_score: list[float]
    score: list[float | None]
    low: list[float | None]
    high: list[float | None]
    pillar_score: list[list[float | None]]
    level: list[int]
    rank: list[int | None]
    points_lost: list[list[float | None]]
    city_score: float


def log_likelihood(
    observed: Sequence[float], expected: Sequence[float], *, mean: float, shape: float
) -> float:
    """Logarithm of the negative binomial likelihood over the shape, without constants."""
    total = -math.log(shape)
    for y, e in zip(observed, expected, strict=True):
        total += math.lgamma(shape + y) - math.lgamma(shape)
        total += shape * math.log(shape / (shape + mean * e))
        total += y * math.log(mean * e / (shape + mean * e))
    return total


def best_prior(observed: Sequence[float], expected: Sequence[float]) -> Prior:
    """Mean and shape of the greatest adjusted likelihood, looked for everywhere."""
    if not any(observed):  # Jeffreys: half an event in all that was exposed
        return Prior(mean=0.5 / sum(expected), shape=0.5)

    def best_mean(shape: float) -> float:
        rates = [y / e for y, e in zip(observed, expected, strict=True)]
        low, high = math.log(sum(observed) / sum(expected)), math.log(max(rates))
        return math.exp(
            _lowest(
                lambda m: -log_likelihood(observed, expected, mean=math.exp(m), shape=shape),
                min(low, high) - 8,
                max(low, high) + 1,
            )
        )

    def lacking(log_shape: float) -> float:
        shape = math.exp(log_shape)
        return -log_likelihood(observed, expected, mean=best_mean(shape), shape=shape)

    grid = [
        math.log(LEAST_SHAPE) + step / 40 * math.log(MOST_SHAPE / LEAST_SHAPE) for step in range(41)
    ]
    best = min(range(41), key=lambda step: lacking(grid[step]))
    around = grid[max(best - 1, 0)], grid[min(best + 1, 40)]
    shape = math.exp(min([_lowest(lacking, *around), *around], key=lacking))
    return Prior(mean=best_mean(shape), shape=shape)


def publish(score: float) -> float:
    """Half up to one decimal; 0 and 100 only where exact."""
    if score in {0.0, 100.0}:
        return score
    return min(max(math.floor(Fraction(score) * 10 + Fraction(1, 2)), 1), 999) / 10


def points_lost(published: float, parts: Sequence[float]) -> list[float]:
    """Largest remainders in units of 0.1; of equal remainders the first is served first."""
    units = 1000 - round(published * 10)
    exact = [Fraction(part) for part in parts]
    quota = [part * units / sum(exact) if units else Fraction(0) for part in exact]
    whole = [math.floor(q) for q in quota]
    by_remainder = sorted(range(len(parts)), key=lambda i: whole[i] - quota[i])
    for position in by_remainder[: units - sum(whole)]:
        whole[position] += 1
    return [unit / 10 for unit in whole]


def level(published: float | None, cuts: Sequence[float]) -> int:
    """1 for the best level, 0 for "not rated"."""
    if published is None:
        return 0
    for number, cut in enumerate(cuts, start=1):
        if published >= cut:
            return number
    return len(cuts) + 1


def ranks(published: Sequence[float | None]) -> list[int | None]:
    """1 and the number of better scores."""
    rated = [score for score in published if score is not None]
    return [
        None if score is None else 1 + sum(other > score for other in rated) for score in published
    ]


def rank_range(
    exponents: Sequence[Sequence[float]], *, low: float, high: float
) -> list[tuple[int, int]]:
    """Low and high rank of each town over draws of all towns' exponents."""
    n_draws, n_towns = len(exponents), len(exponents[0])
    places: list[list[int]] = [[] for _ in range(n_towns)]
    for draw in exponents:
        in_order = sorted(range(n_towns), key=lambda town: (draw[town], town))
        for place, town in enumerate(in_order, start=1):
            places[town].append(place)
    first, last = math.floor(low * (n_draws - 1)), math.ceil(high * (n_draws - 1))
    return [(sorted(of_town)[first], sorted(of_town)[last]) for of_town in places]


def rise(weighed: Weighed, town: int, *, ordinary: float, chance: float) -> float:
    """By how much the last days raise the exponent of what is not set apart."""
    observed, unit = sum(weighed.recent[town]), weighed.per_recent_event[town]
    limit = float(stats.gamma.ppf(chance, observed / unit)) * unit if observed else 0.0
    return max(0.0, limit - ordinary)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of each town's groups; lists over towns, and in them over groups."""

    prior: list[Prior]
    shape: list[list[float]]
    rate: list[list[float]]
    mean: list[list[float]]
    kept: list[list[float]]
    rise: list[list[float]]  # of the exponent


def know(weighed: Weighed, rules: ScoringRules) -> Known:
    """Steps 4 to 6: prior, posterior, and what the last days raise."""
    observed, expected = weighed.observed, weighed.expected
    towns, groups = range(len(observed)), range(len(evidence_groups(rules)))
    prior = [best_prior([row[g] for row in observed], [row[g] for row in expected]) for g in groups]
    shape = [[observed[t][g] + prior[g].shape for g in groups] for t in towns]
    rate = [[expected[t][g] + prior[g].shape / prior[g].mean for g in groups] for t in towns]
    mean = [[shape[t][g] / rate[t][g] for g in groups] for t in towns]
    risen = []
    for t in towns:
        ordinary = sum(
            g.weight * x
            for g, x in zip(evidence_groups(rules), mean[t], strict=True)
            if not g.is_apart
        )
        more = rise(weighed, t, ordinary=ordinary, chance=rules.recent_chance)
        risen.append(
            [
                more * _part_of(weighed.recent[t], group.members) if rules.recent_days else 0.0
                for group in evidence_groups(rules)
            ]
        )
    return Known(
        prior=prior,
        shape=shape,
        rate=rate,
        mean=mean,
        kept=[[expected[t][g] / rate[t][g] for g in groups] for t in towns],
        rise=risen,
    )


def exponent_parts(weighed: Weighed, known: Known, rules: ScoringRules) -> list[list[float]]:
    """Step 8: each category's part of a town's exponent."""
    parts = [[0.0 for _ in rules.categories] for _ in weighed.harm]
    for t, row in enumerate(parts):
        for g, group in enumerate(evidence_groups(rules)):
            own = weighed.observed[t][g] / weighed.expected[t][g]
            kept = known.kept[t][g]
            for c in group.members:
                of_own = _part(weighed.harm[t], c, group.members)
                of_rise = _part(weighed.recent[t], c, group.members)
                borrowed = known.prior[g].mean * weighed.city_mix[c]
                mixed = kept * own * of_own + (1 - kept) * borrowed
                row[c] = group.weight * mixed + known.rise[t][g] * of_rise
    return parts


def _part(harm: Sequence[float], category: int, members: Sequence[int]) -> float:
    """Part of a category in the harm of its group; 0 where there is none."""
    total = sum(harm[c] for c in members)
    return harm[category] / total if total else 0.0


def _part_of(recent: Sequence[float], members: Sequence[int]) -> float:
    """Part of a group in what the last days add; 0 where they add nothing."""
    return sum(recent[c] for c in members) / sum(recent) if sum(recent) else 0.0


def score_night(counts: Counts, *, population: Sequence[float], rules: ScoringRules) -> Night:
    """Score all towns on the last day of a history."""
    towns, groups = range(len(population)), evidence_groups(rules)
    weighed = weigh(counts, population=population, rules=rules)
    known = know(weighed, rules)
    share = [group.weight for group in groups]

    def by_pillar(values: list[list[float]]) -> list[list[float]]:
        return [
            [
                sum(g.share * x for g, x in zip(groups, values[t], strict=True) if g.pillar == p)
                for p in range(len(rules.pillars))
            ]
            for t in towns
        ]

    raised = [
        [
            m + (r / v if v else 0.0)
            for m, r, v in zip(known.mean[t], known.rise[t], share, strict=True)
        ]
        for t in towns
    ]
    long_run = [sum(v * m for v, m in zip(share, known.mean[t], strict=True)) for t in towns]
    exponent = [sum(v * m for v, m in zip(share, raised[t], strict=True)) for t in towns]
    variance = [
        sum(v**2 * a / b**2 for v, a, b in zip(share, known.shape[t], known.rate[t], strict=True))
        for t in towns
    ]
    tail = (1 - rules.interval) / 2
    ends = [
        [
            stats.gamma.ppf(q, long_run[t] ** 2 / variance[t], scale=variance[t] / long_run[t])
            for q in (tail, 1 - tail)
        ]
        for t in towns
    ]
    events = [people * weighed.days * sum(rules.usual_rate.tolist()) for people in population]
    rated = [n >= rules.least_expected_events for n in events]

    def printed(town: int, of_exponent: float) -> float | None:
        return publish(100 * rules.scale_base**of_exponent) if rated[town] else None

    published = [printed(t, exponent[t]) for t in towns]
    own = [
        [y / e for y, e in zip(weighed.observed[t], weighed.expected[t], strict=True)]
        for t in towns
    ]
    parts = exponent_parts(weighed, known, rules)
    return Night(
        observed=weighed.observed,
        expected=weighed.expected,
        recent=weighed.recent,
        per_recent_event=weighed.per_recent_event,
        prior=known.prior,
        relative_rate=by_pillar(raised),
        long_run_rate=by_pillar(known.mean),
        own_relative_rate=by_pillar(own),
        kept=by_pillar(known.kept),
        parts=parts,
        expected_events=events,
        rated=rated,
        exact_score=[100 * rules.scale_base**x for x in exponent],
        score=published,
        low=[printed(t, ends[t][1] * exponent[t] / long_run[t]) for t in towns],
        high=[printed(t, ends[t][0]) for t in towns],
        pillar_score=[[printed(t, x) for x in row] for t, row in enumerate(by_pillar(raised))],
        level=[level(score, rules.cuts) for score in published],
        rank=ranks(published),
        points_lost=[
            [None for _ in rules.categories]
            if (score := published[t]) is None
            else [*points_lost(score, parts[t])]
            for t in towns
        ],
        city_score=publish(
            100
            * rules.scale_base ** sum(v * x for v, x in zip(share, weighed.city_rate, strict=True))
        ),
    )


def _lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one number is lowest."""
    found = optimize.minimize_scalar(
        function, bounds=(low, high), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x)
