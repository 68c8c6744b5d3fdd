"""The bytes of every delivery, kept under their hash."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from pipeline.errors import SourceRefused
from pipeline.store.folders import make_folder, storage_errors

CHUNK_BYTES = 1 << 20
PARTIAL = ".partial"  # one delivery at a time: the home is locked
WORK = ".work"  # folder for unpacked and rewritten copies, while they are read


@dataclass(frozen=True)
class ArchivedFile:
    """One file of a delivery."""

    name: str  # as delivered, without folders
    path: Path  # where its bytes lie now
    sha256: str
    size_bytes: int


def file_hash(path: Path) -> str:
    """SHA-256 of a file.

    Raises:
        SourceRefused: If it cannot be read.
    """
    try:
        with _opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def sweep(archive: Path) -> None:
    """Remove what a killed run left half copied."""
    with storage_errors(archive):
        (archive / PARTIAL).unlink(missing_ok=True)
        if (archive / WORK).exists():
            shutil.rmtree(archive / WORK)


def keep(path: Path, *, archive: Path) -> ArchivedFile:
    """Copy a file into the archive, byte for byte, and name it by its hash.

    The copy is what is read afterwards: a file that is replaced meanwhile does no harm.

    Raises:
        SourceRefused: If the file cannot be read.
        StorageUnusable: If the archive cannot be written.
    """
    make_folder(archive)
    partial = archive / PARTIAL
    digest, size = hashlib.sha256(), 0
    incoming = _opened(path)
    before = os.fstat(incoming.fileno())
    with (
        incoming,
        storage_errors(archive),
        _removed_on_failure(partial),
        partial.open("wb") as copy,
    ):
        while chunk := incoming.read(CHUNK_BYTES):
            digest.update(chunk)
            size += copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    _refuse_moving(path, before, size_bytes=size, partial=partial)
    name = digest.hexdigest()
    place = make_folder(archive / name[:2]) / name
    with storage_errors(place):
        partial.replace(place)
    return ArchivedFile(path.name, place, name, size)


def _opened(path: Path) -> BufferedReader:
    """The file, open for reading. A pipe or a device could keep a night waiting for ever."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceRefused(
                f"{path}: {'a directory' if path.is_dir() else 'a pipe or a device'}, no file",
                expected="a file that can be read to its end",
                try_next="name the files themselves, one by one",
            )
        return path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error


def _refuse_moving(path: Path, before: os.stat_result, *, size_bytes: int, partial: Path) -> None:
    """A file that changed while it was copied is half of one delivery and half of another."""
    try:
        after = path.stat()
        same = (after.st_ino, after.st_size, after.st_mtime_ns) == (
            before.st_ino,
            size_bytes,
            before.st_mtime_ns,
        )
    except OSError:  # removed, or its folder was
        same = False
    if not same:
        partial.unlink(missing_ok=True)
        raise SourceRefused(
            f"{path}: changed while it was read ({before.st_size:,} bytes at first)",
            expected="a file whose copy is finished",
            try_next="run again when it is; to be safe, copy under another name and rename it",
        )


@contextmanager
def _removed_on_failure(path: Path) -> Iterator[None]:
    """A half copy on a full disk would keep it full."""
    try:
        yield
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _unreadable(path: Path, error: OSError) -> SourceRefused:
    return SourceRefused(
        f"{path}: {error.strerror}",
        expected="a file that can be read",
        try_next="check the name and the permissions",
    )
