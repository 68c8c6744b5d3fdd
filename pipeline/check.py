"""Judging files without keeping anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.city import City
from pipeline.counts import load_mappings, newest_batch
from pipeline.ingest import ingest
from pipeline.places.names import suggest
from pipeline.quality import Quality, measure_quality
from pipeline.settings import DEFAULT_MEMORY
from pipeline.sources.declaration import Source
from pipeline.store.warehouse import open_in_memory


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What would become of a delivery, and what the city's tables still lack for it."""

    quality: Quality
    n_known: int  # incidents
    n_not_located: int  # counted ones whose place is found nowhere
    n_unmapped: int  # whose category or validity no table names
    suggestions: dict[str, list[str]]  # towns spelt most like a place that is found nowhere

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON document."""
        return self.quality.as_json() | {
            "missing": {
                "known": self.n_known,
                "not_located": self.n_not_located,
                "unmapped": self.n_unmapped,
                "suggestions": self.suggestions,
            }
        }


def judge_without_keeping(
    files: Sequence[Path],
    *,
    source: Source,
    city: City,
    received_at: datetime,
    memory: str = DEFAULT_MEMORY,
) -> Judgement:
    """The quality report that these files would get as a first delivery, and what is missing.

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
        quality = measure_quality(
            warehouse, first_day=date.min, last_day=date.max, as_of=newest_batch(warehouse)
        )
    towns = tuple(city.towns.values())
    return Judgement(
        quality=quality,
        n_known=sum(day.known for day in quality.days),
        n_not_located=sum(day.not_located for day in quality.days),
        n_unmapped=sum(day.unmapped for day in quality.days),
        suggestions={value: suggest(value, towns) for value, _ in quality.unmatched_places},
    )
