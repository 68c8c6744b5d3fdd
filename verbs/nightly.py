"""Verbs that take records in: run, ingest, check."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

from pipeline.check import judge_without_keeping
from pipeline.editions.edition import Edition
from pipeline.ingest import Batch, ingest
from pipeline.night import compute_and_keep, settled, take_in, working_in
from pipeline.session import Session, open_session
from pipeline.store.warehouse import open_warehouse
from reports.publish import Published, publish
from reports.terminal import print_batch, print_judgement, print_night
from reports.words.language import language
from verbs.answers import day_of, print_json, reported, step
from verbs.options import (
    CityOption,
    DateOption,
    FilesArgument,
    HomeOption,
    JsonOption,
    Lang,
    LangOption,
    RecordsOption,
    SourceOption,
)


def run(
    date_: DateOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    records: RecordsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """One night: take in what has arrived, compute a day, publish it."""
    with reported("run", as_json=as_json):
        session, day = open_session(city=city, home=home, records=records), day_of(date_)
        session, batches, edition, published = run_night(session, day)
        if as_json:
            print_json("run", night_as_data(batches, edition, published))
        else:
            print_night(
                batches, edition, published, method=session.method.method, language=language(lang)
            )


def run_night(
    session: Session, day: date | None
) -> tuple[Session, list[Batch], Edition, Published]:
    """The night without Prefect: the same steps, the same bytes."""
    with working_in(session, purpose="run"):
        with step("taking in what has arrived"):
            batches = take_in(session, received_at=datetime.now(UTC))
        with step("measuring what is usual"):
            session = settled(session)
        with step("computing the day"):
            edition = compute_and_keep(session, day=day)
        with step("publishing"):
            published = publish(
                edition, city=session.city, method=session.method.method, home=session.home
            )
    return session, batches, edition, published


def night_as_data(batches: list[Batch], edition: Edition, published: Published) -> dict[str, Any]:
    """What a run did, as plain values."""
    return {
        "date": edition.facts.day.isoformat(),
        "edition": edition.name,
        "method": edition.facts.method_id,
        "is_new": published.is_new,
        "site": str(published.public),
        "internal": str(published.internal),
        "batches": [asdict(batch) for batch in batches],
    }


def ingest_files(
    files: FilesArgument,
    source: SourceOption,
    city: CityOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in one delivery."""
    with reported("ingest", as_json=as_json):
        session = open_session(city=city, home=home)
        declared = session.city.source(source)
        with (
            working_in(session, purpose="ingest"),
            open_warehouse(session.home, memory=session.memory) as warehouse,
            step("reading"),
        ):
            batch = ingest(
                warehouse,
                files,
                source=declared,
                city=session.city,
                archive=session.archive,
                received_at=datetime.now(UTC),
            )
        if as_json:
            print_json("ingest", asdict(batch))
        else:
            print_batch(batch)


def check(
    files: FilesArgument,
    source: SourceOption,
    city: CityOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Read and judge a delivery without keeping anything: the quality report."""
    with reported("check", as_json=as_json):
        session = open_session(city=city)
        declared = session.city.source(source)
        with step("reading"):
            judgement = judge_without_keeping(
                files,
                source=declared,
                city=session.city,
                received_at=datetime.now(UTC),
                memory=session.memory,
            )
        if as_json:
            print_json("check", judgement.as_json())
        else:
            print_judgement(judgement, source=source, language=language(lang))
