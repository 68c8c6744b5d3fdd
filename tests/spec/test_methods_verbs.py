"""`methods list`, `show` and `check`: all files with their origin, and mistakes told together."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import cli
from pipeline.methods import list_methods
from pipeline.settings import METHODS_FOLDER

HUIZHOU = (METHODS_FOLDER / "huizhou-2016.toml").read_text(encoding="utf-8")
NAMES = sorted(path.stem for path in METHODS_FOLDER.glob("*.toml"))
DEDUCTION = """kind = "deduction"
at_baseline = 80"""
RISING = {
    "breakpoints": """kind = "breakpoints"
edges = [0, 1, 2]
scores = [100, 60, 80]""",
    "grades": """kind = "grades"
shares = [0.5, 0.5]
scores = [20, 90]""",
    "change_steps": """kind = "change_steps"
edges = [0]
scores = [0, 100]
edge_belongs_to = "better\"""",
}


def call(*arguments: object) -> Result:
    """The command in this process, which is quicker."""
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def changed(folder: Path, changes: Sequence[tuple[str, str]]) -> Path:
    """Huizhou's file with other texts in some places."""
    text = HUIZHOU
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "huizhou-2016.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_list_has_every_file_once_and_ours_first() -> None:
    """A line a file with its id and whether its formula is known; the document says the same."""
    lines = call("methods", "list").stdout.splitlines()
    rows = json.loads(call("methods", "list", "--json").stdout)["data"]["methods"]
    assert sorted(row["id"] for row in rows) == NAMES
    assert rows[0]["id"] == "standard"
    for line, row in zip(lines, rows, strict=True):
        assert [row["id"], row["version"]] == line.split()[:2]
        told = f"{row['formula']:17} {row['stated']:3} stated, {row['assumed']:3} assumed"
        assert told in line
    assert {"published", "partly published", "not found"} == {row["formula"] for row in rows}


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_method_is_shown_and_sound(name: str) -> None:
    """`show` tells each value with its status, and `check` finds nothing wrong."""
    shown = call("methods", "show", name)
    document = json.loads(call("methods", "show", name, "--json").stdout)["data"]
    row = json.loads(call("methods", "check", METHODS_FOLDER / f"{name}.toml", "--json").stdout)
    counted = [sum(f"[{status}:" in line for line in shown.stdout.splitlines())
               for status in ("stated", "assumed")]  # fmt: skip
    assert counted == [row["data"]["stated"], row["data"]["assumed"]]
    assert (document["id"], document["sha256"]) == (name, row["data"]["sha256"])


@pytest.mark.parametrize("scale", RISING)
def test_a_scale_that_rewards_harm_is_refused(tmp_path: Path, scale: str) -> None:
    """Scores that rise with harm are refused when the file is read, not in the night."""
    done = call("methods", "check", changed(tmp_path, [(DEDUCTION, RISING[scale])]))
    assert done.exit_code == 1
    assert f"scales.against_mean.{scale}.scores" in done.stderr
    assert "scores must fall or stay level, got [" in done.stderr


SPOILT = {
    "names that the file lacks": (
        [
            ('baseline = "district_last_year"', 'baseline = "nobody"'),
            ('scale = "against_mean"', 'scale = "no_scale"'),
            ('source = "H1: one rate"', 'source = "H9: one rate"'),
        ],
        ["baseline 'nobody' is not in", "scale 'no_scale' is not in", "source 'H9' is not in"],
    ),
    "values of the wrong form": (
        [("at_baseline = 80", "at_baseline = 180"), ("per = 10000", "per = 0")],
        ["scales.against_mean.deduction.at_baseline", "denominator.per"],
    ),
    "kinds that nobody knows": (
        [('counts = ["fire"]', 'counts = ["fyre", "flood_of_bits"]')],
        ["'fyre' is no kind and no group", "'flood_of_bits' is no kind and no group"],
    ),
    "an index without levels that has a ladder": (
        [("[levels]", "[spare]"), ("[[levels.level]]", "[[spare.level]]")],
        ["spare"],
    ),
    "another name than its file's": (
        [('id = "huizhou-2016"', 'id = "other"')],
        ["id is 'other', and the file is called huizhou-2016.toml"],
    ),
    "an unknown kind of method": ([('kind = "composite"', 'kind = "magic"')], ["kind is 'magic'"]),
    "no TOML": ([('kind = "composite"', "kind = ")], ["huizhou-2016.toml:"]),
}


@pytest.mark.parametrize("case", SPOILT)
def test_mistakes_of_one_sort_are_told_at_once(tmp_path: Path, case: str) -> None:
    """All are named in one answer with what was expected and what to try; the exit code is 1."""
    changes, told = SPOILT[case]
    path = changed(tmp_path, changes)
    done = call("methods", "check", path)
    document = json.loads(call("methods", "check", path, "--json").stdout)
    assert (done.exit_code, document["status"]) == (1, "failed")
    assert [text for text in told if text not in done.stderr] == []
    [problem] = document["diagnostics"]
    assert [text for text in told if text not in problem["seen"]] == []
    assert all(problem[key] for key in ("seen", "expected", "try"))


def test_hostile_text_does_not_steer_a_terminal(tmp_path: Path) -> None:
    """Escape sequences in a file's texts are shown as what they are, by every verb on methods."""
    poison = r"\u001b[31m\u001b]0;owned\u0007\u202e"
    for place in (
        'en = "Huizhou 2016"',
        'kind = "deduction"',
        'id = "huizhou-2016"',
    ):
        path = changed(tmp_path, [(place, place[:-1] + poison + '"')])
        done = call("methods", "check", path)
        found = {sign for sign in done.stdout + done.stderr if sign in "\x1b\x07\u202e"}
        assert set() == found, place


def test_a_shown_value_cannot_steer_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`methods show` and `list` of a file with escape sequences print none."""
    poison = r"\u001b[31mH1: \u0007\u202e"
    changed(tmp_path, [("not published; a straight", f"{poison} a straight"),
                       ('en = "Huizhou 2016"', f'en = "{poison}"')])  # fmt: skip
    files = list_methods(tmp_path)
    monkeypatch.setattr("verbs.methods.find_method", lambda _: files[0])
    monkeypatch.setattr("verbs.methods.list_methods", lambda: files)
    shown = call("methods", "show", "huizhou-2016").stdout + call("methods", "list").stdout
    assert "a straight" in shown
    assert set() == {sign for sign in shown if sign in "\x1b\x07\u202e"}
