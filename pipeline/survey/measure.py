"""Counting the values of whole files as a run would read them."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

import duckdb
from duckdb import DuckDBPyRelation

from pipeline.errors import SourceRefused
from pipeline.sources import READERS
from pipeline.sources.declaration import Source
from pipeline.sources.normalise import normalise
from pipeline.survey.layout.sample import Opened

WHOLE = "survey_rows"
COUNTS = """
    SELECT grouping(occurred_at::DATE, place_value, category_value)::INTEGER,
        occurred_at::DATE, place_value, category_value, count(*)::BIGINT,
        max(occurred_at)
    FROM survey_rows
    GROUP BY GROUPING SETS ((occurred_at::DATE), (place_value), (category_value))
"""
BY_DAY, BY_PLACE, BY_CATEGORY = 0b011, 0b101, 0b110


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Rows by day, by place and by category; those without one are under None."""

    n_rows: int
    n_unreadable: int  # rows that could not be taken apart
    days: dict[date | None, int]
    last_moments: dict[date | None, datetime]
    places: dict[str | None, int]
    categories: dict[str | None, int]


def count_values(files: Opened, source: Source, *, timezone: str) -> Counts:
    """Read all files as the declaration says.

    Raises:
        SourceRefused: If they cannot be read.
    """
    connection = files.connection
    try:
        rows = [normalise(part, source=source, timezone=timezone) for part in files.rows()]
        connection.register(WHOLE, reduce(DuckDBPyRelation.union, rows))
        found = connection.execute(COUNTS).fetchall()
        connection.unregister(WHOLE)
        n_unreadable = _n_unreadable(files)
    except duckdb.Error as error:
        raise SourceRefused(
            f"{', '.join(files.names)}: {str(error).splitlines()[0]}",
            expected="files that can be read to their end",
            try_next="open the file: is it whole?",
        ) from error
    days = {row[1]: int(row[4]) for row in found if row[0] == BY_DAY}
    return Counts(
        n_rows=sum(days.values()),
        n_unreadable=n_unreadable,
        days=days,
        last_moments={row[1]: row[5] for row in found if row[0] == BY_DAY},
        places=_most_first({row[2]: int(row[4]) for row in found if row[0] == BY_PLACE}),
        categories=_most_first({row[3]: int(row[4]) for row in found if row[0] == BY_CATEGORY}),
    )


def _most_first(counts: dict[str | None, int]) -> dict[str | None, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0] or "")))


def _n_unreadable(files: Opened) -> int:
    """Rows set aside by the reader, all files together."""
    reader, readings = READERS[files.shape.format], files.readings()
    if len(readings) == 1:  # it has just been read
        return len(reader.rejects(readings[0]))
    total = 0
    for file in readings:
        reader.rows(file, numbered=False).aggregate("count(*)").fetchall()
        total += len(reader.rejects(file))
    return total
