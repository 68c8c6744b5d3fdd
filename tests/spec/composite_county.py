"""Alder County for composite methods: further columns and kinds, and small methods to score it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from indices.composite.method import CompositeMethod
from pipeline.city import read_city
from pipeline.compute.edition import compute_edition
from pipeline.editions.edition import Edition
from pipeline.ingest import Batch
from pipeline.methods import MethodFile
from pipeline.store.warehouse import open_in_memory
from tests.conftest import County, table_rows, write_city

HEADS = ("id", "when", "reported", "town", "kind", "first", "dead")
WORDS = {
    "ASSAULT": "assault",
    "ROBBERY": "robbery",
    "BURGLARY": "break_and_enter",
    "FIRE": "building_fire",
    "CRASH": "traffic_accident",
}
CATEGORIES = "value,category,reason\n" + "".join(f"{w},{k},\n" for w, k in WORDS.items())
CATEGORIES += "FEVER,,illness\n"
TOWNS = """
    town_id | name  | district | population | registered | floating | vehicles | area_km2
    001     | Alder | North    | 10000      | 6000       | 4000     | 5000     | 10
    002     | Birch | North    | 20000      | 15000      | 5000     | 8000     | 40
    003     | Cedar | South    | 400        | 300        | 100      | 200      | 80
"""
LEFT_OUT = '\n[left_out]\nfire = "made up"\ntraffic = "made up"\n'
REPORTED = """
[reported]
column = "reported"
formats = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]
zone = "city"
precision = "second"
"""
DEATHS = '\n[casualties]\ndeaths = "dead"\n'
EXTERNAL_HEAD = "indicator,town_id,period,value,status,reported_on"
EDGES = "2022-01-01", "2025-05-31"
MARCH = "2025-03"
Rows = Iterable[Sequence[str]]


def towns_csv(drawing: str) -> str:
    """The table of towns; a blank name in Chinese, and a year of the population."""
    heads, *rows = [[cell.strip() for cell in line.split("|")] for line in _lines(drawing)]
    lines = [",".join([*heads, "name_zh", "population_year"])]
    return "\n".join([*lines, *(",".join([*row, "", "2020"]) for row in rows)]) + "\n"


def _lines(drawing: str) -> list[str]:
    return [line for line in drawing.splitlines() if "|" in line]


class Precinct(County):
    """Alder County with records of reports, deaths and categories at reception."""

    def take(self, rows: Rows, *, edges: Sequence[str] = EDGES) -> Batch:
        """Deliver rows of `HEADS`, shorter ones being blank at the end; edges make the span."""
        edge_rows = [(f"edge{day}", day, day, "ALDER", "FEVER", "FEVER") for day in edges]
        lines = [
            ",".join([*row, *[""] * (len(HEADS) - len(row))]) for row in [HEADS, *edge_rows, *rows]
        ]
        self.n_files += 1
        path = self.folder / f"calls-{self.n_files:03}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self.ingest(path)

    def score(
        self,
        method: MethodFile[CompositeMethod],
        wanted: str = MARCH,
        *,
        base_year: int | None = None,
    ) -> Edition:
        """The edition of a period with all that is known."""
        return compute_edition(
            self.warehouse, self.city, method, wanted=wanted, base_year=base_year
        )


@contextmanager
def precinct(
    folder: Path,
    *,
    towns: str = TOWNS,
    declared: str = REPORTED + DEATHS,
    received: bool = False,
    city: str = "",
    after: str = "",
    precision: str = "second",
    external: Sequence[str] = (),
    base: tuple[str, str] = ("2024-01-01", "2024-12-31"),
) -> Iterator[Precinct]:
    """Alder County; `city` goes to the head of city.toml, `after` to its end.

    `declared` goes to the end of the source's declaration; `external` are lines of external.csv.
    """
    write_city(folder)
    source = (folder / "sources" / "calls.toml").read_text(encoding="utf-8")
    source = source.replace("first_day = 2025-01-01", "first_day = 2022-01-01")
    if precision == "month":
        source = source.replace('"%Y-%m-%d %H:%M", "%Y-%m-%d"', '"%Y-%m"')
        source = source.replace('precision = "second"', 'precision = "month"')
    if received:
        source = source.replace('column = "kind"', 'column = "kind"\nreceived_column = "first"')
    about = (folder / "city.toml").read_text(encoding="utf-8")
    method = (folder / "method.toml").read_text(encoding="utf-8")
    method = method.replace("first = 2025-01-01", f"first = {base[0]}")
    files = {
        "sources/calls.toml": source + declared,
        "city.toml": city + about + after,
        "method.toml": method.replace("last = 2025-03-31", f"last = {base[1]}") + LEFT_OUT,
        "categories.csv": CATEGORIES,
        "towns.csv": towns_csv(towns),
        "places.csv": "value,place,reason\nELSEWHERE,outside,next county\n",
    }
    if external:
        files["external.csv"] = "\n".join([EXTERNAL_HEAD, *external]) + "\n"
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with open_in_memory() as warehouse:
        yield Precinct(read_city(folder), warehouse, folder)


def drawn(text: str) -> list[tuple[str, ...]]:
    """Rows of a drawing n | when | reported | town | kind | first | dead: n equal incidents."""
    return [
        (f"{number}-{copy}", *rest)
        for number, (n, *rest) in enumerate(table_rows(text))
        for copy in range(int(n))
    ]


def daily(first: str, n_days: int, town: str, kind: str, *, every: int = 1) -> Rows:
    """One incident every so many days."""
    days = [date.fromisoformat(first) + timedelta(days=n) for n in range(0, n_days, every)]
    return [(f"{town}{kind}{day}", f"{day}", f"{day}", town, kind, kind) for day in days]


# ---------------------------------------------------------------- small methods


def chosen(**values: Any) -> dict[str, Any]:
    """Values of a method file with where they come from."""
    return {"status": "assumed", "reason": "made up", **values}


def said(words: str) -> dict[str, str]:
    """Words in both languages."""
    return {"en": words, "zh": words}


def level(number: int, from_score: float) -> dict[str, Any]:
    """A level of a method file."""
    return {
        "number": number,
        "from_score": from_score,
        "word": said("level"),
        "glyph": "o",
        "colour": "#ffffff",
        "text_colour": "#000000",
        "residents": said("level"),
        "officials": said("level"),
    }


LEVELS = chosen(level=[level(1, 80), level(2, 60), level(3, 0)])
CITY_PERIOD = chosen(kind="city_period")
STRAIGHT = chosen(kind="deduction", at_baseline=80)


def counting(*counts: str, weight: float = 1, **more: Any) -> dict[str, Any]:
    """An indicator that counts kinds, against the baseline and on the scale called `main`."""
    plain = {"name": said("counted"), "weight": chosen(value=weight), "counts": counts}
    return plain | {"scale": "main", "baseline": "main"} | more


def surveyed(
    weight: float = 1, *, scale: str = "survey", days: int = 31, higher_is: str = "better"
) -> dict[str, Any]:
    """An indicator of external.csv."""
    external = chosen(unit=said("points"), higher_is=higher_is, valid_for_days=days)
    plain = {"name": said("survey"), "weight": chosen(value=weight), "scale": scale}
    return plain | {"external": external}


def method_of(
    pillars: Mapping[str, Mapping[str, Any]],
    *,
    weights: Mapping[str, float] | None = None,
    **changed: Any,
) -> MethodFile[CompositeMethod]:
    """A method of these pillars and indicators; what is not given is as plain as can be."""
    plain: dict[str, Any] = {
        "kind": "composite",
        "id": "made-up",
        "version": "1.0",
        "name": said("Made up"),
        "summary": said("Made up."),
        "place": said("Nowhere"),
        "formula": "published",
        "sources": {"A": {"title": "made up"}},
        "period": chosen(value="month"),
        "counting": {
            "time": chosen(value="occurred"),
            "category": chosen(value="final"),
        },
        "denominator": chosen(value="residents", per=10_000),
        "baselines": {"main": CITY_PERIOD},
        "scales": {"main": STRAIGHT, "survey": chosen(kind="min_max", best=100, worst=0)},
        "pillars": {
            code: {
                "name": said(code),
                "weight": chosen(value=(weights or {}).get(code, 1)),
                "indicators": dict(indicators),
            }
            for code, indicators in pillars.items()
        },
        "aggregation": chosen(value="arithmetic"),
        "roll_up": chosen(value="population_weighted"),
        "ties": chosen(value="competition"),
        "rounding": chosen(decimals=1, mode="half up"),
        "levels": LEVELS,
    }
    return MethodFile(CompositeMethod.model_validate(plain | changed), "0" * 64)


RUNGS = [
    {"after": 2, "code": "talk", "name": said("talk"), **chosen()},
    {"after": 3, "code": "notice", "name": said("notice"), **chosen()},
]


def ladder_method(**changed: Any) -> MethodFile[CompositeMethod]:
    """5 points less for each assault per 10,000, by a straight line and without a baseline."""
    scales = {
        "main": chosen(kind="breakpoints", edges=[0, 20], scores=[100, 0]),
        "survey": chosen(kind="min_max", best=100, worst=0),
    }
    indicator = counting("assault") | {"baseline": None}
    plain: dict[str, Any] = {"scales": scales, "baselines": {}, "ladder": RUNGS}
    return method_of({"crime": {"assaults": indicator}}, **(plain | changed))


# ---------------------------------------------------------------- reading editions


def by_town(table: pd.DataFrame, column: str) -> dict[str, Any]:
    """A column of a table with one row a town; None where there is no value."""
    values = table[column].astype(object).where(table[column].notna(), None)
    return dict(sorted(zip(table["town_id"], values, strict=True)))


def cells(table: pd.DataFrame, keys: Sequence[str], column: str) -> dict[Any, Any]:
    """A column by several keys; None where there is no value."""
    values = table[column].astype(object).where(table[column].notna(), None)
    return dict(zip(table[list(keys)].itertuples(index=False, name=None), values, strict=True))


def deviations(made: Edition) -> list[tuple[str, str]]:
    """In what an edition differs from its method's letter."""
    return [(deviation.code, deviation.about) for deviation in made.facts.deviations]


def unexplained(made: Edition) -> pd.Series:
    """What each score lacks less the points lost in the rows of its town."""
    lost = made.components.groupby("town_id")["points_lost"].sum()
    return 100 - made.ranking.set_index("town_id")["score"] - lost
