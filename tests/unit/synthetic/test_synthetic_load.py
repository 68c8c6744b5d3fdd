"""Load tests: any number of rows in bounded memory, in either encoding and either format."""

import csv
import tracemalloc
from pathlib import Path

import duckdb
import pytest

from pipeline.synthetic import write_load_test
from pipeline.synthetic.dirt import CALL_FAULTS
from pipeline.synthetic.layout import COLUMNS
from tests.unit.synthetic.by_hand import judged

N_ROWS = 20_000


def only_file(folder: Path, **options: object) -> Path:
    """The one file of a small load test."""
    (path,) = write_load_test(folder, N_ROWS, 3, **options).files  # type: ignore[arg-type]
    return path


def test_rows_have_the_columns_of_the_demo_and_no_fault(tmp_path: Path) -> None:
    """All rows are clean, have identities of their own and come in the order of their report."""
    path = only_file(tmp_path)
    rows = list(judged(path))
    assert N_ROWS == len(rows)
    assert {""} == {fault for _, fault, _ in rows}
    assert N_ROWS == len({fields[0] for _, _, fields in rows})
    reported = [fields[1] for _, _, fields in rows]
    assert sorted(reported) == reported
    assert ("2023-01-01", "2025-12-31") == (reported[0][:10], reported[-1][:10])
    assert all(fields[2] <= fields[1] for _, _, fields in rows)


@pytest.mark.parametrize("chunk_rows", [1_000, 7_777, N_ROWS, 10 * N_ROWS])
def test_the_size_of_chunks_leaves_no_trace(tmp_path: Path, chunk_rows: int) -> None:
    """The bytes are those of the usual chunks, dirty rows too."""
    expected = only_file(tmp_path / "a", dirty_share=0.05).read_bytes()
    path = only_file(tmp_path / "b", dirty_share=0.05, chunk_rows=chunk_rows)
    assert expected == path.read_bytes()


def test_another_seed_gives_other_rows(tmp_path: Path) -> None:
    """The seed decides the rows."""
    first, second = (write_load_test(tmp_path / str(n), 1_000, n).files[0] for n in (1, 2))
    assert first.read_bytes() != second.read_bytes()


def test_both_encodings_hold_the_same_text(tmp_path: Path) -> None:
    """A file in UTF-8 is the same text as the one in GB18030."""
    gb18030, utf_8 = only_file(tmp_path / "a"), only_file(tmp_path / "b", encoding="utf-8")
    assert gb18030.read_bytes().decode("gb18030") == utf_8.read_bytes().decode("utf-8")


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    """Parquet has the rows of the CSV, every column as text."""
    text = only_file(tmp_path, encoding="utf-8").read_text(encoding="utf-8-sig")
    expected = [tuple(cell or None for cell in row) for row in csv.reader(text.splitlines())][1:]
    parquet = only_file(tmp_path, format="parquet")
    relation = duckdb.read_parquet(str(parquet))
    assert (list(COLUMNS), {"VARCHAR"}) == (relation.columns, set(map(str, relation.types)))
    assert expected == relation.fetchall()
    assert ["110-load-0001.parquet", "110-load.csv"] == sorted(p.name for p in tmp_path.iterdir())


def test_faults_are_as_many_as_told(tmp_path: Path) -> None:
    """A share of the rows has a fault, of each kind as many as the result says."""
    done = write_load_test(tmp_path, N_ROWS, 3, dirty_share=0.1)
    found: dict[str, int] = {}
    for _, fault, _ in judged(done.files[0]):
        if fault:
            found[fault] = found.get(fault, 0) + 1
    assert done.faults == dict(sorted(found.items()))
    assert {fault.reason for fault in CALL_FAULTS if fault.is_rejected} == set(found)
    assert 0.09 < sum(found.values()) / N_ROWS < 0.11


def test_parquet_has_only_faults_of_values(tmp_path: Path) -> None:
    """A row of Parquet cannot have too many fields: such faults are left out."""
    done = write_load_test(tmp_path, N_ROWS, 3, format="parquet", dirty_share=0.1)
    structural = {fault.reason for fault in CALL_FAULTS if fault.is_of_text}
    assert {"too_few_fields", "too_many_fields", "bad_encoding"} == structural
    assert not structural & done.faults.keys()
    assert 0.09 < sum(done.faults.values()) / N_ROWS < 0.11


def peak_bytes(folder: Path, n_rows: int) -> int:
    """Most memory that Python and NumPy held at once while a file was written."""
    tracemalloc.start()
    write_load_test(folder, n_rows, 3, chunk_rows=5_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    """Ten times the rows need no more memory: they are made and written chunk by chunk."""
    small, large = peak_bytes(tmp_path, 10_000), peak_bytes(tmp_path, 100_000)
    assert large < 1.1 * small
