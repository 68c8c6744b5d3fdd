"""From a position to a town: `boundaries.geojson`, read, checked and searched."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely  # type: ignore[import-untyped]

from pipeline.errors import ConfigurationMistake
from pipeline.places.datum import Degrees, wgs84_from_gcj02
from pipeline.sources.text import visible

Days = npt.NDArray[np.datetime64]
Objects = npt.NDArray[np.object_]

OUTSIDE = "outside"
LARGEST_BYTES = 64 << 20
MOST_LISTED = 20
LONGEST_SHOWN = 40
FURTHEST = (180.0, 90.0)  # degrees of longitude and latitude
CHUNK_POINTS = 100_000
FIRST_DAY, LAST_DAY = date(1, 1, 1), date(9999, 12, 31)
SHAPES = ("Polygon", "MultiPolygon")
# WGS84 under its names; CGCS2000 (4490) differs from it by centimetres.
KNOWN_CRS = ("CRS84", ":4326", ":4490")


class Feature(NamedTuple):
    """A town's territory while it was valid."""

    town_id: str
    first_day: date
    last_day: date
    shape: Any
    repaired: bool


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Boundaries:
    """Territories of a city's towns, in the order of town_id."""

    town_ids: Objects  # of each territory, shape (n_territories,)
    shapes: Objects  # prepared polygons
    first_days: Days
    last_days: Days
    tree: Any  # of the rectangles round the shapes
    n_repaired: int  # outlines that crossed themselves

    def locate(
        self,
        longitude: Degrees,
        latitude: Degrees,
        day: Days,
        *,
        datum: Literal["wgs84", "gcj02"] = "wgs84",
        defaults: Collection[tuple[float, float]] = (),
    ) -> Objects:
        """Find the town of each position, within the boundaries of its day.

        Args:
            longitude: Degrees east, shape (n,).
            latitude: Degrees north, shape (n,).
            day: Civil days, datetime64[D], shape (n,).
            datum: Of the positions; the boundaries are WGS84.
            defaults: Longitudes and latitudes, as in the records, that a system writes where it
                knows no position. (0, 0) always is one.

        Returns:
            Shape (n,): a town_id; "outside" where no boundary of the day holds the position; None
            where there is no usable position (NaN, out of range, a default), no day, or no boundary
            at all that is valid on it. On a shared border the town_id that comes first.

        Memory is bounded: positions are taken in portions.
        """
        found = np.full(len(longitude), None, dtype=object)
        for start in range(0, len(longitude), CHUNK_POINTS):
            part = slice(start, start + CHUNK_POINTS)
            x, y, days = longitude[part], latitude[part], day[part].astype("datetime64[D]")
            usable = np.flatnonzero(_is_position(x, y, defaults) & self._is_covered(days))
            x, y, days = x[usable], y[usable], days[usable]
            if datum == "gcj02":
                x, y = wgs84_from_gcj02(x, y)
            found[start + usable] = self._town_of(x, y, days)
        return found

    def _is_covered(self, days: Days) -> npt.NDArray[np.bool_]:
        """Whether any boundary is valid on the day; NaT never is."""
        covered = np.zeros(len(days), dtype=bool)
        for first, last in set(zip(self.first_days, self.last_days, strict=True)):
            covered |= (days >= first) & (days <= last)
        return covered

    def _town_of(self, x: Degrees, y: Degrees, days: Days) -> Objects:
        """The first territory that holds each position on its day, else "outside"."""
        point, shape = self.tree.query(shapely.points(x, y))
        valid = (self.first_days[shape] <= days[point]) & (days[point] <= self.last_days[shape])
        point, shape = point[valid], shape[valid]
        # Prepared shapes are asked, not prepared points: it is the shapes that have many corners.
        holds = shapely.intersects_xy(self.shapes[shape], x[point], y[point])
        first = np.full(len(x), len(self.shapes), dtype=np.int64)
        np.minimum.at(first, point[holds], shape[holds])
        return np.append(self.town_ids, OUTSIDE)[first]


def _is_position(
    x: Degrees, y: Degrees, defaults: Collection[tuple[float, float]]
) -> npt.NDArray[np.bool_]:
    """Whether a pair of numbers says where something was; NaN does not."""
    usable: npt.NDArray[np.bool_] = (np.abs(x) <= FURTHEST[0]) & (np.abs(y) <= FURTHEST[1])
    for longitude, latitude in {(0.0, 0.0), *defaults}:
        usable &= (x != longitude) | (y != latitude)
    return usable


def read_boundaries(path: Path, town_ids: Collection[str]) -> Boundaries:
    """Read the territories of a city's towns.

    Args:
        path: A GeoJSON FeatureCollection in WGS84. Property `town_id`; `valid_from` and `valid_to`
            where a boundary changed: days as 2020-12-31, both included. A town may have several
            features, of different or of the same days.
        town_ids: The city's towns. Each must have a feature.

    Raises:
        ConfigurationMistake: With all mistakes of the file at once.

    Outlines that cross themselves are repaired and counted.
    """
    mistakes: list[str] = []
    known = frozenset(town_ids)
    tables = _tables(path, mistakes)
    features = [
        _feature(table, f"feature {number}", known, mistakes)
        for number, table in enumerate(tables or (), start=1)
    ]
    if tables is not None:
        missing = sorted(known - {str(_properties(table).get("town_id")) for table in tables})
        mistakes += [f"town '{town_id}' has no feature" for town_id in missing]
    if mistakes:
        raise _mistaken(path, mistakes)
    whole = [feature for feature in features if feature is not None]
    return _boundaries(sorted(whole, key=lambda feature: feature.town_id))


def _boundaries(features: Sequence[Feature]) -> Boundaries:
    """The features as columns, ready to be searched."""
    shapes = np.array([feature.shape for feature in features], dtype=object)
    shapely.prepare(shapes)
    return Boundaries(
        town_ids=np.array([feature.town_id for feature in features], dtype=object),
        shapes=shapes,
        first_days=np.array([feature.first_day for feature in features], dtype="datetime64[D]"),
        last_days=np.array([feature.last_day for feature in features], dtype="datetime64[D]"),
        tree=shapely.STRtree(shapes),
        n_repaired=sum(feature.repaired for feature in features),
    )


def _tables(path: Path, mistakes: list[str]) -> list[Any] | None:
    """Features as they stand in the file; None and a mistake where it is no such file."""
    document = _document(path, mistakes)
    if mistakes:
        return None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        mistakes.append("the file is no GeoJSON FeatureCollection")
        return None
    crs = str(document.get("crs") or KNOWN_CRS[0])
    if not any(name in crs for name in KNOWN_CRS):
        mistakes.append(f"crs is {_shown(crs)}; transform the file to WGS84 (EPSG:4326)")
    return features


def _document(path: Path, mistakes: list[str]) -> Any:
    """The file as JSON; None and a mistake where it cannot be read."""
    try:
        size_bytes = path.stat().st_size
        if size_bytes > LARGEST_BYTES:
            mistakes.append(
                f"{size_bytes:,} bytes, more than {LARGEST_BYTES:,}: keep five decimals and "
                "simplify the outlines"
            )
            return None
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        mistakes.append(f"not readable ({error.strerror})")
    except (ValueError, RecursionError) as error:
        mistakes.append(f"no JSON ({error})")
    return None


def _properties(table: Any) -> dict[str, Any]:
    """Properties of a feature; none where it has none."""
    properties = table.get("properties") if isinstance(table, dict) else None
    return properties if isinstance(properties, dict) else {}


def _feature(
    table: Any, label: str, town_ids: Collection[str], mistakes: list[str]
) -> Feature | None:
    """One feature; None and a mistake where something is wrong with it."""
    properties = _properties(table)
    town_id = properties.get("town_id")
    if not isinstance(town_id, str) or town_id not in town_ids:
        mistakes.append(f"{label}: town_id {_shown(town_id)} is not in towns.csv")
        return None
    label = f"{label}, town '{town_id}'"
    first = _day(properties, "valid_from", FIRST_DAY, label, mistakes)
    last = _day(properties, "valid_to", LAST_DAY, label, mistakes)
    if first is not None and last is not None and first > last:
        mistakes.append(f"{label}: valid_from {first} is after valid_to {last}")
    shape, repaired = _shape(table.get("geometry"), label, mistakes)
    if first is None or last is None or shape is None:
        return None
    return Feature(town_id, first, last, shape, repaired)


def _day(
    properties: dict[str, Any], name: str, absent: date, label: str, mistakes: list[str]
) -> date | None:
    """A day as 2020-12-31; nothing and the empty text stand for no limit."""
    value = properties.get(name)
    if value is None or value == "":
        return absent
    try:
        day = date.fromisoformat(value)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != value:
        mistakes.append(f"{label}: {name} {_shown(value)} is no day as 2020-12-31")
        return None
    return day


def _shape(geometry: Any, label: str, mistakes: list[str]) -> tuple[Any, bool]:
    """A valid polygon, and whether it was repaired; None and a mistake where there is none."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in SHAPES:
        mistakes.append(f"{label}: geometry {_shown(kind)}, not {' or '.join(SHAPES)}")
        return None, False
    outline = {"type": kind, "coordinates": geometry.get("coordinates")}
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(outline)))
    except (shapely.errors.GEOSException, RecursionError) as error:
        mistakes.append(f"{label}: coordinates are not readable ({_shown(str(error), 100)})")
        return None, False
    corners = shapely.get_coordinates(shape)
    if not (np.abs(corners) <= FURTHEST).all():
        mistakes.append(f"{label}: coordinates out of range; they must be degrees, longitude first")
        return None, False
    repaired = not shapely.is_valid(shape)
    if repaired:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if shapely.area(shape) == 0:
        mistakes.append(f"{label}: the outline holds no area")
        return None, False
    return shape, repaired


def _shown(value: Any, longest: int = LONGEST_SHOWN) -> str:
    """A value of the file as a message may show it."""
    text = value if isinstance(value, str) else repr(value)
    text = text if len(text) <= longest else f"{text[:longest]}..."
    return f"'{visible(text)}'" if isinstance(value, str) else visible(text)


def _mistaken(path: Path, mistakes: Sequence[str]) -> ConfigurationMistake:
    """All mistakes, the first of them in words."""
    listed = "".join(f"\n    {mistake}" for mistake in mistakes[:MOST_LISTED])
    more = len(mistakes) - MOST_LISTED
    listed += f"\n    and {more} more" if more > 0 else ""
    return ConfigurationMistake(
        f"{path}: {len(mistakes)} mistake(s){listed}",
        expected="a GeoJSON FeatureCollection in WGS84 with a polygon and a town_id of towns.csv "
        "in each feature, and a feature for each town",
        try_next="correct the file, then run the command again",
    )
