"""Positions in GCJ-02: published pairs, the way back, and what stays where it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.places.datum import EAST, NORTH, SOUTH, WEST, gcj02_from_wgs84, wgs84_from_gcj02

# Pairs printed in the tests and read-me files of two public converters.
PUBLISHED = (  # place, WGS84 longitude and latitude, GCJ-02 longitude and latitude
    ("Shanghai", 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),  # eviltransform
    ("Shenzhen", 113.912316, 22.543847, 113.9171764808363, 22.540796131694766),  # eviltransform
    ("Beijing", 116.377817, 39.911954, 116.38404722455657, 39.91334545536069),  # eviltransform
    ("Tiananmen", 116.404, 39.915, 116.41024449916938, 39.91640428150164),  # coordtransform
)
NOT_SHIFTED = (
    ("Tokyo", 139.7671, 35.6812),
    ("Toronto", -79.3832, 43.6532),
    ("Brisbane", 153.0251, -27.4698),
    ("no position", 0.0, 0.0),
    ("north pole", 0.0, 90.0),
    ("south pole", 180.0, -90.0),
)
EDGE = 0.02  # degrees: near the rectangle's edges the shift begins abruptly
within = st.tuples(
    st.floats(WEST + EDGE, EAST - EDGE),
    st.floats(SOUTH + EDGE, NORTH - EDGE),
)


def one(longitude: float, latitude: float) -> tuple[np.ndarray, np.ndarray]:
    """A position as arrays of one."""
    return np.array([longitude]), np.array([latitude])


@pytest.mark.parametrize("pair", PUBLISHED, ids=lambda pair: pair[0])
def test_published_pairs_are_met(pair: tuple[str, float, float, float, float]) -> None:
    """WGS84 gives the GCJ-02 that others have published, to a ten-millionth of a degree."""
    _, longitude, latitude, *expected = pair
    actual = np.concatenate(gcj02_from_wgs84(*one(longitude, latitude)))
    assert pytest.approx(expected, abs=1e-7) == actual


@pytest.mark.parametrize("pair", PUBLISHED, ids=lambda pair: pair[0])
def test_published_pairs_are_met_on_the_way_back(
    pair: tuple[str, float, float, float, float],
) -> None:
    """GCJ-02 gives the WGS84 it was made from, to a ten-millionth of a degree."""
    _, *expected = pair
    actual = np.concatenate(wgs84_from_gcj02(*one(*expected[2:])))
    assert pytest.approx(expected[:2], abs=1e-7) == actual


@given(st.lists(within, min_size=1, max_size=30))
def test_there_and_back_ends_where_it_began(positions: list[tuple[float, float]]) -> None:
    """Anywhere in the rectangle, WGS84 -> GCJ-02 -> WGS84 moves by less than 1e-7 degrees."""
    longitude, latitude = np.array(positions).T
    back_longitude, back_latitude = wgs84_from_gcj02(*gcj02_from_wgs84(longitude, latitude))
    moved = np.hypot(back_longitude - longitude, back_latitude - latitude)
    assert moved.max() < 1e-7


@given(within)
def test_the_shift_is_some_hundred_metres(position: tuple[float, float]) -> None:
    """A position moves, and by less than two kilometres."""
    longitude, latitude = one(*position)
    shifted_longitude, shifted_latitude = gcj02_from_wgs84(longitude, latitude)
    east_m = (shifted_longitude - longitude) * 111_320 * np.cos(np.radians(latitude))
    north_m = (shifted_latitude - latitude) * 111_320
    assert 0 < np.hypot(east_m, north_m).item() < 2_000


@pytest.mark.parametrize("place", NOT_SHIFTED, ids=lambda place: place[0])
def test_positions_elsewhere_stay(place: tuple[str, float, float]) -> None:
    """Outside the rectangle both ways leave a position as it is, to the last bit."""
    _, longitude, latitude = place
    there = np.concatenate(gcj02_from_wgs84(*one(longitude, latitude))).tolist()
    back = np.concatenate(wgs84_from_gcj02(*one(longitude, latitude))).tolist()
    assert ([longitude, latitude], [longitude, latitude]) == (there, back)


def test_unknown_positions_stay_unknown_and_hinder_nobody() -> None:
    """NaN comes out as NaN, and positions beside it are converted as if it were not there."""
    longitude = np.array([np.nan, 116.38404722455657, 113.9])
    latitude = np.array([39.9, 39.91334545536069, np.nan])
    actual = wgs84_from_gcj02(longitude, latitude)
    assert [[True, False, False], [False, False, True]] == [np.isnan(a).tolist() for a in actual]
    assert pytest.approx((116.377817, 39.911954), abs=1e-7) == (actual[0][1], actual[1][1])


def test_the_shape_is_kept_and_the_input_untouched() -> None:
    """A table of positions gives a table of positions; an empty one gives an empty one."""
    longitude, latitude = np.full((2, 3), 113.5), np.full((2, 3), 22.2)
    shifted = wgs84_from_gcj02(longitude, latitude)
    empty = wgs84_from_gcj02(np.array([]), np.array([]))
    assert [(2, 3), (2, 3), (0,), (0,)] == [part.shape for part in (*shifted, *empty)]
    assert (113.5, 22.2) == (longitude.max(), latitude.max())
