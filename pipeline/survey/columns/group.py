"""Files of one kind: their columns get meanings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.errors import WrongUsage
from pipeline.ready_mappings import ReadyMapping
from pipeline.survey.columns.facts import (
    FoundValidity,
    choose_casualties,
    choose_identity,
    choose_validity,
)
from pipeline.survey.columns.kinds import Kinds, choose_kinds, take_named
from pipeline.survey.columns.moments import Moments, choose_moments
from pipeline.survey.columns.personal import has_personal_values, may_point_at_person
from pipeline.survey.columns.times import FoundTime, decide_on_all, find_time
from pipeline.survey.columns.whereabouts import Whereabouts, choose_whereabouts, middle
from pipeline.survey.found import FoundSource
from pipeline.survey.layout.sample import Column, Opened, take_sample
from pipeline.survey.questions import Alternatives
from pipeline.survey.towns import Companions, find_companions, usual_companions

SURELY_KNOWN = 0.95  # of the rows, by a ready mapping: then the column is the right one


@dataclass(frozen=True)
class Named:
    """What the analyst said beforehand; None where the values shall tell."""

    category: str | None = None  # column
    place: str | None = None  # column
    timezone: str | None = None

    @property
    def columns(self) -> set[str]:
        """The columns that were named."""
        return {name for name in (self.category, self.place) if name}


@dataclass(frozen=True)
class Group:
    """What was found in the sample of files of one kind."""

    source: FoundSource
    companions: Companions
    alternatives: Alternatives
    labels: dict[str, str]  # words for the codes of categories
    spare: str  # a column with few values
    position: tuple[float, float] | None  # the middle of all longitudes and latitudes


@dataclass(frozen=True)
class Words:
    """The columns of words and numbers that have a meaning."""

    where: Whereabouts
    kinds: Kinds
    validity: FoundValidity | None
    casualties: tuple[str | None, str | None]


def look_at(
    files: Opened, *, source_id: str, mappings: Sequence[ReadyMapping], named: Named
) -> Group:
    """Take a sample and give each column a meaning, or none.

    A column that the analyst named has that meaning, if its values do not point at a person.

    Raises:
        SourceRefused: If no row can be read.
        WrongUsage: If a named column holds addresses or the like.
    """
    connection = files.connection
    columns = take_sample(files)
    times = [found for column in columns if (found := find_time(connection, column))]
    moment_names = {time.column for time in times}
    _refuse_personal(columns, named)
    known = moment_names | named.columns
    personal = {c.name for c in columns if c.name not in known and may_point_at_person(c)}
    moments = choose_moments(connection, _without(columns, personal), times)
    clock = {moments.clock.column} if moments.clock else set()
    free = _without(columns, personal | moment_names | clock)
    words = _find_words(connection, free, mappings, named)
    where, kinds = words.where, words.kinds
    return Group(
        _found_source(files, columns, source_id, moments, words, free, personal),
        find_companions(connection, where) if where.columns else Companions({}, {}),
        Alternatives(
            moments.others,
            moments.is_sure,
            () if named.category or kinds.share_known >= SURELY_KNOWN else kinds.others,
            where.others,
        ),
        usual_companions(connection, kinds.columns[0].at, kinds.label) if kinds.label else {},
        min(columns, key=lambda column: column.n_distinct).name,
        middle(connection, where),
    )


def _refuse_personal(columns: Iterable[Column], named: Named) -> None:
    """Refuse to take for towns or kinds what would then be listed and published."""
    for column in columns:
        if column.name in named.columns and has_personal_values(column):
            raise WrongUsage(
                f"the values of '{column.name}' may point at a person ({column.n_distinct:,} "
                f"different ones in {column.n_rows:,} rows)",
                expected="a column with the names or codes of towns, or of kinds of incidents",
                try_next="put the town that stands in an address into a column of its own",
            )


def _without(columns: Iterable[Column], names: Iterable[str]) -> list[Column]:
    """Columns that are not named."""
    left_out = set(names)
    return [column for column in columns if column.name not in left_out]


def _names(columns: Iterable[Column | None]) -> tuple[str, ...]:
    return tuple(column.name for column in columns if column)


def _find_words(
    connection: DuckDBPyConnection,
    free: list[Column],
    mappings: Sequence[ReadyMapping],
    named: Named,
) -> Words:
    """Columns that count incidents in or out first: their names look like other things too."""
    open_ = _without(free, named.columns)
    validity = choose_validity(connection, open_)
    casualties = choose_casualties(connection, open_)
    numbers = {name for name in casualties if name}
    free = _without(free, numbers | ({validity.column} if validity else set()))
    kind = next((column for column in free if column.name == named.category), None)
    free = [column for column in free if column != kind]
    where = choose_whereabouts(connection, free, named=named.place)
    if kind:
        return Words(where, take_named(connection, kind, free, mappings), validity, casualties)
    places = _names((*where.columns, where.name, where.district, where.longitude, where.latitude))
    kinds = choose_kinds(connection, _without(free, places), mappings)
    return Words(where, kinds, validity, casualties)


def _found_source(
    files: Opened,
    columns: Sequence[Column],
    source_id: str,
    moments: Moments,
    words: Words,
    free: Sequence[Column],
    personal: set[str],
) -> FoundSource:
    """All of it under one name; the numbers of whole files come later."""
    where, kinds = words.where, words.kinds
    mapped = _mapped(moments, words)
    identity = choose_identity(free, mapped or [column.name for column in columns])
    used = {*mapped, *identity.columns, *_used_besides(moments, words)}
    return FoundSource(
        id=source_id,
        paths=files.given,
        shape=files.shape,
        n_rows=columns[0].n_rows,
        n_unreadable=0,
        occurred=_decided(moments.occurred, files),
        clock=moments.clock,
        reported=_decided(moments.reported, files),
        category=_names(kinds.columns),
        received=_names(kinds.received),
        place=_names(where.columns),
        place_name=where.name.name if where.name else None,
        district=where.district.name if where.district else None,
        position=where.position,
        validity=words.validity,
        deaths=words.casualties[0],
        injuries=words.casualties[1],
        identity=identity,
        personal=tuple(column.name for column in columns if column.name in personal),
        unused=_names(_without(columns, used | personal)),
        spans=(),
    )


def _mapped(moments: Moments, words: Words) -> list[str]:
    """Columns of the time, the category and the place."""
    times = (
        moments.occurred.column if moments.occurred else "",
        moments.clock.column if moments.clock else "",
    )
    names = (*times, *_names(words.kinds.columns), *_names(words.where.columns))
    return [name for name in names if name]


def _used_besides(moments: Moments, words: Words) -> list[str]:
    """Columns of all other meanings."""
    names = (
        *_names((*words.kinds.received, words.where.name, words.where.district)),
        *words.casualties,
        words.validity.column if words.validity else None,
        moments.reported.column if moments.reported else None,
    )
    return [name for name in names if name]


def _decided(found: FoundTime | None, files: Opened) -> FoundTime | None:
    """Day and month told apart by all values, where those of the sample do not."""
    return decide_on_all(found, files.rows) if found else None
