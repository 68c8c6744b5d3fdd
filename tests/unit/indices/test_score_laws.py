"""Laws of the standard score: what must hold for every city, whatever its numbers."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from indices.arrays import FloatArray
from indices.method import ScoringRules
from indices.score.evidence import weigh
from indices.score.standard import Scores
from tests.unit.indices.cities import (
    MANY_CATEGORIES,
    NINE_IN_A_PILLAR,
    ONE_PILLAR,
    STANDARD,
    STEADY_WINDOWS,
    MadeUpCity,
    made_up_cities,
    parts_of,
    simulated_city,
)

MODEST = settings(max_examples=40, deadline=None, derandomize=True)
NAMES = tuple(field.name for field in fields(Scores))
RANGES = ("rank_low", "rank_high")


def different(left: Scores, right: Scores) -> list[str]:
    """Names of the arrays whose bits differ."""
    return [
        name
        for name in NAMES
        if not np.array_equal(getattr(left, name), getattr(right, name), equal_nan=name != "rated")
    ]


def days_with_other_bits(rules: ScoringRules, n_towns: int) -> list[int]:
    """Days of a panel of 130 whose bits differ from those of the day alone."""
    city = simulated_city(n_towns, rules=rules, n_towns=n_towns, n_history=150)
    panel = city.score(n_days=130)
    return [
        day
        for day in (0, 1, 2, 5, 63, 64, 100, 129)
        if different(
            replace(city, counts=city.counts[: 21 + day]).score(),
            Scores(**{name: getattr(panel, name)[day : day + 1] for name in NAMES}),
        )
    ]


def exponent(city: MadeUpCity) -> FloatArray:
    """Unrounded exponents of the last day, (n_towns,)."""
    return np.asarray(city.score().relative_rate[0] @ city.rules.pillar_weight)


@MODEST
@given(city=made_up_cities(), data=st.data())
def test_a_day_alone_has_the_same_bits_as_within_a_panel(
    city: MadeUpCity, data: st.DataObject
) -> None:
    """Every array of every day is the same whether one day is computed or many (promise 3)."""
    n_days = data.draw(st.integers(1, len(city.counts)))
    panel = city.score(n_days=n_days)
    for day in {0, n_days // 2, n_days - 1}:
        end = len(city.counts) - n_days + day + 1
        alone = replace(city, counts=city.counts[:end]).score()
        assert (
            different(
                alone, Scores(**{name: getattr(panel, name)[day : day + 1] for name in NAMES})
            )
            == []
        )


@pytest.mark.parametrize("rules", [ONE_PILLAR, STANDARD, MANY_CATEGORIES])
@pytest.mark.parametrize("n_towns", [1, 2, 9, 40])
def test_a_day_of_a_larger_city_has_the_same_bits(rules: ScoringRules, n_towns: int) -> None:
    """Neither the number of towns nor the block of days lets the order of additions matter."""
    assert days_with_other_bits(rules, n_towns) == []


@pytest.mark.parametrize("n_towns", [1, 2, 9])
def test_many_categories_in_one_pillar_have_the_same_bits(n_towns: int) -> None:
    """Nor does the number of categories of a pillar."""
    assert days_with_other_bits(NINE_IN_A_PILLAR, n_towns) == []


@MODEST
@given(city=made_up_cities(), before=st.integers(1, 90))
def test_what_lies_before_the_window_changes_nothing(city: MadeUpCity, before: int) -> None:
    """A longer history has the same bits, once the window is full."""
    n_window = city.rules.window_days
    assume(len(city.counts) >= n_window)
    n_days = len(city.counts) - n_window + 1
    older = np.full((before, *city.counts.shape[1:]), 7.0)
    longer = replace(city, counts=np.concatenate([older, city.counts]))
    assert different(longer.score(n_days=n_days), city.score(n_days=n_days)) == []


@MODEST
@given(city=made_up_cities())
def test_scoring_leaves_its_input_alone(city: MadeUpCity) -> None:
    """Counts and residents are read, never written."""
    before = city.counts.tobytes(), city.population.tobytes()
    city.score(n_days=len(city.counts))
    assert before == (city.counts.tobytes(), city.population.tobytes())


@MODEST
@given(city=made_up_cities(least_towns=2), seed=st.integers(0, 1000))
def test_the_order_of_towns_is_irrelevant(city: MadeUpCity, seed: int) -> None:
    """Towns in another order have the same results; only the dice of their rank ranges differ."""
    order = np.random.default_rng(seed).permutation(len(city.population))
    turned = replace(city, counts=city.counts[:, order], population=city.population[order])
    straight, other = city.score(), turned.score()
    for name in ("relative_rate", "own_relative_rate", "kept", "expected_events"):
        actual = getattr(other, name)[0]
        assert getattr(straight, name)[0][order] == pytest.approx(actual, rel=1e-5), name
    assert straight.rated[0][order].tolist() == other.rated[0].tolist()
    assert straight.city_score == pytest.approx(other.city_score, abs=0.1001)
    for name in ("score", "low", "high"):
        actual = getattr(other, name)[0]
        assert getattr(straight, name)[0][order] == pytest.approx(
            actual, abs=0.1001, nan_ok=True
        ), name


@MODEST
@given(
    city=made_up_cities(windows=STEADY_WINDOWS),
    data=st.data(),
    more=st.sampled_from([1.0, 2.0, 50.0]),
)
def test_more_harm_in_a_town_never_raises_its_score(
    city: MadeUpCity, data: st.DataObject, more: float
) -> None:
    """Where the pillar has any harm in the city's window, one more incident costs or is even.

    The spread between towns is fitted anew, and still the town's exponent does not fall. The law
    does not hold for the very first incident of a pillar in the whole city, nor where all of its
    harm is so old that its squared weights vanish: there half an event is taken for granted, and
    a small or an old incident may be less than that.
    """
    day, town, category = (data.draw(st.integers(0, n - 1)) for n in city.counts.shape)
    pillar = city.rules.category_pillar[category]
    assume(city.score().own_relative_rate[0, :, pillar].any())
    worse = city.counts.copy()
    worse[day, town, category] += more
    before, after = exponent(city)[town], exponent(replace(city, counts=worse))[town]
    assert after >= before * (1 - 1e-5)


@MODEST
@given(city=made_up_cities(), data=st.data())
def test_more_harm_anywhere_never_raises_the_city_score(
    city: MadeUpCity, data: st.DataObject
) -> None:
    """The city is not shrunk: without exception, more harm is a lower or an equal score."""
    day, town, category = (data.draw(st.integers(0, n - 1)) for n in city.counts.shape)
    worse = city.counts.copy()
    worse[day, town, category] += data.draw(st.sampled_from([1.0, 5.0, 100.0]))
    assert replace(city, counts=worse).score().city_score <= city.score().city_score


@MODEST
@given(city=made_up_cities(least_towns=2), data=st.data())
def test_the_city_score_does_not_ask_which_town_it_was(
    city: MadeUpCity, data: st.DataObject
) -> None:
    """Incidents that move from one town to another leave the city's score as it was."""
    seed = data.draw(st.integers(0, 100))
    generator = np.random.default_rng(seed)
    moved = generator.permuted(city.counts, axis=1)
    other = replace(city, counts=moved).score().city_score
    assert city.score().city_score == pytest.approx(other, abs=0.1001)


@MODEST
@given(city=made_up_cities())
def test_points_lost_sum_to_what_the_score_lacks(city: MadeUpCity) -> None:
    """For each rated town, in units of 0.1 and exactly (promise 7); not rated: none are known."""
    scores = city.score(n_days=len(city.counts))
    rated = scores.rated
    units = np.round(scores.points_lost * 10)
    assert (units[rated] / 10).tolist() == scores.points_lost[rated].tolist()
    lacking = 1000 - np.round(scores.score[rated] * 10)
    assert lacking.tolist() == units[rated].sum(axis=1).tolist()
    assert (scores.points_lost[rated] >= 0).all()
    assert np.isnan(scores.points_lost[~rated]).all()


@MODEST
@given(city=made_up_cities())
def test_parts_of_the_exponent_are_never_negative_and_sum_to_it(city: MadeUpCity) -> None:
    """No category earns points back for another."""
    evidence = weigh(city.counts, city.population, city.rules, 1)
    parts = parts_of(evidence, city.rules)[0]
    assert parts.min() >= -1e-12
    assert exponent(city) == pytest.approx(parts.sum(axis=1))


@MODEST
@given(city=made_up_cities())
def test_a_rank_range_contains_the_rank(city: MadeUpCity) -> None:
    """Low, rank and high never change places, and stay between 1 and the number rated."""
    scores = city.score(n_days=len(city.counts))
    rated = scores.rated
    n_rated = np.broadcast_to(rated.sum(axis=1, keepdims=True), rated.shape)[rated]
    assert (scores.rank_low[rated] >= 1).all()
    assert (scores.rank_low[rated] <= scores.rank[rated]).all()
    assert (scores.rank[rated] <= scores.rank_high[rated]).all()
    assert (scores.rank_high[rated] <= n_rated).all()


@MODEST
@given(city=made_up_cities())
def test_a_score_lies_within_its_interval(city: MadeUpCity) -> None:
    """0 <= low <= score <= high <= 100 for each rated town."""
    scores = city.score(n_days=len(city.counts))
    low, score, high = (getattr(scores, name)[scores.rated] for name in ("low", "score", "high"))
    assert (low >= 0).all()
    assert (low <= score).all()
    assert (score <= high).all()
    assert (high <= 100).all()


@MODEST
@given(city=made_up_cities())
def test_towns_below_the_line_have_nothing_printed(city: MadeUpCity) -> None:
    """Not rated exactly where too few events are expected; then no score, level, rank or points."""
    scores = city.score(n_days=len(city.counts))
    rated = scores.expected_events >= city.rules.least_expected_events
    assert rated.tolist() == scores.rated.tolist()
    for name in ("score", "low", "high", "rank", *RANGES):
        assert rated.tolist() == np.isfinite(getattr(scores, name)).tolist(), name
    assert rated.tolist() == (scores.level > 0).tolist()
    assert rated.tolist() == np.isfinite(scores.pillar_score).all(axis=2).tolist()


@MODEST
@given(city=made_up_cities())
def test_the_composite_lies_between_its_pillars(city: MadeUpCity) -> None:
    """A weighted mean of pillars is never better than the best nor worse than the worst."""
    scores = city.score()
    rated = scores.rated[0]
    pillars, score = scores.pillar_score[0][rated], scores.score[0][rated]
    assert (pillars.min(axis=1, initial=101) <= score).all()
    assert (score <= pillars.max(axis=1, initial=-1)).all()


@MODEST
@given(city=made_up_cities(), power=st.sampled_from([0.25, 2.0, 8.0]))
def test_only_the_proportions_of_severities_matter(city: MadeUpCity, power: float) -> None:
    """Other units of severity give the same bits; powers of two leave the digits alone."""
    other = replace(city, rules=replace(city.rules, severity=city.rules.severity * power))
    assert different(other.score(), city.score()) == []


@MODEST
@given(city=made_up_cities(), power=st.sampled_from([0.5, 4.0]))
def test_more_people_with_a_lower_usual_rate_are_the_same_town(
    city: MadeUpCity, power: float
) -> None:
    """Only residents times the usual rate, the events expected, enter the score."""
    other = replace(
        city,
        population=city.population * power,
        rules=replace(city.rules, usual_rate=city.rules.usual_rate / power),
    )
    assert different(other.score(), city.score()) == []


@MODEST
@given(city=made_up_cities(), factor=st.sampled_from([2, 3, 10]))
def test_scaling_counts_and_people_keeps_rates_and_adds_evidence(
    city: MadeUpCity, factor: int
) -> None:
    """The own rates and the city's score stay; nothing less is kept of what was kept."""
    larger = replace(city, counts=city.counts * factor, population=city.population * factor)
    once, more = city.score(), larger.score()
    assert once.own_relative_rate == pytest.approx(more.own_relative_rate)
    assert once.city_score == pytest.approx(more.city_score, abs=0.1001)
    assert once.expected_events * factor == pytest.approx(more.expected_events)
    assert once.rated[0].sum() <= more.rated[0].sum()


@MODEST
@given(city=made_up_cities(), share=st.sampled_from([0.25, 0.5]))
def test_a_category_split_in_two_of_its_severity_changes_no_score(
    city: MadeUpCity, share: float
) -> None:
    """How finely incidents are named is not how much harm they did."""
    rules = city.rules
    split = replace(
        rules,
        categories=(*rules.categories, "more"),
        category_pillar=np.append(rules.category_pillar, rules.category_pillar[-1]),
        severity=np.append(rules.severity, rules.severity[-1]),
        usual_rate=np.append(
            rules.usual_rate * np.append(np.ones(len(rules.severity) - 1), share),
            rules.usual_rate[-1] * (1 - share),
        ),
    )
    last = city.counts[..., -1:]
    counts = np.concatenate([city.counts[..., :-1], np.floor(last / 2), np.ceil(last / 2)], axis=2)
    assert exponent(city) == pytest.approx(exponent(replace(city, counts=counts, rules=split)))


@MODEST
@given(city=made_up_cities(least_towns=2), data=st.data())
def test_a_town_that_is_not_rated_moves_nobody_but_itself(
    city: MadeUpCity, data: st.DataObject
) -> None:
    """A higher line takes towns off the list; rates and scores of those that stay do not move."""
    events = city.score().expected_events[0]
    line = data.draw(st.sampled_from(sorted(events)))
    low = replace(city, rules=replace(city.rules, least_expected_events=1e-9)).score()
    high = replace(city, rules=replace(city.rules, least_expected_events=float(line))).score()
    stays = events >= line
    assert low.relative_rate.tolist() == high.relative_rate.tolist()
    assert low.score[0][stays].tolist() == high.score[0][stays].tolist()
    assert stays.tolist() == high.rated[0].tolist()
    assert (high.rank[0][stays] <= low.rank[0][stays]).all()


def test_the_seed_moves_rank_ranges_and_nothing_else() -> None:
    """Dice are thrown for ranges alone, and by the method's seed alone."""
    city = simulated_city(4, rules=STANDARD, n_towns=20, n_history=3)
    other = replace(city, rules=replace(STANDARD, seed=1))
    assert [] == different(city.score(), city.score())
    moved = different(city.score(), other.score())
    assert moved
    assert set(moved) <= set(RANGES)
