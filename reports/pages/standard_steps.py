"""How the standard method makes a score, step by step; at length in docs/methods/standard.md."""

from indices.choices import Share
from indices.composite.terms import Exponential
from indices.method import StandardMethod
from pipeline.methods import read_vocabulary
from reports.pages.method_scales import HEIGHT, WIDTH, scale_curve, scale_table
from reports.pages.method_view import (
    Cell,
    Curve,
    Line,
    Marker,
    Notes,
    Step,
    Table,
    level_steps,
    plain_number,
)
from reports.words.language import Language

N_DRAWN = 61


def standard_steps(method: StandardMethod, marker: Marker) -> tuple[Step, ...]:
    """All steps in the order of the computation."""
    language = marker.language
    return (
        _counted(method, marker),
        _weighed(method, marker),
        _compared(language),
        _shrunk(method, marker),
        _risen(method, marker),
        _scored(method, marker),
        _not_rated(method, marker),
        _chance(method, marker),
        level_steps(method.levels, marker),
        _districts(language),
    )


def _counted(method: StandardMethod, marker: Marker) -> Step:
    """Severities by pillar."""
    language, names = marker.language, read_vocabulary()
    tables = []
    for pillar, name in method.pillars.items():
        notes = Notes(marker)
        rows = tuple(
            (
                Cell(language.pick(names.name(code))),
                notes.cell(f"{category.severity.value:g}", category.severity, number=True),
            )
            for code, category in method.categories.items()
            if category.pillar == pillar
        )
        caption = language.text("What one incident weighs: %(name)s", name=language.pick(name))
        heads = (language.text("Category"), language.text("Severity"))
        tables.append(Table(caption, heads, rows, tuple(notes.marks)))
    sentence = language.text(
        "Incidents are weighed by their severity; only proportions within one pillar matter. A "
        "city uses the categories that its records tell; which pillars it has, and what they "
        "weigh, stands in its own file."
    )
    return Step(language.text("What is counted"), (Line(sentence),), tuple(tables))


def _weighed(method: StandardMethod, marker: Marker) -> Step:
    """Recent days count more."""
    language, window = marker.language, method.window
    half_life = window.half_life_days.value
    lines = (
        marker.line(
            language.text(
                "The score of a day looks back %(days)s days, itself included.",
                days=plain_number(window.window_days.value, language),
            ),
            window.window_days,
        ),
        marker.line(
            language.text(
                "What lies %(days)s days back counts half, twice as far a quarter, and so on.",
                days=plain_number(half_life, language),
            ),
            window.half_life_days,
        ),
        Line(
            language.text(
                "The score of a month or another period is made from its own days alone, all of "
                "which count the same."
            )
        ),
    )
    curve = _weight_curve(window.window_days.value, half_life, language)
    return Step(language.text("Recent days count more"), lines, (), (curve,))


def _weight_curve(days: float, half_life: float, language: Language) -> Curve:
    """Weight of a day against how far it lies back."""
    steps = [at / (N_DRAWN - 1) for at in range(N_DRAWN)]
    points = " ".join(
        f"{WIDTH * at:.1f},{HEIGHT * (1 - 0.5 ** (days * at / half_life)):.1f}" for at in steps
    )
    return Curve(
        points=points,
        left="0",
        right=plain_number(days, language),
        below=language.text("days back"),
        beside=language.text("weight of a day, 0 to 1"),
    )


def _compared(language: Language) -> Step:
    """Harm per resident against the city's usual harm."""
    return Step(
        language.text("Compared with what"),
        (
            Line(
                language.text(
                    "Harm = sum of severity × weight of the day over all incidents of a pillar. "
                    "Usual harm = residents × sum of the days' weights × sum of severity × usual "
                    "rate. Harm ÷ usual harm is the town's own relative rate: 1 is usual."
                )
            ),
            Line(
                language.text(
                    "Usual rates are those of the whole city in a base period that its own file "
                    "names. They are frozen: every town can become better than usual."
                )
            ),
        ),
    )


def _shrunk(method: StandardMethod, marker: Marker) -> Step:
    """What a town with little evidence borrows."""
    language = marker.language
    return Step(
        language.text("Small towns"),
        (
            Line(
                language.text(
                    "Few incidents say little. The rate of a town is drawn towards that of all "
                    "towns, the more so the fewer incidents its residents let expect: rate = kept "
                    "× own rate + (1 − kept) × rate of all. How far the towns differ is measured "
                    "anew each day (Poisson-gamma model)."
                )
            ),
            marker.line(
                language.text(
                    "A category that weighs at least %(times)s times its pillar's mean, as "
                    "homicide may, is drawn on its own: it is so rare that one incident tells "
                    "little of a town.",
                    times=plain_number(method.apart_from.value, language),
                ),
                method.apart_from,
            ),
        ),
    )


def _risen(method: StandardMethod, marker: Marker) -> Step:
    """What the last days may do."""
    language, recent = marker.language, method.recent
    return Step(
        language.text("A rise of the last days"),
        (
            marker.line(
                language.text(
                    "A long memory does not see what has just begun. So the last %(days)s days are "
                    "looked at by themselves.",
                    days=plain_number(recent.window_days.value, language),
                ),
                recent.window_days,
            ),
            marker.line(
                language.text(
                    "If even the least harm that explains their incidents with a chance of "
                    "%(chance)s lies above the town's rate, the rate is raised to it. Calm days "
                    "lower nothing: few incidents in two weeks are mostly chance.",
                    chance=plain_number(recent.chance.value, language),
                ),
                recent.chance,
            ),
        ),
    )


def _scored(method: StandardMethod, marker: Marker) -> Step:
    """From relative rates to the score."""
    language, base = marker.language, method.scale_base
    scale = _as_scale(base)
    lines = (
        marker.line(
            language.text(
                "Score = 100 × %(base)s to the power of the relative rate: 100 without harm, "
                "%(usual)s on a usual day. With several pillars the power is the weighted mean of "
                "their rates.",
                base=plain_number(base.value, language),
                usual=plain_number(100 * base.value, language),
            ),
            base,
        ),
        Line(
            language.text(
                "It is printed with one decimal, a half rounded up; 0 and 100 only where exact."
            )
        ),
    )
    drawn = scale_curve(scale, language)
    return Step(
        language.text("From value to score"),
        lines,
        (scale_table(scale, language),),
        (drawn,) if drawn else (),
    )


def _as_scale(base: Share) -> Exponential:
    """The scale in the form in which composite methods state theirs."""
    return Exponential(
        kind="exponential",
        base=base.value,
        status=base.status,
        source=base.source,
        reason=base.reason,
    )


def _not_rated(method: StandardMethod, marker: Marker) -> Step:
    """Where chance alone would speak."""
    language, least = marker.language, method.uncertainty.least_expected_events
    sentence = language.text(
        "A town in which fewer than %(least)s incidents would be expected at the usual rates gets "
        "no score and no rank. Its incidents still count for its district and the city.",
        least=plain_number(least.value, language),
    )
    return Step(language.text("Not rated"), (marker.line(sentence, least),))


def _chance(method: StandardMethod, marker: Marker) -> Step:
    """Interval, ranks and rank range."""
    language, about = marker.language, method.uncertainty
    interval = language.text(
        "The interval holds the true score in %(share)s of 100 cases.",
        share=plain_number(100 * about.interval.value, language),
    )
    ranks = language.text(
        "Rank 1 is the safest; equal printed scores share a rank. The rank range is what "
        "%(draws)s draws of all towns' rates leave between their %(low)s %% and %(high)s %% points "
        "(seed %(seed)s).",
        draws=plain_number(about.rank_draws.value, language),
        low=plain_number(100 * about.rank_low.value, language),
        high=plain_number(100 * about.rank_high.value, language),
        seed=about.seed,
    )
    return Step(
        language.text("Interval and ranks"),
        (
            marker.line(interval, about.interval),
            marker.line(ranks, about.rank_draws, about.rank_low, about.rank_high),
        ),
    )


def _districts(language: Language) -> Step:
    """How towns make a district."""
    sentence = language.text(
        "The score of a district or of the city is made from its towns' harm and residents added "
        "up; it is not drawn towards anything."
    )
    return Step(language.text("Districts and the city"), (Line(sentence),))
