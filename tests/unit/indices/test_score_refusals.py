"""What the score refuses, and that it says what it saw."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from indices.score.standard import score_days
from tests.unit.indices.cities import STANDARD

COUNTS = np.zeros((5, 2, 3))
POPULATION = np.array([1000.0, 2000.0])


def refused(
    *, counts: np.ndarray = COUNTS, population: np.ndarray = POPULATION, n_days: int = 1
) -> str:
    """Message with which an input is refused."""
    with pytest.raises(ValueError, match="got") as caught:
        score_days(counts, population=population, rules=STANDARD, n_days=n_days)
    return str(caught.value)


def with_count(value: float) -> np.ndarray:
    """Counts of which one is another."""
    counts = COUNTS.copy()
    counts[3, 1, 2] = value
    return counts


@pytest.mark.parametrize("value", [-1.0, -0.5, 0.5, 2.000001, np.nan, -np.inf])
def test_broken_counts_are_refused(value: float) -> None:
    """Negative, fractional and missing counts are no counts; the message shows them."""
    expected = f"counts must be whole numbers from 0 on, got {np.array([value])}"
    assert expected == refused(counts=with_count(value))


def test_an_endless_count_is_refused() -> None:
    """Infinity is no count either."""
    expected = "counts must be whole numbers from 0 on, got [inf]"
    assert expected == refused(counts=with_count(np.inf))


def test_a_refusal_shows_a_handful_of_broken_counts() -> None:
    """Of many broken counts the first five are shown."""
    message = refused(counts=COUNTS - np.arange(1, 7).repeat(5).reshape(5, 2, 3))
    assert message.endswith("got [-1. -1. -1. -1. -1.]")


@pytest.mark.parametrize("value", [0.0, -10.0, np.nan])
def test_a_town_without_people_is_refused(value: float) -> None:
    """Residents must be positive: there is no rate of nobody."""
    expected = f"population must be positive, got {np.array([value])}"
    assert expected == refused(population=np.array([1000.0, value]))


@pytest.mark.parametrize(
    "change",
    [
        lambda counts: counts[0],
        lambda counts: counts[..., None],
        lambda counts: counts[:, :1],
        lambda counts: counts[:, :, :2],
        lambda counts: np.moveaxis(counts, 1, 2),
        lambda counts: counts[:, :, :1],
    ],
)
def test_counts_of_a_wrong_shape_are_refused(
    change: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Nothing is broadcast: the message names the shape that is needed beside the one found."""
    counts = change(COUNTS)
    expected = (
        "counts must have shape (n_history, n_towns, n_categories) = (n, 2, 3), "
        f"got {counts.shape} with population (2,)"
    )
    assert expected == refused(counts=counts)


@pytest.mark.parametrize("shape", [(5, 1), (4, 2), (5, 2, 1), (2, 1), (2, 2), (3,), (1,)])
def test_residents_of_a_wrong_shape_are_refused(shape: tuple[int, ...]) -> None:
    """One number of residents for each town, or one for each town and day of the history."""
    message = refused(population=np.full(shape, 1000.0))
    assert message.endswith(f"got (5, 2, 3) with population {shape}")


@pytest.mark.parametrize("n_days", [0, -1, 6])
def test_days_that_the_history_does_not_have_are_refused(n_days: int) -> None:
    """Between one day and all of them can be scored."""
    assert f"n_days must lie in 1..5, got {n_days}" == refused(n_days=n_days)


def test_an_empty_history_is_refused() -> None:
    """Without a single known day nothing is scored."""
    expected = "n_days must lie in 1..0, got 1"
    assert expected == refused(counts=np.zeros((0, 2, 3)))


def test_whole_counts_of_any_number_type_are_taken() -> None:
    """Integers are counts as good as floats that are whole."""
    counts = with_count(4.0)
    as_floats, as_integers = (
        score_days(counts.astype(kind), population=POPULATION, rules=STANDARD, n_days=2)
        for kind in (np.float64, np.int32)
    )
    assert as_floats.relative_rate.tolist() == as_integers.relative_rate.tolist()


@pytest.mark.parametrize("days_back", [0, 5, 12, 27])
def test_old_harm_alone_still_makes_a_score(days_back: int) -> None:
    """A city whose only incident lies far back in the window is scored like any other."""
    counts = np.zeros((28, 2, 3))
    counts[27 - days_back, 0, 0] = 1
    scores = score_days(counts, population=POPULATION, rules=STANDARD, n_days=1)
    worse, better = scores.relative_rate[0, :, 0]
    assert 0 < better < worse < np.inf


def test_harm_eleven_half_lives_back_still_makes_a_score() -> None:
    """However short the half-life is beside the window, a town that is rated has a score."""
    rules = replace(STANDARD, window_days=28, half_life_days=2.0)
    counts = np.zeros((28, 2, 3))
    counts[4, 0, 0] = 1
    scores = score_days(counts, population=POPULATION, rules=rules, n_days=1)
    assert scores.rated.tolist() == np.isfinite(scores.score).tolist()
