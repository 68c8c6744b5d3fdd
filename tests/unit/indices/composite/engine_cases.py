"""Made-up cities and composite methods for the tests of the engine, and how they are drawn.

Weights and severities are halves and quarters: sums of them are exact, so that equal towns are
equal in fractions and in doubles.
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
from hypothesis import strategies as st

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
        "formula": "never published",
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


def made_up_line(dice: Random, scales: Collection[str]) -> Document:
    """One line of a made-up index."""
    weight, scale = dice.choice([0.5, 1, 2, 3]), dice.choice(sorted(scales))
    if scale == "goalposts":
        external = {"unit": NAME, "higher_is": "better", "valid_for_days": 0, **MADE_UP}
        return {"weight": weight, "scale": scale, "external": external}
    counts = [["theft"], ["crime"], ["all"], ["all", "theft"], ["fire", "arson"], ["arson"]]
    found = {
        "weight": weight,
        "scale": scale,
        "counts": dice.choice(counts),
        "only": dice.choice(["all", "all", "fatal", "not_fatal"]),
    }
    if dice.random() < 1 / 2:
        values = {"theft": 2.5, "assault": 77, "fire": 0.25}
        found["severities"] = {"values": values, **MADE_UP}
    if scale in {**COMPARING, **RATIO}:
        found["baseline"] = dice.choice(sorted(BASELINES))
    return found


def made_up_method(dice: Random) -> CompositeMethod:
    """One to three pillars of one to three lines."""
    is_index = dice.random() < 1 / 6
    scales = RATIO if is_index else {**COMPARING, **BY_THEMSELVES}
    names = ["order", "traffic", "fire"][: dice.randint(1, 3)]
    parts = {
        name: [made_up_line(dice, scales) for _ in range(dice.randint(1, 3))] for name in names
    }
    others: dict[str, Any] = {
        "higher_is": "worse" if is_index else "safer",
        "period": {"value": dice.choice(KINDS_OF_PERIOD)},
        "aggregation": {"value": dice.choice(["arithmetic", "geometric"])},
        "ties": {"value": dice.choice(["competition", "dense"])},
        "rounding": {
            "decimals": dice.randint(0, 2),
            "mode": dice.choice(["half up", "truncated"]),
        },
    }
    if dice.random() < 1 / 2:
        others["deaths"] = {"points_each": 5}
    method = method_of(parts, **others)
    return method.model_copy(update={"levels": None}) if is_index else method


def made_up_city(dice: Random, method: CompositeMethod) -> SmallCity:
    """Up to two years and a half of few incidents in one to four towns; some begin late."""
    n_towns, n_periods = dice.randint(1, 4), dice.randint(1, 2)
    n_days = dice.choice([100, 460, 900, 900, 900])
    first_day = date(2018, 12, 31) - timedelta(days=dice.randint(-200, 200))
    born = [dice.choice([0, 0, 0, n_days // 2, n_days - 1]) for _ in range(n_towns)]
    n_events = dice.choice([40, 300, 800, 800])
    events = some_events(dice, n_events, n_days=n_days, n_towns=n_towns)
    base = first_day + timedelta(days=dice.randint(-5, 20))
    codes = [code for _, code, about in method.indicators if about.external]
    return SmallCity(
        first_day=first_day,
        n_days=n_days,
        born=tuple(born),
        units=tuple(dice.choice([3.0, 1.0, 10.0, 0.5]) for _ in range(n_towns)),
        events=tuple(event for event in events if event[0] >= born[event[1]]),
        deaths=tuple((day, town, n) for day, town, _, n, _ in events[:8]),
        tells_deaths=dice.random() < 2 / 3,
        districts=tuple(dice.randint(0, 1) for _ in range(n_towns)),
        peers=tuple(tuple(dice.randint(-1, n_towns - 1) for _ in range(3)) for _ in range(n_towns)),
        base=(base, base + timedelta(days=50)),
        n_periods=n_periods,
        external={
            code: [[dice.choice([None, 35.0, 60.0, 95.0]) for _ in range(n_towns)]] * n_periods
            for code in codes
            if dice.random() < 2 / 3
        },
    )


def some_events(dice: Random, n_events: int, *, n_days: int, n_towns: int) -> list[Event]:
    """Incidents of which one in three happens in the last weeks, where most methods look."""
    found = []
    for _ in range(n_events):
        oldest = 0 if dice.random() < 2 / 3 else n_days - 75
        day, n = dice.randint(oldest, n_days - 1), dice.randint(1, 4)
        town, kind = dice.randint(0, n_towns - 1), dice.randint(0, len(KINDS) - 1)
        found.append((day, town, kind, n, dice.randint(0, 1)))
    return found


def made_up_case(seed: int) -> tuple[SmallCity, CompositeMethod]:
    """A city and a method."""
    dice = Random(seed)  # noqa: S311
    method = made_up_method(dice)
    return made_up_city(dice, method), method


# By seed: what Hypothesis draws itself is nearly empty, and where nothing happens nothing fails.
cases = st.integers(0, 2**32 - 1).map(made_up_case)
