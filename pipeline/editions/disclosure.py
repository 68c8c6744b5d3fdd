"""What may leave the internal tree.

The first guard is the plainest: no count of a town becomes public. The window of a day and that of
the day before differ by two days, so that published sums would give single days by subtraction.
"""

import pandas as pd

from pipeline.editions.edition import SUPPRESSED, Edition

PUBLIC_COMPONENTS = (
    "town_id",
    "pillar",
    "category",
    "count",
    "expected",
    "points_lost",
    "obs_status",
)


def public_components(components: pd.DataFrame) -> pd.DataFrame:
    """Components without counts; their status says that something was withheld."""
    return components.assign(
        count=pd.Series([pd.NA] * len(components), dtype="Int64", index=components.index),
        obs_status=SUPPRESSED,
    )[list(PUBLIC_COMPONENTS)]


LEAST_TOLD = 10  # incidents; below it, a score without shrinkage gives the number away


def public_pillars(edition: Edition) -> pd.DataFrame:
    """Pillar scores, blank where a reader could work back from one to a small count.

    The standard method shrinks, so that a score does not tell a count. A composite method is an
    open formula: where fewer than ten incidents of a pillar happened in a town, its score is
    withheld, a score of 100 among them, which would say "none".
    """
    if edition.indicators.empty:
        return edition.pillars
    counts = edition.components.groupby(["town_id", "pillar"], sort=False)["count"].sum()
    keys = pd.MultiIndex.from_frame(edition.pillars[["town_id", "pillar"]])
    n = counts.reindex(keys).fillna(0).to_numpy(dtype=float)
    return edition.pillars.assign(score=edition.pillars["score"].where(n >= LEAST_TOLD))
