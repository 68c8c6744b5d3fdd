"""What a page of the standard method says in its own words."""

from indices.method import StandardMethod
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.methods import read_vocabulary
from reports.words.language import Language


def score_scale(edition: Edition, method: StandardMethod, language: Language) -> str:
    """What a score is to be measured by, in half a sentence."""
    del edition
    return language.text(
        "where 100 means no harm and %(usual)s a usual day",
        usual=language.number(100 * method.scale_base.value),
    )


def not_rated_rule(edition: Edition, method: StandardMethod, language: Language) -> str:
    """Why towns have no rank; nothing where all have."""
    if not edition.ranking["score"].isna().any():
        return ""
    return language.text(
        "Not rated: so few people live there that fewer than %(least)s incidents would be expected "
        "at the usual rate; a rank would tell chance, not safety.",
        least=language.number(method.uncertainty.least_expected_events.value),
    )


def how_to_read(edition: Edition, method: StandardMethod, language: Language) -> tuple[str, ...]:
    """The rules of reading, a sentence each."""
    base = method.scale_base.value
    first, last = edition.facts.base_period
    return (
        language.text(
            "The score compares the harm per resident with a usual day of the city "
            "(%(first)s to %(last)s). 100 means none, %(usual)s a usual day, "
            "%(twice)s twice the usual.",
            first=language.short_date(first),
            last=language.short_date(last),
            usual=language.number(100 * base),
            twice=language.number(100 * base**2),
        ),
        *_memory(edition, method, language),
        language.text(
            "The interval holds the true score in %(share)s of 100 cases; the rank range "
            "holds the true rank in %(ranks)s of 100. Places whose ranges overlap widely cannot "
            "be told apart.",
            share=language.number(100 * method.uncertainty.interval.value),
            ranks=language.number(
                100 * (method.uncertainty.rank_high.value - method.uncertainty.rank_low.value)
            ),
        ),
        language.text(
            "Harm is counted per resident. Where many people work, shop or travel but few live, "
            "the score is lower than their visitors' risk."
        ),
    )


def _memory(edition: Edition, method: StandardMethod, language: Language) -> tuple[str, ...]:
    """How far the score looks back, and what the last days may do."""
    if edition.facts.period_kind != "day":
        return (
            language.text(
                "It is made from the %(days)s days of the period alone, which all count the same: "
                "it tells how the period was, not what to expect after it.",
                days=language.number(edition.facts.window_days),
            ),
        )
    return (
        language.text(
            "It looks back %(window)s days, and what lies %(half_life)s days back counts half. "
            "It is not the number of yesterday's incidents: a single day says almost nothing "
            "about a place.",
            window=language.number(edition.facts.window_days),
            half_life=language.number(method.window.half_life_days.value),
        ),
        language.text(
            "Where the last %(days)s days were worse than that beyond chance, the score falls at "
            "once as far as they bear it out. Calm days raise it slowly.",
            days=language.number(method.recent.window_days.value),
        ),
    )


def what_counts(
    city: City, method: StandardMethod, language: Language
) -> tuple[tuple[str, str, str, str], ...]:
    """Pillar, category, severity and where that comes from."""
    names = read_vocabulary()
    return tuple(
        (
            language.pick(method.pillars[pillar]),
            language.pick(names.name(code)),
            f"{method.categories[code].severity.value:g}",
            language.text(method.categories[code].severity.status),
        )
        for pillar, part in city.calibration.pillars.items()
        for code in part.usual_per_100k_day
    )


def what_counts_caption(language: Language) -> str:
    """Heading of that table."""
    return language.text("Severity of each category; only proportions within a pillar matter")
