"""Similar towns: those a town may fairly be compared with, by residents and density.

The nearest towns of the same type by Euclidean distance between standardised features, as crime
audits choose their "most similar" areas; a band of one's own instead of the list of all towns.
"""

from dataclasses import dataclass

import numpy as np

from indices.arrays import BoolArray, FloatArray, IntArray

NOBODY = -1  # in place of a position, where a town has fewer peers than asked for
DISTANCE_DECIMALS = 9  # what differs by less is equal: the order of additions shall not decide


@dataclass(frozen=True, kw_only=True, eq=False)
class Peers:
    """Each town's most similar towns, the nearest first; both arrays (n_towns, n_peers)."""

    position: IntArray  # in the order of the input, `NOBODY` where there is no further town
    distance: FloatArray  # 0 = alike in all that is known; NaN where there is no town


@dataclass(frozen=True, kw_only=True, eq=False)
class AmongPeers:
    """Each town beside its rated peers, (..., n_towns); NaN where it or all its peers lack one."""

    rank: FloatArray  # 1 = the best of itself and its peers; equal scores share a rank
    compared: IntArray  # towns in that rank order, itself included; 0 where there is no rank
    peer_median: FloatArray
    difference: FloatArray  # own score less the median of the peers


def size_features(population: FloatArray, *, area_km2: FloatArray) -> FloatArray:
    """Log of residents and log of residents per km2, shape (n_towns, 2).

    Args:
        population: > 0, shape (n_towns,).
        area_km2: > 0, same order; NaN where it is not known.

    Raises:
        ValueError: If a population or an area is not positive.
    """
    if not (population > 0).all():
        raise ValueError(f"population must be positive, got {population[~(population > 0)]}")
    if (area_km2 <= 0).any():
        raise ValueError(f"area_km2 must be positive or NaN, got {area_km2[area_km2 <= 0]}")
    return np.stack([np.log(population), np.log(population / area_km2)], axis=1)


def similar_towns(
    features: FloatArray,
    *,
    weights: FloatArray,
    n_peers: int,
    same_type: IntArray | None = None,
) -> Peers:
    """Find the towns most similar to each town.

    Args:
        features: Shape (n_towns, n_features), NaN where not known; see `size_features`. Each is
            brought to mean 0 and standard deviation 1 over all towns where it is known.
        weights: Of the squared differences, >= 0, shape (n_features,).
        n_peers: At least 1.
        same_type: Code of each town's type, (n_towns,); only towns of one type are peers. Without
            it all towns are of one type.

    The distance is the root of the weighted mean of squared differences over the features known of
    both towns: a missing feature makes two towns neither nearer nor farther. Towns that have no
    known feature in common are not peers. Equal distances stand in the order of the input.

    Raises:
        ValueError: If the shapes do not fit, no weight is positive, or `n_peers` is below 1.
    """
    _refuse_misfits(features, weights, n_peers, same_type)
    distance = _distances(_standardised(features), weights)
    np.fill_diagonal(distance, np.inf)
    if same_type is not None:
        distance[same_type[:, None] != same_type] = np.inf
    position = np.argsort(distance, axis=1, kind="stable")[:, :n_peers]
    nearest = np.take_along_axis(distance, position, axis=1)
    missing = n_peers - position.shape[1]
    position = np.where(np.isfinite(nearest), position, NOBODY)
    nearest = np.where(np.isfinite(nearest), nearest, np.nan)
    return Peers(
        position=np.pad(position, ((0, 0), (0, max(missing, 0))), constant_values=NOBODY),
        distance=np.pad(nearest, ((0, 0), (0, max(missing, 0))), constant_values=np.nan),
    )


def among_peers(score: FloatArray, *, peers: Peers, rated: BoolArray) -> AmongPeers:
    """Rank each town among itself and its peers, and set it against their median.

    Args:
        score: As printed, shape (n_towns,) or (n_days, n_towns).
        peers: Of `similar_towns`.
        rated: Same shape as `score`; towns that are not rated are no peers on that day.

    Medians and differences have two decimals: scores have one, and a median may lie between two.
    """
    there = rated[..., peers.position] & (peers.position != NOBODY)
    theirs = np.where(there, score[..., peers.position], np.nan)
    known = rated & there.any(axis=-1)
    better = (theirs > score[..., None]).sum(axis=-1)
    middle = np.nanmedian(np.where(known[..., None], theirs, 0.0), axis=-1)
    median = np.where(known, np.round(middle, 2), np.nan)
    return AmongPeers(
        rank=np.where(known, 1.0 + better, np.nan),
        compared=np.where(known, 1 + there.sum(axis=-1), 0),
        peer_median=median,
        difference=np.round(score - median, 2),
    )


def _standardised(features: FloatArray) -> FloatArray:
    """Mean 0 and standard deviation 1 over what is known; 0 where all towns are alike."""
    known = np.isfinite(features)
    n_known = np.maximum(known.sum(axis=0), 1)
    centred = features - np.where(known, features, 0.0).sum(axis=0) / n_known
    spread = np.sqrt((np.where(known, centred, 0.0) ** 2).sum(axis=0) / n_known)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0))


def _distances(features: FloatArray, weights: FloatArray) -> FloatArray:
    """Distance of each town from each other, (n_towns, n_towns); infinite where nothing is known.

    One feature at a time: the cube of all differences would not fit for thousands of towns.
    """
    n_towns = len(features)
    total, weight = np.zeros((n_towns, n_towns)), np.zeros((n_towns, n_towns))
    for column, share in zip(features.T, weights, strict=True):
        squared = (column[:, None] - column) ** 2
        both = np.isfinite(squared)
        total += np.where(both, share * squared, 0.0)
        weight += share * both
    mean = total / np.where(weight > 0, weight, 1.0)
    return np.where(weight > 0, np.round(np.sqrt(mean), DISTANCE_DECIMALS), np.inf)


def _refuse_misfits(
    features: FloatArray, weights: FloatArray, n_peers: int, same_type: IntArray | None
) -> None:
    """Say what would otherwise be broadcast or carried on in silence."""
    if weights.shape != features.shape[1:]:
        raise ValueError(
            f"weights must have one number for each of {features.shape[1]} features, "
            f"got {weights.shape}"
        )
    if not (weights >= 0).all() or not (weights > 0).any():
        raise ValueError(f"weights must be 0 or more and not all 0, got {weights}")
    if same_type is not None and len(same_type) != len(features):
        raise ValueError(
            f"same_type must have one code for each of {len(features)} towns, got {len(same_type)}"
        )
    if n_peers < 1:
        raise ValueError(f"n_peers must be at least 1, got {n_peers}")
