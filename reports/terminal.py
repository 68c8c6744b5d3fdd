"""The same results for a terminal."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from indices.method import Method
from pipeline.check import Judgement
from pipeline.editions.edition import Edition
from pipeline.ingest import Batch
from pipeline.quality import Quality
from reports.pages.quality import Table, quality_tables
from reports.pages.rows import CHANGE_HEADS, changes_shown
from reports.publish import Published
from reports.words.language import Language, mark
from reports.words.periods import facts_period

RANKING_HEADS = (
    (mark("Rank"), False),
    (mark("Range"), False),
    (mark("Town"), True),
    (mark("District"), True),
    (mark("Score"), False),
    (mark("Interval"), False),
    (mark("Level"), True),
)
OFF_TERMINAL_WIDTH = 140
MOST_ROWS = 40  # of one table


def new_console() -> Console:
    """Standard output; wide enough for whole tables where it is no terminal."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=OFF_TERMINAL_WIDTH)


def print_night(
    batches: Sequence[Batch],
    edition: Edition,
    published: Published,
    *,
    method: Method,
    language: Language,
) -> None:
    """What a night did: deliveries, ends of the ranking, quality, and where the page lies."""
    console = new_console()
    for batch in batches:
        if batch.is_new:
            print_batch(batch)
    print_ranking(edition, method=method, language=language, ends=5)
    console.print()
    print_quality(_of_one_day(edition.quality, edition.facts.day), language=language)
    state = "published" if published.is_new else "published before, unchanged"
    console.print(RichText(f"{edition.name} {state}: {published.page}"), soft_wrap=True)


def print_others(made: Sequence[tuple[Edition, Published]]) -> None:
    """The editions that a night made besides the leading one, a line each."""
    console = new_console()
    for edition, published in made:
        state = "published" if published.is_new else "published before, unchanged"
        facts = edition.facts
        line = f"{facts.method_id} {facts.period} {edition.name} {state}: {published.page}"
        console.print(RichText(line), soft_wrap=True)


def _of_one_day(quality: Quality, day: date) -> Quality:
    """The report without other days and single rows: what a night says of its records."""
    return replace(quality, days=tuple(row for row in quality.days if row.day == day), set_aside=())


def print_ranking(
    edition: Edition,
    *,
    method: Method,
    language: Language,
    ends: int | None = None,
) -> None:
    """The ranking; only its first and last `ends` lines if a number is given."""
    console = new_console()
    facts = edition.facts
    title = f"{facts_period(facts, language)} · {edition.name} · {language.pick(method.name)}"
    if facts.notice:
        console.print(RichText(facts.notice[language.code], style="bold"))
    table = RichTable(title=title, title_justify="left", box=None, pad_edge=False)
    changes = changes_shown(edition)
    heads = [*RANKING_HEADS, *((CHANGE_HEADS[name], False) for name in changes)]
    for head, is_name in heads:
        table.add_column(
            language.text(head),
            justify="left" if is_name else "right",
            no_wrap=True,
            min_width=None if is_name else 6,  # numbers are never cut; names are
        )
    rows = edition.ranking.to_dict("records")
    shown = rows if ends is None or len(rows) <= 2 * ends else [*rows[:ends], None, *rows[-ends:]]
    for row in shown:
        table.add_row(*(_ranking_cells(row, edition, method, language) if row else ["⋮"]))
    console.print(table)


def _ranking_cells(
    row: dict[Hashable, Any], edition: Edition, method: Method, language: Language
) -> list[RichText]:
    name = str(row["town_name_zh" if language.code == "zh" else "town_name"])
    district = str(row["district"])
    if pd.isna(row["score"]):
        return [
            RichText("–"),
            RichText(""),
            RichText(name),
            RichText(district),
            RichText(""),
            RichText(""),
            RichText(language.text("not rated")),
        ]
    decimals = edition.facts.decimals
    low, score, high = (
        language.score(float(row[key]), decimals) for key in ("score_low", "score", "score_high")
    )
    return [
        RichText(str(row["rank"])),
        RichText(f"{row['rank_low']}–{row['rank_high']}"),
        RichText(name),
        RichText(district),
        RichText(score),
        RichText(f"{low}–{high}"),
        _badge(row["level"], method, language),
        *(
            RichText(language.change(float(row[f"change_{name}"]), decimals))
            for name in changes_shown(edition)
        ),
    ]


def _badge(number: Any, method: Method, language: Language) -> RichText:
    """A level in its colours; nothing where the method has none."""
    if method.levels is None or pd.isna(number):
        return RichText("")
    level = method.levels.level[int(number) - 1]
    return RichText(
        f" {level.glyph} {level.number} {language.pick(level.word)} ",
        style=f"{level.text_colour} on {level.colour}",
    )


def print_batch(batch: Batch) -> None:
    """What became of a delivery."""
    console = new_console()
    if not batch.is_new:
        console.print(
            f"delivery {batch.batch_id} of {batch.source_id}: known bytes, nothing changed"
        )
        return
    console.print(
        f"delivery {batch.batch_id} of {batch.source_id}: {batch.rows_read:,} rows read = "
        f"{batch.rows_accepted:,} accepted + {batch.rows_duplicate:,} duplicate + "
        f"{batch.rows_rejected:,} rejected"
    )
    console.print(
        f"  incidents: {batch.incidents_new:,} new, {batch.incidents_changed:,} changed, "
        f"{batch.incidents_unchanged:,} unchanged, {batch.incidents_withdrawn:,} withdrawn"
    )


def print_quality(quality: Quality, *, language: Language) -> None:
    """The quality report: the tables of its page that hold anything."""
    console = new_console()
    for table in quality_tables(quality, language):
        if table.rows:
            print_table(console, table)


def print_judgement(judgement: Judgement, *, source: str, language: Language) -> None:
    """The quality report of a delivery, and what is still missing, by count."""
    console = new_console()
    print_quality(judgement.quality, language=language)
    near = [
        (value, language.listing(names)) for value, names in judgement.suggestions.items() if names
    ]
    if near:
        heads = (mark("Value"), mark("Towns spelt most like it"))
        print_table(
            console,
            Table(
                language.text("What the places may be"),
                "",
                tuple(language.text(head) for head in heads),
                tuple(near),
                n_texts=2,
            ),
        )
    for line in _missing(judgement, source, language):
        console.print(RichText(line, style="bold"), soft_wrap=True)


def _missing(judgement: Judgement, source: str, language: Language) -> Iterator[str]:
    """What to do next, by count."""
    known = language.number(judgement.n_known)
    if judgement.n_not_located:
        yield language.text(
            "%(n)s of %(known)s incidents are not located: add their places to places.csv.",
            n=language.number(judgement.n_not_located),
            known=known,
        )
    if judgement.n_unmapped:
        yield language.text(
            "%(n)s of %(known)s incidents are unmapped: add their categories to categories.csv, "
            "or the words of their validity to sources/%(source)s.toml.",
            n=language.number(judgement.n_unmapped),
            known=known,
            source=source,
        )
    if judgement.mistakes:
        yield language.text(
            "A run would stop at categories.csv: %(mistakes)s.",
            mistakes=language.listing(judgement.mistakes),
        )
    if judgement.doubts:
        yield language.text(
            "%(n)s lines are still marked DOUBT (%(files)s).",
            n=language.number(sum(judgement.doubts.values())),
            files=language.listing([f"{name} {n}" for name, n in judgement.doubts.items()]),
        )
    is_complete = not (judgement.mistakes or judgement.doubts)
    if is_complete and not judgement.n_not_located + judgement.n_unmapped:
        yield language.text("Nothing is missing: every incident has its place and its category.")


def print_table(console: Console, table: Table) -> None:
    """A table of the quality page; where it is too wide, a paragraph a row."""
    shown = RichTable(title=table.title, title_justify="left", box=None, pad_edge=False)
    for position, head in enumerate(table.heads):
        shown.add_column(
            head, no_wrap=True, justify="left" if position < table.n_texts else "right"
        )
    for row in table.rows[:MOST_ROWS]:
        shown.add_row(*map(RichText, row))
    if console.measure(shown).maximum <= console.width:
        console.print(shown)
    else:
        console.print(RichText(table.title, style="italic"))
        for row in table.rows[:MOST_ROWS]:
            pairs = zip(table.heads, row, strict=True)
            console.print(RichText(" · ".join(f"{head} {cell}" for head, cell in pairs)))
    console.print(RichText(table.note, style="dim"))
