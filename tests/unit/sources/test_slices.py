"""A long text comes in slices: whole records, each under the same head, nothing lost or doubled."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sources import slices as module
from pipeline.sources.slices import slices

FIELD = st.text(st.sampled_from('ab,"\n翠'), max_size=6)
ROWS = st.lists(st.tuples(FIELD, FIELD), max_size=30)


def written(rows: list[tuple[str, str]]) -> bytes:
    """Rows as a spreadsheet program writes them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("x", "y"), *rows])
    return text.getvalue().encode()


def read(part: Path) -> list[list[str]]:
    """Rows of a slice with its head."""
    with part.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices of a few bytes, so that a short text has many."""
    monkeypatch.setattr(module, "SLICE_BYTES", 40)
    monkeypatch.setattr(module, "LARGEST_SLICE", 400)


@settings(max_examples=200)
@given(rows=ROWS, chunk=st.integers(1, 60), size=st.integers(5, 120))
def test_slices_hold_the_rows_of_the_whole(
    rows: list[tuple[str, str]], chunk: int, size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However the text is chunked, the slices' rows are those of the text, in their order."""
    text = written(rows)
    place = tmp_path_factory.mktemp("slices")
    chunks = [text[start : start + chunk] for start in range(0, len(text), chunk)]
    found, heads = [], []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SLICE_BYTES", size)
        patch.setattr(module, "LARGEST_SLICE", 1_000_000)
        for part in slices(chunks, place, quote=b'"', n_head_lines=1):
            head, *body = read(part)
            heads.append(head)
            found += body
    assert [list(row) for row in rows] == found
    assert [["x", "y"]] * len(heads) == heads
    assert heads


@pytest.mark.usefixtures("small_slices")
def test_lines_before_the_head_are_repeated(tmp_path: Path) -> None:
    """What is skipped before the names of the columns is skipped in each slice."""
    text = b"report of today\nx,y\n" + b"1,2\n" * 40
    parts = [part.read_bytes() for part in slices([text], tmp_path, quote=b'"', n_head_lines=2)]
    assert len(parts) > 2
    assert all(part.startswith(b"report of today\nx,y\n1,2\n") for part in parts)
    assert text == parts[0][:20] + b"".join(part.removeprefix(text[:20]) for part in parts)


@pytest.mark.usefixtures("small_slices")
def test_a_stray_quote_does_not_make_one_slice_of_all(tmp_path: Path) -> None:
    """Where no line leaves the quotes closed, a slice ends with any line, and no byte is lost."""
    text = b'x,y\n1,5" pipe\n' + b"1,2\n" * 400
    chunks = [text[start : start + 50] for start in range(0, len(text), 50)]
    parts = [part.read_bytes() for part in slices(chunks, tmp_path, quote=b'"', n_head_lines=1)]
    assert len(parts) > 1
    assert text == b"x,y\n" + b"".join(part.removeprefix(b"x,y\n") for part in parts)


def test_an_empty_text_is_one_empty_slice(tmp_path: Path) -> None:
    """The reader is to say that the file is empty; nothing is left behind."""
    place = tmp_path
    assert [b""] == [part.read_bytes() for part in slices([], place, quote=b'"', n_head_lines=1)]
    assert [] == list(place.iterdir())
