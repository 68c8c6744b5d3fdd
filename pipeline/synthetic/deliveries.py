"""Which delivery holds which row: first reports, later updates, repeated and conflicting rows."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from pipeline.synthetic.dirt import CALL_FAULTS, CONFLICT_SHARE, DUPLICATE_SHARE, variant_of
from pipeline.synthetic.draws import Ints, pick, uniform_stream
from pipeline.synthetic.incidents import CLEAN, DAY, NEVER, VALID, Calls, number_of_day
from pipeline.synthetic.kinds import KINDS
from pipeline.synthetic.layout import NO_FEEDBACK, NO_NUMBER, NO_RESULT, Codes, Layout, number_parts
from pipeline.synthetic.places import N_SPELLINGS

ORIGINAL, DUPLICATE_ROW, CONFLICT_ROW = range(3)
REPORTED, HANDLED, REVISED = range(3)  # what is known of a call: more with each version
COPIED_WITHIN = 3_600  # seconds of reports between a row and its copy


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """One entry a row, in the order of the files and of the rows in each."""

    file: Ints
    call: Ints
    version: Ints
    copy: Ints  # ORIGINAL, or what stands on top of it
    key: Ints  # by which a file is sorted

    def take(self, positions: Ints) -> "Rows":
        """The rows at these positions, in this order."""
        return Rows(**{f.name: getattr(self, f.name)[positions] for f in fields(self)})


def quarter_names(days: Sequence[date]) -> list[str]:
    """The quarters that the days touch, in order, as `2023q1`."""
    return list(dict.fromkeys(_quarter(day) for day in days))


def make_rows(calls: Calls, days: Sequence[date], seed: int) -> Rows:
    """All rows of all files.

    A call comes in the delivery of the quarter in which it was reported, and again in each later
    one in which something more became known of it. What happens after the last day never comes.
    """
    names = quarter_names(days)
    file_of_day = np.array([names.index(_quarter(day)) for day in days])
    reported = _file_of(calls.reported, file_of_day)
    handled = _file_of(calls.handled, file_of_day)
    revised = _file_of(calls.revised, file_of_day)

    later_feedback = np.flatnonzero((handled > reported) & (handled < len(names)))
    later_revision = np.flatnonzero(
        (revised > np.maximum(reported, handled)) & (revised < len(names))
    )
    call = np.concatenate([np.arange(len(calls)), later_feedback, later_revision])
    file = np.concatenate([reported, handled[later_feedback], revised[later_revision]])
    version = (handled[call] <= file).astype(np.int64) + (revised[call] <= file)
    rows = Rows(
        file=file,
        call=call,
        version=version,
        copy=np.full(call.size, ORIGINAL),
        key=calls.reported[call],
    )
    return _sorted_with_copies(rows, calls, seed)


def row_numbers(file: Ints) -> Ints:
    """The number of each row within its file, from 1."""
    return np.arange(file.size) - np.searchsorted(file, file, side="left") + 1


def codes_of(rows: Rows, calls: Calls, layout: Layout) -> Codes:
    """The parts of each row as positions in the layout's tables."""
    at = rows.call
    is_conflict = rows.copy == CONFLICT_ROW
    # A conflict tells of the next kind in the list at the same time and place.
    received = np.where(is_conflict, (calls.received[at] + 1) % len(KINDS), calls.received[at])
    feedback = np.where(rows.version == REVISED, calls.final[at], calls.first_feedback[at])
    feedback = np.where(is_conflict, received, feedback)
    is_open = rows.version == REPORTED
    day = calls.reported[at] // DAY
    codes: Codes = {
        "id_district": calls.town[at],
        "id_day": day,
        **number_parts(number_of_day(calls.reported)[at]),
        "reported_day": day,
        "reported_clock": calls.reported[at] % DAY,
        "occurred_day": calls.occurred[at] // DAY,
        "occurred_clock": calls.occurred[at] % DAY,
        "bureau": calls.town[at],
        "place": calls.town[at] * N_SPELLINGS + calls.spelling[at],
        "received": received,
        "feedback": np.where(is_open, NO_FEEDBACK, feedback),
        "status": np.where(is_open, VALID, calls.status[at]),
        "deaths": np.where(is_open, NO_NUMBER, calls.deaths[at]),
        "injuries": np.where(is_open, NO_NUMBER, calls.injuries[at]),
        "result": np.where(is_open, NO_RESULT, calls.result[at]),
    }
    _put_faults(codes, at, calls, layout)
    return codes


def _put_faults(codes: Codes, at: Ints, calls: Calls, layout: Layout) -> None:
    """Write the faults of the calls over the parts of their rows."""
    for number, fault in enumerate(CALL_FAULTS):
        mine = calls.fault[at] == number
        for variant in range(len(fault.variants)):
            layout.put_fault(codes, mine & (variant_of(at, fault) == variant), number, variant)


def _sorted_with_copies(rows: Rows, calls: Calls, seed: int) -> Rows:
    """Add duplicates and conflicts behind some clean rows, and bring all into the files' order."""
    u = uniform_stream(seed, "copies").random((rows.call.size, 2)).T
    which = pick(u[0], (DUPLICATE_SHARE, CONFLICT_SHARE)) + DUPLICATE_ROW
    is_handled_and_clean = (calls.fault[rows.call] == CLEAN) & (rows.version > REPORTED)
    copied = np.flatnonzero((which <= CONFLICT_ROW) & is_handled_and_clean)
    behind = (u[1][copied] * COPIED_WITHIN).astype(np.int64)
    columns = {
        "file": np.concatenate([rows.file, rows.file[copied]]),
        "call": np.concatenate([rows.call, rows.call[copied]]),
        "version": np.concatenate([rows.version, rows.version[copied]]),
        "copy": np.concatenate([rows.copy, which[copied]]),
        "key": np.concatenate([rows.key, rows.key[copied] + behind]),
    }
    order = np.lexsort((columns["call"], columns["copy"], columns["key"], columns["file"]))
    return Rows(**{name: column[order] for name, column in columns.items()})


def _quarter(day: date) -> str:
    return f"{day.year}q{(day.month + 2) // 3}"


def _file_of(seconds: Ints, file_of_day: Ints) -> Ints:
    """The delivery in which a moment lies; beyond the last day, one that never comes."""
    never = file_of_day[-1] + 1
    day = np.minimum(seconds // DAY, file_of_day.size)
    file: Ints = np.append(file_of_day, never)[day]
    return np.where(seconds == NEVER, never + 1, file)
