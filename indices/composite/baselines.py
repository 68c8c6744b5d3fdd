"""Which towns a baseline looks at."""

import numpy as np

from indices.arrays import FloatArray, IntArray
from indices.composite.terms import CityPeriod, CityUsual, LastYearMean, SimilarTowns
from indices.composite.windows import AnyBaseline


def references(
    baseline: AnyBaseline, values: FloatArray, *, districts: IntArray, peers: IntArray | None
) -> FloatArray:
    """Add up over the towns that each town is compared with: itself, its peers, district or city.

    Args:
        baseline: Of a method.
        values: Incidents, or units times days, in the days compared with, (n_periods, n_towns).
            Sums of whole numbers are exact, whatever the order.
        districts: District of each town, 0, 1, ..., shape (n_towns,).
        peers: Positions of similar towns, shape (n_towns, n_peers), the nearest first, -1 where
            there are fewer; the baseline takes as many as it names.

    Raises:
        ValueError: If the baseline is of similar towns and nobody said which they are.
    """
    if isinstance(baseline, SimilarTowns):
        if peers is None:
            raise ValueError("a baseline of similar towns needs to know which they are")
        return _over_peers(values, peers[:, : baseline.n_peers])
    if isinstance(baseline, CityUsual | CityPeriod):
        return _pooled(values, np.zeros_like(districts))
    if isinstance(baseline, LastYearMean) and baseline.of != "town":
        everybody = np.zeros_like(districts)
        return _pooled(values, districts if baseline.of == "district" else everybody)
    return values


def _pooled(values: FloatArray, groups: IntArray) -> FloatArray:
    """The sum of each town's group, (n_periods, n_towns)."""
    member = groups[:, None] == np.arange(groups.max() + 1)
    return np.asarray((values @ member.astype(np.float64))[:, groups])


def _over_peers(values: FloatArray, peers: IntArray) -> FloatArray:
    """The sum of each town's peers, (n_periods, n_towns)."""
    theirs = np.where(peers >= 0, values[:, np.maximum(peers, 0)], 0.0)
    return np.asarray(theirs.sum(axis=-1))
