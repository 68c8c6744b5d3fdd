"""Damaged files of every shape: refused, or each of their lines accounted for. Nothing else."""

import gzip
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from pipeline.city import City, read_city
from pipeline.errors import BatchInconsistent, SafetyIndexError, SourceRefused
from pipeline.ingest import Batch, ingest
from pipeline.store.warehouse import Warehouse, open_in_memory
from tests.conftest import RECEIVED_AT, write_city

QUOTE, COMMA, CR, LF = b'",\r\n'
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


# --- The reference: one byte after the other ----------------------------------------------------


class LinesLost(Exception):
    """A quote that is never closed as it should be swallows lines: the file must be refused."""


def slow_row_count(content: bytes) -> int:
    """Rows after the header, blank lines not counted.

    A field is quoted if it begins with a quote; a doubled quote stands for one; the closing quote
    must be followed by a delimiter or the end of the line. A row that breaks this rule within one
    line is one bad row; one that takes further lines with it hides rows.

    Raises:
        LinesLost: If a broken row goes over several lines.
    """
    content = content.removeprefix(BYTE_ORDER_MARK)
    place = content.find(b"\n") + 1 or len(content)
    rows = 0
    while place < len(content):
        end = _end_of_row(content, place)
        rows += bool(content[place:end].strip(b"\r\n"))
        place = end
    return rows


def _end_of_row(content: bytes, start: int) -> int:
    """Where the next row begins."""
    place = start
    while place < len(content):
        if content[place] == QUOTE:
            closing = _closing_quote(content, place)
            if closing is None or not _may_follow(content, closing + 1):
                broken = content[start:closing] if closing else content[start:].rstrip(b"\r\n")
                if b"\n" in broken:
                    raise LinesLost
                return content.find(b"\n", closing or start) + 1 or len(content)
            place = closing + 1
        while place < len(content) and content[place] not in (COMMA, LF):
            place += 1
        place += 1
        if content[place - 1 : place] == b"\n":
            return place
    return len(content)


def _closing_quote(content: bytes, opening: int) -> int | None:
    """Place of the quote that ends a quoted field."""
    place = opening + 1
    while (place := content.find(b'"', place)) >= 0:
        if content[place + 1 : place + 2] != b'"':
            return place
        place += 2
    return None


def _may_follow(content: bytes, place: int) -> bool:
    """Whether a quoted field may end here."""
    return content[place : place + 1] in (b"", b",", b"\n") or content[place:].startswith(b"\r\n")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b", 0),
        (b"a,b\n1,2", 1),
        (b"a,b\n\n1,2\n\r\n3,4\n", 2),
        (b'a,b\n"1\n""1",2\n"3",4\n', 2),
        (b'a,b\n1,"2"x\n3,4\n', 2),
        (b'a,b\n1,2"\n3,4\n', 2),
        (b'a,b\n1,2\n3,"4\n', 2),
        (b'a,b\n1,"2\n3,4\n', None),
        (b'a,b\n1,"2\n"x\n3,4\n', None),
    ],
)
def test_the_reference_counts_as_a_person_would(content: bytes, rows: int | None) -> None:
    """The slow count agrees with counts made by hand; None: lines would be lost."""
    if rows is None:
        with pytest.raises(LinesLost):
            slow_row_count(content)
    else:
        assert rows == slow_row_count(content)


# --- Valid files, and what may happen to them ---------------------------------------------------

CELLS = st.sampled_from(
    [b"ALDER", b"BIRCH", b"", b'"CEDAR"', b'"A,B"', b'"A""B"', b'"CE{end}DAR"', "桤木".encode()]
)
DAYS = st.sampled_from([b"2025-02-03 10:00", b"2025-03-01", b"soon", b"", b"2099-01-01"])


@st.composite
def valid_files(draw: st.DrawFn) -> bytes:
    """Up to a dozen rows with quoted cells, line breaks in cells and either line end."""
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    places = draw(st.lists(st.tuples(DAYS, CELLS), min_size=1, max_size=12))
    rows = [
        b"%d,%s,%s,ASSAULT" % (number, day, cell.replace(b"{end}", end))
        for number, (day, cell) in enumerate(places)
    ]
    mark = draw(st.sampled_from([b"", BYTE_ORDER_MARK]))
    return mark + end.join([b"id,when,town,kind", *rows]) + draw(st.sampled_from([end, b""]))


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """A valid file with one to three accidents."""
    content = draw(valid_files())
    for _ in range(draw(st.integers(1, 3))):
        content = draw(st.sampled_from(ACCIDENTS))(draw, content)
    return content


def _flip(draw: st.DrawFn, content: bytes) -> bytes:
    """One bit is turned."""
    if not content:
        return content
    place, bit = draw(st.integers(0, len(content) - 1)), draw(st.integers(0, 7))
    return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]


def _delete(draw: st.DrawFn, content: bytes) -> bytes:
    """Up to twenty bytes are lost."""
    place = draw(st.integers(0, len(content)))
    return content[:place] + content[place + draw(st.integers(1, 20)) :]


def _insert(draw: st.DrawFn, content: bytes) -> bytes:
    """A mark that means something to the format, or to nobody, comes in."""
    marks = [b'"', b",", b"\n", b"\r", b"\r\n", b'""', b"\n\n", b"\0", b"\xff", b"\\", b"#", b"'"]
    place = draw(st.integers(0, len(content)))
    return content[:place] + draw(st.sampled_from(marks)) + content[place:]


def _double_line(draw: st.DrawFn, content: bytes) -> bytes:
    """A line stands twice."""
    lines = content.splitlines(keepends=True) or [b""]
    place = draw(st.integers(0, len(lines) - 1))
    return b"".join([*lines[: place + 1], *lines[place:]])


def _cut_line(draw: st.DrawFn, content: bytes) -> bytes:
    """A line ends too early."""
    lines = content.split(b"\n")
    place = draw(st.integers(0, len(lines) - 1))
    lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
    return b"\n".join(lines)


def _cut_file(draw: st.DrawFn, content: bytes) -> bytes:
    """The file ends too early."""
    return content[: draw(st.integers(0, len(content)))]


ACCIDENTS = [_flip, _delete, _insert, _double_line, _cut_line, _cut_file]


# --- The rule -----------------------------------------------------------------------------------


@cache
def alder() -> City:
    """Alder County, whose folder is gone once it is read."""
    with tempfile.TemporaryDirectory() as folder:
        return read_city(write_city(Path(folder)))


def deliver(warehouse: Warehouse, content: bytes) -> Batch:
    """Ingest one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "calls.csv")
        path.write_bytes(content)
        return ingest(
            warehouse,
            [path],
            source=alder().sources[0],
            city=alder(),
            archive=Path(folder, "archive"),
            received_at=RECEIVED_AT,
        )


def assert_refused_or_accounted_for(content: bytes, *, as_delivered: bytes) -> None:
    """The rule of this module."""
    with open_in_memory() as warehouse:
        outcome = outcome_of(warehouse, as_delivered)
        note(f"{outcome}")
        if isinstance(outcome, SafetyIndexError):
            assert isinstance(outcome, SourceRefused | BatchInconsistent)
            assert outcome.seen.startswith("calls.csv: ")
            assert warehouse.rows("newest_batch") == [(0,)]
            return
        assert slow_row_count(content) == outcome.rows_read
        judged = outcome.rows_accepted + outcome.rows_duplicate + outcome.rows_rejected
        assert outcome.rows_read == judged
        set_aside = [
            row[2]
            for statement in ("rejected_rows", "duplicate_rows")
            for row in warehouse.rows(statement, as_of=1, most=1000)
        ]
        assert len(set_aside) == outcome.rows_rejected + outcome.rows_duplicate
        assert len(set(set_aside)) == len(set_aside)
        assert set(set_aside) <= set(range(1, outcome.rows_read + 1))


def outcome_of(warehouse: Warehouse, content: bytes) -> Batch | SafetyIndexError:
    """The batch or the refusal; any other exception is a failure of the test."""
    try:
        return deliver(warehouse, content)
    except SafetyIndexError as error:
        return error


HEAD = b"id,when,town,kind\n"


@settings(max_examples=220, deadline=None, derandomize=True, database=None)
@given(damaged_files())
@example(HEAD + b'1,2025-02-03,"CE\n1,2025-02-03,"CE\nDAR",ASSAULT\n')  # a line lost in a bad row
@example(HEAD[:-1] + b"\r1,2025-02-03,ALDER,ASSAULT\n\xff,\n")
@example(HEAD + b'1,2025-02-03,"BIRCH"\r,ASSAULT\n')
@example(HEAD + b"1,2025-02-03,ALDER,ASSAULT\n\n2,soon\n")
@example((HEAD + b'1,soon\n2,2025-02-03,"A\nB",ASSAULT\n').replace(b"\n", b"\r\n"))
def test_a_damaged_file_is_refused_or_each_line_accounted_for(content: bytes) -> None:
    """Rows read = accepted + duplicate + rejected = rows in the file, with numbers that exist."""
    assert_refused_or_accounted_for(content, as_delivered=content)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(valid_files(), st.data())
def test_a_damaged_gzip_file_is_refused_or_whole(content: bytes, data: st.DataObject) -> None:
    """Bytes lost or turned in a compressed file never give a part of it."""
    packed = gzip.compress(content, mtime=0)
    accident = data.draw(st.sampled_from([_flip, _delete, _cut_file, _insert]))
    delivered = accident(data.draw, packed)
    try:
        unpacked = gzip.decompress(delivered)
    except (OSError, EOFError, ValueError, gzip.zlib.error):  # type: ignore[attr-defined]
        unpacked = None
    if unpacked is not None:
        assert_refused_or_accounted_for(unpacked, as_delivered=delivered)
        return
    with open_in_memory() as warehouse, pytest.raises(SourceRefused):
        deliver(warehouse, delivered)
