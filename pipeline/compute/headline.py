"""The table of headline categories: counts of a period and what they are compared with.

For the city, each district and each town: all incidents, criminal and public order ones, the eight
serious kinds and so on, against the period before, last year, the mean of three years, and a base
year if one is asked for.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from indices.comparison import Change, across_break, compare_counts, mean_of_years
from indices.holidays import EASTER, MovingHoliday, chinese_new_year, paired
from indices.periods import Period, PeriodKind, previous
from pipeline.compute.basis import Basis
from pipeline.counts import load_mappings
from pipeline.methods import read_vocabulary
from pipeline.settings import HOLIDAYS_FOLDER
from pipeline.store.warehouse import Warehouse

YEARS_OF_MEAN = 3
EARLIER_YEARS = ("two_years_before", "three_years_before")  # one by one: what the mean is made of
# How many periods, or days, lie between a period and the one of a month before.
MONTH_BACK = {PeriodKind.WEEK: 4, PeriodKind.TEN_DAYS: 3, PeriodKind.HALF_MONTH: 2}
DAYS_BACK = {"week_before": 7, "month_before": 28}  # of a day: the same weekday
DIGITS = 6
COLUMNS = (
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


@dataclass(frozen=True)
class Base:
    """What a period is compared with: one period, or several pooled."""

    name: str
    periods: tuple[Period, ...]
    is_moved: bool = False


def headline_frame(warehouse: Warehouse, basis: Basis) -> pd.DataFrame:
    """One row a scope, headline category and comparison."""
    vocabulary = read_vocabulary()
    kinds = tuple(kind for kind in vocabulary.kinds if kind in basis.city.category_codes)
    codes = [c for c in vocabulary.headline if {*vocabulary.members(c)} & {*kinds}]
    member = np.array([[kind in vocabulary.members(code) for code in codes] for kind in kinds])
    load_mappings(warehouse, basis.city, categories=kinds, day=basis.period.last)
    counted = _Counted(warehouse, basis, member.astype(np.float64))
    now = counted.in_period(basis.period)
    parts = [
        _rows(basis, codes, base, now, _change(basis, counted, base, now))
        for base in find_bases(basis)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def find_bases(basis: Basis) -> Iterator[Base]:
    """What a period is compared with, in the order in which it is printed."""
    period, holidays, base_year = basis.period, _holidays(basis), basis.base_year
    yield Base("previous", (previous(period),))
    if period.kind == PeriodKind.DAY:
        for name, days in DAYS_BACK.items():
            then = period.last - timedelta(days=days)
            yield Base(name, (Period(then, then, PeriodKind.DAY),))
    elif period.kind in MONTH_BACK:
        then_period = period
        for _ in range(MONTH_BACK[period.kind]):
            then_period = previous(then_period)
        yield Base("month_before", (then_period,))
    years = [paired(period, n, holidays) for n in range(1, YEARS_OF_MEAN + 1)]
    yield Base("year_before", (years[0].period,), years[0].moved)
    for name, pairing in zip(EARLIER_YEARS, years[1:], strict=True):
        yield Base(name, (pairing.period,), pairing.moved)
    yield Base("three_years", tuple(y.period for y in years), any(y.moved for y in years))
    if base_year is not None:
        base = paired(period, period.year - base_year, holidays)
        yield Base("base", (base.period,), base.moved)


@dataclass(frozen=True, eq=False)
class _Counted:
    """Counts of headline categories by scope, looked up in the warehouse."""

    warehouse: Warehouse
    basis: Basis
    member: FloatArray  # (n_kinds, n_codes)

    def in_period(self, period: Period) -> FloatArray:
        """Counts of city, districts and towns, (n_scopes, n_codes); NaN where not covered."""
        coverage, n_towns = self.basis.coverage, len(self.basis.towns)
        n_scopes = 1 + len(self.basis.districts) + n_towns
        if period.first < coverage.first_day or period.last > coverage.last_day:
            return np.full((n_scopes, self.member.shape[1]), np.nan)
        cells = self.warehouse.frame(
            "window_counts",
            first_day=period.first,
            last_day=period.last,
            as_of=self.basis.as_of,
        )
        counts = np.zeros((n_towns, len(self.member)))
        counts[cells["town"], cells["category"]] = cells["n"]
        towns = counts @ self.member
        in_district = self.basis.district_of == np.arange(len(self.basis.districts))[:, None]
        return np.concatenate([towns.sum(axis=0)[None], in_district @ towns, towns])


def _change(basis: Basis, counted: _Counted, base: Base, now: FloatArray) -> Change:
    """The period against a base, days being the exposure."""
    then = mean_of_years(
        [counted.in_period(period) for period in base.periods],
        exposures=[float(period.n_days) for period in base.periods],
    )
    breaks = [b.from_day for b in basis.city.about.breaks]
    return compare_counts(
        now,
        base_count=then.count,
        exposure=float(basis.period.n_days),
        base_exposure=then.exposure,
        is_across_break=any(across_break(basis.period, p, breaks) for p in base.periods),
    )


def _rows(
    basis: Basis, codes: list[str], base: Base, now: FloatArray, change: Change
) -> pd.DataFrame:
    """The rows of one comparison."""
    scopes = [
        ("city", ""),
        *(("district", name) for name in basis.districts),
        *(("town", town.town_id) for town in basis.towns),
    ]
    scope, code = np.divmod(np.arange(now.size), len(codes))
    same_days = change.base_count * change.exposure / change.base_exposure
    first, last = (
        (base.periods[0].first, base.periods[0].last) if len(base.periods) == 1 else (None, None)
    )
    table = pd.DataFrame(
        {
            "scope": [scopes[at][0] for at in scope],
            "scope_id": [scopes[at][1] for at in scope],
            "code": [codes[at] for at in code],
            "comparison": base.name,
            "base_first": pd.Series([first] * now.size, dtype="object"),
            "base_last": pd.Series([last] * now.size, dtype="object"),
            "base_years": len(base.periods),
            "is_moved": base.is_moved,
            "count": now.ravel().astype(np.int64),
            "base_count": np.round(same_days.ravel(), DIGITS),
            "percent": _finite(change.percent),
            "ratio_low": _finite(change.ratio_low),
            "ratio_high": _finite(change.ratio_high),
            "direction": change.direction.ravel(),
            "obs_status": change.status.ravel(),
        }
    )
    return table[(table["scope"] != "district") | (table["scope_id"] != "")]


def _finite(values: FloatArray) -> FloatArray:
    """Rounded; NaN where there is no number to print."""
    flat = values.ravel()
    return np.where(np.isfinite(flat), np.round(flat, DIGITS), np.nan)


def _holidays(basis: Basis) -> list[MovingHoliday]:
    """The holidays of the city that move within the year."""
    return [
        _new_year() if name == "chinese_new_year" else EASTER for name in basis.city.about.holidays
    ]


@cache
def _new_year() -> MovingHoliday:
    """Chinese New Year from the table of its dates."""
    path = HOLIDAYS_FOLDER / "chinese-new-year.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return chinese_new_year({int(r["year"]): date.fromisoformat(r["date"]) for r in rows})
