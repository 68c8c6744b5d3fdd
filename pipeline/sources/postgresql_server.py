"""A read-only connection to a PostgreSQL server, and what its errors mean to an operator."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg

from pipeline.errors import SourceRefused
from pipeline.sources.declaration import Database
from pipeline.sources.text import visible

CONNECT_SECONDS, LOCK_SECONDS = 10, 60
# Whatever the server, the role or the database prefer: the same value is written in one way.
SETTINGS = {
    "default_transaction_read_only": "on",
    "TimeZone": "UTC",
    "DateStyle": "ISO,YMD",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "lc_monetary": "C",
    "standard_conforming_strings": "on",
    "lock_timeout": f"{LOCK_SECONDS}s",
}
# What a failed connection says, and what to try.
CONNECTION_ADVICE = {
    "password authentication failed": "check user in [database], and the password in {variable}",
    "does not exist": "check name and user in [database]",
    "no pg_hba.conf entry": "ask who runs the server to admit this host and user",
}
# By SQLSTATE, or its first two marks: what was expected, and what to try. Only of these is the
# server's own message shown: another may quote a value, and with it somebody's name.
LOST = ("the connection to last until all rows are here", "run the command again")
READ_ONLY = ("a query that only reads", "take all that writes or changes settings out of the query")
ADVICE = {
    "25001": READ_ONLY,
    "25006": READ_ONLY,
    "40": ("rows that stay while they are read", "run the command again, at a quieter time"),
    "42": ("a table, or one SELECT without semicolon", "correct table or query in [database]"),
    "42P01": ("a table or view of this database", "correct table or query in [database]"),
    "42501": (
        "a user who may read these columns, and better no more",
        "ask who runs the server to GRANT SELECT on them",
    ),
    "0A": ("a query that only reads", "correct the query in [database]"),
    "08": LOST,
    "53": ("a server with room to sort the rows", "ask who runs the server; a watermark helps"),
    "55P03": (f"the table to be free within {LOCK_SECONDS} s", "run the command again later"),
    "57014": ("an answer in time", "fetch less: a watermark with an index, a narrower query"),
    "57P": LOST,
}
UNKNOWN = ("rows without an error", "run the query on the server to see which value it trips over")


def connect(
    database: Database, name: str, environment: Mapping[str, str], timeout_seconds: int
) -> psycopg.Connection:
    """A connection on which nothing can be written, and all is seen as of one moment."""
    password = environment.get(database.password_variable)
    if not password:
        raise SourceRefused(
            f"{name}: {database.password_variable} is not set",
            expected="the password of the database in this environment variable",
            try_next=f"set {database.password_variable}, then run the command again",
        )
    settings = SETTINGS | {"statement_timeout": f"{timeout_seconds}s"}
    try:
        connection = psycopg.connect(
            host=database.host,
            port=database.port,
            dbname=database.name,
            user=database.user,
            password=password,
            application_name="safety-index",
            client_encoding="UTF8",
            connect_timeout=CONNECT_SECONDS,
            keepalives_idle=30,
            options=" ".join(f"-c {key}={value}" for key, value in settings.items()),
        )
    except psycopg.Error as error:
        raise _not_connected(error, database, name) from error
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _not_connected(error: psycopg.Error, database: Database, name: str) -> SourceRefused:
    """The refusal of a server that does not let us in; it gives no code, only words."""
    message = str(error).strip().partition("\n")[0]
    advice = "check host and port in [database], and whether the server can be reached from here"
    if error.pgconn is not None and error.pgconn.used_password:  # in whichever language it says no
        advice = "check name and user in [database], and the password in {variable}"
    advice = next(
        (CONNECTION_ADVICE[words] for words in CONNECTION_ADVICE if words in message), advice
    )
    return SourceRefused(
        f"{name}: {visible(message)}",
        expected="a PostgreSQL server that lets this user read this database",
        try_next=advice.format(variable=database.password_variable),
    )


@contextmanager
def server_errors(name: str) -> Iterator[None]:
    """Turn what the server says into a refusal that says what to do."""
    try:
        yield
    except psycopg.Error as error:
        state = error.sqlstate or "08"  # without a code it is the line that broke
        expected, try_next = ADVICE.get(state) or next(
            (ADVICE[state[:n]] for n in (3, 2) if state[:n] in ADVICE), UNKNOWN
        )
        message = type(error).__name__ if expected == UNKNOWN[0] else str(error).strip()
        code = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
        raise SourceRefused(
            f"{name}: {visible(message.partition(chr(10))[0])}{code}",
            expected=expected,
            try_next=try_next,
        ) from error
