"""`safety-index run` for a new day, start-up included, and what Prefect adds to the same night.

python -m benchmarks.night [--runs N] [--no-prefect]

Whole processes, with Toronto's records already taken in, in a home that is thrown away afterwards.
The kinds of run take turns. Leaves with 1 if the limit is missed.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from statistics import median

from benchmarks.measure import Child, print_table, run_child, verdict

MOST_SECONDS = 2.0
RUNS, PREFECT_RUNS = 5, 3
FIRST_NIGHT = date(2021, 6, 1)
SAFETY_INDEX = Path(sys.executable).with_name("safety-index")
# Ends as flows.py does as a program: at once, when Prefect has put its server away.
FLOW = """
import atexit, os, sys
code = 1
atexit.register(lambda: (sys.stdout.flush(), os._exit(code)))
from datetime import date
import flows
flows.nightly(day=date.fromisoformat('{}'))
code = 0
"""
SECONDS_OF_FLOW = re.compile(r"\bseconds=([0-9.]+)")

Kind = Callable[[], Child]


def new_days() -> Iterator[date]:
    """Days of which the home has no edition yet."""
    return (FIRST_NIGHT + timedelta(days=days) for days in count())


def run_day(home: Path, day: date) -> Child:
    """One night at the terminal."""
    return run_child([SAFETY_INDEX, "run", "--home", home, "--date", day.isoformat()])


def run_flow(home: Path, day: date) -> Child:
    """The same night as a Prefect flow, in a process of its own, with Prefect's own server."""
    command = [sys.executable, "-c", FLOW.format(day)]
    return run_child(command, environment={"SAFETY_INDEX_HOME": str(home)})


def run_python(code: str) -> Child:
    """Run a piece of Python alone."""
    return run_child([sys.executable, "-c", code])


def take_turns(kinds: dict[str, Kind], runs: int) -> dict[str, list[Child]]:
    """Run every kind, then every kind again: all meet the same machine."""
    done: dict[str, list[Child]] = {name: [] for name in kinds}
    for _ in range(runs):
        for name, kind in kinds.items():
            done[name].append(kind())
    return done


def compare_run(home: Path, days: Iterator[date], runs: int) -> float:
    """Print the table of the command; median seconds of a new day."""
    first_day = next(days)
    first = run_day(home, first_day)
    new, again = "`run`, a new day", "`run` again, nothing new"
    done = take_turns(
        {
            "`python -c pass`": lambda: run_python("pass"),
            "imports of the command alone": lambda: run_python("import cli"),
            new: lambda: run_day(home, next(days)),
            again: lambda: run_day(home, first_day),
        },
        runs,
    )
    bare = _median(done["`python -c pass`"])
    rows = [_row(name, children, bare) for name, children in done.items()]
    rows.append(_row("the first night of the home, records taken in", [first], bare))
    print_table(
        f"whole processes, median of {runs}",
        ("", "seconds", "from - to", "CPU seconds", "peak MB", "ratio to a bare Python"),
        rows,
    )
    return _median(done[new])


def _median(children: list[Child]) -> float:
    return median(child.wall_seconds for child in children)


def _row(name: str, children: list[Child], bare: float) -> tuple[object, ...]:
    seconds = [child.wall_seconds for child in children]
    return (
        name,
        median(seconds),
        f"{min(seconds):.2f} - {max(seconds):.2f}",
        median(child.cpu_seconds for child in children),
        median(child.peak_mb for child in children),
        median(seconds) / bare,
    )


def compare_prefect(home: Path, days: Iterator[date], runs: int) -> None:
    """Print what Prefect adds; nothing is decided by it."""
    first = run_flow(home, next(days))
    done = take_turns(
        {
            "run": lambda: run_day(home, next(days)),
            "flow": lambda: run_flow(home, next(days)),
            "import": lambda: run_python("import prefect"),
        },
        runs,
    )
    bare, flow, imports = (_median(done[name]) for name in ("run", "flow", "import"))
    inside = median(float(SECONDS_OF_FLOW.findall(child.output)[-1]) for child in done["flow"])
    print_table(
        f"a new day with Prefect, median of {runs}",
        ("", "seconds", "ratio to `run`"),
        [
            ("`safety-index run`", bare, 1.0),
            ("the flow, whole process", flow, flow / bare),
            ("added by Prefect", flow - bare, (flow - bare) / bare),
            ("the flow: import of Prefect", imports, imports / bare),
            ("the flow: its own steps, as its last line says", inside, inside / bare),
            ("the flow: the rest, mostly Prefect's server", flow - imports - inside, ""),
            ("the flow in a new home: Prefect makes its database", first.wall_seconds, ""),
        ],
    )


def main() -> None:
    """Measure in a home that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--no-prefect", action="store_true")
    given = parser.parse_args()
    days = new_days()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        seconds = compare_run(home, days, given.runs)
        print(f"\nlimit {MOST_SECONDS} s for a new day: {verdict(seconds, limit=MOST_SECONDS)}")
        if not given.no_prefect:
            compare_prefect(home, days, min(given.runs, PREFECT_RUNS))
    sys.exit(seconds > MOST_SECONDS)


if __name__ == "__main__":
    main()
