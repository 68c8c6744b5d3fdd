"""The cases that nobody plans for, each with its rule."""

import pytest

from tests.spec.score.conftest import Score

QUIET = """
    town  | residents | days back | assault | robbery | break-in
    ------+-----------+-----------+---------+---------+---------
    Alder |    40,000 | 0         | 0       | 0       | 0
    Birch |    10,000 | 0         | 0       | 0       | 0
    Cedar |    10,000 | 0         | 0       | 0       | 0
"""
ALIKE = """
    town  | residents | days back | assault | robbery | break-in
    ------+-----------+-----------+---------+---------+---------
    Alder |   400,000 | 2         | 75      | 12      | 50
    Birch |   400,000 | 2         | 75      | 12      | 50
    Cedar |   400,000 | 2         | 75      | 12      | 50
"""
ONE = """
    town  | residents | days back | assault | robbery | break-in
    ------+-----------+-----------+---------+---------+---------
    Alder |   400,000 | 2         | 90      | 11      | 70
"""


def test_no_incidents_anywhere_make_a_good_score_and_no_perfect_one(score: Score) -> None:
    """The city scored 100; a town did not, since little can be known of it in so few days."""
    city = score(QUIET)
    assert city.city_score == 100
    assert all(90 < town.score < 100 for town in city.towns.values())


def test_no_incidents_anywhere_leave_the_larger_town_ahead(score: Score) -> None:
    """Where nothing happened, nothing happened to more people; equal towns stay equal."""
    city = score(QUIET)
    expected = {"Alder": 1, "Birch": 2, "Cedar": 2}
    assert expected == city.each("rank")


def test_no_incidents_anywhere_still_share_out_the_points(score: Score) -> None:
    """The usual mix of harm says which points a quiet town lost, and they add up."""
    for town in score(QUIET).towns.values():
        assert pytest.approx(100 - town.score) == sum(town.points_lost.values())
        assert town.points_lost["robbery"] > town.points_lost["assault"] > 0


def test_one_quiet_pillar_does_not_hide_the_other(score: Score) -> None:
    """Break-ins alone: persons is near 100 everywhere and property tells the towns apart."""
    city = score("""
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder |   400,000 | 2         | 0       | 0       | 90
        Birch |   400,000 | 2         | 0       | 0       | 9
        """)
    alder, birch = city["Alder"], city["Birch"]
    assert alder.pillar_score["persons"] == birch.pillar_score["persons"] > 95
    assert alder.pillar_score["property"] < birch.pillar_score["property"] - 5
    assert (alder.rank, birch.rank) == (2, 1)


def test_one_town_is_first_and_keeps_its_own_rate(score: Score) -> None:
    """A city of one town has nobody to borrow from or to compare with."""
    city = score(ONE)
    alder = city["Alder"]
    assert alder.rank == 1
    assert pytest.approx(alder.own_relative_rate, rel=1e-7) == alder.relative_rate
    assert city.city_score == alder.score


def test_one_quiet_town_still_has_a_score(score: Score) -> None:
    """One town and no incident: rated, first, better than usual and not perfect."""
    city = score(ONE.replace("90      | 11      | 70", "0 | 0 | 0"))
    assert city["Alder"].rank == 1
    assert 85 < city["Alder"].score < 100


def test_towns_that_are_all_equal_are_equal_in_everything(score: Score) -> None:
    """The same score, interval, points and level, and rank 1 for all."""
    city = score(ALIKE)
    alder = city["Alder"]
    assert all(town == alder for town in city.towns.values())
    assert alder.rank == 1


def test_towns_that_are_all_equal_still_have_an_interval(score: Score) -> None:
    """Likeness is no certainty: the interval does not close up (Li and Lahiri 2010)."""
    alder = score(ALIKE)["Alder"]
    assert alder.low + 1 < alder.score < alder.high - 1


def test_one_town_that_is_not_rated_leaves_the_others_as_they_are(score: Score) -> None:
    """A higher line takes a small town off the list and changes no other number."""
    table = ALIKE + "Dogwd |    90,000 | 1         | 3       | 1       | 2"
    low, high = score(table), score(table, least_expected_events=40.0)
    assert not high["Dogwd"].rated
    assert {name: low[name].score for name in ("Alder", "Birch", "Cedar")} == {
        name: high[name].score for name in ("Alder", "Birch", "Cedar")
    }


def test_nobody_rated_is_a_list_without_ranks(score: Score) -> None:
    """No town has a score; the city still has one."""
    city = score(ALIKE, least_expected_events=1e9)
    assert {None} == set(city.each("score").values()) | set(city.each("rank").values())
    assert 0 < city.city_score < 100


def test_a_history_of_one_day_is_scored(score: Score) -> None:
    """Shorter than the window by all but a day: that day's people and incidents are compared."""
    city = score(ONE.replace("| 2 ", "| 0 "), history_days=1)
    assert pytest.approx(400_000 * 2.75e-5) == city["Alder"].expected_events
    assert pytest.approx(70 / 4) == city["Alder"].own_relative_rate["property"]


def test_a_window_of_one_day_looks_at_that_day_alone(score: Score) -> None:
    """What happened yesterday is gone."""
    city = score(ONE.replace("| 2 ", "| 1 "), window_days=1)
    assert city["Alder"].own_relative_rate == {"persons": 0, "property": 0}
    assert city["Alder"].expected_events == pytest.approx(400_000 * 2.75e-5)


def test_a_huge_count_moves_the_town_that_has_it(score: Score) -> None:
    """A million robberies put one town at the end; the others stay between 0 and 100, in order."""
    city = score(
        """
        town  | residents | days back | assault | robbery   | break-in
        ------+-----------+-----------+---------+-----------+---------
        Alder |   400,000 | 2         | 30      | 1         | 7
        Birch |   400,000 | 2         | 9       | 1,000,000 | 7
        Cedar |   400,000 | 2         | 9       | 1         | 7
        """.replace("1,000,000", "1000000  ")
    )
    expected = {"Alder": 2, "Birch": 3, "Cedar": 1}
    assert expected == city.each("rank")
    assert city["Birch"].level == 4
    assert city["Birch"].points_lost["robbery"] > 99
    assert 50 < city["Alder"].score < city["Cedar"].score < 100
