"""In which time zone a city lies, as far as its records tell."""

from collections.abc import Iterable, Sequence
from functools import cache
from math import cos, hypot, radians

from opencc import OpenCC

from pipeline.survey.columns.times import FoundTime
from pipeline.survey.layout.shape import Shape

NEAR_DEGREES = 12
CITIES = (  # zone, longitude and latitude of a large city in it
    ("America/New_York", -74.0, 40.7),
    ("America/New_York", -84.4, 33.7),
    ("America/New_York", -80.2, 25.8),
    ("America/Detroit", -83.0, 42.3),
    ("America/Toronto", -79.4, 43.7),
    ("America/Chicago", -87.6, 41.9),
    ("America/Chicago", -95.4, 29.8),
    ("America/Denver", -105.0, 39.7),
    ("America/Phoenix", -112.1, 33.4),
    ("America/Los_Angeles", -118.2, 34.1),
    ("America/Los_Angeles", -122.4, 37.8),
    ("America/Los_Angeles", -122.3, 47.6),
    ("America/Vancouver", -123.1, 49.3),
    ("America/Edmonton", -114.1, 51.0),
    ("America/Winnipeg", -97.1, 49.9),
    ("America/Halifax", -63.6, 44.6),
    ("America/Mexico_City", -99.1, 19.4),
    ("America/Bogota", -74.1, 4.7),
    ("America/Sao_Paulo", -46.6, -23.6),
    ("America/Argentina/Buenos_Aires", -58.4, -34.6),
    ("Europe/London", -0.1, 51.5),
    ("Europe/London", -3.2, 55.9),
    ("Europe/Dublin", -6.3, 53.3),
    ("Europe/Paris", 2.4, 48.9),
    ("Europe/Madrid", -3.7, 40.4),
    ("Europe/Rome", 12.5, 41.9),
    ("Europe/Berlin", 13.4, 52.5),
    ("Europe/Athens", 23.7, 38.0),
    ("Europe/Istanbul", 29.0, 41.0),
    ("Africa/Johannesburg", 28.0, -26.2),
    ("Asia/Kolkata", 77.2, 28.6),
    ("Asia/Kolkata", 77.6, 13.0),
    ("Asia/Shanghai", 113.3, 23.1),
    ("Asia/Shanghai", 121.5, 31.2),
    ("Asia/Taipei", 121.5, 25.0),
    ("Asia/Tokyo", 139.7, 35.7),
    ("Australia/Sydney", 151.2, -33.9),
    ("Australia/Melbourne", 145.0, -37.8),
    ("Pacific/Auckland", 174.8, -36.8),
)
HAN_FIRST, HAN_LAST = "\u3400", "\u9fff"


def guess_zones(
    shapes: Sequence[Shape],
    times: Sequence[FoundTime],
    words: Iterable[str],
    position: tuple[float, float] | None = None,
) -> tuple[str, ...]:
    """Zones that fit, the likeliest first; none where nothing tells.

    Midnights in UTC tell the offset; years of the Republic and traditional characters Taiwan,
    simplified characters China; a position (longitude and latitude in degrees) the nearest large
    cities, which may lie on the other side of a border.
    """
    midnights = next((time.zones for time in times if time.zones), ())
    if midnights:
        return midnights
    text = "".join((*words, *(column for shape in shapes for column in shape.columns)))
    encodings = {shape.encoding.encoding for shape in shapes}
    republic = any(form.startswith("roc:") for time in times for form in time.formats)
    if not has_han(text) and not republic:
        return _nearest(position) if position else ()
    if republic or "cp950" in encodings or _n_traditional(text) > _n_simplified(text):
        return ("Asia/Taipei",)
    return ("Asia/Shanghai",)


def _nearest(position: tuple[float, float]) -> tuple[str, ...]:
    """Zones of the two nearest cities of the table, where one is near at all."""
    longitude, latitude = position
    shrink = cos(radians(latitude))

    def distance(city: tuple[str, float, float]) -> float:
        return hypot((city[1] - longitude) * shrink, city[2] - latitude)

    near = [city for city in sorted(CITIES, key=distance) if distance(city) <= NEAR_DEGREES]
    return tuple(dict.fromkeys(city[0] for city in near[:2]))


def has_han(text: str) -> bool:
    """Whether there are Chinese characters."""
    return any(HAN_FIRST <= mark <= HAN_LAST for mark in text)


def _n_traditional(text: str) -> int:
    """Characters that simplification changes."""
    return _n_changed(text, "t2s")


def _n_simplified(text: str) -> int:
    """Characters that only simplified writing has."""
    return _n_changed(text, "s2t")


def _n_changed(text: str, direction: str) -> int:
    changed = _converter(direction).convert(text)
    return sum(a != b for a, b in zip(text, changed, strict=False))


@cache
def _converter(direction: str) -> OpenCC:
    return OpenCC(direction)
