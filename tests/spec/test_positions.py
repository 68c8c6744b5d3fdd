"""Where positions lie: on real boundaries, when towns merge or split, and what is no position."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from pipeline.errors import ConfigurationMistake
from pipeline.places import boundaries as module
from pipeline.places.boundaries import Boundaries, read_boundaries
from pipeline.places.datum import gcj02_from_wgs84
from pipeline.settings import EMBEDDED_CITY

TORONTO = EMBEDDED_CITY / "boundaries.geojson"
TORONTO_IDS = tuple(f"{number:03}" for number in range(1, 141))
NAN, NAT = float("nan"), "NaT"

# Three squares in a row, a degree wide; the later two merge in 2020.
ALDER = {"town_id": "001"}
BIRCH_BEFORE = {"town_id": "002", "valid_to": "2019-12-31"}
CEDAR_BEFORE = {"town_id": "003", "valid_to": "2019-12-31"}
BIRCH_AFTER = {"town_id": "002", "valid_from": "2020-01-01"}


def square(west: float, *, width: float = 1.0) -> dict[str, Any]:
    """A rectangle one degree high."""
    east = west + width
    ring = [[west, 22.0], [east, 22.0], [east, 23.0], [west, 23.0], [west, 22.0]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(properties: Any, geometry: Any) -> dict[str, Any]:
    """A feature of a file."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


MERGER = (
    feature(ALDER, square(113.0)),
    feature(BIRCH_BEFORE, square(114.0)),
    feature(CEDAR_BEFORE, square(115.0)),
    feature(BIRCH_AFTER, square(114.0, width=2.0)),
)
COUNTY_IDS = ("001", "002", "003")
Read = Callable[..., Boundaries]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write features as a file, read it as the boundaries of three towns."""

    def read_features(*features: Any, town_ids: tuple[str, ...] = COUNTY_IDS) -> Boundaries:
        path = tmp_path / "boundaries.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        return read_boundaries(path, town_ids)

    return read_features


def town(
    boundaries: Boundaries,
    longitude: float,
    latitude: float,
    day: str = "2021-06-01",
    **options: Any,
) -> str | None:
    """The town of one position."""
    found = boundaries.locate(
        np.array([longitude]), np.array([latitude]), np.array([day], "datetime64[D]"), **options
    )
    return found[0]


# ---------------------------------------------------------------- real boundaries


def test_each_neighbourhood_of_toronto_holds_its_own_middle() -> None:
    """A point within each of the 140 neighbourhoods is found in that neighbourhood."""
    document = json.loads(TORONTO.read_text("utf-8"))
    shapes = [shapely.geometry.shape(each["geometry"]) for each in document["features"]]
    middles = [shape.point_on_surface() for shape in shapes]
    expected = [each["properties"]["town_id"] for each in document["features"]]
    actual = read_boundaries(TORONTO, TORONTO_IDS).locate(
        np.array([middle.x for middle in middles]),
        np.array([middle.y for middle in middles]),
        np.full(140, "2021-12-31", "datetime64[D]"),
    )
    assert (140, expected) == (len(set(actual)), actual.tolist())


@pytest.mark.parametrize(
    ("place", "longitude", "latitude", "expected"),
    [
        ("City Hall", -79.3839, 43.6534, "076"),  # Bay Street Corridor
        ("Casa Loma", -79.4094, 43.6780, "096"),
        ("in the lake", -79.40, 43.59, "outside"),
        ("Mississauga", -79.6441, 43.5890, "outside"),
        ("Sydney", 151.2093, -33.8688, "outside"),
    ],
)
def test_known_places_of_toronto(
    place: str, longitude: float, latitude: float, expected: str
) -> None:
    """Landmarks lie in the neighbourhood that the city lists them in; the lake is outside."""
    assert (place, expected) == (
        place,
        town(read_boundaries(TORONTO, TORONTO_IDS), longitude, latitude),
    )


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1999-01-01", ["001", "002", "003"]),
        ("2019-12-31", ["001", "002", "003"]),
        ("2020-01-01", ["001", "002", "002"]),
        ("2035-01-01", ["001", "002", "002"]),
    ],
)
def test_a_merger_holds_from_its_day_on(read: Read, day: str, expected: list[str]) -> None:
    """Cedar joins Birch on 2020-01-01: its positions are Cedar's to the last day before."""
    boundaries = read(*MERGER)
    assert expected == [town(boundaries, x, 22.5, day) for x in (113.5, 114.5, 115.5)]


@pytest.mark.parametrize(
    ("day", "expected"), [("2014-12-31", ["001", "001"]), ("2015-01-01", ["001", "002"])]
)
def test_a_split_holds_from_its_day_on(read: Read, day: str, expected: list[str]) -> None:
    """Birch leaves Alder on 2015-01-01: before, its positions are Alder's."""
    boundaries = read(
        feature(ALDER | {"valid_to": "2014-12-31"}, square(113.0, width=2.0)),
        feature(ALDER | {"valid_from": "2015-01-01"}, square(113.0)),
        feature({"town_id": "002", "valid_from": "2015-01-01"}, square(114.0)),
        town_ids=("001", "002"),
    )
    assert expected == [town(boundaries, x, 22.5, day) for x in (113.5, 114.5)]


def test_a_day_before_all_boundaries_places_nothing(read: Read) -> None:
    """Where no boundary is valid nothing is known: a position is not called outside."""
    boundaries = read(
        feature(ALDER | {"valid_from": "2020-01-01"}, square(113.0)), town_ids=("001",)
    )
    days = ("2019-12-31", "2020-01-01", NAT)
    assert [None, "001", None] == [town(boundaries, 113.5, 22.5, day) for day in days]


# ---------------------------------------------------------------- positions


@pytest.mark.parametrize(
    ("what", "longitude", "latitude", "expected"),
    [
        ("inside", 113.5, 22.5, "001"),
        ("on the border of two", 114.0, 22.5, "001"),
        ("on the outer border", 113.0, 22.5, "001"),
        ("on a corner", 116.0, 23.0, "002"),
        ("a hair outside", 112.9999999, 22.5, "outside"),
        ("far outside", -79.4, 43.7, "outside"),
        ("no longitude", NAN, 22.5, None),
        ("no latitude", 113.5, NAN, None),
        ("zeros", 0.0, 0.0, None),
        ("negative zeros", -0.0, 0.0, None),
        ("one zero", 0.0, 22.5, "outside"),
        ("longitude too large", 180.1, 22.5, None),
        ("latitude too large", 113.5, 90.1, None),
        ("metres", 12_634_000.0, 2_570_000.0, None),
        ("endless", float("inf"), 22.5, None),
        ("turned round", 22.5, 113.5, None),
    ],
)
def test_a_position_is_in_a_town_or_outside_or_unknown(
    read: Read, what: str, longitude: float, latitude: float, expected: str | None
) -> None:
    """A border belongs to the town that comes first; what cannot be a position has no place."""
    assert (what, expected) == (what, town(read(*MERGER), longitude, latitude))


def test_a_declared_default_is_no_position(read: Read) -> None:
    """Where a system writes the police station for "unknown", that very position has no place."""
    boundaries = read(*MERGER)
    station = {"defaults": [(113.5, 22.5)]}
    actual = [town(boundaries, x, 22.5, **station) for x in (113.5, 113.50001, 114.5)]
    assert [None, "001", "002"] == actual


def test_positions_in_gcj02_are_shifted_back(read: Read) -> None:
    """A position 100 m inside Birch lies in Birch, though GCJ-02 writes it within Cedar."""
    boundaries = read(*MERGER)
    longitude, latitude = gcj02_from_wgs84(np.array([114.999]), np.array([22.5]))
    position = (longitude.item(), latitude.item(), "2019-01-01")
    actual = [town(boundaries, *position, datum=datum) for datum in ("gcj02", "wgs84")]
    assert ["002", "003"] == actual


def test_a_default_is_compared_before_the_shift(read: Read) -> None:
    """Defaults are given as the records write them, in the datum of the records."""
    options = {"datum": "gcj02", "defaults": [(113.5, 22.5)]}
    assert town(read(*MERGER), 113.5, 22.5, **options) is None


def test_no_positions_give_no_towns(read: Read) -> None:
    """Nothing in, nothing out."""
    nothing = np.array([])
    assert [] == read(*MERGER).locate(nothing, nothing, nothing.astype("datetime64[D]")).tolist()


def test_more_positions_than_a_portion_keep_their_order(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers stand in the order of the questions, wherever a portion ends."""
    monkeypatch.setattr(module, "CHUNK_POINTS", 3)
    longitude = np.array([113.5, NAN, 114.5, 112.0, 0.0, 115.5, 113.5])
    actual = read(*MERGER).locate(
        longitude,
        np.where(longitude == 0, 0.0, 22.5),
        np.full(7, "2010-01-01", "datetime64[D]"),
    )
    assert ["001", None, "002", "outside", None, "003", "001"] == actual.tolist()


def test_towns_may_have_parts_and_holes(read: Read) -> None:
    """An island belongs to its town, a lake within it to nobody."""
    hole = [[113.4, 22.4], [113.4, 22.6], [113.6, 22.6], [113.6, 22.4], [113.4, 22.4]]
    land, island = square(113.0)["coordinates"], square(115.0)["coordinates"]
    shape = {"type": "MultiPolygon", "coordinates": [[*land, hole], island]}
    boundaries = read(feature(ALDER, shape), town_ids=("001",))
    actual = [town(boundaries, x, 22.5) for x in (113.2, 113.5, 114.5, 115.5)]
    assert ["001", "outside", "outside", "001"] == actual


# ---------------------------------------------------------------- files


BOWTIE = [[113.0, 22.0], [114.0, 23.0], [114.0, 22.0], [113.0, 23.0], [113.0, 22.0]]


def test_an_outline_that_crosses_itself_is_repaired_and_counted(read: Read) -> None:
    """A bow tie becomes two triangles; the file says how many shapes were repaired."""
    shape = {"type": "Polygon", "coordinates": [BOWTIE]}
    boundaries = read(feature(ALDER, shape), town_ids=("001",))
    actual = [town(boundaries, x, 22.5) for x in (113.1, 113.9)]
    assert (1, ["001", "001"]) == (boundaries.n_repaired, actual)
    assert read(*MERGER).n_repaired == 0


def test_heights_are_left_out(read: Read) -> None:
    """A third coordinate is a height and changes nothing."""
    ring = [[*corner, 12.5] for corner in square(113.0)["coordinates"][0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    assert town(read(feature(ALDER, shape), town_ids=("001",)), 113.5, 22.5) == "001"


GOOD = square(113.0)
FLAT = {"type": "Polygon", "coordinates": [[[113, 22], [114, 23], [113, 22], [113, 22]]]}
TURNED = {"type": "Polygon", "coordinates": [[[y, x] for x, y in GOOD["coordinates"][0]]]}
MISTAKES = {
    "unknown town": (feature({"town_id": "999"}, GOOD), "town_id '999' is not in towns.csv"),
    "no town": (feature({}, GOOD), "town_id None is not in towns.csv"),
    "no properties": (feature(None, GOOD), "town_id None is not in towns.csv"),
    "a number": (feature({"town_id": 1}, GOOD), "town_id 1 is not in towns.csv"),
    "markup": (feature({"town_id": "\u202e<b>"}, GOOD), "town_id '\\u202e<b>' is not in"),
    "a long name": (feature({"town_id": "x" * 1000}, GOOD), f"town_id '{'x' * 40}...' is not"),
    "no feature": (7, "feature 1: town_id None is not in towns.csv"),
    "no geometry": (feature(ALDER, None), "geometry None, not Polygon or MultiPolygon"),
    "a point": (feature(ALDER, {"type": "Point"}), "geometry 'Point', not Polygon or"),
    "no corners": (feature(ALDER, {"type": "Polygon"}), "coordinates are not readable"),
    "words": (feature(ALDER, GOOD | {"coordinates": "here"}), "coordinates are not readable"),
    "open ring": (
        feature(ALDER, {"type": "Polygon", "coordinates": [[[1, 1], [2, 2], [3, 1]]]}),
        "coordinates are not readable",
    ),
    "not a number": (
        feature(ALDER, {"type": "Polygon", "coordinates": [[[NAN, 1], [2, 2], [3, 1], [NAN, 1]]]}),
        "coordinates are not readable",
    ),
    "empty": (feature(ALDER, GOOD | {"coordinates": []}), "the outline holds no area"),
    "flat": (feature(ALDER, FLAT), "the outline holds no area"),
    "turned round": (feature(ALDER, TURNED), "coordinates out of range"),
    "no day": (feature(ALDER | {"valid_from": "2020-13-01"}, GOOD), "valid_from '2020-13-01' is"),
    "a week": (feature(ALDER | {"valid_from": "2020-W01-1"}, GOOD), "valid_from '2020-W01-1' is"),
    "a year": (feature(ALDER | {"valid_to": 2020}, GOOD), "valid_to 2020 is no day"),
    "days turned round": (
        feature(ALDER | {"valid_from": "2020-01-02", "valid_to": "2020-01-01"}, GOOD),
        "valid_from 2020-01-02 is after valid_to 2020-01-01",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_feature_is_named(read: Read, name: str) -> None:
    """Each kind of wrong feature is refused, saying which feature and what is wrong with it."""
    wrong, message = MISTAKES[name]
    with pytest.raises(ConfigurationMistake) as caught:
        read(wrong, feature(ALDER, GOOD), town_ids=("001",))
    assert "feature 1" in caught.value.seen
    assert message in caught.value.seen


def test_all_mistakes_are_told_at_once(read: Read) -> None:
    """Three wrong features and two towns without one are five mistakes in one message."""
    with pytest.raises(ConfigurationMistake) as caught:
        read(
            feature({"town_id": "999"}, GOOD),
            feature(ALDER | {"valid_to": "soon"}, GOOD),
            feature(ALDER, FLAT),
        )
    mistakes = ("feature 1", "feature 2", "feature 3", "town '002' has no", "town '003' has no")
    lines = caught.value.seen.splitlines()
    assert "5 mistake(s)" in lines[0]
    assert [True] * 5 == [m in line for m, line in zip(mistakes, lines[1:], strict=True)]


def test_a_thousand_mistakes_are_counted_and_the_first_are_told(read: Read) -> None:
    """A file of another city does not fill the screen."""
    strange = [feature({"town_id": f"x{number}"}, GOOD) for number in range(1000)]
    with pytest.raises(ConfigurationMistake) as caught:
        read(feature(ALDER, GOOD), *strange, town_ids=("001",))
    lines = caught.value.seen.splitlines()
    assert "1000 mistake(s)" in lines[0]
    assert (22, "    and 980 more") == (len(lines), lines[-1])


COLLECTION = '{"type": "FeatureCollection", '
FILES = {
    "empty file": (b"", "no JSON"),
    "half a file": (COLLECTION.encode() + b'"features": [{"typ', "no JSON"),
    "not UTF-8": ("{'name': '珠海'}".encode("gb18030"), "no JSON"),
    "nested too deeply": (b"[" * 200_000, "no JSON"),
    "endless number": (b"9" * 10_000, "no JSON"),
    "null": (b"null", "no GeoJSON FeatureCollection"),
    "a list": (b"[]", "no GeoJSON FeatureCollection"),
    "no type": (b'{"features": []}', "no GeoJSON FeatureCollection"),
    "one feature": (json.dumps(feature(ALDER, GOOD)).encode(), "no GeoJSON FeatureCollection"),
    "no features": (COLLECTION.encode() + b'"features": {}}', "no GeoJSON FeatureCollection"),
    "nothing in it": (COLLECTION.encode() + b'"features": []}', "town '001' has no feature"),
    "other datum": (
        COLLECTION.encode()
        + b'"crs": {"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}, "features": []}',
        "transform the file to WGS84",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, name: str) -> None:
    """Whatever lies there instead of boundaries is refused in three parts, never a traceback."""
    content, message = FILES[name]
    path = tmp_path / "boundaries.geojson"
    path.write_bytes(content)
    with pytest.raises(ConfigurationMistake) as caught:
        read_boundaries(path, ("001",))
    assert message in caught.value.seen
    assert caught.value.expected
    assert caught.value.try_next


def test_a_missing_file_is_a_mistake(tmp_path: Path) -> None:
    """No file, no towns: said as such."""
    with pytest.raises(ConfigurationMistake, match="not readable"):
        read_boundaries(tmp_path / "boundaries.geojson", ("001",))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A file beyond the limit is not read into memory."""
    path = tmp_path / "boundaries.geojson"
    with path.open("wb") as file:
        file.truncate(module.LARGEST_BYTES + 1)
    with pytest.raises(ConfigurationMistake, match="67,108,865 bytes, more than 67,108,864"):
        read_boundaries(path, ("001",))


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "with BOM"])
@pytest.mark.parametrize("crs", ["CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4490"])
def test_usual_ways_to_write_wgs84_are_taken(tmp_path: Path, mark: str, crs: str) -> None:
    """A byte order mark, and the older way to name the datum, do no harm."""
    path = tmp_path / "boundaries.geojson"
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": crs}},
        "features": [feature(ALDER | {"valid_from": "", "valid_to": None}, GOOD)],
    }
    path.write_text(mark + json.dumps(document), "utf-8")
    assert town(read_boundaries(path, ("001",)), 113.5, 22.5) == "001"
