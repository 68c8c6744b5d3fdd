"""`safety-index init`: what is found in files that nobody here has seen, and what is written."""

import json
import re
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.check import judge_without_keeping
from pipeline.city import read_city
from pipeline.errors import ConfigurationMistake, WrongUsage
from pipeline.survey.found import FoundSource, Survey
from pipeline.survey.layout import sample as sample_module
from pipeline.survey.survey import survey_files
from pipeline.survey.writing import folder as folder_module
from pipeline.survey.writing.folder import Written, write_city_folder
from reports.survey import print_survey
from tests.conftest import tree_bytes
from tests.spec.unseen_files import (
    AREAS,
    MAKERS,
    N_ROWS,
    ambiguous,
    american_portal,
    china_110,
    delimited,
    moments,
    population_table,
)

# kind | format, encoding | time, formats, precision | category | place | identity
EXPECTED = """
china_110       | csv gb18030      | 发生时间: %Y-%m-%d %H:%M:%S second
                | 反馈类别代码     | 辖区单位 | 接警单编号
american_portal | csv utf-8        | DATE OCC: %m/%d/%Y %I:%M:%S %p second
                | Crm Cd Desc      | AREA | DR_NO
chicago_like    | csv utf-8        | Date: %m/%d/%Y %I:%M:%S %p second
                | Primary Type     | Community Area | ID
taiwan          | csv cp950        | 發生日期: roc:%Y%m%d second
                | 案類             | 縣市/鄉鎮市區 | 編號
british_streets | csv utf-8        | Month: %Y-%m month
                | Crime type       | LSOA code | Crime ID/Month/Crime type/LSOA code
parquet         | parquet utf-8    | occurred_at: %Y-%m-%d %H:%M:%S second
                | offense          | neighborhood | incident_id
json_lines      | json utf-8       | reported: %Y-%m-%dT%H:%M:%SZ second
                | category         | area.ward | uuid
workbook        | excel utf-8      | Incident Date: %Y-%m-%d %H:%M:%S day
                | Offence          | Ward Code | Incident No
european        | csv windows-1252 | Date of offence: %d.%m.%Y %H:%M second
                | Offence type     | Municipalité | Case No
utf16           | csv utf-16       | 案发时间: %Y年%m月%d日 %H:%M second
                | 案件类型         | 镇街 | 案件编号
ambiguous       | csv utf-8        | incident date: %d/%m/%Y day
                | offence          | town | incident id
"""
CELLS = [cell.strip() for cell in re.sub(r"\n\s+\|", " |", EXPECTED).split("\n") if cell]
FINDINGS = {kind: rest for kind, *rest in (re.split(r"\s*\|\s*", line) for line in CELLS)}
PERSONAL = {
    "china_110": (
        ("报警人", "联系电话", "事发地址", "事件详情"),
        ("某某某", "13000000000", "人民路"),
    ),
    "american_portal": (("LOCATION",), ("MAIN ST",)),
    "chicago_like": (("Block",), ("LAKE ST",)),
    "british_streets": (("Location",), ("High Street",)),
    "json_lines": (("caller.phone",), ("020-555",)),
}
RECEIVED_AT = datetime(2024, 6, 1, tzinfo=UTC)


def found_in(maker: str, folder: Path) -> Survey:
    """The survey of one made file."""
    return survey_files([MAKERS[maker](folder)])


def summary(source: FoundSource) -> list[str]:
    """The findings of a source as the table above has them."""
    time = source.occurred
    assert time is not None
    return [
        f"{source.shape.format} {source.shape.encoding.encoding}",
        f"{time.column}: {', '.join(time.formats)} {time.precision}",
        "/".join(source.category),
        "/".join(source.place),
        "/".join(source.identity.columns),
    ]


def decided(folder: Path) -> Path:
    """Do what an analyst would: populations, time zone, first reading of dates."""
    towns = (folder / "towns.csv").read_text(encoding="utf-8")
    towns = re.sub(r",,$", ",5000,2020", towns, flags=re.MULTILINE)
    (folder / "towns.csv").write_text(towns, encoding="utf-8")
    for path in (folder / "city.toml", folder / "method.toml", *folder.glob("sources/*.toml")):
        text = path.read_text(encoding="utf-8")
        text = text.replace('timezone = ""', 'timezone = "Europe/Paris"')
        for key in ("first_day", "formats"):
            if f"\n{key} = " not in text:
                text = re.sub(rf"^# ({key} = )", r"\1", text, count=1, flags=re.MULTILINE)
        path.write_text(text, encoding="utf-8")
    return folder


def written(maker: str, folder: Path) -> tuple[Survey, Written]:
    """Survey a made file and write the folder `city`."""
    survey = found_in(maker, folder)
    return survey, write_city_folder(folder / "city", survey)


def calls(folder: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """A small CSV in UTF-8."""
    path = folder / "calls.csv"
    path.write_text(delimited(columns, rows), encoding="utf-8")
    return path


def test_the_table_names_every_kind_of_file() -> None:
    """No kind that can be made is left out of the table of findings."""
    assert list(FINDINGS) == list(MAKERS)


@pytest.mark.parametrize("maker", MAKERS)
def test_each_kind_of_file_is_understood(maker: str, tmp_path: Path) -> None:
    """Format, encoding, time, category, place and identity are found from the values."""
    survey = found_in(maker, tmp_path)
    assert FINDINGS[maker] == summary(survey.sources[0])
    assert survey.sources[0].n_rows == N_ROWS == sum(t.n_rows for t in survey.towns)


@pytest.mark.parametrize("maker", MAKERS)
def test_once_the_blanks_are_filled_every_row_is_accepted(maker: str, tmp_path: Path) -> None:
    """The written folder reads the sample as the survey did: no row is rejected or misplaced."""
    survey, done = written(maker, tmp_path)
    city = read_city(decided(done.folder))
    quality = judge_without_keeping(
        list(survey.sources[0].paths),
        source=city.sources[0],
        city=city,
        received_at=RECEIVED_AT,
    ).quality
    batch = quality.batches[0].batch
    assert (N_ROWS, N_ROWS) == (batch.rows_read, batch.rows_accepted)
    assert ((), ()) == (quality.unmatched_places, quality.unmapped_categories)


@pytest.mark.parametrize("maker", PERSONAL)
def test_columns_that_may_point_at_a_person_are_left_out(
    maker: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are named as left out; none of their values is written, printed or in the document."""
    columns, texts = PERSONAL[maker]
    survey, done = written(maker, tmp_path)
    assert columns == survey.sources[0].personal
    print_survey(survey, done)
    files = b"".join(tree_bytes(done.folder).values()).decode()
    output = files + capsys.readouterr().out + json.dumps(survey.as_json(), ensure_ascii=False)
    assert [] == [text for text in texts if text in output]


def test_dates_that_can_be_read_two_ways_are_refused_until_decided(tmp_path: Path) -> None:
    """Where no value tells the day from the month, both readings stand there as comments."""
    survey, done = written("ambiguous", tmp_path)
    path = done.folder / "sources" / "calls.toml"
    text = path.read_text(encoding="utf-8")
    assert ["[occurred] formats", "timezone"] == [
        numbered.doubt.key for numbered in survey.doubts if numbered.doubt.blocks
    ]
    assert '# formats = ["%d/%m/%Y"]\n# formats = ["%m/%d/%Y"]\n' in text
    city_toml = done.folder / "city.toml"
    city_toml.write_text(
        city_toml.read_text(encoding="utf-8").replace('timezone = ""', 'timezone = "UTC"'),
        encoding="utf-8",
    )
    with pytest.raises(ConfigurationMistake, match=r"occurred\.formats: Field required"):
        read_city(done.folder)


def test_the_whole_column_decides_on_day_and_month(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days above twelve far behind the sample are enough."""
    monkeypatch.setattr(sample_module, "SAMPLE_ROWS", 50)
    rows = [(n, f"{1 + n % 12:02}/{1 + n % 9:02}/2024", "Alder", "Theft") for n in range(200)]
    rows += [(300 + n, f"05/2{n}/2024", "Birch", "Arson") for n in range(5)]
    survey = survey_files([calls(tmp_path, ("id", "date", "town", "offence"), rows)])
    time = survey.sources[0].occurred
    assert time is not None
    assert (("%m/%d/%Y",),) == time.choices


def test_two_formats_of_one_column_are_both_declared(tmp_path: Path) -> None:
    """A column that changed its format in the middle is read to its end."""
    rows = [
        (
            n,
            f"{at:%Y-%m-%d}" if n < 500 else f"{at:%d.%m.%Y}",
            "Alder" if n % 2 else "Birch",
            "Theft",
        )
        for n, at in enumerate(moments())
    ]
    survey = survey_files([calls(tmp_path, ("id", "date", "town", "offence"), rows)])
    time = survey.sources[0].occurred
    assert time is not None
    assert ({"%Y-%m-%d", "%d.%m.%Y"}, 1.0) == (set(time.formats), time.share_read)


def test_midnights_in_utc_are_local_days(tmp_path: Path) -> None:
    """Moments that are all midnights of one zone are days, and the zone is proposed."""
    rows = [
        (n, f"{at:%Y-%m-%d}T{4 if 3 < at.month < 11 else 5:02}:00:00Z", AREAS[n % 6], "Theft")
        for n, at in enumerate(moments())
        if at.month not in (3, 11)
    ]
    survey = survey_files([calls(tmp_path, ("id", "date", "ward", "offence"), rows)])
    time = survey.sources[0].occurred
    assert time is not None
    assert ("day", "UTC", "America/New_York") == (time.precision, time.zone, survey.timezone)


def test_yearly_files_are_one_source(tmp_path: Path) -> None:
    """Files with the same columns are deliveries of one source, appended."""
    for year in (2022, 2023):
        rows = [
            (n, f"{at:%Y-%m-%d}", AREAS[n % 6], "Theft")
            for n, at in enumerate(moments())
            if at.year == year
        ]
        path = tmp_path / f"calls-{year}.csv"
        path.write_text(delimited(("id", "date", "ward", "offence"), rows), encoding="utf-8")
    survey = survey_files([tmp_path])
    done = write_city_folder(tmp_path / "new" / "city", survey)
    declared = tomllib.loads((done.folder / "sources/calls.toml").read_text(encoding="utf-8"))
    assert (1, ["calls-*.csv"], "append") == (
        len(survey.sources),
        declared["files"],
        declared["delivery"],
    )


def test_spellings_of_one_town_are_one_town(tmp_path: Path) -> None:
    """Case, suffixes and traditional characters do not make a town; two kinds of place do."""
    words = ("Hatfield Boro", "HATFIELD TWP", "Abington", "ABINGTON TWP.", "乾务镇", "乾務鎮")
    rows = [(n, f"{at:%Y-%m-%d}", words[n % 6], "Theft") for n, at in enumerate(moments())]
    survey = survey_files([calls(tmp_path, ("id", "date", "town", "offence"), rows)])
    found = {frozenset(value for value, _ in town.values) for town in survey.towns}
    assert {
        frozenset({"Hatfield Boro"}),
        frozenset({"HATFIELD TWP"}),
        frozenset({"Abington", "ABINGTON TWP."}),
        frozenset({"乾务镇", "乾務鎮"}),
    } == found


def test_unknown_places_are_no_town(tmp_path: Path) -> None:
    """Blank and `unknown` are counted as not located; a formula stands in no table."""
    words = ("Alder", "Birch", "", "UNKNOWN", "=1+1")
    rows = [(n, f"{at:%Y-%m-%d}", words[n % 5], "Theft") for n, at in enumerate(moments())]
    survey = survey_files([calls(tmp_path, ("id", "date", "town", "offence"), rows)])
    assert (["Alder", "Birch"], 320, (("=1+1", 160),)) == (
        [town.name for town in survey.towns],
        survey.n_not_located,
        survey.left_out_places,
    )


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_populations_are_filled_in_by_name(tmp_path: Path, suffix: str) -> None:
    """Names are matched as places are; the year comes from the column's name."""
    survey = survey_files([american_portal(tmp_path)])
    table = population_table(tmp_path, [f"{name} Town" for name in AREAS], suffix=suffix)
    done = write_city_folder(tmp_path / "city", survey, population=table)
    assert done.n_populations == len(AREAS)
    city = read_city(done.folder)
    assert {f"{n + 1:02}": (1000 + n, 2020) for n in range(6)} == {
        town.town_id: (town.population, town.population_year) for town in city.towns.values()
    }


def test_a_town_without_population_is_a_doubt(tmp_path: Path) -> None:
    """What the table lacks stays blank, is named, and keeps the folder from being used."""
    survey = survey_files([american_portal(tmp_path)])
    table = population_table(tmp_path, AREAS[1:])
    done = write_city_folder(tmp_path / "city", survey, population=table)
    last = done.doubts[-1].doubt
    assert ("towns.csv", "population", True) == (last.file, last.key, last.blocks)
    assert "Central" in last.seen
    with pytest.raises(ConfigurationMistake, match=r"population of 1 town.* is missing"):
        read_city(done.folder)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A folder that holds anything is refused and left as it is; an empty one is filled."""
    survey = survey_files([ambiguous(tmp_path)])
    city = tmp_path / "city"
    city.mkdir()
    write_city_folder(city, survey)
    before = tree_bytes(city)
    with pytest.raises(WrongUsage, match="not empty"):
        write_city_folder(city, survey)
    assert before == tree_bytes(city)


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is there whole or not at all."""
    survey = survey_files([ambiguous(tmp_path)])

    def fails(*_: object, **__: object) -> str:
        return "\ud800"  # no text: it cannot be encoded

    monkeypatch.setattr(folder_module, "readme", fails)
    with pytest.raises(UnicodeEncodeError):
        write_city_folder(tmp_path / "city", survey)
    assert ["calls.csv"] == [path.name for path in tmp_path.iterdir()]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """No clock, order or random state reaches the folder."""
    path = china_110(tmp_path)
    trees = []
    for parent in ("one", "two"):
        done = write_city_folder(tmp_path / parent / "city", survey_files([path]))
        trees.append(tree_bytes(done.folder))
    assert trees[0] == trees[1]


def test_doubts_have_the_same_number_everywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal, the files and the document number the doubts alike."""
    survey, done = written("ambiguous", tmp_path)
    print_survey(survey, done)
    printed = re.findall(r"^ +(\d+)\. \S+, .+: (.{20})", capsys.readouterr().out, re.MULTILINE)
    assert [(str(d.number), d.doubt.seen[:20]) for d in done.doubts] == printed
    texts = "".join(
        path.read_text(encoding="utf-8") for path in sorted(done.folder.rglob("*.toml"))
    )
    marked = re.findall(r"^# DOUBT (\d+): (.{20})", texts, re.MULTILINE)
    in_toml = [d for d in survey.doubts if d.doubt.file.endswith(".toml")]
    assert sorted((str(d.number), d.doubt.seen[:20]) for d in in_toml) == sorted(marked)
    assert [d.as_json() for d in done.doubts] == done.as_json()["doubts"]


def test_numbers_among_names_are_matched_by_the_table_of_populations(tmp_path: Path) -> None:
    """Where some wrote the town's code, the table that has both tells the town, and the year."""
    words = (*AREAS, "001", "００２")
    rows = [(n, f"{at:%Y-%m-%d}", words[n % 8], "Theft") for n, at in enumerate(moments())]
    survey = survey_files([calls(tmp_path, ("id", "date", "ward", "offence"), rows)])
    assert (6, {"001", "００２"}) == (len(survey.towns), {v for v, _ in survey.left_out_places})
    lines = [f"00{n},{name},{1000 + n},2021" for n, name in enumerate(AREAS)]
    table = tmp_path / "wards.csv"
    table.write_text("\n".join(["code,name,population,year", *lines]) + "\n", encoding="utf-8")
    done = write_city_folder(tmp_path / "city", survey, population=table, timezone="UTC")
    city = read_city(done.folder)
    assert {"001": "rampart", "００２": "southwest"} == {
        word: town for word, town in city.places.items() if word.isdecimal()
    }
    assert {2021} == {town.population_year for town in city.towns.values()}
    assert ["delivery"] == [numbered.doubt.key for numbered in done.doubts]


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    """Nothing is written that could not be read."""
    survey = survey_files([ambiguous(tmp_path)])
    with pytest.raises(WrongUsage, match="no time zone"):
        write_city_folder(tmp_path / "city", survey, timezone="Mars/Olympus")
    assert not (tmp_path / "city").exists()


def test_codes_that_no_mapping_knows_keep_their_label(tmp_path: Path) -> None:
    """The word beside a code stands in its line, to be judged by."""
    kinds = (("100100", "甲"), ("100200", "乙"), ("980100", "丙"))
    rows = [(n, f"{at:%Y-%m-%d}", AREAS[n % 6], *kinds[n % 3]) for n, at in enumerate(moments())]
    columns = ("id", "日期", "镇街", "案件类别代码", "案件类别")
    done = write_city_folder(
        tmp_path / "city", survey_files([calls(tmp_path, columns, rows)]), timezone="UTC"
    )
    lines = (done.folder / "categories.csv").read_text(encoding="utf-8").splitlines()
    reason = "called 丙"
    assert [True] == [reason in line for line in lines if line.startswith("980100")]
