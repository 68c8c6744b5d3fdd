"""A delivery becomes a batch: archived, judged row by row, compared with what was known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from pipeline.city import City
from pipeline.errors import (
    BatchInconsistent,
    SourceRefused,
    StatementFailed,
    WrongUsage,
)
from pipeline.sources import READERS
from pipeline.sources.base import Reader
from pipeline.sources.declaration import Source
from pipeline.sources.normalise import normalise
from pipeline.store.archive import ArchivedFile, file_hash, keep, sweep
from pipeline.store.warehouse import Warehouse

NUMBERS = (  # of a batch, in the order of `batches.sql`
    "rows_read",
    "rows_accepted",
    "rows_duplicate",
    "rows_rejected",
    "incidents_new",
    "incidents_changed",
    "incidents_unchanged",
    "incidents_withdrawn",
)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """What became of one delivery. rows_read = accepted + duplicate + rejected."""

    batch_id: int
    source_id: str
    delivery: str
    is_new: bool  # False: the same bytes were known already, nothing was changed
    rows_read: int
    rows_accepted: int
    rows_duplicate: int
    rows_rejected: int
    incidents_new: int
    incidents_changed: int
    incidents_unchanged: int
    incidents_withdrawn: int


def deliveries(city: City, records: Path | None) -> list[tuple[Source, Path]]:
    """Files in the records folder, in the order of delivery; each is a delivery of its own.

    Raises:
        WrongUsage: If the folder was named and is not there.
    """
    if records is not None and not records.is_dir():
        raise WrongUsage(
            f"--records {records} is no folder",
            expected="the folder in which new files lie",
            try_next=f"--records {records.parent}",
        )
    folder = records or city.folder / city.about.records
    found: list[tuple[Source, Path]] = []
    for source in city.sources:
        paths = [path for pattern in source.files for path in sorted(folder.glob(pattern))]
        found += [(source, path) for path in dict.fromkeys(paths) if path.is_file()]
    return found


def ingest_arrivals(
    warehouse: Warehouse,
    city: City,
    *,
    records: Path | None,
    archive: Path,
    received_at: datetime,
) -> list[Batch]:
    """Take in all that lies in the records folder and is not known yet."""
    sweep(archive)
    return [
        ingest(
            warehouse, [path], source=source, city=city, archive=archive, received_at=received_at
        )
        for source, path in deliveries(city, records)
    ]


def ingest(
    warehouse: Warehouse,
    files: Sequence[Path],
    *,
    source: Source,
    city: City,
    archive: Path,
    received_at: datetime,
) -> Batch:
    """Take in one delivery, all or nothing. The same bytes again change nothing.

    Args:
        warehouse: Open for writing.
        files: The files of one delivery; a snapshot may come in several.
        source: How to read them.
        city: For the time zone.
        archive: Folder that keeps the bytes.
        received_at: When it came; no row may lie after it.

    Raises:
        SourceRefused: If a file cannot be taken, or a snapshot lacks too much of what was known.
        BatchInconsistent: If rows are not accounted for.
    """
    known = _known_batch(warehouse, files, source)
    if known is not None:
        return known
    archived = [keep(path, archive=archive) for path in files]
    with warehouse.transaction():
        rows_by_file = judge(warehouse, archived, source=source, city=city, received_at=received_at)
        batch = _compare(warehouse, sum(rows_by_file), source=source)
        _refuse_mass_withdrawal(batch, source, archived)
        _keep(warehouse, batch, archived, rows_by_file, source=source, received_at=received_at)
    return batch


def judge(
    warehouse: Warehouse,
    files: Iterable[ArchivedFile],
    *,
    source: Source,
    city: City,
    received_at: datetime,
) -> list[int]:
    """Read files and give every row its verdict, in the temporary table `judged`.

    Returns:
        Rows read, by file.

    Raises:
        SourceRefused, BatchInconsistent: See `ingest`.
    """
    reader = READERS[source.format]
    warehouse.run("arrival_table")
    warehouse.run("unreadable_table")
    for number, file in enumerate(files, start=1):
        _read_file(warehouse, reader, file, number=number, source=source, city=city)
    rows_by_file = {int(str(number)): int(str(n)) for number, n in warehouse.rows("rows_by_file")}
    for number, file in enumerate(files, start=1):
        reader.check_total(
            warehouse.connection,
            file.path,
            source=source,
            name=file.name,
            rows_read=rows_by_file.get(number, 0),
        )
    warehouse.run(
        "judge",
        repeats=source.identity.repeats,
        last_possible_day=(received_at + timedelta(days=1)).date(),
    )
    return [rows_by_file.get(number, 0) for number, _ in enumerate(files, start=1)]


def _read_file(
    warehouse: Warehouse,
    reader: Reader,
    file: ArchivedFile,
    *,
    number: int,
    source: Source,
    city: City,
) -> None:
    """Add one file's rows, and those that could not be taken apart, to the temporary tables."""
    try:
        rows = reader.rows(warehouse.connection, file.path, source=source, name=file.name)
        arriving = normalise(rows, source=source, timezone=city.about.timezone)
        with warehouse.table("arriving", arriving):
            warehouse.run("arrival_add", file_number=number)
    except (duckdb.Error, StatementFailed) as error:
        raise SourceRefused(
            f"{file.name}: {str(error).splitlines()[0]}",
            expected=f"a file as sources/{source.id}.toml declares it",
            try_next="compare the file's columns, formats and encoding with the declaration",
        ) from error
    rejects = reader.rejects(warehouse.connection, file.path, source=source, name=file.name)
    if rejects:
        with warehouse.table("arriving_rejects", pd.DataFrame(rejects)):
            warehouse.run("unreadable_add", file_number=number)


def judged_totals(warehouse: Warehouse, rows_read: int) -> tuple[int, int, int]:
    """Rows accepted, duplicate and rejected.

    Raises:
        BatchInconsistent: If they do not add up to the rows read.
    """
    accepted, duplicate, rejected = (int(str(n)) for n in warehouse.rows("judged_totals")[0])
    if accepted + duplicate + rejected != rows_read:
        raise BatchInconsistent(
            f"{rows_read} rows read, but {accepted} accepted + {duplicate} duplicate + "
            f"{rejected} rejected",
            expected="every row to have one verdict",
            try_next="report this with the source's declaration; nothing was kept of the batch",
        )
    return accepted, duplicate, rejected


def _known_batch(warehouse: Warehouse, files: Sequence[Path], source: Source) -> Batch | None:
    """The batch that already brought exactly these bytes."""
    hashes = [file_hash(path) for path in files]
    found = warehouse.rows("batch_with_files", source_id=source.id, sha256=hashes)
    if not found:
        return None
    for row in warehouse.rows("batches", as_of=found[0][0]):
        if row[0] == found[0][0]:
            return batch_from_row(row, is_new=False)
    raise AssertionError("a batch has files but no row")


def batch_from_row(row: tuple[object, ...], *, is_new: bool) -> Batch:
    """A row of `batches.sql` as a batch."""
    batch_id, source_id, delivery, *numbers = row
    return Batch(
        batch_id=int(str(batch_id)),
        source_id=str(source_id),
        delivery=str(delivery),
        is_new=is_new,
        **{name: int(str(number)) for name, number in zip(NUMBERS, numbers, strict=True)},
    )


def _compare(warehouse: Warehouse, rows_read: int, *, source: Source) -> Batch:
    """Hold the judged rows against what was known, in the temporary tables `live` and `news`."""
    accepted, duplicate, rejected = judged_totals(warehouse, rows_read)
    warehouse.run("live_incidents", source_id=source.id)
    warehouse.run("news", delivery=source.delivery)
    new, changed, withdrawn, _ = (int(str(n)) for n in warehouse.rows("news_totals")[0])
    return Batch(
        batch_id=int(str(warehouse.rows("next_batch")[0][0])),
        source_id=source.id,
        delivery=source.delivery,
        is_new=True,
        rows_read=rows_read,
        rows_accepted=accepted,
        rows_duplicate=duplicate,
        rows_rejected=rejected,
        incidents_new=new,
        incidents_changed=changed,
        incidents_unchanged=accepted - new - changed,
        incidents_withdrawn=withdrawn,
    )


def _refuse_mass_withdrawal(batch: Batch, source: Source, files: Sequence[ArchivedFile]) -> None:
    """A snapshot that lacks much of what was known is more likely broken than true."""
    before = batch.incidents_withdrawn + batch.incidents_changed + batch.incidents_unchanged
    if batch.incidents_withdrawn > source.withdraw_at_most * before:
        names = ", ".join(file.name for file in files)
        raise SourceRefused(
            f"{names}: lacks {batch.incidents_withdrawn:,} of the {before:,} incidents known",
            expected=f"a snapshot that withdraws at most {source.withdraw_at_most:.0%}",
            try_next="check that the file is whole and newer than the last one; if it is, raise "
            f"withdraw_at_most in sources/{source.id}.toml",
        )


def _keep(
    warehouse: Warehouse,
    batch: Batch,
    files: Sequence[ArchivedFile],
    rows_by_file: Sequence[int],
    *,
    source: Source,
    received_at: datetime,
) -> None:
    """Write the batch, and hold the ledger of counts against the incidents."""
    numbers = {name: getattr(batch, name) for name in NUMBERS}
    key = {"batch_id": batch.batch_id, "source_id": batch.source_id}
    warehouse.run("batch_add", **key, delivery=batch.delivery, received_at=received_at, **numbers)
    for number, (file, rows_read) in enumerate(zip(files, rows_by_file, strict=True), start=1):
        warehouse.run(
            "file_add",
            batch_id=batch.batch_id,
            file_number=number,
            file_name=file.name,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            rows_read=rows_read,
        )
    warehouse.run(
        "rejected_add",
        batch_id=batch.batch_id,
        time_column=source.occurred.column,
        identity_columns=", ".join(source.identity.columns),
    )
    warehouse.run("duplicates_add", batch_id=batch.batch_id)
    warehouse.run("versions_add", **key)
    warehouse.run("count_changes_add", **key)
    wrong = warehouse.rows("ledger_against_versions", source_id=source.id)
    if wrong:
        raise BatchInconsistent(
            f"counts and incidents differ on {len(wrong)} day(s), first {wrong[0]}",
            expected="the same number of incidents by either way of counting",
            try_next="report this; nothing was kept of the batch",
        )
