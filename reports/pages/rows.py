"""The lines of a ranking: levels, towns and districts as they are shown."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from indices.composite.method import CompositeMethod
from indices.method import Method
from pipeline.city import City
from pipeline.editions.disclosure import public_pillars
from pipeline.editions.edition import Edition
from reports.words.language import Language, mark

DASH = "–"
SCALE_FROM, SCALE_TO = 50.0, 100.0  # of the drawn intervals; lower values are drawn at the edge
DRAWN_WIDTH = 120.0
LEAST_TOLD = 0.001  # of the weight
CHANGE_HEADS = {
    "1d": mark("1 day"),
    "7d": mark("7 days"),
    "previous": mark("Period before"),
    "year": mark("Year before"),
}


@dataclass(frozen=True)
class LevelView:
    """A level as it is shown, with how many towns it holds."""

    number: int
    word: str
    glyph: str
    residents: str
    officials: str
    scores: str  # "80 to 90"
    n_towns: int


@dataclass(frozen=True)
class TownRow:
    """One line of the ranking; texts are ready to print, empty where there is no value."""

    town_id: str
    name: str
    district: str
    rank: str
    rank_range: str
    score: str
    interval: str
    drawn: tuple[str, str, str] | None  # x of the low end, the score and the high end
    level: LevelView | None
    changes: tuple[str, ...]
    pillars: tuple[str, ...]
    step: str  # what the method's ladder asks for now
    partial: str  # how much of the weight is known, where that is less than elsewhere


@dataclass(frozen=True)
class DistrictRow:
    """One line of the table of districts."""

    name: str
    n_towns: str
    rank: str
    score: str
    interval: str
    level: LevelView | None
    changes: tuple[str, ...]


def changes_shown(edition: Edition) -> tuple[str, ...]:
    """What scores are compared with: nothing where the records tell only months."""
    if edition.facts.period_kind == "day":
        return () if edition.facts.by_month else ("1d", "7d")
    return ("previous", "year")


def level_views(edition: Edition, method: Method, language: Language) -> tuple[LevelView, ...]:
    """The levels of a method, with how many towns each holds; none where it has none."""
    if method.levels is None:
        return ()
    held = edition.ranking["level"].value_counts()
    uppers = [None, *method.levels.cuts]
    return tuple(
        LevelView(
            number=level.number,
            word=language.pick(level.word),
            glyph=level.glyph,
            residents=language.pick(level.residents),
            officials=language.pick(level.officials),
            scores=score_range(level.from_score, upper, language),
            n_towns=int(held.get(level.number, 0)),
        )
        for level, upper in zip(method.levels.level, uppers, strict=True)
    )


def score_range(lower: float, upper: float | None, language: Language) -> str:
    """From which score to which a level reaches; the best one has no upper edge."""
    if upper is None:
        return language.text("%(lower)s and above", lower=f"{lower:g}")
    if lower == 0:
        return language.text("below %(upper)s", upper=f"{upper:g}")
    return language.text("%(lower)s to below %(upper)s", lower=f"{lower:g}", upper=f"{upper:g}")


def told_pillars(edition: Edition) -> tuple[str, ...]:
    """The pillars whose score is told for any town: the others would be empty columns."""
    pillars = public_pillars(edition)
    told = pillars.groupby("pillar", sort=False)["score"].apply(lambda score: score.notna().any())
    return tuple(str(code) for code, is_told in told.items() if is_told)


def town_rows(
    edition: Edition,
    city: City,
    method: Method,
    levels: tuple[LevelView, ...],
    language: Language,
) -> tuple[TownRow, ...]:
    """The towns in the order of the ranking."""
    decimals = edition.facts.decimals
    pillars = public_pillars(edition)
    pillars = pillars[pillars["pillar"].isin(told_pillars(edition))]
    pillar_scores = {
        town_id: tuple(_score_or_dash(score, decimals, language) for score in group["score"])
        for town_id, group in pillars.groupby("town_id", sort=False)
    }
    steps = _step_names(method, language)
    return tuple(
        _row(row, edition, city, levels, pillar_scores.get(row["town_id"], ()), steps, language)
        for row in edition.ranking.to_dict("records")
    )


def _row(
    row: dict[Hashable, Any],
    edition: Edition,
    city: City,
    levels: tuple[LevelView, ...],
    pillars: tuple[str, ...],
    steps: dict[str, str],
    language: Language,
) -> TownRow:
    rated = not pd.isna(row["score"])
    decimals = edition.facts.decimals
    low, score, high = (float(row[key]) for key in ("score_low", "score", "score_high"))
    return TownRow(
        town_id=str(row["town_id"]),
        name=str(row["town_name_zh" if language.code == "zh" else "town_name"]),
        district=district_name(city, str(row["district"]), language),
        rank=str(row["rank"]) if rated else "",
        rank_range=f"{row['rank_low']}–{row['rank_high']}" if rated else "",
        score=language.score(score, decimals) if rated else "",
        interval=_interval(low, high, decimals, language) if rated else "",
        drawn=(_x(low), _x(score), _x(high)) if rated and levels else None,
        level=None if pd.isna(row["level"]) else levels[int(row["level"]) - 1],
        changes=tuple(
            language.change(float(row[f"change_{name}"]), decimals)
            for name in changes_shown(edition)
        ),
        pillars=pillars,
        step=steps.get(str(row["step"]), ""),
        partial=_partial(row, edition, language),
    )


def district_name(city: City, district: str, language: Language) -> str:
    """A district in the reader's language, where the city tells it."""
    if language.code == "zh":
        return city.about.district_names_zh.get(district, district)
    return district


def _partial(row: dict[Hashable, Any], edition: Edition, language: Language) -> str:
    """That a town lacks more of the method's weight than others; what all lack is told once."""
    present, most = float(row["weight_present"]), float(edition.ranking["weight_present"].max())
    if present > most - LEAST_TOLD:
        return ""
    return language.text(
        "partial: %(share)s %% of the weight", share=language.number(100 * present)
    )


def _step_names(method: Method, language: Language) -> dict[str, str]:
    """Names of the steps of a method's ladder."""
    ladder = method.ladder if isinstance(method, CompositeMethod) else ()
    return {rung.code: language.pick(rung.name) for rung in ladder}


def district_rows(
    edition: Edition, city: City, levels: tuple[LevelView, ...], language: Language
) -> tuple[DistrictRow, ...]:
    """The districts in the order of their ranks."""
    decimals = max(edition.facts.decimals, 1)
    return tuple(
        DistrictRow(
            name=district_name(city, str(row["district"]), language),
            n_towns=language.number(row["n_towns"]),
            rank="" if pd.isna(row["rank"]) else str(row["rank"]),
            score=_score_or_dash(row["score"], decimals, language),
            interval=""
            if pd.isna(row["score_low"])
            else _interval(row["score_low"], row["score_high"], decimals, language),
            level=None if pd.isna(row["level"]) else levels[int(row["level"]) - 1],
            changes=tuple(
                language.change(float(row[f"change_{name}"]), decimals)
                for name in changes_shown(edition)
            ),
        )
        for row in edition.districts.to_dict("records")
    )


def _interval(low: float, high: float, decimals: int, language: Language) -> str:
    return f"{language.score(low, decimals)}–{language.score(high, decimals)}"


def _score_or_dash(score: float, decimals: int, language: Language) -> str:
    return DASH if pd.isna(score) else language.score(score, decimals)


def _x(score: float) -> str:
    """Place of a score in the drawing."""
    share = (min(max(score, SCALE_FROM), SCALE_TO) - SCALE_FROM) / (SCALE_TO - SCALE_FROM)
    return f"{4 + share * (DRAWN_WIDTH - 8):.1f}"
