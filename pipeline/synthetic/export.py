"""Deliveries as files, in chunks of rows, so that memory does not grow with the file."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from pipeline.synthetic.deliveries import Rows, codes_of
from pipeline.synthetic.incidents import Calls
from pipeline.synthetic.layout import Encoding, Layout, header

CHUNK_ROWS = 100_000


def write_deliveries(
    folder: Path,
    files: Sequence[str],
    rows: Rows,
    calls: Calls,
    *,
    layout: Layout,
    encoding: Encoding,
    chunk_rows: int = CHUNK_ROWS,
) -> None:
    """Write each delivery; the bytes do not depend on the chunks."""
    for number, name in enumerate(files):
        ends = np.searchsorted(rows.file, [number, number + 1])
        starts = range(int(ends[0]), int(ends[1]), chunk_rows)
        parts = (np.arange(start, min(start + chunk_rows, int(ends[1]))) for start in starts)
        write_file(
            folder / name,
            (layout.render(codes_of(rows.take(part), calls, layout)) for part in parts),
            encoding=encoding,
        )


def write_file(path: Path, chunks: Iterable[bytes], *, encoding: Encoding) -> None:
    """Write a header and rows."""
    with path.open("wb") as file:
        file.write(header(encoding))
        for chunk in chunks:
            file.write(chunk)
