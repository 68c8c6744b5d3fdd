"""Method files: the ones we ship are sound, and a spoilt one is refused with its mistakes."""

import math
from pathlib import Path

import pytest

from indices.method import Calibration, Level, StandardMethod, combine
from pipeline.methods import read_method
from tests.unit.indices.method_files import (
    CALIBRATIONS,
    METHODS,
    Document,
    Place,
    drop,
    mistakes,
    read,
    spoil,
    standard_document,
    standard_method,
    tables,
)

CHOICES = [place for place, table in tables(standard_document()) if "status" in table]
TEXTS = [place for place, table in tables(standard_document()) if table.keys() == {"en", "zh"}]
LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


def name_of(place: object) -> str:
    """Place in a document as it is written in TOML."""
    return ".".join(map(str, place)) if isinstance(place, tuple) else str(place)


def explanation(table: Document) -> str:
    """The key that a choice of this status cannot do without."""
    return {"stated": "source", "assumed": "reason"}[table["status"]]


def at(document: Document, place: Place) -> Document:
    """The table at a place."""
    for step in place:
        document = document[step]  # type: ignore[index]
    return document


def luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb", as WCAG defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def levels_of(path: Path) -> tuple[Level, ...]:
    """The levels of a method file; none where it is an index with base 100."""
    levels = read_method(path).method.levels
    return levels.level if levels else ()


TO_BE_MEASURED = ("zhuhai-demo",)  # its usual rates are measured at the first run


@pytest.mark.parametrize("path", METHODS, ids=lambda path: path.stem)
def test_a_method_that_we_ship_is_sound(path: Path) -> None:
    """Each file of data/methods is a method and bears the name of its file."""
    assert path.stem == read_method(path).method.id


@pytest.mark.parametrize("path", CALIBRATIONS, ids=lambda path: path.parent.name)
def test_a_city_that_we_ship_fits_its_method(path: Path) -> None:
    """Each city's calibration joins with the method it names; its pillar weights sum to 1."""
    calibration = Calibration.model_validate(read(path))
    named = next(file for file in METHODS if file.stem == calibration.method)
    method = StandardMethod.model_validate(read(named))
    assert calibration.pillars.keys() <= method.pillars.keys()
    if path.parent.name in TO_BE_MEASURED:
        return
    rules = combine(method, calibration)
    assert pytest.approx(1.0) == rules.pillar_weight.sum()
    assert tuple(calibration.pillars) == rules.pillars


def test_there_is_something_to_choose() -> None:
    """The lists that the tests below walk through are not empty."""
    assert len(METHODS) >= 1
    assert len(CALIBRATIONS) >= 2
    assert len(CHOICES) >= 25
    assert len(TEXTS) >= 20


@pytest.mark.parametrize("place", CHOICES, ids=name_of)
def test_a_choice_without_its_explanation_is_refused(place: Place) -> None:
    """Every number is stated with its source or assumed with its reason; none goes unexplained."""
    key = explanation(at(standard_document(), place))
    status = at(standard_document(), place)["status"]
    expected = [f"{name_of(place)}: Value error, a value marked '{status}' needs a {key}"]
    assert expected == mistakes(drop(standard_document(), (*place, key)))
    assert expected == mistakes(spoil(standard_document(), (*place, key), ""))


@pytest.mark.parametrize("place", CHOICES, ids=name_of)
def test_a_choice_is_stated_or_assumed_and_nothing_else(place: Place) -> None:
    """There is no third kind of choice, and none without a kind."""
    assert len(mistakes(spoil(standard_document(), (*place, "status"), "known"))) == 1
    assert len(mistakes(drop(standard_document(), (*place, "status")))) == 1


def test_a_reason_does_not_stand_for_a_source() -> None:
    """What is marked as stated needs a source, however good the reason."""
    document = standard_document()
    spoil(document, ("scale_base", "status"), "stated")
    expected = ["scale_base: Value error, a value marked 'stated' needs a source"]
    assert expected == mistakes(document)


@pytest.mark.parametrize("place", TEXTS, ids=name_of)
def test_words_for_readers_are_there_in_both_languages(place: Place) -> None:
    """Neither English nor Chinese may be missing or empty."""
    for language in ("en", "zh"):
        assert len(mistakes(drop(standard_document(), (*place, language)))) == 1
        assert len(mistakes(spoil(standard_document(), (*place, language), ""))) == 1


OPEN_TABLES = {("pillars",), ("categories",)}  # their keys are names that the file gives


@pytest.mark.parametrize(
    "place",
    [place for place, _ in tables(standard_document()) if place not in OPEN_TABLES],
    ids=name_of,
)
def test_an_unknown_key_is_a_mistake(place: Place) -> None:
    """A misspelt key is not passed over in silence, in whichever table it stands."""
    expected = [f"{name_of((*place, 'half_live'))}: Extra inputs are not permitted"]
    assert expected == mistakes(spoil(standard_document(), (*place, "half_live"), 1))


@pytest.mark.parametrize("value", [0, -1, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("place", [place for place in CHOICES if "severity" in place], ids=name_of)
def test_a_severity_is_a_positive_number(place: Place, value: float) -> None:
    """No category weighs nothing, less than nothing, or more than everything."""
    said = mistakes(spoil(standard_document(), (*place, "value"), value))
    assert [f"{name_of(place)}.value"] == [mistake.split(":")[0] for mistake in said]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("window", "window_days", "value"), 0),
        (("window", "window_days", "value"), 36.5),
        (("window", "window_days", "value"), math.inf),
        (("window", "half_life_days", "value"), 0),
        (("window", "half_life_days", "value"), math.inf),
        (("scale_base", "value"), 0),
        (("scale_base", "value"), 1),
        (("scale_base", "value"), math.nan),
        (("uncertainty", "interval", "value"), 1),
        (("uncertainty", "rank_low", "value"), 0),
        (("uncertainty", "rank_high", "value"), 1),
        (("uncertainty", "rank_draws", "value"), 0),
        (("uncertainty", "rank_draws", "value"), 10.5),
        (("uncertainty", "seed"), -1),
        (("uncertainty", "least_expected_events", "value"), 0),
        (("levels", "level", 0, "from_score"), 101),
        (("levels", "level", 3, "from_score"), -1),
        (("levels", "level", 1, "from_score"), math.nan),
        (("levels", "level", 1, "glyph"), ""),
        (("levels", "level", 1, "glyph"), "++"),
        (("levels", "level", 1, "colour"), "red"),
        (("levels", "level", 1, "text_colour"), "#FFFFFF"),
        (("id",), "Standard"),
        (("version",), "1"),
        (("levels", "level"), []),
    ],
    ids=name_of,
)
def test_a_value_out_of_its_range_is_refused(place: Place, value: object) -> None:
    """The mistake is told at the place where it stands."""
    said = mistakes(spoil(standard_document(), place, value))
    assert [name_of(place)] == [mistake.split(":")[0] for mistake in said]


def test_rank_ends_must_be_in_order() -> None:
    """The lower end of a rank range lies below the upper one."""
    document = spoil(standard_document(), ("uncertainty", "rank_low", "value"), 0.95)
    expected = [
        "uncertainty: Value error, rank_low must lie below rank_high, got 0.95 and 0.95",
    ]
    assert expected == mistakes(document)


@pytest.mark.parametrize(
    "edges",
    [(90, 80, 70, 1), (90, 90, 70, 0), (80, 90, 70, 0), (0, 0, 0, 0)],
)
def test_levels_fall_to_zero(edges: tuple[float, ...]) -> None:
    """Every score has one level: the edges fall from level to level, and the last one is 0."""
    document = standard_document()
    for position, edge in enumerate(edges):
        spoil(document, ("levels", "level", position, "from_score"), edge)
    said = "levels: Value error, from_score must fall from level to level and end at 0, got "
    assert [said + str([float(edge) for edge in edges])] == mistakes(document)


@pytest.mark.parametrize("numbers", [(0, 1, 2, 3), (1, 2, 2, 3), (4, 3, 2, 1)])
def test_levels_are_numbered_from_the_best(numbers: tuple[int, ...]) -> None:
    """1, 2, 3 and so on, without gaps."""
    document = standard_document()
    for position, number in enumerate(numbers):
        spoil(document, ("levels", "level", position, "number"), number)
    assert any("number" in mistake for mistake in mistakes(document))


def test_categories_of_unknown_pillars_are_told_all_at_once() -> None:
    """Every category whose pillar the file does not name is listed."""
    document = standard_document()
    spoil(document, ("categories", "assault", "pillar"), "person")
    spoil(document, ("categories", "overdose", "pillar"), "drug")
    pillars = ", ".join(standard_document()["pillars"])
    assault = f"category assault: pillar 'person' is not among {pillars}"
    overdose = f"category overdose: pillar 'drug' is not among {pillars}"
    assert [f": Value error, {assault}; {overdose}"] == mistakes(document)


def test_mistakes_in_many_tables_are_told_all_at_once() -> None:
    """Whoever corrects a file needs one round, not five."""
    document = standard_document()
    spoil(document, ("window", "window_days", "value"), 0)
    spoil(document, ("scale_base", "value"), 2)
    drop(document, ("uncertainty", "interval", "reason"))
    spoil(document, ("levels", "level", 2, "colour"), "orange")
    drop(document, ("categories", "robbery", "severity", "source"))
    spoil(document, ("categories", "assault", "severty"), 3)
    expected = {
        "window.window_days.value",
        "scale_base.value",
        "uncertainty.interval",
        "levels.level.2.colour",
        "categories.robbery.severity",
        "categories.assault.severty",
    }
    assert expected == {mistake.split(":")[0] for mistake in mistakes(document)}


def test_a_method_cannot_be_changed_once_it_is_read() -> None:
    """Its values are frozen: two days of one run have one method."""
    method = standard_method()
    with pytest.raises(ValueError, match="frozen"):
        method.scale_base.value = 0.5  # type: ignore[misc]


def test_the_cut_points_are_the_lower_edges_of_all_levels_but_the_last() -> None:
    """90, 80 and 70, as stated."""
    expected = (90.0, 80.0, 70.0)
    assert expected == standard_method().levels.cuts


@pytest.mark.parametrize("path", METHODS, ids=lambda path: path.stem)
def test_level_words_can_be_read_on_their_colours(path: Path) -> None:
    """Text and ground of each level differ by 4.5 to 1 at least."""
    for level in levels_of(path):
        light, dark = sorted(map(luminance, (level.colour, level.text_colour)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= LEAST_CONTRAST, level.word.en


@pytest.mark.parametrize("path", METHODS, ids=lambda path: path.stem)
def test_levels_are_told_apart_without_colour(path: Path) -> None:
    """No two levels share a word, a glyph or a colour."""
    levels = levels_of(path)
    for key in ("glyph", "colour"):
        assert len({getattr(level, key) for level in levels}) == len(levels)
    assert len({level.word.en for level in levels}) == len(levels)
    assert len({level.word.zh for level in levels}) == len(levels)


def test_the_reasons_speak_of_the_values_they_stand_beside() -> None:
    """A usual day scores 85, twice the usual 72; a window of 365 days cuts off 5 %."""
    method = standard_method()
    base = method.scale_base.value
    said = f"scores {100 * base:.0f}", f"twice the usual {100 * base**2:.0f}"
    assert all(words in str(method.scale_base.reason) for words in said)
    beyond = 0.5 ** (method.window.window_days.value / method.window.half_life_days.value)
    assert f"{100 * beyond:.0f} %" in str(method.window.window_days.reason)


def test_a_chance_of_a_half_or_more_is_refused() -> None:
    """The limit would lie above what was seen, and every town would be raised."""
    document = spoil(standard_document(), ("recent", "chance", "value"), 0.5)
    assert ["recent: Value error, chance must be below 0.5, got 0.5"] == mistakes(document)
