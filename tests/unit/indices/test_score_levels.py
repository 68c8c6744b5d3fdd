"""Levels of printed scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.levels import NOT_RATED, level_numbers
from tests.unit.indices import oracle

CUTS = (90.0, 80.0, 70.0)


@pytest.mark.parametrize(
    ("printed", "level"),
    [(100.0, 1), (90.0, 1), (89.9, 2), (80.0, 2), (79.9, 3), (70.0, 3), (69.9, 4), (0.0, 4)],
)
def test_the_edge_belongs_to_the_better_level(printed: float, level: int) -> None:
    """90 is level 1, 89.9 level 2, and so on down."""
    assert level == level_numbers(np.array([printed]), cuts=CUTS)[0]


def test_not_rated_is_no_level() -> None:
    """A town without a score is at level 0, which no score reaches."""
    expected = [NOT_RATED, 1, 4]
    assert expected == level_numbers(np.array([np.nan, 95.0, 5.0]), cuts=CUTS).tolist()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    cuts=st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True),
    units=st.lists(st.integers(0, 1000), min_size=1),
)
def test_any_number_of_levels_is_counted_down(cuts: list[int], units: list[int]) -> None:
    """A score's level is the first whose lower edge it reaches."""
    falling = tuple(float(cut) for cut in sorted(cuts, reverse=True))
    printed = np.array(units) / 10
    expected = [oracle.level(score, falling) for score in printed.tolist()]
    assert expected == level_numbers(printed, cuts=falling).tolist()


def test_levels_keep_the_shape_of_the_scores() -> None:
    """Days and towns go in and come out."""
    panel = np.array([[95.0, 85.0], [75.0, np.nan]])
    expected = [[1, 2], [3, 0]]
    assert expected == level_numbers(panel, cuts=CUTS).tolist()
