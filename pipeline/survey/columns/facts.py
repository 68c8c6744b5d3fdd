"""Which columns identify a record, say whether it counts, and hold numbers of people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from duckdb import DuckDBPyConnection

from pipeline.survey.columns.names import DEATHS, IDENTITY, INJURIES, VALIDITY, plain, points
from pipeline.survey.columns.relations import share_in_range, value_counts
from pipeline.survey.layout.sample import Column

NEARLY_UNIQUE = 0.95  # distinct values a row
OFTEN_UNIQUE = 0.5  # where an incident has a row for each offence or arrest
FILLED = 0.98
NAMED_AS_ROW_NUMBER = -1
MOST_WORDS = 40
WORDS_KNOWN = 0.8
MOST_CASUALTIES = 1_000
NUMBERS = 0.98
VALID = frozenset({"有效", "有效警情", "正常", "valid", "founded", "真实"})
REPEAT = frozenset({"重复", "重複", "重复警情", "重复报警", "repeat", "duplicate", "重复有效"})
INVALID = frozenset(
    {"无效", "無效", "无效警情", "骚扰", "误报", "谎报", "謊報", "虚假", "测试", "虚假警情"}
    | {"骚扰警情", "invalid", "unfounded", "cancelled", "canceled", "false", "test", "作废"}
)


@dataclass(frozen=True)
class FoundIdentity:
    """What makes two rows the same incident."""

    columns: tuple[str, ...]
    repeats: Literal["duplicate", "count"]
    n_repeats: int  # rows of the sample beyond the first of each
    is_row_number: bool = False
    number: str = ""  # the column of numbers that are blank in some rows, or come again in others
    n_blank: int = 0  # rows of the sample without that number
    n_again: int = 0  # rows of the sample whose number an earlier row has


@dataclass(frozen=True)
class FoundValidity:
    """Words for valid, repeated and invalid records, and those not understood."""

    column: str
    valid: tuple[str, ...]
    repeat: tuple[str, ...]
    invalid: tuple[str, ...]
    unknown: tuple[str, ...]


def choose_identity(columns: Sequence[Column], mapped: Sequence[str]) -> FoundIdentity:
    """The column that is called a number of records and is (nearly) unique.

    A number that comes again is one incident only where time, kind and place are the same too.
    Without a number, the mapped columns together stand for the record, and equal rows are counted:
    two thefts of a day in a town are two.
    """
    for least in (NEARLY_UNIQUE, OFTEN_UNIQUE):
        best = _best_number(columns, least)
        if best is None:
            continue
        n_again = best.n_filled - best.n_distinct
        if best.share_filled < FILLED:
            n_blank = best.n_rows - best.n_filled
            return FoundIdentity(
                (best.name, *mapped), "count", 0, number=best.name, n_blank=n_blank
            )
        if least < NEARLY_UNIQUE:
            return FoundIdentity(
                (best.name, *mapped), "duplicate", 0, number=best.name, n_again=n_again
            )
        return FoundIdentity((best.name,), "duplicate", n_again, _is_row_number(best))
    return FoundIdentity(tuple(mapped), "count", 0)


def _best_number(columns: Sequence[Column], least: float) -> Column | None:
    """The column whose name speaks most for a number of records, of those that vary so much."""
    varied = [
        column
        for column in columns
        if column.n_filled
        and column.n_distinct >= least * column.n_filled
        and (points(column.name, IDENTITY) > 0 or _is_row_number(column))
    ]
    return min(varied, key=lambda c: (_is_row_number(c), -points(c.name, IDENTITY)), default=None)


def _is_row_number(column: Column) -> bool:
    """Whether it numbers the rows of one export, and the next export differently."""
    return points(column.name, IDENTITY) < 0 and bool(
        re.search(
            r"^(object ?id|fid|gid|index|row|rowid|row ?(id|number)|序号|序號|编号|編號|)$",
            plain(column.name),
        )
    )


def choose_validity(
    connection: DuckDBPyConnection, columns: Sequence[Column]
) -> FoundValidity | None:
    """A column with words that are understood in most rows, some of them repeats or invalid."""
    for column in sorted(columns, key=lambda c: -points(c.name, VALIDITY)):
        if points(column.name, VALIDITY) <= 0 or not 1 < column.n_distinct <= MOST_WORDS:
            continue
        counts = value_counts(connection, [column])
        lists = [
            tuple(value for value in counts if value.casefold() in words)
            for words in (VALID, REPEAT, INVALID)
        ]
        known = {value for words in lists for value in words}
        n_known = sum(counts[value] for value in known)
        if lists[0] and len(known) > len(lists[0]) and n_known >= WORDS_KNOWN * column.n_filled:
            unknown = tuple(value for value in counts if value not in known)
            return FoundValidity(column.name, lists[0], lists[1], lists[2], unknown)
    return None


def choose_casualties(
    connection: DuckDBPyConnection, columns: Sequence[Column]
) -> tuple[str | None, str | None]:
    """Columns that are called deaths and injuries and hold numbers of people."""
    found: list[str | None] = []
    for pattern in (DEATHS, INJURIES):
        named = [c for c in columns if pattern.search(plain(c.name)) and c.n_filled]
        fits = [c for c in named if share_in_range(connection, c, 0, MOST_CASUALTIES) >= NUMBERS]
        found.append(fits[0].name if fits else None)
    return found[0], found[1]
