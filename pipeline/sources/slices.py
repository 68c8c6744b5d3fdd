"""A long text in slices, written one after the other in the same place.

A whole copy of a large file would have to reach the disk, which takes longer than reading it. A
slice is gone from memory's page cache again before the system has begun to write it.
"""

from collections.abc import Iterable, Iterator
from io import BufferedWriter
from pathlib import Path

from pipeline.store.folders import storage_errors

SLICE_BYTES = 256 << 20
LARGEST_SLICE = 2 * SLICE_BYTES


def slices(
    chunks: Iterable[bytes], place: Path, *, quote: bytes, n_head_lines: int
) -> Iterator[Path]:
    """Write a text in slices of whole records, each with the lines of the head before it.

    A record ends with a line before which all quotes are closed. Where a stray quote leaves no such
    line, a slice twice as long ends with any line.

    Args:
        chunks: The text in UTF-8.
        place: File that is overwritten by each slice and removed at the end.
        quote: What encloses fields; may be empty.
        n_head_lines: Lines up to and with the names of the columns, repeated in each slice.

    Yields:
        `place`, as often as it was filled anew.
    """
    try:
        yield from _slices(_Slice(place, quote, n_head_lines), chunks)
    finally:
        place.unlink(missing_ok=True)


def _slices(current: "_Slice", chunks: Iterable[bytes]) -> Iterator[Path]:
    for chunk in chunks:
        rest = chunk
        end = current.end_within(rest)
        while end:
            current.write(rest[:end])
            yield current.close()
            rest = rest[end:]
            end = current.end_within(rest)
        current.write(rest)
    if current.has_rows or current.is_first:
        yield current.close()


class _Slice:
    """The slice that is being written."""

    def __init__(self, place: Path, quote: bytes, n_head_lines: int) -> None:
        self.place, self.quote, self.n_head_lines = place, quote, n_head_lines
        self.head, self.is_first = b"", True
        self.size, self.n_quotes, self.has_rows = 0, 0, False
        self.file: BufferedWriter | None = None

    def write(self, text: bytes) -> None:
        """Add text; the first lines of all are the head."""
        if not text:
            return
        with storage_errors(self.place):
            if self.file is None:
                self.file = self.place.open("wb")
                self.file.write(self.head)
            self.file.write(text)
        if self.is_first and self.head.count(b"\n") < self.n_head_lines:
            lines = (self.head + text).split(b"\n", self.n_head_lines)
            self.head = b"\n".join(lines[: self.n_head_lines])
            self.head += b"\n" if len(lines) > self.n_head_lines else b""
        self.size += len(text)
        self.n_quotes += text.count(self.quote) if self.quote else 0
        self.has_rows = True

    def end_within(self, text: bytes) -> int:
        """Where the slice should end within the text that comes next; 0 for not yet."""
        size = self.size + len(text)
        if size < SLICE_BYTES:
            return 0
        start = max(0, SLICE_BYTES - self.size)
        end = text.find(b"\n", start) + 1
        n_quotes = self.n_quotes + (text.count(self.quote, 0, end) if self.quote else 0)
        while end and n_quotes % 2:
            following = text.find(b"\n", end) + 1
            n_quotes += text.count(self.quote, end, following)
            end = following
        if not end and size >= LARGEST_SLICE:
            end = text.rfind(b"\n") + 1
        return end

    def close(self) -> Path:
        """Finish the slice; the next begins with the head."""
        with storage_errors(self.place):
            file = self.file or self.place.open("wb")
            file.close()
        self.file, self.is_first, self.has_rows = None, False, False
        self.size, self.n_quotes = 0, 0
        return self.place
