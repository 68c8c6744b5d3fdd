"""The records of a synthetic city: made once, found again afterwards."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import StorageUnusable
from pipeline.sources.declaration import Generator
from pipeline.store.folders import make_folder, storage_errors
from pipeline.synthetic.deliveries import make_rows, quarter_names
from pipeline.synthetic.export import CHUNK_ROWS, write_deliveries
from pipeline.synthetic.incidents import make_calls, make_counts
from pipeline.synthetic.layout import Encoding, make_layout
from pipeline.synthetic.rhythm import days_between
from pipeline.synthetic.truth import write_truth
from pipeline.towns import Town

STAMP, TRUTH = "generated.json", "truth"
VERSION = 1  # of the generator: raise it whenever the same seed gives other bytes
ENCODING: Encoding = "gb18030"


def generate_city(
    towns: Sequence[Town],
    generator: Generator,
    folder: Path,
    *,
    districts_zh: Mapping[str, str],
    chunk_rows: int = CHUNK_ROWS,
) -> list[Path]:
    """Make the deliveries of a synthetic city, unless they are there already.

    The same towns and parameters give the same bytes. Everything is written beside the folder and
    moved there at the end: a killed call leaves the folder as it was.

    Args:
        towns: With Chinese names; codes whose first six digits are the district's.
        generator: Seed, first and last day, valid incidents a day (all kinds together).
        folder: For the deliveries and, below it, `truth/`. It must be absent, empty or made here.
        districts_zh: Chinese name of each district of the towns.
        chunk_rows: Rows held in memory at once; the bytes do not depend on it.

    Returns:
        The deliveries `110-YYYYqN.csv`, in their order.

    Raises:
        StorageUnusable: If the folder holds something else, or cannot be written to.
    """
    parameters = _parameters(towns, generator, districts_zh)
    days = days_between(generator.first, generator.last)
    files = [f"110-{quarter}.csv" for quarter in quarter_names(days)]
    if not _is_complete(folder, parameters):
        _refuse_foreign(folder)
        aside = folder.with_name(f".{folder.name}.partial")
        with storage_errors(folder):
            shutil.rmtree(aside, ignore_errors=True)
            make_folder(aside)
            _write(aside, files, towns, generator, districts_zh, chunk_rows)
            _write_stamp(aside, parameters)
            _change_places(aside, folder)
    return [folder / name for name in files]


def _write(
    folder: Path,
    files: Sequence[str],
    towns: Sequence[Town],
    generator: Generator,
    districts_zh: Mapping[str, str],
    chunk_rows: int,
) -> None:
    """Write deliveries and truth."""
    days = days_between(generator.first, generator.last)
    counts = make_counts(towns, generator)
    calls = make_calls(counts, generator)
    rows = make_rows(calls, days, generator.seed)
    layout = make_layout(towns, days, districts_zh=districts_zh, encoding=ENCODING)
    write_deliveries(
        folder, files, rows, calls, layout=layout, encoding=ENCODING, chunk_rows=chunk_rows
    )
    write_truth(
        folder / TRUTH,
        rows,
        calls,
        counts,
        towns=towns,
        generator=generator,
        days=days,
        files=files,
    )


def _parameters(
    towns: Sequence[Town], generator: Generator, districts_zh: Mapping[str, str]
) -> dict[str, Any]:
    """All that decides the bytes."""
    used = [[t.town_id, t.name_zh or t.name, t.district, t.population] for t in towns]
    text = json.dumps([used, sorted(districts_zh.items())], ensure_ascii=False)
    return {
        "version": VERSION,
        "towns_sha256": hashlib.sha256(text.encode()).hexdigest(),
        **generator.model_dump(mode="json"),
    }


def _write_stamp(folder: Path, parameters: dict[str, Any]) -> None:
    """Say what was made, and how large each file is; written last."""
    sizes = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    stamp = json.dumps({"parameters": parameters, "files": sizes}, indent=2)
    (folder / STAMP).write_text(stamp + "\n", encoding="utf-8")


def _is_complete(folder: Path, parameters: dict[str, Any]) -> bool:
    """Whether the folder holds all files of just these parameters."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
        return bool(stamp["parameters"] == parameters) and all(
            (folder / name).stat().st_size == size for name, size in stamp["files"].items()
        )
    except (OSError, ValueError, KeyError):
        return False


def _refuse_foreign(folder: Path) -> None:
    """Never replace a folder that this module did not make."""
    if folder.exists() and not (folder / STAMP).is_file() and any(folder.iterdir()):
        raise StorageUnusable(
            f"{folder} holds files that were not generated",
            expected="a folder that is absent, empty or made by an earlier run",
            try_next="move the files away, or give another home with --home",
        )


def _change_places(aside: Path, folder: Path) -> None:
    """Put the finished folder into its place; at each moment the place is whole or absent."""
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    aside.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
