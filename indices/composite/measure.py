"""What the records say of each period, before any scale: incidents, people, and the usual."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from indices.arrays import FloatArray, IntArray
from indices.composite.baselines import references
from indices.composite.history import History, RunningSums
from indices.composite.rules import CompositeRules
from indices.composite.windows import Windows, reference_periods, windows
from indices.periods import Period


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Measured:
    """Evidence of each period and town; (n_periods, n_towns, n_indicators) where not said."""

    harm: FloatArray  # weighted incidents in the period; NaN where not told
    exposure: FloatArray  # (n_periods, n_towns), units times days
    n_days: FloatArray  # (n_periods,)
    reference_events: FloatArray  # weighted, behind the baseline; NaN where there is no baseline
    reference_exposure: FloatArray  # 0 where the history holds nothing to compare with
    external: FloatArray  # NaN where the indicator is none, or missing
    deaths: FloatArray  # (n_periods, n_towns); 0 where the method does not count them
    looked_at: Windows  # (n_periods, n): the period and all that it is compared with

    def last(self) -> "Measured":
        """The last period alone."""
        arrays: dict[str, Any] = {f.name: getattr(self, f.name)[-1:] for f in fields(self)[:-1]}
        return Measured(**arrays, looked_at=self.looked_at.rows(slice(-1, None)))


def measure(
    history: History,
    rules: CompositeRules,
    periods: Sequence[Period],
    *,
    first_day: date,
    base: tuple[date, date],
    districts: IntArray,
    peers: IntArray | None,
    external: Mapping[str, FloatArray],
) -> Measured:
    """Add up incidents, people and what they are compared with; arguments of `score_periods`."""
    position = partial(windows, first_day=first_day, n_days=history.n_days)
    at = position([[period] for period in periods])
    if not at.is_known.all():
        raise ValueError("a period lies outside the history")
    compared = {
        code: position([reference_periods(baseline, period, base=base) for period in periods])
        for code, baseline in rules.method.baselines.items()
        if any(
            about.baseline == code and _is_counted(rules, i) for i, about in enumerate(rules.about)
        )
    }
    looked_at = at
    for others in compared.values():
        looked_at = looked_at.beside(others)
    running = history.running(looked_at)
    events, units = _usual(running, rules, compared, at, districts=districts, peers=peers)
    return Measured(
        harm=_harm(running, rules, at),
        exposure=running.over(running.units, at),
        n_days=np.asarray(at.last - at.first + 1, dtype=np.float64)[:, 0],
        reference_events=events,
        reference_exposure=units,
        external=_external(rules, external, size=(len(periods), history.n_towns)),
        deaths=_deaths(running, rules, at),
        looked_at=looked_at,
    )


def rates(measured: Measured, rules: CompositeRules) -> tuple[FloatArray, FloatArray]:
    """Value and baseline of each indicator, per unit of the denominator and period."""
    per = rules.method.denominator.per * measured.n_days[:, None, None]
    value = _quotient(measured.harm * per, measured.exposure[..., None])
    usual = _quotient(measured.reference_events * per, measured.reference_exposure)
    return np.where(_is_external(rules), measured.external, value), usual


def _quotient(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """NaN where the denominator is 0 or missing."""
    known = denominator > 0
    return np.where(known, numerator / np.where(known, denominator, 1.0), np.nan)


def _is_external(rules: CompositeRules) -> np.ndarray:
    return np.array([about.external is not None for about in rules.about])


def _is_counted(rules: CompositeRules, indicator: int) -> bool:
    """Whether incidents tell the indicator, in this city."""
    return rules.about[indicator].external is None and bool(rules.told[indicator])


def _empty(rules: CompositeRules, n_periods: int, n_towns: int) -> FloatArray:
    """All missing; (n_periods, n_towns, n_indicators), an indicator's numbers side by side."""
    return np.moveaxis(np.full((len(rules.indicators), n_periods, n_towns), np.nan), 0, -1)


def _harm(running: RunningSums, rules: CompositeRules, at: Windows) -> FloatArray:
    """Weighted incidents in the periods; NaN where not told."""
    harm = _empty(rules, len(at.first), running.units.shape[1])
    for i in range(len(rules.indicators)):
        if _is_counted(rules, i):
            harm[..., i] = running.harm(rules, i, at)
    return harm


def _usual(
    running: RunningSums,
    rules: CompositeRules,
    compared: Mapping[str, Windows],
    periods: Windows,
    *,
    districts: IntArray,
    peers: IntArray | None,
) -> tuple[FloatArray, FloatArray]:
    """Weighted incidents behind the baselines, and units times days; NaN where there is none."""
    events, units = (_empty(rules, len(periods.first), running.units.shape[1]) for _ in range(2))
    for code, at in compared.items():
        over = partial(references, rules.method.baselines[code], districts=districts, peers=peers)
        exposure = over(running.over(running.units, at))
        for i, about in enumerate(rules.about):
            if about.baseline == code and _is_counted(rules, i):
                events[..., i] = running.harm(rules, i, at, over=over)
                units[..., i] = exposure
    return events, units


def _external(
    rules: CompositeRules, given: Mapping[str, FloatArray], *, size: tuple[int, int]
) -> FloatArray:
    """Values of the external indicators; NaN elsewhere."""
    values = _empty(rules, *size)
    for code, of_code in given.items():
        values[..., rules.indicators.index(code)] = of_code
    return values


def _deaths(running: RunningSums, rules: CompositeRules, at: Windows) -> FloatArray:
    """Deaths in the periods, where the method counts them and the records tell them."""
    if rules.method.deaths is None or running.deaths is None:
        return np.zeros((len(at.first), running.units.shape[1]))
    return running.over(running.deaths, at)
