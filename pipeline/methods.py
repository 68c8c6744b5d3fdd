"""Method files: found, read, checked, hashed."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from indices.method import Method
from pipeline.errors import ConfigurationMistake, WrongUsage
from pipeline.settings import METHODS_FOLDER

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class MethodFile:
    """A method and the hash of the bytes it was read from."""

    method: Method
    sha256: str


def list_methods(folder: Path = METHODS_FOLDER) -> list[MethodFile]:
    """All methods of a folder, by name."""
    return [read_method(path) for path in sorted(folder.glob("*.toml"))]


def find_method(method_id: str, folder: Path = METHODS_FOLDER) -> MethodFile:
    """The method with this id.

    Raises:
        WrongUsage: If there is none.
    """
    path = folder / f"{method_id}.toml"
    known = sorted(file.stem for file in folder.glob("*.toml"))
    if method_id not in known:
        raise WrongUsage(
            f"there is no method '{method_id}'",
            expected=f"one of {', '.join(known)}",
            try_next="safety-index methods list",
        )
    return read_method(path)


def read_method(path: Path) -> MethodFile:
    """Read one method file and check it.

    Raises:
        ConfigurationMistake: All mistakes at once.
    """
    method = read_toml(path, Method)
    return MethodFile(method, hashlib.sha256(path.read_bytes()).hexdigest())


def read_toml(path: Path, model: type[Model]) -> Model:
    """Read a TOML file into a model.

    Raises:
        ConfigurationMistake: If it cannot be read, is no TOML or does not fit: all at once.
    """
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        lines = [
            f"\n    {'.'.join(map(str, problem['loc'])) or 'file'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ConfigurationMistake(
            f"{path}: {len(lines)} mistake(s){''.join(lines)}",
            expected=f"the keys of {model.__name__} (docs/reference/files.md)",
            try_next="correct the file, then run the command again",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise ConfigurationMistake(
            f"{path}: {error}",
            expected="a readable TOML file in UTF-8",
            try_next="correct or restore the file",
        ) from error


def method_as_data(file: MethodFile) -> dict[str, Any]:
    """A line of the list of methods."""
    method = file.method
    statuses = [status for _, _, status, _ in choices_of(method.model_dump(mode="json"))]
    return {
        "id": method.id,
        "version": method.version,
        "name": method.name.model_dump(),
        "sha256": file.sha256,
        "stated": statuses.count("stated"),
        "assumed": statuses.count("assumed"),
    }


def choices_of(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, object, str, str]]:
    """Every marked value of a method: its path, value, status and source or reason."""
    if "status" in table:
        value = table.get("value", "table")
        yield path, value, table["status"], table.get("source") or table.get("reason") or ""
    for key, part in table.items():
        if isinstance(part, dict):
            yield from choices_of(part, f"{path}.{key}" if path else key)
