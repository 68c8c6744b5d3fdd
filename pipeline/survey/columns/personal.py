"""Columns that may point at a person: they are left out, and their values are never shown."""

import re
from collections.abc import Sequence

from pipeline.survey.columns.names import looks_personal
from pipeline.survey.columns.zones import has_han
from pipeline.survey.layout.sample import Column

LEAST_SHARE = 0.3  # of the frequent values
# Free text: characters in the mean (a Chinese one stands for a word), distinct values a row.
LONG_TEXT, LONG_HAN, VARIED = 40, 15, 0.3
MOST_NUMBERS = 0.9
IDENTITY_NUMBER = re.compile(r"\d{17}[\dXx]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_MARKS = "10X98765432"
PATTERNS = (
    re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}"),  # phones
    re.compile(r"(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}"),
    re.compile(r"09\d{2}-?\d{3}-?\d{3}"),
    re.compile(r"[A-Z][12]\d{8}"),  # identity numbers of Taiwan
    re.compile(r"[^@\s]+@[^@\s]+\.\w+"),
    re.compile(r"\d+[A-Z]? .*\b(?:ST|AVE?|RD|BLVD|DR|LN|CT|WAY|STREET|ROAD)\b.*", re.IGNORECASE),
    re.compile(r".*(?:[路街巷弄道村]\d+|\d+[号號]).*"),
    re.compile(r".*\bBLOCK\b.*|.*\b(?:ST|AVE?|RD|DR|LN|CT)\b\.? *(?:&|/|AND) .*", re.IGNORECASE),
)


def may_point_at_person(column: Column) -> bool:
    """Judge by the name, by what the values look like, and by whether they are free text."""
    return looks_personal(column.name) or has_personal_values(column)


def has_personal_values(column: Column) -> bool:
    """Judge by the values alone: addresses, phones, numbers of people, free text."""
    values = [value for value, _ in column.top]
    for pattern in PATTERNS:
        if values and sum(bool(pattern.fullmatch(v)) for v in values) > LEAST_SHARE * len(values):
            return True
    n_checked = sum(map(_is_identity_number, values))
    return _is_free_text(column, values) or n_checked > MOST_NUMBERS * len(values) > 0


def _is_free_text(column: Column, values: Sequence[str]) -> bool:
    """Long values of several words, seldom twice the same."""
    is_varied = 1 < column.n_distinct > VARIED * column.n_filled
    n_han = sum(has_han(value) for value in values)
    n_words = sum(" " in value for value in values)
    is_han, is_words = 2 * n_han > len(values), 2 * n_words > len(values)
    least = LONG_HAN if is_han else LONG_TEXT
    return is_varied and column.mean_length > least and (is_han or is_words)


def _is_identity_number(value: str) -> bool:
    """Whether 18 digits carry the check digit of Chinese identity numbers; others seldom do."""
    if not IDENTITY_NUMBER.fullmatch(value):
        return False
    rest = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, value, strict=False)) % 11
    return value[-1].upper() == CHECK_MARKS[rest]
