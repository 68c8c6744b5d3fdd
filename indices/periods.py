"""Periods of the calendar: which one a day lies in, its neighbours, its label and back again."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """The kinds of period; all but `RANGE` cover the calendar without gaps."""

    DAY = "day"
    WEEK = "week"  # ISO 8601, from Monday
    TEN_DAYS = "ten_days"  # 旬: from the 1st, 11th and 21st
    HALF_MONTH = "half_month"  # from the 1st and 16th
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    RANGE = "range"  # any two days and those between them


MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: 12,
}
FIRST_DAYS = {PeriodKind.TEN_DAYS: (1, 11, 21), PeriodKind.HALF_MONTH: (1, 16)}
LABELS = {
    PeriodKind.DAY: "{first}",
    PeriodKind.WEEK: "{year:04d}-W{week:02d}",
    PeriodKind.MONTH: "{year:04d}-{month:02d}",
    PeriodKind.QUARTER: "{year:04d}-Q{quarter}",
    PeriodKind.HALF_YEAR: "{year:04d}-H{half}",
    PeriodKind.YEAR: "{year:04d}",
}


@dataclass(frozen=True)
class Period:
    """The days from `first` to `last`, both included.

    Raises:
        ValueError: If the days are in the wrong order, or are not the edges that the kind demands.
        TypeError: If an edge has a time of day.
    """

    first: date
    last: date
    kind: PeriodKind

    def __post_init__(self) -> None:
        """Refuse edges that do not make a period of the kind."""
        if isinstance(self.first, datetime) or isinstance(self.last, datetime):
            raise TypeError("a period runs from date to date, got a time of day")
        if self.last < self.first:
            raise ValueError(f"the last day ({self.last}) lies before the first ({self.first})")
        if self.kind is not PeriodKind.RANGE:
            first, last = _edges(self.first, self.kind)
            if (first, last) != (self.first, self.last):
                raise ValueError(
                    f"{self.first} to {self.last} is no {self.kind}; "
                    f"expected {first} to {last}, or the kind 'range'"
                )

    @property
    def n_days(self) -> int:
        """Number of days, at least 1."""
        return (self.last - self.first).days + 1

    @property
    def year(self) -> int:
        """Year that the period is counted in: the ISO year of a week, else that of its first day.

        A week's ISO year is the year in which most of its days lie.
        """
        if self.kind is PeriodKind.WEEK:
            return self.first.isocalendar().year
        return self.first.year

    @property
    def label(self) -> str:
        """Short name that sorts by time within a kind and may be part of a file name.

        2017-04-12, 2017-W15, 2017-04, 2017-Q2, 2017-H1, 2017; ten days, half months and ranges are
        ISO 8601 intervals with the double hyphen in the place of the slash: 2017-04-01--2017-04-10.
        """
        month = self.first.month
        return LABELS.get(self.kind, "{first}--{last}").format(
            first=self.first,
            last=self.last,
            year=self.year,
            month=month,
            week=self.first.isocalendar().week,
            quarter=(month + 2) // 3,
            half=(month + 5) // 6,
        )


def period_of(day: date, kind: PeriodKind) -> Period:
    """Find the period of the calendar in which a day lies.

    Raises:
        ValueError: For a range, which the calendar does not know.
    """
    return Period(*_edges(day, kind), kind)


def ends_on(day: date, kind: PeriodKind) -> bool:
    """Tell whether a period of this kind ends with the day; ValueError for a range."""
    return day == _edges(day, kind)[1]


def previous(period: Period) -> Period:
    """Find the period of the same kind just before; for a range, one of as many days."""
    day_before = period.first - ONE_DAY
    if period.kind is PeriodKind.RANGE:
        return Period(period.first - timedelta(days=period.n_days), day_before, period.kind)
    return period_of(day_before, period.kind)


def year_before(period: Period, n: int = 1) -> Period:
    """Find the same period of the calendar `n` years back (forward where `n` is negative).

    A week keeps its ISO number; week 53 becomes 52 in a year without it. 29 February becomes
    28 February. A range keeps the months and days of its two edges.
    """
    if period.kind is PeriodKind.WEEK:
        return period_of(_same_week(period.first, period.year - n), period.kind)
    first = _same_day(period.first, period.first.year - n)
    if period.kind is PeriodKind.RANGE:
        return Period(first, _same_day(period.last, period.last.year - n), period.kind)
    return period_of(first, period.kind)


def base_period(period: Period, year: int) -> Period:
    """Find the same period in a base year, such as 2019; `Period.year` says which year one is in.

    A range that runs over the turn of the year begins in the base year.
    """
    return year_before(period, period.year - year)


def parse_period(text: str) -> Period:
    """Read a label of `Period.label`.

    An interval with the edges of ten days or of a half month is one of these, else a range.

    Raises:
        ValueError: If the text is no label or names days that do not exist.
    """
    for pattern, read in READERS:
        found = re.fullmatch(pattern, text, re.ASCII)
        if found:
            try:
                return read(*found.groups())
            except ValueError as error:
                raise ValueError(_no_period(text, str(error))) from error
    raise ValueError(_no_period(text, "not one of the known forms"))


def _no_period(text: str, reason: str) -> str:
    """Say what is wrong with a label, and what labels look like."""
    return (
        f"'{text}' is not a period: {reason}\n"
        "  expected: 2017-04-12 (day), 2017-W15 (week), 2017-04 (month), 2017-Q2 (quarter), "
        "2017-H1 (half year), 2017 (year) or 2017-04-01--2017-04-10 (first and last day)"
    )


def _in_month(year: str, month: int, kind: PeriodKind) -> Period:
    """The period of this kind in which a month lies; ValueError if there is no such month."""
    return period_of(date(int(year), month, 1), kind)


def _interval(first: date, last: date) -> Period:
    """Ten days or a half month where the edges say so, else a range."""
    for kind in FIRST_DAYS:
        if _edges(first, kind) == (first, last):
            return Period(first, last, kind)
    return Period(first, last, PeriodKind.RANGE)


READERS: tuple[tuple[str, Callable[..., Period]], ...] = (
    (r"(\d{4})", lambda year: _in_month(year, 1, PeriodKind.YEAR)),
    (r"(\d{4})-H([12])", lambda year, half: _in_month(year, 6 * int(half), PeriodKind.HALF_YEAR)),
    (r"(\d{4})-Q([1-4])", lambda year, q: _in_month(year, 3 * int(q), PeriodKind.QUARTER)),
    (r"(\d{4})-(\d\d)", lambda year, month: _in_month(year, int(month), PeriodKind.MONTH)),
    (
        r"(\d{4})-W(\d\d)",
        lambda year, week: period_of(
            date.fromisocalendar(int(year), int(week), 1), PeriodKind.WEEK
        ),
    ),
    (
        r"(\d{4}-\d\d-\d\d)",
        lambda day: period_of(date.fromisoformat(day), PeriodKind.DAY),
    ),
    (
        r"(\d{4}-\d\d-\d\d)--(\d{4}-\d\d-\d\d)",
        lambda first, last: _interval(date.fromisoformat(first), date.fromisoformat(last)),
    ),
)


def _edges(day: date, kind: PeriodKind) -> tuple[date, date]:
    """First and last day of the calendar's period around a day."""
    match kind:
        case PeriodKind.DAY:
            return day, day
        case PeriodKind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case PeriodKind.TEN_DAYS | PeriodKind.HALF_MONTH:
            return _edges_in_month(day, FIRST_DAYS[kind])
        case PeriodKind.RANGE:
            raise ValueError("a range has no place in the calendar: name its first and last day")
    first_month = day.month - (day.month - 1) % MONTHS[kind]
    last_month = first_month + MONTHS[kind] - 1
    return date(day.year, first_month, 1), _end_of_month(day.year, last_month)


def _edges_in_month(day: date, first_days: tuple[int, ...]) -> tuple[date, date]:
    """First and last day of the part of the month, each part ending before the next begins."""
    first = max(start for start in first_days if start <= day.day)
    later = [start for start in first_days if start > day.day]
    last = day.replace(day=later[0] - 1) if later else _end_of_month(day.year, day.month)
    return day.replace(day=first), last


def _end_of_month(year: int, month: int) -> date:
    """Last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def _same_day(day: date, year: int) -> date:
    """The day of the same month and number in another year; 28 for 29 February if need be."""
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _same_week(monday: date, year: int) -> date:
    """Monday of the week with the same number; 28 December always lies in a year's last week."""
    last_week = date(year, 12, 28).isocalendar().week
    return date.fromisocalendar(year, min(monday.isocalendar().week, last_week), 1)
