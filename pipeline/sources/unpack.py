"""Compressed files: unpacked beside the archive for as long as they are read."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import zstandard

from pipeline.errors import SourceRefused
from pipeline.sources.text import visible
from pipeline.store.folders import make_folder, storage_errors

CHUNK_BYTES = 1 << 20
GZIP, ZSTD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
WORKBOOK_MEMBER = "[Content_Types].xml"  # a workbook is a zip archive too, and is no archive to us
# Records shrink to a fifth or a tenth. What grows two hundredfold was made to fill a disk.
LARGEST_GROWTH = 200
GROWTH_IS_JUDGED_FROM_BYTES = 64 << 20
DAMAGE = (OSError, EOFError, zlib.error, zstandard.ZstdError, zipfile.BadZipFile)


@contextmanager
def unpacked(path: Path, *, name: str, folder: Path) -> Iterator[Path]:
    """The file itself, or what is packed in it, in `folder` while the block runs.

    Kinds are told by their first bytes: archived files have no suffix.

    Raises:
        SourceRefused: If the file is damaged, protected, holds several files, names a place outside
            or grows beyond belief.
    """
    kind = _kind(path)
    if kind is None:
        yield path
        return
    copy = make_folder(folder) / "unpacked"
    try:
        with _opened(path, kind, name=name) as packed:
            _copy(packed, copy, size_bytes=path.stat().st_size, name=name)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _kind(path: Path) -> bytes | None:
    """Magic bytes of a compressed file; None for any other."""
    with path.open("rb") as file:
        start = file.read(4)
    kind = next((magic for magic in (GZIP, ZSTD, ZIP) if start.startswith(magic)), None)
    if kind == ZIP and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return None if WORKBOOK_MEMBER in archive.namelist() else ZIP
    return kind


@contextmanager
def _opened(path: Path, kind: bytes, *, name: str) -> Iterator[BinaryIO]:
    """The unpacked bytes as a stream."""
    try:
        if kind == GZIP:
            with gzip.open(path, "rb") as file:
                yield cast("BinaryIO", file)
        elif kind == ZSTD:
            with zstandard.open(path, "rb") as file:
                yield cast("BinaryIO", file)
        else:
            with (
                zipfile.ZipFile(path) as archive,
                archive.open(_only_member(archive, name)) as file,
            ):
                yield cast("BinaryIO", file)
    except DAMAGE as error:
        raise SourceRefused(
            f"{name}: the compressed file is cut off or damaged ({error})",
            expected="a whole gzip, zstd or zip file",
            try_next="check that the copy was finished, or ask for the delivery again",
        ) from error


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The one file of an archive; its name is looked at and never used as a path."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    for member in members:
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
            raise SourceRefused(
                f"{name}: the archive names a place outside itself ({visible(member.filename)})",
                expected="an archive with plain file names",
                try_next="do not unpack it elsewhere either; ask where the file comes from",
            )
        if member.flag_bits & 1:
            raise SourceRefused(
                f"{name}: the archive is protected with a password",
                expected="an archive that can be opened without one",
                try_next="unpack it, then deliver the file in it",
            )
    if len(members) != 1:
        listed = ", ".join(visible(member.filename) for member in members[:5]) or "nothing"
        raise SourceRefused(
            f"{name}: the archive holds {len(members)} files ({listed})",
            expected="an archive with one file of records",
            try_next="unpack it, and deliver the files of records in it one by one",
        )
    return members[0]


def _copy(packed: BinaryIO, copy: Path, *, size_bytes: int, name: str) -> None:
    """Write the stream to a file while its growth is believable."""
    written = 0
    with storage_errors(copy):
        file = copy.open("wb")
    with file:
        while chunk := packed.read(CHUNK_BYTES):
            with storage_errors(copy):
                written += file.write(chunk)
                file.flush()
            if written > max(GROWTH_IS_JUDGED_FROM_BYTES, LARGEST_GROWTH * size_bytes):
                raise SourceRefused(
                    f"{name}: {size_bytes:,} bytes expand to more than {written:,}",
                    expected=f"a file that grows at most {LARGEST_GROWTH} times when unpacked",
                    try_next="if it is genuine, unpack it and deliver the file in it",
                )
