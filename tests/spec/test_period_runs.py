"""`run` with other methods, periods and base years: what is made, where it lies, what stays."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import cli
from pipeline.settings import REPOSITORY
from tests.conftest import calls_csv, tree_bytes, write_city

LONGEST_WAIT = 60
TREES = ("site", "internal")
LEAD = ("2025-03-31/r0", "2025-03-16--2025-03-31/r0", "2025-03/r0")


def calls(last: date, *, each_day: int = 6) -> bytes:
    """Some calls a day from New Year 2024 on, in turn in three towns and of three kinds."""
    towns, kinds = ("ALDER", "BIRCH", "BIRCH", "CEDAR"), ("ASSAULT", "ROBBERY", "BURGLARY")
    first = date(2024, 1, 1)
    n_calls = ((last - first).days + 1) * each_day
    return calls_csv(
        (
            str(n),
            f"{first + timedelta(days=n // each_day)}",
            towns[n * n % 11 % 4],
            kinds[n % 7 % 3],
        )
        for n in range(n_calls)
    )


def two_years(folder: Path) -> Path:
    """Alder County with records from 2024 on: most methods compare with the year before."""
    city = write_city(folder)
    source = city / "sources" / "calls.toml"
    text = source.read_text(encoding="utf-8").replace("2025-01-01", "2024-01-01")
    source.write_text(text, encoding="utf-8")
    return city


def call(*arguments: object) -> Result:
    """The command in this process, which is quicker."""
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def trees(home: Path) -> dict[str, bytes]:
    """Both trees."""
    return {
        f"{tree}/{name}": content
        for tree in TREES
        for name, content in tree_bytes(home / tree).items()
    }


Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Alder County, and a home in which the night of 31 March has run; never changed."""
    folder = tmp_path_factory.mktemp("periods")
    city, home = two_years(folder / "alder"), folder / "home"
    (city / "records" / "calls-1.csv").write_bytes(calls(date(2025, 3, 31)))
    done = call("run", "--city", city, "--home", home)
    assert done.exit_code == 0, done.stderr
    return city, home


@pytest.fixture
def home(first_night: tuple[Path, Path], tmp_path: Path) -> Path:
    """A copy of that home."""
    return shutil.copytree(first_night[1], tmp_path / "home")


@pytest.fixture
def run(first_night: tuple[Path, Path], home: Path) -> Run:
    """Run in the copy and give what the document says."""

    def run_in(*arguments: object) -> dict[str, Any]:
        done = call("run", "--city", first_night[0], "--home", home, "--json", *arguments)
        assert done.exit_code == 0, done.stderr
        data: dict[str, Any] = json.loads(done.stdout)["data"]
        return data

    return run_in


def test_the_last_night_of_a_month_makes_its_reports(first_night: tuple[Path, Path]) -> None:
    """On 31 March the day, the half month and the month are made; `latest` is the day."""
    site = first_night[1] / "site"
    made = {path.relative_to(site).as_posix() for path in site.glob("2*/r*")}
    assert set(LEAD) == made
    day = (site / "2025-03-31" / "r0" / "SHA256SUMS").read_bytes()
    assert day == (site / "latest" / "SHA256SUMS").read_bytes()


def test_within_a_month_only_missing_reports_are_made(run: Run, home: Path) -> None:
    """10 March lacks the reports of February, once; 11 March lacks none any more."""
    nights = [run("--date", day) for day in ("2025-03-10", "2025-03-10", "2025-03-11")]
    periods = [[other["period"] for other in night["others"]] for night in nights]
    assert [["2025-02-16--2025-02-28", "2025-02"], [], []] == periods
    assert (home / "site" / "2025-02" / "r0" / "zh" / "index.html").is_file()


@pytest.mark.parametrize(
    ("wanted", "period"),
    [
        ("week", "2025-W13"),
        ("ten_days", "2025-03-21--2025-03-31"),
        ("half_month", "2025-03-16--2025-03-31"),
        ("month", "2025-03"),
        ("quarter", "2025-Q1"),
        ("2025-02", "2025-02"),
        ("2025-02-03--2025-02-20", "2025-02-03--2025-02-20"),
        ("2025-W07", "2025-W07"),
    ],
)
@pytest.mark.parametrize("method", ["standard", "huizhou-2016"])
def test_any_period_can_be_run(run: Run, home: Path, method: str, wanted: str, period: str) -> None:
    """A kind means its newest whole period, a label the period itself; one edition is made."""
    made = run("--method", method, "--period", wanted)
    below = "" if method == "standard" else f"methods/{method}/"
    assert ((period, method, []), str(home / "site" / below / period / "r0")) == (
        (made["period"], made["method"], made["others"]),
        made["site"],
    )
    names = {path.name for path in Path(made["site"]).iterdir()}
    assert {"zh", "en", "ranking.csv", "edition.json", "SHA256SUMS"} <= names


def test_another_method_leaves_the_leading_one_alone(run: Run, home: Path) -> None:
    """Its editions lie below its own page; of what was there only the front page changes."""
    before = trees(home)
    made = run("--method", "huizhou-2016")
    after = trees(home)
    assert {"site/index.html"} == {name for name in before if before[name] != after.get(name)}
    new = {name.split("/2025")[0] for name in after.keys() - before.keys()}
    pages = {f"site/methods/huizhou-2016/{code}/index.html" for code in ("en", "zh")}
    assert {f"{tree}/methods/huizhou-2016" for tree in TREES} | pages == new
    assert made["site"].endswith("site/methods/huizhou-2016/2025-03-21--2025-03-31/r0")


def test_the_front_page_leads_to_editions_of_every_method(run: Run, home: Path) -> None:
    """The leading editions stand above, the others below their method; no edition is left out."""
    run("--method", "huizhou-2016")
    front = (home / "site" / "index.html").read_text(encoding="utf-8")
    site = home / "site"
    pages = [path.relative_to(site).as_posix() for path in site.rglob("r0/*/index.html")]
    assert len(pages) == 8
    assert [page for page in pages if f'href="{page}"' not in front] == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--method", "huizhou-2016"),
        ("--period", "month", "--base", "2024"),
        ("--method", "huizhou-2016", "--period", "week"),
    ],
    ids=" ".join,
)
def test_a_second_run_changes_no_byte(run: Run, home: Path, arguments: tuple[str, ...]) -> None:
    """The same call again publishes nothing new and leaves both trees as they are."""
    run(*arguments)
    before = trees(home)
    assert not run(*arguments)["is_new"]
    assert before == trees(home)


def test_a_base_year_is_kept(run: Run, home: Path) -> None:
    """A month with a base year is a revision; a rerun without one keeps the comparison."""
    revised = run("--period", "month", "--base", "2024")
    again = run("--period", "month")
    assert [("r1", True), ("r1", False)] == [
        (made["edition"], made["is_new"]) for made in (revised, again)
    ]
    lines = (home / "site/2025-03/r1/headline.csv").read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index("comparison")
    assert "base" in {line.split(",")[at] for line in lines[1:]}


WRONG = {  # arguments -> exit code, seen, advice
    ("--period", "fortnight"): (2, "--period fortnight", "--period month"),
    ("--period", "2025-13"): (2, "2025-13", "--period month"),
    ("--period", "range"): (2, "--period range", "--period month"),
    ("--period", "2025-03-20--2025-03-01"): (2, "2025-03-20", "--period month"),
    ("--period", "2025-03", "--date", "2025-03-01"): (2, "both name a period", "--period 2025-03"),
    ("--date", "2025-02-30"): (2, "2025-02-30 is no day", "--date"),
    ("--method", "nowhere-1999"): (2, "no method 'nowhere-1999'", "methods list"),
    ("--method", "../../etc/passwd"): (2, "no method '../../etc/passwd'", "methods list"),
    ("--base", "1066"): (2, "--base", "1900"),
    ("--period", "2025-04"): (1, "not covered in full", "--date with an earlier day"),
    ("--period", "2025"): (1, "not covered in full", "2024-01-01--2025-03-31"),
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_wishes_are_refused_with_advice(
    first_night: tuple[Path, Path], home: Path, arguments: tuple[str, ...]
) -> None:
    """The exit code tells the kind of mistake, the text what was seen and to try; nothing moves."""
    before = trees(home)
    done = call("run", "--city", first_night[0], "--home", home, *arguments)
    code, seen, advice = WRONG[arguments]
    told = " ".join(done.stderr.split())
    assert code == done.exit_code, told
    assert seen in told
    assert advice in told
    assert before == trees(home)


MOMENTS = {
    "pages are being written aside": lambda site: (site / ".staging").is_dir(),
    "the edition is being written aside": lambda site: any(
        (site / ".staging").glob("methods/*/*/r0")
    ),
    "the edition is in its place": lambda site: any(site.glob("methods/huizhou-2016/*/r0")),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_second_method_leaves_all_in_place(
    first_night: tuple[Path, Path], home: Path, tmp_path: Path, moment: str
) -> None:
    """Killed while it publishes, it changes no edition; the next run makes the undisturbed tree."""
    arguments = ["run", "--city", first_night[0], "--method", "huizhou-2016", "--home"]
    undisturbed = shutil.copytree(home, tmp_path / "undisturbed")
    assert call(*arguments, undisturbed).exit_code == 0
    before = trees(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *map(str, [*arguments, home])],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    started = time.monotonic()
    while not MOMENTS[moment](home / "site") and process.poll() is None:
        assert time.monotonic() - started < LONGEST_WAIT
        time.sleep(0.0005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(LONGEST_WAIT)

    kept = trees(home)
    firm = {name: content for name, content in before.items() if name != "site/index.html"}
    assert firm == {name: kept.get(name) for name in firm}
    assert call(*arguments, home).exit_code == 0
    assert trees(undisturbed) == trees(home)
