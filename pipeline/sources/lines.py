"""The physical lines of a text file, plain or gzipped: a second way to its number of rows."""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.errors import SourceRefused

CHUNK_BYTES = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
CLOSES = re.compile(rb'(?:[^"]|"")*"(?!")')
BLANK_AFTER_BREAK = re.compile(rb"\n(?=\r?\n)")


def is_gzipped(path: Path) -> bool:
    """Look at the first bytes: archived files have no suffix."""
    with path.open("rb") as file:
        return file.read(len(GZIP_MAGIC)) == GZIP_MAGIC


@contextmanager
def opened(path: Path, *, name: str) -> Iterator[BinaryIO]:
    """The decompressed bytes.

    Raises:
        SourceRefused: If the compressed file is cut off or damaged.
    """
    try:
        with gzip.open(path, "rb") if is_gzipped(path) else path.open("rb") as file:
            yield cast("BinaryIO", file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceRefused(
            f"{name}: the compressed file is cut off or damaged ({error})",
            expected="a whole gzip file",
            try_next="check that the copy was finished, or ask for the delivery again",
        ) from error


@lru_cache(maxsize=64)  # asked before and after reading; the path is an archived file's, its hash
def count_lines(path: Path, *, name: str) -> tuple[int, int]:
    """Physical lines and, among them, blank ones. A compressed file is checked to its last byte."""
    breaks, blank, tail = 0, 0, b"\n"  # as if a line had ended before the file
    with opened(path, name=name) as file:
        while chunk := file.read(CHUNK_BYTES):
            breaks += chunk.count(b"\n")
            joined = tail + chunk
            blank += len(BLANK_AFTER_BREAK.findall(joined)) - len(BLANK_AFTER_BREAK.findall(tail))
            tail = joined[-2:]
    return breaks + (not tail.endswith(b"\n")), blank


def blank_line_numbers(path: Path, *, name: str, delimiter: str) -> list[int]:
    """Which lines are blank as the reader counts: from 1, a quoted field's line breaks aside.

    Goes through the file line by line: only for files with both blank and unreadable lines.
    """
    # Only a quote at the beginning of a field opens it; one that is not doubled closes it.
    opens = re.compile(rb"(?:^|" + re.escape(delimiter.encode()) + rb')"(?:[^"]|"")*$')
    numbers, count, inside = [], 0, False
    with opened(path, name=name) as file:
        for ended in file:
            line = ended.rstrip(b"\r\n")
            count += not inside
            if not inside and not line:
                numbers.append(count)
            closed = CLOSES.match(line) if inside else None
            if not inside or closed:
                inside = opens.search(line, closed.end() if closed else 0) is not None
    return numbers
