"""What a column says of a moment, and which civil day of the city that is."""

import calendar
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.city import read_city
from pipeline.errors import ConfigurationMistake, SourceRefused
from pipeline.methods import read_toml
from pipeline.sources.declaration import Source, TimeColumn
from pipeline.sources.times import local_time, time_text
from tests.conftest import County, calls_csv, table_rows

TORONTO, SHANGHAI, TAIPEI = "America/Toronto", "Asia/Shanghai", "Asia/Taipei"
NEWFOUNDLAND = "America/St_Johns"


def declared(*formats: str, **more: Any) -> TimeColumn:
    """A time column `when`, in the city's zone and to the second unless told otherwise."""
    plain = {"column": "when", "formats": formats, "zone": "city", "precision": "second"}
    return TimeColumn.model_validate(plain | more)


def read(
    rows: Sequence[Sequence[Any]], column: TimeColumn, *, city: str = TORONTO, kind: str = "VARCHAR"
) -> list[datetime | None]:
    """Local moments of rows with `when` and, where there is one, `clock`."""
    return [moment for moment, _ in read_both(rows, column, city=city, kind=kind)]


def read_both(
    rows: Sequence[Sequence[Any]], column: TimeColumn, *, city: str = TORONTO, kind: str = "VARCHAR"
) -> list[tuple[datetime | None, str | None]]:
    """Local moments, and the texts that a list of rejected rows would show."""
    names = ["when", "clock"][: len(rows[0])]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("given_rows", pd.DataFrame(rows, columns=names, dtype="object"))
        casts = ", ".join(f'"{name}"::{kind} AS "{name}"' for name in names)
        relation = connection.sql(f"SELECT row_number() OVER () AS n, {casts} FROM given_rows")
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        found = relation.select(
            duckdb.ColumnExpression("n"),
            local_time(column, types, city),
            time_text(column, types, city),
        ).fetchall()
        connection.unregister("given_rows")
    return [(moment, text) for _, moment, text in sorted(found, key=lambda row: row[0])]


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Wall time of a city."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - that is what it is


def moment(text: str) -> datetime | None:
    """A moment of a drawn table; a dash is none."""
    return None if text == "-" else datetime.fromisoformat(text)


# ---------------------------------------------------------------- one column

FORMATS = """
    format               | text                        | local moment
    ---------------------+-----------------------------+--------------------
    %Y-%m-%d             | 2025-03-01                  | 2025-03-01 00:00
    %Y-%m-%d %H:%M:%S    | 2025-03-01 23:59:59         | 2025-03-01 23:59:59
    %Y-%m-%d %H:%M:%S.%f | 2025-03-01 23:59:59.250     | 2025-03-01 23:59:59.250
    %Y-%m-%d             | 2024-02-29                  | 2024-02-29 00:00
    %Y-%m-%d             | 2025-02-29                  | -
    %Y-%m-%d             | 2025-04-31                  | -
    %Y-%m-%d             | 2025-03-01x                 | -
    %Y-%m-%d             | 2025-03-01 10:00            | -
    %Y-%m-%d %H:%M       | 2025-03-01 24:00            | -
    %Y-%m-%d %H:%M       | 2025-03-01 10:60            | -
    %Y-%m-%d             | nonsense                    | -
    %Y%m%d               | 20250301                    | 2025-03-01 00:00
    %Y%m%d%H%M%S         | 20250301235958              | 2025-03-01 23:59:58
    %Y/%m/%d %H:%M       | 2025/3/1 8:05               | 2025-03-01 08:05
    %Y年%m月%d日 %H时%M分  | 2025年3月1日 8时5分           | 2025-03-01 08:05
    %m/%d/%Y             | 3/4/2025                    | 2025-03-04 00:00
    %d/%m/%Y             | 3/4/2025                    | 2025-04-03 00:00
    %d.%m.%Y %H:%M       | 31.12.2024 23:59            | 2024-12-31 23:59
    %m/%d/%y             | 03/04/25                    | 2025-03-04 00:00
    %d-%b-%Y             | 04-Mar-2025                 | 2025-03-04 00:00
    %B %d, %Y            | March 4, 2025               | 2025-03-04 00:00
    %a %d %B %Y          | Tue 4 March 2025            | 2025-03-04 00:00
    %m/%d/%Y %I:%M:%S %p | 03/04/2025 12:00:00 AM      | 2025-03-04 00:00
    %m/%d/%Y %I:%M:%S %p | 03/04/2025 12:30:00 PM      | 2025-03-04 12:30
    %m/%d/%Y %I:%M:%S %p | 3/4/2025 1:05:09 PM         | 2025-03-04 13:05:09
    %m/%d/%Y %I:%M:%S %p | 03/04/2025 13:00:00 PM      | -
    %Y-%m-%dT%H:%M:%S%z  | 2025-03-01T10:00:00+08:00   | 2025-02-28 21:00
    %Y-%m-%dT%H:%M:%S%z  | 2025-03-01T10:00:00+0800    | 2025-02-28 21:00
    %Y-%m-%dT%H:%M:%S%z  | 2025-03-01T10:00:00-03:30   | 2025-03-01 08:30
    %Y-%m-%dT%H:%M:%S%z  | 2025-03-01T10:00:00+00:00   | 2025-03-01 05:00
    %Y-%m-%dT%H:%M:%S%z  | 2025-03-01T10:00:00Z        | 2025-03-01 05:00
    %Y-%m-%dT%H:%M:%S%z  | 2025-03-01T10:00:00         | -
    epoch_seconds        | 1740841200                  | 2025-03-01 10:00
    epoch_seconds        | 1740841200.5                | 2025-03-01 10:00:00.5
    epoch_seconds        | 1.7408412e9                 | 2025-03-01 10:00
    epoch_seconds        | -1                          | 1969-12-31 18:59:59
    epoch_seconds        | 1e300                       | -
    epoch_seconds        | nan                         | -
    epoch_seconds        | soon                        | -
    epoch_milliseconds   | 1740841200000               | 2025-03-01 10:00
    epoch_milliseconds   | 1740841200000.0             | 2025-03-01 10:00
    excel                | 45717                       | 2025-03-01 00:00
    excel                | 45717.5                     | 2025-03-01 12:00
    excel                | 45717.999988426             | 2025-03-01 23:59:59
    excel                | 45717.041666666664          | 2025-03-01 01:00
    excel                | -1                          | -
    excel                | 1e12                        | -
    roc:%Y%m%d           | 1040101                     | 2015-01-01 00:00
    roc:%Y%m%d           | 0990101                     | 2010-01-01 00:00
    roc:%Y%m%d           | 990101                      | 2010-01-01 00:00
    roc:%Y%m%d           | 1050229                     | 2016-02-29 00:00
    roc:%Y%m%d           | 1040229                     | -
    roc:%Y%m%d           | 1041301                     | -
    roc:%Y%m%d           | 20150101                    | -
    roc:%Y%m%d%H%M       | 10401012359                 | 2015-01-01 23:59
    roc:%Y/%m/%d         | 104/01/01                   | 2015-01-01 00:00
    roc:%Y/%m/%d         | 99/1/1                      | 2010-01-01 00:00
    roc:%Y/%m/%d %H:%M   | 104/01/01 08:05             | 2015-01-01 08:05
    roc:%Y.%m.%d         | 104.1.1                     | 2015-01-01 00:00
    roc:%Y年%m月%d日       | 104年1月1日                  | 2015-01-01 00:00
    roc:%Y/%m/%d         | 2015/01/01                  | -
"""


@pytest.mark.parametrize(("form", "text", "expected"), table_rows(FORMATS))
def test_a_format_reads_a_text(form: str, text: str, expected: str) -> None:
    """A text is the moment that its format says, or none; blanks around it do not matter."""
    answers = read([[text], [f"  {text}  "]], declared(form))
    assert [moment(expected)] * 2 == answers


def test_formats_are_tried_in_their_order() -> None:
    """The first format that fits reads the value, whichever kind it is of."""
    column = declared(
        "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z", "%d.%m.%Y", "roc:%Y%m%d", "epoch_seconds", "%Y%m%d%H"
    )
    texts = ["2025-03-01", "2025-03-01T10:00:00Z", "01.03.2025", "1140301", "1740841200", "", "?"]
    expected = [
        wall(2025, 3, 1),
        wall(2025, 3, 1, 5),
        wall(2025, 3, 1),
        wall(2025, 3, 1),
        wall(2025, 3, 1, 10),
        None,
        None,
    ]
    assert expected == read([[text] for text in texts], column)
    # To the first of these it is a moment of 1973, to the second a day of the year 9901.
    both = ("epoch_seconds", "%Y%m%d")
    assert [moment("1973-02-19 18:01:41")] == read([["99010901"]], declared(*both))
    assert [wall(9901, 9, 1)] == read([["99010901"]], declared(*reversed(both)))


TYPED = """
    type          | zone    | city             | text                   | local moment
    --------------+---------+------------------+------------------------+-----------------
    DATE          | city    | America/Toronto  | 2025-03-01             | 2025-03-01 00:00
    TIMESTAMP     | city    | America/Toronto  | 2025-03-01 10:00       | 2025-03-01 10:00
    TIMESTAMP     | UTC     | America/Toronto  | 2025-03-01 03:00       | 2025-02-28 22:00
    TIMESTAMP_NS  | city    | America/Toronto  | 2025-03-01 10:00       | 2025-03-01 10:00
    TIMESTAMP_S   | UTC     | Asia/Shanghai    | 2025-03-01 20:00       | 2025-03-02 04:00
    TIMESTAMPTZ   | city    | America/Toronto  | 2025-03-01 03:00+00    | 2025-02-28 22:00
    TIMESTAMPTZ   | UTC     | Asia/Shanghai    | 2025-03-01 03:00+08    | 2025-03-01 03:00
"""


@pytest.mark.parametrize(("kind", "zone", "city", "text", "expected"), table_rows(TYPED))
def test_a_typed_column_needs_no_format(
    kind: str, zone: str, city: str, text: str, expected: str
) -> None:
    """Dates and moments of Parquet are taken as they are; the zone is told where they lack it."""
    column = declared("%Y", zone=zone)
    assert [moment(expected)] == read([[text]], column, city=city, kind=kind)


@pytest.mark.parametrize("kind", ["BIGINT", "DOUBLE"])
def test_numbers_of_parquet_are_read_as_their_text_is(kind: str) -> None:
    """Epoch milliseconds as whole numbers or as doubles are the same moment."""
    column = declared("epoch_milliseconds")
    assert [wall(2025, 3, 1, 10)] == read([[1740841200000]], column, kind=kind)


# ---------------------------------------------------------------- the time in a column of its own

CLOCKS = """
    format    | text          | time of day
    ----------+---------------+------------
    %H:%M     | 08:45         | 08:45
    %H:%M:%S  | 23:59:59      | 23:59:59
    %I:%M %p  | 12:30 am      | 00:30
    %I:%M %p  | 1:05 PM       | 13:05
    %H:%M     | 24:00         | -
    hour      | 0             | 00:00
    hour      | 8             | 08:00
    hour      | 08            | 08:00
    hour      | 23.0          | 23:00
    hour      | 24            | -
    hour      | 8.5           | -
    hhmm      | 2359          | 23:59
    hhmm      | 0845          | 08:45
    hhmm      | 845           | 08:45
    hhmm      | 845.0         | 08:45
    hhmm      | 45            | 00:45
    hhmm      | 5             | 00:05
    hhmm      | 0             | 00:00
    hhmm      | 60            | -
    hhmm      | 2400          | -
    hhmm      | 08:45         | -
    hhmm      | 12345         | -
    slot      | 00~02         | 00:00
    slot      | 22-24         | 22:00
    slot      | 08:00~10:00   | 08:00
    slot      | 8時~10時       | -
    slot      | 08：00－10：00  | 08:00
    slot      | 8 至 10        | 08:00
    slot      | 24~02         | -
    slot      | 08            | -
"""


@pytest.mark.parametrize(("form", "text", "expected"), table_rows(CLOCKS))
def test_a_time_of_day_is_added_to_its_day(form: str, text: str, expected: str) -> None:
    """Hours, hours and minutes without a colon, slots (their beginning) and strptime formats."""
    column = declared("%Y-%m-%d", time={"column": "clock", "formats": [form]})
    answer = read([["2025-03-01", text]], column)
    assert [None if expected == "-" else moment(f"2025-03-01 {expected}")] == answer


def test_a_blank_time_is_the_beginning_of_the_day() -> None:
    """Without a time of day the day is known all the same; without a day nothing is."""
    column = declared("%Y-%m-%d", time={"column": "clock", "formats": ["hhmm", "%H:%M"]})
    rows = [["2025-03-01", ""], ["2025-03-01", None], ["", "845"], ["2025-03-01", "08:45"]]
    midnight = wall(2025, 3, 1)
    assert [midnight, midnight, None, wall(2025, 3, 1, 8, 45)] == read(rows, column)


def test_a_rejected_row_shows_the_part_that_could_not_be_read() -> None:
    """The day alone where that is wrong, day and time where the time is; nothing for no day."""
    column = declared("%m/%d/%Y", time={"column": "clock", "formats": ["hhmm"]})
    rows = [["13/04/2025", "845"], ["04/13/2025", "late"], ["", "845"]]
    texts = [text for _, text in read_both(rows, column)]
    assert ["13/04/2025", "04/13/2025 late", None] == texts


def test_an_early_hour_of_a_day_in_the_publishers_zone() -> None:
    """Day and hour together are a moment of the declared zone, not of the city's."""
    column = declared(
        "%Y-%m-%d %H:%M:%S%z", time={"column": "clock", "formats": ["hour"]}, precision="second"
    )
    # A portal writes the local midnight in UTC, and the hour beside it.
    assert [wall(2025, 3, 1, 22)] == read([["2025-03-01 05:00:00+00", "22"]], column)


# ---------------------------------------------------------------- days and months

WHOLE = """
    precision | zone | city              | text                      | local moment
    ----------+------+-------------------+---------------------------+-----------------
    day       | UTC  | America/Toronto   | 2025-03-01T05:00:00+00:00 | 2025-03-01 00:00
    day       | UTC  | America/Toronto   | 2025-03-01T00:00:00+00:00 | 2025-03-01 00:00
    day       | UTC  | America/Toronto   | 2025-07-01T04:00:00+00:00 | 2025-07-01 00:00
    day       | UTC  | Asia/Shanghai     | 2025-02-28T16:00:00+00:00 | 2025-03-01 00:00
    day       | UTC  | Asia/Shanghai     | 2025-03-01T00:00:00+00:00 | 2025-03-01 00:00
    day       | UTC  | America/Toronto   | 1980-04-24T05:00:00+00:00 | 1980-04-24 00:00
    month     | UTC  | America/Toronto   | 2025-03-01T05:00:00+00:00 | 2025-03-15 00:00
    month     | UTC  | America/Toronto   | 2025-03-01T00:00:00+00:00 | 2025-03-15 00:00
    month     | UTC  | Asia/Shanghai     | 2025-02-28T16:00:00+00:00 | 2025-03-15 00:00
    month     | UTC  | Asia/Shanghai     | 2025-03-01T00:00:00+00:00 | 2025-03-15 00:00
    month     | UTC  | America/Toronto   | 2024-12-31T00:00:00+00:00 | 2024-12-15 00:00
"""


@pytest.mark.parametrize(("precision", "zone", "city", "text", "expected"), table_rows(WHOLE))
def test_a_midnight_stands_for_its_day_or_month(
    precision: str, zone: str, city: str, text: str, expected: str
) -> None:
    """The midnight of the city or of UTC is that day; a month is put at its middle."""
    column = declared("%Y-%m-%dT%H:%M:%S%z", zone=zone, precision=precision)
    assert [moment(expected)] == read([[text]], column, city=city)


@pytest.mark.parametrize(
    ("form", "text"),
    [("%Y-%m", "2025-03"), ("%Y%m", "202503"), ("%b %Y", "Mar 2025"), ("roc:%Y%m", "11403")],
)
def test_a_month_has_formats_of_its_own(form: str, text: str) -> None:
    """A value without a day is its month."""
    assert [wall(2025, 3, 15)] == read([[text]], declared(form, precision="month"))


# ---------------------------------------------------------------- a slow way to the same moments

MOMENTS = st.datetimes(min_value=wall(1971, 1, 2), max_value=wall(2070, 12, 30)).map(
    lambda at: at.replace(microsecond=0)
)
TEXT_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d %B %Y %H:%M:%S",
)


@settings(max_examples=40, deadline=timedelta(seconds=20))
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=30),
    form=st.sampled_from(TEXT_FORMATS),
    zone=st.sampled_from(["city", "UTC", SHANGHAI, NEWFOUNDLAND]),
    city=st.sampled_from([TORONTO, SHANGHAI]),
)
def test_texts_are_read_as_the_standard_library_reads_them(
    moments: list[datetime], form: str, zone: str, city: str
) -> None:
    """What strftime wrote in a zone is the city's wall time, by the rules of the zones."""
    answers = read([[at.strftime(form)] for at in moments], declared(form, zone=zone), city=city)
    for at, answer in zip(moments, answers, strict=True):
        assert answer in wall_times(at, zone=zone, city=city)


def wall_times(at: datetime, *, zone: str, city: str) -> set[datetime]:
    """Wall times of the city at a wall time of a zone: two where the clock was set back."""
    if zone in ("city", city):
        return {at}
    place = ZoneInfo(zone)
    return {
        at.replace(tzinfo=place, fold=fold).astimezone(ZoneInfo(city)).replace(tzinfo=None)
        for fold in (0, 1)
    }


@settings(max_examples=40, deadline=timedelta(seconds=20))
@given(
    moments=st.lists(MOMENTS, min_size=1, max_size=30),
    city=st.sampled_from([TORONTO, SHANGHAI, NEWFOUNDLAND]),
)
def test_moments_with_an_offset_are_read_one_way(moments: list[datetime], city: str) -> None:
    """Seconds, milliseconds and ISO texts of one moment give the same wall time of the city."""
    aware = [at.replace(tzinfo=UTC) for at in moments]
    expected = [at.astimezone(ZoneInfo(city)).replace(tzinfo=None) for at in aware]
    writers: dict[str, Callable[[datetime], str]] = {
        "epoch_seconds": lambda at: f"{at.timestamp():.0f}",
        "epoch_milliseconds": lambda at: f"{at.timestamp() * 1000:.0f}",
        "%Y-%m-%dT%H:%M:%S%z": lambda at: at.astimezone(ZoneInfo(SHANGHAI)).isoformat(),
        "%Y-%m-%d %H:%M:%S%z": lambda at: at.strftime("%Y-%m-%d %H:%M:%SZ"),
    }
    for form, write in writers.items():
        answers = read([[write(at)] for at in aware], declared(form), city=city)
        assert expected == answers, form


@settings(max_examples=40, deadline=timedelta(seconds=20))
@given(moments=st.lists(MOMENTS, min_size=1, max_size=30))
def test_serials_and_years_of_the_republic(moments: list[datetime]) -> None:
    """A spreadsheet counts days since 1899-12-30, the Republic years since 1911."""
    serials = [[f"{(at - wall(1899, 12, 30)) / timedelta(days=1):.9f}"] for at in moments]
    assert moments == read(serials, declared("excel"))
    compact = [[f"{at.year - 1911}{at:%m%d%H%M%S}"] for at in moments]
    assert moments == read(compact, declared("roc:%Y%m%d%H%M%S"), city=TAIPEI)
    dotted = [[f"{at.year - 1911}.{at.month}.{at.day} {at:%H:%M:%S}"] for at in moments]
    assert moments == read(dotted, declared("roc:%Y.%m.%d %H:%M:%S"), city=TAIPEI)


@settings(max_examples=40, deadline=timedelta(seconds=20))
@given(moments=st.lists(MOMENTS, min_size=1, max_size=30), city=st.sampled_from([TORONTO, TAIPEI]))
def test_whole_days_and_months(moments: list[datetime], city: str) -> None:
    """The local midnight in UTC is its day or month, whatever the clocks did since."""
    zone = ZoneInfo(city)
    days = [wall(at.year, at.month, at.day) for at in moments]
    texts = [[at.replace(tzinfo=zone).astimezone(UTC).isoformat()] for at in days]
    column = declared("%Y-%m-%dT%H:%M:%S%z", precision="day")
    assert days == read(texts, column, city=city)
    month = declared("%Y-%m-%dT%H:%M:%S%z", precision="month")
    assert [at.replace(day=15) for at in days] == read(texts, month, city=city)


@settings(max_examples=40, deadline=timedelta(seconds=20))
@given(moments=st.lists(MOMENTS, min_size=1, max_size=30))
def test_a_clock_beside_a_day(moments: list[datetime]) -> None:
    """Day and `hhmm`, also without its zeros, make the minute; day and `hour` the hour."""
    minutes = [at.replace(second=0) for at in moments]
    for write in ("{:d}", "{:04d}", "{:d}.0"):
        rows = [[f"{at:%Y-%m-%d}", write.format(at.hour * 100 + at.minute)] for at in minutes]
        column = declared("%Y-%m-%d", time={"column": "clock", "formats": ["hhmm"]})
        assert minutes == read(rows, column)
    rows = [[f"{at:%Y-%m-%d}", str(at.hour)] for at in minutes]
    column = declared("%Y-%m-%d", time={"column": "clock", "formats": ["hour"]})
    assert [at.replace(minute=0) for at in minutes] == read(rows, column)


# ---------------------------------------------------------------- through the pipeline

Make = Callable[..., County]


def county_with(county: Make, **changes: Any) -> County:
    """Alder County (in Toronto's zone) with another declaration of its times."""
    alder = county()
    [source] = alder.city.sources
    occurred = TimeColumn.model_validate(source.occurred.model_dump() | changes)
    changed = source.model_copy(update={"occurred": occurred})
    alder.city = replace(alder.city, sources=(changed,))
    return alder


def days_of(alder: County) -> list[tuple[str, int]]:
    """Known incidents by day."""
    rows = alder.warehouse.connection.execute(
        "SELECT day, sum(change)::INT FROM core_count_change GROUP BY day ORDER BY day"
    ).fetchall()
    return [(day.isoformat(), n) for day, n in rows]


def deliver(alder: County, times: Sequence[str]) -> County:
    """One assault in Alder at each time."""
    alder.deliver(calls_csv((f"c{n}", at, "ALDER", "ASSAULT") for n, at in enumerate(times)))
    return alder


def test_the_citys_civil_day_decides(county: Make) -> None:
    """A moment in UTC counts on the day that it was in the city, summer and winter."""
    alder = county_with(county, formats=["%Y-%m-%d %H:%M:%S%z"])
    times = ["2025-03-01 04:59:59Z", "2025-03-01 05:00:00Z", "2025-05-31 03:59:59+00:00"]
    assert [("2025-02-28", 1), ("2025-03-01", 1), ("2025-05-30", 1)] == days_of(
        deliver(alder, [*times])
    )


def test_a_zone_other_than_the_citys(county: Make) -> None:
    """Wall times of a publisher elsewhere are moved: half past eleven there is the next day."""
    alder = county_with(county, zone="America/Vancouver")
    assert [("2025-03-01", 1), ("2025-03-02", 1)] == days_of(
        deliver(alder, ["2025-03-01 20:30", "2025-03-01 23:30"])
    )


def test_the_hours_of_a_clock_change_stay_on_their_day(county: Make) -> None:
    """The hour that is skipped and the one that comes twice are read as they are written."""
    alder = deliver(county(), ["2025-03-09 02:30", "2024-11-03 01:30", "2024-11-03 01:30"])
    assert [("2024-11-03", 2), ("2025-03-09", 1)] == days_of(alder)
    elsewhere = county_with(county, zone=NEWFOUNDLAND)  # its clocks change at 2:00 too
    deliver(elsewhere, ["2025-03-09 02:30", "2024-11-03 01:30"])
    assert [("2024-11-03", 1), ("2025-03-09", 1)] == days_of(elsewhere)


def test_both_orders_of_day_and_month_cannot_be_declared(county: Make) -> None:
    """03/04 would be either: the declaration is refused, in words, with both formats."""
    with pytest.raises(ValidationError, match="day first and month first cannot both be"):
        declared("%d/%m/%Y", "%m/%d/%Y")
    folder = county().folder
    path = folder / "sources" / "calls.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"%Y-%m-%d %H:%M", "%Y-%m-%d"', '"%d/%m/%Y %H:%M", "%m/%d/%Y"'),
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationMistake, match="Keep the one that the publisher uses"):
        read_toml(path, Source)
    with pytest.raises(ConfigurationMistake):
        read_city(folder)


def days_in_order(form: str, n: int = 200) -> list[str]:
    """Days of two hundred incidents from January to May 2025."""
    return [(date(2025, 1, 1) + timedelta(days=back % 150)).strftime(form) for back in range(n)]


@pytest.mark.parametrize(
    ("declared_as", "written_as"),
    [
        ("%d/%m/%Y", "%m/%d/%Y"),
        ("%m-%d-%Y", "%d-%m-%Y"),
        ("%m/%d/%y", "%d/%m/%y"),
        ("%-m/%-d/%Y", "%-d/%-m/%Y"),
        ("%-d.%-m.%Y %H:%M", "%m.%d.%Y 10:00"),
        ("%m%d%Y", "%d%m%Y"),
        ("%d%m%Y", "%m%d%Y"),
        ("%d%m%y", "%m%d%y"),
        ("%m%d%Y %H%M", "%d%m%Y 1000"),
        ("%H:%M %d/%m/%Y", "10:00 %m/%d/%Y"),
        ("%m/%d/%Y %H:%M%z", "%d/%m/%Y 10:00-05:00"),
        ("%m/%d/%Y %H:%M%z", "%d/%m/%Y 10:00Z"),
    ],
)
def test_a_file_in_the_other_order_is_refused(
    county: Make, declared_as: str, written_as: str
) -> None:
    """Days that fit only the other way round tell that the others were read wrong in silence."""
    alder = county_with(county, formats=[declared_as])
    with pytest.raises(SourceRefused, match="day and month in the other order"):
        deliver(alder, days_in_order(written_as))
    assert [] == days_of(alder)


def test_a_few_days_in_the_other_order_are_counted(county: Make) -> None:
    """Up to one row in a hundred is a slip of the pen: rejected with its number, not refused."""
    alder = county_with(county, formats=["%m/%d/%Y"])
    times = days_in_order("%m/%d/%Y")
    times[10], times[50] = "31/01/2025", "28/02/2025"
    deliver(alder, times)
    assert [(11, "unreadable_time"), (51, "unreadable_time")] == alder.reasons()
    times[70] = "28/02/2025"
    with pytest.raises(SourceRefused, match="3 of 200 times in 'when'"):
        deliver(alder, times)


def test_the_other_order_is_seen_beside_a_time_of_day(county: Make) -> None:
    """Also where the time stands in a column of its own."""
    alder = county_with(
        county, formats=["%m/%d/%Y"], time={"column": "kind", "formats": ["hhmm", "%H:%M"]}
    )
    rows = [(f"c{n}", day, "ALDER", "845") for n, day in enumerate(days_in_order("%d/%m/%Y"))]
    with pytest.raises(SourceRefused, match="day and month in the other order"):
        alder.deliver(calls_csv(rows))


def test_every_last_day_of_a_month_is_its_month() -> None:
    """Each day of two years, one of them a leap year, lies in the month that it names."""
    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(731)]
    answers = read([[day.isoformat()] for day in days], declared("%Y-%m-%d", precision="month"))
    assert [wall(day.year, day.month, 15) for day in days] == answers
    assert 24 == len({(at.year, at.month) for at in answers if at})
    assert 29 == calendar.monthrange(2024, 2)[1]
