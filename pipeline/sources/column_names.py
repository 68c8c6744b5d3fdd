"""Names of columns that a declaration may hold: each stands for one column of the file."""

from typing import Annotated

from pydantic import AfterValidator

ROW_NUMBER = "file_row"  # what the pipeline calls a row's number
ALL_COLUMNS = "*"


def own_name(column: str, at: int) -> str:
    """The name of a column; made up where it has none, or one that the pipeline needs.

    >>> own_name("when", 1), own_name("", 2), own_name("File_Row", 3)
    ('when', 'column 2', 'File_Row (column 3)')
    """
    if column.casefold() == ROW_NUMBER:
        return f"{column} (column {at})"
    return column or f"column {at}"


def is_column_name(name: str) -> bool:
    """Whether a declaration may hold this name.

    >>> is_column_name("when"), is_column_name("*"), is_column_name("FILE_ROW")
    (True, False, False)
    """
    return name not in ("", ALL_COLUMNS) and name.casefold() != ROW_NUMBER


def _one_column(name: str) -> str:
    """A name that no reader takes for something else."""
    if is_column_name(name):
        return name
    if name == ALL_COLUMNS:
        raise ValueError("'*' would stand for all columns; write the name of one")
    what = f"'{name}' is what the pipeline calls a row's number" if name else "a column has no name"
    raise ValueError(
        f"{what}; in delimited text and workbooks such a column is called by its place, as "
        f"'{own_name(name, 3)}'; elsewhere rename it"
    )


def _at_least_one(names: tuple[str, ...]) -> tuple[str, ...]:
    """What a minimal length would say too, but not once more of names that were refused."""
    if not names:
        raise ValueError("at least one column is needed")
    return names


ColumnName = Annotated[str, AfterValidator(_one_column)]
ColumnNames = tuple[ColumnName, ...]
SomeColumns = Annotated[ColumnNames, AfterValidator(_at_least_one)]
