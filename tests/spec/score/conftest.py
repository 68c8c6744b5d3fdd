"""Small towns drawn as tables, scored twice: by `indices` and by the slow oracle.

A rule of this folder is a sentence, a table and the numbers that follow. Each runs on both, so that
the oracle is held to the rules as well.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from indices.arrays import FloatArray
from indices.method import ScoringRules
from indices.score.standard import score_days
from tests.conftest import table_rows
from tests.unit.indices import oracle
from tests.unit.indices.cities import STANDARD

# Usual: in each town 1.5 assaults, 0.25 robberies and 1 break-in for 100,000 residents and day.
# Neither clusters nor a rise of the last days, unless a rule asks for them.
RULES = replace(
    STANDARD,
    usual_rate=np.array([1.5e-5, 0.25e-5, 1e-5]),
    least_expected_events=1.0,
    dispersion=np.ones(2),
    recent_days=0,
)


@dataclass(frozen=True, kw_only=True)
class Town:
    """What is published of one town, None where it is not rated."""

    score: float | None
    low: float | None
    high: float | None
    level: int
    rank: int | None
    points_lost: Mapping[str, float | None]  # by category
    pillar_score: Mapping[str, float | None]
    relative_rate: Mapping[str, float]
    own_relative_rate: Mapping[str, float]
    kept: Mapping[str, float]
    expected_events: float
    rated: bool


@dataclass(frozen=True, kw_only=True)
class Published:
    """One night."""

    towns: Mapping[str, Town]
    city_score: float

    def __getitem__(self, name: str) -> Town:
        """A town by its name."""
        return self.towns[name]

    def each(self, name: str) -> dict[str, object]:
        """One thing of all towns."""
        return {town: getattr(values, name) for town, values in self.towns.items()}


Score = Callable[..., Published]


def read_table(text: str, *, history_days: int) -> tuple[list[str], FloatArray, FloatArray]:
    """Names, residents and counts of a table: town | residents | days back | assault | ..."""
    names: list[str] = []
    residents: list[float] = []
    rows = [row for row in table_rows(text) if row[0]]
    for name, people, *_ in rows:
        if name not in names:
            names.append(name)
            residents.append(float(people.replace(",", "")))
    counts = np.zeros((history_days, len(names), len(RULES.categories)))
    for name, _, back, *incidents in rows:
        counts[-1 - int(back), names.index(name)] += np.array(incidents, dtype=np.float64)
    return names, np.array(residents), counts


def by_indices(counts: FloatArray, population: FloatArray, rules: ScoringRules) -> dict[str, list]:
    """Results of `indices`, NaN turned into None."""
    scores = score_days(counts, population=population, rules=rules, n_days=1)
    found = {
        name: np.where(
            np.isnan(array := np.asarray(getattr(scores, name)[0], dtype=np.float64)), None, array
        ).tolist()
        for name in vars(scores)
    }
    return found | {"rated": scores.rated[0].tolist(), "city_score": float(scores.city_score[0])}


def by_oracle(counts: FloatArray, population: FloatArray, rules: ScoringRules) -> dict[str, list]:
    """The same of the oracle."""
    return vars(oracle.score_night(counts.tolist(), population=population.tolist(), rules=rules))


@pytest.fixture(params=[by_indices, by_oracle], ids=["indices", "oracle"])
def score(request: pytest.FixtureRequest) -> Score:
    """Score a table; further words change the rules."""

    def score_table(text: str, *, history_days: int = 28, **changes: object) -> Published:
        names, population, counts = read_table(text, history_days=history_days)
        rules = replace(RULES, **changes)  # type: ignore[arg-type]
        found = request.param(counts, population, rules)

        def named(name: str, town: int) -> dict[str, float]:
            columns = rules.categories if name == "points_lost" else rules.pillars
            return dict(zip(columns, found[name][town], strict=True))

        plain = ("score", "low", "high", "level", "rank", "expected_events", "rated")
        tables = ("points_lost", "pillar_score", "relative_rate", "own_relative_rate", "kept")
        towns = {
            town: Town(
                **{name: found[name][i] for name in plain},
                **{name: named(name, i) for name in tables},
            )
            for i, town in enumerate(names)
        }
        return Published(towns=towns, city_score=found["city_score"])

    return score_table
