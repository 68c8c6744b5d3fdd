"""What a record says of itself: its category in the end and at first, validity, casualties."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.categories import CategoryRule, CategoryTable
from pipeline.city import read_city
from pipeline.compute.edition import compute_edition
from pipeline.ingest import Batch
from pipeline.methods import find_method
from pipeline.quality import DayQuality, measure_quality
from pipeline.sources.declaration import Source, Validity
from pipeline.store.warehouse import open_in_memory
from reports.pages.sentences import quality_sentence
from reports.words.language import language
from tests.conftest import County, table_rows, write_city

COLUMNS = ("id", "when", "town", "kind", "detail", "first", "state", "dead", "hurt")
DECLARED: dict[str, Any] = {
    "category": {"columns": ["kind", "detail"], "received_columns": ["first"]},
    "validity": {
        "column": "state",
        "valid": ["有效", "valid"],
        "repeat": ["重复"],
        "invalid": ["无效", "test"],
    },
    "casualties": {"deaths": "dead", "injuries": "hurt"},
}
RULES = CategoryTable(
    (
        CategoryRule("violence/knife", "exact", "assault"),
        CategoryRule("violence", "prefix", "robbery"),
        CategoryRule("violence/quarrel", "prefix", ""),
        CategoryRule(".*入室.*", "pattern", "break_and_enter"),
        CategoryRule("theft/.*", "pattern", "break_and_enter"),
        CategoryRule("advice", "exact", ""),
    )
)


class Desk(County):
    """Alder County with records of a reception desk."""

    def take(self, drawing: str) -> Batch:
        """Deliver a drawn table; its heads tell the columns, the others are blank."""
        heads = [head.strip() for head in drawing.strip().splitlines()[0].split("|")]
        rows = table_rows(drawing)
        lines = [dict(zip(heads, row, strict=True)) for row in rows]
        return self.take_rows([tuple(line.get(name, "") for name in COLUMNS) for line in lines])

    def take_rows(self, rows: Sequence[Sequence[str]]) -> Batch:
        """Deliver rows of `COLUMNS`."""
        self.n_files += 1
        path = self.folder / f"desk-{self.n_files:03}.csv"
        text = "\n".join(",".join(row) for row in (COLUMNS, *rows))
        path.write_text(text + "\n", encoding="utf-8")
        return self.ingest(path)

    def days(self) -> tuple[DayQuality, ...]:
        """Where the known incidents went, after `counts`."""
        return measure_quality(
            self.warehouse, first_day=date.min, last_day=date.max, as_of=self.n_files
        ).days

    def known(self, columns: str) -> list[tuple[object, ...]]:
        """Columns of the newest version of each incident that is there, in some fixed order."""
        return self.warehouse.connection.execute(
            f"""
            SELECT {columns} FROM (
                SELECT * FROM core_incident_version
                QUALIFY row_number() OVER (PARTITION BY incident_id ORDER BY batch_id DESC) = 1
            )
            WHERE NOT is_withdrawn
            ORDER BY occurred_at, place_value, category_value
            """
        ).fetchall()


@contextmanager
def desk(folder: Path, **declared: Any) -> Iterator[Desk]:
    """Alder County with the desk's declaration; a declared None takes a table away."""
    city = read_city(write_city(folder))
    plain = city.sources[0].model_dump(exclude_none=True) | DECLARED | declared
    plain = {key: value for key, value in plain.items() if value is not None}
    city = replace(city, sources=(Source.model_validate(plain),), categories=RULES)
    with open_in_memory() as warehouse:
        yield Desk(city, warehouse, folder)


@pytest.fixture
def alder(tmp_path: Path) -> Iterator[Desk]:
    """One desk."""
    with desk(tmp_path / "alder") as made:
        yield made


# ---------------------------------------------------------------- categories


def test_the_final_category_wins_and_the_first_is_kept(alder: Desk) -> None:
    """The final one counts, also joined; the one at reception stays beside it for the audit."""
    alder.take("""
        id | when       | town  | kind     | detail | first    | state
        a1 | 2025-03-01 | ALDER | violence | knife  | advice   | valid
        a2 | 2025-03-02 | ALDER | advice   |        | violence | valid
        a3 | 2025-03-03 | ALDER | theft    | bag    | theft/x  | valid
    """)
    assert {
        ("Alder", "2025-03-01", "assault"): 1,
        ("Alder", "2025-03-03", "break_and_enter"): 1,
    } == alder.counts()
    assert [
        ("violence/knife", "advice"),
        ("advice", "violence"),
        ("theft/bag", "theft/x"),
    ] == alder.known("category_value, received_value")


def test_a_blank_final_category_falls_back_on_the_first(alder: Desk) -> None:
    """What was not classed in the end counts as it was received; with neither it is unmapped."""
    alder.take("""
        id | when       | town  | kind     | detail | first          | state
        a1 | 2025-03-01 | ALDER |          |        | violence/knife | valid
        a2 | 2025-03-02 | ALDER |          | 入室    | advice         | valid
        a3 | 2025-03-03 | ALDER |          |        |                | valid
        a4 | 2025-03-04 | ALDER | violence |        |                | valid
    """)
    assert {
        ("Alder", "2025-03-01", "assault"): 1,
        ("Alder", "2025-03-02", "break_and_enter"): 1,
        ("Alder", "2025-03-04", "robbery"): 1,
    } == alder.counts()
    assert [
        ("violence/knife", "violence/knife"),
        ("入室", "advice"),
        (None, None),
        ("violence", None),
    ] == alder.known("category_value, received_value")
    assert [("", 1)] == alder.warehouse.rows("unmapped_categories", as_of=1)


def test_several_columns_at_reception_are_joined_too(tmp_path: Path) -> None:
    """Both classifications may stand in several columns."""
    category = {"columns": ["kind"], "received_columns": ["first", "detail"]}
    with desk(tmp_path / "alder", category=category) as alder:
        alder.take("""
            id | when       | town  | kind | first    | detail | state
            a1 | 2025-03-01 | ALDER |      | violence | knife  | valid
        """)
        assert {("Alder", "2025-03-01", "assault"): 1} == alder.counts()
        assert [("violence/knife", "violence/knife")] == alder.known(
            "category_value, received_value"
        )


KINDS = """
    kind     | detail  | category
    ---------+---------+----------------
    violence | knife   | assault
    violence | knives  | robbery
    violence |         | robbery
    violence | quarrel |
    violence | quarrels|
    theft    | bag     | break_and_enter
    theft    |         | unmapped
    burglary | 夜间入室  | break_and_enter
    advice   |         |
    Violence | knife   | unmapped
"""


@pytest.mark.parametrize(("kind", "detail", "category"), table_rows(KINDS))
def test_exact_prefix_and_pattern_through_the_pipeline(
    alder: Desk, kind: str, detail: str, category: str
) -> None:
    """The closest rule decides; known but blank is not counted, unknown is unmapped."""
    alder.take_rows([("a1", "2025-03-01", "ALDER", kind, detail, "", "valid", "", "")])
    counted = {("Alder", "2025-03-01", category): 1}
    assert (counted if category not in ("", "unmapped") else {}) == alder.counts()
    [day] = alder.days()
    fates = {"": day.not_counted, "unmapped": day.unmapped}
    assert 1 == day.known == fates.get(category, day.in_towns)


# ---------------------------------------------------------------- validity


def test_only_valid_records_count(alder: Desk) -> None:
    """Repeated and invalid calls are known and not valid; any other word is unmapped, not lost."""
    alder.take("""
        id | when       | town  | kind     | state
        a1 | 2025-03-01 | ALDER | violence | 有效
        a2 | 2025-03-01 | ALDER | violence | 重复
        a3 | 2025-03-01 | ALDER | violence | 无效
        a4 | 2025-03-01 | ALDER | violence | test
        a5 | 2025-03-01 | ALDER | violence | perhaps
        a6 | 2025-03-01 | ALDER | violence |
        a7 | 2025-03-01 | ALDER | advice   | 重复
        a8 | 2025-03-01 | ALDER | unheard  | 无效
        a9 | 2025-03-01 | BIRCH | advice   | valid
    """)
    assert {("Alder", "2025-03-01", "robbery"): 1} == alder.counts()
    [day] = alder.days()
    assert (9, 1, 1, 5, 2) == (
        day.known,
        day.in_towns,
        day.not_counted,
        day.not_valid,
        day.unmapped,
    )
    [row] = alder.warehouse.rows("conservation", as_of=1)
    assert (1, 0, 0, 9, 0, 8, True) == row[2:]


def test_without_a_validity_every_record_is_valid(tmp_path: Path) -> None:
    """A source that declares none counts every record."""
    with desk(tmp_path / "alder", validity=None) as alder:
        alder.take("""
            id | when       | town  | kind     | state
            a1 | 2025-03-01 | ALDER | violence | 重复
            a2 | 2025-03-01 | ALDER | violence |
        """)
        assert {("Alder", "2025-03-01", "robbery"): 2} == alder.counts()


def test_a_blank_may_be_declared_valid(tmp_path: Path) -> None:
    """Some systems mark only what is not valid: "" names the blank."""
    validity = {"column": "state", "valid": [""], "repeat": ["R"]}
    with desk(tmp_path / "alder", validity=validity) as alder:
        alder.take("""
            id | when       | town  | kind     | state
            a1 | 2025-03-01 | ALDER | violence |
            a2 | 2025-03-01 | ALDER | violence | R
            a3 | 2025-03-01 | ALDER | violence | valid
        """)
        assert {("Alder", "2025-03-01", "robbery"): 1} == alder.counts()
        [day] = alder.days()
        assert (3, 1, 1, 1) == (day.known, day.in_towns, day.not_valid, day.unmapped)


def test_a_word_of_validity_stands_in_one_list() -> None:
    """The same word cannot be valid and repeated."""
    with pytest.raises(ValidationError, match="dup stands in more than one list"):
        Validity(column="state", valid=("ok", "dup"), repeat=("dup",))


def test_the_page_tells_of_calls_that_were_not_valid(alder: Desk) -> None:
    """Their number stands below the ranking, in both languages."""
    alder.take("""
        id | when       | town  | kind     | state
        a1 | 2025-03-01 | ALDER | violence | valid
        a2 | 2025-03-01 | ALDER | violence | 重复
        a3 | 2025-03-01 | ALDER | violence | 无效
    """)
    edition = compute_edition(alder.warehouse, alder.city, find_method("standard"))
    english, chinese = (quality_sentence(edition, language(code)) for code in ("en", "zh"))
    assert english.endswith(" 2 were repeated or invalid calls.")
    assert "2" in chinese
    assert "repeated" not in chinese


# ---------------------------------------------------------------- casualties

NUMBERS = """
    dead   | hurt    | verdict
    -------+---------+------------------
           |         | None, None
    0      | 0       | 0, 0
    2      | 31      | 2, 31
    2.0    |         | 2, None
    -1     | 3       | negative_number
    1      | -3      | negative_number
    two    |         | unreadable_number
           | 1.5     | unreadable_number
    ?      | -1      | unreadable_number
    nan    |         | unreadable_number
    1e9    |         | unreadable_number
    100001 |         | unreadable_number
"""


@pytest.mark.parametrize(("dead", "hurt", "verdict"), table_rows(NUMBERS))
def test_numbers_of_people(alder: Desk, dead: str, hurt: str, verdict: str) -> None:
    """Whole numbers from 0 on are kept, a blank is none; what is no such number is rejected."""
    alder.take_rows(
        [
            ("a1", "2025-03-01", "ALDER", "violence", "", "", "valid", dead, hurt),
            ("a2", "2025-03-02", "ALDER", "violence", "", "", "valid", "1", "1"),
        ]
    )
    first, *rest = alder.known("deaths, injuries")
    if verdict.endswith("_number"):
        assert ([(1, verdict)], (1, 1), []) == (alder.reasons(), first, rest)
    else:
        assert (verdict, [(1, 1)], []) == (f"{first[0]}, {first[1]}", rest, alder.reasons())


def test_a_rejected_number_names_its_columns_and_the_wrong_value(alder: Desk) -> None:
    """The list says which columns to look at and what stood there, cut short after 20 marks."""
    rows = [("a1", "2025-03-01", "ALDER", "violence", "", "", "valid", "two", "3")]
    rows.append(("a2", "2025-03-01", "ALDER", "violence", "", "", "valid", "1", "-4"))
    rows.append(("a3", "2025-03-01", "ALDER", "violence", "", "", "valid", "?" * 50, "-4"))
    alder.take_rows(rows)
    found = [row[2:] for row in alder.warehouse.rows("rejected_rows", as_of=1, most=9)]
    assert [
        (1, "unreadable_number", "dead, hurt", "two"),
        (2, "negative_number", "dead, hurt", "-4"),
        (3, "unreadable_number", "dead, hurt", "?" * 20),
    ] == found


# ---------------------------------------------------------------- later deliveries

CHANGES = """
    column | was   | is       | counted
    -------+-------+----------+----------
    state  | valid | 重复      | 0
    state  | 重复   | valid    | 1
    state  | valid | 有效      | 1
    dead   | 0     | 1        | 1
    dead   |       | 0        | 1
    hurt   | 1     |          | 1
    first  | advice| violence | 1
"""


@pytest.mark.parametrize(("column", "was", "is_now", "counted"), table_rows(CHANGES))
def test_a_change_of_any_verdict_is_a_new_version(
    alder: Desk, column: str, was: str, is_now: str, counted: str
) -> None:
    """A delivery that changes only this makes one version more, and the count follows."""
    plain = {"id": "a1", "when": "2025-03-01", "town": "ALDER", "kind": "violence"}
    plain |= {"state": "valid"}
    alder.take_rows([tuple((plain | {column: was}).get(name, "") for name in COLUMNS)])
    before = alder.counts()
    batch = alder.take_rows([tuple((plain | {column: is_now}).get(name, "") for name in COLUMNS)])
    same_meaning = (was, is_now) == ("valid", "有效")
    assert (0, int(not same_meaning), int(same_meaning)) == (
        batch.incidents_new,
        batch.incidents_changed,
        batch.incidents_unchanged,
    )
    assert int(counted) == sum(alder.counts().values())
    assert before == alder.counts(as_of=1)
    versions = alder.warehouse.connection.execute("SELECT count(*)::INT FROM core_incident_version")
    assert [(2 - same_meaning,)] == versions.fetchall()
    assert all(row[-1] for row in alder.warehouse.rows("conservation", as_of=2))


# ---------------------------------------------------------------- the slow, obvious way

RECORD = st.tuples(
    st.integers(0, 5).map(lambda n: f"a{n}"),
    st.integers(1, 3).map(lambda n: f"2025-03-0{n}"),
    st.sampled_from(["ALDER", "BIRCH", "ELSEWHERE", "NOWHERE", ""]),
    st.sampled_from(["violence", "theft", "advice", "unheard", ""]),
    st.sampled_from(["knife", "quarrel", ""]),
    st.sampled_from(["violence", "advice", ""]),
    st.sampled_from(["valid", "有效", "重复", "无效", "perhaps", ""]),
    st.sampled_from(["", "0", "1", "-1", "x"]),
    st.sampled_from(["", "2"]),
)
VALIDITY = {"valid": "valid", "有效": "valid", "重复": "not_valid", "无效": "not_valid"}
PLACES = {"ALDER": "in_towns", "BIRCH": "in_towns", "ELSEWHERE": "outside"}


def fate(record: Sequence[str]) -> str:
    """Where one record goes, rule by rule."""
    _, _, town, kind, detail, first, state, _, _ = record
    validity = VALIDITY.get(state, "unmapped")
    if validity != "valid":
        return validity
    value = "/".join(part for part in (kind, detail) if part) or first
    category = RULES.resolve([value]).get(value)
    if category is None:
        return "unmapped"
    return PLACES.get(town, "not_located") if category else "not_counted"


def meaning(record: Sequence[str]) -> tuple[object, ...]:
    """What of a record is compared: words of one meaning are the same."""
    _, when, town, kind, detail, first, state, dead, hurt = record
    value = "/".join(part for part in (kind, detail) if part) or first
    validity = {"重复": "repeat", "无效": "invalid"}.get(state, VALIDITY.get(state))
    return when, town, value, first, validity, dead, hurt


def judge_slowly(rows: Sequence[Sequence[str]]) -> tuple[dict[str, Sequence[str]], Counter[str]]:
    """The records that are accepted, by identity, and what became of all of them."""
    accepted: dict[str, Sequence[str]] = {}
    verdicts: Counter[str] = Counter()
    for row in rows:
        if row[7] in ("-1", "x"):
            verdicts["negative_number" if row[7] == "-1" else "unreadable_number"] += 1
        elif row[0] not in accepted:
            accepted[row[0]] = row
            verdicts["accepted"] += 1
        elif meaning(row) == meaning(accepted[row[0]]):
            verdicts["duplicate"] += 1
        else:
            verdicts["identity_conflict"] += 1
    return accepted, verdicts


@settings(max_examples=40, deadline=timedelta(seconds=20))
@given(deliveries=st.lists(st.lists(RECORD, min_size=1, max_size=14), min_size=1, max_size=3))
def test_every_record_has_the_fate_of_the_slow_way(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[list[tuple[str, ...]]]
) -> None:
    """Rows by verdict and incidents by day and fate, after any deliveries; conservation holds."""
    with desk(tmp_path_factory.mktemp("desk") / "alder") as alder:
        known: dict[str, Sequence[str]] = {}
        seen: set[str] = set()
        for rows in deliveries:
            batch = alder.take_rows(rows)
            if repr(rows) in seen:
                continue
            seen.add(repr(rows))
            accepted, verdicts = judge_slowly(rows)
            # A record whose row was rejected stays as it was known: it is not withdrawn.
            given_ids = {row[0] for row in rows}
            known = {key: row for key, row in known.items() if key in given_ids} | accepted
            reasons = {
                reason: n
                for number, reason, n in alder.warehouse.rows("rejected_by_reason", as_of=99)
                if number == batch.batch_id
            }
            assert verdicts["accepted"] == batch.rows_accepted
            assert verdicts["duplicate"] == batch.rows_duplicate
            assert {k: n for k, n in verdicts.items() if "_" in k} == reasons
        alder.counts()
        expected = Counter((record[1], fate(record)) for record in known.values())
        found = Counter(
            {
                (day.day.isoformat(), name): getattr(day, name)
                for day in alder.days()
                for name in PARTS
                if getattr(day, name)
            }
        )
        assert expected == found
        assert all(day.known == sum(getattr(day, name) for name in PARTS) for day in alder.days())
        assert all(row[-1] for row in alder.warehouse.rows("conservation", as_of=99))


PARTS = ("in_towns", "outside", "not_located", "not_counted", "not_valid", "unmapped")
