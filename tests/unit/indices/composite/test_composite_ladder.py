"""Runs of the worst level and the steps they bring."""

from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.composite.ladder import Rung, steps_reached
from tests.unit.indices.composite import oracle

MODEST = settings(max_examples=200, deadline=None, derandomize=True)
LEVEL = {"-": 0, "G": 1, "Y": 2, "R": 3}
AFTER = {2: "letter", 3: "notice", 5: "hearing"}
RUNGS = tuple(Rung(after=after, code=code) for after, code in AFTER.items())
Missing = Literal["hold", "reset"]


def climbed(*towns: str, missing: Missing) -> list[list[tuple[int, str | None]]]:
    """Run and code of the step of each town after each edition."""
    levels = np.array([[LEVEL[letter] for letter in town] for town in towns]).T
    steps = steps_reached(levels, worst_level=3, rungs=RUNGS, missing=missing)
    codes = [*AFTER.values(), None]  # position -1 is the last one
    return [
        [(int(run), codes[rung]) for run, rung in zip(runs, rungs, strict=True)]
        for runs, rungs in zip(steps.run.T, steps.rung.T, strict=True)
    ]


@MODEST
@given(
    towns=st.integers(1, 25).flatmap(
        lambda n: st.lists(st.text("RRRRGY-", min_size=n, max_size=n), min_size=1, max_size=4)
    ),
    missing=st.sampled_from(["hold", "reset"]),
)
def test_towns_climb_as_if_alone(towns: list[str], missing: Missing) -> None:
    """Going through the editions of one town after the other gives the same."""
    expected = [oracle.ladder(town, worst="R", after=AFTER, missing=missing) for town in towns]
    assert expected == climbed(*towns, missing=missing)


def test_a_step_is_taken_once_in_a_run() -> None:
    """The second, third and fifth red bring a step, the fourth and sixth none."""
    steps = [step for _, step in climbed("RRRRRR", missing="hold")[0]]
    assert [None, "letter", "notice", None, "hearing", None] == steps


def test_an_edition_without_a_level_holds_the_run_or_ends_it() -> None:
    """Not rated is no further red; whether it ends the run is the method's choice."""
    assert climbed("RR-R", missing="hold") == [[(1, None), (2, "letter"), (2, None), (3, "notice")]]
    assert climbed("RR-R", missing="reset") == [[(1, None), (2, "letter"), (0, None), (1, None)]]


def test_what_is_missing_holds_the_run_unless_told_otherwise() -> None:
    """A town does not leave the ladder by not reporting."""
    steps = steps_reached(np.array([[3], [0], [3]]), worst_level=3, rungs=RUNGS)
    assert steps.run.tolist() == [[1], [1], [2]]


def test_a_ladder_without_rungs_counts_and_does_nothing() -> None:
    """Runs are known, no step is reached."""
    steps = steps_reached(np.array([[3, 1], [3, 3]]), worst_level=3, rungs=())
    assert (steps.run.tolist(), steps.rung.tolist()) == ([[1, 0], [2, 1]], [[-1, -1], [-1, -1]])


def test_no_editions_are_no_steps() -> None:
    """Before the first edition there is nothing to count."""
    steps = steps_reached(np.zeros((0, 4), dtype=np.int64), worst_level=3, rungs=RUNGS)
    assert (steps.run.shape, steps.rung.shape) == ((0, 4), (0, 4))


@pytest.mark.parametrize(
    ("level", "rungs", "words"),
    [
        (4, RUNGS, r"levels must lie in 0\.\.3"),
        (-1, RUNGS, r"levels must lie in 0\.\.3"),
        (1, RUNGS[::-1], "rungs must rise"),
        (1, (RUNGS[0], RUNGS[0]), "rungs must rise"),
        (1, (Rung(after=0, code="never"),), "rungs must rise"),
    ],
)
def test_ladders_that_make_no_sense_are_refused(
    level: int, rungs: tuple[Rung, ...], words: str
) -> None:
    """Levels beyond the worst and rungs out of order."""
    with pytest.raises(ValueError, match=words):
        steps_reached(np.array([[level]]), worst_level=3, rungs=rungs)
