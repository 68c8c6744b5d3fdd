"""Calls of the synthetic city, as columns: incidents, repeated and invalid calls, faulty ones."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from pipeline.sources.declaration import Generator
from pipeline.synthetic.dirt import CALL_FAULT_SHARES, CALL_FAULTS
from pipeline.synthetic.draws import Floats, Ints, pick, poisson, spread, uniform_stream
from pipeline.synthetic.kinds import KINDS, POSITIONS
from pipeline.synthetic.layout import N_RESULTS
from pipeline.synthetic.places import SPELLING_SHARES
from pipeline.synthetic.rates import expected_counts
from pipeline.synthetic.rhythm import RHYTHMS, SECONDS_OF_DAY, seconds_of_day
from pipeline.towns import Town

VALID, REPEAT, INVALID = range(3)
CLEAN = NEVER_REPEATS = -1
NEVER = np.iinfo(np.int64).max
HOUR, DAY = 3_600, SECONDS_OF_DAY

# Points of distributions: shares reached, and seconds. Nearly all calls come within the hour.
PROMPT = (0, 0.5, 0.93, 0.98, 0.997, 1), (20, 240, HOUR, DAY, 7 * DAY, 45 * DAY)
LATE = (0, 0.4, 0.7, 0.9, 0.98, 1), (60, HOUR, 12 * HOUR, 3 * DAY, 14 * DAY, 90 * DAY)
HANDLING = (0, 0.7, 0.92, 0.98, 1), (600, 4 * HOUR, DAY, 5 * DAY, 45 * DAY)
REVISION = (0, 0.6, 1), (5 * DAY, 40 * DAY, 120 * DAY)
REPEATED_AFTER = (0, 0.8, 1), (30, 600, 2 * HOUR)

MISTAKEN_SHARE = 0.08  # of incidents whose kind at reception is not the final one
REVISED_SHARE = 0.2  # of these, corrected only after the first feedback
REPEAT_SHARES = {"fire": 0.25, "traffic": 0.12}  # of incidents that somebody else reports too
USUAL_REPEAT_SHARE = 0.04
SECOND_REPEAT_SHARE = 0.2
INVALID_SHARE = 0.03  # of nuisance calls, against the incidents
INJURED = (0.8, 0.15)  # one, two; else three


@dataclass(frozen=True, kw_only=True, eq=False)
class Calls:
    """One entry a call. Times in seconds since the midnight at which the first day begins."""

    occurred: Ints
    reported: Ints
    handled: Ints  # from when on there is a feedback
    revised: Ints  # from when on the final kind stands; NEVER if the first feedback had it
    town: Ints
    received: Ints  # kinds, as positions in KINDS
    first_feedback: Ints
    final: Ints
    status: Ints
    deaths: Ints
    injuries: Ints
    result: Ints
    spelling: Ints
    repeats: Ints  # position of the call that this one repeats
    fault: Ints  # position in CALL_FAULTS

    def __len__(self) -> int:
        """Number of calls."""
        return self.occurred.size

    def take(self, positions: Ints) -> "Calls":
        """The calls at these positions, in this order."""
        return Calls(**{f.name: getattr(self, f.name)[positions] for f in fields(self)})


def make_counts(towns: Sequence[Town], generator: Generator) -> Ints:
    """Valid incidents drawn for each day, town and kind, shape (n_days, n_towns, n_kinds)."""
    expected = expected_counts(towns, generator)
    u = uniform_stream(generator.seed, "counts").random(expected.shape)
    return poisson(u, expected).reshape(expected.shape)


def make_calls(counts: Ints, generator: Generator) -> Calls:
    """All calls reported by the end of the last day, by the time of report."""
    incidents = _incidents(counts, generator.seed)
    groups = [
        incidents,
        _repeat_calls(incidents, generator.seed),
        _invalid_calls(incidents, generator.seed),
        _faulty_calls(incidents, generator.seed),
    ]
    calls = Calls(
        **{f.name: np.concatenate([getattr(g, f.name) for g in groups]) for f in fields(Calls)}
    )
    order = np.argsort(calls.reported, kind="stable")
    order = order[calls.reported[order] < counts.shape[0] * DAY]
    new_position = np.full(len(calls), NEVER_REPEATS)
    new_position[order] = np.arange(order.size)
    calls = calls.take(order)
    repeats = np.where(calls.repeats >= 0, new_position[calls.repeats], NEVER_REPEATS)
    return replace(calls, repeats=repeats)


def number_of_day(reported: Ints) -> Ints:
    """The number of each call within the day of its report, from 1; `reported` ascends."""
    day = reported // DAY
    return np.arange(day.size) - np.searchsorted(day, day, side="left") + 1


def _incidents(counts: Ints, seed: int) -> Calls:
    """The valid incidents, by day, town and kind."""
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    day, town, kind = np.unravel_index(cell, counts.shape)
    u = uniform_stream(seed, "incidents").random((cell.size, 12)).T
    occurred = day * DAY + _seconds(u[0], kind)
    late = np.array([k.is_late for k in KINDS])[kind]
    reported = occurred + np.where(late, spread(u[1], *LATE), spread(u[1], *PROMPT))
    handled = reported + spread(u[2], *HANDLING)
    received = _received(u[3], u[4], kind)
    is_revised = (received != kind) & (u[5] < REVISED_SHARE)
    injured = u[8] < np.array([k.injury_share for k in KINDS])[kind]
    return Calls(
        occurred=occurred,
        reported=reported,
        handled=handled,
        revised=np.where(is_revised, handled + spread(u[6], *REVISION), NEVER),
        town=town,
        received=received,
        first_feedback=np.where(is_revised, received, kind),
        final=kind,
        status=np.full(cell.size, VALID),
        deaths=(u[7] < np.array([k.death_share for k in KINDS])[kind]).astype(np.int64),
        injuries=np.where(injured, 1 + pick(u[9], INJURED), 0),
        result=(u[10] * N_RESULTS).astype(np.int64),
        spelling=pick(u[11], SPELLING_SHARES),
        repeats=np.full(cell.size, NEVER_REPEATS),
        fault=np.full(cell.size, CLEAN),
    )


def _seconds(u: Floats, kind: Ints) -> Ints:
    """Seconds of the day, by the rhythm of each kind."""
    rhythm_of_kind = np.array([list(RHYTHMS).index(k.rhythm) for k in KINDS])[kind]
    seconds = np.zeros(u.size, dtype=np.int64)
    for position, rhythm in enumerate(RHYTHMS.values()):
        mine = rhythm_of_kind == position
        seconds[mine] = seconds_of_day(u[mine], rhythm)
    return seconds


def _received(u: Floats, u_which: Floats, kind: Ints) -> Ints:
    """The kind noted at reception: mostly the final one, else one that it is mistaken for."""
    most = max(len(k.mistaken_for) for k in KINDS)
    others = np.array(
        [[POSITIONS[c] for c in (k.mistaken_for or (k.code,)) * most][:most] for k in KINDS]
    )
    n_others = np.array([max(len(k.mistaken_for), 1) for k in KINDS])[kind]
    other = others[kind, (u_which * n_others).astype(np.int64)]
    return np.where(u < MISTAKEN_SHARE, other, kind)


def _repeat_calls(incidents: Calls, seed: int) -> Calls:
    """Further calls about an incident: same place and kind, marked as repeats when handled."""
    u = uniform_stream(seed, "repeats").random((len(incidents), 3)).T
    share = np.array([REPEAT_SHARES.get(k.rhythm, USUAL_REPEAT_SHARE) for k in KINDS])
    found = np.flatnonzero(u[0] < share[incidents.final])
    origin = np.repeat(found, 1 + (u[1][found] < SECOND_REPEAT_SHARE))
    after = spread(u[2][origin], *REPEATED_AFTER)
    after += np.where(np.diff(origin, prepend=-1) == 0, 60, 0)  # the second a minute later
    first = incidents.take(origin)
    reported = first.reported + after
    nobody = np.zeros(origin.size, dtype=np.int64)
    return replace(
        first,
        reported=reported,
        handled=np.maximum(first.handled, reported),
        revised=np.where(first.revised < NEVER, np.maximum(first.revised, reported), NEVER),
        status=nobody + REPEAT,
        deaths=nobody,
        injuries=nobody,
        repeats=origin,
    )


def _invalid_calls(incidents: Calls, seed: int) -> Calls:
    """Nuisance calls: whatever was noted at reception, handled as other and invalid."""
    u = uniform_stream(seed, "invalid").random((len(incidents), 2)).T
    calls = incidents.take(np.flatnonzero(u[0] < INVALID_SHARE))
    reported = calls.occurred + (u[1][u[0] < INVALID_SHARE] * 6 * HOUR).astype(np.int64)
    other = np.full(len(calls), POSITIONS["999900"])
    nobody = np.zeros(len(calls), dtype=np.int64)
    return replace(
        calls,
        occurred=reported,
        reported=reported,
        handled=reported + HOUR,
        revised=nobody + NEVER,
        first_feedback=other,
        final=other,
        status=nobody + INVALID,
        deaths=nobody,
        injuries=nobody,
    )


def _faulty_calls(incidents: Calls, seed: int) -> Calls:
    """Calls whose row will carry a fault: calls of their own, so that no incident is lost."""
    u = uniform_stream(seed, "faults").random((len(incidents), 2)).T
    fault = pick(u[0], CALL_FAULT_SHARES)
    found = np.flatnonzero(fault < len(CALL_FAULTS))
    calls = incidents.take(found)
    reported = calls.reported + (u[1][found] * 600).astype(np.int64)
    return replace(
        calls,
        reported=reported,
        handled=reported,
        revised=np.full(found.size, NEVER),
        received=calls.final,
        first_feedback=calls.final,
        fault=fault[found],
    )
