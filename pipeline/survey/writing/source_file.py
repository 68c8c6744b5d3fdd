"""The text of `sources/<id>.toml`: what was found, with the doubts beside their keys."""

import glob
import re
from collections.abc import Sequence

from pipeline.survey.columns.moments import FoundClock
from pipeline.survey.columns.times import FoundTime
from pipeline.survey.found import FoundSource
from pipeline.survey.writing.toml_text import DoubtNotes, comment, toml

MANY_FILES = 8


def file_patterns(names: Sequence[str]) -> tuple[str, ...]:
    """Patterns for the names: one where they differ in numbers only.

    >>> file_patterns(["calls-2023.csv", "calls-2024.csv"]), file_patterns(["a[1].csv"])
    (('calls-*.csv',), ('a[[]1].csv',))
    """
    general = {re.sub(r"\d+(?:\D\d+)*", "*", glob.escape(name)) for name in names}
    if len(names) > 1 and len(general) == 1 and next(iter(general)).split(".")[0].strip("*-_ "):
        return tuple(general)
    return tuple(glob.escape(name) for name in names)


def source_file(found: FoundSource, notes: DoubtNotes) -> str:
    """The declaration of a source; keys that a doubt blocks are comments."""
    parts = [
        _head(found, notes),
        _time_table("occurred", found.occurred, found.clock, notes),
        _time_table("reported", found.reported, None, notes) if found.reported else [],
        _category(found, notes),
        _place(found, notes),
        _validity(found, notes),
        _casualties(found),
        _identity(found, notes),
        _left_out(found),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _head(found: FoundSource, notes: DoubtNotes) -> list[str]:
    """Files, format and days."""
    shape = found.shape
    lines = [
        f"# What a delivery looks like, and how it is read; found from {found.n_rows:,} rows.",
        f"id = {toml(found.id)}",
        f"name = {toml({'en': found.id, 'zh': found.id})}  # as readers shall see it",
        "# Looked up in the records folder; * stands for anything.",
        f"files = {toml(file_patterns(found.names))}",
        *notes.about("encoding, delimiter, quote"),
        f"format = {toml(shape.format)}",
    ]
    if shape.format in ("csv", "json", "geojson"):
        lines += [*notes.about("encoding"), f"encoding = {toml(shape.encoding.encoding)}"]
    if shape.format == "csv":
        lines += [f"delimiter = {toml(shape.delimiter)}", f"quote = {toml(shape.quote)}"]
    if shape.skip_lines:
        lines.append(f"skip_lines = {shape.skip_lines}  # above the names of the columns")
    if shape.sheet:
        lines += [*notes.about("sheet"), f"sheet = {toml(shape.sheet)}"]
    delivery = "snapshot" if len(found.names) == 1 else "append"
    return [*lines, *notes.about("delivery"), f"delivery = {toml(delivery)}", *_days(found, notes)]


def _days(found: FoundSource, notes: DoubtNotes) -> list[str]:
    """First and last day; of several readings each as a comment."""
    span = found.span
    if span is None or (found.occurred and not found.occurred.is_decided):
        lines = comment("The first day that is whole, by each reading of the dates:")
        lines += [f"# first_day = {one.first_day}" for one in found.spans]
        return [*lines, f'last_day = "{span.ends if span else "partial"}"']
    before = f"; {span.n_before:,} older rows are no full account" if span.n_before else ""
    ends = {"complete": "the last day is whole", "partial": "the files end within their last day"}
    return [
        *notes.about("first_day"),
        f"first_day = {span.first_day}  # the first whole day{before}",
        f'last_day = "{span.ends}"  # {ends[span.ends]}: {span.last_day}',
    ]


def _time_table(
    table: str, found: FoundTime | None, clock: FoundClock | None, notes: DoubtNotes
) -> list[str]:
    """`[occurred]` or `[reported]`."""
    lines = [f"[{table}]", *notes.about(f"[{table}]"), *notes.about(f"[{table}] column")]
    if found is None:
        return [*lines, '# column = ""', "# formats = []"]
    lines += [f"column = {toml(found.column)}", *notes.about(f"[{table}] formats")]
    if found.is_decided:
        lines.append(f"formats = {toml(found.formats)}")
    else:
        lines += [f"# formats = {toml(formats)}" for formats in found.choices]
    where = "says its own offset" if found.zone == "UTC" else "local wall time"
    lines += [
        f"zone = {toml(found.zone)}  # {where}",
        *notes.about(f"[{table}] precision"),
        f"precision = {toml(found.precision)}",
    ]
    if clock:
        lines += ["", f"[{table}.time]", f"column = {toml(clock.column)}"]
        lines.append(f"formats = {toml(clock.formats)}")
    return lines


def _category(found: FoundSource, notes: DoubtNotes) -> list[str]:
    lines = ["[category]  # its values are mapped in categories.csv"]
    lines += [*notes.about("[category]"), *notes.about("[category] columns")]
    if not found.category:
        return [*lines, '# column = ""']
    lines.append(f"columns = {toml(found.category)}")
    if found.received:
        lines.append(f"received_columns = {toml(found.received)}  # as the call taker put it")
    return lines


def _place(found: FoundSource, notes: DoubtNotes) -> list[str]:
    lines = ["[place]  # looked up in places.csv, then among ids and names of towns.csv"]
    lines += [*notes.about("[place]"), *notes.about("[place] columns")]
    if found.place:
        return [*lines, f"columns = {toml(found.place)}"]
    if found.position:
        longitude, latitude = found.position
        lines += [
            "# A position is looked up in boundaries.geojson and forgotten.",
            f"longitude = {toml(longitude)}",
            f"latitude = {toml(latitude)}",
            'datum = "wgs84"  # gcj02 where the positions come from a Chinese map service',
        ]
        return lines
    return [*lines, '# column = ""']


def _validity(found: FoundSource, notes: DoubtNotes) -> list[str]:
    words = found.validity
    if words is None:
        return []
    return [
        "[validity]  # repeats and invalid records are kept, and not counted",
        *notes.about("[validity]"),
        f"column = {toml(words.column)}",
        f"valid = {toml(words.valid)}",
        f"repeat = {toml(words.repeat)}",
        f"invalid = {toml(words.invalid)}",
    ]


def _casualties(found: FoundSource) -> list[str]:
    named = (("deaths", found.deaths), ("injuries", found.injuries))
    lines = [f"{key} = {toml(column)}" for key, column in named if column]
    return ["[casualties]", *lines] if lines else []


def _identity(found: FoundSource, notes: DoubtNotes) -> list[str]:
    identity = found.identity
    lines = ["[identity]  # what makes two rows the same incident"]
    lines += [*notes.about("[identity] columns")]
    if identity.n_repeats:
        lines += comment(f"{identity.n_repeats:,} rows of the sample repeat an earlier one.")
    return [
        *lines,
        f"columns = {toml(identity.columns)}",
        f"repeats = {toml(identity.repeats)}",
    ]


def _left_out(found: FoundSource) -> list[str]:
    """Columns that the declaration does not name: they are never read into the warehouse."""
    lines = []
    if found.personal:
        lines += comment(f"Left out, may point at a person: {', '.join(found.personal)}")
    if found.unused:
        lines += comment(f"Left out, not needed: {', '.join(found.unused)}")
    return lines
