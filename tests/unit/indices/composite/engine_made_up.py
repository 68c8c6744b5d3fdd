"""Made-up cities and composite methods, each from a seed, for the tests of the engine."""

from collections.abc import Collection
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from indices.composite.method import CompositeMethod
from tests.unit.indices.composite.engine_cases import (
    BASELINES,
    BY_THEMSELVES,
    COMPARING,
    KINDS,
    KINDS_OF_PERIOD,
    MADE_UP,
    NAME,
    RATIO,
    Document,
    Event,
    SmallCity,
    method_of,
)


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
