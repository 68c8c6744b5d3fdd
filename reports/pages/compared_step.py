"""What a composite method compares a town with, in words."""

from collections.abc import Callable
from typing import Any

from indices.composite.method import CompositeMethod
from indices.composite.terms import OwnPast, SamePeriodOfYears, SimilarTowns
from reports.pages.method_view import Marker, Step
from reports.words.language import Language, mark

SPANS = {  # as "the 4 weeks before"
    "day": mark("%(n)s days"),
    "week": mark("%(n)s weeks"),
    "ten_days": mark("%(n)s periods of ten days"),
    "half_month": mark("%(n)s half months"),
    "month": mark("%(n)s months"),
    "quarter": mark("%(n)s quarters"),
    "half_year": mark("%(n)s half years"),
    "year": mark("%(n)s years"),
}
LAST_YEAR = {
    "town": mark("the town's own mean of last year, per period"),
    "district": mark("last year's mean of the town's district, per period"),
    "city": mark("last year's mean of the whole city, per period"),
}
CITY = {
    "city_usual": mark(
        "the usual value of the whole city: its mean over the base period that the city has set"
    ),
    "city_period": mark("the mean of the whole city over the same period"),
}


def compared_step(method: CompositeMethod, marker: Marker) -> Step:
    """What values are compared with."""
    language = marker.language
    lines = tuple(
        marker.line(
            language.text(
                "%(indicators)s: compared with %(baseline)s.",
                indicators=users_of(method, "baseline", code, language),
                baseline=WORDS[baseline.kind](baseline, method, language),
            ),
            baseline,
        )
        for code, baseline in method.baselines.items()
    )
    return Step(language.text("Compared with what"), lines)


def _own_past(about: OwnPast, method: CompositeMethod, language: Language) -> str:
    if about.n_periods == 1:
        return language.text("the town's own number in the period before")
    span = language.text(SPANS[method.period.value], n=about.n_periods)
    return language.text("the town's own mean over the %(span)s before", span=span)


def _same_period(about: SamePeriodOfYears, method: CompositeMethod, language: Language) -> str:
    del method
    if about.n_years == 1:
        return language.text("the town's own number in the same period of last year")
    return language.text(
        "the town's own mean over the same period of the %(n)s years before", n=about.n_years
    )


def _similar(about: SimilarTowns, method: CompositeMethod, language: Language) -> str:
    del method
    return language.text(
        "the mean of the %(n)s towns most alike in residents and density, over the same period",
        n=about.n_peers,
    )


WORDS: dict[str, Callable[[Any, CompositeMethod, Language], str]] = {
    "own_past": _own_past,
    "same_period_of_years": _same_period,
    "last_year_mean": lambda about, _, language: language.text(LAST_YEAR[about.of]),
    "city_usual": lambda about, _, language: language.text(CITY[about.kind]),
    "city_period": lambda about, _, language: language.text(CITY[about.kind]),
    "similar_towns": _similar,
}


def users_of(method: CompositeMethod, what: str, code: str, language: Language) -> str:
    """The indicators that use a baseline or scale, or that all do."""
    users = [i for _, _, i in method.indicators if getattr(i, what) == code]
    if len(users) == sum(1 for _ in method.indicators):
        return language.text("All indicators")
    return language.listing(language.pick(indicator.name) for indicator in users)
