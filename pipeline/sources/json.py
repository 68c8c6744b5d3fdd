"""JSON: lines with an object each, one array of objects, or GeoJSON with points."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

import duckdb
from duckdb import (
    CaseExpression,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    FunctionExpression,
    LambdaExpression,
)

from pipeline.errors import BatchInconsistent, SourceRefused
from pipeline.sources.base import ReaderReject, Reading, refuse_no_rows, require_columns
from pipeline.sources.csv import REASON_CODES, forget_rejects, has_rejects
from pipeline.sources.declaration import Source
from pipeline.sources.expressions import call, first_known
from pipeline.sources.lines import blank_line_numbers, count_lines

LARGEST_OBJECT = 16 << 20  # bytes of one record
LARGEST_DOCUMENT = 512 << 20  # bytes of a GeoJSON file: it is one object, held in memory
ROWS_LOOKED_AT = 1_000  # for the names of columns
NO_DELIMITER = "\x1f"  # JSON allows no such character unescaped: a whole line is one field
ESCAPED, ESCAPE = r'(["\\])', r"\\\1"  # of keys within a path
NUMBERED, UNNUMBERED = "*, row_number() OVER () AS file_row", "*, NULL::BIGINT AS file_row"
NO_JSON, NO_OBJECT = "unreadable_line", "no_object"
LONGITUDE, LATITUDE = "longitude", "latitude"  # columns that GeoJSON points bring
ARRAY = "SELECT json FROM read_json_objects($path$, format = 'array', maximum_object_size = $size$)"
FEATURES = """
    SELECT unnest(json -> '$.features[*]') AS json
    FROM read_json_objects($path$, format = 'unstructured', maximum_object_size = $size$)
"""


class JsonReader:
    """Objects become rows, their keys columns; values are read as text.

    `a.b` names the key b of the object under a. In GeoJSON the columns are the properties, with
    `longitude` and `latitude` of a point.
    """

    def rows(self, file: Reading, *, numbered: bool = True) -> DuckDBPyRelation:
        """See `Reader.rows`."""
        try:
            elements = _elements(file)
            _require_keys(elements, source=file.source, name=file.name)
        except duckdb.Error as error:
            raise _unreadable(file.name, error) from error
        values = [_value(column, file.source).alias(column) for column in file.source.columns]
        objects = elements.filter(_problem(file.source).isnull())
        return objects.select(*values).project(NUMBERED if numbered else UNNUMBERED)

    def rejects(self, file: Reading) -> list[ReaderReject]:
        """Lines that are no JSON, no object or give a column twice, by row number."""
        long_lines = _long_lines(file)
        judged = _elements(file).select(_problem(file.source).alias("problem"))
        numbered = judged.project("row_number() OVER () AS number, problem")
        wrong = numbered.filter("problem IS NOT NULL").fetchall()
        found = [
            ReaderReject(_behind(int(number), long_lines), problem, "") for number, problem in wrong
        ]
        return sorted(found + long_lines, key=lambda reject: reject.row_number)

    def check_total(self, file: Reading, *, rows_read: int) -> None:
        """Hold the rows against the number of objects, counted alone."""
        if rows_read == 0:
            raise refuse_no_rows(file.name, file.source)
        if file.source.format == "json" and _first_mark(file) != "[":
            lines, blank = count_lines(file.path)
            expected = lines - blank
        else:
            expected = int(_elements(file).aggregate("count(*)").fetchall()[0][0])
        if expected != rows_read:
            raise BatchInconsistent(
                f"{file.name}: {rows_read} rows read",
                expected=f"{expected} rows, as there are objects in the file",
                try_next="ask for the delivery again; nothing was kept of it",
            )


def _elements(file: Reading) -> DuckDBPyRelation:
    """One row a record, in its only column `json`; NULL where a line is no JSON."""
    if file.source.format == "geojson":
        n_bytes = file.path.stat().st_size
        if n_bytes > LARGEST_DOCUMENT:
            raise SourceRefused(
                f"{file.name}: {n_bytes:,} bytes of GeoJSON in one document",
                expected=f"at most {LARGEST_DOCUMENT:,} bytes: a document is read as a whole",
                try_next="write it as JSON lines, or in several files",
            )
        return file.connection.sql(_bound(FEATURES, file.path, LARGEST_DOCUMENT))
    if _first_mark(file) == "[":
        return file.connection.sql(_bound(ARRAY, file.path, LARGEST_OBJECT))
    forget_rejects(file.connection)
    lines = file.connection.read_csv(
        str(file.path),
        header=False,
        auto_detect=False,
        columns={"line": "VARCHAR"},
        sep=NO_DELIMITER,
        quotechar="",
        escapechar="",
        store_rejects=True,
        rejects_limit=0,
    )
    lines = lines.filter("line <> ''")
    return lines.project("CASE WHEN json_valid(line) THEN line::JSON END AS json")


def _bound(statement: str, path: Path, size: int) -> str:
    """The statement with its two values: DuckDB takes none for a relation that is read later."""
    quoted = "'" + str(path).replace("'", "''") + "'"
    return statement.replace("$path$", quoted).replace("$size$", str(size))


def _first_mark(file: Reading) -> str:
    """The first character that is no space."""
    with file.path.open("rb") as text:
        start = text.read(1 << 16).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise refuse_no_rows(file.name, file.source)
    return start[:1].decode("ascii", errors="replace")


def _problem(source: Source) -> Expression:
    """Why an element is no record, NULL where it is one.

    Of a key that comes twice, one program takes the first value and another the last.
    """
    json = ColumnExpression("json")
    members = call("json_extract", json, "$.properties") if source.format == "geojson" else json
    names = {*source.columns, *(column.partition(".")[0] for column in source.columns)}
    is_ours = ColumnExpression("key").isin(*map(ConstantExpression, sorted(names)))
    keys = FunctionExpression(
        "list_filter", call("json_keys", members), LambdaExpression("key", is_ours)
    )
    return (
        CaseExpression(json.isnull(), ConstantExpression(NO_JSON))
        .when(
            call("json_type", json) != ConstantExpression("OBJECT"), ConstantExpression(NO_OBJECT)
        )
        .when(call("len", keys) > call("list_unique", keys), ConstantExpression(NO_JSON))
    )


def _require_keys(elements: DuckDBPyRelation, *, source: Source, name: str) -> None:
    """Refuse a file in which a declared key never comes; a record may lack one."""
    members = "json -> '$.properties'" if source.format == "geojson" else "json"
    if not elements.limit(1).fetchall():
        raise refuse_no_rows(name, source)
    first = elements.limit(ROWS_LOOKED_AT).project(f"unnest(json_keys({members})) AS key")
    found = [row[0] for row in first.distinct().order("key").fetchall()]
    if source.format == "geojson":
        found += [LONGITUDE, LATITUDE]
    unseen = [column for column in source.columns if column not in found]
    if unseen:
        counts = [_value(column, source).alias(column).count() for column in unseen]
        seen = elements.aggregate(counts).fetchall()[0]
        found += [column for column, n in zip(unseen, seen, strict=True) if n]
    require_columns(found, source=source, name=name)


def _value(column: str, source: Source) -> Expression:
    """The text under a key."""
    if source.format == "geojson" and column in (LONGITUDE, LATITUDE):
        position = int(column == LATITUDE)
        return _text_at(f"$.geometry.coordinates[{position}]")
    lead = "$.properties." if source.format == "geojson" else "$."
    plain = _text_at(lead + _quoted([column]))
    parts = column.split(".")
    return first_known(plain, _text_at(lead + _quoted(parts))) if len(parts) > 1 else plain


def _text_at(path: str) -> Expression:
    return FunctionExpression(
        "json_extract_string", ColumnExpression("json"), ConstantExpression(path)
    )


def _quoted(keys: Sequence[str]) -> str:
    return ".".join(f'"{re.sub(ESCAPED, ESCAPE, key)}"' for key in keys)


def _long_lines(file: Reading) -> list[ReaderReject]:
    """Lines that the text reader set aside before they could be looked at; blank ones are none."""
    if not has_rejects(file.connection):
        return []
    found = file.connection.execute(
        "SELECT DISTINCT line, error_type::VARCHAR FROM reject_errors ORDER BY line"
    ).fetchall()
    blank: list[int] = []
    if found and count_lines(file.path)[1]:
        blank = blank_line_numbers(file.path, delimiter=NO_DELIMITER, quote="")
    return [
        ReaderReject(
            int(line) - bisect_left(blank, line), REASON_CODES.get(kind, "unreadable_line"), ""
        )
        for line, kind in found
    ]


def _behind(number: int, before: Sequence[ReaderReject]) -> int:
    """A row's number once the rows set aside before it are counted too."""
    for reject in before:
        number += reject.row_number <= number
    return number


def _unreadable(name: str, error: Exception) -> SourceRefused:
    return SourceRefused(
        f"{name}: not readable as JSON ({str(error).splitlines()[0]})",
        expected="an object a line, an array of objects, or a GeoJSON FeatureCollection",
        try_next="open the file: is it the right one, and whole?",
    )
