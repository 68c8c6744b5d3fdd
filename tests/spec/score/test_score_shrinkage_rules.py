"""How far a small town's score leans on its city."""

import pytest

from tests.spec.score.conftest import Score

UNEQUAL = """
    town  | residents | days back | assault | robbery | break-in
    ------+-----------+-----------+---------+---------+---------
    Alder |   300,000 | 3         | 90      | 15      | 60
    Birch |    20,000 | 3         | 6       | 1       | 4
    Cedar |   300,000 | 3         | 20      | 4       | 12
    Dogwd |   200,000 | 5         | 25      | 3       | 20
"""


def test_of_two_towns_with_one_rate_the_smaller_is_pulled_further(score: Score) -> None:
    """Birch has Alder's rate and a fifteenth of its people, and keeps less of it."""
    city = score(UNEQUAL)
    alder, birch, cedar = (city[name] for name in ("Alder", "Birch", "Cedar"))
    for pillar in ("persons", "property"):
        assert alder.own_relative_rate[pillar] == pytest.approx(birch.own_relative_rate[pillar])
        assert birch.kept[pillar] < alder.kept[pillar]
        assert cedar.relative_rate[pillar] < birch.relative_rate[pillar]
        assert birch.relative_rate[pillar] < alder.relative_rate[pillar]


def test_what_is_not_kept_is_the_same_for_all_towns(score: Score) -> None:
    """The rate that towns are pulled to is one: (mean - kept * own) / (1 - kept)."""
    city = score(UNEQUAL)
    pulled_to = [
        (town.relative_rate["persons"] - town.kept["persons"] * town.own_relative_rate["persons"])
        / (1 - town.kept["persons"])
        for town in city.towns.values()
    ]
    assert [pytest.approx(pulled_to[0])] * 4 == pulled_to


def test_a_small_town_has_the_wider_interval(score: Score) -> None:
    """The less evidence, the less is said."""
    city = score(UNEQUAL)
    width = {name: town.high - town.low for name, town in city.towns.items()}
    assert width["Birch"] > max(width["Alder"], width["Cedar"], width["Dogwd"])


def test_a_town_without_incidents_is_not_perfect(score: Score) -> None:
    """No incident among few people proves little: a share of the city's harm is presumed."""
    city = score("""
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder |   300,000 | 3         | 90      | 15      | 60
        Birch |    20,000 | 3         | 0       | 0       | 0
        Cedar |   300,000 | 3         | 20      | 4       | 12
        """)
    assert city["Birch"].own_relative_rate == {"persons": 0, "property": 0}
    assert city["Birch"].relative_rate["persons"] > 0
    assert city["Birch"].score < 100


def test_points_that_are_borrowed_are_split_as_the_city_s_harm_is(score: Score) -> None:
    """A town without an incident loses persons points to assault and robbery as the city does."""
    city = score(
        """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder |   100,000 | 3         | 5830    | 770     | 60
        Birch |     2,000 | 3         | 0       | 0       | 0
        Cedar |    90,000 | 3         | 4       | 0       | 2
        """,
        least_expected_events=0.01,
    )
    lost = city["Birch"].points_lost
    assert lost["assault"] > 0.5
    assert pytest.approx(lost["robbery"], abs=0.1001) == lost["assault"]


def test_points_of_the_town_s_own_are_split_as_its_harm_is(score: Score) -> None:
    """A large town that knows only robberies loses next to nothing to assault."""
    city = score("""
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 1,000,000 | 3         | 0       | 90      | 60
        Birch | 1,000,000 | 3         | 300     | 0       | 60
        Cedar |   500,000 | 3         | 99      | 9       | 9
        """)
    lost = city["Alder"].points_lost
    assert lost["robbery"] > 20 * lost["assault"]


def test_points_lost_add_up(score: Score) -> None:
    """The points lost by category sum to 100 - score, in each town (promise 7)."""
    city = score(UNEQUAL)
    lacking = {name: round(1000 - 10 * town.score) for name, town in city.towns.items()}
    assert lacking == {
        name: sum(round(10 * points) for points in town.points_lost.values())
        for name, town in city.towns.items()
    }
