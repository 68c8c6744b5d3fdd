"""The Canadian Crime Severity Index: published values, a worked case, and our method files."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest

from indices.composite.method import CompositeMethod, Indicator
from indices.method import StandardMethod

DATA = Path(__file__).parent / "data"
METHODS = Path(__file__).parents[2] / "data" / "methods"
CANADA = DATA / "statcan" / "statcan_csi_canada_2000_2010.csv"
PROVINCES = DATA / "statcan" / "statcan_csi_provinces_2008.csv"
SCHEME = "StatCan-CSI-2006base"

VIOLENT_SHARE = 0.27955  # of the weighted crime of 2006, fitted by least squares
ROUNDING = 0.1  # published values have one decimal
FIRST_PUBLISHED = {"total": 90.0, "violent": 94.6}  # Canada, 2008
REVISED = {"total": 90.4, "violent": 94.9}

# A town against a base year: 100,000 and 20,000 people.
CASE = [  # offence, incidents in the base year, incidents in the town
    ("Murder (1st and 2nd degree)", 1, 0),
    ("Robbery", 50, 12),
    ("Assault level 1 (common)", 400, 95),
    ("Breaking and entering", 300, 40),
    ("Theft under $5000", 900, 210),
]

PUBLISHED = {  # kinds whose weight is that of an offence of the published list
    "homicide": "Murder (1st and 2nd degree)",
    "robbery": "Robbery",
    "serious_assault": "Assault level 3 (aggravated)",
    "common_assault": "Assault level 1 (common)",
    "break_and_enter": "Breaking and entering",
    "theft_over": "Theft over $5000",
    "fraud": "Fraud",
    "auto_theft": "Motor vehicle theft",
    "criminal_incident": "Average weight over all offences",
    "criminal_damage": "Mischief",
    "public_order": "Disturbing the peace",
}
AS_THEFT = {"theft_from_vehicle", "pickpocketing"}  # the standard method does not have them


def rows(path: Path) -> list[dict[str, str]]:
    """One published table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(path: Path, name: str) -> np.ndarray:
    """Numbers of one column, in the order of the file."""
    return np.array([float(row[name]) for row in rows(path)])


def published_weights() -> dict[str, float]:
    """Weight of each offence in the scheme, in days."""
    return {
        row["offence"]: float(row["weight"])
        for row in rows(DATA / "severity-weights.csv")
        if row["scheme"] == SCHEME
    }


def csi(part: str) -> CompositeMethod:
    """Our method file for one part of the index."""
    path = METHODS / f"canada-csi-{part}.toml"
    return CompositeMethod.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def only_indicator(part: str) -> Indicator:
    """The one indicator of a part; `ValueError` if there are more."""
    [(_, _, indicator)] = csi(part).indicators
    return indicator


def weights_of(part: str) -> dict[str, float]:
    """Weight of each kind that a part counts."""
    indicator = only_indicator(part)
    assert indicator.severities is not None
    return indicator.severities.values


def test_the_violent_share_of_2006_follows_from_the_published_values() -> None:
    """Total, violent and non-violent index share weights and people, which fixes one share."""
    violent, other = column(CANADA, "violent_csi"), column(CANADA, "nonviolent_csi")
    total = column(CANADA, "total_csi")
    share = ((total - other) @ (violent - other)) / ((violent - other) @ (violent - other))
    assert round(float(share), 5) == VIOLENT_SHARE


def test_the_published_totals_add_up_from_their_parts() -> None:
    """Each of the eleven totals is the weighted mean of its two parts, within 0.034."""
    violent, other = column(CANADA, "violent_csi"), column(CANADA, "nonviolent_csi")
    joined = VIOLENT_SHARE * violent + (1 - VIOLENT_SHARE) * other
    misses = np.abs(joined - column(CANADA, "total_csi"))
    assert (11, True) == (len(misses), bool((misses < 0.034).all()))


@pytest.mark.parametrize("part", ["total", "violent", "nonviolent"])
def test_the_base_year_is_100(part: str) -> None:
    """Each part has a base of its own, 2006."""
    base = [row[f"{part}_csi"] for row in rows(CANADA) if row["year"] == "2006"]
    assert ["100.0"] == base


@pytest.mark.parametrize("part", ["total", "violent", "nonviolent"])
def test_published_changes_follow_from_published_values(part: str) -> None:
    """Changes are made before rounding, so they agree within one per cent point."""
    index, change = column(CANADA, f"{part}_csi"), column(CANADA, f"{part}_pct")
    derived = 100 * (index[1:] / index[:-1] - 1)
    assert np.round(derived) == pytest.approx(change[1:], abs=1)


def test_a_town_against_a_base_year() -> None:
    """100 * (weighted incidents per head) / (weighted incidents per head of the base year)."""
    weight = published_weights()
    base = sum(weight[offence] * n for offence, n, _ in CASE)
    town = sum(weight[offence] * n for offence, _, n in CASE)
    assert (134_792, 24_431) == (base, town)
    assert round(100 * (town / 20_000) / (base / 100_000), 6) == 90.624815


def test_the_provinces_are_complete() -> None:
    """Ten provinces, three territories, and Canada in the last row."""
    areas = [row["area"] for row in rows(PROVINCES)]
    assert (14, 14, "Canada") == (len(areas), len(set(areas)), areas[-1])


@pytest.mark.parametrize("name", ["total_csi_2008", "violent_csi_2008", "crime_rate_per_100k"])
def test_canada_lies_between_its_provinces(name: str) -> None:
    """A mean lies between the lowest and the highest of its parts."""
    *areas, canada = column(PROVINCES, name)
    assert sorted([min(areas), canada, max(areas)]) == [min(areas), canada, max(areas)]


def test_violent_crime_is_a_part_of_crime() -> None:
    """In each province the rate of violent crime is below the rate of all crime."""
    violent = column(PROVINCES, "violent_crime_rate_per_100k")
    assert [True] * 14 == list(violent < column(PROVINCES, "crime_rate_per_100k"))


def test_each_province_has_non_violent_crime() -> None:
    """Taking the violent part from the total leaves a plausible rest, some 50 to 350."""
    total, violent = column(PROVINCES, "total_csi_2008"), column(PROVINCES, "violent_csi_2008")
    rest = (total - VIOLENT_SHARE * violent) / (1 - VIOLENT_SHARE)
    assert [True] * 14 == list((rest > 50) & (rest < 350))


def test_the_two_tables_differ_by_the_known_revision() -> None:
    """2008 was first published as 90.0 and 94.6, and later revised upwards."""
    first, later = rows(PROVINCES)[-1], next(r for r in rows(CANADA) if r["year"] == "2008")
    assert FIRST_PUBLISHED == {
        part: float(first[f"{part}_csi_2008"]) for part in ("total", "violent")
    }
    assert REVISED == {part: float(later[f"{part}_csi"]) for part in ("total", "violent")}


@pytest.mark.parametrize("part", ["total", "violent", "nonviolent"])
def test_an_indicator_weighs_each_kind_that_it_counts(part: str) -> None:
    """A kind without a weight would count as one day in silence."""
    assert sorted(only_indicator(part).counts) == sorted(weights_of(part))


def test_violent_and_non_violent_make_the_total() -> None:
    """No kind in both parts or in neither, each with one weight: so the identity holds for us."""
    violent, other = weights_of("violent"), weights_of("nonviolent")
    assert set() == violent.keys() & other.keys()
    assert weights_of("total") == violent | other


@pytest.mark.parametrize("kind", PUBLISHED)
def test_a_published_weight_is_copied_exactly(kind: str) -> None:
    """Kinds that the published list names have its weight."""
    assert published_weights()[PUBLISHED[kind]] == weights_of("total")[kind]


def test_kinds_that_we_mapped_weigh_as_in_the_standard_method() -> None:
    """One mapping to the published list, not two."""
    path = METHODS / "standard.toml"
    standard = StandardMethod.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    ours = {
        kind: standard.categories["theft" if kind in AS_THEFT else kind].severity.value
        for kind in weights_of("total")
    }
    assert ours == weights_of("total")


@pytest.mark.parametrize("part", ["total", "violent", "nonviolent"])
def test_a_method_names_the_kinds_whose_weight_is_published(part: str) -> None:
    """Mixed weights are marked as assumed, and the reason tells which are not."""
    severities = only_indicator(part).severities
    assert severities is not None
    named = str(severities.reason).removeprefix("published for ").split(";")[0].split(", ")
    assert [kind for kind in PUBLISHED if kind in severities.values] == named
    assert severities.status == "assumed"
