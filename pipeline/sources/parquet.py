"""Parquet files, read by DuckDB."""

from pathlib import Path

import duckdb
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    DuckDBPyConnection,
    DuckDBPyRelation,
    FunctionExpression,
)

from pipeline.errors import BatchInconsistent, SourceRefused
from pipeline.sources.base import ReaderReject, refuse_no_rows, require_columns
from pipeline.sources.declaration import Source

FILE_ROW = (ColumnExpression("file_row_number") + ConstantExpression(1)).alias("file_row")
NO_FILE_ROW = ConstantExpression(None).cast("BIGINT").alias("file_row")


class ParquetReader:
    """Parquet: columns keep their types; every row that the file names can be read."""

    def rows(
        self,
        connection: DuckDBPyConnection,
        path: Path,
        *,
        source: Source,
        name: str,
        numbered: bool = True,
    ) -> DuckDBPyRelation:
        """See `Reader.rows`."""
        try:
            if numbered:
                _read_aside(path, source)
            relation = connection.read_parquet(str(path), file_row_number=numbered)
            columns = relation.columns
        except (duckdb.Error, RuntimeError) as error:  # the latter: a name that is no text
            raise SourceRefused(
                f"{name}: {str(error).splitlines()[0]}",
                expected="a complete Parquet file",
                try_next="check that the copy was finished, or ask for the delivery again",
            ) from error
        require_columns(columns, source=source, name=name)
        if _rows_in_footer(connection, path) == 0:
            raise refuse_no_rows(name, source)
        declared = [ColumnExpression(column) for column in source.columns]
        return relation.select(*declared, FILE_ROW if numbered else NO_FILE_ROW)

    def rejects(
        self,
        connection: DuckDBPyConnection,  # noqa: ARG002
        path: Path,  # noqa: ARG002
        *,
        source: Source,  # noqa: ARG002
        name: str,  # noqa: ARG002
    ) -> list[ReaderReject]:
        """None: a damaged Parquet file is refused as a whole."""
        return []

    def check_total(
        self,
        connection: DuckDBPyConnection,
        path: Path,
        *,
        source: Source,  # noqa: ARG002
        name: str,
        rows_read: int,
    ) -> None:
        """Hold the number of rows against the file's footer."""
        expected = _rows_in_footer(connection, path)
        if expected != rows_read:
            raise BatchInconsistent(
                f"{name}: {rows_read} rows read",
                expected=f"{expected} rows, as the file's footer says",
                try_next="ask for the delivery again; nothing was kept of it",
            )


def _read_aside(path: Path, source: Source) -> None:
    """Read the file in a database of its own, which damage may close: some of it closes the whole.

    A missing column is told by what comes next.
    """
    with duckdb.connect() as aside:
        relation = aside.read_parquet(str(path))
        declared = [ColumnExpression(c) for c in relation.columns if c in source.columns]
        if declared:
            hashes = relation.select(FunctionExpression("hash", *declared).alias("hash"))
            hashes.aggregate("bit_xor(hash)").fetchall()


def _rows_in_footer(connection: DuckDBPyConnection, path: Path) -> int:
    """Number of rows that the footer of the file states."""
    footer = "SELECT num_rows FROM parquet_file_metadata($path)"
    return int(connection.execute(footer, {"path": str(path)}).fetchall()[0][0])
