"""Delimiters, quotes and headers found from text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceRefused
from pipeline.survey.layout.dialect import DELIMITERS, find_dialect

CELLS = st.text("abc XYZ0123456789.:/-,;|\"'中文", min_size=1, max_size=12).filter(str.strip)
CASES = [
    ("a,b,c\n1,2,3\n", (",", '"', 0, ("a", "b", "c"))),
    ("a;b\n1,5;2,5\n3,5;4,5\n", (";", '"', 0, ("a", "b"))),
    ("'a'|'b'\n'x|y'|'1'\n'z'|'2'\n'w'|'3'\n", ("|", "'", 0, ("a", "b"))),
    ("Title of the export\n\na,b,c\n1,2,3\n4,5,6\n", (",", '"', 2, ("a", "b", "c"))),
    ("Title,,\na,b,c\n1,2,3\n", (",", '"', 1, ("a", "b", "c"))),
    ("only\n1\n2\n", (",", '"', 0, ("only",))),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_dialect_is_found(text: str, expected: tuple[str, str, int, tuple[str, ...]]) -> None:
    """The pair wins that makes most rows equally long; the first full row names the columns."""
    found = find_dialect(text, name="calls.csv")
    assert expected == (found.delimiter, found.quote, found.skip_lines, found.header)


def test_blank_text_is_refused() -> None:
    """Without any line there is nothing to find."""
    with pytest.raises(SourceRefused, match="no text"):
        find_dialect(" \n\n", name="calls.csv")


@given(
    delimiter=st.sampled_from(DELIMITERS[:4]),
    rows=st.lists(st.tuples(*[CELLS] * 4), min_size=5, max_size=20),
)
def test_what_a_writer_wrote_is_found_again(
    delimiter: str, rows: list[tuple[str, str, str, str]]
) -> None:
    """Delimiter and header come back whatever stands in the quoted cells."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(("id", "date", "town", "kind"))
    writer.writerows(rows)
    found = find_dialect(text.getvalue(), name="calls.csv")
    assert (delimiter, '"', 0, ("id", "date", "town", "kind")) == (
        found.delimiter,
        found.quote,
        found.skip_lines,
        found.header,
    )
