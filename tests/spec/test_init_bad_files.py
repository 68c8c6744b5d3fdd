"""`safety-index init` on files that are damaged, hostile or no records at all."""

import csv
import io
import tomllib
import zipfile
from pathlib import Path

import openpyxl
import pytest

from pipeline.errors import SafetyIndexError, SourceRefused, WrongUsage
from pipeline.survey.found import Survey
from pipeline.survey.survey import survey_files
from pipeline.survey.writing.folder import write_city_folder
from tests.spec.unseen_files import AREAS, american_portal, moments

HEADER = "id,date,ward,offence\n"
ROWS = "".join(f"{n},{at:%Y-%m-%d},{AREAS[n % 6]},Theft\n" for n, at in enumerate(moments()[:200]))
REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b" \n\r\n \n", "no text"),
    "header only": (HEADER.encode(), "no rows"),
    "binary": (bytes(range(256)) * 40, "binary|names the columns|UTF-16|not readable"),
    "web page": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "markup"),
    "PDF": (b"%PDF-1.7 ...", "PDF"),
    "RAR": (b"Rar!\x1a\x07\x01\x00", "RAR"),
    "database": (b"SQLite format 3\x00" + b"\x00" * 100, "database"),
    "damaged gzip": (b"\x1f\x8b\x08\x00damaged", "damaged"),
    "damaged Parquet": (b"PAR1 and nothing else", "Parquet"),
    "damaged workbook": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "workbook"),
    "JSON without records": (b'{"status": [1, 2]}', "without a record"),
    "JSON in a script": (b'var crimes = [{"id": "1", "month": "2"}];', "script"),
    "no names of columns": (ROWS.encode(), "row of data"),
    "a name twice": (b"id,date,date\n1,2024-01-01,2024-01-01\n", "comes twice"),
    "a name without end": (b"id," + b"x" * 5_000 + b"\n1,2\n", "characters"),
    "UTF-16 without a mark": (HEADER.encode("utf-16-le") * 50, "without a byte order mark"),
}


def survey_text(folder: Path, text: str) -> Survey:
    """Survey one CSV."""
    path = folder / "calls.csv"
    path.write_bytes(text.encode(errors="surrogateescape"))
    return survey_files([path])


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_of_records_is_refused_with_a_reason(case: str, tmp_path: Path) -> None:
    """The message says what was seen, what was expected and what to try."""
    content, seen = REFUSED[case]
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(SafetyIndexError, match=seen) as refusal:
        survey_files([path])
    assert all((refusal.value.expected, refusal.value.try_next))


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    """A name that is not there is told at once."""
    with pytest.raises(WrongUsage, match=r"not there: .*none\.csv"):
        survey_files([tmp_path / "none.csv"])


def test_an_archive_with_a_path_outside_is_refused(tmp_path: Path) -> None:
    """Archives are judged as for a delivery."""
    path = tmp_path / "calls.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../calls.csv", HEADER + ROWS)
    with pytest.raises(SourceRefused, match="place outside"):
        survey_files([path])


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    """Sheets without a row hold no records."""
    path = tmp_path / "calls.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(SourceRefused, match="none with a row"):
        survey_files([path])


def test_an_enormous_cell_is_one_unreadable_line(tmp_path: Path) -> None:
    """Ten megabytes in one cell cost that row, and are reported."""
    survey = survey_text(tmp_path, HEADER + ROWS + f'x,2022-01-05,"{"A" * 10_000_000}",Theft\n')
    assert (200, 1) == (survey.sources[0].n_rows, survey.sources[0].n_unreadable)


def test_damaged_lines_are_counted(tmp_path: Path) -> None:
    """Too few and too many fields, and bytes of another encoding, are a doubt with a number."""
    damaged = "1,2022-01-03\n1,2,3,4,5,6\n9,2022-01-04,Stra\udcdfe,Theft\n"
    survey = survey_text(tmp_path, HEADER + ROWS.replace("Harbor", "Hafnarfjörður") + damaged)
    assert 3 == survey.sources[0].n_unreadable
    assert any("3 lines could not be taken apart" in d.doubt.seen for d in survey.doubts)


def test_names_of_columns_cannot_forge_the_declaration(tmp_path: Path) -> None:
    """Quotes, brackets, backslashes and direction marks in names come out as they went in."""
    names = ['da"te', "town\\ [x]", "offence\u202e<script>", "id = 1"]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([names[3], names[0], names[1], names[2]])
    survey = survey_text(tmp_path, buffer.getvalue() + ROWS)
    done = write_city_folder(tmp_path / "city", survey)
    text = (done.folder / "sources" / "calls.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)
    assert (names[0], [names[1]], [names[2]]) == (
        declared["occurred"]["column"],
        declared["place"]["columns"],
        declared["category"]["columns"],
    )


def test_values_with_markup_and_formulas_stay_out_of_the_tables(tmp_path: Path) -> None:
    """What a spreadsheet would run, and what hides its direction, is left out and counted."""
    rows = "".join(
        f"{n},{at:%Y-%m-%d},{('Alder', '@SUM(1)', 'Bi' + chr(0x202E) + 'rch')[n % 3]},=cmd\n"
        for n, at in enumerate(moments()[:300])
    )
    survey = survey_text(tmp_path, HEADER + rows)
    done = write_city_folder(tmp_path / "city", survey)
    tables = "".join(path.read_text(encoding="utf-8") for path in done.folder.glob("*.csv"))
    assert (["Alder"], 200, False) == (
        [town.name for town in survey.towns],
        sum(n for _, n in survey.left_out_places),
        any(text in tables for text in ("@SUM", "=cmd", chr(0x202E))),
    )


def test_two_hundred_sheets_are_no_obstacle(tmp_path: Path) -> None:
    """The sheet with most rows is read, and the others are a doubt."""
    book = openpyxl.Workbook()
    for number in range(199):
        book.create_sheet(f"s{number}").append(["nothing"])
    sheet = book.create_sheet("records")
    for line in csv.reader(io.StringIO(HEADER + ROWS)):
        sheet.append(line)
    book.save(tmp_path / "calls.xlsx")
    survey = survey_files([tmp_path / "calls.xlsx"])
    assert ("records", 200) == (survey.sources[0].shape.sheet, survey.sources[0].n_rows)


def test_a_table_without_residents_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """A wrong --population leaves no folder."""
    survey = survey_files([american_portal(tmp_path)])
    table = tmp_path / "table.csv"
    table.write_text("name,area\nCentral,5\n", encoding="utf-8")
    with pytest.raises(SourceRefused, match="no column of residents"):
        write_city_folder(tmp_path / "city", survey, population=table)
    assert not (tmp_path / "city").exists()
