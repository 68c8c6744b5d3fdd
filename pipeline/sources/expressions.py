"""Short names for the DuckDB expressions that the readers' columns go through."""

from collections.abc import Sequence

from duckdb import (
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
)


def call(function: str, *arguments: Expression | str | int | list[str]) -> Expression:
    """A function call; plain values become constants."""
    return FunctionExpression(
        function,
        *(part if isinstance(part, Expression) else ConstantExpression(part) for part in arguments),
    )


def raw(column: str) -> Expression:
    """The column as text."""
    return ColumnExpression(column).cast("VARCHAR")


def text(column: str) -> Expression:
    """The column as text, trimmed, NULL where nothing is left."""
    return call("nullif", call("trim", raw(column)), "")


def joined(columns: Sequence[str], separator: str) -> Expression:
    """Several columns as one text, blank ones left out; NULL where all are blank."""
    if len(columns) == 1:
        return text(columns[0])
    return call("nullif", call("concat_ws", separator, *map(text, columns)), "")


def first_known(*parts: Expression) -> Expression:
    """The first that is not NULL."""
    return parts[0] if len(parts) == 1 else CoalesceOperator(*parts)
