"""The method of a city that published an index: what it counts, compares, scales and joins.

One file of `data/methods/` of the kind "composite". Each value says whether a source states it or
whether we had to assume it: most cities published a result and no formula.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from indices.choices import (
    Choice,
    Code,
    PositiveNumber,
    Share,
    Strict,
    Text,
)
from indices.composite.terms import COMPARING, Baseline, Scale
from indices.method import Levels, Method
from indices.periods import PeriodKind

Denominators = Literal["residents", "registered_and_floating", "vehicles", "area_km2", "none"]


class Source(Strict):
    """Where a statement about the method was read."""

    title: str = Field(min_length=1)
    url: str | None = None


class PeriodChoice(Choice):
    """How long the periods are for which the index is published."""

    value: PeriodKind


class Counting(Strict):
    """Which of a record's times and categories decide; repeated and invalid calls never count."""

    time: "TimeChoice"
    category: "CategoryChoice"


class TimeChoice(Choice):
    """Whether incidents count on the day they happened or the day they were reported."""

    value: Literal["occurred", "reported"]


class CategoryChoice(Choice):
    """Whether the category after handling decides, or the one at reception."""

    value: Literal["final", "reception"]


class Denominator(Choice):
    """What incidents are divided by, and how many of it make the printed unit."""

    value: Denominators
    per: float = Field(default=1, gt=0)


class Severities(Choice):
    """Weights of the kinds of an indicator; those not named weigh 1."""

    values: dict[Code, Annotated[float, Field(gt=0)]]


class External(Choice):
    """A value that no incident tells: a survey, a measurement, a register."""

    unit: Text
    higher_is: Literal["better", "worse"]
    valid_for_days: Annotated[int, Field(ge=0)]  # after its period has ended; then it is missing


class Indicator(Strict):
    """One line of the index: incidents of some kinds, or one external value."""

    name: Text
    weight: PositiveNumber
    scale: Code
    baseline: Code | None = None
    counts: tuple[Code, ...] = ()  # kinds or groups of the vocabulary
    only: Literal["all", "fatal", "not_fatal"] = "all"
    severities: Severities | None = None
    external: External | None = None
    note: Choice | None = None  # where the indicator itself comes from

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if bool(self.counts) == bool(self.external):
            raise ValueError("an indicator has either counts or an external value")
        return self


class Pillar(Strict):
    """A part of the index with its own score."""

    name: Text
    weight: PositiveNumber
    indicators: Annotated[dict[Code, Indicator], Field(min_length=1)]


class Aggregation(Choice):
    """How parts are joined."""

    value: Literal["arithmetic", "geometric"]


class Deaths(Choice):
    """Points taken off the score for each death in the incidents of the index."""

    points_each: Annotated[float, Field(gt=0)]


class RollUp(Choice):
    """How the towns' scores make those of districts and city."""

    value: Literal["population_weighted", "plain_mean"]


class Ties(Choice):
    """Whether a place is left out after a tie (1, 2, 2, 4) or not (1, 2, 2, 3)."""

    value: Literal["competition", "dense"]


class Rounding(Choice):
    """How scores are printed."""

    decimals: Annotated[int, Field(ge=0, le=3)]
    mode: Literal["half up", "truncated"]


class RungChoice(Choice):
    """What follows after so many periods at the worst level in a row."""

    after: Annotated[int, Field(ge=1)]
    code: Code
    name: Text


class Patrol(Choice):
    """The share of the patrol effort that goes to the areas of the worse levels."""

    share_to_worst: Share
    from_level: Annotated[int, Field(ge=2)]


class WarningRule(Choice):
    """A rule by which the place warned of rises."""

    rule: Code
    name: Text


class CompositeMethod(Method):
    """A method file of the kind "composite"."""

    kind: Literal["composite"]
    levels: Levels | None = None  # type: ignore[assignment]  # an index with base 100 has none
    place: Text
    formula: Literal["published", "partly published", "not found"]
    higher_is: Literal["safer", "worse"] = "safer"
    sources: Annotated[dict[str, Source], Field(min_length=1)]
    period: PeriodChoice
    counting: Counting
    denominator: Denominator
    baselines: dict[Code, Baseline] = Field(default_factory=dict)
    scales: dict[Code, Scale]
    pillars: Annotated[dict[Code, Pillar], Field(min_length=1)]
    aggregation: Aggregation
    deaths: Deaths | None = None
    roll_up: RollUp
    ties: Ties
    rounding: Rounding
    ladder: tuple[RungChoice, ...] = ()
    patrol: Patrol | None = None
    warnings: tuple[WarningRule, ...] = ()
    not_shown: tuple[Text, ...] = ()  # what the published index had and this file cannot do

    @property
    def indicators(self) -> Iterator[tuple[str, str, Indicator]]:
        """Every indicator with the code of its pillar and its own, in the order of the file."""
        for pillar, part in self.pillars.items():
            for code, indicator in part.indicators.items():
                yield pillar, code, indicator

    @property
    def shares(self) -> dict[str, float]:
        """Share of each indicator in the whole weight, by its code; they add up to 1."""
        whole = sum(pillar.weight.value for pillar in self.pillars.values())
        return {
            code: pillar.weight.value / whole * indicator.weight.value / within
            for pillar in self.pillars.values()
            for within in [sum(i.weight.value for i in pillar.indicators.values())]
            for code, indicator in pillar.indicators.items()
        }

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        mistakes = [*self._unknown_names(), *self._unknown_sources(), *self._misfits()]
        if mistakes:
            raise ValueError("; ".join(mistakes))
        return self

    def _unknown_names(self) -> Iterator[str]:
        """Baselines and scales that indicators name and the file lacks, and codes used twice."""
        seen: set[str] = set()
        for _, code, indicator in self.indicators:
            if code in seen:
                yield f"indicator '{code}' occurs twice"
            seen.add(code)
            if indicator.scale not in self.scales:
                yield f"indicator {code}: scale '{indicator.scale}' is not in [scales]"
            if indicator.baseline is not None and indicator.baseline not in self.baselines:
                yield f"indicator {code}: baseline '{indicator.baseline}' is not in [baselines]"

    def _misfits(self) -> Iterator[str]:
        """Scales that lack the baseline they compare with, and indices without levels."""
        for _, code, indicator in self.indicators:
            scale = self.scales.get(indicator.scale)
            if scale is not None and scale.kind in COMPARING and indicator.baseline is None:
                yield f"indicator {code}: the scale '{indicator.scale}' needs a baseline"
            if scale is not None and (scale.kind == "ratio") != (self.higher_is == "worse"):
                yield f"indicator {code}: scale 'ratio' and higher_is = 'worse' go together"
            if scale is not None and indicator.external is not None:
                yield from _unfit_for_external(code, indicator.external, indicator.scale, scale)
        if self.levels is None and (self.ladder or self.patrol):
            yield "a ladder or a patrol rule needs levels"

    def _unknown_sources(self) -> Iterator[str]:
        """Keys of sources that values name and [sources] lacks."""
        for choice in _choices(self):
            if choice.status == "stated":
                for key in (choice.source or "").split(":")[0].split(","):
                    if key.strip() not in self.sources:
                        yield f"source '{key.strip()}' is not in [sources]"


def _unfit_for_external(code: str, external: External, name: str, scale: Scale) -> Iterator[str]:
    """Scales that an external value cannot be put on."""
    if scale.kind in COMPARING:
        yield f"indicator {code}: '{name}' compares with a baseline, and external values have none"
    elif external.higher_is == "better" and scale.kind != "min_max":
        yield f"indicator {code}: more is better, which of all scales only 'min_max' knows"


def _choices(part: object) -> Iterator[Choice]:
    """Every marked value below a part of a method."""
    if isinstance(part, Choice) and not isinstance(part, Levels):
        yield part
    if isinstance(part, Strict):
        for name in type(part).model_fields:
            yield from _choices(getattr(part, name))
    elif isinstance(part, dict):
        for value in part.values():
            yield from _choices(value)
    elif isinstance(part, tuple):
        for value in part:
            yield from _choices(value)
