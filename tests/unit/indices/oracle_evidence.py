"""The slow standard score, first part: groups, harm, equivalent events.

Steps 1 to 3 and the last days of docs/methods/standard.md; `oracle` goes on from here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from indices.method import ScoringRules

UNIT = 2**20
Counts = Sequence[Sequence[Sequence[float]]]  # by day, town and category


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


@dataclass(frozen=True, kw_only=True)
class Group:
    """Categories that share one body of evidence."""

    pillar: int
    members: tuple[int, ...]
    weight: float  # in the exponent
    share: float  # of the pillar's usual harm
    is_apart: bool


def evidence_groups(rules: ScoringRules) -> list[Group]:
    """Each pillar's ordinary categories together, and each grave one alone."""
    severity, usual_rate = rules.severity.tolist(), rules.usual_rate.tolist()
    groups = []
    for p in range(len(rules.pillars)):
        members = [c for c in range(len(severity)) if rules.category_pillar[c] == p]
        harm = sum(severity[c] * usual_rate[c] for c in members)
        mean = harm / sum(usual_rate[c] for c in members)
        grave = [c for c in members if severity[c] >= rules.apart_from * mean]
        ordinary = tuple(c for c in members if c not in grave)
        for together in [ordinary, *((c,) for c in grave)]:
            share = sum(severity[c] * usual_rate[c] for c in together) / harm
            weight = float(rules.pillar_weight[p]) * share
            groups.append(
                Group(
                    pillar=p,
                    members=together,
                    weight=weight,
                    share=share,
                    is_apart=together != ordinary,
                )
            )
    return groups


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """Harm of one day, by age and severity, and what it rests on."""

    days: float
    harm: list[list[float]]  # by town and category
    observed: list[list[float]]  # by town and group
    expected: list[list[float]]
    recent: list[list[float]]  # exponent of the last days alone, by town and category
    per_recent_event: list[float]  # what one equivalent event adds to it, by town
    city_mix: list[float]  # how the city's harm is split within each group, by category
    city_rate: list[float]  # the city's harm over the usual, by group


def harm_of(
    counts: Counts, *, n_towns: int, severity: Sequence[float], weight: Sequence[Fraction]
) -> list[list[float]]:
    """Weighted harm by town and category."""
    return [
        [
            days * float(weighted_sum([day[t][c] for day in counts], weight))
            for c, days in enumerate(severity)
        ]
        for t in range(n_towns)
    ]


def weigh(counts: Counts, *, population: Sequence[float], rules: ScoringRules) -> Weighed:
    """Steps 1 to 3 and the last days: recency, harm, equivalent events."""
    towns, categories = range(len(population)), range(len(rules.categories))
    severity, usual_rate = rules.severity.tolist(), rules.usual_rate.tolist()
    weight, squared = weights(rules), squared_weights(rules)
    days = float(sum(weight[: len(counts)]))
    in_city = [[sum(day[t][c] for t in towns) for day in counts] for c in categories]

    harm = harm_of(counts, n_towns=len(population), severity=severity, weight=weight)
    observed: list[list[float]] = [[] for _ in towns]
    expected: list[list[float]] = [[] for _ in towns]
    city_mix, city_rate = [0.0 for _ in categories], []
    for group in evidence_groups(rules):
        members = group.members
        clusters = float(rules.dispersion[group.pillar])
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
            of_town = sum(harm[t][c] for c in members)
            observed[t].append(of_town / per_event / clusters)
            expected[t].append(population[t] * days * usual / per_event / clusters)
    recent, per_recent_event = last_days(counts, harm, population=population, rules=rules)
    return Weighed(
        days=days,
        harm=harm,
        observed=observed,
        expected=expected,
        recent=recent,
        per_recent_event=per_recent_event,
        city_mix=city_mix,
        city_rate=city_rate,
    )


def last_days(
    counts: Counts, harm: list[list[float]], *, population: Sequence[float], rules: ScoringRules
) -> tuple[list[list[float]], list[float]]:
    """What each town's last days add to the exponent, and what one equivalent event adds."""
    severity, usual_rate = rules.severity.tolist(), rules.usual_rate.tolist()
    days = min(rules.recent_days, rules.window_days, len(counts))
    newest = counts[len(counts) - days :]
    added, clusters = [0.0 for _ in severity], [0.0 for _ in severity]
    for group in evidence_groups(rules):
        for c in group.members:
            usual = sum(severity[k] * usual_rate[k] for k in group.members)
            added[c] = 0.0 if group.is_apart else group.weight * severity[c] / usual
            clusters[c] = float(rules.dispersion[group.pillar])
    city = [sum(row[c] for row in harm) / severity[c] for c in range(len(severity))]
    total = sum(n * x for n, x in zip(city, added, strict=True))
    squares = sum(n * x * x * d for n, x, d in zip(city, added, clusters, strict=True))
    each = squares / total if total else 1.0
    exposed = [people * max(days, 1) for people in population]
    recent = [
        [sum(day[t][c] for day in newest) * x / exposed[t] for c, x in enumerate(added)]
        for t in range(len(population))
    ]
    return recent, [each / n for n in exposed]
