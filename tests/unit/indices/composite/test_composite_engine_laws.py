"""Laws of the composite engine: what must hold for every city and every method."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.arrays import FloatArray
from indices.composite.method import CompositeMethod
from indices.composite.score import CompositeScores
from indices.score.scale import points_lost
from tests.unit.indices.composite.engine_cases import (
    BASELINES,
    COMPARING,
    Document,
    SmallCity,
    method_of,
)
from tests.unit.indices.composite.engine_made_up import cases

MODEST = settings(max_examples=40, deadline=None, derandomize=True)
NAMES = tuple(field.name for field in fields(CompositeScores) if field.name != "measured")
OWN_OR_LONG_AGO = ("before", "years", "town_year", "district_year", "city_year", "usual")
Case = tuple[SmallCity, CompositeMethod]


def line(scale: str = "deduction", baseline: str = "before", **others: object) -> Document:
    """One line of an index."""
    return {"scale": scale, "baseline": baseline, "counts": ["theft"], **others}


def with_events(city: SmallCity, *, town: int, days_back: int, n: int, kind: int = 0) -> SmallCity:
    """The city with more incidents in one town."""
    more = (city.n_days - 1 - days_back, town, kind, n, 0)
    return replace(city, events=(*city.events, more))


def in_last_period(city: SmallCity, method: CompositeMethod) -> int:
    """How many days the last period lies back from the last day."""
    return (city.last_day - city.periods(method)[-1].last).days


def no_worse(later: FloatArray, earlier: FloatArray) -> bool:
    """Whether no number that is known rose."""
    return bool((~(later > earlier)).all())


def different(left: CompositeScores, right: CompositeScores) -> list[str]:
    """Names of the arrays whose bits differ."""
    return [
        name
        for name in NAMES
        if not np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True)
    ]


def parts_of(scores: CompositeScores, wanted: object) -> CompositeScores:
    """Some towns or periods of the scores."""
    arrays = {name: getattr(scores, name)[wanted] for name in NAMES}
    return CompositeScores(**arrays, measured=scores.measured)


@MODEST
@given(case=cases, data=st.data())
def test_more_harm_never_raises_a_town_s_own_score(case: Case, data: st.DataObject) -> None:
    """Whatever the baseline and the scale, an incident more in the period never pays.

    Where the town is part of what it is compared with, as in a mean of the city, its share in that
    mean rises all the same. In an index where more is worse, the number never falls.
    """
    city, method = case
    town = data.draw(st.integers(0, city.n_towns - 1))
    back = in_last_period(city, method)
    more = with_events(city, town=town, days_back=back, n=3, kind=data.draw(st.integers(0, 2)))
    before, after = (c.score(method).score[-1, town] for c in (city, more))
    sign = -1 if method.higher_is == "worse" else 1
    assert no_worse(sign * after, sign * before)


@pytest.mark.parametrize("baseline", OWN_OR_LONG_AGO)
@pytest.mark.parametrize("scale", COMPARING)
@MODEST
@given(case=cases)
def test_a_town_s_incidents_leave_the_others_alone(scale: str, baseline: str, case: Case) -> None:
    """With a fixed baseline, or a town's own past, nobody else gains or loses by an incident."""
    method = method_of({"order": [line(scale, baseline)]})
    city = case[0]
    base_day = replace(city, base=(city.first_day, city.first_day))
    more = with_events(base_day, town=0, days_back=in_last_period(city, method), n=5)
    kept = (slice(-1, None), slice(1, None))
    others = (parts_of(c.score(method), kept) for c in (base_day, more))
    assert different(*others) == []


@pytest.mark.parametrize("baseline", ["before", "years"])
@MODEST
@given(case=cases)
def test_harm_in_the_past_never_lowers_a_score_that_is_compared_with_it(
    baseline: str, case: Case
) -> None:
    """A bad past makes the present look better: that is what such a baseline means."""
    city, method = case[0], method_of({"order": [line(baseline=baseline)]})
    weeks = {"before": 7, "years": 364}[baseline]
    back = min(in_last_period(city, method) + weeks, city.n_days - 1)
    before, after = (
        c.score(method).score[-1, 0] for c in (city, with_events(city, town=0, days_back=back, n=4))
    )
    assert no_worse(before, after)


@MODEST
@given(case=cases, data=st.data())
def test_the_order_of_the_towns_is_irrelevant(case: Case, data: st.DataObject) -> None:
    """Every town has the same bits, wherever it stands in the list."""
    city, method = case
    order = data.draw(st.permutations(range(city.n_towns)))
    place = [order.index(town) for town in range(city.n_towns)]
    shuffled = replace(
        city,
        born=tuple(city.born[t] for t in order),
        units=tuple(city.units[t] for t in order),
        events=tuple((day, place[town], *rest) for day, town, *rest in city.events),
        deaths=tuple((day, place[town], n) for day, town, n in city.deaths),
        districts=tuple(city.districts[t] for t in order),
        peers=tuple(tuple(place[p] if p >= 0 else p for p in city.peers[t]) for t in order),
        external={c: [[row[t] for t in order] for row in g] for c, g in city.external.items()},
    )
    back_in_place = parts_of(shuffled.score(method), (slice(None), place))
    assert different(city.score(method), back_in_place) == []


@MODEST
@given(case=cases)
def test_the_order_in_which_kinds_are_named_is_irrelevant(case: Case) -> None:
    """An indicator is a set of kinds."""
    city = case[0]
    counted = (["fire", "theft", "assault"], ["crime", "fire"], ["assault", "theft", "fire"])
    weights = {"severities": {"values": {"theft": 0.1, "assault": 0.7}, "status": "assumed"}}
    weights["severities"]["reason"] = "made up"
    scores = [
        city.score(method_of({"order": [line(counts=counts, **weights)]})) for counts in counted
    ]
    assert [[], []] == [different(scores[0], other) for other in scores[1:]]


@MODEST
@given(case=cases)
def test_twice_the_incidents_among_twice_the_people_is_the_same_score(case: Case) -> None:
    """Rates decide, in every scale; deaths take off points by their number and stay as they are."""
    city, method = case
    twice = replace(
        city,
        units=tuple(2 * unit for unit in city.units),
        events=tuple((d, t, k, 2 * n, 2 * fatal) for d, t, k, n, fatal in city.events),
    )
    assert different(city.score(method), twice.score(method)) == []


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("scale", COMPARING)
@MODEST
@given(case=cases)
def test_twice_the_incidents_everywhere_and_ever_is_the_same_score(
    scale: str, baseline: str, case: Case
) -> None:
    """A scale that compares sees no difference; `breakpoints` and `min_max` would."""
    city, method = case[0], method_of({"order": [line(scale, baseline, counts=["all"])]})
    twice = replace(city, events=tuple((d, t, k, 2 * n, f) for d, t, k, n, f in city.events))
    left, right = city.score(method), twice.score(method)
    assert np.array_equal(left.score, right.score, equal_nan=True)


@MODEST
@given(case=cases)
def test_a_period_alone_has_the_same_bits_as_within_a_panel(case: Case) -> None:
    """Neither the periods computed beside it nor later days move a bit (promise 3)."""
    city, method = case
    external = {code: [rows[0]] for code, rows in city.external.items()}
    both = replace(city, n_periods=2, external={c: 2 * rows for c, rows in external.items()})
    alone = replace(city, n_periods=1, external=external)
    panel = both.score(method)
    assert different(panel.last(), alone.score(method)) == []
    earlier = (city.last_day - both.periods(method)[0].last).days
    until = replace(
        alone,
        n_days=city.n_days - earlier,
        born=tuple(min(day, city.n_days - earlier - 1) for day in city.born),
        events=tuple(e for e in city.events if e[0] < city.n_days - earlier),
        deaths=tuple(d for d in city.deaths if d[0] < city.n_days - earlier),
    )
    then = replace(both, born=until.born).score(method)
    if until.base[1] <= until.last_day:  # no earlier edition knows a base period that is to come
        assert different(parts_of(then, slice(0, 1)), until.score(method)) == []


@MODEST
@given(case=cases)
def test_what_is_missing_is_left_out_and_not_zero(case: Case) -> None:
    """An indicator that the records do not tell changes no score, and `weight_present` says so."""
    city, known = case[0], line(weight=3)
    with_it = city.score(method_of({"order": [known, line(counts=["arson"], weight=1)]}))
    without = city.score(method_of({"order": [known]}))
    assert np.array_equal(with_it.score, without.score, equal_nan=True)
    expected = np.where(np.isfinite(without.score), 0.75, 0.0)
    assert expected.tolist() == with_it.weight_present.tolist()


@MODEST
@given(case=cases)
def test_points_add_up_to_what_the_score_lacks(case: Case) -> None:
    """To 100 less the score, or to the index; and before rounding the parts do so too."""
    city, method = case
    scores, is_index = city.score(method), method.higher_is == "worse"
    rated = np.isfinite(scores.score)
    lacking = scores.score if is_index else 100 - scores.score
    points = points_lost(100 - lacking, exponent=scores.lost, decimals=method.rounding.decimals)
    assert pytest.approx(lacking[rated], abs=1e-9) == points[rated].sum(axis=-1)
    unit = 10.0**-method.rounding.decimals
    inside = rated & (scores.score > 0)
    assert pytest.approx(lacking[inside], abs=unit) == scores.lost[inside].sum(axis=-1)
