"""Method files: found, read, checked, hashed."""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from indices.composite.method import CompositeMethod, Severities
from indices.method import Method, StandardMethod
from indices.vocabulary import Vocabulary
from pipeline.errors import ConfigurationMistake, WrongUsage
from pipeline.settings import METHODS_FOLDER, STANDARD, VOCABULARY_FILE

Model = TypeVar("Model", bound=BaseModel)
SomeMethod_co = TypeVar("SomeMethod_co", bound=Method, covariant=True)
MODELS: dict[str, type[StandardMethod | CompositeMethod]] = {
    "standard": StandardMethod,
    "composite": CompositeMethod,
}


@dataclass(frozen=True)
class MethodFile(Generic[SomeMethod_co]):
    """A method and the hash of the bytes it was read from."""

    method: SomeMethod_co
    sha256: str


AnyMethodFile = MethodFile[StandardMethod] | MethodFile[CompositeMethod]


def list_methods(folder: Path = METHODS_FOLDER) -> list[AnyMethodFile]:
    """All methods of a folder, ours first, then by name."""
    paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != STANDARD, path.stem))
    return [read_method(path) for path in paths]


def find_method(method_id: str, folder: Path = METHODS_FOLDER) -> AnyMethodFile:
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


def find_standard(method_id: str = STANDARD) -> MethodFile[StandardMethod]:
    """The method that a city is calibrated for.

    Raises:
        WrongUsage: If there is no such method, or it needs no calibration.
    """
    file = find_method(method_id)
    if not isinstance(file.method, StandardMethod):
        raise WrongUsage(
            f"'{method_id}' is not a method that a city is calibrated for",
            expected=f'method = "{STANDARD}" in method.toml',
            try_next="name other methods under `methods` in city.toml",
        )
    return MethodFile(file.method, file.sha256)


def read_method(path: Path) -> AnyMethodFile:
    """Read one method file and check it.

    Raises:
        ConfigurationMistake: All mistakes at once.
    """
    sha256 = hashlib.sha256(_bytes(path)).hexdigest()
    kind = read_raw_toml(path).get("kind")
    if kind not in MODELS:
        raise ConfigurationMistake(
            f"{path}: kind is {kind!r}",
            expected=f"kind = one of {', '.join(MODELS)}",
            try_next='begin the file with kind = "composite"; see docs/reference/methods.md',
        )
    method = read_toml(path, MODELS[kind])
    if method.id != path.stem:  # two files of one id would mix their editions
        raise ConfigurationMistake(
            f"{path}: id is '{method.id}', and the file is called {path.name}",
            expected=f'{method.id}.toml, or id = "{path.stem}"',
            try_next="rename the one or the other",
        )
    if isinstance(method, StandardMethod):
        _refuse_unknown_kinds(path, method.categories)
        return MethodFile(method, sha256)
    _refuse_unknown_kinds(
        path,
        [code for _, _, i in method.indicators for code in (*i.counts, *_weighed(i.severities))],
    )
    return MethodFile(method, sha256)


def _weighed(severities: Severities | None) -> Iterable[str]:
    """The kinds that an indicator gives a weight of their own."""
    return severities.values if severities else ()


def _refuse_unknown_kinds(path: Path, codes: Iterable[str]) -> None:
    """Every code must be a kind or a group of the vocabulary."""
    vocabulary = read_vocabulary()
    unknown = sorted({*codes} - vocabulary.kinds.keys() - vocabulary.groups.keys())
    if unknown:
        listed = "".join(f"\n    '{code}' is no kind and no group" for code in unknown)
        raise ConfigurationMistake(
            f"{path}: {len(unknown)} mistake(s){listed}",
            expected=f"kinds and groups of {VOCABULARY_FILE.name}",
            try_next="correct the codes, or add the kind to the vocabulary",
        )


@cache
def read_vocabulary() -> Vocabulary:
    """The kinds of incidents, their names and groups.

    Raises:
        ConfigurationMistake: All mistakes at once.
    """
    return read_toml(VOCABULARY_FILE, Vocabulary)


def vocabulary_sha256() -> str:
    """Hash of the vocabulary: a kind that changes its group changes what methods count."""
    return hashlib.sha256(VOCABULARY_FILE.read_bytes()).hexdigest()


def read_toml(path: Path, model: type[Model]) -> Model:
    """Read a TOML file into a model.

    Raises:
        ConfigurationMistake: If it cannot be read, is no TOML or does not fit: all at once.
    """
    try:
        return model.model_validate(read_raw_toml(path))
    except ValidationError as error:
        lines = [
            f"\n    {'.'.join(map(str, problem['loc'])) or 'file'}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise ConfigurationMistake(
            f"{path}: {len(lines)} mistake(s){''.join(lines)}",
            expected=f"the keys of {model.__name__} (docs/reference/{_page_of(model)}.md)",
            try_next="correct the file, then run the command again",
        ) from error


def _page_of(model: type[BaseModel]) -> str:
    """Which page of the reference describes a file."""
    return "methods" if issubclass(model, Method) else "files"


def read_raw_toml(path: Path) -> dict[str, Any]:
    """What a TOML file says, before it is checked.

    Raises:
        ConfigurationMistake: If it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(_bytes(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _bytes(path: Path) -> bytes:
    """The file's content."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> ConfigurationMistake:
    return ConfigurationMistake(
        f"{path}: {error}",
        expected="a readable TOML file in UTF-8",
        try_next="correct or restore the file",
    )


def method_as_data(file: AnyMethodFile) -> dict[str, Any]:
    """A line of the list of methods."""
    method = file.method
    statuses = [status for _, _, status, _ in choices_of(method.model_dump(mode="json"))]
    return {
        "id": method.id,
        "kind": method.kind,
        "version": method.version,
        "name": method.name.model_dump(),
        "sha256": file.sha256,
        "formula": getattr(method, "formula", "published"),
        "stated": statuses.count("stated"),
        "assumed": statuses.count("assumed"),
    }


PROVENANCE = ("status", "source", "reason")


def choices_of(table: dict[str, Any], path: str = "") -> Iterator[tuple[str, object, str, str]]:
    """Every marked value of a method: its path, value, status and source or reason."""
    if "status" in table:
        yield path, _told(table), table["status"], table.get("source") or table.get("reason") or ""
    for key, part in table.items():
        below = f"{path}.{key}" if path else key
        if isinstance(part, dict):
            yield from choices_of(part, below)
        elif isinstance(part, list):
            for number, entry in enumerate(part, 1):
                if isinstance(entry, dict):
                    yield from choices_of(entry, f"{below}.{number}")


def _told(table: dict[str, Any]) -> object:
    """The value of a marked table: the one it has, or its plain fields by name."""
    if "value" in table and not isinstance(table["value"], dict):
        return table["value"]
    plain = {
        key: value
        for key, value in table.items()
        if key not in PROVENANCE and not isinstance(value, dict) and value is not None
    }
    fields = [f"{key} {value}" for key, value in plain.items() if not _is_table_list(value)]
    return ", ".join(fields) or "table"


def _is_table_list(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(entry, dict) for entry in value)
