"""What the benchmarks share: a child process with its time and memory, a table, a verdict."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)  # numpy reads these when it is imported


@dataclass(frozen=True, kw_only=True)
class Child:
    """A process that has ended."""

    wall_seconds: float
    cpu_seconds: float  # of all its threads; suffers less than wall time from other load
    peak_mb: float  # largest resident set
    output: str


def run_child(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
) -> Child:
    """Run a command to its end and take the system's account of it, not of its siblings.

    Linux counts the memory of the forking parent into the child's peak: a parent that measures
    must stay small itself, so this module and its callers import nothing heavy at the top.

    Raises:
        SystemExit: If the command fails.
    """
    words, started = [str(part) for part in command], os.times().elapsed
    child = subprocess.Popen(
        words,
        cwd=REPOSITORY,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child.stdout:
        output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = os.times().elapsed - started
    if child.returncode:
        sys.exit(f"{' '.join(words)}: exit code {child.returncode}\n{output}")
    return Child(
        wall_seconds=wall,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1024,
        output=output,
    )


def run_module(
    module: str, *options: str | Path, environment: Mapping[str, str] | None = None
) -> Child:
    """Run a module of this repository under the same Python."""
    return run_child([sys.executable, "-m", module, *options], environment=environment)


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print one Markdown table; numbers with three significant digits."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for row in rows:
        print("|", " | ".join(shown(cell) for cell in row), "|")


def shown(cell: object) -> str:
    """A value as a table shows it.

    >>> shown(0.01234), shown(3.14159), shown(1234.5), shown("as it is")
    ('0.0123', '3.14', '1,234', 'as it is')
    """
    if not isinstance(cell, float):
        return str(cell)
    return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"


def verdict(measured: float, *, limit: float) -> str:
    """Whether a limit was kept.

    >>> verdict(1.2, limit=1.5), verdict(1.6, limit=1.5)
    ('met', 'MISSED')
    """
    return "met" if measured <= limit else "MISSED"
