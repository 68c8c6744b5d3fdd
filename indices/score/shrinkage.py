"""Rates of small places, pulled towards the rate of all: empirical Bayes.

Two estimators of the spread between places. `fit_gamma` maximises the likelihood of the
Poisson-gamma model (Clayton and Kaldor 1987, Biometrics 43:671-681), which is negative binomial
after the gamma has been integrated out; the likelihood is divided by the shape (Li and Lahiri 2010,
Journal of Multivariate Analysis 101:882-892), or it would declare few or similar places identical
and their intervals would collapse. `marshall` is the method of moments (Marshall 1991, Applied
Statistics 40:283-294), the fallback where the steps do not settle.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from indices.arrays import BoolArray, FloatArray

SMALLEST_SHAPE, LARGEST_SHAPE = 0.5, 1e6  # at the upper end all places have one rate
JEFFREYS_SHAPE = 0.5
MOST_STEPS = 60
STEP_TOLERANCE = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class MarshallRates:
    """Rates of the places in the order of the input, and the two numbers they were made with."""

    rate: FloatArray
    overall_rate: float  # events per person
    variance: float  # between places, of the rate; 0 where noise explains all


def marshall(events: FloatArray, *, population: FloatArray) -> MarshallRates:
    """Empirical Bayes rates by the method of moments (Marshall 1991, equations 6 and 7).

    Args:
        events: >= 0, shape (n_places,).
        population: > 0, same order.

    A negative variance estimate becomes 0, and every place gets the overall rate.
    """
    own_rate = events / population
    overall = events.sum() / population.sum()
    spread = (population * (own_rate - overall) ** 2).sum() / population.sum()
    variance = max(0.0, spread - overall / population.mean())
    kept = variance / (variance + overall / population) if variance > 0 else np.zeros(len(events))
    return MarshallRates(
        rate=overall + (own_rate - overall) * kept,
        overall_rate=float(overall),
        variance=float(variance),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class GammaPrior:
    """How the relative rates of all places are spread on each day: a gamma distribution."""

    mean: FloatArray  # (n_days,), 1 = usual
    shape: FloatArray  # (n_days,), large where places are alike
    by_likelihood: BoolArray  # (n_days,), False where the moments had to serve


@dataclass(frozen=True, kw_only=True, eq=False)
class GammaPosterior:
    """What is known of each place's relative rate: gamma with `shape` and `rate`."""

    shape: FloatArray  # (n_days, n_places)
    rate: FloatArray  # (n_days, n_places)
    kept: FloatArray  # share of the place's own rate in the mean, 0 to 1

    @property
    def mean(self) -> FloatArray:
        """Posterior mean, (n_days, n_places)."""
        return self.shape / self.rate

    @property
    def variance(self) -> FloatArray:
        """Posterior variance, (n_days, n_places)."""
        return self.shape / self.rate**2


def fit_gamma(observed: FloatArray, *, expected: FloatArray) -> GammaPrior:
    """Fit the spread of relative rates on each day by maximum adjusted likelihood.

    Args:
        observed: Events, >= 0, not necessarily whole, shape (n_days, n_places).
        expected: Events at the usual rate, > 0, same shape.

    Each day is fitted on its own and stops when its own steps are small, so that a day's result
    does not depend on the days computed beside it. On a day without any event all places share
    one unknown rate: Jeffreys' gamma with shape 1/2 and the whole exposure.
    """
    if not (expected > 0).all():
        raise ValueError(
            "expected must be positive everywhere: a town without people cannot be rated"
        )
    mean, shape = _moments(observed, expected)
    start_mean, start_shape = mean.copy(), shape.copy()
    shape = np.clip(shape, 0.1, 1e3)
    quiet = ~(observed.sum(axis=1) > 0)
    active = np.flatnonzero(~quiet)
    for _ in range(MOST_STEPS):
        y, e = observed[active], expected[active]
        mean_before = mean[active]
        mean[active] = _best_mean(y, e, mean_before, shape[active])
        step = _shape_step(y, mean[active][:, None] * e, shape[active])
        log_shape = np.log(shape[active])
        moved = np.clip(log_shape + step, np.log(SMALLEST_SHAPE), np.log(LARGEST_SHAPE))
        shape[active] = np.exp(moved)
        unsettled = np.abs(moved - log_shape) > STEP_TOLERANCE
        unsettled |= np.abs(mean[active] - mean_before) > STEP_TOLERANCE * mean_before
        active = active[unsettled]
        if not len(active):
            break
    fitted = np.ones(len(mean), dtype=bool)
    fitted[active] = False
    mean[active], shape[active] = start_mean[active], start_shape[active]
    shape[quiet] = JEFFREYS_SHAPE  # with half an event as its mean, of `_moments`
    return GammaPrior(mean=mean, shape=shape, by_likelihood=fitted)


def posterior(observed: FloatArray, *, expected: FloatArray, prior: GammaPrior) -> GammaPosterior:
    """Combine each place's own events with the spread over all places."""
    shape, mean = prior.shape[:, None], prior.mean[:, None]
    prior_rate = shape / mean
    return GammaPosterior(
        shape=observed + shape, rate=expected + prior_rate, kept=expected / (expected + prior_rate)
    )


def _moments(observed: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and shape on each day by Marshall's moments, `expected` in the place of people."""
    total = expected.sum(axis=1)
    mean = np.maximum(observed.sum(axis=1), 0.5) / total  # half an event where there was none
    spread = (expected * (observed / expected - mean[:, None]) ** 2).sum(axis=1) / total
    variance = spread - mean / expected.mean(axis=1)
    with np.errstate(divide="ignore"):
        shape = np.where(variance > 0, mean**2 / np.maximum(variance, 0), LARGEST_SHAPE)
    return mean, np.clip(shape, SMALLEST_SHAPE, LARGEST_SHAPE)


def _best_mean(
    observed: FloatArray, expected: FloatArray, mean: FloatArray, shape: FloatArray
) -> FloatArray:
    """Two fixed-point steps to the mean of greatest likelihood, the shape being held.

    The derivative is zero where the mean is a ratio of sums weighted by shape / (shape + mean E).
    """
    for _ in range(2):
        weight = shape[:, None] / (shape[:, None] + mean[:, None] * expected)
        above = np.maximum((weight * observed).sum(axis=1), 0.5 * weight.min(axis=1))
        mean = above / (weight * expected).sum(axis=1)
    return mean


def _shape_step(observed: FloatArray, fitted: FloatArray, shape: FloatArray) -> FloatArray:
    """Newton step for log(shape) of the adjusted likelihood, (n_days,), at most 2 long.

    The adjustment takes log(shape) from the logarithm of the likelihood: 1 from its slope.
    """
    a = shape[:, None]
    ratio = (a + observed) / (a + fitted)
    slope = (special.psi(a + observed) - special.psi(a) + np.log(a / (a + fitted)) + 1 - ratio).sum(
        axis=1
    )
    bend = (
        special.zeta(2, a + observed)
        - special.zeta(2, a)
        + 1 / a
        - 2 / (a + fitted)
        + ratio / (a + fitted)
    ).sum(axis=1)
    slope_log = shape * slope - 1
    bend_log = shape * slope + shape**2 * bend
    concave = bend_log < 0
    newton = -slope_log / np.where(concave, bend_log, -1.0)
    return np.asarray(np.clip(np.where(concave, newton, np.sign(slope_log)), -2.0, 2.0))
