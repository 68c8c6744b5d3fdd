"""Usual rates of each town and kind, and the rises put into them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipeline.sources.declaration import Generator
from pipeline.synthetic.draws import Floats, uniform_stream
from pipeline.synthetic.kinds import KINDS
from pipeline.synthetic.rhythm import RHYTHMS, day_factors, days_between
from pipeline.towns import Town

# Of a town against the city: its own level, from half to twice as high, and around it that of the
# kinds of one rhythm. Most towns lie low, as in real cities.
TOWN_LEVEL, RHYTHM_LEVEL = (0.45, 2.0), (0.75, 1.25)


@dataclass(frozen=True, kw_only=True)
class Rise:
    """Days on which a town has more of a category than usual."""

    town_id: str
    category: str
    first: date
    last: date
    factor: float


# (place among the towns by size, category, days before the last day: from and to, factor)
RISES = (
    (2, "break_and_enter", 12, 0, 4.0),
    (0, "fraud", 200, 141, 1.8),
    (5, "assault", 520, 491, 2.5),
)


def injected_rises(towns: Sequence[Town], generator: Generator) -> tuple[Rise, ...]:
    """The rises that fall into the generator's days; the newest ends on the last day."""
    by_size = sorted(towns, key=lambda town: (-town.population, town.town_id))
    rises = [
        Rise(
            town_id=by_size[place % len(by_size)].town_id,
            category=category,
            first=generator.last - timedelta(days=from_before),
            last=generator.last - timedelta(days=to_before),
            factor=factor,
        )
        for place, category, from_before, to_before, factor in RISES
    ]
    return tuple(rise for rise in rises if rise.first >= generator.first)


def usual_per_day(towns: Sequence[Town], generator: Generator) -> Floats:
    """Valid incidents on a day with all factors 1, shape (n_towns, n_kinds).

    They add up to `incidents_per_day`. A town has a level of its own for each rhythm, not for each
    kind: towns with many thefts of one sort have many of the other.
    """
    u = uniform_stream(generator.seed, "levels").random((len(towns), 1 + len(RHYTHMS)))
    of_town = TOWN_LEVEL[0] + (TOWN_LEVEL[1] - TOWN_LEVEL[0]) * u[:, :1] ** 2
    level = of_town * (RHYTHM_LEVEL[0] + (RHYTHM_LEVEL[1] - RHYTHM_LEVEL[0]) * u[:, 1:])
    rhythm_of_kind = [list(RHYTHMS).index(kind.rhythm) for kind in KINDS]
    residents = np.array([float(town.population) for town in towns])
    rate = np.array([kind.per_100k_day for kind in KINDS])
    raw = residents[:, None] * rate[None, :] * level[:, rhythm_of_kind]
    scaled: Floats = raw * (generator.incidents_per_day / raw.sum())
    return scaled


def expected_counts(towns: Sequence[Town], generator: Generator) -> Floats:
    """Expected valid incidents with rhythm and rises, shape (n_days, n_towns, n_kinds)."""
    days = days_between(generator.first, generator.last)
    factors = day_factors(days, [kind.rhythm for kind in KINDS])
    expected: Floats = factors[:, None, :] * usual_per_day(towns, generator)[None, :, :]
    town_ids = [town.town_id for town in towns]
    for rise in injected_rises(towns, generator):
        span = slice((rise.first - days[0]).days, (rise.last - days[0]).days + 1)
        risen = [n for n, kind in enumerate(KINDS) if kind.category == rise.category]
        expected[span, town_ids.index(rise.town_id), risen] *= rise.factor
    return expected
