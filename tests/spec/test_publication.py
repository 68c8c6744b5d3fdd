"""What is published: whole folders, the contract's files, the same numbers everywhere."""

import csv
import hashlib
import html
import io
import json
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.settings import REPOSITORY
from tests.conftest import FIRST_NIGHT, run_cli, tree_bytes, write_city

RANKING = [  # in this order, under these names
    *("date", "edition", "method", "rank", "rank_low", "rank_high", "town_id", "town_name"),
    *("district", "score", "score_low", "score_high", "level", "obs_status"),
]
COMPONENTS = [
    *("date", "edition", "town_id", "pillar", "category", "count", "expected", "points_lost"),
    "obs_status",
]
R0 = "2021-12-31/r0"
STATUSES = {"normal", "provisional", "missing", "suppressed", "not rated", "break"}


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a published CSV."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@pytest.fixture(scope="module", params=["toronto", "montgomery"])
def home(request: pytest.FixtureRequest) -> Path:
    """Each of the two real cities."""
    return Path(request.getfixturevalue(f"{request.param}_home"))


def edition_folder(home: Path, tree: str = "site") -> Path:
    """The one edition that lies there."""
    [folder] = [path.parent for path in (home / tree).glob("????-??-??/r0/SHA256SUMS")]
    return folder


PAGES = ("index", "method", "sensitivity")


def test_the_tree_has_the_shape_of_the_contract(toronto_home: Path) -> None:
    """Both trees hold a folder for the edition, a whole copy called latest, and nothing else."""
    public = {
        "ranking.csv",
        "ranking.excel.csv",
        "ranking.json",
        "components.csv",
        "edition.json",
        "datapackage.json",
        "districts.csv",
        "headline.csv",
        "sensitivity.csv",
        "SHA256SUMS",
        *(f"{lang}/{page}.html" for lang in ("zh", "en") for page in PAGES),
    }
    folders = (R0, "2021-12/r0", "2021-12-16--2021-12-31/r0", "latest")
    site = {f"{folder}/{name}" for folder in folders for name in public}
    site |= {"index.html", "methods/standard/zh/index.html", "methods/standard/en/index.html"}
    assert site == set(tree_bytes(toronto_home / "site"))
    internal = set(tree_bytes(toronto_home / "internal" / R0))
    assert {"quality.json", "en/quality.html", "zh/quality.html", "components.csv"} <= internal


def test_latest_is_a_copy(home: Path) -> None:
    """The folder `latest` has the bytes of the newest edition."""
    for tree in ("site", "internal"):
        assert tree_bytes(edition_folder(home, tree)) == tree_bytes(home / tree / "latest")


def test_checksums_hold(home: Path) -> None:
    """SHA256SUMS names every other file with its hash."""
    files = tree_bytes(edition_folder(home))
    lines = files.pop("SHA256SUMS").decode().splitlines()
    assert [
        f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in sorted(files.items())
    ] == lines


def test_files_begin_with_the_columns_of_the_contract(home: Path) -> None:
    """Names and order are promised; later columns are only appended."""
    folder = edition_folder(home)
    ranking, components = read_rows(folder / "ranking.csv"), read_rows(folder / "components.csv")
    assert list(ranking[0])[: len(RANKING)] == RANKING
    assert list(components[0]) == COMPONENTS
    assert {row["obs_status"] for row in ranking + components} <= STATUSES
    content = (folder / "ranking.csv").read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content


def test_points_lost_add_up_exactly(home: Path) -> None:
    """The points lost by category sum to 100 - score, as decimals, in every town (promise 7)."""
    folder = edition_folder(home)
    lost: dict[str, Decimal] = {}
    for row in read_rows(folder / "components.csv"):
        lost[row["town_id"]] = lost.get(row["town_id"], Decimal(0)) + Decimal(row["points_lost"])
    scores = {row["town_id"]: Decimal(row["score"]) for row in read_rows(folder / "ranking.csv")}
    assert {town: 100 - score for town, score in scores.items()} == lost


def test_ranks_follow_from_the_printed_scores(home: Path) -> None:
    """A rank is one more than the number of towns with a higher printed score; ranges hold it."""
    rows = [row for row in read_rows(edition_folder(home) / "ranking.csv") if row["rank"]]
    scores = [Decimal(row["score"]) for row in rows]
    for row, score in zip(rows, scores, strict=True):
        assert 1 + sum(other > score for other in scores) == int(row["rank"])
        assert int(row["rank_low"]) <= int(row["rank"]) <= int(row["rank_high"])
        assert Decimal(row["score_low"]) <= score <= Decimal(row["score_high"])
        cuts = (Decimal(90), Decimal(80), Decimal(70))
        assert 1 + sum(score < cut for cut in cuts) == int(row["level"])


def test_csv_json_and_page_say_the_same(home: Path) -> None:
    """JSON rows equal CSV rows, and the page prints each score beside its town."""
    folder = edition_folder(home)
    rows = read_rows(folder / "ranking.csv")
    towns = json.loads((folder / "ranking.json").read_text(encoding="utf-8"))["data"]["towns"]
    assert [(row["town_id"], Decimal(row["score"])) for row in rows] == [
        (town["town_id"], Decimal(str(town["score"]))) for town in towns
    ]
    for language in ("en", "zh"):
        page = (folder / language / "index.html").read_text(encoding="utf-8")
        for row in rows:
            line = page.split(f'<tr id="t-{row["town_id"]}">')[1].split("</tr>")[0]
            assert f'<td class="number score">{row["score"]}</td>' in line
            assert f"<b>{row['rank']}</b>" in line


def test_codes_survive_a_spreadsheet(toronto_home: Path) -> None:
    """Both files keep the zeros of town_id 001; the spreadsheet's has BOM and CRLF."""
    plain = (toronto_home / "site" / R0 / "ranking.csv").read_bytes()
    excel = (toronto_home / "site" / R0 / "ranking.excel.csv").read_bytes()
    assert b",001,West Humber-Clairville," in plain
    assert b',"=""001""",West Humber-Clairville,' in excel
    assert excel.startswith(b"\xef\xbb\xbfdate,edition,")
    assert excel.count(b"\r\n") == excel.count(b"\n") == 141


def test_no_count_of_a_town_is_public(home: Path) -> None:
    """The public components withhold counts and say so; the internal ones have them all."""
    folder = edition_folder(home)
    public = read_rows(folder / "components.csv")
    assert {("", "suppressed")} == {(row["count"], row["obs_status"]) for row in public}
    internal = read_rows(edition_folder(home, "internal") / "components.csv")
    assert all(row["count"].isdigit() for row in internal)
    assert [row["points_lost"] for row in public] == [row["points_lost"] for row in internal]


def test_nothing_of_a_person_or_a_machine_is_public(home: Path) -> None:
    """No coordinate, address, path or clock reaches the public tree."""
    for name, content in tree_bytes(home / "site").items():
        text = content.decode("utf-8")
        for trace in (str(home), str(REPOSITORY), "Station", "longitude", "received_at"):
            assert trace not in text, (name, trace)
        assert "http://" not in text.replace("http://www.w3.org", ""), name


def test_pages_ask_nothing_from_elsewhere(home: Path) -> None:
    """A page is one file: no script, style attribute, image or font, and a policy says so."""
    for name, content in tree_bytes(home / "site").items():
        if name.endswith(".html"):
            page = html.unescape(content.decode("utf-8"))
            assert "default-src 'none'" in page, name
            for trace in ("<script", " style=", "<img", '<link rel="stylesheet', "@import", "url("):
                assert trace not in page, (name, trace)
            assert len(content) < 200_000, name


def test_a_second_night_changes_no_byte(toronto_home: Path, tmp_path: Path) -> None:
    """The same inputs give the same trees, in the same home and in a fresh one (promise 3)."""
    before = tree_bytes(toronto_home / "site"), tree_bytes(toronto_home / "internal")
    home = tmp_path / "家 with spaces"
    shutil.copytree(toronto_home, home)
    again = run_cli("run", "--home", home, TZ="Asia/Shanghai", LANG="zh_CN.UTF-8")
    fresh = run_cli("run", "--home", tmp_path / "fresh", PYTHONHASHSEED="7")
    assert (again.returncode, fresh.returncode) == (0, 0), again.stderr + fresh.stderr
    assert before == (tree_bytes(home / "site"), tree_bytes(home / "internal"))
    assert before == (
        tree_bytes(tmp_path / "fresh" / "site"),
        tree_bytes(tmp_path / "fresh" / "internal"),
    )


def test_a_lost_or_damaged_page_comes_back_the_same(toronto_home: Path, tmp_path: Path) -> None:
    """What is deleted or damaged is made again from the stored edition, byte for byte."""
    home = tmp_path / "home"
    shutil.copytree(toronto_home, home)
    before = tree_bytes(home / "site")
    shutil.rmtree(home / "site" / "latest")
    (home / "site" / R0 / "en" / "index.html").write_text("defaced")
    assert run_cli("run", "--home", home).returncode == 0
    assert before == tree_bytes(home / "site")


def test_an_older_day_leaves_latest_alone(toronto_home: Path, tmp_path: Path) -> None:
    """Running an older day adds its folder; latest and the older edition stay as they are."""
    home = tmp_path / "home"
    shutil.copytree(toronto_home, home)
    latest = tree_bytes(home / "site" / "latest")
    assert run_cli("run", "--home", home, "--date", "2020-05-05").returncode == 0
    assert latest == tree_bytes(home / "site" / "latest")
    assert latest == tree_bytes(home / "site" / R0)
    front = (home / "site" / "index.html").read_text(encoding="utf-8")
    assert front.index("2021-12-31/r0/en") < front.index("2020-05-05/r0/en")


def test_night_after_night_in_one_home(toronto_home: Path, tmp_path: Path) -> None:
    """The warehouse grows and shrinks with its nights; each of them finds it sound."""
    home = tmp_path / "home"
    shutil.copytree(toronto_home, home)
    for day in range(1, 7):
        done = run_cli("run", "--home", home, "--date", f"2021-06-0{day}")
        assert 0 == done.returncode, done.stderr
    assert 7 == len(list((home / "site").glob("????-??-??/r0")))
    reports = {path.parent.name for path in (home / "site").glob("2021-0*/r0")}
    assert {"2021-05", "2021-05-16--2021-05-31"} <= reports


def test_the_data_package_describes_the_files(home: Path) -> None:
    """datapackage.json lists each column of each CSV, and codes are strings."""
    folder = edition_folder(home)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
        header = (folder / resource["path"]).read_text(encoding="utf-8").split("\n", 1)[0]
        assert header.split(",") == list(fields)
        assert fields.get("town_id", "string") == "string"
    tables = {path.stem for path in folder.glob("*.csv")} - {"ranking.excel"}
    assert tables == {resource["name"] for resource in package["resources"]}


def test_an_edition_names_what_it_was_made_from(home: Path) -> None:
    """edition.json has the hashes of inputs, method and city, and its files are in the archive."""
    facts = json.loads((edition_folder(home) / "edition.json").read_text(encoding="utf-8"))
    method = (REPOSITORY / "data" / "methods" / "standard.toml").read_bytes()
    assert hashlib.sha256(method).hexdigest() == facts["method_sha256"]
    for file in facts["inputs"]:
        kept = home / "archive" / file["sha256"][:2] / file["sha256"]
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == file["sha256"]


def test_a_night_needs_no_network(tmp_path: Path, toronto_home: Path) -> None:
    """With the network cut a run gives the same bytes (promise 10)."""
    cut = subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False)
    if cut.returncode:
        pytest.skip("cutting the network needs root (unshare --net)")
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-m", "cli", "run", "--home", tmp_path / "home"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    assert tree_bytes(toronto_home / "site") == tree_bytes(tmp_path / "home" / "site")


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    """Markup in a town's name, a district or a licence is shown as it is and does nothing."""
    folder = write_city(tmp_path / "alder")
    towns = folder / "towns.csv"
    text = towns.read_text(encoding="utf-8")
    hostile = "<script>alert(1)</script>"
    towns.write_text(
        text.replace("Birch,桦树镇,North", f'"{hostile}","<img src=x onerror=y>","{hostile}"'),
        encoding="utf-8",
    )
    (folder / "records" / "calls-1.csv").write_bytes(FIRST_NIGHT)
    done = run_cli("run", "--city", folder, "--home", tmp_path / "home")
    assert 0 == done.returncode, done.stderr
    for language, name in (("en", hostile), ("zh", "<img src=x onerror=y>")):
        page = (tmp_path / "home" / "site" / "latest" / language / "index.html").read_text()
        assert name not in page
        assert html.escape(name) in page
