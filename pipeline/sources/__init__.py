"""Kinds of files: one module each, one contract: rows with their numbers, or a refusal."""

from pipeline.sources.base import Reader
from pipeline.sources.csv import CsvReader
from pipeline.sources.parquet import ParquetReader

READERS: dict[str, Reader] = {"csv": CsvReader(), "parquet": ParquetReader()}
