"""The internal funnel plot: which towns differ from the city by more than chance and clustering."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from indices.funnel import (
    TAIL_95,
    TAIL_998,
    Funnel,
    funnel,
    poisson_limit,
    widen,
)
from pipeline.city import City
from pipeline.editions.edition import Edition
from reports.pages.notices import notices
from reports.pages.templates import render
from reports.words.language import Language
from reports.words.periods import facts_period

LEFT, TOP, WIDTH, HEIGHT = 48, 12, 640, 340
STEPS = 60  # of the drawn limits
LEAST_SHOWN = 0.05  # of the ratio: the axis is logarithmic


@dataclass(frozen=True)
class FunnelPoint:
    """One town in the picture."""

    name: str
    x: str
    y: str
    is_outside: bool


@dataclass(frozen=True)
class FunnelRow:
    """One town beyond a limit."""

    name: str
    observed: str
    expected: str
    ratio: str
    limits: str


@dataclass(frozen=True)
class FunnelPage:
    """Everything that `funnel.html.j2` shows."""

    title: str
    day: str
    notices: tuple[str, ...]
    dispersion: str
    points: tuple[FunnelPoint, ...]
    curves: tuple[tuple[str, str], ...]  # class and path
    ticks_x: tuple[tuple[str, str], ...]
    ticks_y: tuple[tuple[str, str], ...]
    rows: tuple[FunnelRow, ...]


def render_funnel(edition: Edition, *, city: City, language: Language) -> str:
    """The page of an edition in one language: with counts, so internal."""
    return render("funnel.html.j2", language=language, page=view_funnel(edition, city, language))


def town_counts(edition: Edition) -> pd.DataFrame:
    """Incidents of each town in the window, and as many as its residents' share of them all."""
    counts = edition.components.groupby("town_id", sort=False)["count"].sum()
    towns = edition.ranking.set_index("town_id")
    observed = counts.reindex(towns.index).fillna(0).to_numpy(dtype=np.float64)
    people = towns["population"].to_numpy(dtype=np.float64)
    return towns.assign(observed=observed, expected=observed.sum() * people / people.sum())


def view_funnel(edition: Edition, city: City, language: Language) -> FunnelPage:
    """Turn counts into places and texts."""
    towns = town_counts(edition)
    name = language.pick(city.about.name)
    common = {
        "title": language.text("%(city)s Safety Index", city=name),
        "day": facts_period(edition.facts, language),
        "notices": notices(city, language),
    }
    if not towns["observed"].sum() > 0:
        empty: tuple[()] = ()
        return FunnelPage(
            **common,  # type: ignore[arg-type]
            dispersion="",
            points=empty,
            curves=empty,
            ticks_x=empty,
            ticks_y=empty,
            rows=empty,
        )
    observed, expected = (
        np.asarray(towns[column], dtype=np.float64) for column in ("observed", "expected")
    )
    found = funnel(observed, expected=expected)
    axes = _Axes.around(expected, found)
    names = towns["town_name_zh" if language.code == "zh" else "town_name"].tolist()
    return FunnelPage(
        **common,  # type: ignore[arg-type]
        dispersion=language.number(float(found.dispersion), 1),
        points=tuple(
            FunnelPoint(
                name=str(names[at]),
                x=axes.x(expected[at]),
                y=axes.y(found.ratio[at]),
                is_outside=bool(found.outside_998[at]),
            )
            for at in range(len(names))
        ),
        curves=tuple(_curves(found, axes)),
        ticks_x=tuple((axes.x(value), f"{value:g}") for value in axes.ticks_x()),
        ticks_y=tuple((axes.y(value), f"{value:g}") for value in axes.ticks_y()),
        rows=tuple(_rows(names, observed, expected, found, language)),
    )


@dataclass(frozen=True)
class _Axes:
    """Logarithmic axes: expected incidents, and the ratio to them."""

    x_from: float
    x_to: float
    y_from: float
    y_to: float

    @classmethod
    def around(cls, expected: FloatArray, found: Funnel) -> "_Axes":
        ratios = np.maximum(found.ratio, LEAST_SHOWN)
        spread = max(float(np.exp(np.abs(np.log(ratios)).max())), 1.5)
        return cls(expected.min() / 1.1, expected.max() * 1.1, 1 / spread / 1.1, spread * 1.1)

    def x(self, value: float) -> str:
        share = np.log(value / self.x_from) / np.log(self.x_to / self.x_from)
        return f"{LEFT + WIDTH * share:.1f}"

    def y(self, value: float) -> str:
        inside = min(max(value, self.y_from), self.y_to)
        share = np.log(inside / self.y_from) / np.log(self.y_to / self.y_from)
        return f"{TOP + HEIGHT * (1 - share):.1f}"

    def ticks_x(self) -> list[float]:
        return _nice(self.x_from, self.x_to)

    def ticks_y(self) -> list[float]:
        return _nice(self.y_from, self.y_to)


def _nice(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten between two numbers."""
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    return [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]


def _curves(found: Funnel, axes: _Axes) -> list[tuple[str, str]]:
    """The limits as paths."""
    grid = np.geomspace(axes.x_from, axes.x_to, STEPS)
    curves = []
    for name, share in (
        ("limit-95", TAIL_95),
        ("limit-95", 1 - TAIL_95),
        ("limit-998", TAIL_998),
        ("limit-998", 1 - TAIL_998),
    ):
        limit = widen(poisson_limit(grid, probability=share), by=found.widened_by[..., None])
        places = [
            f"{axes.x(e)} {axes.y(max(v, LEAST_SHOWN))}"
            for e, v in zip(grid, limit.ravel(), strict=True)
        ]
        curves.append((name, "M" + "L".join(places)))
    return curves


def _rows(
    names: list[str],
    observed: FloatArray,
    expected: FloatArray,
    found: Funnel,
    language: Language,
) -> list[FunnelRow]:
    """Towns beyond the wider limits, the farthest first."""
    outside = np.flatnonzero(found.outside_998)
    order = outside[np.argsort(-np.abs(np.log(np.maximum(found.ratio[outside], LEAST_SHOWN))))]
    return [
        FunnelRow(
            name=str(names[at]),
            observed=language.number(observed[at]),
            expected=language.number(expected[at], 1),
            ratio=language.number(found.ratio[at], 2),
            limits=f"{language.number(found.low_998[at], 2)}–"
            f"{language.number(found.high_998[at], 2)}",
        )
        for at in order
    ]
