"""Tables below the score of a composite method: pillars, indicators, points lost by category."""

import numpy as np
import pandas as pd

from indices.arrays import FloatArray
from indices.composite.rules import CompositeRules
from indices.composite.score import CompositeScores
from indices.score.scale import points_lost
from pipeline.compute.basis import Basis
from pipeline.compute.frames import pairs
from pipeline.compute.outcomes import Outcomes
from pipeline.editions.edition import MISSING, NORMAL

DEATHS = "deaths"  # pillar and category of the points that deaths take off
DIGITS = 6
Rows = dict[tuple[str, str], list[tuple[int, int]]]  # the indicators and kinds of each row


def pillar_frame(
    basis: Basis, rules: CompositeRules, scores: CompositeScores, order: pd.Index
) -> pd.DataFrame:
    """One row a town and pillar, towns in the order given."""
    town, pillar = pairs(order, len(rules.pillars))
    return pd.DataFrame(
        {
            "town_id": [basis.towns[position].town_id for position in town],
            "pillar": [rules.pillars[position] for position in pillar],
            "score": scores.pillar_score[-1][town, pillar],
        }
    )


def indicator_frame(
    basis: Basis, rules: CompositeRules, scores: CompositeScores, order: pd.Index
) -> pd.DataFrame:
    """One row a town and indicator, towns in the order given."""
    town, at = pairs(order, len(rules.indicators))
    score = scores.indicator_score[-1][town, at]
    return pd.DataFrame(
        {
            "town_id": [basis.towns[position].town_id for position in town],
            "pillar": [rules.pillars[rules.indicator_pillar[position]] for position in at],
            "indicator": [rules.indicators[position] for position in at],
            "value": np.round(scores.value[-1][town, at], DIGITS),
            "baseline": np.round(scores.baseline[-1][town, at], DIGITS),
            "score": np.round(score, DIGITS),
            "obs_status": np.where(np.isfinite(score), NORMAL, MISSING),
        }
    )


def component_frame(
    basis: Basis,
    rules: CompositeRules,
    scores: CompositeScores,
    outcomes: Outcomes,
    order: pd.Index,
) -> pd.DataFrame:
    """One row a town and category of a pillar: incidents, expected ones, and points lost.

    The part of an indicator is shared out over its kinds in proportion to their weighted counts. In
    an index with base 100 the column holds what each category adds to the index.
    """
    rows, counts = _rows(rules), outcomes.fatal_and_other(basis.period)
    part = np.zeros((len(basis.towns), len(rows)))
    expected, count = np.full((2, *part.shape), np.nan)
    for i in range(len(rules.indicators)):
        _add_indicator(i, rules, scores, counts, rows, part, expected)
    for row, members in enumerate(rows.values()):
        _count_row(row, members, rules, counts, count, expected)
    part[:, -1] += scores.lost[-1][:, -1]
    points = points_lost(
        _lacking(scores, rules), exponent=part, decimals=rules.method.rounding.decimals
    )
    town, at = pairs(order, len(rows))
    names = [*rows]
    table = pd.DataFrame(
        {
            "town_id": [basis.towns[position].town_id for position in town],
            "pillar": [names[position][0] for position in at],
            "category": [names[position][1] for position in at],
            "count": pd.Series(count[town, at]).astype("Int64"),
            "expected": np.round(expected[town, at], 2),
            "points_lost": points[town, at],
            "obs_status": np.where(np.isfinite(points[town, at]), NORMAL, MISSING),
        }
    )
    return table if rules.method.deaths else table[table["pillar"] != DEATHS]


def _rows(rules: CompositeRules) -> Rows:
    """Pillar and category of each row, in the order of the method's file; deaths come last."""
    found: Rows = {}
    for i, code in enumerate(rules.indicators):
        pillar = rules.pillars[rules.indicator_pillar[i]]
        if rules.about[i].external is not None:
            found.setdefault((pillar, code), [])
        for kind in np.flatnonzero(rules.severity[i]):
            found.setdefault((pillar, rules.kinds[kind]), []).append((i, int(kind)))
    return found | {(DEATHS, DEATHS): []}


def _counted(i: int, rules: CompositeRules, counts: FloatArray) -> FloatArray:
    """Incidents of each kind that an indicator counts, (n_towns, n_kinds)."""
    return np.asarray(np.tensordot(_taken(i, rules), counts, axes=1))


def _taken(i: int, rules: CompositeRules) -> FloatArray:
    """Whether an indicator counts fatal incidents, and others: 1 or 0 each."""
    return np.array([rules.of_all[i] + rules.of_fatal[i], rules.of_all[i]])


def _count_row(
    row: int,
    members: list[tuple[int, int]],
    rules: CompositeRules,
    counts: FloatArray,
    count: FloatArray,
    expected: FloatArray,
) -> None:
    """Count the incidents of one row, each once however many indicators it belongs to."""
    told = [_taken(i, rules) for i, _ in members if rules.told[i]]
    if told:
        count[:, row] = np.max(told, axis=0) @ counts[:, :, members[0][1]]
    if len(members) > 1:  # each of the indicators expects another number
        expected[:, row] = np.nan


def _add_indicator(
    i: int,
    rules: CompositeRules,
    scores: CompositeScores,
    counts: FloatArray,
    rows: Rows,
    part: FloatArray,
    expected: FloatArray,
) -> None:
    """Share one indicator's part out over the rows of its kinds."""
    pillar, lost = rules.pillars[rules.indicator_pillar[i]], scores.lost[-1][:, i]
    position = [*rows]
    if rules.about[i].external is not None:
        part[:, position.index((pillar, rules.indicators[i]))] += lost
        return
    members = np.flatnonzero(rules.severity[i])
    if not len(members):
        return
    weighted = _counted(i, rules, counts)[:, members] * rules.severity[i, members]
    total = weighted.sum(axis=1, keepdims=True)
    share = np.where(total > 0, weighted / np.where(total > 0, total, 1.0), 1 / len(members))
    columns = [position.index((pillar, rules.kinds[kind])) for kind in members]
    part[:, columns] += lost[:, None] * share
    if len(members) == 1:  # the baseline of several kinds is not known kind by kind
        measured = scores.measured
        usual = measured.reference_events[-1][:, i], measured.reference_exposure[-1][:, i]
        rate = usual[0] / np.where(usual[1] > 0, usual[1], np.nan)
        expected[:, columns[0]] = rate * measured.exposure[-1] / rules.severity[i, members[0]]


def _lacking(scores: CompositeScores, rules: CompositeRules) -> FloatArray:
    """The score as `points_lost` takes it: what is shared out is 100 less it, or the index."""
    score = scores.score[-1]
    return np.asarray(score if rules.method.higher_is == "safer" else 100 - score)
