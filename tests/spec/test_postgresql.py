"""Rows from a live PostgreSQL server: all of them, the same bytes each time, and nothing written.

The server is Debian's package, started here on loopback. Without one these tests are skipped,
unless REQUIRE_POSTGRES=1 demands them.
"""

import csv
import errno
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline.errors import SafetyIndexError, SourceRefused, StorageUnusable
from pipeline.sources.declaration import Source
from pipeline.sources.postgresql import Fetched, fetch

SECRET, OWNERS_SECRET = "never-in-a-message-77", "owner-of-the-test-cluster"
ENVIRONMENT = {"CITY_PASSWORD": SECRET}
START_SECONDS = 30
PROGRAMS = "/usr/lib/postgresql"


# ---------------------------------------------------------------- a server and a city on it


@dataclass(frozen=True)
class Server:
    """A cluster of the tests' own."""

    port: int

    def connect(self, database: str = "records", **options: Any) -> psycopg.Connection:
        """A connection of the cluster's owner."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="owner",
            password=OWNERS_SECRET,
            dbname=database,
            **options,
        )

    def run(self, *statements: str, database: str = "records") -> list[tuple[Any, ...]]:
        """Execute statements as the owner; rows of the last one."""
        with self.connect(database, autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []


def find_programs() -> Path | None:
    """Folder of initdb and postgres."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path(PROGRAMS).glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").is_file()), None)


def unprivileged() -> dict[str, Any]:
    """Options of a process that is not root's: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def make_cluster(programs: Path, folder: Path) -> None:
    """A new cluster that asks everybody for a password."""
    identity = unprivileged()
    (folder / "password").write_text(OWNERS_SECRET)
    if identity:
        for path in (folder, folder / "password"):
            os.chown(path, identity["user"], identity["group"])
    command = [programs / "initdb", "--pgdata", folder / "data", "--username", "owner"]
    command += ["--auth", "scram-sha-256", "--pwfile", folder / "password", "--encoding", "UTF8"]
    command += ["--no-locale", "--no-sync"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, **identity)


def free_port() -> int:
    """A port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers."""
    for _ in range(START_SECONDS * 20):
        assert process.poll() is None, log.read_text()
        try:
            server.run("SELECT 1", database="postgres")
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"no answer in {START_SECONDS} s\n{log.read_text()}")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server with a database `records` and a user `reader`."""
    programs = find_programs()
    if programs is None:
        reason = f"no PostgreSQL server: initdb is neither on PATH nor in {PROGRAMS}/*/bin"
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="safety-index-postgresql-"))
    make_cluster(programs, folder)
    port = free_port()
    command = [programs / "postgres", "-D", folder / "data", "-p", str(port), "-h", "127.0.0.1"]
    command += ["-F", "-c", "unix_socket_directories="]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **unprivileged())
    try:
        wait_until_ready(Server(port), process, folder / "log")
        Server(port).run("CREATE DATABASE records", database="postgres")
        Server(port).run(f"CREATE ROLE reader LOGIN PASSWORD '{SECRET}'")
        yield Server(port)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)
        shutil.rmtree(folder)


CITY = """
CREATE TABLE city.calls (
    id text, "when" timestamp, kind text, town text, changed_at timestamptz, number int, caller text
)
"""
CALLS = """
INSERT INTO city.calls VALUES
    ('007', '2025-03-01 10:00', '盗窃, "入室"', '翠香街道', '2025-03-01 10:05+08', 1, 'Ms Example'),
    ('0012', '2025-03-02 00:30', E'line\\nbreak', '', '2025-03-02 00:31+08', 2, 'Mr Example'),
    ('9', '2025-03-03 23:59:59.5', 'O''Hara', NULL, '2025-03-04 00:00+08', 3, NULL)
"""


@pytest.fixture
def city(server: Server) -> Server:
    """The server with three calls in `city.calls`, which `reader` may read."""
    server.run(
        "DROP SCHEMA IF EXISTS city CASCADE",
        "CREATE SCHEMA city",
        "ALTER ROLE reader RESET ALL",
        CITY,
        CALLS,
        "GRANT USAGE ON SCHEMA city TO reader",
        "GRANT SELECT ON city.calls TO reader",
    )
    return server


def make_source(server_port: int, **database: Any) -> Source:
    """A declaration; keys are those of [database]."""
    access = {"host": "127.0.0.1", "port": server_port, "name": "records", "user": "reader"}
    where = {} if "query" in database else {"table": "city.calls"}
    return Source.model_validate(
        {
            "id": "calls",
            "name": {"en": "calls", "zh": "报警"},
            "format": "postgresql",
            "delivery": "append",
            "first_day": date(2025, 1, 1),
            "last_day": "complete",
            "occurred": {
                "column": "when",
                "formats": ["%Y-%m-%d %H:%M:%S"],
                "zone": "city",
                "precision": "second",
            },
            "category": {"column": "kind"},
            "place": {"column": "town"},
            "identity": {"columns": ["id"], "repeats": "duplicate"},
            "database": access | {"password_variable": "CITY_PASSWORD"} | where | database,
        }
    )


Visit = Callable[..., Fetched]


@pytest.fixture
def visit(city: Server, tmp_path: Path) -> Visit:
    """Fetch from the city's server; keys are those of [database]."""

    def visit_city(after: str | None = None, **database: Any) -> Fetched:
        source = make_source(city.port, **database)
        return fetch(source, after=after, folder=tmp_path / "in", environment=ENVIRONMENT)

    return visit_city


def ids(fetched: Fetched) -> list[str]:
    """Identities in the file, in its order."""
    with fetched.path.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def refusal(call: Callable[[], Any]) -> SourceRefused:
    """The refusal of a visit; it has three parts and nowhere the password."""
    with pytest.raises(SourceRefused) as caught:
        call()
    assert all((caught.value.seen, caught.value.expected, caught.value.try_next))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return caught.value


def left_behind(folder: Path) -> list[str]:
    """Files below a folder, hidden ones too."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


# ---------------------------------------------------------------- what comes


def test_a_table_comes_as_csv(visit: Visit) -> None:
    """Declared columns only, in their order, sorted by identity; NULL is empty, '' is quoted."""
    fetched = visit()
    expected = (
        "when,kind,town,id\n"
        '2025-03-02 00:30:00,"line\nbreak","",0012\n'
        '2025-03-01 10:00:00,"盗窃, ""入室""",翠香街道,007\n'
        "2025-03-03 23:59:59.5,O'Hara,,9\n"
    )
    assert ("calls.csv", 3, None) == (fetched.path.name, fetched.n_rows, fetched.watermark)
    assert expected == fetched.path.read_bytes().decode("utf-8")


def test_codes_keep_their_zeros(visit: Visit) -> None:
    """Text that looks like a number stays text."""
    assert ["0012", "007", "9"] == ids(visit())


@pytest.mark.parametrize("end", ["", ";", "  ;\n", " -- the newest first"])
def test_a_query_comes_as_a_table_would(visit: Visit, end: str) -> None:
    """A SELECT, with or without a semicolon or a remark at its end; `%` and braces mean nothing."""
    query = (
        "SELECT id, \"when\", kind, town FROM city.calls WHERE id LIKE '00%' AND kind <> '{}' "
        'ORDER BY "when" DESC'
    )
    assert ["0012", "007"] == ids(visit(query=query + end))


def test_a_table_without_rows_is_a_header(city: Server, visit: Visit) -> None:
    """No rows are no error here: the file holds its header, and says so."""
    city.run("TRUNCATE city.calls")
    fetched = visit(watermark="changed_at")
    assert (0, None, []) == (fetched.n_rows, fetched.watermark, ids(fetched))
    assert fetched.path.read_bytes() == b"when,kind,town,id,changed_at\n"


def test_the_same_rows_give_the_same_bytes(city: Server, visit: Visit) -> None:
    """Rows moved about on the server's disk, equal ones too, come in the same order."""
    city.run("INSERT INTO city.calls SELECT * FROM city.calls", "ANALYZE city.calls")
    first = visit(watermark="changed_at").path.read_bytes()
    assert first == visit(watermark="changed_at").path.read_bytes()
    city.run("UPDATE city.calls SET caller = 'moved' WHERE number < 3")
    assert first == visit(watermark="changed_at").path.read_bytes()


def test_settings_of_the_role_do_not_matter(city: Server, visit: Visit) -> None:
    """Moments come in UTC and in one notation, whatever zone and notation the role is used to."""
    plain = visit(watermark="changed_at").path.read_bytes()
    city.run(
        "ALTER ROLE reader SET TimeZone = 'Asia/Shanghai'",
        "ALTER ROLE reader SET DateStyle = 'SQL, DMY'",
        "ALTER ROLE reader SET client_encoding = 'GB18030'",
        "ALTER ROLE reader SET default_transaction_read_only = off",
        "ALTER ROLE reader SET default_transaction_isolation = 'read committed'",
    )
    assert plain == visit(watermark="changed_at").path.read_bytes()
    assert b",2025-03-01 02:05:00+00\n" in plain


def test_rows_are_sorted_as_no_language_does(city: Server, visit: Visit) -> None:
    """Order goes by bytes: capitals first, whatever the collation of the column says."""
    city.run(
        'ALTER TABLE city.calls ALTER id TYPE text COLLATE "en-x-icu"',
        "UPDATE city.calls SET id = (ARRAY['a', 'B', 'c'])[number]",
    )
    assert [("a",), ("B",), ("c",)] == city.run("SELECT id FROM city.calls ORDER BY id")
    assert ["B", "a", "c"] == ids(visit())


def test_what_the_session_may_and_says(visit: Visit) -> None:
    """The server sees who it is, and that it only reads, all as of one moment."""
    names = ("application_name", "transaction_read_only", "transaction_isolation")
    id_, when, kind = (f"current_setting('{name}')" for name in names)
    query = f'SELECT {id_} AS id, {when} AS "when", {kind} AS kind, NULL AS town'
    expected = "when,kind,town,id\non,repeatable read,,safety-index\n"
    assert expected == visit(query=query).path.read_text("utf-8")


def test_undeclared_columns_are_not_even_asked_for(city: Server, visit: Visit) -> None:
    """A user who may read just the declared columns is enough; the callers stay at home."""
    city.run(
        "REVOKE SELECT ON city.calls FROM reader",
        'GRANT SELECT (id, "when", kind, town) ON city.calls TO reader',
    )
    assert "Example" not in visit().path.read_text("utf-8")


def test_odd_names_are_names(city: Server, visit: Visit) -> None:
    """A table whose name holds quotes and semicolons is a table."""
    name = 'calls"; DROP TABLE city.calls; --'
    quoted = '"{}"'.format(name.replace('"', '""'))
    city.run(
        f"ALTER TABLE city.calls RENAME TO {quoted}",
        f'CREATE VIEW city."通话 记录" AS SELECT * FROM city.{quoted}',
        'GRANT SELECT ON city."通话 记录" TO reader',
    )
    tables = (f"city.{name}", "city.通话 记录")
    assert [["0012", "007", "9"]] * 2 == [ids(visit(table=table)) for table in tables]


# ---------------------------------------------------------------- only what is new


def test_only_newer_rows_come_the_next_time(city: Server, visit: Visit) -> None:
    """The first visit brings all, the next those from the watermark on, oldest first."""
    first = visit(watermark="changed_at")
    assert ["007", "0012", "9"] == ids(first)
    assert first.watermark == "2025-03-03 16:00:00+00"
    city.run(
        "INSERT INTO city.calls VALUES ('10', '2025-03-05', 'x', 'y', '2025-03-05 00:00:00.25+00')",
        "UPDATE city.calls SET kind = 'final', changed_at = '2025-03-05 00:00+00' WHERE id = '007'",
    )
    second = visit(first.watermark, watermark="changed_at")
    assert ["9", "007", "10"] == ids(second)
    assert (3, "2025-03-05 00:00:00.25+00") == (second.n_rows, second.watermark)


def test_ties_at_the_watermark_are_not_lost(city: Server, visit: Visit) -> None:
    """A row that bears the very watermark of the last visit, and came after it, comes."""
    first = visit(watermark="changed_at")
    city.run("INSERT INTO city.calls SELECT '9b', \"when\", kind, town, changed_at FROM city.calls")
    second = visit(first.watermark, watermark="changed_at")
    assert (["9", "9b"], first.watermark) == (ids(second), second.watermark)


@pytest.mark.parametrize(("overlap_seconds", "expected"), [(0, ["new"]), (60, ["late", "new"])])
def test_rows_committed_late_come_with_an_overlap(
    city: Server, visit: Visit, overlap_seconds: int, expected: list[str]
) -> None:
    """A row written before the visit and committed after it is fetched where the overlap holds."""
    options = {"watermark": "changed_at", "overlap_seconds": overlap_seconds}
    row = "INSERT INTO city.calls VALUES ('{}', '2025-04-01', 'x', 'y', '2025-04-01 10:00:{}+00')"
    with city.connect() as slow:
        slow.execute(row.format("late", "01"))
        city.run(row.format("new", "30"))
        first = visit(**options)
        slow.commit()
    assert "late" not in ids(first)
    assert expected == ids(visit(first.watermark, **options))


def test_rows_without_a_watermark_always_come(city: Server, visit: Visit) -> None:
    """NULL is neither old nor new: such rows come each time, rather than never."""
    city.run("UPDATE city.calls SET changed_at = NULL WHERE id = '007'")
    first = visit(watermark="changed_at")
    assert ["0012", "9", "007"] == ids(first)
    assert ["9", "007"] == ids(visit(first.watermark, watermark="changed_at"))


@pytest.mark.parametrize("kind", ["timestamptz", "timestamp", "date"])
@pytest.mark.parametrize("value", ["2099-01-01", "infinity"])
def test_a_watermark_in_the_future_hides_nothing(
    city: Server, visit: Visit, kind: str, value: str
) -> None:
    """A mistyped year moves the watermark nowhere: what comes after it is fetched all the same."""
    city.run(
        f"UPDATE city.calls SET changed_at = '{value}' WHERE id = '9'",
        f"ALTER TABLE city.calls ALTER changed_at TYPE {kind} USING changed_at::{kind}",
    )
    first = visit(watermark="changed_at")
    assert {"007", "0012", "9"} == set(ids(first))
    assert (first.watermark or "").startswith("2025-03-01")
    assert "9" in ids(visit(first.watermark, watermark="changed_at"))
    city.run("INSERT INTO city.calls VALUES ('10', '2025-03-02', 'x', 'y', '2025-03-02 12:00+00')")
    assert {"10", "9"} <= set(ids(visit(first.watermark, watermark="changed_at")))


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("changed_at", "2025-03-03 16:00:00+00"),
        ('"when"', "2025-03-03 23:59:59.5"),
        ("changed_at::date", "2025-03-03"),
        ("number", "3"),
        ("number::smallint", "3"),
        ("number::bigint + 9223372036854775800", "9223372036854775803"),
    ],
)
def test_moments_days_and_numbers_can_be_watermarks(
    visit: Visit, column: str, expected: str
) -> None:
    """Each type gives its greatest value as text, and takes it back the next time."""
    query = f'SELECT id, "when", kind, town, {column} AS mark FROM city.calls'
    first = visit(query=query, watermark="mark")
    assert (3, expected) == (first.n_rows, first.watermark)
    again = visit(first.watermark, query=query, watermark="mark")
    assert (["9"], expected) == (ids(again), again.watermark)


def test_the_watermark_never_goes_back(city: Server, visit: Visit) -> None:
    """Where the newest rows were deleted, or none are left, the last watermark stays."""
    city.run("DELETE FROM city.calls WHERE id = '9'")
    options = {"watermark": "changed_at", "overlap_seconds": 10 * 86_400}
    actual = visit("2025-03-03 16:00:00+00", **options)
    assert (2, "2025-03-03 16:00:00+00") == (actual.n_rows, actual.watermark)
    city.run("TRUNCATE city.calls")
    actual = visit("2025-03-03 16:00:00+00", **options)
    assert (0, "2025-03-03 16:00:00+00") == (actual.n_rows, actual.watermark)


# ---------------------------------------------------------------- nothing is written


WRITES = {
    "delete": "DELETE FROM city.calls",
    "delete that returns": "DELETE FROM city.calls RETURNING *",
    "delete within": "WITH gone AS (DELETE FROM city.calls RETURNING *) SELECT * FROM gone",
    "second statement": "SELECT * FROM city.calls; DELETE FROM city.calls",
    "way out of the brackets": (
        "SELECT * FROM city.calls) AS a; DELETE FROM city.calls; SELECT * FROM (SELECT * FROM "
        "city.calls"
    ),
    "way out of COPY": (
        "SELECT * FROM city.calls) AS a) TO STDOUT; SET default_transaction_read_only = off; "
        "DELETE FROM city.calls; COPY (SELECT * FROM (SELECT * FROM city.calls"
    ),
    "way out of the transaction": (
        "SELECT * FROM city.calls) AS a; COMMIT; SET default_transaction_read_only = off; "
        "BEGIN READ WRITE; DELETE FROM city.calls; COMMIT; BEGIN; SELECT * FROM (SELECT * FROM "
        "city.calls"
    ),
    "function": 'SELECT id, "when", kind, city.forget() AS town FROM city.calls',
    "table": "CREATE TABLE city.more AS SELECT * FROM city.calls",
    "row lock": "SELECT * FROM city.calls FOR UPDATE",
    "setting": (
        "SELECT set_config('transaction_read_only', 'off', false) AS id, \"when\", kind, "
        "city.forget() AS town FROM city.calls"
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_writes_are_refused(city: Server, visit: Visit, tmp_path: Path, name: str) -> None:
    """Even a user who may write cannot: no row changes, no file comes."""
    city.run(
        "GRANT ALL ON SCHEMA city TO reader",
        "GRANT ALL ON city.calls TO reader",
        "CREATE FUNCTION city.forget() RETURNS text LANGUAGE sql "
        "AS 'DELETE FROM city.calls; SELECT NULL::text'",
    )
    before = city.run("SELECT * FROM city.calls ORDER BY id")
    refusal(lambda: visit(query=WRITES[name]))
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'city'"
    assert (before, [(1,)]) == (city.run("SELECT * FROM city.calls ORDER BY id"), city.run(tables))
    assert left_behind(tmp_path) == []


def test_a_write_is_called_a_write(city: Server, visit: Visit) -> None:
    """The message says that the query must only read."""
    city.run(
        "GRANT DELETE ON city.calls TO reader",
        "CREATE FUNCTION city.forget() RETURNS text LANGUAGE sql "
        "AS 'DELETE FROM city.calls; SELECT NULL::text'",
    )
    error = refusal(lambda: visit(query=WRITES["function"]))
    assert "cannot execute DELETE in a read-only transaction (SQLSTATE 25006)" in error.seen
    assert error.expected == "a query that only reads"


# ---------------------------------------------------------------- refusals


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {  # [database], in what was seen, in advice
    "wrong port": ({"port": 1}, "Connection refused", "check host and port"),
    "unknown host": ({"host": "no.such.host.invalid"}, "resolve", "check host and port"),
    "unknown database": ({"name": "nowhere"}, '"nowhere" does not exist', "check name and user"),
    "unknown user": ({"user": "stranger"}, "authentication failed", "the password in CITY_PASS"),
    "unknown table": ({"table": "city.nothing"}, '"city.nothing" does not exist', "table or query"),
    "unknown schema": ({"table": "town.calls"}, '"town.calls" does not exist', "table or query"),
    "unknown watermark": (
        {"watermark": "grows"},
        "there is no column grows\n  found:    id, when, kind, town, changed_at, number, caller",
        "name a column that grows",
    ),
    "text as watermark": ({"watermark": "id"}, "id is of a type", "name another column"),
    "overlap of numbers": (
        {"watermark": "number", "overlap_seconds": 60},
        "number is of a type",
        "name another column",
    ),
    "no query": ({"query": "the newest calls"}, "syntax error", "table or query"),
    "unknown column in a query": (
        {"query": 'SELECT id, "when", kind, place AS town FROM city.calls'},
        'column "place" does not exist',
        "table or query",
    ),
    "one name twice": (
        {"query": 'SELECT id, "when", kind, town, kind AS id FROM city.calls'},
        '"id" is ambiguous',
        "table or query",
    ),
    "unclosed remark": ({"query": "SELECT * FROM city.calls /*"}, "unterminated", "table or query"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_fetched_is_refused(visit: Visit, tmp_path: Path, name: str) -> None:
    """Each cause has its own words, its own advice, and leaves no file."""
    database, seen, advice = REFUSALS[name]
    error = refusal(lambda: visit(**database))
    assert seen in error.seen
    assert advice in error.try_next
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("environment", [{}, {"CITY_PASSWORD": ""}, {"PGPASSWORD": SECRET}])
def test_a_missing_password_names_its_variable(
    city: Server, tmp_path: Path, environment: dict[str, str]
) -> None:
    """The password is looked for where the declaration says, and nowhere else."""
    source = make_source(city.port)
    error = refusal(
        lambda: fetch(source, after=None, folder=tmp_path, environment=environment),
    )
    assert "CITY_PASSWORD is not set" in error.seen
    assert "set CITY_PASSWORD" in error.try_next


def test_a_wrong_password_is_not_repeated(city: Server, tmp_path: Path) -> None:
    """The message says that the password is wrong, not what it was."""
    wrong = "almost-" + SECRET
    source = make_source(city.port)
    error = refusal(
        lambda: fetch(source, after=None, folder=tmp_path, environment={"CITY_PASSWORD": wrong})
    )
    assert "password authentication failed" in error.seen
    assert "CITY_PASSWORD" in error.try_next


def test_missing_columns_stand_beside_those_found(city: Server, visit: Visit) -> None:
    """A renamed column is refused with what is needed and what is there."""
    city.run("ALTER TABLE city.calls RENAME town TO place")
    error = refusal(visit)
    assert "missing column(s) town" in error.seen
    assert "found:    id, when, kind, place, changed_at, number, caller" in error.seen
    assert "when, kind, town, id" in error.expected


def test_forbidden_rows_are_told_as_such(city: Server, visit: Visit) -> None:
    """Without the right to read, the advice is to ask for it."""
    city.run("REVOKE SELECT ON city.calls FROM reader")
    error = refusal(visit)
    assert "permission denied for table calls (SQLSTATE 42501)" in error.seen
    assert "GRANT SELECT" in error.try_next


def test_a_missing_column_of_a_table_one_may_not_list(city: Server, visit: Visit) -> None:
    """Where only some columns may be read, the one that is not there is named all the same."""
    city.run(
        "REVOKE SELECT ON city.calls FROM reader",
        "GRANT SELECT (id, kind, town) ON city.calls TO reader",
        'ALTER TABLE city.calls RENAME "when" TO moment',
    )
    assert 'column "when" does not exist' in refusal(visit).seen


def test_values_of_records_stay_out_of_messages(city: Server, visit: Visit) -> None:
    """A query that trips over a value is refused by the kind of error, not by the value."""
    city.run("GRANT SELECT ON city.calls TO reader")
    query = 'SELECT id, "when", kind, town, CAST(caller AS int) AS age FROM city.calls'
    error = refusal(lambda: visit(query=query, watermark="age"))
    assert "InvalidTextRepresentation (SQLSTATE 22P02)" in error.seen
    assert "Example" not in str(error)


@pytest.mark.parametrize("after", ["yesterday evening", "'; DELETE FROM city.calls; --", ""])
def test_a_damaged_watermark_is_refused(city: Server, visit: Visit, after: str) -> None:
    """What is no moment cannot be what the last visit ended with; it is a value, never SQL."""
    assert "SQLSTATE 22007" in refusal(lambda: visit(after, watermark="changed_at")).seen
    assert [(3,)] == city.run("SELECT count(*) FROM city.calls")


def test_a_visit_that_takes_too_long_is_ended(city: Server, tmp_path: Path) -> None:
    """The server stops after the time that was given."""
    query = 'SELECT id, "when", kind, town, pg_sleep(20) AS rest FROM city.calls WHERE number = 1'
    # Selected through a column that we need, or the server would not wait at all.
    source = make_source(city.port, query=f"SELECT *, rest::text || id AS slow FROM ({query}) AS q")
    slow = source.model_copy(
        update={"identity": source.identity.model_copy(update={"columns": ("slow",)})}
    )
    error = refusal(
        lambda: fetch(slow, after=None, folder=tmp_path, environment=ENVIRONMENT, timeout_seconds=1)
    )
    assert "statement timeout" in error.seen
    assert "fetch less" in error.try_next
    assert left_behind(tmp_path) == []


# ---------------------------------------------------------------- cut short


MANY = """
INSERT INTO city.calls
SELECT n::text, '2025-01-01', repeat('x', 100), 'y', '2025-01-01', n, NULL
FROM generate_series(1, 400000) AS n
"""
END_VISITS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'safety-index'"
)


def end_once_rows_flow(city: Server, partial: Path, done: threading.Event) -> None:
    """Kill the server's side of the visit as soon as the file has begun to grow."""
    while not done.is_set():
        if partial.is_file() and partial.stat().st_size > 0:
            city.run(END_VISITS)
            return
        time.sleep(0.001)


def test_a_visit_cut_short_leaves_no_file(city: Server, visit: Visit, tmp_path: Path) -> None:
    """A backend killed among the rows: refused, no half file; yesterday's file stays whole."""
    before = visit().path.read_bytes()
    city.run(MANY)
    done = threading.Event()
    killer = threading.Thread(
        target=end_once_rows_flow, args=(city, tmp_path / "in" / ".calls.csv.partial", done)
    )
    killer.start()
    try:
        error = refusal(visit)
    finally:
        done.set()
        killer.join()
    assert "terminating connection due to administrator command" in error.seen
    assert error.try_next == "run the command again"
    assert ["calls.csv"] == left_behind(tmp_path)
    assert before == (tmp_path / "in" / "calls.csv").read_bytes()


def test_a_full_disk_leaves_no_file(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file cannot be written, the disk is named and nothing is left of it."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageUnusable, match="No space left"):
        visit()
    assert left_behind(tmp_path) == []


def test_a_server_that_falls_silent_is_given_up(tmp_path: Path) -> None:
    """Something that listens and never answers is no server: refused in bounded time."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        source = make_source(silent.getsockname()[1])
        start = time.monotonic()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipeline.sources.postgresql_server.CONNECT_SECONDS", 2)
            error = refusal(
                lambda: fetch(source, after=None, folder=tmp_path, environment=ENVIRONMENT)
            )
    assert "check host and port" in error.try_next
    assert time.monotonic() - start < 30


def test_refusals_have_the_exit_code_of_a_failure(visit: Visit) -> None:
    """A night whose server is away has failed, and says so by its code."""
    error: SafetyIndexError = refusal(lambda: visit(port=1))
    assert error.exit_code == 1
