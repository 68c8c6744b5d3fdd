"""A long text in slices, written by turns in two places, one ahead of the one that is read.

A whole copy of a large file would have to reach the disk, which takes longer than reading it. A
slice is written over again before the system has begun to write it out.
"""

from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BufferedRandom
from pathlib import Path

from pipeline.store.folders import storage_errors

SLICE_BYTES = 128 << 20
LARGEST_SLICE = 2 * SLICE_BYTES


def slices(
    chunks: Iterable[bytes], folder: Path, *, quote: bytes, n_head_lines: int
) -> Generator[Path, None, None]:
    """Write a text in slices of whole records, each with the lines of the head before it.

    A record ends with a line before which all quotes are closed. Where a stray quote leaves no such
    line, a slice twice as long ends with any line.

    Args:
        chunks: The text in UTF-8.
        folder: For the slices, which are removed at the end.
        quote: What encloses fields; may be empty.
        n_head_lines: Lines up to and with the names of the columns, repeated in each slice.

    Yields:
        Files; each is written over again after the next one was asked for.
    """
    places = (folder / "slice-0", folder / "slice-1")
    try:
        yield from _one_ahead(_slices(_Slice(places, quote, n_head_lines), chunks))
    finally:
        for place in places:
            place.unlink(missing_ok=True)


def _one_ahead(files: Iterator[Path]) -> Iterator[Path]:
    """The same files; the next one is made while the last one is read."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, files, None)
        while (file := waiting.result()) is not None:
            waiting = pool.submit(next, files, None)
            yield file


def _slices(current: "_Slice", chunks: Iterable[bytes]) -> Iterator[Path]:
    for chunk in chunks:
        rest = chunk
        while end := current.end_within(rest):
            current.write(rest[:end])
            yield current.close()
            rest = rest[end:]
        current.write(rest)
    if current.has_rows or current.is_first:
        yield current.close()


class _Slice:
    """The slice that is being written."""

    def __init__(self, places: tuple[Path, Path], quote: bytes, n_head_lines: int) -> None:
        self.place, self.next_place = places
        self.quote, self.n_head_lines = quote, n_head_lines
        self.head, self.is_first = b"", True
        self.size, self.n_quotes, self.has_rows = 0, 0, False
        self.file: BufferedRandom | None = None

    def write(self, text: bytes) -> None:
        """Add text; the first lines of all are the head."""
        if not text:
            return
        with storage_errors(self.place):
            if self.file is None:
                self.file = self._opened()
                self.file.write(self.head)
            self.file.write(text)
        if self.is_first and self.head.count(b"\n") < self.n_head_lines:
            lines = (self.head + text).split(b"\n", self.n_head_lines)
            self.head = b"\n".join(lines[: self.n_head_lines])
            self.head += b"\n" if len(lines) > self.n_head_lines else b""
        self.size += len(text)
        self.n_quotes += self._count_quotes(text)
        self.has_rows = True

    def end_within(self, text: bytes) -> int:
        """Where the slice should end within the text that comes next; 0 for not yet."""
        size = self.size + len(text)
        if size < SLICE_BYTES:
            return 0
        start = max(0, SLICE_BYTES - self.size)
        end = text.find(b"\n", start) + 1
        n_quotes = self.n_quotes + self._count_quotes(text[:end])
        while end and n_quotes % 2:
            following = text.find(b"\n", end) + 1
            n_quotes += self._count_quotes(text[end:following])
            end = following
        if not end and size >= LARGEST_SLICE:
            end = text.rfind(b"\n") + 1
        return end

    def close(self) -> Path:
        """Finish the slice; the next begins with the head, in the other place."""
        with storage_errors(self.place):
            file = self.file or self._opened()
            file.truncate()
            file.close()
        done, self.place, self.next_place = self.place, self.next_place, self.place
        self.file, self.is_first, self.has_rows = None, False, False
        self.size, self.n_quotes = 0, 0
        return done

    def _count_quotes(self, text: bytes) -> int:
        """Quotes in a text; most texts have none, and to see that is ten times faster."""
        return text.count(self.quote) if self.quote and self.quote in text else 0

    def _opened(self) -> BufferedRandom:
        """The place, as it is: writing over pages that are there costs less than new ones."""
        self.place.touch()
        return self.place.open("r+b")
