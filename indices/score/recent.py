"""What the last days bear out: a rate may rise at once, but only as far as chance does not explain.

A long memory ranks towns steadily and is blind to what has just begun; a short one sees it and
ranks by luck. `recent_factor` stands between the two: it leaves a town's long-run rate alone unless
the count of the last days is too high for it, and then raises it to the lower confidence limit of
the recent rate, not to the recent rate itself. The study is `benchmarks/frontier_study.py`.
"""

import numpy as np
from scipy import special

from indices.arrays import FloatArray


def recent_factor(recent: FloatArray, *, expected: FloatArray, chance: float) -> FloatArray:
    """Factor, >= 1, by which the last days raise a long-run rate.

    Args:
        recent: Incidents of the last days, whole numbers >= 0, any shape.
        expected: Incidents of so many days at the long-run rate, same shape; > 0 wherever `recent`
            is, which holds of itself if the last days belong to the long run.
        chance: How often at most a calm town may be raised at all, above 0 and below 0.5. Less
            means steadier ranks and later notice.

    Returns:
        `max(1, borne_out(recent) / expected)`. Since `expected` is proportional to the long-run
        rate, rate times factor is the greater of that rate and the rate borne out: neither an old
        incident more nor a new one ever makes it smaller.

    Raises:
        ValueError: If a count is negative or broken, `expected` does not fit, or `chance` lies
            outside its range.
    """
    if recent.shape != expected.shape:
        raise ValueError(f"expected has shape {expected.shape}, but recent has {recent.shape}")
    unfit = ~((expected > 0) | ((expected == 0) & (recent == 0)))
    if unfit.any():
        raise ValueError(f"expected must be positive where recent is, got {expected[unfit][:5]}")
    ratio = borne_out(recent, chance=chance) / np.where(expected > 0, expected, 1.0)
    return np.maximum(ratio, 1.0)


def borne_out_rise(
    long_run: FloatArray, *, observed: FloatArray, per_event: FloatArray, chance: float
) -> FloatArray:
    """By how much the last days raise a rate, >= 0: up to what they bear out, if that is more.

    Args:
        long_run: Rates, >= 0, any shape.
        observed: Rates of the last days alone, >= 0, same shape.
        per_event: What one equivalent event adds to such a rate, > 0, same shape. The events are
            not necessarily whole; the limit is that of `borne_out` all the same.
        chance: As for `borne_out`, below 0.5: no limit then exceeds the events themselves.
    """
    rise = np.zeros(long_run.shape)
    above = observed > long_run  # a gamma quantile is dear, and only these can be raised
    unit = per_event[above]
    limit = special.gammaincinv(observed[above] / unit, chance) * unit
    rise[above] = np.maximum(limit - long_run[above], 0)
    return rise


def borne_out(events: FloatArray, *, chance: float) -> FloatArray:
    """Least mean that so many events bear out: a lower one reaches them too seldom.

    The solution of `P(N >= events) = chance` for a Poisson count N: the exact lower limit (Garwood
    1936, Biometrika 28:437-442), which is a gamma quantile. 0 where there is no event.

    Args:
        events: Whole numbers >= 0, any shape.
        chance: Of one side, above 0 and below 0.5.

    Raises:
        ValueError: If `chance` or an event count is outside its range.
    """
    if not 0 < chance < 0.5:  # noqa: PLR2004
        raise ValueError(f"chance must lie above 0 and below 0.5, got {chance}")
    counts, position = np.unique(events, return_inverse=True)  # few differ: a quantile is dear
    broken = ~((counts >= 0) & (counts == np.floor(counts)) & np.isfinite(counts))
    if broken.any():
        raise ValueError(f"counts must be whole numbers from 0 on, got {counts[broken][:5]}")
    limit = np.where(counts > 0, special.gammaincinv(np.maximum(counts, 1.0), chance), 0.0)
    return np.asarray(limit[position].reshape(events.shape), dtype=np.float64)
