"""Archives that lie, files that move while they are read, links and pipes: all are refused."""

import gzip
import hashlib
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

import cli
from pipeline.errors import SafetyIndexError, SourceRefused
from pipeline.store.archive import keep
from tests.conftest import write_city
from tests.spec.hostile_files import (
    Declared,
    Judged,
    Refused,
    alder,
    assert_judged,
    assert_refused,
    encrypted,
    good,
    lines,
    with_byte,
    working_copies,
    zipped,
)

CALLS = lines(*good()).encode()
MANY = lines(*good(1, 20_000)).encode()
BOMB = b"A" * 100_000_000
PLAIN = Declared()

# --- Archives -----------------------------------------------------------------------------------


def zstd(content: bytes, *, checked: bool = True) -> bytes:
    """A frame of zstd."""
    return zstandard.ZstdCompressor(write_checksum=checked).compress(content)


def with_method(archive: bytes, method: int) -> bytes:
    """A zip archive that says to be packed in another way."""
    return with_byte(with_byte(archive, 8, method), archive.index(b"PK\1\2") + 10, method)


ZIPPED = zipped(("calls.csv", CALLS))
REFUSED = {
    **{
        f"a zip archive with the path {path}": Refused(zipped((path, CALLS)), "outside itself")
        for path in (
            "../calls.csv",
            "/etc/calls.csv",
            "..\\calls.csv",
            "C:\\calls.csv",
            "a/../../b",
        )
    },
    "a zip archive with a file that is called .": Refused(zipped((".", CALLS)), "outside itself"),
    "a zip archive with a file without a name": Refused(
        ZIPPED.replace(b"calls.csv", b"\0alls.csv"), "cut off or damaged"
    ),
    "a zip archive with two files": Refused(
        zipped(("calls.csv", CALLS), ("more.csv", CALLS)), "holds 2 files (calls.csv, more.csv)"
    ),
    "a zip archive with names that steer a terminal": Refused(
        zipped(("a\x1b[2J", CALLS), ("b\u202e", CALLS)), "(a\\u001b[2J, b\\u202e)"
    ),
    "a zip archive with an empty folder": Refused(
        zipped(("calls/", b"")), "holds 0 files (nothing)"
    ),
    "an empty zip archive": Refused(zipped(), "not readable as delimited text"),
    "an archive in an archive": Refused(zipped(("calls.zip", ZIPPED)), "first line is not utf-8"),
    "a zip archive with a password": Refused(encrypted(ZIPPED), "protected with a password"),
    "a zip archive packed in an unknown way": Refused(with_method(ZIPPED, 9), "method 9"),
    "a zip archive that expands a thousandfold": Refused(zipped(("a", BOMB)), "expand to more"),
    "a gzip file that expands a thousandfold": Refused(gzip.compress(BOMB), "expand to more"),
    "a zstd file that expands a thousandfold": Refused(zstd(BOMB), "expand to more"),
    "a zip archive, cut off": Refused(ZIPPED[:-30], "cut off or damaged"),
    "a zip archive whose directory is damaged": Refused(
        ZIPPED.replace(b"PK\1\2", b"PKxx"), "cut off or damaged"
    ),
    **{
        f"a zip archive with a damaged file, method {method}": Refused(
            with_byte(archive, 70, archive[70] ^ 0xFF), "cut off or damaged"
        )
        for method in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
            zipfile.ZIP_BZIP2,
            zipfile.ZIP_LZMA,
        )
        for archive in [zipped(("calls.csv", MANY), packing=method)]
    },
    "a zstd file, cut in the middle": Refused(zstd(MANY)[:2000], "cut off or damaged"),
    "a zstd file without checksum, cut at the end of a block": Refused(
        zstd(MANY, checked=False)[:-1], "cut off or damaged"
    ),
    "a zstd file whose second half is cut off": Refused(
        zstd(CALLS) + zstd(MANY)[:2000], "cut off or damaged"
    ),
    "a zstd file with something behind it": Refused(zstd(CALLS) + b"more", "cut off or damaged"),
    "a zstd file with a wrong checksum": Refused(
        with_byte(zstd(MANY), -1, zstd(MANY)[-1] ^ 1), "cut off or damaged"
    ),
    "the first bytes of a zstd file": Refused(zstd(CALLS)[:4], "cut off or damaged"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_archive_that_cannot_be_trusted_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is unpacked beside its place, nothing stays, and a good file after it is taken."""
    folder = tmp_path / "alder"
    with alder(folder, PLAIN) as county:
        case = REFUSED[name]
        assert_refused(county, lambda: county.deliver(case.content), case.words)
        assert_judged(county, Judged(CALLS, 5))
    assert {"alder"} == {path.name for path in tmp_path.iterdir()}
    assert [] == [path for path in folder.rglob("*") if path.name in ("b", "more.csv")]


SIXTH = b"6,2025-02-03,ALDER\n"
WHOLE = {
    **{
        f"a zip archive, method {method}": zipped(("x/calls.csv", CALLS + SIXTH), packing=method)
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    },
    "a zip archive made on a Macintosh": zipped(
        ("calls.csv", CALLS + SIXTH), ("__MACOSX/._calls.csv", b"\0")
    ),
    "two frames of zstd": zstd(CALLS) + zstd(SIXTH),
    "two frames of zstd, one of them empty": zstd(CALLS + SIXTH) + zstd(b""),
    "two members of gzip": gzip.compress(CALLS) + gzip.compress(SIXTH),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_archive_loses_nothing(tmp_path: Path, name: str) -> None:
    """All parts of a file that came in parts are read, and a bad row keeps its number."""
    with alder(tmp_path / "alder", PLAIN) as county:
        assert_judged(county, Judged(WHOLE[name], 6, [(6, "too_few_fields")]))


# --- Files that move ----------------------------------------------------------------------------


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"6,2025-02-03,ALDER,ASSAULT\n")


def _replace(path: Path) -> None:
    other = path.with_name("other.csv")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


def _overwrite(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"ALDER", b"BIRCH"))


def _lose_folder(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"")


ACCIDENTS: dict[str, Callable[[Path], None]] = {
    "it grows": _grow,
    "it is cut": lambda path: os.truncate(path, 40),
    "it is replaced by one of the same size and time": _replace,
    "it is overwritten with as many bytes": _overwrite,
    "it is removed": Path.unlink,
    "its folder becomes a file": _lose_folder,
}


@pytest.mark.parametrize("name", ACCIDENTS)
def test_a_file_that_changes_while_it_is_copied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Half of one delivery and half of another would be neither: nothing of it is kept."""
    path, archive = tmp_path / "incoming" / "calls.csv", tmp_path / "archive"
    path.parent.mkdir()
    path.write_bytes(CALLS)

    class Meddling:
        """A hash that lets the accident happen at the first bytes."""

        def __init__(self) -> None:
            self.hash, self.is_due = hashlib.blake2b(), True

        def update(self, chunk: bytes) -> None:
            self.hash.update(chunk)
            if self.is_due:
                self.is_due = False
                ACCIDENTS[name](path)

        def hexdigest(self) -> str:
            return self.hash.hexdigest()

    monkeypatch.setattr("pipeline.store.archive.hashlib.sha256", Meddling)

    with pytest.raises(SourceRefused, match="changed while it was read"):
        keep(path, archive=archive)

    assert [] == list(archive.iterdir())


def test_a_file_removed_before_it_is_read_is_refused(tmp_path: Path) -> None:
    """A name that no longer leads to a file is told as such."""
    with alder(tmp_path / "alder", PLAIN) as county:
        missing = county.folder / "calls.csv"
        assert_refused(county, lambda: county.ingest(missing), "No such file")


def test_the_copy_is_read_and_not_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to the file after it was copied does not matter."""
    with alder(tmp_path / "alder", PLAIN) as county:
        path = county.folder / "calls.csv"
        path.write_bytes(CALLS)

        def keep_and_lose(incoming: Path, *, archive: Path) -> object:
            kept = keep(incoming, archive=archive)
            incoming.write_bytes(b"something else")
            return kept

        monkeypatch.setattr("pipeline.ingest.keep", keep_and_lose)
        assert county.ingest(path).rows_accepted == 5
        assert [] == working_copies(county)


# --- Names that lead elsewhere ------------------------------------------------------------------


def run(folder: Path) -> tuple[int, str]:
    """A night, in this process; an exception that escapes fails the test."""
    arguments = ["run", "--city", str(folder), "--home", str(folder.parent / "home")]
    result = CliRunner().invoke(cli.app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stderr


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """The records folder of Alder County, with a good file, and a secret beside it."""
    folder = write_city(tmp_path / "alder", delivery="append")
    (folder / "records" / "calls-1.csv").write_bytes(CALLS)
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "calls-2.csv").write_bytes(lines(*good(6, 9)).encode())
    return folder / "records"


LINKS = {
    "out of the folder": "../../secret/calls-2.csv",
    "to a folder outside": "../../secret",
    "nowhere": "none.csv",
    "to a device": "/dev/zero",
}


@pytest.mark.parametrize("name", LINKS)
def test_a_link_out_of_the_records_folder_is_refused(records: Path, name: str) -> None:
    """Whoever may write to the folder could otherwise have any file of the machine read."""
    (records / "calls-2.csv").symlink_to(LINKS[name])

    code, text = run(records.parent)

    assert code == 1
    assert "calls-2.csv: a link that leads " in text
    assert "\n  expected: " in text
    assert "\n  try:      " in text


def test_a_link_within_the_records_folder_is_a_file(records: Path) -> None:
    """Such a link is another name of a file that may be read anyhow."""
    (records / "calls-2.csv").symlink_to("calls-1.csv")

    assert (0, "") == run(records.parent)


def test_a_link_to_itself_is_refused(records: Path) -> None:
    """A link that never ends leads nowhere."""
    (records / "calls-2.csv").symlink_to("calls-2.csv")

    code, text = run(records.parent)

    assert code == 1
    assert "calls-2.csv: a link that leads nowhere" in text


def test_a_linked_folder_is_no_way_out(records: Path) -> None:
    """A file behind a link to a folder elsewhere is refused as the link to the file would be."""
    declaration = records.parent / "sources" / "calls.toml"
    pattern = declaration.read_text(encoding="utf-8").replace('"calls*', '"*/calls*')
    declaration.write_text(pattern, encoding="utf-8")
    (records / "all").symlink_to("../../secret")

    code, text = run(records.parent)

    assert code == 1
    assert "leads out of the folder" in text


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir], ids=["a pipe", "a folder"])
def test_what_is_no_file_is_never_waited_for(
    tmp_path: Path, records: Path, make: Callable[[Path], None]
) -> None:
    """A pipe or a folder that is named as a file is refused at once."""
    make(records / "calls-2.csv")
    with alder(tmp_path / "other", PLAIN) as county, pytest.raises(SafetyIndexError) as refusal:
        county.ingest(records / "calls-2.csv")
    assert "no file" in refusal.value.seen


def test_a_pipe_is_not_passed_over(records: Path) -> None:
    """In the records folder, a pipe under a name that the source awaits is told."""
    os.mkfifo(records / "calls-2.csv")

    code, text = run(records.parent)

    assert code == 1
    assert "calls-2.csv" in text
