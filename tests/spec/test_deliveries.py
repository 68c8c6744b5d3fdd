"""Deliveries follow each other: corrections, withdrawals, repetitions, knowledge as of a batch."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.city import read_city
from pipeline.errors import SourceRefused
from pipeline.store.warehouse import open_in_memory
from tests.conftest import County, calls_csv, write_city

ALDER, BIRCH = ("Alder", "2025-03-01", "assault"), ("Birch", "2025-03-02", "robbery")
FIRST = """
    id | when             | town  | kind
    a1 | 2025-03-01 10:00 | ALDER | ASSAULT
    a2 | 2025-03-02 11:00 | BIRCH | ROBBERY
"""


def test_the_same_bytes_twice_change_nothing(county: Callable[..., County]) -> None:
    """A delivery that is known is recognised by its bytes, whatever its name."""
    alder = county()
    first, again = alder.deliver(FIRST), alder.deliver(FIRST)
    assert (first.batch_id, first.is_new, again.batch_id, again.is_new) == (1, True, 1, False)
    assert alder.warehouse.connection.execute("SELECT count(*) FROM core_batch").fetchall() == [
        (1,)
    ]


def test_a_correction_makes_a_new_version_and_keeps_the_old(county: Callable[..., County]) -> None:
    """A record that moves counts on its new day; as of the first batch, where it was."""
    alder = county()
    alder.deliver(FIRST)
    batch = alder.deliver("""
        id | when             | town  | kind
        a1 | 2025-03-03 10:00 | ALDER | ASSAULT
        a2 | 2025-03-02 11:00 | BIRCH | ROBBERY
    """)
    assert (
        batch.incidents_new,
        batch.incidents_changed,
        batch.incidents_unchanged,
        batch.incidents_withdrawn,
    ) == (0, 1, 1, 0)
    assert alder.counts() == {("Alder", "2025-03-03", "assault"): 1, BIRCH: 1}
    assert alder.counts(as_of=1) == {ALDER: 1, BIRCH: 1}
    assert alder.counts(as_of=0) == {}


def test_a_snapshot_withdraws_what_it_lacks(county: Callable[..., County]) -> None:
    """A record that is no longer there is withdrawn, never deleted, and may come back."""
    alder = county()
    alder.deliver(FIRST)
    gone = alder.deliver(calls_csv([("a1", "2025-03-01 10:00", "ALDER", "ASSAULT")]))
    assert alder.counts() == {ALDER: 1}
    back = alder.deliver(FIRST + "a3 | 2025-03-02 11:00 | BIRCH | ROBBERY")
    assert (gone.incidents_withdrawn, back.incidents_changed) == (1, 1)
    assert alder.counts() == {ALDER: 1, BIRCH: 2}
    versions = alder.warehouse.connection.execute("SELECT count(*) FROM core_incident_version")
    assert versions.fetchall() == [(5,)]  # two, one withdrawn, one back, one new


def test_an_appended_delivery_withdraws_nothing(county: Callable[..., County]) -> None:
    """With `delivery = "append"` a file adds and corrects only."""
    alder = county(delivery="append")
    alder.deliver(FIRST)
    batch = alder.deliver(calls_csv([("a1", "2025-03-01 10:00", "BIRCH", "ASSAULT")]))
    assert (batch.incidents_changed, batch.incidents_withdrawn) == (1, 0)
    assert alder.counts() == {("Birch", "2025-03-01", "assault"): 1, BIRCH: 1}


def test_a_snapshot_that_lacks_too_much_is_refused(county: Callable[..., County]) -> None:
    """A snapshot without most of what was known is taken for broken, and nothing is kept of it."""
    alder = county(withdraw_at_most=0.4)
    alder.deliver(FIRST)
    with pytest.raises(SourceRefused, match="lacks 1 of the 2 incidents known"):
        alder.deliver(calls_csv([("a1", "2025-03-01 10:00", "ALDER", "ASSAULT")]))
    assert alder.counts() == {ALDER: 1, BIRCH: 1}
    assert alder.warehouse.connection.execute("SELECT count(*) FROM core_batch").fetchall() == [
        (1,)
    ]


def test_one_delivery_may_come_in_several_files(county: Callable[..., County]) -> None:
    """The files of a delivery are one batch, and rows keep the number of their file."""
    alder = county()
    paths = []
    for number, row in enumerate((("a1", "nonsense", "ALDER", "ASSAULT"),) * 2):
        paths.append(alder.folder / f"part-{number}.csv")
        paths[-1].write_bytes(calls_csv([(f"x{number}", "2025-03-01", "ALDER", "ASSAULT"), row]))
    batch = alder.ingest(*paths)
    assert (
        batch.batch_id,
        batch.rows_read,
        batch.rows_accepted,
        batch.rows_rejected,
    ) == (1, 4, 2, 2)
    rejected = alder.warehouse.rows("rejected_rows", as_of=1, most=10)
    assert [(row[1], row[2]) for row in rejected] == [(1, 2), (2, 2)]


# --- the slow, obvious way to the same counts -------------------------------------------------

CALL = st.tuples(
    st.integers(0, 6).map(lambda n: f"a{n}"),
    st.integers(0, 3).map(lambda n: f"2025-03-0{n + 1} 10:00"),
    st.sampled_from(["ALDER", "BIRCH", "ELSEWHERE", "NOWHERE", ""]),
    st.sampled_from(["ASSAULT", "ROBBERY", "FEVER", "ARSON"]),
)
TOWNS = {"ALDER": "Alder", "BIRCH": "Birch"}
KINDS = {"ASSAULT": "assault", "ROBBERY": "robbery"}


def count_slowly(
    deliveries: list[list[tuple[str, str, str, str]]], *, snapshot: bool
) -> dict[tuple[str, str, str], int]:
    """What the incidents are after all deliveries, one record after the other."""
    known: dict[str, tuple[str, str, str, str]] = {}
    for rows in deliveries:
        first: dict[str, tuple[str, str, str, str]] = {}
        for row in rows:
            first.setdefault(row[0], row)
        known = first if snapshot else known | first
    counts: dict[tuple[str, str, str], int] = {}
    for _, when, town, kind in known.values():
        if town in TOWNS and kind in KINDS:
            key = (TOWNS[town], when[:10], KINDS[kind])
            counts[key] = counts.get(key, 0) + 1
    return counts


@pytest.mark.parametrize("delivery", ["snapshot", "append"])
@settings(
    max_examples=30,
    deadline=timedelta(seconds=20),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deliveries=st.lists(st.lists(CALL, min_size=1, max_size=12), min_size=1, max_size=4))
def test_counts_equal_those_of_the_slow_way(
    tmp_path_factory: pytest.TempPathFactory,
    delivery: str,
    deliveries: list[list[tuple[str, str, str, str]]],
) -> None:
    """After any deliveries the counts are those of the newest version of each record."""
    folder = write_city(tmp_path_factory.mktemp("alder"), delivery=delivery)
    with open_in_memory() as warehouse:
        alder = County(read_city(folder), warehouse, folder)
        seen: list[bytes] = []
        taken = []
        for rows in deliveries:
            content = calls_csv(rows)
            alder.deliver(content)
            if content not in seen:  # the same bytes again change nothing, even later
                taken.append(rows)
            seen.append(content)
        assert count_slowly(taken, snapshot=delivery == "snapshot") == alder.counts()
        for batch in range(len(taken) + 1):
            as_known_then = count_slowly(taken[:batch], snapshot=delivery == "snapshot")
            assert as_known_then == alder.counts(as_of=batch)
        broken = [row for row in warehouse.rows("conservation", as_of=len(taken)) if not row[-1]]
        assert broken == []
