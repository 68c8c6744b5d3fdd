"""Why a town has its score, for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from indices.composite.method import CompositeMethod
from indices.method import Method, StandardMethod
from pipeline.city import City
from pipeline.compute.parts import DEATHS
from pipeline.editions.edition import Edition
from pipeline.methods import read_vocabulary
from pipeline.towns import Town
from reports.pages.words_of import method_words
from reports.terminal import new_console
from reports.words.language import Language, mark
from reports.words.periods import facts_period

PILLAR_HEADS = (
    mark("Pillar"),
    mark("Weight"),
    mark("Own harm"),
    mark("Kept"),
    mark("Harm after shrinkage"),
    mark("Score"),
)
INDICATOR_HEADS = (
    mark("Pillar"),
    mark("Indicator"),
    mark("Share"),
    mark("Value"),
    mark("Compared with"),
    mark("Score"),
)
COMPONENT_HEADS = (
    mark("Category"),
    mark("Severity"),
    mark("In the window"),
    mark("Usual"),
    mark("Points lost"),
)
TEXT_HEADS = ("Pillar", "Indicator", "Category")
Cells = Sequence[str]


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
    name = town.name_zh if language.code == "zh" and town.name_zh else town.name
    title = f"{name} ({town.town_id}), {facts_period(edition.facts, language)}, {edition.name}"
    console.print(RichText(title, style="bold"))
    row = edition.ranking.set_index("town_id").loc[town.town_id]
    console.print(_verdict(row, edition, method, language))
    if not pd.isna(row["similar_rank"]):
        similar = language.text(
            "Among the %(n)s towns most alike in size it is number %(rank)s; their median score is "
            "%(median)s.",
            n=language.number(row["similar_of"] - 1),
            rank=row["similar_rank"],
            median=language.number(row["similar_median"], 1),
        )
        console.print(similar)
    own = {name: table[table["town_id"] == town.town_id] for name, table in _tables(edition)}
    if isinstance(method, StandardMethod):
        _print(
            console, PILLAR_HEADS, _pillar_rows(own["pillars"], city, method, language), language
        )
        harm = language.text(
            "Harm: per resident, 1 = a usual day of the city. "
            "The rest of what is kept comes from the city."
        )
        console.print(RichText(harm, style="dim"))
    elif isinstance(method, CompositeMethod):
        rows = _indicator_rows(own["indicators"], edition, city, method, language)
        _print(console, INDICATOR_HEADS, rows, language)
    rows = [*_component_rows(own["components"], edition, method, language)]
    _print(console, COMPONENT_HEADS, rows, language)


def _tables(edition: Edition) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "pillars", edition.pillars
    yield "indicators", edition.indicators
    yield "components", edition.components


def _print(
    console: Console, heads: Sequence[str], rows: Sequence[Cells], language: Language
) -> None:
    """A plain table; numbers to the right. Columns that a method leaves empty are left out."""
    table = RichTable(box=None, pad_edge=False)
    last = len(heads) - 1  # the result, shown even where there is none
    filled = [at for at in range(last) if any(cells[at] not in {"", "–"} for cells in rows)] + [
        last
    ]
    for head in (heads[at] for at in filled):
        table.add_column(language.text(head), justify="left" if head in TEXT_HEADS else "right")
    for cells in rows:
        table.add_row(*(RichText(cells[at]) for at in filled))
    console.print(table)


def _verdict(row: Any, edition: Edition, method: Method, language: Language) -> str:
    """Score, level and rank in a sentence, or why there are none."""
    decimals = edition.facts.decimals
    if pd.isna(row["score"]):
        if not isinstance(method, StandardMethod):
            return language.text("Not rated: nothing that the method asks for is known here.")
        return language.text(
            "Not rated: %(expected)s incidents are expected at the usual rate; "
            "%(least)s are needed.",
            expected=language.number(row["expected_events"], 1),
            least=language.number(method.uncertainty.least_expected_events.value),
        )
    return language.text(
        "Score %(score)s (95 %% interval %(low)s to %(high)s), level %(level)s, "
        "rank %(rank)s (%(rank_low)s to %(rank_high)s) of %(rated)s.",
        score=language.score(row["score"], decimals),
        low=language.score(row["score_low"], decimals),
        high=language.score(row["score_high"], decimals),
        level="–" if pd.isna(row["level"]) else row["level"],
        rank=row["rank"],
        rank_low=row["rank_low"],
        rank_high=row["rank_high"],
        rated=int(edition.ranking["score"].notna().sum()),
    )


def _pillar_rows(
    pillars: pd.DataFrame, city: City, method: StandardMethod, language: Language
) -> list[Cells]:
    return [
        (
            language.pick(method.pillars[row["pillar"]]),
            f"{city.calibration.pillars[row['pillar']].weight.value:g}",
            f"× {row['own_relative_rate']:.3f}",
            f"{100 * row['kept']:.0f} %",
            f"× {row['relative_rate']:.3f}",
            "–" if pd.isna(row["score"]) else language.score(row["score"]),
        )
        for row in pillars.to_dict("records")
    ]


def _indicator_rows(
    indicators: pd.DataFrame,
    edition: Edition,
    city: City,
    method: CompositeMethod,
    language: Language,
) -> list[Cells]:
    """Each indicator with its share, value and what it is compared with."""
    shares = method_words(edition, city, method, language).what_counts
    rows = indicators.set_index("indicator")
    return [
        (
            pillar,
            name,
            share,
            _number(rows.loc[code, "value"], language),
            _number(rows.loc[code, "baseline"], language),
            _number(rows.loc[code, "score"], language),
        )
        for (pillar, name, share, _), (_, code, _) in zip(shares, method.indicators, strict=True)
    ]


def _number(value: Any, language: Language) -> str:
    return "–" if pd.isna(value) else language.number(value, 2)


def _component_rows(
    components: pd.DataFrame, edition: Edition, method: Method, language: Language
) -> Iterator[Cells]:
    """The points lost by category, and their sum."""
    decimals = edition.facts.decimals
    lost = 0
    is_known = components["points_lost"].notna().any()
    for row in components.to_dict("records"):
        points = row["points_lost"]
        lost += 0 if pd.isna(points) else round(10**decimals * points)
        yield (
            category_name(row["category"], method, language),
            _severity(row["category"], method),
            "–" if pd.isna(row["count"]) else language.number(row["count"]),
            "–" if pd.isna(row["expected"]) else language.number(row["expected"], 1),
            "–" if pd.isna(points) else f"{points:.{decimals}f}",
        )
    is_index = isinstance(method, CompositeMethod) and method.higher_is == "worse"
    total = language.text("Index") if is_index else language.text("100 − score")
    yield (total, "", "", "", f"{lost / 10**decimals:.{decimals}f}" if is_known else "–")


def category_name(code: str, method: Method, language: Language) -> str:
    """Name of a kind of incident, of an external indicator, or of the deaths."""
    if code == DEATHS:
        return language.text("Deaths")
    if isinstance(method, CompositeMethod):
        external = {c: i.name for _, c, i in method.indicators if i.external is not None}
        if code in external:
            return language.pick(external[code])
    return language.pick(read_vocabulary().name(code))


def _severity(code: str, method: Method) -> str:
    if isinstance(method, StandardMethod):
        return f"{method.categories[code].severity.value:g}"
    return ""
