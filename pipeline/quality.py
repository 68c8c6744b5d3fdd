"""What was used, what was not, and why: the quality of the records."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from pipeline.ingest import Batch, batch_from_row
from pipeline.sources.text import visible
from pipeline.store.warehouse import Warehouse

LISTED_ROWS = 200  # of those set aside; the warehouse has them all
LISTED_VALUES = 50
LONGEST_VALUE = 80  # characters of a word that are shown


@dataclass(frozen=True, kw_only=True)
class FileQuality:
    """One file of a batch."""

    file_name: str
    sha256: str
    size_bytes: int
    rows_read: int


@dataclass(frozen=True, kw_only=True)
class BatchQuality:
    """One batch with its files and the reasons of its rejected rows."""

    batch: Batch
    files: tuple[FileQuality, ...]
    rejected: dict[str, int]  # reason code -> rows


@dataclass(frozen=True, kw_only=True)
class DayQuality:
    """Where the known incidents of one source and day went.

    known = in_towns + outside + not_located + not_counted + not_valid + unmapped.
    """

    source_id: str
    day: date
    known: int
    in_towns: int
    outside: int
    not_located: int
    not_counted: int
    unmapped: int
    not_valid: int = 0  # repeated and invalid calls


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A row that was not used: rejected, or a repetition of an earlier one."""

    batch_id: int
    file_number: int
    row_number: int
    reason_code: str
    column: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Quality:
    """All that is said of the records behind one edition."""

    batches: tuple[BatchQuality, ...]
    days: tuple[DayQuality, ...]  # the days up to the edition's, oldest first
    unmatched_places: tuple[tuple[str, int], ...]
    unmapped_categories: tuple[tuple[str, int], ...]
    set_aside: tuple[SetAside, ...]  # the first LISTED_ROWS of each kind

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON document."""
        return {
            "batches": [_batch_json(batch) for batch in self.batches],
            "days": [asdict(day) | {"day": day.day.isoformat()} for day in self.days],
            "unmatched_places": [list(pair) for pair in self.unmatched_places],
            "unmapped_categories": [list(pair) for pair in self.unmapped_categories],
            "set_aside": [asdict(row) for row in self.set_aside],
        }


def _batch_json(quality: BatchQuality) -> dict[str, Any]:
    batch = {name: value for name, value in asdict(quality.batch).items() if name != "is_new"}
    return batch | {"files": [asdict(file) for file in quality.files], "rejected": quality.rejected}


def quality_from_json(document: dict[str, Any]) -> Quality:
    """The reverse of `Quality.as_json`."""
    return Quality(
        batches=tuple(
            BatchQuality(
                batch=Batch(
                    is_new=False,
                    **{key: row[key] for key in Batch.__dataclass_fields__ if key != "is_new"},
                ),
                files=tuple(FileQuality(**file) for file in row["files"]),
                rejected=row["rejected"],
            )
            for row in document["batches"]
        ),
        days=tuple(
            DayQuality(**(row | {"day": date.fromisoformat(row["day"])}))
            for row in document["days"]
        ),
        unmatched_places=tuple((value, n) for value, n in document["unmatched_places"]),
        unmapped_categories=tuple((value, n) for value, n in document["unmapped_categories"]),
        set_aside=tuple(SetAside(**row) for row in document["set_aside"]),
    )


def measure_quality(
    warehouse: Warehouse, *, first_day: date, last_day: date, as_of: int
) -> Quality:
    """Quality of all batches up to `as_of` and of the days given, after `load_mappings`."""
    days = warehouse.rows("day_quality", first_day=first_day, last_day=last_day, as_of=as_of)
    return Quality(
        batches=_batches(warehouse, as_of),
        days=tuple(_day(row) for row in days),
        unmatched_places=_values(warehouse.rows("unmatched_places", as_of=as_of)),
        unmapped_categories=_values(warehouse.rows("unmapped_categories", as_of=as_of)),
        set_aside=_set_aside(warehouse, as_of),
    )


def _day(row: Sequence[object]) -> DayQuality:
    source_id, day, *numbers = row
    assert isinstance(day, date)
    names = (
        "known",
        "in_towns",
        "outside",
        "not_located",
        "not_counted",
        "not_valid",
        "unmapped",
    )
    return DayQuality(
        source_id=str(source_id),
        day=day,
        **{name: int(str(number)) for name, number in zip(names, numbers, strict=True)},
    )


def _values(rows: Sequence[Sequence[object]]) -> tuple[tuple[str, int], ...]:
    return tuple((_shown(str(value)), int(str(n))) for value, n in rows[:LISTED_VALUES])


def _shown(value: str) -> str:
    """A word of the records, cut to a length that a table has room for."""
    is_long = len(value) > LONGEST_VALUE
    return visible(value[: LONGEST_VALUE - 1]) + "…" if is_long else visible(value)


def _batches(warehouse: Warehouse, as_of: int) -> tuple[BatchQuality, ...]:
    files: dict[int, list[FileQuality]] = {}
    for batch_id, _, name, sha256, size, rows_read in warehouse.rows("batch_files", as_of=as_of):
        files.setdefault(int(str(batch_id)), []).append(
            FileQuality(
                file_name=str(name),
                sha256=str(sha256),
                size_bytes=int(str(size)),
                rows_read=int(str(rows_read)),
            )
        )
    reasons: dict[int, dict[str, int]] = {}
    for batch_id, reason, n in warehouse.rows("rejected_by_reason", as_of=as_of):
        reasons.setdefault(int(str(batch_id)), {})[str(reason)] = int(str(n))
    batches = [batch_from_row(row, is_new=False) for row in warehouse.rows("batches", as_of=as_of)]
    return tuple(
        BatchQuality(
            batch=batch,
            files=tuple(files[batch.batch_id]),
            rejected=reasons.get(batch.batch_id, {}),
        )
        for batch in batches
    )


def _set_aside(warehouse: Warehouse, as_of: int) -> tuple[SetAside, ...]:
    rejected = [
        SetAside(
            batch_id=int(str(batch_id)),
            file_number=int(str(file_number)),
            row_number=int(str(row_number)),
            reason_code=str(reason),
            column=str(column or ""),
            value=visible(str(value or "")),
        )
        for batch_id, file_number, row_number, reason, column, value in warehouse.rows(
            "rejected_rows", as_of=as_of, most=LISTED_ROWS
        )
    ]
    duplicates = [
        SetAside(
            batch_id=int(str(batch_id)),
            file_number=int(str(file_number)),
            row_number=int(str(row_number)),
            reason_code="duplicate",
            column="",
            value=f"file {first_file}, row {first_row}",
        )
        for batch_id, file_number, row_number, first_file, first_row in warehouse.rows(
            "duplicate_rows", as_of=as_of, most=LISTED_ROWS
        )
    ]
    return tuple(rejected + duplicates)
