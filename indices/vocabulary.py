"""The kinds of incidents that methods and cities speak of, and the groups that reports print."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from indices.choices import Code, Strict, Text


class Kind(Strict):
    """A kind of incident: its name, and the groups it belongs to."""

    name: Text
    groups: tuple[Code, ...] = ()
    found_by_looking: bool = False  # recorded numbers follow the checks: finding must not cost


class Vocabulary(Strict):
    """`data/vocabulary.toml`: a code means the same in each city and method."""

    groups: dict[Code, Text]
    headline: Annotated[tuple[Code, ...], Field(min_length=1)]  # groups that reports print
    kinds: dict[Code, Kind]

    @model_validator(mode="after")
    def _knows_its_groups(self) -> Self:
        groups = self.groups
        unknown = [
            f"kind {code}: group '{group}' is not among {', '.join(groups)}"
            for code, kind in self.kinds.items()
            for group in kind.groups
            if group not in groups
        ]
        unknown += [
            f"headline '{code}' is no group" for code in self.headline if code not in groups
        ]
        unknown += [f"'{code}' names a group and a kind" for code in groups if code in self.kinds]
        if unknown:
            raise ValueError("; ".join(unknown))
        return self

    def members(self, code: str) -> tuple[str, ...]:
        """The kinds that a code stands for: those of a group, or the kind itself.

        Raises:
            KeyError: If it is neither.
        """
        if code in self.kinds:
            return (code,)
        if code not in self.groups:
            raise KeyError(code)
        return tuple(kind for kind, about in self.kinds.items() if code in about.groups)

    def name(self, code: str) -> Text:
        """Name of a kind or group."""
        return self.kinds[code].name if code in self.kinds else self.groups[code]
