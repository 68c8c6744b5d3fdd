"""Editions in the warehouse: r0 stays, a changed result becomes r1."""

import json
from dataclasses import dataclass

from indices.periods import Period, PeriodKind, parse_period
from pipeline.editions.edition import Edition, facts_as_json, facts_from_json
from pipeline.errors import NothingKnown
from pipeline.quality import quality_from_json
from pipeline.settings import STANDARD
from pipeline.store.warehouse import Warehouse

READING = {  # table of an edition -> the statement that reads it
    "ranking": "edition_ranking",
    "pillar": "edition_pillar",
    "component": "edition_component",
    "indicator": "edition_indicator",
    "district": "edition_district",
    "headline": "edition_headline",
    "sensitivity": "edition_sensitivity",
}
ADDING = {
    "ranking": "edition_ranking_add",
    "pillar": "edition_pillar_add",
    "component": "edition_component_add",
    "indicator": "edition_indicator_add",
    "district": "edition_district_add",
    "headline": "edition_headline_add",
    "sensitivity": "edition_sensitivity_add",
}


def keep_edition(warehouse: Warehouse, edition: Edition) -> int:
    """Store a result and return its revision: that of the newest edition if nothing changed."""
    key = {"period": edition.facts.period, "method_id": edition.facts.method_id}
    content = edition.content_sha256
    newest = warehouse.rows("edition_newest", **key)
    if newest and newest[0][1] == content:
        return int(str(newest[0][0]))
    revision = int(str(newest[0][0])) + 1 if newest else 0
    facts = {"facts": facts_as_json(edition.facts), "quality": edition.quality.as_json()}
    with warehouse.transaction():
        warehouse.run(
            "edition_add",
            **key,
            day=edition.facts.day,
            revision=revision,
            content_sha256=content,
            facts=json.dumps(facts, ensure_ascii=False),
        )
        for name, rows in edition.tables.items():
            if len(rows):
                with warehouse.table("edition_rows", rows):
                    warehouse.run(ADDING[name], **key, revision=revision)
    return revision


@dataclass(frozen=True)
class EditionKey:
    """Where an edition is found."""

    period: Period
    method_id: str
    revision: int


def list_editions(warehouse: Warehouse) -> list[EditionKey]:
    """All editions, by the last day of their period, then method and revision."""
    return [
        EditionKey(parse_period(str(label)), str(method_id), int(str(revision)))
        for label, _, method_id, revision in warehouse.rows("editions")
    ]


def load_edition(
    warehouse: Warehouse,
    *,
    method_id: str,
    period: Period | None = None,
    kind: PeriodKind = PeriodKind.DAY,
    revision: int | None = None,
) -> Edition:
    """An edition as it was stored.

    Args:
        warehouse: Of the city.
        method_id: Of the method.
        period: The newest one of the kind where it is None.
        kind: What kind of period is meant where none is named.
        revision: The newest one where it is None.

    Raises:
        NothingKnown: If there is none.
    """
    known = [key for key in list_editions(warehouse) if key.method_id == method_id]
    alike = [key for key in known if key.period.kind == (period.kind if period else kind)]
    fitting = [
        key for key in alike if period in (None, key.period) and revision in (None, key.revision)
    ]
    if not fitting:
        labels = f"{alike[0].period.label} to {alike[-1].period.label}" if alike else "none yet"
        asked = "" if method_id == STANDARD else f" --method {method_id}"
        if period:
            is_day = period.kind == PeriodKind.DAY
            asked += f" --{'date' if is_day else 'period'} {period.label}"
        elif kind != PeriodKind.DAY:
            asked += f" --period {kind}"
        raise NothingKnown(
            f"no edition of {period.label if period else f'any {kind}'} under '{method_id}'",
            expected=f"a {period.kind if period else kind} that has been run (editions: {labels})",
            try_next=f"safety-index run{asked}",
        )
    return _read(warehouse, fitting[-1])


def _read(warehouse: Warehouse, found: EditionKey) -> Edition:
    """An edition that is there."""
    key = {
        "period": found.period.label,
        "method_id": found.method_id,
        "revision": found.revision,
    }
    facts = json.loads(str(warehouse.rows("edition_facts", **key)[0][0]))
    tables = {name: warehouse.frame(statement, **key) for name, statement in READING.items()}
    return Edition(
        revision=found.revision,
        facts=facts_from_json(facts["facts"]),
        quality=quality_from_json(facts["quality"]),
        ranking=tables["ranking"],
        pillars=tables["pillar"],
        components=tables["component"],
        indicators=tables["indicator"],
        districts=tables["district"],
        headline=tables["headline"],
        sensitivity=tables["sensitivity"],
    )
