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
    counts = outcomes.in_period(basis.period)
    rows = _rows(rules)
    part = np.zeros((len(basis.towns), len(rows)))
    expected = np.full(part.shape, np.nan)
    for i in range(len(rules.indicators)):
        _add_indicator(i, rules, scores, counts, rows, part, expected)
    part[:, -1] += scores.lost[-1][:, -1]
    points = points_lost(
        _lacking(scores, rules), exponent=part, decimals=rules.method.rounding.decimals
    )
    town, at = pairs(order, len(rows))
    kinds = {kind: position for position, kind in enumerate(rules.kinds)}
    count = [
        float(counts[t, kinds[rows[r][1]]]) if rows[r][1] in kinds else np.nan
        for t, r in zip(town, at, strict=True)
    ]
    table = pd.DataFrame(
        {
            "town_id": [basis.towns[position].town_id for position in town],
            "pillar": [rows[position][0] for position in at],
            "category": [rows[position][1] for position in at],
            "count": pd.Series(count).astype("Int64"),
            "expected": np.round(expected[town, at], 2),
            "points_lost": points[town, at],
            "obs_status": np.where(np.isfinite(points[town, at]), NORMAL, MISSING),
        }
    )
    return table if rules.method.deaths else table[table["pillar"] != DEATHS]


def _rows(rules: CompositeRules) -> list[tuple[str, str]]:
    """Pillar and category of each row, in the order of the method's file; deaths come last."""
    found: dict[tuple[str, str], None] = {}
    for i, code in enumerate(rules.indicators):
        pillar = rules.pillars[rules.indicator_pillar[i]]
        if rules.about[i].external is not None:
            found[(pillar, code)] = None
        for kind in np.flatnonzero(rules.severity[i]):
            found[(pillar, rules.kinds[kind])] = None
    return [*found, (DEATHS, DEATHS)]


def _add_indicator(
    i: int,
    rules: CompositeRules,
    scores: CompositeScores,
    counts: FloatArray,
    rows: list[tuple[str, str]],
    part: FloatArray,
    expected: FloatArray,
) -> None:
    """Share one indicator's part out over the rows of its kinds."""
    pillar, lost = rules.pillars[rules.indicator_pillar[i]], scores.lost[-1][:, i]
    if rules.about[i].external is not None:
        part[:, rows.index((pillar, rules.indicators[i]))] += lost
        return
    members = np.flatnonzero(rules.severity[i])
    if not len(members):
        return
    weighted = counts[:, members] * rules.severity[i, members]
    total = weighted.sum(axis=1, keepdims=True)
    share = np.where(total > 0, weighted / np.where(total > 0, total, 1.0), 1 / len(members))
    columns = [rows.index((pillar, rules.kinds[kind])) for kind in members]
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
