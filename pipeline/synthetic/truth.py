"""What is true of the synthetic records, written beside them for tests to hold a pipeline to."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.sources.declaration import Generator
from pipeline.synthetic.deliveries import (
    CONFLICT_ROW,
    DUPLICATE_ROW,
    ORIGINAL,
    REPORTED,
    REVISED,
    Rows,
    row_numbers,
)
from pipeline.synthetic.dirt import CALL_FAULTS, CONFLICT, DUPLICATE
from pipeline.synthetic.draws import Ints
from pipeline.synthetic.incidents import (
    CLEAN,
    DAY,
    INVALID,
    NEVER_REPEATS,
    REPEAT,
    VALID,
    Calls,
    number_of_day,
)
from pipeline.synthetic.kinds import CATEGORIES, KINDS
from pipeline.synthetic.rates import expected_counts, injected_rises, usual_per_day
from pipeline.towns import Town

KIND_CODES = np.array([kind.code for kind in KINDS])


def rates_table(towns: Sequence[Town], generator: Generator, counts: Ints) -> pd.DataFrame:
    """Usual, expected and drawn valid incidents by town and kind, reported in time or not."""
    usual = usual_per_day(towns, generator)
    expected = expected_counts(towns, generator).sum(axis=0)
    made = counts.sum(axis=0)
    n_towns, n_kinds = usual.shape
    return pd.DataFrame(
        {
            "town_id": np.repeat([town.town_id for town in towns], n_kinds),
            "code": np.tile(KIND_CODES, n_towns),
            "category": [kind.category for kind in KINDS] * n_towns,
            "usual_per_day": usual.ravel().round(9),
            "expected": expected.ravel().round(6),
            "made": made.ravel(),
        }
    )


def faults_table(rows: Rows, calls: Calls, files: Sequence[str]) -> pd.DataFrame:
    """Each dirty row: file, row number (1 = first after the header), reason, rejected or not."""
    reasons = np.array([*(fault.reason for fault in CALL_FAULTS), DUPLICATE, CONFLICT])
    rejects = np.array([*(fault.is_rejected for fault in CALL_FAULTS), False, True])
    which = calls.fault[rows.call]
    which = np.where(rows.copy == DUPLICATE_ROW, len(CALL_FAULTS), which)
    which = np.where(rows.copy == CONFLICT_ROW, len(CALL_FAULTS) + 1, which)
    dirty = np.flatnonzero(which != CLEAN)
    return pd.DataFrame(
        {
            "file": np.array(files)[rows.file[dirty]],
            "row_number": row_numbers(rows.file)[dirty],
            "reason": reasons[which[dirty]],
            "is_rejected": np.where(rejects[which[dirty]], "yes", "no"),
        }
    )


def files_table(faults: pd.DataFrame, rows: Rows, files: Sequence[str]) -> pd.DataFrame:
    """Rows of each file: all, accepted, duplicate, rejected."""
    n_rows = np.bincount(rows.file, minlength=len(files))
    rejected = faults[faults["is_rejected"] == "yes"].groupby("file").size()
    duplicate = faults[faults["reason"] == DUPLICATE].groupby("file").size()
    table = pd.DataFrame({"file": files, "rows_read": n_rows})
    table["rows_duplicate"] = table["file"].map(duplicate).fillna(0).astype(int)
    table["rows_rejected"] = table["file"].map(rejected).fillna(0).astype(int)
    table["rows_accepted"] = table["rows_read"] - table["rows_duplicate"] - table["rows_rejected"]
    return table


def counts_table(
    rows: Rows, calls: Calls, towns: Sequence[Town], days: Sequence[date]
) -> pd.DataFrame:
    """Valid incidents by town, category and month as known after the last delivery."""
    last = _last_version(rows, len(calls))
    kind = np.where(last == REVISED, calls.final, calls.first_feedback)
    kind = np.where(last == REPORTED, calls.received, kind)
    counted = (calls.fault == CLEAN) & ((calls.status == VALID) | (last == REPORTED))
    position = {category: n for n, category in enumerate(CATEGORIES)}
    category = np.array([position.get(k.category, -1) for k in KINDS])[kind]
    counted &= category >= 0
    months = np.array([f"{day:%Y-%m}" for day in days])
    table = pd.DataFrame(
        {
            "town_id": np.array([town.town_id for town in towns])[calls.town[counted]],
            "category": np.array(CATEGORIES)[category[counted]],
            "month": months[calls.occurred[counted] // DAY],
        }
    )
    return table.groupby(list(table.columns)).size().rename("incidents").reset_index()


def reclassified_table(
    rows: Rows, calls: Calls, towns: Sequence[Town], days: Sequence[date], files: Sequence[str]
) -> pd.DataFrame:
    """Incidents whose final kind is not that of reception, with the files that tell of each.

    `final_file` is empty where the final kind was not known by the last day.
    """
    originals = rows.take(np.flatnonzero(rows.copy == ORIGINAL))
    final_version = np.where(calls.first_feedback == calls.final, 1, REVISED)
    first_file, final_file = np.full(len(calls), -1), np.full(len(calls), -1)
    backwards = originals.take(np.arange(originals.call.size)[::-1])  # so that the first one stays
    first_file[backwards.call] = backwards.file
    is_final = backwards.version >= final_version[backwards.call]
    final_file[backwards.call[is_final]] = backwards.file[is_final]
    wanted = np.flatnonzero(
        (calls.received != calls.final) & (calls.status != INVALID) & (calls.fault == CLEAN)
    )
    names = np.array([*files, ""])
    return pd.DataFrame(
        {
            "identity": identities(calls, towns, days)[wanted],
            "received_code": KIND_CODES[calls.received[wanted]],
            "final_code": KIND_CODES[calls.final[wanted]],
            "first_file": names[first_file[wanted]],
            "final_file": names[final_file[wanted]],
        }
    )


def repeats_table(calls: Calls, towns: Sequence[Town], days: Sequence[date]) -> pd.DataFrame:
    """Repeated calls, and the call that each repeats."""
    names = identities(calls, towns, days)
    wanted = np.flatnonzero((calls.status == REPEAT) & (calls.repeats != NEVER_REPEATS))
    return pd.DataFrame(
        {"identity": names[wanted], "repeats_identity": names[calls.repeats[wanted]]}
    )


def identities(calls: Calls, towns: Sequence[Town], days: Sequence[date]) -> np.ndarray:
    """The identity of each call as it stands in the files."""
    district = np.array([town.town_id[:6] for town in towns], dtype=object)[calls.town]
    day = np.array([f"{day:%Y%m%d}" for day in days], dtype=object)[calls.reported // DAY]
    number = np.char.zfill(number_of_day(calls.reported).astype("U7"), 7).astype(object)
    return np.asarray(district + day + number)


def write_truth(
    folder: Path,
    rows: Rows,
    calls: Calls,
    counts: Ints,
    *,
    towns: Sequence[Town],
    generator: Generator,
    days: Sequence[date],
    files: Sequence[str],
) -> None:
    """Write all tables as UTF-8 CSV into a folder."""
    folder.mkdir()
    faults = faults_table(rows, calls, files)
    rises = [asdict(rise) for rise in injected_rises(towns, generator)]
    tables = {
        "rates": rates_table(towns, generator, counts),
        "rises": pd.DataFrame(rises, columns=["town_id", "category", "first", "last", "factor"]),
        "faults": faults,
        "files": files_table(faults, rows, files),
        "counts": counts_table(rows, calls, towns, days),
        "reclassified": reclassified_table(rows, calls, towns, days, files),
        "repeats": repeats_table(calls, towns, days),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    reasons = faults.groupby("reason").size()
    summary = json.dumps({str(reason): int(n) for reason, n in reasons.items()}, indent=2)
    (folder / "reasons.json").write_text(summary + "\n", encoding="utf-8")


def _last_version(rows: Rows, n_calls: int) -> Ints:
    """The newest version of each call that any file holds."""
    version = np.full(n_calls, REPORTED)
    np.maximum.at(version, rows.call, rows.version)
    return version
