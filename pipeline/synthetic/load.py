"""Any number of rows in the layout of the synthetic register, for load tests and benchmarks.

Towns, kinds, spellings and casualties are as frequent as in the demo; there is no rhythm, no repeat
and no later version. What matters here is bytes, distinct values and speed.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from pipeline.city import read_city
from pipeline.settings import REPOSITORY
from pipeline.store.folders import make_folder, storage_errors
from pipeline.synthetic.dirt import CALL_FAULTS, Fault, variant_of
from pipeline.synthetic.draws import Floats, Ints, pick, spread, uniform_stream
from pipeline.synthetic.export import write_file
from pipeline.synthetic.incidents import DAY, INJURED, INVALID_SHARE, MISTAKEN_SHARE, PROMPT
from pipeline.synthetic.kinds import KINDS
from pipeline.synthetic.layout import (
    COLUMNS,
    N_RESULTS,
    Codes,
    Encoding,
    Layout,
    make_layout,
    number_parts,
)
from pipeline.synthetic.places import N_SPELLINGS, SPELLING_SHARES
from pipeline.synthetic.rhythm import days_between
from pipeline.towns import Town

DEMO = REPOSITORY / "data" / "cities" / "zhuhai-demo"
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2025, 12, 31)
CHUNK_ROWS = 200_000
PARQUET_ROWS = 1_000_000  # in each file
N_DRAWS = 9
DEATH_SHARE, INJURY_SHARE = 0.001, 0.05
STATUS_SHARES = (1 - 2 * INVALID_SHARE, INVALID_SHARE)
TO_PARQUET = """
    COPY (SELECT * FROM read_csv($source, header = true, columns = $columns, auto_detect = false))
    TO '{target}' (FORMAT parquet)
"""


@dataclass(frozen=True, kw_only=True)
class LoadTest:
    """What was written."""

    files: tuple[Path, ...]
    n_rows: int
    faults: dict[str, int]  # dirty rows by reason


@dataclass(frozen=True, kw_only=True, eq=False)
class _Plan:
    """What all chunks share."""

    n_rows: int
    n_days: int
    town_shares: Floats
    kind_shares: Floats
    faults: tuple[int, ...]  # positions in CALL_FAULTS
    fault_shares: Floats  # of all rows, in the order of `faults`
    layout: Layout


def write_load_test(
    folder: Path,
    n_rows: int,
    seed: int,
    encoding: Encoding = "gb18030",
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - as in a source's declaration
    dirty_share: float = 0.0,
    *,
    towns: Sequence[Town] = (),
    districts_zh: Mapping[str, str] | None = None,
    chunk_rows: int = CHUNK_ROWS,
) -> LoadTest:
    """Write rows with the columns of the demo's files, in chunks: memory stays the same.

    Args:
        folder: Made if absent; files of the same name are replaced.
        n_rows: At most ten million a day, over the three years of the demo.
        seed: The same seed and towns give the same CSV, whatever the chunks.
        encoding: Of CSV.
        format: One CSV file, or Parquet files of a million rows each, all columns text.
        dirty_share: Share of rows with a fault that the pipeline has to reject, 0 to 1. Parquet has
            only those faults that lie in a value.
        towns: With Chinese names; those of zhuhai-demo if none are given.
        districts_zh: Chinese names of the towns' districts.
        chunk_rows: Rows in memory at once.
    """
    if not towns:
        demo = read_city(DEMO)
        towns, districts_zh = tuple(demo.towns.values()), demo.about.district_names_zh
    days = days_between(FIRST_DAY, LAST_DAY)
    is_csv = format == "csv"
    used: Encoding = encoding if is_csv else "utf-8"
    layout = make_layout(towns, days, districts_zh=districts_zh or {}, encoding=used)
    plan = _make_plan(n_rows, towns, layout, dirty_share=dirty_share, is_csv=is_csv)
    found: Counter[str] = Counter()
    chunks = _chunks(plan, seed, chunk_rows, found)
    with storage_errors(make_folder(folder)):
        if is_csv:
            files = [folder / "110-load.csv"]
            write_file(files[0], chunks, encoding=encoding)
        else:
            files = list(_write_parquet(folder, chunks, PARQUET_ROWS // chunk_rows or 1))
    return LoadTest(files=tuple(files), n_rows=n_rows, faults=dict(sorted(found.items())))


def _make_plan(
    n_rows: int, towns: Sequence[Town], layout: Layout, *, dirty_share: float, is_csv: bool
) -> _Plan:
    """Shares of towns, kinds and faults."""
    residents = np.array([float(town.population) for town in towns])
    rates = np.array([kind.per_100k_day for kind in KINDS])

    def fits(fault: Fault) -> bool:
        return fault.is_rejected and (is_csv or not fault.is_of_text)

    faults = tuple(n for n, fault in enumerate(CALL_FAULTS) if fits(fault))
    weights = np.array([CALL_FAULTS[n].per_10k for n in faults])
    return _Plan(
        n_rows=n_rows,
        n_days=len(days_between(FIRST_DAY, LAST_DAY)),
        town_shares=residents[:-1] / residents.sum(),
        kind_shares=rates[:-1] / rates.sum(),
        faults=faults,
        fault_shares=weights / weights.sum() * dirty_share,
        layout=layout,
    )


def _chunks(plan: _Plan, seed: int, chunk_rows: int, found: Counter[str]) -> Iterator[bytes]:
    """Rows as bytes. Draws are taken row by row, so that chunks of any size see the same ones."""
    stream = uniform_stream(seed, "load")
    for start in range(0, plan.n_rows, chunk_rows):
        row = np.arange(start, min(start + chunk_rows, plan.n_rows))
        u = stream.random((row.size, N_DRAWS)).T
        codes = _codes(plan, row, u)
        found.update(_put_faults(plan, codes, row, u[8]))
        yield plan.layout.render(codes)


def _codes(plan: _Plan, row: Ints, u: Floats) -> Codes:
    """The parts of clean rows, in the order of their time of report."""
    day = row * plan.n_days // plan.n_rows
    first_of_day = -(-day * plan.n_rows // plan.n_days)
    first_of_next = -(-(day + 1) * plan.n_rows // plan.n_days)
    number = row - first_of_day
    second = ((number + u[0]) / (first_of_next - first_of_day) * DAY).astype(np.int64)
    occurred = np.maximum(day * DAY + second - spread(u[1], *PROMPT), 0)
    town = pick(u[2], plan.town_shares)
    kind = pick(u[3], plan.kind_shares)
    return {
        "id_district": town,
        "id_day": day,
        **number_parts(number + 1),
        "reported_day": day,
        "reported_clock": second,
        "occurred_day": occurred // DAY,
        "occurred_clock": occurred % DAY,
        "bureau": town,
        "place": town * N_SPELLINGS + pick(u[4], SPELLING_SHARES),
        "received": (kind + (u[5] < MISTAKEN_SHARE)) % len(KINDS),
        "feedback": kind,
        "status": pick(u[6], STATUS_SHARES),
        "deaths": (u[7] < DEATH_SHARE).astype(np.int64),
        "injuries": np.where(u[7] > 1 - INJURY_SHARE, 1 + pick(u[6], INJURED), 0),
        "result": (u[5] * N_RESULTS).astype(np.int64),
    }


def _put_faults(plan: _Plan, codes: Codes, row: Ints, u: Floats) -> Counter[str]:
    """Write faults over some rows, and say how many of each."""
    which = pick(u, plan.fault_shares)
    found: Counter[str] = Counter()
    for position, number in enumerate(plan.faults):
        fault = CALL_FAULTS[number]
        mine = which == position
        found[fault.reason] += int(mine.sum())
        for variant in range(len(fault.variants) if mine.any() else 0):
            with_variant = mine & (variant_of(row, fault) == variant)
            plan.layout.put_fault(codes, with_variant, number, variant)
    return found


def _write_parquet(folder: Path, chunks: Iterator[bytes], chunks_in_file: int) -> Iterator[Path]:
    """Have DuckDB turn some chunks at a time into Parquet, by way of a CSV file."""
    middle = folder / ".110-load.csv.partial"
    columns = dict.fromkeys(COLUMNS, "VARCHAR")
    with duckdb.connect(config={"threads": 1, "memory_limit": "500MB"}) as connection:
        for number, first in enumerate(chunks, start=1):
            some = chain([first], islice(chunks, chunks_in_file - 1))
            write_file(middle, some, encoding="utf-8")
            target = folder / f"110-load-{number:04}.parquet"
            statement = TO_PARQUET.format(target=str(target).replace("'", "''"))
            connection.execute(statement, {"source": str(middle), "columns": columns})
            yield target
    middle.unlink(missing_ok=True)
