"""Which stored editions would come out otherwise today, and why."""

from dataclasses import dataclass

from indices.periods import parse_period
from pipeline.counts import newest_batch
from pipeline.editions.catalogue import EditionKey
from pipeline.methods import list_methods, vocabulary_sha256
from pipeline.session import Session
from pipeline.store.warehouse import Warehouse

METHOD_CHANGED = "method changed"
METHOD_GONE = "method gone"
CITY_CHANGED = "city tables changed"
VOCABULARY_CHANGED = "vocabulary changed"
RECORDS_ARRIVED = "records arrived"


@dataclass(frozen=True)
class EditionState:
    """The newest revision of an edition, and what has changed since it was made."""

    key: EditionKey
    as_of_batch: int
    stale: tuple[str, ...]  # reasons; empty: current


def edition_states(warehouse: Warehouse, session: Session) -> list[EditionState]:
    """All editions with what has changed since, by period and method.

    An edition that is stale is not wrong: it says what was known, under the method of its day. A
    run of its period makes a revision if the result differs.
    """
    methods = {file.method.id: file.sha256 for file in list_methods()}
    vocabulary, batch = vocabulary_sha256(), newest_batch(warehouse)
    states = []
    for row in warehouse.rows("edition_origins"):
        label, method_id, revision, method, city, words, _, as_of = row
        reasons = (
            (METHOD_GONE, method_id not in methods),
            (METHOD_CHANGED, methods.get(str(method_id), method) != method),
            (CITY_CHANGED, city != session.city.sha256),
            (VOCABULARY_CHANGED, words != vocabulary),
            (RECORDS_ARRIVED, int(str(as_of)) < batch),
        )
        states.append(
            EditionState(
                EditionKey(parse_period(str(label)), str(method_id), int(str(revision))),
                int(str(as_of)),
                tuple(reason for reason, holds in reasons if holds),
            )
        )
    return states
