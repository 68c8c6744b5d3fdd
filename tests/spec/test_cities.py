"""The two real cities hold what their sources say of them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from pipeline.calibrate import measure_usual_rates
from pipeline.city import read_city
from pipeline.compute.standard import join_rules
from pipeline.counts import count_file, find_coverage, load_counts, load_mappings
from pipeline.methods import find_method
from pipeline.settings import REPOSITORY
from pipeline.store.warehouse import Warehouse, open_for_reading

CITIES = REPOSITORY / "data" / "cities"
TORONTO, MONTGOMERY = read_city(CITIES / "toronto"), read_city(CITIES / "montgomery-pa")
STANDARD = find_method("standard")


def days_of(warehouse: Warehouse) -> dict[date, int]:
    """Incidents by day, all places and kinds."""
    rows = warehouse.connection.execute(
        "SELECT day, sum(change)::INT FROM core_count_change GROUP BY day"
    ).fetchall()
    return dict(rows)


def test_toronto_is_what_its_publisher_describes(toronto_home: Path) -> None:
    """Rows by year, the quietest and the busiest day are those of the records' description."""
    with open_for_reading(toronto_home) as warehouse:
        days = days_of(warehouse)
    years = dict.fromkeys(range(2014, 2022), 0)
    for day, n in days.items():
        if day.year in years:
            years[day.year] += n
    assert list(years.values()) == [28073, 28260, 28486, 29902, 32101, 34064, 29958, 29091]
    assert (
        sum(days.values()),
        sum(n for day, n in days.items() if day.year < 2014),
    ) == (240_992, 1_057)
    full = {day: n for day, n in days.items() if day.year >= 2014}
    assert (len(full), min(full.values()), full[date(2018, 1, 1)]) == (2922, 47, 206)


def test_a_utc_midnight_is_the_local_day(toronto_home: Path) -> None:
    """Two old records lie an hour off midnight by today's zone rules; they keep their day."""
    with open_for_reading(toronto_home) as warehouse:
        days = days_of(warehouse)
    assert {date(1978, 4, 10), date(1980, 4, 24)} <= days.keys()
    assert not {date(1978, 4, 9), date(1980, 4, 23)} & days.keys()


def test_toronto_counts_by_another_way(toronto_home: Path, tmp_path: Path) -> None:
    """Counting the file directly gives the same cells as incidents, versions and ledger do."""
    rules = join_rules(TORONTO, STANDARD)
    records = CITIES / "toronto" / "records" / "incidents.parquet"
    with open_for_reading(toronto_home) as warehouse:
        load_mappings(warehouse, TORONTO, categories=rules.categories, day=date(2021, 12, 31))
        direct = count_file(
            warehouse,
            records,
            source=TORONTO.sources[0],
            city=TORONTO,
            categories=rules.categories,
            work=tmp_path,
        )
        ledger = load_counts(
            warehouse,
            first_day=date(1960, 1, 1),
            last_day=date(2021, 12, 31),
            as_of=1,
            n_towns=140,
            n_categories=5,
        )
    assert direct["n"].sum() == ledger.counts.sum() == 240_992
    assert len(direct) == (ledger.counts > 0).sum()


@pytest.mark.parametrize("city", [TORONTO, MONTGOMERY], ids=["toronto", "montgomery"])
def test_frozen_rates_are_those_of_the_base_period(
    city: object, request: pytest.FixtureRequest, montgomery_records: tuple[Path, str]
) -> None:
    """The usual rates in method.toml are what the records give for the base period."""
    if city is MONTGOMERY and montgomery_records[1] != "real":
        pytest.skip("the county's real exports are not at hand; made-up ones have other rates")
    home = request.getfixturevalue("toronto_home" if city is TORONTO else "montgomery_home")
    with open_for_reading(home) as warehouse:
        base = city.calibration.base_period  # type: ignore[attr-defined]
        measured = measure_usual_rates(
            warehouse,
            city,  # type: ignore[arg-type]
            STANDARD,
            first=base.first,
            last=base.last,
        )
    frozen = {
        pillar: dict(part.usual_per_100k_day)
        for pillar, part in city.calibration.pillars.items()  # type: ignore[attr-defined]
    }
    rounded = {
        pillar: {code: round(rate, 6) for code, rate in rates.items()}
        for pillar, rates in measured.items()
    }
    assert frozen == rounded


def test_every_title_of_the_county_is_mapped_with_a_reason() -> None:
    """124 titles have a category or none, each with a reason that a reader can dispute."""
    with (CITIES / "montgomery-pa" / "categories.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 124 == len(rows) == len({row["value"] for row in rows})
    assert [row["value"] for row in rows if not row["reason"].strip()] == []
    pillars = {
        STANDARD.method.categories[row["category"]].pillar for row in rows if row["category"]
    }
    assert {"violence", "traffic", "fire", "drugs"} == pillars


def test_the_county_places() -> None:
    """Six neighbouring counties are outside, and the two Hatfields are two towns."""
    assert list(MONTGOMERY.places.values()).count("outside") == 6
    assert len(MONTGOMERY.towns) == 62
    boro, township = (MONTGOMERY.places[f"HATFIELD {kind}"] for kind in ("BORO", "TOWNSHIP"))
    assert (
        MONTGOMERY.town(boro).name,
        MONTGOMERY.town(township).name,
    ) == ("Hatfield Borough", "Hatfield Township")


def test_the_county_in_two_deliveries(
    montgomery_home: Path, montgomery_records: tuple[Path, str]
) -> None:
    """The later export moves nearly every record's time and withdraws those without an address."""
    with open_for_reading(montgomery_home) as warehouse:
        rows = warehouse.rows("batches", as_of=99)
        coverage = find_coverage(warehouse, MONTGOMERY, as_of=2)
        moved = warehouse.connection.execute(
            """
            SELECT count(*) FROM core_incident_version AS early
            JOIN core_incident_version AS late USING (incident_id)
            WHERE early.batch_id = 1 AND late.batch_id = 2 AND NOT late.is_withdrawn
                AND early.occurred_at::DATE <> late.occurred_at::DATE
            """
        ).fetchall()[0][0]
    assert (date(2015, 12, 11), date(2017, 4, 12)) == (coverage.first_day, coverage.last_day)
    read, withdrawn = [row[3] for row in rows], [row[10] for row in rows]
    if montgomery_records[1] == "real":
        assert read == [99_492, 188_751]
        assert withdrawn == [0, 519]
        assert [row[5] for row in rows] == [0, 37]
        assert 167 >= moved > 150  # 167 with the rows that repeat an identity
    else:
        assert read == [1_627, 3_003]
        assert withdrawn == [0, 20]
        assert [row[5] for row in rows] == [0, 3]
        assert moved == 11


@pytest.mark.parametrize(("name", "city"), [("toronto", TORONTO), ("montgomery", MONTGOMERY)])
def test_on_every_day_the_sums_hold(
    name: str, city: object, request: pytest.FixtureRequest
) -> None:
    """Towns + not located + outside = accepted - withdrawn - not counted, on each day."""
    rules = join_rules(city, STANDARD)  # type: ignore[arg-type]
    with open_for_reading(request.getfixturevalue(f"{name}_home")) as warehouse:
        load_mappings(warehouse, city, categories=rules.categories, day=date.max)  # type: ignore[arg-type]
        days = warehouse.rows("conservation", as_of=99)
    for _, day, towns, lost, outside, accepted, withdrawn, not_counted, holds in days:
        assert towns + lost + outside == accepted - withdrawn - not_counted, day  # type: ignore[operator]
        assert holds
    assert len(days) > 480
