"""Points in polygons, held against a slow and obvious way to tell."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.places import boundaries as module
from pipeline.places.boundaries import OUTSIDE, Boundaries, read_boundaries

Point = tuple[int, int]
Ring = list[Point]
Territory = tuple[str, int | None, int | None, list[Ring]]  # town_id, days, outline and holes

SIDE = 6  # towns are drawn on a grid so small that points fall on corners and borders
TOWN_IDS = ("01", "02", "03")
DAY_ZERO = date(2020, 1, 1)
ANY_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

days = st.integers(0, 9)
grid = st.integers(1, SIDE)  # never 0: (0, 0) is no position
points = st.lists(st.tuples(grid, grid, days), min_size=1, max_size=40)


@st.composite
def rectangles(draw: st.DrawFn) -> list[Ring]:
    """A rectangle with room for a hole, sometimes with one."""
    west, south = draw(st.integers(0, SIDE - 1)), draw(st.integers(0, SIDE - 1))
    east, north = draw(st.integers(west + 1, SIDE)), draw(st.integers(south + 1, SIDE))
    rings = [[(west, south), (east, south), (east, north), (west, north)]]
    if east - west > 2 and north - south > 2 and draw(st.booleans()):
        inner = (west + 1, south + 1, east - 1, north - 1)
        rings.append([(inner[i], inner[j]) for i, j in ((0, 1), (0, 3), (2, 3), (2, 1))])
    return rings


@st.composite
def triangles(draw: st.DrawFn) -> list[Ring]:
    """Three corners that do not lie on a line."""
    corner = st.tuples(st.integers(0, SIDE), st.integers(0, SIDE))
    ring = draw(st.lists(corner, min_size=3, max_size=3, unique=True).filter(holds_area))
    return [ring]


def holds_area(ring: Ring) -> bool:
    """Whether three corners do not lie on a line."""
    (a, b), (c, d), (e, f) = ring
    return (c - a) * (f - b) != (e - a) * (d - b)


@st.composite
def maps(draw: st.DrawFn) -> list[Territory]:
    """One to three territories a town, with and without limits of validity."""
    territories = []
    for town_id in TOWN_IDS:
        for _ in range(draw(st.integers(1, 3))):
            first, last = sorted((draw(days), draw(days)))
            first_or_none = draw(st.sampled_from((first, None)))
            last_or_none = draw(st.sampled_from((last, None)))
            rings = draw(st.one_of(rectangles(), triangles()))
            territories.append((town_id, first_or_none, last_or_none, rings))
    return draw(st.permutations(territories))


def iso(day: int | None) -> str | None:
    """The n-th day as the file writes it."""
    return None if day is None else (DAY_ZERO + timedelta(days=day)).isoformat()


def boundaries_of(territories: Sequence[Territory], folder: Path) -> Boundaries:
    """Write territories as a file, then read it."""
    features = [
        {
            "type": "Feature",
            "properties": {"town_id": town_id, "valid_from": iso(first), "valid_to": iso(last)},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]] for ring in rings]},
        }
        for town_id, first, last, rings in territories
    ]
    path = folder / "boundaries.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return read_boundaries(path, TOWN_IDS)


def located(boundaries: Boundaries, positions: Sequence[tuple[int, int, int]]) -> list[str | None]:
    """Towns of positions on days."""
    x, y, day = np.array(positions).T
    return boundaries.locate(
        x.astype(float), y.astype(float), np.datetime64(DAY_ZERO, "D") + day
    ).tolist()


def on_border(x: int, y: int, ring: Ring) -> bool:
    """Whether a point lies on a side: in line with its ends and between them."""
    return any(
        (x - ax) * (by - ay) == (y - ay) * (bx - ax)
        and min(ax, bx) <= x <= max(ax, bx)
        and min(ay, by) <= y <= max(ay, by)
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)
    )


def crossings(x: int, y: int, ring: Ring) -> int:
    """How many sides a ray from the point to the east crosses, in whole numbers."""
    count = 0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y):
            side = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
            count += side > 0 if by > ay else side < 0
    return count


def holds(rings: list[Ring], x: int, y: int) -> bool:
    """Whether a point lies in an outline and in none of its holes; borders belong to it."""
    if any(on_border(x, y, ring) for ring in rings):
        return True
    return sum(crossings(x, y, ring) for ring in rings) % 2 == 1


def oracle(territories: Sequence[Territory], x: int, y: int, day: int) -> str | None:
    """The town of a position, by looking at each territory."""
    valid = [
        (town_id, rings)
        for town_id, first, last, rings in territories
        if (first is None or first <= day) and (last is None or day <= last)
    ]
    towns = sorted(town_id for town_id, rings in valid if holds(rings, x, y))
    return None if not valid else (towns or [OUTSIDE])[0]


@ANY_FOLDER
@given(maps(), points)
def test_each_position_has_the_town_that_looking_finds(
    tmp_path: Path, territories: list[Territory], positions: list[tuple[int, int, int]]
) -> None:
    """Any map, any day, corners and borders too: the same town as by casting a ray."""
    expected = [oracle(territories, *position) for position in positions]
    assert expected == located(boundaries_of(territories, tmp_path), positions)


@ANY_FOLDER
@given(maps(), st.randoms(use_true_random=False), points)
def test_the_order_of_features_does_not_matter(
    tmp_path: Path, territories: list[Territory], chance: object, positions: list
) -> None:
    """Shuffling the file changes no answer."""
    expected = located(boundaries_of(territories, tmp_path), positions)
    chance.shuffle(territories)  # type: ignore[attr-defined]
    assert expected == located(boundaries_of(territories, tmp_path), positions)


@ANY_FOLDER
@given(maps(), points, st.integers(1, 5))
def test_portions_do_not_matter(
    tmp_path: Path, territories: list[Territory], positions: list, portion: int
) -> None:
    """Points taken one, two or five at a time have the towns they have all at once."""
    boundaries = boundaries_of(territories, tmp_path)
    expected = located(boundaries, positions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK_POINTS", portion)
        assert expected == located(boundaries, positions)


def test_the_oracle_knows_a_ring_when_it_sees_one() -> None:
    """In a square with a hole: the ring and its borders belong to it, the hole does not."""
    rings = [[(0, 0), (6, 0), (6, 6), (0, 6)], [(2, 2), (2, 4), (4, 4), (4, 2)]]
    expected = {(1, 1): True, (2, 3): True, (3, 3): False, (6, 6): True, (7, 3): False}
    assert expected == {point: holds(rings, *point) for point in expected}
