"""Editions in the warehouse: r0 stays, a changed result becomes r1."""

import json
from datetime import date

from pipeline.editions.edition import Edition, facts_as_json, facts_from_json
from pipeline.errors import NothingKnown
from pipeline.quality import quality_from_json
from pipeline.store.warehouse import Warehouse

TABLES = ("ranking", "pillar", "component")


def keep_edition(warehouse: Warehouse, edition: Edition) -> int:
    """Store a result and return its revision: that of the newest edition if nothing changed."""
    key = {"day": edition.facts.day, "method_id": edition.facts.method_id}
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
            revision=revision,
            content_sha256=content,
            facts=json.dumps(facts, ensure_ascii=False),
        )
        tables = (edition.ranking, edition.pillars, edition.components)
        for name, rows in zip(TABLES, tables, strict=True):
            with warehouse.table("edition_rows", rows):
                warehouse.run(f"edition_{name}_add", **key, revision=revision)
    return revision


def load_edition(
    warehouse: Warehouse, *, day: date | None, method_id: str, revision: int | None = None
) -> Edition:
    """An edition as it was stored; the newest day and revision where none is named.

    Raises:
        NothingKnown: If there is none.
    """
    known = [row for row in warehouse.rows("editions") if row[1] == method_id]
    fitting = [row for row in known if day in (None, row[0]) and revision in (None, row[2])]
    if not fitting:
        days = f"{known[0][0]} to {known[-1][0]}" if known else "none yet"
        raise NothingKnown(
            f"no edition of {day or 'any day'} under '{method_id}'",
            expected=f"a day that has been run (editions: {days})",
            try_next=f"safety-index run{f' --date {day}' if day else ''}",
        )
    found_day, _, found_revision = fitting[-1]
    key = {"day": found_day, "method_id": method_id, "revision": found_revision}
    facts = json.loads(str(warehouse.rows("edition_facts", **key)[0][0]))
    ranking, pillars, components = (warehouse.frame(f"edition_{name}", **key) for name in TABLES)
    return Edition(
        revision=int(str(found_revision)),
        facts=facts_from_json(facts["facts"]),
        quality=quality_from_json(facts["quality"]),
        ranking=ranking,
        pillars=pillars,
        components=components,
    )
