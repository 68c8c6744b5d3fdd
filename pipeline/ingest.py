"""A delivery becomes a batch: archived, judged row by row, compared with what was known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.city import City
from pipeline.errors import BatchInconsistent, SourceRefused
from pipeline.judging import judge, judged_totals
from pipeline.sources.declaration import Source
from pipeline.store.archive import WORK, ArchivedFile, file_hash, keep
from pipeline.store.warehouse import Warehouse

LEAST_ROWS_TO_REFUSE = 20  # fewer may all be bad on a quiet day: they are counted, not refused
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


def ingest(
    warehouse: Warehouse,
    files: Sequence[Path],
    *,
    source: Source,
    city: City,
    archive: Path,
    received_at: datetime,
    watermark: str | None = None,
) -> Batch:
    """Take in one delivery, all or nothing. The same bytes again change nothing.

    Args:
        warehouse: Open for writing.
        files: The files of one delivery; a snapshot may come in several.
        source: How to read them.
        city: For the time zone.
        archive: Folder that keeps the bytes.
        received_at: When it came; no row may lie after it.
        watermark: How far a database was read, for the next time.

    Raises:
        SourceRefused: If a file cannot be taken, no row of it is good, or a snapshot lacks too much
            of what was known.
        BatchInconsistent: If rows are not accounted for.
    """
    known = _known_batch(warehouse, files, source)
    if known is not None:
        return known
    archived = [keep(path, archive=archive) for path in files]
    with warehouse.transaction():
        rows_by_file = judge(
            warehouse,
            archived,
            source=source,
            city=city,
            received_at=received_at,
            work=archive / WORK,
        )
        batch = _compare(warehouse, sum(rows_by_file), source=source)
        _refuse_nothing_good(warehouse, batch, archived, source)
        _refuse_mass_withdrawal(batch, source, archived)
        _keep(warehouse, batch, archived, rows_by_file, source=source, received_at=received_at)
        if watermark is not None:
            warehouse.run(
                "watermark_add",
                batch_id=batch.batch_id,
                source_id=source.id,
                watermark=watermark,
            )
    return batch


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


def _refuse_nothing_good(
    warehouse: Warehouse, batch: Batch, files: Sequence[ArchivedFile], source: Source
) -> None:
    """A delivery without a single good row was declared wrong, or is not ours."""
    if batch.rows_accepted + batch.rows_duplicate or batch.rows_read < LEAST_ROWS_TO_REFUSE:
        return
    reasons = ", ".join(f"{reason} {n}" for reason, n in warehouse.rows("judged_reasons"))
    names = ", ".join(file.name for file in files)
    raise SourceRefused(
        f"{names}: none of {batch.rows_rejected:,} rows can be used ({reasons})",
        expected=f"rows as sources/{source.id}.toml declares them",
        try_next="compare a row of the file with the formats, columns and encoding declared there",
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
        number_columns=", ".join(source.casualties.columns),
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
