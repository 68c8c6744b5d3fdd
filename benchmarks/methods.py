"""Every shipped method over Toronto's years, all of them for one day, and one for a large country.

python -m benchmarks.methods [--towns N] [--days N]

Three parts, each a process of its own on one thread, beside what NumPy needs to add up the same
counts once. Leaves with 1 if a limit is missed: a method over all of its periods with intervals and
rank ranges, all methods for the newest period (scores alone), and time and memory of many towns.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from benchmarks.measure import ONE_THREAD, print_table, run_module, verdict
from benchmarks.toronto import HISTORY_FROM, Study, load_study
from indices.arrays import FloatArray
from indices.composite.chance import chance
from indices.composite.history import History, history_of
from indices.composite.method import CompositeMethod
from indices.composite.rules import CompositeRules, resolve
from indices.composite.score import CompositeScores, score_periods
from indices.method import Method
from indices.periods import Period, period_of, previous
from indices.score.standard import score_days
from pipeline.methods import list_methods, read_vocabulary

MOST_SECONDS, MOST_SECONDS_ONE_DAY, MOST_PASSES, MOST_MB = 10.0, 2.0, 20.0, 4_000.0
MANY_TOWNS, MANY_DAYS, MANY_KINDS = 3_000, 3_650, 12
MANY_METHOD = "xiaogan-2020"  # months against the city's usual
INCIDENTS_A_DAY = 0.05  # of a kind in a town
SEED = 20140101


class Timed(NamedTuple):
    """A result and the seconds it took."""

    found: Any
    seconds: float


def timed(act: Callable[[], Any]) -> Timed:
    """Do it once."""
    started = time.perf_counter()
    return Timed(act(), time.perf_counter() - started)


class Job(NamedTuple):
    """A composite method with a history to be scored."""

    history: History
    rules: CompositeRules
    first_day: date

    def periods(self) -> list[Period]:
        """All complete periods of the history, the oldest first."""
        last = self.first_day + timedelta(days=self.history.n_days)
        found = [previous(period_of(last, self.rules.method.period.value))]
        while previous(found[-1]).first >= self.first_day:
            found.append(previous(found[-1]))
        return found[::-1]

    def score(self, periods: list[Period]) -> CompositeScores:
        """Their scores; the first four years are the base period."""
        return score_periods(
            self.history,
            self.rules,
            periods,
            first_day=self.first_day,
            base=(self.first_day, self.first_day + timedelta(days=4 * 365)),
            districts=np.zeros(self.history.n_towns, dtype=np.int64),
        )


def job_of(method: CompositeMethod, study: Study) -> Job:
    """A method on Toronto's counts."""
    known = study.rules.categories
    rules = resolve(method, read_vocabulary(), known_kinds=known, tells_deaths=False)
    counts = study.counts[..., [known.index(kind) for kind in rules.kinds]]
    return Job(history_of(counts, denominator=study.population), rules, HISTORY_FROM)


def measure_panel() -> None:
    """Print the seconds of each method over all of its periods."""
    study = load_study()
    least = timed(lambda: study.counts.sum(axis=0)).seconds
    rows = [{"method": method.id, **_panel(method, study)} for method in shipped()]
    print(json.dumps({"least": least, "rows": rows}))


def shipped() -> list[Method]:
    """All methods that come with the project, ours first."""
    return [file.method for file in list_methods()]


def _panel(method: Method, study: Study) -> dict[str, float]:
    """Periods, and seconds of scores and of what belongs to chance."""
    if not isinstance(method, CompositeMethod):
        n_days = len(study.counts)
        both = timed(lambda: _standard(study, n_days)).seconds
        return {"periods": n_days, "scores": float("nan"), "both": both}
    job, made = timed(lambda: job_of(method, study))
    periods = job.periods()
    scores, seconds = timed(lambda: job.score(periods))
    drawn = timed(lambda: chance(scores, job.rules, job.history)).seconds
    return {"periods": len(periods), "scores": made + seconds, "both": made + seconds + drawn}


def _standard(study: Study, n_days: int) -> object:
    return score_days(study.counts, population=study.population, rules=study.rules, n_days=n_days)


def measure_one_day() -> None:
    """Print the seconds of all methods for their newest period."""
    study, methods = load_study(), shipped()
    least = timed(lambda: study.counts.sum(axis=0)).seconds
    seconds = timed(lambda: [_newest(method, study) for method in methods]).seconds
    print(json.dumps({"methods": len(methods), "seconds": seconds, "least": least}))


def _newest(method: Method, study: Study) -> object:
    if not isinstance(method, CompositeMethod):
        return _standard(study, 1)
    job = job_of(method, study)
    return job.score(job.periods()[-1:])


def measure_many(towns: int, days: int) -> None:
    """Print the seconds for a made-up country, and of adding its counts up once."""
    [method] = [m for m in shipped() if m.id == MANY_METHOD]
    assert isinstance(method, CompositeMethod)
    vocabulary = read_vocabulary()
    counted = [
        kind
        for _, _, i in method.indicators
        for code in i.counts
        for kind in vocabulary.members(code)
    ]
    rules = resolve(
        method,
        vocabulary,
        known_kinds=list(dict.fromkeys(counted))[:MANY_KINDS],
        tells_deaths=False,
    )
    counts = _made_up(days, towns, len(rules.kinds))
    least = min(timed(lambda: counts.sum(axis=0)).seconds for _ in range(3))
    history = timed(lambda: history_of(counts, denominator=np.full(towns, 30_000.0)))
    job = Job(history.found, rules, HISTORY_FROM)
    scores = timed(lambda: job.score(job.periods()))
    newest = timed(lambda: chance(scores.found.last(), rules, job.history))
    found = {"history": history.seconds, "scores": scores.seconds, "chance": newest.seconds}
    periods, kinds = len(job.periods()), len(rules.kinds)
    print(json.dumps({**found, "least": least, "periods": periods, "kinds": kinds}))


def _made_up(days: int, towns: int, kinds: int) -> FloatArray:
    """Counts of a country, a year at a time."""
    dice, counts = np.random.default_rng(SEED), np.empty((days, towns, kinds))
    for first in range(0, days, 100):
        block = counts[first : first + 100]
        block[:] = dice.random(block.shape, np.float32) < INCIDENTS_A_DAY
    return counts


def child(part: str, *options: str) -> tuple[dict[str, Any], float]:
    """What a part printed, and its peak in MB."""
    done = run_module("benchmarks.methods", "--part", part, *options, environment=ONE_THREAD)
    return json.loads(done.output), done.peak_mb


def compare_panel() -> bool:
    """Print the table of the methods; whether each kept the limit."""
    found, peak = child("panel")
    rows = [
        (
            row["method"],
            f"{row['periods']:,}",
            "" if np.isnan(row["scores"]) else row["scores"],
            row["both"],
            row["both"] / found["least"],
            verdict(row["both"], limit=MOST_SECONDS),
        )
        for row in found["rows"]
    ]
    print_table(
        f"Toronto, 140 towns, 2,922 days, one thread; peak {peak:,.0f} MB",
        (
            "method",
            "periods",
            "scores s",
            "with chance s",
            "passes over the counts",
            f"limit {MOST_SECONDS:.0f} s",
        ),
        rows,
    )
    return all(row[-1] == "met" for row in rows)


def compare_one_day() -> bool:
    """Print what all methods take for their newest period; whether the limit was kept."""
    found, _ = child("one_day")
    held = verdict(found["seconds"], limit=MOST_SECONDS_ONE_DAY)
    print_table(
        "All methods, newest period, scores alone",
        ("methods", "s", "passes over the counts", f"limit {MOST_SECONDS_ONE_DAY:.0f} s"),
        [(found["methods"], found["seconds"], found["seconds"] / found["least"], held)],
    )
    return held == "met"


def compare_many(towns: int, days: int) -> bool:
    """Print the table of the country; whether both limits were kept."""
    found, peak = child("many", "--towns", str(towns), "--days", str(days))
    passes = (found["history"] + found["scores"]) / found["least"]
    held = verdict(passes, limit=MOST_PASSES), verdict(peak, limit=MOST_MB)
    print_table(
        f"{towns:,} made-up towns, {days:,} days, {found['kinds']} kinds, {MANY_METHOD}, "
        f"{found['periods']} periods",
        ("", "value", "limit", ""),
        [
            ("one pass over the counts s", found["least"], "", ""),
            ("checks of the counts s", found["history"], "", ""),
            ("scores of all periods s", found["scores"], "", ""),
            ("passes over the counts", passes, f"{MOST_PASSES:.0f}", held[0]),
            ("chance of the newest period s", found["chance"], "", ""),
            ("peak MB", peak, f"{MOST_MB:,.0f}", held[1]),
        ],
    )
    return held == ("met", "met")


def main() -> None:
    """Compare, or be the child of a comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--towns", type=int, default=MANY_TOWNS)
    parser.add_argument("--days", type=int, default=MANY_DAYS)
    parser.add_argument("--part", choices=("panel", "one_day", "many"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    parts = {"panel": measure_panel, "one_day": measure_one_day}
    if given.part == "many":
        measure_many(given.towns, given.days)
    elif given.part:
        parts[given.part]()
    else:
        print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
        held = [compare_panel(), compare_one_day(), compare_many(given.towns, given.days)]
        sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
