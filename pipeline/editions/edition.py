"""An edition: everything that pages and files say of one day; they compute nothing."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, Literal

import pandas as pd

from pipeline.quality import Quality

ObsStatus = Literal[
    "normal", "provisional", "missing", "suppressed", "not rated", "break", "partial", "no rate"
]
NORMAL: Final[ObsStatus] = "normal"
NOT_RATED: Final[ObsStatus] = "not rated"
MISSING: Final[ObsStatus] = "missing"
PARTIAL: Final[ObsStatus] = "partial"  # some of the method's indicators are missing
SUPPRESSED: Final[ObsStatus] = "suppressed"


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file that the edition rests on."""

    source_id: str
    file_name: str
    sha256: str


@dataclass(frozen=True)
class Deviation:
    """Something in which an edition differs from its method's letter, because records lack it."""

    code: str  # of `reports.pages.deviations`
    about: str  # indicator, baseline or denominator
    details: tuple[str, ...] = ()  # kinds of incidents, say


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is said once per edition."""

    city_id: str
    notice: dict[str, str]  # by language, as that the records are synthetic; empty where none
    period: str  # label: "2017-04-12", "2017-04", ...
    period_kind: str
    period_first: date
    day: date  # the last of the period
    method_id: str
    method_version: str
    method_sha256: str
    city_sha256: str
    vocabulary_sha256: str
    decimals: int  # of scores as printed
    deviations: tuple[Deviation, ...]
    code_version: str
    as_of_batch: int
    inputs: tuple[InputFile, ...]
    data_first_day: date
    data_last_day: date  # the newest complete day known
    base_period: tuple[date, date]
    window_days: int
    base_year: int | None  # that the headline categories are compared with besides
    by_month: bool  # the records tell no more than the month: the day stands for its month
    incidents_on_day: int  # counted ones, in all towns, on the day or in the month
    incidents_usual: float | None  # the same at the city's usual rates
    city_score: float | None
    city_change_1d: float | None
    city_change_7d: float | None
    city_change_previous: float | None
    city_change_year: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Edition:
    """The result of one period under one method; the tables are sorted as they are published.

    ranking: one row a town, columns of `out_ranking`. pillars: one row a town and pillar.
    components: one row a town and category, counts included: not for the public tree as it is.
    indicators: one row a town and indicator of a composite method. districts: one row a district.
    headline: counts of the headline categories with what they are compared with; internal too.
    sensitivity: ranks under other choices of the standard method.
    """

    revision: int
    facts: Facts
    quality: Quality
    ranking: pd.DataFrame
    pillars: pd.DataFrame
    components: pd.DataFrame
    indicators: pd.DataFrame
    districts: pd.DataFrame
    headline: pd.DataFrame
    sensitivity: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All tables by the names they are stored under."""
        return {
            "ranking": self.ranking,
            "pillar": self.pillars,
            "component": self.components,
            "indicator": self.indicators,
            "district": self.districts,
            "headline": self.headline,
            "sensitivity": self.sensitivity,
        }

    @property
    def name(self) -> str:
        """The edition's number as readers see it: r0, r1, ..."""
        return f"r{self.revision}"

    @cached_property
    def content_sha256(self) -> str:
        """Hash of the values, to tell a revision from a repetition of the same result."""
        digest = hashlib.sha256()
        for table in self.tables.values():
            digest.update(table.to_csv(index=False, float_format="%.9g").encode())
        return digest.hexdigest()


def facts_as_json(facts: Facts) -> dict[str, Any]:
    """Plain values for a JSON document, in the order of the class."""
    plain: dict[str, Any] = {}
    for name in Facts.__dataclass_fields__:
        value = getattr(facts, name)
        if isinstance(value, date):
            value = value.isoformat()
        elif name == "inputs":
            value = [vars(file) for file in value]
        elif name == "deviations":
            value = [asdict(deviation) for deviation in value]
        elif name == "base_period":
            value = [edge.isoformat() for edge in value]
        plain[name] = value
    return plain


DAYS = ("period_first", "day", "data_first_day", "data_last_day")
BEFORE_PERIODS: dict[str, Any] = {  # what editions of the first version did not say
    "notice": {},
    "by_month": False,
    "period_kind": "day",
    "vocabulary_sha256": "",
    "decimals": 1,
    "deviations": (),
    "base_year": None,
    "city_change_previous": None,
    "city_change_year": None,
}


def facts_from_json(plain: dict[str, Any]) -> Facts:
    """The reverse of `facts_as_json`."""
    values = BEFORE_PERIODS | {"period": plain["day"], "period_first": plain["day"]} | plain
    first, last = values["base_period"]
    values |= {name: date.fromisoformat(values[name]) for name in DAYS}
    values |= {
        "inputs": tuple(InputFile(**file) for file in values["inputs"]),
        "base_period": (date.fromisoformat(first), date.fromisoformat(last)),
        "deviations": tuple(
            Deviation(**deviation | {"details": tuple(deviation["details"])})
            for deviation in values["deviations"]
        ),
    }
    return Facts(**values)
