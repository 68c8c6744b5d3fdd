"""A declared column is one column of the file: names that a reader takes for more are refused."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from pipeline.city import read_city
from pipeline.errors import ConfigurationMistake
from pipeline.sources.declaration import (
    Casualties,
    Category,
    Database,
    Identity,
    Place,
    TimeColumn,
    TimeOfDay,
    Validity,
)
from tests.conftest import write_city

WRONG = {  # name: what the refusal says
    "": "a column has no name",
    "*": "'*' would stand for all columns",
    "file_row": "'file_row' is what the pipeline calls a row's number",
    "FILE_Row": "'FILE_Row (column 3)'",
}
GOOD = ["column 3", "file_row (column 3)", "file_row_number", "a.*", "*id", " ", "案件編號", "a.b"]
TIME = {"formats": ["%Y"], "zone": "city", "precision": "day"}
SERVER = {"host": "h", "name": "n", "user": "u", "table": "t"}
PLACES: dict[str, tuple[type[BaseModel], dict[str, Any], str]] = {  # table, other keys, key
    "occurred.column": (TimeColumn, TIME, "column"),
    "occurred.time.column": (TimeOfDay, {"formats": ["%H"]}, "column"),
    "category.columns": (Category, {}, "columns"),
    "category.column": (Category, {}, "column"),
    "category.received_column": (Category, {"column": "kind"}, "received_column"),
    "place.columns": (Place, {}, "columns"),
    "place.longitude": (Place, {"latitude": "y"}, "longitude"),
    "place.latitude": (Place, {"longitude": "x"}, "latitude"),
    "validity.column": (Validity, {"valid": ["", "yes"]}, "column"),
    "casualties.deaths": (Casualties, {}, "deaths"),
    "casualties.injuries": (Casualties, {}, "injuries"),
    "identity.columns": (Identity, {"repeats": "count"}, "columns"),
    "database.watermark": (Database, SERVER, "watermark"),
}


def declare(place: str, name: str) -> BaseModel:
    """A table of a declaration with this name of a column."""
    table, others, key = PLACES[place]
    return table.model_validate(others | {key: [name] if key == "columns" else name})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", WRONG)
def test_a_name_of_no_one_column_is_refused(place: str, name: str) -> None:
    """Wherever a column is named, the refusal says why this name cannot be one."""
    with pytest.raises(ValidationError) as refusal:
        declare(place, name)
    assert WRONG[name] in refusal.value.errors()[0]["msg"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", GOOD)
def test_any_other_name_is_taken(place: str, name: str) -> None:
    """Names are taken whole: a star, a dot or a blank within one is a mark as any other."""
    assert name in str(declare(place, name).model_dump().values())


@pytest.mark.parametrize("place", ["category.columns", "identity.columns"])
def test_a_list_of_columns_names_at_least_one(place: str) -> None:
    """What tells the kind of an incident, or its identity, cannot be left empty."""
    table, others, key = PLACES[place]
    with pytest.raises(ValidationError, match="at least one column is needed"):
        table.model_validate(others | {key: []})


def test_all_wrong_names_are_told_at_once(tmp_path: Path) -> None:
    """Each key with such a name has its line when the city is read, beside other mistakes."""
    folder = write_city(tmp_path / "alder")
    path = folder / "sources" / "calls.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ('"when"', '"*"'),
        ('"kind"', '""'),
        ('"town"', '"file_row"'),
        ('"snapshot"', '"sometimes"'),
    ):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationMistake) as refusal:
        read_city(folder)

    told = [line.strip() for line in refusal.value.seen.splitlines()[1:]]
    keys = ["delivery", "occurred.column", "category.columns.0", "place.columns.0"]
    assert [f"sources/calls.toml: {key}" for key in keys] == [
        ": ".join(line.split(": ")[:2]) for line in told
    ]
