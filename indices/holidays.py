"""Holidays that move through the calendar, and the periods that may fairly be compared for them.

Chinese New Year falls between 21 January and 21 February. January 2017 holds most of its season,
January 2016 hardly a day of it: a comparison by the calendar would measure the holiday. `paired`
moves the earlier period, so that both hold the same part of the season.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from indices.periods import Period, PeriodKind, year_before

MonthDay = tuple[int, int]
PairingStatus = Literal["by calendar", "moved", "date unknown"]

LONGEST_MOVED_DAYS = 180  # half-years and years hold a whole season and stay where they are


@dataclass(frozen=True, kw_only=True)
class MovingHoliday:
    """A holiday with one date a year, and the days around it that are unlike other days."""

    name: str
    day_of: Callable[[int], date | None]  # of a year; None where the date is not known
    days_before: int  # from the first day of the season to the holiday
    days_after: int  # from the holiday to the last day of the season
    earliest: MonthDay  # in any year, to tell which periods an unknown date may touch
    latest: MonthDay


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """The period to compare with, and why it is that one."""

    period: Period
    status: PairingStatus
    holiday: str | None  # name, unless the calendar alone decided
    shift_days: int  # first day, less that of the calendar's period

    @property
    def moved(self) -> bool:
        """Whether the period is another than that of the calendar."""
        return self.status == "moved"


def chinese_new_year(day_by_year: Mapping[int, date]) -> MovingHoliday:
    """Make the holiday of a table of dates (`data/holidays/chinese-new-year.csv`).

    The season runs from seven days before New Year's Eve to the Lantern Festival, the 15th day of
    the first lunar month: 23 days.

    Raises:
        ValueError: If a date lies in another year or outside 21 January to 21 February.
    """
    earliest, latest = (1, 21), (2, 21)
    wrong = {
        year: f"{day}"
        for year, day in sorted(day_by_year.items())
        if day.year != year or not earliest <= (day.month, day.day) <= latest
    }
    if wrong:
        raise ValueError(
            f"Chinese New Year lies between 21 January and 21 February of its year, got {wrong}"
        )
    return MovingHoliday(
        name="chinese_new_year",
        day_of=day_by_year.get,
        days_before=8,
        days_after=14,
        earliest=earliest,
        latest=latest,
    )


def easter_sunday(year: int) -> date:
    """Easter Sunday of the western churches.

    The computus as Knuth writes it (The Art of Computer Programming, volume 1, exercise 1.3.2-14).

    Raises:
        ValueError: Before 1583, the first Easter of the Gregorian calendar.
    """
    first_year = 1583
    if year < first_year:
        raise ValueError(f"the Gregorian Easter is known from {first_year} on, got {year}")
    golden, century = year % 19 + 1, year // 100 + 1
    leap_days_left_out = 3 * century // 4 - 12
    moon_correction = (8 * century + 5) // 25 - 5
    epact = (11 * golden + 20 + moon_correction - leap_days_left_out) % 30
    if epact == 24 or (epact == 25 and golden > 11):  # noqa: PLR2004
        epact += 1
    full_moon = 44 - epact if epact <= 23 else 74 - epact  # noqa: PLR2004  # day of March, from 21
    weekday = (5 * year // 4 - leap_days_left_out - 10 + full_moon) % 7
    return date(year, 3, 1) + timedelta(days=full_moon + 7 - weekday - 1)


EASTER = MovingHoliday(  # the season runs from Palm Sunday to Easter Monday
    name="easter",
    day_of=easter_sunday,
    days_before=7,
    days_after=1,
    earliest=(3, 22),
    latest=(4, 25),
)


def paired(period: Period, years_back: int, holidays: Sequence[MovingHoliday]) -> Pairing:
    """Find the period `years_back` years earlier that a period is fairly compared with.

    The calendar decides (`year_before`) unless the two periods hold different parts of a holiday's
    season. Then the earlier one gets the same number of days, at the same distance from the
    holiday, and is a range. Weeks keep seven days, one of each weekday, but may begin on any; a
    single day keeps its place in the season and not its weekday, as it would by the calendar.
    Periods that hold the whole season in both years, or nothing of it, do not move. Moved months
    in a row do not cover the year: a few days may count in two of them, or in none.

    Args:
        period: The newer period. Above 180 days the calendar always decides.
        years_back: As in `year_before`; negative for later years.
        holidays: The first that applies decides.

    Returns:
        "date unknown" where the season of a year without a date may cut through one of the two
        periods; the period is then that of the calendar.
    """
    by_calendar = year_before(period, years_back)
    if period.n_days <= LONGEST_MOVED_DAYS:
        for holiday in holidays:
            for year in sorted({period.first.year, period.last.year}):
                found = _paired_by(holiday, period, by_calendar, (year, year - years_back))
                if found:
                    return found
    return Pairing(period=by_calendar, status="by calendar", holiday=None, shift_days=0)


def _paired_by(
    holiday: MovingHoliday, period: Period, by_calendar: Period, years: tuple[int, int]
) -> Pairing | None:
    """The pairing that the holiday asks for in these two years, if any."""
    here, there = holiday.day_of(years[0]), holiday.day_of(years[1])
    if here is None or there is None:
        if _may_cut(holiday, period, years[0]) or _may_cut(holiday, by_calendar, years[1]):
            return Pairing(
                period=by_calendar, status="date unknown", holiday=holiday.name, shift_days=0
            )
        return None
    if _part_held(period, here, holiday) == _part_held(by_calendar, there, holiday):
        return None
    first = there + (period.first - here)
    kind = PeriodKind.DAY if period.kind is PeriodKind.DAY else PeriodKind.RANGE
    return Pairing(
        period=Period(first, first + timedelta(days=period.n_days - 1), kind),
        status="moved",
        holiday=holiday.name,
        shift_days=(first - by_calendar.first).days,
    )


def _part_held(period: Period, day: date, holiday: MovingHoliday) -> tuple[int, int] | None:
    """First and last day of the season inside the period, counted from the holiday."""
    first = max((period.first - day).days, -holiday.days_before)
    last = min((period.last - day).days, holiday.days_after)
    return (first, last) if first <= last else None


def _may_cut(holiday: MovingHoliday, period: Period, year: int) -> bool:
    """Whether some date of the holiday puts a part of the season, but not all, in the period."""
    first = date(year, *holiday.earliest) - timedelta(days=holiday.days_before)
    last = date(year, *holiday.latest) + timedelta(days=holiday.days_after)
    touches = period.first <= last and first <= period.last
    return touches and not (period.first <= first and last <= period.last)
