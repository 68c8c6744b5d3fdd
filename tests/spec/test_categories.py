"""How the words of the records become categories: exact values, prefixes, patterns."""

import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.categories import CategoryRule, CategoryTable, pattern_mistake, read_rules
from pipeline.errors import ConfigurationMistake
from pipeline.ready_mappings import (
    MappingRow,
    ReadyMapping,
    best_mapping,
    list_ready_mappings,
)
from tests.conftest import table_rows

RULES = """
    value               | match   | category
    --------------------+---------+----------------
    100400              | exact   | homicide
    1004                | prefix  | attempted_homicide
    10                  | prefix  | criminal_incident
    刑事类警情/咨询      | exact   |
    .*入室.*             | pattern | break_and_enter
    .*盗窃.*             | pattern | theft
    ROBBERY             |         | robbery
"""


def table(text: str) -> CategoryTable:
    """A table of rules from a drawing of it."""
    columns = ("value", "match", "category")
    return CategoryTable(
        read_rules(dict(zip(columns, row, strict=True)) for row in table_rows(text))
    )


@pytest.mark.parametrize(
    ("value", "category"),
    [
        ("100400", "homicide"),  # exact wins over the prefixes 1004 and 10
        ("100401", "attempted_homicide"),  # the longer prefix wins
        ("109900", "criminal_incident"),
        ("10入室", "criminal_incident"),  # a prefix wins over a pattern
        ("刑事类警情/盗窃/入室盗窃", "break_and_enter"),  # the earlier pattern wins
        ("刑事类警情/盗窃/扒窃", "theft"),
        ("刑事类警情/咨询", ""),  # known, and not counted
        ("ROBBERY", "robbery"),  # a blank match is exact
        (" ROBBERY\t", "robbery"),  # outer blanks do not matter
        ("１００４００", "homicide"),  # nor does the width of digits
    ],
)
def test_the_closest_rule_decides(value: str, category: str) -> None:
    """Exact before prefix, longer before shorter, prefix before pattern, patterns in order."""
    assert {value: category} == table(RULES).resolve([value])


@pytest.mark.parametrize("value", ["Robbery", "ROBBERY 2", "200100", "", "  ", "咨询"])
def test_what_no_rule_knows_is_absent(value: str) -> None:
    """A value that differs in case or that no rule fits is left out: it stays unmapped."""
    assert {} == table(RULES).resolve([value])


def test_each_distinct_value_comes_once_in_its_order() -> None:
    """The answer has the values as they were given, in their order."""
    answer = table(RULES).resolve(["ROBBERY", "100400", "unknown", "ROBBERY", " ROBBERY"])
    assert ["ROBBERY", "100400", " ROBBERY"] == list(answer)


def test_a_table_without_the_column_match_is_exact() -> None:
    """Tables from before there were prefixes keep their meaning."""
    rules = read_rules([{"value": "10", "category": "theft", "reason": "old"}])
    assert {"10": "theft"} == CategoryTable(rules).resolve(["10", "100"])


def test_a_pattern_must_fit_the_whole_value() -> None:
    """Nothing may stand before or behind what a pattern describes."""
    rules = (CategoryRule(r"01\d{4}", "pattern", "criminal_incident"),)
    assert {"010100": "criminal_incident"} == CategoryTable(rules).resolve(
        ["010100", "0101000", "x010100"]
    )


def test_a_pattern_may_name_full_width_marks() -> None:
    """Values are compared with plain marks and as written, so that both spellings work."""
    plain = CategoryTable((CategoryRule(r"行政\(治安\).*", "pattern", "a"),))
    wide = CategoryTable((CategoryRule("行政（治安）.*", "pattern", "a"),))
    value = "行政（治安）类警情"
    assert [{value: "a"}, {value: "a"}] == [plain.resolve([value]), wide.resolve([value])]


def test_a_value_as_long_as_a_story_fits_no_pattern() -> None:
    """Patterns are for names of categories; they are not tried on long texts."""
    rules = (CategoryRule(".*盗窃.*", "pattern", "theft"),)
    assert {} == CategoryTable(rules).resolve(["盗窃" * 200])


@pytest.mark.parametrize(
    ("rules", "mistakes"),
    [
        ("a | exact | x\n a | exact | y", ["'a' occurs twice"]),
        ("a | exact | x\n ａ | | x", ["'ａ' occurs twice"]),
        ("a | prefix | x\n a | exact | y", []),
        (" | exact | x", ["a line has no value"]),
        ("a | Prefix | x", ["'a': match is 'Prefix', not one of exact, prefix, pattern"]),
        (
            "(a | pattern | x",
            ["'(a': no regular expression: missing ), unterminated subpattern at position 0"],
        ),
        (
            "(a+)+ | pattern | x",
            ["'(a+)+': a repeated group must hold neither a quantifier nor |"],
        ),
    ],
    ids=["twice", "twice in two widths", "two kinds", "blank", "kind", "broken", "catastrophic"],
)
def test_mistakes_of_a_table_are_listed(rules: str, mistakes: list[str]) -> None:
    """Each mistake is one text; the table says them all and still resolves."""
    rows = [[cell.strip() for cell in line.rsplit("|", 2)] for line in rules.splitlines()]
    read = read_rules(dict(zip(("value", "match", "category"), row, strict=True)) for row in rows)
    assert mistakes == CategoryTable(read).mistakes()
    assert {} == CategoryTable(read).resolve(["nothing of these"])


def test_of_equal_rules_the_first_counts() -> None:
    """A table with a value twice is a mistake, but its answer does not depend on chance."""
    rules = tuple(CategoryRule("a", match, c) for match in ("exact", "prefix") for c in "xy")
    assert {"a": "x", "ab": "x"} == CategoryTable(rules).resolve(["a", "ab"])


def test_too_many_patterns_are_a_mistake() -> None:
    """Each pattern is tried on every value: beyond a hundred a table becomes slow."""
    rules = tuple(CategoryRule(f"a{n}", "pattern", "x") for n in range(101))
    assert ["101 patterns; at most 100 are tried on each value"] == CategoryTable(rules).mistakes()


@pytest.mark.parametrize(
    ("pattern", "mistake"),
    [
        (".*(?:汽车|摩托).*盗窃.*", ""),
        (r"01\d{4}", ""),
        ("(?:a|b)?c", ""),  # once or not at all is no repetition
        (r"\(x+\)+", ""),  # brackets of the text, no group
        ("[(a+]+", ""),
        (".*?盗窃", ""),
        ("(a+)+", "a repeated group must hold neither a quantifier nor |"),
        ("(a|aa)*b", "a repeated group must hold neither a quantifier nor |"),
        ("(?:a{2,3}){4}", "a repeated group must hold neither a quantifier nor |"),
        ("((?:a|b)c)+", "a repeated group must hold neither a quantifier nor |"),
        ("(?P<n>a*)*", "a repeated group must hold neither a quantifier nor |"),
        ("a?a?a?a?a?", "more than 4 quantifiers (* + ? {})"),
        (".*a.*b.*c.*d.*", "more than 4 quantifiers (* + ? {})"),
        ("a" * 201, "longer than 200 characters"),
        ("[[a]", "no regular expression: Possible nested set at position 1"),
    ],
)
def test_patterns_that_could_take_for_ever_are_refused(pattern: str, mistake: str) -> None:
    """A repeated group with a choice inside, many quantifiers and long patterns are refused."""
    assert mistake == pattern_mistake(pattern)


def slow_answer(rules: Iterable[CategoryRule], value: str) -> str | None:
    """The rule of precedence a second time: look at everything, sort, take the first."""
    plain = value.strip()
    rank = {"exact": 0, "prefix": 1}
    fitting = [
        (rank[rule.match], -len(rule.value), n, rule.category)
        for n, rule in enumerate(rules)
        if (plain == rule.value if rule.match == "exact" else plain.startswith(rule.value))
    ]
    return min(fitting)[3] if fitting else None


CODES = st.text("012", min_size=1, max_size=4)
SOME_RULES = st.lists(
    st.builds(CategoryRule, CODES, st.sampled_from(["exact", "prefix"]), st.sampled_from("abc")),
    max_size=12,
)


@given(rules=SOME_RULES, values=st.lists(CODES, max_size=12))
def test_tables_answer_as_the_slow_way_does(rules: list[CategoryRule], values: list[str]) -> None:
    """Look-ups by length give what a search through all rules gives."""
    slow = {value: slow_answer(rules, value) for value in values}
    assert {value: code for value, code in slow.items() if code is not None} == CategoryTable(
        tuple(rules)
    ).resolve(values)


@given(pattern=st.text("ab(|)*+?{2,}[]\\.^", max_size=12))
def test_an_accepted_pattern_ends_soon(pattern: str) -> None:
    """Whatever is accepted is a regular expression that comes to an end on an awkward value."""
    if pattern_mistake(pattern):
        return
    started = time.process_time()
    CategoryTable((CategoryRule(pattern, "pattern", "x"),)).resolve(["a" * 60 + "c"])
    assert time.process_time() - started < 1


# Ready mappings


def mapping(name: str, *lines: str) -> ReadyMapping:
    """A mapping of lines as `value|match|category`, with the label `<value> label`."""
    rows = []
    for line in lines:
        value, match, category = line.rsplit("|", 2)
        rows.append(
            MappingRow(
                rule=CategoryRule(value, match, category),
                iccs="",
                label_en=f"{value} label",
                label_zh=f"{value} 标签",
                reason="",
            )
        )
    return ReadyMapping(name, tuple(rows))


NIBRS = mapping("nibrs", "13A|prefix|assault", "120|exact|robbery", "35A|prefix|")
NAMES = mapping("names", "Robbery|exact|robbery", "Theft|exact|theft", r"12\d|pattern|assault")


@pytest.mark.parametrize(
    ("value", "category"),
    [
        ("120", "robbery"),
        ("13a", "assault"),
        ("13A - AGGRAVATED", "assault"),
        ("120 LABEL", "robbery"),
        (" 120 标签", "robbery"),
        ("35A", ""),
        ("121", None),
    ],
)
def test_a_ready_mapping_knows_codes_and_labels(value: str, category: str | None) -> None:
    """A value is found by code or by label in either language, in upper or lower case."""
    row = NIBRS.find_rows([value]).get(value)
    assert category == (row and row.rule.category)


def test_the_best_mapping_knows_most_rows() -> None:
    """Rows count, not values; blank values say nothing of either."""
    counts = {"120": 60, "13B": 10, "Theft": 20, "13A": 10, "": 900}
    best = best_mapping(counts, [NAMES, NIBRS])
    assert best is not None
    assert ("names", 0.8) == (best[0].id, best[1])


def test_of_two_equal_mappings_the_exact_one_is_best() -> None:
    """A pattern may know a value by chance; a line that names it does not."""
    best = best_mapping({"120": 5}, [NAMES, NIBRS])
    assert best is not None
    assert "nibrs" == best[0].id


@pytest.mark.parametrize("counts", [{}, {"fever": 4}, {" ": 3}])
def test_no_mapping_is_best_where_none_knows_a_value(counts: dict[str, int]) -> None:
    """Nothing is proposed for values that no mapping has seen."""
    assert best_mapping(counts, [NAMES, NIBRS]) is None


def test_lines_are_copied_in_the_spelling_of_the_city() -> None:
    """A line that knows the value as written is copied as it is, any other with the city's word."""
    rows = NIBRS.city_rows(["13A assault", "120 label", "120", "13a", " 13a ", "unknown"])
    assert [
        CategoryRule("13A", "prefix", "assault"),
        CategoryRule("13a", "exact", "assault"),
        CategoryRule("120", "exact", "robbery"),
        CategoryRule("120 label", "exact", "robbery"),
    ] == [row.rule for row in rows]


@given(
    values=st.lists(
        st.one_of(
            st.sampled_from(
                ["13A x", "13a", "120", "１２０", "120 label", "Robbery", "THEFT", "125"]
            ),
            st.text("13aA5 label", max_size=6),
        )
    )
)
def test_a_city_table_answers_as_the_mapping_it_came_from(values: list[str]) -> None:
    """The copied lines have no mistakes and give each value the category of the mapping."""
    for ready in (NIBRS, NAMES):
        expected = {value: row.rule.category for value, row in ready.find_rows(values).items()}
        copied = CategoryTable(tuple(row.rule for row in ready.city_rows(values)))
        assert ([], expected) == (copied.mistakes(), copied.resolve(values))


def test_mistakes_of_all_mappings_are_said_at_once(tmp_path: Path) -> None:
    """Missing columns, doubled values and labels with two meanings stop the reading."""
    head = "value,match,category,iccs,label_en,label_zh,reason\n"
    (tmp_path / "a.csv").write_text("value,category\n1,theft\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text(
        head + "1,,theft,,Theft,盗窃,\n1,,fraud,,Theft,,\n", encoding="utf-8"
    )
    with pytest.raises(ConfigurationMistake) as raised:
        list_ready_mappings(tmp_path)
    assert [
        "a.csv: missing column(s) match, iccs, label_en, label_zh, reason",
        "b.csv: '1' occurs twice",
        "b.csv: the label 'theft' stands for fraud, theft",
        "b.csv: a line has no label in one of the languages",
    ] == [line.strip() for line in raised.value.seen.splitlines()[1:]]
