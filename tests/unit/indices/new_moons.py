"""Chinese New Year from the motions of sun and moon, as an oracle for the table of dates.

The formulas of Jean Meeus, Astronomical Algorithms (1998), chapters 25 (sun, to 0.01 degrees) and
49 (new moon, largest terms, to about a minute). Days are counted from 2000-01-01, in China's time.
"""

import math
from datetime import date, timedelta
from itertools import pairwise

EPOCH = date(2000, 1, 1)
NOON_OF_EPOCH = 2451545.0  # as a Julian ephemeris day
CHINA = 8 / 24
NEW_MOON_TERMS = (  # size in days; multiples of sun's and moon's anomaly and of latitude
    (-0.40720, 0, 1, 0),
    (0.17241, 1, 0, 0),
    (0.01608, 0, 2, 0),
    (0.01039, 0, 0, 2),
    (0.00739, -1, 1, 0),
    (-0.00514, 1, 1, 0),
    (0.00208, 2, 0, 0),
    (-0.00111, 0, 1, -2),
    (-0.00057, 0, 1, 2),
    (0.00056, 1, 2, 0),
    (-0.00042, 0, 3, 0),
    (0.00042, 1, 0, 2),
    (0.00038, 1, 0, -2),
    (-0.00024, -1, 2, 0),
)


def new_year(year: int) -> date:
    """First day of the first lunar month, by the rules of the calendar in use since 1645.

    The eleventh month holds the winter solstice. Where thirteen months begin from one such month
    to the next, the first one in which the sun enters no new sign is a leap month.
    """
    moons = [new_moon(number) for number in _numbers_around(year)]
    eleventh = _last_at(moons, solstice(year - 1))
    next_eleventh = _last_at(moons, solstice(year))
    months = list(pairwise(moons[eleventh : next_eleventh + 1]))
    if len(months) == 13:
        leap = next(i for i, (start, end) in enumerate(months) if i and sign(start) == sign(end))
        del months[leap]
    return EPOCH + timedelta(days=months[2][0])


def new_moon(number: int) -> int:
    """Day of a new moon in China; 0 is that of 6 January 2000."""
    centuries = number / 1236.85
    sun = 2.5534 + 29.10535670 * number
    moon = 201.5643 + 385.81693528 * number + 0.0107582 * centuries**2
    latitude = 160.7108 + 390.67050284 * number - 0.0016118 * centuries**2
    node = 124.7746 - 1.56375588 * number
    flattening = 1 - 0.002516 * centuries
    instant = 2451550.09766 + 29.530588861 * number + 0.00015437 * centuries**2
    for size, of_sun, of_moon, of_latitude in NEW_MOON_TERMS:
        angle = math.radians(of_sun * sun + of_moon * moon + of_latitude * latitude)
        instant += size * flattening ** abs(of_sun) * math.sin(angle)
    return _day_in_china(instant - 0.00017 * math.sin(math.radians(node)))


def solstice(year: int) -> int:
    """Day of the winter solstice in China: the sun's longitude reaches 270 degrees."""
    low = NOON_OF_EPOCH + (date(year, 12, 15) - EPOCH).days
    high = low + 14
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if sun_longitude(middle) < 270 else (low, middle)
    return _day_in_china(low)


def sign(day: int) -> int:
    """Which twelfth of its way the sun is in when a day begins in China."""
    start = NOON_OF_EPOCH - 0.5 + day - CHINA + _clock_correction(day)
    return int(sun_longitude(start) // 30)


def sun_longitude(instant: float) -> float:
    """Apparent longitude of the sun in degrees, 0 to 360."""
    centuries = (instant - NOON_OF_EPOCH) / 36525
    anomaly = math.radians(357.52911 + 35999.05029 * centuries)
    centre = (1.914602 - 0.004817 * centuries) * math.sin(anomaly)
    centre += 0.019993 * math.sin(2 * anomaly) + 0.000289 * math.sin(3 * anomaly)
    node = math.radians(125.04 - 1934.136 * centuries)
    mean = 280.46646 + 36000.76983 * centuries
    return (mean + centre - 0.00569 - 0.00478 * math.sin(node)) % 360


def _day_in_china(instant: float) -> int:
    """Days since 2000-01-01, by the clock of China."""
    since_midnight = instant - (NOON_OF_EPOCH - 0.5)
    return math.floor(since_midnight + CHINA - _clock_correction(since_midnight))


def _clock_correction(days: float) -> float:
    """Terrestrial time less universal time, in days (Espenak and Meeus, for 2005 to 2050)."""
    years = days / 365.25
    return (62.92 + 0.32217 * years + 0.005589 * years**2) / 86400


def _numbers_around(year: int) -> range:
    """New moons from well before the solstice of the year before to well after this year's."""
    first = int((year - 1 - 2000) * 12.3685) + 8
    return range(first, first + 22)


def _last_at(moons: list[int], day: int) -> int:
    """Position of the last new moon on or before a day."""
    return max(position for position, moon in enumerate(moons) if moon <= day)
