"""What waits in a folder or in a database is taken in once, in order, and only what is new."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.arrivals import ingest_arrivals, waiting_files
from pipeline.city import City, read_city
from pipeline.errors import SourceRefused, WrongUsage
from pipeline.ingest import Batch
from pipeline.sources.declaration import Generator, Source
from pipeline.store.warehouse import Warehouse, open_in_memory
from tests.conftest import County, calls_csv, tree_bytes, write_city
from tests.spec.test_postgresql import (
    ENVIRONMENT,
    SECRET,
    Server,
    city,
    make_source,
    server,
)

__all__ = ["city", "server"]  # fixtures: a server of the tests' own with the table `city.calls`

RECEIVED_AT = datetime(2025, 6, 1, tzinfo=UTC)


def take_in(
    warehouse: Warehouse, made: City, home: Path, records: Path | None = None
) -> list[Batch]:
    """One night's arrivals."""
    return ingest_arrivals(warehouse, made, records=records, home=home, received_at=RECEIVED_AT)


def one_call(id_: str, *, day: str = "2025-03-01", town: str = "ALDER") -> bytes:
    """A file with one call."""
    return calls_csv([(id_, f"{day} 10:00", town, "ASSAULT")])


def with_patterns(folder: Path, *patterns: str) -> Source:
    """Alder County's source with other patterns."""
    return read_city(folder).sources[0].model_copy(update={"files": patterns})


# ---------------------------------------------------------------- files


def test_files_wait_in_the_order_of_patterns_then_names(tmp_path: Path) -> None:
    """First all of the first pattern by name, then the next; none twice, folders never."""
    folder = write_city(tmp_path / "alder")
    records = folder / "records"
    for name in ("z-2.csv", "z-1.csv", "b.csv", "a.csv", "other.txt", "a.csv.partial"):
        (records / name).write_bytes(one_call(name))
    (records / "c.csv").mkdir()
    source = with_patterns(folder, "z-*.csv", "*.csv")
    waiting = [path.name for path in waiting_files(source, records)]
    assert ["z-1.csv", "z-2.csv", "a.csv", "b.csv"] == waiting


NAMES = st.lists(st.text("ab1_", min_size=1, max_size=4), unique=True, max_size=6)


@given(names=NAMES, patterns=st.permutations(["a*.csv", "b*.csv", "*.csv"]))
def test_the_order_equals_the_slow_way(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], patterns: list[str]
) -> None:
    """The same files wait in the same order, whatever the order in which they came."""
    folder = write_city(tmp_path_factory.mktemp("waiting") / "alder")
    for name in names:
        (folder / "records" / f"{name}.csv").write_bytes(one_call(name))
    expected: list[str] = []
    for pattern in patterns:
        start = pattern.removesuffix("*.csv")
        fitting = sorted(f"{name}.csv" for name in names if name.startswith(start))
        expected += [name for name in fitting if name not in expected]
    found = waiting_files(with_patterns(folder, *patterns), folder / "records")
    assert expected == [path.name for path in found]


def test_each_file_is_a_delivery_and_only_new_ones_are_kept(tmp_path: Path) -> None:
    """The second night takes in what has come since; the others are known by their bytes."""
    folder = write_city(tmp_path / "alder", delivery="append")
    records, made = folder / "records", read_city(folder)
    (records / "calls-1.csv").write_bytes(one_call("a1"))
    (records / "calls-2.csv").write_bytes(one_call("a2"))
    with open_in_memory() as warehouse:
        first = take_in(warehouse, made, tmp_path / "home")
        (records / "calls-3.csv").write_bytes(one_call("a3"))
        second = take_in(warehouse, made, tmp_path / "home")
        third = take_in(warehouse, made, tmp_path / "home")
    assert [(1, True), (2, True)] == [(batch.batch_id, batch.is_new) for batch in first]
    assert [False, False, True] == [batch.is_new for batch in second]
    assert [False, False, False] == [batch.is_new for batch in third]


def test_the_order_of_files_decides_which_version_is_the_newest(tmp_path: Path) -> None:
    """A later file corrects an earlier one."""
    folder = write_city(tmp_path / "alder", delivery="append")
    (folder / "records" / "calls-2.csv").write_bytes(one_call("a1", town="BIRCH"))
    (folder / "records" / "calls-1.csv").write_bytes(one_call("a1", town="ALDER"))
    with open_in_memory() as warehouse:
        alder = County(read_city(folder), warehouse, folder)
        take_in(warehouse, alder.city, tmp_path / "home")
        assert {("Birch", "2025-03-01", "assault"): 1} == alder.counts()
        assert {("Alder", "2025-03-01", "assault"): 1} == alder.counts(as_of=1)


def test_another_folder_may_be_named(tmp_path: Path) -> None:
    """Records come from the folder that is given, else from the city's own."""
    folder = write_city(tmp_path / "alder")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder / "records" / "calls-1.csv").write_bytes(one_call("a1"))
    (elsewhere / "calls-1.csv").write_bytes(one_call("a2", day="2025-03-09"))
    with open_in_memory() as warehouse:
        [batch] = take_in(warehouse, read_city(folder), tmp_path / "home", elsewhere)
        days = warehouse.connection.execute("SELECT day FROM core_count_change").fetchall()
    assert (1, [(date(2025, 3, 9),)]) == (batch.rows_read, days)


def test_a_folder_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    """A file, or nothing, in the place of the folder is told with what to try."""
    folder = write_city(tmp_path / "alder")
    for wrong in (folder / "city.toml", folder / "nowhere"):
        with open_in_memory() as warehouse, pytest.raises(WrongUsage) as caught:
            take_in(warehouse, read_city(folder), tmp_path / "home", wrong)
        assert f"--records {wrong} is no folder" in caught.value.seen
        assert f"--records {folder}" == caught.value.try_next


# ---------------------------------------------------------------- links


def test_a_link_within_the_folder_is_its_file(tmp_path: Path) -> None:
    """A link to another name in the same folder is followed; the bytes are known but once."""
    folder = write_city(tmp_path / "alder")
    records = folder / "records"
    (records / "export-2025.csv").write_bytes(one_call("a1"))
    (records / "calls-newest.csv").symlink_to(records / "export-2025.csv")
    (records / "calls-same.csv").symlink_to("export-2025.csv")
    with open_in_memory() as warehouse:
        batches = take_in(warehouse, read_city(folder), tmp_path / "home")
    assert [(1, True), (1, False)] == [(batch.batch_id, batch.is_new) for batch in batches]


@pytest.mark.parametrize(
    ("target", "said"),
    [("../city.toml", "out of the folder"), ("gone.csv", "nowhere"), ("/etc/passwd", "out of")],
)
def test_a_link_that_leads_away_is_refused(tmp_path: Path, target: str, said: str) -> None:
    """Whoever may write to the folder could otherwise have any file of the machine read."""
    folder = write_city(tmp_path / "alder")
    (folder / "records" / "calls-1.csv").symlink_to(target)
    with open_in_memory() as warehouse:
        with pytest.raises(SourceRefused, match=f"a link that leads {said}"):
            take_in(warehouse, read_city(folder), tmp_path / "home")
        assert [] == warehouse.rows("batches", as_of=99)


def test_files_before_a_refused_one_are_kept(tmp_path: Path) -> None:
    """Each file is all or nothing; the next night goes on behind those that were good."""
    folder = write_city(tmp_path / "alder", delivery="append")
    records, made = folder / "records", read_city(folder)
    (records / "calls-1.csv").write_bytes(one_call("a1"))
    (records / "calls-2.csv").write_bytes(b"something,else\n1,2\n")
    (records / "calls-3.csv").write_bytes(one_call("a3"))
    with open_in_memory() as warehouse:
        with pytest.raises(SourceRefused, match=r"calls-2\.csv: missing column"):
            take_in(warehouse, made, tmp_path / "home")
        assert 1 == len(warehouse.rows("batches", as_of=99))
        (records / "calls-2.csv").write_bytes(one_call("a2"))
        assert [False, True, True] == [
            batch.is_new for batch in take_in(warehouse, made, tmp_path / "home")
        ]


# ---------------------------------------------------------------- made-up records


def generated_city(folder: Path) -> City:
    """The synthetic city's folder with ten days of few incidents, in a place of its own."""
    demo = read_city(Path(__file__).parents[2] / "data" / "cities" / "zhuhai-demo")
    generator = Generator(
        seed=7, first=date(2024, 3, 1), last=date(2024, 3, 10), incidents_per_day=20
    )
    source = demo.sources[0].model_copy(
        update={"generator": generator, "first_day": date(2024, 3, 1)}
    )
    (folder / "records").mkdir(parents=True)
    return replace(demo, sources=(source,))


def test_records_are_made_up_once(tmp_path: Path) -> None:
    """The first night makes them in the home, the second finds the same bytes and nothing new."""
    made, home = generated_city(tmp_path / "city"), tmp_path / "home"
    with open_in_memory() as warehouse:
        first = take_in(warehouse, made, home)
        files = tree_bytes(home / "generated")
        stamps = {path: path.stat().st_mtime_ns for path in (home / "generated").rglob("*")}
        second = take_in(warehouse, made, home)
    assert all(batch.is_new for batch in first)
    assert not any(batch.is_new for batch in second)
    assert len(first) == len(second) > 0
    assert files == tree_bytes(home / "generated")
    assert stamps == {path: path.stat().st_mtime_ns for path in (home / "generated").rglob("*")}


def test_two_homes_make_up_the_same_records(tmp_path: Path) -> None:
    """The seed decides, byte for byte."""
    made = generated_city(tmp_path / "city")
    for name in ("one", "other"):
        with open_in_memory() as warehouse:
            take_in(warehouse, made, tmp_path / name)
    one, other = (tree_bytes(tmp_path / name / "generated") for name in ("one", "other"))
    assert len(one) > 0
    assert one == other


def test_files_of_ones_own_come_instead_of_made_up_ones(tmp_path: Path) -> None:
    """Where a folder is given nothing is made up."""
    made, empty = generated_city(tmp_path / "city"), tmp_path / "empty"
    empty.mkdir()
    with open_in_memory() as warehouse:
        assert [] == take_in(warehouse, made, tmp_path / "home", empty)
    assert not (tmp_path / "home" / "generated").exists()


# ---------------------------------------------------------------- a database

Night = Callable[[], list[Batch]]


@pytest.fixture
def database(city: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Alder County whose calls lie in the table of a server; a warehouse, and a night."""
    for name, secret in ENVIRONMENT.items():
        monkeypatch.setenv(name, secret)
    city.run("UPDATE city.calls SET town = 'ALDER', kind = 'ASSAULT'")
    folder = write_city(tmp_path / "alder")
    source = make_source(city.port, watermark="changed_at")
    formats = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")  # PostgreSQL writes no idle zeros
    occurred = source.occurred.model_copy(update={"formats": formats})
    source = source.model_copy(update={"occurred": occurred})
    made = replace(read_city(folder), sources=(source,))
    with open_in_memory() as warehouse:
        alder = County(made, warehouse, folder)
        yield alder, lambda: take_in(warehouse, made, tmp_path / "home"), tmp_path / "home"


def watermarks(alder: County) -> list[tuple[int, str]]:
    """What is kept of how far the database was read."""
    return alder.warehouse.connection.execute(
        "SELECT batch_id, watermark FROM core_watermark ORDER BY batch_id"
    ).fetchall()


def test_the_second_night_brings_only_what_is_new(city: Server, database: Any) -> None:
    """The first night fetches all, the second what came since, and the edge once more."""
    alder, night, _ = database
    [first] = night()
    assert (3, 3, 0) == (first.rows_read, first.incidents_new, first.rows_rejected)
    city.run(
        "INSERT INTO city.calls VALUES ('10', '2025-03-05 10:00', 'ROBBERY', 'BIRCH', "
        "'2025-03-05 10:01+08', 4, NULL)"
    )
    [second] = night()
    assert (2, 1, 1, 0, 0) == (
        second.rows_read,
        second.incidents_new,
        second.incidents_unchanged,
        second.incidents_changed,
        second.incidents_withdrawn,
    )
    assert [(1, "2025-03-03 16:00:00+00"), (2, "2025-03-05 02:01:00+00")] == watermarks(alder)
    assert 1 == alder.counts()["Birch", "2025-03-05", "robbery"]
    assert 4 == sum(alder.counts().values())


def test_a_changed_row_comes_again(city: Server, database: Any) -> None:
    """A row that is corrected gets a newer watermark: its incident gets a new version."""
    alder, night, _ = database
    night()
    city.run(
        "UPDATE city.calls SET town = 'BIRCH', changed_at = '2025-03-06 00:00+08' WHERE id = '007'"
    )
    [batch] = night()
    assert (0, 1) == (batch.incidents_new, batch.incidents_changed)
    assert 1 == alder.counts()["Birch", "2025-03-01", "assault"]
    assert all(row[-1] for row in alder.warehouse.rows("conservation", as_of=2))


def test_quiet_nights_change_nothing(database: Any) -> None:
    """The newest row is asked for again, as others may share its watermark: known ever after."""
    alder, night, _ = database
    night()
    before = (alder.counts(), watermarks(alder)[-1][1])
    [edge] = night()
    assert (1, 0, 1, 0) == (
        edge.rows_read,
        edge.incidents_new,
        edge.incidents_unchanged,
        edge.incidents_changed + edge.incidents_withdrawn,
    )
    n_batches = len(alder.warehouse.rows("batches", as_of=99))
    for _ in range(3):
        assert [False] == [batch.is_new for batch in night()]
        assert n_batches == len(alder.warehouse.rows("batches", as_of=99))
        assert before == (alder.counts(), watermarks(alder)[-1][1])


def test_a_row_that_shares_the_newest_watermark_is_not_missed(city: Server, database: Any) -> None:
    """Two rows of one moment, the second committed after the first night, are both known."""
    alder, night, _ = database
    night()
    city.run(
        "INSERT INTO city.calls VALUES ('12', '2025-03-03 10:00', 'ROBBERY', 'BIRCH', "
        "'2025-03-04 00:00+08', 6, NULL)"
    )
    [batch] = night()
    assert (2, 1, 1) == (batch.rows_read, batch.incidents_new, batch.incidents_unchanged)
    assert 1 == alder.counts()["Birch", "2025-03-03", "robbery"]


def test_an_empty_table_is_refused_at_first(city: Server, database: Any) -> None:
    """A table that never held a row is more likely the wrong one than a quiet city."""
    alder, night, _ = database
    city.run("TRUNCATE city.calls")
    with pytest.raises(SourceRefused, match="no rows"):
        night()
    assert [] == watermarks(alder)


def test_a_night_after_the_table_was_emptied_changes_nothing(city: Server, database: Any) -> None:
    """With a watermark no row is fetched twice: what is no longer there is not withdrawn."""
    alder, night, _ = database
    night()
    counts = alder.counts()
    city.run("TRUNCATE city.calls")
    assert [] == night()
    assert counts == alder.counts()


def test_a_refused_night_does_not_move_the_watermark(city: Server, database: Any) -> None:
    """What was fetched but not kept is fetched again."""
    alder, night, _ = database
    night()
    before = watermarks(alder)
    city.run('ALTER TABLE city.calls RENAME "town" TO place')
    with pytest.raises(SourceRefused, match="town"):
        night()
    assert before == watermarks(alder)
    city.run('ALTER TABLE city.calls RENAME place TO "town"')
    city.run(
        "INSERT INTO city.calls VALUES ('11', '2025-03-07 10:00', 'ROBBERY', 'BIRCH', "
        "'2025-03-07 10:01+08', 5, NULL)"
    )
    assert [1] == [batch.incidents_new for batch in night()]


def test_what_was_fetched_is_archived_and_tells_no_secret(database: Any) -> None:
    """The bytes are kept by their hash, working copies are not, the password nowhere."""
    alder, night, home = database
    night()
    [name] = [row[2] for row in alder.warehouse.rows("batch_files", as_of=1)]
    assert "calls.csv" == name
    kept = tree_bytes(home / "archive")
    assert any(content.startswith(b"when,kind,town,id") for content in kept.values())
    night()
    assert not any(SECRET.encode() in content for content in kept.values())
    assert "Example" not in str(kept)  # of a column that was not declared
