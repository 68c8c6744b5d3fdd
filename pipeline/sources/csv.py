"""Delimited text in UTF-8, read by DuckDB."""

import csv
import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

import duckdb
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    DuckDBPyConnection,
    DuckDBPyRelation,
    FunctionExpression,
)

from pipeline.errors import BatchInconsistent, SourceRefused
from pipeline.sources.base import ReaderReject, Reading, refuse_no_rows, require_columns
from pipeline.sources.column_names import ROW_NUMBER, own_name
from pipeline.sources.declaration import Source
from pipeline.sources.lines import blank_line_numbers, count_lines, n_blank_lines

MOST_REJECTS = 1_000_000  # in one part of a file
LONGEST_HEADER = 1 << 16
LINE_END = re.compile("\r\n|\n|\r")  # form feeds and their like end no line here
NO_TEXT = "INVALID ENCODING"
REASON_CODES = {
    "MISSING COLUMNS": "too_few_fields",
    "TOO MANY COLUMNS": "too_many_fields",
    "UNQUOTED VALUE": "unclosed_quote",
    NO_TEXT: "bad_encoding",
    "LINE SIZE OVER MAXIMUM": "line_too_long",
}
REJECTS = """
    SELECT line, error_type::VARCHAR, error_message FROM reject_errors
    QUALIFY row_number() OVER (PARTITION BY line ORDER BY byte_position) = 1
    ORDER BY line
"""
# The reader puts line breaks that lie before a line in front of its text. Breaks behind an unclosed
# quote are not counted: those lines were rows, and must be missed.
BREAKS_IN_REJECTS = """
    SELECT coalesce(sum(len(string_split(trim(csv_line, chr(10) || chr(13)), chr(10))) - 1), 0)
    FROM (
        SELECT line, any_value(csv_line) AS csv_line
        FROM reject_errors
        GROUP BY line
        HAVING count(*) FILTER (WHERE error_type = 'UNQUOTED VALUE') = 0
    )
"""
NUMBERED, UNNUMBERED = "*, row_number() OVER () AS file_row", "*, NULL::BIGINT AS file_row"


@dataclass(frozen=True)
class Layout:
    """How text is cut into fields."""

    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0


class CsvReader:
    """Delimited text: every column is read as text, a line that does not fit is set aside."""

    def __init__(self, layout: Layout | None = None) -> None:
        """Read all files in one layout, or each as its source declares."""
        self.layout = layout

    def _layout(self, source: Source) -> Layout:
        return self.layout or Layout(source.delimiter, source.quote, source.skip_lines)

    def rows(self, file: Reading, *, numbered: bool = True) -> DuckDBPyRelation:
        """See `Reader.rows`."""
        layout = self._layout(file.source)
        header = _read_header(file, layout)
        require_columns(header, source=file.source, name=file.name)
        forget_rejects(file.connection)
        try:
            relation = file.connection.read_csv(
                str(file.path),
                header=True,
                auto_detect=False,
                columns=dict.fromkeys(header, "VARCHAR"),
                sep=layout.delimiter,
                quotechar=layout.quote,
                escapechar=layout.quote,
                skiprows=layout.skip_lines,
                compression="none",
                store_rejects=True,
                rejects_limit=0,
            )
        except duckdb.Error as error:
            raise _unreadable(file.name, error) from error
        return relation.project(NUMBERED if numbered else UNNUMBERED)

    def rejects(self, file: Reading) -> list[ReaderReject]:
        """Lines that the last reading set aside, by row number: blank lines are no rows."""
        if not has_rejects(file.connection):
            return []
        _refuse_too_many(file)
        found = file.connection.execute(REJECTS).fetchall()
        layout, blank = self._layout(file.source), []
        if found and count_lines(file.path)[1]:
            blank = blank_line_numbers(file.path, delimiter=layout.delimiter, quote=layout.quote)
            blank = [number for number in blank if number > layout.skip_lines]
        return [
            ReaderReject(
                int(line) - 1 - layout.skip_lines - bisect_left(blank, line),
                REASON_CODES.get(kind, "unreadable_line"),
                f"no {file.source.encoding}" if kind == NO_TEXT else message.splitlines()[0],
            )
            for line, kind, message in found
        ]

    def check_total(self, file: Reading, *, rows_read: int) -> None:
        """Hold the rows against the lines: header + rows + breaks inside fields + blank lines.

        A quote that is never closed swallows lines; this is where they are missed.
        """
        lines, blank = count_lines(file.path)
        n_skipped = self._layout(file.source).skip_lines
        blank -= n_blank_lines(file.path, n_skipped)
        surplus = lines - 1 - n_skipped - rows_read
        if rows_read == 0 and surplus <= blank:
            raise refuse_no_rows(file.name, file.source)
        if surplus:
            surplus -= self._breaks_inside(file)
        if not 0 <= surplus <= blank:
            raise BatchInconsistent(
                f"{file.name}: {lines} lines, but {rows_read} rows, with {surplus} line(s) "
                "unexplained",
                expected="each line to be the header, a row, a part of a quoted field or blank",
                try_next="look for a quotation mark that is never closed, or for mixed line ends",
            )

    def _breaks_inside(self, file: Reading) -> int:
        """Line breaks within fields, of rows read and of rows set aside."""
        relation = self.rows(file)
        fields = [ColumnExpression(column) for column in relation.columns if column != ROW_NUMBER]
        text = FunctionExpression("concat_ws", ConstantExpression(""), *fields)
        parts = FunctionExpression(
            "len", FunctionExpression("string_split", text, ConstantExpression("\n"))
        )
        total = relation.select(parts.alias("parts")).aggregate("coalesce(sum(parts - 1), 0)")
        inside = int(total.fetchall()[0][0])
        if has_rejects(file.connection):
            inside += int(file.connection.execute(BREAKS_IN_REJECTS).fetchall()[0][0])
        return inside


def _read_header(file: Reading, layout: Layout) -> list[str]:
    """Column names of the first line."""
    with file.path.open("rb") as text:
        start = text.read(LONGEST_HEADER)
    if not start:
        raise SourceRefused(
            f"{file.name}: the file is empty (0 bytes)",
            expected=f"a header line and rows of '{file.source.id}'",
            try_next="check that the copy was finished, or ask for the delivery again",
        )
    try:
        # Bytes that are no text, further down or cut by the limit, are the reader's to judge.
        lines = LINE_END.split(start.decode(errors="replace").lstrip("\ufeff"))
        first = (lines[layout.skip_lines :] or [""])[0]
        header = next(csv.reader([first], **_dialect(layout)))
    except (csv.Error, StopIteration) as error:
        raise _unreadable(file.name, error) from error
    named = [column for column in header if column]
    for wrong, what in (
        ("\ufffd" in first, f"the first line is not {file.source.encoding}"),
        ("\x00" in first, "NUL bytes in the first line"),
        (
            bool(layout.quote) and first.count(layout.quote) % 2,
            f"an unclosed quotation mark in the first line, at {header[-1:]}",
        ),
        (len(set(named)) < len(named), "a column name stands twice in the first line"),
    ):
        if wrong:
            raise _unreadable(file.name, ValueError(what))
    return [own_name(column, at) for at, column in enumerate(header, start=1)]


def _dialect(layout: Layout) -> dict[str, Any]:
    """Delimiter and quote for Python's reader."""
    if not layout.quote:
        return {"delimiter": layout.delimiter, "quoting": csv.QUOTE_NONE}
    return {"delimiter": layout.delimiter, "quotechar": layout.quote}


def _unreadable(name: str, error: Exception) -> SourceRefused:
    """The refusal of something that is no delimited text."""
    return SourceRefused(
        f"{name}: not readable as delimited text ({str(error).splitlines()[0]})",
        expected="text with a header line, in the declared encoding and delimiter",
        try_next="open the file: is it the right one, and does the source's declaration have its "
        "encoding and delimiter?",
    )


def _refuse_too_many(file: Reading) -> None:
    """So many lines are not listed one by one: memory would grow with them."""
    count = "SELECT count(DISTINCT line) FROM reject_errors"
    n_rejected = int(file.connection.execute(count).fetchall()[0][0])
    if n_rejected > MOST_REJECTS:
        raise SourceRefused(
            f"{file.name}: {n_rejected:,} lines cannot be taken apart",
            expected=f"at most {MOST_REJECTS:,}, which are listed one by one",
            try_next="compare a line of it with delimiter, quote and encoding in "
            f"sources/{file.source.id}.toml",
        )


def has_rejects(connection: DuckDBPyConnection) -> bool:
    """Whether the reader has set lines aside on this connection."""
    query = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    return bool(connection.execute(query).fetchall()[0][0])


def forget_rejects(connection: DuckDBPyConnection) -> None:
    """The reader adds to its tables of rejects on every scan; start afresh."""
    if has_rejects(connection):
        connection.execute("DELETE FROM reject_errors")
        connection.execute("DELETE FROM reject_scans")
