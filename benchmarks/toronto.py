"""Toronto's records as the studies read them, and made-up cities like it, whose truth is known."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
from scipy.stats import rankdata

from indices.arrays import FloatArray
from indices.method import Calibration, ScoringRules, StandardMethod, combine
from indices.score.scale import score_from_exponent
from indices.score.shrinkage import GammaPrior, fit_gamma
from indices.score.standard import Scores, score_days
from indices.score.window import recency_weights, weighted_counts

DATA = Path(__file__).parent.parent / "data"
CITY = DATA / "cities" / "toronto"
HISTORY_FROM, FIRST, LAST = date(2014, 1, 1), date(2015, 1, 1), date(2021, 12, 2)
N_DAYS = (LAST - FIRST).days + 2  # the measured days and the day after the last
STEP = 7  # every 7th day is measured
SEED = 20140101
N_CITIES = 400  # simulated, of each kind

COUNTS = """
    SELECT strptime(incident.occurrencedate[:10], '%Y/%m/%d')::DATE - $first AS day,
           list_position($towns, place.place) - 1 AS town,
           list_position($categories, kind.category) - 1 AS category,
           count(*) AS incidents
    FROM read_parquet($incidents) AS incident
    JOIN read_csv($places, all_varchar = true) AS place ON place.value = incident.Neighbourhood
    JOIN read_csv($kinds, all_varchar = true) AS kind ON kind.value = incident.MCI
    GROUP BY ALL
    HAVING day >= 0
"""
TOWNS = "SELECT town_id, population FROM read_csv($towns, types = {town_id: 'VARCHAR'}) ORDER BY 1"


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """Toronto's counts from 2014 on, and the rules its scores are made by."""

    counts: FloatArray  # (n_history, n_towns, n_categories)
    population: FloatArray
    rules: ScoringRules

    def score(self, rules: ScoringRules, counts: FloatArray | None = None) -> Scores:
        """Scores of the `N_DAYS` days."""
        known = (self.counts if counts is None else counts)[: day_position(LAST) + 2]
        return score_days(known, population=self.population, rules=rules, n_days=N_DAYS)

    def score_measured(self, rules: ScoringRules, counts: FloatArray | None = None) -> list[Scores]:
        """Scores of the measured days alone, for rank ranges, which are slow."""
        known, window = self.counts if counts is None else counts, rules.window_days
        ends = range(day_position(FIRST) + 1, day_position(LAST) + 2, STEP)
        return [
            score_days(known[end - window : end], population=self.population, rules=rules, n_days=1)
            for end in ends
        ]

    def harm_ahead(self, n_next: int) -> tuple[FloatArray, FloatArray]:
        """Exponent of the `n_next` days after each measured day, and its Poisson variance."""
        known = self.counts[: day_position(LAST) + 2 + n_next]
        incidents = measured(weighted_counts(known, weights=np.ones(n_next), n_days=N_DAYS))
        usual = self.population[:, None] * n_next * self.rules.usual_rate
        unit = usual_share(self.rules) / usual
        return (incidents * unit).sum(axis=2), (incidents * unit**2).sum(axis=2)


def day_position(when: date) -> int:
    """Position of a day in the counts."""
    return (when - HISTORY_FROM).days


def measured(values: FloatArray) -> FloatArray:
    """Every 7th day, without the day after the last."""
    return values[:-1:STEP]


def usual_share(rules: ScoringRules) -> FloatArray:
    """Part of each category in the composite exponent on a usual day; sums to 1."""
    harm = rules.usual_rate * rules.severity
    of_pillar = np.bincount(rules.category_pillar, weights=harm)[rules.category_pillar]
    return np.asarray(rules.pillar_weight[rules.category_pillar] * harm / of_pillar)


def fit_evidence(study: Study) -> list[tuple[FloatArray, FloatArray, GammaPrior]]:
    """Observed and expected equivalent events, a second time from the page, and their fit."""
    rules, known = study.rules, study.counts[: day_position(LAST) + 2]
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    harm = weighted_counts(known, weights=weights, n_days=N_DAYS) * rules.severity
    squares = weighted_counts(known, weights=weights**2, n_days=N_DAYS) * rules.severity**2
    usual = study.population[:, None] * weights.sum() * rules.usual_rate * rules.severity
    evidence = []
    for part in (rules.category_pillar == pillar for pillar in range(len(rules.pillars))):
        per_event = (squares[..., part].sum((1, 2)) / harm[..., part].sum((1, 2)))[:, None]
        observed = harm[..., part].sum(axis=2) / per_event
        expected = usual[:, part].sum(axis=1) / per_event
        evidence.append((observed, expected, fit_gamma(observed, expected=expected)))
    return evidence


def load_first() -> Study:
    """As `load_study`, with the rules of version 1.0."""
    study = load_study()
    return replace(study, rules=first_version(study.rules))


def load_study() -> Study:
    """Read the city folder and the method."""
    method = StandardMethod.model_validate(_read_toml(DATA / "methods" / "standard.toml"))
    rules = combine(method, Calibration.model_validate(_read_toml(CITY / "method.toml")))
    counts, population = _load_counts(rules.categories)
    return Study(counts=counts, population=population, rules=rules)


def first_version(rules: ScoringRules) -> ScoringRules:
    """Version 1.0 of the method, by which several choices were measured."""
    return replace(
        rules,
        window_days=365,
        half_life_days=84.0,
        recent_days=0,
        apart_from=np.inf,
        dispersion=np.ones(len(rules.pillars)),
    )


def _read_toml(path: Path) -> dict[str, object]:
    """Read a method or calibration file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _load_counts(categories: tuple[str, ...]) -> tuple[FloatArray, FloatArray]:
    """Daily counts and residents, towns in the order of their numbers."""
    connection = duckdb.connect()
    towns = connection.execute(TOWNS, {"towns": str(CITY / "towns.csv")}).fetchnumpy()
    values = {
        "first": HISTORY_FROM,
        "towns": list(towns["town_id"]),
        "categories": list(categories),
        "incidents": str(CITY / "records" / "incidents.parquet"),
        "places": str(CITY / "places.csv"),
        "kinds": str(CITY / "categories.csv"),
    }
    columns = connection.execute(COUNTS, values).fetchnumpy()
    day, town, category, incidents = (np.asarray(column) for column in columns.values())
    counts = np.zeros((day.max() + 1, len(towns["town_id"]), len(categories)))
    counts[day, town, category] = incidents
    return counts, np.asarray(towns["population"], dtype=np.float64)


class World(NamedTuple):
    """A kind of city whose true rates are known."""

    name: str
    draw_rates: Callable[[np.random.Generator], FloatArray]  # per day, (n_towns, n_categories)
    population: FloatArray
    dispersion: FloatArray  # variance over mean of the daily counts, (n_categories,)


def dispersion(study: Study, days: int) -> FloatArray:
    """Variance over mean by category, from neighbouring periods; 1 is Poisson."""
    pairs = len(study.counts) // (2 * days)
    shape = (pairs, 2, days, *study.counts.shape[1:])
    sums = study.counts[: pairs * 2 * days].reshape(shape).sum(axis=2)
    squares = (sums[:, 0] - sums[:, 1]) ** 2
    return np.asarray(squares.sum(axis=(0, 1)) / sums.sum(axis=(0, 1, 2)))


def made_up_cities(study: Study) -> tuple[list[World], list[World]]:
    """List cities as large as Toronto, the model's own first, and cities of few towns."""
    poisson, priors = np.ones(len(study.rules.categories)), [x[2] for x in fit_evidence(study)]
    mean = np.array([prior.mean.mean() for prior in priors])
    spread = np.array([np.median(prior.shape) for prior in priors])
    even = np.ones_like(spread)
    people, by_size = study.population, np.sort(study.population)
    some, small = people[:: len(people) // 24][:24], by_size[:24]
    real = study.counts.mean(axis=0) / people[:, None]

    def city(name: str, towns: FloatArray, shape: FloatArray, clusters: FloatArray) -> World:
        rates = _gamma_rates(study.rules, len(towns), mean, shape)
        return World(name, rates, towns, clusters)

    large = [
        city("as the model says", people, spread, poisson),
        city("dispersion as measured over 28 days", people, spread, dispersion(study, 28)),
        city("variance twice the mean", people, spread, 2 * poisson),
        World("Toronto's own spread and mixes", lambda _: real, people, poisson),
    ]
    few = [
        city("24 of all sizes, as different as Toronto's", some, spread, poisson),
        city("the 24 smallest, as different as Toronto's", small, spread, poisson),
        city("the 24 smallest, similar (shape 30)", small, 30 * even, poisson),
        city("the 24 smallest, nearly alike (shape 100)", small, 100 * even, poisson),
        city("the 8 smallest, as different as Toronto's", small[:8], spread, poisson),
        city("the 8 smallest, similar (shape 30)", small[:8], 30 * even, poisson),
    ]
    return large, few


def _gamma_rates(
    rules: ScoringRules, n_towns: int, mean: FloatArray, shape: FloatArray
) -> Callable[[np.random.Generator], FloatArray]:
    """Make a drawer of true rates: one gamma factor for each town and pillar."""

    def draw(generator: np.random.Generator) -> FloatArray:
        factor = generator.gamma(shape, mean / shape, size=(n_towns, len(shape)))
        return np.asarray(factor[:, rules.category_pillar] * rules.usual_rate)

    return draw


def simulate(rules: ScoringRules, world: World) -> dict[str, FloatArray]:
    """Score simulated cities and compare them with their truth, (n_cities, n_towns) each."""
    generator = np.random.default_rng(SEED)
    per_rate = usual_share(rules) / rules.usual_rate
    cities = []
    for _ in range(N_CITIES):
        rates = world.draw_rates(generator)
        mean = np.tile(rates * world.population[:, None], (rules.window_days, 1, 1))
        if (world.dispersion > 1).any():  # negative binomial
            excess = np.maximum(world.dispersion - 1, 1e-6)
            mean = generator.gamma(mean / excess, excess)
        counts = generator.poisson(mean).astype(np.float64)
        scores = score_days(counts, population=world.population, rules=rules, n_days=1)
        cities.append(_compare(scores, rates @ per_rate, rules))
    return {name: np.stack([city[name] for city in cities]) for name in cities[0]}


def _compare(scores: Scores, exponent: FloatArray, rules: ScoringRules) -> dict[str, FloatArray]:
    """Whether interval and range hold the truth, their widths, the true place; NaN not rated."""
    score, rated = score_from_exponent(exponent, base=rules.scale_base), scores.rated[0]
    place = np.full(len(exponent), np.nan)
    place[rated] = rankdata(exponent[rated])
    low, high = scores.low[0], scores.high[0]
    best, worst = scores.rank_low[0], scores.rank_high[0]
    return {
        "squared_error": (scores.score[0] - score) ** 2,
        "in_interval": np.where(rated, (low <= score) & (score <= high), np.nan),
        "in_range": np.where(rated, (best <= place) & (place <= worst), np.nan),
        "points": high - low,
        "places": worst - best + 1,
        "place": (place - 1) / max(rated.sum() - 1, 1),  # 0 the safest to 1
    }
