"""`safety-index init` where the values do not tell enough: what it asks, and what can be said."""

import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.check import judge_without_keeping
from pipeline.city import read_city
from pipeline.errors import WrongUsage
from pipeline.survey.columns.group import Named
from pipeline.survey.survey import survey_files
from pipeline.survey.writing.folder import write_city_folder
from tests.conftest import run_cli
from tests.spec.test_init import RECEIVED_AT, calls, decided
from tests.spec.unseen_files import AREAS, american_portal, delimited, moments, population_table

ROADS = ("Oak", "Elm", "Pine", "Lake", "Hill", "Mill", "Park")
WEST, EAST = "West", "East"


def rows_of(columns: Iterable[str], n: int = 200) -> tuple[list[str], list[list[str]]]:
    """A table with the columns named, of values that are regular."""
    makers = {
        "id": lambda k: f"C{k:05}",
        "case number": lambda k: f"C{k // 2:05}",  # two rows of each case
        "crime id": lambda k: f"C{k:05}" if k % 3 else "",
        "date": lambda k: moments()[k].strftime("%Y-%m-%d"),
        "offence": lambda k: ("Theft", "Robbery")[k // 2 % 2],
        "side": lambda k: (WEST, EAST)[k // 2 % 2],
        "address": lambda k: f"{k + 1} {ROADS[k % len(ROADS)]} ST",
        "place": lambda k: f"Hamlet {k % 70}",
    }
    names = list(columns)
    return names, [[makers[name](k) for name in names] for k in range(n)]


def test_a_named_column_becomes_the_place(tmp_path: Path) -> None:
    """Its values are the towns, whatever it is called; no other column is proposed."""
    path = calls(tmp_path, *rows_of(["id", "date", "offence", "side"]))
    unnamed = survey_files([path])
    assert ("[place]", ()) in {(d.doubt.key, unnamed.towns) for d in unnamed.doubts}
    survey = survey_files([path], named=Named(place="side"))
    assert {WEST, EAST} == {town.name for town in survey.towns}
    assert not [d for d in survey.doubts if d.doubt.key.startswith("[place]")]


def test_a_named_column_becomes_the_category(tmp_path: Path) -> None:
    """Its values are listed as kinds, and nothing else is joined or proposed."""
    path = calls(tmp_path, *rows_of(["id", "date", "offence", "side", "place"]))
    survey = survey_files([path], named=Named(category="side"))
    assert ("side",) == survey.sources[0].category
    assert {WEST, EAST} == {category.value for category in survey.categories}
    assert not [d for d in survey.doubts if d.doubt.key.startswith("[category]")]


def test_a_name_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    """The message lists the columns that there are."""
    path = calls(tmp_path, *rows_of(["id", "date", "offence", "side"]))
    with pytest.raises(WrongUsage, match="no column 'town'") as refusal:
        survey_files([path], named=Named(place="town"))
    assert "id, date, offence, side" in str(refusal.value.expected)


def test_addresses_are_never_taken_for_towns(tmp_path: Path) -> None:
    """Not even where the analyst names the column: towns are listed, written and published."""
    path = calls(tmp_path, *rows_of(["id", "date", "offence", "address"]))
    with pytest.raises(WrongUsage, match="may point at a person") as refusal:
        survey_files([path], named=Named(place="address"))
    assert "Oak" not in f"{refusal.value}{refusal.value.expected}{refusal.value.try_next}"


def test_where_only_addresses_tell_the_place_the_doubt_names_their_column(tmp_path: Path) -> None:
    """Its name is shown, none of its values; the next step is to list the towns."""
    path = calls(tmp_path, *rows_of(["id", "date", "offence", "address"]))
    survey = survey_files([path])
    doubt = next(d.doubt for d in survey.doubts if d.doubt.key == "[place]")
    assert ("address (left out: may point at a person)",) == doubt.choices
    done = write_city_folder(tmp_path / "city", survey)
    assert any(step.startswith("list the towns") for step in done.next_steps)
    with pytest.raises(WrongUsage, match="where an incident was"):
        write_city_folder(
            tmp_path / "other", survey, population=population_table(tmp_path, list(AREAS))
        )


def test_a_short_file_may_have_a_row_or_two_for_each_place(tmp_path: Path) -> None:
    """Of a hundred rows few share their place; a column that is called so is taken."""
    survey = survey_files([calls(tmp_path, *rows_of(["id", "date", "offence", "place"], 93))])
    assert (("place",), 70) == (survey.sources[0].place, len(survey.towns))


def test_rows_of_one_case_are_one_incident(tmp_path: Path) -> None:
    """A case number comes again with each arrest: alike in time, kind and place they count once."""
    columns, rows = rows_of(["case number", "date", "offence", "side"])
    for row, earlier in zip(rows[1::2], rows[::2], strict=True):
        row[1] = earlier[1]
    path = calls(tmp_path, columns, rows)
    survey = survey_files([path], named=Named(place="side", timezone="Europe/London"))
    doubt = next(d.doubt for d in survey.doubts if d.doubt.key == "[identity] columns")
    assert doubt.seen.startswith("100 rows have the 'case number' of an earlier one")
    city = read_city(decided(write_city_folder(tmp_path / "city", survey).folder))
    quality = judge_without_keeping(
        [path], source=city.sources[0], city=city, received_at=RECEIVED_AT
    ).quality
    batch = quality.batches[0].batch
    assert (100, 100) == (batch.rows_accepted, batch.rows_duplicate)


def test_blank_numbers_are_told(tmp_path: Path) -> None:
    """Rows without a number cannot be told apart: equal ones count each, and why is said."""
    survey = survey_files([calls(tmp_path, *rows_of(["crime id", "date", "offence", "place"], 99))])
    assert "count" == survey.sources[0].identity.repeats
    doubt = next(d.doubt for d in survey.doubts if d.doubt.key == "[identity] columns")
    assert doubt.seen.startswith("'crime id' is blank in 33 rows")


def test_records_count_from_the_end_of_a_long_silence(tmp_path: Path) -> None:
    """A year without a row between busy days is missing, not calm: base period and day follow."""
    days = [date(2022, 7, 1) + timedelta(k) for k in range(31)]
    days += [date(2023, 7, 1) + timedelta(k) for k in range(31)]
    rows = [(f"C{n:05}", days[n // 40], "Theft", ROADS[n % 7]) for n in range(62 * 40)]
    path = calls(tmp_path, ("id", "date", "offence", "town"), rows)
    survey = survey_files([path])
    assert (date(2023, 7, 1), date(2023, 7, 31)) == survey.base_period
    text = (write_city_folder(tmp_path / "city", survey).folder / "sources/calls.toml").read_text()
    assert "no row between 2022-07-31 and 2023-07-01" in text
    assert date(2023, 7, 1) == tomllib.loads(text)["first_day"]


def test_a_time_zone_that_was_said_is_no_doubt(tmp_path: Path) -> None:
    """The others are numbered without a gap."""
    path = american_portal(tmp_path)
    survey = survey_files([path], named=Named(timezone="America/Chicago"))
    done = write_city_folder(tmp_path / "city", survey, timezone="America/Chicago")
    assert "timezone" not in [d.doubt.key for d in done.doubts]
    assert list(range(1, len(done.doubts) + 1)) == [d.number for d in done.doubts]


def test_a_table_may_call_residents_all_ages(tmp_path: Path) -> None:
    """As Britain's statistical office does."""
    survey = survey_files([american_portal(tmp_path)])
    table = tmp_path / "census-2021.csv"
    rows = [(f"{name} Town", 1000 + n) for n, name in enumerate(AREAS)]
    table.write_text(delimited(("Area", "All ages"), rows))
    done = write_city_folder(tmp_path / "city", survey, population=table)
    assert len(AREAS) == done.n_populations


def test_the_folder_lists_the_categories_that_can_be_named(tmp_path: Path) -> None:
    """Code and words of each, by pillar."""
    survey = survey_files([american_portal(tmp_path)])
    readme = (write_city_folder(tmp_path / "city", survey).folder / "README.md").read_text()
    assert "- property: `break_and_enter` (Break and enter), `auto_theft` (Auto theft)" in readme


def test_a_shell_may_write_several_names_behind_from(tmp_path: Path) -> None:
    """What `--from *.csv` becomes is taken as it was meant."""
    columns, rows = rows_of(["id", "date", "offence", "place"])
    paths = [tmp_path / f"calls-{year}.csv" for year in (2023, 2024)]
    for path in paths:
        path.write_text(delimited(columns, rows))
    done = run_cli("init", tmp_path / "city", "--from", *paths, "--timezone", "Europe/London")
    assert 0 == done.returncode, done.stderr
    assert "calls-2023.csv, calls-2024.csv" in done.stdout
