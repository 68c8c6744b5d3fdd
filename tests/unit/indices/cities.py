"""Made-up cities for the tests of the mathematics, and how Hypothesis draws them."""

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from indices.arrays import FloatArray
from indices.method import ScoringRules
from indices.score.evidence import Evidence
from indices.score.standard import Scores, exponent_parts, posteriors, raised_by, score_days

STANDARD = ScoringRules(
    window_days=28,
    half_life_days=7.0,
    recent_days=5,
    recent_chance=0.2,
    apart_from=20.0,
    scale_base=0.85,
    interval=0.95,
    rank_low=0.05,
    rank_high=0.95,
    rank_draws=200,
    seed=20140101,
    least_expected_events=10.0,
    cuts=(90.0, 80.0, 70.0),
    pillars=("persons", "property"),
    pillar_weight=np.array([0.5, 0.5]),
    dispersion=np.array([1.0, 1.3]),
    categories=("assault", "robbery", "break_and_enter"),
    category_pillar=np.array([0, 0, 1]),
    severity=np.array([77.0, 583.0, 187.0]),
    usual_rate=np.array([1.5e-3, 0.25e-3, 1e-3]),
)
ONE_PILLAR = replace(
    STANDARD,
    pillars=("fire",),
    pillar_weight=np.array([1.0]),
    dispersion=np.array([1.0]),
    categories=("fire",),
    category_pillar=np.array([0]),
    severity=np.array([1.0]),
    usual_rate=np.array([1e-3]),
)
MANY_CATEGORIES = replace(
    STANDARD,
    pillars=("persons", "traffic", "fire"),
    pillar_weight=np.array([0.5, 0.3, 0.2]),
    dispersion=np.array([1.0, 1.0, 1.4]),
    categories=tuple("abcdefghij"),
    category_pillar=np.array([0, 0, 1, 1, 1, 1, 1, 1, 1, 2]),
    severity=np.array([77.0, 583.0, 0.1, 0.7, 1.3, 10.0, 2.2, 0.25, 1 / 3, 1.0]),
    usual_rate=np.linspace(0.2e-3, 1.5e-3, 10),
)
# Nine in one pillar, in odd severities: from eight numbers on NumPy may add in another order.
NINE_IN_A_PILLAR = replace(
    ONE_PILLAR,
    categories=tuple("abcdefghi"),
    category_pillar=np.zeros(9, dtype=np.int64),
    severity=np.array([0.1, 0.7, 1.3, 10.0, 2.2, 0.25, 4.0, 1 / 3, 9.9]),
    usual_rate=np.linspace(0.2e-3, 1.5e-3, 9),
)
# What is grave is shrunk apart: two categories of the first pillar, none of the others.
TWO_APART = replace(
    STANDARD,
    categories=("homicide", "assault", "attempt", "robbery", "break_and_enter"),
    category_pillar=np.array([0, 0, 0, 0, 1]),
    severity=np.array([7042.0, 77.0, 4300.0, 583.0, 187.0]),
    usual_rate=np.array([1e-5, 1.5e-3, 1e-5, 0.25e-3, 1e-3]),
)
Windows = tuple[tuple[int, float], ...]  # days and half-life
STEADY_WINDOWS: Windows = ((1, 1.0), (5, 2.0), (28, 7.0), (70, 84.0))
# In the last one the weights of old days vanish, and before them their squares.
WINDOWS: Windows = (*STEADY_WINDOWS, (40, 1.5))


@dataclass(frozen=True, kw_only=True, eq=False)
class MadeUpCity:
    """Counts, residents and rules that fit each other."""

    counts: FloatArray  # (n_history, n_towns, n_categories)
    population: FloatArray  # (n_towns,)
    rules: ScoringRules

    def score(self, *, n_days: int = 1) -> Scores:
        """Score the last days."""
        return score_days(self.counts, population=self.population, rules=self.rules, n_days=n_days)


@st.composite
def made_up_rules(draw: st.DrawFn, *, windows: Windows) -> ScoringRules:
    """One, two or three pillars, and a window."""
    window_days, half_life_days = draw(st.sampled_from(windows))
    return replace(
        draw(st.sampled_from([ONE_PILLAR, STANDARD, MANY_CATEGORIES, NINE_IN_A_PILLAR, TWO_APART])),
        window_days=window_days,
        half_life_days=half_life_days,
        recent_days=draw(st.sampled_from([0, 3, 14])),
        least_expected_events=draw(st.sampled_from([0.01, 1.0, 10.0])),
    )


@st.composite
def made_up_cities(
    draw: st.DrawFn, *, least_towns: int = 1, most_towns: int = 5, windows: Windows = WINDOWS
) -> MadeUpCity:
    """Small cities with few incidents a day, most days quiet."""
    rules = draw(made_up_rules(windows=windows))
    n_towns = draw(st.integers(least_towns, most_towns))
    n_history = draw(st.integers(1, 40))
    population = draw(st.lists(st.integers(200, 20_000), min_size=n_towns, max_size=n_towns))
    counts = draw(
        npst.arrays(
            np.float64,
            (n_history, n_towns, len(rules.categories)),
            elements=st.sampled_from([0.0, 1.0, 2.0, 9.0]),
            fill=st.just(0.0),
        )
    )
    return MadeUpCity(counts=counts, population=np.array(population, dtype=np.float64), rules=rules)


def simulated_city(seed: int, *, rules: ScoringRules, n_towns: int, n_history: int) -> MadeUpCity:
    """A city as the model sees it: gamma-distributed rates, Poisson counts."""
    generator = np.random.default_rng(seed)
    population = generator.integers(500, 20_000, n_towns).astype(np.float64)
    relative = generator.gamma(3.0, 1 / 3, (n_towns, len(rules.categories)))
    mean = population[:, None] * relative * rules.usual_rate
    counts = generator.poisson(mean, (n_history, *mean.shape)).astype(np.float64)
    return MadeUpCity(counts=counts, population=population, rules=rules)


def parts_of(evidence: Evidence, rules: ScoringRules) -> FloatArray:
    """Each category's part of the exponent, (n_days, n_towns, n_categories)."""
    known = posteriors(evidence)
    mean, kept = (
        np.stack([getattr(group, name) for group in known], axis=2) for name in ("mean", "kept")
    )
    factor = raised_by(mean, evidence, rules)
    return exponent_parts(evidence, mean=mean, kept=kept, factor=factor)
