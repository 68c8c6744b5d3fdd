"""Bad files made by hand, and a city that declares how it reads them."""

import io
import json
import re
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.city import read_city
from pipeline.errors import BatchInconsistent, SafetyIndexError, SourceRefused
from pipeline.ingest import Batch
from pipeline.store.warehouse import open_in_memory
from tests.conftest import County, write_city

SOURCE_TOML = """
id = "calls"
name = {{ en = "calls", zh = "报警" }}
files = ["calls*"]
delivery = "append"
first_day = 2025-01-01
last_day = "complete"
{file}
[occurred]
column = "when"
precision = "second"
{occurred}
[category]
column = "kind"
[place]
{place}
[identity]
columns = ["id"]
repeats = "duplicate"
{more}
"""
PLAIN = 'formats = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]\nzone = "city"'
SQUARES = {  # three towns side by side, a degree wide
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"town_id": f"00{n}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[n, 0], [n + 1, 0], [n + 1, 1], [n, 1], [n, 0]]],
            },
        }
        for n in (1, 2, 3)
    ],
}
TABLES = ("core_batch", "raw_file", "raw_rejected_row", "raw_duplicate_row")
TABLES += ("core_incident_version", "core_count_change")
GOOD_ROW = ("2025-02-03 10:00", "ALDER", "ASSAULT")


@dataclass(frozen=True)
class Declared:
    """What differs in a declaration."""

    file: str = 'format = "csv"'
    occurred: str = PLAIN
    place: str = 'column = "town"'
    more: str = ""


@dataclass(frozen=True)
class Refused:
    """A file that is refused whole, and words of the reason."""

    content: bytes
    words: str
    declared: Declared = Declared()


@dataclass(frozen=True)
class Judged:
    """A file whose rows are judged: how many there are, and which are set aside."""

    content: bytes
    rows: int
    rejected: list[tuple[int, str]] = field(default_factory=list)
    duplicates: int = 0
    declared: Declared = Declared()
    places: dict[str | None, int] | None = None  # of accepted rows, where that is the point


@contextmanager
def alder(folder: Path, declared: Declared) -> Iterator[County]:
    """Alder County, with an open warehouse."""
    write_city(folder)
    text = SOURCE_TOML.format(**vars(declared))
    (folder / "sources" / "calls.toml").write_text(text, encoding="utf-8")
    (folder / "boundaries.geojson").write_text(json.dumps(SQUARES), encoding="utf-8")
    with open_in_memory() as warehouse:
        yield County(read_city(folder), warehouse, folder)


def assert_refused(county: County, deliver: Callable[[], object], words: str) -> None:
    """The error names the file and the cause, says what to try, and leaves nothing behind."""
    with pytest.raises(SafetyIndexError) as refusal:
        deliver()
    error = refusal.value
    assert isinstance(error, SourceRefused | BatchInconsistent)
    assert words in str(error), str(error)
    assert all((error.seen.strip(), error.expected.strip(), error.try_next.strip()))
    assert dict.fromkeys(TABLES, 0) == kept(county)
    assert [] == working_copies(county)


def assert_judged(county: County, case: Judged) -> None:
    """Each row has one verdict under its own number, and no working copy is left."""
    batch = county.deliver(case.content)
    assert case.rejected == county.reasons()
    assert_adds_up(batch, rows=case.rows, rejected=len(case.rejected), duplicates=case.duplicates)
    if case.places is not None:
        assert case.places == places(county)
    assert [] == working_copies(county)


def assert_adds_up(batch: Batch, *, rows: int, rejected: int = 0, duplicates: int = 0) -> None:
    """Rows read = accepted + duplicate + rejected."""
    expected = (rows, rows - rejected - duplicates, duplicates, rejected)
    found = (batch.rows_read, batch.rows_accepted, batch.rows_duplicate, batch.rows_rejected)
    assert expected == found


def kept(county: County) -> dict[str, int]:
    """Rows of each table that keeps something of a delivery."""
    query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in TABLES)
    return dict(county.warehouse.connection.execute(query).fetchall())


def working_copies(county: County) -> list[Path]:
    """What was left behind after reading."""
    archive = county.folder / "archive"
    return [*(archive / ".work").glob("*"), *archive.glob(".partial")]


def places(county: County) -> dict[str | None, int]:
    """Accepted incidents by the words for their place."""
    query = "SELECT place_value, sum(change)::INT FROM core_count_change GROUP BY 1"
    return dict(county.warehouse.connection.execute(query).fetchall())


def lines(*rows: str, head: str = "id,when,town,kind", end: str = "\n") -> str:
    """A header and lines, the last one ended."""
    return end.join((head, *rows)) + end


def good(first: int = 1, last: int = 5) -> list[str]:
    """Good lines, numbered."""
    return [",".join((str(n), *GOOD_ROW)) for n in range(first, last + 1)]


# --- Archives -----------------------------------------------------------------------------------


def zipped(*members: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name, content in members:
            member = zipfile.ZipInfo(name, date_time=(2025, 1, 1, 0, 0, 0))
            archive.writestr(member, content, compress_type=packing)
    return target.getvalue()


def with_byte(content: bytes, place: int, value: int) -> bytes:
    """One byte replaced; a negative place counts from the end."""
    changed = bytearray(content)
    changed[place] = value
    return bytes(changed)


def encrypted(archive: bytes) -> bytes:
    """The archive with the marks of a password on its only member."""
    central = archive.index(b"PK\1\2")
    return with_byte(with_byte(archive, 6, archive[6] | 1), central + 8, archive[central + 8] | 1)


# --- Workbooks ----------------------------------------------------------------------------------

HEAD = ("id", "when", "town", "kind")
AT_TEN = datetime(2025, 2, 3, 10)  # noqa: DTZ001 - local wall time
AS_WRITTEN = Declared(
    file='format = "excel"', occurred='formats = ["%Y-%m-%d %H:%M:%S"]\nzone = "city"'
)


def row(number: object, town: object = "ALDER", when: object = AT_TEN) -> list[object]:
    """A row of a sheet."""
    return [number, when, town, "ASSAULT"]


def workbook(
    *rows: Sequence[object], change: Callable[[Any, Any], None] = lambda _book, _sheet: None
) -> bytes:
    """A workbook with one sheet, changed at will."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in rows:
        sheet.append(list(cells))
    change(book, sheet)
    target = io.BytesIO()
    book.save(target)
    # The same bytes for the same rows: the program writes down when it saved.
    saved_at = re.compile(rb"\d{4}-\d\d-\d\dT[\d:]+Z")
    fixed = {"docProps/core.xml": lambda text: saved_at.sub(b"2025-01-01T00:00:00Z", text)}
    return repacked(target.getvalue(), fixed)


def repacked(archive: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """A zip archive with some members changed, or added where there is none of the name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        members = {name: old.read(name) for name in old.namelist()}
    for name, change in changes.items():
        members[name] = change(members.get(name, b""))
    return zipped(*members.items())


def compound_file(**streams: bytes) -> bytes:
    """A compound file, the envelope of old and of protected workbooks, with up to three streams."""
    sector, end, unused = 512, 0xFFFFFFFE, 0xFFFFFFFF
    table, content, entries, first = [0xFFFFFFFD, end], b"", [], 2
    for name, data in streams.items():
        padded = data.ljust(4096, b"\0")  # shorter ones would lie elsewhere
        padded += b"\0" * (-len(padded) % sector)
        n = len(padded) // sector
        table += [*range(first + 1, first + n), end]
        entries.append((name, 2, first, len(padded)))
        content, first = content + padded, first + n
    folder = b""
    for n, (name, kind, start, size) in enumerate([("Root Entry", 5, end, 0), *entries]):
        text = (name + "\0").encode("utf-16-le")
        following = n + 1 if 0 < n < len(entries) else unused
        folder += text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
        folder += struct.pack("<III", unused, following, unused if n else 1) + b"\0" * 36
        folder += struct.pack("<IQ", start, size)
    table += [unused] * (sector // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<5H6x9I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", unused) * 108
    return header + struct.pack("<128I", *table) + folder.ljust(sector, b"\0") + content


def old_workbook(*rows: Sequence[str | float], protected: bool = False) -> bytes:
    """A workbook of Excel 97 with one sheet of ASCII texts and numbers."""

    def record(kind: int, data: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def beginning(what: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, what, 0, 1997, 0, 6))

    sheet = beginning(0x10)
    for r, cells in enumerate(rows):
        for c, cell in enumerate(cells):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 0) + cell.encode("ascii")
                sheet += record(0x0204, place + text)
            else:
                sheet += record(0x0203, place + struct.pack("<d", cell))
    lock = record(0x002F, struct.pack("<HHH", 1, 1, 1)) if protected else b""
    name = b"\x05\x00Calls"
    start = len(beginning(5)) + len(lock) + 4 + 6 + len(name) + 4
    book = beginning(5) + lock + record(0x0085, struct.pack("<IBB", start, 0, 0) + name)
    return compound_file(Workbook=book + record(0x000A) + sheet + record(0x000A))
