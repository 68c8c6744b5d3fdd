"""What a city says of one of its sources: a file of `sources/` in the city folder."""

import re
from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from indices.choices import Code, Strict, Text
from pipeline.sources.column_names import ColumnName, ColumnNames, SomeColumns

Format = Literal["csv", "json", "geojson", "parquet", "excel", "postgresql"]
Encoding = Literal["utf-8", "utf-16", "gb18030", "big5", "cp950", "windows-1252", "latin-1"]

# Named formats beside those of strptime. A format that begins with `roc:` counts its years (%Y)
# from the founding of the Republic of China: year 104 is 2015.
EPOCH_SECONDS, EPOCH_MILLISECONDS, EXCEL_SERIAL = "epoch_seconds", "epoch_milliseconds", "excel"
NAMED_FORMATS = (EPOCH_SECONDS, EPOCH_MILLISECONDS, EXCEL_SERIAL)
ROC = "roc:"
LONGEST_PATTERN = 200
# Of a time of day in a column of its own: a number of hours, hours and minutes without a colon (845
# is a quarter to nine), a slot as `00~02` or `08-10`.
HOUR, HHMM, SLOT = "hour", "hhmm", "slot"


def _known_zone(name: str) -> str:
    """A zone of the IANA database, `city` for the city's own."""
    if name != "city":
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"'{name}' is no time zone; write 'city' or a name as Asia/Shanghai"
            ) from error
    return name


def _known_format(form: str) -> str:
    """A strptime format or one of the named ones."""
    if "%" not in form and form not in NAMED_FORMATS:
        raise ValueError(
            f"'{form}' is no format; write one as %Y-%m-%d %H:%M:%S, or "
            f"{', '.join(NAMED_FORMATS)}, or {ROC}%Y%m%d"
        )
    if form.startswith(ROC) and not form.startswith(f"{ROC}%Y"):
        raise ValueError(f"'{form}': a year of the Republic must come first, as in {ROC}%Y%m%d")
    return form


def day_month_order(form: str) -> str:
    """Whether a numeric format names the day or the month first; empty where the year leads.

    >>> day_month_order("%d/%m/%Y"), day_month_order("%m-%d-%y"), day_month_order("%Y-%m-%d")
    ('day first', 'month first', '')
    """
    order = re.findall(r"%-?([dmYy])", form)[:2]
    return {"dm": "day first", "md": "month first"}.get("".join(order), "")


class TimeOfDay(Strict):
    """A time that stands in a column of its own."""

    column: ColumnName
    formats: tuple[str, ...] = Field(min_length=1)  # as strptime, or hour, hhmm, slot


class TimeColumn(Strict):
    """A column that holds a moment."""

    column: ColumnName
    formats: tuple[Annotated[str, AfterValidator(_known_format)], ...] = Field(min_length=1)
    zone: Annotated[str, AfterValidator(_known_zone)]  # of values without an offset
    # day: the value is the local midnight of its day. month: only the month is known.
    precision: Literal["second", "day", "month"]
    time: TimeOfDay | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The column, and that of the time of day."""
        return (self.column, self.time.column) if self.time else (self.column,)

    @model_validator(mode="after")
    def _one_order_of_day_and_month(self) -> Self:
        orders = {day_month_order(form) for form in self.formats} - {""}
        if len(orders) > 1:
            raise ValueError(
                f"{', '.join(self.formats)}: day first and month first cannot both be; 03/04 would "
                "be read as either. Keep the one that the publisher uses"
            )
        return self


def _inside(pattern: str) -> str:
    """A pattern that cannot lead out of the records folder."""
    if pattern.startswith("/") or ".." in pattern.split("/") or not pattern.strip():
        raise ValueError(f"'{pattern}' must name files in the records folder, as calls*.csv")
    return pattern


def _one_or_many(table: Any, one: str, many: str) -> Any:
    """`column = "a"` is short for `columns = ["a"]`."""
    if isinstance(table, dict) and one in table:
        if many in table:
            raise ValueError(f"write either {one} or {many}")
        return {key: value for key, value in table.items() if key != one} | {many: [table[one]]}
    return table


class Category(Strict):
    """Columns whose values `categories.csv` maps; several are joined with `/`, the widest first.

    `received` is the classification at reception. It is kept beside the final one, and counts where
    the final one is blank.
    """

    columns: SomeColumns
    received_columns: ColumnNames = ()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, table: Any) -> Any:
        table = _one_or_many(table, "column", "columns")
        return _one_or_many(table, "received_column", "received_columns")


def _with_one_group(pattern: str) -> str:
    """A regular expression that names one thing."""
    try:
        n_groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}") from error
    if n_groups != 1 or len(pattern) > LONGEST_PATTERN:
        raise ValueError(
            f"'{pattern}' must have one group in parentheses and at most {LONGEST_PATTERN} "
            "characters, as ^.{3}(..區)"
        )
    return pattern


class Place(Strict):
    """Where an incident was: columns of words (joined with `/`), or a position.

    Words are looked up in `places.csv`, then among codes and names of `towns.csv`. A position is
    looked up in `boundaries.geojson` and forgotten.
    """

    columns: ColumnNames = ()
    # What of the words names the place: a regular expression with one group. For addresses, of
    # which nothing else is then read.
    pattern: Annotated[str, AfterValidator(_with_one_group)] | None = None
    longitude: ColumnName | None = None
    latitude: ColumnName | None = None
    datum: Literal["wgs84", "gcj02"] = "wgs84"
    # Positions (longitude, latitude) that a system writes where it knows none.
    defaults: tuple[tuple[float, float], ...] = ()

    @property
    def by_position(self) -> bool:
        """Whether the place is found from coordinates."""
        return not self.columns

    @model_validator(mode="before")
    @classmethod
    def _short(cls, table: Any) -> Any:
        return _one_or_many(table, "column", "columns")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        both = self.longitude is not None and self.latitude is not None
        neither = self.longitude is None and self.latitude is None
        if not (both or neither) or both == bool(self.columns):
            raise ValueError("write either column(s), or longitude and latitude")
        if self.pattern and both:
            raise ValueError("a pattern needs column(s) of words")
        return self


class Validity(Strict):
    """Whether a record tells of an incident: a repeated or an invalid call is kept, not counted."""

    column: ColumnName
    valid: Annotated[tuple[str, ...], Field(min_length=1)]
    repeat: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_value_once(self) -> Self:
        values = self.valid + self.repeat + self.invalid
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands in more than one list")
        return self


class Casualties(Strict):
    """Columns with numbers of people: whole numbers from 0 on, blank for 0."""

    deaths: ColumnName | None = None
    injuries: ColumnName | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are declared."""
        return tuple(column for column in (self.deaths, self.injuries) if column)


class Identity(Strict):
    """What makes two rows the same incident."""

    columns: SomeColumns
    repeats: Literal["duplicate", "count"]  # count: equal rows are incidents of their own


class Database(Strict):
    """A table or query of a PostgreSQL server; the password comes from the environment only."""

    host: str
    port: int = Field(default=5432, ge=1, le=65535)
    name: str
    user: str
    password_variable: str = "PGPASSWORD"  # noqa: S105 - the name of a variable
    table: str | None = None  # schema.table
    query: str | None = None
    watermark: ColumnName | None = None  # of a column that grows: each night only newer rows come
    overlap_seconds: int = Field(default=0, ge=0)  # fetched again: rows committed late

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("write either table or query")
        return self


class Generator(Strict):
    """Records made by `pipeline.synthetic`, where a city has none of its own."""

    seed: int = Field(ge=0)
    first: date
    last: date
    incidents_per_day: float = Field(gt=0)


class Source(Strict):
    """One source of incident records."""

    id: Code
    name: Text
    files: tuple[
        Annotated[str, AfterValidator(_inside)], ...
    ] = ()  # patterns, in the order of delivery
    format: Format
    encoding: Encoding = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', max_length=1)  # empty: no quoting
    skip_lines: int = Field(default=0, ge=0, le=100)  # before the line with the column names
    sheet: str | None = None  # of a workbook with several
    delivery: Literal["append", "snapshot"]
    withdraw_at_most: float = Field(default=0.05, ge=0, le=1)
    first_day: date
    last_day: Literal["complete", "partial"]
    occurred: TimeColumn
    reported: TimeColumn | None = None
    category: Category
    place: Place
    validity: Validity | None = None
    casualties: Casualties = Casualties()
    identity: Identity
    database: Database | None = None
    generator: Generator | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the source must have, each once."""
        named = [
            *self.occurred.columns,
            *(self.reported.columns if self.reported else ()),
            *self.category.columns,
            *self.category.received_columns,
            *self.place.columns,
            self.place.longitude,
            self.place.latitude,
            self.validity.column if self.validity else None,
            *self.casualties.columns,
            *self.identity.columns,
        ]
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if (self.format == "postgresql") != (self.database is not None):
            raise ValueError("[database] belongs to format = 'postgresql', and to no other")
        if self.format != "postgresql" and not self.files:
            raise ValueError("files: at least one pattern is needed")
        if self.database and self.database.watermark and self.delivery == "snapshot":
            raise ValueError("with a watermark only what is new is fetched: delivery = 'append'")
        return self
