"""Scales, means and duels against what COINr makes of eight made-up towns."""

import csv
from pathlib import Path

import numpy as np
import pytest

from indices.arrays import FloatArray
from indices.composite.aggregation import arithmetic, copeland, geometric, harmonic
from indices.composite.scales import min_max, percentile
from indices.score.ranking import competition_ranks

DATA = Path(__file__).parent / "data" / "coinr"
WEIGHTS = np.array([0.3, 0.2, 0.2, 0.2, 0.1])
PRINTED = 1e-9  # the normalised values have ten decimals


def columns(name: str) -> dict[str, FloatArray]:
    """Columns of a file without the codes of the towns."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name != "uCode"]
    return {name: np.array([float(row[name]) for row in rows]) for name in names}


def table(name: str) -> FloatArray:
    """All columns side by side, (n_towns, n_indicators)."""
    return np.column_stack(list(columns(name).values()))


def from_0_to_100(values: FloatArray) -> FloatArray:
    """Each indicator between its own extremes; in the toy more is better."""
    scaled = [min_max(column, best=column.max(), worst=column.min()) for column in values.T]
    return np.column_stack(scaled)


def test_min_max_is_that_of_coinr() -> None:
    """0 at the lowest and 100 at the highest; the distance to the maximum is the same of 1."""
    actual = from_0_to_100(table("toy_input"))
    assert pytest.approx(table("toy_norm_minmax0_100"), abs=100 * PRINTED) == actual
    assert pytest.approx(table("toy_norm_dist2max"), abs=PRINTED) == actual / 100


def test_percentiles_are_those_of_coinr_seen_from_the_other_end() -> None:
    """COINr's rank from below is the share of towns that are lower; ours of those not lower."""
    harm = table("toy_input").T
    assert pytest.approx(100 * (1 - table("toy_norm_prank").T), abs=100 * PRINTED) == percentile(
        harm
    )


def test_borda_points_are_percentiles_times_the_others() -> None:
    """The number of towns that are lower, with ties as in COINr."""
    lower = 7 * (1 - percentile(table("toy_input").T) / 100)
    assert pytest.approx(table("toy_norm_borda").T) == lower


def test_ranks_share_the_place_of_the_first_as_in_coinr() -> None:
    """COINr gives the lowest value rank 1; our ranks begin with the highest."""
    values = -table("toy_input").T
    expected = table("toy_norm_rank").T.tolist()
    assert expected == competition_ranks(values, rated=np.isfinite(values)).tolist()


def test_means_are_those_of_coinr() -> None:
    """Arithmetic on 0 to 100, geometric and harmonic on 1 to 100, in full precision."""
    expected = columns("toy_aggregates")
    scores = from_0_to_100(table("toy_input"))
    above_zero = 1 + 0.99 * scores
    plain = arithmetic(scores, weights=WEIGHTS).score
    product = geometric(above_zero, weights=WEIGHTS).score
    reciprocal = harmonic(above_zero, weights=WEIGHTS).score
    assert pytest.approx(expected["amean"], rel=1e-12) == plain
    assert pytest.approx(expected["gmean_minmax1_100"], rel=1e-12) == product
    assert pytest.approx(expected["hmean_minmax1_100"], rel=1e-12) == reciprocal


def test_duels_are_those_of_coinr() -> None:
    """Net wins on the majority of the weight."""
    scores = from_0_to_100(table("toy_input"))
    expected = columns("toy_aggregates")["copeland"].tolist()
    assert expected == copeland(scores, weights=WEIGHTS).tolist()


@pytest.mark.parametrize("kind", ["amean", "gmean", "copeland"])
def test_the_ranks_show_what_compensation_does(kind: str) -> None:
    """T08, best at two indicators and worst at two, is third, seventh or sixth."""
    scores = from_0_to_100(table("toy_input"))
    joined = {
        "amean": arithmetic(scores, weights=WEIGHTS).score,
        "gmean": geometric(1 + 0.99 * scores, weights=WEIGHTS).score,
        "copeland": copeland(scores, weights=WEIGHTS),
    }[kind][None]
    expected = columns("toy_aggregates")[f"rank_{kind}"].tolist()
    ranks = competition_ranks(joined, rated=np.isfinite(joined))[0].tolist()
    assert expected == ranks
    assert ranks[7] == {"amean": 3, "gmean": 7, "copeland": 6}[kind]
