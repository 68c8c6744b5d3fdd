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

UNIT = 2**20
LEAST_SHAPE, MOST_SHAPE = 0.5, 1e6
Counts = Sequence[Sequence[Sequence[float]]]  # by day, town and category


@dataclass(frozen=True, kw_only=True)
class Prior:
    """The gamma distribution of the towns' relative rates."""

    mean: float
    shape: float


@dataclass(frozen=True, kw_only=True)
class Night:
    """All results of one day; lists over towns, and in them over pillars or categories."""

    observed: list[list[float]]
    expected: list[list[float]]
    prior: list[Prior]
    relative_rate: list[list[float]]
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


def weights(rules: ScoringRules) -> list[Fraction]:
    """Weight of each day back, a whole number of 2**-20."""
    return [
        Fraction(round(0.5 ** (back / rules.half_life_days) * UNIT), UNIT)
        for back in range(rules.window_days)
    ]


def squared_weights(rules: ScoringRules) -> list[Fraction]:
    """Square of each weight, a whole number of 2**-20."""
    return [Fraction(round(weight * weight * UNIT), UNIT) for weight in weights(rules)]


def weighted_sum(series: Sequence[float], weight: Sequence[Fraction]) -> Fraction:
    """Sum of a town's daily counts, the last day first in `weight`; exact."""
    newest_first = list(reversed(series))
    return sum(
        (w * Fraction(n) for w, n in zip(weight, newest_first, strict=False)), start=Fraction(0)
    )


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


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """Harm of one day, by age and severity, and what it rests on."""

    days: float
    harm: list[list[float]]  # by town and category
    observed: list[list[float]]  # by town and pillar
    expected: list[list[float]]
    city_mix: list[float]  # how the city's harm is split within each pillar, by category
    city_rate: list[float]  # the city's harm over the usual, by pillar


def weigh(counts: Counts, *, population: Sequence[float], rules: ScoringRules) -> Weighed:
    """Steps 1 to 3: recency, harm, equivalent events."""
    towns, categories = range(len(population)), range(len(rules.categories))
    severity, usual_rate = rules.severity.tolist(), rules.usual_rate.tolist()
    weight, squared = weights(rules), squared_weights(rules)
    days = float(sum(weight[: len(counts)]))
    series = [[[day[t][c] for day in counts] for c in categories] for t in towns]
    in_city = [[sum(day[t][c] for t in towns) for day in counts] for c in categories]
    harm = [
        [severity[c] * float(weighted_sum(series[t][c], weight)) for c in categories] for t in towns
    ]
    observed: list[list[float]] = [[] for _ in towns]
    expected: list[list[float]] = [[] for _ in towns]
    city_mix, city_rate = [0.0 for _ in categories], []
    for p in range(len(rules.pillars)):
        members = [c for c in categories if rules.category_pillar[c] == p]
        usual = sum(severity[c] * usual_rate[c] for c in members)  # per person-day
        of_city = sum(harm[t][c] for c in members for t in towns)
        usual_mix = {c: severity[c] * usual_rate[c] * float(sum(weight)) for c in members}
        square = {c: float(weighted_sum(in_city[c], squared)) for c in members}
        mix = {c: sum(harm[t][c] for t in towns) for c in members} if of_city > 0 else usual_mix
        total = sum(mix.values())
        if any(square.values()):
            per_event = sum(severity[c] ** 2 * square[c] for c in members) / total
        else:  # no harm, or all of it so old that its squares vanish: as in the usual mix
            square = {c: usual_rate[c] * float(sum(w * w for w in weight)) for c in members}
            per_event = sum(severity[c] ** 2 * square[c] for c in members) / sum(usual_mix.values())
        for c in members:
            city_mix[c] = mix[c] / total
        city_rate.append(of_city / (sum(population) * days * usual))
        for t in towns:
            observed[t].append(sum(harm[t][c] for c in members) / per_event)
            expected[t].append(population[t] * days * usual / per_event)
    return Weighed(
        days=days,
        harm=harm,
        observed=observed,
        expected=expected,
        city_mix=city_mix,
        city_rate=city_rate,
    )


def exponent_parts(
    weighed: Weighed, *, kept: list[list[float]], prior: list[Prior], rules: ScoringRules
) -> list[list[float]]:
    """Step 7: each category's part of a town's exponent."""
    parts = []
    for harm, observed, expected, kept_of in zip(
        weighed.harm, weighed.observed, weighed.expected, kept, strict=True
    ):
        row = []
        for c, p in enumerate(rules.category_pillar.tolist()):
            of_pillar = sum(harm[k] for k, q in enumerate(rules.category_pillar) if q == p)
            own = observed[p] / expected[p] * (harm[c] / of_pillar if of_pillar else 0)
            borrowed = prior[p].mean * weighed.city_mix[c]
            mixed = kept_of[p] * own + (1 - kept_of[p]) * borrowed
            row.append(float(rules.pillar_weight[p]) * mixed)
        parts.append(row)
    return parts


def score_night(counts: Counts, *, population: Sequence[float], rules: ScoringRules) -> Night:
    """Score all towns on the last day of a history."""
    towns, pillars = range(len(population)), range(len(rules.pillars))
    share = rules.pillar_weight.tolist()
    weighed = weigh(counts, population=population, rules=rules)
    observed, expected = weighed.observed, weighed.expected
    prior = [
        best_prior([row[p] for row in observed], [row[p] for row in expected]) for p in pillars
    ]
    shape = [[observed[t][p] + prior[p].shape for p in pillars] for t in towns]
    rate = [[expected[t][p] + prior[p].shape / prior[p].mean for p in pillars] for t in towns]
    mean = [[shape[t][p] / rate[t][p] for p in pillars] for t in towns]
    kept = [[expected[t][p] / rate[t][p] for p in pillars] for t in towns]
    parts = exponent_parts(weighed, kept=kept, prior=prior, rules=rules)
    exponent = [sum(share[p] * mean[t][p] for p in pillars) for t in towns]
    variance = [sum(share[p] ** 2 * shape[t][p] / rate[t][p] ** 2 for p in pillars) for t in towns]
    tail = (1 - rules.interval) / 2
    ends = [
        [
            stats.gamma.ppf(q, exponent[t] ** 2 / variance[t], scale=variance[t] / exponent[t])
            for q in (tail, 1 - tail)
        ]
        for t in towns
    ]
    events = [people * weighed.days * sum(rules.usual_rate.tolist()) for people in population]
    rated = [n >= rules.least_expected_events for n in events]

    def printed(town: int, of_exponent: float) -> float | None:
        return publish(100 * rules.scale_base**of_exponent) if rated[town] else None

    published = [printed(t, exponent[t]) for t in towns]
    return Night(
        observed=observed,
        expected=expected,
        prior=prior,
        relative_rate=mean,
        own_relative_rate=[[observed[t][p] / expected[t][p] for p in pillars] for t in towns],
        kept=kept,
        parts=parts,
        expected_events=events,
        rated=rated,
        exact_score=[100 * rules.scale_base**x for x in exponent],
        score=published,
        low=[printed(t, ends[t][1]) for t in towns],
        high=[printed(t, ends[t][0]) for t in towns],
        pillar_score=[[printed(t, mean[t][p]) for p in pillars] for t in towns],
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
