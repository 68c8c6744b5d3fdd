"""One murder in a village: what a single grave incident does to scores, by how it is weighed.

python -m benchmarks.tail_study prints the Markdown tables and draws docs/methods/images/tail.svg,
in under two minutes. Made-up counties of 20 towns with Toronto's rates and, added, homicides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from benchmarks.standard_study import _moved, _print_table, _spearman
from benchmarks.toronto import SEED, _gamma_rates, fit_evidence, load_first, usual_share
from indices.arrays import FloatArray
from indices.levels import level_numbers
from indices.method import ScoringRules
from indices.score.scale import publish, score_from_exponent
from indices.score.standard import Scores, score_days

IMAGES = Path(__file__).parent.parent / "docs" / "methods" / "images"
SIZES = np.geomspace(2_000, 60_000, 20).round(-2)
MURDER = 7042.0  # days of the Canadian index of 2006
MURDERS_A_YEAR = (
    2.0  # per 100,000 residents; Canada 1.68 in 2016, 1.80 in 2017, rural 2.43 (85-002-X)
)
AT = 2  # homicide's position among the categories, at the end of the pillar of persons
SHOWN = (0, 5, 13)  # towns of 2,000, about 5,000 and about 20,000 residents
VILLAGE = 0
N_CITIES, N_PATHS = 300, 30
OWN_SHAPE = 3.0  # of the levels that categories have of their own, as different as Toronto's towns
WORLDS: dict[str, tuple[int, ...]] = {  # categories with a level of their own in each town
    "One level for all that harms persons": (),
    "Homicide has a level of its own in each town": (AT,),
    "Assault, robbery and homicide each have a level of their own": (0, 1, AT),
}
PATH_DAYS = (-14, -7, -1, *range(0, 61, 5), 75, 90, *range(120, 361, 30), 364, 365)
COLOURS = ("#0b4f8a", "#c8500a", "#0a7d5a", "#a0408c", "#6b6b6b", "#8a6d00")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "1 4", "12 4")


class Treatment(NamedTuple):
    """A way of weighing what is grave."""

    name: str
    rules: ScoringRules
    is_shrunk: bool = True


class Line(NamedTuple):
    """One line of a picture."""

    name: str
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One pair of axes."""

    title: str
    x_label: str
    y_label: str
    x_ticks: dict[float, str]
    y_ticks: Sequence[float]
    lines: Sequence[Line]
    band: tuple[float, float] | None = None
    is_log: bool = False


def county_rules(rules: ScoringRules) -> ScoringRules:
    """Toronto's rules with homicide, every town rated and no rank ranges."""
    return replace(
        rules,
        rank_draws=1,
        least_expected_events=0.0,
        categories=(*rules.categories[:AT], "homicide", *rules.categories[AT:]),
        category_pillar=np.insert(rules.category_pillar, AT, 0),
        severity=np.insert(rules.severity, AT, MURDER),
        usual_rate=np.insert(rules.usual_rate, AT, MURDERS_A_YEAR / 100_000 / 365.25),
    )


def treatments(rules: ScoringRules) -> list[Treatment]:
    """List the ways that are compared; the method's own is the second."""
    persons = rules.category_pillar == 0
    mean = np.average(rules.severity[persons], weights=rules.usual_rate[persons])
    capped = {
        times: replace(rules, severity=np.minimum(rules.severity, times * mean))
        for times in (20, 5)
    }
    return [
        Treatment("full severity, not shrunk", rules, is_shrunk=False),
        Treatment("full severity, one group (1.0)", rules),
        *(Treatment(f"capped at {n} times the mean", r) for n, r in capped.items()),
        Treatment("square roots of severities", replace(rules, severity=rules.severity**0.5)),
        Treatment("full, homicide shrunk apart", apart(rules, "homicide")),
    ]


def apart(rules: ScoringRules, category: str) -> ScoringRules:
    """A category as a pillar of its own, with the weight that it has in the usual harm.

    Before shrinkage every exponent stays what it was; only the evidence is weighed apart.
    """
    at = rules.categories.index(category)
    share, weight = usual_share(rules)[at], rules.pillar_weight.copy()
    weight[rules.category_pillar[at]] -= share
    pillar = rules.category_pillar.copy()
    pillar[at] = len(rules.pillars)
    return replace(
        rules,
        pillars=(*rules.pillars, category),
        pillar_weight=np.append(weight, share),
        category_pillar=pillar,
        dispersion=np.append(rules.dispersion, rules.dispersion[rules.category_pillar[at]]),
    )


def exponent(scores: Scores, way: Treatment) -> FloatArray:
    """Composite exponent, (n_days, n_towns)."""
    rates = scores.relative_rate if way.is_shrunk else scores.own_relative_rate
    return rates @ way.rules.pillar_weight


def _score(counts: FloatArray, way: Treatment, n_days: int = 1) -> Scores:
    """Scores of the last days."""
    return score_days(counts, population=SIZES, rules=way.rules, n_days=n_days)


def _counties(
    rules: ScoringRules, n: int, days: int, own: Sequence[int] = ()
) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Counts and true rates; the categories `own` follow levels of their own in each town."""
    study = load_first()
    priors = [prior for _, _, prior in fit_evidence(study)]
    mean = np.array([prior.mean.mean() for prior in priors])
    shape = np.array([np.median(prior.shape) for prior in priors])
    draw, generator = _gamma_rates(rules, len(SIZES), mean, shape), np.random.default_rng(SEED)
    for _ in range(n):
        rates = draw(generator)
        for category in own:
            factor = generator.gamma(OWN_SHAPE, mean[0] / OWN_SHAPE, len(SIZES))
            rates[:, category] = factor * rules.usual_rate[category]
        expected = rates * SIZES[:, None]
        counts = generator.poisson(expected, (days, *expected.shape)).astype(np.float64)
        yield counts, rates


def _with_murder(counts: FloatArray, town: int, day: int = -1) -> FloatArray:
    """Add one homicide to the same counts."""
    changed = counts.copy()
    changed[day, town, AT] += 1
    return changed


def print_agreement(rules: ScoringRules, title: str, own: Sequence[int]) -> None:
    """How near each way comes to the true harm, which always counts the full severity."""
    ways = treatments(rules)
    truth_of = usual_share(rules) / rules.usual_rate
    found: dict[str, list[list[float]]] = {way.name: [] for way in ways}
    for counts, rates in _counties(rules, N_CITIES, rules.window_days + 1, own):
        true = rates @ truth_of
        for way in ways:
            scores = _score(counts, way, n_days=2)
            found[way.name].append(_agreement(scores, exponent(scores, way), true, rules))
    rows = []
    for name, cells in found.items():
        pairs, spearman, error, held, moved = np.mean(cells, axis=0)
        cover = f"{100 * held:.1f} %" if name != ways[0].name else "none"
        rows.append([name, f"{100 * pairs:.1f} %", spearman, f"{error:.2f}", cover, f"{moved:.2f}"])
    head = ["way", "pairs in true order", "Spearman with truth", "error, points"]
    _print_table(title, [*head, "95 % interval holds", "places a day"], rows)


def _agreement(
    scores: Scores, found: FloatArray, true: FloatArray, rules: ScoringRules
) -> list[float]:
    """Ordered pairs, rank correlation, error in points, coverage, places moved overnight."""
    score = score_from_exponent(true, base=rules.scale_base)
    error = score_from_exponent(found[1], base=rules.scale_base) - score
    held = (scores.low[1] <= score) & (score <= scores.high[1])
    return [
        ordered_pairs(found[1], true),
        _spearman(found[1:], true[None]),
        float(np.sqrt((error**2).mean())),
        float(held.mean()),
        _moved(found[:1], found[1:]),
    ]


def ordered_pairs(found: FloatArray, true: FloatArray, apart: float = 0.0) -> float:
    """Share of the pairs of towns that stand in their true order; a tie is half right.

    Args:
        found: One value a town.
        true: The same of the truth.
        apart: Only pairs whose greater value exceeds the other by this share.
    """
    one, other = np.triu_indices(len(true), k=1)
    low, high = np.minimum(true[one], true[other]), np.maximum(true[one], true[other])
    wanted = high > (1 + apart) * low
    sign = np.sign(found[one] - found[other]) * np.sign(true[one] - true[other])
    return float((0.5 + 0.5 * sign[wanted]).mean())


def print_murder(rules: ScoringRules) -> None:
    """The day after one murder: the town itself and the towns that had nothing to do with it."""
    ways, rows = treatments(rules), []
    found: dict[tuple[str, int], list[list[float]]] = {}
    for counts, _ in _counties(rules, N_CITIES, rules.window_days):
        for way in ways:
            before = _score(counts, way)
            for town in SHOWN:
                after = _score(_with_murder(counts, town), way)
                cells = found.setdefault((way.name, town), [])
                cells.append(_change(before, after, way, town))
    for (name, town), cells in sorted(found.items(), key=lambda item: item[0][1]):
        means = np.mean(cells, axis=0)
        shown = [f"{x:.1f}" for x in means[:6]]
        tail = [f"{means[6]:.2f}", f"{means[7]:.2f}"]
        rows.append([f"{SIZES[town]:,.0f}", name, f"{shown[0]} to {shown[1]}", *shown[2:6], *tail])
    head = ["residents", "way", "score", "levels down", "places down of 20", "interval before"]
    head += ["interval after", "others: places", "others: points"]
    _print_table("The day of the murder", head, rows)


def _change(before: Scores, after: Scores, way: Treatment, town: int) -> list[float]:
    """Scores, levels and places lost, widths of the town; places and points of the others."""
    both = np.concatenate([exponent(before, way), exponent(after, way)])
    score = publish(score_from_exponent(both, base=way.rules.scale_base))
    level = level_numbers(score, cuts=way.rules.cuts)
    places = rankdata(both, axis=1)
    others = np.arange(len(SIZES)) != town
    width = [float((s.high - s.low)[0, town]) for s in (before, after)]
    return [
        *score[:, town],
        float(level[1, town] - level[0, town]),
        float(places[1, town] - places[0, town]),
        *width,
        _moved(both[:1, others], both[1:, others]),
        float(np.abs(score[1] - score[0])[others].mean()),
    ]


def follow(rules: ScoringRules) -> None:
    """What the murder does to the village, from two weeks before to a year after."""
    ways, window = treatments(rules), rules.window_days
    before, length = -PATH_DAYS[0], PATH_DAYS[-1] - PATH_DAYS[0] + 1
    found = np.zeros((len(ways), N_PATHS, len(PATH_DAYS), 5))
    for city, (counts, _) in enumerate(_counties(rules, N_PATHS, window + length)):
        changed = _with_murder(counts, VILLAGE, window + before)
        for at, day in enumerate(PATH_DAYS):
            span = slice(before + day + 1, window + before + day + 1)
            for number, way in enumerate(ways):
                found[number, city, at] = _standing(counts[span], changed[span], way)
    means = dict(zip((way.name for way in ways), found.mean(axis=1), strict=True))
    _print_paths(means)
    lines = [Line(name, PATH_DAYS, [-float(x) for x in v[:, 0]]) for name, v in means.items()]
    panel = Panel(
        title="One murder in a village of 2,000",
        x_label="days since the murder",
        y_label="points less than without it",
        x_ticks={d: str(d) for d in (0, 30, 60, 90, 180, 270, 365)},
        y_ticks=(0, -10, -20, -30, -40, -50),
        lines=lines,
    )
    (IMAGES / "tail.svg").write_text(picture([panel]), encoding="utf-8")


def _standing(counts: FloatArray, changed: FloatArray, way: Treatment) -> list[float]:
    """Points that the murder costs the village; its score, level, place and interval with it."""
    cells = _change(_score(counts, way), _score(changed, way), way, VILLAGE)
    without, score, level, place, _, width = cells[:6]
    return [without - score, score, level, place, width]


def _print_paths(means: dict[str, FloatArray]) -> None:
    """Points lost on many days, and how the village stands on some."""
    days = [day for day in PATH_DAYS if day in {-1, 0, 15, 30, 60, 90, 180, 364, 365}]
    columns = [PATH_DAYS.index(day) for day in days]
    rows = [[n, *(f"{abs(v[c, 0]):.1f}" for c in columns)] for n, v in means.items()]
    _print_table("Points lost, by days since the murder", ["way", *map(str, days)], rows)
    columns = [PATH_DAYS.index(day) for day in (-1, 0, 30, 60, 365)]
    rows = [
        [name, *(" / ".join(f"{x:.1f}" for x in v[c, 1:]) for c in columns)]
        for name, v in means.items()
    ]
    head = ["way", "the day before", "day 0", "day 30", "day 60", "day 365"]
    _print_table("Score / levels lost / places lost of 20 / width of interval", head, rows)


def picture(panels: Sequence[Panel], *, width: int = 620, height: int = 300) -> str:
    """Draw panels below each other as plain SVG; the same numbers give the same bytes."""
    names = list(dict.fromkeys(line.name for panel in panels for line in panel.lines))
    total = height * len(panels) + 18 * len(names) + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" role="img">',
        '<g font-family="sans-serif" font-size="12" fill="#222222">',
        f"<title>{escape(panels[0].title)}</title>",
        f'<rect width="{width}" height="{total}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(panels):
        parts += [f'<g transform="translate(0 {number * height})">', *_axes(panel, width, height)]
        parts += [*_lines(panel, names, width, height), "</g>"]
    for number, name in enumerate(names):
        y = height * len(panels) + 18 * number + 12
        parts.append(_stroke(names.index(name), f"M60 {y - 4}H100"))
        parts.append(f'<text x="108" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</g></svg>"]) + "\n"


def _stroke(number: int, path: str) -> str:
    """One line in its colour and dashes."""
    dash = f' stroke-dasharray="{DASHES[number]}"' if DASHES[number] else ""
    return f'<path d="{path}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"{dash}/>'


def _place(panel: Panel, x: float, y: float, width: int, height: int) -> tuple[float, float]:
    """Where a value lies in the panel, in units of the picture."""
    ends = [min(panel.x_ticks), max(panel.x_ticks)]
    if panel.is_log:
        x, ends = np.log(x), list(np.log(ends))
    ends[0] = min(ends[0], *(min(line.x) for line in panel.lines)) if not panel.is_log else ends[0]
    bottom, top = min(panel.y_ticks), max(panel.y_ticks)
    across = 60 + (width - 90) * (x - ends[0]) / (ends[1] - ends[0])
    return across, height - 50 - (height - 90) * (y - bottom) / (top - bottom)


def _axes(panel: Panel, width: int, height: int) -> list[str]:
    """Title, ticks with their lines, and the band of what is promised."""
    left, low = min(panel.x_ticks), min(panel.y_ticks)
    parts = [f'<text x="60" y="22" font-weight="bold">{escape(panel.title)}</text>']
    if panel.band:
        y = [_place(panel, left, value, width, height)[1] for value in panel.band]
        parts.append(
            f'<rect x="60" y="{y[1]:.1f}" width="{width - 90}" height="{y[0] - y[1]:.1f}" '
            f'fill="#e4efe4"/>'
        )
    for value in panel.y_ticks:
        y_at = _place(panel, left, value, width, height)[1]
        parts.append(f'<path d="M60 {y_at:.1f}H{width - 30}" stroke="#dddddd"/>')
        parts.append(f'<text x="52" y="{y_at + 4:.1f}" text-anchor="end">{value:g}</text>')
    for value, label in panel.x_ticks.items():
        x_at = _place(panel, value, low, width, height)[0]
        parts.append(f'<text x="{x_at:.1f}" y="{height - 32}" text-anchor="middle">{label}</text>')
    parts.append(f'<text x="60" y="{height - 12}">{escape(panel.x_label)}</text>')
    parts.append(f'<text x="{width - 30}" y="22" text-anchor="end">{escape(panel.y_label)}</text>')
    return parts


def _lines(panel: Panel, names: Sequence[str], width: int, height: int) -> list[str]:
    """Draw the lines of a panel."""
    paths = []
    for line in panel.lines:
        points = [_place(panel, x, y, width, height) for x, y in zip(line.x, line.y, strict=True)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        paths.append(_stroke(names.index(line.name), path))
    return paths


def main() -> None:
    """Print the tables and draw the picture."""
    rules = county_rules(load_first().rules)
    expected = SIZES[VILLAGE] * rules.usual_rate.sum() * 115.7
    print(f"A village of 2,000 expects {expected:.1f} incidents in the effective days.")
    for title, own in WORLDS.items():
        print_agreement(rules, title, own)
    print_murder(rules)
    follow(rules)


if __name__ == "__main__":
    main()
