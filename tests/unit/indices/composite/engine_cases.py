"""A small city and a composite method as lists and documents, for the tests of the engine.

Weights and severities are halves and quarters: sums of them are exact, so that equal towns are
equal in fractions and in doubles.
"""

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from indices.arrays import FloatArray
from indices.composite.history import History, history_of
from indices.composite.method import CompositeMethod
from indices.composite.rules import CompositeRules, resolve
from indices.composite.score import CompositeScores, score_periods
from indices.periods import Period, PeriodKind, period_of, previous
from indices.vocabulary import Vocabulary
from tests.unit.indices.method_files import REPOSITORY

Document = dict[str, Any]
Event = tuple[int, int, int, int, int]  # day, town, kind, incidents, fatal ones among them

MADE_UP = {"status": "assumed", "reason": "made up"}
NAME = {"en": "made up", "zh": "虚构"}
LEVELS = tomllib.loads(
    (REPOSITORY / "data" / "methods" / "zhuhai-2014.toml").read_text(encoding="utf-8")
)["levels"]
KINDS = ("theft", "assault", "fire")  # that the records tell
UNTOLD = "arson"
GROUPS = {"crime": ("theft", "assault"), "all": (*KINDS, UNTOLD)}
VOCABULARY = Vocabulary.model_validate(
    {
        "groups": dict.fromkeys(GROUPS, NAME),
        "headline": ["all"],
        "kinds": {
            kind: {"name": NAME, "groups": [g for g, kinds in GROUPS.items() if kind in kinds]}
            for kind in (*KINDS, UNTOLD)
        },
    }
)
BASELINES: dict[str, Document] = {
    "before": {"kind": "own_past", "n_periods": 3},
    "years": {"kind": "same_period_of_years", "n_years": 2},
    "town_year": {"kind": "last_year_mean", "of": "town"},
    "district_year": {"kind": "last_year_mean", "of": "district"},
    "city_year": {"kind": "last_year_mean", "of": "city"},
    "usual": {"kind": "city_usual"},
    "city_now": {"kind": "city_period"},
    "alike": {"kind": "similar_towns", "n_peers": 2},
}
COMPARING: dict[str, Document] = {
    "exponential": {"kind": "exponential", "base": 0.75},
    "deduction": {"kind": "deduction", "at_baseline": 80},
    "steps": {
        "kind": "change_steps",
        "edges": [-0.25, 0, 0.5],
        "scores": [100, 75, 50, 0],
        "edge_belongs_to": "better",
    },
}
BY_THEMSELVES: dict[str, Document] = {
    "lines": {"kind": "breakpoints", "edges": [0, 2, 10], "scores": [100, 60, 0]},
    "percentile": {"kind": "percentile"},
    "grades": {"kind": "grades", "shares": [0.25, 0.5, 0.25], "scores": [100, 60, 20]},
    "goalposts": {"kind": "min_max", "best": 90, "worst": 40},
}
RATIO: dict[str, Document] = {"base_100": {"kind": "ratio"}}
KINDS_OF_PERIOD = (PeriodKind.MONTH, PeriodKind.WEEK, PeriodKind.TEN_DAYS, PeriodKind.DAY)


@dataclass(frozen=True, kw_only=True)
class SmallCity:
    """What the records of a city say, as lists."""

    first_day: date
    n_days: int
    born: tuple[int, ...]  # position of the first day of each town
    units: tuple[float, ...]  # of the denominator, from that day on
    events: tuple[Event, ...]
    deaths: tuple[tuple[int, int, int], ...] = ()  # day, town, deaths
    tells_deaths: bool = True
    districts: tuple[int, ...]
    peers: tuple[tuple[int, ...], ...]
    base: tuple[date, date]
    n_periods: int = 1
    external: dict[str, list[list[float | None]]] = field(default_factory=dict)

    @property
    def n_towns(self) -> int:
        """Number of towns."""
        return len(self.units)

    @property
    def last_day(self) -> date:
        """Last day of the records."""
        return self.first_day + timedelta(days=self.n_days - 1)

    def history(self) -> History:
        """The same as the engine takes it."""
        counts, fatal = (np.zeros((self.n_days, self.n_towns, len(KINDS))) for _ in range(2))
        deaths = np.zeros((self.n_days, self.n_towns))
        for day, town, kind, n, of_these in self.events:
            counts[day, town, kind] += n
            fatal[day, town, kind] += of_these
        for day, town, n in self.deaths:
            deaths[day, town] += n
        days = np.arange(self.n_days)[:, None]
        return history_of(
            counts,
            denominator=np.where(days >= np.array(self.born), np.array(self.units), 0.0),
            fatal=fatal if self.tells_deaths else None,
            deaths=deaths if self.tells_deaths else None,
        )

    def periods(self, method: CompositeMethod) -> list[Period]:
        """The last complete periods, the oldest first."""
        period = period_of(self.last_day + timedelta(days=1), method.period.value)
        found = []
        for _ in range(self.n_periods):
            period = previous(period)
            found.append(period)
        return found[::-1]

    def rules(self, method: CompositeMethod) -> CompositeRules:
        """The method for what the city's records tell."""
        return resolve(method, VOCABULARY, known_kinds=KINDS, tells_deaths=self.tells_deaths)

    def engine_history(self, method: CompositeMethod) -> History:
        """The history of the kinds that the method counts, in the order of its rules."""
        wanted = [KINDS.index(kind) for kind in self.rules(method).kinds]
        history = self.history()
        return replace(
            history,
            counts=history.counts[..., wanted],
            fatal=None if history.fatal is None else history.fatal[..., wanted],
        )

    def score(self, method: CompositeMethod) -> CompositeScores:
        """The engine's scores of the periods; the rules must know all kinds in their order."""
        rules = self.rules(method)
        return score_periods(
            self.engine_history(method),
            rules,
            self.periods(method),
            first_day=self.first_day,
            base=self.base,
            districts=np.array(self.districts),
            peers=np.array(self.peers).reshape(self.n_towns, -1),
            external={
                code: as_array(rows)
                for code, rows in self.external.items()
                if code in rules.indicators and rules.about[rules.indicators.index(code)].external
            },
        )


def as_array(rows: list[list[float | None]]) -> FloatArray:
    """NaN for None."""
    return np.array([[np.nan if v is None else v for v in row] for row in rows], dtype=np.float64)


def method_of(
    indicators: dict[str, list[Document]],
    *,
    baselines: dict[str, Document] | None = None,
    scales: dict[str, Document] | None = None,
    **others: Any,
) -> CompositeMethod:
    """A method from the indicators of its pillars; each has a name, a weight and a note by itself.

    Args:
        indicators: By pillar; the number of the indicator is its code.
        baselines: By name.
        scales: By name; all that are known where it is None.
        others: What the file would say otherwise.
    """
    number, pillars = 0, {}
    for position, (pillar, parts) in enumerate(indicators.items()):
        rows = {}
        for part in parts:
            weight = {"value": part.get("weight", 1), **MADE_UP}
            rows[f"i{number}"] = {"name": NAME, **part, "weight": weight}
            number += 1
        pillars[pillar] = {
            "name": NAME,
            "weight": {"value": 2 ** (position - 1), **MADE_UP},
            "indicators": rows,
        }
    marked = {
        "baselines": BASELINES if baselines is None else baselines,
        "scales": {**COMPARING, **BY_THEMSELVES, **RATIO} if scales is None else scales,
    }
    document = {
        "kind": "composite",
        "id": "made-up",
        "version": "1.0",
        "name": NAME,
        "summary": NAME,
        "place": NAME,
        "formula": "not found",
        "levels": LEVELS,
        "sources": {"S1": {"title": "made up"}},
        "period": {"value": "week", **MADE_UP},
        "counting": {
            "time": {"value": "occurred", **MADE_UP},
            "category": {"value": "final", **MADE_UP},
        },
        "denominator": {"value": "residents", "per": 10, **MADE_UP},
        "pillars": pillars,
        "aggregation": {"value": "arithmetic", **MADE_UP},
        "roll_up": {"value": "plain_mean", **MADE_UP},
        "ties": {"value": "competition", **MADE_UP},
        "rounding": {"decimals": 1, "mode": "half up", **MADE_UP},
        **{
            table: {name: {**entry, **MADE_UP} for name, entry in rows.items()}
            for table, rows in marked.items()
        },
        **{name: {**entry, **MADE_UP} for name, entry in others.items() if isinstance(entry, dict)},
        **{name: entry for name, entry in others.items() if not isinstance(entry, dict)},
    }
    return CompositeMethod.model_validate(document)
