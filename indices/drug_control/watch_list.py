"""Which towns a watch list names for their number of known drug users, and who watches."""

import numpy as np

from indices.arrays import FloatArray, IntArray

NOT_LISTED, BY_COUNTY, BY_CITY = 0, 1, 2


def listed_by(users: FloatArray, *, county_from: float, city_above: float) -> IntArray:
    """Who watches a town: nobody, the county, or the city (Fuzhou 2014: from 50, above 200).

    Args:
        users: Registered current users, >= 0, any shape.
        county_from: Least number that the county lists; it belongs to the list.
        city_above: The city lists what is greater; the number itself is still the county's.

    Raises:
        ValueError: If the thresholds do not rise, or a number is negative or missing.
    """
    if not county_from <= city_above or not (users >= 0).all():
        raise ValueError(
            f"thresholds must rise and users be 0 or more, got {county_from} and {city_above}"
        )
    return np.select([users > city_above, users >= county_from], [BY_CITY, BY_COUNTY], NOT_LISTED)
