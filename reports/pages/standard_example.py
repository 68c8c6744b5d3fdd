"""The worked example of the standard method: four made-up towns, one pillar, one day."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from indices.arrays import FloatArray
from indices.method import Calibration, ScoringRules, StandardMethod, combine
from indices.score.standard import Scores, score_days
from indices.score.window import recency_weights
from pipeline.methods import read_vocabulary
from reports.pages.example_joined import TOWN_NAMES
from reports.pages.example_sums import calculated, sum_of
from reports.pages.method_view import Cell, LevelLine, Line, Step, Table, plain_number, text_rows
from reports.words.language import Language

RESIDENTS = (5_000, 7_500, 3_000, 750)
LATEST = 20  # days back: nothing has happened since, so that nothing is raised
USUAL_PER_100K_DAY = (1.5, 0.25)
INCIDENTS = (  # by town, category and 0, 1, 2 half-lives before the latest day with any
    ((10, 20, 24), (1, 2, 4)),
    ((40, 60, 72), (6, 8, 8)),
    ((2, 4, 8), (0, 2, 0)),
    ((0, 2, 4), (0, 0, 4)),
)
MADE_UP = {"status": "assumed", "reason": "made up for the example"}


@dataclass(frozen=True, kw_only=True, eq=False)  # arrays have no single truth value
class StandardExample:
    """The made-up records, what the engine makes of them, and the steps between for the first."""

    method: StandardMethod
    rules: ScoringRules
    days_back: tuple[int, ...]
    weight: FloatArray  # of these days
    effective_days: float
    scores: Scores

    @property
    def weighted(self) -> FloatArray:
        """Weighted incidents, (n_towns, n_categories)."""
        return np.asarray((np.array(INCIDENTS) * self.weight).sum(axis=2))

    @property
    def harm(self) -> FloatArray:
        """Of each town."""
        return self.weighted @ self.rules.severity

    @property
    def usual(self) -> FloatArray:
        """Usual harm of each town."""
        per_person = float(self.rules.severity @ self.rules.usual_rate)
        return np.array(RESIDENTS) * self.effective_days * per_person

    @property
    def squares(self) -> float:
        """Sum of squared weight and severity over all incidents."""
        by_category = (np.array(INCIDENTS) * self.weight**2).sum(axis=(0, 2))
        return float(by_category @ self.rules.severity**2)

    @property
    def expected(self) -> float:
        """Equivalent events expected in the first town."""
        return float(self.usual[0] * self.harm.sum() / self.squares)

    @property
    def mean(self) -> float:
        """Rate of all towns, as the engine fitted it."""
        kept = float(self.scores.kept[0, 0, 0])
        own = float(self.scores.own_relative_rate[0, 0, 0])
        return (float(self.scores.relative_rate[0, 0, 0]) - kept * own) / (1 - kept)

    @property
    def shape(self) -> float:
        """How alike the towns are, as the engine fitted it."""
        kept = float(self.scores.kept[0, 0, 0])
        return self.mean * self.expected * (1 - kept) / kept


def make_standard_example(method: StandardMethod) -> StandardExample:
    """Score the last day of the made-up towns; the same method always gives the same example."""
    rules = _rules(method)
    half_life = int(rules.half_life_days)
    days_back = tuple(LATEST + n * half_life for n in range(3))
    counts = np.zeros((rules.window_days, len(RESIDENTS), len(rules.categories)))
    counts[[-1 - back for back in days_back]] = np.moveaxis(np.array(INCIDENTS), 2, 0)
    weights = recency_weights(window_days=rules.window_days, half_life_days=rules.half_life_days)
    population = np.array(RESIDENTS, dtype=np.float64)
    return StandardExample(
        method=method,
        rules=rules,
        days_back=days_back,
        weight=weights[list(days_back)],
        effective_days=float(weights.sum()),
        scores=score_days(counts, population=population, rules=rules, n_days=1),
    )


def _rules(method: StandardMethod) -> ScoringRules:
    """The method with one pillar, two categories and made-up usual rates."""
    pillar = next(iter(category.pillar for category in method.categories.values()))
    codes = [code for code, category in method.categories.items() if category.pillar == pillar]
    usual = dict(zip(codes, USUAL_PER_100K_DAY, strict=False))
    calibration = {
        "method": method.id,
        "base_period": {"first": date(2021, 1, 1), "last": date(2021, 12, 31), **MADE_UP},
        "pillars": {pillar: {"weight": {"value": 1, **MADE_UP}, "usual_per_100k_day": usual}},
    }
    return combine(method, Calibration.model_validate(calibration))


def standard_example_steps(example: StandardExample, language: Language) -> tuple[Step, ...]:
    """Records, the sums for the first town, and all towns."""
    return (_records(example, language), _sums(example, language), _towns(example, language))


def _records(example: StandardExample, language: Language) -> Step:
    """Incidents by town, category and day."""
    names = read_vocabulary()
    rows = [
        (
            language.text(TOWN_NAMES[town]),
            language.number(RESIDENTS[town]),
            language.pick(names.name(code)),
            *(str(number) for number in INCIDENTS[town][at]),
        )
        for town in range(len(RESIDENTS))
        for at, code in enumerate(example.rules.categories)
    ]
    heads = (
        language.text("Town"),
        language.text("Residents"),
        language.text("Kind of incident"),
        *(language.text("%(n)s days back", n=back) for back in example.days_back),
    )
    usual = [
        f"{language.pick(names.name(code))} {per_100k:g}"
        for code, per_100k in zip(example.rules.categories, USUAL_PER_100K_DAY, strict=False)
    ]
    sentence = language.text(
        "Four made-up towns, one pillar, one day. Usual rates per 100,000 residents and day: "
        "%(rates)s. Nothing has happened in the last days, so no rate is raised.",
        rates=language.listing(usual),
    )
    table = Table(language.text("Made-up records"), heads, text_rows(rows, n_numbers=3))
    return Step(language.text("The records"), (Line(sentence),), (table,))


def _sums(example: StandardExample, language: Language) -> Step:
    """Everything from the first town's records to its score."""
    text = language.text
    sentence = text(
        "Equivalent events: usual harm, divided by the harm that one event carries in this city: "
        "the sum of (severity × weight)² over all incidents, divided by the harm of all towns."
    )
    rows = [
        *_weighted_rows(example, language),
        *_harm_rows(example, language),
        *_rate_rows(example, language),
    ]
    table = Table(
        text("Ash, step by step"), (text("Step"), text("Sum")), text_rows(rows, n_numbers=0)
    )
    return Step(text("From counts to scores"), (Line(sentence),), (table,))


def _weighted_rows(example: StandardExample, language: Language) -> list[tuple[str, str]]:
    """Incidents of each category, times the weights of their days."""
    names = read_vocabulary()
    weights = example.weight.tolist()
    return [
        (
            language.pick(names.name(code)),
            calculated(
                sum_of(list(zip(weights, INCIDENTS[0][at], strict=True)), language),
                float(example.weighted[0, at]),
                language,
            ),
        )
        for at, code in enumerate(example.rules.categories)
    ]


def _harm_rows(example: StandardExample, language: Language) -> list[tuple[str, str]]:
    """Harm, usual harm and their ratio."""
    text, severity = language.text, example.rules.severity.tolist()
    harm, usual = float(example.harm[0]), float(example.usual[0])
    weighted = list(zip(severity, example.weighted[0].tolist(), strict=True))
    rates = sum_of(list(zip(severity, USUAL_PER_100K_DAY, strict=False)), language)
    days = plain_number(example.effective_days, language)
    residents = language.number(RESIDENTS[0])
    ratio = f"{plain_number(harm, language)} ÷ {plain_number(usual, language)}"
    own = float(example.scores.own_relative_rate[0, 0, 0])
    return [
        (text("Harm"), calculated(sum_of(weighted, language), harm, language)),
        (text("Sum of the days' weights"), days),
        (
            text("Usual harm"),
            calculated(f"{residents} × {days} × ({rates}) ÷ 100,000", usual, language),
        ),
        (text("Own relative rate"), calculated(ratio, own, language)),
    ]


def _rate_rows(example: StandardExample, language: Language) -> list[tuple[str, str]]:
    """How much of its own rate the town keeps, its rate and its score."""
    text, scores = language.text, example.scores
    kept, rate = float(scores.kept[0, 0, 0]), float(scores.relative_rate[0, 0, 0])
    own = plain_number(float(scores.own_relative_rate[0, 0, 0]), language)
    mean, shape = plain_number(example.mean, language), plain_number(example.shape, language)
    expected, part = plain_number(example.expected, language), plain_number(kept, language)
    harm, squares = float(example.harm.sum()), example.squares
    events = (
        f"{plain_number(example.usual[0], language)} × {plain_number(harm, language)} ÷ "
        f"{plain_number(squares, language)}"
    )
    return [
        (text("Equivalent events expected"), calculated(events, example.expected, language)),
        (text("Rate of all towns (fitted by the program)"), mean),
        (text("How alike the towns are (fitted by the program)"), shape),
        (
            text("Kept"),
            calculated(f"{expected} ÷ ({expected} + {shape} ÷ {mean})", kept, language),
        ),
        (
            text("Rate"),
            calculated(f"{part} × {own} + (1 − {part}) × {mean}", rate, language),
        ),
        (text("Score"), _score_sum(example, rate, language)),
    ]


def _score_sum(example: StandardExample, rate: float, language: Language) -> str:
    """The last sum, and the printed score."""
    base = example.rules.scale_base
    exact = calculated(
        f"100 × {plain_number(base, language)} ^ {plain_number(rate, language)}",
        100 * base**rate,
        language,
    )
    return f"{exact} → {language.score(float(example.scores.score[0, 0]))}"


def _towns(example: StandardExample, language: Language) -> Step:
    """Scores, intervals, levels and ranks of all towns."""
    text = language.text
    heads = (
        text("Town"),
        text("Score"),
        text("Interval"),
        text("Level"),
        text("Rank"),
        text("Rank range"),
    )
    rows = tuple(_town_row(example, town, language) for town in range(len(RESIDENTS)))
    sentence = text(
        "Interval and ranks need the program. A town without a score is too small: fewer than "
        "%(least)s incidents would be expected there.",
        least=plain_number(example.rules.least_expected_events, language),
    )
    table = Table(text("All towns of the example"), heads, rows)
    return Step(text("All towns"), (Line(sentence),), (table,))


def _town_row(example: StandardExample, town: int, language: Language) -> tuple[Cell, ...]:
    """One town, or that it is not rated."""
    scores, name = example.scores, Cell(language.text(TOWN_NAMES[town]))
    if not scores.rated[0, town]:
        return (name, Cell(language.text("not rated")), Cell(""), Cell(""), Cell(""), Cell(""))
    level = example.method.levels.level[int(scores.level[0, town]) - 1]
    low, high = (language.score(float(end[0, town])) for end in (scores.low, scores.high))
    first, last = (f"{end[0, town]:.0f}" for end in (scores.rank_low, scores.rank_high))
    return (
        name,
        Cell(language.score(float(scores.score[0, town])), number=True),
        Cell(language.text("%(first)s to %(last)s", first=low, last=high)),
        Cell("", level=LevelLine(level.number, language.pick(level.word), level.glyph)),
        Cell(f"{scores.rank[0, town]:.0f}", number=True),
        Cell(language.text("%(first)s to %(last)s", first=first, last=last)),
    )
