"""A table or query of a PostgreSQL server, fetched as a CSV file; read, never written.

The file then goes the way of any other delivery: its bytes are archived before they are judged.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from pipeline.errors import SourceRefused
from pipeline.sources.base import require_columns
from pipeline.sources.declaration import Database, Source
from pipeline.sources.postgresql_server import connect, server_errors
from pipeline.store.folders import make_folder, storage_errors

NUMBERS = {20: "bigint", 21: "smallint", 23: "integer"}  # types of the server, by their number
MOMENTS = {1082: "date", 1114: "timestamp", 1184: "timestamptz"}
# A watermark in the future would hide all that comes after it, so it is passed over. A moment
# without a zone is in the future when it is so everywhere on earth.
NOW = {
    "timestamptz": "now()",
    "timestamp": "now() AT TIME ZONE 'UTC' + INTERVAL '14 hours'",
    "date": "now() AT TIME ZONE 'UTC' + INTERVAL '14 hours'",
}


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What one visit to the server brought."""

    path: Path  # CSV: UTF-8, comma, header; NULL is empty, an empty text is ""
    n_rows: int
    watermark: str | None  # give it as `after` the next time


def fetch(
    source: Source,
    *,
    after: str | None,
    folder: Path,
    environment: Mapping[str, str] = os.environ,
    timeout_seconds: int = 3600,
) -> Fetched:
    """Write the declared columns of a table or query to `<source.id>.csv` in `folder`.

    Args:
        source: With a [database].
        after: Watermark of the last visit; None for all rows. Rows with this very watermark come
            again, as do those of the `overlap_seconds` before it and those without a watermark:
            a row may be committed later than one that was written after it.
        folder: Made where it is missing. The file appears there whole or not at all.
        environment: Where the password is.
        timeout_seconds: Of each statement, not of the whole visit.

    Returns:
        The file, its rows, and the greatest watermark up to the present moment: never less than
        `after`, None where nothing has one. The file is there also when it has no rows.

    Moments with a time zone are written in UTC, as 2025-03-01 02:00:00+00. Rows are sorted by all
    their columns, the watermark and the identity first: unchanged rows give the same bytes.

    Raises:
        SourceRefused: If the server, the database, the table or a column is not there or not to be
            read, if the query would write, and if the visit is cut short.
        StorageUnusable: If the file cannot be written.
    """
    database = source.database
    assert database is not None, "read_toml has seen to it"
    name = f"{source.id} ({database.user}@{database.host}:{database.port}/{database.name})"
    path = make_folder(folder) / f"{source.id}.csv"
    connection = connect(database, name, environment, timeout_seconds)
    with server_errors(name), connection:
        records = _records(database)
        types = _column_types(connection, records, source=source, name=name)
        since: sql.Composable = sql.SQL("")
        watermark = after
        if database.watermark is not None:
            kind = _watermark_type(types[database.watermark], database, name)
            since = _since(database, kind, after)
            watermark = _greatest(connection, records + since, database.watermark, kind, after)
        statement = _copy_statement(records + since, source, database.watermark)
        n_rows = _write(connection, statement, path)
    return Fetched(path=path, n_rows=n_rows, watermark=watermark)


def _records(database: Database) -> sql.Composable:
    """The table or query as something to select from."""
    if database.table is not None:
        return sql.SQL(" FROM {}").format(sql.Identifier(*database.table.split(".", 1)))
    # The line break ends a comment with which the query may end.
    query = sql.SQL((database.query or "").strip().removesuffix(";"))
    return sql.SQL(" FROM ({}\n) AS records").format(query)


def _column_types(
    connection: psycopg.Connection, records: sql.Composable, *, source: Source, name: str
) -> dict[str, int]:
    """Type numbers of the columns we need; the other columns are not even asked for.

    Everything that is selected later is tried here without fetching a row, and as a prepared
    statement, which can hold but one: several in one query end here.
    """
    try:
        return _described(connection, _identifiers(_wanted(source)) + records)
    except psycopg.errors.UndefinedColumn as error:
        try:
            found = _described(connection, sql.SQL("*") + records)
        except psycopg.errors.InsufficientPrivilege:  # granted column by column: not ours to list
            raise error from None
        require_columns(found, source=source, name=name)
        raise _no_watermark(source, found, name) from error


def _described(connection: psycopg.Connection, columns_from: sql.Composable) -> dict[str, int]:
    """Names and type numbers of what a SELECT would give."""
    statement = sql.SQL("SELECT {} LIMIT 0").format(columns_from)
    with connection.transaction():  # of its own: a mistake ends it
        cursor = connection.execute(statement, prepare=True)
    return {column.name: column.type_code for column in cursor.description or ()}


def _wanted(source: Source) -> list[str]:
    """Columns to fetch, each once."""
    watermark = source.database.watermark if source.database else None
    return list(dict.fromkeys([*source.columns, *([watermark] if watermark else [])]))


def _identifiers(names: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, names))


def _no_watermark(source: Source, found: Mapping[str, int], name: str) -> SourceRefused:
    """The refusal of a table without the watermark."""
    watermark = source.database.watermark if source.database else None
    return SourceRefused(
        f"{name}: there is no column {watermark}\n  found:    {', '.join(found)}",
        expected=f"the watermark of [database] (sources/{source.id}.toml)",
        try_next="name a column that grows, or leave the watermark out to fetch all rows",
    )


def _watermark_type(number: int, database: Database, name: str) -> str:
    """The watermark's type as SQL names it: a moment, a day or a whole number."""
    kinds = MOMENTS if database.overlap_seconds else MOMENTS | NUMBERS
    if number not in kinds:
        raise SourceRefused(
            f"{name}: {database.watermark} is of a type that cannot serve as this watermark",
            expected=f"{', '.join(MOMENTS.values())}; without overlap_seconds also "
            f"{', '.join(NUMBERS.values())}",
            try_next="name another column, or leave the watermark out to fetch all rows",
        )
    return kinds[number]


def _since(database: Database, kind: str, after: str | None) -> sql.Composable:
    """The condition for rows that are new, or may be."""
    if after is None:
        return sql.SQL("")
    start = _constant(after, kind)
    if database.overlap_seconds:
        start += sql.SQL(" - make_interval(secs => {})").format(database.overlap_seconds)
    return sql.SQL(" WHERE {0} >= {1} OR {0} IS NULL").format(
        sql.Identifier(database.watermark or ""), start
    )


def _constant(value: str | None, kind: str) -> sql.Composed:
    return sql.SQL("CAST({} AS {})").format(value, sql.SQL(kind))


def _greatest(
    connection: psycopg.Connection,
    records: sql.Composable,
    watermark: str,
    kind: str,
    after: str | None,
) -> str | None:
    """The greatest watermark that is not in the future, or `after` where that is greater."""
    column = sql.Identifier(watermark)
    past = (
        sql.SQL("{} <= {}").format(column, sql.SQL(NOW[kind])) if kind in NOW else sql.SQL("true")
    )
    statement = sql.SQL(
        "SELECT CAST(greatest(max({column}) FILTER (WHERE {past}), {after}) AS text) {records}"
    ).format(column=column, past=past, after=_constant(after, kind), records=records)
    row = connection.execute(statement).fetchone()
    return row[0] if row else None


def _copy_statement(records: sql.Composable, source: Source, watermark: str | None) -> sql.Composed:
    """COPY of the sorted rows; text is sorted by its bytes, as no locale of a server can change."""
    columns = _wanted(source)
    keys = [name for name in (*source.identity.columns, *columns) if name != watermark]
    order: list[sql.Composable] = [sql.Identifier(watermark)] if watermark else []
    order += [
        sql.SQL('CAST({} AS text) COLLATE "C"').format(sql.Identifier(name))
        for name in dict.fromkeys(keys)
    ]
    return sql.SQL(
        "COPY (SELECT {columns} {records} ORDER BY {order}) "
        "TO STDOUT (FORMAT csv, HEADER true, ENCODING 'UTF8')"
    ).format(columns=_identifiers(columns), records=records, order=sql.SQL(", ").join(order))


def _write(connection: psycopg.Connection, statement: sql.Composed, path: Path) -> int:
    """Stream rows to the file: it is whole or absent, and memory holds one row."""
    neighbour = path.with_name(f".{path.name}.partial")
    cursor = connection.cursor()
    try:
        with storage_errors(path), neighbour.open("wb") as file:
            with cursor.copy(statement) as rows:
                file.writelines(rows)
            file.flush()
            os.fsync(file.fileno())
        with storage_errors(path):
            neighbour.replace(path)
    finally:
        neighbour.unlink(missing_ok=True)
    return cursor.rowcount
