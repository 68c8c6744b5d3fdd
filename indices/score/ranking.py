"""Ranks with ties, and how far the ranks can be trusted."""

from typing import Literal

import numpy as np

from indices.arrays import BoolArray, FloatArray, IntArray

DRAW_TYPE = np.float32  # ranks need an order, not digits: half the memory traffic
TOWN_BITS = 32


def competition_ranks(published: FloatArray, *, rated: BoolArray) -> FloatArray:
    """Rank 1 for the highest score; equal scores share a rank ("1224"); NaN where not rated.

    Args:
        published: Scores as printed, shape (n_days, n_towns).
        rated: Same shape.
    """
    order, is_new = _from_the_best(published, rated)
    places = np.where(is_new, np.arange(1, is_new.shape[1] + 1), 0)
    return _back_in_place(np.maximum.accumulate(places, axis=1), order, rated)


def dense_ranks(published: FloatArray, *, rated: BoolArray) -> FloatArray:
    """As `competition_ranks`, but no place is left out after a tie ("1223")."""
    order, is_new = _from_the_best(published, rated)
    return _back_in_place(np.cumsum(is_new, axis=1), order, rated)


def _from_the_best(published: FloatArray, rated: BoolArray) -> tuple[IntArray, BoolArray]:
    """Towns of each day from the best on, and whether each differs from the one before it."""
    lacking = np.where(rated, -published, np.inf)
    order = np.argsort(lacking, axis=1)  # equal towns in any order: they get one rank
    in_order = np.take_along_axis(lacking, order, axis=1)
    is_new = np.ones(in_order.shape, dtype=bool)
    is_new[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    return order, is_new


def _back_in_place(places: IntArray, order: IntArray, rated: BoolArray) -> FloatArray:
    """Places by town; NaN where not rated."""
    ranks = np.empty(places.shape)
    np.put_along_axis(ranks, order, places.astype(np.float64), axis=1)
    return np.where(rated, ranks, np.nan)


def standard_normal_draws(*, n_draws: int, n_towns: int, n_pillars: int, seed: int) -> np.ndarray:
    """Draws that every day uses again, shape (n_draws, n_pillars, n_towns).

    Common random numbers: a rank range moves from one day to the next because the evidence moved,
    never because the dice fell otherwise.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    return generator.standard_normal((n_draws, n_pillars, n_towns)).astype(DRAW_TYPE)


def gamma_from_normal(z: np.ndarray, *, shape: FloatArray, rate: FloatArray) -> np.ndarray:
    """Gamma variates from standard normal ones (Wilson and Hilferty 1931, PNAS 17:684-688).

    The cube-root approximation is within 1 % between the 5th and 95th percentile for shapes from 3
    on: good enough for the order of places, not for tail probabilities.
    """
    spread = (1 / (3 * np.sqrt(shape))).astype(DRAW_TYPE)
    centre = (1 - 1 / (9 * shape)).astype(DRAW_TYPE)
    root = np.maximum(centre + z * spread, 0)
    return np.asarray((shape / rate).astype(DRAW_TYPE) * root * root * root)


def rank_range(exponent_draws: np.ndarray, *, low: float, high: float) -> FloatArray:
    """Quantiles of each town's rank over joint draws, shape (2, n_towns).

    Args:
        exponent_draws: Harm of each town in each draw, shape (n_draws, n_towns); the least harm
            has rank 1, and of equal ones the first town. They are compared in single precision.
        low: Probability of the lower end, such as 0.05. Each end is a rank that occurred.
        high: Probability of the upper end.
    """
    n_draws, n_towns = exponent_draws.shape
    keys = _sorted_keys(exponent_draws)
    keys &= (1 << TOWN_BITS) - 1
    keys += np.arange(n_towns)  # town and place in one number
    return _nth_places(keys, at=_ends(n_draws, low, high), n_towns=n_towns)


def tied_rank_range(
    drawn: np.ndarray, *, low: float, high: float, ties: Literal["competition", "dense"]
) -> FloatArray:
    """As `rank_range` for scores as printed, which are often equal, shape (2, n_towns).

    Args:
        drawn: What each town lacks in each draw, shape (n_draws, n_towns); the least has rank 1.
        low: Probability of the lower end; of equal towns it takes the better place.
        high: Probability of the upper end; of equal towns it takes the worse place.
        ties: "dense" counts no place twice: equal towns have one place, and its ends are the same.
    """
    n_draws, n_towns = drawn.shape
    keys = _sorted_keys(drawn)
    lacking, town = keys >> TOWN_BITS, keys & ((1 << TOWN_BITS) - 1)
    differs = lacking[:, 1:] != lacking[:, :-1]
    best = np.zeros(keys.shape, dtype=np.int64)
    if ties == "dense":
        np.cumsum(differs, axis=1, out=best[:, 1:])
        worst = best
    else:
        places = np.arange(n_towns)
        np.maximum.accumulate(np.where(differs, places[1:], 0), axis=1, out=best[:, 1:])
        worst = np.full(keys.shape, n_towns - 1)
        ends = np.where(differs, places[:-1], n_towns - 1)[:, ::-1]
        worst[:, :-1] = np.minimum.accumulate(ends, axis=1)[:, ::-1]
    first, last = _ends(n_draws, low, high)
    return np.concatenate(
        [
            _nth_places(town + best, at=[first], n_towns=n_towns),
            _nth_places(town + worst, at=[last], n_towns=n_towns),
        ]
    )


def _ends(n_draws: int, low: float, high: float) -> list[int]:
    """Positions of the two quantiles among sorted values; both err outwards."""
    return [int(low * (n_draws - 1)), int(np.ceil(high * (n_draws - 1)))]


def _sorted_keys(values: np.ndarray) -> IntArray:
    """Each row in order, as whole numbers: the value above, `town * n_towns` in the lowest 32 bits.

    No two are equal, so the order is the same on every processor, and sorting them is faster than
    a stable argsort. The values are those of single precision.
    """
    n_towns = values.shape[1]
    bits = (values.astype(DRAW_TYPE) + DRAW_TYPE(0)).view(np.int32)  # -0.0 + 0.0 is 0.0
    bits ^= (bits >> 31) & 0x7FFFFFFF  # the bits of negative numbers run backwards
    keys = bits.astype(np.int64) << TOWN_BITS
    keys |= np.arange(n_towns) * n_towns
    keys.sort(axis=1)
    return keys


def _nth_places(town_and_place: IntArray, *, at: list[int], n_towns: int) -> FloatArray:
    """For each n of `at` the place, from 1 on, that stands there among a town's sorted places.

    Args:
        town_and_place: `town * n_towns + place`, both from 0 on; each town once in each row.
        at: Positions among the sorted places of a town, from 0 on.
        n_towns: Number of towns.

    Returns:
        Shape (len(at), n_towns). Places are counted and not sorted, as they are few.
    """
    times = np.bincount(town_and_place.ravel(), minlength=n_towns**2).reshape(n_towns, n_towns)
    upto = np.cumsum(times, axis=1)
    return np.stack([1.0 + (upto <= n).sum(axis=1) for n in at])
