"""Full disks, homes that cannot be written, damaged warehouses: told, survived, and made good.

Disks of a known size are memory file systems; only root may mount them.
"""

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli
from pipeline.store.warehouse import FILE_NAME, open_warehouse
from tests.conftest import calls_csv, run_cli, tree_bytes, write_city

TREES = ("site", "internal")
STAGING = ".staging/"  # never linked, swept at the next publication

IS_ROOT = os.geteuid() == 0
CAN_MOUNT = IS_ROOT and shutil.which("mount") is not None
needs_mount = pytest.mark.skipif(not CAN_MOUNT, reason="only root may mount a small disk")


@dataclass(frozen=True)
class Outcome:
    """How a call ended."""

    code: int
    text: str


def call(*arguments: object) -> Outcome:
    """Call a verb in this process, which is quicker; an exception that escapes fails the test."""
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stderr)


def assert_told(outcome: Outcome, *, code: int = 1) -> None:
    """The exit code and the three parts of the message."""
    assert code == outcome.code, outcome.text
    assert outcome.text.startswith("safety-index ")
    assert "\n  expected: " in outcome.text
    assert "\n  try:      " in outcome.text


def publication(home: Path) -> dict[str, bytes]:
    """All that a reader may see of both trees."""
    return {
        f"{tree}/{name}": content
        for tree in TREES
        for name, content in tree_bytes(home / tree).items()
        if not name.startswith(STAGING)
    }


def first_rows() -> list[tuple[str, str, str, str]]:
    """Three months of calls in three towns."""
    chance = random.Random(1)  # noqa: S311
    towns, kinds = ("ALDER", "BIRCH", "CEDAR"), ("ASSAULT", "ROBBERY", "BURGLARY")
    return [
        (str(n), f"2025-0{1 + n % 3}-{1 + n % 28:02}", chance.choice(towns), chance.choice(kinds))
        for n in range(1200)
    ]


def later_rows() -> list[tuple[str, str, str, str]]:
    """Calls of a day later, with a correction of the days before."""
    rows = [(f"later-{n}", "2025-03-29", "ALDER", "ASSAULT") for n in range(40)]
    return [*rows, ("late", "2025-03-27", "BIRCH", "ROBBERY")]


@dataclass(frozen=True)
class Case:
    """A city with a home in which a night has run, a delivery later, and how it should end."""

    city: Path
    home: Path  # never changed: tests work in copies of it
    before: dict[str, bytes]
    after: dict[str, bytes]

    def run(self, home: Path) -> Outcome:
        """The second night."""
        return call("run", "--city", self.city, "--home", home)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Two nights of Alder County, undisturbed."""
    folder = tmp_path_factory.mktemp("storage")
    city = write_city(folder / "alder", delivery="append")
    (city / "records" / "calls-1.csv").write_bytes(calls_csv(first_rows()))
    assert call("run", "--city", city, "--home", folder / "home").code == 0
    (city / "records" / "calls-2.csv").write_bytes(calls_csv(later_rows()))
    shutil.copytree(folder / "home", folder / "undisturbed")
    assert call("run", "--city", city, "--home", folder / "undisturbed").code == 0
    before, after = publication(folder / "home"), publication(folder / "undisturbed")
    assert before != after
    return Case(city, folder / "home", before, after)


@pytest.fixture
def home(case: Case, tmp_path: Path) -> Path:
    """A copy of the home after the first night."""
    return shutil.copytree(case.home, tmp_path / "home")


def assert_finishes(case: Case, home: Path) -> None:
    """The next night gives what an undisturbed one would have given, and leaves nothing over."""
    done = case.run(home)
    assert done.code == 0, done.text
    assert case.after == publication(home)
    assert leftovers(home) == []
    with open_warehouse(home) as warehouse:
        assert warehouse.rows("newest_batch") == [(2,)]


def leftovers(home: Path) -> list[str]:
    """Files that only an interrupted run leaves."""
    return [name for name in tree_bytes(home) if ".partial" in name or STAGING in name]


# --- A full disk --------------------------------------------------------------------------------


@dataclass(frozen=True)
class SmallDisk:
    """A mounted file system with a ballast file that takes the space."""

    folder: Path

    def leave_free(self, free: int) -> None:
        """Fill the disk so that only so many bytes are free."""
        self.empty()
        state = os.statvfs(self.folder)
        with (self.folder / "ballast").open("wb") as ballast:
            ballast.write(b"\0" * max(0, state.f_bavail * state.f_bsize - free))

    def empty(self) -> None:
        """Give the space back."""
        (self.folder / "ballast").unlink(missing_ok=True)


def mount(folder: Path, options: str) -> None:
    """Mount a memory file system, or mount it anew with other options."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallDisk]:
    """A disk of 24 MB."""
    folder = tmp_path_factory.mktemp("disk")
    mount(folder, "size=24m")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


KILOBYTE = 1024
FREE = [0, 4, 8, 16, 48, 96, 192, 384, 768, 1024, 1152, 1280, 1408, 1536, 1792]  # kilobytes


def _stage(text: str) -> str:
    """What a message about a full disk names."""
    named = text.split("\n", 1)[0]
    if "/site" in named or "/internal" in named:
        return "publication"
    return next((stage for stage in ("archive", FILE_NAME) if stage in named), "home")


@needs_mount
def test_a_full_disk_is_survived_wherever_it_strikes(case: Case, disk: SmallDisk) -> None:
    """Told with advice, the publication as it was; with space again the night is finished."""
    stages = set()
    for free in FREE:
        home = disk.folder / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(case.home, home)
        disk.leave_free(free * KILOBYTE)

        failed = case.run(home)

        if failed.code == 0:
            disk.empty()
            continue
        assert_told(failed)
        assert "No space left" in failed.text, failed.text
        assert "free some space" in failed.text, failed.text
        assert case.before == publication(home), f"with {free} kB free"
        assert [name for name in tree_bytes(home / "archive") if ".partial" in name] == []
        stages.add(_stage(failed.text))
        disk.empty()
        assert_finishes(case, home)
    assert {"archive", FILE_NAME, "publication"} == stages - {"home"}


@needs_mount
def test_a_disk_without_room_for_files_is_survived(case: Case, tmp_path: Path) -> None:
    """A file system may run out of names before bytes: in large steps, then one by one at the end.

    The last few names matter most: they are missed when all is written and folders change places.
    """
    free = next(
        free for free in range(2, 200, 6) if not _fails_for_want_of_names(case, tmp_path, free)
    )
    for fewer in range(free - 5, free):
        _fails_for_want_of_names(case, tmp_path, fewer)


def _fails_for_want_of_names(case: Case, folder: Path, free: int) -> bool:
    """Whether a night fails on a disk with so many names free, as it should if it does."""
    disk = folder / f"disk-{free}"
    disk.mkdir()
    held = 2 + sum(1 for _ in case.home.rglob("*"))
    mount(disk, f"size=24m,nr_inodes={held + free}")
    try:
        home = shutil.copytree(case.home, disk / "home")
        failed = case.run(home)
        if failed.code:
            assert_told(failed)
            assert "free some space" in failed.text
            assert len(failed.text) < 1000, "one file is named, not a list of all"
            assert case.before == publication(home), f"with {free} names free"
        mount(disk, "remount,size=24m,nr_inodes=10000")
        assert_finishes(case, home)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
    return failed.code != 0


@needs_mount
def test_the_first_night_on_a_full_disk_leaves_no_page(case: Case, disk: SmallDisk) -> None:
    """Where nothing was published yet, nothing half is; with space again both days follow."""
    home = disk.folder / "fresh"
    for free in (0, 16, 600, 1500, 3000, 4600):
        shutil.rmtree(home, ignore_errors=True)
        disk.leave_free(free * KILOBYTE)

        failed = case.run(home)

        if failed.code:
            assert_told(failed)
            assert {} == publication(home)
        disk.empty()
        assert case.run(home).code == 0
        assert leftovers(home) == []


# --- A home that cannot be written --------------------------------------------------------------


@pytest.fixture
def read_only(case: Case, tmp_path: Path) -> Iterator[Path]:
    """A home after the first night, on a disk mounted read-only or in a folder without rights."""
    if IS_ROOT:
        if not CAN_MOUNT:
            pytest.skip("root without mount: nothing is read-only")
        (tmp_path / "disk").mkdir()
        mount(tmp_path / "disk", "size=24m")
        shutil.copytree(case.home, tmp_path / "disk" / "home")
        mount(tmp_path / "disk", "remount,ro")
        yield tmp_path / "disk" / "home"
        subprocess.run(["umount", "--lazy", tmp_path / "disk"], check=True)
    else:
        home = shutil.copytree(case.home, tmp_path / "home")
        folders = [home, *(path for path in home.rglob("*") if path.is_dir())]
        for folder in folders:
            folder.chmod(0o555)
        yield home
        for folder in folders:
            folder.chmod(0o755)


def test_a_read_only_home_is_told(case: Case, read_only: Path) -> None:
    """A run ends with advice and changes nothing; what needs no writing goes on working."""
    ran = case.run(read_only)
    ingested = call(
        "ingest", case.city / "records" / "calls-2.csv", "--source", "calls",
        "--city", case.city, "--home", read_only,
    )  # fmt: skip
    shown = call("show", "--city", case.city, "--home", read_only)
    explained = call("explain", "Birch", "--city", case.city, "--home", read_only)
    examined = call("doctor", "--city", case.city, "--home", read_only)

    for outcome in (ran, ingested):
        assert_told(outcome)
        assert "--home" in outcome.text
    assert case.before == publication(read_only)
    assert (0, 0, 1) == (shown.code, explained.code, examined.code)


def test_a_home_below_a_read_only_folder_is_told(case: Case, read_only: Path) -> None:
    """A home that cannot be made is an error with advice."""
    outcome = case.run(read_only / "new" / "home")

    assert_told(outcome)
    assert "--home" in outcome.text


def a_file(path: Path) -> None:
    """Put a file where a folder belongs."""
    shutil.rmtree(path, ignore_errors=True)
    path.write_text("something else", encoding="utf-8")


def a_folder(path: Path) -> None:
    """Put a folder with something in it where a file belongs."""
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "kept").write_text("something else", encoding="utf-8")


def junk(path: Path) -> None:
    """Put random bytes in the place of a file."""
    path.write_bytes(random.Random(2).randbytes(20_000))  # noqa: S311


IN_THE_WAY = {  # name: (what lies there, where)
    "the home is a file": (a_file, ""),
    "the archive is a file": (a_file, "archive"),
    "the site is a file": (a_file, "site"),
    "the internal tree is a file": (a_file, "internal"),
    "the warehouse is a folder": (a_folder, FILE_NAME),
    "the lock is a folder": (a_folder, "lock"),
    "the city's note is a folder": (a_folder, "city"),
    "the city's note is junk": (junk, "city"),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_lies_in_the_way_is_told(case: Case, home: Path, name: str) -> None:
    """No traceback: the path that is wrong is named, and nothing of it is overwritten."""
    put, where = IN_THE_WAY[name]
    put(home / where)
    held = tree_bytes(home / where) if (home / where).is_dir() else (home / where).read_bytes()

    outcome = case.run(home)

    assert_told(outcome, code=outcome.code or 1)
    assert outcome.code in (1, 2)
    assert str(home / where if put is not junk else home) in outcome.text
    now = tree_bytes(home / where) if (home / where).is_dir() else (home / where).read_bytes()
    assert held == now


MADE_AGAIN = {  # of the publication: what is lost or damaged comes back
    "an edition's checksums are junk": (junk, "site/2025-03-28/r0/SHA256SUMS"),
    "an edition's checksums are empty": (Path.touch, "site/2025-03-28/r0/SHA256SUMS"),
    "a page is junk": (junk, "site/2025-03-28/r0/en/index.html"),
    "latest is junk": (junk, "site/latest/SHA256SUMS"),
    "latest is a file": (a_file, "site/latest"),
    "latest is lost": (shutil.rmtree, "site/latest"),
    "the front page is junk": (junk, "site/index.html"),
    "the front page is lost": (Path.unlink, "site/index.html"),
    "a whole tree is lost": (shutil.rmtree, "internal"),
}


@pytest.mark.parametrize("name", MADE_AGAIN)
def test_a_damaged_publication_is_made_again(case: Case, home: Path, name: str) -> None:
    """A repeated night restores each byte of its own edition, latest and the front page."""
    put, where = MADE_AGAIN[name]
    put(home / where)

    repeated = call("run", "--city", case.city, "--home", home, "--records", home / "archive")

    assert repeated.code == 0, repeated.text
    assert case.before == publication(home)
    assert leftovers(home) == []


def test_a_stray_folder_beside_the_editions_does_no_harm(case: Case, home: Path) -> None:
    """A folder that is not an edition (r1.bak, rX) is left alone and listed nowhere."""
    shutil.copytree(home / "site/2025-03-28/r0", home / "site/2025-03-28/r0.bak")
    stray = publication(home).keys() - case.before.keys()

    done = case.run(home)

    assert done.code == 0, done.text
    assert case.after == {k: v for k, v in publication(home).items() if k not in stray}


# --- A damaged warehouse ------------------------------------------------------------------------


def _cut(share: float) -> object:
    return lambda path: os.truncate(path, int(path.stat().st_size * share))


def _turn_blocks(path: Path) -> None:
    """One byte in each block after the first is turned: the damage shows only when it is read."""
    content = bytearray(path.read_bytes())
    for place in range(12_288 + 262_144 + 1000, len(content), 262_144):
        content[place] ^= 0xFF
    path.write_bytes(content)


DAMAGES = {
    "junk": junk,
    "text": lambda path: path.write_text("hello", encoding="utf-8"),
    "0 bytes": lambda path: os.truncate(path, 0),
    "1 byte": lambda path: os.truncate(path, 1),
    "the header only": lambda path: os.truncate(path, 4096),
    "the three headers only": lambda path: os.truncate(path, 12_288),
    "cut in the middle": _cut(0.5),
    "cut at six tenths": _cut(0.6),
    "blocks damaged": _turn_blocks,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_warehouse_is_told(case: Case, home: Path, name: str) -> None:
    """A run says so and the doctor finds it; a sound copy put back finishes the night."""
    file = home / FILE_NAME
    sound = file.read_bytes()
    DAMAGES[name](file)  # type: ignore[operator]

    shown = call("show", "--city", case.city, "--home", home)
    examined = call("doctor", "--city", case.city, "--home", home)
    ran = case.run(home)

    assert_told(ran)
    assert shown.code in (0, 1)  # what it needs may lie in the sound part
    assert examined.code == 1
    assert case.before == publication(home)
    (home / f"{FILE_NAME}.wal").unlink(missing_ok=True)
    file.write_bytes(sound)
    assert_finishes(case, home)


def test_a_warehouse_of_a_newer_program_is_left_alone(case: Case, home: Path) -> None:
    """An older program does not touch tables it does not know."""
    with open_warehouse(home) as warehouse:
        warehouse.run("schema_version_add", version=999)
    held = (home / FILE_NAME).read_bytes()

    outcome = case.run(home)

    assert_told(outcome)
    assert "999" in outcome.text
    assert held == (home / FILE_NAME).read_bytes()
    assert case.before == publication(home)


def test_a_person_sees_the_same_at_a_terminal(case: Case, home: Path) -> None:
    """In a process of its own: exit code 1, the three parts, no traceback."""
    junk(home / FILE_NAME)

    done = run_cli("run", "--city", case.city, "--home", home)

    assert_told(Outcome(done.returncode, done.stderr))
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
