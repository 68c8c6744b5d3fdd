"""The synthetic city: the same bytes for a seed, and a truth that a reading by hand confirms."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ingest import ingest
from pipeline.places.names import match_places
from pipeline.store.warehouse import Warehouse, open_in_memory
from pipeline.synthetic import generate_city
from pipeline.synthetic.kinds import KINDS
from pipeline.synthetic.layout import COLUMNS
from tests.conftest import tree_bytes
from tests.unit.synthetic.by_hand import (
    CODES,
    DISTRICTS,
    OUTSIDE,
    PLACES,
    RECEIVED_AT,
    SMALL,
    TOWNS,
    ZHUHAI,
    Made,
    final_rows,
    judged,
    make,
    moment,
)

PLACES_READ = {text.strip(): town_id for text, town_id in PLACES.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Five quarters with some 33,000 rows."""
    folder = tmp_path_factory.mktemp("synthetic") / "records"
    return Made(folder, generate_city(TOWNS, SMALL, folder, districts_zh=DISTRICTS))


def test_the_same_seed_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    """Deliveries and truth are byte-identical for a seed, and others for another."""
    again, other = make(tmp_path / "a"), make(tmp_path / "b", SMALL.model_copy(update={"seed": 12}))
    assert tree_bytes(made.folder) == again
    assert again.keys() == other.keys()
    assert all(again[path.name] != other[path.name] for path in made.files)


def test_the_size_of_chunks_leaves_no_trace(made: Made, tmp_path: Path) -> None:
    """Rows written 777 at a time are the same bytes."""
    assert tree_bytes(made.folder) == make(tmp_path / "a", chunk_rows=777)


def test_files_look_like_an_export(made: Made) -> None:
    """Quarterly GB18030 files with Chinese headers, and no column that tells of a person."""
    names = ["110-2024q1.csv", "110-2024q2.csv", "110-2024q3.csv", "110-2024q4.csv"]
    assert [*names, "110-2025q1.csv"] == [path.name for path in made.files]
    for path in made.files:
        first = path.read_bytes().split(b"\r\n")[0].decode("gb18030")
        assert ",".join(COLUMNS) == first
    assert not {"报警人", "联系电话", "事发地址", "简要警情"} & set(COLUMNS)


def test_dirty_rows_are_where_the_truth_says(made: Made) -> None:
    """Reading every row by hand finds the faults of the truth, each under its reason, no other."""
    told = {(r["file"], int(r["row_number"]), r["reason"]) for r in made.truth("faults")}
    found = {
        (path.name, number, fault)
        for path in made.files
        for number, fault, _ in judged(path)
        if fault
    }
    assert told == found
    assert 15 == len({reason for _, _, reason in told})


def test_rows_add_up(made: Made) -> None:
    """Rows read = accepted + duplicate + rejected, and about one in a hundred has a fault."""
    n_rows = {path.name: len(made.lines(path)) for path in made.files}
    files = made.truth("files")
    assert n_rows == {row["file"]: int(row["rows_read"]) for row in files}
    for row in files:
        parts = (int(row[f"rows_{kind}"]) for kind in ("accepted", "duplicate", "rejected"))
        assert int(row["rows_read"]) == sum(parts)
    assert 0.008 < len(made.truth("faults")) / sum(n_rows.values()) < 0.013


def test_counts_are_those_of_the_rows(made: Made) -> None:
    """Counting the newest row of each valid call by hand gives the truth's counts, exactly."""
    counts: Counter[tuple[str, ...]] = Counter()
    for row in final_rows(made).values():
        kind = CODES[row[7] or row[5]]
        if row[9] == "有效" and kind.category:
            counts[PLACES[row[4]], kind.category, row[2][:7]] += 1
    told = {
        (row["town_id"], row["category"], row["month"]): int(row["incidents"])
        for row in made.truth("counts")
    }
    assert dict(counts) == told


def test_records_hold_what_was_drawn(made: Made) -> None:
    """Valid calls are those drawn, less the few not yet reported, more the few not yet judged."""
    drawn = sum(int(row["made"]) for row in made.truth("rates"))
    valid = sum(row[9] == "有效" and bool(row[7]) for row in final_rows(made).values())
    assert 0.98 * drawn < valid <= drawn


def test_most_calls_come_within_the_hour_and_some_weeks_late(made: Made) -> None:
    """Nine in ten are reported within a day, a few after more than two weeks, none too early."""
    delays = []
    for row in final_rows(made).values():
        reported, occurred = moment(row[1]), moment(row[2])
        assert reported is not None
        assert occurred is not None
        delays.append((reported - occurred).total_seconds() / 86_400)
    assert min(delays) >= 0
    assert sum(delay <= 1 / 24 for delay in delays) > 0.7 * len(delays)
    assert sum(delay <= 1 for delay in delays) > 0.9 * len(delays)
    assert 0.001 * len(delays) < sum(delay > 14 for delay in delays) < 0.02 * len(delays)


def test_later_deliveries_correct_the_category(made: Made) -> None:
    """Some final categories come in a later file than the first report, as the truth tells."""
    rows = {
        (path.name, fields[0]): fields
        for path in made.files
        for _, fault, fields in judged(path)
        if not fault
    }
    late = [r for r in made.truth("reclassified") if r["final_file"] not in ("", r["first_file"])]
    assert len(late) > 50
    for told in late:
        first = rows[told["first_file"], told["identity"]]
        final = rows[told["final_file"], told["identity"]]
        assert told["received_code"] == first[5] == final[5]
        assert first[7] in ("", told["received_code"])
        assert told["final_code"] == final[7]


def test_repeat_calls_are_marked(made: Made) -> None:
    """A repeated call has an identity of its own, comes later, and is marked once handled."""
    rows = final_rows(made)
    repeats = made.truth("repeats")
    assert len(repeats) > 500
    for told in repeats:
        row, first = rows[told["identity"]], rows[told["repeats_identity"]]
        assert row[1] > first[1]
        assert "重复" == row[9] or not row[7]
        assert PLACES[first[4]] == PLACES[row[4]]


def test_fires_follow_the_moving_new_year(made: Made) -> None:
    """The festival week has more fires than the same dates of a year where it falls elsewhere."""
    fires = Counter(
        row[2][:10]
        for row in final_rows(made).values()
        if (row[7] or row[5]) in ("400100", "400101")
    )

    def of(year: int, month: int, days: range) -> int:
        return sum(fires[f"{year}-{month:02}-{day:02}"] for day in days)

    in_2024 = of(2024, 2, range(9, 17)), of(2025, 2, range(9, 13))
    assert in_2024[0] > 2 * in_2024[1]


@pytest.fixture(scope="module")
def taken_in(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse into which the deliveries went, one after the other."""
    source = ZHUHAI.sources[0].model_copy(update={"first_day": SMALL.first})
    archive = tmp_path_factory.mktemp("archive")
    with open_in_memory() as warehouse:
        for path in made.files:
            ingest(
                warehouse,
                [path],
                source=source,
                city=ZHUHAI,
                archive=archive,
                received_at=RECEIVED_AT,
            )
        yield warehouse


def test_the_pipeline_finds_every_dirty_row_under_its_reason(
    made: Made, taken_in: Warehouse
) -> None:
    """Rejected rows are those of the truth, by file, row and reason; no clean row is rejected."""
    rows = taken_in.rows("rejected_rows", as_of=len(made.files), most=100_000)
    found = {(made.files[int(str(r[0])) - 1].name, int(str(r[2])), str(r[3])) for r in rows}
    told = {
        (row["file"], int(row["row_number"]), row["reason"])
        for row in made.truth("faults")
        if row["is_rejected"] == "yes"
    }
    assert told == found
    assert 11 == len({reason for _, _, reason in told})


def test_the_pipeline_accounts_for_every_row(made: Made, taken_in: Warehouse) -> None:
    """Rows read, accepted, duplicate and rejected are those of the truth, delivery by delivery."""
    batches = taken_in.rows("batches", as_of=len(made.files))
    found = sorted([int(str(number)) for number in (row[0], *row[3:7])] for row in batches)
    names = ("rows_read", "rows_accepted", "rows_duplicate", "rows_rejected")
    told = [
        [number, *(int(row[name]) for name in names)]
        for number, row in enumerate(made.truth("files"), start=1)
    ]
    assert told == found


def test_the_pipeline_counts_what_is_true(made: Made, taken_in: Warehouse) -> None:
    """Valid incidents by town, category and month are the truth's after the last delivery."""
    rows = taken_in.connection.execute(
        """
        SELECT place_value, category_value, strftime(day, '%Y-%m'), sum(change)::INTEGER
        FROM core_count_change WHERE validity = 'valid'
        GROUP BY ALL HAVING sum(change) <> 0
        """
    ).fetchall()
    categories = ZHUHAI.categories.resolve({row[1] for row in rows})
    counts: Counter[tuple[str, ...]] = Counter()
    for place, kind, month, n in rows:
        town, category = PLACES_READ.get((place or "").strip()), categories.get(kind)
        if town and category:
            counts[town, category, month] += n
    told = {
        (row["town_id"], row["category"], row["month"]): int(row["incidents"])
        for row in made.truth("counts")
    }
    assert told == dict(counts)


def test_the_city_folder_knows_the_words() -> None:
    """Each kind has the category that the truth counts it under; the unknown code has none."""
    told = {kind.code: kind.category for kind in KINDS}
    assert told == ZHUHAI.categories.resolve([*told, "123456"])


def test_every_spelling_leads_to_its_town() -> None:
    """All spellings, and the two places outside, are matched; other words are not."""
    towns = tuple(ZHUHAI.towns.values())
    found = match_places([*PLACES, *OUTSIDE, "未知辖区"], towns, ZHUHAI.places)
    assert PLACES | dict.fromkeys(OUTSIDE, "outside") == found
