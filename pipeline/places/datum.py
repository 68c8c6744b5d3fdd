"""GCJ-02, in which maps published in China shift every position, and WGS84, as satellites give it.

The shift is not published by its authority. The formula below is the one in public use since 2013;
it agrees with Chinese map services to about a metre, far below the size of a town.
"""

import numpy as np
import numpy.typing as npt

Degrees = npt.NDArray[np.float64]

# Krasovsky 1940, on which the shift is computed.
SEMI_MAJOR_AXIS_M = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23
# The rectangle in which positions are shifted. It is wider than China: declare GCJ-02 only where a
# Chinese map service gave the positions.
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
# Origin of the two polynomials.
ORIGIN_LONGITUDE, ORIGIN_LATITUDE = 105.0, 35.0
STEP_DEGREES = 1e-10
MOST_STEPS = 20


def gcj02_from_wgs84(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Shift positions as Chinese map services do.

    Args:
        longitude: WGS84, degrees east, any shape.
        latitude: WGS84, degrees north, same shape.

    Returns:
        Longitude and latitude in GCJ-02, degrees. Outside the rectangle, and NaN: unchanged.

    Source: the formula published as `eviltransform` and `coordtransform`.
    """
    inside = _in_rectangle(longitude, latitude)
    east, north = _shift(longitude, latitude)
    return (
        np.where(inside, longitude + east, longitude),
        np.where(inside, latitude + north, latitude),
    )


def wgs84_from_gcj02(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """Take the shift back: the inverse of `gcj02_from_wgs84`.

    Args:
        longitude: GCJ-02, degrees east, any shape.
        latitude: GCJ-02, degrees north, same shape.

    Returns:
        Longitude and latitude in WGS84, degrees, exact to 1e-7 (a centimetre). Outside the
        rectangle, and NaN: unchanged. Within a kilometre of its edges, far from any Chinese town,
        the shift begins and ends abruptly and cannot be taken back.

    The shift changes by less than half a percent of the way one moves, so that the repetition
    position = given - shift(position) gains more than two decimals each time.
    """
    inside = _in_rectangle(longitude, latitude)
    guess_longitude, guess_latitude = longitude, latitude
    for _ in range(MOST_STEPS):
        east, north = _shift(guess_longitude, guess_latitude)
        next_longitude = np.where(inside, longitude - east, longitude)
        next_latitude = np.where(inside, latitude - north, latitude)
        moved = np.abs(next_longitude - guess_longitude) + np.abs(next_latitude - guess_latitude)
        guess_longitude, guess_latitude = next_longitude, next_latitude
        if not (moved > STEP_DEGREES).any():  # NaN never moves
            break
    return guess_longitude, guess_latitude


def _in_rectangle(longitude: Degrees, latitude: Degrees) -> npt.NDArray[np.bool_]:
    """Whether positions are shifted at all; NaN lies nowhere."""
    return (longitude >= WEST) & (longitude <= EAST) & (latitude >= SOUTH) & (latitude <= NORTH)


def _shift(longitude: Degrees, latitude: Degrees) -> tuple[Degrees, Degrees]:
    """How far positions move to the east and to the north, in degrees."""
    x, y = longitude - ORIGIN_LONGITUDE, latitude - ORIGIN_LATITUDE
    metres_east, metres_north = _metres_east(x, y), _metres_north(x, y)
    sine_squared = np.sin(np.radians(latitude)) ** 2
    flattening = 1 - ECCENTRICITY_SQUARED * sine_squared
    along_parallel = SEMI_MAJOR_AXIS_M / np.sqrt(flattening) * np.cos(np.radians(latitude))
    along_meridian = SEMI_MAJOR_AXIS_M * (1 - ECCENTRICITY_SQUARED) / flattening**1.5
    return np.degrees(metres_east / along_parallel), np.degrees(metres_north / along_meridian)


def _metres_east(x: Degrees, y: Degrees) -> Degrees:
    """The shift along the parallel: a polynomial and waves of 1/3, 1, 2, 6, 24 and 60 degrees."""
    smooth = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    waves = 20 * _wave(x, 1 / 3) + 20 * _wave(x, 1) + 20 * _wave(x, 2)
    waves += 40 * _wave(x, 6) + 150 * _wave(x, 24) + 300 * _wave(x, 60)
    return smooth + waves * 2 / 3


def _metres_north(x: Degrees, y: Degrees) -> Degrees:
    """The shift along the meridian: a polynomial and waves of 1/3, 1, 2, 6, 24 and 60 degrees."""
    smooth = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    waves = 20 * _wave(x, 1 / 3) + 20 * _wave(x, 1) + 20 * _wave(y, 2)
    waves += 40 * _wave(y, 6) + 160 * _wave(y, 24) + 320 * _wave(y, 60)
    return smooth + waves * 2 / 3


def _wave(degrees: Degrees, period_degrees: float) -> Degrees:
    """A sine with this period."""
    return np.sin(2 * np.pi * degrees / period_degrees)
