"""The Canadian Crime Severity Index through the engine and our method files."""

import tomllib
from datetime import date

import numpy as np
import pytest

from indices.arrays import FloatArray
from indices.composite.history import history_of
from indices.composite.method import CompositeMethod
from indices.composite.rules import resolve
from indices.composite.score import CompositeScores, score_periods
from indices.periods import period_of
from indices.vocabulary import Vocabulary
from tests.unit.indices.method_files import REPOSITORY

DATA = REPOSITORY / "data"
BASE_YEAR, YEAR = period_of(date(2018, 1, 1), "year"), period_of(date(2019, 1, 1), "year")
VIOLENT = ("homicide", "robbery", "common_assault")
CASE = {  # incidents of the base year and of the year, among 100,000 and 20,000 people
    "homicide": (1, 0),
    "robbery": (50, 12),
    "common_assault": (400, 95),
    "break_and_enter": (300, 40),
    "theft": (900, 210),
}
PEOPLE = (100_000, 20_000)
EXPECTED = 90.624815  # worked by hand from the published weights


def read_method(part: str, *, decimals: int | None = None) -> CompositeMethod:
    """Our file for a part of the index, with more digits than Canada prints where asked for."""
    path = DATA / "methods" / f"canada-csi-{part}.toml"
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    if decimals is not None:
        document["rounding"]["decimals"] = decimals
    return CompositeMethod.model_validate(document)


def vocabulary() -> Vocabulary:
    """What the codes of kinds mean."""
    text = (DATA / "vocabulary.toml").read_text(encoding="utf-8")
    return Vocabulary.model_validate(tomllib.loads(text))


def score(method: CompositeMethod) -> CompositeScores:
    """One town of 100,000 people in the base year, of which 20,000 are left in the year."""
    rules = resolve(method, vocabulary(), known_kinds=CASE, tells_deaths=False)
    n_days = (YEAR.last - BASE_YEAR.first).days + 1
    counts = np.zeros((n_days, 1, len(rules.kinds)))
    people: FloatArray = np.full((n_days, 1), float(PEOPLE[0]))
    people[BASE_YEAR.n_days :] = PEOPLE[1]
    for at, kind in enumerate(rules.kinds):
        before, now = CASE[kind]
        counts[: BASE_YEAR.n_days, 0, at] = spread(before, BASE_YEAR.n_days)
        counts[BASE_YEAR.n_days :, 0, at] = spread(now, YEAR.n_days)
    return score_periods(
        history_of(counts, denominator=people),
        rules,
        [BASE_YEAR, YEAR],
        first_day=BASE_YEAR.first,
        base=(BASE_YEAR.first, BASE_YEAR.last),
        districts=np.zeros(1, dtype=np.int64),
    )


def spread(total: int, n_days: int) -> FloatArray:
    """So many incidents on the days of a year, as evenly as whole numbers can be."""
    return np.diff(np.floor(np.linspace(0, total, n_days + 1) + 1e-9))


def test_the_worked_town_has_its_index() -> None:
    """24,431 weighted incidents among 20,000 people, against 134,792 among 100,000."""
    scores = score(read_method("total", decimals=3))
    assert [[100.0], [round(EXPECTED, 3)]] == scores.score.tolist()
    assert pytest.approx(EXPECTED, abs=5e-7) == scores.indicator_score[1, 0, 0]
    assert pytest.approx(122_155.0) == scores.value[1, 0, 0]  # per 100,000 residents
    assert pytest.approx(134_792.0) == scores.baseline[1, 0, 0]


def test_it_is_printed_as_canada_prints() -> None:
    """With one decimal, and 100 in the base period; more is worse and there is no level."""
    scores = score(read_method("total"))
    assert [[100.0], [90.6]] == scores.score.tolist()
    assert [[0], [0]] == scores.level.tolist()
    assert [[1.0], [1.0]] == scores.weight_present.tolist()


def test_the_total_is_made_of_the_violent_and_the_other_part() -> None:
    """Total = s * violent + (1 - s) * non-violent; s is the violent share of the base year."""
    total, violent, other = (
        score(read_method(part, decimals=3)) for part in ("total", "violent", "nonviolent")
    )
    weights = read_method("total").pillars["crime"].indicators["weighted_crime"].severities
    assert weights is not None
    base = {kind: weights.values[kind] * CASE[kind][0] for kind in CASE}
    share = sum(base[kind] for kind in VIOLENT) / sum(base.values())
    joined = share * violent.indicator_score + (1 - share) * other.indicator_score
    assert pytest.approx(total.indicator_score, abs=1e-9) == joined


def test_the_index_is_what_its_parts_add_up_to() -> None:
    """Nothing is lost from 100: the parts of the index are the index."""
    scores = score(read_method("total", decimals=3))
    assert pytest.approx([100.0, EXPECTED], abs=5e-7) == scores.lost.sum(axis=2)[:, 0]


def test_there_is_no_index_against_a_base_without_crime() -> None:
    """A ratio to nothing says nothing: the index is missing, not 0 and not without bounds."""
    method = read_method("total")
    rules = resolve(method, vocabulary(), known_kinds=["robbery"], tells_deaths=False)
    counts = np.zeros((YEAR.n_days + BASE_YEAR.n_days, 1, 1))
    counts[-1] = 3
    scores = score_periods(
        history_of(counts, denominator=np.ones(1)),
        rules,
        [YEAR],
        first_day=BASE_YEAR.first,
        base=(BASE_YEAR.first, BASE_YEAR.last),
        districts=np.zeros(1, dtype=np.int64),
    )
    assert np.isnan(scores.score).all()
    assert [[0.0]] == scores.weight_present.tolist()
