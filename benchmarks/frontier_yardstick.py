"""What each candidate of the frontier study is measured by.

Toronto, 140 neighbourhoods, days from 2015-01-01 to 2021-12-02 by the day of occurrence, records
from 2014-01-01 on. Rates are per resident, correlations Spearman's, means over the days.

agreement   between the rates of two random halves of the incidents; every 7th day
places      moved by a town from one day to the next, mean; every day
foresight   correlation with the incidents per resident of the next 7 and 28 days; every 7th day
shown       part of a made-up surplus that the rate shows; every 28th day (the standard method:
            every 84th), see `shown`
false       quiet towns (Poisson, constant rates) above 1.2 times their rate of the year
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.stats import rankdata

from benchmarks.frontier_candidates import RECENT, THREE_YEARS, YEAR, Candidate, flat
from benchmarks.toronto import FIRST, HISTORY_FROM, LAST, SEED, STEP, Study, day_position
from indices.arrays import BoolArray, FloatArray

INJECTION_STEP, QUIET_DAYS, RAISED = 28, 730, 1.2
GROUPS = 10  # towns with a surplus at one time, where towns borrow from each other: one in ten
LATER_FROM = date(2019, 1, 1)
SURPLUS = {"double": (2, 14), "triple": (3, 14), "week": (2, 7), "month": (2, 28)}  # times, days
BEGIN, END = day_position(FIRST), day_position(LAST)


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown:
    """Part of a surplus that is shown, (n_days, n_towns) each."""

    double: FloatArray  # doubled for 14 days
    triple: FloatArray
    week: FloatArray  # doubled for 7 days
    month: FloatArray  # doubled for 28 days


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """One candidate on the yardstick; arrays by measured day."""

    candidate: Candidate
    agreement: FloatArray
    places: FloatArray
    next_7: FloatArray
    next_28: FloatArray
    shown: Shown
    false: float  # NaN where not measured

    def mean(self, values: FloatArray, period: slice = slice(None)) -> float:
        """Mean over the days (and towns) of a period, see `periods`."""
        return float(values[period].mean())


def periods(values: FloatArray) -> tuple[slice, slice]:
    """Rows before and from 2019 on, whatever the step between measured days."""
    share = (LATER_FROM - FIRST).days / (LAST - FIRST).days
    edge = int(np.ceil(share * (len(values) - 1)))
    return slice(edge), slice(edge, None)


def spearman(one: FloatArray, other: FloatArray) -> FloatArray:
    """Rank correlation of the towns on each day, (n_days,)."""
    a, b = (rankdata(x, axis=1) - (x.shape[1] + 1) / 2 for x in (one, other))
    return np.asarray((a * b).sum(axis=1) / np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1)))


def places_moved(rates: FloatArray) -> FloatArray:
    """Mean number of places moved from each day to the next, (n_days - 1,)."""
    return np.asarray(np.abs(np.diff(rankdata(rates, axis=1), axis=0)).mean(axis=1))


class Yardstick:
    """The records, their halves, what came next and the made-up surpluses, made once."""

    def __init__(self, study: Study) -> None:
        """Draw the halves and the quiet city."""
        self.counts = study.counts
        self.people = study.population
        half = np.random.default_rng(SEED).binomial(self.counts.astype(np.int64), 0.5)
        self.halves = half.astype(np.float64), self.counts - half
        self.quiet = self._quiet()

    def measure(self, candidate: Candidate) -> Measured:
        """All numbers of one candidate."""
        rates = self.per_resident(candidate, self.counts[: END + 2], END + 2 - BEGIN)
        both = [
            self.per_resident(candidate, half[: END + 1], END + 1 - BEGIN)[::STEP]
            for half in self.halves
        ]
        known = rates[:-1:STEP]
        return Measured(
            candidate=candidate,
            agreement=spearman(*both),
            places=places_moved(rates),
            next_7=spearman(known, self.ahead(7)),
            next_28=spearman(known, self.ahead(28)),
            shown=self.shown(candidate),
            false=np.nan if candidate.per_incident is not None else self.false(candidate),
        )

    def per_resident(self, candidate: Candidate, counts: FloatArray, n_days: int) -> FloatArray:
        """Rates that towns are ranked by."""
        rates = candidate.rate(counts, n_days)
        return rates if candidate.per_incident is not None else rates / self.people

    def ahead(self, days: int) -> FloatArray:
        """Incidents per resident of the days after each 7th day; the last month may be cut off."""
        total = np.vstack([np.zeros(len(self.people)), self.counts.sum(axis=2).cumsum(axis=0)])
        ends = np.arange(BEGIN, END + 1, STEP) + 1
        later = total[np.minimum(ends + days, len(total) - 1)]
        return np.asarray((later - total[ends]) / self.people)

    def shown(self, candidate: Candidate) -> Shown:
        """Part of a surplus of the last days that the rate of the day shows.

        Each town in turn gets Poisson counts on top, (k - 1) times its mean of the last 365 days,
        category by category. Shown: rate with less rate without, over the expected surplus; a mean
        of the very days shows all of it, a year's mean 14/365. Several towns get theirs at once
        where no town borrows from another.
        """
        rows = [self._shown_on(candidate, end) for end in self._ends(candidate)]
        return Shown(**{name: np.stack([row[name] for row in rows]) for name in SURPLUS})

    def _ends(self, candidate: Candidate) -> range:
        """Days with a surplus; fewer for the standard method, which is slow."""
        step = INJECTION_STEP * (1 if candidate.per_incident is None else 3)
        return range(BEGIN, END + 1, step)

    def _shown_on(self, candidate: Candidate, end: int) -> dict[str, FloatArray]:
        """Part shown of each kind of surplus on one day, (n_towns,) each."""
        history = self.counts[max(0, end + 1 - THREE_YEARS) : end + 1]
        mean, without = history[-YEAR:].mean(axis=0), candidate.rate(history, 1)[0]
        shown = {}
        for name, (times, days) in SURPLUS.items():
            generator = np.random.default_rng([SEED, end, times, days])
            drawn = generator.poisson((times - 1) * mean, (days, *mean.shape))
            shown[name] = self._rise(candidate, history, drawn.astype(np.float64), without)
            shown[name] /= (times - 1) * _full(candidate, mean)
        return shown

    def _rise(
        self, candidate: Candidate, history: FloatArray, extra: FloatArray, without: FloatArray
    ) -> FloatArray:
        """Rate with a surplus less the rate without, group of towns by group, (n_towns,)."""
        groups = 1 if candidate.per_incident is None else GROUPS
        rise = np.zeros(len(self.people))
        for group in range(groups):
            at = np.arange(len(rise)) % groups == group
            more = history.copy()
            more[-len(extra) :, at] += extra[:, at]
            rise[at] = (candidate.rate(more, 1)[0] - without)[at]
        return rise

    def _quiet(self) -> FloatArray:
        """Poisson counts with each town's mean rate of all years, in one category."""
        shape = (THREE_YEARS + QUIET_DAYS, len(self.people))
        mean = self.counts.sum(axis=2).mean(axis=0)
        return np.random.default_rng(SEED).poisson(mean, shape)[..., None].astype(np.float64)

    def false(self, candidate: Candidate) -> float:
        """Share of quiet town-days above 1.2 times the rate of the year."""
        rates, year = (rate(self.quiet, QUIET_DAYS) for rate in (candidate.rate, flat(YEAR)))
        return float((rates > RAISED * year).mean())

    def thirds(self) -> tuple[BoolArray, BoolArray]:
        """Towns with the fewest and with the most incidents, a third each."""
        events = self.counts.sum(axis=(0, 2))
        low, high = np.quantile(events, [1 / 3, 2 / 3])
        return events <= low, events > high


def _full(candidate: Candidate, mean: FloatArray) -> FloatArray:
    """What a candidate shows of incidents that never end, (n_towns,)."""
    if candidate.per_incident is None:
        return np.asarray(mean.sum(axis=1))
    return np.asarray((mean * candidate.per_incident.T).sum(axis=1))


def expected_in_14_days(counts: FloatArray, at: BoolArray) -> Sequence[float]:
    """Least and greatest mean count of 14 days among some towns."""
    means = RECENT * counts.sum(axis=2).mean(axis=0)[at]
    return float(means.min()), float(means.max())


def years() -> str:
    """Days measured, for the head of the table."""
    return f"{FIRST} to {LAST}, records from {HISTORY_FROM}"
