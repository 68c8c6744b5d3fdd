"""The doubts of a survey in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.survey.columns.times import FoundTime
from pipeline.survey.doubts import Doubt
from pipeline.survey.formats import reading
from pipeline.survey.found import FoundCategory, FoundSource
from pipeline.survey.towns import Places

NEARLY_ALL = 0.99
MANY_TOWNS = 400
LISTED = 8


@dataclass(frozen=True)
class Alternatives:
    """What else could have been chosen."""

    times: tuple[str, ...]
    times_are_sure: bool
    categories: tuple[str, ...]
    places: tuple[str, ...]


def source_doubts(found: FoundSource, other: Alternatives) -> list[Doubt]:
    """Open questions of one source."""
    return [*_file_doubts(found), *_time_doubts(found, other), *_column_doubts(found, other)]


def _file_doubts(found: FoundSource) -> Iterator[Doubt]:
    yield from _shape_doubts(found)
    yield Doubt(
        file=found.file,
        key="delivery",
        seen="what the next delivery will hold cannot be seen from "
        + ("one file" if len(found.names) == 1 else f"{len(found.names)} files"),
        choices=(
            "snapshot: each delivery holds everything, what is gone was withdrawn",
            "append: each delivery holds what is new",
        ),
    )


def _shape_doubts(found: FoundSource) -> Iterator[Doubt]:
    shape = found.shape
    if shape.encoding.doubt:
        yield Doubt(
            file=found.file,
            key="encoding",
            seen=shape.encoding.doubt,
            choices=shape.encoding.choices,
        )
    if shape.other_sheets:
        yield Doubt(
            file=found.file,
            key="sheet",
            seen=f"{len(shape.other_sheets) + 1} sheets; the one with most rows was taken",
            choices=(str(shape.sheet), *shape.other_sheets[:LISTED]),
        )
    if found.n_unreadable:
        yield Doubt(
            file=found.file,
            key="encoding, delimiter, quote",
            seen=f"{found.n_unreadable:,} lines could not be taken apart and would be rejected",
            choices=("right: the lines are damaged", "correct the three keys"),
        )


def _time_doubts(found: FoundSource, other: Alternatives) -> Iterator[Doubt]:
    time = found.occurred
    if time is None:
        yield Doubt(
            file=found.file,
            key="[occurred]",
            seen="no column was found whose values are dates in a format that is known",
            choices=("name the column and write its formats",),
            blocks=True,
        )
        return
    yield from _reading_doubts(found.file, "[occurred] formats", time)
    if found.reported:
        yield from _reading_doubts(found.file, "[reported] formats", found.reported)
    if time.is_first_of_month:
        yield Doubt(
            file=found.file,
            key="[occurred] precision",
            seen=f"every date in '{time.column}' is the first of a month",
            choices=("month: only the month is known", "day: incidents of other days are missing"),
        )
    if found.span and found.span.silent_from:
        yield Doubt(
            file=found.file,
            key="first_day",
            seen=f"no row between {found.span.silent_from} and {found.span.first_day}: only from "
            "there on the records are taken for full",
            choices=("right: records are missing in between", "nothing happened: an earlier day"),
        )
    if not other.times_are_sure or (other.times and found.reported is None):
        yield Doubt(
            file=found.file,
            key="[occurred] column",
            seen="more than one column holds dates, and the names do not tell which is which",
            choices=(time.column, *other.times),
        )


def _reading_doubts(file: str, key: str, time: FoundTime) -> Iterator[Doubt]:
    """How the values are to be read, and what none of the formats reads."""
    if not time.is_decided:
        yield Doubt(
            file=file,
            key=key,
            seen=f"no value of '{time.column}' tells which number is the day",
            choices=tuple(
                f"{reading(formats[0])}: {', '.join(formats)}" for formats in time.choices
            ),
            blocks=True,
        )
    if time.share_read < NEARLY_ALL:
        yield Doubt(
            file=file,
            key=key,
            seen=f"{1 - time.share_read:.1%} of the values of '{time.column}' are not read by them",
            choices=("right: those rows will be rejected and listed", "add their format"),
        )


def _column_doubts(found: FoundSource, other: Alternatives) -> Iterator[Doubt]:
    if not found.category:
        yield Doubt(
            file=found.file,
            key="[category]",
            seen="no column was found that says what kind of incident it was; init again with "
            "--category COLUMN lists its values",
            choices=(
                *found.unused[:LISTED],
                "if all are of one kind: any column, and .*,pattern,CATEGORY, in categories.csv",
            ),
            blocks=True,
        )
    elif other.categories:
        yield Doubt(
            file=found.file,
            key="[category] columns",
            seen="other columns could be the kind of incident too",
            choices=("/".join(found.category), *other.categories[:LISTED]),
        )
    yield from _place_doubts(found, other)
    yield from _identity_doubts(found)
    if found.validity and found.validity.unknown:
        yield Doubt(
            file=found.file,
            key="[validity]",
            seen=f"in no list stand these words of '{found.validity.column}': "
            + ", ".join(found.validity.unknown[:LISTED]),
            choices=("valid", "repeat", "invalid"),
        )


def _identity_doubts(found: FoundSource) -> Iterator[Doubt]:
    if found.identity.is_row_number:
        yield Doubt(
            file=found.file,
            key="[identity] columns",
            seen=f"'{found.identity.columns[0]}' seems to number the rows of this one export",
            choices=("right: it stays the same in later exports", "name other columns"),
        )
    elif found.identity.n_again:
        yield Doubt(
            file=found.file,
            key="[identity] columns",
            seen=f"{found.identity.n_again:,} rows have the '{found.identity.number}' of an "
            "earlier one; those alike in time, kind and place too were taken for one incident",
            choices=("right: a row for each offence or arrest", "repeats = 'count': each counts"),
        )
    elif found.identity.repeats == "count":
        blank = f"'{found.identity.number}' is blank in {found.identity.n_blank:,} rows"
        seen = blank if found.identity.number else "no column numbers the incidents"
        yield Doubt(
            file=found.file,
            key="[identity] columns",
            seen=f"{seen}, so equal rows are counted as incidents each",
            choices=("count: keep it so", "name a column, with repeats = 'duplicate'"),
        )


def _place_doubts(found: FoundSource, other: Alternatives) -> Iterator[Doubt]:
    if not found.place and found.position:
        yield Doubt(
            file="boundaries.geojson",
            key="the file",
            seen="no column names the place, but there are coordinates",
            choices=(
                "put the towns' boundaries into boundaries.geojson and list them in towns.csv",
            ),
            blocks=True,
        )
    elif not found.place:
        yield Doubt(
            file=found.file,
            key="[place]",
            seen="no column was found that says where an incident was; init again with "
            "--place COLUMN lists its towns",
            choices=(
                *found.unused[:LISTED],
                *(f"{name} (left out: may point at a person)" for name in found.personal[:LISTED]),
            ),
            blocks=True,
        )
    elif other.places:
        yield Doubt(
            file=found.file,
            key="[place] columns",
            seen="other columns could be the towns too",
            choices=("/".join(found.place), *other.places[:LISTED]),
        )


def city_doubts(
    zones: Sequence[str], places: Places, categories: Sequence[FoundCategory]
) -> list[Doubt]:
    """Open questions of the city's own tables."""
    return [
        *_zone_doubts(zones),
        *_town_doubts(places),
        *_category_doubts(categories),
    ]


def _zone_doubts(zones: Sequence[str]) -> Iterator[Doubt]:
    if len(zones) != 1:
        yield Doubt(
            file="city.toml",
            key="timezone",
            seen="the values fit more than one time zone"
            if zones
            else "nothing in the values tells the time zone",
            choices=tuple(zones) or ("America/New_York", "Europe/London", "Asia/Shanghai", "..."),
            blocks=not zones,
        )


def left_out_doubt(left_out: Sequence[tuple[str, int]]) -> Doubt:
    """The question of words for places that were made no town."""
    rows = sum(n for _, n in left_out)
    return Doubt(
        file="places.csv",
        key="value",
        seen=f"{len(left_out):,} rare words, odd words or numbers for places ({rows:,} rows) were "
        "made no town",
        choices=("leave them: not located", "add a line for each that is a town or outside"),
    )


def _town_doubts(places: Places) -> Iterator[Doubt]:
    if places.left_out:
        yield left_out_doubt(places.left_out)
    if len(places.towns) > MANY_TOWNS:
        yield Doubt(
            file="towns.csv",
            key="town_id",
            seen=f"{len(places.towns):,} places: small ones are seldom rated",
            choices=("keep them", "choose a wider column in [place]"),
        )


def _category_doubts(categories: Sequence[FoundCategory]) -> Iterator[Doubt]:
    doubtful = [category for category in categories if category.is_doubtful]
    rows = sum(category.n_rows for category in doubtful)
    if doubtful:
        yield Doubt(
            file="categories.csv",
            key="category",
            seen=f"{len(doubtful):,} of {len(categories):,} values, {rows:,} rows, are in doubt",
            choices=("a category of the method", "blank: not counted"),
        )
    if categories and not any(category.category for category in categories):
        yield Doubt(
            file="categories.csv",
            key="category",
            seen="no value has a category yet, so there is nothing to score",
            choices=("a category of the method for each kind that counts",),
            blocks=True,
        )
