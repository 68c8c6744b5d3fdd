"""Workbooks as people keep them, and as nobody should: read cell by cell or refused whole."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.spec.hostile_files import (
    AS_WRITTEN,
    HEAD,
    Declared,
    Judged,
    Refused,
    alder,
    assert_judged,
    assert_refused,
    compound_file,
    old_workbook,
    repacked,
    row,
    workbook,
    zipped,
)

SHEET, TYPES = "xl/worksheets/sheet1.xml", "[Content_Types].xml"
MACRO_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PLAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
GOOD = workbook(HEAD, row("0012"), row(12), row("13", "BIRCH"))
MIDNIGHT = datetime(2025, 2, 3)  # noqa: DTZ001 - local wall time


def excel(file: str) -> Declared:
    """A declaration of a workbook with further lines."""
    return Declared(file=f'format = "excel"\n{file}', occurred=AS_WRITTEN.occurred)


def with_sheets(n: int) -> bytes:
    """The good workbook with more sheets behind the first."""

    def add(book: Any, _sheet: Any) -> None:
        for number in range(2, n + 1):
            book.create_sheet(f"Month {number}")

    return workbook(HEAD, row(1), change=add)


def merged(cells: str) -> Callable[[Any, Any], None]:
    """Merge cells, of which only the first keeps its value."""
    return lambda _book, sheet: sheet.merge_cells(cells)


def with_macros() -> bytes:
    """The good workbook with a project of macros, which is junk and would fail if it were run."""
    macros = {"xl/vbaProject.bin": lambda _none: compound_file(VBA=b"Sub Auto_Open()")}
    return repacked(GOOD, {**macros, TYPES: lambda xml: xml.replace(PLAIN_TYPE, MACRO_TYPE)})


def sheet_changed(old: str, new: str) -> bytes:
    """The good workbook with other text in the XML of its sheet."""
    return repacked(GOOD, {SHEET: lambda xml: re.sub(old.encode(), new.encode(), xml)})


def counted_from_1904(book: Any, _sheet: Any) -> None:
    """Let the days be counted as the first spreadsheets for the Macintosh did."""
    book.epoch = CALENDAR_MAC_1904


def open_document(*rows: Iterable[str]) -> bytes:
    """An .ods file of texts."""
    office = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{n}="{office}:{n}:1.0"' for n in ("office", "table", "text"))
    body = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in cells
        )
        + "</table:table-row>"
        for cells in rows
    )
    content = (
        f'<?xml version="1.0"?><office:document-content{names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Calls">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0"/>'
    return zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest.encode()),
        ("content.xml", content.encode()),
    )


TEXTS = ("0012", "2025-02-03 10:00:00", "ALDER", "ASSAULT")
JUDGED = {
    "numbers stored as text keep their zeros": Judged(
        GOOD, 3, places={"ALDER": 2, "BIRCH": 1}, declared=AS_WRITTEN
    ),
    "macros are never run": Judged(with_macros(), 3, declared=AS_WRITTEN),
    "the declared one of 200 sheets": Judged(
        with_sheets(200), 1, declared=excel('sheet = "Sheet"')
    ),
    "blank rows are no rows": Judged(
        workbook(HEAD, [], row(1), [], [], row(2, when="soon"), []),
        2,
        [(2, "unreadable_time")],
        declared=AS_WRITTEN,
    ),
    "blank rows above the names": Judged(
        workbook([], [], HEAD, row(1), row(2, when="soon")),
        2,
        [(2, "unreadable_time")],
        declared=AS_WRITTEN,
    ),
    "a title and a blank row above the names": Judged(
        workbook(["Calls of 2025"], [], HEAD, row(1)), 1, declared=excel("skip_lines = 1")
    ),
    "merged cells have one value": Judged(
        workbook(HEAD, row(1), row(2), row(3), change=merged("C2:C4")),
        3,
        places={"ALDER": 1, None: 2},
        declared=AS_WRITTEN,
    ),
    "merged dates leave rows without one": Judged(
        workbook(HEAD, row(1), row(2), change=merged("B2:B3")),
        2,
        [(2, "missing_time")],
        declared=AS_WRITTEN,
    ),
    "a formula that was never calculated is blank": Judged(
        workbook(HEAD, row(1), row(2, when="=NOW()"), row(3, town="=C2")),
        3,
        [(2, "missing_time")],
        places={"ALDER": 1, None: 1},
        declared=AS_WRITTEN,
    ),
    "cells with errors are blank": Judged(
        workbook(HEAD, row(1, town="#N/A")), 1, places={None: 1}, declared=AS_WRITTEN
    ),
    "days and moments": Judged(
        workbook(HEAD, row(1), row(2, when=MIDNIGHT), row(3, when="2025-02-03 10:00:00")),
        3,
        declared=AS_WRITTEN,
    ),
    "days counted from 1904": Judged(
        workbook(HEAD, row(1), row(2), change=counted_from_1904), 2, declared=AS_WRITTEN
    ),
    "line breaks, quotes and commas in cells": Judged(
        workbook(HEAD, row(1, "A\nB"), row(2, 'A"B,C'), row(3, when="soon")),
        3,
        [(3, "unreadable_time")],
        places={"A\nB": 1, 'A"B,C': 1},
        declared=AS_WRITTEN,
    ),
    "a carriage return in a cell": Judged(
        repacked(
            workbook(HEAD, row(1, "A#B"), row(2, when="soon")),
            {SHEET: lambda xml: xml.replace(b"A#B", b"A&#13;B")},
        ),
        2,
        [(2, "unreadable_time")],
        places={"A\rB": 1},
        declared=AS_WRITTEN,
    ),
    "a line break in the name of a column": Judged(
        workbook((*HEAD, "note\nof the call"), [*row(1), "x"]), 1, declared=AS_WRITTEN
    ),
    "a cell behind the last column": Judged(
        workbook(HEAD, [*row(1), "stray"], row(2)), 2, [(1, "too_many_fields")], declared=AS_WRITTEN
    ),
    "an unnamed column": Judged(
        workbook(("id", "when", None, "town", "kind"), [*row(1)[:2], "x", *row(1)[2:]]),
        1,
        places={"ALDER": 1},
        declared=AS_WRITTEN,
    ),
    "in a zip archive": Judged(zipped(("calls.xlsx", GOOD)), 3, declared=AS_WRITTEN),
    "of Excel 97": Judged(
        old_workbook(HEAD, TEXTS, (13.0, "soon", "BIRCH", "ASSAULT")),
        2,
        [(2, "unreadable_time")],
        places={"ALDER": 1},
        declared=AS_WRITTEN,
    ),
    "of an open format": Judged(
        open_document(HEAD, TEXTS), 1, places={"ALDER": 1}, declared=AS_WRITTEN
    ),
}


@pytest.mark.parametrize("name", JUDGED)
def test_the_rows_of_a_sheet_are_judged(tmp_path: Path, name: str) -> None:
    """Each row that is not empty has one verdict, numbered from the first below the names."""
    with alder(tmp_path / "alder", JUDGED[name].declared) as county:
        assert_judged(county, JUDGED[name])


def unpacked_sheet(xml: bytes) -> bytes:
    """The good workbook with a sheet that expands a thousandfold."""
    return repacked(GOOD, {SHEET: lambda _xml: xml})


def with_a_lie_about_its_size() -> bytes:
    """A sheet of 100 MB that the archive's directory says to be small."""
    bomb = bytearray(unpacked_sheet(b"<worksheet>" + b" " * 100_000_000))
    member = bomb.index(SHEET.encode(), bomb.index(b"PK\1\2")) - 46
    bomb[member + 24 : member + 28] = (1000).to_bytes(4, "little")
    return bytes(bomb)


REFUSED = {
    "200 sheets and none declared": (with_sheets(200), "200 sheets (Sheet, Month 2, "),
    "a password": (
        compound_file(EncryptionInfo=b"i" * 5000, EncryptedPackage=b"p" * 9000),
        "password",
    ),
    "a password, Excel 97": (old_workbook(HEAD, TEXTS, protected=True), "password"),
    "an envelope without a workbook": (compound_file(Mail=b"m" * 5000), "not readable"),
    "no workbook": (b"id,when,town,kind\n", "not readable as a workbook"),
    "0 bytes": (b"", "not readable as a workbook"),
    "cut in the middle": (GOOD[: len(GOOD) // 2], "cut off or damaged"),
    "cut at the end": (GOOD[:-10], "cut off or damaged"),
    "an empty sheet": (workbook(), "empty"),
    "names only": (workbook(HEAD), "no rows"),
    "a renamed column": (
        workbook(("id", "WHEN", "town", "kind"), row(1)),
        "missing column(s) when",
    ),
    "a column twice": (workbook((*HEAD, "town"), [*row(1), "BIRCH"]), "stands twice"),
    "a sheet that expands a thousandfold": (unpacked_sheet(b" " * 100_000_000), "expand to"),
    "a sheet that is larger than it says": (with_a_lie_about_its_size(), "not readable"),
    "a stray cell in the last corner": (sheet_changed('r="A4"', 'r="XFD1048576"'), "almost empty"),
    "a cell beyond the last row": (sheet_changed('r="A2"', 'r="A99999999999"'), "almost empty"),
    "a row 0": (sheet_changed('r="A2"', 'r="A0"'), "not readable"),
    "half a sheet": (
        repacked(GOOD, {SHEET: lambda xml: xml[: len(xml) // 2]}),
        "not readable",
    ),
    "a byte of a part turned": (
        GOOD[: len(GOOD) // 3] + bytes([GOOD[len(GOOD) // 3] ^ 0x55]) + GOOD[len(GOOD) // 3 + 1 :],
        "not readable",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_workbook_that_cannot_be_taken_is_refused(tmp_path: Path, name: str) -> None:
    """The error says what is wrong, and the good workbook after it is taken."""
    case = Refused(*REFUSED[name], AS_WRITTEN)
    with alder(tmp_path / "alder", case.declared) as county:
        assert_refused(county, lambda: county.deliver(case.content), case.words)
        assert_judged(county, JUDGED["numbers stored as text keep their zeros"])


def test_a_workbook_reads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """An entity that names a file of the machine is not replaced by what is in it."""
    named = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><worksheet'
    content = repacked(
        GOOD,
        {SHEET: lambda xml: xml.replace(b"<worksheet", named.encode()).replace(b"ALDER", b"&b;")},
    )
    with alder(tmp_path / "alder", AS_WRITTEN) as county:
        assert_refused(county, lambda: county.deliver(content), "not readable as a workbook")
