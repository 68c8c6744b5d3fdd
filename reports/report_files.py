"""The two files that every edition has beside its ranking: headline categories and districts."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from indices.comparison import percent_printed
from indices.periods import parse_period
from pipeline.editions.edition import Edition
from pipeline.editions.headline_guard import public_headline
from reports.files import Cell, as_csv

HEADLINE_COLUMNS = (
    "period",
    "edition",
    "method",
    "scope",
    "scope_id",
    "code",
    "comparison",
    "base_first",
    "base_last",
    "base_years",
    "is_moved",
    "count",
    "base_count",
    "percent",
    "ratio_low",
    "ratio_high",
    "direction",
    "obs_status",
)
DISTRICT_COLUMNS = (
    "period",
    "edition",
    "method",
    "rank",
    "district",
    "n_towns",
    "population",
    "score",
    "score_low",
    "score_high",
    "level",
    "change_1d",
    "change_7d",
    "change_previous",
    "change_year",
    "obs_status",
)
RATIO_DECIMALS = 2
BASE_DECIMALS = 1


def report_files(edition: Edition, *, public: bool) -> dict[str, bytes]:
    """`headline.csv` and `districts.csv`; the internal ones with all counts and the towns."""
    headline = edition.headline
    if public:
        headline = public_headline(headline, period=parse_period(edition.facts.period))
    head: dict[str, Cell] = {
        "period": edition.facts.period,
        "edition": edition.name,
        "method": edition.facts.method_id,
    }
    decimals = max(edition.facts.decimals, 1)
    counts = [head | _headline_values(row) for row in headline.to_dict("records")]
    districts = [head | _district_values(row, decimals) for row in _records(edition.districts)]
    return {
        "headline.csv": as_csv(counts, columns=HEADLINE_COLUMNS),
        "districts.csv": as_csv(districts, columns=DISTRICT_COLUMNS),
    }


def _records(table: pd.DataFrame) -> list[dict[Hashable, Any]]:
    return table.to_dict("records")


def _headline_values(row: dict[Hashable, Any]) -> dict[str, Cell]:
    """The cells of a row as they are written."""
    plain_columns = ("scope", "scope_id", "code", "comparison", "direction", "obs_status")
    return {
        **{column: str(row[column] or "") for column in plain_columns},
        "base_first": _day(row["base_first"]),
        "base_last": _day(row["base_last"]),
        "base_years": int(row["base_years"]),
        "is_moved": "true" if row["is_moved"] else "false",
        "count": None if pd.isna(row["count"]) else int(row["count"]),
        "base_count": _number(row["base_count"], BASE_DECIMALS),
        "percent": _number(float(percent_printed(row["percent"])), 1),
        "ratio_low": _number(row["ratio_low"], RATIO_DECIMALS),
        "ratio_high": _number(row["ratio_high"], RATIO_DECIMALS),
    }


def _district_values(row: dict[Hashable, Any], decimals: int) -> dict[str, Cell]:
    """The cells of a row as they are written."""
    scores = [name for name in DISTRICT_COLUMNS if name.startswith(("score", "change_"))]
    return {
        "district": str(row["district"]),
        "obs_status": str(row["obs_status"]),
        **{name: _whole(row[name]) for name in ("rank", "n_towns", "population", "level")},
        **{name: _number(row[name], decimals) for name in scores},
    }


def _whole(value: Any) -> Cell:
    return None if pd.isna(value) else int(value)


def _number(value: float, decimals: int) -> Cell:
    """A number with its decimals; None where there is none."""
    return None if pd.isna(value) else f"{value:.{decimals}f}"


def _day(value: Any) -> Cell:
    return None if pd.isna(value) else pd.Timestamp(value).date().isoformat()
