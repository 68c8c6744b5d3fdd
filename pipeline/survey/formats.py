"""Formats that a date or time may be written in, found from one value of its kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.sources.declaration import (
    EPOCH_MILLISECONDS,
    EPOCH_SECONDS,
    EXCEL_SERIAL,
    ROC,
    day_month_order,
)

YEAR_FIRST, REPUBLIC, MONTH_ONLY = "two-digit year first", "years of the Republic", "months"
TIME_NAME = re.compile(
    r"date|time|day|month|epoch|stamp|\bts\b|\bdt\b|日期|时间|時間|年月|月份|期間|(sj|rq)$"
)


@dataclass(frozen=True)
class Part:
    """A piece of a value: what it looks like, and its part of the format."""

    pattern: str
    form: str
    only_if_named: bool = False  # such numbers are also other things: the name must say time


def _numeric_dates() -> Iterator[Part]:
    """Three numbers between separators: each order that is in use somewhere."""
    for mark in ("/", "-", "."):
        escaped = re.escape(mark)
        two = rf"\d{{1,2}}{escaped}\d{{1,2}}{escaped}"
        yield Part(rf"\d{{4}}{escaped}\d{{1,2}}{escaped}\d{{1,2}}", f"%Y{mark}%m{mark}%d")
        yield Part(rf"{two}\d{{4}}", f"%d{mark}%m{mark}%Y")
        yield Part(rf"{two}\d{{4}}", f"%m{mark}%d{mark}%Y")
        yield Part(rf"{two}\d{{2}}", f"%d{mark}%m{mark}%y")
        yield Part(rf"{two}\d{{2}}", f"%m{mark}%d{mark}%y")
        yield Part(rf"{two}\d{{2}}", f"%y{mark}%m{mark}%d")
        yield Part(rf"0?\d{{2,3}}{escaped}\d{{1,2}}{escaped}\d{{1,2}}", f"{ROC}%Y{mark}%m{mark}%d")


def _named_months() -> Iterator[Part]:
    """The month as a word."""
    for mark in (" ", "-", "/"):
        for word, code in (("[A-Za-z]{3}", "%b"), ("[A-Za-z]{4,9}", "%B")):
            yield Part(rf"\d{{1,2}}{mark}{word}{mark}\d{{4}}", f"%d{mark}{code}{mark}%Y")
            yield Part(rf"\d{{1,2}}{mark}{word}{mark}\d{{2}}", f"%d{mark}{code}{mark}%y")
            yield Part(rf"{word}{mark}\d{{4}}", f"{code}{mark}%Y")
            yield Part(rf"{word}{mark}\d{{2}}", f"{code}{mark}%y", only_if_named=True)
    for word, code in (("[A-Za-z]{3}", "%b"), ("[A-Za-z]{4,9}", "%B")):
        yield Part(rf"{word} \d{{1,2}}, \d{{4}}", f"{code} %d, %Y")
        yield Part(rf"{word} \d{{1,2}} \d{{4}}", f"{code} %d %Y")


DATES = (
    *_numeric_dates(),
    *_named_months(),
    Part(r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日"),
    Part(r"\d{4}年\d{1,2}月\d{1,2}号", "%Y年%m月%d号"),
    Part(r"0?\d{2,3}年\d{1,2}月\d{1,2}日", f"{ROC}%Y年%m月%d日"),
    Part(r"\d{8}", "%Y%m%d"),
    Part(r"\d{8}", "%d%m%Y"),
    Part(r"\d{8}", "%m%d%Y"),
    Part(r"0?\d{7}", f"{ROC}%Y%m%d"),
    Part(r"\d{6}", f"{ROC}%Y%m%d", only_if_named=True),
    Part(r"\d{6}", "%y%m%d", only_if_named=True),
    Part(r"\d{6}", "%d%m%y", only_if_named=True),
    Part(r"\d{6}", "%m%d%y", only_if_named=True),
    Part(r"\d{6}", "%Y%m", only_if_named=True),
    Part(r"0?\d{5}", f"{ROC}%Y%m", only_if_named=True),
    Part(r"\d{4}-\d{2}", "%Y-%m"),
    Part(r"\d{4}/\d{1,2}", "%Y/%m"),
    Part(r"\d{1,2}/\d{4}", "%m/%Y"),
    Part(r"\d{4}年\d{1,2}月", "%Y年%m月"),
    Part(r"0?\d{2,3}年\d{1,2}月", f"{ROC}%Y年%m月"),
)
CLOCK = (
    Part(r"\d{1,2}:\d{2}", "%H:%M"),
    Part(r"\d{1,2}:\d{2}:\d{2}", "%H:%M:%S"),
    Part(r"\d{1,2}:\d{2}:\d{2}\.\d{1,6}", "%H:%M:%S.%f"),
    Part(r"\d{1,2}:\d{2}:\d{2}\.\d{7,9}", "%H:%M:%S.%n"),
    Part(r"\d{1,2}:\d{2} [AaPp][Mm]", "%I:%M %p"),
    Part(r"\d{1,2}:\d{2}[AaPp][Mm]", "%I:%M%p"),
    Part(r"\d{1,2}:\d{2}:\d{2} [AaPp][Mm]", "%I:%M:%S %p"),
    Part(r"\d{1,2}:\d{2}:\d{2}[AaPp][Mm]", "%I:%M:%S%p"),
    Part(r"\d{1,2}时\d{1,2}分", "%H时%M分"),
    Part(r"\d{1,2}时\d{1,2}分\d{1,2}秒", "%H时%M分%S秒"),
    Part(r"\d{1,2}時\d{1,2}分", "%H時%M分"),
    Part(r"\d{1,2}時\d{1,2}分\d{1,2}秒", "%H時%M分%S秒"),
    Part(r"\d{1,2}点\d{1,2}分", "%H点%M分"),
)
TIMES = (
    Part("", ""),
    *(Part(mark + part.pattern, mark + part.form) for mark in (" ", "T") for part in CLOCK),
    *(part for part in CLOCK if ":" not in part.form),
    Part(r"\d{6}", "%H%M%S"),
    Part(r"\d{4}", "%H%M"),
    Part(r" \d{4}", " %H%M"),
    Part(r" \d{6}", " %H%M%S"),
    Part(r"-\d{2}\.\d{2}\.\d{2}", "-%H.%M.%S"),
)
ZONES = (
    Part("", ""),
    Part("Z", "Z"),
    Part(" UTC", " UTC"),
    Part(r"[+-]\d{2}(?::?\d{2})?", "%z"),
    Part(r" [+-]\d{2}(?::?\d{2})?", " %z"),
)
NUMBERS = (
    Part(r"\d{9,10}(?:\.\d+)?", EPOCH_SECONDS, only_if_named=True),
    Part(r"\d{12,13}(?:\.0)?", EPOCH_MILLISECONDS, only_if_named=True),
    Part(r"\d{5}(?:\.\d+)?", EXCEL_SERIAL, only_if_named=True),
)


def candidate_formats(value: str, *, is_named: bool) -> list[str]:
    """Formats that fit the look of a value, the more usual first; its validity is not judged.

    >>> candidate_formats("3/4/2024 9:05", is_named=False)
    ['%d/%m/%Y %H:%M', '%m/%d/%Y %H:%M']
    """
    found = [part.form for part in NUMBERS if is_named and re.fullmatch(part.pattern, value)]
    for part in DATES:
        begins = re.match(part.pattern, value)
        if begins and (is_named or not part.only_if_named):
            # Compact dates may run into a compact time: the pattern says where they end.
            found += [part.form + rest for rest in _rests(value[begins.end() :])]
    return [form for form in dict.fromkeys(found) if _is_sound(form)]


def _rests(value: str) -> Iterator[str]:
    """Times and zones that fit what comes after the date."""
    for time in TIMES:
        begins = re.match(time.pattern, value)
        if begins:
            rest = value[begins.end() :]
            yield from (time.form + zone.form for zone in ZONES if re.fullmatch(zone.pattern, rest))


def _is_sound(form: str) -> bool:
    """A month or a time of the Republic's calendar with a zone is not in use."""
    return not (form.startswith(ROC) and "%z" in form) and not (is_month(form) and "%H" in form)


def is_month(form: str) -> bool:
    """Whether the format has no day."""
    return "%" in form and "%d" not in form


def has_clock(form: str) -> bool:
    """Whether the format has a time of day."""
    return form in (EPOCH_SECONDS, EPOCH_MILLISECONDS, EXCEL_SERIAL) or bool(
        re.search("%[HI]", form)
    )


def reading(form: str) -> str:
    """How the format takes the numbers of an ambiguous date; empty where there is no other way.

    >>> reading("%d/%m/%Y"), reading("%y-%m-%d"), reading("%Y-%m-%d")
    ('day first', 'two-digit year first', '')
    """
    if form.startswith(ROC):
        return REPUBLIC
    if form.startswith("%y"):
        return YEAR_FIRST
    if form == "%Y%m":
        return MONTH_ONLY
    return day_month_order(form)
