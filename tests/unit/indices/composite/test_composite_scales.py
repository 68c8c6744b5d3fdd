"""Scales: each against its slow version, its laws, and its ugly cases."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.composite import scales
from tests.unit.indices.composite import oracle
from tests.unit.indices.composite.oracle import Maybe, arrayed, listed

FEW = settings(max_examples=40, deadline=None, derandomize=True)  # for each of ten scales
MODEST = settings(max_examples=150, deadline=None, derandomize=True)
KOREA = tuple(Fraction(percent, 100) for percent in (10, 25, 30, 25, 10))
SHARES = tuple(map(float, KOREA))
FIVE = (100.0, 80.0, 60.0, 40.0, 20.0)
EDGES, LINE = (0.0, 10.0, 50.0, 400.0), (100.0, 90.0, 40.0, 5.0)

harm = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
maybe = st.one_of(st.none(), harm)
small = st.one_of(st.none(), st.integers(0, 6).map(float))  # many ties
towns = st.lists(st.one_of(maybe, small), min_size=1, max_size=12)

# Every scale as a function of harm alone; a town's baseline does not matter for the laws.
SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exponential": lambda x: scales.exponential(x, baseline=7.0, base=0.85),
    "exponential, baseline 0": lambda x: scales.exponential(x, baseline=0.0, base=0.85),
    "deduction": lambda x: scales.deduction(x, baseline=7.0, at_baseline=85.0),
    "deduction, baseline 0": lambda x: scales.deduction(x, baseline=0.0, at_baseline=85.0),
    "breakpoints": lambda x: scales.breakpoints(x, edges=EDGES, scores=LINE),
    "percentile": scales.percentile,
    "grades": lambda x: scales.grade_scores(scales.quota_grades(x, shares=SHARES), scores=FIVE),
    "min_max": lambda x: scales.min_max(x, best=2.0, worst=300.0),
    "change_steps": lambda x: scales.change_steps(
        x, baseline=7.0, edges=(-0.25, 0.0), scores=(100.0, 50.0, 0.0), edge_belongs_to="better"
    ),
    "change_steps, baseline 0": lambda x: scales.change_steps(
        x, baseline=0.0, edges=(-0.25, 0.0), scores=(100.0, 50.0, 0.0), edge_belongs_to="worse"
    ),
}


@pytest.mark.parametrize("scale", SCALES)
@FEW
@given(values=towns)
def test_a_score_lies_in_its_range_and_is_missing_where_the_harm_is(
    scale: str, values: list[Maybe]
) -> None:
    """0 to 100 for harm that is known, unless a town has nobody to be compared with."""
    scores = listed(SCALES[scale](arrayed(*values)))
    alone = scale == "percentile" and sum(value is not None for value in values) == 1
    assert [value is None or alone for value in values] == [score is None for score in scores]
    assert all(0 <= score <= 100 for score in scores if score is not None)


@pytest.mark.parametrize("scale", SCALES)
@FEW
@given(values=towns, data=st.data())
def test_more_harm_never_scores_more(scale: str, values: list[Maybe], data: st.DataObject) -> None:
    """A town that gets worse does not gain, and no town scores more than a safer one."""
    place = data.draw(st.integers(0, len(values) - 1))
    more = [*values]
    if values[place] is not None:
        more[place] = float(values[place] or 0) + data.draw(harm)
    before, after = listed(SCALES[scale](arrayed(*values))), listed(SCALES[scale](arrayed(*more)))
    own, later = before[place], after[place]
    assert own is None or later is None or later <= own + 1e-9
    known = sorted((v, s) for v, s in zip(values, before, strict=True) if None not in (v, s))
    assert all(s >= t - 1e-9 for (_, s), (_, t) in pairwise(known))


@pytest.mark.parametrize("scale", SCALES)
@FEW
@given(panel=st.lists(st.lists(small, min_size=4, max_size=4), min_size=1, max_size=5))
def test_each_row_of_a_panel_is_scored_on_its_own(scale: str, panel: list[list[Maybe]]) -> None:
    """A day has the same bits alone and among others, in any number of dimensions."""
    rows = np.array([arrayed(*row) for row in panel])
    alone = [listed(SCALES[scale](row)) for row in rows]
    assert alone == [listed(row) for row in SCALES[scale](rows[None])[0]]


@MODEST
@given(values=towns, baseline=maybe, base=st.floats(0.01, 0.99))
def test_the_exponential_scale_is_the_base_to_the_power_of_the_ratio(
    values: list[Maybe], baseline: Maybe, base: float
) -> None:
    """The base is raised town by town, and nothing divides by 0."""
    expected = [oracle.exponential(value, baseline=baseline, base=base) for value in values]
    actual = scales.exponential(arrayed(*values), baseline=arrayed(baseline), base=base)
    assert pytest.approx(arrayed(*expected), rel=1e-9, nan_ok=True) == actual


@MODEST
@given(values=towns, baseline=maybe, at_baseline=st.floats(0, 99))
def test_the_deduction_is_proportional_to_the_ratio(
    values: list[Maybe], baseline: Maybe, at_baseline: float
) -> None:
    """100 less what the ratio costs, and never below 0."""
    expected = [
        oracle.deduction(value, baseline=baseline, at_baseline=at_baseline) for value in values
    ]
    actual = scales.deduction(arrayed(*values), baseline=arrayed(baseline), at_baseline=at_baseline)
    assert pytest.approx(arrayed(*expected), abs=1e-9, nan_ok=True) == actual


@MODEST
@given(
    values=towns,
    edges=st.lists(st.integers(0, 1000), min_size=1, max_size=6, unique=True).map(sorted),
    data=st.data(),
)
def test_breakpoints_are_joined_by_straight_lines(
    values: list[Maybe], edges: list[int], data: st.DataObject
) -> None:
    """Between two points in proportion, beyond the ends level."""
    drawn = st.lists(st.floats(0, 100), min_size=len(edges), max_size=len(edges))
    scores = sorted(data.draw(drawn), reverse=True)
    expected = [oracle.breakpoints(value, edges=edges, scores=scores) for value in values]
    actual = scales.breakpoints(arrayed(*values), edges=edges, scores=scores)
    assert pytest.approx(arrayed(*expected), abs=1e-9, nan_ok=True) == actual


@MODEST
@given(values=towns)
def test_the_percentile_counts_the_others_that_are_not_safer(values: list[Maybe]) -> None:
    """The quick share is that of counting town by town."""
    actual = scales.percentile(arrayed(*values))
    expected = arrayed(*oracle.percentile(values))
    assert pytest.approx(expected, abs=1e-9, nan_ok=True) == actual


@MODEST
@given(values=st.lists(st.one_of(maybe, small), min_size=1, max_size=60))
def test_grades_are_handed_out_place_by_place(values: list[Maybe]) -> None:
    """The quick grades are those of going down the list with exact shares."""
    padded = KOREA + (Fraction(0),) * 4
    expected = oracle.quota_grades(values, shares=padded)
    assert expected == scales.quota_grades(arrayed(*values), shares=SHARES).tolist()


@MODEST
@given(
    pairs=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1),
    edges=st.lists(st.integers(-20, 40), min_size=1, max_size=4, unique=True).map(sorted),
    side=st.sampled_from(["better", "worse"]),
)
def test_steps_are_those_of_exact_fractions(
    pairs: list[tuple[int, int]], edges: list[int], side: Literal["better", "worse"]
) -> None:
    """A change of whole counts that meets an edge of 5 % and so on is found to meet it."""
    exact = [Fraction(edge, 20) for edge in edges]
    scores = [90.0 - 10 * step for step in range(len(edges) + 1)]
    actual = scales.change_steps(
        np.array([float(now) for now, _ in pairs]),
        baseline=np.array([float(before) for _, before in pairs]),
        edges=[float(edge) for edge in exact],
        scores=scores,
        edge_belongs_to=side,
    )
    assert [
        oracle.change_steps(now, baseline=before, edges=exact, scores=scores, edge_belongs_to=side)
        for now, before in pairs
    ] == actual.tolist()


@MODEST
@given(values=towns, best=st.floats(-50, 50), width=st.floats(0.1, 1e4))
def test_min_max_is_the_way_left_to_the_worst(
    values: list[Maybe], best: float, width: float
) -> None:
    """In proportion between the goalposts, whichever of them is higher."""
    worst = best + width
    expected = [
        None if value is None else min(100.0, max(0.0, 100 * (worst - value) / width))
        for value in values
    ]
    actual = scales.min_max(arrayed(*values), best=best, worst=worst)
    mirrored = scales.min_max(-arrayed(*values), best=-best, worst=-worst)
    assert pytest.approx(arrayed(*expected), abs=1e-6, nan_ok=True) == actual
    assert listed(actual) == listed(mirrored)


ZERO_BASELINES = {  # scores of 0, 1 and missing harm against a baseline of 0
    "exponential, baseline 0": [100.0, 0.0, None],
    "deduction, baseline 0": [100.0, 0.0, None],
    "change_steps, baseline 0": [100.0, 0.0, None],
}


@pytest.mark.parametrize(("scale", "expected"), ZERO_BASELINES.items())
def test_where_nothing_is_usual_anything_is_the_worst(scale: str, expected: list[Maybe]) -> None:
    """0 against 0 is nothing that happened: the best score; 1 against 0 has the worst."""
    assert expected == listed(SCALES[scale](arrayed(0.0, 1.0, None)))


def test_a_missing_baseline_leaves_no_score() -> None:
    """What cannot be compared is missing, not safe and not unsafe."""
    value, unknown = np.array([0.0, 5.0]), np.array([np.nan, np.nan])
    steps = scales.change_steps(
        value, baseline=unknown, edges=(0.0,), scores=(100.0, 0.0), edge_belongs_to="worse"
    )
    assert np.isnan(scales.exponential(value, baseline=unknown, base=0.85)).all()
    assert np.isnan(scales.deduction(value, baseline=unknown, at_baseline=85)).all()
    assert np.isnan(steps).all()


def test_each_town_has_its_own_baseline() -> None:
    """The usual harm scores the base, whatever is usual."""
    value = np.array([[10.0, 300.0], [20.0, 600.0]])
    actual = scales.exponential(value, baseline=np.array([10.0, 300.0]), base=0.85)
    assert pytest.approx(np.array([[85.0, 85.0], [72.25, 72.25]])) == actual


def test_a_line_ends_at_its_score_to_the_last_bit() -> None:
    """One bit before the last edge the interpolation would be a hair below 0."""
    edges = (6.055875193708305, 24.612579467809613)
    just_before = np.nextafter(np.array([edges[1]]), 0)
    assert scales.breakpoints(just_before, edges=edges, scores=(100.0, 0.0)).tolist() == [0.0]


def test_tied_towns_share_the_better_percentile() -> None:
    """Two first of four: all three others are no safer than either."""
    expected = [100.0, 100.0, 100 / 3, 0.0]
    assert pytest.approx(expected) == scales.percentile(np.array([1.0, 1.0, 2.0, 3.0]))


def test_a_town_alone_has_no_percentile_and_the_middle_grade() -> None:
    """Without others there is nothing to compare."""
    alone = arrayed(None, 3.0)
    expected: list[Maybe] = [None, None]
    assert expected == listed(scales.percentile(alone))
    assert scales.quota_grades(alone, shares=SHARES).tolist() == [0, 3]


def test_a_tie_fills_the_better_grade_beyond_its_quota() -> None:
    """Ten towns: one place in grade 1, but three towns share the first place."""
    value = np.array([0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    expected = [1, 1, 1, 2, 3, 3, 3, 4, 4, 5]
    assert expected == scales.quota_grades(value, shares=SHARES).tolist()


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "negative harm": (lambda: scales.percentile(np.array([-1.0])), "0 or more"),
    "infinite harm": (lambda: scales.percentile(np.array([np.inf])), "0 or more"),
    "negative baseline": (
        lambda: scales.exponential(np.ones(1), baseline=-1.0, base=0.85),
        "0 or more",
    ),
    "base": (lambda: scales.exponential(np.ones(1), baseline=1.0, base=1.0), "base must lie"),
    "at_baseline": (
        lambda: scales.deduction(np.ones(1), baseline=1.0, at_baseline=100.0),
        "at_baseline must lie",
    ),
    "edges": (
        lambda: scales.breakpoints(np.ones(1), edges=(1.0, 1.0), scores=(9.0, 8.0)),
        "edges must rise",
    ),
    "missing edge": (
        lambda: scales.breakpoints(np.ones(1), edges=(np.nan,), scores=(9.0,)),
        "edges must rise",
    ),
    "rising scores": (
        lambda: scales.breakpoints(np.ones(1), edges=(1.0, 2.0), scores=(8.0, 9.0)),
        "scores must fall",
    ),
    "score above 100": (
        lambda: scales.grade_scores(np.array([1]), scores=(101.0, 9.0)),
        "scores must fall",
    ),
    "number of scores": (
        lambda: scales.breakpoints(np.ones(1), edges=(1.0, 2.0), scores=(8.0,)),
        "need 2 scores",
    ),
    "no grade": (lambda: scales.grade_scores(np.array([3]), scores=(9.0, 8.0)), "grades must lie"),
    "shares": (lambda: scales.quota_grades(np.ones(1), shares=(0.5, 0.4)), "sum to 1"),
    "share of none": (lambda: scales.quota_grades(np.ones(1), shares=(1.0, 0.0)), "positive"),
    "goalposts": (lambda: scales.min_max(np.ones(1), best=2.0, worst=2.0), "best and worst"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_sense_is_refused_in_words(case: str) -> None:
    """The message says what was expected."""
    call, words = REFUSED[case]
    with pytest.raises(ValueError, match=words):
        call()
