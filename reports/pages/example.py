"""A small made-up city, scored by the real engine: the numbers of a method's worked example."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from indices.arrays import FloatArray, IntArray
from indices.composite.aggregation import roll_up
from indices.composite.chance import ranks
from indices.composite.history import history_of
from indices.composite.method import CompositeMethod, Indicator
from indices.composite.rounding import as_printed
from indices.composite.rules import CompositeRules, resolve
from indices.composite.score import CompositeScores, score_periods
from indices.composite.windows import AnyBaseline, reference_periods
from indices.periods import Period, period_of
from pipeline.methods import read_vocabulary

DAY = date(2022, 3, 15)
BASE = (date(2021, 1, 1), date(2021, 12, 31))
N_TOWNS, N_TOWNS_IN_ORDER = 3, 10  # ten where towns are put in order among themselves
RESIDENTS = (20_000, 30_000, 50_000, 25_000, 40_000, 15_000, 60_000, 35_000, 45_000, 10_000)
UNITS = {  # of each denominator, for each resident
    "residents": 1.0,
    "registered_and_floating": 1.25,
    "vehicles": 0.4,
    "area_km2": 0.0005,
}
USUAL = {"day": 5, "week": 6, "ten_days": 8, "half_month": 10, "month": 20}  # in 20,000 residents
USUAL_OF_LONGER = 60
FACTORS = (1.05, 1.1, 0.9, 0.7, 1.2, 0.8, 1.0, 1.15, 0.75, 0.95)  # now against usual
RARE_GROUPS = {"eight_serious", "mass_incidents"}
RARE_EVERY = 4  # of the periods compared with has an incident of a rare kind
KINDS_EACH, KINDS_WEIGHED = 2, 3  # of each indicator, so that a reader can follow


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Records:
    """What is made up: towns and their incidents."""

    first_day: date
    residents: FloatArray  # (n_towns,)
    units: FloatArray  # (n_towns,), of the denominator
    counts: FloatArray  # (n_days, n_towns, n_kinds)
    fatal: FloatArray  # same shape
    deaths: FloatArray  # (n_days, n_towns)
    districts: IntArray  # the first two towns are one district, the others another
    peers: IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Example:
    """The made-up records and what the engine makes of them; the first town is worked through."""

    method: CompositeMethod
    rules: CompositeRules
    period: Period
    made: Records
    scores: CompositeScores
    rank: FloatArray  # (n_towns,)
    district_score: float  # of the first, as printed

    def baseline(self, about: Indicator) -> AnyBaseline | None:
        """What an indicator is compared with."""
        return self.method.baselines[about.baseline] if about.baseline else None

    def references(self, about: Indicator) -> list[Period]:
        """The periods that an indicator is compared with."""
        baseline = self.baseline(about)
        return [] if baseline is None else reference_periods(baseline, self.period, base=BASE)

    def compared_towns(self, about: Indicator) -> list[int]:
        """The towns whose incidents the first town is compared with."""
        baseline = self.baseline(about)
        everybody = list(range(len(self.made.units)))
        if baseline is None:
            return []
        if baseline.kind in ("city_usual", "city_period"):
            return everybody
        if baseline.kind == "similar_towns":
            return [int(town) for town in self.made.peers[0] if town >= 0]
        if baseline.kind == "last_year_mean" and baseline.of != "town":
            return everybody if baseline.of == "city" else [0, 1]
        return [0]

    def counted(self, indicator: int) -> list[int]:
        """Positions of the kinds that an indicator counts."""
        return [int(kind) for kind in np.flatnonzero(self.rules.severity[indicator])]

    def kind_name(self, kind: int, language: str) -> str:
        """Name of a kind of incident."""
        return str(getattr(read_vocabulary().name(self.rules.kinds[kind]), language))

    def incidents(self, indicator: int, kind: int, towns: list[int], periods: list[Period]) -> int:
        """Incidents of a kind that count for an indicator."""
        of_all, of_fatal = self.rules.of_all[indicator], self.rules.of_fatal[indicator]
        daily = of_all * self.made.counts[..., kind] + of_fatal * self.made.fatal[..., kind]
        return int(sum(daily[self._days(period)][:, towns].sum() for period in periods))

    def deaths_now(self) -> int:
        """Deaths in the first town in the period."""
        return int(self.made.deaths[self._days(self.period), 0].sum())

    def _days(self, period: Period) -> slice:
        first = (period.first - self.made.first_day).days
        return slice(first, first + period.n_days)


def make_example(method: CompositeMethod) -> Example:
    """Make records up and score them; the same method always gives the same example."""
    rules = _made_up_rules(method)
    period = period_of(DAY, method.period.value)
    made = _made_up_records(method, rules, period)
    scores = score_periods(
        history_of(made.counts, denominator=made.units, fatal=made.fatal, deaths=made.deaths),
        rules,
        [period],
        first_day=made.first_day,
        base=BASE,
        districts=made.districts,
        peers=made.peers,
        external=_made_up_values(rules, len(made.units)),
    )
    return Example(
        method=method,
        rules=rules,
        period=period,
        made=made,
        scores=scores,
        rank=ranks(scores.score, rated=np.isfinite(scores.score), rules=rules)[0],
        district_score=_district_score(method, scores, made),
    )


def _made_up_records(method: CompositeMethod, rules: CompositeRules, period: Period) -> Records:
    """Towns, their sizes and their incidents."""
    references = _references(method, period)
    first = min(reference.first for reference in [period, *references])
    residents = np.array(RESIDENTS[: _n_towns(method)], dtype=np.float64)
    units = residents * UNITS.get(method.denominator.value, 0.0)
    counts, fatal = _made_up_counts(rules, period, references, first, residents)
    deaths = np.zeros(counts.shape[:2])
    deaths[(period.first - first).days, 0] = 1
    n_towns = len(residents)
    return Records(
        first_day=first,
        residents=residents,
        units=units if units.any() else np.ones(n_towns),
        counts=counts,
        fatal=fatal,
        deaths=deaths,
        districts=np.minimum(np.arange(n_towns) // 2, 1),
        peers=np.array([_others(town, n_towns) for town in range(n_towns)]),
    )


def _made_up_rules(method: CompositeMethod) -> CompositeRules:
    """The method, with as few kinds of incidents as show how it works."""
    names = read_vocabulary()
    known: set[str] = set()
    for _, _, indicator in method.indicators:
        kinds = [kind for code in indicator.counts for kind in names.members(code)]
        known |= _shown(kinds, indicator.severities.values if indicator.severities else {})
    return resolve(method, names, known_kinds=known, tells_deaths=True)


def _shown(kinds: list[str], severities: dict[str, float]) -> set[str]:
    """Kinds that are not rare, or from light to grave ones where they do not weigh the same."""
    if not severities:
        return set(sorted(kinds, key=_is_rare)[:KINDS_EACH])
    ordered = sorted(kinds, key=lambda kind: severities.get(kind, 1.0))
    return {ordered[at * (len(ordered) - 1) // KINDS_WEIGHED] for at in range(KINDS_WEIGHED)}


def _is_rare(kind: str) -> bool:
    """Whether a kind is so grave that most towns have none in most periods."""
    return bool(RARE_GROUPS & {*read_vocabulary().kinds[kind].groups})


def _references(method: CompositeMethod, period: Period) -> list[Period]:
    """Every period that the scored one is compared with, each once; not itself."""
    found = dict.fromkeys(
        reference
        for baseline in method.baselines.values()
        for reference in reference_periods(baseline, period, base=BASE)
    )
    return [reference for reference in found if reference != period]


def _n_towns(method: CompositeMethod) -> int:
    """More towns where a scale puts them in order."""
    in_order = any(scale.kind in ("grades", "percentile") for scale in method.scales.values())
    return N_TOWNS_IN_ORDER if in_order else N_TOWNS


def _others(town: int, n_towns: int) -> list[int]:
    return [other for other in range(n_towns) if other != town][: N_TOWNS - 1]


def _made_up_counts(
    rules: CompositeRules,
    period: Period,
    references: list[Period],
    first: date,
    residents: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Incidents by day, town and kind, and those in which somebody died."""
    n_days = (period.last - first).days + 1
    counts = np.zeros((n_days, len(residents), len(rules.kinds)))
    fatal = np.zeros_like(counts)
    for k, kind in enumerate(rules.kinds):
        rare, usual = _is_rare(kind), _usual(rules, k, period) * residents / RESIDENTS[0]
        for at, reference in enumerate(references):
            day = (reference.first - first).days
            some = at % RARE_EVERY == 0
            spans = reference.n_days / period.n_days
            counts[day, :, k] += _rare(spans, some=some) if rare else _whole(usual * spans)
            fatal[day, :, k] += 0 if rare else _rare(spans, some=some)
        factor = [FACTORS[(k + 3 * town) % len(FACTORS)] for town in range(len(residents))]
        counts[(period.first - first).days, :, k] += 0 if rare else _whole(usual * factor)
    fatal[(period.first - first).days, 0] += _first_fatal(rules)
    return counts, np.minimum(fatal, counts)


def _usual(rules: CompositeRules, kind: int, period: Period) -> float:
    """Incidents of a kind in a usual period and 20,000 residents; the graver, the fewer."""
    usual = float(USUAL.get(period.kind, USUAL_OF_LONGER))
    heaviest = rules.severity[:, kind].max()
    return usual / max(1.0, np.sqrt(heaviest / 20)) if heaviest > 1 else usual


def _rare(spans: float, *, some: bool) -> float:
    """How many of a rare kind: now and then one, and more in a longer time."""
    return max(1.0, spans // RARE_EVERY) if some else 0.0


def _whole(numbers: FloatArray) -> FloatArray:
    return np.asarray(np.floor(numbers + 0.5))


def _first_fatal(rules: CompositeRules) -> FloatArray:
    """One fatal incident of the first kind that a line of fatal incidents counts."""
    asked = np.flatnonzero(rules.severity[(rules.of_fatal > 0)].any(axis=0))
    fatal = np.zeros(len(rules.kinds))
    fatal[[kind for kind in asked if not _is_rare(rules.kinds[kind])][:1]] = 1
    return fatal


def _made_up_values(rules: CompositeRules, n_towns: int) -> dict[str, FloatArray]:
    """Values of the external indicators, of the kind that each scale expects."""
    asked = [i for i, about in enumerate(rules.about) if about.external is not None]
    return {
        rules.indicators[i]: np.array(
            [[_made_up_value(rules, i, town) for town in range(n_towns)]], dtype=np.float64
        )
        for i in asked
    }


def _made_up_value(rules: CompositeRules, indicator: int, town: int) -> float:
    """A value in the better half of its scale, in steps of a tenth of it."""
    scale = rules.method.scales[rules.about[indicator].scale]
    share = (6 + (indicator + 2 * town) % 4) / 10
    if scale.kind == "min_max":
        return round(scale.worst + share * (scale.best - scale.worst), 4)
    if scale.kind == "breakpoints":
        low, high = scale.edges[1], scale.edges[min(3, len(scale.edges) - 1)]
        return round(low + (1 - share) * (high - low), 4)
    return 100 * share


def _district_score(method: CompositeMethod, scores: CompositeScores, made: Records) -> float:
    """Score of the first district, as an edition prints it."""
    by_residents = method.roll_up.value == "population_weighted"
    weight = made.residents if by_residents else np.ones(len(made.residents))
    score = roll_up(scores.score, groups=made.districts, n_groups=2, weight=weight)
    rounding = method.rounding
    printed = as_printed(score, decimals=max(rounding.decimals, 1), mode=rounding.mode)
    return float(printed[0, 0])
