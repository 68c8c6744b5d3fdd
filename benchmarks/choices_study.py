"""How far ranks depend on choices, how a second city does, and who looks worse than it is.

python -m benchmarks.choices_study [--county FOLDER] [--toronto FILE] prints Markdown tables and
draws docs/methods/images/choices.svg, in under a minute. FOLDER holds the records of
data/cities/montgomery-pa, FILE is the publisher's whole table of Toronto's incidents (Parquet);
their parts are left out without them.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from benchmarks.standard_study import _moved, _places, _print_table, _spearman, _thin
from benchmarks.tail_study import IMAGES
from benchmarks.toronto import (
    CITY,
    DATA,
    HISTORY_FROM,
    Study,
    day_position,
    first_version,
    load_first,
    usual_share,
)
from indices.arrays import BoolArray, FloatArray
from indices.method import ScoringRules, combine
from indices.score.scale import score_from_exponent
from indices.score.standard import Scores, score_days
from indices.score.window import recency_weights
from pipeline.arrivals import waiting_files
from pipeline.city import read_city
from pipeline.counts import find_coverage, load_counts, load_mappings, newest_batch
from pipeline.ingest import ingest
from pipeline.methods import find_method
from pipeline.store.warehouse import open_in_memory

EVERY, FIRST_END = 91, 365  # days between the days measured; days of history before the first
HALF_LIVES = (28.0, 56.0, 84.0, 182.0)
LEAST_HISTORY, AHEAD = 182, 28
# Other weights of the five categories, in their order in Toronto. CCHI-2026: medians of subgroups
# of the Cambridge Crime Harm Index; break and enter is the mean of residential (273.5) and other
# (183.5). ONS: the Crime Severity Score's weights of assault with and without injury and of robbery
# of personal property, through a secondary source; the property offences were not at hand.
SCHEMES: dict[str, tuple[float, ...]] = {
    "ONS for persons, assault with injury": (203.07, 993.55, 187, 84, 139),
    "ONS for persons, assault without injury": (12.99, 993.55, 187, 84, 139),
    "CCHI, assault with injury": (365, 365, 228.5, 5, 2),
    "CCHI, assault without injury": (10, 365, 228.5, 5, 2),
    "every incident alike": (1, 1, 1, 1, 1),
}
SCHEME_ORDER = ("assault", "robbery", "break_and_enter", "auto_theft", "theft_over")
BY_DAY = ("001", "031", "073", "075", "076", "077", "078", "079", "095")  # many come by day
BASE = date(2016, 1, 1), date(2020, 1, 1)  # the base period and the day after it
AT_HOME = """
    SELECT strptime(incident.occurrencedate[:10], '%Y/%m/%d')::DATE - $first AS day,
           list_position($towns, place.place) - 1 AS town,
           list_position($categories, kind.category) - 1 AS category,
           count(*) FILTER (incident.premises_type IN ('House', 'Apartment')) AS at_home
    FROM read_parquet($incidents) AS incident
    JOIN read_csv($places, all_varchar = true) AS place ON place.value = incident.Neighbourhood
    JOIN read_csv($kinds, all_varchar = true) AS kind ON kind.value = incident.MCI
    GROUP BY ALL
    HAVING day >= 0
"""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """The method with one choice made otherwise."""

    name: str
    rules: ScoringRules
    is_arithmetic: bool = False
    is_shrunk: bool = True


def variants(rules: ScoringRules) -> Iterator[Variant]:
    """List the choices; `rules` are the method's own."""
    if rules.categories != SCHEME_ORDER:
        raise SystemExit(f"the schemes are for {SCHEME_ORDER}, not {rules.categories}")
    for name, severity in SCHEMES.items():
        yield Variant(name=name, rules=replace(rules, severity=np.array(severity)))
    for number, pillar in enumerate(rules.pillars):
        for factor in (1.25, 0.75):
            weight = rules.pillar_weight.copy()
            weight[number] *= factor
            changed = replace(rules, pillar_weight=weight / weight.sum())
            yield Variant(name=f"weight of {pillar} {100 * factor - 100:+.0f} %", rules=changed)
    yield Variant(name="arithmetic mean of pillars", rules=rules, is_arithmetic=True)
    for number, pillar in enumerate(rules.pillars):
        weight = np.where(np.arange(len(rules.pillars)) == number, 0.0, rules.pillar_weight)
        changed = replace(rules, pillar_weight=weight / weight.sum())
        yield Variant(name=f"without {pillar}", rules=changed)
    yield Variant(name="half-life 56 days", rules=replace(rules, half_life_days=56.0))
    yield Variant(name="not shrunk", rules=rules, is_shrunk=False)


def _score(scores: Scores, way: Variant) -> FloatArray:
    """Composite score before rounding, (n_towns,)."""
    rates = (scores.relative_rate if way.is_shrunk else scores.own_relative_rate)[0]
    base, weight = way.rules.scale_base, way.rules.pillar_weight
    if way.is_arithmetic:
        return np.asarray(score_from_exponent(rates, base=base) @ weight)
    return score_from_exponent(rates @ weight, base=base)


def print_choices(study: Study, names: Sequence[str]) -> None:
    """Places moved by each choice, and the picture of it."""
    bare = replace(study.rules, rank_draws=1)
    ends = list(range(len(study.counts), FIRST_END - 1, -EVERY))
    method = Variant(name="the method", rules=study.rules)
    own = [_at(study, study.rules, end) for end in ends]
    ranges = [(s.rank_low[0], s.rank_high[0]) for s in own]
    scores = np.stack([_score(s, method) for s in own])
    rows, bars = [], []
    for way in variants(bare):
        other = np.stack([_score(_at(study, way.rules, end), way) for end in ends])
        shift = np.abs(_places(-other) - _places(-scores))
        outside = np.mean([_outside(x, r) for x, r in zip(other, ranges, strict=True)])
        level = np.mean(_levels(other, study.rules) != _levels(scores, study.rules))
        newest = [f"{shift[0].mean():.1f}", f"{shift[0].max():.0f} ({names[shift[0].argmax()]})"]
        newest.append(f"{_spearman(scores[:1], other[:1]):.3f}")
        every = [f"{shift.mean():.1f}", f"{shift.max(axis=1).mean():.0f}"]
        every += [f"{_spearman(scores, other):.3f}", f"{100 * outside:.1f} %"]
        rows.append([way.name, *newest, *every, f"{100 * level:.1f} %"])
        bars.append((way.name, float(shift.mean()), float(shift.max(axis=1).mean())))
    head = ["choice", "newest day: mean places", "most", "Spearman", f"{len(ends)} days: mean"]
    head += ["most, mean", "Spearman", "out of the rank range", "other level"]
    _print_table("Places of 140 moved by other choices", head, rows)
    half = float(np.mean([high - low for low, high in ranges]) / 2)
    (IMAGES / "choices.svg").write_text(_picture(bars, half), encoding="utf-8")


def print_looking(study: Study) -> None:
    """What it costs a town when more of its assaults are recorded and nothing else changes."""
    scores, rules = _at(study, study.rules, len(study.counts)), study.rules
    assault = rules.categories.index("assault")
    part = usual_share(rules)[assault] * scores.kept[0, :, 0] * scores.own_relative_rate[0, :, 0]
    exponent = scores.relative_rate[0] @ rules.pillar_weight
    rows = []
    for more in (0.1, 0.25, 0.5):
        raised = exponent + more * part
        both = (score_from_exponent(x, base=rules.scale_base) for x in (exponent, raised))
        # Places that the town alone loses; its own old value does not count.
        passed = (exponent[None, :] > exponent[:, None]) & (exponent[None, :] < raised[:, None])
        points = float(np.subtract(*both).mean())
        rows.append([f"{more:.0%}", f"{points:.1f}", f"{passed.sum(axis=1).mean():.1f}"])
    head = ["more assaults recorded in one town", "points lost, mean", "places lost, mean"]
    _print_table("Found by looking", head, rows)


def _at(study: Study, rules: ScoringRules, end: int) -> Scores:
    """Scores of the day before `end`."""
    known = study.counts[max(0, end - rules.window_days) : end]
    return score_days(known, population=study.population, rules=rules, n_days=1)


def _outside(score: FloatArray, span: tuple[FloatArray, FloatArray]) -> BoolArray:
    """Towns whose other rank lies outside their published range."""
    place = _places(-score[None])[0]
    return np.asarray((place < span[0]) | (place > span[1]))


def _levels(score: FloatArray, rules: ScoringRules) -> np.ndarray:
    """Number of edges at or below the score."""
    return np.asarray((score[..., None] >= np.array(rules.cuts)).sum(axis=-1))


def _picture(bars: Sequence[tuple[str, float, float]], half: float) -> str:
    """Bars of the mean, a dot for the town that moved most, a line for half a rank range."""
    scale, top = 270 / max(60.0, *(most for _, _, most in bars)), 44
    height = top + 22 * len(bars) + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 620 {height}" role="img">',
        '<g font-family="sans-serif" font-size="12" fill="#222222">',
        "<title>Places that neighbourhoods move under other choices</title>",
        f'<rect width="620" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="22" font-weight="bold">Places of 140 moved by another choice</text>',
        '<g stroke="#6b6b6b" stroke-dasharray="4 3">',
        f'<path d="M{260 + scale * half:.1f} {top - 8}V{height - 40}"/></g>',
    ]
    for number, (name, mean, most) in enumerate(bars):
        y = top + 22 * number
        parts += [
            f'<text x="252" y="{y + 11}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="260" y="{y}" width="{scale * mean:.1f}" height="14" fill="#0b4f8a"/>',
            f'<circle cx="{260 + scale * most:.1f}" cy="{y + 7}" r="4" fill="#c8500a"/>',
            f'<text x="{268 + scale * most:.1f}" y="{y + 11}">{mean:.1f} / {most:.0f}</text>',
        ]
    note = "bar: mean; dot: town that moved most; dashed: half of a mean rank range"
    parts.append(f'<text x="16" y="{height - 16}">{note}</text>')
    return "\n".join([*parts, "</g></svg>"]) + "\n"


def read_county(folder: Path) -> Study:
    """Daily counts of Montgomery County, read as the product reads them."""
    city = read_city(DATA / "cities" / "montgomery-pa")
    rules, source = (
        first_version(combine(find_method("standard").method, city.calibration)),
        city.sources[0],
    )
    received_at = datetime(2030, 1, 1, tzinfo=UTC)  # after every call
    with open_in_memory() as warehouse, TemporaryDirectory() as work:
        for path in waiting_files(source, folder):
            ingest(
                warehouse,
                [path],
                source=source,
                city=city,
                archive=Path(work),
                received_at=received_at,
            )
        as_of = newest_batch(warehouse)
        span = find_coverage(warehouse, city, as_of=as_of)
        towns = city.towns_on(span.last_day)
        load_mappings(warehouse, city, categories=rules.categories, day=span.last_day)
        loaded = load_counts(
            warehouse,
            first_day=span.first_day,
            last_day=span.last_day,
            as_of=as_of,
            n_towns=len(towns),
            n_categories=len(rules.categories),
        )
    population = np.array([float(town.population) for town in towns])
    return Study(counts=loaded.counts, population=population, rules=rules)


def print_county(folder: Path) -> None:
    """Steadiness and foresight in the county, by pillar and half-life; what its towns expect."""
    study = read_county(folder)
    bare = replace(study.rules, rank_draws=1, least_expected_events=0.0)
    half = _thin(study.counts, 0.5)
    later, rows = _harm_ahead(study)[::7], []
    for half_life in HALF_LIVES:
        rules = replace(bare, half_life_days=half_life)
        whole = _rates(study, rules, study.counts)
        one, other = (_rates(study, rules, x)[0] for x in (half, study.counts - half))
        for number, name in enumerate([*rules.pillars, "together"]):
            agree = _spearman(one[::7, :, number], other[::7, :, number])
            places = [f"{_moved(x[:-1, :, number], x[1:, :, number]):.2f}" for x in whole]
            ahead = [x[:-AHEAD:7, :, number] for x in whole]
            cells = _foresight(ahead, later[:, :, number], study.population)
            rows.append([name, f"{half_life:g}", agree, *places, *cells])
    head = ["pillar", "half-life, days", "halves, raw", "places a day, raw", "shrunk"]
    head += [f"next {AHEAD}, raw", "shrunk", "larger half, raw", "shrunk", "error, raw", "shrunk"]
    _print_table("Montgomery County", head, sorted(rows, key=lambda row: str(row[0])))
    _print_expected(study)


def _foresight(
    both: Sequence[FloatArray], later: FloatArray, population: FloatArray
) -> list[float]:
    """Rank correlation with what follows, of all and of the larger half, and squared error."""
    large = population > np.median(population)
    everywhere = [_spearman(x, later) for x in both]
    larger = [_spearman(x[:, large], later[:, large]) for x in both]
    error = [np.average((x - later) ** 2, axis=1, weights=population).mean() for x in both]
    return [*everywhere, *larger, *map(float, error)]


def _rates(study: Study, rules: ScoringRules, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Relative rates of pillars and, last, of all, raw and shrunk, (n_days, n_towns, n + 1)."""
    n_days = len(counts) - LEAST_HISTORY
    scores = score_days(counts, population=study.population, rules=rules, n_days=n_days)
    both = scores.own_relative_rate, scores.relative_rate
    raw, shrunk = (np.dstack([x, x @ rules.pillar_weight]) for x in both)
    return raw, shrunk


def _harm_ahead(study: Study) -> FloatArray:
    """Relative harm of the days after each day, by pillar and together."""
    rules = study.rules
    total = np.cumsum(study.counts, axis=0)[LEAST_HISTORY:]
    ahead = total[AHEAD:] - total[:-AHEAD]
    member = rules.category_pillar[:, None] == np.arange(len(rules.pillars))
    unit = usual_share(rules) / (study.population[:, None] * AHEAD * rules.usual_rate)
    pillars = (ahead * unit) @ member / rules.pillar_weight
    return np.dstack([pillars, pillars @ rules.pillar_weight])


def _print_expected(study: Study) -> None:
    """How many towns expect next to nothing in a pillar."""
    rules, rows = study.rules, []
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    for number, pillar in enumerate([*rules.pillars, "together"]):
        of_it = (rules.category_pillar == number) | (number == len(rules.pillars))
        expected = study.population * weights.sum() * rules.usual_rate[of_it].sum()
        few = [int((expected < least).sum()) for least in (1, 10)]
        size = _rank_with_size(study, number)
        rows.append([pillar, f"{expected.min():.1f}", f"{np.median(expected):.1f}", *few, *size])
    head = ["pillar", "least expected", "median", "towns below 1", "towns below 10"]
    head += ["rank correlation with residents, raw", "shrunk"]
    _print_table(f"Expected incidents of {len(study.population)} municipalities", head, rows)


def _rank_with_size(study: Study, number: int) -> list[float]:
    """Whether larger places have higher rates, raw and shrunk."""
    rules = replace(study.rules, rank_draws=1, least_expected_events=0.0)
    rates = [x[:, :, number] for x in _rates(study, rules, study.counts)]
    return [_spearman(x, np.broadcast_to(study.population, x.shape)) for x in rates]


def print_by_day(study: Study, names: Sequence[str], whole_table: Path) -> None:
    """Where places with many people by day stand, and where by what happens at home."""
    rules = study.rules
    counts = _count_at_home(study, whole_table)
    base = slice(*map(day_position, BASE))
    usual = counts[base].sum(axis=(0, 1)) / (study.population.sum() * (base.stop - base.start))
    at_home = replace(study, counts=counts, rules=replace(rules, usual_rate=usual))
    everywhere, homes = (_at(x, x.rules, len(x.counts)) for x in (study, at_home))
    share = counts[-365:].sum(axis=(0, 2)) / study.counts[-365:].sum(axis=(0, 2))
    rows = []
    for town in (int(code) - 1 for code in BY_DAY):
        rate = float(everywhere.relative_rate[0, town] @ rules.pillar_weight)
        ranks = [_rank(scores, town) for scores in (everywhere, homes)]
        people = f"{round(rate * study.population[town], -3):,.0f}"
        own = f"{study.population[town]:,.0f}"
        rows.append([names[town], own, ranks[0], f"{rate:.2f}", people, share[town], ranks[1]])
    head = ["neighbourhood", "residents", "rank (range)", "times the usual harm"]
    head += ["people that make it usual", "share at home", "rank (range) by incidents at home"]
    city = counts[-365:].sum() / study.counts[-365:].sum()
    _print_table(f"Many people by day (at home in the whole city: {city:.3f})", head, rows)


def _count_at_home(study: Study, whole_table: Path) -> FloatArray:
    """Daily counts of incidents in houses and apartments."""
    values = {
        "first": HISTORY_FROM,
        "towns": [f"{number + 1:03}" for number in range(len(study.population))],
        "categories": list(study.rules.categories),
        "incidents": str(whole_table),
        "places": str(CITY / "places.csv"),
        "kinds": str(CITY / "categories.csv"),
    }
    columns = duckdb.connect().execute(AT_HOME, values).fetchnumpy()
    day, town, category, incidents = (np.asarray(column) for column in columns.values())
    counts = np.zeros_like(study.counts)
    counts[day, town, category] = incidents
    return counts


def _rank(scores: Scores, town: int) -> str:
    """Rank and range of a town as they are read."""
    rank, low, high = (x[0, town] for x in (scores.rank, scores.rank_low, scores.rank_high))
    return f"{rank:.0f} ({low:.0f} to {high:.0f})"


def main() -> None:
    """Print the tables and draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.choices_study")
    parser.add_argument("--county", type=Path, help="folder with Montgomery County's records")
    parser.add_argument("--toronto", type=Path, help="the publisher's whole table, Parquet")
    arguments = parser.parse_args()
    study = load_first()
    names = [town.name for town in read_city(CITY).towns.values()]
    print_choices(study, names)
    print_looking(study)
    if arguments.county:
        print_county(arguments.county)
    if arguments.toronto:
        print_by_day(study, names, arguments.toronto)


if __name__ == "__main__":
    main()
