"""What scores and ranks are worth where the truth is known: made-up cities and the synthetic one.

python -m benchmarks.coverage_study prints the Markdown tables and draws
docs/methods/images/coverage.svg, in under two minutes. Every random draw is seeded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from unittest.mock import patch

import numpy as np

from benchmarks.standard_study import _print_table, _spearman
from benchmarks.tail_study import IMAGES, Line, Panel, ordered_pairs, picture
from benchmarks.toronto import (
    DATA,
    SEED,
    Study,
    World,
    load_study,
    made_up_cities,
    simulate,
    usual_share,
)
from indices.arrays import FloatArray
from indices.method import ScoringRules, combine
from indices.score import standard
from indices.score.scale import score_from_exponent
from pipeline.city import read_city
from pipeline.methods import find_method
from pipeline.synthetic.incidents import make_counts
from pipeline.synthetic.kinds import KINDS
from pipeline.synthetic.rates import usual_per_day

HALF_LIVES = (28.0, 84.0, 182.0, 365.0)
SIZES = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
N_OF_SIZE, N_CITIES = 20, 200
# A town's rate moves by about this much, and forgets half of a deviation in so many days: near what
# Toronto shows, where two quarters of a neighbourhood differ by a variance of 0.04 to 0.15.
DRIFT, DRIFT_HALF_LIFE = 0.2, 180.0
N_DRIFTING, N_DOUBLED, DOUBLED_EVERY = 60, 4, 14
CLEARLY = 0.25  # the greater rate is higher by this share

Cities = Mapping[str, FloatArray]


def print_order(study: Study) -> None:
    """Share of town pairs in their true order, by half-life and shrinkage."""
    world = made_up_cities(study)[0][0]
    for title, drift in (("The truth stands still", 0.0), ("The truth drifts", DRIFT)):
        found: dict[str, list[list[float]]] = {}
        for counts, true in _moving_cities(study, world, drift):
            for half_life in HALF_LIVES:
                rules = _bare(study.rules, half_life)
                scores = standard.score_days(
                    counts, population=world.population, rules=rules, n_days=1
                )
                for name, rates in _both(scores).items():
                    at = (rates @ rules.pillar_weight)[0]
                    found.setdefault(f"{half_life:g}, {name}", []).append(_order(at, true, rules))
        rows = [[name, *_cells(np.mean(cells, axis=0))] for name, cells in found.items()]
        _print_table(title, ["half-life, days", *ORDER_HEAD], rows)


ORDER_HEAD = ("all pairs", "pairs a quarter apart", "Spearman with truth", "error, points")


def _blind(rules: ScoringRules) -> ScoringRules:
    """The method without its knowledge of clusters."""
    return replace(rules, dispersion=np.ones(len(rules.pillars)))


def _bare(rules: ScoringRules, half_life: float) -> ScoringRules:
    """Another half-life, every town rated, no rank ranges, and nothing but the long run."""
    return replace(
        rules,
        half_life_days=half_life,
        rank_draws=1,
        least_expected_events=0.0,
        recent_days=0,
    )


def _both(scores: standard.Scores) -> dict[str, FloatArray]:
    """Relative rates before and after shrinkage."""
    return {"raw": scores.own_relative_rate, "shrunk": scores.relative_rate}


def _order(found: FloatArray, true: FloatArray, rules: ScoringRules) -> list[float]:
    """Ordered pairs, all and clearly different ones, rank correlation, error in points."""
    error = np.subtract(*(score_from_exponent(x, base=rules.scale_base) for x in (found, true)))
    pairs = [ordered_pairs(found, true, apart) for apart in (0.0, CLEARLY)]
    return [*pairs, _spearman(found[None], true[None]), float(np.sqrt((error**2).mean()))]


def _cells(means: FloatArray) -> list[str]:
    """Two shares, a correlation and an error as they are printed."""
    return [*(f"{100 * x:.1f} %" for x in means[:2]), f"{means[2]:.3f}", f"{means[3]:.2f}"]


def _moving_cities(
    study: Study, world: World, drift: float
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Counts of a year and the true exponent of its last day."""
    rules, generator = study.rules, np.random.default_rng(SEED)
    per_rate, days = usual_share(rules) / rules.usual_rate, rules.window_days
    stays = 0.5 ** (1 / DRIFT_HALF_LIFE)
    for _ in range(N_DRIFTING):
        rates = world.draw_rates(generator)
        steps = generator.normal(0, drift, (days, len(rates), len(rules.pillars)))
        steps[1:] *= np.sqrt(1 - stays**2)
        level = np.empty_like(steps)
        level[0] = steps[0]
        for day in range(1, days):
            level[day] = stays * level[day - 1] + steps[day]
        factor = np.exp(level - drift**2 / 2)[..., rules.category_pillar]
        expected = factor * rates * world.population[:, None]
        counts = generator.poisson(expected).astype(np.float64)
        yield counts, (factor[-1] * rates) @ per_rate


def print_reaction(study: Study) -> None:
    """How soon a doubling that lasts is seen in the score of the towns where it happens."""
    world = made_up_cities(study)[0][0]
    days = np.arange(0, 365, 7)
    rows = []
    for half_life in HALF_LIVES:
        rules = _bare(study.rules, half_life)
        seen = _seen_of_doubling(rules, world, days)
        for name, share in seen.items():
            half = f"{np.interp(0.5, share, days):.0f}"
            visible = [f"{100 * np.interp(day, days, share):.0f} %" for day in (14, 28, 84)]
            rows.append([f"{half_life:g}, {name}", half, *visible])
    head = ["half-life, days", "days until half is seen", "seen after 14 days", "28 days"]
    _print_table("A doubling that lasts", [*head, "84 days"], rows)


def _seen_of_doubling(rules: ScoringRules, world: World, days: np.ndarray) -> dict[str, FloatArray]:
    """Rise of the exponent as a share of the true rise, by days since the doubling."""
    generator, window = np.random.default_rng(SEED), rules.window_days
    towns = np.arange(0, len(world.population), DOUBLED_EVERY)
    per_rate = usual_share(rules) / rules.usual_rate
    seen = {name: np.zeros(len(days)) for name in ("raw", "shrunk")}
    rise = 0.0
    for _ in range(N_DOUBLED):
        rates = world.draw_rates(generator)
        expected = np.tile(rates * world.population[:, None], (window + days[-1], 1, 1))
        before = generator.poisson(expected).astype(np.float64)
        after = before.copy()
        after[window:, towns] += generator.poisson(expected[window:, towns])
        rise += float((rates @ per_rate)[towns].sum())
        for at, day in enumerate(days):
            pair = [
                standard.score_days(
                    x[day : window + day], population=world.population, rules=rules, n_days=1
                )
                for x in (before, after)
            ]
            for name, (one, other) in _pairs(*pair).items():
                seen[name][at] += ((other - one)[0, towns] @ rules.pillar_weight).sum()
    return {name: values / rise for name, values in seen.items()}


def _pairs(
    one: standard.Scores, other: standard.Scores
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Relative rates of both, before and after shrinkage."""
    return {name: (rates, _both(other)[name]) for name, rates in _both(one).items()}


def sized_worlds(study: Study) -> dict[str, World]:
    """Worlds of the study with twenty towns of each size."""
    people = np.repeat(np.array(SIZES, dtype=np.float64), N_OF_SIZE)
    large, _ = made_up_cities(study)
    return {
        "Poisson": large[0]._replace(population=people),
        "clusters as measured": large[1]._replace(population=people),
    }


def print_coverage(study: Study) -> None:
    """Coverage of intervals and rank ranges by size, and the picture of it."""
    every = replace(study.rules, least_expected_events=0.0)
    worlds = sized_worlds(study)
    with patch("benchmarks.toronto.N_CITIES", N_CITIES):
        told = "clusters as measured, known to the method"
        found = {
            "Poisson": simulate(_blind(every), worlds["Poisson"]),
            "clusters as measured": simulate(_blind(every), worlds["clusters as measured"]),
            told: simulate(every, worlds["clusters as measured"]),
        }
        rule = {name: simulate(study.rules, world) for name, world in worlds.items()}
    for name, cities in found.items():
        _print_table(f"{name}: every town rated", SIZE_HEAD, _by_size(cities))
    for name, cities in rule.items():
        _print_table(f"{name}: towns from 5,000, as the rule has it", SIZE_HEAD, _by_size(cities))
    panels = [
        _panel(found, "in_interval", "95 % interval of the score", 95),
        _panel(found, "in_range", "90 % range of the rank", 90),
    ]
    (IMAGES / "coverage.svg").write_text(picture(panels, height=250), encoding="utf-8")


SIZE_HEAD = (
    "residents",
    "95 % interval",
    "90 % rank range",
    "interval, points",
    "rank range, places",
    "error, points",
)


def _by_size(cities: Cities) -> list[list[str]]:
    """Coverage, widths and error of the towns of each size that are rated."""
    rows = []
    for number, size in enumerate(SIZES):
        at = slice(number * N_OF_SIZE, (number + 1) * N_OF_SIZE)
        part = {name: values[:, at] for name, values in cities.items()}
        if np.isfinite(part["points"]).any():
            shares = [f"{100 * part[name].mean():.1f} %" for name in ("in_interval", "in_range")]
            widths = [f"{part[name].mean():.1f}" for name in ("points", "places")]
            error = f"{np.sqrt(part['squared_error'].mean()):.2f}"
            rows.append([f"{size:,}", *shares, *widths, error])
    return rows


def _panel(found: Mapping[str, Cities], column: str, title: str, nominal: int) -> Panel:
    """Coverage by size; the band is the promise, two points to each side."""
    lines = []
    for name, cities in found.items():
        values = 100 * cities[column].reshape(N_CITIES, len(SIZES), N_OF_SIZE).mean(axis=(0, 2))
        lines.append(Line(name, SIZES, [float(x) for x in values]))
    return Panel(
        title=title,
        x_label="residents of the town",
        y_label="% that hold the truth; shaded: promised, ±2",
        x_ticks={float(size): f"{size:,}" for size in SIZES},
        y_ticks=range(nominal - 10, 101, 5),
        lines=lines,
        band=(nominal - 2, nominal + 2),
        is_log=True,
    )


def print_synthetic() -> None:
    """Share of pairs in their true order in the synthetic city, as its counts were drawn."""
    city = read_city(DATA / "cities" / "zhuhai-demo")
    rules = combine(find_method("standard").method, city.calibration)
    towns, generator = tuple(city.towns.values()), city.sources[0].generator
    if generator is None:
        raise SystemExit("the synthetic city declares no generator")
    member = np.array([[kind.category == code for code in rules.categories] for kind in KINDS])
    counts = (make_counts(towns, generator) @ member).astype(np.float64)
    population = np.array([float(town.population) for town in towns])
    true = (usual_per_day(towns, generator) @ member) / population[:, None]
    exponent = true @ (usual_share(rules) / rules.usual_rate)
    ways = {f"{half_life:g}": _bare(rules, half_life) for half_life in HALF_LIVES}
    ways["365, nothing apart"] = replace(ways["365"], apart_from=np.inf)
    rows = []
    for name, way in ways.items():
        found = _on_synthetic(counts, population, way, exponent)
        rows += [[f"{name}, {kind}", *_cells(means)] for kind, means in found.items()]
    _print_table(f"Synthetic Zhuhai, {len(towns)} towns", ["half-life, days", *ORDER_HEAD], rows)


def _on_synthetic(
    counts: FloatArray, population: FloatArray, rules: ScoringRules, true: FloatArray
) -> dict[str, FloatArray]:
    """Mean agreement with the truth on every 28th day, raw and shrunk."""
    found: dict[str, list[list[float]]] = {}
    for end in range(rules.window_days, len(counts) + 1, 28):
        known = counts[end - rules.window_days : end]
        scores = standard.score_days(known, population=population, rules=rules, n_days=1)
        for name, rates in _both(scores).items():
            cells = found.setdefault(name, [])
            cells.append(_order((rates @ rules.pillar_weight)[0], true, rules))
    return {name: np.asarray(np.mean(cells, axis=0)) for name, cells in found.items()}


def main() -> None:
    """Print the tables and draw the picture."""
    study = load_study()
    print_order(study)
    print_reaction(study)
    print_synthetic()
    print_coverage(study)


if __name__ == "__main__":
    main()
