"""How calls follow the hour, the week, the year and the holidays. All numbers are invented."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from pipeline.synthetic.draws import Floats, Ints

# First day of the Spring Festival. It follows the moon, so a table is the only honest rule.
NEW_YEAR = {
    2019: date(2019, 2, 5),
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
}
# Days before and after it: many go home, the week itself is a holiday, then all come back.
GOING_HOME, NEW_YEAR_WEEK, COMING_BACK = range(-10, -1), range(-1, 7), range(7, 16)
FIXED_HOLIDAYS = ((1, 1), *((5, day) for day in range(1, 6)), *((10, day) for day in range(1, 8)))
SECONDS_OF_HOUR, SECONDS_OF_DAY = 3_600, 86_400


@dataclass(frozen=True)
class Rhythm:
    """When calls of some kinds come; factors have mean 1 over hours, week and year."""

    hours: tuple[int, ...]  # relative weight of each hour from midnight
    week: tuple[float, ...]  # from Monday
    year: tuple[float, ...]  # from January
    holiday: float
    going_home: float
    new_year_week: float
    coming_back: float


NIGHT = (9, 8, 6, 4, 2, 1, 1, 2, 3, 4, 4, 5, 5, 5, 5, 5, 6, 6, 7, 9, 11, 12, 12, 11)
DAY = (2, 1, 1, 1, 1, 1, 3, 6, 9, 10, 10, 9, 8, 8, 9, 9, 9, 9, 8, 8, 7, 6, 5, 3)
OFFICE = (1, 1, 1, 1, 1, 1, 1, 3, 8, 12, 13, 10, 7, 8, 11, 12, 11, 8, 6, 5, 5, 4, 3, 2)
COMMUTE = (2, 1, 1, 1, 1, 2, 5, 12, 13, 9, 7, 7, 7, 7, 7, 8, 10, 14, 13, 9, 7, 6, 4, 3)
EVEN_WEEK, EVEN_YEAR = (1.0,) * 7, (1.0,) * 12
RHYTHMS = {
    "street": Rhythm(
        NIGHT,
        (0.9, 0.9, 0.9, 0.95, 1.1, 1.2, 1.05),
        (0.85, 0.85, 0.95, 1.0, 1.05, 1.1, 1.15, 1.15, 1.1, 1.0, 0.95, 0.85),
        holiday=1.1,
        going_home=0.95,
        new_year_week=0.8,
        coming_back=0.8,
    ),
    "theft": Rhythm(
        DAY,
        (1.0, 0.97, 0.97, 0.98, 1.03, 1.05, 1.0),
        (1.1, 0.9, 0.95, 0.95, 0.95, 1.0, 1.0, 1.0, 1.0, 1.0, 1.05, 1.1),
        holiday=1.1,
        going_home=1.25,
        new_year_week=0.6,
        coming_back=0.8,
    ),
    "fraud": Rhythm(
        OFFICE,
        (1.15, 1.12, 1.1, 1.08, 1.05, 0.78, 0.72),
        (0.95, 0.85, 1.05, 1.0, 1.0, 1.05, 1.0, 1.0, 1.05, 1.0, 1.05, 1.0),
        holiday=0.75,
        going_home=0.9,
        new_year_week=0.45,
        coming_back=0.85,
    ),
    "traffic": Rhythm(
        COMMUTE,
        (1.08, 1.0, 1.0, 1.02, 1.12, 0.93, 0.85),
        (1.0, 0.9, 0.98, 1.0, 1.03, 1.0, 0.98, 0.98, 1.03, 1.05, 1.02, 1.03),
        holiday=0.9,
        going_home=1.05,
        new_year_week=0.55,
        coming_back=0.85,
    ),
    "fire": Rhythm(
        DAY,
        EVEN_WEEK,
        (1.3, 1.2, 1.0, 0.95, 0.8, 0.75, 0.8, 0.8, 0.9, 1.1, 1.15, 1.25),
        holiday=1.0,
        going_home=1.1,
        new_year_week=2.2,
        coming_back=1.3,
    ),
    "help": Rhythm(
        DAY,
        (0.98, 0.97, 0.97, 0.98, 1.02, 1.06, 1.02),
        (0.9, 0.9, 0.95, 1.0, 1.0, 1.05, 1.1, 1.1, 1.05, 1.0, 1.0, 0.95),
        holiday=1.0,
        going_home=1.0,
        new_year_week=0.8,
        coming_back=0.9,
    ),
}


def days_between(first: date, last: date) -> list[date]:
    """All days from the first to the last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def day_factor(day: date, rhythm: Rhythm) -> float:
    """How many calls the day brings, against a usual one.

    Raises:
        ValueError: If the table of New Year's days does not reach the year.
    """
    if day.year not in NEW_YEAR:
        raise ValueError(f"{day.year}: New Year is known from {min(NEW_YEAR)} to {max(NEW_YEAR)}")
    usual = rhythm.week[day.weekday()] * rhythm.year[day.month - 1]
    since = (day - NEW_YEAR[day.year]).days
    for days, factor in (
        (GOING_HOME, rhythm.going_home),
        (NEW_YEAR_WEEK, rhythm.new_year_week),
        (COMING_BACK, rhythm.coming_back),
    ):
        if since in days:
            return usual * factor
    return usual * (rhythm.holiday if (day.month, day.day) in FIXED_HOLIDAYS else 1.0)


def day_factors(days: Iterable[date], names: Iterable[str]) -> Floats:
    """`day_factor` of each day and each named rhythm, shape (n_days, n_names)."""
    by_name = {name: rhythm for name, rhythm in RHYTHMS.items() if name in set(names)}
    return np.array([[day_factor(day, by_name[name]) for name in names] for day in days])


def seconds_of_day(u: Floats, rhythm: Rhythm) -> Ints:
    """Seconds after midnight, from 0 to 86399, by the weight of the hours."""
    reached = np.cumsum((0, *rhythm.hours)) / sum(rhythm.hours)
    seconds = np.interp(u, reached, np.arange(25) * SECONDS_OF_HOUR)
    return np.minimum(seconds.astype(np.int64), SECONDS_OF_DAY - 1)
