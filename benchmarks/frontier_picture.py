"""The frontier as an SVG: how much of a doubling is shown, against foresight and places moved.

Plain text without a drawing library: the same numbers give the same bytes.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

WIDTH, HEIGHT, PANEL, TOP, BOTTOM = 940, 520, 380, 50, 330
LEFTS = (70, 530)
COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"),
    *("#806600", "#000000", "#7a3fa0", "#8c2d04", "#777777"),
)
X_MOST, X_TICKS = 0.8, (0.0, 0.2, 0.4, 0.6, 0.8)
MIDDLE = 'text-anchor="middle"'
GOAL_SHOWN, GOAL_FORESIGHT, GOAL_PLACES = 0.40, 0.725, 2.5

HEAD = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"
 font-family="sans-serif" font-size="12" aria-labelledby="t d">
<title id="t">How fast to forget: the frontier</title>
<desc id="d">Share of a two-week doubling that a rate shows, against foresight and daily moves, for
 each way of forgetting. The numbers stand in the table beside it.</desc>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>"""


class Dot(NamedTuple):
    """One candidate: part of a doubling shown, foresight of 28 days, places moved a day."""

    family: str
    shown: float
    foresight: float
    places: float


class Axis(NamedTuple):
    """The upright axis of one panel."""

    title: str
    least: float
    most: float
    ticks: tuple[float, ...]
    form: str
    goal: tuple[float, float]  # the part of the axis that meets the aim


AXES = (
    Axis(
        "rank correlation with the next 28 days",
        0.66,
        0.75,
        (0.66, 0.68, 0.70, 0.72, 0.74),
        ".2f",
        (GOAL_FORESIGHT, 0.75),
    ),
    Axis("places moved a day, of 140", 0, 5, (0, 1, 2, 3, 4, 5), ".0f", (0, GOAL_PLACES)),
)


def draw(dots: Sequence[Dot]) -> str:
    """Both panels and their legend; candidates outside a panel are left out of it."""
    families = list(dict.fromkeys(dot.family for dot in dots))
    parts = [HEAD]
    values: tuple[Callable[[Dot], float], ...] = (lambda d: d.foresight, lambda d: d.places)
    for left, axis, value in zip(LEFTS, AXES, values, strict=True):
        parts += _frame(left, axis)
        for number, family in enumerate(families):
            points = [(d.shown, value(d)) for d in dots if d.family == family]
            parts += _line(left, axis, number, sorted(points))
    parts += [_legend(number, family) for number, family in enumerate(families)]
    return "\n".join([*parts, "</svg>", ""])


def _x(left: int, shown: float) -> float:
    """Position of a part shown."""
    return left + PANEL * shown / X_MOST


def _y(axis: Axis, value: float) -> float:
    """Position of a value on the upright axis."""
    return TOP + (BOTTOM - TOP) * (axis.most - value) / (axis.most - axis.least)


def _frame(left: int, axis: Axis) -> list[str]:
    """Aim, ticks and titles of a panel."""
    at, right = _x(left, GOAL_SHOWN), left + PANEL
    low, high = (_y(axis, value) for value in axis.goal)
    parts = [
        f'<path d="M{at:.1f} {high:.1f}H{right}V{low:.1f}H{at:.1f}z" fill="#e8f3e8"/>',
        _text(right - 6, high + 16, "aim", 'text-anchor="end" fill="#2f6b2f"'),
        f'<path d="M{left} {TOP}V{BOTTOM}H{right}" fill="none" stroke="#444444"/>',
        _text(left - 45, TOP - 20, axis.title, 'font-weight="bold"'),
        _text(left + PANEL / 2, BOTTOM + 38, "share of a 14-day doubling shown", MIDDLE),
    ]
    parts += [_text(_x(left, t), BOTTOM + 18, f"{100 * t:.0f} %", MIDDLE) for t in X_TICKS]
    for tick in axis.ticks:
        number = f"{tick:{axis.form}}"
        parts.append(_text(left - 8, _y(axis, tick) + 4, number, 'text-anchor="end"'))
    return parts


def _text(x: float, y: float, words: str, more: str) -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


def _line(left: int, axis: Axis, number: int, points: list[tuple[float, float]]) -> list[str]:
    """One family: its points and the line through them."""
    inside = [
        (_x(left, x), _y(axis, y))
        for x, y in points
        if x <= X_MOST and axis.least <= y <= axis.most
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in inside)
    line = f'<polyline points="{path}" fill="none" stroke="{_colour(number)}" stroke-width="1.6"'
    dashes = f' stroke-dasharray="{_dashes(number)}"' if _dashes(number) else ""
    return [f"{line}{dashes}/>", *(_mark(x, y, number) for x, y in inside)]


def _mark(x: float, y: float, number: int) -> str:
    """Circle, square or triangle, so that no meaning hangs on colour alone."""
    colour = _colour(number)
    if number % 3 == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6" fill="{colour}"/>'
    if number % 3 == 1:
        return (
            f'<rect x="{x - 3.3:.1f}" y="{y - 3.3:.1f}" width="6.6" height="6.6" fill="{colour}"/>'
        )
    return f'<path d="M{x:.1f} {y - 4.4:.1f}l4.2 7.4h-8.4z" fill="{colour}"/>'


def _colour(number: int) -> str:
    """Colour of a family."""
    return COLOURS[number % len(COLOURS)]


def _dashes(number: int) -> str:
    """Dashes of a family: whole, long or short."""
    return ("", "7 3", "2 3")[number // 3 % 3]


def _legend(number: int, family: str) -> str:
    """One entry; two columns."""
    x, y = LEFTS[number % 2], BOTTOM + 70 + 20 * (number // 2)
    dashes = f' stroke-dasharray="{_dashes(number)}"' if _dashes(number) else ""
    return (
        f'<path d="M{x} {y - 4}h30" stroke="{_colour(number)}" stroke-width="1.6"{dashes}/>'
        f'{_mark(x + 15, y - 4, number)}<text x="{x + 40}" y="{y}">{family}</text>'
    )
