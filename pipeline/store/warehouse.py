"""The one DuckDB file of a home: statements have names, values are bound, a failure is told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd

from pipeline.errors import (
    LockedByAnother,
    NothingKnown,
    StatementFailed,
    StorageUnusable,
    WrongUsage,
)
from pipeline.settings import DEFAULT_MEMORY
from pipeline.store.folders import make_folder

STATEMENTS = Path(__file__).parent / "sql"
MIGRATIONS = Path(__file__).parent / "migrations"
FILE_NAME = "warehouse.duckdb"
SPILL = ".spill"  # folder for what does not fit into the memory
HEADER_BYTES = 3 * 4096  # of a DuckDB file, before its blocks


@dataclass(frozen=True)
class Warehouse:
    """The only object that runs statements."""

    connection: duckdb.DuckDBPyConnection

    def run(self, statement: str, /, **values: object) -> None:
        """Execute `sql/<statement>.sql` with named values."""
        self._execute(statement, values).fetchall()

    def rows(self, statement: str, /, **values: object) -> list[tuple[object, ...]]:
        """All rows of a statement."""
        return self._execute(statement, values).fetchall()

    def frame(self, statement: str, /, **values: object) -> pd.DataFrame:
        """All rows of a statement as a table."""
        return self._execute(statement, values).df()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    @contextmanager
    def table(self, name: str, rows: pd.DataFrame | duckdb.DuckDBPyRelation) -> Iterator[None]:
        """Let statements see a data frame or a relation under a name, for the block."""
        self.connection.register(name, rows)
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):  # in a broken transaction; the cause is what matters
                self.connection.unregister(name)
            raise
        self.connection.unregister(name)

    def _execute(self, statement: str, values: dict[str, object]) -> duckdb.DuckDBPyConnection:
        try:
            return self.connection.execute(_statement(statement), values or None)
        except duckdb.Error as error:
            if _is_of_storage(error):
                raise _storage_error(error) from error
            raise StatementFailed(
                f"{statement}.sql ({', '.join(values)}): {error}",
                expected="a statement that runs on this warehouse",
                try_next="safety-index doctor; report this if the warehouse is sound",
            ) from error


@contextmanager
def open_warehouse(home: Path, *, memory: str = DEFAULT_MEMORY) -> Iterator[Warehouse]:
    """Open a home's warehouse for writing, made or brought up to date where needed.

    What does not fit into `memory` goes to a folder beside the file while a statement runs.

    Raises:
        LockedByAnother: If another process has it open.
        StorageUnusable: If it cannot be written.
    """
    make_folder(home)
    file = home / FILE_NAME
    is_first = not file.exists()
    try:
        if is_first:
            _make(file)
        with _connected(file, read_only=False) as warehouse:
            migrate(warehouse)
            _limit(warehouse, memory, spill=home / SPILL)
            yield warehouse
    except StorageUnusable:
        if is_first:  # nothing is known yet, and what was begun would be in the way
            _remove(file)
        raise


def _make(file: Path) -> None:
    """Make an empty warehouse aside and move it into place: a killed first night leaves none."""
    fresh = file.with_name(f".{FILE_NAME}.new")
    _remove(fresh)
    with _connected(fresh, read_only=False) as warehouse:
        migrate(warehouse)
    fresh.replace(file)


def _remove(file: Path) -> None:
    """Remove a DuckDB file and the log beside it."""
    file.unlink(missing_ok=True)
    file.with_name(f"{file.name}.wal").unlink(missing_ok=True)


@contextmanager
def open_for_reading(home: Path) -> Iterator[Warehouse]:
    """Open a home's warehouse for reading only.

    Raises:
        NothingKnown: If there is none yet.
        LockedByAnother: If a run is writing.
    """
    if not (home / FILE_NAME).exists():
        raise NothingKnown(
            f"{home / FILE_NAME} does not exist",
            expected="a home in which a night has run",
            try_next="safety-index run",
        )
    with _connected(home / FILE_NAME, read_only=True) as warehouse:
        yield warehouse


@contextmanager
def open_in_memory(*, memory: str = DEFAULT_MEMORY) -> Iterator[Warehouse]:
    """A warehouse that leaves nothing behind, for judging without keeping."""
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        _connected(":memory:", read_only=False) as warehouse,
    ):
        migrate(warehouse)
        _limit(warehouse, memory, spill=Path(folder))
        yield warehouse


def _limit(warehouse: Warehouse, memory: str, *, spill: Path) -> None:
    """Hold DuckDB to its share of memory."""
    try:
        warehouse.connection.execute("SET memory_limit = $memory", {"memory": memory})
        warehouse.connection.execute("SET temp_directory = $spill", {"spill": str(spill)})
    except duckdb.Error as error:
        raise WrongUsage(
            f"a memory of {memory}: {str(error).splitlines()[0]}",
            expected="a size that DuckDB takes, as 500MB or 4GB",
            try_next=f"SAFETY_INDEX_MEMORY={DEFAULT_MEMORY}",
        ) from error


def migrate(warehouse: Warehouse) -> None:
    """Bring the tables to the newest schema, one numbered file after the other.

    Raises:
        StorageUnusable: If the file was written by a newer version of this program.
    """
    known = {int(path.name[:4]): path for path in sorted(MIGRATIONS.glob("*.sql"))}
    warehouse.run("schema_version_table")
    row = warehouse.rows("schema_version")[0][0]
    current = int(str(row))
    if current > max(known):
        raise StorageUnusable(
            f"the warehouse has schema version {current}",
            expected=f"at most {max(known)}, which this program knows",
            try_next="use the newer program that wrote it",
        )
    for version in range(current + 1, max(known) + 1):
        with warehouse.transaction():
            warehouse.connection.execute(known[version].read_text(encoding="utf-8"))
            warehouse.run("schema_version_add", version=version)


@contextmanager
def _connected(database: Path | str, *, read_only: bool) -> Iterator[Warehouse]:
    try:
        connection = duckdb.connect(str(database), read_only=read_only)
    except duckdb.Error as error:
        raise _storage_error(error) from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        _refuse_cut_off(connection, database)
        yield Warehouse(connection)
    except duckdb.Error as error:
        if _is_of_storage(error):
            raise _storage_error(error) from error
        raise
    finally:
        connection.close()


def _refuse_cut_off(connection: duckdb.DuckDBPyConnection, database: Path | str) -> None:
    """DuckDB misses lost blocks only when it reads them, perhaps months later: count them now.

    Free blocks do not count: those at the end are cut off when the file is closed.
    """
    if not isinstance(database, Path):
        return
    size = "SELECT block_size, used_blocks FROM pragma_database_size()"
    block_size, n_blocks = connection.execute(size).fetchall()[0]
    found, needed = database.stat().st_size, HEADER_BYTES + block_size * n_blocks
    if n_blocks and found < needed:
        raise StorageUnusable(
            f"{database}: cut off, {found:,} of {needed:,} bytes are there",
            expected="the whole warehouse file",
            try_next="put back the last backup of it",
        )


def _is_of_storage(error: duckdb.Error) -> bool:
    """Whether the disk is to blame; a commit on a full one fails as a transaction."""
    return isinstance(error, duckdb.IOException) or "No space left" in str(error)


def _storage_error(error: duckdb.Error) -> LockedByAnother | StorageUnusable:
    """Say what an operator can do about an error of DuckDB's own files."""
    text = str(error).splitlines()[0]
    if "Conflicting lock" in text:
        holder = re.search(r"\(PID (\d+)\)", str(error))
        return LockedByAnother(
            f"the warehouse is open in another process{f' ({holder[1]})' if holder else ''}",
            expected="one writer at a time",
            try_next="wait for the run to end, then try again",
        )
    full = "No space left" in text
    return StorageUnusable(
        text,
        expected="a warehouse file that can be opened, with room left on its disk",
        try_next="free some space; the last good state is untouched"
        if full
        else "check the file and its permissions, or give another home with --home",
    )


@cache
def _statement(name: str) -> str:
    return (STATEMENTS / f"{name}.sql").read_text(encoding="utf-8")
