"""Sums as they are written down: "(5 + 6) × 10,000 ÷ 20,000 = 5.5"."""

from collections.abc import Callable, Sequence
from typing import Any

from reports.pages.example import Example
from reports.pages.method_scales import percent
from reports.pages.method_view import plain_number
from reports.words.language import Language


def calculated(expression: str, result: float, language: Language) -> str:
    """An expression and what comes out; a pair of brackets around one number is left away."""
    inside, closed, rest = expression.removeprefix("(").partition(")")
    if expression.startswith("(") and closed and not set(inside) & set("+×"):
        expression = inside + rest
    value = plain_number(result, language)
    return value if expression == value else f"{expression} = {value}"


def sum_of(parts: Sequence[tuple[float, float]], language: Language) -> str:
    """Weights times numbers; a weight of 1 is not written."""
    return " + ".join(
        plain_number(number, language)
        if weight == 1
        else f"{plain_number(weight, language)} × {plain_number(number, language)}"
        for weight, number in parts
    )


def mean_of(
    scores: Sequence[float],
    weights: Sequence[float],
    result: float,
    kind: str,
    language: Language,
) -> str:
    """A weighted mean as a sum; equal weights are written as a plain mean."""
    if len(scores) == 1:
        return plain_number(scores[0], language)
    if kind == "arithmetic" and len(set(weights)) == 1:
        weights = [1.0] * len(scores)
    whole = plain_number(sum(weights), language)
    if kind == "arithmetic":
        parts = sum_of(list(zip(weights, scores, strict=True)), language)
        return calculated(f"({parts}) ÷ {whole}", result, language)
    powers = " × ".join(
        f"{plain_number(score, language)} ^ ({plain_number(weight, language)} ÷ {whole})"
        for weight, score in zip(weights, scores, strict=True)
    )
    return calculated(powers, result, language)


def score_sum(example: Example, indicator: int, language: Language) -> str:
    """The score of an indicator in the first town, by its scale."""
    scale = example.method.scales[example.rules.about[indicator].scale]
    return SUMS[scale.kind](scale, example, indicator, language)


def _parts(example: Example, indicator: int, language: Language) -> tuple[str, str, float]:
    """Value and comparison as printed, and the score."""
    scores = example.scores
    return (
        plain_number(float(scores.value[0, 0, indicator]), language),
        plain_number(float(scores.baseline[0, 0, indicator]), language),
        float(scores.indicator_score[0, 0, indicator]),
    )


def _exponential(scale: Any, example: Example, indicator: int, language: Language) -> str:
    value, usual, score = _parts(example, indicator, language)
    base = plain_number(scale.base, language)
    return calculated(f"100 × {base} ^ ({value} ÷ {usual})", score, language)


def _deduction(scale: Any, example: Example, indicator: int, language: Language) -> str:
    value, usual, score = _parts(example, indicator, language)
    lost = plain_number(100 - scale.at_baseline, language)
    if score == 0:
        return language.text("%(sum)s is below 0: 0", sum=f"100 − {lost} × {value} ÷ {usual}")
    return calculated(f"100 − {lost} × {value} ÷ {usual}", score, language)


def _ratio(scale: Any, example: Example, indicator: int, language: Language) -> str:
    del scale
    value, usual, score = _parts(example, indicator, language)
    return calculated(f"100 × {value} ÷ {usual}", score, language)


def _change_steps(scale: Any, example: Example, indicator: int, language: Language) -> str:
    del scale
    value, usual, score = _parts(example, indicator, language)
    change = example.scores.value[0, 0, indicator] / example.scores.baseline[0, 0, indicator] - 1
    change = percent(float(change), language)
    return f"{value} ÷ {usual} − 1 = {change} → {plain_number(score, language)}"


def _min_max(scale: Any, example: Example, indicator: int, language: Language) -> str:
    value, _, score = _parts(example, indicator, language)
    best, worst = plain_number(scale.best, language), plain_number(scale.worst, language)
    sums = f"100 × ({value} − {worst}) ÷ ({best} − {worst})"
    return calculated(sums, score, language)


def _breakpoints(scale: Any, example: Example, indicator: int, language: Language) -> str:
    """A straight line between the two points around the value."""
    value, _, score = _parts(example, indicator, language)
    number = float(example.scores.value[0, 0, indicator])
    after = next((at for at, edge in enumerate(scale.edges) if edge >= number), None)
    if not after:
        return plain_number(score, language)  # beyond an end: the score of that end
    low, high = (plain_number(scale.edges[at], language) for at in (after - 1, after))
    best, worst = (plain_number(scale.scores[at], language) for at in (after - 1, after))
    sums = f"{best} − ({best} − {worst}) × ({value} − {low}) ÷ ({high} − {low})"
    return calculated(sums, score, language)


def _grades(scale: Any, example: Example, indicator: int, language: Language) -> str:
    """Place and grade of the first town."""
    values = example.scores.value[0, :, indicator]
    _, _, score = _parts(example, indicator, language)
    return language.text(
        "place %(place)s of %(n)s: grade %(grade)s → %(score)s",
        place=1 + int((values < values[0]).sum()),
        n=len(values),
        grade=1 + list(scale.scores).index(score),
        score=plain_number(score, language),
    )


def _percentile(scale: Any, example: Example, indicator: int, language: Language) -> str:
    del scale
    values = example.scores.value[0, :, indicator]
    _, _, score = _parts(example, indicator, language)
    others = len(values) - 1
    not_safer = others - int((values < values[0]).sum())
    return calculated(f"100 × {not_safer} ÷ {others}", score, language)


SUMS: dict[str, Callable[[Any, Example, int, Language], str]] = {
    "exponential": _exponential,
    "deduction": _deduction,
    "ratio": _ratio,
    "change_steps": _change_steps,
    "min_max": _min_max,
    "breakpoints": _breakpoints,
    "grades": _grades,
    "percentile": _percentile,
}
