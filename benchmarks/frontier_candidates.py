"""Ways to join a long memory with the last days: the candidates of the frontier study.

Each makes a function of daily counts, shape (n_history, n_towns, n_categories), oldest day first,
and a number of days; it returns a rate for each of the last days, (n_days, n_towns). All but the
standard method add the categories up and give incidents a day.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import special
from scipy.signal import fftconvolve

from benchmarks.toronto import Study, first_version, usual_share
from indices.arrays import FloatArray
from indices.score.recent import borne_out, recent_factor
from indices.score.standard import score_days
from indices.score.window import recency_weights, weighted_counts

Rate = Callable[[FloatArray, int], FloatArray]
YEAR, RECENT, THREE_YEARS = 365, 14, 1095
ENDLESS = 1e9


class Candidate(NamedTuple):
    """One point of the picture."""

    family: str
    setting: str
    rate: Rate
    per_incident: FloatArray | None = None  # what one incident a day adds, (n_categories, n_towns)


def window_sums(counts: FloatArray, days: int, n_days: int) -> FloatArray:
    """Incidents of the `days` days up to each of the last `n_days` days, (n_days, n_towns)."""
    needed = counts[max(0, len(counts) - n_days - days + 1) :].sum(axis=2)
    total = np.vstack([np.zeros(needed.shape[1]), needed.cumsum(axis=0)])
    ends = np.arange(len(total) - n_days, len(total))
    return np.asarray(total[ends] - total[np.maximum(ends - days, 0)])


def flat(days: int) -> Rate:
    """Mean of the last days."""

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        known = np.arange(len(counts) - n_days, len(counts)) + 1
        return window_sums(counts, days, n_days) / np.minimum(known, days)[:, None]

    return rate


def fading(half_life: float, window: int = THREE_YEARS) -> Rate:
    """Mean that forgets at one constant pace."""
    weights = 0.5 ** (np.arange(window) / half_life)

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        return _filtered(
            counts, np.broadcast_to(weights[:, None], (window, counts.shape[1])), n_days
        )

    return rate


def _filtered(counts: FloatArray, weights: FloatArray, n_days: int) -> FloatArray:
    """Weighted means, weights (n_weights, n_towns) newest first; unknown days carry no weight."""
    daily = counts.sum(axis=2)
    if n_days == 1:
        newest = daily[::-1][: len(weights)]
        used = weights[: len(newest)]
        return np.asarray(((newest * used).sum(axis=0) / used.sum(axis=0))[None])
    sums = fftconvolve(daily, weights, axes=0)[len(daily) - n_days : len(daily)]
    known = np.minimum(np.arange(len(daily) - n_days, len(daily)), len(weights) - 1)
    return np.asarray(np.maximum(sums / weights.cumsum(axis=0)[known], 0))


def two_speeds(share: float) -> Rate:
    """Mix of a slow memory (half-life a year) and a quick one (14 days)."""
    slow, quick = fading(YEAR), fading(RECENT)
    return lambda counts, n: (1 - share) * slow(counts, n) + share * quick(counts, n)


def local_level(drift: float) -> Rate:
    """Local-level model: each town forgets as fast as its counts allow.

    The logarithm of the rate walks with variance `drift` a day; a day's count tells it with
    variance 1 / rate. The steady gain of the Kalman filter is then the pace of a fading mean.
    """

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        mean = np.maximum(counts.sum(axis=2).mean(axis=0), 0.01)
        ahead = (drift + np.sqrt(drift**2 + 4 * drift / mean)) / 2  # variance before the count
        gain = ahead / (ahead + 1 / mean)
        return _filtered(counts, (1 - gain) ** np.arange(YEAR)[:, None], n_days)

    return rate


def shrunk_factor(strength: float, level: Rate | None = None) -> Rate:
    """Level times (a + observed) / (a + expected): a gamma prior around "nothing changed"."""
    long = level or flat(YEAR)

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        usual = long(counts, n_days)
        recent = window_sums(counts, RECENT, n_days)
        return np.asarray(usual * (strength + recent) / (strength + RECENT * usual))

    return rate


def gated(z: float) -> Rate:
    """The recent rate where the likelihood ratio against "nothing changed" exceeds z squared."""

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        usual, recent = flat(YEAR)(counts, n_days), window_sums(counts, RECENT, n_days)
        ratio = np.maximum(recent, 1e-9) / np.maximum(RECENT * usual, 1e-9)
        doubled = 2 * (recent * np.log(ratio) - (recent - RECENT * usual))
        return np.where(doubled > z**2, recent / RECENT, usual)

    return rate


class Change(NamedTuple):
    """Prior of what happened: with probability `share` the rate was multiplied by a gamma factor.

    `calm_shape`: gamma shape of the factor (mean 1) where nothing happened; endless is Poisson.
    """

    share: float
    shape: float = 4.0
    mean: float = 2.0
    calm_shape: float = ENDLESS


def weighed(change: Change, level: Rate | None = None, windows: Sequence[int] = (RECENT,)) -> Rate:
    """Posterior mean of the rate: by how much the counts favour a change over none (Bayes factor).

    Several windows are several possible first days, each as likely as the other: the gamma-Poisson
    change-point model over run lengths (Adams and MacKay 2007), the level before being known.
    """
    long = level or flat(YEAR)

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        usual = long(counts, n_days)
        above, below = np.zeros_like(usual), np.zeros_like(usual)
        for days in windows:
            seen, expected = window_sums(counts, days, n_days), np.maximum(days * usual, 1e-6)
            calm = log_gamma_poisson(seen, expected, change.calm_shape, 1.0)
            changed = log_gamma_poisson(seen, expected, change.shape, change.mean)
            odds = change.share * np.exp(np.minimum(changed - calm, 300))
            after = (change.shape + seen) / (change.shape / change.mean + expected)
            stay = (change.calm_shape + seen) / (change.calm_shape + expected)
            above += (1 - change.share) * stay + odds * after
            below += (1 - change.share) + odds
        return np.asarray(usual * above / below)

    return rate


def log_gamma_poisson(
    seen: FloatArray, expected: FloatArray, shape: float, mean: float
) -> FloatArray:
    """Log probability of counts whose rate is `expected` times a gamma factor, less log(seen!)."""
    if shape == ENDLESS:
        return np.asarray(seen * np.log(mean * expected) - mean * expected)
    rate = shape / mean
    table = special.gammaln(np.arange(seen.max() + 1) + shape) - special.gammaln(shape)
    parts = shape * np.log(rate) + seen * np.log(expected)
    return np.asarray(
        table[seen.astype(np.int64)] + parts - (shape + seen) * np.log(rate + expected)
    )


def borne_out_rate(
    chance: float, level: Rate | None = None, windows: Sequence[int] = (RECENT,)
) -> Rate:
    """The level, or the rate that the last days bear out if that is higher."""
    long = level or flat(YEAR)

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        usual = long(counts, n_days)
        factors = [
            recent_factor(window_sums(counts, w, n_days), expected=w * usual, chance=chance)
            for w in windows
        ]
        return np.asarray(usual * np.max(factors, axis=0))

    return rate


def standard(study: Study, chance: float | None = None, *, by_harm: bool = False) -> Candidate:
    """The exponent of version 1.0 of the method, as it is or raised by what 14 days bear out.

    By counts: times `recent_factor`. By harm: not below the lower limit of the recent exponent, a
    weighted sum of Poisson counts taken for a scaled one (Fay and Feuer 1997).
    """
    rules = replace(first_version(study.rules), rank_draws=1, least_expected_events=0.0)
    per_incident = (usual_share(rules) / rules.usual_rate)[:, None] / study.population

    def rate(counts: FloatArray, n_days: int) -> FloatArray:
        made = score_days(counts, population=study.population, rules=rules, n_days=n_days)
        exponent = np.asarray(made.relative_rate @ rules.pillar_weight)
        if chance is None:
            return exponent
        if by_harm:
            return np.maximum(exponent, _harm_borne_out(counts, per_incident, n_days, chance))
        weights = recency_weights(window_days=YEAR, half_life_days=rules.half_life_days)
        usual = weighted_counts(counts.sum(axis=2), weights=weights, n_days=n_days) / weights.sum()
        recent = window_sums(counts, RECENT, n_days)
        return exponent * recent_factor(recent, expected=RECENT * usual, chance=chance)

    name = "as it is" if chance is None else f"{'harm' if by_harm else 'counts'}, {chance:g}"
    return Candidate("standard method", name, rate, per_incident)


def _harm_borne_out(
    counts: FloatArray, per_incident: FloatArray, n_days: int, chance: float
) -> FloatArray:
    """Lower limit of the exponent of the last 14 days, by whole equivalent incidents."""
    sums = weighted_counts(counts, weights=np.ones(RECENT), n_days=n_days)
    unit = per_incident.T / RECENT
    harm, squares = (sums * unit).sum(axis=2), (sums * unit**2).sum(axis=2)
    each = squares / np.maximum(harm, 1e-12)
    events = np.floor(harm / np.maximum(each, 1e-12) + 1e-9)
    return np.asarray(borne_out(events, chance=chance) * each)
