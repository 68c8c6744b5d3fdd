"""Seven published methods from Xiaogan to Canada: our files against their sources.

What a source states stands in `facts_of_others` a second time, so that a value that was changed
by mistake fails. What no source states must be marked as assumed.
"""

import colorsys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indices.composite.method import CompositeMethod
from indices.composite.scaling import on_scale
from indices.levels import level_numbers
from indices.vocabulary import Vocabulary
from tests.reference.facts_of_others import (
    ASSUMED,
    CANADA,
    FILES,
    MEXICO_OFFENCES,
    PALETTES,
    STATED,
    STATED_BESIDE_OURS,
    STEPS,
    XIAOGAN_PUBLIC_ORDER,
)

REPOSITORY = Path(__file__).parents[2]
METHODS = REPOSITORY / "data" / "methods"
VOCABULARY = REPOSITORY / "data" / "vocabulary.toml"
LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


@cache
def vocabulary() -> Vocabulary:
    """Kinds and groups that an indicator may count."""
    return Vocabulary.model_validate(tomllib.loads(VOCABULARY.read_text(encoding="utf-8")))


@cache
def document(name: str) -> dict[str, Any]:
    """One method file as TOML gives it."""
    return tomllib.loads((METHODS / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def method(name: str) -> CompositeMethod:
    """One method file as the model reads it."""
    return CompositeMethod.model_validate(document(name))


def at(name: str, place: str) -> dict[str, Any]:
    """The table at a dotted place of a file."""
    table: Any = document(name)
    for step in place.split("."):
        table = table[int(step) if step.isdigit() else step]
    return table  # type: ignore[no-any-return]


def keys_of(choice: dict[str, Any]) -> list[str]:
    """Keys of sources that a choice begins with; none where it has no source."""
    return [key.strip() for key in choice.get("source", "").split(":")[0].split(",") if key]


def choices(part: object) -> Iterator[dict[str, Any]]:
    """Every table of a document that is marked as stated or assumed."""
    if isinstance(part, dict):
        if "status" in part:
            yield part
        for value in part.values():
            yield from choices(value)
    elif isinstance(part, list):
        for value in part:
            yield from choices(value)


def hue_name(colour: str) -> str:
    """The plain name of a colour "#rrggbb"."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < 0.15:
        return "black" if value < 0.2 else "grey"
    names = [(15, "red"), (42, "orange"), (70, "yellow"), (170, "green"), (330, "blue")]
    return next((name for limit, name in names if hue * 360 < limit), "red")


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", as WCAG defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", FILES)
def test_a_file_has_the_known_parts(name: str) -> None:
    """Numbers of pillars, indicators and levels, and how much of the formula is known."""
    found = method(name)
    n_levels = len(found.levels.level) if found.levels else 0
    n_indicators = len(list(found.indicators))
    assert (len(found.pillars), n_indicators, n_levels, found.formula) == FILES[name]
    assert name == found.id


@pytest.mark.parametrize(("name", "place", "key", "value", "sources"), STATED)
def test_a_stated_value_is_that_of_its_source(
    name: str, place: str, key: str, value: object, sources: str
) -> None:
    """The value, that it is marked as stated, and by which sources."""
    choice = at(name, place)
    assert (value, "stated") == (choice[key], choice["status"])
    assert sources.split(", ") == keys_of(choice)


@pytest.mark.parametrize(("name", "place", "key", "value", "sources"), STATED_BESIDE_OURS)
def test_a_stated_value_beside_one_of_ours_is_that_of_its_source(
    name: str, place: str, key: str, value: object, sources: str
) -> None:
    """A table with a number of ours is assumed as a whole, and still names the source."""
    choice = at(name, place)
    assert (value, "assumed") == (choice[key], choice["status"])
    assert sources.split(", ") == keys_of(choice)


@pytest.mark.parametrize(("name", "place"), ASSUMED)
def test_what_nobody_published_is_assumed(name: str, place: str) -> None:
    """No value of ours is passed off as the city's."""
    assert at(name, place)["status"] == "assumed"


@pytest.mark.parametrize("name", FILES)
def test_sources_are_named_and_used(name: str) -> None:
    """Every key stands in [sources], and every source is the source of something."""
    found = document(name)
    used = {key for choice in choices(found) for key in keys_of(choice)}
    assert set(found["sources"]) == used


@pytest.mark.parametrize("name", FILES)
def test_indicators_count_what_the_vocabulary_knows(name: str) -> None:
    """A code that stands for no kind would count nothing, in silence."""
    counted = {code for _, _, about in method(name).indicators for code in about.counts}
    known = {*vocabulary().kinds, *vocabulary().groups}
    assert set() == counted - known


@pytest.mark.parametrize("name", FILES)
def test_what_is_found_by_looking_is_told(name: str) -> None:
    """An indicator whose number follows enforcement says so."""
    kinds = vocabulary().kinds
    for _, code, about in method(name).indicators:
        counted = [kind for word in about.counts for kind in vocabulary().members(word)]
        reason = str(about.note.reason) if about.note else ""
        told = "searches" in reason or "follow enforcement" in reason
        assert (code, any(kinds[kind].found_by_looking for kind in counted)) == (code, told)


@pytest.mark.parametrize("name", PALETTES)
def test_a_stated_palette_has_its_colours_in_order(name: str) -> None:
    """One colour means different things in different places, so each file keeps its own."""
    colours, sources = PALETTES[name]
    levels = at(name, "levels")
    assert colours == [hue_name(level["colour"]) for level in levels["level"]]
    assert sources.split(", ") == keys_of(levels)


@pytest.mark.parametrize("name", [name for name in FILES if name not in CANADA])
def test_levels_can_be_read_and_told_apart(name: str) -> None:
    """Text on its colour has enough contrast; glyphs and words differ without colour."""
    levels = document(name)["levels"]["level"]
    ratios = [contrast(level["colour"], level["text_colour"]) for level in levels]
    assert min(ratios) >= LEAST_CONTRAST
    for key in ("glyph", "colour"):
        assert len({level[key] for level in levels}) == len(levels)
    assert len({level["word"]["zh"] for level in levels}) == len(levels)


@pytest.mark.parametrize("name", CANADA)
def test_the_severity_index_has_no_levels(name: str) -> None:
    """Statistics Canada prints an index in which more is worse, and grades nobody."""
    assert (None, "worse") == (method(name).levels, method(name).higher_is)


@pytest.mark.parametrize(("name", "before", "now", "level"), STEPS)
def test_the_colour_follows_the_published_rule(
    name: str, before: float, now: float, level: int
) -> None:
    """Incidents now against those compared with, by the rule that the source gives in words."""
    found = method(name)
    [scale] = found.scales.values()
    score = on_scale(scale, np.array([now], dtype=float), np.array([before], dtype=float))
    assert found.levels is not None
    assert [level] == list(level_numbers(score, cuts=found.levels.cuts))


def test_shenyang_prints_its_own_words() -> None:
    """Green is 良好, orange 平稳, red 警示 (SY1)."""
    words = [level["word"]["zh"] for level in at("shenyang-growth", "levels")["level"]]
    assert ["良好", "平稳", "警示"] == words


def test_xiaogan_has_three_parts_and_four_indicators_under_the_first() -> None:
    """Their names are those of the notice (XG1, XG2)."""
    pillars = document("xiaogan-2020")["pillars"]
    indicators = pillars["public_order"]["indicators"].values()
    assert ["治安安全", "交通安全", "消防安全"] == [p["name"]["zh"] for p in pillars.values()]
    assert XIAOGAN_PUBLIC_ORDER == [indicator["name"]["zh"] for indicator in indicators]


def test_mexico_names_the_offence_behind_each_indicator() -> None:
    """Seven of the eleven offences (SE2), each with the name it has there and the same weight."""
    indicators = document("mexico-semaforo")["pillars"]["crime"]["indicators"]
    named = {code: about["note"]["source"].split(": ")[1] for code, about in indicators.items()}
    assert named == MEXICO_OFFENCES
    assert {1} == {about["weight"]["value"] for about in indicators.values()}


def test_korea_without_external_values_knows_half_of_itself() -> None:
    """Incidents tell the hazard alone: 50 of 100."""
    indicators = [about for _, _, about in method("korea-grades").indicators]
    known = sum(about.weight.value for about in indicators if about.counts)
    assert 0.5 == known / sum(about.weight.value for about in indicators)


def test_korea_takes_points_for_vulnerability_and_gives_them_for_mitigation() -> None:
    """100 less hazard and vulnerability, plus mitigation (K1)."""
    directions = {
        code.split("_")[1]: about.external.higher_is
        for _, code, about in method("korea-grades").indicators
        if about.external
    }
    assert {"vulnerability": "worse", "mitigation": "better"} == directions
