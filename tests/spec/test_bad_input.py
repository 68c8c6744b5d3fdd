"""Every kind of bad delivery: counted row by row or refused whole, never a traceback, never a loss.

Accepted rows need no test here: `tests/spec` has others for what becomes of them.
"""

import csv
import gzip
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from pipeline.city import read_city
from pipeline.errors import BatchInconsistent, ConfigurationMistake, SafetyIndexError, SourceRefused
from pipeline.ingest import Batch, ingest
from pipeline.quality import measure_quality
from pipeline.settings import EMBEDDED_CITY
from pipeline.store.warehouse import Warehouse, open_in_memory
from tests.conftest import RECEIVED_AT, County, calls_csv, run_cli, tree_bytes, write_city

MakeCounty = Callable[..., County]

HEAD = b"id,when,town,kind"
FIVE = tuple(b"%d,2025-02-03 10:00,ALDER,ASSAULT" % number for number in range(1, 6))
TEN_MEGABYTES = 10_000_000


def delivery(*rows: bytes, head: bytes = HEAD, end: bytes = b"\n", last: bool = True) -> bytes:
    """A file of the source `calls`; without `last` its last line is not ended."""
    return end.join((head, *rows)) + (end if last else b"")


def third(row: bytes) -> bytes:
    """Five rows, the third of which is replaced."""
    return delivery(*FIVE[:2], row, *FIVE[3:])


def junk(seed: int, size: int = 3000) -> bytes:
    """Random bytes, the same for the same seed."""
    return random.Random(seed).randbytes(size)  # noqa: S311


GOOD = delivery(*FIVE)
LONG = delivery(*(b"%d,2025-02-03 10:00,ALDER,ASSAULT" % number for number in range(20_000)))
ZIPPED = gzip.compress(LONG, mtime=0)


def flipped(content: bytes, place: int) -> bytes:
    """The content with one byte turned round."""
    return content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]


def assert_tells_three_parts(error: SafetyIndexError, *, exit_code: int = 1) -> None:
    """An error says what was seen, what was expected and what to try, and has its exit code."""
    lines = str(error).splitlines()
    assert exit_code == error.exit_code
    assert all((error.seen.strip(), error.expected.strip(), error.try_next.strip()))
    assert any(line.startswith("  expected: ") for line in lines)
    assert any(line.startswith("  try:      ") for line in lines)
    assert "ROLLBACK" not in error.seen, "the end of the transaction hides the cause"


def assert_nothing_kept(warehouse: Warehouse) -> None:
    """No batch, no file, no row set aside and no incident is in the warehouse."""
    tables = ("core_batch", "raw_file", "raw_rejected_row", "raw_duplicate_row")
    tables += ("core_incident_version", "core_count_change")
    query = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in tables)
    kept = dict(warehouse.connection.execute(query).fetchall())
    assert dict.fromkeys(tables, 0) == kept


def assert_adds_up(batch: Batch, *, rows: int) -> None:
    """Rows read = accepted + duplicate + rejected = rows counted another way."""
    judged = batch.rows_accepted + batch.rows_duplicate + batch.rows_rejected
    assert (rows, rows) == (batch.rows_read, judged)


def csv_rows(content: bytes) -> list[list[str]]:
    """Rows after the header as Python's own reader sees them; blank lines are no rows."""
    text = content.decode("utf-8-sig", errors="surrogateescape")
    csv.field_size_limit(2 * TEN_MEGABYTES)
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row][1:]


# --- Files that are refused whole -------------------------------------------------------------

REFUSED = {  # name: (content, word of the message that tells the cause)
    "a column is missing": (delivery(b"1,2025-02-03,ALDER", head=b"id,when,town"), "kind"),
    "a column is renamed": (delivery(*FIVE, head=b"id,WHEN,town,kind"), "when"),
    "a column name stands twice": (
        delivery(b"1,2025-02-03,ALDER,ASSAULT,BIRCH", head=HEAD + b",town"),
        "twice",
    ),
    "a name stands twice but for its case": (
        delivery(b"1,2025-02-03,ALDER,ASSAULT,BIRCH", head=HEAD + b",Town"),
        "Town",
    ),
    "the header has an unclosed quote": (delivery(*FIVE, head=b'id,when,town,"kind'), "kind"),
    "a blank line stands for the header": (b"\n" + GOOD, "missing column"),
    "no header": (delivery(*FIVE[1:], head=FIVE[0]), "missing column"),
    "0 bytes": (b"", "empty"),
    "0 bytes, gzipped": (gzip.compress(b"", mtime=0), "empty"),
    "header only": (delivery(), "no rows"),
    "header only, without line end": (delivery(last=False), "no rows"),
    "header and blank lines only": (delivery(b"", b""), "no rows"),
    "NUL in the header": (delivery(*FIVE, head=b"id,wh\0en,town,kind"), "NUL"),
    "NUL in a further column": (delivery(*FIVE, head=HEAD + b",\0"), "NUL"),
    "invalid UTF-8 in the header": (delivery(*FIVE, head=HEAD + b",\xff"), "utf-8"),
    "UTF-16 where UTF-8 is declared": (GOOD.decode().encode("utf-16"), "utf-8"),
    "CR-only line ends": (delivery(*FIVE, end=b"\r"), "line"),
    "CR after the header, LF below": (HEAD + b"\r" + b"\n".join(FIVE) + b"\n", ""),
    "CRLF above, LF below": (delivery(*FIVE, end=b"\r\n") + b"\n".join(FIVE) + b"\n", ""),
    "LF above, CR below": (GOOD + b"\r".join(FIVE) + b"\r", ""),
    "LF above, CRLF below": (GOOD + b"\r\n".join(FIVE) + b"\r\n", ""),
    "an unclosed quote swallows rows": (third(b'3,2025-02-03 10:00,"ALDER,ASSAULT'), ""),
    "an unclosed quote in the last cell swallows rows": (
        third(b'3,2025-02-03 10:00,ALDER,"ASSAULT'),
        "",
    ),
    "an unclosed quote swallows a thousand rows": (
        delivery(*FIVE[:2], b'3,2025-02-03 10:00,"ALDER,ASSAULT', *FIVE * 200),
        "",
    ),
    "two unclosed quotes swallow what lies between": (
        delivery(*FIVE[:2], *[b'3,2025-02-03 10:00,"ALDER,ASSAULT', FIVE[3]] * 2),
        "",
    ),
    "gzip, cut in the middle": (ZIPPED[:4000], ""),
    "gzip, cut after the first block": (ZIPPED[:-200], ""),
    "gzip, the last 4 bytes missing": (ZIPPED[:-4], ""),
    "gzip, 10 bytes": (ZIPPED[:10], ""),
    "gzip, 2 bytes": (ZIPPED[:2], ""),
    "gzip, a byte of the first block turned": (flipped(ZIPPED, 30), ""),
    "gzip, a byte of a later block turned": (flipped(ZIPPED, 5000), ""),
    "gzip, wrong checksum": (flipped(ZIPPED, len(ZIPPED) - 8), ""),
    "gzip, wrong length": (flipped(ZIPPED, len(ZIPPED) - 1), ""),
    "gzip, text behind the end": (ZIPPED + b"trailing", ""),
    "gzip magic before junk": (b"\x1f\x8b" + junk(1), ""),
    "gzip of junk": (gzip.compress(junk(1), mtime=0), "utf-8"),
    **{f"junk {seed}": (junk(seed), "") for seed in range(6)},
    **{f"junk behind the header {seed}": (delivery(junk(seed)), "") for seed in range(6)},
    "junk that begins with NUL": (b"\0" * 1000, ""),
    "a Parquet file": ((EMBEDDED_CITY / "records" / "incidents.parquet").read_bytes(), ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_whole(county: MakeCounty, name: str) -> None:
    """The file is blamed by name, nothing is kept, and the good file after it is taken."""
    content, cause = REFUSED[name]
    alder = county()

    with pytest.raises(SafetyIndexError) as refusal:
        alder.deliver(content)

    assert_tells_three_parts(refusal.value)
    assert isinstance(refusal.value, SourceRefused | BatchInconsistent), str(refusal.value)
    assert refusal.value.seen.startswith("calls-001.csv: ")
    assert cause in str(refusal.value)
    assert_nothing_kept(alder.warehouse)
    assert_adds_up(alder.deliver(GOOD), rows=5)


def test_a_refusal_never_quotes_a_row(county: MakeCounty) -> None:
    """No text of an incident reaches a message: the files are refused, their words stay inside."""
    alder = county()
    secret = b"3,2025-02-03 10:00,12 Sample Road,Mx Nobody"
    files = [content.replace(FIVE[2], secret) for content, _ in REFUSED.values()]
    files += [delivery(secret, junk(seed)) for seed in range(3)]

    messages = []
    for content in files:
        try:
            alder.deliver(content)
        except SafetyIndexError as error:
            messages.append(str(error))

    assert [text for text in messages if "Sample Road" in text or "Nobody" in text] == []


# --- Rows that are set aside ------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """A file and what must become of it."""

    content: bytes
    rejected: list[tuple[int, str]] = field(default_factory=list)
    duplicates: int = 0
    rows: int | None = None  # where Python's reader is no reference


def long_cell(cell: bytes) -> bytes:
    """Seven rows; the town of the sixth is the cell."""
    rows = (b"6,2025-02-03 10:00," + cell + b",ASSAULT", b"7,2025-02-03 10:00,ALDER,ASSAULT")
    return delivery(*FIVE, *rows)


JUDGED = {
    "too few fields": Judged(third(b"3,2025-02-03 10:00,ALDER"), [(3, "too_few_fields")]),
    "one field": Judged(third(b"   "), [(3, "too_few_fields")]),
    "too many fields": Judged(
        third(b"3,2025-02-03 10:00,ALDER,ASSAULT,x"), [(3, "too_many_fields")]
    ),
    "a delimiter within a name": Judged(
        third(b"3,2025-02-03 10:00,ALDER, NORTH,ASSAULT"), [(3, "too_many_fields")]
    ),
    "empty fields": Judged(third(b",,,"), [(3, "missing_time")]),
    "unclosed quote in the last line": Judged(
        delivery(*FIVE[:4], b'5,2025-02-03 10:00,"ALDER,ASSAULT'), [(5, "unclosed_quote")]
    ),
    "unclosed quote in the last line, without line end": Judged(
        delivery(*FIVE[:4], b'5,2025-02-03 10:00,"ALDER,ASSAULT', last=False),
        [(5, "unclosed_quote")],
    ),
    "unclosed quote in the last cell": Judged(
        delivery(*FIVE[:4], b'5,2025-02-03 10:00,ALDER,"ASSAULT'), [(5, "unclosed_quote")]
    ),
    "text behind a closing quote": Judged(
        third(b'3,2025-02-03 10:00,"ALDER"x,ASSAULT'), [(3, "unclosed_quote")]
    ),
    "a quote within a cell": Judged(third(b'3,2025-02-03 10:00,AL"DER,ASSAULT')),
    "invalid UTF-8": Judged(third(b"3,2025-02-03 10:00,AL\xffDER,ASSAULT"), [(3, "bad_encoding")]),
    "invalid UTF-8 in the first row": Judged(
        delivery(b"1,2025-02-03 10:00,AL\xffDER,ASSAULT", *FIVE[1:]), [(1, "bad_encoding")]
    ),
    "invalid UTF-8 at the end": Judged(
        delivery(*FIVE[:4], b"5,2025-02-03 10:00,ALDER,ASS\xc3", last=False), [(5, "bad_encoding")]
    ),
    "Latin-1 in every row": Judged(
        delivery(*(row.replace(b"ALDER", b"M\xfcnd") for row in FIVE)),
        [(row, "bad_encoding") for row in range(1, 6)],
    ),
    "NUL in a place": Judged(third(b"3,2025-02-03 10:00,AL\0DER,ASSAULT")),
    "NUL in a date": Judged(third(b"3,2025-02-03\0 10:00,ALDER,ASSAULT"), [(3, "unreadable_time")]),
    "UTF-8 mark at the beginning": Judged(b"\xef\xbb\xbf" + GOOD),
    "CRLF": Judged(delivery(*FIVE, end=b"\r\n")),
    "CRLF, with a short row": Judged(
        delivery(*FIVE[:2], b"3,2025-02-03", *FIVE[3:], end=b"\r\n"), [(3, "too_few_fields")]
    ),
    "CRLF, with a short row and a blank line": Judged(
        delivery(*FIVE[:2], b"3,2025-02-03", FIVE[3], b"", FIVE[4], end=b"\r\n"),
        [(3, "too_few_fields")],
    ),
    "CRLF, with a short row and a line break in a cell": Judged(
        delivery(*FIVE[:2], b"3,2025", b'4,2025-02-03 10:00,"AL\r\nDER",ASSAULT', end=b"\r\n"),
        [(3, "too_few_fields")],
    ),
    "blank lines": Judged(delivery(FIVE[0], b"", FIVE[1], b"", b"", FIVE[2], b"")),
    "blank lines behind the header": Judged(delivery(b"", b"", *FIVE)),
    "blank lines, CRLF": Judged(delivery(b"", FIVE[0], b"", b"", FIVE[1], end=b"\r\n")),
    "blank lines before bad rows": Judged(
        delivery(FIVE[0], b"", b"2,?,ALDER,ASSAULT", b"", b"", b"3,2025-02-03", b"4,?,ALDER,x"),
        [(2, "unreadable_time"), (3, "too_few_fields"), (4, "unreadable_time")],
    ),
    "stray quotes, then blank lines before bad rows": Judged(
        delivery(FIVE[0], b'2,2025-02-03,AL"DER,ASSAULT', b"", b'3,2025-02-03,"A""B",x', b"", b"4"),
        [(4, "too_few_fields")],
    ),
    "blank lines in a cell are no blank lines": Judged(
        delivery(b'1,2025-02-03,"A\n\n\nB",ASSAULT', b"", b'2,2025-02-03,"A,""\n\n",x', b"3"),
        [(3, "too_few_fields")],
    ),
    "no line end at the end": Judged(delivery(*FIVE, last=False)),
    "unreadable date": Judged(third(b"3,soon,ALDER,ASSAULT"), [(3, "unreadable_time")]),
    "another order of day and month": Judged(
        third(b"3,13/02/2025 10:00,ALDER,ASSAULT"), [(3, "unreadable_time")]
    ),
    "missing date": Judged(third(b"3,,ALDER,ASSAULT"), [(3, "missing_time")]),
    "blank date": Judged(third(b"3,   ,ALDER,ASSAULT"), [(3, "missing_time")]),
    "a day in 2099": Judged(third(b"3,2099-01-01,ALDER,ASSAULT"), [(3, "time_in_future")]),
    "two days after the delivery": Judged(
        third(b"3,2025-06-03,ALDER,ASSAULT"), [(3, "time_in_future")]
    ),
    "a day after the delivery, for clocks that differ": Judged(
        third(b"3,2025-06-02 23:59,ALDER,ASSAULT")
    ),
    "29 February of a common year": Judged(
        third(b"3,2025-02-29,ALDER,ASSAULT"), [(3, "unreadable_time")]
    ),
    "29 February of a leap year": Judged(third(b"3,2024-02-29,ALDER,ASSAULT")),
    "31 April": Judged(third(b"3,2025-04-31,ALDER,ASSAULT"), [(3, "unreadable_time")]),
    "24 o'clock": Judged(third(b"3,2025-02-03 24:00,ALDER,ASSAULT"), [(3, "unreadable_time")]),
    "the year 1850": Judged(third(b"3,1850-01-01,ALDER,ASSAULT"), [(3, "implausible_time")]),
    "the year 0": Judged(third(b"3,0000-01-01,ALDER,ASSAULT"), [(3, "implausible_time")]),
    "missing identity": Judged(
        third(b",2025-02-03 10:00,ALDER,ASSAULT"), [(3, "missing_identity")]
    ),
    "the same row again": Judged(delivery(*FIVE, FIVE[2]), duplicates=1),
    "the same identity with another kind": Judged(
        delivery(*FIVE, b"3,2025-02-03 10:00,ALDER,ROBBERY"), [(6, "identity_conflict")]
    ),
    "a conflict, then the same row again": Judged(
        delivery(*FIVE, b"3,2025-02-03 10:00,BIRCH,ASSAULT", FIVE[2]),
        [(6, "identity_conflict")],
        duplicates=1,
    ),
    "a bad row does not take an identity": Judged(
        delivery(b"1,soon,ALDER,ASSAULT", *FIVE), [(1, "unreadable_time")]
    ),
    "unknown town": Judged(third(b"3,2025-02-03 10:00,ATLANTIS,ASSAULT")),
    "unknown kind": Judged(third(b"3,2025-02-03 10:00,ALDER,PIRACY")),
    "a cell of 10 MB": Judged(long_cell(b"A" * TEN_MEGABYTES), [(6, "line_too_long")]),
    "several gzip members": Judged(
        gzip.compress(GOOD, mtime=0) + gzip.compress(b"6,2025-02-03,ALDER,ASSAULT\n", mtime=0),
        rows=6,
    ),
    "every row bad": Judged(
        delivery(*(b"%d,soon,ALDER,ASSAULT" % row for row in range(3))),
        [(row, "unreadable_time") for row in (1, 2, 3)],
    ),
}


@pytest.mark.parametrize("name", JUDGED)
def test_each_row_has_one_verdict(county: MakeCounty, name: str) -> None:
    """Bad rows are counted with their number and one reason; all others are accepted."""
    case = JUDGED[name]
    alder = county()

    batch = alder.deliver(case.content)

    assert case.rejected == alder.reasons()
    assert (len(case.rejected), case.duplicates) == (batch.rows_rejected, batch.rows_duplicate)
    rows = len(csv_rows(case.content)) if case.rows is None else case.rows
    assert_adds_up(batch, rows=rows)
    assert alder.deliver(delivery(*FIVE, b"", b"")).rows_accepted == 5


def test_a_quoted_cell_of_10_mb_is_no_way_past_the_count(county: MakeCounty) -> None:
    """A cell of five million lines is set aside or refused; rows after it are not lost."""
    alder = county()

    try:
        batch = alder.deliver(long_cell(b'"' + b"A\n" * (TEN_MEGABYTES // 2) + b'"'))
    except SafetyIndexError as error:
        assert_tells_three_parts(error)
        assert_nothing_kept(alder.warehouse)
    else:
        assert_adds_up(batch, rows=7)
        assert alder.reasons() == [(6, "line_too_long")]


def test_what_no_table_names_is_counted_and_listed(county: MakeCounty) -> None:
    """Unknown towns and kinds are accepted, stand in the quality report and in no town's count."""
    alder = county()
    rows = [
        b"6,2025-02-03,ATLANTIS,ASSAULT",
        b"7,2025-02-03,ALDER,PIRACY",
        b"8,2025-02-03,,ROBBERY",
    ]

    batch = alder.deliver(delivery(*FIVE, *rows))
    counts = alder.counts()
    quality = measure_quality(
        alder.warehouse,
        first_day=RECEIVED_AT.date().replace(month=1),
        last_day=RECEIVED_AT.date(),
        as_of=batch.batch_id,
    )

    assert (batch.rows_accepted, batch.rows_rejected) == (8, 0)
    assert counts == {("Alder", "2025-02-03", "assault"): 5}
    assert quality.unmatched_places == (("", 1), ("ATLANTIS", 1))
    assert quality.unmapped_categories == (("PIRACY", 1),)
    day = quality.days[0]
    assert (day.known, day.in_towns, day.not_located, day.unmapped) == (8, 5, 2, 1)


# --- Row numbers, against a slow reference ----------------------------------------------------


def mixed_rows(seed: int, end: bytes, *, blank_lines: bool) -> bytes:
    """300 rows: short, long and undated ones between line breaks in cells and blank lines."""
    chance = random.Random(seed)  # noqa: S311
    rows = []
    for number in range(300):
        breaks = end * chance.randint(0, 3) + b"," + end
        rows += [
            chance.choices(
                [
                    b"%d,2025-02-03 10:00,ALDER,ASSAULT" % number,
                    b"%d,2025-02-03 10:00,ALDER" % number,
                    b"%d,2025-02-03 10:00,ALDER,ASSAULT,x" % number,
                    b"%d,soon,ALDER,ASSAULT" % number,
                    b'%d,2025-02-03 10:00,"A%sB ""C""",ASSAULT' % (number, breaks),
                    b'%d,2025-02-03 10:00,"A%sB"' % (number, breaks),
                    b'%d,soon,"A%sB",ASSAULT' % (number, breaks),
                ],
                weights=[60, 5, 5, 5, 15, 5, 5],
            )[0]
        ]
        rows += [b""] * (chance.random() < 0.1) * blank_lines
    return delivery(*rows, end=end, last=chance.random() < 0.5)


def slow_verdicts(content: bytes) -> list[tuple[int, str]]:
    """Row number and reason of the rows to be set aside, one row after the other."""
    rows = csv_rows(content)
    verdicts = [
        "too_few_fields"
        if len(row) < 4
        else "too_many_fields"
        if len(row) > 4
        else "unreadable_time" * (row[1] == "soon")
        for row in rows
    ]
    return [(number, reason) for number, reason in enumerate(verdicts, start=1) if reason]


@pytest.mark.parametrize("blank_lines", [False, True], ids=["dense", "blank lines"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("seed", range(4))
def test_row_numbers_stay_right(
    county: MakeCounty, seed: int, end: bytes, *, blank_lines: bool
) -> None:
    """Line breaks in cells, blank lines and rows set aside before do not move a row's number."""
    alder = county()
    content = mixed_rows(seed, end, blank_lines=blank_lines)

    batch = alder.deliver(content)

    assert_adds_up(batch, rows=300)
    assert slow_verdicts(content) == alder.reasons()


# --- Parquet ----------------------------------------------------------------------------------

TORONTO = read_city(EMBEDDED_CITY)
RECORDS = EMBEDDED_CITY / "records" / "incidents.parquet"
SOME = f"(FROM '{RECORDS}' LIMIT 500)"


def parquet(query: str, folder: Path) -> bytes:
    """The rows of a query as a Parquet file."""
    path = folder / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


def with_holes(content: bytes) -> bytes:
    """Zeros where the first pages lie; the footer is whole."""
    return content[:8] + b"\0" * 500 + content[508:]


BAD_PARQUET: dict[str, Callable[[bytes, Path], bytes]] = {
    "text": lambda _whole, _folder: GOOD,
    "0 bytes": lambda _whole, _folder: b"",
    "the magic word alone": lambda _whole, _folder: b"PAR1",
    "cut in the middle": lambda whole, _folder: whole[: len(whole) // 2],
    "the last byte missing": lambda whole, _folder: whole[:-1],
    "the beginning missing": lambda whole, _folder: whole[10:],
    "holes": lambda whole, _folder: with_holes(whole),
    "a byte of a page turned": lambda whole, _folder: flipped(whole, 200),
    "no rows": lambda _whole, folder: parquet(f"SELECT * FROM {SOME} LIMIT 0", folder),
    "a column missing": lambda _whole, folder: parquet(
        f"SELECT * EXCLUDE (MCI) FROM {SOME}", folder
    ),
    "a column renamed": lambda _whole, folder: parquet(
        f"SELECT * EXCLUDE (MCI), MCI AS kind FROM {SOME}", folder
    ),
    "numbers for dates": lambda _whole, folder: parquet(
        f"SELECT * REPLACE (12345 AS occurrencedate) FROM {SOME}", folder
    ),
}


@pytest.mark.parametrize("name", BAD_PARQUET)
def test_a_damaged_parquet_file_is_refused_whole(tmp_path: Path, name: str) -> None:
    """The file is blamed by name, nothing is kept, and the whole file after it is taken."""
    whole = parquet(SOME, tmp_path)
    path = tmp_path / "incidents.parquet"

    with open_in_memory() as warehouse:

        def deliver(content: bytes) -> Batch:
            path.write_bytes(content)
            return ingest(
                warehouse,
                [path],
                source=TORONTO.sources[0],
                city=TORONTO,
                archive=tmp_path / "archive",
                received_at=RECEIVED_AT,
            )

        with pytest.raises(SafetyIndexError) as refusal:
            deliver(BAD_PARQUET[name](whole, tmp_path))
        assert_tells_three_parts(refusal.value)
        assert isinstance(refusal.value, SourceRefused | BatchInconsistent), str(refusal.value)
        assert refusal.value.seen.startswith("incidents.parquet: ")
        assert_nothing_kept(warehouse)
        assert_adds_up(deliver(whole), rows=500)


# --- Calls, folders and variables that make no sense -------------------------------------------

CALLS = {  # name: (arguments, environment, exit code, word of the message)
    "no such file": (["ingest", "CITY/none.csv", "--source", "calls"], {}, 1, "none.csv"),
    "a folder for a file": (["ingest", "CITY/records", "--source", "calls"], {}, 1, "directory"),
    "check a folder": (["check", "CITY/records", "--source", "calls"], {}, 1, "directory"),
    "a damaged file": (["ingest", "CITY/bad.gz", "--source", "calls"], {}, 1, "bad.gz"),
    "no such source": (["ingest", "CITY/good.csv", "--source", "tweets"], {}, 2, "tweets"),
    "no day": (["run", "--date", "yesterday"], {}, 2, "YYYY-MM-DD"),
    "no day of the calendar": (["run", "--date", "2025-02-30"], {}, 2, "YYYY-MM-DD"),
    "a day before the records": (["run", "--date", "2020-01-01"], {}, 1, "2020-01-01"),
    "a day after the records": (["run", "--date", "2031-01-01"], {}, 1, "2031-01-01"),
    "a day that was never run": (["show", "--date", "2025-01-02"], {}, 1, "has been run"),
    "no such town": (["explain", "Atlantis"], {}, 2, "Atlantis"),
    "no city": (["run", "--city", "CITY/records"], {}, 1, "city.toml"),
    "no such city": (["run", "--city", "CITY/none"], {}, 1, "city.toml"),
    "no such records folder": (["run", "--records", "CITY/none"], {}, 2, "none"),
    "a file for the records folder": (["run", "--records", "CITY/good.csv"], {}, 2, "good.csv"),
    "a misspelt variable": (["run"], {"SAFETY_INDEX_HOEM": "/x"}, 2, "SAFETY_INDEX_HOME"),
    "a variable nobody reads": (["config"], {"SAFETY_INDEX_COLOUR": "1"}, 2, "COLOUR"),
}


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alder County after a night, with a good and a bad file at hand."""
    folder = write_city(tmp_path_factory.mktemp("settled") / "alder", delivery="append")
    (folder / "records" / "calls-1.csv").write_bytes(GOOD)
    (folder / "good.csv").write_bytes(delivery(b"9,2025-02-04,ALDER,ASSAULT"))
    (folder / "bad.gz").write_bytes(ZIPPED[:-200])
    done = run_cli("run", "--city", folder, "--home", folder / "home")
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_cannot_be_served_says_so(settled: Path, name: str) -> None:
    """Three parts on standard error and an exit code of its own; the publication stays as it is."""
    arguments, environment, exit_code, cause = CALLS[name]
    arguments = [argument.replace("CITY", str(settled)) for argument in arguments]
    arguments += [] if "--city" in arguments else ["--city", str(settled)]
    arguments += [] if arguments[0] in ("check", "config") else ["--home", str(settled / "home")]
    arguments = ["config"] if arguments[0] == "config" else arguments
    before = tree_bytes(settled / "home" / "site")

    done = run_cli(*arguments, **environment)

    assert exit_code == done.returncode, done.stderr
    assert "Traceback" not in done.stderr
    assert "\n  expected: " in done.stderr
    assert "\n  try:      " in done.stderr
    assert cause in done.stderr
    assert before == tree_bytes(settled / "home" / "site")


def test_an_error_is_a_document_too(settled: Path) -> None:
    """With --json the three parts stand in one document on standard output."""
    done = run_cli(
        "ingest", settled / "bad.gz", "--source", "calls", "--json",
        "--city", settled, "--home", settled / "home",
    )  # fmt: skip

    document = json.loads(done.stdout)
    assert (done.returncode, document["status"]) == (1, "failed")
    assert sorted(document["diagnostics"][0]) == ["expected", "seen", "try"]
    assert "bad.gz" in document["diagnostics"][0]["seen"]


def test_advice_about_days_can_be_followed(tmp_path: Path) -> None:
    """Where no day is covered, no day is recommended."""
    folder = write_city(tmp_path / "alder")
    (folder / "records" / "calls-1.csv").write_bytes(delivery(b"1,2024-01-01,ALDER,ASSAULT"))

    done = run_cli("run", "--city", folder, "--home", tmp_path / "home")

    assert 1 == done.returncode
    assert "--date 2024-01-01" not in done.stderr
    assert "from 2025-01-01 to 2024-01-01" not in done.stderr


def test_marks_from_the_records_do_not_reach_a_reader(tmp_path: Path) -> None:
    """Control characters of a place or kind are shown, not passed on to a terminal or a page."""
    folder = write_city(tmp_path / "alder")
    rows = [b"6,2025-02-03,\x1b]0;owned\x07\x1b[2J,ASSAULT", b"7,2025-02-03,AL\0DER,A\xe2\x80\xaeB"]
    rows += [
        b"8,\x1b[31m2025,ALDER,ASSAULT",
        b"9,2025-02-03,ALDER,\x9b31m".replace(b"\x9b", b"\xc2\x9b"),
    ]
    (folder / "records" / "calls-1.csv").write_bytes(delivery(*FIVE, *rows))
    forbidden = {"\0", "\x07", "\x1b", "\x9b", "\u202e"}

    judged = run_cli(
        "check", folder / "records" / "calls-1.csv", "--source", "calls", "--city", folder
    )
    done = run_cli("run", "--city", folder, "--home", tmp_path / "home")
    pages = {
        name: content.decode()
        for tree in ("site", "internal")
        for name, content in tree_bytes(tmp_path / "home" / tree).items()
    }

    assert (judged.returncode, done.returncode) == (0, 0)
    assert set() == forbidden & set(judged.stdout + done.stdout)
    assert {
        name: forbidden & set(text) for name, text in pages.items() if forbidden & set(text)
    } == {}


# --- The city's own tables --------------------------------------------------------------------

TOWNS = """town_id,name,name_zh,district,population,population_year
../etc/passwd,Path,,North,10000,2020
002,=1+1,,North,20000,2020
003,@SUM(A1),,South,400,2020
004,Ced\u202ear,,South,400,2020
005,"Bi
rch",,South,400,2020
006,Empty,,South,,2020
007,Minus,,South,-5,2020
008,Half,,South,4.5,2020
009,,,South,400,2020
010,Elm,,South,400,soon
001,Alder,,North,10000,2020
001,Alder again,,North,10000,2020
"""
MISTAKES = [
    "'../etc/passwd': town_id must be letters, digits, - and _ (at most 40)",
    "'002': name or district begins like a formula (= + - @)",
    "'003': name or district begins like a formula (= + - @)",
    "'004': name or district holds control characters",
    "'005': name or district holds control characters",
    "'007': population must be a whole number above 0",
    "'008': population must be a whole number above 0",
    "'009': name is missing",
    "'010': population_year must be a year",
    "town_id '001' occurs twice",
    "the population of 1 town(s) is missing (006)",
]


def test_all_mistakes_of_the_towns_are_told_at_once(tmp_path: Path) -> None:
    """Nobody corrects a table eleven times: each wrong line is named, and nothing is made."""
    folder = write_city(tmp_path / "alder")
    (folder / "towns.csv").write_text(TOWNS, encoding="utf-8", newline="")
    (folder / "places.csv").write_text("value,place\nALDER,001\nOAK,999\n", encoding="utf-8")

    with pytest.raises(ConfigurationMistake) as refusal:
        read_city(folder)

    told = [line.strip() for line in str(refusal.value).splitlines() if line.startswith("    ")]
    expected = [f"towns.csv: {mistake}" for mistake in MISTAKES]
    expected += ["places.csv: 'OAK' maps to '999', which is neither a town_id nor 'outside'"]
    assert expected == told
    assert_tells_three_parts(refusal.value)


BAD_TABLES = {  # name: (file of the city folder, content)
    "towns.csv is empty": ("towns.csv", b""),
    "towns.csv names no town": ("towns.csv", TOWNS.encode().splitlines(keepends=True)[0]),
    "towns.csv is junk": ("towns.csv", junk(1)),
    "towns.csv holds NUL": ("towns.csv", TOWNS.encode().replace(b"Elm", b"E\0m")),
    "towns.csv lacks a column": ("towns.csv", b"town_id,name\n001,Alder\n"),
    "towns.csv has an unclosed quote": ("towns.csv", TOWNS.encode().replace(b'rch"', b"rch")),
    "places.csv is junk": ("places.csv", junk(2)),
    "places.csv has a value twice": ("places.csv", b"value,place\nALDER,001\nALDER,002\n"),
    "categories.csv names no category": ("categories.csv", b"value,category\nASSAULT,piracy\n"),
    "city.toml is junk": ("city.toml", junk(3)),
    "city.toml is no TOML": ("city.toml", b"id = "),
    "city.toml has an unknown key": ("city.toml", b"colour = 1\n"),
    "method.toml is empty": ("method.toml", b""),
    "a source is junk": ("sources/calls.toml", junk(4)),
    "a source has an unknown format": ("sources/calls.toml", b'format = "xlsx"\n'),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_of_the_city_is_a_mistake_with_advice(tmp_path: Path, name: str) -> None:
    """A wrong city folder is told as such before anything is read or made."""
    folder = write_city(tmp_path / "alder")
    file, content = BAD_TABLES[name]
    (folder / file).write_bytes(content)

    with pytest.raises(ConfigurationMistake) as refusal:
        read_city(folder)

    assert_tells_three_parts(refusal.value)
    assert file in str(refusal.value)


def test_two_sources_do_not_share_an_id(tmp_path: Path) -> None:
    """The id keys what is known: a copied declaration that keeps it is a mistake."""
    folder = write_city(tmp_path / "alder")
    declaration = (folder / "sources" / "calls.toml").read_bytes()
    (folder / "sources" / "copy.toml").write_bytes(declaration)

    with pytest.raises(ConfigurationMistake) as refusal:
        read_city(folder)

    assert "calls" in refusal.value.seen


def test_a_bad_delivery_does_not_stop_a_later_good_one(tmp_path: Path) -> None:
    """Once the bad file is gone from the folder, the night takes the good one and publishes."""
    folder = write_city(tmp_path / "alder")
    bad, good = folder / "records" / "calls-1.csv", folder / "records" / "calls-2.csv"
    bad.write_bytes(ZIPPED[:-200])
    good.write_bytes(calls_csv([("1", "2025-02-03", "ALDER", "ASSAULT")]))

    refused = run_cli("run", "--city", folder, "--home", tmp_path / "home")
    bad.unlink()
    done = run_cli("run", "--json", "--city", folder, "--home", tmp_path / "home")

    assert (refused.returncode, done.returncode) == (1, 0), refused.stderr + done.stderr
    assert "calls-1.csv" in refused.stderr
    batches = json.loads(done.stdout)["data"]["batches"]
    assert [(b["batch_id"], b["rows_read"], b["rows_rejected"]) for b in batches] == [(1, 1, 0)]
