"""What the values leave open, for the analyst to decide."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """One open question: where it is decided, what was seen, between what to choose."""

    file: str  # of the city folder
    key: str  # in that file
    seen: str
    choices: tuple[str, ...] = ()
    blocks: bool = False  # the folder is refused until this is decided

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self) | {"choices": list(self.choices)}


@dataclass(frozen=True)
class NumberedDoubt:
    """A doubt and its number in the list that is printed and written."""

    number: int
    doubt: Doubt

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {"number": self.number} | self.doubt.as_json()


def number_doubts(doubts: Sequence[Doubt]) -> tuple[NumberedDoubt, ...]:
    """Number them, those that block first: 1, 2, 3, ..."""
    in_order = sorted(doubts, key=lambda doubt: not doubt.blocks)
    return tuple(NumberedDoubt(number, doubt) for number, doubt in enumerate(in_order, start=1))
