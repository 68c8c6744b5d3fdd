"""Folders and whole files: made, or refused with a reason an operator can act on."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import StorageUnusable

ADVICE = {
    errno.ENOSPC: "free some space; the last good state is untouched, the next run goes on from it",
    errno.EDQUOT: "raise the quota or free some space; the last good state is untouched",
    errno.EROFS: "give a home on a disk that can be written to, with --home",
    errno.EACCES: "give a home that this user may write to, with --home, or change its permissions",
    errno.EPERM: "give a home that this user may write to, with --home, or change its permissions",
}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn errors of the file system into one that says what to do."""
    try:
        yield
    except OSError as error:
        raise unusable(path, error) from error


def unusable(path: Path, error: OSError) -> StorageUnusable:
    """The error for a path that cannot be written."""
    return StorageUnusable(
        f"{error.filename or path}: {error.strerror or error}",
        expected="a home that can be written to, with room left",
        try_next=ADVICE.get(error.errno or 0, "look at the disk, then run the command again"),
    )


def make_folder(path: Path) -> Path:
    """Make a folder and those above it; existing ones are fine."""
    with storage_errors(path):
        path.mkdir(parents=True, exist_ok=True)
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: it is complete or absent."""
    make_folder(path.parent)
    neighbour = path.with_name(f".{path.name}.partial")
    with storage_errors(path):
        with neighbour.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        neighbour.replace(path)
