"""The worked example of the standard method adds up, its fit included."""

import math
from fractions import Fraction

import pytest

from indices.method import StandardMethod
from pipeline.methods import find_method
from reports.pages.standard_example import (
    INCIDENTS,
    RESIDENTS,
    USUAL_PER_100K_DAY,
    StandardExample,
    make_standard_example,
    standard_example_steps,
)
from reports.words.language import language
from tests.spec.pocket_calculator import evaluate, number, rounded, texts
from tests.spec.test_method_pages import example_texts, sums_in

WINDOW, HALF_LIFE, BASE = 1095, 365, 0.85
WEIGHTS = [0.5 ** ((20 + n * HALF_LIFE) / HALF_LIFE) for n in range(3)]
SEVERITIES = (77.0, 583.0)


@pytest.fixture(scope="module")
def example() -> StandardExample:
    """The example of the shipped method."""
    method = find_method("standard").method
    assert isinstance(method, StandardMethod)
    return make_standard_example(method)


def by_hand() -> tuple[list[float], list[float]]:
    """Observed and expected equivalent events of each town, with plain loops."""
    days = sum(0.5 ** (back / HALF_LIFE) for back in range(WINDOW))
    harm, squares = [], 0.0
    for town in INCIDENTS:
        own = 0.0
        for severity, counts in zip(SEVERITIES, town, strict=True):
            for weight, count in zip(WEIGHTS, counts, strict=True):
                own += weight * severity * count
                squares += (weight * severity) ** 2 * count
        harm.append(own)
    per_event = squares / sum(harm)
    rate = sum(s * u for s, u in zip(SEVERITIES, USUAL_PER_100K_DAY, strict=True)) / 100_000
    expected = [people * days * rate / per_event for people in RESIDENTS]
    return [own / per_event for own in harm], expected


def adjusted_likelihood(mean: float, shape: float) -> float:
    """Logarithm of the negative binomial likelihood of all towns, divided by the shape."""
    total = -math.log(shape)
    for seen, expected in zip(*by_hand(), strict=True):
        total += math.lgamma(seen + shape) - math.lgamma(shape) - math.lgamma(seen + 1)
        total += shape * math.log(shape / (shape + mean * expected))
        total += seen * math.log(mean * expected / (shape + mean * expected))
    return total


def test_the_fitted_numbers_are_the_most_likely_ones(example: StandardExample) -> None:
    """No mean or shape around the printed ones makes the records of the towns likelier."""
    best = adjusted_likelihood(example.mean, example.shape)
    for mean in (0.97, 0.99, 1, 1.01, 1.03):
        for shape in (0.9, 0.97, 1, 1.03, 1.1):
            assert adjusted_likelihood(example.mean * mean, example.shape * shape) <= best + 1e-9


def test_the_score_follows_from_the_fitted_numbers(example: StandardExample) -> None:
    """Own rate, share kept, rate and score of the first town, in plain arithmetic."""
    observed, expected = by_hand()
    kept = expected[0] / (expected[0] + example.shape / example.mean)
    rate = kept * observed[0] / expected[0] + (1 - kept) * example.mean
    score = rounded(Fraction(100 * BASE**rate), decimals=1, mode="half up")
    steps = standard_example_steps(example, language("en"))
    sums = dict(texts(steps[1].tables[0]))
    assert score == number(sums["Score"].split("→ ")[1])
    assert number(sums["Kept"].split(" = ")[1]) == pytest.approx(kept, abs=1e-4)
    assert number(sums["Rate"].split(" = ")[1]) == pytest.approx(rate, abs=1e-4)


def test_every_printed_sum_of_the_standard_example_is_right(example: StandardExample) -> None:
    """What stands left of an equals sign comes to what stands right of it."""
    seen = 0
    for text in example_texts(standard_example_steps(example, language("en"))):
        for left, right in sums_in(text):
            seen += 1
            assert float(evaluate(left)) == pytest.approx(float(number(right)), rel=1e-3)
    assert seen == 9


def test_the_last_town_is_not_rated(example: StandardExample) -> None:
    """The example shows what too small means: fewer incidents expected than the file demands."""
    steps = standard_example_steps(example, language("en"))
    rows = texts(steps[2].tables[0])
    assert ["not rated"] == [row[1] for row in rows if row[0] == "Dale"]
    days = sum(0.5 ** (back / HALF_LIFE) for back in range(WINDOW))
    incidents = [people * days * sum(USUAL_PER_100K_DAY) / 100_000 for people in RESIDENTS]
    least = example.method.uncertainty.least_expected_events.value
    assert [False, False, False, True] == [expected < least for expected in incidents]
