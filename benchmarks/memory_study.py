"""How long the standard method remembers, and what its last days may raise.

python -m benchmarks.memory_study prints the Markdown tables of "How fast to forget" in
docs/methods/standard.md in some minutes: Toronto, the method's own yardstick (harm) and that of
plain counts. Every random draw is seeded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from benchmarks.frontier_yardstick import BEGIN, END, periods, places_moved, spearman
from benchmarks.standard_study import _own_changes, _print_table, _squared_error, _thin
from benchmarks.toronto import (
    FIRST,
    HISTORY_FROM,
    LAST,
    N_DAYS,
    SEED,
    STEP,
    Study,
    load_study,
    measured,
    usual_share,
)
from indices.arrays import FloatArray
from indices.method import ScoringRules
from indices.score.evidence import weigh
from indices.score.standard import posteriors, raised_by

MEMORIES = ((365, 84.0), (730, 182.0), (1095, 365.0))  # window and half-life, days
CHANCES = (0.0, 0.11, 0.15, 0.2, 0.21, 0.25)  # 0: the last days raise nothing
EVERY, GROUPS = 84, 10  # days between made-up surpluses; towns with one at a time: one in ten
RISES = (7, 14, 28)  # days since a doubling
YEAR = 365
BREAK = 2020


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """One memory with one chance."""

    exponent: FloatArray  # (N_DAYS, n_towns)
    halves: FloatArray  # (n_measured,), rank correlation
    shown: dict[int, FloatArray]  # by days since the doubling, (n_days, n_towns)


def exponents(
    counts: FloatArray, study: Study, rules: ScoringRules, n_days: int
) -> list[FloatArray]:
    """Composite exponents by each chance, (n_days, n_towns)."""
    evidence = weigh(counts, study.population, rules, n_days)
    mean = np.stack([group.mean for group in posteriors(evidence)], axis=2)
    weight, found = evidence.groups.weight, [mean @ evidence.groups.weight]
    for chance in CHANCES[1:]:
        factor = raised_by(mean, evidence, replace(rules, recent_chance=chance))
        found.append((mean * factor) @ weight)
    return found


def surpluses(study: Study, rules: ScoringRules) -> Iterator[dict[int, list[FloatArray]]]:
    """Part of a doubling that is shown, by days since it began and by chance, (n_towns,) each."""
    added = (usual_share(rules) / rules.usual_rate)[:, None] / study.population
    for end in range(BEGIN, END + 1, EVERY):
        history = study.counts[max(0, end + 1 - rules.window_days) : end + 1]
        mean = history[-YEAR:].mean(axis=0)
        full = (mean * added.T).sum(axis=1)
        before = exponents(history, study, rules, 1)
        rise = {}
        for days in RISES:
            generator = np.random.default_rng([SEED, end, 2, days])
            extra = generator.poisson(mean, (days, *mean.shape)).astype(np.float64)
            after = _with_surplus(study, rules, history, extra)
            rise[days] = [(x - y[0]) / full for x, y in zip(after, before, strict=True)]
        yield rise


def _with_surplus(
    study: Study, rules: ScoringRules, history: FloatArray, extra: FloatArray
) -> list[FloatArray]:
    """Exponents with more incidents in the last days, town group by town group."""
    after = [np.empty(history.shape[1]) for _ in CHANCES]
    for group in range(GROUPS):
        at = np.arange(history.shape[1]) % GROUPS == group
        more = history.copy()
        more[-len(extra) :, at] += extra[:, at]
        for own, new in zip(after, exponents(more, study, rules, 1), strict=True):
            own[at] = new[0, at]
    return after


def measure(study: Study, rules: ScoringRules) -> list[Found]:
    """Everything of one memory, by chance."""
    known = study.counts[: END + 2]
    one = _thin(study.counts, 0.5)[: END + 2]
    whole = exponents(known, study, rules, N_DAYS)
    halves = zip(
        exponents(one, study, rules, N_DAYS),
        exponents(known - one, study, rules, N_DAYS),
        strict=True,
    )
    agree = [spearman(measured(a), measured(b)) for a, b in halves]
    shown = list(surpluses(study, rules))
    return [
        Found(
            exponent=whole[at],
            halves=agree[at],
            shown={days: np.stack([day[days][at] for day in shown]) for days in RISES},
        )
        for at in range(len(CHANCES))
    ]


def count_ahead(study: Study, days: int) -> FloatArray:
    """Incidents per resident of the days after each measured day."""
    total = np.vstack([np.zeros(len(study.population)), study.counts.sum(axis=2).cumsum(axis=0)])
    ends = np.arange(BEGIN, END + 1, STEP) + 1
    return np.asarray((total[ends + days] - total[ends]) / study.population)


def row(study: Study, found: Found) -> list[object]:
    """The whole line of the table."""
    at, later = measured(found.exponent), [study.harm_ahead(n)[0] for n in (7, 28)]
    harm = [float(spearman(at, x).mean()) for x in later]
    counts = [float(spearman(at, count_ahead(study, n)).mean()) for n in (7, 28)]
    shown = found.shown[14]
    return [
        *(f"{100 * x:.0f} %" for x in (shown.mean(), np.median(shown))),
        *(f"{100 * found.shown[days].mean():.0f} %" for days in (7, 28)),
        float(found.halves.mean()),
        f"{places_moved(found.exponent).mean():.2f}",
        *harm,
        *counts,
        *_level_errors(study, found),
        _follows(study, at, later[1]),
        f"{at.mean():.3f}",
    ]


def _level_errors(study: Study, found: Found) -> list[str]:
    """Error less chance, of all years, of the break and of the others, in thousandths."""
    error = _squared_error(study, found.exponent)
    chance = np.average(study.harm_ahead(28)[1], axis=1, weights=study.population).mean()
    days = range(FIRST.toordinal(), LAST.toordinal() + 1, STEP)
    in_break = np.array([date.fromordinal(day).year == BREAK for day in days])
    parts = error.mean(), error[in_break].mean(), error[~in_break].mean()
    return [f"{1000 * (part - chance):.1f}" for part in parts]


def _follows(study: Study, exponent: FloatArray, later: FloatArray) -> float:
    """Correlation of towns' own changes with those of the next days."""
    a, b = (_own_changes(study, x) for x in (exponent, later))
    return float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))


def period_row(study: Study, found: Found) -> list[object]:
    """What was chosen on (to 2018), and what confirms it (from 2019)."""
    at = measured(found.exponent)
    cells: list[object] = []
    for period in (0, 1):
        shown = found.shown[14]
        cells.append(f"{100 * shown[periods(shown)[period]].mean():.0f} %")
        series = [
            places_moved(found.exponent),
            *(spearman(at, study.harm_ahead(n)[0]) for n in (7, 28)),
        ]
        cells += [float(values[periods(values)[period]].mean()) for values in series]
    return cells


HEAD = ["doubling shown", "median", "after 7 days", "after 28", "halves", "places a day"]
HEAD += ["next 7, harm", "next 28, harm", "next 7, counts", "next 28, counts"]
HEAD += ["error less chance", "of 2020", "of the other years", "own changes", "mean"]


def main() -> None:
    """Print the tables."""
    study = load_study()
    bare = replace(study.rules, rank_draws=1, least_expected_events=0.0, recent_days=14)
    rows, by_period = [], []
    for window, half_life in MEMORIES:
        rules = replace(bare, window_days=window, half_life_days=half_life)
        for chance, found in zip(CHANCES, measure(study, rules), strict=True):
            name = [f"{half_life:g} of {window}", f"{chance:g}" if chance else "none"]
            rows.append([*name, *row(study, found)])
            by_period.append([*name, *period_row(study, found)])
    _print_table(
        f"Memory and chance, {FIRST} to {LAST}, records from {HISTORY_FROM}",
        ["half-life of window, days", "chance", *HEAD],
        rows,
    )
    head = [f"{what}, {p}" for p in ("-2018", "2019-") for what in ("shown", "places", "7", "28")]
    _print_table("By period", ["half-life of window, days", "chance", *head], by_period)


if __name__ == "__main__":
    main()
