"""Looking at files of records that nobody here has seen: what they hold, and what stays open."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from duckdb import DuckDBPyConnection

from indices.method import StandardMethod
from pipeline.errors import WrongUsage
from pipeline.methods import find_standard
from pipeline.ready_mappings import ReadyMapping, list_ready_mappings
from pipeline.settings import REPOSITORY
from pipeline.sources.text import visible
from pipeline.sources.unpack import unpacked
from pipeline.survey.categories import choose_mapping, list_categories, rules_to_come
from pipeline.survey.columns.group import Group, Named, look_at
from pipeline.survey.columns.span import Span, find_span
from pipeline.survey.columns.wording import town_words
from pipeline.survey.columns.zones import guess_zones, has_han
from pipeline.survey.doubts import number_doubts
from pipeline.survey.found import FoundCategory, FoundSource, Survey
from pipeline.survey.layout.sample import Opened, opened
from pipeline.survey.layout.shape import Shape, find_shape
from pipeline.survey.measure import Counts, count_values
from pipeline.survey.questions import city_doubts, source_doubts
from pipeline.survey.towns import Companions, Places, list_towns
from pipeline.survey.writing.declaring import counting_source

MAPPINGS = REPOSITORY / "data" / "categories"
MOST_FILES = 1_000
SHORTEST_ID = 3
NOTHING_NAMED = Named()


@dataclass(frozen=True)
class _Part:
    """Files of one kind, counted to their end."""

    group: Group
    counts: Counts
    source: FoundSource  # with the numbers of whole files
    zones: tuple[str, ...]


def survey_files(
    files: Sequence[Path],
    *,
    method: str = "standard",
    mappings: Path = MAPPINGS,
    named: Named = NOTHING_NAMED,
) -> Survey:
    """Find format, encoding, columns, towns and categories of files of records.

    Args:
        files: Files or folders of files; those with the same columns become one source.
        method: Id of the method whose categories are looked for.
        mappings: Folder of ready mappings.
        named: Columns and time zone that the analyst knows.

    Raises:
        WrongUsage: If a file is not there, or a column named is not in it or holds addresses.
        SourceRefused: If one cannot be read as a table with column names.
    """
    paths = _list_files(files)
    ready = list_ready_mappings(mappings)
    with TemporaryDirectory() as folder:
        shapes = [(path, _shape(path, Path(folder))) for path in paths]
        for path, shape in shapes:
            _refuse_unknown(path, shape, named)
        ids = _Ids()
        parts = [
            _count_part(same, ready, ids.of(same[0][0]), Path(folder), named)
            for same in _by_columns(shapes)
        ]
    return _put_together(parts, ready, method, named.timezone)


def _list_files(files: Sequence[Path]) -> list[Path]:
    """The files, those of folders in the order of their names."""
    found: list[Path] = []
    for path in files:
        inside = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
        found += [p for p in inside if not p.name.startswith(".")]
    missing = [str(path) for path in found if not path.is_file()]
    if missing or not found or len(found) > MOST_FILES:
        raise WrongUsage(
            f"not there: {', '.join(missing[:5])}" if missing else f"{len(found)} files",
            expected=f"one to {MOST_FILES:,} files of records",
            try_next="safety-index init DIR --from FILE",
        )
    return found


def _shape(path: Path, folder: Path) -> Shape:
    with unpacked(path, name=path.name, folder=folder / "shape") as plain:
        return find_shape(plain, name=path.name)


def _refuse_unknown(path: Path, shape: Shape, named: Named) -> None:
    """Refuse the name of a column that a file has not."""
    missing = sorted(named.columns - set(shape.columns))
    if missing:
        raise WrongUsage(
            f"{path.name} has no column '{missing[0]}'",
            expected=f"one of {', '.join(map(visible, shape.columns))}",
            try_next="write the name as it stands in the file",
        )


def _by_columns(shapes: Sequence[tuple[Path, Shape]]) -> list[list[tuple[Path, Shape]]]:
    """Files of the same format, layout and columns together."""
    groups: dict[object, list[tuple[Path, Shape]]] = {}
    for path, shape in shapes:
        layout = (shape.format, shape.encoding.encoding, shape.delimiter, shape.skip_lines)
        groups.setdefault((layout, frozenset(shape.columns)), []).append((path, shape))
    return list(groups.values())


class _Ids:
    """Ids for sources, from the names of their files."""

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()

    def of(self, path: Path) -> str:
        """The first word of the name; a number behind it where that is taken."""
        word = re.match(
            r"[a-z]+(?:_[a-z]+)*",
            re.sub(r"[^a-z]+", "_", path.name.split(".")[0].lower()).strip("_"),
        )
        plain = word[0] if word and len(word[0]) >= SHORTEST_ID else "records"
        self.times[plain] += 1
        return plain if self.times[plain] == 1 else f"{plain}_{self.times[plain]}"


def _count_part(
    files: Sequence[tuple[Path, Shape]],
    ready: Sequence[ReadyMapping],
    source_id: str,
    folder: Path,
    named: Named,
) -> _Part:
    """Look at a sample, then count the values of whole files as a run would."""
    with _connected() as connection, opened(connection, files, folder=folder) as same:
        group = look_at(same, source_id=source_id, mappings=ready, named=named)
        found = group.source
        times = [found.occurred] if found.occurred else []
        words = (*group.companions.names.values(), *group.companions.districts.values())
        zones = guess_zones([found.shape], times, words, group.position)
        found, counts = _with_spans(same, group, zones[0] if zones else "UTC")
    return _Part(group, counts, found, zones)


def _span(found: FoundSource, counts: Counts) -> Span | None:
    """The days that the source gives a full account of."""
    if found.occurred is None:
        return None
    has_clock = found.occurred.precision == "second"
    return find_span(
        counts.days,
        by_month=found.occurred.precision == "month",
        last_moments=counts.last_moments if has_clock else None,
    )


def _with_spans(same: Opened, group: Group, zone: str) -> tuple[FoundSource, Counts]:
    """The source with the numbers of whole files, once for each reading of its dates."""
    found = group.source
    choices = found.occurred.choices if found.occurred else ((),)
    spans, first = [], None
    for formats in choices:
        one = replace(
            found, occurred=found.occurred and replace(found.occurred, choices=(formats,))
        )
        source = counting_source(one, ["*"], spare=group.spare)
        counts = count_values(same, source, timezone=zone)
        spans.append(_span(one, counts))
        first = first or counts
    assert first is not None
    return (
        replace(
            found,
            n_rows=first.n_rows,
            n_unreadable=first.n_unreadable,
            spans=tuple(span for span in spans if span),
        ),
        first,
    )


@contextmanager
def _connected() -> Iterator[DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _sum(counts: Iterable[Mapping[str | None, int]]) -> dict[str | None, int]:
    """Rows by value over all sources, the most frequent first."""
    total: Counter[str | None] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0] or "")))


def _put_together(
    parts: Sequence[_Part],
    ready: Sequence[ReadyMapping],
    method_id: str,
    timezone: str | None,
) -> Survey:
    """One city of all sources."""
    method = find_standard(method_id).method
    places = _places(parts)
    values = _sum(part.counts.categories for part in parts if part.source.category)
    known = {value: n for value, n in values.items() if value is not None}
    mapping = choose_mapping(known, ready, method)
    labels = {code: word for part in parts for code, word in part.group.labels.items()}
    categories = list_categories(values, mapping, method, labels=labels)
    found_zones = next((part.zones for part in parts if part.zones), ())
    zones = (timezone,) if timezone else found_zones
    doubts = [d for part in parts for d in source_doubts(part.source, part.group.alternatives)]
    doubts += city_doubts(zones, places, categories)
    columns = [column for part in parts for column in part.source.place]
    return Survey(
        sources=tuple(part.source for part in parts),
        towns=places.towns,
        n_not_located=places.n_not_located,
        left_out_places=places.left_out,
        categories=categories,
        rules=rules_to_come(list(known), mapping, method),
        mapping=mapping.ready.id if mapping and mapping.is_theirs else "",
        pillars=_pillars(categories, method),
        timezone=zones[0] if zones else "",
        is_chinese=has_han("".join((*columns, *(town.name for town in places.towns)))),
        town_word=town_words(columns),
        doubts=number_doubts(doubts),
    )


def _places(parts: Sequence[_Part]) -> Places:
    """Towns of all sources that name their places."""
    companions = [part.group.companions for part in parts]
    return list_towns(
        _sum(part.counts.places for part in parts if part.source.place),
        Companions(
            {word: name for one in companions for word, name in one.names.items()},
            {word: district for one in companions for word, district in one.districts.items()},
        ),
    )


def _pillars(categories: Sequence[FoundCategory], method: StandardMethod) -> tuple[str, ...]:
    """Pillars of the categories that were found, in the order of the method."""
    found = {method.categories[c.category].pillar for c in categories if c.category}
    return tuple(pillar for pillar in method.pillars if pillar in found)
