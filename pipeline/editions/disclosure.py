"""What may leave the internal tree.

The first guard is the plainest: no count of a town becomes public. The window of a day and that of
the day before differ by two days, so that published sums would give single days by subtraction.
"""

import pandas as pd

from pipeline.editions.edition import SUPPRESSED

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
