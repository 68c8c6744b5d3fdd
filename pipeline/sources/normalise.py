"""From a file's own columns to ours, by expressions that DuckDB evaluates in the scan."""

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
)

from pipeline.sources.declaration import Category, Place, Source, Validity
from pipeline.sources.expressions import call, first_known, joined, raw, text
from pipeline.sources.times import local_time, time_text

NO_VALUE, SEPARATOR = "\x1e", "\x1f"  # in identities: no text of a record holds them
LEVELS = "/"  # between a wider and a narrower word, of places and of categories
MOST_CASUALTIES = 100_000  # of one incident; more is another number in the wrong column
VALID, REPEAT, INVALID, UNMAPPED = "valid", "repeat", "invalid", "unmapped"


def normalise(rows: DuckDBPyRelation, *, source: Source, timezone: str) -> DuckDBPyRelation:
    """Name and type what the pipeline needs; the other columns end here.

    Returns columns file_row, occurred_text, occurred_at (local wall time, NULL where unreadable),
    reported_at, place_value, category_value (trimmed, NULL where blank), received_value (the
    category at reception), validity (valid, repeat, invalid, unmapped), deaths, injuries,
    number_problem (a reason code) and number_text (both NULL where there is none), longitude,
    latitude (NULL where words tell the place) and identity (a 128-bit hash: the text itself may
    hold an address and is not kept).
    """
    types = dict(zip(rows.columns, map(str, rows.types), strict=True))
    reported, casualties = source.reported, source.casualties
    return rows.select(
        ColumnExpression("file_row"),
        time_text(source.occurred, types, timezone).alias("occurred_text"),
        local_time(source.occurred, types, timezone).alias("occurred_at"),
        (local_time(reported, types, timezone) if reported else _none("TIMESTAMP")).alias(
            "reported_at"
        ),
        _place(source.place).alias("place_value"),
        _category(source.category).alias("category_value"),
        _words(source.category.received_columns).alias("received_value"),
        _validity(source.validity).alias("validity"),
        _number(casualties.deaths).alias("deaths"),
        _number(casualties.injuries).alias("injuries"),
        first_known(_number_problem(casualties.deaths), _number_problem(casualties.injuries)).alias(
            "number_problem"
        ),
        first_known(_wrong_number(casualties.deaths), _wrong_number(casualties.injuries)).alias(
            "number_text"
        ),
        _degrees(source.place.longitude).alias("longitude"),
        _degrees(source.place.latitude).alias("latitude"),
        _identity(source).alias("identity"),
    )


def gather(rows: DuckDBPyRelation, *, source: Source, timezone: str) -> DuckDBPyRelation:
    """The days of a file's rows, gathered by the words that decide where they count.

    Words are then trimmed and looked up once per combination, not once per row: for counting alone.

    Returns the source's own columns of words, as they are, and `days`, a list of days.
    """
    types = dict(zip(rows.columns, map(str, rows.types), strict=True))
    words = [raw(column).alias(column) for column in _word_columns(source)]
    day = local_time(source.occurred, types, timezone).cast("DATE").alias("day of a row")
    return rows.select(*words, day).aggregate(
        [
            *map(ColumnExpression, _word_columns(source)),
            call("list", ColumnExpression("day of a row")).alias("days"),
        ]
    )


def normalise_gathered(gathered: DuckDBPyRelation, *, source: Source) -> DuckDBPyRelation:
    """Columns place_value, category_value, validity and days of what `gather` gave."""
    return gathered.select(
        _place(source.place).alias("place_value"),
        _category(source.category).alias("category_value"),
        _validity(source.validity).alias("validity"),
        ColumnExpression("days"),
    )


def _word_columns(source: Source) -> list[str]:
    """Columns whose words decide where a row counts, each once."""
    named = [*source.place.columns, *source.category.columns, *source.category.received_columns]
    if source.validity:
        named.append(source.validity.column)
    return list(dict.fromkeys(named))


def _none(kind: str) -> Expression:
    """NULL of a type."""
    return ConstantExpression(None).cast(kind)


def _words(columns: tuple[str, ...]) -> Expression:
    """The words of several columns, the widest first; NULL where there is no column."""
    return joined(columns, LEVELS) if columns else _none("VARCHAR")


def _place(declared: Place) -> Expression:
    """The words for the place, or what of them names it; NULL where a position tells it."""
    words = _words(declared.columns)
    if declared.pattern is None:
        return words
    return call("nullif", call("trim", call("regexp_extract", words, declared.pattern, 1)), "")


def _category(declared: Category) -> Expression:
    """The final category, or that at reception where the final one is blank."""
    return first_known(
        *(_words(columns) for columns in (declared.columns, declared.received_columns) if columns)
    )


def _validity(declared: Validity | None) -> Expression:
    """Whether the record tells of an incident of its own; a word in no list is `unmapped`.

    So is a blank, unless a list names "" (some systems mark only what is not valid).
    """
    if declared is None:
        return ConstantExpression(VALID)
    value = first_known(text(declared.column), _constant(""))
    verdict: Expression = CaseExpression(_is_one_of(value, declared.valid), _constant(VALID))
    for verdict_name, words in ((REPEAT, declared.repeat), (INVALID, declared.invalid)):
        if words:
            verdict = verdict.when(_is_one_of(value, words), _constant(verdict_name))
    return verdict.otherwise(_constant(UNMAPPED))


def _is_one_of(value: Expression, words: tuple[str, ...]) -> Expression:
    return value.isin(*map(_constant, words))


def _constant(value: str) -> Expression:
    return ConstantExpression(value)


def _number(column: str | None) -> Expression:
    """A number of people; blank is NULL, and so is what is no number."""
    return text(column).try_cast("DOUBLE").try_cast("INTEGER") if column else _none("INTEGER")


def _number_problem(column: str | None) -> Expression:
    """Why a number of people cannot be used; NULL where it can or where the cell is blank."""
    if column is None:
        return _none("VARCHAR")
    value, number = text(column), text(column).try_cast("DOUBLE")
    is_whole = (number == call("floor", number)) & (number <= ConstantExpression(MOST_CASUALTIES))
    unreadable = value.isnotnull() & (number.isnull() | ~is_whole)
    return CaseExpression(unreadable, _constant("unreadable_number")).when(
        number < ConstantExpression(0), _constant("negative_number")
    )


def _wrong_number(column: str | None) -> Expression:
    """What stands where a number of people should; NULL where it is one."""
    if column is None:
        return _none("VARCHAR")
    return CaseExpression(_number_problem(column).isnotnull(), text(column))


def _degrees(column: str | None) -> Expression:
    """A coordinate; NULL where there is none or it is no number."""
    return text(column).try_cast("DOUBLE") if column else _none("DOUBLE")


def _identity(source: Source) -> Expression:
    """Hash of the identifying columns; NULL where all of them are blank."""
    columns = [text(column) for column in source.identity.columns]
    parts = [CoalesceOperator(part, ConstantExpression(NO_VALUE)) for part in columns]
    known = first_known(*columns).isnotnull()
    return CaseExpression(known, call("md5_number", call("concat_ws", SEPARATOR, *parts)))
