"""Delimited text in every state of disrepair: each row has its verdict and its number."""

import json
from pathlib import Path

import pytest

from tests.spec.hostile_files import (
    Declared,
    Judged,
    Refused,
    alder,
    assert_judged,
    assert_refused,
    good,
    lines,
)

SHORT = [(7, "too_few_fields")]


def text(file: str, place: str = 'column = "town"') -> Declared:
    """A declaration of delimited text."""
    return Declared(file=f'format = "csv"\n{file}', place=place)


def encoded(name: str) -> Declared:
    """A declaration of delimited text in an encoding."""
    return text(f'encoding = "{name}"')


def sixth(town: str = "ALDER", number: int = 6) -> str:
    """The sixth row, with another town."""
    return f"{number},2025-02-03,{town},ASSAULT"


def towns(*names: str) -> dict[str | None, int]:
    """The five good rows, and one row for each further town."""
    return {"ALDER": 5, **dict.fromkeys(names, 1)}


def as_gb18030(*rows: str) -> bytes:
    """Lines in GB18030."""
    return "".join(f"{row}\n" for row in rows).encode("gb18030")


# --- Encodings ----------------------------------------------------------------------------------

FIVE = lines(*good())
MOJIBAKE = "桤木".encode().decode("gb18030")  # what two characters of UTF-8 look like
ENCODINGS = {
    "lines of GB18030 in a file of UTF-8": Judged(
        FIVE.encode() + as_gb18030(sixth("桤木"), sixth("ALDER", 7)) + sixth("桤木", 8).encode(),
        8,
        [(6, "bad_encoding")],
        places={"ALDER": 6, "桤木": 1},
    ),
    "lines of UTF-8 in a file of GB18030, an odd number of bytes": Judged(
        FIVE.encode() + as_gb18030(sixth("桤木")) + sixth("桤", 7).encode() + b"\n8,x\n",
        8,
        [(7, "bad_encoding"), (8, "too_few_fields")],
        places=towns("桤木"),
        declared=encoded("gb18030"),
    ),
    "lines of UTF-8 in a file of GB18030, an even number of bytes": Judged(
        FIVE.encode() + sixth("桤木").encode() + b"\n7,x\n",
        7,
        SHORT,
        places=towns(MOJIBAKE),
        declared=encoded("gb18030"),
    ),
    "characters of four bytes in GB18030": Judged(
        FIVE.encode() + as_gb18030(sixth("𠮷㐀ü"), "7,x"),
        7,
        SHORT,
        places=towns("𠮷㐀ü"),
        declared=encoded("gb18030"),
    ),
    "half a character at the end of a line and of the file": Judged(
        FIVE.encode() + b"6,2025-02-03,ALDER,\x81\n7,x\n8,2025-02-03,ALDER,\x81\x30\x81",
        8,
        [(6, "bad_encoding"), (7, "too_few_fields"), (8, "bad_encoding")],
        declared=encoded("gb18030"),
    ),
    "quotation marks of Windows are no quotes": Judged(
        FIVE.encode() + b"6,2025-02-03,\x93A\x94,ASSAULT\n7,2025-02-03,\x81,ASSAULT\n8,x\n",
        8,
        [(7, "bad_encoding"), (8, "too_few_fields")],
        places=towns("“A”"),
        declared=encoded("windows-1252"),
    ),
    "a backslash as the second byte of Big5": Judged(
        FIVE.encode()
        + "6,2025-02-03,許功蓋,ASSAULT\n7,x\n8,2025-02-03,".encode("cp950")
        + b"\xff,x",
        8,
        [(7, "too_few_fields"), (8, "bad_encoding")],
        places=towns("許功蓋"),
        declared=encoded("big5"),
    ),
    "UTF-16 with half a pair and an odd byte": Judged(
        lines(*good(), sixth("A\ud800B"), "7,x", sixth("C", 8)).encode("utf-16", "surrogatepass")
        + b"\0",
        9,
        [(6, "bad_encoding"), (7, "too_few_fields"), (9, "bad_encoding")],
        places=towns("C"),
        declared=encoded("utf-16"),
    ),
    "NUL in UTF-16": Judged(
        lines(*good(), sixth("A\0B"), "7,x").encode("utf-16"),
        7,
        SHORT,
        places=towns("A\0B"),
        declared=encoded("utf-16"),
    ),
    "NUL in GB18030": Judged(
        FIVE.encode() + as_gb18030(sixth("桤\0"), "7,x"),
        7,
        SHORT,
        places=towns("桤\0"),
        declared=encoded("gb18030"),
    ),
}

# --- Layouts ------------------------------------------------------------------------------------


def marked(mark: str) -> Judged:
    """A file with another delimiter, which also stands in a quoted cell."""
    rows = [*good(), f'6,2025-02-03,"A{mark}B",ASSAULT'.replace(",", mark), f"7{mark}x"]
    content = "\n".join(rows).replace(",", mark)
    return Judged(
        f"id{mark}when{mark}town{mark}kind\n{content}\n".encode(),
        7,
        SHORT,
        places=towns(f"A{mark}B"),
        declared=text(f"delimiter = {json.dumps(mark)}"),
    )


def quoted(mark: str) -> Judged:
    """A file with another quote, also doubled, beside the usual one, which means nothing."""
    rows = [sixth(f"{mark}A,{mark}{mark}\nB{mark}"), "7,x", sixth('"', 8)]
    return Judged(
        lines(*good(), *rows).encode(),
        8,
        SHORT,
        places=towns(f"A,{mark}\nB", '"'),
        declared=text(f"quote = {json.dumps(mark)}"),
    )


LAYOUTS = {
    **{f"delimiter {mark!r}": marked(mark) for mark in ("\t", ";", "|", "，")},
    **{f"quote {mark!r}": quoted(mark) for mark in ("'", "`", "|")},
    "no quotes at all": Judged(
        lines(*good(), sixth('"A'), "7,x").encode(), 7, SHORT, 0, text('quote = ""'), towns('"A')
    ),
    "lines before the names": Judged(
        b"City, all wards\n\n" + lines(*good(), "6,x", "", sixth(number=7)).encode(),
        7,
        [(6, "too_few_fields")],
        declared=text("skip_lines = 2"),
    ),
    "lines before the names, in quotes and CRLF": Judged(
        b'"City, ""all"" wards",,,\r\n' + lines(*good(), "6,x", end="\r\n").encode(),
        6,
        [(6, "too_few_fields")],
        declared=text("skip_lines = 1"),
    ),
    "a form feed and a line separator are no line ends": Judged(
        "City\x0creport\u2028of\x85May\n".encode() + lines(*good(), "6,x").encode(),
        6,
        [(6, "too_few_fields")],
        declared=text("skip_lines = 1"),
    ),
    "unnamed columns at the end": Judged(
        lines(*(f"{line},," for line in good()), "6,x", head="id,when,town,kind,,").encode(),
        6,
        [(6, "too_few_fields")],
        places={"ALDER": 5},
    ),
    "a column with a name that the pipeline uses": Judged(
        lines(
            *(f"{line},99" for line in good()), "6,x", head="id,when,town,kind,FILE_ROW"
        ).encode(),
        6,
        [(6, "too_few_fields")],
    ),
}

JUDGED = {**ENCODINGS, **LAYOUTS}


@pytest.mark.parametrize("name", JUDGED)
def test_each_row_has_one_verdict(tmp_path: Path, name: str) -> None:
    """Bad rows are counted with their number and one reason; all others are accepted as written."""
    with alder(tmp_path / "alder", JUDGED[name].declared) as county:
        assert_judged(county, JUDGED[name])


REFUSED = {
    "UTF-16 without a mark": Refused(FIVE.encode("utf-16-le"), "69 00", encoded("utf-16")),
    "UTF-16, the high byte first, without a mark": Refused(
        FIVE.encode("utf-16-be"), "00 69", encoded("utf-16")
    ),
    "UTF-8 where UTF-16 is declared": Refused(FIVE.encode(), "69 64", encoded("utf-16")),
    "another delimiter": Refused(FIVE.replace(",", ";").encode(), "id;when;town;kind"),
    "names further down than declared": Refused(
        b"City\n" + FIVE.encode(), "missing column(s)", text("skip_lines = 2")
    ),
    "names further up than declared": Refused(
        b"City\n" + FIVE.encode(), "missing column(s)", text("skip_lines = 0")
    ),
    "fewer lines than are skipped": Refused(
        FIVE.encode(), "missing column(s)", text("skip_lines = 50")
    ),
    "a quote that is never closed above the names": Refused(
        b'"City\n' + FIVE.encode(),
        "unexplained",
        text("skip_lines = 1"),
    ),
    "a declared column with a name that the pipeline uses": Refused(
        FIVE.replace("town", "file_row").encode(),
        "found:    id, when, file_row (column 3), kind",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_whole(tmp_path: Path, name: str) -> None:
    """The error says what is wrong with the file; nothing of it is kept."""
    case = REFUSED[name]
    with alder(tmp_path / "alder", case.declared) as county:
        assert_refused(county, lambda: county.deliver(case.content), case.words)
