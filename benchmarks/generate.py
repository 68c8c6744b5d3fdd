"""Made-up incident records in any number, and the city folder object that reads them.

python -m benchmarks.generate FOLDER [--rows N] [--towns N] writes records.csv and records.parquet.
The same numbers give the same rows: every value is a hash of the row's number and the seed. No
record is real, and nothing is written into the repository.
"""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from indices.choices import Text
from indices.method import Calibration
from pipeline.categories import CategoryRule, CategoryTable
from pipeline.city import City, CityFile, Licence
from pipeline.sources.declaration import Category, Identity, Place, Source, TimeColumn
from pipeline.towns import Town

FIRST_DAY = date(2015, 1, 1)
FORMATS = ("parquet", "csv")
UNKNOWN_PLACE = "Elsewhere"  # in no table: 1 row in 200 cannot be located
N_CATEGORIES = 12

# Rows come in the order of time, as a register grows. Low numbers of towns and of categories are
# the frequent ones: a share u of all has its position at u ** 1.5. Words are as long as real ones
# are on average (the tables of the city folders: 10 to 21 bytes).
RECORDS = """
    WITH drawn AS (
        SELECT i, [hash($draws * i + k + $seed) / 2.0::DOUBLE ** 64 FOR k IN range($draws)] AS u
        FROM range($rows) AS numbers(i)
    )
    SELECT
        'R' || (1000000000 + i) AS id,
        $first::TIMESTAMP + to_days((i * $days // $rows)::INTEGER)
            + to_seconds(floor(86400 * u[1])::INTEGER) AS occurred,
        CASE
            WHEN u[2] < 0.005 THEN $unknown
            ELSE printf('Township of %04d', floor($towns * u[3] ** 1.5)::INTEGER)
        END AS town,
        printf('Incident type %02d', floor($categories * u[4] ** 1.5)::INTEGER) AS category
    FROM drawn
"""
DRAWS_PER_ROW = 4


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many records, and over what they are spread."""

    rows: int = 20_000_000
    towns: int = 140
    days: int = 3_650
    categories: int = N_CATEGORIES
    seed: int = 20140101


def write_records(plan: Plan, folder: Path, formats: Iterable[str] = FORMATS) -> list[Path]:
    """Write the records once for each format, row for row the same."""
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "rows": plan.rows,
        "towns": plan.towns,
        "days": plan.days,
        "categories": plan.categories,
        "seed": plan.seed,
        "first": FIRST_DAY,
        "unknown": UNKNOWN_PLACE,
        "draws": DRAWS_PER_ROW,
    }
    paths = [folder / f"records.{suffix}" for suffix in formats]
    with duckdb.connect() as connection:
        for path in paths:
            records = connection.sql(RECORDS, params=values)
            if path.suffix == ".parquet":
                records.write_parquet(str(path), compression="zstd")
            else:
                records.write_csv(str(path), header=True)
    return paths


def category_codes(plan: Plan) -> tuple[str, ...]:
    """Codes of the categories, in the order of the arrays."""
    return tuple(f"category_{number:02d}" for number in range(plan.categories))


def make_city(plan: Plan, folder: Path) -> City:
    """Build the city that the records belong to; nothing of it is on disk."""
    names = [f"Township of {number:04d}" for number in range(plan.towns)]
    towns = tuple(_make_town(number, name) for number, name in enumerate(names))
    codes = category_codes(plan)
    return City(
        folder=folder,
        about=_about(),
        towns={town.town_id: town for town in towns},
        places={town.name: town.town_id for town in towns},
        categories=CategoryTable(
            tuple(
                CategoryRule(f"Incident type {number:02d}", "exact", code)
                for number, code in enumerate(codes)
            )
        ),
        sources=tuple(declare_source(form) for form in FORMATS),
        calibration=_calibration(codes),
        sha256="0" * 64,
    )


def declare_source(form: str) -> Source:
    """How the files of a format are read."""
    return Source(
        id=form,
        name=_both("made-up records"),
        files=(f"records.{form}",),
        format="parquet" if form == "parquet" else "csv",
        delivery="append",
        first_day=FIRST_DAY,
        last_day="complete",
        occurred=TimeColumn(
            column="occurred", formats=("%Y-%m-%d %H:%M:%S",), zone="city", precision="second"
        ),
        category=Category(columns=("category",)),
        place=Place(columns=("town",)),
        identity=Identity(columns=("id",), repeats="duplicate"),
    )


def _make_town(number: int, name: str) -> Town:
    return Town(
        town_id=f"{number:04d}",
        name=name,
        name_zh="",
        district="",
        population=20_000,
        population_year=2020,
    )


def _about() -> CityFile:
    return CityFile(
        id="made-up",
        name=_both("Made-up"),
        town_word=_both("town"),
        town_words=_both("towns"),
        timezone="Asia/Shanghai",
        records=".",
        licence=Licence(name="none", url="none", attribution="none"),
    )


def _calibration(codes: tuple[str, ...]) -> Calibration:
    """One pillar with everything in it: the counting does not look at it."""
    assumed = {"status": "assumed", "reason": "made up"}
    usual = dict.fromkeys(codes, 1.0)
    return Calibration.model_validate(
        {
            "method": "standard",
            "base_period": {"first": FIRST_DAY, "last": FIRST_DAY, **assumed},
            "pillars": {"all": {"weight": {"value": 1, **assumed}, "usual_per_100k_day": usual}},
        }
    )


def _both(words: str) -> Text:
    return Text(en=words, zh=words)


def main() -> None:
    """Write the files into a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Raw)
    parser.add_argument("folder", type=Path, help="outside the repository")
    for name in ("rows", "towns", "days", "seed"):
        parser.add_argument(f"--{name}", type=int, default=getattr(Plan, name))
    given = vars(parser.parse_args())
    for path in write_records(
        Plan(**{k: v for k, v in given.items() if k != "folder"}), given["folder"]
    ):
        print(f"{path}: {path.stat().st_size / 1e6:,.0f} MB")


_Raw = argparse.RawDescriptionHelpFormatter

if __name__ == "__main__":
    main()
