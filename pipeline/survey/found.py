"""What a survey found: plain, frozen, and the same as a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.survey.columns.facts import FoundIdentity, FoundValidity
from pipeline.survey.columns.moments import FoundClock
from pipeline.survey.columns.span import Span, base_period
from pipeline.survey.columns.times import FoundTime
from pipeline.survey.doubts import Doubt, NumberedDoubt, number_doubts
from pipeline.survey.layout.shape import Shape


@dataclass(frozen=True, kw_only=True)
class FoundSource:
    """Files of one kind and what their columns mean; names of columns, no values of records."""

    id: str
    paths: tuple[Path, ...]  # of the files, as they were given
    shape: Shape
    n_rows: int
    n_unreadable: int
    occurred: FoundTime | None
    clock: FoundClock | None
    reported: FoundTime | None
    category: tuple[str, ...]
    received: tuple[str, ...]
    place: tuple[str, ...]
    place_name: str | None
    district: str | None
    position: tuple[str, str] | None  # longitude and latitude
    validity: FoundValidity | None
    deaths: str | None
    injuries: str | None
    identity: FoundIdentity
    personal: tuple[str, ...]
    unused: tuple[str, ...]
    spans: tuple[Span, ...]  # one for each reading of the dates; none where there is no date

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files."""
        return tuple(path.name for path in self.paths)

    @property
    def span(self) -> Span | None:
        """The days by the first reading of the dates."""
        return self.spans[0] if self.spans else None

    @property
    def file(self) -> str:
        """Its declaration in the city folder."""
        return f"sources/{self.id}.toml"

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "id": self.id,
            "files": list(self.names),
            "format": self.shape.format,
            "encoding": self.shape.encoding.encoding,
            "delimiter": self.shape.delimiter if self.shape.format == "csv" else None,
            "quote": self.shape.quote if self.shape.format == "csv" else None,
            "skip_lines": self.shape.skip_lines,
            "sheet": self.shape.sheet,
            "rows": self.n_rows,
            "rows_unreadable": self.n_unreadable,
            "occurred": _time_as_json(self.occurred),
            "time_of_day": self.clock
            and {"column": self.clock.column, "formats": list(self.clock.formats)},
            "reported": _time_as_json(self.reported),
            "category": list(self.category),
            "received": list(self.received),
            "place": list(self.place),
            "place_name": self.place_name,
            "district": self.district,
            "position": list(self.position) if self.position else None,
            "validity": self.validity and self.validity.column,
            "deaths": self.deaths,
            "injuries": self.injuries,
            "identity": {"columns": list(self.identity.columns), "repeats": self.identity.repeats},
            "left_out_personal": list(self.personal),
            "left_out_unused": list(self.unused),
            "first_day": self.span.first_day.isoformat() if self.span else None,
            "last_day": self.span.last_day.isoformat() if self.span else None,
            "last_day_is": self.span.ends if self.span else None,
        }


@dataclass(frozen=True)
class FoundTown:
    """One place of the records, with all words for it."""

    town_id: str
    name: str
    district: str
    values: tuple[tuple[str, int], ...]  # as the records have them, with their rows

    @property
    def n_rows(self) -> int:
        """Rows of all its words."""
        return sum(n for _, n in self.values)


@dataclass(frozen=True)
class FoundCategory:
    """One value of the category columns, and what it was taken for."""

    value: str
    n_rows: int
    category: str  # code of the method, empty where it is not counted or unknown
    reason: str
    is_doubtful: bool
    match: str = "exact"


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Everything that the files tell about a city's records."""

    sources: tuple[FoundSource, ...]
    towns: tuple[FoundTown, ...]
    n_not_located: int  # rows without a word for the place, or with one that means unknown
    left_out_places: tuple[tuple[str, int], ...]  # too rare or unsafe to be towns
    categories: tuple[FoundCategory, ...]  # of the records, most rows first
    rules: tuple[FoundCategory, ...]  # prefixes and patterns for values to come
    mapping: str  # ready mapping whose classification the records use, empty if none
    pillars: tuple[str, ...]
    timezone: str  # empty where the values do not tell
    is_chinese: bool
    town_word: tuple[str, str, str]  # one, many, Chinese
    doubts: tuple[NumberedDoubt, ...]

    @property
    def base_period(self) -> tuple[Any, Any] | None:
        """First and last day to measure what is usual on."""
        return base_period([source.span for source in self.sources if source.span])

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        base = self.base_period
        return {
            "sources": [source.as_json() for source in self.sources],
            "towns": [
                {"town_id": t.town_id, "name": t.name, "district": t.district, "rows": t.n_rows}
                for t in self.towns
            ],
            "rows_not_located": self.n_not_located,
            "places_left_out": [{"value": v, "rows": n} for v, n in self.left_out_places],
            "categories": [
                {"value": c.value, "rows": c.n_rows, "category": c.category, "doubt": c.is_doubtful}
                for c in self.categories
            ],
            "ready_mapping": self.mapping or None,
            "pillars": list(self.pillars),
            "base_period": [day.isoformat() for day in base] if base else None,
            "timezone": self.timezone or None,
            "doubts": [doubt.as_json() for doubt in self.doubts],
        }

    def numbered_with(self, more: Sequence[Doubt]) -> tuple[NumberedDoubt, ...]:
        """The doubts with others behind them; the numbers of the first do not change."""
        start = len(self.doubts)
        return self.doubts + tuple(
            NumberedDoubt(start + d.number, d.doubt) for d in number_doubts(more)
        )


def _time_as_json(found: FoundTime | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "column": found.column,
        "formats": list(found.formats),
        "other_readings": [list(formats) for formats in found.choices[1:]],
        "share_read": round(found.share_read, 4),
        "precision": found.precision,
        "zone": found.zone,
    }
