"""From the words for kinds of incidents to categories of the method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indices.method import StandardMethod
from pipeline.categories import EXACT, normalise
from pipeline.methods import read_vocabulary
from pipeline.ready_mappings import UNCERTAIN, MappingRow, ReadyMapping, best_mapping
from pipeline.survey.found import FoundCategory
from pipeline.survey.towns import is_safe

MOST_VALUES = 2_000
THEIRS = 0.9
DOUBT = "DOUBT: "


@dataclass(frozen=True)
class ChosenMapping:
    """A ready mapping and the share of the rows that it knows."""

    ready: ReadyMapping
    share_known: float

    @property
    def is_theirs(self) -> bool:
        """Whether the records surely use its classification; else its words may mean others."""
        return self.share_known >= THEIRS


def choose_mapping(
    counts: Mapping[str, int], ready: Sequence[ReadyMapping], method: StandardMethod
) -> ChosenMapping | None:
    """The ready mapping that knows most rows; none where the method's own names know as many."""
    best = best_mapping(counts, ready)
    if best is None:
        return None
    own = _own_names(method)
    n_own = sum(n for value, n in counts.items() if normalise(value).casefold() in own)
    return ChosenMapping(*best) if best[1] * sum(counts.values()) > n_own else None


def list_categories(
    counts: Mapping[str | None, int],
    mapping: ChosenMapping | None,
    method: StandardMethod,
    *,
    labels: Mapping[str, str] | None = None,
) -> tuple[FoundCategory, ...]:
    """Each value with its category, by the ready mapping and by the method's own names.

    A mapping that knows nearly all rows is theirs and comes first. Of another the words may mean
    other things: what it says is a doubt. `labels` are the records' own words for codes.
    """
    values = [value for value in counts if value is not None and is_safe(value)][:MOST_VALUES]
    rows = mapping.ready.find_rows(values) if mapping else {}
    is_theirs = mapping is not None and mapping.is_theirs
    own = _own_names(method)
    found = []
    for value in values:
        named = own.get(normalise(value).casefold(), "")
        if value in rows and (is_theirs or not named):
            by_mapping = _by_mapping(value, counts[value], rows[value], method)
            found.append(by_mapping if is_theirs else _doubted(by_mapping, mapping))
        else:
            found.append(_by_name(value, counts[value], named, (labels or {}).get(value, "")))
    return tuple(found)


def _doubted(found: FoundCategory, mapping: ChosenMapping | None) -> FoundCategory:
    """The same with the doubt that the classification may be another one."""
    assert mapping is not None
    reason = found.reason.removeprefix(DOUBT)
    return replace(
        found,
        is_doubtful=True,
        reason=f"{DOUBT}as in {mapping.ready.id}, which knows {mapping.share_known:.0%} of the "
        f"rows; {reason}",
    )


def rules_to_come(
    values: Sequence[str], mapping: ChosenMapping | None, method: StandardMethod
) -> tuple[FoundCategory, ...]:
    """Prefixes and patterns that knew some of the values: they will know others of their kind."""
    rows = mapping.ready.city_rows(values) if mapping and mapping.is_theirs else ()
    return tuple(
        FoundCategory(
            row.rule.value,
            0,
            row.rule.category if row.rule.category in method.categories else "",
            _with_label(row, "for values not seen yet"),
            is_doubtful=False,
            match=row.rule.match,
        )
        for row in rows
        if row.rule.match != EXACT
    )


def _own_names(method: StandardMethod) -> dict[str, str]:
    """Codes and names of the method's categories."""
    kinds = read_vocabulary().kinds
    return {
        normalise(name).casefold(): code
        for code in method.categories
        for name in (code, code.replace("_", " "), kinds[code].name.en, kinds[code].name.zh)
    }


def _by_mapping(value: str, n: int, row: MappingRow, method: StandardMethod) -> FoundCategory:
    """As the ready mapping has it; what it is unsure of, or the method lacks, is a doubt."""
    is_lacking = bool(row.rule.category) and row.rule.category not in method.categories
    is_doubtful = row.is_uncertain or is_lacking
    reason = row.reason.removeprefix(UNCERTAIN).strip()
    if is_lacking:
        reason = f"the method has no category '{row.rule.category}'"
    text = _with_label(row, reason)
    return FoundCategory(
        value,
        n,
        "" if is_lacking else row.rule.category,
        DOUBT + text if is_doubtful else text,
        is_doubtful,
    )


def _with_label(row: MappingRow, reason: str) -> str:
    """The label of a line that a code would not tell, and the reason."""
    label = " ".join(dict.fromkeys((row.label_zh, row.label_en)))
    return "; ".join(part for part in (label, reason) if part)


def _by_name(value: str, n: int, code: str, label: str) -> FoundCategory:
    """The category that is called so; without one, a doubt."""
    if code:
        return FoundCategory(value, n, code, "named as in the method", is_doubtful=False)
    called = f", called {label}" if label and is_safe(label) else ""
    return FoundCategory(value, n, "", f"{DOUBT}not known{called}", is_doubtful=True)
