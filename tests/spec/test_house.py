"""Who may import whom, and what else holds for every file of the house."""

import ast
import subprocess
import tomllib
from pathlib import Path

import pytest

from pipeline.settings import REPOSITORY

ROOMS = ("indices", "pipeline", "reports", "verbs", "cli", "flows")
MAY_IMPORT = {
    "indices": set(),
    "pipeline": {"indices"},
    "reports": {"indices", "pipeline"},
    "verbs": {"indices", "pipeline", "reports"},
    "cli": {"indices", "pipeline", "reports", "verbs"},
    "flows": {"indices", "pipeline", "reports"},
}
ONLY_IN = {"prefect": {"flows"}, "duckdb": {"pipeline"}, "jinja2": {"reports"}}
FORBIDDEN_IN_INDICES = {"os", "pathlib", "sqlite3", "logging", "time", "random", "io", "subprocess"}
LONGEST_FILE = 400
MOST_DEPENDENCIES = 8


def source_files() -> list[Path]:
    """Python files of the rooms."""
    files = [REPOSITORY / "cli.py", REPOSITORY / "flows.py"]
    for room in ("indices", "pipeline", "reports", "verbs"):
        files += sorted((REPOSITORY / room).rglob("*.py"))
    return files


def module_name(path: Path) -> str:
    """Dotted name of a file of the house."""
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imported(path: Path) -> set[str]:
    """Full names of all that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return names


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_nothing_imports_upwards(path: Path) -> None:
    """A room imports only the rooms below it."""
    room = module_name(path).split(".")[0]
    rooms = {name.split(".")[0] for name in imported(path)} & set(ROOMS)
    assert set() == rooms - MAY_IMPORT[room] - {room}


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_each_engine_has_its_room(path: Path) -> None:
    """Prefect is imported in flows.py alone, DuckDB in pipeline alone, Jinja in reports alone."""
    room = module_name(path).split(".")[0]
    tops = {name.split(".")[0] for name in imported(path)}
    assert [
        engine for engine, rooms in ONLY_IN.items() if engine in tops and room not in rooms
    ] == []


def test_the_mathematics_touches_nothing() -> None:
    """`indices` imports no disk, clock, logger or random state of the standard library."""
    found = {
        (module_name(path), name)
        for path in source_files()
        if module_name(path).startswith("indices")
        for name in imported(path)
        if name.split(".")[0] in FORBIDDEN_IN_INDICES
    }
    assert set() == found


def test_there_is_no_circle_of_imports() -> None:
    """No module imports itself by way of others."""
    modules = {module_name(path): path for path in source_files()}
    edges = {name: imported(path) & modules.keys() - {name} for name, path in modules.items()}
    finished: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in finished:
            for target in sorted(edges[name]):
                walk(target, (*above, name))
            finished.add(name)

    for name in modules:
        walk(name, ())
    assert modules.keys() == finished


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_files_are_short_and_say_what_they_are_for(path: Path) -> None:
    """A file has a docstring and at most 400 lines."""
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_no_bare_except_and_no_print_below_the_rim(path: Path) -> None:
    """Errors are caught by name; only the rim prints."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and not n.type]
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
    printed = [call.lineno for call in calls if call.func.id == "print"]  # type: ignore[union-attr]
    at_rim = module_name(path).split(".")[0] in ("verbs", "cli", "flows")
    assert (bare, [] if at_rim else printed) == ([], [])


def test_locked_files_name_no_host() -> None:
    """Dependencies are locked by hash alone: any registry serves them."""
    locks = sorted((REPOSITORY / "requirements").glob("*.lock"))
    assert [lock.name for lock in locks] == ["dev.lock", "run.lock", "uv.lock"]
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_dependencies_are_few_and_told() -> None:
    """Each direct dependency beyond eight has its reason in the decision record."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [line.split(">")[0].split("=")[0] for line in project["dependencies"]]
    record = (REPOSITORY / "docs" / "decisions" / "0002-dependencies.md").read_text(
        encoding="utf-8"
    )
    assert [name for name in names if f"`{name}`" not in record] == []
    assert len(names) <= MOST_DEPENDENCIES + record.count("beyond eight:")


def test_every_room_is_packaged() -> None:
    """Pyproject lists each package that lies in the tree."""
    listed = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(listed["tool"]["setuptools"]["packages"])
    there = {
        ".".join(path.parent.relative_to(REPOSITORY).parts)
        for room in ("indices", "pipeline", "reports", "verbs")
        for path in (REPOSITORY / room).rglob("__init__.py")
    }
    assert there == packages


def test_statements_are_used_and_present() -> None:
    """Each SQL file is run somewhere, and each statement run has its file."""
    texts = {path: path.read_text(encoding="utf-8") for path in source_files()}
    code = "\n".join(texts.values())
    files = {path.stem for path in (REPOSITORY / "pipeline" / "store" / "sql").glob("*.sql")}
    assert set() == {name for name in files if f'"{name}"' not in code}


def test_no_records_of_the_county_are_in_the_repository() -> None:
    """Montgomery's records are read from where the user has them, never committed."""
    tracked = subprocess.run(
        ["git", "ls-files", "data", "tests"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split("\n")
    large = [name for name in tracked if name and (REPOSITORY / name).stat().st_size > 500_000]
    records = [name for name in tracked if name.startswith("data/cities/montgomery-pa/records")]
    assert (large, records) == ([], [])
