"""Faults that are put into rows, by name: what is written instead, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.synthetic.draws import Ints

END = "\r\n"
# Bytes that no text has, and the first half of a character where a field was cut by its bytes.
NO_TEXT, HALF_CHARACTER = "\udcff", "\udc81"
DUPLICATE, CONFLICT = "duplicate", "identity_conflict"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One named kind of dirty row."""

    reason: str  # the reason code under which the pipeline has to find it
    per_10k: float  # rows
    # Parts of the row (names of `layout.Layout`) and what stands there instead, delimiter included.
    # A character \\udcXX stands for the single byte XX, whatever the encoding.
    variants: tuple[Mapping[str, str], ...]
    is_rejected: bool = True
    is_of_text: bool = True  # False: the fault lies in the values, so Parquet can hold it too


def _moment(day: str, clock: str = "") -> dict[str, str]:
    return {"occurred_day": f",{day}", "occurred_clock": clock}


def _of_values(
    reason: str, per_10k: float, *variants: Mapping[str, str], is_rejected: bool = True
) -> Fault:
    """A fault that lies in the values, not in the text around them."""
    return Fault(
        reason=reason,
        per_10k=per_10k,
        variants=variants,
        is_rejected=is_rejected,
        is_of_text=False,
    )


CALL_FAULTS = (
    Fault(
        reason="too_few_fields",
        per_10k=6,
        variants=(
            {"deaths": "", "injuries": "", "result": END},
            {"injuries": "", "result": END},
        ),
    ),
    Fault(
        reason="too_many_fields",
        per_10k=6,
        variants=(
            {"result": f",当场教育,双方和解{END}"},  # a comma that nobody quoted
            {"result": f",已处警,,移交办案单位{END}"},
        ),
    ),
    Fault(
        reason="bad_encoding",
        per_10k=5,
        variants=(
            {"place": f",{NO_TEXT}{NO_TEXT}街道"},
            {"place": f",翠香街{HALF_CHARACTER}"},
        ),
    ),
    _of_values("missing_time", 15, _moment("")),
    _of_values(
        "unreadable_time",
        10,
        _moment("2023-02-29", " 10:00:00"),
        _moment("昨天"),
        _moment("0000-00-00", " 00:00:00"),
        _moment("2024-13-05", " 08:30:00"),
    ),
    _of_values(
        "time_in_future",
        5,
        _moment("2099-12-31", " 23:59:59"),
        _moment("2099-01-01", " 08:00:00"),
    ),
    _of_values(
        "implausible_time",
        6,
        _moment("1899-12-30", " 00:00:00"),
        _moment("1970-01-01", " 00:00:00"),
    ),
    _of_values(
        "missing_identity",
        5,
        dict.fromkeys(("id_district", "id_day", "id_high", "id_low"), ""),
    ),
    _of_values("negative_number", 6, {"deaths": ",-1"}, {"injuries": ",-2"}),
    _of_values("unreadable_number", 6, {"deaths": ",二"}, {"injuries": ",若干"}),
    _of_values("unmatched_place", 10, {"place": ",未知辖区"}, {"place": ","}, is_rejected=False),
    _of_values(
        "outside",
        5,
        {"place": ",中山市坦洲镇"},
        {"place": ",澳门特别行政区"},
        is_rejected=False,
    ),
    _of_values(
        "unmapped_category",
        8,
        {"received": ",123456,未定义", "feedback": ",123456,未定义"},
        is_rejected=False,
    ),
)
CALL_FAULT_SHARES = tuple(fault.per_10k / 10_000 for fault in CALL_FAULTS)
# Rows that come on top of a clean one, later in the same file.
DUPLICATE_SHARE, CONFLICT_SHARE = 10 / 10_000, 5 / 10_000


def variant_of(number: Ints, fault: Fault) -> Ints:
    """Which variant a call has: they take turns."""
    return number % len(fault.variants)
