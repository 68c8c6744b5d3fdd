"""Judging files without keeping anything."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.city import City
from pipeline.counts import load_mappings, newest_batch
from pipeline.ingest import ingest
from pipeline.quality import Quality, measure_quality
from pipeline.settings import DEFAULT_MEMORY
from pipeline.sources.declaration import Source
from pipeline.store.warehouse import open_in_memory


def judge_without_keeping(
    files: Sequence[Path],
    *,
    source: Source,
    city: City,
    received_at: datetime,
    memory: str = DEFAULT_MEMORY,
) -> Quality:
    """The quality report that these files would get as a first delivery.

    Raises:
        SourceRefused, BatchInconsistent: As `ingest` would.
    """
    with TemporaryDirectory() as folder, open_in_memory(memory=memory) as warehouse:
        ingest(
            warehouse,
            files,
            source=source,
            city=city,
            archive=Path(folder),
            received_at=received_at,
        )
        load_mappings(warehouse, city, categories=city.category_codes, day=received_at.date())
        return measure_quality(
            warehouse, first_day=date.min, last_day=date.max, as_of=newest_batch(warehouse)
        )
