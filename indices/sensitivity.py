"""How far ranks move when the method's choices had been others.

Weights, severities, the mean that joins the pillars and the window are conventions; a rank that
depends on them should be read with care. Average rank shift and percentiles over random weights
follow M. Saisana, A. Saltelli, S. Tarantola, Journal of the Royal Statistical Society A 2005,
168:307-323, and the Handbook on Constructing Composite Indicators (OECD and JRC, 2008).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from indices.arrays import BoolArray, FloatArray, IntArray
from indices.method import ScoringRules
from indices.score import ranking, scale
from indices.score.standard import Scores, score_days

Aggregation = Literal["geometric", "arithmetic"]
Choice = Literal[
    "weight_up",
    "weight_down",
    "arithmetic",
    "without",
    "equal_severity",
    "other_severity",
    "half_window",
    "double_window",
]
WEIGHT_SPREAD = 0.25
PERCENTILES: tuple[tuple[float, Literal["lower", "nearest", "higher"]], ...] = (
    (5, "lower"),  # each is a rank that occurred, and the outer two err outwards
    (50, "nearest"),
    (95, "higher"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Variant:
    """The method with one choice made otherwise."""

    choice: Choice
    pillar: str | None = None  # where the choice is about one pillar
    rules: ScoringRules
    aggregation: Aggregation = "geometric"  # mean of the pillars' scores

    @property
    def name(self) -> str:
        """A code for files, such as `without_persons` or `half_window`."""
        return self.choice if self.pillar is None else f"{self.choice}_{self.pillar}"


@dataclass(frozen=True, kw_only=True, eq=False)
class RankShifts:
    """Ranks on one day under all variants; NaN for towns that the method itself does not rate."""

    names: tuple[str, ...]
    base_rank: FloatArray  # (n_towns,), as printed
    rank: FloatArray  # (n_variants, n_towns)
    average_shift: FloatArray  # (n_variants,), places, over the rated towns; NaN where none is
    lowest_rank: FloatArray  # (n_towns,), the best of base and variants: 1 is the best
    highest_rank: FloatArray  # (n_towns,)
    random_weights: FloatArray  # (3, n_towns): 5th, 50th, 95th percentile of the rank


@dataclass(frozen=True, kw_only=True, eq=False)
class TwoMethods:
    """How two rankings of the same towns differ, over the towns that both of them rank."""

    spearman: float  # -1 to 1; NaN with fewer than two towns, or where all share a rank
    mean_shift: float  # places; NaN where no town has both ranks
    shift: FloatArray  # (n_towns,), places down from the first to the second; NaN where not both
    moved_most: IntArray  # positions of towns that moved, the farthest first, `n_most` at most


def variants(
    rules: ScoringRules,
    *,
    other_severity: Mapping[str, float] | None = None,
    spread: float = WEIGHT_SPREAD,
) -> tuple[Variant, ...]:
    """List the method's choices, each made otherwise.

    Args:
        rules: Of the method.
        other_severity: Another scheme: severity of every category, by code. Only proportions
            within a pillar matter, so its unit may be another.
        spread: By how much a pillar's weight is raised and lowered, as a share of itself; the
            weights are then brought back to a sum of 1.

    With one pillar there is no weight, no mean and nothing to leave out. Window and half-life are
    halved and doubled together: the window alone would cut off or add days that hardly weigh.

    Raises:
        ValueError: If the other scheme lacks a category.
    """
    listed = [*_pillar_variants(rules, spread)] if len(rules.pillars) > 1 else []
    ones = np.ones_like(rules.severity)
    listed.append(Variant(choice="equal_severity", rules=replace(rules, severity=ones)))
    if other_severity is not None:
        severity = _severities(rules, other_severity)
        listed.append(Variant(choice="other_severity", rules=replace(rules, severity=severity)))
    listed.append(Variant(choice="half_window", rules=_stretched(rules, 0.5)))
    listed.append(Variant(choice="double_window", rules=_stretched(rules, 2.0)))
    return tuple(listed)


def rank_shifts(
    counts: FloatArray,
    *,
    population: FloatArray,
    rules: ScoringRules,
    tried: tuple[Variant, ...],
    n_draws: int = 200,
    spread: float = WEIGHT_SPREAD,
) -> RankShifts:
    """Rank the towns on the last day of a history under each variant and under random weights.

    Args:
        counts: As for `standard.score_days`. For the double window the history should be twice as
            long as the method's; a shorter one is used as far as it goes.
        population: As for `standard.score_days`.
        rules: Of the method.
        tried: Of `variants`.
        n_draws: How often all weights are multiplied by random factors, each uniform between
            1 - spread and 1 + spread, and brought back to a sum of 1; seeded by the method.
        spread: See `n_draws`.

    The towns ranked are always those that the method itself rates, or ranks would move because
    others come and go. Pillars are fitted anew only where their rates change; random weights keep
    the rates, also where the last days have raised them.
    """
    base = _score_last_day(counts, population, rules)
    rated, rates = base.rated, base.relative_rate[0]
    rank = np.empty((len(tried), len(rated[0])))
    for position, variant in enumerate(tried):
        refit = not _same_rates(variant.rules, rules)
        own = _score_last_day(counts, population, variant.rules) if refit else base
        weight = variant.rules.pillar_weight[None, :]
        scores = _combined(own.relative_rate[0], weight, rules.scale_base, variant.aggregation)
        rank[position] = ranking.competition_ranks(scores, rated=rated)[0]
    weights = _random_weights(rules, n_draws, spread)
    drawn = _ranks_by_weight(rates, weights, rules.scale_base, rated)
    every = np.concatenate([base.rank, rank])
    return RankShifts(
        names=tuple(variant.name for variant in tried),
        base_rank=base.rank[0],
        rank=rank,
        average_shift=_average_shift(rank, base.rank[0]),
        lowest_rank=every.min(axis=0),
        highest_rank=every.max(axis=0),
        random_weights=np.stack(
            [np.percentile(drawn, share, axis=0, method=method) for share, method in PERCENTILES]
        ),
    )


def two_methods(rank_a: FloatArray, rank_b: FloatArray, *, n_most: int = 10) -> TwoMethods:
    """Compare two rankings of the same towns.

    Args:
        rank_a: Ranks by the first method, 1 = the best, ties share a rank, NaN where not rated,
            shape (n_towns,).
        rank_b: Ranks by the second, same order.
        n_most: How many of the towns that moved most are named.

    Towns that only one of them rates are left out, and the others move up in both rankings.
    """
    both = np.isfinite(rank_a) & np.isfinite(rank_b)
    first, second = (
        ranking.competition_ranks(-rank[None, :], rated=both[None, :])[0]
        for rank in (rank_a, rank_b)
    )
    shift = second - first
    moved = np.where(both, np.abs(shift), 0)
    farthest = np.argsort(-moved, kind="stable")[:n_most]
    return TwoMethods(
        spearman=_correlation(_shared_ranks(first[both]), _shared_ranks(second[both])),
        mean_shift=float(moved[both].mean()) if both.any() else float("nan"),
        shift=shift,
        moved_most=farthest[moved[farthest] > 0],
    )


def _pillar_variants(rules: ScoringRules, spread: float) -> Iterator[Variant]:
    """Choices about weights and about the mean that joins the pillars."""
    factors: tuple[tuple[Choice, float], ...] = (
        ("weight_up", 1 + spread),
        ("weight_down", 1 - spread),
        ("without", 0.0),
    )
    for choice, factor in factors:
        for position, pillar in enumerate(rules.pillars):
            weight = rules.pillar_weight.copy()
            weight[position] *= factor
            reweighted = replace(rules, pillar_weight=weight / weight.sum())
            yield Variant(choice=choice, pillar=pillar, rules=reweighted)
    yield Variant(choice="arithmetic", rules=rules, aggregation="arithmetic")


def _severities(rules: ScoringRules, scheme: Mapping[str, float]) -> FloatArray:
    """Return the scheme's severities in the order of the categories."""
    lacking = [code for code in rules.categories if not scheme.get(code, 0) > 0]
    if lacking:
        raise ValueError(
            f"the other scheme must give every category a positive severity, "
            f"got none for {', '.join(lacking)}"
        )
    return np.array([scheme[code] for code in rules.categories], dtype=np.float64)


def _stretched(rules: ScoringRules, factor: float) -> ScoringRules:
    """Look back farther or less far, and forget as much slower or faster."""
    return replace(
        rules,
        window_days=max(1, round(rules.window_days * factor)),
        half_life_days=rules.half_life_days * factor,
    )


def _same_rates(left: ScoringRules, right: ScoringRules) -> bool:
    """Whether the two give the pillars the same relative rates.

    What pillars weigh matters where the last days may raise them: they do so together.
    """
    same_weights = np.array_equal(left.pillar_weight, right.pillar_weight)
    return (
        left.window_days == right.window_days
        and left.half_life_days == right.half_life_days
        and left.recent_days == right.recent_days
        and (left.recent_days == 0 or same_weights)
        and left.recent_chance == right.recent_chance
        and left.apart_from == right.apart_from
        and np.array_equal(left.dispersion, right.dispersion)
        and np.array_equal(left.severity, right.severity)
        and np.array_equal(left.usual_rate, right.usual_rate)
    )


def _score_last_day(counts: FloatArray, population: FloatArray, rules: ScoringRules) -> Scores:
    """Score without rank ranges, which cost more than all the rest."""
    bare, window = replace(rules, rank_draws=1), rules.window_days  # older days change nothing
    people = population[-window:] if population.ndim > 1 else population
    return score_days(counts[-window:], population=people, rules=bare, n_days=1)


def _combined(
    rates: FloatArray, weights: FloatArray, base: float, aggregation: Aggregation
) -> FloatArray:
    """Scores as printed, (n_weights, n_towns), of pillar rates under each row of weights.

    Both means add one pillar after the other: equal weights give equal bits, whatever their number.
    """
    parts = rates if aggregation == "geometric" else scale.score_from_exponent(rates, base=base)
    total = np.zeros((len(weights), len(rates)))
    for pillar in range(rates.shape[1]):
        total += weights[:, pillar, None] * parts[:, pillar]
    score = total if aggregation == "arithmetic" else scale.score_from_exponent(total, base=base)
    return scale.publish(score)


def _random_weights(rules: ScoringRules, n_draws: int, spread: float) -> FloatArray:
    """Weights times random factors, (n_draws, n_pillars), each row with a sum of 1."""
    generator = np.random.Generator(np.random.PCG64(rules.seed))
    factor = generator.uniform(1 - spread, 1 + spread, (n_draws, len(rules.pillars)))
    weights = rules.pillar_weight * factor
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _ranks_by_weight(
    rates: FloatArray, weights: FloatArray, base: float, rated: BoolArray
) -> FloatArray:
    """Ranks under each row of weights, (n_weights, n_towns)."""
    scores = _combined(rates, weights, base, "geometric")
    return ranking.competition_ranks(scores, rated=np.broadcast_to(rated, scores.shape))


def _average_shift(rank: FloatArray, base_rank: FloatArray) -> FloatArray:
    """Mean distance from the printed rank over the rated towns, (n_variants,)."""
    rated = np.isfinite(base_rank)
    if not rated.any():
        return np.full(len(rank), np.nan)
    return np.asarray(np.abs(rank - base_rank)[:, rated].mean(axis=1))


def _shared_ranks(rank: FloatArray) -> FloatArray:
    """Mean of the places that equal ranks take up, as Spearman's correlation wants it."""
    _, position, count = np.unique(rank, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[position])


def _correlation(left: FloatArray, right: FloatArray) -> float:
    """Pearson's correlation; NaN where one of them does not vary."""
    a, b = left - left.mean() if len(left) else left, right - right.mean() if len(right) else right
    spread = float(np.sqrt((a**2).sum() * (b**2).sum()))
    return float((a * b).sum()) / spread if spread > 0 else float("nan")
