"""The verbs: exit codes, one JSON document on standard output, the rest on standard error."""

import json
from pathlib import Path

import pytest

from pipeline.settings import REPOSITORY
from tests.conftest import FIRST_NIGHT, run_cli, write_city

MONTGOMERY = REPOSITORY / "data" / "cities" / "montgomery-pa"
VERBS = {
    "show": ["show"],
    "explain": ["explain", "073"],
    "methods": ["methods", "list"],
    "doctor": ["doctor"],
}


@pytest.fixture
def alder(tmp_path: Path) -> Path:
    """Alder County with one delivery in its records folder."""
    folder = write_city(tmp_path / "alder")
    (folder / "records" / "calls-1.csv").write_bytes(FIRST_NIGHT)
    return folder


@pytest.mark.parametrize("verb", VERBS)
def test_json_is_one_document_on_standard_output(verb: str, toronto_home: Path) -> None:
    """With --json a verb prints one document with schema, status, data and diagnostics."""
    home = [] if verb == "methods" else ["--home", toronto_home]
    done = run_cli(*VERBS[verb], *home, "--json")
    document = json.loads(done.stdout)
    assert (0, "", {"schema", "status", "data", "diagnostics"}) == (
        done.returncode,
        done.stderr,
        set(document),
    )
    assert (f"safety-index/{verb}/1", "ok") == (document["schema"], document["status"])


def test_an_error_is_a_document_too(tmp_path: Path) -> None:
    """With --json an error stands in the diagnostics, and the exit code tells its kind."""
    done = run_cli("show", "--home", tmp_path, "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["status"]) == (1, "failed")
    assert {"seen", "expected", "try"} == set(document["diagnostics"][0])


@pytest.mark.parametrize(
    ("arguments", "code", "seen", "advice"),
    [
        (["show", "--date", "yesterday"], 2, "--date yesterday is no day", "--date 2021-12-31"),
        (["explain", "Atlantis"], 2, "no town 'Atlantis'", "safety-index show"),
        (["ingest", "x.csv", "--source", "fires"], 2, "no source 'fires'", "--source incidents"),
        (["methods", "show", "zhuhai"], 2, "no method 'zhuhai'", "methods list"),
        (["show", "--date", "2001-01-01"], 1, "no edition of 2001-01-01", "run --date 2001-01-01"),
        (["run", "--date", "2031-01-01"], 1, "2031-01-01 is not covered", "--date 2021-12-31"),
        (["run", "--city", "nowhere"], 1, "nowhere holds no city.toml", "--city"),
        (["run", "--nonsense"], 2, "No such option", "-h"),
        (["run", "--city", MONTGOMERY], 1, "no records of calls have arrived", "--source calls"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_errors_say_what_was_seen_and_what_to_try(
    arguments: list[str], code: int, seen: str, advice: str, toronto_home: Path, tmp_path: Path
) -> None:
    """Each mistake has its exit code, names what was seen and says what to try."""
    home = tmp_path if "--city" in arguments else toronto_home
    with_home = [] if arguments[0] == "methods" else ["--home", home]
    done = run_cli(*arguments, *with_home)
    assert code == done.returncode
    assert seen in done.stderr
    assert advice in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_variable_is_told(tmp_path: Path) -> None:
    """SAFETY_INDEX_HOEM would be ignored in silence: it is refused, with the right name."""
    done = run_cli("config", SAFETY_INDEX_HOEM=str(tmp_path))
    assert done.returncode == 2
    assert "rename it to SAFETY_INDEX_HOME" in done.stderr


def test_config_tells_where_each_value_comes_from(tmp_path: Path) -> None:
    """An option wins over the environment, that over the default, and config says which did."""
    done = run_cli("config", "--city", MONTGOMERY, "--json", SAFETY_INDEX_RECORDS=str(tmp_path))
    data = json.loads(done.stdout)["data"]
    assert {
        "city": {"value": str(MONTGOMERY), "origin": "--city"},
        "home": {"value": "var/montgomery-pa", "origin": "default"},
        "records": {"value": str(tmp_path), "origin": "SAFETY_INDEX_RECORDS"},
        "memory": {"value": "2GB", "origin": "default"},
    } == data


def test_a_night_takes_in_what_lies_in_the_records_folder(alder: Path, tmp_path: Path) -> None:
    """`run` ingests new files once, publishes, and a later delivery makes a new edition."""
    home = tmp_path / "home"
    first = run_cli("run", "--city", alder, "--home", home, "--date", "2025-03-03", "--json")
    again = run_cli("run", "--city", alder, "--home", home, "--date", "2025-03-03", "--json")
    late = FIRST_NIGHT + b"late,2025-03-02 09:00,ALDER,ROBBERY\n"
    (alder / "records" / "calls-2.csv").write_bytes(late)
    third = run_cli("run", "--city", alder, "--home", home, "--date", "2025-03-03", "--json")
    runs = [json.loads(done.stdout)["data"] for done in (first, again, third)]
    assert [(run["edition"], run["is_new"]) for run in runs] == [
        ("r0", True),
        ("r0", False),
        ("r1", True),
    ]
    assert [[batch["is_new"] for batch in run["batches"]] for run in runs] == [
        [True],
        [False],
        [False, True],
    ]
    assert {"r0", "r1"} == {path.name for path in (home / "site" / "2025-03-03").iterdir()}


def test_check_keeps_nothing(alder: Path, tmp_path: Path) -> None:
    """`check` judges a file and leaves no trace."""
    before = sorted(tmp_path.rglob("*"))
    done = run_cli(
        "check", alder / "records" / "calls-1.csv", "--source", "calls", "--city", alder, "--json"
    )
    [batch] = json.loads(done.stdout)["data"]["batches"]
    assert tuple(
        batch[name] for name in ("rows_read", "rows_accepted", "rows_duplicate", "rows_rejected")
    ) == (40, 40, 0, 0)
    assert before == sorted(tmp_path.rglob("*"))


def test_a_home_serves_one_city(alder: Path, tmp_path: Path) -> None:
    """A home that belongs to another city is refused, with a home to use instead."""
    home = tmp_path / "home"
    assert run_cli("run", "--city", alder, "--home", home).returncode == 0
    done = run_cli("run", "--home", home)
    assert done.returncode == 2
    assert "belongs to the city 'alder-county'" in done.stderr


def test_the_terminal_speaks_chinese(toronto_home: Path) -> None:
    """`--lang zh` gives Chinese tables."""
    done = run_cli("explain", "073", "--home", toronto_home, "--lang", "zh")
    assert "伤害" in done.stdout
    assert "失分" in done.stdout


def test_explanations_add_up(toronto_home: Path) -> None:
    """Explain prints the parts of a score and their sum, 100 - score."""
    document = json.loads(run_cli("explain", "Moss Park", "--home", toronto_home, "--json").stdout)[
        "data"
    ]
    lost = sum(round(10 * part["points_lost"]) for part in document["components"])
    assert 1000 - lost == round(10 * document["ranking"]["score"])


def test_every_verb_has_help() -> None:
    """Each verb says what it does."""
    for verb in ("run", "ingest", "check", "show", "explain", "methods", "doctor", "config"):
        done = run_cli(verb, "--help")
        assert done.returncode == 0
        assert verb in done.stdout.split("Options")[0]
