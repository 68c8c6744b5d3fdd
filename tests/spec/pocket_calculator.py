"""A reader with a pocket calculator: computes a printed example anew from the page alone.

Whole numbers and decimals are kept as fractions; the engine is not asked. What is read: the tables
and lines of the example as the page prints them, and the method's file.
"""

import ast
import operator
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Any

from indices.composite.method import CompositeMethod
from reports.pages.method_view import Step, Table

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
COMPARED = re.compile(r"([\d,]+) in ([\d,]+) days \(([^)]*)\)")
OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: lambda a, b: Fraction(float(a) ** float(b)),
    ast.USub: operator.neg,
}


def number(text: str) -> Fraction:
    """A printed number."""
    return Fraction(text.replace(",", "").replace("\u2212", "-"))


def evaluate(expression: str) -> Fraction:
    """What a printed sum comes to."""
    plain = expression.replace(",", "").replace("\u2212", "-")
    plain = plain.replace("×", "*").replace("÷", "/").replace("^", "**")
    return _value(ast.parse(plain.strip(), mode="eval").body, plain.strip())


def _value(node: ast.AST, source: str) -> Fraction:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_value(node.left, source), _value(node.right, source))
    if isinstance(node, ast.UnaryOp):
        return OPERATORS[type(node.op)](_value(node.operand, source))
    assert isinstance(node, ast.Constant), source
    segment = ast.get_source_segment(source, node)
    assert segment is not None
    return Fraction(segment)  # as the decimal that is printed, not the double next to it


def rounded(value: Fraction, *, decimals: int, mode: str) -> Fraction:
    """Half up, or cut."""
    units = value * 10**decimals
    whole = units + Fraction(1, 2) if mode == "half up" else units
    return Fraction(whole.numerator // whole.denominator, 10**decimals)


def texts(table: Table) -> list[list[str]]:
    """The cells of a table."""
    return [[cell.text for cell in row] for row in table.rows]


def printed_score(steps: Sequence[Step]) -> str:
    """The score that the example ends with."""
    [line] = [line.text for step in steps for line in step.lines if "Printed: " in line.text]
    return line.removeprefix("Printed: ")


def score_by_hand(method: CompositeMethod, steps: Sequence[Step]) -> Fraction:
    """The printed score of the first town, from the printed records."""
    records, scores = steps[0], steps[1]
    values = [_indicator(method, records, rows) for rows in _rows_by_indicator(records)]
    indicators = [indicator for _, _, indicator in method.indicators]
    assert len(values) == len(indicators)
    found: dict[str, tuple[Fraction, Fraction]] = {}  # sum of weight x score, sum of weights
    of_pillar: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for (pillar, _, about), (value, usual) in zip(method.indicators, values, strict=True):
        score = _score(method.scales[about.scale], value, usual, about.name.en, scores)
        of_pillar.setdefault(pillar, []).append((Fraction(str(about.weight.value)), score))
    for pillar, parts in of_pillar.items():
        weight = Fraction(str(method.pillars[pillar].weight.value))
        found[pillar] = (weight, _mean(method, parts))
    joined = _mean(method, list(found.values()))
    if method.deaths is not None:
        [line] = [x.text for step in steps for x in step.lines if x.text.startswith("Less the")]
        deaths = number(re.findall(r"\((\d+)\)", line)[0])
        joined = max(Fraction(0), joined - deaths * Fraction(str(method.deaths.points_each)))
    return rounded(joined, decimals=method.rounding.decimals, mode=method.rounding.mode)


def _rows_by_indicator(records: Step) -> list[list[list[str]]]:
    """Rows of the table of records, grouped by their first cell."""
    return [list(rows) for _, rows in groupby(texts(records.tables[0]), key=lambda row: row[0])]


def _sizes(records: Step) -> dict[str, Fraction]:
    """Units of the denominator by town; 1 each where the page names none."""
    for line in records.lines:
        if line.text.startswith("Size of the towns"):
            listed = line.text.split("): ")[1].rstrip(".")
            parts = [part.rsplit(" ", 1) for part in listed.split(", ")]
            return {name: number(size) for name, size in parts}
    return {}


def _indicator(
    method: CompositeMethod, records: Step, rows: list[list[str]]
) -> tuple[Fraction, Fraction | None]:
    """Value and comparison of an indicator, from its rows."""
    sizes, per = _sizes(records), Fraction(str(method.denominator.per))
    if not rows[0][2]:  # no weight: a value that no incident tells
        return number(rows[0][3]), None
    harm = sum((number(row[2]) * number(row[3]) for row in rows), Fraction(0))
    value = harm * per / sizes.get("Ash", Fraction(1))
    if not rows[0][4]:
        return value, None
    [n_days] = [number(x) for x in re.findall(r"(\d+) days\.", records.lines[0].text)]
    then = [match for row in rows if (match := COMPARED.fullmatch(row[4]))]
    assert len(rows) == len(then)
    known = [(number(row[2]), number(match[1])) for row, match in zip(rows, then, strict=True)]
    harm = sum((weight * count for weight, count in known), Fraction(0))
    towns, days = then[0][3].split(" + "), number(then[0][2])
    units = sum((sizes.get(name, Fraction(1)) for name in towns), Fraction(0))
    return value, harm * per * n_days / (units * days)


def _score(
    scale: object, value: Fraction, usual: Fraction | None, name: str, scores: Step
) -> Fraction:
    """What a scale of the file makes of it, by its meaning in words."""
    about = scale.model_dump()  # type: ignore[attr-defined]
    kind = about["kind"]
    if kind in ("grades", "percentile"):
        return _in_order(about, name, scores)
    if kind == "breakpoints":
        return _between(about["edges"], about["scores"], value)
    if kind == "min_max":
        best, worst = Fraction(str(about["best"])), Fraction(str(about["worst"]))
        return min(max(100 * (value - worst) / (best - worst), Fraction(0)), Fraction(100))
    assert usual is not None
    return _against(about, value / usual)


def _against(about: dict[str, Any], ratio: Fraction) -> Fraction:
    """Scales that look at value / comparison."""
    if about["kind"] == "deduction":
        return max(Fraction(0), 100 - (100 - Fraction(str(about["at_baseline"]))) * ratio)
    if about["kind"] == "exponential":
        return 100 * Fraction(about["base"] ** float(ratio))
    if about["kind"] == "ratio":
        return 100 * ratio
    better = about["edge_belongs_to"] == "better"
    edges = [Fraction(str(edge)) for edge in about["edges"]]
    passed = [ratio - 1 > edge or (ratio - 1 == edge and not better) for edge in edges]
    return Fraction(str(about["scores"][sum(passed)]))


def _between(edges: Sequence[float], scores: Sequence[float], value: Fraction) -> Fraction:
    """A straight line between the two edges around the value."""
    points = [(Fraction(str(x)), Fraction(str(y))) for x, y in zip(edges, scores, strict=True)]
    if value <= points[0][0]:
        return points[0][1]
    for (left, upper), (right, lower) in pairwise(points):
        if value <= right:
            return upper + (lower - upper) * (value - left) / (right - left)
    return points[-1][1]


def _in_order(about: dict[str, object], name: str, scores: Step) -> Fraction:
    """Place of the first town among all, and the score that belongs to it."""
    table = scores.tables[0]
    column = table.heads.index(name)
    values = [number(row[column]) for row in texts(table)]
    safer = sum(value < values[0] for value in values)
    if about["kind"] == "percentile":
        return Fraction(100 * (len(values) - 1 - safer), len(values) - 1)
    places, grade = Fraction(0), 0
    for share in about["shares"]:  # type: ignore[attr-defined]
        places += Fraction(str(share))
        filled = rounded(places * len(values), decimals=0, mode="half up")
        if safer < filled:
            break
        grade += 1
    return Fraction(str(about["scores"][grade]))  # type: ignore[index]


def _mean(method: CompositeMethod, parts: list[tuple[Fraction, Fraction]]) -> Fraction:
    """The weighted mean that the file names."""
    whole = sum((weight for weight, _ in parts), Fraction(0))
    if method.aggregation.value == "arithmetic":
        return sum((weight * score for weight, score in parts), Fraction(0)) / whole
    product = 1.0
    for weight, score in parts:
        product *= float(score) ** float(weight / whole)
    return Fraction(product)
