"""The page that tells how far ranks rest on the method's choices: a picture and two tables."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from indices.method import StandardMethod
from pipeline.city import City
from pipeline.compute.sensitivity import RANDOM_WEIGHTS
from pipeline.editions.edition import Edition
from reports.pages.notices import notices
from reports.pages.templates import render
from reports.words.language import Language, mark
from reports.words.periods import facts_period

CHOICES = {
    "weight_up": mark("Weight of %(pillar)s a quarter higher"),
    "weight_down": mark("Weight of %(pillar)s a quarter lower"),
    "without": mark("Without %(pillar)s"),
    "arithmetic": mark("Arithmetic instead of geometric mean of the pillars"),
    "equal_severity": mark("All categories of a pillar equally severe"),
    "other_severity": mark("Another scheme of severities"),
    "half_window": mark("Half the memory"),
    "double_window": mark("Twice the memory"),
}
ROW_HEIGHT, PLOT_LEFT, PLOT_WIDTH = 14, 180, 520


@dataclass(frozen=True)
class VariantRow:
    """What one other choice does to the ranks."""

    name: str
    mean_shift: str
    most_shift: str


@dataclass(frozen=True)
class TownRange:
    """The ranks of one town over all choices, as numbers and as places in the picture."""

    name: str
    rank: str
    lowest: str
    highest: str
    weights: str  # 5th to 95th percentile under random weights
    y: str
    x_rank: str
    x_lowest: str
    x_highest: str
    x_weights: tuple[str, str]


@dataclass(frozen=True)
class SensitivityPage:
    """Everything that `sensitivity.html.j2` shows."""

    title: str
    city: str
    day: str
    notices: tuple[str, ...]
    variants: tuple[VariantRow, ...]
    towns: tuple[TownRange, ...]
    town_word: str
    height: int
    ticks: tuple[tuple[str, str], ...]  # x and rank


def has_sensitivity(edition: Edition) -> bool:
    """Whether the edition has ranks under other choices."""
    return not edition.sensitivity.empty


def sensitivity_table(edition: Edition) -> pd.DataFrame:
    """One row a rated town in the order of the ranking, with a column a variant."""
    rated = edition.ranking[edition.ranking["rank"].notna()]
    wide = edition.sensitivity.pivot_table(
        index="town_id", columns="variant", values="rank", sort=False, dropna=False
    )
    names = list(dict.fromkeys(edition.sensitivity["variant"]))
    choices = [name for name in names if name not in RANDOM_WEIGHTS]
    table = rated[["town_id", "town_name", "town_name_zh", "rank"]].merge(
        wide[names].reset_index(), on="town_id", validate="1:1"
    )
    every = table[["rank", *choices]].astype("Int64")
    table.insert(4, "lowest_rank", every.min(axis=1))
    table.insert(5, "highest_rank", every.max(axis=1))
    return table


def render_sensitivity(
    edition: Edition, *, city: City, method: StandardMethod, language: Language
) -> str:
    """The page of an edition in one language."""
    page = view_sensitivity(edition, city, method, language)
    return render("sensitivity.html.j2", language=language, levels=method.levels, page=page)


def view_sensitivity(
    edition: Edition, city: City, method: StandardMethod, language: Language
) -> SensitivityPage:
    """Turn ranks into texts and places."""
    table = sensitivity_table(edition)
    name = language.pick(city.about.name)
    n = max(int(table["highest_rank"].max()), 1) if len(table) else 1
    return SensitivityPage(
        title=language.text("%(city)s Safety Index", city=name),
        city=name,
        day=facts_period(edition.facts, language),
        notices=notices(city, language),
        variants=_variant_rows(table, method, language),
        towns=tuple(
            _town_range(row, at, n, language) for at, row in enumerate(table.to_dict("records"))
        ),
        town_word=language.pick(city.about.town_word),
        height=ROW_HEIGHT * (len(table) + 2),
        ticks=tuple((_x(rank, n), str(rank)) for rank in _ticks(n)),
    )


def _variant_rows(
    table: pd.DataFrame, method: StandardMethod, language: Language
) -> tuple[VariantRow, ...]:
    """The choices, those that move most places first."""
    names = [
        column
        for column in table.columns[6:]
        if column not in RANDOM_WEIGHTS and table[column].notna().any()
    ]
    shift = {name: (table[name] - table["rank"]).abs() for name in names}
    ordered = sorted(names, key=lambda name: (-float(shift[name].mean()), name))
    return tuple(
        VariantRow(
            name=_choice_name(name, method, language),
            mean_shift=language.number(float(shift[name].mean()), 1),
            most_shift=language.number(int(shift[name].max())),
        )
        for name in ordered
    )


def _choice_name(name: str, method: StandardMethod, language: Language) -> str:
    """A variant in words."""
    choice = next(code for code in CHOICES if name.startswith(code))
    pillar = name.removeprefix(choice).removeprefix("_")
    words = language.pick(method.pillars[pillar]) if pillar else ""
    return language.text(CHOICES[choice], pillar=words)


def _town_range(row: dict[Hashable, Any], at: int, n: int, language: Language) -> TownRange:
    low, high = int(row[RANDOM_WEIGHTS[0]]), int(row[RANDOM_WEIGHTS[2]])
    ranks = {key: int(row[key]) for key in ("rank", "lowest_rank", "highest_rank")}
    return TownRange(
        name=str(row["town_name_zh" if language.code == "zh" else "town_name"]),
        rank=str(ranks["rank"]),
        lowest=str(ranks["lowest_rank"]),
        highest=str(ranks["highest_rank"]),
        weights=f"{low}–{high}",
        y=str(ROW_HEIGHT * (at + 2)),
        x_rank=_x(ranks["rank"], n),
        x_lowest=_x(ranks["lowest_rank"], n),
        x_highest=_x(ranks["highest_rank"], n),
        x_weights=(_x(low, n), _x(high, n)),
    )


def _x(rank: int, n: int) -> str:
    """Place of a rank in the picture."""
    return f"{PLOT_LEFT + PLOT_WIDTH * (rank - 1) / max(n - 1, 1):.1f}"


def _ticks(n: int) -> list[int]:
    """About five ranks that the axis names."""
    step = max(1, round(n / 5 / 5) * 5 or 1)
    return [1, *range(step, n + 1, step)] if step > 1 else [*range(1, n + 1)]
