"""What has arrived for a city: files in a folder, news of a database, records made up on demand."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pipeline.city import City
from pipeline.errors import SourceRefused, WrongUsage
from pipeline.ingest import Batch, ingest
from pipeline.sources.declaration import Source
from pipeline.sources.postgresql import fetch
from pipeline.store.archive import WORK, sweep
from pipeline.store.warehouse import Warehouse
from pipeline.synthetic import generated_records


def ingest_arrivals(
    warehouse: Warehouse,
    city: City,
    *,
    records: Path | None,
    home: Path,
    received_at: datetime,
) -> list[Batch]:
    """Take in all that is there and not known yet.

    Args:
        warehouse: Open for writing.
        city: Whose sources are looked at, in their order.
        records: Folder with new files; None for the one that the city names.
        home: For the archive and for generated records.
        received_at: Now.

    Raises:
        WrongUsage: If `records` is no folder.
        SourceRefused, BatchInconsistent: See `ingest`.
    """
    archive = home / "archive"
    sweep(archive)
    batches = []
    for source in city.sources:
        if source.database:
            batches += _from_database(
                warehouse, source, city=city, archive=archive, received_at=received_at
            )
            continue
        folder = _folder(source, city=city, records=records, home=home)
        batches += [
            ingest(
                warehouse,
                [path],
                source=source,
                city=city,
                archive=archive,
                received_at=received_at,
            )
            for path in waiting_files(source, folder)
        ]
    return batches


def waiting_files(source: Source, folder: Path) -> Iterator[Path]:
    """Files of a source in the order of delivery; each is a delivery of its own.

    Raises:
        SourceRefused: If a name is a link that leads nowhere or out of the folder.
    """
    found = [path for pattern in source.files for path in sorted(folder.glob(pattern))]
    for path in dict.fromkeys(found):
        _refuse_stray_link(path, folder)
        if not path.is_dir():  # what is neither file nor folder is refused when it is opened
            yield path


def _folder(source: Source, *, city: City, records: Path | None, home: Path) -> Path:
    """Where the source's files lie; made-up records are made there first."""
    if records is not None and not records.is_dir():
        raise WrongUsage(
            f"--records {records} is no folder",
            expected="the folder in which new files lie",
            try_next=f"--records {records.parent}",
        )
    if records is None and source.generator:
        return generated_records(city, source, folder=home / "generated")
    return records or city.folder / city.about.records


def _refuse_stray_link(path: Path, folder: Path) -> None:
    """Whoever may write to the folder could otherwise have any file of the machine read.

    A link may lie in the name itself or in a folder on the way to it.
    """
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # the latter: a link to itself
        target = None
    if target is None or not target.is_relative_to(folder.resolve()):
        raise SourceRefused(
            f"{path}: a link that leads {'out of the folder' if target else 'nowhere'}",
            expected="a file, or a link to one in the same folder",
            try_next="put the file itself there, or name its folder with --records",
        )


def _from_database(
    warehouse: Warehouse, source: Source, *, city: City, archive: Path, received_at: datetime
) -> list[Batch]:
    """Fetch what is new in a database and take it in as a delivery."""
    known = warehouse.rows("watermark", source_id=source.id)
    after = str(known[0][0]) if known else None
    fetched = fetch(source, after=after, folder=archive / WORK)
    if fetched.n_rows == 0 and after is not None:
        return []
    return [
        ingest(
            warehouse,
            [fetched.path],
            source=source,
            city=city,
            archive=archive,
            received_at=received_at,
            watermark=fetched.watermark,
        )
    ]
