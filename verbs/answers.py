"""How a verb answers: lines or one document, errors with exit codes, progress on a terminal."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import typer
from rich.console import Console

from pipeline.errors import SafetyIndexError, WrongUsage
from pipeline.sources.text import visible


@contextmanager
def reported(verb: str, *, as_json: bool) -> Iterator[None]:
    """Print an error as text or as a document, and leave with its exit code."""
    try:
        yield
    except SafetyIndexError as error:
        if as_json:
            problem = {"seen": error.seen, "expected": error.expected, "try": error.try_next}
            print_json(verb, {}, status="failed", diagnostics=[problem])
        # Names of files and columns come from outside: they must not steer a terminal.
        told = "\n".join(map(visible, str(error).split("\n")))
        print(f"safety-index {verb}: {told}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(error.exit_code) from error


def print_json(
    verb: str,
    data: dict[str, Any],
    *,
    status: str = "ok",
    diagnostics: list[dict[str, str]] | None = None,
) -> None:
    """One document on standard output."""
    document = {
        "schema": f"safety-index/{verb}/1",
        "status": status,
        "data": data,
        "diagnostics": diagnostics or [],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    print(text)  # noqa: T201


def answer(
    verb: str, data: dict[str, Any], lines: Iterable[str], *, as_json: bool, status: str = "ok"
) -> None:
    """A document, or the same as lines."""
    if as_json:
        print_json(verb, data, status=status)
    else:
        print("\n".join(lines))  # noqa: T201


def day_of(text: str | None) -> date | None:
    """A day as it is given."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(
            f"--date {text} is no day", expected="YYYY-MM-DD", try_next="--date 2021-12-31"
        ) from error


@contextmanager
def step(text: str) -> Iterator[None]:
    """Show what is going on while it takes time, on a terminal only."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(text):
            yield
    else:
        yield
