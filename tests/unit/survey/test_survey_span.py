"""From which day to which a source is a full account."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.survey.columns.span import Span, base_period, find_span

START = date(2022, 1, 1)


def days(n: int, a_day: int) -> dict[date | None, int]:
    """The same number of rows on each of n days."""
    return {START + timedelta(k): a_day for k in range(n)}


def test_stragglers_lie_outside() -> None:
    """Single rows of earlier years and of a far future do not move the ends."""
    counts = days(365, 50) | {date(1970, 1, 1): 3, date(2021, 12, 20): 2, date(2099, 1, 1): 1}
    expected = Span(START, date(2022, 12, 31), "complete", 5, 1)
    assert expected == find_span(counts)


def test_ends_that_are_cut_are_not_whole() -> None:
    """A first and a last day with far fewer rows than the days beside them are parts of days."""
    counts = days(100, 50) | {START: 10, START + timedelta(99): 8}
    span = find_span(counts)
    assert span is not None
    assert (date(2022, 1, 2), "partial", date(2022, 4, 9)) == (
        span.first_day,
        span.ends,
        span.last_whole_day,
    )


def test_a_last_day_that_falls_silent_is_cut() -> None:
    """Many rows are missing between the last moment and midnight."""
    last = START + timedelta(99)
    silent = {last: datetime(last.year, last.month, last.day, 15, 0)}  # noqa: DTZ001 - wall time
    late = {last: datetime(last.year, last.month, last.day, 23, 40)}  # noqa: DTZ001
    found = [find_span(days(100, 50), last_moments=moments) for moments in (silent, late)]
    assert ["partial", "complete"] == [span.ends for span in found if span]


def test_months_are_whole() -> None:
    """The middle of a month stands for all of it."""
    counts: dict[date | None, int] = {date(2022, month, 15): 90 for month in range(2, 12)}
    assert Span(date(2022, 2, 1), date(2022, 11, 30), "complete", 0, 0) == find_span(
        counts, by_month=True
    )


def test_a_long_silence_begins_the_records_anew() -> None:
    """Busy months, a year of nothing, busy months: only the last ones are a full account."""
    old, new = days(60, 20), {START + timedelta(400 + k): 20 for k in range(60)}
    span = find_span(old | new)
    assert span is not None
    assert (START + timedelta(400), 1200, START + timedelta(59)) == (
        span.first_day,
        span.n_before,
        span.silent_from,
    )


def test_where_rows_are_few_a_silence_may_be_calm() -> None:
    """Two months without one of fifteen rows a year say nothing."""
    counts: dict[date | None, int] = {START + timedelta(k * 60): 2 for k in range(12)}
    span = find_span(counts)
    assert span is not None
    assert span.silent_from is None


def test_a_sparse_file_begins_with_its_month() -> None:
    """Where few rows come a day, a first row on the third does not mean a gap before it."""
    counts: dict[date | None, int] = {START + timedelta(2 + 2 * k): 1 for k in range(200)}
    span = find_span(counts)
    assert span is not None
    assert span.first_day == START


def test_the_base_period_is_whole_years_where_there_are_any() -> None:
    """Years that all sources cover; else all the days they share."""
    long = Span(date(2020, 3, 1), date(2023, 6, 30), "complete", 0, 0)
    short = Span(date(2022, 5, 1), date(2022, 9, 30), "partial", 0, 0)
    assert (date(2021, 1, 1), date(2022, 12, 31)) == base_period([long])
    assert (date(2022, 5, 1), date(2022, 9, 29)) == base_period([long, short])
    assert base_period([]) is None


@given(
    st.dictionaries(
        st.dates(START, START + timedelta(800)), st.integers(1, 500), min_size=1, max_size=60
    )
)
def test_every_row_is_before_within_or_after(counts: dict[date | None, int]) -> None:
    """The span lies within the known days or begins in their month, and no row is counted twice."""
    span = find_span(counts)
    assert span is not None
    known = [day for day in counts if day is not None]
    assert min(known).replace(day=1) <= span.first_day
    assert span.last_day <= max(known)
    inside = sum(n for day, n in counts.items() if day and span.first_day <= day <= span.last_day)
    assert sum(counts.values()) == inside + span.n_before + span.n_after
