"""`history`: which stored editions would come out otherwise now, and for what reason."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import methods as method_files
from pipeline.editions import stale
from pipeline.settings import METHODS_FOLDER, VOCABULARY_FILE
from tests.spec.test_period_runs import call, calls, two_years

METHODS = ("standard", "huizhou-2016")
Alder = tuple[Path, Path, Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Alder County and a home with February by two methods; never changed."""
    folder = tmp_path_factory.mktemp("history")
    city, home = two_years(folder / "alder"), folder / "home"
    (city / "records" / "calls-1.csv").write_bytes(calls(date(2025, 3, 10)))
    for method in METHODS:
        done = call("run", "--city", city, "--home", home, "--method", method,
                    "--period", "2025-02")  # fmt: skip
        assert done.exit_code == 0, done.stderr
    return city, home


@pytest.fixture
def alder(made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Alder:
    """Copies of the city, the home and the method files, to be changed."""
    folder = shutil.copytree(METHODS_FOLDER, tmp_path / "methods")
    monkeypatch.setattr(method_files.find_method, "__defaults__", (folder,))
    monkeypatch.setattr(method_files.list_methods, "__defaults__", (folder,))
    city, home = (shutil.copytree(path, tmp_path / path.name) for path in made)
    return city, home, folder


def states(alder: Alder) -> dict[str, list[str]]:
    """Reasons by method; the lines for a terminal must say the same as the document."""
    asked = ("history", "--city", alder[0], "--home", alder[1])
    done = call(*asked, "--json")
    assert done.exit_code == 0, done.stderr
    editions: list[dict[str, Any]] = json.loads(done.stdout)["data"]["editions"]
    for edition, line in zip(editions, call(*asked).stdout.splitlines(), strict=True):
        reasons = ", ".join(edition["reasons"])
        assert ("current" if edition["state"] == "current" else f"stale: {reasons}") in line
        assert (edition["state"] == "stale") == bool(reasons)
        assert [edition["method"], f"{edition['period']}/{edition['edition']}"] == line.split()[:2]
    return {edition["method"]: edition["reasons"] for edition in editions}


def change(path: Path, old: str, new: str) -> None:
    """Put another text in one place of a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_what_was_just_made_is_current(alder: Alder) -> None:
    """Nothing has changed since: no edition has a reason."""
    assert {method: [] for method in METHODS} == states(alder)


def test_a_changed_weight_marks_its_method_stale(alder: Alder) -> None:
    """Only editions of the changed method are stale; put back, they are current again."""
    path = alder[2] / "huizhou-2016.toml"
    before = path.read_bytes()
    change(path, "value = 60", "value = 61")
    assert {"standard": [], "huizhou-2016": ["method changed"]} == states(alder)
    path.write_bytes(before)
    assert {"standard": [], "huizhou-2016": []} == states(alder)


def test_a_rerun_under_the_changed_method_is_a_revision(alder: Alder) -> None:
    """With the new weight the month becomes r1, which is current; r0 still lies there."""
    change(alder[2] / "huizhou-2016.toml", "value = 60", "value = 90")
    done = call("run", "--city", alder[0], "--home", alder[1], "--method", "huizhou-2016",
                "--period", "2025-02", "--json")  # fmt: skip
    assert json.loads(done.stdout)["data"]["edition"] == "r1"
    assert [] == states(alder)["huizhou-2016"]
    folder = alder[1] / "site" / "methods" / "huizhou-2016" / "2025-02"
    assert {"r0", "r1"} == {path.name for path in folder.iterdir()}


def test_a_method_that_is_gone_is_told(alder: Alder) -> None:
    """Its editions stay, and say that the file is not there any more."""
    (alder[2] / "huizhou-2016.toml").unlink()
    assert {"standard": [], "huizhou-2016": ["method gone"]} == states(alder)


def test_new_records_mark_all_editions(alder: Alder) -> None:
    """A delivery may bring late reports of any day: all editions are as of the one before."""
    late = alder[0] / "records" / "calls-2.csv"
    late.write_bytes(calls(date(2025, 3, 15)))
    done = call("ingest", late, "--source", "calls", "--city", alder[0], "--home", alder[1])
    assert done.exit_code == 0, done.stderr
    assert {method: ["records arrived"] for method in METHODS} == states(alder)


def test_a_changed_table_of_the_city_marks_all_editions(alder: Alder) -> None:
    """Another population gives other rates under every method."""
    change(alder[0] / "towns.csv", "10000", "11000")
    assert {method: ["city tables changed"] for method in METHODS} == states(alder)


def test_a_changed_vocabulary_marks_all_editions(
    alder: Alder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind that changes its group changes what a method counts."""
    path = alder[2].parent / "vocabulary.toml"
    path.write_bytes(VOCABULARY_FILE.read_bytes() + b"\n# another\n")
    monkeypatch.setattr(method_files, "VOCABULARY_FILE", path)
    assert {method: ["vocabulary changed"] for method in METHODS} == states(alder)


def test_reasons_are_told_together(alder: Alder) -> None:
    """Two changes are two reasons, in a fixed order."""
    change(alder[2] / "huizhou-2016.toml", "value = 60", "value = 61")
    change(alder[0] / "towns.csv", "10000", "11000")
    both = [stale.METHOD_CHANGED, stale.CITY_CHANGED]
    assert {"standard": [stale.CITY_CHANGED], "huizhou-2016": both} == states(alder)


def test_an_empty_home_has_no_history(tmp_path: Path, made: tuple[Path, Path]) -> None:
    """Without a night the answer is an error with advice, and not an empty table."""
    done = call("history", "--city", made[0], "--home", tmp_path)
    assert done.exit_code == 1
    assert "try:" in done.stderr
