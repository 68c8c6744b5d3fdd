"""Delimited text, plain or gzipped, read by DuckDB."""

import csv
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import duckdb
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    DuckDBPyConnection,
    DuckDBPyRelation,
    FunctionExpression,
)

from pipeline.errors import BatchInconsistent, SourceRefused
from pipeline.sources.base import ReaderReject, refuse_no_rows, require_columns
from pipeline.sources.declaration import Source

CHUNK_BYTES = 1 << 20
LONGEST_HEADER = 1 << 16
REASON_CODES = {
    "MISSING COLUMNS": "too_few_fields",
    "TOO MANY COLUMNS": "too_many_fields",
    "UNQUOTED VALUE": "unclosed_quote",
    "INVALID ENCODING": "bad_encoding",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}
REJECTS_QUERY = """
    SELECT line - 1, error_type::VARCHAR, error_message FROM reject_errors
    WHERE scan_id = (SELECT max(scan_id) FROM reject_errors)
    QUALIFY row_number() OVER (PARTITION BY line ORDER BY byte_position) = 1
    ORDER BY line
"""

NUMBERED, UNNUMBERED = "*, row_number() OVER () AS file_row", "*, NULL::BIGINT AS file_row"


class CsvReader:
    """Delimited text: every column is read as text, a line that does not fit is set aside."""

    def rows(
        self,
        connection: DuckDBPyConnection,
        path: Path,
        *,
        source: Source,
        name: str,
        numbered: bool = True,
    ) -> DuckDBPyRelation:
        """See `Reader.rows`."""
        header = _read_header(path, source=source, name=name)
        require_columns(header, source=source, name=name)
        _forget_rejects(connection)
        try:
            relation = connection.read_csv(
                str(path),
                header=True,
                auto_detect=False,
                columns=dict.fromkeys(header, "VARCHAR"),
                sep=source.delimiter,
                quotechar='"',
                escapechar='"',
                encoding=source.encoding,
                compression="gzip" if _is_gzipped(path) else "none",
                store_rejects=True,
                rejects_limit=0,
            )
        except duckdb.Error as error:
            raise _unreadable(name, error) from error
        return relation.project(NUMBERED if numbered else UNNUMBERED)

    def rejects(self, connection: DuckDBPyConnection) -> list[ReaderReject]:
        """Lines that the last reading set aside."""
        if not _has_rejects(connection):
            return []
        return [
            ReaderReject(
                int(row), REASON_CODES.get(kind, "unreadable_line"), message.splitlines()[0]
            )
            for row, kind, message in connection.execute(REJECTS_QUERY).fetchall()
        ]

    def check_total(
        self,
        connection: DuckDBPyConnection,
        path: Path,
        *,
        source: Source,
        name: str,
        rows_read: int,
    ) -> None:
        """Hold the rows against the lines: header + rows + line breaks inside fields + blank lines.

        A quote that is never closed swallows lines; this is where they are missed.
        """
        if rows_read == 0:
            raise refuse_no_rows(name, source)
        if source.encoding == "utf-16":
            return  # a line break is two bytes there; the reader's own count has to do
        lines, blank = _count_lines(path)
        surplus = lines - 1 - rows_read
        if surplus:
            surplus -= self._breaks_inside(connection, path, source=source, name=name)
        if not 0 <= surplus <= blank:
            raise BatchInconsistent(
                f"{name}: {lines} lines, but {rows_read} rows, with {surplus} line(s) unexplained",
                expected="each line to be the header, a row, a part of a quoted field or blank",
                try_next="look for a quotation mark that is never closed, or for mixed line ends",
            )

    def _breaks_inside(
        self, connection: DuckDBPyConnection, path: Path, *, source: Source, name: str
    ) -> int:
        """Line breaks within fields, of rows read and of rows set aside."""
        relation = self.rows(connection, path, source=source, name=name)
        fields = [ColumnExpression(column) for column in relation.columns if column != "file_row"]
        text = FunctionExpression("concat_ws", ConstantExpression(""), *fields)
        breaks = FunctionExpression(
            "len", FunctionExpression("string_split", text, ConstantExpression("\n"))
        )
        inside = (
            relation.select(breaks.alias("parts"))
            .aggregate("coalesce(sum(parts - 1), 0)")
            .fetchall()
        )
        swallowed: list[tuple[int | None]] = []
        if _has_rejects(connection):
            swallowed = connection.execute(
                "SELECT sum(len(string_split(rtrim(csv_line, chr(10) || chr(13)), chr(10))) - 1) "
                "FROM (SELECT DISTINCT line, csv_line FROM reject_errors)"
            ).fetchall()
        return int(inside[0][0]) + sum(int(row[0] or 0) for row in swallowed)


def _read_header(path: Path, *, source: Source, name: str) -> list[str]:
    """Column names of the first line."""
    with _open(path) as file:
        try:
            start = file.read(LONGEST_HEADER)
        except (OSError, EOFError) as error:
            raise _unreadable(name, error) from error
    if not start:
        raise SourceRefused(
            f"{name}: the file is empty (0 bytes)",
            expected=f"a header line and rows of '{source.id}'",
            try_next="check that the copy was finished, or ask for the delivery again",
        )
    try:
        text = io.StringIO(
            start.decode(
                source.encoding, errors="strict" if len(start) < LONGEST_HEADER else "replace"
            )
        )
        header = next(csv.reader([text.readline().lstrip("\ufeff")], delimiter=source.delimiter))
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        if not _first_line_decodes(start, source.encoding):
            raise _unreadable(name, error) from error
        line = start.split(b"\n", 1)[0].decode(source.encoding).lstrip("\ufeff").rstrip("\r")
        header = next(csv.reader([line], delimiter=source.delimiter))
    if "\x00" in "".join(header) or len(set(header)) < len(header):
        raise _unreadable(name, ValueError("the first line holds NUL bytes or a column name twice"))
    return header


def _first_line_decodes(start: bytes, encoding: str) -> bool:
    """Whether the header is text even where a later line is not."""
    try:
        start.split(b"\n", 1)[0].decode(encoding)
    except UnicodeDecodeError:
        return False
    return b"\n" in start


def _unreadable(name: str, error: Exception) -> SourceRefused:
    """The refusal of something that is no delimited text."""
    return SourceRefused(
        f"{name}: not readable as delimited text ({str(error).splitlines()[0]})",
        expected="text with a header line, in the declared encoding and delimiter",
        try_next="open the file: is it the right one, and does the source's declaration have its "
        "encoding and delimiter?",
    )


def _is_gzipped(path: Path) -> bool:
    """Look at the first bytes: archived files have no suffix."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _open(path: Path) -> BinaryIO:
    """Open the decompressed bytes."""
    return cast("BinaryIO", gzip.open(path, "rb") if _is_gzipped(path) else path.open("rb"))


def _chunks(path: Path) -> Iterator[bytes]:
    with _open(path) as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _count_lines(path: Path) -> tuple[int, int]:
    """Physical lines and, among them, blank ones."""
    breaks, blank, tail = (
        0,
        0,
        b"\n",
    )  # as if a line had ended before the file: a blank first line counts
    for chunk in _chunks(path):
        breaks += chunk.count(b"\n")
        joined = tail + chunk
        blank += len(re.findall(rb"\n(?=\r?\n)", joined)) - len(re.findall(rb"\n(?=\r?\n)", tail))
        tail = joined[-2:]
    return breaks + (not tail.endswith(b"\n")), blank


def _has_rejects(connection: DuckDBPyConnection) -> bool:
    query = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    return bool(connection.execute(query).fetchall()[0][0])


def _forget_rejects(connection: DuckDBPyConnection) -> None:
    """The reader adds to its tables of rejects on every scan; start afresh."""
    if _has_rejects(connection):
        connection.execute("DELETE FROM reject_errors")
        connection.execute("DELETE FROM reject_scans")
