"""A city's calibration: what it must say, and how it is joined with its method."""

import math
import re

import numpy as np
import pytest

from indices.method import Calibration, CalibrationMismatch, ScoringRules, combine
from tests.unit.indices.method_files import (
    Document,
    Place,
    drop,
    mistakes,
    small_calibration,
    spoil,
    standard_method,
    tables,
)


def joined(document: Document) -> ScoringRules:
    """Rules of the standard method and a calibration."""
    return combine(standard_method(), Calibration.model_validate(document))


def mismatches(document: Document) -> list[str]:
    """Everything that keeps a calibration from being joined with the standard method."""
    with pytest.raises(CalibrationMismatch) as caught:
        joined(document)
    return str(caught.value).splitlines()


def test_rules_are_those_of_the_method() -> None:
    """What the method says reaches the mathematics unchanged."""
    method, rules = standard_method(), joined(small_calibration())
    uncertainty = method.uncertainty
    expected = (
        method.window.window_days.value,
        method.window.half_life_days.value,
        method.scale_base.value,
        uncertainty.interval.value,
        uncertainty.rank_low.value,
        uncertainty.rank_high.value,
        uncertainty.rank_draws.value,
        uncertainty.seed,
        uncertainty.least_expected_events.value,
        method.levels.cuts,
    )
    actual = (
        rules.window_days,
        rules.half_life_days,
        rules.scale_base,
        rules.interval,
        rules.rank_low,
        rules.rank_high,
        rules.rank_draws,
        rules.seed,
        rules.least_expected_events,
        rules.cuts,
    )
    assert expected == actual
    assert isinstance(rules.window_days, int)
    assert isinstance(rules.rank_draws, int)


def test_categories_come_grouped_by_pillar_in_the_order_of_the_city() -> None:
    """Categories, their pillars, severities and usual rates stand side by side."""
    rules = joined(small_calibration())
    expected = (("persons", "property"), ("assault", "robbery", "break_and_enter"))
    assert expected == (rules.pillars, rules.categories)
    positions, severities = [0, 0, 1], [77.0, 583.0, 187.0]
    assert positions == rules.category_pillar.tolist()
    assert severities == rules.severity.tolist()


def test_usual_rates_are_turned_into_rates_per_person() -> None:
    """1.5 incidents per 100,000 residents and day are 0.000015 per resident and day."""
    assert pytest.approx([1.5e-5, 0.25e-5, 1e-5]) == joined(small_calibration()).usual_rate


def test_pillar_weights_are_turned_into_shares() -> None:
    """Weights 3 and 1 are shares of three quarters and one quarter."""
    expected = [0.75, 0.25]
    assert expected == joined(small_calibration()).pillar_weight.tolist()


def test_only_the_proportions_of_pillar_weights_matter() -> None:
    """Weights 30 and 10 say the same as 3 and 1."""
    document = small_calibration()
    spoil(document, ("pillars", "persons", "weight", "value"), 30)
    spoil(document, ("pillars", "property", "weight", "value"), 10)
    assert np.array_equal(joined(small_calibration()).pillar_weight, joined(document).pillar_weight)


def test_a_city_may_leave_out_pillars_and_categories() -> None:
    """What the city does not name is not scored, and its weight goes to the others."""
    document = drop(small_calibration(), ("pillars", "property"))
    drop(document, ("pillars", "persons", "usual_per_100k_day", "robbery"))
    rules = joined(document)
    expected = (("persons",), ("assault",), [1.0])
    assert expected == (rules.pillars, rules.categories, rules.pillar_weight.tolist())


def test_all_mismatches_are_listed_at_once() -> None:
    """Other method, unknown pillar, empty pillar, strange category, wrong pillar, useless rate."""
    document = small_calibration()
    choice = {"status": "assumed", "reason": "made up"}
    document["method"] = "other"
    spoil(
        document,
        ("pillars", "noise"),
        {"weight": {"value": 1, **choice}, "usual_per_100k_day": {"shouting": 1.0}},
    )
    spoil(document, ("pillars", "fire"), {"weight": {"value": 1, **choice}})
    spoil(document, ("pillars", "fire", "usual_per_100k_day"), {})
    spoil(document, ("pillars", "property", "usual_per_100k_day", "robbery"), 0.0)
    spoil(document, ("pillars", "persons", "usual_per_100k_day", "assault"), -1.5)
    expected = [
        "method is 'other', but the file given is 'standard'",
        "category 'assault': the usual rate must be positive, got -1.5",
        "category 'robbery' belongs to 'persons', not 'property'",
        "category 'robbery': the usual rate must be positive, got 0.0",
        f"pillar 'noise' is not among {', '.join(standard_method().pillars)}",
        "category 'shouting' is not in the method",
        "pillar 'fire' has no category",
    ]
    assert expected == mismatches(document)


@pytest.mark.parametrize("rate", [0.0, -0.1, math.nan, -math.inf])
def test_a_usual_rate_must_be_positive(rate: float) -> None:
    """Nothing can be compared with a usual rate of nothing; the message shows what was seen."""
    document = small_calibration()
    spoil(document, ("pillars", "persons", "usual_per_100k_day", "assault"), rate)
    expected = [f"category 'assault': the usual rate must be positive, got {rate}"]
    assert expected == mismatches(document)


def test_a_usual_rate_must_be_a_finite_number() -> None:
    """Compared with an endless usual rate every town is perfect."""
    document = small_calibration()
    spoil(document, ("pillars", "persons", "usual_per_100k_day", "assault"), math.inf)
    with pytest.raises(ValueError, match="assault"):
        joined(document)


def test_a_mismatch_is_a_wrong_value() -> None:
    """Callers that know nothing of methods can still catch it."""
    document = small_calibration() | {"method": "other"}
    with pytest.raises(ValueError, match=re.escape("method is 'other'")):
        joined(document)


def test_the_base_period_is_in_order() -> None:
    """Its last day does not lie before the first."""
    document = spoil(small_calibration(), ("base_period", "last"), "2015-12-31")
    expected = [
        "base_period: Value error, the last day (2015-12-31) lies before the first (2016-01-01)"
    ]
    assert expected == mistakes(document, Calibration)


def test_a_base_period_of_one_day_is_in_order() -> None:
    """Both days are included, so they may be the same."""
    document = spoil(small_calibration(), ("base_period", "last"), "2016-01-01")
    period = Calibration.model_validate(document).base_period
    assert period.first == period.last


@pytest.mark.parametrize(
    "place",
    [place for place, table in tables(small_calibration()) if "status" in table],
    ids=".".join,
)
def test_a_city_explains_its_choices_too(place: Place) -> None:
    """Weights and base period are stated or assumed, as everything in a method is."""
    expected = [
        f"{'.'.join(map(str, place))}: Value error, a value marked 'assumed' needs a reason"
    ]
    assert expected == mistakes(drop(small_calibration(), (*place, "reason")), Calibration)


@pytest.mark.parametrize("weight", [0, -1, math.inf, math.nan])
def test_a_pillar_weight_is_a_positive_number(weight: float) -> None:
    """A pillar that weighs nothing is left out, not kept with weight 0."""
    place = ("pillars", "persons", "weight", "value")
    said = mistakes(spoil(small_calibration(), place, weight), Calibration)
    assert [".".join(place)] == [mistake.split(":")[0] for mistake in said]


def test_a_city_without_pillars_is_refused() -> None:
    """There is nothing to score."""
    said = mistakes(spoil(small_calibration(), ("pillars",), {}), Calibration)
    assert len(said) == 1
    assert said[0].startswith("pillars: ")


def test_dispersion_is_one_where_a_city_has_not_measured_it() -> None:
    """A pillar with a value of its own has that one, in the order of the pillars."""
    choice = {"status": "assumed", "reason": "made up"}
    document = small_calibration()
    assert [1.0, 1.0] == joined(document).dispersion.tolist()
    document["pillars"]["property"]["dispersion"] = {"value": 1.37, **choice}
    assert [1.0, 1.37] == joined(document).dispersion.tolist()
