"""What a method divides by, and what stands in for it where a city does not know it."""

import numpy as np

from indices.arrays import FloatArray
from indices.composite.method import Denominators
from pipeline.compute.basis import Basis
from pipeline.editions.edition import Deviation
from pipeline.towns import Town


def denominator(
    basis: Basis, kind: Denominators, *, n_days: int, n_later: int = 0
) -> tuple[FloatArray, tuple[Deviation, ...]]:
    """Units of each town on each day, (n_days, n_towns), and what had to be replaced.

    Args:
        basis: With the towns.
        kind: What the method divides by.
        n_days: Of the history.
        n_later: How many of them lie after the period: the towns are then as on its last day.

    Where the table of towns lacks the unit for any town, residents stand in for it in all of them:
    towns that are divided by different things cannot be compared.
    """
    residents = basis.city.population_history(basis.period.last, n_days - n_later)
    residents = np.concatenate([residents, np.repeat(residents[-1:], n_later, axis=0)])
    if kind == "residents":
        return residents, ()
    if kind == "none":
        return np.minimum(residents, 1.0), ()
    units = [_units(town, kind) for town in basis.towns]
    if any(unit is None for unit in units):
        return residents, (Deviation("other denominator", kind),)
    known = np.array(units, dtype=np.float64)
    return np.where(residents > 0, known, 0.0), ()


def _units(town: Town, kind: Denominators) -> float | None:
    """The unit of a town; None where it is not known."""
    if kind == "registered_and_floating":
        known = town.registered is not None and town.floating is not None
        return float((town.registered or 0) + (town.floating or 0)) or None if known else None
    return town.area_km2 if kind == "area_km2" else town.vehicles or None
