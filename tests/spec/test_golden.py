"""Pages and files of a made-up night, byte for byte; `make accept` takes new ones as golden."""

import difflib
import os
import shutil
from pathlib import Path

import pytest

from pipeline.settings import REPOSITORY
from tests.conftest import FIRST_NIGHT, run_cli, tree_bytes, write_city

GOLDEN = REPOSITORY / "tests" / "golden" / "alder-county"
ACTUAL = REPOSITORY / "tests" / "actual"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Both trees of a night in Alder County, where one town of three is too small to be rated."""
    folder = write_city(tmp_path_factory.mktemp("golden") / "alder")
    (folder / "records" / "calls-1.csv").write_bytes(FIRST_NIGHT)
    home = folder.parent / "home"
    done = run_cli("run", "--city", folder, "--home", home)
    assert done.returncode == 0, done.stderr
    trees = {tree: tree_bytes(home / tree) for tree in ("site", "internal")}
    return {
        f"{tree}/{name}": content
        for tree, files in trees.items()
        for name, content in files.items()
        if not name.startswith("latest/") and not name.endswith("SHA256SUMS")
    }


def test_the_night_is_the_golden_one(night: dict[str, bytes]) -> None:
    """Every file equals its golden copy; a difference is printed and left in tests/actual."""
    if os.environ.get("ACCEPT_GOLDEN"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
        write(night, GOLDEN)
    golden = tree_bytes(GOLDEN)
    if golden != night:
        shutil.rmtree(ACTUAL, ignore_errors=True)
        write(night, ACTUAL)
    assert sorted(golden) == sorted(night), "make accept takes the files in tests/actual as golden"
    for name, content in night.items():
        difference = difflib.unified_diff(
            golden[name].decode().splitlines(),
            content.decode().splitlines(),
            f"golden/{name}",
            f"actual/{name}",
            lineterm="",
        )
        assert "\n".join(difference) == "", "if this is meant: make accept"


def test_a_town_that_is_too_small_is_not_rated(night: dict[str, bytes]) -> None:
    """Cedar has no rank, no score and no level, and the page says why."""
    lines = night["site/2025-03-28/r0/ranking.csv"].decode().splitlines()
    [cedar] = [line for line in lines if ",003," in line]
    assert "2025-03-28,r0,standard,,,,003,Cedar,South,,,,not rated,not rated" in cedar
    page = night["site/2025-03-28/r0/en/index.html"].decode()
    assert "Not rated: so few people live there" in page
    assert "<small>not rated</small>" in page


def write(files: dict[str, bytes], folder: Path) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
