"""The contract of every kind of file."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from pipeline.errors import SourceRefused
from pipeline.sources.declaration import Source


@dataclass(frozen=True)
class ReaderReject:
    """A row that the reader could not take apart."""

    row_number: int  # 1 = first row after the header
    reason_code: str
    detail: str  # never the row itself: it may hold an address


@dataclass(frozen=True)
class Reading:
    """One file, ready to be read: in its reader's own format, in UTF-8 where it is text."""

    connection: DuckDBPyConnection
    path: Path
    source: Source
    name: str  # as delivered, for messages


class Reader(Protocol):
    """All that the pipeline may ask of a kind of file."""

    def rows(self, file: Reading, *, numbered: bool = True) -> DuckDBPyRelation:
        """Rows with the file's own columns and `file_row`: 1, 2, ... of those readable, in order.

        `numbered=False` leaves the numbers NULL: counting alone needs no order, which is faster.

        Raises:
            SourceRefused: If the file as a whole cannot be taken.
        """

    def rejects(self, file: Reading) -> list[ReaderReject]:
        """Rows that the last reading could not take apart, by row number.

        Raises:
            SourceRefused: If there are too many to list.
        """

    def check_total(self, file: Reading, *, rows_read: int) -> None:
        """Hold the number of rows against a count made another way.

        Raises:
            SourceRefused: If there is no row.
            BatchInconsistent: If the counts differ.
        """


def require_columns(found: Collection[str], *, source: Source, name: str) -> None:
    """Refuse a file that lacks a declared column.

    Raises:
        SourceRefused: With the columns needed beside those found.
    """
    missing = [column for column in source.columns if column not in found]
    if missing:
        raise SourceRefused(
            f"{name}: missing column(s) {', '.join(missing)}\n  found:    {', '.join(found)}",
            expected=f"{', '.join(source.columns)} (sources/{source.id}.toml)",
            try_next=f"check that this is a file of '{source.id}', or correct the columns in "
            f"sources/{source.id}.toml",
        )


def refuse_no_rows(name: str, source: Source) -> SourceRefused:
    """The refusal of a file that holds nothing."""
    return SourceRefused(
        f"{name}: no rows",
        expected=f"at least one row of '{source.id}'",
        try_next="ask for the delivery again: an empty file is no proof of a quiet day",
    )
