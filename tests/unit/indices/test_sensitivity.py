"""How far ranks move when the method's choices had been others."""

import math
from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from indices.arrays import FloatArray
from indices.method import ScoringRules
from indices.score.standard import score_days
from indices.sensitivity import RankShifts, Variant, rank_shifts, two_methods, variants
from tests.unit.indices import oracle
from tests.unit.indices.cities import (
    MANY_CATEGORIES,
    ONE_PILLAR,
    STANDARD,
    MadeUpCity,
    made_up_cities,
    simulated_city,
)

MODEST = settings(max_examples=40, deadline=None, derandomize=True)
OTHER = {"assault": 23.0, "robbery": 583.0, "break_and_enter": 1.0}
ranks = st.one_of(st.none(), st.integers(1, 9))


def shifts_of(city: MadeUpCity, *, n_draws: int = 20) -> RankShifts:
    """Rank shifts of a made-up city under all variants of its rules."""
    return rank_shifts(
        city.counts,
        population=city.population,
        rules=city.rules,
        tried=variants(city.rules),
        n_draws=n_draws,
    )


def by_name(rules: ScoringRules, **options: object) -> dict[str, Variant]:
    """Variants by their name."""
    listed = variants(rules, **options)  # type: ignore[arg-type]
    return {variant.name: variant for variant in listed}


def slow_ranks(
    rates: list[list[float]], weights: list[float], rated: list[bool], *, arithmetic: bool = False
) -> list[float]:
    """Ranks of towns from the relative rates of their pillars, town by town; NaN if not rated."""
    total = sum(weights)
    printed: list[float | None] = []
    for row, there in zip(rates, rated, strict=True):
        pillars = [100 * 0.85**rate for rate in row]
        if arithmetic:
            score = sum(w * s for w, s in zip(weights, pillars, strict=True)) / total
        else:
            logs = sum(w * math.log(s) for w, s in zip(weights, pillars, strict=True))
            score = math.exp(logs / total)
        printed.append(oracle.publish(score) if there else None)
    return [math.nan if rank is None else float(rank) for rank in oracle.ranks(printed)]


def test_every_choice_is_made_otherwise() -> None:
    """Three variants for each pillar, the other mean, the severities and the window."""
    expected = [
        "weight_up_persons",
        "weight_up_property",
        "weight_down_persons",
        "weight_down_property",
        "without_persons",
        "without_property",
        "arithmetic",
        "equal_severity",
        "other_severity",
        "half_window",
        "double_window",
    ]
    assert expected == list(by_name(STANDARD, other_severity=OTHER))


def test_one_pillar_leaves_severity_and_window() -> None:
    """There is no weight to change, nothing to join and nothing to leave out."""
    expected = ["equal_severity", "half_window", "double_window"]
    assert expected == list(by_name(ONE_PILLAR))


WEIGHTS = [
    ("weight_up_traffic", [0.5 / 1.075, 0.375 / 1.075, 0.2 / 1.075]),
    ("weight_down_persons", [0.375 / 0.875, 0.3 / 0.875, 0.2 / 0.875]),
    ("without_fire", [0.625, 0.375, 0.0]),
    ("arithmetic", [0.5, 0.3, 0.2]),
    ("equal_severity", [0.5, 0.3, 0.2]),
]


@pytest.mark.parametrize(("name", "expected"), WEIGHTS)
def test_weights_are_brought_back_to_a_sum_of_one(name: str, expected: list[float]) -> None:
    """A quarter more or less of itself, or nothing, for one pillar; the others in proportion."""
    assert expected == pytest.approx(by_name(MANY_CATEGORIES)[name].rules.pillar_weight.tolist())


def test_severities_of_another_scheme_stand_in_the_order_of_the_categories() -> None:
    """By code; codes of the scheme that the method does not know are left out."""
    listed = by_name(STANDARD, other_severity=OTHER | {"piracy": 9.0})
    assert [23.0, 583.0, 1.0] == listed["other_severity"].rules.severity.tolist()
    assert [1.0, 1.0, 1.0] == listed["equal_severity"].rules.severity.tolist()


def test_a_scheme_that_lacks_a_category_is_refused() -> None:
    """Two schemes in one score would compare days with points; the message names the codes."""
    with pytest.raises(ValueError, match="got none for robbery, break_and_enter"):
        variants(STANDARD, other_severity={"assault": 1.0, "robbery": 0.0})


def test_window_and_half_life_stretch_together() -> None:
    """Half and twice as long, and never shorter than a day."""
    listed = by_name(STANDARD)
    rules = [listed[name].rules for name in ("half_window", "double_window")]
    assert [(14, 3.5), (56, 14.0)] == [(r.window_days, r.half_life_days) for r in rules]
    shortest = by_name(replace(STANDARD, window_days=1))["half_window"].rules
    assert shortest.window_days == 1


def test_the_method_itself_is_not_changed() -> None:
    """Variants are copies."""
    before = STANDARD.pillar_weight.tobytes(), STANDARD.severity.tobytes()
    variants(STANDARD, other_severity=OTHER)
    assert before == (STANDARD.pillar_weight.tobytes(), STANDARD.severity.tobytes())


@MODEST
@given(city=made_up_cities())
def test_the_base_rank_is_the_printed_one(city: MadeUpCity) -> None:
    """And under every variant the same towns are ranked."""
    shifts, scores = shifts_of(city), city.score()
    assert np.array_equal(scores.rank[0], shifts.base_rank, equal_nan=True)
    unrated = np.isnan(shifts.base_rank)
    assert (np.isnan(shifts.rank) == unrated).all()
    assert (np.isnan(shifts.random_weights) == unrated).all()


@pytest.mark.parametrize("rules", [STANDARD, MANY_CATEGORIES])
def test_ranks_of_a_variant_are_those_of_the_method_it_is(rules: ScoringRules) -> None:
    """Recombining the pillars gives the ranks of scoring anew under the variant's rules.

    Leaving a pillar out is a weight of 0. The arithmetic mean is no rule of the method, and is
    compared with a slow version below.
    """
    city = simulated_city(9, rules=rules, n_towns=40, n_history=90)
    tried = variants(rules)
    shifts = rank_shifts(city.counts, population=city.population, rules=rules, tried=tried)
    assert [variant.name for variant in tried] == list(shifts.names)
    rated = score_days(city.counts, population=city.population, rules=rules, n_days=1).rated[0]
    assert rated.all()
    for variant, found in zip(tried, shifts.rank, strict=True):
        if variant.aggregation == "arithmetic":
            continue
        easy = replace(variant.rules, least_expected_events=1e-9)
        anew = score_days(city.counts, population=city.population, rules=easy, n_days=1)
        assert anew.rank[0].tolist() == found.tolist(), variant.name


CHANGES = [
    {"window_days": 3},
    {"half_life_days": 1.0},
    {"severity": np.array([77.0, 5.0, 187.0])},
    {"usual_rate": np.array([1.5e-3, 0.25e-3, 4e-3])},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_whatever_moves_the_rates_is_fitted_anew(change: dict[str, object]) -> None:
    """A variant that differs from the method in one number only is not taken for a reweighting."""
    city = simulated_city(9, rules=STANDARD, n_towns=40, n_history=40)
    other = replace(STANDARD, **change)  # type: ignore[arg-type]
    tried = (Variant(choice="other_severity", rules=other),)
    shifts = rank_shifts(city.counts, population=city.population, rules=STANDARD, tried=tried)
    easy = replace(other, least_expected_events=1e-9)
    anew = score_days(city.counts, population=city.population, rules=easy, n_days=1)
    assert anew.rank[0].tolist() == shifts.rank[0].tolist()
    assert anew.rank[0].tolist() != shifts.base_rank.tolist()


@MODEST
@given(city=made_up_cities())
def test_recombined_ranks_agree_with_the_slow_version(city: MadeUpCity) -> None:
    """Weights and means, town by town."""
    scores, shifts = city.score(), shifts_of(city)
    rates, rated = scores.relative_rate[0].tolist(), scores.rated[0].tolist()
    for variant, found in zip(variants(city.rules), shifts.rank, strict=True):
        if variant.choice in {"equal_severity", "half_window", "double_window"}:
            continue
        weights = variant.rules.pillar_weight.tolist()
        arithmetic = variant.aggregation == "arithmetic"
        expected = slow_ranks(rates, weights, rated, arithmetic=arithmetic)
        assert expected == pytest.approx(found.tolist(), nan_ok=True), variant.name


@MODEST
@given(city=made_up_cities())
def test_ends_hold_every_rank(city: MadeUpCity) -> None:
    """Lowest and highest are ranks that occurred, the base among them."""
    shifts = shifts_of(city)
    every = [shifts.base_rank, *shifts.rank]
    for town in np.flatnonzero(np.isfinite(shifts.base_rank)):
        seen = [float(rank[town]) for rank in every]
        assert (min(seen), max(seen)) == (shifts.lowest_rank[town], shifts.highest_rank[town])


@MODEST
@given(city=made_up_cities())
def test_the_average_shift_is_the_mean_over_rated_towns(city: MadeUpCity) -> None:
    """The sum of all distances from the printed rank, divided by the number of towns."""
    shifts = shifts_of(city)
    rated = [town for town, rank in enumerate(shifts.base_rank) if not np.isnan(rank)]
    for found, rank in zip(shifts.average_shift, shifts.rank, strict=True):
        moved = [abs(rank[town] - shifts.base_rank[town]) for town in rated]
        expected = sum(moved) / len(rated) if rated else math.nan
        assert expected == pytest.approx(found, nan_ok=True)


def test_a_city_without_rated_towns_has_no_shift() -> None:
    """Everything is NaN, and nothing is divided by 0."""
    rules = replace(STANDARD, least_expected_events=1e9)
    shifts = shifts_of(simulated_city(1, rules=rules, n_towns=3, n_history=10))
    for found in (shifts.average_shift, shifts.lowest_rank, shifts.rank, shifts.random_weights):
        assert np.isnan(found).all()


def test_towns_in_one_order_in_all_categories_never_move() -> None:
    """Each town safer than the next in every category: no choice of weights can turn them."""
    worse = np.array([1.0, 3.0, 6.0, 9.0])
    counts = np.tile(worse[:, None], (60, 1, 3))
    city = MadeUpCity(counts=counts, population=np.full(4, 5000.0), rules=STANDARD)
    shifts = shifts_of(city)
    expected = [1.0, 2.0, 3.0, 4.0]
    for found in (
        shifts.base_rank,
        shifts.lowest_rank,
        shifts.highest_rank,
        *shifts.random_weights,
    ):
        assert expected == found.tolist()
    assert [0.0] * len(shifts.names) == shifts.average_shift.tolist()


def test_compensation_shows_in_the_arithmetic_mean() -> None:
    """A town terrible in one pillar is the worse by the geometric mean, not by the arithmetic one.

    Rates of 9 and 0.2 against 4.4 twice. Mean exponents are 4.6 and 4.4: the second is better.
    Pillar scores are 23 and 97 against 49 twice, means 60 and 49: now the first is.
    """
    rates = [[9.0, 0.2], [4.4, 4.4]]
    geometric = slow_ranks(rates, [0.5, 0.5], [True, True])
    arithmetic = slow_ranks(rates, [0.5, 0.5], [True, True], arithmetic=True)
    assert ([2.0, 1.0], [1.0, 2.0]) == (geometric, arithmetic)
    people, usual = 100_000.0, np.array([1.5e-3, 1e-9, 1e-3])
    counts = np.zeros((60, 2, 3))
    counts[:, :, [0, 2]] = np.round(np.array(rates) * people * usual[[0, 2]])
    simple = replace(STANDARD, severity=np.ones(3), usual_rate=usual)
    city = MadeUpCity(counts=counts, population=np.full(2, people), rules=simple)
    shifts = shifts_of(city)
    assert geometric == shifts.base_rank.tolist()
    assert arithmetic == shifts.rank[shifts.names.index("arithmetic")].tolist()


def test_percentiles_are_ranks_that_occurred_under_random_weights() -> None:
    """Ranking each draw anew, and sorting, gives the same; the outer two err outwards."""
    city = simulated_city(4, rules=MANY_CATEGORIES, n_towns=60, n_history=60)
    shifts, scores = shifts_of(city, n_draws=50), city.score()
    generator = np.random.Generator(np.random.PCG64(city.rules.seed))
    factor = generator.uniform(0.75, 1.25, (50, 3))
    drawn = [
        slow_ranks(scores.relative_rate[0].tolist(), row.tolist(), scores.rated[0].tolist())
        for row in factor * city.rules.pillar_weight
    ]
    for town in range(60):
        seen = sorted(row[town] for row in drawn)
        expected = [seen[math.floor(0.05 * 49)], seen[24], seen[math.ceil(0.95 * 49)]]
        found = shifts.random_weights[:, town].tolist()
        assert expected[::2] == found[::2]
        assert found[1] in {seen[24], seen[25]}


def test_the_seed_of_the_method_throws_the_dice() -> None:
    """The same seed gives the same percentiles; another one may move those, and nothing else."""
    city = simulated_city(4, rules=MANY_CATEGORIES, n_towns=60, n_history=60)
    other = replace(city, rules=replace(city.rules, seed=7))
    first, again, moved = shifts_of(city), shifts_of(city), shifts_of(other)
    assert first.random_weights.tolist() == again.random_weights.tolist()
    assert first.random_weights.tolist() != moved.random_weights.tolist()
    assert first.rank.tolist() == moved.rank.tolist()


@MODEST
@given(city=made_up_cities(least_towns=2), seed=st.integers(0, 1000))
def test_the_order_of_towns_is_irrelevant(city: MadeUpCity, seed: int) -> None:
    """Towns in another order have the same ranks under every variant."""
    order = np.random.default_rng(seed).permutation(len(city.population))
    turned = replace(city, counts=city.counts[:, order], population=city.population[order])
    straight, other = shifts_of(city), shifts_of(turned)
    assert straight.base_rank[order] == pytest.approx(other.base_rank, nan_ok=True)
    assert straight.rank[:, order] == pytest.approx(other.rank, nan_ok=True)


def test_a_longer_history_serves_the_double_window_alone() -> None:
    """What lies before the method's window moves no other variant."""
    city = simulated_city(6, rules=STANDARD, n_towns=30, n_history=56)
    other = replace(city, counts=np.concatenate([city.counts[:28, ::-1], city.counts[28:]]))
    first, second = shifts_of(city), shifts_of(other)
    differs = [
        name
        for name, a, b in zip(first.names, first.rank, second.rank, strict=True)
        if a.tolist() != b.tolist()
    ]
    assert ["double_window"] == differs


def test_a_city_of_140_towns_takes_less_than_a_third_of_a_second() -> None:
    """All variants and 200 draws, with a window of a year and two years of history."""
    rules = replace(MANY_CATEGORIES, window_days=365, half_life_days=84.0)
    city = simulated_city(3, rules=rules, n_towns=140, n_history=730)
    shifts_of(city, n_draws=200)
    began = process_time()
    shifts_of(city, n_draws=200)
    assert process_time() - began < 0.3


def as_ranks(values: list[int | None]) -> FloatArray:
    """Ranks with NaN where not rated."""
    return np.array(values, dtype=np.float64)


@MODEST
@given(pairs=st.lists(st.tuples(ranks, ranks), max_size=12))
def test_two_methods_are_compared_over_the_towns_of_both(
    pairs: list[tuple[int | None, int | None]],
) -> None:
    """Spearman as scipy has it; shifts between the ranks among the common towns."""
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    found = two_methods(as_ranks(first), as_ranks(second))
    common = [n for n, (a, b) in enumerate(pairs) if a is not None and b is not None]
    own_a = oracle.ranks([-float(first[n] or 0) for n in common])
    own_b = oracle.ranks([-float(second[n] or 0) for n in common])
    shift = [(b or 0) - (a or 0) for a, b in zip(own_a, own_b, strict=True)]
    assert shift == found.shift[common].tolist()
    assert len(pairs) - len(common) == int(np.isnan(found.shift).sum())
    mean = sum(map(abs, shift)) / len(shift) if shift else math.nan
    assert mean == pytest.approx(found.mean_shift, nan_ok=True)
    if len({*own_a}) > 1 and len({*own_b}) > 1:
        expected = stats.spearmanr(own_a, own_b).statistic
        assert expected == pytest.approx(found.spearman)
    else:
        assert math.isnan(found.spearman)


def test_the_towns_that_moved_most_come_first() -> None:
    """The farthest first, equals in the order of the input, and none that stayed."""
    before, after = as_ranks([1, 2, 3, 4, 5]), as_ranks([2, 1, 3, 5, 4])
    assert [0, 1, 3, 4] == two_methods(before, after).moved_most.tolist()
    swapped = two_methods(before, as_ranks([5, 2, 3, 4, 1]), n_most=1)
    assert ([0], [4, 0, 0, 0, -4]) == (swapped.moved_most.tolist(), swapped.shift.tolist())
    assert [] == two_methods(before, before).moved_most.tolist()
    many = np.arange(1.0, 201.0)
    turned = two_methods(many, np.random.default_rng(5).permutation(many), n_most=99)
    expected = sorted(range(200), key=lambda town: -abs(turned.shift[town]))
    assert expected[:99] == turned.moved_most.tolist()


def test_equal_and_opposite_rankings_have_correlations_of_one_and_minus_one() -> None:
    """And a ranking that does not tell towns apart has none."""
    order = [*range(1, 21)]
    np.random.default_rng(3).shuffle(order)
    there, back = as_ranks([*order]), as_ranks([21 - rank for rank in order])
    assert two_methods(there, there).spearman == pytest.approx(1.0)
    assert two_methods(there, back).spearman == pytest.approx(-1.0)
    assert math.isnan(two_methods(there, np.ones(20)).spearman)


def test_a_town_rated_by_one_method_only_moves_nobody() -> None:
    """The others close up in both rankings before they are compared."""
    found = two_methods(as_ranks([1, 2, 3, 4]), as_ranks([None, 1, 2, 3]))
    assert [0.0, 0.0, 0.0] == found.shift[1:].tolist()
    assert (1.0, 0.0) == (pytest.approx(found.spearman), found.mean_shift)
