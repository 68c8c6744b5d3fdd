"""Published reports of Zhuhai, and the vectors of warning and drug-control practice."""

import math

import numpy as np
import pytest

from indices.comparison import percent_change, percent_printed
from indices.composite.rounding import as_printed
from indices.drug_control.wastewater import load_mg_per_1000_day, population_from_cotinine
from indices.drug_control.watch_list import BY_CITY, BY_COUNTY, NOT_LISTED, listed_by
from indices.trend.practice import three_day_rise
from pipeline.methods import find_method

MONTHLY = find_method("zhuhai-pingan-monthly-2019").method


def test_february_2020_is_3_9_percent_above_january() -> None:
    """TV-3 (Z5): 89.529, said to be up 3.9 %: January was 86.168 if percent, 85.629 if points."""
    assert 3.9 == float(percent_printed(percent_change(89.529, base=86.168)))
    assert 86.168 == float(as_printed(np.array(89.529 / 1.039), decimals=3, mode="half up"))
    assert 85.629 == round(89.529 - 3.9, 3)
    assert 3.9 != float(percent_printed(percent_change(89.529, base=85.629)))


@pytest.mark.parametrize(
    ("report", "rose", "fell", "flat"), [("TV-3, Z5", 7, 0, 7), ("TV-4, Z6", 2, 3, 9)]
)
def test_each_report_speaks_of_fourteen_parts(report: str, rose: int, fell: int, flat: int) -> None:
    """TV-3, TV-4: the parts that rose, fell and stayed are those of the method file."""
    assert report
    assert rose + fell + flat == len(MONTHLY.pillars)


def test_the_monthly_index_prints_three_decimals() -> None:
    """TV-3, TV-4: 89.529 and 85.431, as the method file says."""
    assert 3 == MONTHLY.rounding.decimals


THREE_DAYS = [  # TV-15 (C8): counts of four days, and whether the last is an alert
    ((2, 3, 5, 6), True),
    ((2, 3, 3, 6), False),
    ((2, 3, 5, 5), False),
    ((math.nan, 3, 5, 6), False),
    ((0, 1, 2, 3), False),
    ((9, 2, 3, 5), False),
]


@pytest.mark.parametrize(("counts", "alert"), THREE_DAYS)
def test_three_days_of_rise(counts: tuple[float, ...], alert: bool) -> None:
    """TV-15: strictly rising, each rate above zero; ties, gaps and a rise from 0 are none."""
    assert [False, False, False, alert] == three_day_rise(np.array(counts, dtype=float)).tolist()


def test_the_three_day_rule_looks_at_each_series_alone() -> None:
    """Days are rows and towns are columns; fewer than four days hold no alert."""
    table = np.array([[2.0, 5.0], [3.0, 4.0], [5.0, 3.0], [6.0, 2.0]])
    assert [True, False] == three_day_rise(table)[-1].tolist()
    assert not three_day_rise(table[:3]).any()


def test_the_watch_list_of_fuzhou() -> None:
    """TV-16 (N5): 49 none; 50 and 200 by the county; 201 by the city."""
    listed = listed_by(np.array([0.0, 49, 50, 200, 201]), county_from=50, city_above=200)
    assert [NOT_LISTED, NOT_LISTED, BY_COUNTY, BY_COUNTY, BY_CITY] == listed.tolist()
    with pytest.raises(ValueError, match="must rise"):
        listed_by(np.array([1.0]), county_from=200, city_above=50)
    with pytest.raises(ValueError, match="0 or more"):
        listed_by(np.array([math.nan]), county_from=50, city_above=200)


def test_wastewater_tells_people_and_load() -> None:
    """TV-17 (N14, made-up numbers): 107.14 thousand people, 93.33 mg per 1,000 a day."""
    flow = np.array([5.0])
    people = population_from_cotinine(
        np.array([1000.0]),
        flow_10k_m3_per_day=flow,
        domestic_share=0.9,
        cigarettes_per_person_day=3,
    )
    load = load_mg_per_1000_day(np.array([200.0]), flow_10k_m3_per_day=flow, population_1000=people)
    assert [107.14] == np.round(people, 2).tolist()
    assert [93.33] == np.round(load, 2).tolist()
    nobody = load_mg_per_1000_day(
        np.array([200.0]), flow_10k_m3_per_day=flow, population_1000=np.array([0.0])
    )
    assert np.isnan(nobody).all()


def test_a_share_of_wastewater_lies_between_0_and_1() -> None:
    """A domestic share of 0 or above 1 is refused, and so is a city that does not smoke."""
    for share, cigarettes in ((0.0, 3), (1.1, 3), (0.9, 0)):
        with pytest.raises(ValueError, match="domestic_share must lie"):
            population_from_cotinine(
                np.array([1.0]),
                flow_10k_m3_per_day=np.array([1.0]),
                domestic_share=share,
                cigarettes_per_person_day=cigarettes,
            )
