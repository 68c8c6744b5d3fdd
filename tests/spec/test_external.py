"""Values that no incident tells: which of them hold, and what is wrong with a table."""

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.city import read_city
from pipeline.errors import ConfigurationMistake
from pipeline.external import read_external
from tests.conftest import table_rows, write_city
from tests.spec.composite_county import (
    EXTERNAL_HEAD,
    by_town,
    chosen,
    counting,
    deviations,
    drawn,
    method_of,
    precinct,
    surveyed,
)

SLOWEST_SECONDS = 10  # for 100,000 rows, on a slow machine
MIXED = {"crime": {"assaults": counting("assault")}, "mood": {"survey": surveyed(2)}}
RECORDS = drawn("""
    n | when       | reported   | town  | kind
    --+------------+------------+-------+--------
    8 | 2025-03-02 | 2025-03-02 | ALDER | ASSAULT
    2 | 2025-03-05 | 2025-03-05 | BIRCH | ASSAULT
""")


def survey_of(folder: Path, lines: list[str], *, wanted: str = "2025-03", days: int = 31) -> Any:
    """The edition of a month by a survey alone."""
    with precinct(folder, external=lines) as county:
        county.take(RECORDS)
        return county.score(method_of({"mood": {"survey": surveyed(days=days)}}), wanted)


def score_of(folder: Path, lines: list[str], **options: Any) -> Any:
    """Alder's score in March by a survey alone; None where it is missing."""
    return by_town(survey_of(folder, lines, **options).ranking, "score")["001"]


# ---------------------------------------------------------------- which value holds

HOLDING = """
    lines                                                                      | score
    ---------------------------------------------------------------------------+------
    2025-03 70 normal 2025-04-01                                               | 70
    2025-03 70 provisional 2025-04-01                                          | 70
    2025-03 70 normal 2025-05-30                                               | 70
    2025-03 70 normal 2031-01-01                                               | 70
    2025-02 70 normal 2025-03-01                                               | 70
    2025-01 70 normal 2025-02-01                                               |
    2025-04 70 normal 2025-05-01                                               |
    2025 70 normal 2025-02-01                                                  |
    2025-Q1 70 normal 2025-02-01                                               | 70
    2025-03-15 70 normal 2025-03-16                                            | 70
    2025-03 70 provisional 2025-04-01, 2025-03 80 normal 2025-04-10            | 80
    2025-03 80 normal 2025-04-10, 2025-03 70 provisional 2025-04-01            | 80
    2025-02 60 normal 2025-05-01, 2025-03 80 normal 2025-04-01                 | 80
    2025-03 70 normal 2025-04-01, 2025-03 - missing 2025-04-10                 |
    2025-03 - missing 2025-04-01, 2025-03 70 normal 2025-04-10                 | 70
    2025-02 70 normal 2025-03-01, 2025-03 - missing 2025-04-10                 |
    2025-03 0 normal 2025-04-01                                                | 0
    2025-03 1e2 normal 2025-04-01                                              | 100
    2025-03 -5 normal 2025-04-01                                               | 0
    2025-03 250 normal 2025-04-01                                              | 100
    2025-03 1e12 normal 2025-04-01                                             | 100
    2025-03 -1e12 normal 2025-04-01                                            | 0
"""


@pytest.mark.parametrize(("lines", "expected"), table_rows(HOLDING))
def test_which_value_holds_for_march(tmp_path: Path, lines: str, expected: str) -> None:
    """The newest that ended with the month or before, if not too old; the later of two reports.

    A value reported late or provisionally still holds, 0 is a value, one reported as missing is
    none, and a period that is not over by the end of March is not looked at.
    """
    rows = []
    for line in lines.split(","):
        period, value, status, reported = line.split()
        rows.append(f"survey,001,{period},{value.strip('-') or ''},{status},{reported}")
        if value.startswith("-") and value != "-":
            rows[-1] = f"survey,001,{period},{value},{status},{reported}"
    found = score_of(tmp_path / "alder", rows)
    assert (float(expected) if expected else None) == found


AGES = [(0, None), (30, None), (31, 70.0), (400, 70.0)]


@pytest.mark.parametrize(("days", "expected"), AGES)
def test_a_value_stands_for_as_long_as_the_method_allows(
    tmp_path: Path, days: int, expected: float | None
) -> None:
    """February ended 31 days before March did."""
    line = "survey,001,2025-02,70,normal,2025-03-01"
    assert expected == score_of(tmp_path / "alder", [line], days=days)


def test_what_is_missing_is_left_out_and_not_zero(tmp_path: Path) -> None:
    """A town without a value has the score of the other indicators, and is partial."""
    lines = ["survey,001,2025-03,70,normal,2025-04-01", "survey,002,2025-03,,missing,2025-04-01"]
    with precinct(tmp_path / "alder", external=lines) as county:
        county.take(RECORDS)
        made = county.score(method_of(MIXED, weights={"crime": 1, "mood": 3}))
        crime = county.score(method_of({"crime": MIXED["crime"]}))
    score, alone = by_town(made.ranking, "score"), by_town(crime.ranking, "score")
    assert {"002": alone["002"], "003": alone["003"]} == {t: score[t] for t in ("002", "003")}
    assert round((alone["001"] + 3 * 70) / 4, 1) == score["001"]
    assert {"001": "normal", "002": "partial", "003": "partial"} == by_town(
        made.ranking, "obs_status"
    )
    assert {"001": 1.0, "002": 0.25, "003": 0.25} == by_town(made.ranking, "weight_present")
    assert {"001": "normal", "002": "missing", "003": "missing"} == by_town(
        made.indicators[made.indicators["indicator"] == "survey"], "obs_status"
    )


def test_an_indicator_without_any_value_is_named(tmp_path: Path) -> None:
    """Where no town has a value for the period, the edition says so; one town is enough."""
    method = method_of(MIXED)
    line = "survey,003,2025-03,70,normal,2025-04-01"
    with precinct(tmp_path / "alder", external=[line]) as county:
        county.take(RECORDS)
        assert [] == deviations(county.score(method))
        assert [("no external value", "survey")] == deviations(county.score(method, "2025-02"))


def test_a_value_of_another_indicator_or_town_changes_nothing(tmp_path: Path) -> None:
    """Each value is of one indicator and one town."""
    lines = [
        "survey,001,2025-03,70,normal,2025-04-01",
        "other,001,2025-03,10,normal,2025-04-02",
        "survey,002,2025-03,20,normal,2025-04-02",
    ]
    assert 70.0 == score_of(tmp_path / "alder", lines)


def test_the_order_of_lines_changes_nothing(tmp_path: Path) -> None:
    """The table is a set of values."""
    lines = [f"survey,00{n},2025-0{m},{n * m},normal,2025-05-01" for n in (1, 2) for m in (1, 2, 3)]
    found = [
        by_town(survey_of(tmp_path / name, given).ranking, "score")
        for name, given in (("a", lines), ("b", lines[::-1]))
    ]
    assert found[0] == found[1] == {"001": 3.0, "002": 6.0, "003": None}


# ---------------------------------------------------------------- what is refused

WRONG = """
    line                                         | told
    ---------------------------------------------+------------------------------------------
    survey,999,2025-03,70,normal,2025-04-01      | '999' is no town_id of towns.csv
    survey,,2025-03,70,normal,2025-04-01         | '' is no town_id of towns.csv
    survey,001,2025-13,70,normal,2025-04-01      | period is '2025-13'
    survey,001,March,70,normal,2025-04-01        | period is 'March'
    survey,001,,70,normal,2025-04-01             | period is ''
    survey,001,2025-03,70,fine,2025-04-01        | status is 'fine'
    survey,001,2025-03,70,,2025-04-01            | status is ''
    survey,001,2025-03,70,normal,2025-02-30      | reported_on is '2025-02-30'
    survey,001,2025-03,70,normal,                | reported_on is ''
    survey,001,2025-03,70,normal,01/04/2025      | reported_on is '01/04/2025'
    survey,001,2025-03,,normal,2025-04-01        | a value is blank where its status is 'missing'
    survey,001,2025-03,70,missing,2025-04-01     | a value is blank where its status is 'missing'
    survey,001,2025-03,1e999,normal,2025-04-01   | value is '1e999', expected a number as 71.5
    survey,001,2025-03,-1e999,normal,2025-04-01  | value is '-1e999', expected a number as 71.5
    survey,001,2025-03,nan,normal,2025-04-01     | value is 'nan', expected a number as 71.5
    survey,001,2025-03,inf,normal,2025-04-01     | value is 'inf', expected a number as 71.5
    survey,001,2025-03,1e13,normal,2025-04-01    | value is '1e13', expected a number as 71.5
    survey,001,2025-03,=1+1,normal,2025-04-01    | value is '=1+1', expected a number as 71.5
    survey,001,2025-03,1_000,normal,2025-04-01   | value is '1_000', expected a number as 71.5
    survey,001,2025-03,７０,normal,2025-04-01     | value is '７０', expected a number as 71.5
    survey,001,2025-03,0x10,normal,2025-04-01    | value is '0x10', expected a number as 71.5
    survey,001,2025-03,7 0,normal,2025-04-01     | value is '7 0', expected a number as 71.5
    ,001,2025-03,70,normal,2025-04-01            | indicator is ''
    My Survey,001,2025-03,70,normal,2025-04-01   | indicator is 'My Survey'
"""


def refused(folder: Path, lines: list[str], *, head: str = EXTERNAL_HEAD) -> str:
    """What is said of a city with this table."""
    write_city(folder)
    (folder / "external.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationMistake) as caught:
        read_city(folder)
    return caught.value.seen


@pytest.mark.parametrize(("line", "told"), table_rows(WRONG))
def test_a_wrong_line_is_told_with_its_number(tmp_path: Path, line: str, told: str) -> None:
    """The file, the line, what stands there, and what was expected."""
    good = "survey,001,2025-02,70,normal,2025-04-01"
    seen = refused(tmp_path / "alder", [good, line])
    assert seen.endswith(seen.splitlines()[1])  # that mistake and no other
    assert f"external.csv: line 3: {told}" in seen


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody has to run the command once for each."""
    lines = [line for line, _ in table_rows(WRONG)]
    seen = refused(tmp_path / "alder", lines)
    assert f"{len(lines)} mistake(s)" in seen
    assert [f"line {n}:" in seen for n in range(2, len(lines) + 2)] == [True] * len(lines)


def test_one_value_stands_there_once(tmp_path: Path) -> None:
    """Two values reported on one day for one period: which of them holds cannot be known."""
    line = "survey,001,2025-03,{},normal,2025-04-01"
    seen = refused(tmp_path / "alder", [line.format(70), line.format(80)])
    assert "external.csv: line 3: the same value stands there twice" in seen


def test_a_missing_column_is_told(tmp_path: Path) -> None:
    """Without a column the table cannot be read; its name is told."""
    seen = refused(tmp_path / "alder", [], head="indicator,town_id,period,value,status")
    assert "external.csv: missing column(s) reported_on" in seen


BROKEN = [b"\xff\xfe\x00", b'indicator,town_id,period,value,status,reported_on\n"a\n']


@pytest.mark.parametrize("content", BROKEN)
def test_a_file_that_is_no_table_is_a_mistake(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no text, or a quote that never ends."""
    folder = write_city(tmp_path / "alder")
    (folder / "external.csv").write_bytes(content)
    with pytest.raises(ConfigurationMistake, match=r"external\.csv: "):
        read_city(folder)


def test_a_city_without_the_file_has_no_values(tmp_path: Path) -> None:
    """The table may be absent, or hold its heads alone."""
    folder = write_city(tmp_path / "alder")
    assert () == read_city(folder).external
    (folder / "external.csv").write_text(EXTERNAL_HEAD + "\n", encoding="utf-8")
    assert () == read_city(folder).external


def test_the_hash_of_the_city_changes_with_the_file(tmp_path: Path) -> None:
    """An edition made with other values is stale."""
    folder = write_city(tmp_path / "alder")
    found = [read_city(folder).sha256]
    for value in (70, 70.5, 70):
        line = f"survey,001,2025-03,{value},normal,2025-04-01"
        (folder / "external.csv").write_text(f"{EXTERNAL_HEAD}\n{line}\n", encoding="utf-8")
        found.append(read_city(folder).sha256)
    assert found[1] == found[3]
    assert len({*found}) == len(found) - 1


def test_a_hundred_thousand_rows_are_read_in_seconds(tmp_path: Path) -> None:
    """Three towns with daily values of many years, scored without waiting."""
    folder = tmp_path / "alder"
    lines = [
        f"survey,00{town},{year}-{month:02}-{day:02},50,normal,2026-{later:02}-01"
        for town in (1, 2, 3)
        for year in range(1998, 2026)
        for month in range(1, 13)
        for day in range(1, 29)
        for later in range(1, 5)
    ]
    assert len(lines) > 100_000
    began = perf_counter()
    made = survey_of(folder, lines)
    assert perf_counter() - began < SLOWEST_SECONDS
    assert {"001": 50.0, "002": 50.0, "003": 50.0} == by_town(made.ranking, "score")


def test_many_mistakes_are_no_flood(tmp_path: Path) -> None:
    """The first mistakes stand one by one, the rest as a number."""
    path = tmp_path / "external.csv"
    lines = [f"survey,009,2025-03,{n},normal,2025-04-01" for n in range(1000)]
    path.write_text("\n".join([EXTERNAL_HEAD, *lines]), encoding="utf-8")
    mistakes: list[str] = []
    assert () == read_external(tmp_path, {"001"}, mistakes)
    assert "external.csv: and 950 more mistakes" == mistakes[-1]
    assert 51 == len(mistakes)


# ---------------------------------------------------------------- scales of external values

UNFIT = {
    "more is better": chosen(kind="percentile"),
    "external values have none": chosen(kind="deduction", at_baseline=80),
}


@pytest.mark.parametrize("said", UNFIT)
def test_a_scale_that_cannot_hold_an_external_value_is_refused(said: str) -> None:
    """Only min-max knows that more may be better, and nothing is compared with a baseline."""
    survey = surveyed() | ({"baseline": "main"} if "none" in said else {})
    with pytest.raises(ValidationError, match=said):
        method_of({"mood": {"survey": survey}}, scales={"survey": UNFIT[said]})


SCALES = [
    chosen(kind="breakpoints", edges=[0, 100], scores=[100, 0]),
    chosen(kind="percentile"),
    chosen(kind="grades", shares=[0.5, 0.5], scores=[90, 60]),
]


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale["kind"])
def test_a_negative_value_is_refused_on_a_scale_of_harm(
    tmp_path: Path, scale: dict[str, Any]
) -> None:
    """Harm cannot be below 0: the indicator, the town and the file are told."""
    method = method_of(
        {
            "mood": {"survey": surveyed(higher_is="worse")},
            "crime": {"a": counting("assault")},
        },
        scales={"survey": scale, "main": chosen(kind="deduction", at_baseline=80)},
    )
    lines = [f"survey,00{n},2025-03,{v},normal,2025-04-01" for n, v in ((1, 5), (2, -1), (3, 20))]
    with precinct(tmp_path / "alder", external=lines) as county:
        county.take(RECORDS)
        with pytest.raises(ConfigurationMistake, match=r"survey of 002 is below 0.* 'made-up'"):
            county.score(method)
        made = county.score(method, "2025-02")
    assert [("no external value", "survey")] == deviations(made)
