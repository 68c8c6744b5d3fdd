"""The baselines and scales that a method file can name."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from indices.choices import Choice

Score = Annotated[float, Field(ge=0, le=100)]


def _fall_or_stay(scores: tuple[float, ...]) -> tuple[float, ...]:
    """More harm must never give a better score."""
    if any(later > earlier for earlier, later in pairwise(scores)):
        raise ValueError(f"scores must fall or stay level, got {list(scores)}")
    return scores


Scores = Annotated[tuple[Score, ...], AfterValidator(_fall_or_stay)]


COMPARING = ("exponential", "deduction", "change_steps", "ratio")  # scales that need a baseline


class OwnPast(Choice):
    """The town's own mean over the periods just before."""

    kind: Literal["own_past"]
    n_periods: Annotated[int, Field(ge=1)]


class SamePeriodOfYears(Choice):
    """The town's own mean over the same period of the years before; 1: last year's."""

    kind: Literal["same_period_of_years"]
    n_years: Annotated[int, Field(ge=1)]


class LastYearMean(Choice):
    """The mean of last year per period, of the town's district or of the whole city."""

    kind: Literal["last_year_mean"]
    of: Literal["town", "district", "city"]


class CityUsual(Choice):
    """The city's rate over its base period."""

    kind: Literal["city_usual"]


class CityPeriod(Choice):
    """The city's rate over the same period: a comparison between places alone."""

    kind: Literal["city_period"]


class SimilarTowns(Choice):
    """The mean rate of the towns most alike in population and density, over the same period."""

    kind: Literal["similar_towns"]
    n_peers: Annotated[int, Field(ge=1)]


Baseline = Annotated[
    OwnPast | SamePeriodOfYears | LastYearMean | CityUsual | CityPeriod | SimilarTowns,
    Field(discriminator="kind"),
]


class Exponential(Choice):
    """100 * base ** (value / baseline)."""

    kind: Literal["exponential"]
    base: Annotated[float, Field(gt=0, lt=1)]


class Deduction(Choice):
    """100 minus a deduction in proportion to value / baseline; at the baseline `at_baseline`."""

    kind: Literal["deduction"]
    at_baseline: Annotated[float, Field(gt=0, lt=100)]


class Breakpoints(Choice):
    """Straight lines between breakpoints, as in air-quality indices."""

    kind: Literal["breakpoints"]
    edges: Annotated[tuple[float, ...], Field(min_length=2)]
    scores: Scores

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.edges) != len(self.scores) or list(self.edges) != sorted(set(self.edges)):
            raise ValueError("edges must rise, and there must be as many scores as edges")
        return self


class Percentile(Choice):
    """The share of the other towns that are not safer."""

    kind: Literal["percentile"]


class Grades(Choice):
    """Grades by quota: the best `shares[0]` of the towns get `scores[0]`, and so on."""

    kind: Literal["grades"]
    shares: Annotated[tuple[float, ...], Field(min_length=2)]
    scores: Scores

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.shares) != len(self.scores) or abs(sum(self.shares) - 1) > 1e-9:  # noqa: PLR2004
            raise ValueError("shares must add up to 1, and there must be as many scores as shares")
        return self


class MinMax(Choice):
    """From 100 at `best` down to 0 at `worst`, in a straight line; both fixed."""

    kind: Literal["min_max"]
    best: float
    worst: float

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.best == self.worst:
            raise ValueError("best and worst must differ")
        return self


class ChangeSteps(Choice):
    """A step function of value / baseline - 1."""

    kind: Literal["change_steps"]
    edges: Annotated[tuple[float, ...], Field(min_length=1)]
    scores: Scores
    edge_belongs_to: Literal["better", "worse"]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.scores) != len(self.edges) + 1 or list(self.edges) != sorted(set(self.edges)):
            raise ValueError("edges must rise, and there must be one score more than edges")
        return self


class Ratio(Choice):
    """100 * value / baseline: an index whose base is 100, and in which more is worse."""

    kind: Literal["ratio"]


Scale = Annotated[
    Exponential | Deduction | Breakpoints | Percentile | Grades | MinMax | ChangeSteps | Ratio,
    Field(discriminator="kind"),
]
