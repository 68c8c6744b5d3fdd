"""Values of a method or city file: words in two languages, and numbers with their origin."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class Strict(BaseModel):
    """A table of a method or city file: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """Words for readers, in each language of the site."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Choice(Strict):
    """Where a value comes from: `stated` by a source, or `assumed` by us for a reason."""

    status: Literal["stated", "assumed"]
    source: str | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _is_explained(self) -> Self:
        needed = {"stated": "source", "assumed": "reason"}[self.status]
        if not getattr(self, needed):
            raise ValueError(f"a value marked '{self.status}' needs a {needed}")
        return self


class Number(Choice):
    """One number and where it comes from."""

    value: Annotated[float, Field(allow_inf_nan=False)]


class PositiveNumber(Number):
    """A number above zero."""

    value: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class WholeNumber(Number):
    """1, 2, 3, ..."""

    value: Annotated[float, Field(ge=1, multiple_of=1, allow_inf_nan=False)]


class Share(Number):
    """A number between 0 and 1, both excluded."""

    value: Annotated[float, Field(gt=0, lt=1)]
