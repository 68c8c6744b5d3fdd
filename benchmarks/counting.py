"""From a file to town x day x category counts, against the bare DuckDB query of the same grouping.

python -m benchmarks.counting [--rows N] [--towns N] [--format csv|parquet] [--ingest-rows N]

Every measurement is a process of its own, so that its peak memory is its own; the sides take turns,
so that both meet the same machine. Seconds run from the opening of the database to its closing with
the table of counts in hand, without the imports; memory is that of the whole process, with them.
Leaves with 1 if a limit is missed.
"""

# The libraries are imported by the side that needs them: the bare query must not carry ours, and
# the memory of a parent that has grown would be counted into its children.
# ruff: noqa: PLC0415

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measure import print_table, run_module, verdict

MOST_TIME, MOST_MEMORY = 1.5, 1.2
ROUNDS = 3
SIDES = {
    "product": "`count_file`, words looked up",
    "bare": "bare query, fetched the same way",
    "kept": "bare query, left in the database",
}
BARE = "SELECT town, occurred::DATE AS day, category, count(*) AS n FROM {} GROUP BY ALL"
FROM_PARQUET = "read_parquet('{}')"
FROM_CSV = """read_csv('{}', header = true, auto_detect = false, columns = {{
    'id': 'VARCHAR', 'occurred': 'TIMESTAMP', 'town': 'VARCHAR', 'category': 'VARCHAR'}})"""

Totals = tuple[int, int]  # cells, records in them


@dataclass(frozen=True, kw_only=True)
class Run:
    """One measurement of one side."""

    side: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    totals: Totals


def prepare_product(path: Path, towns: int) -> Callable[[], Totals]:
    """Count as the pipeline does."""
    from benchmarks.generate import Plan, category_codes, make_city
    from pipeline.counts import count_file
    from pipeline.store.warehouse import open_in_memory

    plan = Plan(towns=towns)
    city = make_city(plan, path.parent)
    source = city.source(path.suffix.removeprefix("."))

    def count() -> Totals:
        with open_in_memory() as warehouse:
            cells = count_file(
                warehouse,
                path,
                source=source,
                city=city,
                categories=category_codes(plan),
                work=path.parent,
            )
        return len(cells), int(cells["n"].sum())

    return count


def prepare_bare(path: Path, _towns: int) -> Callable[[], Totals]:
    """Count as somebody would who trusts the file and keeps the words as they are."""
    import duckdb
    import pandas as pd  # noqa: F401  before the clock starts, as for the product

    def count() -> Totals:
        with duckdb.connect() as connection:
            cells = connection.execute(_bare(path)).df()
        return len(cells), int(cells["n"].sum())

    return count


def prepare_kept(path: Path, _towns: int) -> Callable[[], Totals]:
    """Count into a table of the database: no cell reaches Python."""
    import duckdb

    def count() -> Totals:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TEMP TABLE cells AS {_bare(path)}").fetchall()
            cells, records = connection.execute("SELECT count(*), sum(n) FROM cells").fetchall()[0]
        return int(cells), int(records)

    return count


def prepare_ingest(path: Path, towns: int) -> Callable[[], Totals]:
    """Take the file in for good: archive, identities, versions, counts, checks."""
    from datetime import UTC, datetime

    from benchmarks.generate import Plan, make_city
    from pipeline.ingest import ingest
    from pipeline.store.warehouse import open_warehouse

    city = make_city(Plan(towns=towns), path.parent)
    source = city.source(path.suffix.removeprefix("."))

    def take_in() -> Totals:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            home, now = Path(folder), datetime.now(UTC)
            with open_warehouse(home) as warehouse:
                batch = ingest(
                    warehouse,
                    [path],
                    source=source,
                    city=city,
                    archive=home / "archive",
                    received_at=now,
                )
        return 0, batch.rows_accepted

    return take_in


PREPARE = {
    "product": prepare_product,
    "bare": prepare_bare,
    "kept": prepare_kept,
    "ingest": prepare_ingest,
}


def _bare(path: Path) -> str:
    """The query straight on the file; the columns of a CSV are named, as the product names them."""
    return BARE.format((FROM_CSV if path.suffix == ".csv" else FROM_PARQUET).format(path))


def be_the_child(side: str, path: Path, towns: int) -> None:
    """Do one side's work and print what came of it."""
    act = PREPARE[side](path, towns)
    started = time.perf_counter()
    totals = act()
    print(json.dumps([time.perf_counter() - started, *totals]))


def measure(side: str, path: Path, towns: int) -> Run:
    """Measure one side in a process of its own."""
    options = ("--side", side, "--file", path, "--towns", str(towns))
    child = run_module("benchmarks.counting", *options)
    seconds, cells, records = json.loads(child.output)
    return Run(
        side=side,
        seconds=seconds,
        cpu_seconds=child.cpu_seconds,
        peak_mb=child.peak_mb,
        totals=(cells, records),
    )


def compare(path: Path, *, towns: int, rounds: int) -> bool:
    """Let the sides take turns, print the table of one file; whether both limits were kept."""
    runs = [measure(side, path, towns) for _ in range(rounds) for side in SIDES]
    totals = {run.totals for run in runs}
    if len(totals) > 1:
        sys.exit(f"{path.name}: the sides counted differently (cells, records): {totals}")
    cells, records = totals.pop()
    print_table(
        f"{path.name}: {records:,} records, {towns} towns, {cells:,} cells; median of {rounds}",
        ("side", "seconds", "from - to", "CPU seconds", "peak MB"),
        [_row(side, [run for run in runs if run.side == side]) for side in SIDES],
    )
    return _judge(runs)


def _row(side: str, runs: Sequence[Run]) -> tuple[object, ...]:
    seconds = [run.seconds for run in runs]
    cpu, peak = (median(getattr(run, name) for run in runs) for name in ("cpu_seconds", "peak_mb"))
    return SIDES[side], median(seconds), f"{min(seconds):.2f} - {max(seconds):.2f}", cpu, peak


def _judge(runs: Sequence[Run]) -> bool:
    """Print the product's ratios to the two bare queries; the first of them decides.

    Ratios are formed within each round, so that a load that comes and goes meets both sides.
    """

    def ratio(name: str, peer: str) -> float:
        ours, theirs = ([getattr(r, name) for r in runs if r.side == s] for s in ("product", peer))
        return median(float(own / other) for own, other in zip(ours, theirs, strict=True))

    time_ratio, memory_ratio = ratio("seconds", "bare"), ratio("peak_mb", "bare")
    verdicts = [verdict(time_ratio, limit=MOST_TIME), verdict(memory_ratio, limit=MOST_MEMORY)]
    print_table(
        f"product / bare, median of the {len(runs) // len(SIDES)} rounds' ratios",
        ("", "fetched the same way", "limit", "", "left in the database"),
        [
            ("time", time_ratio, MOST_TIME, verdicts[0], ratio("seconds", "kept")),
            ("CPU time", ratio("cpu_seconds", "bare"), "", "", ratio("cpu_seconds", "kept")),
            ("peak memory", memory_ratio, MOST_MEMORY, verdicts[1], ratio("peak_mb", "kept")),
        ],
    )
    return "MISSED" not in verdicts


def inform_on_ingest(path: Path, *, towns: int) -> None:
    """Print what taking the same file in for good costs; nothing is decided by it."""
    bare, whole = measure("bare", path, towns), measure("ingest", path, towns)
    print_table(
        f"{path.name}: the whole `ingest` of {whole.totals[1]:,} records; one run",
        ("", "seconds", "CPU seconds", "peak MB"),
        [
            ("`ingest`", whole.seconds, whole.cpu_seconds, whole.peak_mb),
            (SIDES["bare"], bare.seconds, bare.cpu_seconds, bare.peak_mb),
            (
                "ratio",
                whole.seconds / bare.seconds,
                whole.cpu_seconds / bare.cpu_seconds,
                whole.peak_mb / bare.peak_mb,
            ),
        ],
    )


def compare_all(given: argparse.Namespace) -> bool:
    """Generate, compare, and clear away; whether every limit was kept."""
    size = ("--towns", str(given.towns))
    forms = [given.format] if given.format else ["parquet", "csv"]
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        large, small = Path(folder) / "large", Path(folder) / "small"
        run_module("benchmarks.generate", large, "--rows", str(given.rows), *size)
        kept = [
            compare(large / f"records.{form}", towns=given.towns, rounds=given.rounds)
            for form in forms
        ]
        if given.ingest_rows:
            run_module("benchmarks.generate", small, "--rows", str(given.ingest_rows), *size)
            for form in forms:
                inform_on_ingest(small / f"records.{form}", towns=given.towns)
    return all(kept)


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--towns", type=int, default=140)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--format", choices=("parquet", "csv"), help="[default: both]")
    parser.add_argument("--ingest-rows", type=int, default=4_000_000, help="0: leave it out")
    parser.add_argument("--folder", type=Path, help="for the generated files (2 GB)")
    parser.add_argument("--side", choices=PREPARE, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Compare, or be the child of a comparison."""
    given = read_options()
    if given.side:
        be_the_child(given.side, given.file, given.towns)
    elif not compare_all(given):
        sys.exit(1)


if __name__ == "__main__":
    main()
