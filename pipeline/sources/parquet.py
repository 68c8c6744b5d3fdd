"""Parquet files, read by DuckDB."""

import duckdb
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    FunctionExpression,
)

from pipeline.errors import BatchInconsistent, SourceRefused
from pipeline.sources.base import ReaderReject, Reading, refuse_no_rows, require_columns

FILE_ROW = (ColumnExpression("file_row_number") + ConstantExpression(1)).alias("file_row")
NO_FILE_ROW = ConstantExpression(None).cast("BIGINT").alias("file_row")


class ParquetReader:
    """Parquet: columns keep their types; every row that the file names can be read."""

    def rows(self, file: Reading, *, numbered: bool = True) -> DuckDBPyRelation:
        """See `Reader.rows`."""
        try:
            if numbered:
                _read_aside(file)
            relation = file.connection.read_parquet(str(file.path), file_row_number=numbered)
            columns = relation.columns
        except (duckdb.Error, RuntimeError) as error:  # the latter: a name that is no text
            raise SourceRefused(
                f"{file.name}: {str(error).splitlines()[0]}",
                expected="a complete Parquet file",
                try_next="check that the copy was finished, or ask for the delivery again",
            ) from error
        require_columns(columns, source=file.source, name=file.name)
        if _rows_in_footer(file) == 0:
            raise refuse_no_rows(file.name, file.source)
        declared = [ColumnExpression(column) for column in file.source.columns]
        return relation.select(*declared, FILE_ROW if numbered else NO_FILE_ROW)

    def rejects(self, file: Reading) -> list[ReaderReject]:  # noqa: ARG002
        """None: a damaged Parquet file is refused as a whole."""
        return []

    def check_total(self, file: Reading, *, rows_read: int) -> None:
        """Hold the number of rows against the file's footer."""
        expected = _rows_in_footer(file)
        if expected != rows_read:
            raise BatchInconsistent(
                f"{file.name}: {rows_read} rows read",
                expected=f"{expected} rows, as the file's footer says",
                try_next="ask for the delivery again; nothing was kept of it",
            )


def _read_aside(file: Reading) -> None:
    """Read the file in a database of its own, which damage may close: some of it closes the whole.

    A missing column is told by what comes next.
    """
    with duckdb.connect() as aside:
        relation = aside.read_parquet(str(file.path))
        declared = [ColumnExpression(c) for c in relation.columns if c in file.source.columns]
        if declared:
            hashes = relation.select(FunctionExpression("hash", *declared).alias("hash"))
            hashes.aggregate("bit_xor(hash)").fetchall()


def _rows_in_footer(file: Reading) -> int:
    """Number of rows that the footer of the file states."""
    footer = "SELECT num_rows FROM parquet_file_metadata($path)"
    return int(file.connection.execute(footer, {"path": str(file.path)}).fetchall()[0][0])
