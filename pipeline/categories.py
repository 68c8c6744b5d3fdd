"""From the words of the records to categories: exact values, prefixes and patterns.

A city's `categories.csv` has the columns `value, match, category, reason`; `match` is `exact`
(also when it is blank or absent), `prefix` or `pattern`. An exact value wins over a prefix, a
longer prefix over a shorter one, a prefix over a pattern; patterns are tried in the order of the
file. Values of several columns arrive joined with `/`.
"""

import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

EXACT, PREFIX, PATTERN = MATCHES = ("exact", "prefix", "pattern")
MOST_PATTERNS = 100  # each is tried on every value that nothing else knows
LONGEST_PATTERN = 200
MOST_QUANTIFIERS = 4  # each multiplies the work by the length of the value
LONGEST_VALUE = 200  # a longer value is no name of a category: patterns are not tried on it

# One mark, class, count or opening of a group of a regular expression.
MARK = re.compile(
    r"""\\. | \[\^?\]?(?:\\.|[^\]\\])*\] | \{\d*,?\d*\} | \(\?[a-zA-Z]+\)
    | \((?:\?(?:[:=!>]|<[=!]|P?<\w+>|[a-zA-Z-]+:))? | .""",
    re.VERBOSE | re.DOTALL,
)
QUANTIFIER = re.compile(r"[*+?]|\{\d+,\d*\}|\{,\d+\}")  # {4} leaves no choice
REPEAT = re.compile(r"[*+]|\{\d*,?\d*\}")


@dataclass(frozen=True)
class CategoryRule:
    """One line of a table: which values it knows, and their category ("" = not counted)."""

    value: str
    match: str  # exact, prefix or pattern
    category: str


def read_rules(rows: Iterable[Mapping[str, str]]) -> tuple[CategoryRule, ...]:
    """Rules from lines with `value`, `category` and perhaps `match`; a blank match is `exact`."""
    return tuple(
        CategoryRule(row["value"].strip(), row.get("match", "").strip() or EXACT, row["category"])
        for row in rows
    )


def normalise(value: str) -> str:
    """A value as rules see it: without outer blanks, full-width marks as plain ones.

    >>> normalise(" １００４００ ")
    '100400'
    """
    return unicodedata.normalize("NFKC", value).strip()


def pattern_mistake(pattern: str) -> str:
    """What keeps a text from being used as a pattern; empty if nothing does.

    Refused are patterns that take very long on some values: a repeated group that holds a
    quantifier or a choice, and more than `MOST_QUANTIFIERS` quantifiers in all.
    """
    if len(pattern) > LONGEST_PATTERN:
        return f"longer than {LONGEST_PATTERN} characters"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of constructs that change their meaning
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        return f"no regular expression: {error}"
    marks = MARK.findall(pattern)
    if sum(_starts_quantifier(marks, n) for n in range(len(marks))) > MOST_QUANTIFIERS:
        return f"more than {MOST_QUANTIFIERS} quantifiers (* + ? {{}})"
    if _repeats_a_choice(marks):
        return "a repeated group must hold neither a quantifier nor |"
    return ""


def _starts_quantifier(marks: list[str], position: int) -> bool:
    """Whether a mark is a quantifier, and not the ? or + that makes the one before lazy."""
    if not QUANTIFIER.fullmatch(marks[position]):
        return False
    return position == 0 or not QUANTIFIER.fullmatch(marks[position - 1])


def _repeats_a_choice(marks: list[str]) -> bool:
    """Whether a group that holds a quantifier or | is itself repeated."""
    choices = [False]  # whether the open groups hold one, the innermost last
    closed = False  # the same of a group that has just been closed
    for mark in marks:
        is_quantifier = bool(QUANTIFIER.fullmatch(mark))
        if closed and REPEAT.fullmatch(mark):
            return True
        closed = mark == ")" and len(choices) > 1 and choices.pop()
        if mark.startswith("(") and not mark.endswith(")"):
            choices.append(False)
        elif is_quantifier or mark == "|" or closed:
            choices[-1] = True
    return False


@dataclass(frozen=True)
class CategoryTable:
    """The rules of one table in the order of its file.

    A table with `mistakes()` still resolves: the first of two equal rules counts, a rule that
    cannot be used is left out.
    """

    rules: tuple[CategoryRule, ...]
    any_case: bool = False  # upper and lower case are the same

    def mistakes(self) -> list[str]:
        """What is wrong with the rules, one text each."""
        found = [text for rule in self.rules for text in _rule_mistakes(rule)]
        seen: set[tuple[str, str]] = set()
        for rule in self.rules:
            name = (rule.match, self._fold(rule))
            if name in seen:
                found.append(f"'{rule.value}' occurs twice")
            seen.add(name)
        n_patterns = sum(rule.match == PATTERN for rule in self.rules)
        if n_patterns > MOST_PATTERNS:
            found.append(f"{n_patterns} patterns; at most {MOST_PATTERNS} are tried on each value")
        return found

    def resolve(self, values: Iterable[str]) -> dict[str, str]:
        """Category code of each distinct value that a rule knows, in the order of the values.

        An empty code means: known, and not counted. Values that no rule knows are left out.
        """
        return {value: rule.category for value, rule in self.find_rules(values).items()}

    def find_rules(self, values: Iterable[str]) -> dict[str, CategoryRule]:
        """The rule that decides on each distinct value; values that none knows are left out."""
        found = {value: self._find_rule(value) for value in dict.fromkeys(values)}
        return {value: rule for value, rule in found.items() if rule is not None}

    def _find_rule(self, value: str) -> CategoryRule | None:
        plain = self._case(normalise(value))
        if rule := self._exact.get(plain):
            return rule
        for length, prefixes in self._prefixes:
            if rule := prefixes.get(plain[:length]):
                return rule
        if not plain or len(plain) > LONGEST_VALUE:
            return None
        text = value.strip()  # a pattern may name full-width marks as they are written
        return next((rule for rule, fits in self._patterns if fits(plain) or fits(text)), None)

    def _case(self, text: str) -> str:
        return text.casefold() if self.any_case else text

    def _fold(self, rule: CategoryRule) -> str:
        """The value of a rule as it is compared; a pattern stays as written."""
        return rule.value if rule.match == PATTERN else self._case(normalise(rule.value))

    def _usable(self, match: str) -> list[CategoryRule]:
        """Rules of one kind, the last first, so that the first of two equal ones is kept."""
        rules = [rule for rule in self.rules if rule.match == match and not _rule_mistakes(rule)]
        return rules[::-1]

    @cached_property
    def _exact(self) -> dict[str, CategoryRule]:
        return {self._fold(rule): rule for rule in self._usable(EXACT)}

    @cached_property
    def _prefixes(self) -> list[tuple[int, dict[str, CategoryRule]]]:
        """Prefixes by length, the longest first: one look-up a length, however many there are."""
        by_length: dict[int, dict[str, CategoryRule]] = {}
        for rule in self._usable(PREFIX):
            prefix = self._fold(rule)
            by_length.setdefault(len(prefix), {})[prefix] = rule
        return sorted(by_length.items(), reverse=True)

    @cached_property
    def _patterns(self) -> list[tuple[CategoryRule, Callable[[str], object]]]:
        flags = re.IGNORECASE if self.any_case else re.NOFLAG
        rules = self._usable(PATTERN)[::-1]
        return [(rule, re.compile(rule.value, flags).fullmatch) for rule in rules]


def _rule_mistakes(rule: CategoryRule) -> list[str]:
    """What keeps one rule from being used."""
    if not normalise(rule.value):
        return ["a line has no value"]
    if rule.match not in MATCHES:
        return [f"'{rule.value}': match is '{rule.match}', not one of {', '.join(MATCHES)}"]
    if rule.match == PATTERN and (mistake := pattern_mistake(rule.value)):
        return [f"'{rule.value}': {mistake}"]
    return []
