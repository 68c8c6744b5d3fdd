"""The standard method's file as a document that tests may spoil."""

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from indices.method import Calibration, StandardMethod

REPOSITORY = Path(__file__).parents[3]
METHODS = sorted((REPOSITORY / "data" / "methods").glob("*.toml"))
CALIBRATIONS = sorted((REPOSITORY / "data" / "cities").glob("*/method.toml"))
STANDARD_FILE = REPOSITORY / "data" / "methods" / "standard.toml"
Document = dict[str, Any]
Place = tuple[str | int, ...]  # keys and positions from the top of a document


def read(path: Path) -> Document:
    """One TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def standard_document() -> Document:
    """A fresh copy of data/methods/standard.toml."""
    return copy.deepcopy(read(STANDARD_FILE))


def standard_method() -> StandardMethod:
    """The standard method."""
    return StandardMethod.model_validate(standard_document())


def small_calibration() -> Document:
    """A small calibration in the standard method's words."""
    choice = {"status": "assumed", "reason": "made up"}
    return {
        "method": "standard",
        "base_period": {"first": "2016-01-01", "last": "2019-12-31", **choice},
        "pillars": {
            "persons": {
                "weight": {"value": 3, **choice},
                "usual_per_100k_day": {"assault": 1.5, "robbery": 0.25},
            },
            "property": {
                "weight": {"value": 1, **choice},
                "usual_per_100k_day": {"break_and_enter": 1.0},
            },
        },
    }


def spoil(document: Document, place: Place, value: object) -> Document:
    """Put a value somewhere into a document."""
    *above, key = place
    table: Any = document
    for step in above:
        table = table[step]
    table[key] = value
    return document


def drop(document: Document, place: Place) -> Document:
    """Take a key out of a document."""
    *above, key = place
    table: Any = document
    for step in above:
        table = table[step]
    del table[key]
    return document


def tables(document: object, place: Place = ()) -> Iterator[tuple[Place, Document]]:
    """Every table of a document and where it stands."""
    if isinstance(document, dict):
        yield place, document
        for key, value in document.items():
            yield from tables(value, (*place, key))
    elif isinstance(document, list):
        for position, value in enumerate(document):
            yield from tables(value, (*place, position))


def mistakes(
    document: Document, model: type[StandardMethod | Calibration] = StandardMethod
) -> list[str]:
    """Everything that is said against a document, as "where: what"."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(document)
    return [
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
        for problem in caught.value.errors()
    ]
