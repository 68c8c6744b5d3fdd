"""Text in other encodings, rewritten in UTF-8, the one that DuckDB reads fast."""

import codecs
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import SourceRefused
from pipeline.sources import iconv
from pipeline.sources.declaration import Encoding
from pipeline.store.folders import make_folder, storage_errors

CHUNK_BYTES = 1 << 20
BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
PYTHON_NAMES: dict[Encoding, str] = {
    "gb18030": "gb18030",
    "big5": "cp950",  # what is called Big5 was mostly written on Windows, whose table is a superset
    "cp950": "cp950",
    "windows-1252": "cp1252",
    "latin-1": "latin-1",
}
BY_THE_C_LIBRARY = "gb18030"  # whose files are large, and in which no character holds a line break
NO_TEXT = "safety-index-no-text"


def _end_of_damage(error: UnicodeError) -> int:
    """Where to go on: behind the first damaged byte, so that a line break after it is kept."""
    assert isinstance(error, UnicodeDecodeError)
    return error.end if error.encoding.startswith("utf-16") else error.start + 1


# One byte that UTF-8 never has: DuckDB then rejects the line by number, as one with a bad encoding.
codecs.register_error(NO_TEXT, lambda error: ("\udcff", _end_of_damage(error)))


@contextmanager
def in_utf8(path: Path, *, encoding: Encoding, name: str, folder: Path) -> Iterator[Path]:
    """The file itself where it is UTF-8, else a copy in `folder` while the block runs.

    Bytes that are no text of the encoding become bytes that are no UTF-8, in the same line.

    Raises:
        SourceRefused: If a file declared as UTF-16 does not begin with a byte order mark.
    """
    if encoding == "utf-8":
        yield path
        return
    copy = make_folder(folder) / "in-utf-8"
    try:
        with storage_errors(copy), copy.open("wb") as target:
            for chunk in utf8_chunks(path, encoding=encoding, name=name):
                target.write(chunk)
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def utf8_chunks(path: Path, *, encoding: Encoding, name: str) -> Iterator[bytes]:
    """The text in UTF-8, a chunk at a time: memory does not grow with the file.

    Raises:
        SourceRefused: If a file declared as UTF-16 does not begin with a byte order mark.
    """
    codec = _utf16_order(path, name) if encoding == "utf-16" else PYTHON_NAMES[encoding]
    with path.open("rb") as file:
        if codec == BY_THE_C_LIBRARY and iconv.is_known(codec):
            yield from map(bytes, converted(whole_lines(file), codec=codec))
        else:
            yield from converted_slowly(file, codec=codec)


def whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Chunks that end with a line: no character is cut in two."""
    rest = b""
    while chunk := file.read(CHUNK_BYTES):
        end = chunk.rfind(b"\n") + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
    if rest:
        yield rest


def converted(chunks: Iterable[bytes], *, codec: str) -> Iterator[memoryview]:
    """Chunks in UTF-8, in their order, several at a time."""
    n_threads = max(1, os.cpu_count() or 1)
    with ThreadPoolExecutor(n_threads) as pool:
        waiting: deque[Future[memoryview]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(iconv.to_utf8, chunk, codec))
            if len(waiting) > n_threads:
                yield waiting.popleft().result()
        for last in waiting:
            yield last.result()


def converted_slowly(file: BinaryIO, *, codec: str) -> Iterator[bytes]:
    """The same by Python's codecs: for what the C library lacks, and as the tests' oracle."""
    decoder = codecs.getincrementaldecoder(codec)(errors=NO_TEXT)
    while chunk := file.read(CHUNK_BYTES):
        yield decoder.decode(chunk).encode("utf-8", errors="surrogateescape")
    yield decoder.decode(b"", final=True).encode("utf-8", errors="surrogateescape")


def _utf16_order(path: Path, name: str) -> str:
    """Python's codec of a UTF-16 file, by its mark."""
    with path.open("rb") as file:
        mark = file.read(2)
    if mark not in BYTE_ORDER_MARKS:
        raise SourceRefused(
            f"{name}: begins with the bytes {mark.hex(' ') or '(none)'}",
            expected="UTF-16 with a byte order mark (ff fe or fe ff), as declared",
            try_next="correct `encoding` in the source's declaration, or save the file anew",
        )
    return BYTE_ORDER_MARKS[mark]
