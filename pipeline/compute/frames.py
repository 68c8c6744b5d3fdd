"""Tables that editions of every method have in common."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from pipeline.compute.basis import Basis
from pipeline.compute.similar import SIMILAR_COLUMNS
from pipeline.editions.edition import Deviation, Facts, InputFile
from pipeline.methods import vocabulary_sha256
from pipeline.quality import Quality

CHANGES = ("1d", "7d", "previous", "year")  # against a day, a week, a period, a year before
RANKING_COLUMNS = (
    "town_id",
    "town_name",
    "town_name_zh",
    "district",
    "population",
    "rank",
    "rank_low",
    "rank_high",
    "score",
    "score_low",
    "score_high",
    "level",
    *(f"change_{name}" for name in CHANGES),
    "expected_events",
    "weight_present",
    "run_at_worst",
    "step",
    "patrol_share",
    *SIMILAR_COLUMNS,
    "obs_status",
)
WHOLE_NUMBERS = (
    "rank",
    "rank_low",
    "rank_high",
    "level",
    "run_at_worst",
    "similar_rank",
    "similar_of",
)
DISTRICT_COLUMNS = (
    "district",
    "n_towns",
    "population",
    "rank",
    "score",
    "score_low",
    "score_high",
    "level",
    *(f"change_{name}" for name in CHANGES),
    "obs_status",
)
Columns = Mapping[str, object]


def ranking_frame(basis: Basis, columns: Columns) -> pd.DataFrame:
    """One row a town, the best rank first; the index tells the town's position.

    Args:
        basis: With the towns.
        columns: Of `RANKING_COLUMNS`; those not given are empty.
    """
    towns = basis.towns
    named = {
        "town_id": [town.town_id for town in towns],
        "town_name": [town.name for town in towns],
        "town_name_zh": [town.name_zh or town.name for town in towns],
        "district": [town.district for town in towns],
        "population": [town.population for town in towns],
        "weight_present": 1.0,
        "step": "",
    }
    table = _complete(pd.DataFrame(named | dict(columns)), RANKING_COLUMNS)
    return table.sort_values(["rank", "town_id"], na_position="last", kind="stable")


def district_frame(basis: Basis, columns: Columns) -> pd.DataFrame:
    """One row a district, the best rank first; empty where towns have no districts."""
    if not any(basis.districts):
        return pd.DataFrame(columns=list(DISTRICT_COLUMNS))
    people = np.array([town.population for town in basis.towns])
    position, n = basis.district_of, len(basis.districts)
    named = {
        "district": list(basis.districts),
        "n_towns": np.bincount(position, minlength=n),
        "population": np.bincount(position, weights=people, minlength=n).astype(np.int64),
    }
    table = _complete(pd.DataFrame(named | dict(columns)), DISTRICT_COLUMNS)
    table = table[table["district"] != ""]
    return table.sort_values(["rank", "district"], na_position="last", kind="stable").reset_index(
        drop=True
    )


def _complete(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """All columns in their order, whole numbers with gaps."""
    for name in columns:
        if name not in table:
            table[name] = np.nan
        if name in WHOLE_NUMBERS:
            table[name] = table[name].astype("Int64")
    return table[list(columns)]


def change(now: FloatArray, before: FloatArray | None, *, decimals: int) -> FloatArray:
    """Difference of two printed values, rounded as they are; NaN where either is missing."""
    if before is None:
        return np.full(now.shape, np.nan)
    return np.asarray(np.round(now - before, decimals) + 0.0)


def common_facts(
    basis: Basis,
    quality: Quality,
    *,
    decimals: int,
    changes: Mapping[str, float | None],
    deviations: tuple[Deviation, ...] = (),
    **own: object,
) -> Facts:
    """What every edition says once, joined with what only its method can say."""
    city, method = basis.city, basis.method
    base = city.calibration.base_period
    common = {
        "city_id": city.about.id,
        "notice": city.about.notice.model_dump() if city.about.notice else {},
        "period": basis.period.label,
        "period_kind": basis.period.kind.value,
        "period_first": basis.period.first,
        "day": basis.period.last,
        "method_id": method.method.id,
        "method_version": method.method.version,
        "method_sha256": method.sha256,
        "city_sha256": city.sha256,
        "vocabulary_sha256": vocabulary_sha256(),
        "decimals": decimals,
        "deviations": deviations,
        "code_version": code_version(),
        "as_of_batch": basis.as_of,
        "inputs": tuple(
            InputFile(source_id=batch.batch.source_id, file_name=file.file_name, sha256=file.sha256)
            for batch in quality.batches
            for file in batch.files
        ),
        "data_first_day": basis.coverage.first_day,
        "data_last_day": basis.coverage.last_day,
        "base_period": (base.first, base.last),
        "base_year": basis.base_year,
        "by_month": city.by_month,
        **{f"city_change_{name}": changes.get(f"change_{name}") for name in CHANGES},
    }
    return Facts(**(common | own))  # type: ignore[arg-type]


def none_if_nan(value: float) -> float | None:
    """A plain number, or None where there is none."""
    return None if np.isnan(value) else float(value)


def pairs(order: pd.Index, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of each town with each of `n` parts."""
    towns = order.to_numpy()
    return np.repeat(towns, n), np.tile(np.arange(n), len(towns))


def code_version() -> str:
    """Version of this program."""
    try:
        return version("safety-index")
    except PackageNotFoundError:
        return "unknown"
