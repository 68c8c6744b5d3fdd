"""How an unknown delimited text is put together: delimiter, quote, lines before the header."""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from pipeline.errors import SourceRefused

DELIMITERS = (",", "\t", ";", "|", "^", "~")
QUOTES = ('"', "'")
MOST_ROWS = 500
MOST_LINES_BEFORE = 100
LEAST_SHARE_OF_NAMES = 0.5  # a title padded with delimiters is no header


@dataclass(frozen=True)
class Dialect:
    """Delimiter, quote and where the column names stand."""

    delimiter: str
    quote: str
    skip_lines: int
    header: tuple[str, ...]


def find_dialect(text: str, *, name: str) -> Dialect:
    """Try delimiters and quotes; the pair wins that makes most rows equally and widely long.

    Raises:
        SourceRefused: If there is no line at all, or none that could name columns.
    """
    if not text.strip():
        raise SourceRefused(
            f"{name}: the file holds no text",
            expected="a line of column names and rows",
            try_next="check that the copy was finished, or ask for the file again",
        )
    quote = "'" if _is_quoted_singly(text) else '"'
    tried = [(delimiter, _rows(text, delimiter, quote)) for delimiter in DELIMITERS]
    # The first of equal ones: max keeps the order of DELIMITERS.
    delimiter, rows = max(tried, key=lambda pair: _regularity(pair[1]))
    skip_lines, header = find_header(rows, name)
    return Dialect(delimiter, quote, skip_lines, header)


def _is_quoted_singly(text: str) -> bool:
    """Whether fields begin and end with the single quotation mark."""
    counts = {
        quote: sum(text.count(f"{d}{quote}") + text.count(f"{quote}{d}") for d in DELIMITERS)
        for quote in QUOTES
    }
    return counts["'"] > max(4, 4 * counts['"'])


def _rows(text: str, delimiter: str, quote: str) -> list[tuple[int, list[str]]]:
    """The first rows, each with the number of lines before it; the last, perhaps cut, left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    rows: list[tuple[int, list[str]]] = []
    try:
        before = 0
        for row in islice(reader, MOST_ROWS + 1):
            rows.append((before, row))
            before = reader.line_num
    except csv.Error:  # an enormous field: what came before it has to do
        return rows
    return rows[:-1] if len(rows) > MOST_ROWS or (len(rows) > 2 and text[-1:] != "\n") else rows  # noqa: PLR2004 - a header and a row


def _usual_width(rows: list[tuple[int, list[str]]]) -> int:
    """The most frequent number of fields; the larger of equally frequent ones."""
    widths = Counter(len(row) for _, row in rows if row)
    return max(widths, key=lambda width: (widths[width], width), default=0)


def _regularity(rows: list[tuple[int, list[str]]]) -> tuple[float, int]:
    """Share of rows with the usual width, 0 where that is one field; then the width."""
    width = _usual_width(rows)
    if width <= 1:
        return 0.0, width
    filled = [row for _, row in rows if row]
    share = sum(len(row) == width for row in filled) / len(filled)
    return round(share, 1), width


def find_header(rows: list[tuple[int, list[str]]], name: str) -> tuple[int, tuple[str, ...]]:
    """Lines before the first row of the usual width in which most fields hold something, and it.

    Raises:
        SourceRefused: If there is none.
    """
    width = _usual_width(rows)
    for before, row in rows:
        named = sum(bool(field.strip()) for field in row)
        if len(row) == width and named > LEAST_SHARE_OF_NAMES * width:
            if before > MOST_LINES_BEFORE:
                break
            return before, tuple(row)
    raise SourceRefused(
        f"{name}: no line that names the columns (most rows have {width} field(s))",
        expected=f"a line of column names among the first {MOST_LINES_BEFORE}",
        try_next="add a first line with the names of the columns",
    )
