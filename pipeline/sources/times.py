"""From what a column says to wall time of the city, by expressions that DuckDB evaluates."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression

from pipeline.sources.declaration import (
    EPOCH_MILLISECONDS,
    EPOCH_SECONDS,
    EXCEL_SERIAL,
    HHMM,
    HOUR,
    ROC,
    SLOT,
    TimeColumn,
    TimeOfDay,
    day_month_order,
)
from pipeline.sources.expressions import call, first_known, joined, raw, text

ROC_YEAR_ZERO = 1911
DIGITS = {"m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
EXCEL_DAY_OF_1970 = 25_569
LAST_SECOND = 253_402_300_799  # of the year 9999: beyond it, DuckDB raises instead of answering
HOUR_PATTERNS = {
    HOUR: r"^([01]?[0-9]|2[0-3])(?:\.0+)?$",
    SLOT: r"^([01]?[0-9]|2[0-3])(?:[:：]?[0-5][0-9])?\s*[~～\-－–—至到]",
    HHMM: r"^([01][0-9]|2[0-3])[0-5][0-9]$",
}
MINUTE_PATTERNS = {HHMM: r"([0-5][0-9])$"}


def time_text(declared: TimeColumn, types: dict[str, str], timezone: str) -> Expression:
    """What could not be read, for the list of rejected rows; NULL where no day is given.

    A time of day that stands in another column is shown only where the day itself can be read.
    """
    day = text(declared.column)
    if declared.time is None:
        return day
    unread = _date_part(declared, types, timezone).isnull()
    return CaseExpression(unread, day).otherwise(joined(declared.columns, " "))


def local_time(declared: TimeColumn, types: dict[str, str], timezone: str) -> Expression:
    """The moment as wall time of the city, NULL where it cannot be read.

    A value of precision `day` becomes that day at 00:00, one of precision `month` the middle of the
    month, which puts its age right on average.
    """
    local = _date_part(declared, types, timezone)
    if declared.time:
        local = local + _time_of_day(declared.time)
    if declared.precision == "second":
        return local.cast("TIMESTAMP")
    # The nearest midnight: before 1987 the zone rules of publisher and database differ by an hour,
    # and a midnight of UTC that stands for a day or a month is no midnight here.
    nearest = local + ConstantExpression(timedelta(hours=12))
    if declared.precision == "day":
        return call("date_trunc", "day", nearest).cast("TIMESTAMP")
    middle = call("date_trunc", "month", nearest).cast("TIMESTAMP")
    return (middle + ConstantExpression(timedelta(days=14))).cast("TIMESTAMP")


def _date_part(declared: TimeColumn, types: dict[str, str], timezone: str) -> Expression:
    """What the column itself says, without a time of day that stands in another."""
    kind = types[declared.column]
    if not kind.startswith(("TIMESTAMP", "DATE")):
        return _parsed(declared, timezone)
    aware = "ZONE" in kind
    moment = ColumnExpression(declared.column).cast("TIMESTAMPTZ" if aware else "TIMESTAMP")
    return _to_local(moment, aware=aware, zone=declared.zone, timezone=timezone)


def zero_times(declared: TimeColumn, timezone: str) -> list[datetime]:
    """Wall times of the city that the zero of Unix time becomes, each once.

    Systems write it as midnight of 1970-01-01 in UTC, in the zone of the source or in the city's.
    A source that knows no more than the day or the month may well know of that day.
    """
    if declared.precision != "second":
        return []
    city = ZoneInfo(timezone)
    source = city if declared.zone == "city" else ZoneInfo(declared.zone)
    zeros = [datetime(1970, 1, 1, tzinfo=zone).astimezone(city) for zone in (UTC, source, city)]
    return list(dict.fromkeys(zero.replace(tzinfo=None) for zero in zeros))


def swapped_formats(formats: Sequence[str]) -> list[str]:
    """The same numeric formats with day and month exchanged; none where the year leads.

    >>> swapped_formats(["%d/%m/%Y %H:%M", "%-m-%-d-%y", "%m%d%Y", "%Y-%m-%d", "%d %b %Y"])
    ['%m/%d/%Y %H:%M', '%-d-%-m-%y', '%d%m%Y']
    """
    exchange = {"d": "m", "m": "d"}
    swapped = [
        re.sub(r"(%-?)([dm])", lambda match: match[1] + exchange[match[2]], form)
        for form in formats
        if day_month_order(form)
    ]
    return swapped + _zulu(swapped)


def _zulu(formats: Sequence[str]) -> list[str]:
    """DuckDB's %z knows +00 and +00:00, but not the Z that ISO 8601 writes for them."""
    return [form.replace("%z", "Z") for form in formats if "%z" in form]


def _parsed(declared: TimeColumn, timezone: str) -> Expression:
    """Try the formats in their order; runs of strptime formats are tried in one call."""
    groups = [(kind, list(forms)) for kind, forms in groupby(declared.formats, key=_kind)]
    return first_known(
        *(
            _to_local(
                _read(declared.column, kind, forms),
                aware=kind in ("aware", "epoch"),
                zone=declared.zone,
                timezone=timezone,
            )
            for kind, forms in groups
        )
    )


def _kind(form: str) -> str:
    """Which formats can share a call."""
    if form in (EPOCH_SECONDS, EPOCH_MILLISECONDS):
        return "epoch"
    if form == EXCEL_SERIAL or form.startswith(ROC):
        return form
    return "aware" if "%z" in form or "%Z" in form else "plain"


def _read(column: str, kind: str, forms: list[str]) -> Expression:
    """The moment that a group of formats reads, NULL where none fits."""
    if kind == "epoch":
        return first_known(*(_epoch(column, form) for form in forms))
    if kind == EXCEL_SERIAL:
        return _excel(column)
    if kind.startswith(ROC):
        return _roc(column, kind.removeprefix(ROC))
    # Trimming each value would cost a fifth of the reading: only those that need it are.
    plain = first_known(
        call("try_strptime", raw(column), forms), call("try_strptime", text(column), forms)
    )
    zulu = _zulu(forms)
    if not zulu:
        return plain
    return first_known(plain, call("timezone", "UTC", call("try_strptime", text(column), zulu)))


def _epoch(column: str, form: str) -> Expression:
    """Seconds or milliseconds since 1970 in UTC."""
    number = call("trim", raw(column)).try_cast("DOUBLE")
    seconds = number / ConstantExpression(1000 if form == EPOCH_MILLISECONDS else 1)
    possible = call("abs", seconds) <= ConstantExpression(LAST_SECOND)
    return CaseExpression(possible, call("to_timestamp", seconds))


def _excel(column: str) -> Expression:
    """Days since 1899-12-30, as spreadsheets count them, to the nearest second."""
    number = call("trim", raw(column)).try_cast("DOUBLE")
    seconds = call("round", (number - ConstantExpression(EXCEL_DAY_OF_1970)) * _number(86_400))
    possible = (number >= _number(0)) & (seconds <= _number(LAST_SECOND))
    return CaseExpression(
        possible, call("make_timestamp", (seconds * _number(1_000_000)).cast("BIGINT"))
    )


def _roc(column: str, form: str) -> Expression:
    """A date whose year counts from 1912 = 1; written compactly, the rest has a known length."""
    rest = form.removeprefix("%Y")
    compact = rest.startswith("%")
    n_digits = sum(DIGITS.get(part, 0) for part in re.findall(r"%-?(\w)", rest))
    tail = rf"(\d{{{n_digits}}})$" if compact else r"(\D.*)$"
    pattern = rf"^0?(\d{{2,3}}){tail}"
    value = call("trim", raw(column))
    year = call("regexp_extract", value, pattern, 1).try_cast("INTEGER") + _number(ROC_YEAR_ZERO)
    after = call("regexp_extract", value, pattern, 2)
    return call("try_strptime", call("concat", year.cast("VARCHAR"), after), form)


def _time_of_day(declared: TimeOfDay) -> Expression:
    """Interval since midnight: zero where the column is blank, NULL where it cannot be read."""
    value = text(declared.column)
    read = first_known(*(_clock(value, form) for form in declared.formats))
    return CaseExpression(value.isnull(), ConstantExpression(timedelta(0))).otherwise(read)


def _clock(value: Expression, form: str) -> Expression:
    """The interval that one format reads."""
    if form not in HOUR_PATTERNS:
        moment = call("try_strptime", value, form)
        return moment - call("date_trunc", "day", moment)
    if form == HHMM:  # numbers lose their zeros: 45 is a quarter to one, 5 is five past midnight
        digits = call("regexp_extract", value, r"^([0-9]{1,4})(?:\.0+)?$", 1)
        value = call("lpad", call("nullif", digits, ""), 4, "0")
    hour = call("regexp_extract", value, HOUR_PATTERNS[form], 1).try_cast("INTEGER")
    if form not in MINUTE_PATTERNS:
        return call("to_hours", hour)
    minute = call("regexp_extract", value, MINUTE_PATTERNS[form], 1).try_cast("INTEGER")
    return call("to_minutes", hour * _number(60) + minute)


def _number(value: float) -> Expression:
    return ConstantExpression(value)


def _to_local(moment: Expression, *, aware: bool, zone: str, timezone: str) -> Expression:
    """Turn a moment into wall time of the city."""
    if aware:
        return call("timezone", timezone, moment)
    if zone in ("city", timezone):
        return moment
    return call("timezone", timezone, call("timezone", zone, moment))
