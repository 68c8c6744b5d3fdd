"""The vocabulary of kinds and groups: what a code stands for, and what a file may not say."""

import copy
import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from indices.vocabulary import Vocabulary
from tests.unit.indices.method_files import REPOSITORY

SHIPPED = REPOSITORY / "data" / "vocabulary.toml"
NAME = {"en": "made up", "zh": "虚构"}
SMALL: dict[str, Any] = {
    "groups": {"all": {"en": "All", "zh": "全部"}, "thefts": NAME, "nobody": NAME},
    "headline": ["all", "thefts"],
    "kinds": {
        "theft": {"name": {"en": "Theft", "zh": "盗窃"}, "groups": ["all", "thefts"]},
        "fire": {"name": NAME, "groups": ["all"]},
        "drug_use": {"name": NAME, "found_by_looking": True},
    },
}


def spoilt(**changes: Any) -> dict[str, Any]:
    """The small vocabulary with some tables said otherwise."""
    return {**copy.deepcopy(SMALL), **changes}


def shipped() -> Vocabulary:
    """The vocabulary of all cities and methods."""
    return Vocabulary.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("theft", ("theft",)),
        ("drug_use", ("drug_use",)),
        ("all", ("theft", "fire")),
        ("thefts", ("theft",)),
        ("nobody", ()),
    ],
)
def test_a_code_stands_for_itself_or_for_its_group(code: str, expected: tuple[str, ...]) -> None:
    """A kind is one kind; a group is its kinds in the order of the file, and may be empty."""
    assert expected == Vocabulary.model_validate(SMALL).members(code)


def test_a_code_that_nobody_knows_is_told() -> None:
    """It stands for nothing, which is not the same as an empty group."""
    with pytest.raises(KeyError, match="arson"):
        Vocabulary.model_validate(SMALL).members("arson")


@pytest.mark.parametrize(("code", "expected"), [("all", "All"), ("theft", "Theft")])
def test_kinds_and_groups_have_names(code: str, expected: str) -> None:
    """In both languages."""
    name = Vocabulary.model_validate(SMALL).name(code)
    assert expected == name.en
    assert name.zh


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kinds": {"theft": {"name": NAME, "groups": ["theft_s"]}}}, "group 'theft_s' is not"),
        ({"headline": ["all", "arsons"]}, "headline 'arsons' is no group"),
        ({"headline": ["theft"]}, "headline 'theft' is no group"),
        ({"headline": []}, "at least 1 item"),
        ({"kinds": {"all": {"name": NAME}}}, "'all' names a group and a kind"),
        ({"kinds": {"Theft": {"name": NAME}}}, "should match pattern"),
        ({"kinds": {"theft": {"name": {"en": "Theft"}}}}, "zh"),
        ({"kinds": {"theft": {"name": NAME, "gruops": []}}}, "Extra inputs"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], expected: str) -> None:
    """Unknown groups, codes used twice, names that are lacking and keys that are misspelt."""
    with pytest.raises(ValidationError, match=expected):
        Vocabulary.model_validate(spoilt(**changes))


def test_all_mistakes_are_told_at_once() -> None:
    """Whoever writes the file need not mend it one by one."""
    kinds = {"a": {"name": NAME, "groups": ["x"]}, "b": {"name": NAME, "groups": ["y"]}}
    with pytest.raises(ValidationError, match=r"'x'.*'y'.*'z'"):
        Vocabulary.model_validate(spoilt(kinds=kinds, headline=["z"]))


def test_every_shipped_group_has_kinds() -> None:
    """A group without kinds would print 0 for ever, as if nothing ever happened."""
    vocabulary = shipped()
    assert [] == [group for group in vocabulary.groups if not vocabulary.members(group)]


@pytest.mark.parametrize(
    ("part", "whole"),
    [("two_thefts", "thefts"), ("eight_serious", "criminal"), ("criminal", "all")],
)
def test_a_narrow_group_lies_within_the_wide_one(part: str, whole: str) -> None:
    """Burglary and vehicle theft are thefts; serious violence is crime; crime is an incident."""
    vocabulary = shipped()
    assert set() == set(vocabulary.members(part)) - set(vocabulary.members(whole))
