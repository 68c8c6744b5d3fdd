"""Drug loads from wastewater, per thousand people whose number cotinine tells.

Calculation rules for wastewater consumption reports (消费量报表规则, a public project document).
"""

import numpy as np

from indices.arrays import FloatArray

MG_PER_DAY = 10.0  # of 1 ng/L in 10,000 m3 a day
COTININE_MG_PER_CIGARETTE = 0.14
THOUSAND = 1000.0


def population_from_cotinine(
    cotinine_ng_per_l: FloatArray,
    *,
    flow_10k_m3_per_day: FloatArray,
    domestic_share: float,
    cigarettes_per_person_day: float,
) -> FloatArray:
    """People behind a sewer, in thousands, any shape.

    Args:
        cotinine_ng_per_l: Concentration, >= 0.
        flow_10k_m3_per_day: Inflow in 10,000 cubic metres a day, > 0.
        domestic_share: Of the inflow that comes from homes, 0 to 1.
        cigarettes_per_person_day: Mean over all residents, > 0.

    Raises:
        ValueError: If a share or a mean lies outside its range.
    """
    if not (0 < domestic_share <= 1 and cigarettes_per_person_day > 0):
        raise ValueError(
            "domestic_share must lie above 0 and up to 1 and cigarettes_per_person_day above 0, "
            f"got {domestic_share} and {cigarettes_per_person_day}"
        )
    load_mg = cotinine_ng_per_l * flow_10k_m3_per_day * MG_PER_DAY * domestic_share
    per_person_mg = cigarettes_per_person_day * COTININE_MG_PER_CIGARETTE
    return np.asarray(load_mg / (per_person_mg * THOUSAND))


def load_mg_per_1000_day(
    drug_ng_per_l: FloatArray, *, flow_10k_m3_per_day: FloatArray, population_1000: FloatArray
) -> FloatArray:
    """Drug in mg per 1,000 people and day, any shape; NaN where nobody was found to live there."""
    lived = population_1000 > 0
    load_mg = drug_ng_per_l * flow_10k_m3_per_day * MG_PER_DAY
    return np.where(lived, load_mg / np.where(lived, population_1000, 1.0), np.nan)
