"""Escalation: what follows when a town has the worst level several editions running.

The ladder of Huizhou: red three times running brings a written notice, four times an interview,
five times a further step (Minzhu yu Fazhi Shibao, 2016). Which steps there are is a matter of
method files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from indices.arrays import IntArray
from indices.levels import NOT_RATED

NO_RUNG = -1


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A step that is taken when the worst level has lasted for `after` editions."""

    after: int  # >= 1
    code: str


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class Steps:
    """Where each town stands on the ladder, both of shape (n_periods, n_towns)."""

    run: IntArray  # editions with the worst level up to this one, without a better one between
    rung: IntArray  # position of the rung reached with this very edition, else `NO_RUNG`


def steps_reached(
    levels: IntArray,
    *,
    worst_level: int,
    rungs: Sequence[Rung],
    missing: Literal["hold", "reset"] = "hold",
) -> Steps:
    """Count editions at the worst level and find those that bring the next step.

    Args:
        levels: Shape (n_periods, n_towns), oldest edition first, 1 to `worst_level`, `NOT_RATED`
            where there is none.
        worst_level: Number of the worst level.
        rungs: In the order of `after`.
        missing: What an edition without a level does to a run. "hold" leaves it as it is: what
            nobody measured is no further red, and no improvement either, so that a town cannot
            leave the ladder by not reporting. "reset" ends it: the letter of "times running".

    Any better level ends a run; a rung is reached once in a run, and again in the next one.

    Raises:
        ValueError: If a level lies outside its range or the rungs do not rise.
    """
    _refuse_misfits(levels, worst_level, rungs)
    worst, unknown = levels == worst_level, levels == NOT_RATED
    run = np.zeros(levels.shape, dtype=np.int64)
    length = np.zeros(levels.shape[1:], dtype=np.int64)
    for period in range(len(levels)):
        kept = length if missing == "hold" else np.zeros_like(length)
        length = np.select([worst[period], unknown[period]], [length + 1, kept], 0)
        run[period] = length
    reached = [worst & (run == rung.after) for rung in rungs]
    positions = list(range(len(rungs)))
    rung = np.select(reached, positions, NO_RUNG) if rungs else np.full(levels.shape, NO_RUNG)
    return Steps(run=run, rung=np.asarray(rung, dtype=np.int64))


def _refuse_misfits(levels: IntArray, worst_level: int, rungs: Sequence[Rung]) -> None:
    """Levels are 0 to the worst, rungs rise from 1."""
    if not ((levels >= NOT_RATED) & (levels <= worst_level)).all():
        raise ValueError(f"levels must lie in 0..{worst_level}, got {np.unique(levels)}")
    after = [rung.after for rung in rungs]
    if any(number < 1 for number in after) or any(a >= b for a, b in pairwise(after)):
        raise ValueError(f"rungs must rise from 1 on, got {after}")
