"""What kind of file this is, told from its content: the suffix is not looked at."""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipeline.errors import SourceRefused
from pipeline.sources.column_names import is_column_name, own_name
from pipeline.sources.declaration import Encoding, Format
from pipeline.sources.json import LATITUDE, LONGITUDE
from pipeline.sources.transcode import PYTHON_NAMES
from pipeline.survey.formats import candidate_formats
from pipeline.survey.layout.dialect import Dialect, find_dialect
from pipeline.survey.layout.encoding import UTF16_MARKS, FoundEncoding, find_encoding
from pipeline.survey.layout.sheets import largest_sheet

START_BYTES = 20 << 20
DIALECT_CHARACTERS = 1 << 20
OBJECTS_LOOKED_AT = 1_000
MOST_COLUMNS = 1_000
LONGEST_COLUMN_NAME = 200
WORKBOOK_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# What is often delivered under the suffix of another kind, and what to do about it.
FOREIGN_STARTS = {
    b"SQLite format 3": "a database file",
    b"%PDF": "a PDF document",
    b"Rar!": "a RAR archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"{\\rtf": "a word processor's document",
}
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
MARKUP = re.compile(r"\s*<(?:!doctype|html|table|\?xml|head|meta)", re.IGNORECASE)
SCRIPT = re.compile(r"\s*(?:(?:var|let|const)\s+)?[\w.]+\s*=\s*\[?\s*\{")
JSON_START = re.compile(r'\s*(?:\{\s*["}]|\[\s*[{\]])')
GEOJSON = re.compile(r'"type"\s*:\s*"Feature(?:Collection)?"')
UTF_8 = FoundEncoding("utf-8")


@dataclass(frozen=True)
class Shape:
    """How a file is put together, and the names of its columns."""

    format: Format
    columns: tuple[str, ...]
    encoding: FoundEncoding = UTF_8
    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()


def find_shape(path: Path, *, name: str) -> Shape:
    """Judge an unpacked file by its first bytes.

    Raises:
        SourceRefused: If it is empty, of no kind that is read, or has no usable column names.
    """
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if not start:
        raise _refused(name, "the file is empty (0 bytes)", "check that the copy was finished")
    if start.startswith(b"PAR1"):
        shape = Shape("parquet", _parquet_columns(path, name))
    elif start.startswith(WORKBOOK_STARTS):
        shape = _workbook_shape(path, name)
    else:
        shape = _text_shape(start, name)
    if shape.format in ("csv", "excel"):  # their reader names such columns by their place
        named = tuple(own_name(column, at) for at, column in enumerate(shape.columns, start=1))
        shape = replace(shape, columns=named)
    shape = replace(shape, columns=tuple(filter(is_column_name, shape.columns)))
    _refuse_odd_names(shape.columns, name)
    return shape


def _refused(name: str, seen: str, try_next: str) -> SourceRefused:
    return SourceRefused(
        f"{name}: {seen}",
        expected="records as CSV, JSON, GeoJSON, Parquet or a workbook (gzip, zstd and zip are "
        "unpacked)",
        try_next=try_next,
    )


def _refuse_odd_names(columns: tuple[str, ...], name: str) -> None:
    """Names of columns are printed and declared: they must be few, short and different."""
    longest = max(map(len, columns), default=0)
    different = {column.casefold() for column in columns}
    for wrong, what in (
        (not columns, "no column has a name"),
        (len(columns) > MOST_COLUMNS, f"{len(columns):,} columns"),
        (longest > LONGEST_COLUMN_NAME, f"a column name of {longest:,} characters"),
        (len(different) < len(columns), "a column name comes twice"),
        (any(map(_is_date, columns)), "the line of column names holds a date: it is a row of data"),
    ):
        if wrong:
            raise _refused(
                name, what, "look at the line with the column names: is it the right one?"
            )


def _is_date(name: str) -> bool:
    """Whether a name is a whole date; years and months are names of columns now and then."""
    forms = candidate_formats(name.strip(), is_named=False)
    return any("%d" in form and len(name) > len("20240131") for form in forms)


def _parquet_columns(path: Path, name: str) -> tuple[str, ...]:
    try:
        with duckdb.connect() as connection:
            return tuple(connection.read_parquet(str(path)).columns)
    except duckdb.Error as error:
        raise _refused(
            name, f"not readable as Parquet ({str(error).splitlines()[0]})", "ask for it again"
        ) from error


def _workbook_shape(path: Path, name: str) -> Shape:
    """The sheet with most rows, and the row that names its columns."""
    found = largest_sheet(path, name=name)
    return Shape(
        "excel",
        found.header,
        skip_lines=found.skip_rows,
        sheet=found.sheet if found.others else None,
        other_sheets=found.others,
    )


def _text_shape(start: bytes, name: str) -> Shape:
    """Delimited text or JSON."""
    foreign = next((what for magic, what in FOREIGN_STARTS.items() if start.startswith(magic)), "")
    if foreign:
        raise _refused(name, f"the file is {foreign}", "unpack or export the records from it")
    encoding = find_encoding(start)
    if encoding.encoding == "utf-16" and not start.startswith(UTF16_MARKS):
        raise _refused(
            name, "UTF-16 without a byte order mark", "save it again as UTF-8 or as Unicode text"
        )
    text = decoded(start, encoding.encoding)
    beginning = text[:DIALECT_CHARACTERS]
    if len(CONTROL.findall(beginning)) > len(beginning) // 100:
        raise _refused(name, "the file is binary, of no known kind", "is it the right file?")
    if MARKUP.match(beginning):
        raise _refused(
            name,
            "the file is a page of markup (many programs call such a page a spreadsheet)",
            "open it in a spreadsheet program and save it as .xlsx or CSV",
        )
    if SCRIPT.match(beginning):
        raise _refused(
            name,
            "the file is a script that gives records a name",
            "remove what stands before the first [ and after the last ]",
        )
    if JSON_START.match(beginning):
        return _json_shape(text, encoding, name)
    dialect: Dialect = find_dialect(beginning, name=name)
    return Shape(
        "csv", dialect.header, encoding, dialect.delimiter, dialect.quote, dialect.skip_lines
    )


def decoded(start: bytes, encoding: Encoding) -> str:
    """The beginning of a text; what is cut off or damaged is left out."""
    codec = {"utf-8": "utf-8", "utf-16": "utf-16"}.get(encoding) or PYTHON_NAMES[encoding]
    text = codecs.getincrementaldecoder(codec)(errors="replace").decode(start)
    return text.removeprefix("\ufeff")


def _json_shape(text: str, encoding: FoundEncoding, name: str) -> Shape:
    """Keys of the first objects, those of objects within joined with a dot."""
    is_geojson = GEOJSON.search(text[:4096]) is not None
    keys: dict[str, None] = {}
    for number, record in enumerate(_objects(text, is_geojson=is_geojson)):
        if number == OBJECTS_LOOKED_AT:
            break
        properties = record.get("properties") if is_geojson else record
        keys |= dict.fromkeys(_keys(properties or {}))
    if is_geojson and keys:
        keys |= {LONGITUDE: None, LATITUDE: None}
    if not keys:
        raise _refused(
            name,
            "JSON without a record near its beginning",
            "write it as an object a line, or as one array of objects",
        )
    return Shape("geojson" if is_geojson else "json", tuple(keys), encoding)


def _objects(text: str, *, is_geojson: bool) -> Iterator[dict[str, Any]]:
    """The objects one after the other, until the text ends or one is broken."""
    decoder = json.JSONDecoder()
    features = re.search(r'"features"\s*:\s*\[', text) if is_geojson else None
    at = features.end() if features else 0
    while (start := re.compile(r"[\s,\[]*(?=\{)").match(text, at)) is not None:
        try:
            found, at = decoder.raw_decode(text, start.end())
        except (json.JSONDecodeError, RecursionError):
            return
        yield found


def _keys(record: dict[str, Any], lead: str = "") -> Iterator[str]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{lead}{key}.")
        elif not isinstance(value, list):
            yield lead + key
