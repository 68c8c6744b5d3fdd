"""Scores of districts: their towns taken together, and not shrunk."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from indices.arrays import FloatArray, IntArray
from indices.method import ScoringRules
from indices.score.districts import DistrictScores, score_districts
from tests.unit.indices import oracle, oracle_evidence
from tests.unit.indices.cities import (
    MANY_CATEGORIES,
    ONE_PILLAR,
    STANDARD,
    STEADY_WINDOWS,
    MadeUpCity,
    made_up_cities,
    simulated_city,
)

MODEST = settings(max_examples=40, deadline=None, derandomize=True)
NAMES = tuple(field.name for field in fields(DistrictScores))


def districts_of(
    city: MadeUpCity, groups: IntArray, n_groups: int, *, n_days: int = 1
) -> DistrictScores:
    """Scores of a made-up city's districts."""
    return score_districts(
        city.counts,
        population=city.population,
        groups=groups,
        n_groups=n_groups,
        rules=city.rules,
        n_days=n_days,
    )


def together(city: MadeUpCity, *, n_days: int = 1) -> DistrictScores:
    """The whole city as one district."""
    groups = np.zeros(len(city.population), dtype=np.int64)
    return districts_of(city, groups, 1, n_days=n_days)


def drawn_groups(data: st.DataObject, n_towns: int) -> tuple[IntArray, int]:
    """Districts of which none is empty."""
    codes = data.draw(st.lists(st.integers(0, 2), min_size=n_towns, max_size=n_towns))
    used, groups = np.unique(codes, return_inverse=True)
    return groups, len(used)


def without_harm(n_towns: int = 2, people: float = 50_000.0) -> MadeUpCity:
    """Nothing has happened."""
    counts = np.zeros((30, n_towns, len(STANDARD.categories)))
    return MadeUpCity(counts=counts, population=np.full(n_towns, people), rules=STANDARD)


def slow_district(city: MadeUpCity, groups: IntArray, district: int) -> tuple[float, float, float]:
    """Score, low and high of one district on the last day, by the document's formulas."""
    rules = city.rules
    towns = [town for town, group in enumerate(groups) if group == district]
    weighed = oracle_evidence.weigh(
        city.counts.tolist(), population=[*city.population], rules=rules
    )
    own, mean, variance = 0.0, 0.0, 0.0
    for g, group in enumerate(oracle_evidence.evidence_groups(rules)):
        observed = sum(weighed.observed[town][g] for town in towns)
        expected = sum(weighed.expected[town][g] for town in towns)
        own += group.weight * observed / expected
        mean += group.weight * (observed + 0.5) / expected
        variance += group.weight**2 * (observed + 0.5) / expected**2
    tail = (1 - rules.interval) / 2
    spread = stats.gamma(mean**2 / variance, scale=variance / mean)
    ends = own, max(spread.ppf(1 - tail), own), min(spread.ppf(tail), own)
    score, low, high = (oracle.publish(100 * rules.scale_base**exponent) for exponent in ends)
    return score, low, high


@MODEST
@given(city=made_up_cities(windows=STEADY_WINDOWS), data=st.data())
def test_a_district_is_its_towns_added_up(city: MadeUpCity, data: st.DataObject) -> None:
    """The slow version adds up towns' events and expected events, and half an event each."""
    city = replace(city, rules=replace(city.rules, least_expected_events=1e-9))
    groups, n_groups = drawn_groups(data, len(city.population))
    found = districts_of(city, groups, n_groups)
    for district in range(n_groups):
        actual = [getattr(found, name)[0, district] for name in ("score", "low", "high")]
        assert slow_district(city, groups, district) == pytest.approx(actual, abs=0.1001)


@MODEST
@given(city=made_up_cities())
def test_all_towns_in_one_district_are_the_city(city: MadeUpCity) -> None:
    """The score is the city's, on every day."""
    city = replace(city, rules=replace(city.rules, least_expected_events=1e-9))
    n_days = len(city.counts)
    expected = city.score(n_days=n_days).city_score
    assert expected.tolist() == together(city, n_days=n_days).score[:, 0].tolist()


@pytest.mark.parametrize("rules", [ONE_PILLAR, STANDARD, MANY_CATEGORIES])
def test_a_large_city_in_one_district_is_the_city(rules: ScoringRules) -> None:
    """The same with many towns and many days."""
    city = simulated_city(5, rules=rules, n_towns=60, n_history=200)
    expected = city.score(n_days=150).city_score
    assert expected.tolist() == together(city, n_days=150).score[:, 0].tolist()


def test_a_district_of_one_town_is_not_drawn_towards_the_others() -> None:
    """Its score comes from its own relative rates, those of the town before shrinkage."""
    city = simulated_city(8, rules=STANDARD, n_towns=6, n_history=40)
    found = districts_of(city, np.arange(6), 6)
    own = city.score().own_relative_rate[0] @ STANDARD.pillar_weight
    expected = [oracle.publish(100 * 0.85**exponent) for exponent in own.tolist()]
    assert expected == found.score[0].tolist()


@MODEST
@given(city=made_up_cities(), data=st.data(), interval=st.sampled_from([0.01, 0.95]))
def test_an_interval_holds_its_score(
    city: MadeUpCity, data: st.DataObject, interval: float
) -> None:
    """Low, score and high are in order, also where nothing has happened, and at any level."""
    city = replace(city, rules=replace(city.rules, interval=interval))
    groups, n_groups = drawn_groups(data, len(city.population))
    found = districts_of(city, groups, n_groups, n_days=len(city.counts))
    rated = found.rated
    assert (found.low[rated] <= found.score[rated]).all()
    assert (found.score[rated] <= found.high[rated]).all()


def test_no_harm_is_a_score_of_100_with_an_interval() -> None:
    """It may have been luck: the low end is below 100, and the high end is the score."""
    found = together(without_harm())
    assert (100.0, 100.0) == (found.score[0, 0], found.high[0, 0])
    assert found.low[0, 0] < 100


def test_the_quiet_interval_is_narrower_where_more_people_live() -> None:
    """Ten times the residents without harm are better evidence."""
    small, large = (together(without_harm(people=people)).low[0, 0] for people in (2e3, 2e4))
    assert small < large < 100


def test_more_incidents_make_a_narrower_interval() -> None:
    """A hundred towns together are known better than ten of them."""
    city = simulated_city(3, rules=STANDARD, n_towns=100, n_history=40)
    groups = np.minimum(np.arange(100) // 10, 1)
    found = districts_of(city, groups, 2)
    width = found.high - found.low
    assert width[0, 1] < width[0, 0]


def test_intervals_hold_as_often_as_they_say() -> None:
    """Of 2,000 districts with a known rate, 95 % intervals hold it in 93 to 97 %."""
    generator = np.random.default_rng(11)
    rules = replace(ONE_PILLAR, window_days=1, least_expected_events=1e-9)
    people = 12_000.0  # 12 expected
    counts = generator.poisson(12.0 * 1.3, (1, 2000, 1)).astype(np.float64)
    city = MadeUpCity(counts=counts, population=np.full(2000, people), rules=rules)
    found = districts_of(city, np.arange(2000), 2000)
    true = 100 * 0.85**1.3
    held = float(((found.low <= true + 0.05) & (true - 0.05 <= found.high)).mean())
    assert held == pytest.approx(0.95, abs=0.02)


def test_a_district_with_too_few_expected_events_is_not_rated() -> None:
    """Neither score nor rank nor level; the others are ranked without it."""
    city = simulated_city(2, rules=STANDARD, n_towns=4, n_history=40)
    people = np.array([20_000.0, 100.0, 15_000.0, 100.0])
    found = districts_of(replace(city, population=people), np.array([0, 1, 2, 1]), 3)
    assert [True, False, True] == found.rated[0].tolist()
    assert [False, True, False] == np.isnan(found.score[0]).tolist()
    assert 0 == found.level[0, 1]
    assert {1.0, 2.0} == {*found.rank[0, [0, 2]].tolist()}


@MODEST
@given(city=made_up_cities(), data=st.data())
def test_a_day_alone_has_the_same_bits_as_within_a_panel(
    city: MadeUpCity, data: st.DataObject
) -> None:
    """Every array of every day is the same whether one day is computed or many (promise 3)."""
    groups, n_groups = drawn_groups(data, len(city.population))
    n_history = len(city.counts)
    panel = districts_of(city, groups, n_groups, n_days=n_history)
    for day in {0, n_history // 2, n_history - 1}:
        until = replace(city, counts=city.counts[: day + 1])
        alone = districts_of(until, groups, n_groups)
        for name in NAMES:
            expected, actual = getattr(panel, name)[day], getattr(alone, name)[0]
            assert np.array_equal(expected, actual, equal_nan=name != "rated"), name


@MODEST
@given(city=made_up_cities(least_towns=2), data=st.data())
def test_the_order_of_towns_has_no_say(city: MadeUpCity, data: st.DataObject) -> None:
    """Counts and residents are whole numbers: another order of towns gives the same bits."""
    groups, n_groups = drawn_groups(data, len(city.population))
    order = np.random.default_rng(data.draw(st.integers(0, 99))).permutation(len(groups))
    turned = replace(city, counts=city.counts[:, order], population=city.population[order])
    straight = districts_of(city, groups, n_groups)
    other = districts_of(turned, groups[order], n_groups)
    for name in NAMES:
        expected, actual = getattr(straight, name), getattr(other, name)
        assert np.array_equal(expected, actual, equal_nan=name != "rated"), name


def test_residents_may_change_from_day_to_day() -> None:
    """The same residents on every day, given day by day, make the same score."""
    city = simulated_city(6, rules=STANDARD, n_towns=5, n_history=60)
    groups = np.array([0, 0, 1, 1, 1])
    by_day = replace(city, population=np.tile(city.population, (60, 1)))
    found, other = districts_of(city, groups, 2), districts_of(by_day, groups, 2)
    assert found.score.tolist() == other.score.tolist()
    assert found.expected_events == pytest.approx(other.expected_events)


def test_nothing_is_written_to_the_input() -> None:
    """Counts, residents and groups are read, never written."""
    city = simulated_city(6, rules=STANDARD, n_towns=5, n_history=30)
    groups = np.array([0, 1, 0, 1, 1])
    before = city.counts.tobytes(), city.population.tobytes(), groups.tobytes()
    districts_of(city, groups, 2, n_days=3)
    assert before == (city.counts.tobytes(), city.population.tobytes(), groups.tobytes())


REFUSED = [
    (np.array([0, 1]), 2, "groups must have shape (3,), got (2,)"),
    (np.array([0, 1, 2]), 2, "groups must lie in 0..1, got [2]"),
    (np.array([0, -1, 1]), 2, "groups must lie in 0..1, got [-1]"),
    (np.array([0, 2, 2]), 3, "each group must have a town, got none for [1]"),
]


@pytest.mark.parametrize(("groups", "n_groups", "message"), REFUSED)
def test_groups_that_do_not_fit_are_refused(groups: IntArray, n_groups: int, message: str) -> None:
    """Each town needs a district, and each district a town."""
    with pytest.raises(ValueError, match="got") as caught:
        districts_of(without_harm(3), groups, n_groups)
    assert message == str(caught.value)


def with_half(counts: FloatArray) -> FloatArray:
    """The counts with half an incident."""
    broken = counts.copy()
    broken[0, 0, 0] = 0.5
    return broken


def test_broken_counts_are_refused_before_they_are_added_up() -> None:
    """Two halves in two towns of a district would make a whole."""
    city = without_harm()
    with pytest.raises(ValueError, match="counts must be whole numbers"):
        together(replace(city, counts=with_half(city.counts)))
