"""Ranks with ties, and how far the ranks can be trusted."""

import numpy as np

from indices.arrays import BoolArray, FloatArray

DRAW_TYPE = np.float32  # ranks need an order, not digits: half the memory traffic


def competition_ranks(published: FloatArray, *, rated: BoolArray) -> FloatArray:
    """Rank 1 for the highest score; equal scores share a rank ("1224"); NaN where not rated.

    Args:
        published: Scores as printed, shape (n_days, n_towns).
        rated: Same shape.
    """
    lacking = np.where(rated, -published, np.inf)
    ranks = np.empty(lacking.shape)
    for day, row in enumerate(lacking):
        ranks[day] = 1 + np.searchsorted(np.sort(row), row, side="left")
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
            has rank 1.
        low: Probability of the lower end, such as 0.05. Each end is a rank that occurred.
        high: Probability of the upper end.
    """
    n_draws, n_towns = exponent_draws.shape
    order = np.argsort(exponent_draws, axis=1, kind="stable")  # the same on every processor
    ranks = np.empty((n_draws, n_towns), dtype=np.int16)
    np.put_along_axis(ranks, order, np.arange(1, n_towns + 1, dtype=np.int16)[None, :], axis=1)
    at = [int(low * (n_draws - 1)), int(np.ceil(high * (n_draws - 1)))]
    by_town = np.partition(np.ascontiguousarray(ranks.T), at, axis=1)
    return np.asarray(by_town[:, at].T, dtype=np.float64)
