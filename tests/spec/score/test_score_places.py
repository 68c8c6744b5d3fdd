"""Ranks, levels, and the towns that have neither."""

import numpy as np
import pytest

from tests.spec.score.conftest import Score

SIX = """
    town  | residents | days back | assault | robbery | break-in
    ------+-----------+-----------+---------+---------+---------
    Alder |   400,000 | 0         | 9       | 2       | 7
    Birch |   400,000 | 0         | 4       | 1       | 4
    Cedar |   400,000 | 0         | 9       | 2       | 7
    Dogwd |   400,000 | 0         | 90      | 14      | 70
    Elder |     1,000 | 0         | 3       | 0       | 0
    Firs  |   400,000 | 0         | 2       | 0       | 3
"""


def test_towns_are_ranked_by_the_printed_score(score: Score) -> None:
    """The highest score is first, and towns with the same score share a rank: 1, 2, 3, 3, 5."""
    city = score(SIX, window_days=1)
    expected = {"Firs": 1, "Birch": 2, "Alder": 3, "Cedar": 3, "Dogwd": 5, "Elder": None}
    assert expected == city.each("rank")


def test_scores_that_are_printed_alike_share_a_rank(score: Score) -> None:
    """A difference that nobody is shown puts nobody first."""
    city = score(
        """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 4,000,000 | 0         | 300     | 40      | 150
        Birch | 4,000,500 | 0         | 300     | 40      | 150
        """,
        window_days=1,
    )
    assert city["Alder"].relative_rate["persons"] > city["Birch"].relative_rate["persons"]
    assert city["Alder"].score == city["Birch"].score
    assert (city["Alder"].rank, city["Birch"].rank) == (1, 1)


def test_a_town_where_too_little_can_happen_is_not_rated(score: Score) -> None:
    """Fewer expected events than the least: no score, no level, no rank, no points."""
    elder = score(SIX, window_days=1)["Elder"]
    nothing = (None, None, None, 0, None, False)
    assert nothing == (elder.score, elder.low, elder.high, elder.level, elder.rank, elder.rated)
    assert set(elder.points_lost.values()) == {None}
    assert set(elder.pillar_score.values()) == {None}


def test_as_many_expected_events_as_the_least_are_enough(score: Score) -> None:
    """The line itself is rated: 11 events for 400,000 people on one day."""
    city = score(SIX, window_days=1, least_expected_events=11.0)
    assert city["Firs"].expected_events == pytest.approx(11.0)
    assert score(SIX, window_days=1, least_expected_events=10.999)["Firs"].rated
    assert not score(SIX, window_days=1, least_expected_events=11.001)["Firs"].rated


def test_incidents_of_a_town_that_is_not_rated_count_for_the_city(score: Score) -> None:
    """The city's score knows them, and the usual spread between towns does."""
    with_them, without = (
        score(SIX, window_days=1),
        score(SIX.replace("3       | 0       | 0", "0 | 0 | 0"), window_days=1),
    )
    assert with_them.city_score < without.city_score


def test_levels_follow_the_printed_score(score: Score) -> None:
    """From 90 on level 1, from 80 on 2, from 70 on 3, below 4."""
    city = score(SIX, window_days=1)
    expected = {"Firs": 1, "Birch": 2, "Alder": 3, "Cedar": 3, "Dogwd": 4, "Elder": 0}
    assert expected == city.each("level")


@pytest.mark.parametrize(
    ("incidents", "printed", "level"), [(6503, 90.0, 1), (6519, 89.9, 2), (13_740, 80.0, 2)]
)
def test_a_level_goes_by_what_is_printed(
    score: Score, incidents: int, printed: float, level: int
) -> None:
    """A score of 89.97 is printed as 90.0 and stands at level 1: nobody sees the rest."""
    city = score(
        f"""
        town  | residents     | days back | assault | robbery | break-in
        ------+---------------+-----------+---------+---------+------------
        Alder | 1,000,000,000 | 0         | 0       | 0       | {incidents}
        """,
        window_days=1,
        pillar_weight=np.array([0.0, 1.0]),
    )
    assert (printed, level) == (city["Alder"].score, city["Alder"].level)
