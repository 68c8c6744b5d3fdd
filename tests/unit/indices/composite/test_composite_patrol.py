"""Shares of patrol effort."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.composite.patrol import effort_shares
from tests.unit.indices.composite import oracle

MODEST = settings(max_examples=200, deadline=None, derandomize=True)
areas = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.just(0.0), st.floats(0.01, 500))),
    min_size=1,
    max_size=12,
)


@MODEST
@given(areas=areas, share=st.floats(0, 1), by_harm=st.booleans())
def test_effort_is_shared_out_in_two_parts(
    areas: list[tuple[int, float]], share: float, by_harm: bool
) -> None:
    """Area by area: the share of its part, within it equal or in proportion to harm."""
    level = np.array([number for number, _ in areas])
    harm = np.array([own for _, own in areas])
    actual = effort_shares(
        level, share_to_worst=share, from_level=3, harm=harm if by_harm else None
    )
    expected = oracle.effort_shares(
        level.tolist(),
        share_to_worst=share,
        from_level=3,
        harm=harm.tolist() if by_harm else [1.0] * len(areas),
    )
    assert pytest.approx(expected) == actual
    assert pytest.approx(1.0) == actual.sum()


@MODEST
@given(areas=areas, share=st.floats(0, 1))
def test_no_worse_area_gets_less_than_another(areas: list[tuple[int, float]], share: float) -> None:
    """However many areas are worse, with equal shares each gets at least what the others get."""
    level = np.array([number for number, _ in areas])
    shares = effort_shares(level, share_to_worst=share, from_level=2)
    assert (shares[level >= 2].min(initial=1) >= shares[level < 2].max(initial=0) - 1e-12) or (
        not (level >= 2).any()
    )


def test_half_of_the_force_goes_to_the_worse_estates() -> None:
    """Two red of five estates: a quarter each, a sixth for each other one, rated or not."""
    shares = effort_shares(np.array([3, 1, 2, 3, 0]), share_to_worst=0.5, from_level=3)
    assert pytest.approx([1 / 4, 1 / 6, 1 / 6, 1 / 4, 1 / 6]) == shares


def test_unknown_harm_counts_as_the_mean_of_its_part() -> None:
    """Harm 2 and 4 and one unknown in the worse part: 2, 4, 3 of nine; no harm at all: equal."""
    level = np.array([[3, 3, 3, 1, 1]])
    harm = np.array([[2.0, 4.0, np.nan, 0.0, np.nan]])
    shares = effort_shares(level, share_to_worst=0.9, from_level=2, harm=harm)
    assert pytest.approx(np.array([[0.2, 0.4, 0.3, 0.05, 0.05]])) == shares


def test_every_day_is_shared_out_on_its_own() -> None:
    """Each row of a panel sums to 1, also where none or all are worse."""
    level = np.array([[1, 1], [1, 3], [3, 3]])
    shares = effort_shares(level, share_to_worst=0.75, from_level=3)
    expected = [[0.5, 0.5], [0.25, 0.75], [0.5, 0.5]]
    assert expected == shares.tolist()


@pytest.mark.parametrize(
    ("share", "from_level", "harm", "words"),
    [
        (1.1, 3, None, "share_to_worst"),
        (-0.1, 3, None, "share_to_worst"),
        (0.5, 1, None, "from_level"),
        (0.5, 3, np.array([-1.0]), "harm must be"),
    ],
)
def test_shares_that_make_no_sense_are_refused(
    share: float, from_level: int, harm: np.ndarray | None, words: str
) -> None:
    """Parts outside 0..1, the best level as a worse one, negative harm."""
    with pytest.raises(ValueError, match=words):
        effort_shares(np.array([3]), share_to_worst=share, from_level=from_level, harm=harm)
