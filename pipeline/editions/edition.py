"""An edition: everything that pages and files say of one day; they compute nothing."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import pandas as pd

from pipeline.quality import Quality

ObsStatus = Literal["normal", "provisional", "missing", "suppressed", "not rated", "break"]
NORMAL: Final[ObsStatus] = "normal"
NOT_RATED: Final[ObsStatus] = "not rated"
SUPPRESSED: Final[ObsStatus] = "suppressed"


@dataclass(frozen=True, kw_only=True)
class InputFile:
    """A file that the edition rests on."""

    source_id: str
    file_name: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is said once per edition."""

    city_id: str
    notice: dict[str, str]  # by language, as that the records are synthetic; empty where none
    day: date
    method_id: str
    method_version: str
    method_sha256: str
    city_sha256: str
    code_version: str
    as_of_batch: int
    inputs: tuple[InputFile, ...]
    data_first_day: date
    data_last_day: date  # the newest complete day known
    base_period: tuple[date, date]
    window_days: int
    by_month: bool  # the records tell no more than the month: the day stands for its month
    incidents_on_day: int  # counted ones, in all towns, on the day or in the month
    incidents_usual: float  # the same on a usual day or in a usual month
    city_score: float
    city_change_1d: float | None
    city_change_7d: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Edition:
    """The result of one day under one method; the tables are sorted as they are published.

    ranking: one row a town, columns of `out_ranking`. pillars: one row a town and pillar.
    components: one row a town and category, counts included: not for the public tree as it is.
    """

    revision: int
    facts: Facts
    quality: Quality
    ranking: pd.DataFrame
    pillars: pd.DataFrame
    components: pd.DataFrame

    @property
    def name(self) -> str:
        """The edition's number as readers see it: r0, r1, ..."""
        return f"r{self.revision}"

    @property
    def content_sha256(self) -> str:
        """Hash of the values, to tell a revision from a repetition of the same result."""
        digest = hashlib.sha256()
        for table in (self.ranking, self.pillars, self.components):
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
        elif name == "base_period":
            value = [edge.isoformat() for edge in value]
        plain[name] = value
    return plain


def facts_from_json(plain: dict[str, Any]) -> Facts:
    """The reverse of `facts_as_json`."""
    first, last = plain["base_period"]
    values: dict[str, Any] = {"notice": {}, "by_month": False}  # of before they were known
    days = {
        name: date.fromisoformat(plain[name]) for name in ("day", "data_first_day", "data_last_day")
    }
    return Facts(
        **(
            values
            | plain
            | days
            | {
                "inputs": tuple(InputFile(**file) for file in plain["inputs"]),
                "base_period": (date.fromisoformat(first), date.fromisoformat(last)),
            }
        )
    )
