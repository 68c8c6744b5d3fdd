"""Verbs that set editions side by side: compare, history."""

from datetime import date
from typing import Annotated

import typer

from indices.periods import parse_period
from pipeline.compute.edition import compute_edition
from pipeline.editions.catalogue import load_edition
from pipeline.editions.edition import Edition
from pipeline.editions.stale import edition_states
from pipeline.errors import WrongUsage
from pipeline.methods import AnyMethodFile, find_method
from pipeline.session import Session, open_session
from pipeline.store.warehouse import open_for_reading
from reports.comparison import compare_editions, comparison_document, print_comparison
from reports.listings import state_lines
from reports.words.language import language
from verbs.answers import answer, day_of, print_json, reported
from verbs.options import (
    CityOption,
    DateOption,
    HomeOption,
    JsonOption,
    Lang,
    LangOption,
    PeriodOption,
)

Side = tuple[Edition, AnyMethodFile]


def compare(
    first: Annotated[
        str,
        typer.Argument(
            metavar="A",
            help="An edition as 2017-04-12, 2017-04/r0 or huizhou-2016:2017-04; with --methods a "
            "method.",
        ),
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
    methods: Annotated[
        bool, typer.Option("--methods", help="A and B are methods, computed for one day.")
    ] = False,
    date_: DateOption = None,
    period: PeriodOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Two editions, or two methods on one day: what moved and why. Internal."""
    with reported("compare", as_json=as_json):
        session = open_session(city=city, home=home)
        if methods:
            day = day_of(date_)
            sides = [_computed(session, name, day, period) for name in (first, second)]
        else:
            _refuse_period(date_, period)
            sides = [_stored(session, name) for name in (first, second)]
        (one, method_one), (other, method_other) = sides
        comparison = compare_editions(one, other)
        if as_json:
            print_json("compare", comparison_document(comparison))
        else:
            print_comparison(
                comparison, methods=(method_one, method_other), language=language(lang)
            )


def _refuse_period(day: str | None, period: str | None) -> None:
    if day or period:
        raise WrongUsage(
            "--date or --period beside two editions, which have periods of their own",
            expected="two editions, or two methods with --methods",
            try_next="safety-index compare --methods standard huizhou-2016 --date 2017-04-12",
        )


def _computed(session: Session, method_id: str, day: date | None, period: str | None) -> Side:
    """What a method makes of a day; nothing is stored."""
    method = find_method(method_id)
    with open_for_reading(session.home) as warehouse:
        edition = compute_edition(warehouse, session.city, method, day=day, wanted=period)
    return edition, method


def _stored(session: Session, name: str) -> Side:
    """An edition by its name: METHOD:PERIOD/rN, of which only the period is needed."""
    method_id, colon, rest = name.rpartition(":")
    label, _, revision = rest.partition("/r")
    method = find_method(method_id if colon else session.method.method.id)
    try:
        period = parse_period(label)
        number = int(revision) if revision else None
    except ValueError as error:
        raise WrongUsage(
            f"'{name}' names no edition: {str(error).splitlines()[0]}",
            expected="a period as 2017-04-12 or 2017-04, with /r0 behind or a method and : before "
            "it where needed",
            try_next="safety-index history",
        ) from error
    with open_for_reading(session.home) as warehouse:
        edition = load_edition(
            warehouse, method_id=method.method.id, period=period, revision=number
        )
    return edition, method


def history(city: CityOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The stored editions, and which of them would come out otherwise now, and why."""
    with reported("history", as_json=as_json):
        session = open_session(city=city, home=home)
        with open_for_reading(session.home) as warehouse:
            states = edition_states(warehouse, session)
        data = [
            {
                "method": state.key.method_id,
                "period": state.key.period.label,
                "edition": f"r{state.key.revision}",
                "as_of_batch": state.as_of_batch,
                "state": "stale" if state.stale else "current",
                "reasons": list(state.stale),
            }
            for state in states
        ]
        answer("history", {"editions": data}, state_lines(states), as_json=as_json)
