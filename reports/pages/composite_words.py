"""What a page of a composite method says in its own words."""

from indices.composite.method import CompositeMethod
from pipeline.city import City
from pipeline.editions.edition import MISSING, Deviation, Edition
from pipeline.methods import read_vocabulary
from reports.words.language import Language, mark

MOST_KINDS = 6  # that are named one by one
PERIODS = {
    "day": mark("every day"),
    "week": mark("every week"),
    "ten_days": mark("every ten days"),
    "half_month": mark("every half month"),
    "month": mark("every month"),
    "quarter": mark("every quarter"),
    "half_year": mark("every half year"),
    "year": mark("every year"),
}
DENOMINATORS = {
    "residents": mark("residents"),
    "registered_and_floating": mark("registered and floating population"),
    "vehicles": mark("vehicles"),
    "area_km2": mark("square kilometres"),
    "none": mark("nothing: plain counts"),
}
DEVIATIONS = {
    "missing": mark("%(about)s: missing, because the city's records tell nothing of it."),
    "incomplete": mark(
        "%(about)s: the city's records do not tell all kinds of incidents apart that belong to it "
        "(%(details)s)."
    ),
    "no external value": mark("%(about)s: missing, because no value was reported for the period."),
    "nothing to compare with": mark(
        "%(about)s: missing, because the records do not reach back to what it is compared with."
    ),
    "other time": mark(
        "Incidents count on the day they happened, not on the day they were reported: the records "
        "do not tell the latter."
    ),
    "other category": mark(
        "Incidents count by the category after handling: the records do not tell the one at "
        "reception."
    ),
    "no deaths": mark("No points are taken off for deaths: the records do not tell them."),
    "other denominator": mark(
        "Incidents are divided by residents: the city's table of towns does not tell the "
        "%(denominator)s."
    ),
    "other period": mark("The method is made for %(period)s; here it is applied to another span."),
}


def score_scale(edition: Edition, method: CompositeMethod, language: Language) -> str:
    """What a score is to be measured by, in half a sentence."""
    del edition
    if method.higher_is == "worse":
        return language.text("where 100 is the city's mean of the base period and more is worse")
    return language.text("where 100 is the best")


def not_rated_rule(edition: Edition, method: CompositeMethod, language: Language) -> str:
    """Why towns have no rank; nothing where all have."""
    del method
    if not (edition.ranking["obs_status"] == MISSING).any():
        return ""
    return language.text(
        "Not rated: none of the method's indicators is known for these towns and this period."
    )


def how_to_read(edition: Edition, method: CompositeMethod, language: Language) -> tuple[str, ...]:
    """The rules of reading, a sentence each."""
    del edition
    sentences = [
        language.text(
            "This is the method of %(place)s as far as it is known (%(formula)s), applied to the "
            "records of this city. It is not that city's own calculation.",
            place=language.pick(method.place),
            formula=language.text(FORMULAS[method.formula]),
        ),
        language.pick(method.summary),
        language.text(
            "Interval and rank range are ours: how far score and rank might differ if chance had "
            "fallen otherwise. The published index had neither."
        ),
    ]
    return tuple(sentences)


FORMULAS = {
    "published": mark("its formula is published"),
    "partly published": mark("its formula is published in part"),
    "not found": mark("no source tells its formula"),
}


def what_counts(
    city: City, method: CompositeMethod, language: Language
) -> tuple[tuple[str, str, str, str], ...]:
    """Pillar, indicator, share of the whole weight and where that comes from."""
    del city
    shares = method.shares
    return tuple(
        (
            language.pick(method.pillars[pillar].name),
            language.pick(indicator.name),
            language.number(100 * shares[code], 1) + " %",
            language.text(method.pillars[pillar].weight.status),
        )
        for pillar, code, indicator in method.indicators
    )


def what_counts_caption(language: Language) -> str:
    """Heading of that table."""
    return language.text("Share of each indicator in the whole")


def deviation_sentences(
    edition: Edition, method: CompositeMethod, language: Language
) -> tuple[str, ...]:
    """In what the edition differs from the letter of its method."""
    names = {code: indicator.name for _, code, indicator in method.indicators}
    return tuple(
        _deviation_sentence(
            deviation,
            language.pick(names[deviation.about]) if deviation.about in names else "",
            language,
        )
        for deviation in edition.facts.deviations
    )


def _deviation_sentence(deviation: Deviation, about: str, language: Language) -> str:
    vocabulary = read_vocabulary()
    kinds = [language.pick(vocabulary.name(kind)) for kind in deviation.details]
    shown = language.listing(kinds[:MOST_KINDS])
    if len(kinds) > MOST_KINDS:
        shown += language.text(" and %(n)s more", n=len(kinds) - MOST_KINDS)
    return language.text(
        DEVIATIONS[deviation.code],
        about=about,
        details=shown,
        denominator=language.text(DENOMINATORS.get(deviation.about, "")),
        period=language.text(PERIODS.get(deviation.about, "")),
    )
