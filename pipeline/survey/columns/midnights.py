"""Moments in UTC that are the midnights of some place: days that were written as moments."""

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from duckdb import DuckDBPyRelation

ALL_BUT = 0.995  # of the values, where a rule holds for practically all of them
MOST_MOMENTS = 5_000
LOOKED_AT_FIRST = 100
HALF_HOURS = (time(0), time(0, 30))
# Zones of places that publish days as midnights in UTC; tried on the values.
ZONES_TRIED = (
    "America/New_York",
    "America/Toronto",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Vancouver",
    "America/Halifax",
    "America/Sao_Paulo",
    "America/Mexico_City",
    "Europe/London",
    "Europe/Paris",
    "Europe/Athens",
    "Africa/Johannesburg",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Asia/Taipei",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)


def midnight_zones(moments: DuckDBPyRelation) -> tuple[str, ...]:
    """Zones in which practically all moments are midnights."""
    hours = moments.aggregate("moment, count(*) AS n", "moment").order("n DESC, moment")
    found = hours.limit(MOST_MOMENTS).fetchall()
    if any(
        moment.time().replace(hour=0) not in HALF_HOURS for moment, _ in found[:LOOKED_AT_FIRST]
    ):
        return ()
    total = sum(n for _, n in found)
    return tuple(
        zone for zone in ZONES_TRIED if _n_midnights(found, ZoneInfo(zone)) >= ALL_BUT * total
    )


def _n_midnights(moments: Sequence[tuple[datetime, int]], zone: ZoneInfo) -> int:
    """Rows whose moment, written in UTC, is midnight in the zone."""
    utc = ZoneInfo("UTC")
    return sum(
        n for moment, n in moments if moment.replace(tzinfo=utc).astimezone(zone).time() == time(0)
    )
