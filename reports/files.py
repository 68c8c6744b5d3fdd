"""The files of an edition: one explicit list of columns each, for machines and for spreadsheets."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from indices.score.scale import DECIMALS
from pipeline.editions.disclosure import public_components, public_pillars
from pipeline.editions.edition import NOT_RATED, Edition, facts_as_json
from reports.pages.sensitivity import sensitivity_table

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
    "similar_rank",
    "similar_of",
    "similar_median",
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
TWO_DECIMALS = ("expected", "value", "baseline", "similar_median")
Cell = str | int | float | None
AS_PUBLISHED = ("score", "change_", "points_lost")
Row = dict[str, Cell]


def ranking_rows(edition: Edition, *, public: bool = True) -> list[Row]:
    """One row a town in the order of the page, with a column a pillar and the newer columns."""
    pillar_table = public_pillars(edition) if public else edition.pillars
    pillars = pillar_table.pivot_table(
        index="town_id", columns="pillar", values="score", sort=False, dropna=False
    )
    names = list(dict.fromkeys(edition.pillars["pillar"]))
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
        rows.append(row)
    return rows


def component_rows(edition: Edition, *, public: bool) -> list[Row]:
    """One row a town and category; the public ones without counts."""
    table = public_components(edition.components) if public else edition.components
    head: Row = {"date": edition.facts.day.isoformat(), "edition": edition.name}
    return [
        head | {column: _plain(values[column]) for column in COMPONENT_COLUMNS[2:]}
        for values in table.to_dict("records")
    ]


def as_csv(
    rows: Sequence[Mapping[str, Cell]], *, columns: Iterable[str], decimals: int = DECIMALS
) -> bytes:
    """UTF-8 without BOM, LF, points for decimals: for machines; scores with so many decimals."""
    return _csv(rows, columns, end="\n", decimals=decimals).encode("utf-8")


def as_excel_csv(
    rows: Sequence[Mapping[str, Cell]], *, columns: Iterable[str], decimals: int = DECIMALS
) -> bytes:
    """With BOM and CRLF, codes as text: opens in a spreadsheet with its zeros and characters whole.

    A code such as 001 is written as ="001", the one form that a spreadsheet keeps. Codes hold
    letters, digits, - and _ alone, and no name begins like a formula (rules of the city folder).
    """
    quoted = [{key: _excel_code(key, value) for key, value in row.items()} for row in rows]
    return _csv(quoted, columns, end="\r\n", decimals=decimals).encode("utf-8-sig")


def _excel_code(column: str, value: Cell) -> Cell:
    return f'="{value}"' if column in CODES else value


def _csv(
    rows: Sequence[Mapping[str, Cell]], columns: Iterable[str], *, end: str, decimals: int
) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    names = list(columns)
    writer.writerow(names)
    writer.writerows([_printed(name, row[name], decimals) for name in names] for row in rows)
    return text.getvalue()


def _printed(column: str, value: Cell, decimals: int) -> str:
    """A cell as text; scores, changes and points with the decimals they are published with."""
    if value is None:
        return ""
    if isinstance(value, float):
        if column.startswith(AS_PUBLISHED):
            return f"{value:.{decimals}f}"
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
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
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


def public_files(edition: Edition) -> dict[str, bytes]:
    """Files of the public tree, by name."""
    ranking, decimals = ranking_rows(edition), edition.facts.decimals
    columns = list(ranking[0])
    return {
        **_sensitivity(edition),
        "ranking.csv": as_csv(ranking, columns=columns, decimals=decimals),
        "ranking.excel.csv": as_excel_csv(ranking, columns=columns, decimals=decimals),
        "ranking.json": as_json(ranking_document(edition)),
        "components.csv": as_csv(
            component_rows(edition, public=True), columns=COMPONENT_COLUMNS, decimals=decimals
        ),
        "edition.json": as_json(edition_document(edition)),
    }


def internal_files(edition: Edition) -> dict[str, bytes]:
    """Files of the internal tree, by name: with counts, and the quality of the records."""
    ranking, decimals = ranking_rows(edition, public=False), edition.facts.decimals
    return {
        "ranking.csv": as_csv(ranking, columns=list(ranking[0]), decimals=decimals),
        **_indicators(edition),
        "components.csv": as_csv(
            component_rows(edition, public=False), columns=COMPONENT_COLUMNS, decimals=decimals
        ),
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


def _sensitivity(edition: Edition) -> dict[str, bytes]:
    """`sensitivity.csv`: ranks under other choices, where the edition has them."""
    if edition.sensitivity.empty:
        return {}
    table = sensitivity_table(edition)
    columns = [column for column in table.columns if column != "town_name_zh"]
    rows = [
        {str(column): _plain(value) for column, value in values.items()}
        for values in table.to_dict("records")
    ]
    return {"sensitivity.csv": as_csv(rows, columns=columns)}


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
    return {"indicators.csv": as_csv(rows, columns=INDICATOR_COLUMNS, decimals=2)}


def checksums(files: Mapping[str, bytes]) -> bytes:
    """`SHA256SUMS`, as `sha256sum --check` reads it."""
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    ]
    return "".join(lines).encode()
