"""`datapackage.json`: what the columns of the published tables hold."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from indices.method import Method
from pipeline.city import City
from pipeline.editions.edition import Edition
from reports.files import as_json

FIELD_TYPES = {
    "date": "date",
    "base_first": "date",
    "base_last": "date",
    "is_moved": "boolean",
    "base_years": "integer",
    "n_towns": "integer",
    "rank": "integer",
    "rank_low": "integer",
    "rank_high": "integer",
    "population": "integer",
    "count": "integer",
    "run_at_worst": "integer",
    "similar_rank": "integer",
    "similar_of": "integer",
}
NUMBERS = (
    "score",
    "change_",
    "expected",
    "points_lost",
    "weight_present",
    "patrol_share",
    "similar_median",
    "base_count",
    "percent",
    "ratio_",
)
# Columns of sensitivity.csv: ranks under other choices.
RANKS = (
    "weight_up",
    "weight_down",
    "weights_",
    "without_",
    "arithmetic",
    "equal_severity",
    "other_severity",
    "half_window",
    "double_window",
)
DESCRIPTIONS = {
    "date": "civil day in the city's time zone",
    "edition": "r0 when first published, r1, r2 ... when revised",
    "rank": "1 = least harm per resident; ties share a rank; empty where not rated",
    "rank_low": "5 % end of the rank range",
    "rank_high": "95 % end of the rank range",
    "town_id": "code, as text: leading zeros belong to it",
    "score": "0 to 100; 100 = no harm, 85 = a usual day of the city",
    "score_low": "lower end of the 95 % interval",
    "score_high": "upper end of the 95 % interval",
    "level": "1 (best) to 4, or 'not rated'",
    "obs_status": "normal, provisional, missing, suppressed, not rated or break",
    "count": "incidents in the window; empty where withheld",
    "expected": "incidents in the window at the city's usual rate",
    "points_lost": "share of 100 - score; adds up exactly within a town",
    "change_1d": "score minus that of the day before, from the same records",
    "change_7d": "score minus that of a week before, from the same records",
    "period": "label: a day, 2019-W07, 2019-03, 2019-Q1, 2019, or 2019-03-01--2019-03-10",
    "change_previous": "score minus that of the period before; "
    "of a day under composite methods alone",
    "change_year": "score minus that of the same period of last year; "
    "of a day under composite methods alone",
    "weight_present": "share of the method's weight that the records tell",
    "run_at_worst": "periods at the worst level in a row, where the method has a ladder",
    "step": "what the method's ladder asks for now",
    "similar_rank": "rank among the town and its similar towns",
    "similar_of": "how many of them are rated, the town included",
    "similar_median": "median score of the similar towns",
    "patrol_share": "share of the patrol effort, where the method has such a rule",
}


# What tells the rows of a table apart.
KEYS = {
    "ranking": ["town_id"],
    "components": ["town_id", "pillar", "category"],
    "districts": ["district"],
    "headline": ["scope", "scope_id", "code", "comparison"],
    "sensitivity": ["town_id"],
}


def data_package(
    edition: Edition, files: Mapping[str, bytes], *, city: City, method: Method
) -> bytes:
    """`datapackage.json`: a description of the CSV files (Data Package standard).

    Args:
        edition: That was published.
        files: Its files by name; each CSV is described, the one for spreadsheets excepted.
        city: Whose it is.
        method: That it was made by.
    """
    label = edition.facts.period
    tables = {
        name.removesuffix(".csv"): content
        for name, content in sorted(files.items())
        if name.endswith(".csv") and name.count(".") == 1
    }
    return as_json(
        {
            "profile": "tabular-data-package",
            "name": f"safety-index-{city.about.id}-{label}-{edition.name}".lower(),
            "title": f"{city.about.name.en} Safety Index, {label}, {edition.name}",
            "version": f"{method.id}-{method.version}",
            "licenses": [{"title": city.about.licence.name, "path": city.about.licence.url}],
            "sources": [{"title": city.about.licence.attribution}],
            "resources": [
                _resource(name, _header(content), keys=KEYS[name])
                for name, content in tables.items()
            ],
        }
    )


def _header(content: bytes) -> list[str]:
    """Names of the columns."""
    return next(csv.reader([content.split(b"\n", 1)[0].decode("utf-8")]))


def _resource(name: str, columns: Sequence[str], *, keys: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(column) for column in columns],
            "primaryKey": keys,
            "missingValues": [""],
        },
    }


def _field(column: str) -> dict[str, str]:
    kind = "number" if column.startswith(NUMBERS) else "string"
    if column.endswith("_rank") or column.startswith(RANKS):
        kind = "integer"
    field = {"name": column, "type": FIELD_TYPES.get(column, kind)}
    if column in DESCRIPTIONS:
        field["description"] = DESCRIPTIONS[column]
    return field
