"""How columns of the sample depend on one another, and which values they have."""

from collections.abc import Sequence

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from pipeline.survey.layout.sample import SAMPLE, Column

SIGNIFICANT = 0.02  # of the rows of a value: rarer companions are slips


def share_determined(connection: DuckDBPyConnection, by: Column, what: Column) -> float:
    """Share of rows (0 to 1) in which `what` is the usual companion of the value of `by`."""
    pairs = _pairs(connection, by, what).aggregate("a, max(n) AS usual, sum(n) AS n", "a")
    usual, total = pairs.aggregate("sum(usual), sum(n)").fetchall()[0]
    return float(usual) / float(total) if total else 0.0


def n_significant_pairs(connection: DuckDBPyConnection, by: Column, what: Column) -> int:
    """Pairs of values, those left out that make up less than 2 % of the rows of `by`'s value."""
    pairs = _pairs(connection, by, what).project("n, sum(n) OVER (PARTITION BY a) AS of_value")
    return len(pairs.filter(f"n > {SIGNIFICANT} * of_value").fetchall())


def _pairs(connection: DuckDBPyConnection, by: Column, what: Column) -> DuckDBPyRelation:
    """Rows by pair of values, blank ones left out."""
    sample = connection.table(SAMPLE).filter(f"{by.at} IS NOT NULL AND {what.at} IS NOT NULL")
    return sample.aggregate(f"{by.at} AS a, {what.at} AS b, count(*) AS n", f"{by.at}, {what.at}")


def value_counts(connection: DuckDBPyConnection, columns: Sequence[Column]) -> dict[str, int]:
    """Rows by value, the most frequent first; several columns are joined with `/`."""
    joined = f"nullif(concat_ws('/', {', '.join(column.at for column in columns)}), '')"
    values = connection.table(SAMPLE).project(f"{joined} AS value").filter("value IS NOT NULL")
    rows = values.aggregate("value, count(*) AS n", "value").order("n DESC, value").fetchall()
    return {str(value): int(n) for value, n in rows}


def share_in_range(
    connection: DuckDBPyConnection, column: Column, low: float, high: float
) -> float:
    """Share of the filled rows (0 to 1) that are numbers within the range."""
    number = f"TRY_CAST({column.at} AS DOUBLE)"
    filled = connection.table(SAMPLE).filter(f"{column.at} IS NOT NULL")
    facts = f"count(*), count(*) FILTER (WHERE {number} BETWEEN {low} AND {high})"
    n, inside = filled.aggregate(facts).fetchall()[0]
    return inside / n if n else 0.0
