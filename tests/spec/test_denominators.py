"""What incidents are divided by, and what stands in for it where a city does not know it."""

from pathlib import Path

import pytest

from tests.conftest import table_rows
from tests.spec.composite_county import (
    TOWNS,
    by_town,
    chosen,
    counting,
    deviations,
    drawn,
    method_of,
    precinct,
)

RECORDS = drawn("""
    n  | when       | reported | town  | kind
    ---+------------+----------+-------+--------
    10 | 2025-03-02 |          | ALDER | ASSAULT
    10 | 2025-03-05 |          | BIRCH | ASSAULT
     2 | 2025-03-07 |          | CEDAR | ASSAULT
""")
UNITS = """
    denominator             | per   | Alder | Birch | Cedar
    ------------------------+-------+-------+-------+------
    residents               | 10000 | 10    | 5     | 50
    residents               | 1000  | 1     | 0.5   | 5
    registered_and_floating | 10000 | 10    | 5     | 50
    vehicles                | 1000  | 2     | 1.25  | 10
    area_km2                | 1     | 1     | 0.25  | 0.025
    none                    | 1     | 10    | 10    | 2
"""
# Registered and floating residents together are other numbers than the residents of the census.
OTHER = TOWNS.replace("6000       | 4000", "9000       | 11000")


def values(folder: Path, kind: str, per: float, *, towns: str = TOWNS) -> tuple[object, ...]:
    """Assaults per unit in March by town, and what was done otherwise."""
    method = method_of(
        {"crime": {"assaults": counting("assault")}}, denominator=chosen(value=kind, per=per)
    )
    with precinct(folder, towns=towns, declared="") as county:
        county.take(RECORDS)
        made = county.score(method)
    return by_town(made.indicators, "value"), deviations(made)


@pytest.mark.parametrize(("kind", "per", "alder", "birch", "cedar"), table_rows(UNITS))
def test_incidents_are_divided_by_what_the_method_says(
    tmp_path: Path, kind: str, per: str, alder: str, birch: str, cedar: str
) -> None:
    """Ten, ten and two assaults per so many residents, vehicles or square kilometres."""
    found, told = values(tmp_path / "alder", kind, float(per))
    expected = {"001": float(alder), "002": float(birch), "003": float(cedar)}
    assert (pytest.approx(expected), []) == (found, told)


def test_registered_and_floating_residents_are_added(tmp_path: Path) -> None:
    """9,000 and 11,000 make 20,000, whatever the census says."""
    found, _ = values(tmp_path / "alder", "registered_and_floating", 10_000, towns=OTHER)
    assert pytest.approx({"001": 5, "002": 5, "003": 50}) == found


LACKING = [
    # denominator, what stands in the table of towns, without it
    ("registered_and_floating", "| 300        | 100      |", "|            | 100      |"),
    ("registered_and_floating", "| 300        | 100      |", "| 300        |          |"),
    ("registered_and_floating", "| 300        | 100      |", "| 0          | 0        |"),
    ("vehicles", "| 200      |", "|          |"),
    ("vehicles", "| 200      |", "| 0        |"),
    ("area_km2", "| 80\n", "|\n"),
]


@pytest.mark.parametrize(("kind", "known", "lacking"), LACKING)
def test_where_one_town_lacks_it_residents_stand_in_everywhere(
    tmp_path: Path, kind: str, known: str, lacking: str
) -> None:
    """Towns that are divided by different things cannot be compared; the edition says so."""
    assert known in OTHER
    towns = OTHER.replace(known, lacking)
    found = values(tmp_path / "alder", kind, 10_000, towns=towns)
    assert ({"001": 10.0, "002": 5.0, "003": 50.0}, [("other denominator", kind)]) == found


def test_one_of_the_two_parts_may_be_zero(tmp_path: Path) -> None:
    """A town without floating residents is known."""
    towns = TOWNS.replace("| 300        | 100      |", "| 400        | 0        |")
    found = values(tmp_path / "alder", "registered_and_floating", 10_000, towns=towns)
    assert ({"001": 10.0, "002": 5.0, "003": 50.0}, []) == found


CHANGING = """
    town_id | name  | district | population | valid_from | valid_to   | successor | vehicles
    001     | Alder | North    | 10000      |            | 2025-03-10 | 002       |
    002     | Birch | North    | 20000      |            |            |           | 8000
    003     | Cedar | South    | 400        |            |            |           | 200
"""


def test_a_town_that_is_gone_need_not_have_it(tmp_path: Path) -> None:
    """Only the towns of the period's last day are divided by anything."""
    found = values(tmp_path / "alder", "vehicles", 1000, towns=CHANGING)
    assert ({"002": 2.5, "003": 10.0}, []) == found


def test_residents_are_those_of_each_day(tmp_path: Path) -> None:
    """20,000 for 15 days of March and 40,000 for 16 of them: ten incidents are 3.27 per 10,000."""
    method = method_of({"crime": {"assaults": counting("assault")}})
    folder = tmp_path / "alder"
    folder.mkdir()
    (folder / "populations.csv").write_text(
        "town_id,valid_from,population\n002,2025-03-16,40000\n", encoding="utf-8"
    )
    with precinct(folder, declared="") as county:
        county.take(RECORDS)
        made = county.score(method)
    expected = 10 * 10_000 * 31 / (15 * 20_000 + 16 * 40_000)
    assert pytest.approx(expected, abs=1e-6) == by_town(made.indicators, "value")["002"]
