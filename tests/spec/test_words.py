"""Chinese and English are complete, and numbers in sentences are those of the files."""

import re
from datetime import date
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from pipeline.errors import SafetyIndexError
from pipeline.settings import REPOSITORY
from reports.words.language import LANGUAGES, language

REPORTS = REPOSITORY / "reports"
METHODS = [("**.py", "python"), ("**.j2", "jinja2.ext:babel_extract")]
KEYWORDS = {"text": None, "count_text": (1, 2), "mark": None, "_": None}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")


def used_messages() -> set[str | tuple[str, ...]]:
    """Every text that pages and terminal tables show."""
    options = {"**.j2": {"silent": "false"}}
    found = extract_from_dir(
        str(REPORTS), method_map=METHODS, options_map=options, keywords=KEYWORDS
    )
    return {message for _, _, message, _, _ in found}


def test_every_text_is_translated_and_none_is_left_over() -> None:
    """zh.po holds exactly the texts in use, each with a translation."""
    with Path(REPORTS / "words" / "zh.po").open("rb") as file:
        catalogue = {message.id: message.string for message in read_po(file) if message.id}
    assert used_messages() == set(catalogue)
    assert [message for message, text in catalogue.items() if not text] == []


def test_translations_keep_the_placeholders() -> None:
    """A translation has the same values to put in as its text."""
    with Path(REPORTS / "words" / "zh.po").open("rb") as file:
        for message in read_po(file):
            text = message.string if isinstance(message.string, str) else message.string[0]
            original = message.id if isinstance(message.id, str) else message.id[1]
            assert sorted(PLACEHOLDER.findall(original)) == sorted(PLACEHOLDER.findall(text))


def test_reason_codes_are_all_known_to_the_catalogue() -> None:
    """Each reason that the statements and readers can give has words."""
    statements = (REPOSITORY / "pipeline" / "store" / "sql" / "judge.sql").read_text()
    readers = (REPOSITORY / "pipeline" / "sources" / "csv.py").read_text()
    codes = set(re.findall(r"(?:THEN|ELSE) '(\w+)'", statements))
    codes |= set(re.findall(r'": "(\w+)",\n', readers)) | {"unreadable_line"}
    chinese = language("zh")
    assert [code for code in sorted(codes) if chinese.text(code) == code] == []


def test_numbers_and_dates_follow_the_language() -> None:
    """Dates are said as each language says them; scores and changes look the same in both."""
    day = date(2021, 12, 31)
    assert [language(code).long_date(day) for code in LANGUAGES] == [
        "Friday 31 December 2021",
        "2021年12月31日 星期五",
    ]
    assert [language(code).number(12345.678, 1) for code in LANGUAGES] == ["12,345.7", "12,345.7"]
    english = language("en")
    assert [english.score(x) for x in (100.0, 99.9, 0.0, 84.0)] == ["100", "99.9", "0", "84.0"]
    assert [english.change(x) for x in (0.3, -1.2, 0.0, None, float("nan"))] == [
        "+0.3",
        "\u22121.2",
        "0.0",
        "",
        "",
    ]


def test_singular_and_plural() -> None:
    """English tells one from many; Chinese has one form."""
    words = ("%(n)s is not rated", "%(n)s are not rated")
    assert [language("en").count_text(*words, n) for n in (1, 2)] == [
        "1 is not rated",
        "2 are not rated",
    ]
    assert [language("zh").count_text(*words, n) for n in (1, 2)] == ["1 个不评级", "2 个不评级"]


def test_an_error_has_three_parts() -> None:
    """What was seen, what was expected and what to try stand on lines of their own."""
    error = SafetyIndexError("no file", expected="a file", try_next="give one")
    assert str(error) == "no file\n  expected: a file\n  try:      give one"
