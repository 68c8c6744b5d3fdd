"""Ready mappings of `data/categories/`: classifications that people bring, already mapped.

`safety-index init` asks which of them knows the values of a sample best, and copies the lines that
matched into the city's `categories.csv`, where the analyst edits them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from pipeline.categories import EXACT, CategoryRule, CategoryTable, normalise, read_rules
from pipeline.errors import ConfigurationMistake
from pipeline.tables import read_table

COLUMNS = ("value", "match", "category", "iccs", "label_en", "label_zh", "reason")
UNCERTAIN = "uncertain:"  # how the reason of a line begins that must be looked at before use


@dataclass(frozen=True, kw_only=True)
class MappingRow:
    """One line of a ready mapping."""

    rule: CategoryRule
    iccs: str  # section or code of the ICCS, empty outside of it
    label_en: str
    label_zh: str
    reason: str

    @property
    def is_uncertain(self) -> bool:
        """Whether the line rests on a guess that the analyst must confirm."""
        return self.reason.startswith(UNCERTAIN)


@dataclass(frozen=True)
class ReadyMapping:
    """A classification. Its lines know a value by code and by label, upper or lower case alike."""

    id: str  # name of the file
    rows: tuple[MappingRow, ...]

    def find_rows(self, values: Iterable[str]) -> dict[str, MappingRow]:
        """The line that decides on each distinct value; values that none knows are left out."""
        found = self._table.find_rules(values)
        return {value: self._row_of[rule] for value, rule in found.items()}

    def city_rows(self, values: Iterable[str]) -> tuple[MappingRow, ...]:
        """Lines for a city's own table, in the order of the mapping.

        They give each value the same category as the mapping does. A line is copied where it knows
        the value as the city writes it; where it knows it by label or in other case, the copy has
        the city's spelling and an exact match.
        """
        values_of: dict[MappingRow, list[str]] = defaultdict(list)
        for value, row in self.find_rows(values).items():
            values_of[row].append(value)
        return tuple(
            copy for row in self.rows if row in values_of for copy in _copies(row, values_of[row])
        )

    def mistakes(self) -> list[str]:
        """What is wrong with the lines, one text each."""
        table = CategoryTable(tuple(row.rule for row in self.rows), any_case=True)
        by_label: dict[str, set[str]] = defaultdict(set)
        for row in self.rows:
            for label in (row.label_en, row.label_zh):
                by_label[normalise(label).casefold()].add(row.rule.category)
        return table.mistakes() + [
            f"the label '{label}' stands for {', '.join(sorted(categories))}"
            if label
            else "a line has no label in one of the languages"
            for label, categories in by_label.items()
            if len(categories) > 1 or not label
        ]

    @cached_property
    def _row_of(self) -> dict[CategoryRule, MappingRow]:
        """Lines by their own rule, then by those of their labels."""
        row_of = {row.rule: row for row in self.rows}
        for row in self.rows:
            for label in (row.label_en, row.label_zh):
                row_of.setdefault(CategoryRule(label, EXACT, row.rule.category), row)
        return row_of

    @cached_property
    def _table(self) -> CategoryTable:
        return CategoryTable(tuple(self._row_of), any_case=True)


def _copies(row: MappingRow, values: Sequence[str]) -> list[MappingRow]:
    """A line as it is, and once more for each value that it knows only by label or other case."""
    known = CategoryTable((row.rule,)).resolve(values)
    spellings = {normalise(value): value.strip() for value in values if value not in known}
    return ([row] if known else []) + [
        replace(row, rule=CategoryRule(spelling, EXACT, row.rule.category))
        for spelling in spellings.values()
    ]


def list_ready_mappings(folder: Path) -> list[ReadyMapping]:
    """All mappings of a folder (`*.csv`), by name.

    Raises:
        ConfigurationMistake: With all mistakes of all files at once.
    """
    mistakes: list[str] = []
    mappings = [_read_mapping(path, mistakes) for path in sorted(folder.glob("*.csv"))]
    mistakes += [f"{ready.id}.csv: {text}" for ready in mappings for text in ready.mistakes()]
    if mistakes:
        listed = "".join(f"\n    {mistake}" for mistake in mistakes)
        raise ConfigurationMistake(
            f"{folder}: {len(mistakes)} mistake(s){listed}",
            expected=f"tables with the columns {', '.join(COLUMNS)}",
            try_next="correct or restore the files",
        )
    return mappings


def _read_mapping(path: Path, mistakes: list[str]) -> ReadyMapping:
    """Read one file; what is wrong with it goes to `mistakes`."""
    lines = read_table(path, COLUMNS, mistakes)
    rows = tuple(
        MappingRow(
            rule=rule,
            iccs=line["iccs"],
            label_en=line["label_en"],
            label_zh=line["label_zh"],
            reason=line["reason"],
        )
        for rule, line in zip(read_rules(lines), lines, strict=True)
    )
    return ReadyMapping(path.stem, rows)


def best_mapping(
    values_with_counts: Mapping[str, int], mappings: Sequence[ReadyMapping]
) -> tuple[ReadyMapping, float] | None:
    """The mapping that knows most rows, and the share of the rows that it knows (0 to 1).

    Args:
        values_with_counts: Distinct values and how many rows have each; blank ones are left out.
        mappings: What to choose from. Of equal ones that with more exact matches wins, then the
            first.

    Returns:
        None if no mapping knows any value.
    """
    counts = {value: n for value, n in values_with_counts.items() if value.strip()}
    fits = [_fit(ready, counts) for ready in mappings]
    best = max(range(len(fits)), key=fits.__getitem__, default=None)
    if best is None or fits[best][0] == 0:
        return None
    return mappings[best], fits[best][0] / sum(counts.values())


def _fit(ready: ReadyMapping, counts: Mapping[str, int]) -> tuple[int, int]:
    """Rows whose value a mapping knows, and how many of them by an exact line."""
    rows = ready.find_rows(counts)
    exact = (counts[value] for value, row in rows.items() if row.rule.match == EXACT)
    return sum(counts[value] for value in rows), sum(exact)
