"""Which incidents count, how much, and against what."""

import numpy as np
import pytest

from tests.spec.score.conftest import Score


def test_incidents_before_the_window_do_not_count(score: Score) -> None:
    """Only the `window_days` days up to and including the day are counted."""
    city = score(
        """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 100,000   | 27        | 4       | 0       | 0
        Birch | 100,000   | 28        | 90      | 0       | 0
        """,
        history_days=40,
    )
    assert city["Alder"].own_relative_rate["persons"] > 0
    assert city["Birch"].own_relative_rate["persons"] == 0


def test_a_half_life_back_counts_half(score: Score) -> None:
    """Two incidents one half-life back, or four two half-lives back, weigh as one of today."""
    city = score("""
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 100,000   | 0         | 1       | 0       | 0
        Birch | 100,000   | 7         | 2       | 0       | 0
        Cedar | 100,000   | 14        | 4       | 0       | 0
        """)
    today = city["Alder"].own_relative_rate["persons"]
    assert {"Alder": today, "Birch": today, "Cedar": today} == {
        name: pytest.approx(town.own_relative_rate["persons"]) for name, town in city.towns.items()
    }


def test_the_own_rate_is_harm_over_the_usual_harm_of_so_many_people(score: Score) -> None:
    """One assault of 77 on one day, where 1.5 * 77 + 0.25 * 583 are usual: 0.295 times."""
    city = score(
        """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 100,000   | 0         | 1       | 0       | 0
        Birch |  50,000   | 0         | 1       | 0       | 1
        """,
        window_days=1,
    )
    usual = 1.5 * 77 + 0.25 * 583
    expected = {"persons": 77 / usual, "property": 0}
    assert pytest.approx(expected) == city["Alder"].own_relative_rate
    expected = {"persons": 2 * 77 / usual, "property": 2}
    assert pytest.approx(expected) == city["Birch"].own_relative_rate


def test_a_grave_incident_counts_by_its_severity(score: Score) -> None:
    """A robbery harms as much as 583 / 77 assaults."""
    city = score("""
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 100,000   | 0         | 583     | 0       | 0
        Birch | 100,000   | 0         | 0       | 77      | 0
        """)
    expected = city["Alder"].own_relative_rate["persons"]
    assert pytest.approx(expected) == city["Birch"].own_relative_rate["persons"]


def test_pillars_do_not_see_each_other_s_incidents(score: Score) -> None:
    """A town without break-ins has no harm of its own in property, however many the assaults."""
    city = score("""
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 100,000   | 0         | 50      | 9       | 0
        Birch | 100,000   | 0         | 0       | 0       | 7
        """)
    assert city["Alder"].own_relative_rate["property"] == 0
    assert city["Birch"].own_relative_rate["persons"] == 0


def test_expected_events_are_residents_times_effective_days_times_usual_rates(
    score: Score,
) -> None:
    """A history of three days has 1 + 0.5 + 0.25 effective days if the half-life is one day."""
    city = score(
        """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 100,000   | 0         | 1       | 0       | 0
        """,
        history_days=3,
        window_days=28,
        half_life_days=1.0,
    )
    assert pytest.approx(1.75 * (1.5 + 0.25 + 1)) == city["Alder"].expected_events


def test_a_history_shorter_than_the_window_is_not_taken_for_quiet(score: Score) -> None:
    """Days before the first known one are unknown: they lower neither harm nor rate."""
    table = """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 1,000,000 | 0         | 15      | 0       | 10
        Alder | 1,000,000 | 1         | 15      | 0       | 10
        """
    short, quiet = score(table, history_days=2), score(table, history_days=28)
    assert pytest.approx(1.0) == short["Alder"].own_relative_rate["property"]
    assert quiet["Alder"].own_relative_rate["property"] < 0.3


@pytest.mark.parametrize(("times", "printed"), [(1, 85.0), (2, 72.3), (3, 61.4), (0, 100.0)])
def test_a_usual_day_of_the_city_scores_85(score: Score, times: int, printed: float) -> None:
    """The city's score is 100 * 0.85 ** (its harm over the usual): 100, 85, 72.3, 61.4."""
    city = score(
        f"""
        town  | residents | days back | assault    | robbery    | break-in
        ------+-----------+-----------+------------+------------+-----------
        Alder | 1,000,000 | 0         | {12 * times} | {2 * times}  | {0 * times}
        Birch | 1,000,000 | 0         | {18 * times} | {3 * times}  | {20 * times}
        """,
        window_days=1,
    )
    assert printed == city.city_score


def test_pillars_are_joined_by_their_weights(score: Score) -> None:
    """Usual property and twice the usual violence, three to one: 100 * 0.85 ** 1.75."""
    city = score(
        """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 2,000,000 | 0         | 60      | 10      | 20
        """,
        window_days=1,
        pillar_weight=np.array([0.75, 0.25]),
    )
    assert city.city_score == 75.2


def test_a_single_town_is_the_city(score: Score) -> None:
    """With nobody to borrow from and much to go by, its score is the city's."""
    city = score(
        """
        town  | residents | days back | assault | robbery | break-in
        ------+-----------+-----------+---------+---------+---------
        Alder | 2,000,000 | 0         | 33      | 4       | 17
        """,
        window_days=1,
    )
    assert city.city_score == city["Alder"].score
