"""CSV in GB18030, as a 110 system writes it, against the bare read of the same rows in UTF-8.

python -m benchmarks.encoded [--rows N] [--rounds N] [--memory SIZE]

The product unpacks nothing, rewrites the text in UTF-8, reads it, turns times, places, categories
and validity into its own words and counts by town, day and category (`count_file`); the bare query
trusts the file and groups by the same columns. Every measurement is a process of its own and the
sides take turns. Leaves with 1 if a limit is missed.
"""

# The libraries are imported by the side that needs them.
# ruff: noqa: PLC0415

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.measure import print_table, run_module, verdict

MOST_TIME, MOST_FOR_REJECTS = 2.0, 1.1
MOST_MEMORY_ABOVE_SETTING_MB = 700  # Python, its libraries, and chunks of text on their way
DIRTY_SHARE = 0.01
SIDES = {
    "bare": "bare query, UTF-8",
    "utf8": "`count_file`, UTF-8",
    "gb18030": "`count_file`, GB18030",
    "dirty": "`count_file`, GB18030, 1 % dirty rows",
}
BARE = """
    SELECT
        "辖区单位",
        coalesce(nullif("反馈类别代码", ''), "报警类别代码"),
        "发生时间"::DATE,
        count(*)
    FROM read_csv('{path}', header = true, auto_detect = false, columns = {columns})
    WHERE "警情状态" = '有效'
    GROUP BY ALL
"""


@dataclass(frozen=True)
class Run:
    """What one process measured."""

    side: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    n_counted: int


def write_files(folder: Path, n_rows: int) -> None:
    """The same rows in both encodings, and once more with faults."""
    from pipeline.synthetic import write_load_test

    write_load_test(folder / "bare", n_rows, 1, encoding="utf-8")
    write_load_test(folder / "gb18030", n_rows, 1)
    write_load_test(folder / "dirty", n_rows, 1, dirty_share=DIRTY_SHARE)


def file_of(side: str, folder: Path) -> Path:
    """The file that a side reads."""
    return folder / ("bare" if side == "utf8" else side) / "110-load.csv"


def count_bare(path: Path) -> int:
    """Count as somebody would who trusts the file."""
    import duckdb

    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    columns = dict.fromkeys(names, "VARCHAR") | {"发生时间": "TIMESTAMP"}
    with duckdb.connect() as connection:
        cells = connection.execute(BARE.format(path=path, columns=columns)).df()
    return int(cells.iloc[:, -1].sum())


def count_product(path: Path, *, encoding: str, memory: str) -> int:
    """Count as the pipeline does."""
    from pipeline.city import read_city
    from pipeline.counts import count_file
    from pipeline.settings import REPOSITORY
    from pipeline.store.warehouse import open_in_memory

    city = read_city(REPOSITORY / "data" / "cities" / "zhuhai-demo")
    source = city.sources[0].model_copy(update={"encoding": encoding})
    with open_in_memory(memory=memory) as warehouse:
        cells = count_file(
            warehouse,
            path,
            source=source,
            city=city,
            categories=city.category_codes,
            work=path.parent / "work",
        )
    return int(cells["n"].sum())


def be_the_child(side: str, folder: Path, memory: str) -> None:
    """Do one side's work and print what came of it."""
    import duckdb  # noqa: F401  before the clock starts
    import pandas as pd  # noqa: F401

    started = time.perf_counter()
    if side == "bare":
        n_counted = count_bare(file_of(side, folder))
    else:
        encoding = "utf-8" if side == "utf8" else "gb18030"
        n_counted = count_product(file_of(side, folder), encoding=encoding, memory=memory)
    print(json.dumps([time.perf_counter() - started, n_counted]))


def measure(side: str, folder: Path, memory: str) -> Run:
    """Measure one side in a process of its own."""
    child = run_module("benchmarks.encoded", "--side", side, "--folder", folder, "--memory", memory)
    seconds, n_counted = json.loads(child.output)
    return Run(side, seconds, child.cpu_seconds, child.peak_mb, n_counted)


def judge(runs: Sequence[Run], memory_mb: float) -> bool:
    """Print the sides and the ratios formed within each round; whether every limit was kept."""
    by_side = {side: [run for run in runs if run.side == side] for side in SIDES}
    if len({run.n_counted for run in runs if run.side != "dirty"}) > 1:
        sys.exit(f"the sides counted differently: {[(run.side, run.n_counted) for run in runs]}")
    print_table(
        f"{runs[0].n_counted:,} valid records; median of {len(by_side['bare'])} rounds",
        ("side", "seconds", "from - to", "CPU seconds", "peak MB"),
        [
            (
                SIDES[side],
                median(run.seconds for run in mine),
                f"{min(run.seconds for run in mine):.1f} - {max(run.seconds for run in mine):.1f}",
                median(run.cpu_seconds for run in mine),
                median(run.peak_mb for run in mine),
            )
            for side, mine in by_side.items()
        ],
    )

    def ratio(side: str, peer: str) -> float:
        pairs = zip(by_side[side], by_side[peer], strict=True)
        return median(one.seconds / other.seconds for one, other in pairs)

    peak = max(run.peak_mb for run in by_side["dirty"] + by_side["gb18030"])
    most = memory_mb + MOST_MEMORY_ABOVE_SETTING_MB
    rows = [
        ("GB18030 / bare read in UTF-8", ratio("gb18030", "bare"), MOST_TIME),
        ("1 % dirty rows / clean", ratio("dirty", "gb18030"), MOST_FOR_REJECTS),
        ("largest peak, MB", peak, most),
    ]
    told = [(*row, verdict(row[1], limit=row[2])) for row in rows]
    print_table("limits", ("", "measured", "limit", ""), told)
    return "MISSED" not in {row[-1] for row in told}


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="2000MB", help="DuckDB's share, in MB")
    parser.add_argument("--folder", type=Path, help="for the generated files (10 GB)")
    parser.add_argument("--side", choices=SIDES, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Compare, or be the child of a comparison."""
    given = read_options()
    if given.side:
        be_the_child(given.side, given.folder, given.memory)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        write_files(folder, given.rows)
        os.sync()  # or their way to the disk would be in the way of what is measured
        runs = [measure(side, folder, given.memory) for _ in range(given.rounds) for side in SIDES]
    if not judge(runs, float(given.memory.removesuffix("MB"))):
        sys.exit(1)


if __name__ == "__main__":
    main()
