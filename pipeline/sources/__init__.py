"""Kinds of files: one module each, one contract: rows with their numbers, or a refusal."""

from pipeline.sources.base import Reader
from pipeline.sources.csv import CsvReader, Layout
from pipeline.sources.declaration import Format
from pipeline.sources.json import JsonReader
from pipeline.sources.parquet import ParquetReader

READERS: dict[Format, Reader] = {
    "csv": CsvReader(),
    "json": JsonReader(),
    "geojson": JsonReader(),
    "parquet": ParquetReader(),
    "excel": CsvReader(Layout()),  # a sheet is rewritten as delimited text before it is read
    "postgresql": CsvReader(Layout()),  # what was fetched is kept as delimited text
}
