"""`check` keeps nothing and says what is still missing, by count."""

import json
from pathlib import Path

import pytest

from tests.conftest import calls_csv, run_cli, write_city

ROWS = [
    ("a1", "2025-03-01 10:00", "ALDER", "ASSAULT"),
    ("a2", "2025-03-01 10:00", "ALDRE", "ASSAULT"),
    ("a3", "2025-03-01 10:00", "BIRCH", "ARSON"),
    ("a4", "2025-03-01 10:00", "Birch", "FEVER"),
]


@pytest.fixture
def alder(tmp_path: Path) -> Path:
    """Alder County with a delivery beside it."""
    (tmp_path / "calls.csv").write_bytes(calls_csv(ROWS))
    return write_city(tmp_path / "alder")


def check(folder: Path, *options: str) -> str:
    """What the command prints on the delivery."""
    done = run_cli(
        "check", folder.parent / "calls.csv", "--source", "calls", "--city", folder, *options
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_missing_is_counted(alder: Path) -> None:
    """A place is found nowhere, a category is unmapped; the town spelt most like it is named."""
    missing = json.loads(check(alder, "--json"))["data"]["missing"]
    expected = {
        "known": 4,
        "not_located": 1,
        "unmapped": 1,
        "suggestions": {"ALDRE": ["Alder"]},
        "mistakes": [],
        "doubts": {},
    }
    assert expected == missing


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "1 of 4 incidents are not located: add their places to places.csv."),
        ("zh", "4 起事件中有 1 起无法定位：请把地点补入 places.csv。"),
    ],
)
def test_the_terminal_says_what_to_do(alder: Path, language: str, expected: str) -> None:
    """The same in words, in both languages."""
    assert expected in check(alder, "--lang", language)


def test_nothing_missing_is_said(alder: Path) -> None:
    """A delivery that the tables know is said to be complete."""
    (alder.parent / "calls.csv").write_bytes(calls_csv(ROWS[:1]))
    assert "Nothing is missing" in check(alder)


def test_doubts_and_mistakes_are_told_before_a_run_stops(alder: Path) -> None:
    """Marks of `init` are counted by file; a category that the method lacks would stop a run."""
    method = (alder / "method.toml").read_text(encoding="utf-8")
    kept = [line for line in method.splitlines() if " = 20.0" not in line]
    kept = [
        line
        for line in kept
        if not line.startswith(
            ("robbery", "break_and", "[pillars.persons.u", "[pillars.property.u")
        )
    ]
    (alder / "method.toml").write_text("\n".join(kept), encoding="utf-8")
    categories = (alder / "categories.csv").read_text(encoding="utf-8")
    doubtful = categories + "ARSON,arsonn,DOUBT: 1 row\n"
    (alder / "categories.csv").write_text(doubtful, encoding="utf-8")
    missing = json.loads(check(alder, "--json"))["data"]["missing"]
    assert ["'arsonn' is no kind of the vocabulary"] == missing["mistakes"]
    assert {"categories.csv": 1} == missing["doubts"]
    assert "Nothing is missing" not in check(alder)
