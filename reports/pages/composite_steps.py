"""How a composite method makes a score, step by step, in words made from its file."""

from collections.abc import Iterator

from indices.composite.method import CompositeMethod
from indices.method import Levels
from reports.pages.compared_step import compared_step, users_of
from reports.pages.composite_words import DENOMINATORS, PERIODS
from reports.pages.counted_step import counted_step
from reports.pages.method_scales import scale_curve, scale_line, scale_table
from reports.pages.method_view import (
    Cell,
    Line,
    Marker,
    Notes,
    Step,
    Table,
    level_steps,
    plain_number,
)
from reports.words.language import mark

TIMES = {
    "occurred": mark("Incidents count on the day they happened."),
    "reported": mark("Incidents count on the day they were reported."),
}
CATEGORIES = {
    "final": mark("The category after handling decides."),
    "reception": mark("The category at reception of the call decides."),
}
JOINED = {
    "arithmetic": mark(
        "Scores are joined by a weighted mean: each is multiplied by its weight, the products are "
        "added up and divided by the sum of the weights. A good score makes up for a bad one."
    ),
    "geometric": mark(
        "Scores are joined by a weighted geometric mean: each is raised to the power of its share "
        "of the weight, and the results are multiplied. One bad score weighs on all."
    ),
}
ROLLED_UP = {
    "population_weighted": mark(
        "The score of a district or of the city is the mean of its towns' scores, weighted by "
        "residents."
    ),
    "plain_mean": mark(
        "The score of a district or of the city is the plain mean of its towns' scores."
    ),
}
TIED = {
    "competition": mark(
        "Rank 1 is the safest. Equal printed scores share a rank, and the next place is left out "
        "(1, 2, 2, 4)."
    ),
    "dense": mark(
        "Rank 1 is the safest. Equal printed scores share a rank, and no place is left out "
        "(1, 2, 2, 3)."
    ),
}
ROUNDED = {
    "half up": mark("Decimals of the printed score: %(decimals)s; a half is rounded up."),
    "truncated": mark("Decimals of the printed score: %(decimals)s; what follows is cut off."),
}


def composite_steps(method: CompositeMethod, marker: Marker) -> tuple[Step, ...]:
    """All steps in the order of the computation."""
    return tuple(_steps(method, marker))


def _steps(method: CompositeMethod, marker: Marker) -> Iterator[Step]:
    yield _counting(method, marker)
    yield counted_step(method, marker)
    yield _divided(method, marker)
    if method.baselines:
        yield compared_step(method, marker)
    yield from _scaled(method, marker)
    yield _joined(method, marker)
    yield _printed(method, marker)
    if isinstance(method.levels, Levels):
        yield level_steps(method.levels, marker)
    yield _ranked(method, marker)
    if method.ladder or method.patrol or method.warnings:
        yield _follows(method, marker)


def _counting(method: CompositeMethod, marker: Marker) -> Step:
    """How often, and by which time and category."""
    text = marker.language.text
    counting = method.counting
    return Step(
        text("Period and day"),
        (
            marker.line(
                text("A score is made %(period)s.", period=text(PERIODS[method.period.value])),
                method.period,
            ),
            marker.line(text(TIMES[counting.time.value]), counting.time),
            marker.line(text(CATEGORIES[counting.category.value]), counting.category),
            Line(text("Repeated reports of one incident and invalid calls never count.")),
        ),
    )


def _divided(method: CompositeMethod, marker: Marker) -> Step:
    """By what counts are divided."""
    language, about = marker.language, method.denominator
    if about.value == "none":
        sentence = language.text(
            "Counts are divided by nothing: numbers are taken as they are. Those of several towns "
            "together are divided by the number of towns."
        )
    else:
        sentence = language.text(
            "Counts are divided by the town's %(units)s and multiplied by %(per)s: value = count × "
            "%(per)s ÷ %(units)s.",
            units=language.text(DENOMINATORS[about.value]),
            per=plain_number(about.per, language),
        )
    return Step(language.text("Divided by what"), (marker.line(sentence, about),))


def _scaled(method: CompositeMethod, marker: Marker) -> Iterator[Step]:
    """From values to scores: a step for each scale."""
    language = marker.language
    for code, scale in method.scales.items():
        curve = scale_curve(scale, language)
        users = Line(
            language.text("For: %(users)s.", users=users_of(method, "scale", code, language))
        )
        yield Step(
            language.text("From value to score"),
            (*((users,) if len(method.scales) > 1 else ()), scale_line(scale, marker)),
            (scale_table(scale, language),),
            (curve,) if curve else (),
        )


def _joined(method: CompositeMethod, marker: Marker) -> Step:
    """Weights, the mean that joins, and what is done where a value is missing."""
    language = marker.language
    missing = Line(
        language.text(
            "What is missing is left out, never taken for zero; the other weights are scaled up."
        )
    )
    return Step(
        language.text("Weights"),
        (marker.line(language.text(JOINED[method.aggregation.value]), method.aggregation), missing),
        (_weight_table(method, marker),),
    )


def _weight_table(method: CompositeMethod, marker: Marker) -> Table:
    """Weights as they stand in the file, and the share of the whole that follows."""
    language, notes = marker.language, Notes(marker)
    shares, rows = method.shares, []
    for name, code, indicator in method.indicators:
        pillar, share = method.pillars[name], f"{100 * shares[code]:.1f}"
        own = plain_number(pillar.weight.value, language)
        within = plain_number(indicator.weight.value, language)
        rows.append(
            (
                Cell(language.pick(pillar.name)),
                notes.cell(own, pillar.weight, number=True),
                Cell(language.pick(indicator.name)),
                notes.cell(within, indicator.weight, number=True),
                Cell(f"{share} %", number=True, bar=share),
            )
        )
    heads = (
        language.text("Pillar"),
        language.text("Its weight"),
        language.text("Indicator"),
        language.text("Its weight"),
        language.text("Share of the whole"),
    )
    return Table(language.text("Weights"), heads, tuple(rows), tuple(notes.marks))


def _printed(method: CompositeMethod, marker: Marker) -> Step:
    """Deaths and rounding."""
    language, rounding, lines = marker.language, method.rounding, []
    if method.deaths is not None:
        sentence = language.text(
            "Each death in the incidents of the index takes %(points)s points off the score, which "
            "never falls below 0.",
            points=plain_number(method.deaths.points_each, language),
        )
        lines.append(marker.line(sentence, method.deaths))
    sentence = language.text(ROUNDED[rounding.mode], decimals=rounding.decimals)
    return Step(language.text("The printed score"), (*lines, marker.line(sentence, rounding)))


def _ranked(method: CompositeMethod, marker: Marker) -> Step:
    """Ranks of towns and scores of districts."""
    text = marker.language.text
    return Step(
        text("Ranks, districts and the city"),
        (
            marker.line(text(TIED[method.ties.value]), method.ties),
            marker.line(text(ROLLED_UP[method.roll_up.value]), method.roll_up),
        ),
    )


def _follows(method: CompositeMethod, marker: Marker) -> Step:
    """What a bad score leads to: the ladder, patrols and warnings."""
    language = marker.language
    lines = [
        marker.line(
            language.text(
                "After %(n)s periods in a row at the worst level: %(name)s.",
                n=rung.after,
                name=language.pick(rung.name),
            ),
            rung,
        )
        for rung in method.ladder
    ]
    if method.patrol is not None:
        sentence = language.text(
            "%(share)s %% of the patrol effort goes to the areas at level %(level)s or worse.",
            share=plain_number(100 * method.patrol.share_to_worst.value, language),
            level=method.patrol.from_level,
        )
        lines.append(marker.line(sentence, method.patrol.share_to_worst, method.patrol))
    lines += [
        marker.line(
            language.text("A warning rises by the rule: %(name)s.", name=language.pick(rule.name)),
            rule,
        )
        for rule in method.warnings
    ]
    return Step(language.text("What follows"), tuple(lines))
