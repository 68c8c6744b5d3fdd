"""Daily counts by town and category, as known up to a batch."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from pipeline.city import City
from pipeline.errors import NothingKnown
from pipeline.sources import READERS
from pipeline.sources.declaration import Source
from pipeline.sources.normalise import normalise
from pipeline.store.warehouse import Warehouse


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts:
    """Counts of the towns, whole numbers, shape (n_days, n_towns, n_categories)."""

    first_day: date
    counts: FloatArray


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The days on which every source is known in full."""

    first_day: date
    last_day: date


def load_mappings(warehouse: Warehouse, city: City, *, categories: tuple[str, ...]) -> None:
    """Put the city's tables of words beside the records, with positions in the arrays."""
    town_position = {town.town_id: position for position, town in enumerate(city.towns)}
    places = [(value, place, town_position.get(place)) for value, place in city.places.items()]
    kinds = [
        (value, code, categories.index(code) if code in categories else None)
        for value, code in city.categories.items()
    ]
    with warehouse.table("places", _mapping(places, "place")):
        warehouse.run("map_places")
    with warehouse.table("categories", _mapping(kinds, "category")):
        warehouse.run("map_categories")


def _mapping(rows: list[tuple[str, str, int | None]], target: str) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["value", target, "position"])
    return frame.astype({"value": "str", target: "str", "position": "Int32"})


def newest_batch(warehouse: Warehouse) -> int:
    """Number of the newest batch, 0 if there is none."""
    return int(str(warehouse.rows("newest_batch")[0][0]))


def find_coverage(warehouse: Warehouse, city: City, *, as_of: int) -> Coverage:
    """Days that all sources cover. A partial last day is left out.

    Raises:
        NothingKnown: If a source has brought nothing yet.
    """
    known = {row[0]: row[1:] for row in warehouse.rows("coverage", as_of=as_of)}
    missing = [source for source in city.sources if source.id not in known]
    if missing:
        folder = city.folder / city.about.records
        wanted = "; ".join(f"{source.id}: {', '.join(source.files)}" for source in missing)
        raise NothingKnown(
            f"no records of {', '.join(source.id for source in missing)} have arrived",
            expected=f"files in {folder} or in the folder given with --records ({wanted})",
            try_next=f"see {city.folder / 'README.md'} for where they are published; then "
            f"safety-index ingest FILE --source {missing[0].id} --city {city.folder}",
        )
    firsts, lasts = [], []
    for source in city.sources:
        first, last = known[source.id]
        assert isinstance(first, date)
        assert isinstance(last, date)
        firsts.append(max(first, source.first_day))
        lasts.append(last if source.last_day == "complete" else last - timedelta(days=1))
    return Coverage(first_day=max(firsts), last_day=min(lasts))


def load_counts(
    warehouse: Warehouse,
    *,
    first_day: date,
    last_day: date,
    as_of: int,
    n_towns: int,
    n_categories: int,
) -> Counts:
    """Counts of the days from first to last, both included; `load_mappings` must have run."""
    cells = warehouse.frame("daily_counts", first_day=first_day, last_day=last_day, as_of=as_of)
    counts = np.zeros(((last_day - first_day).days + 1, n_towns, n_categories))
    position = tuple(cells[name].to_numpy() for name in ("day_number", "town", "category"))
    np.add.at(counts, position, cells["n"].to_numpy(dtype=np.float64))
    return Counts(first_day=first_day, counts=counts)


def usual_rates(counts: Counts, *, residents: int) -> FloatArray:
    """Incidents per 100,000 residents and day over the whole of the counts, (n_categories,)."""
    n_days = len(counts.counts)
    return np.asarray(counts.counts.sum(axis=(0, 1)) / residents / n_days * 100_000)


def count_file(warehouse: Warehouse, path: Path, *, source: Source, city: City) -> pd.DataFrame:
    """Town x day x category counts of one file, nothing kept; `load_mappings` must have run.

    The counting step alone, without identities and versions: for load tests, and as a second way
    to the counts of a first delivery. Positions are empty where a value is not mapped.

    Returns:
        Columns town, day, category, n.
    """
    rows = READERS[source.format].rows(
        warehouse.connection, path, source=source, name=path.name, numbered=False
    )
    with warehouse.table(
        "arriving", normalise(rows, source=source, timezone=city.about.timezone, trimmed=False)
    ):
        return warehouse.frame("count_file")
