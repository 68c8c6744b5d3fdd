"""Compressed files: unpacked beside the archive for as long as they are read."""

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

import zstandard

from pipeline.errors import SourceRefused
from pipeline.sources.text import visible
from pipeline.store.folders import make_folder, storage_errors

CHUNK_BYTES = 1 << 20
GZIP, ZSTD, ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
# A workbook is a zip archive too, and is no archive to us.
WORKBOOK_MEMBERS = {"[Content_Types].xml", "META-INF/manifest.xml"}
WAYS_OF_PACKING = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)
# Records shrink to a fifth or a tenth. What grows two hundredfold was made to fill a disk.
LARGEST_GROWTH = 200
GROWTH_IS_JUDGED_FROM_BYTES = 64 << 20
ZSTD_BYTES = 2 << 10  # packed bytes at a time: the worst of them expand to 64 MB
# A damaged archive can be wrong in more ways than its library has errors for.
DAMAGE = (
    *(OSError, EOFError, ValueError, IndexError, OverflowError, RuntimeError, struct.error),
    *(zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile),
)


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
        with _opened(path, kind, name=name) as chunks:
            _copy(chunks, copy, size_bytes=path.stat().st_size, name=name)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _kind(path: Path) -> bytes | None:
    """Magic bytes of a compressed file; None for any other."""
    with path.open("rb") as file:
        start = file.read(4)
    kind = next((magic for magic in (GZIP, ZSTD, ZIP) if start.startswith(magic)), None)
    return None if kind == ZIP and _is_workbook(path) else kind


def _is_workbook(path: Path) -> bool:
    """Whether the zip archive is a workbook; damage is told when it is opened."""
    with suppress(*DAMAGE), zipfile.ZipFile(path) as archive:
        return not WORKBOOK_MEMBERS.isdisjoint(archive.namelist())
    return False


@contextmanager
def _opened(path: Path, kind: bytes, *, name: str) -> Iterator[Iterator[bytes]]:
    """The unpacked bytes, a chunk at a time."""
    try:
        if kind == GZIP:
            with gzip.open(path, "rb") as file:
                yield _chunks(cast("BinaryIO", file))
        elif kind == ZSTD:
            with path.open("rb") as packed:
                yield _frames(packed)
        else:
            with (
                zipfile.ZipFile(path) as archive,
                archive.open(_only_member(archive, name)) as member,
            ):
                yield _chunks(cast("BinaryIO", member))
    except DAMAGE as error:
        raise SourceRefused(
            f"{name}: the compressed file is cut off or damaged ({error})",
            expected="a whole gzip, zstd or zip file",
            try_next="check that the copy was finished, or ask for the delivery again",
        ) from error


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def _frames(packed: BinaryIO) -> Iterator[bytes]:
    """What the frames of a zstd file hold. The library's own stream does not miss a lost end."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    is_begun = False
    while rest := packed.read(ZSTD_BYTES):
        while rest:
            yield frame.decompress(rest)
            rest, is_begun = frame.unused_data, not frame.eof
            if frame.eof:
                frame = zstandard.ZstdDecompressor().decompressobj()
    if is_begun:
        raise EOFError("the last frame has no end")


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The one file of an archive; its name is looked at and never used as a path."""
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/")
    ]
    for member in members:
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        is_outside = inside.is_absolute() or ".." in inside.parts
        if is_outside or not inside.parts or ":" in inside.parts[0]:
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
        if member.compress_type not in WAYS_OF_PACKING:
            raise SourceRefused(
                f"{name}: the archive is packed in a way that is not known here "
                f"(method {member.compress_type})",
                expected="a zip archive packed by deflate, bzip2 or LZMA",
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


def _copy(chunks: Iterator[bytes], copy: Path, *, size_bytes: int, name: str) -> None:
    """Write the chunks to a file while its growth is believable."""
    written = 0
    with storage_errors(copy):
        file = copy.open("wb")
    with file:
        for chunk in chunks:
            with storage_errors(copy):
                written += file.write(chunk)
                file.flush()
            if written > max(GROWTH_IS_JUDGED_FROM_BYTES, LARGEST_GROWTH * size_bytes):
                raise SourceRefused(
                    f"{name}: {size_bytes:,} bytes expand to more than {written:,}",
                    expected=f"a file that grows at most {LARGEST_GROWTH} times when unpacked",
                    try_next="if it is genuine, unpack it and deliver the file in it",
                )
