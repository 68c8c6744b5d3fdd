"""Two editions, or two methods on one day, side by side: what moved, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from indices.composite.method import CompositeMethod
from indices.sensitivity import TwoMethods, two_methods
from pipeline.editions.edition import Edition
from pipeline.methods import AnyMethodFile
from reports.explanation import category_name
from reports.terminal import new_console
from reports.words.language import Language, mark
from reports.words.periods import facts_period

MOST_TOWNS = 15  # that are shown; the document has all
MOST_CATEGORIES = 3  # that are named for one town
ORIGINS = {
    "period": mark("another period"),
    "method_id": mark("another method"),
    "method_sha256": mark("another version of the method"),
    "city_sha256": mark("other tables of the city"),
    "vocabulary_sha256": mark("another vocabulary"),
    "as_of_batch": mark("other records"),
    "code_version": mark("another version of the program"),
}


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two editions joined by town; the towns that moved most come first."""

    first: Edition
    second: Edition
    towns: pd.DataFrame  # town_id, names, score_a, score_b, rank_a, rank_b, shift
    ranks: TwoMethods
    reasons: tuple[str, ...]  # codes of `ORIGINS`


def compare_editions(first: Edition, second: Edition) -> Comparison:
    """Join two editions by town."""
    columns = ["town_id", "town_name", "town_name_zh", "score", "rank"]
    towns = first.ranking[columns].merge(
        second.ranking[columns],
        on="town_id",
        how="outer",
        suffixes=("_a", "_b"),
        validate="1:1",
    )
    for name in ("town_name", "town_name_zh"):
        towns[name] = towns[f"{name}_a"].fillna(towns[f"{name}_b"])
    rank_a, rank_b = (
        np.asarray(towns[f"rank_{side}"].astype("float64"), dtype=np.float64) for side in "ab"
    )
    ranks = two_methods(rank_a, rank_b)
    towns["shift"] = ranks.shift
    order = np.argsort(-np.nan_to_num(np.abs(ranks.shift), nan=-1.0), kind="stable")
    kept = ["town_id", "town_name", "town_name_zh", "score_a", "score_b", "rank_a", "rank_b"]
    return Comparison(
        first=first,
        second=second,
        towns=towns.iloc[order][[*kept, "shift"]].reset_index(drop=True),
        ranks=ranks,
        reasons=_reasons(first, second),
    )


def _reasons(first: Edition, second: Edition) -> tuple[str, ...]:
    """What the two were made with that is not the same."""
    differing = [
        name for name in ORIGINS if getattr(first.facts, name) != getattr(second.facts, name)
    ]
    if "method_id" in differing:
        differing.remove("method_sha256")  # another method has another file
    return tuple(differing)


def category_differences(comparison: Comparison, town_id: str) -> pd.Series:
    """Points lost by category in the second edition less those in the first, largest first.

    None where the town is not rated in both: there is no difference of scores to explain.
    """
    lost = []
    for edition in (comparison.first, comparison.second):
        rated = edition.ranking.loc[edition.ranking["score"].notna(), "town_id"]
        if town_id not in set(rated):
            return pd.Series(dtype="float64")
        own = edition.components[edition.components["town_id"] == town_id]
        lost.append(own.groupby("category", sort=False)["points_lost"].sum())
    difference = lost[1].subtract(lost[0], fill_value=0.0).round(3)
    order = difference.abs().sort_values(ascending=False, kind="stable").index
    return pd.Series(difference.reindex(order))


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison as plain values. Internal: points by category stand in it."""
    return {
        "first": _edition_name(comparison.first),
        "second": _edition_name(comparison.second),
        "reasons": list(comparison.reasons),
        "spearman": _plain(comparison.ranks.spearman),
        "mean_places_moved": _plain(comparison.ranks.mean_shift),
        "towns": [
            {key: _plain(value) for key, value in row.items()}
            | {
                "points_by_category": {
                    str(code): float(points)
                    for code, points in category_differences(
                        comparison, str(row["town_id"])
                    ).items()
                    if points
                }
            }
            for row in comparison.towns.to_dict("records")
        ],
    }


def _edition_name(edition: Edition) -> dict[str, str]:
    return {
        "method": edition.facts.method_id,
        "period": edition.facts.period,
        "edition": edition.name,
    }


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def print_comparison(
    comparison: Comparison,
    *,
    methods: tuple[AnyMethodFile, AnyMethodFile],
    language: Language,
) -> None:
    """The comparison for a terminal: a summary, and the towns that moved most."""
    console = new_console()
    for line in _summary(comparison, methods, language):
        console.print(RichText(line), soft_wrap=True)
    _print_towns(console, comparison, methods, language)


def _summary(
    comparison: Comparison, methods: tuple[AnyMethodFile, AnyMethodFile], language: Language
) -> Iterator[str]:
    sides = zip("AB", (comparison.first, comparison.second), methods, strict=True)
    for side, edition, file in sides:
        period = facts_period(edition.facts, language)
        yield f"{side}: {language.pick(file.method.name)}, {period}, {edition.name}"
    if comparison.reasons:
        yield language.text(
            "What differs: %(reasons)s.",
            reasons=language.listing(language.text(ORIGINS[name]) for name in comparison.reasons),
        )
    else:
        yield language.text("Both were made from the same records by the same rules.")
    if not np.isnan(comparison.ranks.mean_shift):
        yield language.text(
            "Ranks: %(places)s places moved on average, rank correlation %(spearman)s.",
            places=language.number(comparison.ranks.mean_shift, 1),
            spearman="–"
            if np.isnan(comparison.ranks.spearman)
            else language.number(comparison.ranks.spearman, 2),
        )


def _print_towns(
    console: Console,
    comparison: Comparison,
    methods: tuple[AnyMethodFile, AnyMethodFile],
    language: Language,
) -> None:
    heads = (mark("Town"), mark("Score A"), mark("Score B"), mark("Rank A"), mark("Rank B"))
    table = RichTable(box=None, pad_edge=False)
    for head in (*heads, mark("Places"), mark("Points lost, B less A")):
        is_text = head in ("Town", "Points lost, B less A")
        table.add_column(language.text(head), justify="left" if is_text else "right")
    for row in comparison.towns.head(MOST_TOWNS).to_dict("records"):
        table.add_row(*map(RichText, _town_cells(row, comparison, methods, language)))
    console.print(table)


def _town_cells(
    row: dict[Any, Any],
    comparison: Comparison,
    methods: tuple[AnyMethodFile, AnyMethodFile],
    language: Language,
) -> list[str]:
    differences = category_differences(comparison, row["town_id"]).head(MOST_CATEGORIES)
    if _counts_up(methods[0]) != _counts_up(methods[1]):
        differences = differences[:0]  # points lost, and what makes up an index: no difference
    named = [
        f"{_category(str(code), methods, language)} {language.change(float(points))}"
        for code, points in differences.items()
        if points
    ]
    decimals = (comparison.first.facts.decimals, comparison.second.facts.decimals)
    scores = [
        "–" if pd.isna(row[f"score_{side}"]) else language.score(row[f"score_{side}"], places)
        for side, places in zip("ab", decimals, strict=True)
    ]
    ranks = ["–" if pd.isna(row[f"rank_{side}"]) else str(row[f"rank_{side}"]) for side in "ab"]
    shift = "–" if pd.isna(row["shift"]) else f"{row['shift']:+.0f}"
    name = row["town_name_zh" if language.code == "zh" else "town_name"]
    return [str(name), *scores, *ranks, shift, language.listing(named)]


def _counts_up(file: AnyMethodFile) -> bool:
    """Whether the method is an index with base 100, in which more is worse."""
    return isinstance(file.method, CompositeMethod) and file.method.higher_is == "worse"


def _category(code: str, methods: tuple[AnyMethodFile, AnyMethodFile], language: Language) -> str:
    """Name of a category in whichever of the methods has it."""
    for file in methods:
        try:
            return category_name(code, file.method, language)
        except KeyError:
            continue
    return code
