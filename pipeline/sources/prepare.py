"""From the bytes that were delivered to a file that a reader can take: unpacked, in UTF-8."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.sources.declaration import Source
from pipeline.sources.transcode import in_utf8
from pipeline.sources.unpack import unpacked
from pipeline.sources.workbook import sheet_as_text

TEXT_FORMATS = ("csv", "json", "geojson")


@contextmanager
def prepared(path: Path, *, source: Source, name: str, folder: Path) -> Iterator[Path]:
    """The file as its reader takes it; working copies lie in `folder` while the block runs.

    Raises:
        SourceRefused: If the file cannot be unpacked or opened.
    """
    with unpacked(path, name=name, folder=folder) as plain:
        if source.format in TEXT_FORMATS:
            with in_utf8(plain, encoding=source.encoding, name=name, folder=folder) as ready:
                yield ready
        elif source.format == "excel":
            with sheet_as_text(plain, source=source, name=name, folder=folder) as ready:
                yield ready
        else:
            yield plain
