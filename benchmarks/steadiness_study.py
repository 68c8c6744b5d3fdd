"""How steady and how foresighted the shipped methods are on Toronto, each at its own period.

python -m benchmarks.steadiness_study prints a Markdown table in about a minute. Seeded.
"""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from scipy.stats import rankdata

from benchmarks.measure import print_table
from benchmarks.methods import Job, job_of, shipped
from benchmarks.toronto import HISTORY_FROM, LAST, SEED, Study, load_study
from indices.arrays import FloatArray
from indices.composite.history import history_of
from indices.composite.method import CompositeMethod
from indices.periods import Period
from indices.score.standard import score_days

FIRST = date(2018, 1, 1)  # after the periods that most baselines need
AHEAD = 28  # days
MOST_PERIODS = 104


def spearman(one: FloatArray, other: FloatArray) -> float:
    """Rank correlation over the towns that both have."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3 or len(np.unique(one[both])) < 2 or len(np.unique(other[both])) < 2:
        return float("nan")
    a, b = rankdata(one[both]), rankdata(other[both])
    return float(np.corrcoef(a, b)[0, 1])


def moved(one: FloatArray, other: FloatArray) -> float:
    """Mean places moved; ties share the mean of their places."""
    both = np.isfinite(one) & np.isfinite(other)
    return float(np.abs(rankdata(one[both]) - rankdata(other[both])).mean())


def harm_ahead(study: Study, last: date) -> FloatArray:
    """Rate of the next 28 days, all categories counting alike, per resident."""
    at = (last - HISTORY_FROM).days + 1
    return np.asarray(study.counts[at : at + AHEAD].sum(axis=(0, 2)) / study.population)


def halves_of(counts: FloatArray) -> list[FloatArray]:
    """Each incident falls to one of two halves by a fair coin."""
    one = np.random.default_rng(SEED).binomial(counts.astype(np.int64), 0.5).astype(np.float64)
    return [one, counts - one]


def _sign(method: CompositeMethod) -> float:
    return 1.0 if method.higher_is == "safer" else -1.0


def _periods(job: Job) -> list[Period]:
    """Periods with the next 28 days known, the newest at most 104."""
    known = [p for p in job.periods() if p.first >= FIRST and p.last <= LAST]
    return known[-MOST_PERIODS:]


def composite_row(method: CompositeMethod, study: Study) -> tuple[object, ...]:
    """Figures of one method."""
    job = job_of(method, study)
    periods = _periods(job)
    score = _sign(method) * job.score(periods).score
    known = study.rules.categories
    chosen = [known.index(kind) for kind in job.rules.kinds]
    halves = [
        job._replace(history=history_of(half, denominator=study.population)).score(periods).score
        for half in halves_of(study.counts[..., chosen])
    ]
    return (
        method.id,
        method.period.value.value,
        len(periods),
        _mean([spearman(a, b) for a, b in zip(*halves, strict=True)]),
        _mean([moved(a, b) for a, b in pairwise(score)]),
        _mean(
            [
                spearman(-row, harm_ahead(study, period.last))
                for row, period in zip(score, periods, strict=True)
            ]
        ),
    )


def standard_row(study: Study) -> tuple[object, ...]:
    """Figures of our method, every seventh day."""
    n = (LAST - HISTORY_FROM).days + 1
    n_days = (LAST - FIRST).days + 1
    made = [
        score_days(c[:n], population=study.population, rules=study.rules, n_days=n_days).score
        for c in (study.counts, *halves_of(study.counts))
    ]
    score, one, other = made
    days = range(0, n_days - 1, 7)
    return (
        "standard",
        "day",
        len(days),
        _mean([spearman(one[d], other[d]) for d in days]),
        _mean([moved(score[d], score[d + 1]) for d in days]),
        _mean([spearman(-score[d], harm_ahead(study, FIRST + timedelta(days=d))) for d in days]),
    )


def _mean(values: list[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def main() -> None:
    """Print the table, our method first."""
    study = load_study()
    rows = [standard_row(study)]
    rows += [composite_row(m, study) for m in shipped() if isinstance(m, CompositeMethod)]
    print_table(
        f"Toronto, 140 towns, periods from {FIRST} to {LAST}",
        ("method", "period", "periods", "two halves agree", "places to the next", "next 28 days"),
        [
            (*row[:3], *(f"{v:.2f}" if np.isfinite(float(str(v))) else "–" for v in row[3:]))
            for row in rows
        ],
    )


if __name__ == "__main__":
    main()
