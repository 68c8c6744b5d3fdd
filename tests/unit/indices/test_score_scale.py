"""From exponents to printed scores, and back to the points that were lost."""

import doctest
import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indices.score import scale
from indices.score.scale import points_lost, publish, score_from_exponent
from tests.unit.indices import oracle

MODEST = settings(max_examples=150, deadline=None, derandomize=True)
scores = st.floats(0, 100)
parts_of_exponents = st.lists(
    st.one_of(st.just(0.0), st.floats(1e-9, 50)), min_size=1, max_size=12
).filter(any)


def test_the_examples_in_the_docstrings_are_true() -> None:
    """What `publish` shows in its docstring is what it does."""
    failed, tried = doctest.testmod(scale, extraglobs={"np": np})
    assert (failed, tried > 0) == (0, True)


def test_no_harm_scores_100_and_the_usual_harm_the_base() -> None:
    """With base 0.85: nothing 100, usual 85, twice the usual 72.25."""
    actual = score_from_exponent(np.array([0.0, 1.0, 2.0]), base=0.85)
    assert pytest.approx([100.0, 85.0, 72.25]) == actual


@MODEST
@given(exponents=st.lists(st.floats(0, 200), min_size=2), base=st.floats(0.01, 0.99))
def test_more_harm_never_scores_more(exponents: list[float], base: float) -> None:
    """The order of exponents is the reverse order of scores."""
    actual = score_from_exponent(np.sort(exponents), base=base)
    assert sorted(actual, reverse=True) == actual.tolist()


@pytest.mark.parametrize(
    ("score", "printed"),
    [(84.24, 84.2), (84.25, 84.3), (84.26, 84.3), (84.75, 84.8), (0.25, 0.3), (50.0, 50.0)],
)
def test_scores_are_rounded_half_up(score: float, printed: float) -> None:
    """A half goes up, to the even and to the odd tenth alike."""
    assert printed == publish(np.array([score]))[0]


@pytest.mark.parametrize(
    ("score", "printed"),
    [
        (100.0, 100.0),
        (math.nextafter(100.0, 0.0), 99.9),
        (99.95, 99.9),
        (0.0, 0.0),
        (math.nextafter(0.0, 1.0), 0.1),
        (0.04, 0.1),
    ],
)
def test_0_and_100_are_printed_only_where_exact(score: float, printed: float) -> None:
    """A score a hair's breadth from an end is printed one unit from it."""
    assert printed == publish(np.array([score]))[0]


@MODEST
@given(score=scores)
def test_publishing_is_what_the_oracle_does(score: float) -> None:
    """Rounding in floats and rounding in fractions agree off the edges."""
    assume(abs(score * 10 - math.floor(score * 10) - 0.5) > 1e-6)
    assert oracle.publish(score) == publish(np.array([score]))[0]


@MODEST
@given(score=scores)
def test_publishing_moves_a_score_by_less_than_a_unit(score: float) -> None:
    """The printed score is within half a unit, at the ends within one."""
    most = 0.1 if score < 0.05 or score >= 99.95 else 0.05
    assert abs(publish(np.array([score]))[0] - score) <= most + 1e-9


@MODEST
@given(unordered=st.lists(scores, min_size=2))
def test_publishing_keeps_the_order(unordered: list[float]) -> None:
    """Of two scores the better one is never printed as the worse."""
    printed = publish(np.sort(unordered))
    assert sorted(printed) == printed.tolist()


@MODEST
@given(score=scores)
def test_a_printed_score_is_printed_as_it_is(score: float) -> None:
    """Publishing twice is publishing once."""
    once = publish(np.array([score]))
    assert once.tolist() == publish(once).tolist()


def test_a_score_that_is_missing_stays_missing() -> None:
    """NaN in, NaN out: not rated is neither 0 nor 100."""
    expected = [True, False]
    assert expected == np.isnan(publish(np.array([np.nan, 50.0]))).tolist()


@MODEST
@given(score=scores, parts=parts_of_exponents)
def test_parts_add_up_to_what_the_score_lacks(score: float, parts: list[float]) -> None:
    """In units of 0.1 the points lost sum to 100 - score, exactly."""
    assume(score < 100)
    printed = publish(np.array([score]))
    lost = points_lost(printed, exponent=np.array([parts]))[0]
    units = np.round(lost * 10)
    assert (units / 10).tolist() == lost.tolist()
    assert 1000 - round(printed[0] * 10) == units.sum()


@MODEST
@given(score=scores, parts=parts_of_exponents)
def test_each_part_is_its_share_rounded_up_or_down(score: float, parts: list[float]) -> None:
    """No category loses a whole unit more or less than its exact share, and none less than 0."""
    assume(score < 100)
    printed = publish(np.array([score]))
    units = 1000 - round(printed[0] * 10)
    total = sum(map(Fraction, parts))
    lost = points_lost(printed, exponent=np.array([parts]))[0]
    for part, points in zip(parts, lost, strict=True):
        exact = Fraction(part) * units / total
        assert math.floor(exact - Fraction(1, 10**9)) <= round(points * 10)
        assert round(points * 10) <= math.ceil(exact + Fraction(1, 10**9))
        assert points >= 0


@MODEST
@given(score=scores, parts=parts_of_exponents)
def test_largest_remainders_are_those_of_the_oracle(score: float, parts: list[float]) -> None:
    """The units left over by rounding down go where the oracle's fractions send them."""
    assume(score < 100)
    printed = publish(np.array([score]))
    units, total = 1000 - round(printed[0] * 10), sum(map(Fraction, parts))
    remainders = sorted(float(Fraction(part) * units / total % 1) for part in parts)
    assume(all(b - a > 1e-9 or a == b for a, b in pairwise(remainders)))
    assume(all(1e-9 < r < 1 - 1e-9 or r == 0 for r in remainders))
    lost = points_lost(printed, exponent=np.array([parts]))[0]
    assert oracle.points_lost(float(printed[0]), parts) == lost.tolist()


def test_the_units_left_over_go_to_the_largest_remainders() -> None:
    """35.88, 33.02 and 59.10 units of 128 become 36, 33 and 59 (docs/methods/standard.md)."""
    lost = points_lost(np.array([87.2]), exponent=np.array([[0.2360, 0.2171, 0.3887]]))
    assert pytest.approx([3.6, 3.3, 5.9]) == lost[0]


def test_of_equal_remainders_the_first_category_is_served_first() -> None:
    """Four equal parts of 0.2 points: the first two lose 0.1 each, the others nothing."""
    lost = points_lost(np.array([99.8]), exponent=np.array([[1.0, 1.0, 1.0, 1.0]]))
    assert pytest.approx([0.1, 0.1, 0.0, 0.0]) == lost[0]


def test_a_perfect_score_lost_nothing() -> None:
    """100 leaves nothing to share out, even where no part is known."""
    lost = points_lost(np.array([100.0]), exponent=np.zeros((1, 3)))
    expected = [[0.0, 0.0, 0.0]]
    assert expected == lost.tolist()


def test_a_town_without_a_score_lost_no_known_points() -> None:
    """Not rated: the points lost are missing, not zero, and the neighbours keep theirs."""
    lost = points_lost(np.array([np.nan, 99.0]), exponent=np.array([[1.0, 1.0], [1.0, 0.0]]))
    assert np.isnan(lost[0]).all()
    expected = [1.0, 0.0]
    assert expected == lost[1].tolist()
