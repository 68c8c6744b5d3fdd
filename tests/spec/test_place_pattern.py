"""Where only a part of the words names the place, a pattern says which; the rest is not read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.city import read_city
from pipeline.errors import ConfigurationMistake
from tests.conftest import County, calls_csv, write_city

PLACE = '[place]\ncolumn = "town"\n'
PATTERN = PLACE + "pattern = '^.*?, ([A-Z]+) COUNTY'\n"


def with_place(folder: Path, place: str) -> None:
    """Declare another way to the place."""
    source = folder / "sources" / "calls.toml"
    source.write_text(source.read_text(encoding="utf-8").replace(PLACE, place), encoding="utf-8")


def test_the_group_of_the_pattern_names_the_place(
    county: Callable[..., County], tmp_path: Path
) -> None:
    """Rows are counted by what the group finds; what it does not find is not located."""
    with_place(write_city(tmp_path / "declared"), PATTERN)
    alder = county()
    alder.city = read_city(tmp_path / "declared")
    alder.deliver(
        calls_csv(
            [
                ("a1", "2025-03-01 10:00", '"1 Long Lane, ALDER COUNTY"', "ASSAULT"),
                ("a2", "2025-03-01 10:00", '"2 Long Lane, BIRCH COUNTY"', "ASSAULT"),
                ("a3", "2025-03-01 10:00", "somewhere", "ASSAULT"),
            ]
        )
    )
    day = "2025-03-01"
    expected = {("Alder", day, "assault"): 1, ("Birch", day, "assault"): 1}
    assert expected == alder.counts()
    kept = alder.warehouse.connection.execute(
        "SELECT DISTINCT place_value FROM core_incident_version ORDER BY 1"
    ).fetchall()
    assert [("ALDER",), ("BIRCH",), (None,)] == kept


@pytest.mark.parametrize("pattern", ["^.*$", "(a)(b)", "(", "(" + "a" * 300 + ")"])
def test_a_pattern_names_one_thing(pattern: str, tmp_path: Path) -> None:
    """A pattern without a group, with two, broken or endless is a mistake of the folder."""
    folder = write_city(tmp_path / "alder")
    with_place(folder, f"{PLACE}pattern = '{pattern}'\n")
    with pytest.raises(ConfigurationMistake, match="place"):
        read_city(folder)
