"""Each row is accounted for: accepted, duplicate or rejected (promise 1)."""

from collections.abc import Callable

from tests.conftest import County, calls_csv


def test_every_row_has_one_verdict(county: Callable[..., County]) -> None:
    """Rows read = accepted + duplicate + rejected, and each rejection has row number and reason."""
    alder = county()

    batch = alder.deliver("""
        id | when             | town  | kind
        a1 | 2025-03-01 10:00 | ALDER | ASSAULT
        a2 | 2025-03-01 11:00 | BIRCH | ROBBERY
        a1 | 2025-03-01 10:00 | ALDER | ASSAULT
        a3 | 01.03.2025       | ALDER | ASSAULT
        a4 |                  | ALDER | ASSAULT
        a1 | 2025-03-02 10:00 | ALDER | ASSAULT
           | 2025-03-02 10:00 | ALDER | ASSAULT
        a5 | 2031-03-02 10:00 | ALDER | ASSAULT
        a6 | 1825-03-02 10:00 | ALDER | ASSAULT
    """)

    assert (
        batch.rows_read,
        batch.rows_accepted,
        batch.rows_duplicate,
        batch.rows_rejected,
    ) == (9, 2, 1, 6)
    assert alder.reasons() == [
        (4, "unreadable_time"),
        (5, "missing_time"),
        (6, "identity_conflict"),
        (7, "missing_identity"),
        (8, "time_in_future"),
        (9, "implausible_time"),
    ]


def test_a_duplicate_names_the_row_it_repeats(county: Callable[..., County]) -> None:
    """A repeated row is listed with its own number and that of the first."""
    alder = county()
    alder.deliver("""
        id | when             | town  | kind
        a1 | 2025-03-01 10:00 | ALDER | ASSAULT
        a2 | 2025-03-01 10:00 | ALDER | ASSAULT
        a1 | 2025-03-01 10:00 | ALDER | ASSAULT
    """)
    assert alder.warehouse.rows("duplicate_rows", as_of=1, most=10) == [(1, 1, 3, 1, 1)]


def test_equal_rows_are_incidents_of_their_own_where_declared(
    county: Callable[..., County],
) -> None:
    """With `repeats = "count"` three equal rows are three incidents, also in the next snapshot."""
    alder = county(repeats="count")
    rows = [("a1", "2025-03-01 10:00", "ALDER", "BURGLARY")] * 3

    first = alder.deliver(calls_csv(rows))
    second = alder.deliver(calls_csv(rows[:2]))

    assert (first.rows_accepted, first.rows_duplicate) == (3, 0)
    assert (second.incidents_unchanged, second.incidents_withdrawn) == (2, 1)
    assert alder.counts() == {("Alder", "2025-03-01", "break_and_enter"): 2}


def test_what_cannot_be_placed_or_named_stays_visible(county: Callable[..., County]) -> None:
    """Known = in towns + outside + not located + not counted + not valid + unmapped; all listed."""
    alder = county()
    alder.deliver("""
        id | when             | town      | kind
        a1 | 2025-03-01 10:00 | ALDER     | ASSAULT
        a2 | 2025-03-01 10:00 | ELSEWHERE | ASSAULT
        a3 | 2025-03-01 10:00 | ALDERR    | ASSAULT
        a4 | 2025-03-01 10:00 |           | ASSAULT
        a5 | 2025-03-01 10:00 | ALDER     | FEVER
        a6 | 2025-03-01 10:00 | ALDER     | ARSON
        a7 | 2025-03-01 10:00 | NOWHERE   | FEVER
    """)
    alder.counts()

    [day] = alder.warehouse.rows(
        "day_quality", first_day="2025-01-01", last_day="2025-12-31", as_of=1
    )
    assert day[2:] == (7, 1, 1, 2, 2, 0, 1)
    assert alder.warehouse.rows("unmatched_places", as_of=1) == [
        ("", 1),
        ("ALDERR", 1),
        ("NOWHERE", 1),
    ]
    assert alder.warehouse.rows("unmapped_categories", as_of=1) == [("ARSON", 1)]


def test_rows_that_the_reader_cannot_take_apart_keep_their_numbers(
    county: Callable[..., County],
) -> None:
    """Unreadable lines are counted, and rows after them are numbered as they stand in the file."""
    alder = county()
    batch = alder.deliver(
        b"id,when,town,kind\n"
        b"a1,2025-03-01,ALDER,ASSAULT\n"
        b"a2,2025-03-01,ALDER\n"
        b'a3,2025-03-01,"AL\nDER",ASSAULT\n'
        b"a4,2025-03-01,ALDER,ASSAULT,more\n"
        b"a5,2025-03-01,AL\xffDER,ASSAULT\n"
        b"a6,yesterday,ALDER,ASSAULT\n"
    )
    assert (
        batch.rows_read,
        batch.rows_accepted,
        batch.rows_duplicate,
        batch.rows_rejected,
    ) == (6, 2, 0, 4)
    assert alder.reasons() == [
        (2, "too_few_fields"),
        (4, "too_many_fields"),
        (5, "bad_encoding"),
        (6, "unreadable_time"),
    ]


def test_a_rejected_row_keeps_no_text_of_the_incident(county: Callable[..., County]) -> None:
    """What is kept of a rejected row is the value of the column that was wrong, nothing else."""
    alder = county()
    alder.deliver(b"id,when,town,kind\n12 SECRET ROAD,nonsense,ALDER,ASSAULT\nb,2025-03-01,x\n")
    kept = alder.warehouse.connection.execute("SELECT * FROM raw_rejected_row").fetchall()
    assert kept[:1] == [(1, 1, 1, "unreadable_time", "when", "nonsense")]
    assert "SECRET" not in str(kept)


def test_no_identity_text_is_kept(county: Callable[..., County]) -> None:
    """Identities may hold addresses: the warehouse keeps their hash only."""
    alder = county()
    alder.deliver(calls_csv([("12 SECRET ROAD", "2025-03-01", "ALDER", "ASSAULT")]))
    tables = alder.warehouse.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    kept = [
        alder.warehouse.connection.table(name).fetchall()
        for (name,) in tables
        if name.startswith(("core_", "raw_", "out_"))
    ]
    assert "SECRET" not in str(kept)
