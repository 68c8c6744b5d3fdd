"""Similar towns: those most alike in residents, density and type, and each town among them."""

import numpy as np

from indices.arrays import FloatArray
from indices.peers import Peers, among_peers, similar_towns, size_features
from pipeline.compute.basis import Basis

N_SIMILAR = 8  # enough for a median, few enough to be alike
SIMILAR_COLUMNS = ("similar_rank", "similar_of", "similar_median")


def find_peers(basis: Basis, n_peers: int = N_SIMILAR) -> Peers:
    """The towns most alike in residents and, where areas are known, density, of the same type."""
    towns = basis.towns
    population = np.array([town.population for town in towns], dtype=np.float64)
    area = np.array([town.area_km2 or np.nan for town in towns], dtype=np.float64)
    kinds = sorted({town.town_type for town in towns})
    return similar_towns(
        size_features(population, area_km2=area),
        weights=np.ones(2),
        n_peers=min(n_peers, len(towns) - 1),
        same_type=np.array([kinds.index(town.town_type) for town in towns]),
    )


def similar_columns(
    basis: Basis, score: FloatArray, *, higher_is_safer: bool = True
) -> dict[str, FloatArray]:
    """Each town's rank among itself and its similar towns, and their median score.

    Args:
        basis: With the towns.
        score: As printed, (n_towns,), NaN where not rated.
        higher_is_safer: False for an index in which more is worse.
    """
    if len(basis.towns) < 2:  # noqa: PLR2004
        return {}
    rated = np.isfinite(score)
    sign = 1.0 if higher_is_safer else -1.0
    found = among_peers(np.where(rated, sign * score, 0.0), peers=find_peers(basis), rated=rated)
    return {
        "similar_rank": found.rank,
        "similar_of": np.where(found.compared > 0, found.compared, np.nan),
        "similar_median": sign * found.peer_median,
    }
