"""From which day to which the records are a full account."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

import numpy as np

from indices.arrays import FloatArray

WINDOW_DAYS = 28
NEIGHBOURS = 14
LEAST_OF_WINDOW = 0.25  # of the usual rows of four weeks
LEAST_OF_DAY = 0.5  # of the days beside it
DAYS_OF_MONTH = 31
LONGEST_SILENCE, MANY_EXPECTED = 45, 50  # days without a row, and rows that these days would have
MANY_A_DAY = 10
FEW_MISSING, MANY_MISSING = 4, 12  # nights are quieter than days


@dataclass(frozen=True)
class Span:
    """First and last day on which records are regular, and what lies outside."""

    first_day: date  # whole
    last_day: date
    ends: Literal["complete", "partial"]  # whether the last day is whole
    n_before: int  # rows
    n_after: int
    silent_from: date | None = None  # the last day before a silence that ends at the first day

    @property
    def last_whole_day(self) -> date:
        """The last day that may be counted."""
        return self.last_day - timedelta(days=self.ends == "partial")


def find_span(
    days: Mapping[date | None, int],
    *,
    by_month: bool = False,
    last_moments: Mapping[date | None, datetime] | None = None,
) -> Span | None:
    """Where the regular rows begin and end; single early or late ones are stragglers.

    Args:
        days: Rows by day.
        by_month: Whether the days only stand for months.
        last_moments: The latest moment of each day, where times of day are known: a last day that
            is silent for hours was cut off.

    Returns:
        None where no day is known.
    """
    known = {day: n for day, n in days.items() if day is not None}
    if not known:
        return None
    start = min(known)
    counts = np.zeros((max(known) - start).days + 1)
    counts[[(day - start).days for day in known]] = list(known.values())
    first, last = _regular_range(counts)
    silent = _last_silence(counts[first : last + 1])
    silent_from = start + timedelta(first + silent[0]) if silent else None
    first += silent[1] if silent else 0
    is_begun = counts[last + 1 : last + 2].any()  # a day that has begun, and not ended
    last += int(is_begun)
    before, after = int(counts[:first].sum()), int(counts[last + 1 :].sum())
    if by_month:
        months = _month_span(start + timedelta(first), start + timedelta(last), before, after)
        return replace(months, silent_from=silent_from)
    if _is_low(counts[first], counts[first + 1 : first + 1 + NEIGHBOURS]):
        before += int(counts[first])
        first += 1
    neighbours = counts[max(first, last - NEIGHBOURS) : last]
    last_day = start + timedelta(last)
    last_moment = (last_moments or {}).get(last_day)
    is_cut = is_begun or _is_low(counts[last], neighbours) or _is_silent(last_moment, neighbours)
    ends: Literal["complete", "partial"] = "partial" if is_cut else "complete"
    first_day = _without_quiet_days(start + timedelta(first), counts[first : last + 1])
    return Span(first_day, last_day, ends, before, after, silent_from)


def _without_quiet_days(first: date, counts: FloatArray) -> date:
    """The first of the month where few rows would be expected before the first: files begin so."""
    quiet = first.day - 1
    return first.replace(day=1) if quiet * float(counts.mean()) <= FEW_MISSING else first


def _is_silent(last: datetime | None, neighbours: FloatArray) -> bool:
    """Whether many rows would be expected between the last moment and midnight."""
    if last is None or not neighbours.size:
        return False
    left = (timedelta(days=1) - (last - datetime.combine(last.date(), time()))) / timedelta(days=1)
    return left * float(np.median(neighbours)) > MANY_MISSING


def _regular_range(counts: FloatArray) -> tuple[int, int]:
    """Positions of the first and last day whose four weeks hold a fair share of the usual rows."""
    window = min(WINDOW_DAYS, max(1, counts.size // 4))
    sums = np.convolve(counts, np.ones(window))[window - 1 :]  # of a day and those after it
    back = np.convolve(counts, np.ones(window))[: counts.size]  # of a day and those before it
    order = np.argsort(sums)
    half = np.searchsorted(np.cumsum(counts[order]), counts.sum() / 2)
    usual = sums[order][half]
    a_day = usual / window
    # Where many rows come a day, a day of a few is a straggler even if regular ones follow soon.
    busy = counts >= LEAST_OF_WINDOW * a_day if a_day >= MANY_A_DAY else counts > 0
    begins = np.flatnonzero(busy & (sums >= LEAST_OF_WINDOW * usual))
    ends = np.flatnonzero(busy & (back >= LEAST_OF_WINDOW * usual))
    return (int(begins[0]), int(ends[-1])) if begins.size and ends.size else (0, counts.size - 1)


def _last_silence(counts: FloatArray) -> tuple[int, int] | None:
    """Positions of the last day before and the first after many days that should have rows."""
    known = np.flatnonzero(counts)
    lengths = np.diff(known)
    expected = lengths * float(counts.mean())
    silences = np.flatnonzero((lengths > LONGEST_SILENCE) & (expected >= MANY_EXPECTED))
    return (int(known[silences[-1]]), int(known[silences[-1] + 1])) if silences.size else None


def _is_low(count: float, others: FloatArray) -> bool:
    """Whether a day has far fewer rows than the days beside it."""
    return others.size > 0 and count < LEAST_OF_DAY * float(np.median(others))


def _month_span(first: date, last: date, before: int, after: int) -> Span:
    """Months are whole: from the first day of the first to the last day of the last."""
    end = last.replace(day=1) + timedelta(days=DAYS_OF_MONTH)
    return Span(
        first.replace(day=1), end.replace(day=1) - timedelta(days=1), "complete", before, after
    )


def base_period(spans: list[Span]) -> tuple[date, date] | None:
    """Days that all sources cover: whole years where there are any.

    None where no source has a span.
    """
    if not spans:
        return None
    first = max(span.first_day for span in spans)
    last = min(span.last_whole_day for span in spans)
    if last < first:
        first, last = spans[0].first_day, max(spans[0].last_whole_day, spans[0].first_day)
    year_from = first.year + ((first.month, first.day) > (1, 1))
    year_to = last.year - ((last.month, last.day) < (12, 31))
    if year_from <= year_to:
        return date(year_from, 1, 1), date(year_to, 12, 31)
    return first, last
