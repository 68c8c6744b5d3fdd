"""One sheet of a workbook (.xlsx, .xlsm, .xls, .ods), rewritten as delimited text.

Macros are never run and formulas never evaluated: a cell is the value that was last saved in it.
"""

import csv
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from pipeline.errors import SourceRefused
from pipeline.sources.declaration import Source
from pipeline.sources.text import visible
from pipeline.sources.unpack import (
    CHUNK_BYTES,
    DAMAGE,
    GROWTH_IS_JUDGED_FROM_BYTES,
    LARGEST_GROWTH,
)
from pipeline.store.folders import make_folder, storage_errors

if TYPE_CHECKING:
    from _csv import Writer

Cell = int | float | str | bool | date | datetime | object
LISTED_SHEETS = 8
ENVELOPE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # of old workbooks and of protected new ones
ENCRYPTED = re.compile(
    re.escape("EncryptedPackage".encode("utf-16-le"))
    + rb"|\x09\x08\x10\x00\x00\x06\x05\x00.{12}\x2f\x00",  # FILEPASS, the first record of Excel 97
    re.DOTALL,
)
SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
CELL_COLUMN = re.compile(rb"""[<:]c\s[^>]*?\br=["']([A-Za-z]+)""")
CELL_ROW = re.compile(rb"""[<:](?:c|row)\s[^>]*?\br=["'][A-Za-z]*(\d+)""")
LONGEST_CELL = 1 << 16  # so that no cell's address is cut in two
# Records fill their sheet. What is twenty times as large as its cells has strayed ones.
LARGEST_AREA = 20
AREA_IS_JUDGED_FROM_CELLS = 5_000_000
MOMENT = "%Y-%m-%d %H:%M:%S"  # how every cell that is a date is written, with or without a time


@contextmanager
def sheet_as_text(path: Path, *, source: Source, name: str, folder: Path) -> Iterator[Path]:
    """The declared sheet as comma-separated text in `folder` while the block runs.

    Cells that are text keep their zeros; whole numbers are written without a decimal point, dates
    as `2024-01-31 00:00:00`. An empty row is a blank line, which is no row; above the names of the
    columns it is left out. Line breaks in a name become blanks.

    Raises:
        SourceRefused: If it is no workbook, is protected, would fill the memory, or the sheet
            cannot be chosen.
    """
    refuse_growth(path, name)
    sheet = _sheet(path, source=source, name=name)
    copy = make_folder(folder) / "sheet"
    try:
        with storage_errors(copy), copy.open("w", encoding="utf-8", newline="") as file:
            _write(
                sheet,
                csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL),
                skip_rows=source.skip_lines,
            )
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def refuse_growth(path: Path, name: str) -> None:
    """A workbook is a compressed archive and can be made to fill the memory."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            inside = sum(member.file_size for member in archive.infolist())
            if inside > max(GROWTH_IS_JUDGED_FROM_BYTES, LARGEST_GROWTH * path.stat().st_size):
                raise SourceRefused(
                    f"{name}: {path.stat().st_size:,} bytes expand to {inside:,}",
                    expected=f"a workbook that grows at most {LARGEST_GROWTH} times when opened",
                    try_next="save the sheet with the records as CSV and deliver that",
                )
            for member in archive.infolist():
                _refuse_emptiness(archive, member, name)
    except DAMAGE as error:
        raise _unreadable(name, error) from error


def _refuse_emptiness(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """A sheet is held as a rectangle: one cell far from the others makes it fill the memory.

    Every part is read to its end, so that sizes and checksums are known to be true.
    """
    n_cells, last_column, last_row = 0, 1, 1
    with archive.open(member) as part:
        while chunk := part.read(CHUNK_BYTES):
            if SHEET_PART.match(member.filename):
                chunk += part.readline(LONGEST_CELL)
                columns = CELL_COLUMN.findall(chunk)
                n_cells += len(columns)
                last_column = max(last_column, *map(_column_number, set(columns)), 1)
                last_row = max(last_row, *map(int, set(CELL_ROW.findall(chunk))), 1)
    if last_row * last_column > max(AREA_IS_JUDGED_FROM_CELLS, LARGEST_AREA * n_cells):
        raise SourceRefused(
            f"{name}: a sheet of {n_cells:,} cells that reaches to row {last_row:,} and is almost "
            "empty",
            expected=f"a sheet with at most {LARGEST_AREA} times as much room as cells",
            try_next="delete the stray cells far below or right of the records, or save the sheet "
            "as CSV and deliver that",
        )


def _column_number(letters: bytes) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _sheet(path: Path, *, source: Source, name: str) -> CalamineSheet:
    """The declared sheet, or the only one."""
    if _is_protected(path):
        raise _protected(name)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = workbook.sheet_names
        chosen = source.sheet or (sheets[0] if len(sheets) == 1 else None)
        if chosen in sheets:
            return workbook.get_sheet_by_name(chosen)
    except PasswordError as error:
        raise _protected(name) from error
    except (CalamineError, OSError) as error:
        raise _unreadable(name, error) from error
    listed = ", ".join(visible(sheet) for sheet in sheets[:LISTED_SHEETS])
    more = f" and {len(sheets) - LISTED_SHEETS} more" if len(sheets) > LISTED_SHEETS else ""
    first = visible(sheets[0]) if sheets else "NAME"
    raise SourceRefused(
        f"{name}: {len(sheets)} sheets ({listed}{more})"
        + (f", none named '{source.sheet}'" if source.sheet else ""),
        expected="the name of the sheet with the records, where there is more than one",
        try_next=f"sheet = '{first}' in sources/{source.id}.toml",
    )


def _is_protected(path: Path) -> bool:
    """Whether it is an envelope with something encrypted, for which calamine has no word."""
    with path.open("rb") as file:
        if file.read(len(ENVELOPE)) != ENVELOPE:
            return False
        with mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            return ENCRYPTED.search(content) is not None


def _protected(name: str) -> SourceRefused:
    return SourceRefused(
        f"{name}: the workbook is protected with a password",
        expected="a workbook that can be opened without one",
        try_next="save it without a password, or the sheet as CSV, and deliver that",
    )


def _unreadable(name: str, error: Exception) -> SourceRefused:
    """The refusal of something that is no workbook."""
    seen = visible((str(error).splitlines() or [type(error).__name__])[0])
    return SourceRefused(
        f"{name}: not readable as a workbook ({seen})",
        expected="a whole .xlsx, .xls or .ods file",
        try_next="open it in a spreadsheet program: is it the right file, and whole?",
    )


def _write(sheet: CalamineSheet, writer: "Writer", *, skip_rows: int) -> None:
    """Write the rows below the skipped ones, as wide as the names of the columns."""
    width = 0
    for number, row in enumerate(sheet.iter_rows()):
        if number < skip_rows:
            continue
        cells = [_written(cell) for cell in row]
        if not width:
            width = max((at for at, cell in enumerate(cells, 1) if cell), default=0)
            if not width:
                continue
            cells = [column_name(cell, at) for at, cell in enumerate(cells[:width], 1)]
        while len(cells) > width and not cells[-1]:
            cells.pop()
        writer.writerow(cells if any(cells) else [])


def column_name(cell: str, at: int) -> str:
    r"""The name of a column, from the cell above it.

    >>> column_name("When\nit was", 1), column_name("", 2)
    ('When it was', 'column 2')
    """
    return re.sub(r"\s*[\r\n]+\s*", " ", cell) or f"column {at}"


def _written(cell: Cell) -> str:
    """A cell as text."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):  # a datetime is a date too
        return cell.strftime(MOMENT)
    return str(cell)
