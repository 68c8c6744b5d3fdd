"""Ranks of an edition by the standard method under other choices."""

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from indices.method import ScoringRules
from indices.sensitivity import rank_shifts, variants
from pipeline.compute.basis import Basis

RANDOM_WEIGHTS = ("weights_p5", "weights_p50", "weights_p95")
COLUMNS = ("variant", "town_id", "rank")


def sensitivity_frame(
    basis: Basis, counts: FloatArray, *, population: FloatArray, rules: ScoringRules
) -> pd.DataFrame:
    """One row a variant and town: its rank if that choice had been made otherwise.

    Args:
        basis: With the towns.
        counts: As for `score_days`; the double window is cut where they end.
        population: As for `score_days`.
        rules: Of the method.
    """
    shifts = rank_shifts(counts, population=population, rules=rules, tried=variants(rules))
    names = (*shifts.names, *RANDOM_WEIGHTS)
    ranks = np.concatenate([shifts.rank, shifts.random_weights])
    n_towns = len(basis.towns)
    return pd.DataFrame(
        {
            "variant": np.repeat(names, n_towns),
            "town_id": np.tile([town.town_id for town in basis.towns], len(names)),
            "rank": pd.Series(ranks.ravel()).round().astype("Int64"),
        }
    )
