"""Similar towns, and a town's place among them."""

import math
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indices.arrays import FloatArray
from indices.peers import NOBODY, Peers, among_peers, similar_towns, size_features

MODEST = settings(max_examples=100, deadline=None, derandomize=True)
EVEN = np.array([1.0, 1.0])
# Few values, so that ties and towns that are all alike occur.
known = st.sampled_from([0.0, 1.0, 2.0, 3.5, 7.0])
rows_of_features = st.lists(
    st.tuples(known, st.one_of(known, st.just(math.nan))), min_size=1, max_size=9
)
published = st.one_of(st.none(), st.integers(700, 712).map(lambda units: units / 10))


def slow_distance(
    rows: list[tuple[float, ...]], weights: list[float], one: int, other: int
) -> float | None:
    """Distance of two towns, feature by feature; None where they share none."""
    squares, total = 0.0, 0.0
    for feature, weight in enumerate(weights):
        column = [row[feature] for row in rows if not math.isnan(row[feature])]
        a, b = rows[one][feature], rows[other][feature]
        if math.isnan(a) or math.isnan(b):
            continue
        centre = sum(column) / len(column)
        spread = math.sqrt(sum((x - centre) ** 2 for x in column) / len(column)) or 1.0
        squares += weight * ((a - b) / spread) ** 2
        total += weight
    return round(math.sqrt(squares / total), 9) if total else None


def slow_peers(
    rows: list[tuple[float, ...]], weights: list[float], n_peers: int, types: list[int]
) -> list[list[int]]:
    """Each town's peers, nearest first, without filling up."""
    found = []
    for one in range(len(rows)):
        near = [
            (distance, other)
            for other in range(len(rows))
            if other != one and types[other] == types[one]
            if (distance := slow_distance(rows, weights, one, other)) is not None
        ]
        found.append([other for _, other in sorted(near)[:n_peers]])
    return found


def listed(peers: Peers) -> list[list[int]]:
    """Positions of each town's peers, without the filling."""
    return [[int(p) for p in row if p != NOBODY] for row in peers.position]


@MODEST
@given(
    rows=rows_of_features,
    weights=st.sampled_from([[1.0, 1.0], [2.0, 0.5], [0.0, 1.0]]),
    n_peers=st.integers(1, 10),
    data=st.data(),
)
def test_peers_are_the_nearest_of_the_same_type(
    rows: list[tuple[float, ...]], weights: list[float], n_peers: int, data: st.DataObject
) -> None:
    """The slow version looks at each pair of towns and sorts."""
    types = data.draw(st.lists(st.integers(1, 2), min_size=len(rows), max_size=len(rows)))
    peers = similar_towns(
        np.array(rows), weights=np.array(weights), n_peers=n_peers, same_type=np.array(types)
    )
    assert (len(rows), n_peers) == peers.position.shape == peers.distance.shape
    assert slow_peers(rows, weights, n_peers, types) == listed(peers)
    for one, others in enumerate(listed(peers)):
        wanted = [slow_distance(rows, weights, one, other) for other in others]
        assert wanted == pytest.approx(peers.distance[one, : len(others)].tolist(), abs=1e-8)
        assert np.isnan(peers.distance[one, len(others) :]).all()


def test_nearest_towns_come_first() -> None:
    """Five towns on a line: neighbours, nearest first, the earlier of two equally near ones."""
    features = np.array([[0.0], [1.0], [2.0], [4.0], [8.0]])
    expected = [[1, 2], [0, 2], [1, 0], [2, 1], [3, 2]]
    assert expected == listed(similar_towns(features, weights=np.array([1.0]), n_peers=2))


def test_towns_without_a_type_are_all_of_one() -> None:
    """No type given is one type for all."""
    features = np.random.default_rng(2).normal(size=(12, 2))
    with_type = similar_towns(features, weights=EVEN, n_peers=4, same_type=np.full(12, 7))
    without = similar_towns(features, weights=EVEN, n_peers=4)
    assert with_type.position.tolist() == without.position.tolist()


def test_a_town_alone_in_its_type_has_no_peers() -> None:
    """And no place among them."""
    features = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    types = np.array([1, 2, 1])
    peers = similar_towns(features, weights=EVEN, n_peers=2, same_type=types)
    assert [[2, NOBODY], [NOBODY, NOBODY], [0, NOBODY]] == peers.position.tolist()
    among = among_peers(np.array([90.0, 80.0, 85.0]), peers=peers, rated=np.full(3, True))
    assert [2, 0, 2] == among.compared.tolist()
    assert np.isnan([among.rank[1], among.peer_median[1], among.difference[1]]).all()


def test_towns_that_are_all_alike_stand_in_the_order_of_the_input() -> None:
    """A feature in which no town differs counts as no difference, and never divides by 0."""
    peers = similar_towns(np.full((4, 2), 3.0), weights=EVEN, n_peers=2)
    assert [[1, 2], [0, 2], [0, 1], [0, 1]] == listed(peers)
    assert np.zeros((4, 2)).tolist() == peers.distance.tolist()


def test_an_unknown_feature_makes_a_town_neither_nearer_nor_farther() -> None:
    """Equal in what is known counts as equal; half as many known features are no shorter way."""
    features = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, math.nan], [0.0, math.nan]])
    scaled = similar_towns(features, weights=EVEN, n_peers=3)
    assert [3, 1, 2] == listed(scaled)[0]
    assert [0.0, 2.0, 2.0] == scaled.distance[0].tolist()


def test_towns_of_which_nothing_common_is_known_are_no_peers() -> None:
    """One has only its residents, the other only its density."""
    features = np.array([[1.0, math.nan], [math.nan, 1.0], [2.0, 2.0]])
    assert [[2], [2], [0, 1]] == listed(similar_towns(features, weights=EVEN, n_peers=2))


def test_a_feature_known_of_no_town_is_left_out() -> None:
    """A city without areas has peers by residents alone."""
    population = np.array([1000.0, 5000.0, 1200.0])
    features = size_features(population, area_km2=np.full(3, math.nan))
    expected = [[2, 1], [2, 0], [0, 1]]
    assert expected == listed(similar_towns(features, weights=EVEN, n_peers=2))


@MODEST
@given(rows=rows_of_features, seed=st.integers(0, 1000))
def test_the_order_of_towns_moves_no_distance(rows: list[tuple[float, ...]], seed: int) -> None:
    """Towns in another order have equally distant peers; only equals may change places."""
    order = np.random.default_rng(seed).permutation(len(rows))
    features = np.array(rows)
    straight = similar_towns(features, weights=EVEN, n_peers=3)
    turned = similar_towns(features[order], weights=EVEN, n_peers=3)
    assert straight.distance[order] == pytest.approx(turned.distance, abs=1e-8, nan_ok=True)


@MODEST
@given(rows=rows_of_features, factor=st.floats(0.5, 100), shift=st.floats(-50, 50))
def test_units_of_a_feature_are_irrelevant(
    rows: list[tuple[float, ...]], factor: float, shift: float
) -> None:
    """Hectares or square kilometres, other logarithms: the distances are the same."""
    features = np.array(rows)
    plain = similar_towns(features, weights=EVEN, n_peers=2)
    other = similar_towns(features * factor + shift, weights=EVEN, n_peers=2)
    assert plain.distance == pytest.approx(other.distance, abs=1e-6, nan_ok=True)


def test_size_features_are_logs_of_residents_and_density() -> None:
    """Ten times the residents are one step, whatever the size; no area means no density."""
    features = size_features(np.array([1000.0, 10_000.0]), area_km2=np.array([2.0, math.nan]))
    assert np.log([1000.0, 10_000.0]) == pytest.approx(features[:, 0])
    assert math.log(500) == pytest.approx(features[0, 1])
    assert math.isnan(features[1, 1])


def slow_among(
    scores: list[float | None], others: list[int], own: int
) -> tuple[float | None, float | None, int]:
    """Rank, median of the peers and number of towns compared, of one town."""
    theirs = [score for other in others if (score := scores[other]) is not None]
    mine = scores[own]
    if mine is None or not theirs:
        return None, None, 0
    return 1 + sum(score > mine for score in theirs), round(median(theirs), 2), 1 + len(theirs)


@MODEST
@given(data=st.data(), rows=rows_of_features)
def test_a_town_is_ranked_among_itself_and_its_rated_peers(
    data: st.DataObject, rows: list[tuple[float, ...]]
) -> None:
    """The slow version counts the better ones; every day of a panel is ranked alone."""
    peers = similar_towns(np.array(rows), weights=EVEN, n_peers=3)
    days = data.draw(
        st.lists(
            st.lists(published, min_size=len(rows), max_size=len(rows)), min_size=1, max_size=3
        )
    )
    score = np.array(days, dtype=np.float64)
    among = among_peers(score, peers=peers, rated=np.isfinite(score))
    for day, scores in enumerate(days):
        for town, others in enumerate(listed(peers)):
            rank, middle, compared = slow_among(scores, others, town)
            found = among.rank[day, town], among.peer_median[day, town]
            assert (rank, middle) == tuple(None if np.isnan(x) else float(x) for x in found)
            assert compared == among.compared[day, town]


def test_the_difference_is_exact_to_two_decimals() -> None:
    """85.3 against 85.0 and 85.3 is 0.15 better than their median, not 0.149999."""
    peers = similar_towns(np.array([[1.0], [1.1], [1.2]]), weights=np.array([1.0]), n_peers=2)
    among = among_peers(np.array([85.3, 85.0, 85.3]), peers=peers, rated=np.full(3, True))
    assert [85.15, 85.3, 85.15] == among.peer_median.tolist()
    assert [0.15, -0.3, 0.15] == among.difference.tolist()
    assert [1, 3, 1] == among.rank.tolist()


def test_a_score_that_is_not_rated_counts_for_nobody() -> None:
    """What goes is `rated`, not what stands in the score's place."""
    peers = similar_towns(np.array([[1.0], [1.1], [1.2]]), weights=np.array([1.0]), n_peers=2)
    rated = np.array([True, True, False])
    among = among_peers(np.array([85.0, 80.0, 99.0]), peers=peers, rated=rated)
    assert [1.0, 2.0] == among.rank[:2].tolist()
    assert [2, 2, 0] == among.compared.tolist()
    assert [True] * 3 == np.isnan(
        [a[2] for a in (among.rank, among.peer_median, among.difference)]
    ).tolist()


FEATURES = np.zeros((3, 2))
REFUSED = [
    ({"weights": np.ones(3)}, "weights must have one number for each of 2 features, got (3,)"),
    ({"weights": np.zeros(2)}, "weights must be 0 or more and not all 0, got [0. 0.]"),
    ({"weights": np.array([2.0, -1.0])}, "weights must be 0 or more and not all 0, got [ 2. -1.]"),
    ({"n_peers": 0}, "n_peers must be at least 1, got 0"),
    (
        {"same_type": np.zeros(2, dtype=np.int64)},
        "same_type must have one code for each of 3 towns, got 2",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), REFUSED)
def test_misfits_are_refused(wrong: dict[str, FloatArray], message: str) -> None:
    """The message says what was expected and what was got."""
    options = {"weights": EVEN, "n_peers": 2} | wrong
    with pytest.raises(ValueError, match="got") as caught:
        similar_towns(FEATURES, **options)
    assert message == str(caught.value)


def test_sizes_that_have_no_logarithm_are_refused() -> None:
    """Nobody lives there, or there is no land: both are mistakes of the table of towns."""
    with pytest.raises(ValueError, match=r"population must be positive, got \[0\.\]"):
        size_features(np.array([0.0, 1.0]), area_km2=np.array([1.0, 1.0]))
    with pytest.raises(ValueError, match=r"area_km2 must be positive or NaN, got \[0\.\]"):
        size_features(np.array([5.0, 1.0]), area_km2=np.array([0.0, math.nan]))
