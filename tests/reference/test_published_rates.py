"""Empirical Bayes rates against published ones (Marshall 1991)."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from indices.arrays import FloatArray
from indices.score.shrinkage import MarshallRates, marshall

DATA = Path(__file__).parent / "data"


def columns(name: str) -> dict[str, FloatArray]:
    """Columns of one of the files beside the tests."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


@pytest.fixture
def auckland() -> MarshallRates:
    """Infant deaths in Auckland, smoothed by us."""
    data = columns("auckland_eb.csv")
    return marshall(data["n"], population=data["pop"])


@pytest.fixture
def st_louis() -> MarshallRates:
    """Homicides around St Louis, smoothed by us."""
    data = columns("stl_input.csv")
    return marshall(data["events"], population=data["population"])


def test_auckland_s_two_numbers_are_the_published_ones(auckland: MarshallRates) -> None:
    """Variance a and overall rate b, as printed in the documentation of spdep's EBest."""
    published = (7.284173e-07, 0.002633436)
    assert pytest.approx(published, rel=1e-6) == (auckland.variance, auckland.overall_rate)


def test_auckland_s_rates_are_those_of_spdep(auckland: MarshallRates) -> None:
    """All 167 smoothed rates, to the precision of the file."""
    data = columns("auckland_eb.csv")
    assert len(data["eb"]) == 167
    assert pytest.approx(data["eb"], rel=1e-12) == auckland.rate


def test_auckland_s_raw_rates_are_deaths_by_children(auckland: MarshallRates) -> None:
    """The file's n and pop mean what ours do, and each rate was pulled to the overall one."""
    data = columns("auckland_eb.csv")
    raw = data["n"] / data["pop"]
    assert pytest.approx(data["raw"], rel=1e-12) == raw
    pulled = (auckland.rate - raw) * (auckland.overall_rate - raw)
    assert (pulled > 0).all()


def test_st_louis_s_two_numbers_are_the_computed_ones(st_louis: MarshallRates) -> None:
    """Variance 1.69211982e-08 and overall rate 0.000102364316."""
    computed = (1.69211982e-08, 0.000102364316)
    assert pytest.approx(computed, rel=1e-8) == (st_louis.variance, st_louis.overall_rate)


def test_st_louis_s_first_rates_are_those_of_esda(st_louis: MarshallRates) -> None:
    """The ten rates printed in esda's documentation, of 78 counties."""
    published = json.loads((DATA / "stl_esda.json").read_text(encoding="utf-8"))["stl_EB_first10"]
    assert len(st_louis.rate) == 78
    assert pytest.approx(published, rel=1e-12) == st_louis.rate[:10]
