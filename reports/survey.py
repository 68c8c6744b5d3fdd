"""What a survey found, for a terminal: columns, towns, categories, doubts, what to do next."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text as RichText

from pipeline.sources.text import visible
from pipeline.survey.columns.times import FoundTime
from pipeline.survey.found import FoundSource, Survey
from pipeline.survey.writing.folder import Written
from reports.terminal import new_console

MOST_TOWNS = 12
MOST_CATEGORIES = 20


def print_survey(survey: Survey, written: Written) -> None:
    """Everything that was found, the doubts under their numbers in the files, what to do next."""
    console = new_console()
    for source in survey.sources:
        _print_source(console, source)
    _print_towns(console, survey)
    _print_categories(console, survey)
    _print_doubts(console, written)
    console.print(RichText(f"\nWritten: {written.folder}", style="bold"), soft_wrap=True)
    for number, step in enumerate(written.next_steps, start=1):
        console.print(RichText(f"  {number}. {step}"), soft_wrap=True)


def _print_source(console: Console, source: FoundSource) -> None:
    """One source: its files and the meaning of its columns."""
    files = ", ".join(map(visible, source.names[:3]))
    more = f" and {len(source.names) - 3} more" if len(source.names) > 3 else ""  # noqa: PLR2004
    console.print(RichText(f"{source.id}: {files}{more}", style="bold"))
    console.print(RichText(f"  {_layout(source)}; {source.n_rows:,} rows"))
    table = RichTable(box=None, pad_edge=False, show_header=False)
    for what, columns, how in _meanings(source):
        table.add_row(what, RichText(visible(columns)), RichText(visible(how), style="dim"))
    console.print(Padding(table, (0, 0, 1, 2)))


def _layout(source: FoundSource) -> str:
    """Format, encoding and layout in words."""
    shape = source.shape
    parts: list[str] = [shape.format]
    if shape.format in ("csv", "json", "geojson"):
        parts.append(shape.encoding.encoding)
    if shape.format == "csv":
        names = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}
        parts.append(f"{names.get(shape.delimiter, shape.delimiter)}-separated")
    if shape.skip_lines:
        parts.append(f"{shape.skip_lines} line(s) above the header")
    if shape.sheet:
        parts.append(f"sheet {visible(shape.sheet)}")
    return ", ".join(parts)


def _meanings(source: FoundSource) -> list[tuple[str, str, str]]:
    """What each column is taken for, and how it is read."""
    span = f"{source.span.first_day} to {source.span.last_day}" if source.span else ""
    identity = source.identity
    repeats = "equal rows count each" if identity.repeats == "count" else "repeats are duplicates"
    rows = [
        ("occurred", source.occurred.column if source.occurred else "?", _how(source.occurred)),
        ("time of day", source.clock.column if source.clock else "", ""),
        ("reported", source.reported.column if source.reported else "", _how(source.reported)),
        ("days", span, ""),
        ("category", "/".join(source.category) or "?", ""),
        ("at reception", "/".join(source.received), ""),
        ("place", "/".join(source.place or source.position or ("?",)), source.place_name or ""),
        ("district", source.district or "", ""),
        ("validity", source.validity.column if source.validity else "", ""),
        ("deaths, injuries", ", ".join(filter(None, (source.deaths, source.injuries))), ""),
        ("identity", ", ".join(identity.columns), repeats),
        ("left out", ", ".join(source.personal), "may point at a person" * bool(source.personal)),
        ("left out", ", ".join(source.unused), "not needed" * bool(source.unused)),
    ]
    return [row for row in rows if row[1]]


def _how(found: FoundTime | None) -> str:
    """Formats, or the readings between which the values do not decide."""
    if found is None:
        return ""
    readings = " or ".join(", ".join(formats) for formats in found.choices)
    return f"{readings} ({found.precision}, {found.zone})"


def _print_towns(console: Console, survey: Survey) -> None:
    """The towns with most rows."""
    rows = [(t.name, t.district, f"{t.n_rows:,}") for t in survey.towns[:MOST_TOWNS]]
    title = f"{len(survey.towns):,} {survey.town_word[1]}"
    _print_table(console, title, ("Town", "District", "Rows"), rows, len(survey.towns))
    lost = sum(n for _, n in survey.left_out_places)
    if survey.n_not_located or lost:
        console.print(
            RichText(
                f"  not located: {survey.n_not_located:,} rows without a place, {lost:,} with a "
                "rare or odd one",
                style="dim",
            )
        )


def _print_categories(console: Console, survey: Survey) -> None:
    """The categories with most rows, and what they were taken for."""
    rows = [
        (
            visible(c.value),
            "?" if c.is_doubtful and not c.category else c.category or "not counted",
            f"{c.n_rows:,}",
        )
        for c in survey.categories[:MOST_CATEGORIES]
    ]
    mapping = f", by {survey.mapping}" if survey.mapping else ""
    n_kinds = len(survey.categories)
    title = f"{n_kinds:,} kind{'s' * (n_kinds != 1)} of incidents{mapping}"
    _print_table(console, title, ("Value", "Category", "Rows"), rows, len(survey.categories))


def _print_table(
    console: Console,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    n_all: int,
) -> None:
    """The first rows of a table, and how many there are."""
    table = RichTable(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, justify="right" if head == "Rows" else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(RichText, row))
    if n_all > len(rows):
        table.add_row(RichText(f"... and {n_all - len(rows):,} more", style="dim"))
    console.print(RichText(f"\n{title}", style="italic"))
    console.print(table)


def _print_doubts(console: Console, written: Written) -> None:
    """Each doubt with its place and its choices."""
    console.print(RichText(f"\n{len(written.doubts)} doubt(s)", style="bold"))
    for numbered in written.doubts:
        doubt = numbered.doubt
        head = f"{numbered.number}. {doubt.file}, {doubt.key}: {visible(doubt.seen)}"
        must = " (must be decided)" if doubt.blocks else ""
        console.print(Padding(RichText(head + must), (0, 0, 0, 2)))
        for choice in doubt.choices:
            console.print(Padding(RichText(f"- {visible(choice)}"), (0, 0, 0, 7)))
