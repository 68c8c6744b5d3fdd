"""The paragraph on a district or the city, as monthly police reports have it.

A paragraph is a list of parts. Each part that says a number or a name tells the cell of the page's
tables that it was taken from, so that a test can hold the text to the tables. The other parts hold
no digit. A change is a rise or a fall only where it is beyond chance.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indices.comparison import DOWN, UP
from reports.pages.headline import HeadlineTable
from reports.pages.rows import DistrictRow, TownRow
from reports.words.language import Language, mark

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
CHANGES = ("previous", "year")  # the order of a row's changes
COMPARED = ("previous", "year_before")

RANKED = mark("%(name)s scores %(score)s and ranks %(rank)s%(level)s.")
SCORED = mark("%(name)s scores %(score)s%(level)s.")
NOT_RATED = mark("%(name)s is not rated.")
AT_LEVEL = mark(", level %(level)s")
SCORE_CHANGES = {
    (True, True): mark(
        "Its score differs by %(previous)s from the period before and by %(year)s from last year."
    ),
    (True, False): mark("Its score differs by %(previous)s from the period before."),
    (False, True): mark("Its score differs by %(year)s from last year."),
}
MOVED = {
    ("previous", UP): mark("More than in the period before, beyond chance: %(items)s."),
    ("previous", DOWN): mark("Fewer than in the period before, beyond chance: %(items)s."),
    ("year_before", UP): mark("More than a year before, beyond chance: %(items)s."),
    ("year_before", DOWN): mark("Fewer than a year before, beyond chance: %(items)s."),
}
UNCLEAR = {
    "previous": mark("No clear change against the period before."),
    "year_before": mark("No clear change against a year before."),
}
ITEM = mark("%(name)s (%(percent)s)")
AT_WORST = mark("Needs attention, at the worst level: %(items)s.")
ON_LADDER = mark("Step of the ladder: %(items)s.")
STEP = mark("%(name)s (%(step)s)")


@dataclass(frozen=True)
class Ref:
    """A cell of the page's tables."""

    table: str  # districts | headline | towns
    row: str
    column: str


@dataclass(frozen=True)
class Part:
    """A piece of a paragraph, and the cell it was taken from."""

    text: str
    ref: Ref | None = None


Parts = tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a paragraph is about: the city (`scope_id` "") or a district."""

    scope_id: str
    row: DistrictRow  # of the table of districts
    headline: HeadlineTable | None  # None where counts are withheld as a whole
    towns: Sequence[TownRow]  # of the table of towns
    worst_level: int | None


def paragraph(subject: Subject, language: Language) -> Parts:
    """Rank and score, their changes, what rose and fell, what needs attention; nothing else."""
    sentences = [
        _standing(subject, language),
        _score_changes(subject, language),
        *(_counts(subject, name, language) for name in COMPARED),
        _at_worst(subject, language),
        _on_ladder(subject, language),
    ]
    gap = {"en": " ", "zh": ""}[language.code]
    return _joined([sentence for sentence in sentences if sentence], gap)


def plain(parts: Parts) -> str:
    """The text of a paragraph."""
    return "".join(part.text for part in parts)


def headline_row(scope_id: str, code: str) -> str:
    """Name of a row among the headline tables of all scopes."""
    return f"{scope_id}/{code}"


def _standing(subject: Subject, language: Language) -> Parts:
    row = subject.row
    cells = {
        name: _cell("districts", subject.scope_id, name, str(getattr(row, name)))
        for name in ("name", "score", "rank")
    }
    if not any(character.isdigit() for character in row.score):
        return _say(NOT_RATED, language, name=cells["name"])
    level: Parts = ()
    if row.level is not None:
        level = _say(
            AT_LEVEL,
            language,
            level=_cell("districts", subject.scope_id, "level", level_text(row)),
        )
    return _say(RANKED if row.rank else SCORED, language, level=level, **cells)


def level_text(row: DistrictRow | TownRow) -> str:
    """A level as its badge says it, without the glyph."""
    return f"{row.level.number} {row.level.word}" if row.level else ""


def _score_changes(subject: Subject, language: Language) -> Parts:
    values = dict(zip(CHANGES, subject.row.changes, strict=True))
    told = (bool(values["previous"]), bool(values["year"]))
    if told not in SCORE_CHANGES:
        return ()
    cells = {
        name: _cell("districts", subject.scope_id, f"change_{name}", value)
        for name, value in values.items()
    }
    return _say(SCORE_CHANGES[told], language, **cells)


def _counts(subject: Subject, comparison: str, language: Language) -> Parts:
    """What rose and fell beyond chance against a period; that nothing did, where that is so."""
    if subject.headline is None:
        return ()
    cells = [(row, row.against(comparison)) for row in subject.headline.rows]
    known = [(row, cell) for row, cell in cells if cell and cell.direction]
    sentences = []
    for direction in (UP, DOWN):
        items = [
            _item(subject, row.code, row.name, comparison, cell.text, language)
            for row, cell in known
            if cell.direction == direction
        ]
        if items:
            listed = _joined(items, _comma(language))
            sentences.append(_say(MOVED[comparison, direction], language, items=listed))
    if known and not sentences:
        return _say(UNCLEAR[comparison], language)
    return _joined(sentences, {"en": " ", "zh": ""}[language.code])


def _item(
    subject: Subject, code: str, name: str, comparison: str, percent: str, language: Language
) -> Parts:
    row = headline_row(subject.scope_id, code)
    return _say(
        ITEM,
        language,
        name=_cell("headline", row, "name", name),
        percent=_cell("headline", row, comparison, percent),
    )


def _at_worst(subject: Subject, language: Language) -> Parts:
    worst = [
        _cell("towns", town.town_id, "name", town.name)
        for town in subject.towns
        if town.level and town.level.number == subject.worst_level
    ]
    if not worst:
        return ()
    return _say(AT_WORST, language, items=_joined(worst, _comma(language)))


def _on_ladder(subject: Subject, language: Language) -> Parts:
    steps = [
        _say(
            STEP,
            language,
            name=_cell("towns", town.town_id, "name", town.name),
            step=_cell("towns", town.town_id, "step", town.step),
        )
        for town in subject.towns
        if town.step
    ]
    if not steps:
        return ()
    return _say(ON_LADDER, language, items=_joined(steps, _comma(language)))


def _cell(table: str, row: str, column: str, text: str) -> Parts:
    return (Part(text, Ref(table, row, column)),)


def _say(message: str, language: Language, **values: Parts) -> Parts:
    """A text with parts in the places of its values."""
    return tuple(_filled(language.text(message), values))


def _filled(text: str, values: dict[str, Parts]) -> Iterator[Part]:
    for position, piece in enumerate(PLACEHOLDER.split(text)):
        if position % 2:
            yield from values[piece]
        elif piece:
            yield Part(piece)


def _joined(pieces: Sequence[Parts], between: str) -> Parts:
    """Pieces in a row."""
    joined: list[Part] = []
    for position, piece in enumerate(pieces):
        if position and between:
            joined.append(Part(between))
        joined.extend(piece)
    return tuple(joined)


def _comma(language: Language) -> str:
    """What stands between the parts of a list."""
    return language.listing(("", ""))
