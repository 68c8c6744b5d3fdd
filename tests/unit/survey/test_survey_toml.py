"""TOML that a survey writes."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from pipeline.survey.doubts import Doubt, number_doubts
from pipeline.survey.writing.source_file import file_patterns
from pipeline.survey.writing.toml_text import comment, notes_of, toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXT, st.lists(TEXT, max_size=4))
def test_any_text_comes_back(text: str, texts: list[str]) -> None:
    """What is written is what a reader of TOML gets."""
    document = f"a = {toml(text)}\nb = {toml(texts)}\nc = {toml({'en': text})}\n"
    assert {"a": text, "b": texts, "c": {"en": text}} == tomllib.loads(document)


@given(TEXT)
def test_a_comment_stays_one(text: str) -> None:
    """No text breaks out of a comment."""
    assert {} == tomllib.loads("\n".join(comment(text)))


@given(TEXT, TEXT)
def test_a_doubt_is_only_a_comment(seen: str, choice: str) -> None:
    """Values in a doubt cannot add a key."""
    doubts = number_doubts([Doubt(file="city.toml", key="k", seen=seen, choices=(choice,))])
    assert {} == tomllib.loads("\n".join(notes_of(doubts, "city.toml").about("k")))


def test_doubts_that_block_come_first() -> None:
    """Their numbers are the lowest."""
    doubts = [
        Doubt(file="f", key="later", seen="x"),
        Doubt(file="f", key="first", seen="x", blocks=True),
    ]
    assert [(1, "first"), (2, "later")] == [
        (numbered.number, numbered.doubt.key) for numbered in number_doubts(doubts)
    ]


def test_names_become_patterns() -> None:
    """Names that differ in numbers share one pattern; what a pattern would misread is escaped."""
    assert [
        ("calls-*.csv",),
        ("a.csv", "b.csv"),
        ("calls[[]1].csv",),
        ("2022.csv", "2023.csv"),
    ] == [
        file_patterns(names)
        for names in (
            ["calls-2022.csv", "calls-2023.csv"],
            ["a.csv", "b.csv"],
            ["calls[1].csv"],
            ["2022.csv", "2023.csv"],
        )
    ]
