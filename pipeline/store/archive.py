"""The bytes of every delivery, kept under their hash."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SourceRefused
from pipeline.store.folders import make_folder, storage_errors

CHUNK_BYTES = 1 << 20


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
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def keep(path: Path, *, archive: Path) -> ArchivedFile:
    """Copy a file into the archive, byte for byte, and name it by its hash.

    The copy is what is read afterwards: a file that is replaced meanwhile does no harm.

    Raises:
        SourceRefused: If the file cannot be read.
        StorageUnusable: If the archive cannot be written.
    """
    make_folder(archive)
    partial = archive / f".{os.getpid()}.partial"
    digest, size = hashlib.sha256(), 0
    try:
        incoming = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with incoming, storage_errors(archive), partial.open("wb") as copy:
        while chunk := incoming.read(CHUNK_BYTES):
            digest.update(chunk)
            size += copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    name = digest.hexdigest()
    place = make_folder(archive / name[:2]) / name
    with storage_errors(place):
        partial.replace(place)
    return ArchivedFile(path.name, place, name, size)


def _unreadable(path: Path, error: OSError) -> SourceRefused:
    return SourceRefused(
        f"{path}: {error.strerror}",
        expected="a file that can be read",
        try_next="check the name and the permissions",
    )
