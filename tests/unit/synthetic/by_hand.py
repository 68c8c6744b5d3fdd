"""The synthetic city's files, read the slow and obvious way to check the generator's truth."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipeline.city import read_city
from pipeline.settings import REPOSITORY
from pipeline.sources.declaration import Generator
from pipeline.synthetic import generate_city
from pipeline.synthetic.kinds import KINDS
from pipeline.synthetic.layout import COLUMNS
from pipeline.synthetic.places import spellings
from tests.conftest import tree_bytes

ZHUHAI = read_city(REPOSITORY / "data" / "cities" / "zhuhai-demo")
TOWNS, DISTRICTS = tuple(ZHUHAI.towns.values()), ZHUHAI.about.district_names_zh
SMALL = Generator(seed=11, first=date(2024, 1, 1), last=date(2025, 3, 31), incidents_per_day=60)
RECEIVED_AT = datetime(2026, 1, 5, tzinfo=UTC)
CODES = {kind.code: kind for kind in KINDS}
PLACES = {
    text: town.town_id for town in TOWNS for text in spellings(town, DISTRICTS[town.district])
}
OUTSIDE = ("中山市坦洲镇", "澳门特别行政区")


@dataclass(frozen=True)
class Made:
    """A generated folder, its deliveries and its tables of truth."""

    folder: Path
    files: list[Path]

    def truth(self, name: str) -> list[dict[str, str]]:
        """Rows of a table of truth."""
        path = self.folder / "truth" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def lines(self, path: Path) -> list[bytes]:
        """Lines of a delivery after its header."""
        return path.read_bytes().split(b"\r\n")[1:-1]


def make(folder: Path, generator: Generator = SMALL, **options: int) -> dict[str, bytes]:
    """All bytes of a folder that is generated afresh."""
    generate_city(TOWNS, generator, folder, districts_zh=DISTRICTS, **options)
    return tree_bytes(folder)


def moment(text: str) -> datetime | None:
    """A time as the files write it."""
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - wall time
    except ValueError:
        return None


def fault_of(fields: list[str]) -> str:  # noqa: PLR0911 - one line a rule, the first counts
    """What is wrong with one row by itself, judged the slow and obvious way."""
    if len(fields) != len(COLUMNS):
        return "too_few_fields" if len(fields) < len(COLUMNS) else "too_many_fields"
    row = dict(zip(COLUMNS, fields, strict=True))
    occurred = moment(row["发生时间"])
    numbers = [row["死亡人数"] or "0", row["受伤人数"] or "0"]
    place = row["辖区单位"]
    if occurred is None:
        return "unreadable_time" if row["发生时间"] else "missing_time"
    if not date(1971, 1, 1) <= occurred.date() <= RECEIVED_AT.date():
        return "implausible_time" if occurred.year < 1971 else "time_in_future"
    if not row["接警单编号"]:
        return "missing_identity"
    if any(not number.removeprefix("-").isascii() for number in numbers):
        return "unreadable_number"
    if any(number.startswith("-") for number in numbers):
        return "negative_number"
    if place not in PLACES:
        return "outside" if place in OUTSIDE else "unmatched_place"
    return "" if row["报警类别代码"] in CODES else "unmapped_category"


def judged(path: Path) -> Iterator[tuple[int, str, list[str]]]:
    """Row number, fault and fields of each row of a file, read by hand."""
    seen: dict[str, bytes] = {}
    for number, line in enumerate(path.read_bytes().split(b"\r\n")[1:-1], start=1):
        try:
            fields = next(csv.reader([line.decode("gb18030")]))
        except UnicodeDecodeError:
            yield number, "bad_encoding", []
            continue
        fault = fault_of(fields)
        if not fault and fields[0] in seen:
            fault = "duplicate" if seen[fields[0]] == line else "identity_conflict"
        seen.setdefault(fields[0], line)
        yield number, fault, fields


def final_rows(made: Made) -> dict[str, list[str]]:
    """The newest clean row of each identity."""
    newest: dict[str, list[str]] = {}
    for path in made.files:
        newest |= {fields[0]: fields for _, fault, fields in judged(path) if not fault}
    return newest
