"""The last steps of a worked example: the joined score, and the other towns."""

from collections.abc import Sequence

import numpy as np

from indices.composite.aggregation import BEST, Aggregate, arithmetic, geometric
from reports.pages.example import Example
from reports.pages.example_sums import calculated, mean_of
from reports.pages.method_view import Cell, LevelLine, Line, Step, Table, plain_number, text_rows
from reports.words.language import Language, mark

JOIN = {"arithmetic": arithmetic, "geometric": geometric}
TOWN_NAMES = (
    mark("Ash"),
    mark("Birch"),
    mark("Cedar"),
    mark("Dale"),
    mark("Elm"),
    mark("Fern"),
    mark("Glen"),
    mark("Heath"),
    mark("Ivy"),
    mark("Juniper"),
)


def joined_step(example: Example, language: Language) -> Step:
    """From the scores of pillars to the printed one."""
    kind, weights = example.method.aggregation.value, _pillar_weights(example)
    scores = [score for _, _, score in _pillars(example)]
    whole = _mean(JOIN[kind](np.minimum(scores, BEST), weights=np.array(weights)), scores, weights)
    lines = _joined_lines(example, scores, weights, whole, language)
    return Step(language.text("The joined score"), lines)


def pillar_table(example: Example, language: Language) -> Table:
    """Score and weight of each pillar."""
    kind = example.method.aggregation.value
    rows = [
        (
            language.pick(pillar.name),
            mean_of(own, within, score, kind, language),
            plain_number(weight, language),
        )
        for pillar, weight, (own, within, score) in zip(
            example.method.pillars.values(),
            _pillar_weights(example),
            _pillars(example),
            strict=True,
        )
    ]
    heads = (language.text("Pillar"), language.text("Score"), language.text("Weight"))
    return Table(language.text("Scores of the pillars"), heads, text_rows(rows, n_numbers=1))


def _pillars(example: Example) -> list[tuple[list[float], list[float], float]]:
    """Scores and weights of each pillar's indicators, and its own score."""
    rules, found = example.rules, []
    for p in range(len(rules.pillars)):
        members = rules.indicator_pillar == p
        own = example.scores.indicator_score[0, 0, members]
        within = rules.indicator_weight[members]
        joined = JOIN[example.method.aggregation.value](np.minimum(own, BEST), weights=within)
        found.append((own.tolist(), within.tolist(), _mean(joined, own.tolist(), within.tolist())))
    return found


def _pillar_weights(example: Example) -> list[float]:
    """As they stand in the file."""
    return [pillar.weight.value for pillar in example.method.pillars.values()]


def _mean(aggregate: Aggregate, scores: Sequence[float], weights: Sequence[float]) -> float:
    """The engine's mean; that of an index, which may lie above 100, is the plain weighted one."""
    if max(scores) > BEST:
        return float(np.average(scores, weights=weights))
    return float(aggregate.score)


def _joined_lines(
    example: Example, scores: list[float], weights: list[float], whole: float, language: Language
) -> tuple[Line, ...]:
    """Mean, deaths and printed score, a line each."""
    method = example.method
    mean = mean_of(scores, weights, whole, method.aggregation.value, language)
    printed = language.score(float(example.scores.score[0, 0]), method.rounding.decimals)
    lines = (
        language.text("Joined: %(sum)s", sum=mean),
        *_deaths_line(example, whole, language),
        language.text("Printed: %(score)s", score=printed),
    )
    return tuple(Line(line) for line in lines)


def _deaths_line(example: Example, whole: float, language: Language) -> tuple[str, ...]:
    """What deaths take off; nothing where the method does not count them."""
    if example.method.deaths is None:
        return ()
    each, number = example.method.deaths.points_each, example.deaths_now()
    off = f"{plain_number(whole, language)} − {number} × {plain_number(each, language)}"
    if whole < each * number:
        off = language.text("%(sum)s is below 0: 0", sum=off)
    else:
        off = calculated(off, whole - each * number, language)
    return (language.text("Less the deaths (%(n)s): %(sum)s", n=number, sum=off),)


def others_step(example: Example, language: Language) -> Step:
    """Scores, levels and ranks of all towns, and the score of the first district."""
    has_levels = example.method.levels is not None
    heads = (
        language.text("Town"),
        language.text("Residents"),
        language.text("Score"),
        language.text("Rank"),
        *((language.text("Level"),) if has_levels else ()),
    )
    sentence = language.text(
        "A district of %(first)s and %(second)s: %(sum)s",
        first=language.text(TOWN_NAMES[0]),
        second=language.text(TOWN_NAMES[1]),
        sum=_district_sum(example, language),
    )
    rows = tuple(_town_row(example, town, language) for town in range(len(example.made.units)))
    table = Table(language.text("All towns of the example"), heads, rows)
    return Step(language.text("The other towns and the district"), (Line(sentence),), (table,))


def _town_row(example: Example, town: int, language: Language) -> tuple[Cell, ...]:
    """Residents, score, rank and level of one town; no level where the method has none."""
    score = float(example.scores.score[0, town])
    level = _level(example, town, language)
    return (
        Cell(language.text(TOWN_NAMES[town])),
        Cell(language.number(float(example.made.residents[town])), number=True),
        Cell(language.score(score, example.method.rounding.decimals), number=True),
        Cell(f"{example.rank[town]:.0f}", number=True),
        *((Cell("", level=level),) if level else ()),
    )


def _level(example: Example, town: int, language: Language) -> LevelLine | None:
    """The level of a town; none where the method has none."""
    levels, number = example.method.levels, int(example.scores.level[0, town])
    if levels is None or number < 1:
        return None
    level = levels.level[number - 1]
    return LevelLine(number, language.pick(level.word), level.glyph)


def _district_sum(example: Example, language: Language) -> str:
    """The mean of the first two towns' printed scores."""
    scores = example.scores.score[0, :2].tolist()
    by_residents = example.method.roll_up.value == "population_weighted"
    weights = example.made.residents[:2].tolist() if by_residents else [1.0, 1.0]
    mean = float(np.average(scores, weights=weights))
    decimals = max(example.method.rounding.decimals, 1)
    exact = mean_of(scores, weights, mean, "arithmetic", language)
    return f"{exact} → {language.score(example.district_score, decimals)}"
