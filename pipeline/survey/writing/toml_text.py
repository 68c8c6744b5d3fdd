"""TOML for people: values written safely, comments and doubts between them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from pipeline.sources.text import visible
from pipeline.survey.doubts import NumberedDoubt

COMMENT_WIDTH = 118


def toml(value: object) -> str:
    r"""A value: text, number, list of them, or a table in one line.

    >>> toml(["a\"b", "\x7f"]), toml({"en": "town"})
    ('["a\\"b", "\\u007f"]', '{ en = "town" }')
    """
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


def comment(text: str, indent: str = "") -> list[str]:
    """Lines that say something about what follows."""
    width = COMMENT_WIDTH - len(indent) - 2
    return [f"# {indent}{line}" for line in wrap(visible(text), width, break_on_hyphens=False)]


@dataclass(frozen=True)
class DoubtNotes:
    """The doubts about one file, to be written beside the keys they are about."""

    doubts: Sequence[NumberedDoubt]

    def about(self, key: str) -> list[str]:
        """Comment lines; none where there is no doubt."""
        lines = []
        for numbered in self.doubts:
            if numbered.doubt.key == key:
                lines += comment(f"DOUBT {numbered.number}: {numbered.doubt.seen}. Choose:")
                for choice in numbered.doubt.choices:
                    lines += comment(f"- {choice}", indent="  ")
        return lines


def notes_of(doubts: Sequence[NumberedDoubt], file: str) -> DoubtNotes:
    """The doubts about a file."""
    return DoubtNotes([numbered for numbered in doubts if numbered.doubt.file == file])
