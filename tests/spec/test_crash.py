"""Runs that are killed, at any moment: what was published stays, the next run finishes the job.

Promise 6. One half of the kills strikes a process of its own from outside, at chosen times and when
chosen files appear; the other half strikes from inside, just before chosen steps on the disk.
"""

import hashlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from pipeline.settings import REPOSITORY
from pipeline.store.lock import home_lock
from pipeline.store.warehouse import FILE_NAME, open_warehouse
from tests.conftest import calls_csv, tree_bytes, write_city

TREES = ("site", "internal")
TIMES = [0.3, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8]  # seconds after the start of the process
LONGEST_WAIT = 60


def rows(first: int, last: int, day: str) -> list[tuple[str, str, str, str]]:
    """Calls in turn in three towns, of four weeks and one day more."""
    towns, kinds = ("ALDER", "BIRCH", "CEDAR"), ("ASSAULT", "ROBBERY", "BURGLARY")
    numbers = range(first, last)
    calls = [(str(n), f"2025-03-{1 + n % 28:02}", towns[n % 3], kinds[n % 7 % 3]) for n in numbers]
    return [*calls, (f"last-{day}", day, "ALDER", "ASSAULT")]


# --- What must hold after a kill ----------------------------------------------------------------


def checksum_mistakes(folder: Path) -> list[str]:
    """What in a folder is not as its SHA256SUMS says."""
    files = tree_bytes(folder)
    sums = files.pop("SHA256SUMS", b"").decode()
    listed = dict(reversed(line.split("  ", 1)) for line in sums.splitlines())
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    names = sorted(listed.keys() | found.keys()) if listed else ["SHA256SUMS"]
    return [f"{folder}/{name}" for name in names if listed.get(name) != found.get(name) or not sums]


def edition_folders(home: Path) -> list[Path]:
    """All folders of editions, and the copies of the newest."""
    return [
        folder
        for tree in TREES
        for pattern in ("????-??-??/r*", "latest")
        for folder in sorted((home / tree).glob(pattern))
    ]


def mistakes_in(home: Path) -> list[str]:
    """What is not whole in the published trees."""
    return [wrong for folder in edition_folders(home) for wrong in checksum_mistakes(folder)]


def trees(home: Path) -> dict[str, bytes]:
    """Both trees, whatever lies in them."""
    return {
        f"{tree}/{name}": content
        for tree in TREES
        for name, content in tree_bytes(home / tree).items()
    }


@dataclass(frozen=True)
class Case:
    """Alder County, a home in which a night has run, and how the next one should end."""

    city: Path
    home: Path  # never changed: tests work in copies of it
    before: dict[str, bytes]
    after: dict[str, bytes]
    fresh: dict[str, bytes]  # both deliveries taken in by one night
    names: set[str]  # of all files in the home after both nights

    def arguments(self, home: Path) -> list[str]:
        """The call of one night."""
        return ["run", "--city", str(self.city), "--home", str(home)]

    def start(self, home: Path) -> subprocess.Popen[str]:
        """A night in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli", *self.arguments(home)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def assert_published_before(self, home: Path) -> None:
        """Every page of the first night is there; what is there of the second is whole."""
        kept = trees(home)
        changing = ("site/latest/", "internal/latest/", "site/index.html")
        firm = {name: text for name, text in self.before.items() if not name.startswith(changing)}
        assert firm == {name: kept.get(name) for name in firm}
        for name in ("site/latest", "internal/latest"):
            assert (home / name).is_dir(), f"{name} is gone"
        front = kept.get("site/index.html")
        assert front in (self.before["site/index.html"], self.after["site/index.html"])
        assert mistakes_in(home) == []

    def assert_finishes(self, home: Path, expected: dict[str, bytes]) -> None:
        """A further night gives the trees of an undisturbed one and leaves nothing over."""
        run_here(self.arguments(home))
        assert expected == trees(home)
        with open_warehouse(home) as warehouse:
            assert warehouse.rows("newest_batch") == [(2,)]
        assert self.names == set(tree_bytes(home)) - {f"{FILE_NAME}.wal"}


def run_here(arguments: list[str]) -> None:
    """A night in this process, which is quicker."""
    result = CliRunner().invoke(cli.app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.stderr


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Two nights of Alder County, undisturbed."""
    folder = tmp_path_factory.mktemp("crash")
    city = write_city(folder / "alder", delivery="append")
    home, undisturbed, fresh = folder / "home", folder / "undisturbed", folder / "fresh"
    arguments = ["run", "--city", str(city), "--home"]
    (city / "records" / "calls-1.csv").write_bytes(calls_csv(rows(0, 900, "2025-03-29")))
    run_here([*arguments, str(home)])
    (city / "records" / "calls-2.csv").write_bytes(calls_csv(rows(800, 6_000, "2025-03-30")))
    shutil.copytree(home, undisturbed)
    run_here([*arguments, str(undisturbed)])
    run_here([*arguments, str(fresh)])
    names = set(tree_bytes(undisturbed))
    return Case(city, home, trees(home), trees(undisturbed), trees(fresh), names)


@pytest.fixture
def home(case: Case, tmp_path: Path) -> Path:
    """A copy of the home after the first night."""
    return shutil.copytree(case.home, tmp_path / "home")


# --- Killed from outside ------------------------------------------------------------------------


def kill(process: subprocess.Popen[str]) -> None:
    """End a process as a power cut would."""
    process.kill()
    process.communicate(timeout=LONGEST_WAIT)


def wait_for(process: subprocess.Popen[str], there: Callable[[], bool]) -> bool:
    """Wait until something is there; False if the process ended before."""
    started = time.monotonic()
    while not there():
        if process.poll() is not None:
            return False
        assert time.monotonic() - started < LONGEST_WAIT
        time.sleep(0.0005)
    return True


@pytest.mark.parametrize("seconds", TIMES)
def test_a_run_killed_after_a_while_does_no_harm(case: Case, home: Path, seconds: float) -> None:
    """Whatever the moment, the first night stays and the second is finished by the next run."""
    process = case.start(home)
    time.sleep(seconds)
    kill(process)

    case.assert_published_before(home)
    case.assert_finishes(home, case.after)


APPEARING = {  # moment: what has appeared by then
    "the lock is taken": lambda home: (home / "lock.json").exists(),
    "a delivery is being copied": lambda home: any((home / "archive").glob("*.partial")),
    "a delivery is in the archive": lambda home: len(list((home / "archive").glob("*/*"))) > 1,
    "the journal is there": lambda home: (home / f"{FILE_NAME}.wal").exists(),
    "the journal has grown": lambda home: size(home / f"{FILE_NAME}.wal") > 100_000,
    "the warehouse has grown": lambda home: size(home / FILE_NAME) > GROWN,
    "the public edition is being made": lambda home: (home / "site" / ".staging" / "r0").exists(),
    "the public edition is there": lambda home: (home / "site" / "2025-03-30" / "r0").exists(),
    "the internal edition is there": lambda home: (home / "internal/2025-03-30/r0").exists(),
    "latest is being made": lambda home: (home / "site" / ".staging" / "latest").exists(),
    "the front page is new": lambda home: b"2025-03-30" in (home / "site/index.html").read_bytes(),
}
GROWN = 4_600_000


def size(path: Path) -> int:
    """Bytes of a file, 0 if there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("moment", APPEARING)
def test_a_run_killed_when_something_appears_does_no_harm(
    case: Case, home: Path, moment: str
) -> None:
    """At the moments that matter, too: each step may be the last one."""
    process = case.start(home)
    wait_for(process, lambda: APPEARING[moment](home))
    kill(process)

    case.assert_published_before(home)
    case.assert_finishes(home, case.after)


@pytest.mark.parametrize("moment", [f"{FILE_NAME}", f"{FILE_NAME}.wal", "city", "archive", "site"])
def test_a_killed_first_night_does_no_harm(case: Case, tmp_path: Path, moment: str) -> None:
    """Where there was nothing before, nothing half is published, and the next run does it all."""
    home = tmp_path / "home"
    process = case.start(home)
    wait_for(process, (home / moment).exists)
    kill(process)

    assert mistakes_in(home) == []
    run_here(case.arguments(home))
    assert case.fresh == trees(home)


def test_a_run_killed_again_and_again_gets_there(case: Case, home: Path) -> None:
    """Four runs that die young leave no more behind than one."""
    for seconds in (0.9, 1.0, 1.1, 1.2):
        process = case.start(home)
        time.sleep(seconds)
        kill(process)

    case.assert_published_before(home)
    case.assert_finishes(home, case.after)


# --- Killed from inside -------------------------------------------------------------------------

STEPS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree")


def run_and_die(arguments: list[str], home: str, last_step: int, told: str) -> None:
    """One night that is killed just before its n-th step on the disk; in a process of its own.

    Args:
        arguments: Of the command.
        home: Only steps below it count.
        last_step: The step that is not taken any more.
        told: File to which the steps are written if all of them were taken.
    """
    steps: list[str] = []

    def count(event: str, details: tuple[object, ...]) -> None:
        if event not in STEPS:
            return
        if event == "open" and not (isinstance(details[2], int) and details[2] & os.O_CREAT):
            return
        if home in str(details[0]):
            steps.append(f"{event} {details[0]}".replace(home, ""))
            if len(steps) > last_step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    result = CliRunner().invoke(cli.app, arguments)
    last_step = sys.maxsize  # the hook cannot be taken away again
    Path(told).write_text(json.dumps([result.exit_code, steps]), encoding="utf-8")


@pytest.fixture(scope="module")
def forked() -> multiprocessing.context.ForkServerContext:
    """Processes that have everything imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cli", "tests.conftest", __name__])
    return context


@pytest.fixture(scope="module")
def steps(
    case: Case,
    forked: multiprocessing.context.ForkServerContext,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[str]:
    """The steps on the disk of an undisturbed second night."""
    folder = tmp_path_factory.mktemp("steps")
    home, told = shutil.copytree(case.home, folder / "home"), folder / "told.json"
    arguments = (case.arguments(home), str(home), sys.maxsize, str(told))
    process = forked.Process(target=run_and_die, args=arguments)
    process.start()
    process.join(LONGEST_WAIT)
    code, taken = json.loads(told.read_text(encoding="utf-8"))
    assert code == 0
    assert case.after == trees(home)
    return [str(step) for step in taken]


def chosen(steps: list[str]) -> Iterator[int]:
    """Before each change of a name that a reader might see, and before every ninth other step."""
    for number, step in enumerate(steps):
        written_aside = "/.staging/" in step and ".partial" in step
        if number % 9 == 0 or not (written_aside or step.startswith(("open", "os.mkdir"))):
            yield number


def test_a_run_killed_before_any_step_does_no_harm(
    case: Case,
    forked: multiprocessing.context.ForkServerContext,
    steps: list[str],
    tmp_path: Path,
) -> None:
    """Between any two steps on the disk the publication is whole and the next run finishes."""
    mistakes = []
    for number in chosen(steps):
        home = shutil.copytree(case.home, tmp_path / f"home-{number}")
        arguments = (case.arguments(home), str(home), number, str(tmp_path / "told.json"))
        process = forked.Process(target=run_and_die, args=arguments)
        process.start()
        process.join(LONGEST_WAIT)
        assert process.exitcode == -signal.SIGKILL, steps[number]
        try:
            case.assert_published_before(home)
            case.assert_finishes(home, case.after)
        except AssertionError as mistake:
            mistakes.append(f"killed before step {number}, {steps[number]}: {mistake}"[:300])
    assert mistakes == []


# --- Two runs, and locks of the dead ------------------------------------------------------------


def test_of_two_runs_one_works_and_the_other_is_told(case: Case, home: Path) -> None:
    """The second exits with 5, says which process holds the home, and changes nothing."""
    first = case.start(home)
    assert wait_for(first, lambda: size(home / "lock.json") > 0)
    first.send_signal(signal.SIGSTOP)
    before = tree_bytes(home)

    second = case.start(home)
    _, told = second.communicate(timeout=LONGEST_WAIT)

    assert second.returncode == 5, told
    assert f"process {first.pid} " in told
    assert "\n  expected: " in told
    assert "\n  try:      " in told
    assert before == tree_bytes(home)
    first.send_signal(signal.SIGCONT)
    _, told = first.communicate(timeout=LONGEST_WAIT)
    assert first.returncode == 0, told
    assert case.after == trees(home)


def test_readers_of_a_home_at_work_are_answered_or_told(case: Case, home: Path) -> None:
    """`show` beside a run prints the last ranking or exits with 5; nothing breaks."""
    running = case.start(home)
    assert wait_for(running, (home / f"{FILE_NAME}.wal").exists)
    running.send_signal(signal.SIGSTOP)

    shown = subprocess.run(
        [sys.executable, "-m", "cli", "show", *case.arguments(home)[1:]],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=LONGEST_WAIT,
    )  # fmt: skip

    running.send_signal(signal.SIGCONT)
    _, told = running.communicate(timeout=LONGEST_WAIT)
    assert shown.returncode in (0, 5), shown.stderr
    assert "Traceback" not in shown.stderr
    assert running.returncode == 0, told
    assert case.after == trees(home)


def test_of_many_runs_at_once_at_least_one_works(case: Case, home: Path) -> None:
    """Four at the same moment: each is done or told, and the trees are as of one."""
    processes = [case.start(home) for _ in range(4)]
    told = [process.communicate(timeout=LONGEST_WAIT)[1] for process in processes]
    codes = [process.returncode for process in processes]

    assert 0 in codes
    assert {0, 5} >= set(codes), told
    assert case.after == trees(home)
    case.assert_finishes(home, case.after)


DEAD_OWNERS = {
    "a note of a process that is gone": '{"host": "here", "pid": 999999, "purpose": "run"}',
    "a note of a process that is alive but another": '{"host": "here", "pid": 1, "purpose": "run"}',
    "an empty note": "",
    "half a note": '{"host": "he',
    "a note of another kind": "[1, 2]",
    "nothing in it": "null",
}


@pytest.mark.parametrize("name", DEAD_OWNERS)
def test_a_dead_owner_does_not_block(case: Case, home: Path, name: str) -> None:
    """The lock belongs to the system and dies with its owner; the note beside it only informs."""
    (home / "lock").touch()
    (home / "lock.json").write_text(DEAD_OWNERS[name], encoding="utf-8")

    case.assert_finishes(home, case.after)

    assert not (home / "lock.json").exists()


@pytest.mark.parametrize("name", DEAD_OWNERS)
def test_an_unreadable_note_does_not_hide_the_lock(case: Case, home: Path, name: str) -> None:
    """While the lock is held, a note of any content still leads to exit code 5."""
    with home_lock(home, purpose="test"):
        (home / "lock.json").write_text(DEAD_OWNERS[name], encoding="utf-8")
        result = CliRunner().invoke(cli.app, case.arguments(home))

    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 5
    assert "in use by another run" in result.stderr
