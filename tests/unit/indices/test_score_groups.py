"""What is grave is shrunk apart, and leaves everything else alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from indices.method import ScoringRules
from indices.score.evidence import weigh
from indices.score.groups import evidence_groups
from indices.score.standard import Scores
from tests.unit.indices.cities import (
    MANY_CATEGORIES,
    ONE_PILLAR,
    STANDARD,
    TWO_APART,
    MadeUpCity,
    made_up_cities,
    simulated_city,
)

MODEST = settings(max_examples=40, deadline=None, derandomize=True)
ENDLESS = 1e300


def different(left: Scores, right: Scores) -> list[str]:
    """Names of the arrays whose bits differ."""
    return [
        name
        for name, array in vars(left).items()
        if not np.array_equal(array, getattr(right, name), equal_nan=name != "rated")
    ]


def test_each_grave_category_is_a_group_of_its_own() -> None:
    """The ordinary ones of a pillar come first, then the grave ones, then the next pillar."""
    groups = evidence_groups(TWO_APART)
    assert [1, 0, 2, 0, 3] == groups.of_category.tolist()
    assert [0, 0, 0, 1] == groups.pillar.tolist()


def test_a_group_weighs_what_it_has_of_the_usual_harm() -> None:
    """Usual harm by day: 261.25 of what is ordinary, 70.42 and 43.0 of what is grave."""
    groups, total = evidence_groups(TWO_APART), 261.25 + 70.42 + 43.0
    share = [261.25 / total, 70.42 / total, 43.0 / total, 1.0]
    assert share == pytest.approx(groups.share.tolist())
    assert [x / 2 for x in share] == pytest.approx(groups.weight.tolist())
    assert [1.0, 1.0, 1.0, 1.3] == groups.dispersion.tolist()


LINES = [(13.0, [0.5, 0.5]), (13.01, [1.0])]


@pytest.mark.parametrize(("apart_from", "shares"), LINES)
def test_the_line_is_the_mean_of_an_incident_at_usual_rates(
    apart_from: float, shares: list[float]
) -> None:
    """One incident of 25 to 25 of 1: the mean is 50 / 26, and 25 is 13 times as much."""
    rules = replace(
        ONE_PILLAR,
        apart_from=apart_from,
        categories=("light", "grave"),
        category_pillar=np.array([0, 0]),
        severity=np.array([1.0, 25.0]),
        usual_rate=np.array([25e-4, 1e-4]),
    )
    assert shares == pytest.approx(evidence_groups(rules).share.tolist())


@pytest.mark.parametrize("rules", [ONE_PILLAR, STANDARD, MANY_CATEGORIES])
def test_without_grave_categories_no_bit_changes(rules: ScoringRules) -> None:
    """The groups are then the pillars, and every array is what it is without the rule."""
    city = simulated_city(3, rules=rules, n_towns=20, n_history=40)
    other = replace(city, rules=replace(rules, apart_from=ENDLESS))
    assert len(rules.pillars) == len(evidence_groups(rules).pillar)
    assert [] == different(city.score(n_days=9), other.score(n_days=9))


@MODEST
@given(city=made_up_cities())
def test_before_shrinkage_nothing_changes(city: MadeUpCity) -> None:
    """Own relative rates and the city's score are the same, however the evidence is grouped."""
    together = replace(city, rules=replace(city.rules, apart_from=ENDLESS)).score()
    apart = city.score()
    assert together.own_relative_rate == pytest.approx(apart.own_relative_rate)
    assert together.city_score == pytest.approx(apart.city_score, abs=0.1001)


def test_one_homicide_is_not_taken_for_the_rate_of_a_village() -> None:
    """Shrunk apart, it raises the rate less, and the evidence of assaults does not thin out."""
    city = simulated_city(7, rules=TWO_APART, n_towns=30, n_history=28)
    counts, people = city.counts.copy(), city.population.copy()
    counts[:, 0, [0, 2]] = 0
    worse = counts.copy()
    worse[-1, 0, 0] = 1
    rates = []
    for apart_from in (20.0, ENDLESS):
        rules = replace(TWO_APART, apart_from=apart_from, recent_days=0)
        once = [replace(city, counts=x, rules=rules).score() for x in (counts, worse)]
        rates.append(once[1].relative_rate[0, 0, 0] - once[0].relative_rate[0, 0, 0])
    assert 0 < rates[0] < rates[1]
    evidence = [weigh(x, people, TWO_APART, 1).expected[0, :, 0] for x in (counts, worse)]
    assert evidence[0].tolist() == evidence[1].tolist()


def test_dispersion_takes_evidence_and_no_rate() -> None:
    """Twice the dispersion is half the equivalent events, and the same own relative rate."""
    city = simulated_city(5, rules=STANDARD, n_towns=12, n_history=28)
    clustered = replace(STANDARD, dispersion=2 * STANDARD.dispersion)
    once, twice = (weigh(city.counts, city.population, r, 1) for r in (STANDARD, clustered))
    assert once.observed / 2 == pytest.approx(twice.observed)
    assert once.expected / 2 == pytest.approx(twice.expected)
    assert once.recent is not None
    assert twice.recent is not None
    assert once.recent.per_event * 2 == pytest.approx(twice.recent.per_event)
    narrow, wide = (replace(city, rules=r).score() for r in (STANDARD, clustered))
    assert (narrow.kept > wide.kept).all()
    assert narrow.own_relative_rate == pytest.approx(wide.own_relative_rate)
