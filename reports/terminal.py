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
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.ingest import Batch
from pipeline.quality import Quality
from pipeline.towns import Town
from reports.pages.quality import Table, quality_tables
from reports.publish import Published
from reports.words.language import Language, mark

RANKING_HEADS = (
    (mark("Rank"), False),
    (mark("Range"), False),
    (mark("Town"), True),
    (mark("District"), True),
    (mark("Score"), False),
    (mark("Interval"), False),
    (mark("Level"), True),
    (mark("1 day"), False),
    (mark("7 days"), False),
)
PILLAR_HEADS = (
    mark("Pillar"),
    mark("Weight"),
    mark("Own harm"),
    mark("Kept"),
    mark("Harm after shrinkage"),
    mark("Score"),
)
COMPONENT_HEADS = (
    mark("Category"),
    mark("Severity"),
    mark("In the window"),
    mark("Usual"),
    mark("Points lost"),
)
OFF_TERMINAL_WIDTH = 140
MOST_ROWS = 40  # of one table
LEVEL_STYLES = {
    1: "black on bright_cyan",
    2: "black on yellow",
    3: "black on dark_orange",
    4: "white on red",
}


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
    period = language.period(facts.day, by_month=facts.by_month)
    title = f"{period} · {edition.name} · {language.pick(method.name)}"
    if facts.notice:
        console.print(RichText(facts.notice[language.code], style="bold"))
    table = RichTable(title=title, title_justify="left", box=None, pad_edge=False)
    for head, is_name in RANKING_HEADS:
        table.add_column(
            language.text(head),
            justify="left" if is_name else "right",
            no_wrap=True,
            min_width=None if is_name else 6,  # numbers are never cut; names are
        )
    rows = edition.ranking.to_dict("records")
    shown = rows if ends is None or len(rows) <= 2 * ends else [*rows[:ends], None, *rows[-ends:]]
    for row in shown:
        table.add_row(*(_ranking_cells(row, method, language) if row else ["⋮"]))
    console.print(table)


def _ranking_cells(row: dict[Hashable, Any], method: Method, language: Language) -> list[RichText]:
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
    low, score, high, day, week = (
        float(row[key]) for key in ("score_low", "score", "score_high", "change_1d", "change_7d")
    )
    level = method.levels.level[int(row["level"]) - 1]
    return [
        RichText(str(row["rank"])),
        RichText(f"{row['rank_low']}–{row['rank_high']}"),
        RichText(name),
        RichText(district),
        RichText(language.score(score)),
        RichText(f"{language.score(low)}–{language.score(high)}"),
        RichText(
            f" {level.glyph} {level.number} {language.pick(level.word)} ",
            style=LEVEL_STYLES[level.number],
        ),
        RichText(language.change(day)),
        RichText(language.change(week)),
    ]


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


def print_explanation(
    edition: Edition,
    town: Town,
    *,
    city: City,
    method: Method,
    language: Language,
) -> None:
    """Why a town has its score: the points lost by category, and what they rest on."""
    console = new_console()
    row = edition.ranking.set_index("town_id").loc[town.town_id]
    name = town.name_zh if language.code == "zh" and town.name_zh else town.name
    console.print(
        RichText(
            f"{name} ({town.town_id}), {language.long_date(edition.facts.day)}, {edition.name}",
            style="bold",
        )
    )
    if pd.isna(row["score"]):
        console.print(
            language.text(
                "Not rated: %(expected)s incidents are expected at the usual rate; "
                "%(least)s are needed.",
                expected=language.number(row["expected_events"], 1),
                least=language.number(method.uncertainty.least_expected_events.value),
            )
        )
    else:
        console.print(
            language.text(
                "Score %(score)s (95 %% interval %(low)s to %(high)s), level %(level)s, "
                "rank %(rank)s (%(rank_low)s to %(rank_high)s) of %(rated)s.",
                score=language.score(row["score"]),
                low=language.score(row["score_low"]),
                high=language.score(row["score_high"]),
                level=row["level"],
                rank=row["rank"],
                rank_low=row["rank_low"],
                rank_high=row["rank_high"],
                rated=int(edition.ranking["score"].notna().sum()),
            )
        )
    _print_pillars(console, edition, town, city, method, language)
    _print_components(console, edition, town, method, language)


def _print_pillars(
    console: Console, edition: Edition, town: Town, city: City, method: Method, language: Language
) -> None:
    table = RichTable(box=None, pad_edge=False)
    for head in PILLAR_HEADS:
        table.add_column(language.text(head), justify="left" if head == "Pillar" else "right")
    for row in edition.pillars[edition.pillars["town_id"] == town.town_id].to_dict("records"):
        table.add_row(
            language.pick(method.pillars[row["pillar"]]),
            f"{city.calibration.pillars[row['pillar']].weight.value:g}",
            f"× {row['own_relative_rate']:.3f}",
            f"{100 * row['kept']:.0f} %",
            f"× {row['relative_rate']:.3f}",
            "–" if pd.isna(row["score"]) else language.score(row["score"]),
        )
    console.print(table)
    console.print(
        RichText(
            language.text(
                "Harm: per resident, 1 = a usual day of the city. "
                "The rest of what is kept comes from the city."
            ),
            style="dim",
        )
    )


def _print_components(
    console: Console, edition: Edition, town: Town, method: Method, language: Language
) -> None:
    table = RichTable(box=None, pad_edge=False)
    for head in COMPONENT_HEADS:
        table.add_column(language.text(head), justify="left" if head == "Category" else "right")
    rows = edition.components[edition.components["town_id"] == town.town_id].to_dict("records")
    for row in rows:
        category = method.categories[row["category"]]
        table.add_row(
            language.pick(category.name),
            f"{category.severity.value:g}",
            language.number(row["count"]),
            language.number(row["expected"], 1),
            "–" if pd.isna(row["points_lost"]) else f"{row['points_lost']:.1f}",
        )
    lost = (
        sum(round(10 * row["points_lost"]) for row in rows if not pd.isna(row["points_lost"])) / 10
    )
    table.add_row(language.text("100 − score"), "", "", "", f"{lost:.1f}", style="bold")
    console.print(table)
