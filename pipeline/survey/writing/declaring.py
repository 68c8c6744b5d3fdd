"""From what was found to a declaration, as the readers take it."""

from collections.abc import Sequence
from datetime import date

from indices.choices import Text
from pipeline.sources.declaration import (
    Casualties,
    Category,
    Identity,
    Place,
    Source,
    TimeColumn,
    TimeOfDay,
    Validity,
)
from pipeline.survey.columns.moments import FoundClock
from pipeline.survey.columns.times import FoundTime
from pipeline.survey.found import FoundSource

NOT_A_TIME = "%Y-%m-%d"


def counting_source(found: FoundSource, patterns: Sequence[str], *, spare: str) -> Source:
    """The declaration to count values with.

    Args:
        found: What the survey found; of several readings of a date the first is taken.
        patterns: Of the names of files.
        spare: A column with few values, in the place of what was not found.
    """
    shape = found.shape
    first = found.span.first_day if found.span else date.min
    occurred = declared_time(found.occurred, found.clock) if found.occurred else None
    return Source(
        id=found.id,
        name=Text(en=found.id, zh=found.id),
        files=tuple(patterns),
        format=shape.format,
        encoding=shape.encoding.encoding,
        delimiter=shape.delimiter,
        quote=shape.quote,
        skip_lines=shape.skip_lines,
        sheet=shape.sheet,
        delivery="snapshot" if len(found.names) == 1 else "append",
        first_day=first,
        last_day=found.span.ends if found.span else "partial",
        occurred=occurred
        or TimeColumn(column=spare, formats=(NOT_A_TIME,), zone="city", precision="day"),
        reported=declared_time(found.reported, None) if found.reported else None,
        category=Category(columns=found.category or (spare,), received_columns=found.received),
        place=_place(found, spare),
        validity=_validity(found),
        casualties=Casualties(deaths=found.deaths, injuries=found.injuries),
        identity=Identity(columns=found.identity.columns, repeats=found.identity.repeats),
    )


def declared_time(found: FoundTime, clock: FoundClock | None) -> TimeColumn:
    """A column of moments as it is declared."""
    return TimeColumn(
        column=found.column,
        formats=found.formats,
        zone=found.zone,
        precision=found.precision,
        time=TimeOfDay(column=clock.column, formats=clock.formats) if clock else None,
    )


def _place(found: FoundSource, spare: str) -> Place:
    if found.position and not found.place:
        return Place(longitude=found.position[0], latitude=found.position[1])
    return Place(columns=found.place or (spare,))


def _validity(found: FoundSource) -> Validity | None:
    if found.validity is None:
        return None
    words = found.validity
    return Validity(
        column=words.column, valid=words.valid, repeat=words.repeat, invalid=words.invalid
    )
