"""The one way in which the last axis is added up."""

import numpy as np
import pytest

from indices.arrays import add_up


@pytest.mark.parametrize("n_parts", [1, 7, 8, 9, 40, 200])
def test_parts_are_added_from_left_to_right(n_parts: int) -> None:
    """Whatever the shape: a day alone ends in the same bits as the day within a panel."""
    parts = np.random.default_rng(n_parts).random((30, 4, n_parts)) / 3
    expected = [[sum(row.tolist(), start=0.0) for row in day] for day in parts]
    assert expected == add_up(parts).tolist()
    assert [expected[5]] == add_up(parts[5:6]).tolist()
    assert expected == add_up(np.asfortranarray(parts)).tolist()


def test_nothing_adds_up_to_nothing() -> None:
    """Without parts the sum is 0, and what is missing stays missing."""
    assert [0.0, 0.0] == add_up(np.zeros((2, 0))).tolist()
    assert np.isnan(add_up(np.array([[1.0, np.nan]])))[0]
