"""The scales of a method in words, as a table of points and as a curve."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from indices.arrays import FloatArray
from indices.composite.scaling import on_scale
from indices.composite.terms import ChangeSteps, Scale
from reports.pages.method_view import Cell, Curve, Line, Marker, Table, plain_number
from reports.words.language import Language

RATIOS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)  # of the table
MOST_RATIO = 3.0
N_DRAWN = 121
WIDTH, HEIGHT = 240.0, 100.0
AGAINST_BASELINE = ("exponential", "deduction", "change_steps", "ratio")


def scale_line(scale: Scale, marker: Marker) -> Line:
    """The formula in words."""
    return marker.line(WORDS[scale.kind](scale, marker.language), scale)


def scale_table(scale: Scale, language: Language) -> Table:
    """A few points of the scale."""
    heads, rows = POINTS[scale.kind](scale, language)
    return Table(
        caption=language.text("Scores by this scale"),
        heads=(heads, language.text("Score")),
        rows=tuple((Cell(left), Cell(right, number=True)) for left, right in rows),
    )


def scale_curve(scale: Scale, language: Language) -> Curve | None:
    """The scale as a line; none where the places of the towns decide, not their values."""
    if scale.kind in ("grades", "percentile"):
        return None
    low, high = _drawn_range(scale)
    x = np.linspace(low, high, N_DRAWN)
    score = on_scale(scale, x, np.ones_like(x))
    top = max(100.0, float(score.max()))
    points = " ".join(
        f"{WIDTH * (a - low) / (high - low):.1f},{HEIGHT * (1 - b / top):.1f}"
        for a, b in zip(x.tolist(), score.tolist(), strict=True)
    )
    below = (
        language.text("value ÷ comparison")
        if scale.kind in AGAINST_BASELINE
        else language.text("value")
    )
    return Curve(
        points=points,
        left=plain_number(low, language),
        right=plain_number(high, language),
        below=below,
        beside=language.text("score, 0 to %(top)s", top=f"{top:g}"),
    )


def _drawn_range(scale: Any) -> tuple[float, float]:
    """From where to where a scale is drawn."""
    if scale.kind == "breakpoints":
        return scale.edges[0], scale.edges[-1]
    if scale.kind == "min_max":
        return min(scale.best, scale.worst), max(scale.best, scale.worst)
    return 0.0, MOST_RATIO


def _exponential(scale: Any, language: Language) -> str:
    return language.text(
        "Score = 100 × %(base)s to the power of (value ÷ comparison): 100 where nothing happened, "
        "%(usual)s where the value equals what it is compared with, never quite 0.",
        base=f"{scale.base:g}",
        usual=plain_number(100 * scale.base, language),
    )


def _deduction(scale: Any, language: Language) -> str:
    return language.text(
        "Score = 100 − %(lost)s × value ÷ comparison, and at least 0: 100 where nothing happened, "
        "%(usual)s where the value equals what it is compared with.",
        lost=plain_number(100 - scale.at_baseline, language),
        usual=plain_number(scale.at_baseline, language),
    )


def _breakpoints(scale: Any, language: Language) -> str:
    del scale
    return language.text(
        "The score follows straight lines between the points of the table; beyond its ends it "
        "stays level."
    )


def _percentile(scale: Any, language: Language) -> str:
    del scale
    return language.text("Score = share of the other towns that are not safer, times 100.")


def _grades(scale: Any, language: Language) -> str:
    return language.text(
        "Towns are put in order of their values and graded by quota: the best %(first)s %% of the "
        "towns get the first grade, and so on; places are rounded to whole ones, a half upwards. "
        "Each grade has a score. Towns with equal values get the same grade.",
        first=plain_number(100 * scale.shares[0], language),
    )


def _min_max(scale: Any, language: Language) -> str:
    return language.text(
        "Score = 100 × (value − %(worst)s) ÷ (%(best)s − %(worst)s), held between 0 and 100: a "
        "straight line from 0 at %(worst)s to 100 at %(best)s.",
        worst=plain_number(scale.worst, language),
        best=plain_number(scale.best, language),
    )


def _change_steps(scale: ChangeSteps, language: Language) -> str:
    if scale.edge_belongs_to == "better":
        edge = language.text("A change that meets a limit has the better score.")
    else:
        edge = language.text("A change that meets a limit has the worse score.")
    return language.text(
        "Change = value ÷ comparison − 1; the score is the one of the table. %(edge)s", edge=edge
    )


def _ratio(scale: Any, language: Language) -> str:
    del scale
    return language.text(
        "Index = 100 × value ÷ comparison: 100 where the value equals what it is compared with, "
        "200 at twice as much. More is worse."
    )


def _ratio_points(scale: Any, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """Scores at some multiples of the baseline."""
    x = np.array(RATIOS)
    return language.text("value ÷ comparison"), _pairs(x, on_scale(scale, x, np.ones(6)), language)


def _edge_points(scale: Any, language: Language) -> tuple[str, list[tuple[str, str]]]:
    return language.text("value"), _pairs(scale.edges, scale.scores, language)


def _min_max_points(scale: Any, language: Language) -> tuple[str, list[tuple[str, str]]]:
    x = np.linspace(scale.worst, scale.best, 5)
    return language.text("value"), _pairs(x, on_scale(scale, x, x), language)


def _pairs(
    x: Sequence[float] | FloatArray, y: Sequence[float] | FloatArray, language: Language
) -> list[tuple[str, str]]:
    return [
        (plain_number(float(a), language), plain_number(float(b), language, 2))
        for a, b in zip(x, y, strict=True)
    ]


def _grade_points(scale: Any, language: Language) -> tuple[str, list[tuple[str, str]]]:
    rows = [
        (
            language.text(
                "grade %(number)s: %(share)s %% of the towns",
                number=number,
                share=plain_number(100 * share, language),
            ),
            plain_number(score, language),
        )
        for number, (share, score) in enumerate(zip(scale.shares, scale.scores, strict=True), 1)
    ]
    return language.text("Grade"), rows


def _percentile_points(scale: Any, language: Language) -> tuple[str, list[tuple[str, str]]]:
    del scale
    rows = [(f"{share} %", f"{share}") for share in (100, 75, 50, 25, 0)]
    return language.text("Other towns that are not safer"), rows


def _step_points(scale: Any, language: Language) -> tuple[str, list[tuple[str, str]]]:
    """From the lowest change to the highest."""
    edges = [percent(edge, language) for edge in scale.edges]
    if scale.edge_belongs_to == "better":
        first = language.text("%(edge)s or lower", edge=edges[0])
        last = language.text("above %(edge)s", edge=edges[-1])
        between = [
            language.text("above %(low)s up to %(high)s", low=low, high=high)
            for low, high in pairwise(edges)
        ]
    else:
        first = language.text("below %(edge)s", edge=edges[0])
        last = language.text("%(edge)s or higher", edge=edges[-1])
        between = [
            language.text("%(low)s to below %(high)s", low=low, high=high)
            for low, high in pairwise(edges)
        ]
    texts = [first, *between, last]
    scores = [plain_number(score, language) for score in scale.scores]
    return language.text("Change"), list(zip(texts, scores, strict=True))


def percent(share: float, language: Language) -> str:
    """A change in per cent with its sign."""
    text = plain_number(100 * share, language, 2)
    return f"+{text} %" if share > 0 else f"{text} %"


WORDS: dict[str, Callable[[Any, Language], str]] = {
    "exponential": _exponential,
    "deduction": _deduction,
    "breakpoints": _breakpoints,
    "percentile": _percentile,
    "grades": _grades,
    "min_max": _min_max,
    "change_steps": _change_steps,
    "ratio": _ratio,
}
POINTS: dict[str, Callable[[Any, Language], tuple[str, list[tuple[str, str]]]]] = {
    "exponential": _ratio_points,
    "deduction": _ratio_points,
    "ratio": _ratio_points,
    "breakpoints": _edge_points,
    "min_max": _min_max_points,
    "grades": _grade_points,
    "percentile": _percentile_points,
    "change_steps": _step_points,
}
