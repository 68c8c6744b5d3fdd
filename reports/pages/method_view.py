"""What a page of a method is made of: lines, tables and curves, each value with its mark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from indices.choices import Choice
from indices.composite.method import Source
from indices.method import Levels
from reports.pages.rows import score_range
from reports.words.language import Language

WEB = ("https://", "http://")  # a link in a method file that is no web address is not a link here


@dataclass(frozen=True)
class SourceLine:
    """One source of the file."""

    key: str
    title: str
    url: str  # empty where there is none
    anchor: str  # of its line on the page


@dataclass(frozen=True)
class Mark:
    """Where a value comes from, in words."""

    status: str  # stated | assumed
    word: str
    sources: tuple[SourceLine, ...]
    detail: str  # of the source
    reason: str


@dataclass(frozen=True)
class Cell:
    """One cell of a table: a text, and perhaps a bar, a level or the number of a note."""

    text: str
    number: bool = False
    bar: str = ""  # length of 100
    level: "LevelLine | None" = None
    note: int = 0  # position among the table's notes, from 1


@dataclass(frozen=True)
class LevelLine:
    """A level as a badge shows it."""

    number: int
    word: str
    glyph: str


@dataclass(frozen=True)
class Table:
    """A table and the notes below it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Curve:
    """A line from the top left of a drawing of 240 by 100; its numbers stand in a table beside."""

    points: str
    left: str  # what the axis below begins and ends with
    right: str
    below: str  # what the axis measures
    beside: str


@dataclass(frozen=True)
class Line:
    """A sentence and where its values come from; no mark where it holds no value."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Step:
    """One numbered step."""

    title: str
    lines: tuple[Line, ...]
    tables: tuple[Table, ...] = ()
    curves: tuple[Curve, ...] = ()


@dataclass(frozen=True)
class Marker:
    """Makes marks, knowing the sources of the file."""

    sources: tuple[SourceLine, ...]
    language: Language

    def mark(self, choice: Choice) -> Mark:
        """The words for where a value comes from."""
        keys, detail = self._read(choice.source or "")
        return Mark(
            status=choice.status,
            word=self.language.text(choice.status),
            sources=keys,
            detail=detail,
            reason=choice.reason or "",
        )

    def line(self, text: str, *choices: Choice) -> Line:
        """A sentence with the marks of its values, each said once."""
        return Line(text, tuple(dict.fromkeys(self.mark(choice) for choice in choices)))

    def _read(self, source: str) -> tuple[tuple[SourceLine, ...], str]:
        """Sources named before the colon, and what stands after it; else all is detail."""
        head, _, detail = source.partition(":")
        known = {line.key: line for line in self.sources}
        keys = [key.strip() for key in head.split(",")]
        if all(key in known for key in keys):
            return tuple(known[key] for key in keys), detail.strip()
        return (), source


@dataclass
class Notes:
    """The notes of a table, each told once."""

    marker: Marker
    marks: list[Mark] = field(default_factory=list)

    def cell(
        self, text: str, choice: Choice | None, *, number: bool = False, bar: str = ""
    ) -> Cell:
        """A cell that points to where its value comes from."""
        if choice is None:
            return Cell(text, number=number, bar=bar)
        mark = self.marker.mark(choice)
        if mark not in self.marks:
            self.marks.append(mark)
        return Cell(text, number=number, bar=bar, note=1 + self.marks.index(mark))


def source_lines(sources: Mapping[str, Source]) -> tuple[SourceLine, ...]:
    """The sources of a file; a link is kept only if it leads into the web."""
    return tuple(
        SourceLine(
            key=key,
            title=source.title,
            url=source.url if (source.url or "").startswith(WEB) and source.url else "",
            anchor=f"source-{number}",
        )
        for number, (key, source) in enumerate(sources.items(), 1)
    )


def text_rows(rows: Sequence[Sequence[str]], *, n_numbers: int) -> tuple[tuple[Cell, ...], ...]:
    """Rows of plain texts, of which the last columns are numbers."""
    return tuple(
        tuple(Cell(text, number=at >= len(row) - n_numbers) for at, text in enumerate(row))
        for row in rows
    )


def plain_number(value: float, language: Language, decimals: int = 4) -> str:
    """A number without zeros at its end, with a minus sign that is one."""
    text = language.number(abs(value), decimals)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"\u2212{text}" if value < 0 and text != "0" else text


def level_steps(levels: Levels, marker: Marker) -> Step:
    """The levels: from which score on, and what each asks for."""
    language = marker.language
    uppers = [None, *levels.cuts]
    rows = tuple(
        (
            Cell("", level=LevelLine(level.number, language.pick(level.word), level.glyph)),
            Cell(score_range(level.from_score, upper, language)),
            Cell(language.pick(level.residents)),
            Cell(language.pick(level.officials)),
        )
        for level, upper in zip(levels.level, uppers, strict=True)
    )
    heads = (
        language.text("Level"),
        language.text("Score"),
        language.text("For residents"),
        language.text("For officials"),
    )
    sentence = language.text("The printed score decides the level; an edge is the better level's.")
    return Step(
        title=language.text("Levels"),
        lines=(marker.line(sentence, levels),),
        tables=(Table(language.text("Levels"), heads, rows),),
    )
