"""The same calls in any format: the same incidents, the same counts."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.arrivals import ingest_arrivals
from pipeline.city import City, read_city
from pipeline.errors import SourceRefused
from pipeline.ingest import Batch, ingest
from pipeline.sources.declaration import Source
from pipeline.store.warehouse import open_in_memory
from tests.conftest import RECEIVED_AT, County, table_rows, write_city

COLUMNS = ("id", "when", "town", "kind")
MOMENT = "%Y-%m-%d %H:%M:%S"
Rows = list[tuple[str, ...]]


def forty_calls(towns: Sequence[str], kinds: Sequence[str]) -> Rows:
    """Forty calls in four weeks of March 2025."""
    return [
        (
            f"{n:04}",
            f"2025-03-{1 + n % 28:02} 10:{n:02}:00",
            towns[n % len(towns)],
            kinds[n % len(kinds)],
        )
        for n in range(40)
    ]


# Codes that are numbers to whoever does not know better: 0012 is a category, 12 another one.
CODES = forty_calls(("001", "002", "", "0099", "003"), ("0012", "12", "0100"))
CATEGORIES = """value,category,reason
0012,assault,
12,robbery,
0100,,not counted
"""
EXPECTED = {"assault": 9, "robbery": 8}  # of the 24 calls in the towns; the other 7 do not count


@pytest.fixture
def take(tmp_path: Path) -> Callable[..., County]:
    """Deliver files to a new Alder County whose source is declared otherwise."""
    opened = []

    def take_in(files: dict[str, bytes], **declared: Any) -> County:
        folder = write_city(tmp_path / f"alder-{len(opened)}")
        (folder / "categories.csv").write_text(CATEGORIES, encoding="utf-8")
        context = open_in_memory()
        opened.append(context)
        alder = County(read_city(folder), context.__enter__(), folder)
        alder.city = declared_otherwise(alder.city, **declared)
        for name, content in files.items():
            (folder / "records" / name).write_bytes(content)
        alder.ingest(*(folder / "records" / name for name in files))
        return alder

    yield take_in
    for context in opened:
        context.__exit__(None, None, None)


def declared_otherwise(city: City, **declared: Any) -> City:
    """The city with other values in the declaration of its only source."""
    plain = city.sources[0].model_dump(exclude_none=True)
    plain["occurred"]["formats"] = [MOMENT]
    return replace(city, sources=(Source.model_validate(plain | declared),))


def incidents(alder: County) -> list[tuple[object, ...]]:
    """All that is known of the incidents, by identity."""
    return alder.warehouse.connection.execute(
        "SELECT * EXCLUDE (batch_id) FROM core_incident_version ORDER BY ALL"
    ).fetchall()


# ---------------------------------------------------------------- writing the same rows


def as_csv(rows: Rows, *, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL) -> str:
    """Delimited text with a header."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerows([COLUMNS, *rows])
    return text.getvalue()


def as_objects(rows: Rows) -> list[dict[str, str]]:
    """One object a row."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def as_json_lines(rows: Rows) -> bytes:
    """One object a line."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in as_objects(rows)).encode()


def as_geojson(rows: Rows) -> bytes:
    """A collection of points."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [113.5, 22.2]},
            "properties": row,
        }
        for row in as_objects(rows)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def as_parquet(rows: Rows, *, typed: bool) -> bytes:
    """A Parquet file, with times as text or as moments."""
    when = '"when"::TIMESTAMP' if typed else '"when"'
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "calls.parquet"
        connection.register("calls", pd.DataFrame(rows, columns=list(COLUMNS)))
        connection.sql(f'SELECT * REPLACE ({when} AS "when") FROM calls').write_parquet(str(path))
        connection.unregister("calls")
        return path.read_bytes()


def as_workbook(rows: Rows, *, typed: bool) -> bytes:
    """A workbook with one sheet, with times as text or as moments."""
    workbook = openpyxl.Workbook()
    workbook.active.append(COLUMNS)
    for id_, when, *rest in rows:
        moment = datetime.fromisoformat(when) if typed else when
        workbook.active.append([id_, moment, *rest])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def zipped(content: bytes) -> bytes:
    """A zip archive with one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/calls.csv", content)
    return buffer.getvalue()


# ---------------------------------------------------------------- formats

PLAIN = as_csv(CODES).encode()
DELIVERIES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "comma": (PLAIN, {}),
    "byte order mark": (b"\xef\xbb\xbf" + PLAIN, {}),
    "line ends of Windows": (PLAIN.replace(b"\n", b"\r\n"), {}),
    "all quoted": (as_csv(CODES, quoting=csv.QUOTE_ALL).encode(), {}),
    "tab": (as_csv(CODES, delimiter="\t").encode(), {"delimiter": "\t"}),
    "semicolon": (as_csv(CODES, delimiter=";").encode(), {"delimiter": ";"}),
    "bar": (as_csv(CODES, delimiter="|").encode(), {"delimiter": "|"}),
    "bar, without quoting": (
        as_csv(CODES, delimiter="|").encode(),
        {"delimiter": "|", "quote": ""},
    ),
    "quoted with apostrophes": (
        as_csv(CODES, quoting=csv.QUOTE_ALL).replace('"', "'").encode(),
        {"quote": "'"},
    ),
    "two lines before the header": (b"Calls of the county\n\n" + PLAIN, {"skip_lines": 2}),
    "gzip": (gzip.compress(PLAIN), {}),
    "zstd": (zstandard.ZstdCompressor().compress(PLAIN), {}),
    "zip": (zipped(PLAIN), {}),
    "JSON lines": (as_json_lines(CODES), {"format": "json"}),
    "JSON lines, gzip": (gzip.compress(as_json_lines(CODES)), {"format": "json"}),
    "JSON array": (json.dumps(as_objects(CODES), indent=1).encode(), {"format": "json"}),
    "GeoJSON": (as_geojson(CODES), {"format": "geojson"}),
    "Parquet": (as_parquet(CODES, typed=False), {"format": "parquet"}),
    "Parquet with moments": (as_parquet(CODES, typed=True), {"format": "parquet"}),
    "workbook": (as_workbook(CODES, typed=False), {"format": "excel"}),
    "workbook with moments": (as_workbook(CODES, typed=True), {"format": "excel"}),
}


@pytest.mark.parametrize("name", DELIVERIES)
def test_every_format_gives_the_same_incidents(take: Callable[..., County], name: str) -> None:
    """Forty calls are forty incidents with the same identities, times, places and categories."""
    content, declared = DELIVERIES[name]
    alder = take({"calls-1": content}, **declared)
    assert incidents(take({"calls-1.csv": PLAIN})) == incidents(alder)
    assert [] == alder.reasons()


@pytest.mark.parametrize("name", DELIVERIES)
def test_text_codes_keep_their_zeros(take: Callable[..., County], name: str) -> None:
    """0012 is not 12, 001 is a town, and 0099 is listed as it is written."""
    content, declared = DELIVERIES[name]
    alder = take({"calls-1": content}, **declared)
    totals: dict[str, int] = {}
    for (_, _, category), n in alder.counts().items():
        totals[category] = totals.get(category, 0) + n
    assert EXPECTED == totals
    assert [("", 8), ("0099", 8)] == alder.warehouse.rows("unmatched_places", as_of=1)
    assert [] == alder.warehouse.rows("unmapped_categories", as_of=1)


# ---------------------------------------------------------------- encodings

WORDS = {
    "simplified": forty_calls(("桦树镇", "桤木镇", "", "某镇"), ("盗窃", "殴打他人")),
    "traditional": forty_calls(("樺樹鎮", "中山區", "許功蓋"), ("竊盜", "傷害")),
    "western": forty_calls(("Île-Birch", "Montréal", "Zürich"), ("Vol simple", "Agression à main")),
    "windows": forty_calls(("Birch – North", "“Old” Town"), ("café €", "naïve")),
}
ENCODED = """
    words       | encoding     | written as
    ------------+--------------+-------------
    simplified  | utf-8        | utf-8
    simplified  | utf-8        | utf-8-sig
    simplified  | utf-16       | utf-16-le
    simplified  | utf-16       | utf-16-be
    simplified  | gb18030      | gb18030
    simplified  | gb18030      | gbk
    traditional | gb18030      | gb18030
    traditional | big5         | big5
    traditional | big5         | cp950
    traditional | cp950        | cp950
    western     | windows-1252 | cp1252
    western     | latin-1      | latin-1
    western     | utf-16       | utf-16-le
    windows     | windows-1252 | cp1252
    windows     | gb18030      | gb18030
"""
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


@pytest.mark.parametrize("file_format", ["csv", "json"])
@pytest.mark.parametrize(("words", "encoding", "codec"), table_rows(ENCODED))
def test_every_encoding_gives_the_same_incidents(
    take: Callable[..., County], words: str, encoding: str, codec: str, file_format: str
) -> None:
    """The words of the records are the same, whatever their encoding was."""
    rows = WORDS[words]
    text = as_csv(rows) if file_format == "csv" else as_json_lines(rows).decode()
    content = MARKS.get(codec, b"") + text.encode(codec)
    alder = take({"calls-1": content}, encoding=encoding, format=file_format)
    assert incidents(take({"calls-1": text.encode()}, format=file_format)) == incidents(alder)
    kept = alder.warehouse.connection.execute(
        "SELECT DISTINCT place_value FROM core_count_change WHERE place_value IS NOT NULL"
    ).fetchall()
    assert {row[2] for row in rows} - {""} == {place for (place,) in kept}


@pytest.mark.parametrize(
    ("encoding", "codec"), [("gb18030", "gb18030"), ("cp950", "cp950"), ("utf-16", "utf-16")]
)
def test_compressed_files_have_encodings_too(
    take: Callable[..., County], encoding: str, codec: str
) -> None:
    """A zipped export in another encoding is unpacked, then read."""
    text = as_csv(WORDS["traditional"])
    plain = take({"calls-1": text.encode()})
    for packed in (gzip.compress, zipped, zstandard.ZstdCompressor().compress):
        alder = take({"calls-1": packed(text.encode(codec))}, encoding=encoding)
        assert incidents(plain) == incidents(alder)


def test_big5_holds_characters_with_a_backslash(take: Callable[..., County]) -> None:
    """The second byte of 許, 功 and 蓋 is a backslash, that of 卅 a bar: they are one character."""
    rows = [("1", "2025-03-01 10:00:00", "許功蓋", "卅"), ("2", "2025-03-01 10:00:00", "珮", "功")]
    text = as_csv(rows, delimiter="|")
    alder = take({"calls-1": text.encode("cp950")}, encoding="cp950", delimiter="|")
    assert incidents(take({"calls-1": text.encode()}, delimiter="|")) == incidents(alder)


TEXT = st.text(
    st.characters(codec="gb18030", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(words=st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8))
def test_any_words_survive_gb18030(
    take: Callable[..., County], words: list[tuple[str, str]]
) -> None:
    """What GB18030 can write comes through as UTF-8 does, quotes and delimiters included."""
    rows = [(str(n), "2025-03-01 10:00:00", *pair) for n, pair in enumerate(words)]
    text = as_csv(rows, quoting=csv.QUOTE_ALL)
    alder = take({"calls-1": text.encode("gb18030")}, encoding="gb18030")
    assert incidents(take({"calls-1": text.encode()})) == incidents(alder)
    assert len(rows) == len(incidents(alder))


def test_a_wrong_encoding_is_refused(take: Callable[..., County]) -> None:
    """Chinese words read in an encoding that they are not in give no incidents of other words."""
    text = as_csv(WORDS["simplified"])
    with pytest.raises(SourceRefused, match=r"bad_encoding|not utf-8"):
        take({"calls-1": text.encode("gb18030")}, encoding="utf-8")
    with pytest.raises(SourceRefused, match="begins with the bytes"):
        take({"calls-1": text.encode()}, encoding="utf-16")


# ---------------------------------------------------------------- several files


def parts(rows: Rows, n: int) -> list[Rows]:
    """The rows in n files, each with a share of every day."""
    return [rows[start::n] for start in range(n)]


def test_a_snapshot_may_come_in_several_files(take: Callable[..., County]) -> None:
    """Three files given as one delivery are one batch with the same incidents."""
    files = {f"calls-{n}.csv": as_csv(part).encode() for n, part in enumerate(parts(CODES, 3))}
    alder = take(files)
    assert incidents(take({"calls-1.csv": PLAIN})) == incidents(alder)
    batches = alder.warehouse.rows("batches", as_of=99)
    assert [(1, 40, 0)] == [(row[0], row[3], row[6]) for row in batches]


def test_files_of_one_delivery_may_be_packed_differently(take: Callable[..., County]) -> None:
    """Each file tells by itself how it is packed, and with which line ends it was written."""
    first, second, third, fourth = (as_csv(part).encode() for part in parts(CODES, 4))
    files = {
        "calls-1": first,
        "calls-2": gzip.compress(second),
        "calls-3": zipped(third),
        "calls-4": fourth.replace(b"\n", b"\r\n"),
    }
    assert incidents(take({"calls-1.csv": PLAIN})) == incidents(take(files))


def test_the_next_snapshot_in_other_files_withdraws_nothing(take: Callable[..., County]) -> None:
    """What a delivery brings decides, not how it is cut into files."""
    alder = take({"calls-1.csv": PLAIN})
    batch = deliver_parts(alder, CODES, 2)
    assert (0, 0, 40, 0) == (
        batch.incidents_new,
        batch.incidents_changed,
        batch.incidents_unchanged,
        batch.incidents_withdrawn,
    )


def deliver_parts(alder: County, rows: Rows, n: int) -> Batch:
    """Deliver the rows in n files."""
    paths = [alder.folder / "records" / f"part-{at}.csv" for at in range(n)]
    for path, part in zip(paths, parts(rows, n), strict=True):
        path.write_text(as_csv(part), encoding="utf-8")
    return alder.ingest(*paths)


def test_a_pattern_names_many_files(tmp_path: Path) -> None:
    """A folder of monthly files is taken in file by file, by name, those of other names never."""
    folder = write_city(tmp_path / "alder", delivery="append")
    (folder / "categories.csv").write_text(CATEGORIES, encoding="utf-8")
    records = folder / "records"
    (records / "2025").mkdir()
    for n, part in enumerate(parts(CODES, 4)):
        (records / "2025" / f"calls-{n}.csv").write_text(as_csv(part), encoding="utf-8")
    (records / "notes.csv").write_text("of no use\n", encoding="utf-8")
    city = declared_otherwise(read_city(folder), files=["2025/calls-*.csv", "**/calls-*.csv"])
    with open_in_memory() as warehouse:
        alder = County(city, warehouse, folder)
        batches = ingest_arrivals(
            warehouse, city, records=None, home=tmp_path / "home", received_at=RECEIVED_AT
        )
        assert [(10, 10, 0)] * 4 == [
            (batch.rows_read, batch.incidents_new, batch.incidents_changed) for batch in batches
        ]
        assert 17 == sum(alder.counts().values())
        names = [row[2] for row in warehouse.rows("batch_files", as_of=99)]
        assert [f"calls-{n}.csv" for n in range(4)] == names


def test_a_declared_sheet_is_read(tmp_path: Path) -> None:
    """Of several sheets the declared one counts; without a declaration the choice is refused."""
    workbook = openpyxl.Workbook()
    workbook.active.title = "notes"
    workbook.active.append(["of no use"])
    sheet = workbook.create_sheet("calls")
    for row in [("Calls of the county",), COLUMNS, *CODES]:
        sheet.append(row)
    folder = write_city(tmp_path / "alder")
    path = folder / "records" / "calls.xlsx"
    workbook.save(path)
    with open_in_memory() as warehouse:
        for sheet_name, n_read in (("calls", 40), (None, 0)):
            city = declared_otherwise(
                read_city(folder), format="excel", sheet=sheet_name, skip_lines=1
            )
            if n_read:
                batch = take_one(County(city, warehouse, folder), path, tmp_path)
                assert n_read == batch.rows_accepted
            else:
                with pytest.raises(SourceRefused, match=r"2 sheets \(notes, calls\)"):
                    take_one(County(city, warehouse, folder), path, tmp_path / "again")


def take_one(alder: County, path: Path, archive: Path) -> Batch:
    """Ingest one file into an archive of its own, as a source of its own."""
    [source] = alder.city.sources
    renamed = source.model_copy(update={"id": f"calls_{archive.name.replace('-', '_')}"})
    return ingest(
        alder.warehouse,
        [path],
        source=renamed,
        city=alder.city,
        archive=archive / "archive",
        received_at=RECEIVED_AT,
    )
