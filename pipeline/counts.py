"""Daily counts by town and category, as known up to a batch."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from pipeline.city import City
from pipeline.errors import NothingKnown
from pipeline.places.names import match_places
from pipeline.sources import READERS
from pipeline.sources.base import Reading
from pipeline.sources.declaration import Source
from pipeline.sources.normalise import gather, normalise_gathered
from pipeline.sources.prepare import in_parts
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


def load_mappings(
    warehouse: Warehouse,
    city: City,
    *,
    categories: tuple[str, ...],
    day: date,
    received: bool = False,
) -> None:
    """Look up the words of the records and put what they mean beside them.

    Args:
        warehouse: With the records.
        city: With the tables of words.
        categories: Codes that are counted, in the order of the arrays.
        day: Whose towns are meant: a town that was taken over counts for its successor.
        received: Whether categories at reception are asked for too.
    """
    places = [str(row[0]) for row in warehouse.rows("known_places")]
    kinds = [str(row[0]) for row in warehouse.rows("known_categories")]
    if received:
        kinds = sorted({*kinds, *(str(row[0]) for row in warehouse.rows("known_received"))})
    _map_words(warehouse, city, places, kinds, categories=categories, day=day)


def _map_words(
    warehouse: Warehouse,
    city: City,
    places: Sequence[str],
    kinds: Sequence[str],
    *,
    categories: tuple[str, ...],
    day: date,
) -> None:
    """Fill the tables `map_place` and `map_category`: value, meaning, position in the arrays."""
    position = {town.town_id: at for at, town in enumerate(city.towns_on(day))}
    first_days = city.first_days(day)
    placed = match_places(places, tuple(city.towns.values()), city.places)
    # A town of the day comes before one of the same name that it followed.
    placed |= match_places(places, city.towns_on(day), city.places)
    place_rows = []
    for value, place in placed.items():
        town_id = city.successor_on(place, day) or ""
        place_rows.append((value, place, position.get(town_id), first_days.get(town_id)))
    kind_rows = [
        (value, code, categories.index(code) if code in categories else None)
        for value, code in city.categories.resolve(kinds).items()
    ]
    columns = ["value", "meaning", "position"]
    with warehouse.table("places", _mapping(place_rows, [*columns, "first_day"])):
        warehouse.run("map_places")
    with warehouse.table("categories", _mapping(kind_rows, columns)):
        warehouse.run("map_categories")


def _mapping(rows: Sequence[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"value": "str", "meaning": "str", "position": "Int32"})


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
    spans = [_span(source, *known[source.id]) for source in city.sources]
    return Coverage(
        first_day=max(first for first, _ in spans), last_day=min(last for _, last in spans)
    )


def _span(source: Source, first: object, last: object) -> tuple[date, date]:
    """Days that a source covers, from its first and last incident."""
    assert isinstance(first, date)
    assert isinstance(last, date)
    is_whole = source.last_day == "complete"
    if source.occurred.precision == "month":
        month_end = last.replace(day=monthrange(last.year, last.month)[1])
        end = month_end if is_whole else last.replace(day=1) - timedelta(days=1)
        return max(first.replace(day=1), source.first_day), end
    return max(first, source.first_day), last if is_whole else last - timedelta(days=1)


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


def count_file(
    warehouse: Warehouse,
    path: Path,
    *,
    source: Source,
    city: City,
    categories: tuple[str, ...],
    work: Path,
) -> pd.DataFrame:
    """Town x day x category counts of one file, nothing kept.

    The counting step alone, without identities and versions: for load tests, and as a second way
    to the counts of a first delivery. Positions are empty where a value is not mapped.

    Args:
        warehouse: Open for writing; only its temporary tables are used.
        path: The file.
        source: How to read it.
        city: For the time zone and the tables of words.
        categories: Codes that are counted, in the order of the arrays.
        work: Folder for working copies, which are removed.

    Returns:
        Columns town, day, category, n.
    """
    warehouse.run("gathered_table")
    with in_parts(path, source=source, name=path.name, folder=work) as parts:
        for part in parts:
            _gather_part(warehouse, part, path.name, source=source, city=city)
    places = [str(row[0]) for row in warehouse.rows("gathered_places")]
    kinds = [str(row[0]) for row in warehouse.rows("gathered_categories")]
    _map_words(warehouse, city, places, kinds, categories=categories, day=date.max)
    return warehouse.frame("count_file")


def _gather_part(
    warehouse: Warehouse, path: Path, name: str, *, source: Source, city: City
) -> None:
    """Add the days of a part, gathered by the words that decide where they count."""
    file = Reading(warehouse.connection, path, source, name)
    rows = READERS[source.format].rows(file, numbered=False)
    gathered = gather(rows, source=source, timezone=city.about.timezone)
    with warehouse.table("arriving", gathered):
        warehouse.run("gather_part")
    raw = warehouse.connection.table("gathered_part")
    with warehouse.table("arriving", normalise_gathered(raw, source=source)):
        warehouse.run("gathered_add")
