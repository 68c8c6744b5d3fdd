"""What `external.csv` says of the periods that a composite method looks at."""

from collections.abc import Sequence

import numpy as np

from indices.arrays import FloatArray
from indices.composite.rules import CompositeRules
from indices.periods import Period
from pipeline.compute.basis import Basis
from pipeline.errors import ConfigurationMistake
from pipeline.external import EXTERNAL_FILE, ExternalValue, newest_value


def external_values(
    basis: Basis, rules: CompositeRules, periods: Sequence[Period]
) -> dict[str, FloatArray]:
    """Values of the external indicators by code, each (n_periods, n_towns); NaN where missing.

    Raises:
        ConfigurationMistake: If a value does not fit the scale of its indicator.
    """
    given: dict[tuple[str, str], list[ExternalValue]] = {}
    for value in basis.city.external:
        given.setdefault((value.indicator, value.town_id), []).append(value)
    found = {}
    for code, about in zip(rules.indicators, rules.about, strict=True):
        if about.external is None:
            continue
        values = np.full((len(periods), len(basis.towns)), np.nan)
        for t, town in enumerate(basis.towns):
            of_town = tuple(given.get((code, town.town_id), ()))
            for p, period in enumerate(periods if of_town else ()):
                newest = newest_value(
                    of_town, period=period, valid_for_days=about.external.valid_for_days
                )
                values[p, t] = np.nan if newest is None else newest
        if rules.method.scales[about.scale].kind != "min_max":
            _refuse_below_zero(values, code, basis)
        found[code] = values
    return found


def _refuse_below_zero(values: FloatArray, code: str, basis: Basis) -> None:
    """All scales but that between two fixed ends are scales of harm, of which none is negative."""
    below = np.flatnonzero((values < 0).any(axis=0))
    if len(below):
        raise ConfigurationMistake(
            f"{EXTERNAL_FILE}: {code} of {basis.towns[below[0]].town_id} is below 0, and the scale "
            f"of method '{basis.method.method.id}' begins at 0",
            expected="values from 0 on, or the scale min_max",
            try_next=f"correct {basis.city.folder / EXTERNAL_FILE}",
        )
