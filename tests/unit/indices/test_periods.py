"""Periods of the calendar: edges, neighbours, labels."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.periods import (
    Period,
    PeriodKind,
    base_period,
    ends_on,
    parse_period,
    period_of,
    previous,
    year_before,
)

MODEST = settings(max_examples=300, deadline=None, derandomize=True)
ONE_DAY = timedelta(days=1)
CALENDAR_KINDS = [kind for kind in PeriodKind if kind is not PeriodKind.RANGE]
days = st.dates(date(1950, 1, 1), date(2090, 12, 31))
calendar_periods = st.builds(period_of, days, st.sampled_from(CALENDAR_KINDS))
ranges = st.builds(
    lambda first, more: Period(first, first + timedelta(days=more), PeriodKind.RANGE),
    days,
    st.integers(0, 800),
)

LABELS = [
    ("2017-04-12", date(2017, 4, 12), date(2017, 4, 12), "day"),
    ("2017-W15", date(2017, 4, 10), date(2017, 4, 16), "week"),
    ("2020-W01", date(2019, 12, 30), date(2020, 1, 5), "week"),
    ("2020-W53", date(2020, 12, 28), date(2021, 1, 3), "week"),
    ("2017-04-01--2017-04-10", date(2017, 4, 1), date(2017, 4, 10), "ten_days"),
    ("2017-04-11--2017-04-20", date(2017, 4, 11), date(2017, 4, 20), "ten_days"),
    ("2017-03-21--2017-03-31", date(2017, 3, 21), date(2017, 3, 31), "ten_days"),
    ("2016-02-21--2016-02-29", date(2016, 2, 21), date(2016, 2, 29), "ten_days"),
    ("2017-04-01--2017-04-15", date(2017, 4, 1), date(2017, 4, 15), "half_month"),
    ("2017-02-16--2017-02-28", date(2017, 2, 16), date(2017, 2, 28), "half_month"),
    ("2017-04", date(2017, 4, 1), date(2017, 4, 30), "month"),
    ("2016-02", date(2016, 2, 1), date(2016, 2, 29), "month"),
    ("2017-12", date(2017, 12, 1), date(2017, 12, 31), "month"),
    ("2017-Q1", date(2017, 1, 1), date(2017, 3, 31), "quarter"),
    ("2017-Q2", date(2017, 4, 1), date(2017, 6, 30), "quarter"),
    ("2017-Q4", date(2017, 10, 1), date(2017, 12, 31), "quarter"),
    ("2017-H1", date(2017, 1, 1), date(2017, 6, 30), "half_year"),
    ("2017-H2", date(2017, 7, 1), date(2017, 12, 31), "half_year"),
    ("2017", date(2017, 1, 1), date(2017, 12, 31), "year"),
    ("2017-04-01--2017-04-30", date(2017, 4, 1), date(2017, 4, 30), "range"),
    ("2017-04-02--2017-04-10", date(2017, 4, 2), date(2017, 4, 10), "range"),
    ("2016-12-25--2017-01-05", date(2016, 12, 25), date(2017, 1, 5), "range"),
    ("2017-04-12--2017-04-12", date(2017, 4, 12), date(2017, 4, 12), "range"),
]


@pytest.mark.parametrize(("label", "first", "last", "kind"), LABELS)
def test_a_period_has_one_label(label: str, first: date, last: date, kind: str) -> None:
    """Days, ISO weeks, months and so on have short names, the others their first and last day."""
    assert label == Period(first, last, PeriodKind(kind)).label


@pytest.mark.parametrize(("label", "first", "last", "kind"), LABELS)
def test_a_label_is_read_as_its_period(label: str, first: date, last: date, kind: str) -> None:
    """Ten days and half months are known by their edges; any other interval is a range."""
    assert Period(first, last, PeriodKind(kind)) == parse_period(label)


@MODEST
@given(period=calendar_periods)
def test_labels_and_periods_of_the_calendar_are_one_to_one(period: Period) -> None:
    """Label and back gives the same period."""
    assert period == parse_period(period.label)


@MODEST
@given(period=ranges)
def test_a_range_keeps_its_days_through_its_label(period: Period) -> None:
    """Its kind may become ten days or half a month, never its edges or its label."""
    read = parse_period(period.label)
    assert (period.first, period.last, period.label) == (read.first, read.last, read.label)


@MODEST
@given(one=calendar_periods, other=calendar_periods)
def test_labels_sort_by_time_within_a_kind(one: Period, other: Period) -> None:
    """So that a folder lists its periods in order."""
    same_kind = period_of(other.first, one.kind)
    assert (one.first < same_kind.first) == (one.label < same_kind.label)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not one of the known forms"),
        ("2017-4", "not one of the known forms"),
        ("2017-Q5", "not one of the known forms"),
        ("2017-H0", "not one of the known forms"),
        ("20170412", "not one of the known forms"),
        ("2017-04-12\n", "not one of the known forms"),
        ("２０１７", "not one of the known forms"),
        ("2017-04-01/2017-04-10", "not one of the known forms"),
        ("2017-13", "month must be in 1..12"),
        ("2017-02-29", "day"),
        ("2017-W53", "[Ww]eek"),
        ("2017-W00", "[Ww]eek"),
        ("0000", "year 0"),
        ("2017-04-10--2017-04-01", r"last day \(2017-04-01\) lies before the first"),
    ],
)
def test_a_text_that_is_no_label_is_refused_in_words(text: str, reason: str) -> None:
    """The message repeats the text, says what is wrong and shows the forms that are known."""
    with pytest.raises(ValueError, match=rf"(?s)is not a period: .*{reason}.*2017-W15 \(week\)"):
        parse_period(text)


@pytest.mark.parametrize(
    ("first", "last", "kind", "message"),
    [
        (date(2017, 4, 2), date(2017, 4, 1), "range", "lies before the first"),
        (date(2017, 4, 1), date(2017, 4, 29), "month", "expected 2017-04-01 to 2017-04-30"),
        (date(2017, 4, 11), date(2017, 4, 17), "week", "expected 2017-04-10 to 2017-04-16"),
        (date(2017, 4, 21), date(2017, 4, 29), "ten_days", "no ten_days"),
    ],
)
def test_edges_that_do_not_fit_the_kind_are_refused(
    first: date, last: date, kind: str, message: str
) -> None:
    """A month of 29 days in April must not get April's label."""
    with pytest.raises(ValueError, match=message):
        Period(first, last, PeriodKind(kind))


def test_an_edge_with_a_time_of_day_is_refused() -> None:
    """A moment of one day is less than the day, and its label would hold colons."""
    moment = datetime(2017, 4, 12, 8, tzinfo=UTC)
    with pytest.raises(TypeError, match="time of day"):
        Period(moment, moment, PeriodKind.DAY)


def test_a_range_has_no_place_in_the_calendar() -> None:
    """No day says which range it lies in, or whether one ends."""
    with pytest.raises(ValueError, match="name its first and last day"):
        period_of(date(2017, 4, 12), PeriodKind.RANGE)
    with pytest.raises(ValueError, match="name its first and last day"):
        ends_on(date(2017, 4, 12), PeriodKind.RANGE)


@MODEST
@given(day=days, kind=st.sampled_from(CALENDAR_KINDS))
def test_periods_of_a_kind_tile_the_calendar(day: date, kind: PeriodKind) -> None:
    """The day lies in its period, all its days do, and the next period begins the day after."""
    period = period_of(day, kind)
    assert period.first <= day <= period.last
    assert {period} == {period_of(period.first, kind), period_of(period.last, kind)}
    following = period_of(period.last + ONE_DAY, kind)
    assert period.last + ONE_DAY == following.first
    assert period == previous(following)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("day", 366),
        ("week", 53),
        ("ten_days", 36),
        ("half_month", 24),
        ("month", 12),
        ("quarter", 4),
        ("half_year", 2),
        ("year", 1),
    ],
)
def test_a_year_has_so_many_periods_of_a_kind(kind: str, number: int) -> None:
    """2020, a leap year of 53 weeks; each period is counted in the year it is said to be in."""
    around = [date(2019, 12, 1) + number * ONE_DAY for number in range(430)]
    found = {period_of(day, PeriodKind(kind)) for day in around}
    assert number == Counter(period.year for period in found)[2020]


@MODEST
@given(day=days, kind=st.sampled_from(CALENDAR_KINDS))
def test_a_period_ends_where_the_next_day_lies_in_another(day: date, kind: PeriodKind) -> None:
    """`ends_on` and `period_of` agree on every day."""
    expected = period_of(day, kind) != period_of(day + ONE_DAY, kind)
    assert expected == ends_on(day, kind)


@MODEST
@given(period=st.one_of(calendar_periods, ranges))
def test_the_previous_period_ends_the_day_before(period: Period) -> None:
    """It has the same kind; that of a range also the same number of days."""
    before = previous(period)
    assert (period.first - ONE_DAY, period.kind) == (before.last, before.kind)
    if period.kind is PeriodKind.RANGE:
        assert period.n_days == before.n_days


@pytest.mark.parametrize(
    ("label", "n_days"),
    [("2017-04-12", 1), ("2017-W15", 7), ("2016-02", 29), ("2016", 366), ("2017-Q1", 90)],
)
def test_a_period_counts_both_its_edges(label: str, n_days: int) -> None:
    """A day is one day long."""
    assert n_days == parse_period(label).n_days


@pytest.mark.parametrize(
    ("label", "n", "expected"),
    [
        ("2017-04-12", 1, "2016-04-12"),
        ("2016-02-29", 1, "2015-02-28"),
        ("2016-02-29", 4, "2012-02-29"),
        ("2015-02-28", -1, "2016-02-28"),
        ("2017-W15", 1, "2016-W15"),
        ("2020-W53", 1, "2019-W52"),
        ("2020-W53", 5, "2015-W53"),
        ("2020-W01", 1, "2019-W01"),
        ("2017-02", 1, "2016-02"),
        ("2017-02-21--2017-02-28", 1, "2016-02-21--2016-02-29"),
        ("2017-02-16--2017-02-28", 1, "2016-02-16--2016-02-29"),
        ("2017-Q1", 2, "2015-Q1"),
        ("2017-H2", 1, "2016-H2"),
        ("2017", 10, "2007"),
        ("2016-02-10--2016-02-29", 1, "2015-02-10--2015-02-28"),
        ("2016-12-25--2017-01-05", 1, "2015-12-25--2016-01-05"),
        ("2017-04-12", 0, "2017-04-12"),
    ],
)
def test_the_same_period_of_an_earlier_year(label: str, n: int, expected: str) -> None:
    """By name: 29 February and week 53 give way where the year lacks them."""
    assert expected == year_before(parse_period(label), n).label


@MODEST
@given(period=st.one_of(calendar_periods, ranges), n=st.integers(-20, 20))
def test_years_back_and_forth_lead_home(period: Period, n: int) -> None:
    """Except for 29 February and week 53, which may be gone on the way."""
    there = year_before(period, n)
    assert (period.kind, period.year - n) == (there.kind, there.year)
    lost = "W53" in period.label or "02-29" in f"{period.first} {period.last}"
    if period.kind not in {PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.RANGE} or not lost:
        assert period == year_before(there, -n)


@pytest.mark.parametrize(
    ("label", "year", "expected"),
    [
        ("2023-04", 2019, "2019-04"),
        ("2020-W53", 2019, "2019-W52"),
        ("2020-W01", 2019, "2019-W01"),  # its Monday lies in 2019 already
        ("2023-12-25--2024-01-05", 2019, "2019-12-25--2020-01-05"),
        ("2019-Q3", 2019, "2019-Q3"),
        ("2018", 2019, "2019"),
    ],
)
def test_a_base_year_has_the_same_period(label: str, year: int, expected: str) -> None:
    """Before, in and after the base year."""
    assert expected == base_period(parse_period(label), year).label
