"""Valid files of every format, damaged: refused, or each row accounted for. Nothing else."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import zstandard
from hypothesis import given, note, settings
from hypothesis import strategies as st

from pipeline.errors import BatchInconsistent, SafetyIndexError, SourceRefused
from pipeline.sources import slices, transcode
from pipeline.sources.transcode import converted, converted_slowly, whole_lines
from tests.conftest import County
from tests.spec.hostile_files import (
    HEAD,
    Declared,
    alder,
    kept,
    repacked,
    workbook,
    working_copies,
    zipped,
)

# --- The transcoder against its slow oracle -----------------------------------------------------

# Characters to which revisions of the standard give other codes: radicals, vertical punctuation, ḿ.
REVISED = [chr(code) for code in (0x1E3F, *range(0x9FB4, 0x9FBC), *range(0xFE10, 0xFE1A))]
REVISED += [chr(code) for code in (0x20087, 0x20089, 0x200CC, 0x215D7, 0x2298F, 0x241FE)]
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Co"], exclude_characters=REVISED)
    | st.sampled_from("桤木镇𠮷㐀€ü,\n\r\"'0a"),
    max_size=60,
)


def fast_and_slow(content: bytes) -> tuple[bytes, bytes]:
    """The text in UTF-8, by the C library and by Python."""
    fast = b"".join(map(bytes, converted(whole_lines(io.BytesIO(content)), codec="gb18030")))
    return fast, b"".join(converted_slowly(io.BytesIO(content), codec="gb18030"))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(text=TEXT, chunk_bytes=st.sampled_from([1, 3, 7, 4 << 20]))
def test_text_is_rewritten_as_it_is(text: str, chunk_bytes: int) -> None:
    """Text without damage comes out unchanged, wherever the chunks end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transcode, "CHUNK_BYTES", chunk_bytes)
        fast, slow = fast_and_slow(text.encode("gb18030"))
    assert text.encode() == fast
    assert text.encode() == slow


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_damage_stays_in_its_line(data: st.DataObject) -> None:
    """Of a damaged text both ways mark the same lines, and agree about all the others."""
    content = damage(data.draw, data.draw(TEXT).encode("gb18030"))
    fast, slow = (part.removesuffix(b"\n").split(b"\n") for part in fast_and_slow(content))
    marked = {number for number, line in enumerate(slow) if b"\xff" in line}
    assert marked == {number for number, line in enumerate(fast) if b"\xff" in line}
    whole = [line for number, line in enumerate(slow) if number not in marked]
    found = [line for number, line in enumerate(fast) if number not in marked]
    disputed = [mark.encode() for mark in REVISED] + [
        b"\xee\x9e",
        b"\xee\x9f",
        b"\xee\xa0",
        b"\xee\xa1",
    ]
    if not any(mark in line for line in whole + found for mark in disputed):
        assert whole == found


# --- Damage -------------------------------------------------------------------------------------


def damage(draw: st.DrawFn, content: bytes) -> bytes:
    """One to three accidents."""
    for _ in range(draw(st.integers(1, 3))):
        content = draw(st.sampled_from(ACCIDENTS))(draw, content)
    return content


def _place(draw: st.DrawFn, content: bytes) -> int:
    return draw(st.integers(0, max(0, len(content) - 1)))


def _flip(draw: st.DrawFn, content: bytes) -> bytes:
    """A byte becomes another."""
    place = _place(draw, content)
    return content[:place] + bytes([draw(st.integers(0, 255))]) + content[place + 1 :]


def _cut(draw: st.DrawFn, content: bytes) -> bytes:
    """The file ends too early."""
    return content[: _place(draw, content)]


def _lose(draw: st.DrawFn, content: bytes) -> bytes:
    """Some bytes are lost."""
    place = _place(draw, content)
    return content[:place] + content[place + draw(st.integers(1, 20)) :]


def _insert(draw: st.DrawFn, content: bytes) -> bytes:
    """Some bytes come in, which mean something to a format or to nobody."""
    marks = [
        b'"',
        b",",
        b"\n",
        b"\r\n",
        b"\0",
        b"\xff",
        b"\x81",
        b"{",
        b"}",
        b"[",
        b"]",
        b"\\",
        b"\x1f",
    ]
    place = _place(draw, content)
    return content[:place] + draw(st.sampled_from(marks)) + content[place:]


def _swap_lines(draw: st.DrawFn, content: bytes) -> bytes:
    """Two lines change their places."""
    rows = content.split(b"\n")
    a, b = (draw(st.integers(0, len(rows) - 1)) for _ in range(2))
    rows[a], rows[b] = rows[b], rows[a]
    return b"\n".join(rows)


ACCIDENTS = [_flip, _cut, _lose, _insert, _swap_lines]

# --- Valid files --------------------------------------------------------------------------------

Rows = list[tuple[str, ...]]
TOWNS = ("ALDER", "桤木", "許功蓋", "CEDAR GROVE", "")


@st.composite
def records(draw: st.DrawFn) -> Rows:
    """Some rows, of which some have a time that cannot be read."""
    times = st.sampled_from(["2025-02-03 10:00", "2025-03-01", "soon", ""])
    drawn = draw(st.lists(st.tuples(times, st.sampled_from(TOWNS)), min_size=1, max_size=10))
    return [(f"r{n}", when, town, "ASSAULT") for n, (when, town) in enumerate(drawn)]


def reasons(rows: Rows) -> list[tuple[int, str]]:
    """Row number and reason of those without a readable time."""
    words = {"soon": "unreadable_time", "": "missing_time"}
    return [(n, words[row[1]]) for n, row in enumerate(rows, start=1) if row[1] in words]


def delimited(rows: Rows) -> str:
    """Lines without quotes, so that what a line is does not depend on the lines above it."""
    return "".join(",".join(cells) + "\n" for cells in (HEAD, *rows))


def objects(rows: Rows) -> list[dict[str, str]]:
    """Records of JSON."""
    return [dict(zip(HEAD, row, strict=True)) for row in rows]


def json_lines(rows: Rows) -> str:
    """A record a line."""
    return "".join(json.dumps(part, ensure_ascii=False) + "\n" for part in objects(rows))


def parquet(rows: Rows) -> bytes:
    """The rows as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder, "made.parquet")
        connection.from_df(pd.DataFrame(rows, columns=list(HEAD))).write_parquet(str(path))
        return path.read_bytes()


def sheet(rows: Rows) -> bytes:
    """The rows as a workbook of texts."""
    return workbook(HEAD, *rows)


SHEET = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True)
class Format:
    """How rows become a file, how that is declared, and how many rows a damaged text has."""

    write: Callable[[Rows], bytes]
    declared: Declared
    n_rows: Callable[[bytes], int] | None = None
    hurt: Callable[[st.DrawFn, bytes], bytes] = damage


def encoded(codec: str, name: str) -> Format:
    """Delimited text in an encoding."""

    def write(rows: Rows) -> bytes:
        return delimited(rows).encode(codec, errors="replace")

    def n_rows(content: bytes) -> int:
        chunks = converted_slowly(io.BytesIO(content), codec=codec.removesuffix("-sig"))
        return n_lines(b"".join(chunks)) - 1

    declared = Declared(file=f'format = "csv"\nencoding = "{name}"')
    return Format(write, declared, None if codec == "utf-16" else n_rows)


def n_lines(content: bytes) -> int:
    """Lines that are not blank."""
    return sum(bool(line.removesuffix(b"\r")) for line in content.split(b"\n"))


def hurt_sheet(draw: st.DrawFn, content: bytes) -> bytes:
    """Damage within the workbook's archive, whose sizes and checksums are right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = draw(st.sampled_from([SHEET, "xl/workbook.xml", "[Content_Types].xml"]))
        return repacked(content, {part: lambda _xml: damage(draw, archive.read(part))})


FORMATS = {
    "CSV in GB18030": encoded("gb18030", "gb18030"),
    "CSV in CP950": encoded("cp950", "cp950"),
    "CSV in Windows-1252": encoded("cp1252", "windows-1252"),
    "CSV in UTF-16": encoded("utf-16", "utf-16"),
    "JSON lines": Format(
        lambda rows: json_lines(rows).encode(), Declared(file='format = "json"'), n_lines
    ),
    "JSON lines in GB18030": Format(
        lambda rows: json_lines(rows).encode("gb18030"),
        Declared(file='format = "json"\nencoding = "gb18030"'),
    ),
    "a JSON array": Format(
        lambda rows: json.dumps(objects(rows), ensure_ascii=False).encode(),
        Declared(file='format = "json"'),
    ),
    "GeoJSON": Format(
        lambda rows: json.dumps(
            {"features": [{"properties": part, "geometry": None} for part in objects(rows)]}
        ).encode(),
        Declared(file='format = "geojson"', place='longitude = "longitude"\nlatitude = "latitude"'),
    ),
    "Parquet": Format(parquet, Declared(file='format = "parquet"')),
    "a workbook": Format(sheet, Declared(file='format = "excel"')),
    "a sheet of a workbook": Format(sheet, Declared(file='format = "excel"'), hurt=hurt_sheet),
    "zip": Format(lambda rows: zipped(("a.csv", delimited(rows).encode())), Declared()),
    "zstd": Format(
        lambda rows: zstandard.ZstdCompressor(write_checksum=True).compress(
            delimited(rows).encode()
        ),
        Declared(),
    ),
}
BY_LINES = ("CSV in GB18030", "CSV in CP950", "CSV in Windows-1252", "JSON lines")


@cache
def home() -> tempfile.TemporaryDirectory[str]:
    """A folder for all examples."""
    return tempfile.TemporaryDirectory()


def assert_accounted_for(county: County, content: bytes, n_rows: int | None) -> bool:
    """Refused by a named error without a trace, or taken with a verdict for each row."""
    try:
        batch = county.deliver(content)
    except SafetyIndexError as error:
        note(str(error))
        refusal: SafetyIndexError | None = error
    else:
        refusal = None
    assert [] == working_copies(county)
    if refusal is not None:
        assert isinstance(refusal, SourceRefused | BatchInconsistent)
        assert {0} == set(kept(county).values())
        return False
    judged = batch.rows_accepted + batch.rows_duplicate + batch.rows_rejected
    assert batch.rows_read == judged
    rejected = [number for number, _ in county.reasons()]
    assert len(rejected) == batch.rows_rejected == len(set(rejected))
    assert set(rejected) <= set(range(1, batch.rows_read + 1))
    assert n_rows in (None, batch.rows_read)
    return True


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_damaged_file_is_refused_or_accounted_for(name: str, data: st.DataObject) -> None:
    """Rows read = accepted + duplicate + rejected = rows in the file, with numbers that exist."""
    form = FORMATS[name]
    rows = data.draw(records())
    content = form.hurt(data.draw, form.write(rows))
    note(repr(content))
    n_rows = form.n_rows(content) if form.n_rows else None
    with (
        tempfile.TemporaryDirectory(dir=home().name) as folder,
        alder(Path(folder, "alder"), form.declared) as county,
    ):
        assert_accounted_for(county, content, n_rows)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=8, deadline=None, derandomize=True, database=None)
@given(rows=records())
def test_a_whole_file_is_judged_row_by_row(name: str, rows: Rows) -> None:
    """A file without damage: each row is judged as by hand, in every format and encoding."""
    form = FORMATS[name]
    with (
        tempfile.TemporaryDirectory(dir=home().name) as folder,
        alder(Path(folder, "alder"), form.declared) as county,
    ):
        assert assert_accounted_for(county, form.write(rows), len(rows))
        assert reasons(rows) == county.reasons()


@pytest.mark.parametrize("name", BY_LINES)
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_rows_before_the_damage_are_judged_as_without_it(name: str, data: st.DataObject) -> None:
    """In a format of lines, damage in one line does not change the verdict on the lines above."""
    form = FORMATS[name]
    rows = data.draw(records())
    lines = form.write(rows).split(b"\n")
    at = data.draw(st.integers(1, len(lines) - 1))
    content = b"\n".join([*lines[:at], damage(data.draw, b"\n".join(lines[at:]) + b"\n")])
    note(repr(content))
    n_above = at - (0 if form.declared.file == 'format = "json"' else 1)
    with (
        tempfile.TemporaryDirectory(dir=home().name) as folder,
        alder(Path(folder, "alder"), form.declared) as county,
    ):
        if assert_accounted_for(county, content, form.n_rows(content) if form.n_rows else None):
            found = [verdict for verdict in county.reasons() if verdict[0] <= n_above]
            assert reasons(rows[:n_above]) == found


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(data=st.data(), slice_bytes=st.integers(20, 200))
def test_slices_are_judged_as_the_whole(data: st.DataObject, slice_bytes: int) -> None:
    """Where a text is cut into slices does not matter, damaged or not."""
    form = FORMATS["CSV in GB18030"]
    content = damage(data.draw, form.write(data.draw(records()))).replace(b'"', b"'")
    outcomes = []
    for size in (slices.SLICE_BYTES, slice_bytes):
        with (
            pytest.MonkeyPatch.context() as patch,
            tempfile.TemporaryDirectory(dir=home().name) as folder,
            alder(Path(folder, "alder"), form.declared) as county,
        ):
            patch.setattr(slices, "SLICE_BYTES", size)
            patch.setattr(slices, "LARGEST_SLICE", 2 * size)
            is_taken = assert_accounted_for(county, content, None)
            outcomes.append(county.reasons() if is_taken else None)
    note(repr(content))
    assert outcomes[0] == outcomes[1]
