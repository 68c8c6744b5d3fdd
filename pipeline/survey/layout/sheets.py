"""Which sheet of a workbook holds the records."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from pipeline.errors import SourceRefused
from pipeline.sources.workbook import refuse_growth
from pipeline.survey.layout.dialect import find_header

ROWS_LOOKED_AT = 500


@dataclass(frozen=True)
class FoundSheet:
    """The sheet with most rows, and the row in it that names the columns."""

    sheet: str
    others: tuple[str, ...]
    skip_rows: int
    header: tuple[str, ...]  # as `sources.workbook` writes it


def largest_sheet(path: Path, *, name: str) -> FoundSheet:
    """Choose by the number of rows.

    Raises:
        SourceRefused: If the workbook is protected, damaged, grows beyond belief or is empty.
    """
    refuse_growth(path, name)
    with _refusals(name):
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = {sheet: workbook.get_sheet_by_name(sheet) for sheet in workbook.sheet_names}
    largest = max(sheets, key=lambda sheet: sheets[sheet].height, default="")
    if not largest or not sheets[largest].height:
        raise _refused(name, f"{len(sheets)} sheet(s), none with a row", "is it the right file?")
    rows = [
        (number, [str(cell) for cell in row])
        for number, row in enumerate(islice(sheets[largest].iter_rows(), ROWS_LOOKED_AT))
    ]
    skip_rows, header = find_header(rows, name)
    width = max(at for at, cell in enumerate(header, 1) if cell)
    columns = tuple(cell or f"column {at}" for at, cell in enumerate(header[:width], 1))
    return FoundSheet(largest, tuple(s for s in sheets if s != largest), skip_rows, columns)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Turn the reader's errors into refusals."""
    try:
        yield
    except PasswordError as error:
        raise _refused(
            name, "the workbook is protected with a password", "save it without a password"
        ) from error
    except (CalamineError, OSError) as error:
        raise _refused(
            name, "not readable as a workbook", "open it in a spreadsheet program: is it whole?"
        ) from error


def _refused(name: str, seen: str, try_next: str) -> SourceRefused:
    return SourceRefused(
        f"{name}: {seen}", expected="a whole .xlsx, .xls or .ods file", try_next=try_next
    )
