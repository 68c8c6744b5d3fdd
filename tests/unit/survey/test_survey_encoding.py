"""Encodings found from bytes alone."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.survey.layout.encoding import find_encoding

SIMPLIFIED = "接警单编号,报警时间,辖区单位,警情类别\n440402001,2024-01-01,吉大派出所,入室盗窃\n"
TRADITIONAL = "編號,案類,發生日期,鄉鎮市區\n1,住宅竊盜,1040101,大安區\n2,汽車竊盜,1040102,中正區\n"
FRENCH = (
    "numéro,date,quartier\n1,2024-01-01,Montréal-Est\n2,2024-01-02,Côte-des-Neiges à l'été\n" * 3
)
CASES = [
    (b"id,date\n1,2024-01-01\n", "utf-8"),
    (SIMPLIFIED.encode(), "utf-8"),
    (codecs.BOM_UTF8 + SIMPLIFIED.encode(), "utf-8"),
    (SIMPLIFIED.encode("utf-16"), "utf-16"),
    (codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"), "utf-16"),
    (SIMPLIFIED.encode("gb18030"), "gb18030"),
    (TRADITIONAL.encode("cp950"), "cp950"),
    (FRENCH.encode("cp1252"), "windows-1252"),
    ("a,Zürich\n".encode("latin-1") * 30 + b"b,\x81\x8d\xe9\n", "latin-1"),
]


@pytest.mark.parametrize(("content", "expected"), CASES)
def test_an_encoding_is_found_from_its_bytes(content: bytes, expected: str) -> None:
    """Marks, validity and frequent characters tell the encodings apart."""
    assert expected == find_encoding(content).encoding


def test_a_few_bytes_leave_a_doubt() -> None:
    """Two letters beyond ASCII cannot tell one legacy encoding from another."""
    found = find_encoding("id,name\n1,北\n".encode("gb18030"))
    assert (True, ("gb18030", "cp950", "windows-1252")) == (bool(found.doubt), found.choices)


def test_single_damaged_lines_do_not_change_the_encoding() -> None:
    """One line in another encoding among many in UTF-8 is a doubt, not another encoding."""
    found = find_encoding(SIMPLIFIED.encode() * 200 + "辖区\n".encode("gb18030"))
    assert ("utf-8", True) == (found.encoding, "are not UTF-8" in found.doubt)


@given(
    cut=st.integers(min_value=120, max_value=400), encoding=st.sampled_from(["gb18030", "cp950"])
)
def test_where_the_sample_is_cut_does_not_matter(cut: int, encoding: str) -> None:
    """A character cut in two at the end of the sample changes nothing."""
    text = {"gb18030": SIMPLIFIED, "cp950": TRADITIONAL}[encoding] * 10
    assert encoding == find_encoding(text.encode(encoding)[:cut]).encoding
