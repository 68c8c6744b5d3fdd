"""What may leave the internal tree of the table of headline categories.

Three rules, so that a reader who subtracts all that was published finds no small count:

1. The count of a district is rounded to the nearest 5, and withheld where that gives less than 15.
   So 0 to 12 look alike, and each number that is told stands for five counts. (Were 8 and 9
   withheld and 10 told, 10 would stand for three.)
2. The count of a city is the sum of what is told of its districts, each withheld one standing in
   with 5; it is withheld where these make up more than a tenth. Rounded by itself it would tell
   small counts: 58 + 58 + 0 make 116, that is 115, while the districts say 60 + 60; as 116 is the
   least that they can mean and 117 the most that 115 can, the third district has none or one. The
   mean of three years is made of the years' own numbers in the same way. Sums of what is told tell
   nothing more.
3. Counts are told of half months and months alone, and of one period always the same number: a
   count that comes back as somebody's base is rounded before it is brought to other days. A month
   less one half leaves the other half within a multiple of 5 and 4 more or less. As rounding keeps
   the order, that is 0-4, 1-9, 6-12 or more: a count below 10 stays one of five at least. Were
   three parts told beside their sum, as months of a quarter, it could be one of two.

Percents, intervals and directions are computed from the rounded counts. The rules hold for each
headline category by itself: where categories of a city are few and add up to each other, their
difference narrows what is left. A base that was moved for a holiday begins and ends within half
months, so that it has no difference with them but that of days which nobody is told of.
"""

from typing import Any

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from indices.comparison import BREAK, MISSING, compare_counts
from indices.periods import Period, PeriodKind
from pipeline.editions.edition import SUPPRESSED

PUBLIC_SCOPES = ("city", "district")
PUBLIC_KINDS = (PeriodKind.HALF_MONTH, PeriodKind.MONTH)
ROUNDED_TO = 5
LEAST_TOLD = 15  # after rounding
STAND_IN = 5  # for a withheld count within a sum: 0 to 12
MOST_STOOD_IN = 0.1  # of a sum
DIGITS = 6
POOLED = "three_years"
# The years that are pooled. Where the frame lacks one of them, the mean is withheld.
YEARS = ("year_before", "two_years_before", "three_years_before")
KEYS = ["scope", "scope_id", "code"]


def public_headline(headline: pd.DataFrame, *, period: Period) -> pd.DataFrame:
    """The public rows of an edition's headline table, in their order and with its columns.

    Args:
        headline: Of `pipeline.compute.headline.headline_frame`, as stored.
        period: Of the edition.

    Returns:
        City and districts alone. Where `obs_status` is "suppressed" the row has no percent, no
        interval and no direction, and that count is empty which is withheld, or both.
    """
    table = headline[headline["scope"].isin(PUBLIC_SCOPES)].reset_index(drop=True)
    if period.kind not in PUBLIC_KINDS or table.empty:
        return _told(table, _nothing(table), period)
    days = _base_days(table)
    counts = pd.DataFrame(
        {
            "count": told_count(table["count"].to_numpy(dtype=float)),
            "base": told_count(np.round(_in_base_days(table, days, period))),
            "days": days,
        }
    )
    counts = _city_from_districts(table, counts)
    return _told(table, _years_pooled(table, counts), period)


def told_count(count: FloatArray) -> FloatArray:
    """Counts rounded to the nearest 5; NaN where that is below 15, or the count is NaN."""
    rounded = np.floor(count / ROUNDED_TO + 0.5) * ROUNDED_TO
    return np.asarray(np.where(rounded >= LEAST_TOLD, rounded, np.nan))


def told_sum(told: pd.Series) -> float:
    """Sum of what is told, with a stand-in for each that is withheld; NaN if they are too much."""
    stood_in = STAND_IN * int(told.isna().sum())
    total = float(told.sum()) + stood_in
    return total if stood_in <= MOST_STOOD_IN * total else float("nan")


def _nothing(table: pd.DataFrame) -> pd.DataFrame:
    """Everything withheld."""
    return pd.DataFrame(np.nan, index=table.index, columns=["count", "base", "days"])


def _base_days(table: pd.DataFrame) -> FloatArray:
    """Days of each base; NaN where years are pooled."""
    span = pd.to_datetime(table["base_last"]) - pd.to_datetime(table["base_first"])
    return np.asarray(span.dt.days.to_numpy(dtype=float) + 1)


def _in_base_days(table: pd.DataFrame, days: FloatArray, period: Period) -> FloatArray:
    """The bases as they were counted, in their own days."""
    return np.asarray(table["base_count"].to_numpy(dtype=float) * days / period.n_days)


def _city_from_districts(table: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Put sums of districts in the place of the city's own counts, where there are districts."""
    is_city = table["scope"] == "city"
    if is_city.all():
        return counts
    keys = ["code", "comparison"]
    parts = pd.concat([table[keys], counts], axis=1)[~is_city]
    sums = parts.groupby(keys)[["count", "base"]].agg(told_sum)
    cities = pd.MultiIndex.from_frame(table.loc[is_city, keys])
    changed = counts.copy()
    changed.loc[is_city, ["count", "base"]] = sums.reindex(cities).to_numpy()
    return changed


def _years_pooled(table: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Put sums of the single years in the place of the pooled ones."""
    parts = pd.concat([table[[*KEYS, "comparison"]], counts], axis=1)
    years = parts[parts["comparison"].isin(YEARS)].groupby(KEYS)
    whole = years.size() == len(YEARS)
    sums = pd.DataFrame({"base": years["base"].agg(told_sum), "days": years["days"].sum()})
    is_pooled = table["comparison"] == POOLED
    wanted = pd.MultiIndex.from_frame(table.loc[is_pooled, KEYS])
    changed = counts.copy()
    changed.loc[is_pooled, ["base", "days"]] = sums[whole].reindex(wanted).to_numpy()
    return changed


def _told(table: pd.DataFrame, counts: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The table with the counts that are told, and what follows from them."""
    count, base = counts["count"].to_numpy(), counts["base"].to_numpy()
    missing = (table["obs_status"] == MISSING).to_numpy()
    broken = (table["obs_status"] == BREAK).to_numpy()
    base = np.where(missing, np.nan, base)
    days = np.where(np.isnan(base), 1.0, counts["days"])
    change = compare_counts(
        count,
        base_count=base,
        exposure=float(period.n_days),
        base_exposure=days,
        is_across_break=broken,
    )
    withheld = np.isnan(count) | (np.isnan(base) & ~missing)
    values: dict[str, Any] = {
        "count": pd.array(count, dtype="Int64"),
        "base_count": np.round(base * period.n_days / days, DIGITS),
        "percent": _finite(change.percent),
        "ratio_low": _finite(change.ratio_low),
        "ratio_high": _finite(change.ratio_high),
        "direction": change.direction,
        "obs_status": np.where(withheld, SUPPRESSED, change.status),
    }
    return table.assign(**values)


def _finite(values: FloatArray) -> FloatArray:
    """Rounded; NaN where there is no number to print."""
    return np.where(np.isfinite(values), np.round(values, DIGITS), np.nan)
