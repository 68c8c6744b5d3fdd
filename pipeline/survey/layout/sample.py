"""Files of unknown records, opened with the readers of the pipeline, and a sample of their rows."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import reduce
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from indices.choices import Text
from pipeline.errors import SourceRefused
from pipeline.sources import READERS
from pipeline.sources.base import Reading
from pipeline.sources.declaration import Category, Identity, Place, Source, TimeColumn
from pipeline.sources.expressions import text
from pipeline.sources.prepare import prepared
from pipeline.survey.layout.shape import Shape

SAMPLE_ROWS = 200_000
SAMPLE = "survey_sample"
TOP_VALUES = 40


class Draft(Source):
    """A declaration before anything is known: all columns are asked for, none has a meaning."""

    all_columns: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the file."""
        return self.all_columns


@dataclass(frozen=True)
class Opened:
    """Files of one shape, open on a connection."""

    connection: DuckDBPyConnection
    shape: Shape
    draft: Draft
    paths: tuple[Path, ...]  # unpacked, in UTF-8
    given: tuple[Path, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files as they were given."""
        return tuple(path.name for path in self.given)

    def readings(self) -> list[Reading]:
        """The files, ready for a reader."""
        return [
            Reading(self.connection, path, self.draft, name)
            for path, name in zip(self.paths, self.names, strict=True)
        ]

    def rows(self) -> list[DuckDBPyRelation]:
        """All rows, file by file, as the pipeline will read them."""
        reader = READERS[self.shape.format]
        return [reader.rows(file, numbered=False) for file in self.readings()]


@dataclass(frozen=True)
class Column:
    """What the sample says of a column; `at` names it in the sample."""

    name: str
    at: str
    n_rows: int
    n_filled: int
    n_distinct: int
    mean_length: float
    longest: int
    n_numbers: int
    top: tuple[tuple[str, int], ...]  # the most frequent values; never shown before they are judged

    @property
    def share_filled(self) -> float:
        """Of all rows."""
        return self.n_filled / self.n_rows if self.n_rows else 0.0

    @property
    def share_numbers(self) -> float:
        """Of the filled rows."""
        return self.n_numbers / self.n_filled if self.n_filled else 0.0


def draft_source(shape: Shape) -> Draft:
    """A declaration that reads every column as text."""
    first = shape.columns[0]
    return Draft(
        id="draft",
        name=Text(en="draft", zh="draft"),
        files=("draft",),
        format=shape.format,
        encoding=shape.encoding.encoding,
        delimiter=shape.delimiter,
        quote=shape.quote,
        skip_lines=shape.skip_lines,
        sheet=shape.sheet,
        delivery="snapshot",
        first_day=date.min,
        last_day="complete",
        occurred=TimeColumn(column=first, formats=("%Y",), zone="city", precision="day"),
        category=Category(columns=(first,)),
        place=Place(columns=(first,)),
        identity=Identity(columns=(first,), repeats="count"),
        all_columns=shape.columns,
    )


@contextmanager
def opened(
    connection: DuckDBPyConnection, files: Sequence[tuple[Path, Shape]], *, folder: Path
) -> Iterator[Opened]:
    """Unpack and rewrite files of one shape, for the block.

    Raises:
        SourceRefused: As the readers do.
    """
    shape = files[0][1]
    with ExitStack() as stack:
        paths = [
            stack.enter_context(
                prepared(
                    path, source=draft_source(own), name=path.name, folder=folder / str(number)
                )
            )
            for number, (path, own) in enumerate(files)
        ]
        yield Opened(
            connection,
            shape,
            draft_source(shape),
            tuple(paths),
            tuple(path for path, _ in files),
        )


def take_sample(files: Opened) -> list[Column]:
    """Keep the first rows of each file in the table `survey_sample`, and describe its columns.

    Columns are called c0, c1, ... there; values are trimmed, blank ones NULL.

    Raises:
        SourceRefused: If no row can be read.
    """
    most = -(-SAMPLE_ROWS // len(files.paths))
    columns = files.shape.columns
    named = [text(column).alias(f"c{at}") for at, column in enumerate(columns)]
    try:
        parts = [rows.limit(most).select(*named) for rows in files.rows()]
        reduce(DuckDBPyRelation.union, parts).create(SAMPLE)
        sample = files.connection.table(SAMPLE)
        found = [_describe(sample, f"c{at}", column) for at, column in enumerate(columns)]
    except duckdb.Error as error:
        raise SourceRefused(
            f"{files.names[0]}: {str(error).splitlines()[0]}",
            expected="rows under a line of column names",
            try_next="open the file: is it the right one, and whole?",
        ) from error
    if not found[0].n_rows:
        raise SourceRefused(
            f"{', '.join(files.names)}: column names, but no rows",
            expected="at least some days of records, to see what they look like",
            try_next="give a file with records",
        )
    return found


def _describe(sample: DuckDBPyRelation, at: str, name: str) -> Column:
    """Counts of a column."""
    facts = (
        f"count(*), count({at}), count(DISTINCT {at}), coalesce(avg(length({at})), 0), "
        f"coalesce(max(length({at})), 0), count(TRY_CAST({at} AS DOUBLE))"
    )
    n_rows, n_filled, n_distinct, mean, longest, n_numbers = sample.aggregate(facts).fetchall()[0]
    filled = sample.filter(f"{at} IS NOT NULL")
    top = filled.aggregate(f"{at} AS value, count(*) AS n", at).order("n DESC, value")
    return Column(
        name,
        at,
        n_rows,
        n_filled,
        n_distinct,
        float(mean),
        longest,
        n_numbers,
        tuple((str(value), int(n)) for value, n in top.limit(TOP_VALUES).fetchall()),
    )
