"""Formats of dates and times found from values."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import duckdb
import pandas as pd
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given
from hypothesis import strategies as st

from pipeline.survey.columns.times import FoundTime, find_time
from pipeline.survey.formats import CLOCK, candidate_formats
from pipeline.survey.layout.sample import SAMPLE, Column

START = datetime(2022, 3, 5, tzinfo=UTC)
FORMATS = (
    *("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M"),
    *("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S%z", "%Y.%m.%d"),
    *("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y", "%m/%d/%y %H:%M", "%d/%m/%Y", "%d.%m.%Y %H:%M"),
    *("%d-%b-%Y", "%d-%b-%y %H:%M", "%Y%m%d", "%Y%m%d%H%M%S", "%Y%m%d %H%M", "%d-%m-%Y"),
    *("%Y年%m月%d日", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H时%M分", "%Y年%m月%d日%H时%M分%S秒"),
    *("%b %d, %Y", "%Y-%m-%d-%H.%M.%S", "%d%m%Y", "%m%d%Y"),
)
MONTHS = ("%Y-%m", "%Y/%m", "%Y%m", "%Y年%m月", "%m/%Y", "%b %Y")


@pytest.fixture(scope="module")
def connection() -> Iterator[DuckDBPyConnection]:
    """DuckDB in memory."""
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


def find(
    connection: DuckDBPyConnection, values: Sequence[str], name: str = "date"
) -> FoundTime | None:
    """The formats of a column with these values."""
    frame = pd.DataFrame({"c0": values})
    connection.execute(f"DROP TABLE IF EXISTS {SAMPLE}")
    connection.from_df(frame).create(SAMPLE)
    n = len(values)
    return find_time(connection, Column(name, "c0", n, n, n, 10.0, 20, 0, ()))


def spread(n: int = 300, *, hours: int = 53) -> list[datetime]:
    """Moments over two years."""
    return [START + timedelta(hours=hours * k, minutes=7 * k, seconds=11 * k) for k in range(n)]


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_found_from_its_values(connection: DuckDBPyConnection, form: str) -> None:
    """Every value is read, by this format alone."""
    found = find(connection, [at.strftime(form) for at in spread()])
    assert found is not None
    assert (((form,),), 1.0) == (found.choices, found.share_read)


@pytest.mark.parametrize("form", MONTHS)
def test_months_are_found_as_months(connection: DuckDBPyConnection, form: str) -> None:
    """A value without a day has the precision of a month."""
    found = find(connection, [at.strftime(form) for at in spread()])
    assert found is not None
    assert ((form,), "month") == (found.formats, found.precision)


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("roc:%Y%m%d", "{year}{at:%m%d}"),
        ("roc:%Y/%m/%d", "{year}/{at:%m/%d}"),
        ("roc:%Y-%m-%d %H:%M", "{year}-{at:%m-%d %H:%M}"),
        ("roc:%Y年%m月%d日", "{year}年{at:%m月%d日}"),
    ],
)
def test_years_of_the_republic_are_found(
    connection: DuckDBPyConnection, form: str, pattern: str
) -> None:
    """Three-digit years are counted from 1912, and 98 beside 101 is one of them too."""
    moments = [START.replace(year=2009 + k % 6, month=1 + k % 12) for k in range(120)]
    moments = [at + timedelta(days=k % 25, hours=k % 24) for k, at in enumerate(moments)]
    named = [pattern.format(year=at.year - 1911, at=at) for at in moments]
    found = find(connection, named, name="發生日期")
    assert found is not None
    assert (form,) == found.formats


@pytest.mark.parametrize(("form", "factor"), [("epoch_seconds", 1), ("epoch_milliseconds", 1000)])
def test_epochs_need_a_name_that_says_time(
    connection: DuckDBPyConnection, form: str, factor: int
) -> None:
    """Ten digits are also numbers of incidents."""
    values = [str(int(at.timestamp()) * factor) for at in spread()]
    found = find(connection, values, name="created_time")
    assert found is not None
    assert ((form,), None) == (found.formats, find(connection, values, name="case number"))


def test_excel_serials_are_found(connection: DuckDBPyConnection) -> None:
    """Days since 1899-12-30."""
    values = [str((at.replace(tzinfo=None) - datetime(1899, 12, 30)).days) for at in spread()]  # noqa: DTZ001
    found = find(connection, values, name="发生日期")
    assert found is not None
    assert (("excel",), "day") == (found.formats, found.precision)
    assert find(connection, values, name="zip code") is None


@pytest.mark.parametrize(
    "values",
    [("19401", "19525"), ("Theft", "Arson"), ("40.1", "40.2"), ("2021", "2022"), ("8", "17")],
)
def test_other_values_are_no_dates(connection: DuckDBPyConnection, values: tuple[str, str]) -> None:
    """Post codes, words, degrees, years and hours are not taken for dates."""
    assert find(connection, list(values) * 20, name="value") is None


@given(
    days=st.lists(st.dates(START.date(), START.date() + timedelta(900)), min_size=1, max_size=30)
)
def test_both_readings_stay_unless_a_value_decides(
    connection: DuckDBPyConnection, days: list[object]
) -> None:
    """One reading is left exactly when some value has a day above twelve."""
    values = [f"{day:%m/%d/%Y}" for day in days]
    found = find(connection, values)
    decisive = sum(int(value[3:5]) > 12 for value in values)
    assert found is not None
    assert ("%m/%d/%Y",) in found.choices
    assert found.is_decided == (decisive > 0)


def test_times_of_day_have_no_format_twice() -> None:
    """Each way of writing a time of day stands in the table once."""
    forms = [part.form for part in CLOCK]
    assert sorted(set(forms)) == sorted(forms)


def test_a_compact_date_is_not_cut_in_two() -> None:
    """Twelve digits are a date and a time to the minute, not eight and four of another kind."""
    assert ["%Y%m%d%H%M", "%d%m%Y%H%M", "%m%d%Y%H%M", "roc:%Y%m%d%H%M"][:1] == candidate_formats(
        "202401022359", is_named=False
    )[:1]
