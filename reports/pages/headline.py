"""The table of headline categories, for the city or a district: texts ready to print."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from indices.comparison import BREAK, MISSING, NO_RATE, percent_printed
from indices.periods import Period, PeriodKind
from pipeline.editions.edition import SUPPRESSED
from pipeline.methods import read_vocabulary
from reports.words.language import Language, mark
from reports.words.periods import span_text

HEADS = {
    "previous": mark("Period before"),
    "year_before": mark("Year before"),
    "three_years": mark("Mean of three years"),
    "base": mark("Base year"),
}
IN_WORDS = {
    MISSING: mark("no records"),
    BREAK: mark("series broken"),
    SUPPRESSED: mark("withheld"),
}
SIGNS = {"up": "↑", "down": "↓", "no clear change": "≈"}  # of `indices.comparison`
SIGN_WORDS = {
    "up": mark("more, beyond chance"),
    "down": mark("fewer, beyond chance"),
    "no clear change": mark("no clear change"),
}
NO_PERCENT = "–"
Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class HeadlineCell:
    """One comparison of one category."""

    comparison: str  # as in the table of the edition
    text: str  # "+10.1 %", "– (+3)", or why there is nothing
    direction: str  # up | down | no clear change | ""
    sign: str
    sign_words: str


@dataclass(frozen=True)
class HeadlineRow:
    """One category."""

    code: str
    name: str
    count: str
    is_told: bool  # whether the count is a number
    cells: tuple[HeadlineCell, ...]

    def against(self, comparison: str) -> HeadlineCell | None:
        """The comparison of this name, if the table has it."""
        return next((cell for cell in self.cells if cell.comparison == comparison), None)


@dataclass(frozen=True)
class HeadlineTable:
    """The categories of the city (`scope_id` "") or of a district."""

    scope_id: str
    name: str
    heads: tuple[tuple[str, str], ...]  # of each comparison, with the mark of its note
    rows: tuple[HeadlineRow, ...]
    notes: tuple[str, ...]


def headline_table(
    headline: pd.DataFrame, *, scope: str, scope_id: str, name: str, language: Language
) -> HeadlineTable:
    """The table of one scope.

    Args:
        headline: Of an edition, or of `pipeline.editions.headline_guard.public_headline`.
        scope: city | district | town.
        scope_id: "" for the city.
        name: Of the scope, as printed.
        language: Of the page.
    """
    own = headline[(headline["scope"] == scope) & (headline["scope_id"] == scope_id)]
    own = own[own["comparison"].isin(list(HEADS))]
    records = own.to_dict("records")
    notes = {row["comparison"]: _moved(row, language) for row in records if row["is_moved"]}
    shown = tuple(name for name in HEADS if any(row["comparison"] == name for row in records))
    return HeadlineTable(
        scope_id=scope_id,
        name=name,
        heads=tuple((_head(name, records, language), _note_mark(name, notes)) for name in shown),
        rows=tuple(
            _category(str(code), [r for r in records if r["code"] == code], shown, language)
            for code in own["code"].unique()
        ),
        notes=tuple(f"{_note_mark(name, notes)} {text}" for name, text in notes.items()),
    )


def legend(language: Language) -> str:
    """What the signs mean."""
    parts = [f"{SIGNS[key]} {language.text(words)}" for key, words in SIGN_WORDS.items()]
    return " · ".join(parts)


def _category(
    code: str, records: list[dict[Hashable, Any]], shown: tuple[str, ...], language: Language
) -> HeadlineRow:
    by_name = {row["comparison"]: row for row in records}
    count = records[0]["count"]
    return HeadlineRow(
        code=code,
        name=language.pick(read_vocabulary().name(code)),
        count=language.text(IN_WORDS[SUPPRESSED]) if pd.isna(count) else language.number(count),
        is_told=not pd.isna(count),
        cells=tuple(_cell(by_name[name], language) for name in shown if name in by_name),
    )


def _cell(row: Row, language: Language) -> HeadlineCell:
    direction = str(row["direction"] or "")
    return HeadlineCell(
        comparison=str(row["comparison"]),
        text=_cell_text(row, language),
        direction=direction,
        sign=SIGNS.get(direction, ""),
        sign_words=language.text(SIGN_WORDS[direction]) if direction else "",
    )


def _cell_text(row: Row, language: Language) -> str:
    status = str(row["obs_status"])
    if status in IN_WORDS:
        return language.text(IN_WORDS[status])
    if status == NO_RATE:
        difference = float(row["count"]) - float(row["base_count"])
        return f"{NO_PERCENT} ({language.change(difference, 0)})"
    printed = float(percent_printed(row["percent"]))
    return language.text("%(change)s\u00a0%%", change=language.change(printed))


def _head(name: str, records: list[dict[Hashable, Any]], language: Language) -> str:
    head = language.text(HEADS[name])
    if name != "base":
        return head
    first = next(row["base_last"] for row in records if row["comparison"] == name)
    return f"{head} {_day(first).year}"


def _moved(row: Row, language: Language) -> str:
    """Which days a comparison takes instead of those of the calendar."""
    if pd.isna(row["base_first"]):
        return language.text(
            "In each year the days that lie as far from the holiday as those of this period."
        )
    span = Period(_day(row["base_first"]), _day(row["base_last"]), PeriodKind.RANGE)
    return language.text(
        "Compared with %(span)s: as far from the holiday as the days of this period.",
        span=span_text(span, language),
    )


def _note_mark(name: str, notes: Mapping[str, str]) -> str:
    """A number for each comparison that has a note; nothing for the others."""
    return "¹²³⁴"[list(notes).index(name)] if name in notes else ""


def _day(value: Any) -> date:
    """A plain date of what a frame holds."""
    return pd.Timestamp(value).date()
