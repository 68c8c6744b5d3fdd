"""Moving holidays: their dates, and the periods that are compared for their sake."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from dateutil.easter import easter
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.holidays import (
    EASTER,
    MovingHoliday,
    Pairing,
    chinese_new_year,
    easter_sunday,
    paired,
)
from indices.periods import Period, PeriodKind, parse_period, period_of, year_before
from tests.unit.indices import new_moons

TABLE = Path(__file__).parents[3] / "data" / "holidays" / "chinese-new-year.csv"
MODEST = settings(max_examples=300, deadline=None, derandomize=True)


def table() -> dict[int, date]:
    """The dates as they are shipped."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {int(row["year"]): date.fromisoformat(row["date"]) for row in csv.DictReader(file)}


SPRING_FESTIVAL = chinese_new_year(table())


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Periods of all kinds that begin in the first half of a year."""
    first = date(draw(st.integers(2010, 2035)), 1, 1) + timedelta(days=draw(st.integers(0, 150)))
    kind = draw(st.sampled_from(PeriodKind))
    if kind is PeriodKind.RANGE:
        return Period(first, first + timedelta(days=draw(st.integers(0, 120))), kind)
    return period_of(first, kind)


def season_days(period: Period, holiday: MovingHoliday) -> set[int]:
    """Days of the season in a period, counted from the holiday, one by one."""
    found = set()
    for number in range(period.n_days):
        day = period.first + timedelta(days=number)
        holiday_day = holiday.day_of(day.year)
        assert holiday_day is not None
        distance = (day - holiday_day).days
        if -holiday.days_before <= distance <= holiday.days_after:
            found.add(distance)
    return found


def pair(label: str, years_back: int, *holidays: MovingHoliday) -> tuple[str, str]:
    """Label and status of the pairing of a label."""
    found = paired(parse_period(label), years_back, holidays or [SPRING_FESTIVAL])
    return found.period.label, found.status


def test_the_table_holds_every_year_from_2000_to_2040_once() -> None:
    """A gap would leave a year's comparisons to the calendar."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        years = [int(row["year"]) for row in csv.DictReader(file)]
    assert list(range(2000, 2041)) == years


@pytest.mark.parametrize("year", range(2000, 2041))
def test_the_table_agrees_with_sun_and_moon(year: int) -> None:
    """Each date is the new moon in China that the rules of the calendar choose."""
    assert new_moons.new_year(year) == table()[year]


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2008, date(2008, 2, 7)),
        (2015, date(2015, 2, 19)),
        (2018, date(2018, 2, 16)),
        (2020, date(2020, 1, 25)),
        (2023, date(2023, 1, 22)),
        (2027, date(2027, 2, 6)),
        (2030, date(2030, 2, 3)),
        (2034, date(2034, 2, 19)),
    ],
)
def test_the_table_holds_dates_that_are_widely_known(year: int, day: date) -> None:
    """Also 2027 and 2030, in which ICU is a day off, and 2034 after a leap eleventh month."""
    assert day == table()[year]


@pytest.mark.parametrize(
    "wrong", [{2017: date(2016, 2, 8)}, {2017: date(2017, 1, 20)}, {2017: date(2017, 2, 22)}]
)
def test_a_date_that_cannot_be_a_new_year_is_refused(wrong: dict[int, date]) -> None:
    """A slip of the pen in the table must not shift every comparison of a spring."""
    with pytest.raises(ValueError, match=r"between 21 January and 21 February.*2017: "):
        chinese_new_year(table() | wrong)


def test_easter_is_that_of_another_computation() -> None:
    """From 1583 to 2299, every year."""
    years = range(1583, 2300)
    assert [easter(year) for year in years] == [easter_sunday(year) for year in years]


@pytest.mark.parametrize(
    ("year", "day"),
    [(2016, (3, 27)), (2017, (4, 16)), (2008, (3, 23)), (1818, (3, 22)), (2038, (4, 25))],
)
def test_easter_falls_on_days_that_are_widely_known(year: int, day: tuple[int, int]) -> None:
    """Also on the earliest and the latest day that it can have."""
    assert date(year, *day) == easter_sunday(year)


def test_there_is_no_gregorian_easter_before_1583() -> None:
    """The calendar began in October 1582."""
    with pytest.raises(ValueError, match="from 1583 on, got 1582"):
        easter_sunday(1582)


def test_the_season_runs_from_a_week_before_the_eve_to_the_lantern_festival() -> None:
    """2017: the eve is 27 January, so from 20 January to 11 February, 23 days."""
    days = season_days(parse_period("2017"), SPRING_FESTIVAL)
    new_year = date(2017, 1, 28)
    edges = (new_year + timedelta(days=min(days)), new_year + timedelta(days=max(days)))
    assert (date(2017, 1, 20), date(2017, 2, 11), 23) == (*edges, len(days))


def test_easter_s_season_runs_from_palm_sunday_to_easter_monday() -> None:
    """2017: Easter is 16 April, so from 9 to 17 April."""
    days = season_days(parse_period("2017"), EASTER)
    assert set(range(-7, 2)) == days


def test_easter_s_limits_are_those_of_all_its_dates() -> None:
    """From 22 March to 25 April, over seven centuries."""
    dates = [easter_sunday(year) for year in range(1583, 2300)]
    found = {(day.month, day.day) for day in dates}
    assert (EASTER.earliest, EASTER.latest) == (min(found), max(found))


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("2017-01-27", "2016-02-07"),  # New Year's Eve
        ("2017-02-20", "2016-03-02"),  # over, but 20 February 2016 was not
        ("2017-W05", "2016-02-10--2016-02-16"),
        ("2017-01-21--2017-01-31", "2016-02-01--2016-02-11"),
        ("2017-02-01--2017-02-15", "2016-02-12--2016-02-26"),
        ("2017-01", "2016-01-12--2016-02-11"),
        ("2017-02", "2016-02-12--2016-03-10"),
        ("2017-01-01--2017-02-05", "2016-01-12--2016-02-16"),
        ("2016-12-28--2017-02-05", "2016-01-08--2016-02-16"),  # begins in the year before
    ],
)
def test_a_period_that_the_season_cuts_is_paired_by_the_holiday(label: str, expected: str) -> None:
    """28 January 2017 is set against 8 February 2016, and the other days follow."""
    assert (expected, "moved") == pair(label, 1)


@pytest.mark.parametrize(
    ("label", "years_back", "expected"),
    [
        ("2017-03", 1, "2016-03"),  # no day of either season
        ("2017-07-14", 1, "2016-07-14"),
        ("2017-W30", 1, "2016-W30"),
        ("2024-02", 3, "2021-02"),  # both hold the whole season
        ("2017-Q1", 1, "2016-Q1"),
        ("2017-H1", 1, "2016-H1"),
        ("2017", 1, "2016"),
        ("2017-02-01--2018-01-31", 1, "2016-02-01--2017-01-31"),  # more than half a year
        ("2036-01-28", 19, "2017-01-28"),  # the same date in both years
    ],
)
def test_other_periods_are_paired_by_the_calendar(
    label: str, years_back: int, expected: str
) -> None:
    """Where both hold all of the season, or nothing of it, there is nothing to put right."""
    assert (expected, "by calendar") == pair(label, years_back)


def test_a_pairing_says_what_moved_it_and_how_far() -> None:
    """Eleven days for January 2017; nothing for July."""
    january = paired(parse_period("2017-01"), 1, [SPRING_FESTIVAL])
    july = paired(parse_period("2017-07"), 1, [SPRING_FESTIVAL])
    said = [(p.moved, p.holiday, p.shift_days) for p in (january, july)]
    expected = [(True, "chinese_new_year", 11), (False, None, 0)]
    assert expected == said


@pytest.mark.parametrize(
    ("label", "years_back", "status"),
    [
        ("2017-02", 18, "date unknown"),  # 1999 is not in the table
        ("2041-01", 1, "date unknown"),
        ("2041-02-20", 1, "date unknown"),
        ("2041-07", 1, "by calendar"),
        ("2041-01-12", 1, "by calendar"),  # before any season
        ("2041-03-08", 1, "by calendar"),  # after any season
        ("2041-Q1", 1, "by calendar"),  # holds the season, whenever it is
        ("2041", 1, "by calendar"),
    ],
)
def test_a_year_without_a_date_is_said_where_it_matters(
    label: str, years_back: int, status: str
) -> None:
    """The calendar serves, and the pairing says so for the days that the season may touch."""
    period = parse_period(label)
    found = paired(period, years_back, [SPRING_FESTIVAL])
    named = "chinese_new_year" if status == "date unknown" else None
    expected = Pairing(
        period=year_before(period, years_back), status=status, holiday=named, shift_days=0
    )
    assert expected == found


def test_easter_moves_a_quarter_that_it_straddles() -> None:
    """Easter 2024 was 31 March, in 2023 9 April: the first quarter is compared nine days later."""
    assert ("2023-01-09--2023-04-09", "moved") == pair("2024-Q1", 1, EASTER)


def test_the_first_holiday_that_applies_decides() -> None:
    """Good Friday 2024 is paired by Easter wherever it stands in the list; the eve is not."""
    both = (SPRING_FESTIVAL, EASTER)
    for holidays in (both, both[::-1]):
        assert ("2023-04-07", "moved") == pair("2024-03-29", 1, *holidays)
        assert ("2023-01-21", "moved") == pair("2024-02-09", 1, *holidays)
    assert ("2023-01-12--2023-03-12", "moved") == pair("2024-01-31--2024-03-30", 1, *both)
    assert ("2023-02-08--2023-04-08", "moved") == pair("2024-01-31--2024-03-30", 1, *both[::-1])


@MODEST
@given(
    period=periods(),
    years_back=st.integers(1, 5),
    holiday=st.sampled_from([SPRING_FESTIVAL, EASTER]),
)
def test_both_periods_hold_the_same_part_of_the_season(
    period: Period, years_back: int, holiday: MovingHoliday
) -> None:
    """Whatever the kind and the years between."""
    found = paired(period, years_back, [holiday])
    assert season_days(period, holiday) == season_days(found.period, holiday)


@MODEST
@given(period=periods(), years_back=st.integers(1, 5))
def test_a_moved_period_keeps_its_length_and_its_distance_from_the_holiday(
    period: Period, years_back: int
) -> None:
    """And one that did not move is that of the calendar."""
    found = paired(period, years_back, [SPRING_FESTIVAL])
    by_calendar = year_before(period, years_back)
    assert (found.period.first - by_calendar.first).days == found.shift_days
    if not found.moved:
        assert by_calendar == found.period
        return
    year = period.last.year
    here, there = table()[year], table()[year - years_back]
    distances = (period.first - here, period.last - here)
    assert distances == (found.period.first - there, found.period.last - there)


def test_without_holidays_the_calendar_decides() -> None:
    """An empty list is the switch that turns the rule off."""
    found = paired(parse_period("2017-01"), 1, [])
    assert ("2016-01", "by calendar") == (found.period.label, found.status)
