"""The composite engine a second time: one town, one day, one incident after the other.

Written from what `indices/composite/method.py` says of a method, with fractions and None. It shares
the calendar with the engine and nothing else; it is never fast and never clever.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from indices.composite.method import CompositeMethod, Indicator
from indices.periods import Period, period_of, year_before
from tests.unit.indices.composite import oracle
from tests.unit.indices.composite.engine_cases import GROUPS, KINDS, SmallCity
from tests.unit.indices.composite.oracle import Maybe

Exact = Fraction | None


@dataclass(frozen=True, kw_only=True)
class TownResult:
    """One town in one period; scores are not rounded."""

    score: Maybe
    pillar_score: list[Maybe]
    indicator_score: list[Maybe]
    value: list[Exact]
    baseline: list[Exact]
    weight_present: float
    lost: list[float]  # by indicator, deaths last


def days_of(first: date, last: date) -> Iterator[date]:
    """Each day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def kinds_of(about: Indicator) -> list[str]:
    """The kinds that an indicator counts and the records tell."""
    wanted = {k for code in about.counts for k in GROUPS.get(code, (code,))}
    return [kind for kind in KINDS if kind in wanted]


def is_told(about: Indicator, city: SmallCity) -> bool:
    """Whether the records speak of the indicator at all."""
    return bool(kinds_of(about)) and (about.only == "all" or city.tells_deaths)


def incidents(
    city: SmallCity, about: Indicator, towns: list[int], first: date, last: date
) -> Fraction:
    """Weighted incidents of an indicator in some towns from day to day."""
    total, kinds = Fraction(0), kinds_of(about)
    weights = about.severities.values if about.severities else {}
    for day, town, kind, n, fatal in city.events:
        when = city.first_day + timedelta(days=day)
        if town not in towns or not first <= when <= last or KINDS[kind] not in kinds:
            continue
        counted = {"all": n, "fatal": fatal, "not_fatal": n - fatal}[about.only]
        total += Fraction(weights.get(KINDS[kind], 1)) * counted
    return total


def unit_days(city: SmallCity, towns: list[int], first: date, last: date) -> Fraction:
    """Units of the denominator, each day that a town existed."""
    total = Fraction(0)
    for day in days_of(first, last):
        position = (day - city.first_day).days
        for town in towns:
            if position >= city.born[town]:
                total += Fraction(city.units[town])
    return total


def compared_with(
    city: SmallCity, method: CompositeMethod, about: Indicator, town: int, period: Period
) -> tuple[list[int], list[tuple[date, date]]]:
    """Towns and days that a town's baseline looks at."""
    baseline = method.baselines[about.baseline or ""]
    everybody = list(range(city.n_towns))
    year = period.last.year - 1
    if baseline.kind == "own_past":
        spans = [period]
        for _ in range(baseline.n_periods):
            spans.append(period_of(spans[-1].first - timedelta(days=1), period.kind))
        return [town], [(span.first, span.last) for span in spans[1:]]
    if baseline.kind == "same_period_of_years":
        spans = [year_before(period, n) for n in range(1, baseline.n_years + 1)]
        return [town], [(span.first, span.last) for span in spans]
    if baseline.kind == "last_year_mean":
        alike = [t for t in everybody if city.districts[t] == city.districts[town]]
        of = {"town": [town], "district": alike, "city": everybody}[baseline.of]
        return of, [(date(year, 1, 1), date(year, 12, 31))]
    if baseline.kind == "city_usual":
        return everybody, [city.base]
    if baseline.kind == "city_period":
        return everybody, [(period.first, period.last)]
    return (
        [peer for peer in city.peers[town][: baseline.n_peers] if peer >= 0],
        [(period.first, period.last)],
    )


def rate(
    city: SmallCity, about: Indicator, towns: list[int], spans: list[tuple[date, date]]
) -> Exact:
    """Weighted incidents per unit and day over the days that the history holds in full."""
    events, units = Fraction(0), Fraction(0)
    for first, last in spans:
        if first < city.first_day or last > city.last_day:
            continue
        for town in towns:  # a peer may be named twice, and then counts twice
            events += incidents(city, about, [town], first, last)
            units += unit_days(city, [town], first, last)
    return events / units if units else None


def values_of(
    city: SmallCity, method: CompositeMethod, number: int, period: Period
) -> tuple[list[Exact], list[Exact]]:
    """Value and baseline of an indicator in each town."""
    code, about = [(code, about) for _, code, about in method.indicators][number]
    if about.external is not None:
        rows = city.external.get(code)
        if rows is None:
            return [None] * city.n_towns, [None] * city.n_towns
        row = rows[city.periods(method).index(period)]
        return [None if v is None else Fraction(v) for v in row], [None] * city.n_towns
    values: list[Exact] = []
    baselines: list[Exact] = []
    per = Fraction(method.denominator.per) * period.n_days
    for town in range(city.n_towns):
        own, usual = None, None
        if is_told(about, city):
            own = rate(city, about, [town], [(period.first, period.last)])
            if about.baseline is not None:
                usual = rate(city, about, *compared_with(city, method, about, town, period))
        values.append(None if own is None else own * per)
        baselines.append(None if usual is None else usual * per)
    return values, baselines


def scored(  # noqa: PLR0911 - one return for each scale
    method: CompositeMethod, about: Indicator, values: list[Exact], baselines: list[Exact]
) -> list[Maybe]:
    """Scores of all towns on the scale that the indicator names."""
    scale = method.scales[about.scale]
    plain = [None if v is None else float(v) for v in values]
    usual = [None if b is None else float(b) for b in baselines]
    both = list(zip(plain, usual, strict=True))
    if scale.kind == "exponential":
        return [oracle.exponential(v, baseline=b, base=scale.base) for v, b in both]
    if scale.kind == "deduction":
        return [oracle.deduction(v, baseline=b, at_baseline=scale.at_baseline) for v, b in both]
    if scale.kind == "breakpoints":
        return [oracle.breakpoints(v, edges=scale.edges, scores=scale.scores) for v in plain]
    if scale.kind == "percentile":
        return oracle.percentile(values)  # type: ignore[arg-type]
    if scale.kind == "grades":
        shares = [Fraction(str(share)) for share in scale.shares] + [Fraction(0)] * 9
        grades = oracle.quota_grades(values, shares=shares)  # type: ignore[arg-type]
        return [None if grade == 0 else scale.scores[grade - 1] for grade in grades]
    if scale.kind == "min_max":
        way = scale.worst - scale.best
        return [
            None if v is None else min(100, max(0, 100 * (scale.worst - v) / way)) for v in plain
        ]
    if scale.kind == "change_steps":
        return [
            oracle.change_steps(
                v,  # type: ignore[arg-type]
                baseline=b,  # type: ignore[arg-type]
                edges=[Fraction(str(edge)) for edge in scale.edges],
                scores=scale.scores,
                edge_belongs_to=scale.edge_belongs_to,
            )
            for v, b in zip(values, baselines, strict=True)
        ]
    return [None if v is None or not b else 100 * v / b for v, b in both]


def mean(kind: str, scores: list[Maybe], weights: list[float]) -> tuple[Maybe, float]:
    """Weighted mean of what is known and the share of the weight that is."""
    return oracle.aggregate(kind, scores, weights)


def town_result(
    city: SmallCity,
    method: CompositeMethod,
    town: int,
    period: Period,
    table: list[tuple[list[Exact], list[Exact], list[Maybe]]],
) -> TownResult:
    """Join the indicators of a town, take deaths off, and share out what is lacking."""
    own = [scores[town] for _, _, scores in table]
    is_index = method.higher_is == "worse"
    kind = "arithmetic" if is_index else method.aggregation.value
    by_pillar: list[Maybe] = []
    share = [0.0] * len(own)  # of each indicator in the whole
    present = number = 0.0
    pillars = list(method.pillars.values())
    at = 0
    for pillar in pillars:
        weights = [about.weight.value for about in pillar.indicators.values()]
        part = own[at : at + len(weights)]
        score, known = mean(kind, part, weights)
        by_pillar.append(score)
        present += pillar.weight.value * known
        for offset, weight in enumerate(weights):
            if part[offset] is not None:
                share[at + offset] = pillar.weight.value * weight / (sum(weights) * known)
        at += len(weights)
    number = sum(pillar.weight.value for pillar in pillars)
    score, _ = mean(kind, by_pillar, [pillar.weight.value for pillar in pillars])
    there = sum(
        pillar.weight.value
        for pillar, of_pillar in zip(pillars, by_pillar, strict=True)
        if of_pillar is not None
    )
    share = [part / there if there else 0.0 for part in share]
    deaths = 0.0
    if method.deaths and city.tells_deaths and not is_index:
        for day, where, n in city.deaths:
            if (
                where == town
                and period.first <= city.first_day + timedelta(days=day) <= period.last
            ):
                deaths += n * method.deaths.points_each
    return TownResult(
        score=None if score is None else score if is_index else max(0.0, score - deaths),
        pillar_score=by_pillar,
        indicator_score=own,
        value=[values[town] for values, _, _ in table],
        baseline=[baselines[town] for _, baselines, _ in table],
        weight_present=present / number,
        lost=[*_parts(own, share, score, kind=kind, is_index=is_index), deaths],
    )


def _parts(
    own: list[Maybe], share: list[float], score: Maybe, *, kind: str, is_index: bool
) -> list[float]:
    """What each indicator took off the score, or added to the index, in points."""
    pairs = [(100.0 if s is None else s, w) for s, w in zip(own, share, strict=True)]
    if is_index:
        return [s * w for s, w in pairs]
    if kind == "arithmetic":
        return [(100 - s) * w for s, w in pairs]
    logs = [w * -oracle.math.log(max(s, 2.2250738585072014e-308) / 100) for s, w in pairs]
    whole = sum(logs)
    return [0.0 if whole == 0 or score is None else (100 - score) * part / whole for part in logs]


def score_city(city: SmallCity, method: CompositeMethod) -> list[list[TownResult]]:
    """Results by period and town."""
    results = []
    for period in city.periods(method):
        table = []
        for number, (_, _, about) in enumerate(method.indicators):
            values, baselines = values_of(city, method, number, period)
            table.append((values, baselines, scored(method, about, values, baselines)))
        results.append(
            [town_result(city, method, town, period, table) for town in range(city.n_towns)]
        )
    return results
