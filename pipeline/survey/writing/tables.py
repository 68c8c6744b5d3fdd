"""The tables of a new city folder, to be edited in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from pipeline.survey.categories import DOUBT
from pipeline.survey.columns.zones import has_han
from pipeline.survey.found import Survey
from pipeline.survey.writing.population import Populations
from pipeline.towns import TOWN_COLUMNS


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def towns_csv(survey: Survey, people: Populations | None) -> str:
    """Towns by district and name; residents where they are known."""
    known = people.by_town if people else {}
    year = people.year if people else ""
    in_order = sorted(survey.towns, key=lambda town: (town.district, town.name, town.town_id))
    return _table(
        TOWN_COLUMNS,
        (
            (
                town.town_id,
                town.name,
                town.name if survey.is_chinese and has_han(town.name) else "",
                town.district,
                known.get(town.town_id, ""),
                year if town.town_id in known else "",
            )
            for town in in_order
        ),
    )


def places_csv(survey: Survey, people: Populations | None) -> str:
    """Every word for a town, the most frequent first."""
    words = [(value, town.town_id, n, "") for town in survey.towns for value, n in town.values]
    codes = people.words if people else {}
    words += [
        (value, codes[value], n, "; in the table of populations")
        for value, n in survey.left_out_places
        if value in codes
    ]
    words.sort(key=lambda word: (-word[2], word[0]))
    return _table(
        ("value", "place", "reason"),
        ((value, town, f"{n:,} rows{origin}") for value, town, n, origin in words),
    )


def categories_csv(survey: Survey) -> str:
    """Every value with its category, then rules for values to come."""
    rows = [
        (c.value, c.match, c.category, _reason(c.reason, f"{c.n_rows:,} rows"))
        for c in survey.categories
    ]
    rows += [(c.value, c.match, c.category, c.reason) for c in survey.rules]
    return _table(("value", "match", "category", "reason"), rows)


def _reason(reason: str, rows: str) -> str:
    """The number of rows, then the reason; a doubt stays in front."""
    doubt, mark, rest = reason.rpartition(DOUBT)
    return f"{doubt}{mark}{rows}; {rest}" if rest else f"{mark}{rows}"
