"""The worked example of a composite method: every step as a sum that a pocket calculator can do."""

from collections.abc import Sequence

from indices.composite.method import Indicator
from reports.pages.composite_words import DENOMINATORS
from reports.pages.example import Example
from reports.pages.example_joined import TOWN_NAMES, joined_step, others_step, pillar_table
from reports.pages.example_sums import calculated, score_sum, sum_of
from reports.pages.method_view import (
    Line,
    Step,
    Table,
    plain_number,
    text_rows,
)
from reports.words.language import Language
from reports.words.periods import period_text


def example_steps(example: Example, language: Language) -> tuple[Step, ...]:
    """Records, values and scores, the joined score, and the other towns."""
    return (
        _records(example, language),
        _scores(example, language),
        joined_step(example, language),
        others_step(example, language),
    )


def _records(example: Example, language: Language) -> Step:
    """What was counted in the first town, and what it is compared with."""
    sentence = language.text(
        "A made-up town, %(town)s, and a made-up period: %(period)s, %(days)s days. Only a few "
        "kinds of incidents are shown; the rest of the records is empty.",
        town=language.text(TOWN_NAMES[0]),
        period=period_text(example.period, language),
        days=example.period.n_days,
    )
    rows = [
        row
        for i, about in enumerate(example.rules.about)
        for row in _record_rows(example, i, about, language)
    ]
    heads = (
        language.text("Indicator"),
        language.text("Kind of incident"),
        language.text("Weight"),
        language.text("In the period"),
        language.text("In the days compared with"),
    )
    table = Table(language.text("Made-up records"), heads, text_rows(rows, n_numbers=3))
    return Step(
        language.text("The records"),
        (Line(sentence), *_towns_line(example, language)),
        (table,),
    )


def _towns_line(example: Example, language: Language) -> tuple[Line, ...]:
    """How large the towns are; nothing where counts are divided by nothing."""
    if example.method.denominator.value == "none":
        return ()
    sizes = [
        f"{language.text(name)} {plain_number(units, language)}"
        for name, units in zip(TOWN_NAMES, example.made.units.tolist(), strict=False)
    ]
    sentence = language.text(
        "Size of the towns (%(units)s): %(sizes)s.",
        units=language.text(DENOMINATORS[example.method.denominator.value]),
        sizes=language.listing(sizes),
    )
    return (Line(sentence),)


def _record_rows(
    example: Example, indicator: int, about: Indicator, language: Language
) -> Sequence[Sequence[str]]:
    """A row for each kind of an indicator, or one for its external value."""
    name = language.pick(about.name)
    if about.external is not None:
        value = plain_number(float(example.scores.value[0, 0, indicator]), language)
        unit = language.pick(about.external.unit)
        return [(name, unit, "", value, "")]
    return [
        (
            name,
            example.kind_name(kind, language.code),
            f"{example.rules.severity[indicator, kind]:g}",
            str(example.incidents(indicator, kind, [0], [example.period])),
            _compared(example, indicator, kind, language),
        )
        for kind in example.counted(indicator)
    ]


def _compared(example: Example, indicator: int, kind: int, language: Language) -> str:
    """Incidents in the days compared with, how many days, and of which towns."""
    about = example.rules.about[indicator]
    towns, periods = example.compared_towns(about), example.references(about)
    if not towns:
        return ""
    return language.text(
        "%(n)s in %(days)s days (%(towns)s)",
        n=language.number(example.incidents(indicator, kind, towns, periods)),
        days=language.number(sum(period.n_days for period in periods)),
        towns=" + ".join(language.text(TOWN_NAMES[town]) for town in towns),
    )


def _scores(example: Example, language: Language) -> Step:
    """Value, comparison and score of each indicator."""
    rows = [
        (
            language.pick(about.name),
            _value_sum(example, i, language),
            _baseline_sum(example, i, language),
            score_sum(example, i, language),
        )
        for i, about in enumerate(example.rules.about)
    ]
    heads = (
        language.text("Indicator"),
        language.text("Value"),
        language.text("Compared with"),
        language.text("Score"),
    )
    table = Table(language.text("Values and scores"), heads, text_rows(rows, n_numbers=0))
    in_order = _values_of_all(example, language)
    tables = (*in_order, table, pillar_table(example, language))
    return Step(language.text("From counts to scores"), (), tables)


def _values_of_all(example: Example, language: Language) -> tuple[Table, ...]:
    """Values of all towns, where a scale puts them in order."""
    asked = [
        i
        for i, about in enumerate(example.rules.about)
        if example.method.scales[about.scale].kind in ("grades", "percentile")
    ]
    if not asked:
        return ()
    names = [language.pick(example.rules.about[i].name) for i in asked]
    rows = [
        (
            language.text(TOWN_NAMES[town]),
            *(plain_number(float(example.scores.value[0, town, i]), language) for i in asked),
        )
        for town in range(len(example.made.units))
    ]
    caption = language.text("Values of all towns, which are put in order")
    cells = text_rows(rows, n_numbers=len(asked))
    return (Table(caption, (language.text("Town"), *names), cells),)


def _value_sum(example: Example, indicator: int, language: Language) -> str:
    """Weighted incidents per unit, as a sum."""
    value = float(example.scores.value[0, 0, indicator])
    if example.rules.about[indicator].external is not None:
        return plain_number(value, language)
    harm = sum_of(_harm(example, indicator, [0]), language)
    if example.method.denominator.value == "none":
        return calculated(harm, value, language)
    per = plain_number(example.method.denominator.per, language)
    units = plain_number(float(example.made.units[0]), language)
    return calculated(f"({harm}) × {per} ÷ {units}", value, language)


def _baseline_sum(example: Example, indicator: int, language: Language) -> str:
    """The same of what it is compared with, for as many days as the period has."""
    about = example.rules.about[indicator]
    towns, periods = example.compared_towns(about), example.references(about)
    if not towns:
        return ""
    harm = sum_of(_harm(example, indicator, towns, then=True), language)
    per = example.method.denominator.per
    factors = "" if per == 1 else f"{plain_number(per, language)} × "
    units = plain_number(float(example.made.units[towns].sum()), language)
    days = language.number(sum(period.n_days for period in periods))
    divisor = days if units == "1" else f"({units} × {days})"
    return calculated(
        f"({harm}) × {factors}{example.period.n_days} ÷ {divisor}",
        float(example.scores.baseline[0, 0, indicator]),
        language,
    )


def _harm(
    example: Example, indicator: int, towns: list[int], *, then: bool = False
) -> list[tuple[float, float]]:
    """Weight and number of each kind."""
    about = example.rules.about[indicator]
    periods = example.references(about) if then else [example.period]
    return [
        (
            float(example.rules.severity[indicator, kind]),
            float(example.incidents(indicator, kind, towns, periods)),
        )
        for kind in example.counted(indicator)
    ]
