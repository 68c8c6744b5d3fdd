"""Score, interval and rank range of every town: milliseconds a day, and memory for many towns.

python -m benchmarks.scoring [--towns N] [--days N]

Each part is a process of its own on one thread; its time on the core decides, because other work
on the machine stretches the time on the clock. The first goes over all of Toronto's days, in
chunks and some one by one, beside the least that NumPy needs for a day: one sort of the rank draws
and one pass over the counts. The second makes up a large country and holds the peak memory against
its limit; all of its days take long, and memory does not grow with them (the table shows it after
the first chunk and after the last), so a part of them is the default. Leaves with 1 if a limit is
missed.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks.measure import ONE_THREAD, print_table, run_module, verdict
from benchmarks.toronto import Study, load_study
from indices.arrays import FloatArray
from indices.method import ScoringRules
from indices.score.standard import score_days

MOST_MS, MOST_MB = 20.0, 4_000.0
CHUNK_DAYS = 64
SINGLE_DAYS = 40  # measured one by one, spread over the whole history
MANY_TOWNS, MANY_DAYS, DAYS_MEASURED = 3_000, 3_650, 192
SEED = 20140101
KINDS = {
    "chunked": f"all days, in chunks of {CHUNK_DAYS}",
    "single": "a day alone, as a night does it",
    "least": "one sort of the draws, one pass over the counts",
}


class Chunk(NamedTuple):
    """Days that are scored together, and where the history that they need begins."""

    oldest: int
    first: int
    end: int


def chunks(first_day: int, n_days: int, window_days: int) -> Iterator[Chunk]:
    """Cut the days from the first one on into chunks; each overlaps the one before by a window."""
    end_of_all = first_day + n_days
    for first in range(first_day, end_of_all, CHUNK_DAYS):
        end = min(first + CHUNK_DAYS, end_of_all)
        yield Chunk(max(0, first - window_days + 1), first, end)


class Cost(NamedTuple):
    """Time of one piece of work; on one thread the two differ by what else the core did."""

    wall: float
    cpu: float


def measure_toronto() -> None:
    """Print Toronto's costs a day: all days in chunks, days alone, and the least for such a day."""
    study = load_study()
    n_days, window = len(study.counts), study.rules.window_days
    ends = range(window, n_days, (n_days - window) // SINGLE_DAYS)
    alone = [Chunk(end - window, end - 1, end) for end in ends]
    _cost_of(study, alone[0])  # the first call loads what the others find
    single, least = zip(*[(_cost_of(study, day), _least(study, day)) for day in alone], strict=True)
    chunked = [_cost_of(study, chunk) for chunk in chunks(0, n_days, window)]
    a_day = {
        "chunked": [sum(costs) / n_days for costs in zip(*chunked, strict=True)],
        "single": [median(costs) for costs in zip(*single, strict=True)],
        "least": [median(costs) for costs in zip(*least, strict=True)],
    }
    print(json.dumps({"days": n_days, **a_day}))


def _cost(act: Callable[[], object]) -> Cost:
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return Cost(time.perf_counter() - wall, time.process_time() - cpu)


def _cost_of(study: Study, chunk: Chunk) -> Cost:
    """What the method takes for a chunk."""
    known = study.counts[chunk.oldest : chunk.end]
    return _cost(lambda: _score(known, study.population, study.rules, chunk))


def _score(counts: FloatArray, population: FloatArray, rules: ScoringRules, chunk: Chunk) -> object:
    return score_days(counts, population=population, rules=rules, n_days=chunk.end - chunk.first)


def _least(study: Study, chunk: Chunk) -> Cost:
    """What is needed at least before rank ranges come about in NumPy."""
    size = (study.rules.rank_draws, len(study.population))
    draws = np.random.default_rng(chunk.first).standard_normal(size, np.float32)
    known = study.counts[chunk.oldest : chunk.end]
    return _cost(lambda: (np.argsort(draws, axis=1), known.sum(axis=0)))


def measure_many(towns: int, days: int) -> None:
    """Print costs and peak memory of a made-up country, chunk after chunk."""
    rules = load_study().rules
    population = np.random.default_rng(SEED).integers(2_000, 60_000, towns).astype(np.float64)
    expected = population[:, None] * rules.usual_rate
    costs, peaks = [], []
    for chunk in chunks(rules.window_days - 1, days, rules.window_days):
        score = partial(_score, _made_up(chunk, expected), population, rules, chunk)
        costs.append(_cost(score))
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    wall, cpu = (sum(cost) for cost in zip(*costs, strict=True))
    found = {"wall": wall, "cpu": cpu, "first_peak": peaks[0], "last_peak": peaks[-1]}
    print(json.dumps(found))


def _made_up(chunk: Chunk, expected: FloatArray) -> FloatArray:
    """Counts of a chunk's history; a day has the same ones in whichever chunk it occurs."""
    counts = np.empty((chunk.end - chunk.oldest, *expected.shape))
    for position, day in enumerate(range(chunk.oldest, chunk.end)):
        counts[position] = np.random.default_rng([SEED, day]).poisson(expected)
    return counts


def compare_toronto() -> bool:
    """Print Toronto's table; whether the limit was kept."""
    child = run_module("benchmarks.scoring", "--part", "toronto", environment=ONE_THREAD)
    found = json.loads(child.output)
    ms = {name: [1000 * seconds for seconds in found[name]] for name in KINDS}
    held = verdict(ms["chunked"][1], limit=MOST_MS)
    print_table(
        f"Toronto, 140 towns, {found['days']:,} days, one thread; peak {child.peak_mb:,.0f} MB",
        ("a day", "ms", "CPU ms", "ratio to the least (CPU)", f"limit {MOST_MS:.0f} CPU ms"),
        [
            (text, *ms[name], ms[name][1] / ms["least"][1], held if name == "chunked" else "")
            for name, text in KINDS.items()
        ],
    )
    return held == "met"


def compare_many(towns: int, days: int) -> bool:
    """Print the table of the made-up country; whether the limit was kept."""
    options = ("--part", "many", "--towns", str(towns), "--days", str(days))
    child = run_module("benchmarks.scoring", *options, environment=ONE_THREAD)
    found = json.loads(child.output)
    held = verdict(child.peak_mb, limit=MOST_MB)
    print_table(
        f"{towns:,} made-up towns, {days:,} of {MANY_DAYS:,} days by {CHUNK_DAYS}, one thread",
        ("", "value", f"limit {MOST_MB:,.0f} MB"),
        [
            ("ms a day", found["wall"] / days * 1000, ""),
            ("CPU ms a day", found["cpu"] / days * 1000, ""),
            ("minutes in all", found["wall"] / 60, ""),
            ("peak MB after the first chunk", found["first_peak"], ""),
            ("peak MB after the last chunk", found["last_peak"], ""),
            ("peak MB of the process", child.peak_mb, held),
        ],
    )
    return held == "met"


def main() -> None:
    """Compare, or be the child of a comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--towns", type=int, default=MANY_TOWNS)
    parser.add_argument("--days", type=int, default=DAYS_MEASURED, help=f"{MANY_DAYS}: all")
    parser.add_argument("--part", choices=("toronto", "many"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part == "toronto":
        measure_toronto()
    elif given.part == "many":
        measure_many(given.towns, given.days)
    elif not all([compare_toronto(), compare_many(given.towns, given.days)]):
        sys.exit(1)


if __name__ == "__main__":
    main()
