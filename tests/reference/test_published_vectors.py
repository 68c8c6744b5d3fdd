"""Figures that cities published, and rules that they stated, against our functions.

Sources, by the tag in the tables below:

- SZ: Shenzhen public safety index, first release: Shenzhen Daily 2016-04-06 and a reader's analysis
- D1: Dujiangyan safety index, djymedia.com 2020-06-05
- H1: Huizhou safety index, Nanfang Daily 2016-06-29; H2: Minzhu yu Fazhi Shibao on its ladder
- SY1: Shenyang's colours, police.com.cn; SE1: Mexico's Semaforo Delictivo; K1: Korea's grades,
  danbinews.com; S3: Jiaxing Daily 2016-04-21
- N8: registered users in Guangdong, press report; ZG1: Zhongjiang county 2018, yybnet.net
- ZJ1: Zhejiang index, china.com.cn 2018-10-24; ZJ3: Lanxi local paper 2023-04-10

Where a source gives no figures, those of a test are made up and its sentence says so.
"""

from typing import Literal

import numpy as np
import pytest

from indices.arrays import FloatArray
from indices.composite.aggregation import arithmetic, roll_up
from indices.composite.ladder import NO_RUNG, Rung, steps_reached
from indices.composite.patrol import effort_shares
from indices.composite.rounding import as_printed
from indices.composite.scales import change_steps, quota_grades
from indices.levels import level_numbers
from indices.score.ranking import competition_ranks

Mode = Literal["half up", "truncated"]

# SZ: district, published mean and its decimals, streets, sum of the streets' whole scores (derived)
SHENZHEN = [
    ("Futian", 93.2, 1, 10, 932),
    ("Luohu", 93.1, 1, 10, 931),
    ("Nanshan", 91.75, 2, 8, 734),
    ("Yantian", 94.25, 2, 4, 377),
    ("Baoan", 79.5, 1, 6, 477),
    ("Longgang", 87.25, 2, 8, 698),
    ("Guangming", 84.0, 0, 2, 168),
    ("Pingshan", 90.0, 0, 2, 180),
    ("Longhua", 89.3, 1, 6, 536),
    ("Dapeng", 96.7, 1, 3, 290),
]
STREETS_OF = np.array([row[3] for row in SHENZHEN])
DISTRICT_OF = np.repeat(np.arange(len(SHENZHEN)), STREETS_OF)


def streets() -> FloatArray:
    """Whole scores, made up but for their sums, of the 59 streets."""
    scores = []
    for *_, n_streets, total in SHENZHEN:
        whole, left = divmod(total, n_streets)
        scores += [float(whole + (place < left)) for place in range(n_streets)]
    return np.array(scores)


def districts() -> FloatArray:
    """Plain means of the districts' streets."""
    return roll_up(
        streets(), groups=DISTRICT_OF, n_groups=len(SHENZHEN), weight=np.ones(len(DISTRICT_OF))
    )


def whole_city(score: FloatArray, weight: FloatArray) -> float:
    """Mean of all, as printed with two decimals."""
    groups = np.zeros(len(score), dtype=np.int64)
    mean = roll_up(score, groups=groups, n_groups=1, weight=weight)
    return float(as_printed(mean, decimals=2, mode="half up")[0])


def printed(value: float, *, decimals: int, mode: Mode) -> float:
    """One number as printed."""
    return float(as_printed(np.array([value]), decimals=decimals, mode=mode)[0])


def places(*scores: float) -> list[float]:
    """Ranks of one edition."""
    row = np.array([scores])
    return list(competition_ranks(row, rated=np.isfinite(row))[0])


def test_the_districts_of_shenzhen_are_plain_means_of_their_streets() -> None:
    """TV-1: whole street scores with the derived sums give every published mean."""
    means = [
        printed(mean, decimals=row[2], mode="half up")
        for mean, row in zip(districts(), SHENZHEN, strict=True)
    ]
    assert [row[1] for row in SHENZHEN] == means


def test_a_city_is_not_the_mean_of_its_districts() -> None:
    """TV-1: 59 streets with the sum 5323 have the mean 90.22, their ten districts 89.905."""
    assert (59, 5323.0) == (len(streets()), streets().sum())
    assert whole_city(streets(), np.ones(59)) == 90.22
    assert whole_city(districts(), np.ones(10)) == 89.91
    assert pytest.approx(89.905) == districts().mean()
    assert pytest.approx(89.905) == np.mean([row[1] for row in SHENZHEN])
    assert whole_city(districts(), STREETS_OF.astype(np.float64)) == 90.22


def test_the_bottom_of_shenzhen_has_a_tie() -> None:
    """TV-1: Fuyong and Shajing, 76, share a rank above Xixiang, 74; the other three are made up."""
    baoan = (74.0, 76.0, 76.0, 83.0, 84.0, 84.0)
    assert sum(baoan) == 477.0
    assert [6, 4, 4, 3, 1, 1] == places(*baoan)


DUJIANGYAN = [(100, 1), (95, 1), (85, 2), (75, 3), (69.9, 4), (0, 4)]  # TV-2, D1
ASSUMED_EDGES = [(90, 1), (80, 2), (70, 3)]  # the text names both neighbours; ours: the better one


@pytest.mark.parametrize(("score", "level"), DUJIANGYAN + ASSUMED_EDGES)
def test_the_levels_of_dujiangyan(score: float, level: int) -> None:
    """TV-2: excellent from 90, good from 80, stable from 70, poor below."""
    assert level == level_numbers(np.array([score]), cuts=(90, 80, 70))[0]


PRINTED = [  # part, whole, as printed, as the other mode would have it, mode; percent
    ("TV-9, N8: growth in 2014", 87_365, 398_599, 21.91, 21.92, "truncated"),
    ("TV-9, N8: growth in 2013", 55_305, 343_294, 16.11, 16.11, "half up"),
    ("TV-9, N8: share of 2013", 398_599, 2_474_946, 16.11, 16.10, "half up"),
    ("TV-9, N8: share of 2014", 485_964, 2_955_964, 16.44, 16.44, "half up"),
    ("TV-10, ZG1: up to 0 cases", 17, 48, 35.4, 35.4, "truncated"),
    ("TV-10, ZG1: up to 5 cases", 23, 48, 47.9, 47.9, "truncated"),
    ("TV-10, ZG1: up to 10 cases", 8, 48, 16.6, 16.7, "truncated"),
]


@pytest.mark.parametrize(("what", "part", "whole", "expected", "otherwise", "mode"), PRINTED)
def test_some_authorities_round_and_some_cut(
    what: str, part: int, whole: int, expected: float, otherwise: float, mode: Mode
) -> None:
    """TV-9, TV-10: each printed percentage is found in its mode, and only there if they differ."""
    decimals = 2 if "TV-9" in what else 1
    other: Mode = "half up" if mode == "truncated" else "truncated"
    assert expected == printed(100 * part / whole, decimals=decimals, mode=mode)
    assert otherwise == printed(100 * part / whole, decimals=decimals, mode=other)


def test_shares_that_were_cut_do_not_sum_to_100() -> None:
    """TV-10: 35.4, 47.9 and 16.6 are printed, which is 99.9."""
    shares = as_printed(100 * np.array([17, 23, 8]) / 48, decimals=1, mode="truncated")
    assert printed(shares.sum(), decimals=1, mode="half up") == 99.9


def test_the_weights_of_huizhou() -> None:
    """H1: 60, 20 and 20 percent; the sub-scores 80, 90 and 100, made up, make 86."""
    joined = arithmetic(np.array([80.0, 90.0, 100.0]), weights=np.array([60.0, 20.0, 20.0]))
    assert pytest.approx(86.0) == joined.score


HUIZHOU = (
    Rung(after=3, code="notice"),
    Rung(after=4, code="interview"),
    Rung(after=5, code="further"),
)
SEQUENCES = [  # TV-13, H2; that any other colour ends a run is inferred
    ("RR", []),
    ("RRR", ["notice"]),
    ("RRRR", ["notice", "interview"]),
    ("RRRRR", ["notice", "interview", "further"]),
    ("RRYRR", []),
    ("RRRGRRR", ["notice", "notice"]),
]


@pytest.mark.parametrize(("colours", "expected"), SEQUENCES)
def test_the_ladder_of_huizhou(colours: str, expected: list[str]) -> None:
    """TV-13: red three, four and five times running; the sequences are made up."""
    levels = np.array([["GYR".index(colour) + 1] for colour in colours])
    reached = steps_reached(levels, worst_level=3, rungs=HUIZHOU).rung[:, 0]
    assert expected == [HUIZHOU[rung].code for rung in reached if rung != NO_RUNG]


GREEN, ORANGE, RED = 100.0, 60.0, 20.0
SHENYANG = [  # TV-14, SY1: counts before and now, colour; then what the source leaves open
    (100, 99, GREEN, GREEN),
    (100, 105, ORANGE, ORANGE),
    (100, 111, RED, RED),
    (100, 100, GREEN, ORANGE),
    (100, 110, ORANGE, RED),
    (0, 0, GREEN, GREEN),
    (0, 1, RED, RED),
]


@pytest.mark.parametrize(("before", "now", "if_better", "if_worse"), SHENYANG)
def test_the_colours_of_shenyang(
    before: float, now: float, if_better: float, if_worse: float
) -> None:
    """TV-14: a fall, a rise up to a growth constant, a higher one; all numbers are made up."""
    colours = [
        change_steps(
            np.array([now]),
            baseline=before,
            edges=(0.0, 0.1),
            scores=(GREEN, ORANGE, RED),
            edge_belongs_to=side,
        )[0]
        for side in ("better", "worse")
    ]
    assert [if_better, if_worse] == colours


SEMAFORO = [(74, 100), (75, 100), (76, 50), (99, 50), (101, 0)]  # SE1: of a usual 100


@pytest.mark.parametrize(("count", "points"), SEMAFORO)
def test_the_traffic_light_of_mexico(count: float, points: float) -> None:
    """SE1: green from 25 percent below the own mean, yellow below it, red above; made-up counts."""
    actual = change_steps(
        np.array([float(count)]),
        baseline=100.0,
        edges=(-0.25, 0.0),
        scores=(100.0, 50.0, 0.0),
        edge_belongs_to="better",
    )
    assert [points] == actual.tolist()


def test_the_quotas_of_korea() -> None:
    """K1: 10, 25, 30, 25 and 10 of a hundred places; and who gains less than others falls."""
    shares = (0.10, 0.25, 0.30, 0.25, 0.10)
    harm = np.arange(100.0, 200.0)
    before = quota_grades(harm, shares=shares)
    assert [10, 25, 30, 25, 10] == np.bincount(before)[1:].tolist()
    improved = np.where(harm < 109.5, harm - 1, harm - 5)
    after = quota_grades(improved, shares=shares)
    assert (int(before[9]), int(after[9])) == (1, 2)


def test_the_patrols_of_jiaxing() -> None:
    """S3: half of the day's force for the worse estates; their number, 3 of 12, is made up."""
    colours = np.array([3, 3, 3] + [1, 2, 1] * 3)
    shares = effort_shares(colours, share_to_worst=0.5, from_level=3)
    assert pytest.approx([1 / 6] * 3 + [1 / 18] * 9) == shares


# ZJ1: two published values; the other nine are made up to the published mean
ZHEJIANG = (95.88, 95.44, 94.5, 94.4, 94.1, 93.9, 93.6, 93.4, 93.1, 92.8, 92.55)


def test_the_mean_of_zhejiang_parts_five_cities_from_six() -> None:
    """TV-18: mean 93.97, Shaoxing 95.88 first, Hangzhou 95.44 above it, five of eleven above."""
    mean = whole_city(np.array(ZHEJIANG), np.ones(11))
    assert mean == 93.97
    assert sum(score > mean for score in ZHEJIANG) == 5
    assert [1.0, 2.0] == places(*ZHEJIANG)[:2]


def test_lanxi_is_third_of_all_counties() -> None:
    """TV-18, ZJ3: 98.24 has rank 3, with made-up values around it; a tie for second moves it."""
    assert places(98.24, 99.0, 98.25, 98.23)[0] == 3
    assert places(98.24, 98.24, 99.0, 98.0)[0] == 2
