"""Which columns say what kind of incident it was."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.ready_mappings import ReadyMapping, best_mapping
from pipeline.survey.columns.names import CATEGORY, LEVELS, RECEPTION, is_code, plain, points
from pipeline.survey.columns.relations import share_determined, value_counts
from pipeline.survey.layout.sample import Column

MOST_KINDS = 2_000
CLEAR_NAME = 4
MOST_JOINED = 300  # joined values that a person can still go through
KNOWN = 6  # points for a classification that a ready mapping knows entirely
CLEARLY_KNOWN = 0.5
CODES_KNOWN = 0.9
NESTED = 0.95
WORTH_A_LEVEL = 0.2  # share of the rows that may be lost to the mapping for finer values
STRONGLY_FINAL = re.compile(r"反馈|反饋|final|确认|核实")
STEM = re.compile("|".join((*LEVELS, r"代码|代碼|编码|名称|\bcode\b|\bname\b|dm$|mc$")))


@dataclass(frozen=True)
class Kinds:
    """The columns of the final category, of that at reception, and others that were possible."""

    columns: tuple[Column, ...]
    received: tuple[Column, ...]
    others: tuple[str, ...]
    label: Column | None  # words for the codes in the only column
    share_known: float  # of the rows, by the best ready mapping


def take_named(
    connection: DuckDBPyConnection,
    column: Column,
    columns: Sequence[Column],
    mappings: Sequence[ReadyMapping],
) -> Kinds:
    """The column that the analyst named, alone, and the words for its codes."""
    share = _share(value_counts(connection, [column]), mappings)
    return Kinds((column,), (), (), _label(connection, [column], columns), share)


def choose_kinds(
    connection: DuckDBPyConnection, columns: Sequence[Column], mappings: Sequence[ReadyMapping]
) -> Kinds:
    """The column whose name and values speak most for it, joined with its wider ones.

    Where a file has the category at reception and the final one, both are chosen.
    """
    usable = [column for column in columns if _may_be_kind(column)]
    known = {column.at: _share(value_counts(connection, [column]), mappings) for column in usable}
    score = {
        column.at: points(column.name, CATEGORY) + KNOWN * known[column.at] for column in usable
    }
    candidates = sorted(
        (c for c in usable if score[c.at] >= 1 and points(c.name, CATEGORY) > -KNOWN),
        key=lambda c: (-round(score[c.at]), is_code(c.name) != (known[c.at] >= CODES_KNOWN)),
    )
    if not candidates:
        return Kinds((), (), (), None, 0.0)
    final = [column for column in candidates if not is_at_reception(column.name)]
    first = (final or candidates)[0]
    chosen = _with_wider(connection, first, candidates, mappings)
    received = _counterparts(chosen, candidates) if final else ()
    label = _label(connection, chosen, columns)
    taken = {column.at for column in (*chosen, *received, *([label] if label else []))}
    return Kinds(
        chosen,
        received,
        tuple(column.name for column in final or candidates if column.at not in taken),
        label,
        _share(value_counts(connection, chosen), mappings),
    )


def _label(
    connection: DuckDBPyConnection, chosen: Sequence[Column], columns: Sequence[Column]
) -> Column | None:
    """The column that is called like a column of codes and has one word for each code."""
    if len(chosen) > 1 or not is_code(chosen[0].name):
        return None
    code = chosen[0]
    alike = [c for c in columns if c != code and _stem(c.name) == _stem(code.name)]
    alike = [c for c in alike if not is_code(c.name) and c.n_distinct <= code.n_distinct]
    return next((c for c in alike if share_determined(connection, code, c) >= NESTED), None)


def _may_be_kind(column: Column) -> bool:
    """Whether a column has as many values as there are kinds; one alone needs a clear name."""
    least = 1 if points(column.name, CATEGORY) >= CLEAR_NAME else 2
    return least <= column.n_distinct <= MOST_KINDS


def is_at_reception(name: str) -> bool:
    """Whether a name says that the call taker chose the category."""
    text = plain(name)
    return bool(RECEPTION.search(text)) and not STRONGLY_FINAL.search(text)


def _share(counts: dict[str, int], mappings: Sequence[ReadyMapping]) -> float:
    """Share of the rows that the best ready mapping knows."""
    found = best_mapping(counts, mappings)
    return found[1] if found else 0.0


def _stem(name: str) -> str:
    """A name without the words that tell its level and whether it holds codes."""
    return STEM.sub("", plain(name)).strip()


def _level(name: str) -> int:
    """Place among the words for levels, -1 where a name has none."""
    return max((at for at, word in enumerate(LEVELS) if word in plain(name)), default=-1)


def _with_wider(
    connection: DuckDBPyConnection,
    chosen: Column,
    candidates: Sequence[Column],
    mappings: Sequence[ReadyMapping],
) -> tuple[Column, ...]:
    """The levels of one classification: as many as a mapping needs, or a person can go through."""
    levels = [
        column
        for column in candidates
        if _stem(column.name) == _stem(chosen.name)
        and is_code(column.name) == is_code(chosen.name)
        and _level(column.name) >= 0
    ]
    levels.sort(key=lambda column: _level(column.name))
    if len(levels) < 2 or not _are_nested(connection, levels):  # noqa: PLR2004 - two levels
        return (chosen,)
    joined = [tuple(levels[:depth]) for depth in range(len(levels), 0, -1)]
    choices = [*joined, *((column,) for column in levels[1:])]  # the finest first
    counts = {choice: value_counts(connection, choice) for choice in choices}
    shares = {choice: _share(counts[choice], mappings) for choice in choices}
    best = max(shares.values())
    if best > CLEARLY_KNOWN:
        return next(c for c in choices if shares[c] >= best - WORTH_A_LEVEL)
    return next((c for c in joined if len(counts[c]) <= MOST_JOINED), joined[-1])


def _are_nested(connection: DuckDBPyConnection, levels: Sequence[Column]) -> bool:
    """Whether each narrower value belongs to one wider value."""
    pairs = zip(levels[1:], levels[:-1], strict=True)
    return all(share_determined(connection, by, what) >= NESTED for by, what in pairs)


def _counterparts(chosen: Sequence[Column], candidates: Sequence[Column]) -> tuple[Column, ...]:
    """The columns at reception that are written like the chosen ones."""
    at_reception = [column for column in candidates if is_at_reception(column.name)]
    found = []
    for column in chosen:
        alike = [
            other
            for other in at_reception
            if _level(other.name) == _level(column.name)
            and is_code(other.name) == is_code(column.name)
        ]
        found += alike[:1]
    return tuple(found) if len(found) == len(chosen) else ()
