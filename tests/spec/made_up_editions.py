"""Editions for tests of reports: a computed one of Alder County, and tables made to measure."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from indices.periods import Period, PeriodKind
from pipeline.city import City, read_city
from pipeline.compute.edition import compute_edition
from pipeline.compute.headline import COLUMNS
from pipeline.editions.edition import Edition
from pipeline.ingest import ingest
from pipeline.methods import AnyMethodFile, find_method
from pipeline.store.warehouse import open_in_memory
from tests.conftest import RECEIVED_AT, calls_csv, write_city

PLACES = ("ALDER", "BIRCH", "BIRCH", "CEDAR", "BIRCH")
KINDS = ("ASSAULT", "BURGLARY", "ASSAULT", "ROBBERY")
FEBRUARY = Period(date(2025, 2, 1), date(2025, 2, 28), PeriodKind.MONTH)
Cells = Mapping[tuple[str, str, str, str], tuple[float, float]]


@contextmanager
def county_month(
    folder: Path, *, method: str = "standard"
) -> Iterator[tuple[City, AnyMethodFile, Edition]]:
    """February 2025 of Alder County, with eight calls a day from January to March."""
    city = read_city(write_city(folder))
    rows = (
        (f"c{n}", f"{date(2025, 1, 1) + timedelta(days=n // 8)} 10:00", PLACES[n % 5], KINDS[n % 4])
        for n in range(8 * 90)
    )
    (folder / "calls.csv").write_bytes(calls_csv(rows))
    found = find_method(method)
    with open_in_memory() as warehouse:
        ingest(
            warehouse,
            (folder / "calls.csv",),
            source=city.sources[0],
            city=city,
            archive=folder / "archive",
            received_at=RECEIVED_AT,
        )
        yield city, found, compute_edition(warehouse, city, found, wanted=FEBRUARY.label)


def headline_of(period: Period, bases: Mapping[str, Period | None], cells: Cells) -> pd.DataFrame:
    """A table of headline categories.

    Args:
        period: Of the edition.
        bases: What each comparison compares with; None where years are pooled.
        cells: Count, and base count in the base's own days, NaN where missing, by scope, scope_id,
            code and comparison. Those of pooled years are a mean.
    """
    rows = []
    for (scope, scope_id, code, comparison), (count, base_count) in cells.items():
        base = bases[comparison]
        same_days = base_count * period.n_days / base.n_days if base else base_count
        missing = same_days != same_days  # noqa: PLR0124  # NaN
        rows.append(
            {
                "scope": scope,
                "scope_id": scope_id,
                "code": code,
                "comparison": comparison,
                "base_first": base and base.first,
                "base_last": base and base.last,
                "base_years": 1 if base else 3,
                "is_moved": base is not None and base.kind is PeriodKind.RANGE,
                "count": int(count),
                "base_count": round(same_days, 6),
                "percent": float("nan"),
                "ratio_low": float("nan"),
                "ratio_high": float("nan"),
                "direction": "",
                "obs_status": "missing" if missing else "normal",
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def with_tables(edition: Edition, **tables: pd.DataFrame) -> Edition:
    """The edition with other tables."""
    return replace(edition, **tables)
