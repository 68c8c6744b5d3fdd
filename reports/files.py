"""The files of an edition: one explicit list of columns each, for machines and for spreadsheets."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from indices.method import Method
from pipeline.city import City
from pipeline.editions.disclosure import public_components, public_pillars
from pipeline.editions.edition import NOT_RATED, Edition, facts_as_json

# The contract: these come first, in this order, under these names; later ones are only appended.
RANKING_COLUMNS = (
    "date",
    "edition",
    "method",
    "rank",
    "rank_low",
    "rank_high",
    "town_id",
    "town_name",
    "district",
    "score",
    "score_low",
    "score_high",
    "level",
    "obs_status",
)
APPENDED_COLUMNS = ("town_name_zh", "population", "change_1d", "change_7d")
# After the pillars, whose number differs from method to method.
LATEST_COLUMNS = (
    "change_previous",
    "change_year",
    "weight_present",
    "run_at_worst",
    "step",
    "patrol_share",
)
COMPONENT_COLUMNS = (
    "date",
    "edition",
    "town_id",
    "pillar",
    "category",
    "count",
    "expected",
    "points_lost",
    "obs_status",
)
CODES = ("town_id",)  # digits that are no number
TWO_DECIMALS = ("expected", "value", "baseline")
Cell = str | int | float | Decimal | None
AS_PRINTED = ("score", "change_", "points_lost")
Row = dict[str, Cell]


def ranking_rows(edition: Edition, *, public: bool = True) -> list[Row]:
    """One row a town in the order of the page, with a column a pillar and the newer columns."""
    pillar_table = public_pillars(edition) if public else edition.pillars
    pillars = pillar_table.pivot_table(
        index="town_id", columns="pillar", values="score", sort=False, dropna=False
    )
    names = list(dict.fromkeys(edition.pillars["pillar"]))
    decimals = edition.facts.decimals
    rows = []
    for values in edition.ranking.to_dict("records"):
        rated = values["obs_status"] != NOT_RATED
        row: Row = {
            "date": edition.facts.day.isoformat(),
            "edition": edition.name,
            "method": edition.facts.method_id,
        }
        for column in (*RANKING_COLUMNS[3:], *APPENDED_COLUMNS):
            row[column] = _plain(values[column])
        row["level"] = row["level"] if rated else NOT_RATED
        for name in names:
            row[f"score_{name}"] = _plain(pillars.loc[values["town_id"], name])
        row["period"] = edition.facts.period
        for column in LATEST_COLUMNS:
            row[column] = _plain(values[column])
        rows.append({name: _rounded(name, value, decimals) for name, value in row.items()})
    return rows


def component_rows(edition: Edition, *, public: bool) -> list[Row]:
    """One row a town and category; the public ones without counts."""
    table = public_components(edition.components) if public else edition.components
    head: Row = {"date": edition.facts.day.isoformat(), "edition": edition.name}
    decimals = edition.facts.decimals
    return [
        head
        | {
            column: _rounded(column, _plain(values[column]), decimals)
            for column in COMPONENT_COLUMNS[2:]
        }
        for values in table.to_dict("records")
    ]


def _rounded(column: str, value: Cell, decimals: int) -> Cell:
    """Scores, changes and points as a text with the method's decimals; the rest as it is."""
    if isinstance(value, float) and column.startswith(AS_PRINTED):
        return Decimal(f"{value:.{decimals}f}")
    return value


def as_csv(rows: Sequence[Mapping[str, Cell]], *, columns: Iterable[str]) -> bytes:
    """UTF-8 without BOM, LF, points for decimals: for machines."""
    return _csv(rows, columns, end="\n").encode("utf-8")


def as_excel_csv(rows: Sequence[Mapping[str, Cell]], *, columns: Iterable[str]) -> bytes:
    """With BOM and CRLF, codes as text: opens in a spreadsheet with its zeros and characters whole.

    A code such as 001 is written as ="001", the one form that a spreadsheet keeps. Codes hold
    letters, digits, - and _ alone, and no name begins like a formula (rules of the city folder).
    """
    quoted = [{key: _excel_code(key, value) for key, value in row.items()} for row in rows]
    return _csv(quoted, columns, end="\r\n").encode("utf-8-sig")


def _excel_code(column: str, value: Cell) -> Cell:
    return f'="{value}"' if column in CODES else value


def _csv(rows: Sequence[Mapping[str, Cell]], columns: Iterable[str], *, end: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    names = list(columns)
    writer.writerow(names)
    writer.writerows([_printed(name, row[name]) for name in names] for row in rows)
    return text.getvalue()


def _printed(column: str, value: Cell) -> str:
    """A cell as text; what is a float still has a format of its own."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}" if column in TWO_DECIMALS else f"{value:g}"
    return str(value)


def _plain(value: Any) -> Cell:
    """A Python value; None where there is none."""
    if pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    return value if isinstance(value, int | float) else str(value)


def as_json(document: Mapping[str, Any]) -> bytes:
    """Canonical enough to compare: sorted keys, no escapes, one trailing line end."""
    text = json.dumps(
        document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False, default=float
    )
    return f"{text}\n".encode()


def ranking_document(edition: Edition) -> dict[str, Any]:
    """`ranking.json`: the same rows and values as `ranking.csv`."""
    return {
        "schema": "safety-index/ranking/1",
        "status": "ok",
        "data": {
            "date": edition.facts.day.isoformat(),
            "edition": edition.name,
            "method": edition.facts.method_id,
            "period": edition.facts.period,
            "city": edition.facts.city_id,
            "city_score": edition.facts.city_score,
            "towns": [
                {
                    key: value
                    for key, value in row.items()
                    if key not in ("date", "edition", "method", "period")
                }
                for row in ranking_rows(edition)
            ],
        },
        "diagnostics": [],
    }


def explanation_document(edition: Edition, town_id: str) -> dict[str, Any]:
    """The rows of one town in the edition's three tables, counts included: internal."""
    pillars = edition.pillars[edition.pillars["town_id"] == town_id]
    indicators = edition.indicators[edition.indicators["town_id"] == town_id]
    components = component_rows(edition, public=False)
    return {
        "ranking": next(
            row for row in ranking_rows(edition, public=False) if row["town_id"] == town_id
        ),
        "pillars": json.loads(pillars.to_json(orient="records")),
        "indicators": json.loads(indicators.to_json(orient="records")),
        "components": [row for row in components if row["town_id"] == town_id],
    }


def edition_document(edition: Edition) -> dict[str, Any]:
    """`edition.json`: what the edition was made from, enough to make it again."""
    return {
        "schema": "safety-index/edition/1",
        "edition": edition.name,
        "content_sha256": edition.content_sha256,
        **facts_as_json(edition.facts),
    }


def public_files(edition: Edition, *, city: City, method: Method) -> dict[str, bytes]:
    """Files of the public tree, by name."""
    ranking = ranking_rows(edition)
    columns = list(ranking[0])
    return {
        "ranking.csv": as_csv(ranking, columns=columns),
        "ranking.excel.csv": as_excel_csv(ranking, columns=columns),
        "ranking.json": as_json(ranking_document(edition)),
        "components.csv": as_csv(component_rows(edition, public=True), columns=COMPONENT_COLUMNS),
        "edition.json": as_json(edition_document(edition)),
        "datapackage.json": as_json(data_package(edition, columns, city=city, method=method)),
    }


def internal_files(edition: Edition) -> dict[str, bytes]:
    """Files of the internal tree, by name: with counts, and the quality of the records."""
    ranking = ranking_rows(edition, public=False)
    return {
        "ranking.csv": as_csv(ranking, columns=list(ranking[0])),
        **_indicators(edition),
        "components.csv": as_csv(component_rows(edition, public=False), columns=COMPONENT_COLUMNS),
        "edition.json": as_json(edition_document(edition)),
        "quality.json": as_json(
            {
                "schema": "safety-index/quality/1",
                "status": "ok",
                "data": edition.quality.as_json(),
                "diagnostics": [],
            }
        ),
    }


INDICATOR_COLUMNS = (
    "date",
    "edition",
    "town_id",
    "pillar",
    "indicator",
    "value",
    "baseline",
    "score",
    "obs_status",
)


def _indicators(edition: Edition) -> dict[str, bytes]:
    """`indicators.csv` of a composite method: internal, for a value tells a count."""
    if edition.indicators.empty:
        return {}
    head: Row = {"date": edition.facts.day.isoformat(), "edition": edition.name}
    rows = [
        head | {column: _plain(values[column]) for column in INDICATOR_COLUMNS[2:]}
        for values in edition.indicators.to_dict("records")
    ]
    return {"indicators.csv": as_csv(rows, columns=INDICATOR_COLUMNS)}


def checksums(files: Mapping[str, bytes]) -> bytes:
    """`SHA256SUMS`, as `sha256sum --check` reads it."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    ]
    return "".join(lines).encode()


FIELD_TYPES = {
    "date": "date",
    "rank": "integer",
    "rank_low": "integer",
    "rank_high": "integer",
    "population": "integer",
    "count": "integer",
    "run_at_worst": "integer",
}
NUMBERS = ("score", "change_", "expected", "points_lost", "weight_present", "patrol_share")
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
    "change_previous": "score minus that of the period before; empty for a day",
    "change_year": "score minus that of the same period of last year; empty for a day",
    "weight_present": "share of the method's weight that the records tell",
    "run_at_worst": "periods at the worst level in a row, where the method has a ladder",
    "step": "what the method's ladder asks for now",
    "patrol_share": "share of the patrol effort, where the method has such a rule",
}


def data_package(
    edition: Edition, ranking_columns: Sequence[str], *, city: City, method: Method
) -> dict[str, Any]:
    """`datapackage.json`: a description of the CSV files (Data Package standard)."""
    label = edition.facts.period
    return {
        "profile": "tabular-data-package",
        "name": f"safety-index-{city.about.id}-{label}-{edition.name}".lower(),
        "title": f"{city.about.name.en} Safety Index, {label}, {edition.name}",
        "version": f"{method.id}-{method.version}",
        "licenses": [{"title": city.about.licence.name, "path": city.about.licence.url}],
        "sources": [{"title": city.about.licence.attribution}],
        "resources": [
            _resource("ranking", ranking_columns, keys=["town_id"]),
            _resource("components", COMPONENT_COLUMNS, keys=["town_id", "category"]),
        ],
    }


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
    field = {"name": column, "type": FIELD_TYPES.get(column, kind)}
    if column in DESCRIPTIONS:
        field["description"] = DESCRIPTIONS[column]
    return field
