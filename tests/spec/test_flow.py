"""The Prefect flow does what `safety-index run` does, byte for byte."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.settings import PREFECT_DEFAULTS, REPOSITORY
from tests.conftest import FIRST_NIGHT, run_cli, tree_bytes, write_city


def run_flow(city: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run flows.py as `make run` does, without what the tests' own environment says of Prefect."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PREFECT")}
    return subprocess.run(
        [sys.executable, "flows.py"],
        cwd=REPOSITORY,
        env=inherited | {"SAFETY_INDEX_CITY": str(city), "SAFETY_INDEX_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )


@pytest.fixture(scope="module")
def alder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alder County with one delivery."""
    folder = write_city(tmp_path_factory.mktemp("flow") / "alder")
    (folder / "records" / "calls-1.csv").write_bytes(FIRST_NIGHT)
    return folder


@pytest.mark.prefect
def test_the_flow_publishes_the_same_bytes(alder: Path, tmp_path: Path) -> None:
    """Flow and verb give identical trees; the run has its day in its name and two artifacts."""
    done = run_flow(alder, tmp_path / "flow")
    assert done.returncode == 0, done.stderr
    assert run_cli("run", "--city", alder, "--home", tmp_path / "verb").returncode == 0
    for tree in ("site", "internal"):
        assert tree_bytes(tmp_path / "verb" / tree) == tree_bytes(tmp_path / "flow" / tree)

    *_, closing = done.stdout.strip().splitlines()
    pairs = dict(pair.split("=") for pair in closing.split())
    assert {
        "city": "alder-county",
        "day": "2025-03-28",
        "edition": "r0",
        "rows_read": "40",
    }.items() <= (pairs.items())

    with sqlite3.connect(tmp_path / "flow" / "prefect" / "prefect.db") as database:
        names = database.execute("SELECT name, state_name FROM flow_run").fetchall()
        artifacts = dict(database.execute("SELECT key, data FROM artifact WHERE type = 'table'"))
    assert names == [("alder-county-2025-03-28", "Completed")]
    assert {"alder-county-ranking", "alder-county-quality"} == set(artifacts)
    ranking = json.loads(json.loads(artifacts["alder-county-ranking"]))
    assert sorted(row["town_name"] for row in ranking) == ["Alder", "Birch", "Cedar"]


def test_what_is_shipped_tells_nobody() -> None:
    """Every switch of Prefect's telemetry is off in the defaults that the flow sets."""
    assert {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }.items() <= PREFECT_DEFAULTS.items()


def test_a_home_that_cannot_be_made_is_told_before_prefect_starts(
    alder: Path, tmp_path: Path
) -> None:
    """A home below a file fails at once with what to try, not after Prefect's start-up time."""
    (tmp_path / "file").write_text("in the way")
    done = run_flow(alder, tmp_path / "file" / "home")
    assert done.returncode == 1
    assert "expected: a home that can be written to" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_verbs_start_without_prefect() -> None:
    """`safety-index` imports neither Prefect nor its server."""
    code = (
        "import sys, cli; print(sorted({'prefect', 'fastapi', 'sqlalchemy'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
