"""The physical lines of a text file: a second way to its number of rows."""

import re
from functools import lru_cache
from itertools import islice
from pathlib import Path

CHUNK_BYTES = 1 << 20
BLANK_AFTER_BREAK = re.compile(rb"\n(?=\r?\n)")


def count_lines(path: Path) -> tuple[int, int]:
    """Physical lines and, among them, blank ones.

    The answer is remembered as long as the file is the same one: it is asked before and after
    reading.
    """
    state = path.stat()
    return _count_lines(path, state.st_ino, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _count_lines(path: Path, *_state: int) -> tuple[int, int]:
    breaks, blank, tail = 0, 0, b"\n"  # as if a line had ended before the file
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            breaks += chunk.count(b"\n")
            joined = tail + chunk
            blank += len(BLANK_AFTER_BREAK.findall(joined)) - len(BLANK_AFTER_BREAK.findall(tail))
            tail = joined[-2:]
    return breaks + (not tail.endswith(b"\n")), blank


def n_blank_lines(path: Path, n_lines: int) -> int:
    """How many of a file's first lines are blank."""
    with path.open("rb") as file:
        return sum(line in (b"\n", b"\r\n") for line in islice(file, n_lines))


def blank_line_numbers(path: Path, *, delimiter: str, quote: str) -> list[int]:
    """Which lines are blank as the reader counts: from 1, a quoted field's line breaks aside.

    Goes through the file line by line: only for files with both blank and unreadable lines.
    """
    # Only a quote at the beginning of a field opens it; one that is not doubled closes it.
    mark = re.escape(quote.encode()) or b"(?!)"
    field = b"(?:[^" + mark + b"]|" + mark * 2 + b")*" if quote else b""
    opens = re.compile(rb"(?:^|" + re.escape(delimiter.encode()) + b")" + mark + field + b"$")
    closes = re.compile(field + mark + b"(?!" + mark + b")")
    numbers, count, inside = [], 0, False
    with path.open("rb") as file:
        for ended in file:
            line = ended.rstrip(b"\r\n")
            count += not inside
            if not inside and not line:
                numbers.append(count)
            closed = closes.match(line) if inside else None
            if not inside or closed:
                inside = opens.search(line, closed.end() if closed else 0) is not None
    return numbers
