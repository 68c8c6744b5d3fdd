"""The composite engine against its slow version."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from indices.composite.method import CompositeMethod
from tests.unit.indices.composite import engine_oracle
from tests.unit.indices.composite.engine_cases import SmallCity
from tests.unit.indices.composite.engine_made_up import cases
from tests.unit.indices.composite.oracle import Maybe

MANY = settings(max_examples=400, deadline=None, derandomize=True)
NEAR = 1e-9  # what doubles may be off by, against a printed unit
EXACT_PARTS = ("indicator_score", "value", "baseline", "weight_present", "lost")
PRINTED = ("score", "pillar_score")


def printings(exact: Maybe, method: CompositeMethod) -> set[float]:
    """What the score may be printed as; two numbers where it stands on an edge."""
    if exact is None:
        return {math.nan}
    rounding = method.rounding
    shift = 0.5 if rounding.mode == "half up" else 0.0
    unit = 10**rounding.decimals
    return {math.floor((exact + off) * unit + shift) / unit for off in (-NEAR, NEAR)} | (
        {0.0} if exact < NEAR else set()
    )


def is_printed(printed: float, exact: Maybe, method: CompositeMethod) -> bool:
    """Whether the score is printed as it should be; missing only where it is missing."""
    if exact is None:
        return math.isnan(printed)
    return printed in printings(exact, method)


@MANY
@given(case=cases)
def test_the_engine_is_that_of_adding_up_incident_by_incident(
    case: tuple[SmallCity, CompositeMethod],
) -> None:
    """Scores, values, baselines and parts are those of loops over towns, days and incidents."""
    city, method = case
    scores = city.score(method)
    expected = engine_oracle.score_city(city, method)
    for p, of_period in enumerate(expected):
        for t, town in enumerate(of_period):
            for name in EXACT_PARTS:
                wanted = np.array(getattr(town, name), dtype=np.float64)
                actual = getattr(scores, name)[p, t]
                assert pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True) == actual, name
            assert is_printed(scores.score[p, t], town.score, method)
            assert all(
                is_printed(printed, exact, method)
                for printed, exact in zip(scores.pillar_score[p, t], town.pillar_score, strict=True)
            )
