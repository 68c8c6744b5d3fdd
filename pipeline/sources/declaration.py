"""What a city says of one of its sources: a file of `sources/` in the city folder."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from indices.method import Code, Strict, Text


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


class TimeColumn(Strict):
    """A column that holds a moment."""

    column: str
    formats: tuple[str, ...] = Field(min_length=1)  # as strptime; tried in order
    zone: Annotated[str, AfterValidator(_known_zone)]  # of values without an offset
    precision: Literal["second", "day"]  # day: the value is the local midnight of its day


class ValueColumn(Strict):
    """A column whose values a table of the city folder maps."""

    column: str


class Identity(Strict):
    """What makes two rows the same incident."""

    columns: tuple[str, ...] = Field(min_length=1)
    repeats: Literal["duplicate", "count"]  # count: equal rows are incidents of their own


class Source(Strict):
    """One source of incident records."""

    id: Code
    name: Text
    files: tuple[str, ...] = Field(min_length=1)  # patterns, in the order of delivery
    format: Literal["csv", "parquet"]
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    delivery: Literal["append", "snapshot"]
    withdraw_at_most: float = Field(default=0.05, ge=0, le=1)
    first_day: date
    last_day: Literal["complete", "partial"]
    occurred: TimeColumn
    reported: TimeColumn | None = None
    category: ValueColumn
    place: ValueColumn
    identity: Identity

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that the source must have, each once."""
        times = [self.occurred.column] + ([self.reported.column] if self.reported else [])
        return tuple(
            dict.fromkeys([*times, self.category.column, self.place.column, *self.identity.columns])
        )
