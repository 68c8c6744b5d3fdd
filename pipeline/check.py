"""Judging files without keeping anything."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.calibrate import category_mistakes
from pipeline.city import City
from pipeline.counts import load_mappings, newest_batch
from pipeline.ingest import ingest
from pipeline.methods import find_standard
from pipeline.places.names import suggest
from pipeline.quality import Quality, measure_quality
from pipeline.settings import DEFAULT_MEMORY
from pipeline.sources.declaration import Source
from pipeline.store.warehouse import open_in_memory

MARK = re.compile(r"\bDOUBT\b")


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What would become of a delivery, and what the city's tables still lack for it."""

    quality: Quality
    n_known: int  # incidents
    n_not_located: int  # counted ones whose place is found nowhere
    n_unmapped: int  # whose category or validity no table names
    suggestions: dict[str, list[str]]  # towns spelt most like a place that is found nowhere
    mistakes: list[str]  # for which a run would stop
    doubts: dict[str, int]  # lines of the city folder that are still marked as doubts, by file

    def as_json(self) -> dict[str, Any]:
        """Plain values for a JSON document."""
        return self.quality.as_json() | {
            "missing": {
                "known": self.n_known,
                "not_located": self.n_not_located,
                "unmapped": self.n_unmapped,
                "suggestions": self.suggestions,
                "mistakes": self.mistakes,
                "doubts": self.doubts,
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
        mistakes=category_mistakes(city, find_standard(city.calibration.method).method),
        doubts=count_doubts(city.folder),
    )


def count_doubts(folder: Path) -> dict[str, int]:
    """Lines that `init` has marked and nobody has decided yet, by file."""
    paths = [*sorted(folder.glob("*.csv")), *sorted(folder.rglob("*.toml"))]
    found = {
        path.relative_to(folder).as_posix(): len(MARK.findall(path.read_text(encoding="utf-8")))
        for path in paths
    }
    return {name: n for name, n in found.items() if n}
