"""Verbs that look at what was published: show, explain."""

from datetime import date
from typing import Annotated

import typer

from pipeline.compute.basis import named_period
from pipeline.editions.catalogue import load_edition
from pipeline.editions.edition import Edition
from pipeline.session import Session, open_session
from pipeline.store.warehouse import open_for_reading
from reports.explanation import print_explanation
from reports.files import explanation_document, ranking_document
from reports.terminal import print_ranking
from reports.words.language import language
from verbs.answers import day_of, print_json, reported
from verbs.options import (
    CityOption,
    DateOption,
    HomeOption,
    JsonOption,
    Lang,
    LangOption,
    MethodOption,
    PeriodOption,
)


def show(
    date_: DateOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    method: MethodOption = None,
    period: PeriodOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """The ranking of a day in the terminal."""
    with reported("show", as_json=as_json):
        session = open_session(city=city, home=home, method=method)
        edition = _stored(session, day_of(date_), period)
        if as_json:
            print_json("show", ranking_document(edition)["data"])
        else:
            print_ranking(edition, method=session.method.method, language=language(lang))


def _stored(session: Session, day: date | None, wanted: str | None) -> Edition:
    """The edition that date and period name, newest revision; of the newest period without them."""
    period, kind = named_period(session.method, day=day, wanted=wanted)
    with open_for_reading(session.home) as warehouse:
        return load_edition(warehouse, method_id=session.method.method.id, period=period, kind=kind)


def explain(
    town: Annotated[str, typer.Argument(help="town_id or name.")],
    date_: DateOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    method: MethodOption = None,
    period: PeriodOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Why a town has its score: points lost by category, and what they rest on. Internal."""
    with reported("explain", as_json=as_json):
        session = open_session(city=city, home=home, method=method)
        named = session.city.town(town)
        edition = _stored(session, day_of(date_), period)
        if as_json:
            print_json("explain", explanation_document(edition, named.town_id))
        else:
            print_explanation(
                edition,
                named,
                city=session.city,
                method=session.method.method,
                language=language(lang),
            )
