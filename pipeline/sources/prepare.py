"""From the bytes that were delivered to a file that a reader can take: unpacked, in UTF-8."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.sources.declaration import Source
from pipeline.sources.slices import slices
from pipeline.sources.transcode import in_utf8, utf8_chunks
from pipeline.sources.unpack import unpacked
from pipeline.sources.workbook import sheet_as_text
from pipeline.store.folders import make_folder

TEXT_FORMATS = ("csv", "json", "geojson")


@contextmanager
def in_parts(path: Path, *, source: Source, name: str, folder: Path) -> Iterator[Iterator[Path]]:
    """The file as its reader takes it, one part after the other; each is gone with the next.

    Only delimited text that has to be rewritten comes in more than one part.

    Raises:
        SourceRefused: If the file cannot be unpacked or opened.
    """
    if source.format != "csv" or source.encoding == "utf-8":
        with prepared(path, source=source, name=name, folder=folder) as whole:
            yield iter([whole])
        return
    with unpacked(path, name=name, folder=folder) as plain:
        parts = slices(
            utf8_chunks(plain, encoding=source.encoding, name=name),
            make_folder(folder),
            quote=source.quote.encode(),
            n_head_lines=source.skip_lines + 1,
        )
        with closing(parts):  # a reader that refuses the first part leaves none behind
            yield parts


@contextmanager
def prepared(path: Path, *, source: Source, name: str, folder: Path) -> Iterator[Path]:
    """The whole file as its reader takes it; working copies lie in `folder` while the block runs.

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
