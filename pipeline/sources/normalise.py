"""From a file's own columns to ours, by expressions that DuckDB evaluates in the scan."""

from datetime import timedelta

from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    FunctionExpression,
)

from pipeline.sources.declaration import Source, TimeColumn

NO_VALUE, SEPARATOR = "\x1e", "\x1f"  # in identities: no text of a record holds them


def normalise(
    rows: DuckDBPyRelation, *, source: Source, timezone: str, trimmed: bool = True
) -> DuckDBPyRelation:
    """Name and type what the pipeline needs; the other columns end here.

    `trimmed=False` leaves places and categories as they are, for a statement that trims them once
    they are grouped.

    Returns columns file_row, occurred_text, occurred_at (local wall time, NULL where unreadable),
    reported_at, place_value, category_value (trimmed, NULL where blank), identity (a 128-bit hash:
    the text itself may hold an address and is not kept).
    """
    types = dict(zip(rows.columns, map(str, rows.types), strict=True))
    words = _text if trimmed else _raw
    reported = source.reported
    return rows.select(
        ColumnExpression("file_row"),
        _text(source.occurred.column).alias("occurred_text"),
        _local_time(source.occurred, types, timezone).alias("occurred_at"),
        (
            _local_time(reported, types, timezone)
            if reported
            else ConstantExpression(None).cast("TIMESTAMP")
        ).alias("reported_at"),
        words(source.place.column).alias("place_value"),
        words(source.category.column).alias("category_value"),
        _identity(source).alias("identity"),
    )


def _raw(column: str) -> Expression:
    """The column as text."""
    return ColumnExpression(column).cast("VARCHAR")


def _text(column: str) -> Expression:
    """The column as text, trimmed, NULL where nothing is left."""
    return FunctionExpression(
        "nullif", FunctionExpression("trim", _raw(column)), ConstantExpression("")
    )


def _local_time(declared: TimeColumn, types: dict[str, str], timezone: str) -> Expression:
    """The moment as wall time of the city; a day's midnight as that day at 00:00."""
    moment: Expression
    if types[declared.column] == "VARCHAR":
        # Trimming each value would cost a fifth of the reading: only those that need it are.
        formats = ConstantExpression(list(declared.formats))
        moment = CoalesceOperator(
            FunctionExpression("try_strptime", _raw(declared.column), formats),
            FunctionExpression("try_strptime", _text(declared.column), formats),
        )
        aware = any("%z" in form or "%Z" in form for form in declared.formats)
    else:
        moment = ColumnExpression(declared.column).cast(
            "TIMESTAMPTZ" if "ZONE" in types[declared.column] else "TIMESTAMP"
        )
        aware = "ZONE" in types[declared.column]
    local = _to_local(moment, aware=aware, zone=declared.zone, timezone=timezone)
    if declared.precision == "second":
        return local.cast("TIMESTAMP")
    # The nearest midnight: before 1987 the zone rules of publisher and database differ by an hour.
    nearest = local + ConstantExpression(timedelta(hours=12))
    return FunctionExpression("date_trunc", ConstantExpression("day"), nearest).cast("TIMESTAMP")


def _to_local(moment: Expression, *, aware: bool, zone: str, timezone: str) -> Expression:
    """Turn a moment into wall time of the city."""
    if aware:
        return FunctionExpression("timezone", ConstantExpression(timezone), moment)
    if zone in ("city", timezone):
        return moment
    universal = FunctionExpression("timezone", ConstantExpression(zone), moment)
    return FunctionExpression("timezone", ConstantExpression(timezone), universal)


def _identity(source: Source) -> Expression:
    """Hash of the identifying columns; NULL where all of them are blank."""
    columns = [_text(column) for column in source.identity.columns]
    parts = [CoalesceOperator(part, ConstantExpression(NO_VALUE)) for part in columns]
    joined = FunctionExpression("concat_ws", ConstantExpression(SEPARATOR), *parts)
    known = CoalesceOperator(*columns).isnotnull()
    return CaseExpression(known, FunctionExpression("md5_number", joined))
