"""What a method says: every number of the index that is somebody's choice.

`Method` is what all files of `data/methods/` have in common. `StandardMethod` is ours, the same for
all cities; `Calibration` is a city's part of it: which pillars it has, what they weigh, and what a
usual day was in its base period. `combine` makes of both the `ScoringRules` that the mathematics
takes. The methods of other cities are `indices.composite.method.CompositeMethod`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from indices.arrays import FloatArray, IntArray
from indices.choices import (
    Choice,
    Code,
    Colour,
    PositiveNumber,
    Share,
    Strict,
    Text,
    WholeNumber,
)

HALF = 0.5


class Window(Strict):
    """How far the score looks back, and how fast it forgets."""

    window_days: WholeNumber
    half_life_days: PositiveNumber


class Recent(Strict):
    """What the last days may do: raise a rate as far as chance does not explain it."""

    window_days: WholeNumber
    chance: Share  # how often at most a calm town is raised at all; below 0.5

    @model_validator(mode="after")
    def _is_a_lower_limit(self) -> Self:
        if not self.chance.value < HALF:
            raise ValueError(f"chance must be below {HALF}, got {self.chance.value}")
        return self


class Uncertainty(Strict):
    """Intervals, rank ranges and the rule for "not rated"."""

    interval: Share  # of the posterior inside, such as 0.95
    rank_low: Share
    rank_high: Share
    rank_draws: WholeNumber
    seed: int = Field(ge=0)
    least_expected_events: PositiveNumber  # in effective days, at the city's usual rate

    @model_validator(mode="after")
    def _ends_in_order(self) -> Self:
        if not self.rank_low.value < self.rank_high.value:
            raise ValueError(
                f"rank_low must lie below rank_high, got {self.rank_low.value} "
                f"and {self.rank_high.value}"
            )
        return self


class Level(Strict):
    """One level: number, word, glyph, colour and what to do."""

    number: int = Field(ge=1)
    from_score: float = Field(ge=0, le=100)
    word: Text
    glyph: str = Field(min_length=1, max_length=1)
    colour: Colour
    text_colour: Colour
    residents: Text
    officials: Text


class Levels(Choice):
    """The levels from best to worst."""

    level: tuple[Level, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _fall_to_zero(self) -> Self:
        edges = [level.from_score for level in self.level]
        if edges != sorted(edges, reverse=True) or len(set(edges)) < len(edges) or edges[-1] != 0:
            raise ValueError(f"from_score must fall from level to level and end at 0, got {edges}")
        if [level.number for level in self.level] != list(range(1, len(edges) + 1)):
            raise ValueError("levels must be numbered 1, 2, 3, ... from the best")
        return self

    @property
    def cuts(self) -> tuple[float, ...]:
        """Lower edges of all levels but the last."""
        return tuple(level.from_score for level in self.level[:-1])


class Category(Strict):
    """A kind of incident and its severity, in days of the scheme that the source names."""

    pillar: Code
    severity: PositiveNumber


class Method(Strict):
    """What every method file says, whatever its mathematics."""

    kind: str
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+$")]
    name: Text
    summary: Text
    levels: Levels


class StandardMethod(Method):
    """The standard method's file."""

    kind: Literal["standard"]
    window: Window
    recent: Recent
    scale_base: Share
    apart_from: PositiveNumber  # times a pillar's mean severity; graver categories are shrunk apart
    uncertainty: Uncertainty
    pillars: dict[Code, Text]
    categories: dict[Code, Category]

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        mistakes = [
            f"category {code}: pillar '{category.pillar}' is not among {', '.join(self.pillars)}"
            for code, category in self.categories.items()
            if category.pillar not in self.pillars
        ]
        if mistakes:
            raise ValueError("; ".join(mistakes))
        return self


class BasePeriod(Choice):
    """The days whose rates were frozen as the city's usual ones, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"the last day ({self.last}) lies before the first ({self.first})")
        return self


class PillarCalibration(Strict):
    """A pillar's share in the composite and the usual rates of its categories."""

    weight: PositiveNumber
    dispersion: PositiveNumber | None = None  # variance of counts over their mean; 1 if not given
    # Incidents per 100,000 residents and day; empty where they are still to be measured.
    usual_per_100k_day: dict[Code, float] = Field(default_factory=dict)


class Calibration(Strict):
    """A city's part of a method: `method.toml` of the city folder."""

    method: str
    base_period: BasePeriod
    pillars: dict[Code, PillarCalibration] = Field(min_length=1)
    left_out: dict[Code, str] = Field(default_factory=dict)  # pillars not scored here, and why

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        both = sorted(self.pillars.keys() & self.left_out.keys())
        if both:
            raise ValueError(f"pillars and left_out both name {', '.join(both)}")
        return self


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoringRules:
    """A method and a city's calibration as the arrays that the mathematics needs."""

    window_days: int
    half_life_days: float
    recent_days: int  # 0: the last days raise nothing
    recent_chance: float  # below 0.5
    apart_from: float  # times a pillar's mean severity, see `indices.score.groups`
    scale_base: float
    interval: float
    rank_low: float
    rank_high: float
    rank_draws: int
    seed: int
    least_expected_events: float
    cuts: tuple[float, ...]
    pillars: tuple[str, ...]
    pillar_weight: FloatArray  # (n_pillars,), sums to 1
    dispersion: FloatArray  # (n_pillars,), variance of counts over their mean, 1 is Poisson
    categories: tuple[str, ...]  # grouped by pillar
    category_pillar: IntArray  # (n_categories,), positions in `pillars`
    severity: FloatArray  # (n_categories,)
    usual_rate: FloatArray  # (n_categories,), incidents per resident and day


class CalibrationMismatch(ValueError):
    """A city's calibration does not fit its method."""


def combine(method: StandardMethod, calibration: Calibration) -> ScoringRules:
    """Join a method with a city's calibration.

    Raises:
        CalibrationMismatch: All mistakes at once.
    """
    mistakes = _mismatches(method, calibration)
    if mistakes:
        raise CalibrationMismatch("\n".join(mistakes))
    pillars = tuple(calibration.pillars)
    rows = [
        (code, pillars.index(pillar), method.categories[code].severity.value, per_100k / 100_000)
        for pillar, part in calibration.pillars.items()
        for code, per_100k in part.usual_per_100k_day.items()
    ]
    codes, positions, severity, usual = zip(*rows, strict=True)
    weight = np.array([part.weight.value for part in calibration.pillars.values()])
    dispersion = [
        1.0 if part.dispersion is None else part.dispersion.value
        for part in calibration.pillars.values()
    ]
    return ScoringRules(
        window_days=int(method.window.window_days.value),
        half_life_days=method.window.half_life_days.value,
        recent_days=int(method.recent.window_days.value),
        recent_chance=method.recent.chance.value,
        apart_from=method.apart_from.value,
        scale_base=method.scale_base.value,
        interval=method.uncertainty.interval.value,
        rank_low=method.uncertainty.rank_low.value,
        rank_high=method.uncertainty.rank_high.value,
        rank_draws=int(method.uncertainty.rank_draws.value),
        seed=method.uncertainty.seed,
        least_expected_events=method.uncertainty.least_expected_events.value,
        cuts=method.levels.cuts,
        pillars=pillars,
        pillar_weight=weight / weight.sum(),
        dispersion=np.array(dispersion),
        categories=codes,
        category_pillar=np.array(positions),
        severity=np.array(severity),
        usual_rate=np.array(usual),
    )


def _mismatches(method: StandardMethod, calibration: Calibration) -> list[str]:
    """Say everything that keeps the two from being joined."""
    mistakes = []
    if calibration.method != method.id:
        mistakes.append(f"method is '{calibration.method}', but the file given is '{method.id}'")
    for pillar, part in calibration.pillars.items():
        if pillar not in method.pillars:
            mistakes.append(f"pillar '{pillar}' is not among {', '.join(method.pillars)}")
        if not part.usual_per_100k_day:
            mistakes.append(f"pillar '{pillar}' has no category")
        for code, rate in part.usual_per_100k_day.items():
            category = method.categories.get(code)
            if category is None:
                mistakes.append(f"category '{code}' is not in the method")
            elif category.pillar != pillar:
                mistakes.append(f"category '{code}' belongs to '{category.pillar}', not '{pillar}'")
            if not 0 < rate < np.inf:
                mistakes.append(f"category '{code}': the usual rate must be positive, got {rate}")
    return mistakes
