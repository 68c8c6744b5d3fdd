"""The columns of the synthetic register, and rows as bytes.

A row is put together from parts of few distinct texts each: a day, a clock time, a spelling. Every
part is a table of encoded texts; a row is one position in each. Rows are laid side by side in cells
of fixed width, padded with NUL, and the NULs are taken out at the end: no loop over rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.synthetic.dirt import CALL_FAULTS, END
from pipeline.synthetic.draws import Ints
from pipeline.synthetic.kinds import KINDS
from pipeline.synthetic.places import spellings
from pipeline.synthetic.rhythm import SECONDS_OF_DAY
from pipeline.towns import Town

Encoding = Literal["gb18030", "utf-8"]
Codes = dict[str, Ints]  # part -> position in its table, one a row

COLUMNS = (
    "接警单编号",
    "报警时间",
    "发生时间",
    "所属分局",
    "辖区单位",
    "报警类别代码",
    "报警类别",
    "反馈类别代码",
    "反馈类别",
    "警情状态",
    "死亡人数",
    "受伤人数",
    "处理结果",
)
STATUS_WORDS = ("有效", "重复", "无效")
RESULTS = ("已处警", "现场调解", '"当场教育,双方和解"', "移交办案单位", "移交其他部门", "转派出所")
N_RESULTS = len(RESULTS)
MOST_CASUALTIES = 9
NO_NUMBER, NO_FEEDBACK, NO_RESULT = MOST_CASUALTIES + 1, len(KINDS), N_RESULTS
LOW_NUMBERS, HIGHEST_NUMBER = 10_000, 9_999_999  # of calls in a day: seven digits


@dataclass(frozen=True, eq=False)
class Layout:
    """The tables of encoded texts, by part, in the order of a row."""

    tables: dict[str, NDArray[np.bytes_]]
    fault_positions: tuple[tuple[Mapping[str, int], ...], ...]  # of CALL_FAULTS, by variant

    def render(self, codes: Codes) -> bytes:
        """Rows as bytes, each with its line end."""
        n_rows = next(iter(codes.values())).size
        rows = np.empty(n_rows, dtype=[(part, t.dtype) for part, t in self.tables.items()])
        for part, table in self.tables.items():
            rows[part] = table[codes[part]]
        return rows.tobytes().translate(None, b"\0")

    def put_fault(self, codes: Codes, rows: NDArray[np.bool_], fault: int, variant: int) -> None:
        """Write a fault's texts over the parts of some rows."""
        for part, position in self.fault_positions[fault][variant].items():
            codes[part] = np.where(rows, position, codes[part])


def header(encoding: Encoding) -> bytes:
    """The first line of a file."""
    return (",".join(COLUMNS) + END).encode(encoding)


def make_layout(
    towns: Sequence[Town],
    days: Sequence[date],
    *,
    districts_zh: Mapping[str, str],
    encoding: Encoding,
) -> Layout:
    """Tables for these towns and days, with the texts of all faults behind the clean ones."""
    texts = _clean_texts(towns, days, districts_zh)
    positions = tuple(
        tuple(
            {part: _position(texts[part], text) for part, text in variant.items()}
            for variant in fault.variants
        )
        for fault in CALL_FAULTS
    )
    tables = {part: np.array([_encoded(t, encoding) for t in ts]) for part, ts in texts.items()}
    return Layout(tables, positions)


def number_parts(number: Ints) -> Codes:
    """The number of a call within its day, as two parts.

    Raises:
        ValueError: If a number has more than seven digits.
    """
    if number.max(initial=0) > HIGHEST_NUMBER:
        raise ValueError(f"at most {HIGHEST_NUMBER} calls a day have a number, got {number.max()}")
    return {"id_high": number // LOW_NUMBERS, "id_low": number % LOW_NUMBERS}


def _clean_texts(
    towns: Sequence[Town], days: Sequence[date], districts_zh: Mapping[str, str]
) -> dict[str, list[str]]:
    """Texts of each part, with the delimiter in front of them."""
    dated = [f",{day:%Y-%m-%d}" for day in days]
    clock = [f" {s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(SECONDS_OF_DAY)]
    kinds = [f",{kind.code},{kind.name}" for kind in KINDS]
    numbers = [f",{n}" for n in range(MOST_CASUALTIES + 1)] + [","]
    districts = [districts_zh.get(town.district, town.district) for town in towns]
    return {
        "id_district": [town.town_id[:6] for town in towns],
        "id_day": [f"{day:%Y%m%d}" for day in days],
        "id_high": [f"{n:03}" for n in range(HIGHEST_NUMBER // LOW_NUMBERS + 1)],
        "id_low": [f"{n:04}" for n in range(LOW_NUMBERS)],
        "reported_day": dated,
        "reported_clock": clock,
        "occurred_day": list(dated),
        "occurred_clock": list(clock),
        "bureau": [f",{name.removesuffix('区')}分局" for name in districts],
        "place": [
            f",{text}"
            for town, name in zip(towns, districts, strict=True)
            for text in spellings(town, name)
        ],
        "received": kinds,
        "feedback": [*kinds, ",,"],
        "status": [f",{word}" for word in STATUS_WORDS],
        "deaths": numbers,
        "injuries": list(numbers),
        "result": [*(f",{text}{END}" for text in RESULTS), f",{END}"],
    }


def _position(texts: list[str], text: str) -> int:
    """Where a text stands in a table, put at its end if it is new."""
    if text not in texts:
        texts.append(text)
    return texts.index(text)


def _encoded(text: str, encoding: Encoding) -> bytes:
    return text.encode(encoding, "surrogateescape")
