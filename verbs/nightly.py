"""Verbs that take records in: run, ingest, check."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from pipeline.check import judge_without_keeping
from pipeline.editions.edition import Edition
from pipeline.ingest import Batch, ingest
from pipeline.methods import AnyMethodFile
from pipeline.night import (
    Task,
    compute_and_keep,
    reports_due,
    settled,
    take_in,
    tonight,
    working_in,
)
from pipeline.session import Session, open_session
from pipeline.store.warehouse import open_warehouse
from reports.publish import Published, publish
from reports.terminal import print_batch, print_judgement, print_night, print_others
from reports.words.language import language
from verbs.answers import day_of, print_json, reported, step
from verbs.options import (
    BaseOption,
    CityOption,
    DateOption,
    FilesArgument,
    HomeOption,
    JsonOption,
    Lang,
    LangOption,
    MethodOption,
    PeriodOption,
    RecordsOption,
    SourceOption,
)


@dataclass(frozen=True)
class Made:
    """An edition of a night and where it lies."""

    method: AnyMethodFile
    edition: Edition
    published: Published


def run(
    date_: DateOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    records: RecordsOption = None,
    method: MethodOption = None,
    period: PeriodOption = None,
    base: BaseOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """One night: take in what has arrived, compute a day or another period, publish it."""
    with reported("run", as_json=as_json):
        day = day_of(date_)
        session = open_session(city=city, home=home, records=records, method=method)
        batches, made = run_night(session, day, wanted=period, base_year=base)
        if as_json:
            print_json("run", night_as_data(batches, made))
        else:
            first, *others = made
            print_night(
                batches,
                first.edition,
                first.published,
                method=first.method.method,
                language=language(lang),
            )
            print_others([(other.edition, other.published) for other in others])


def run_night(
    session: Session, day: date | None, *, wanted: str | None = None, base_year: int | None = None
) -> tuple[list[Batch], list[Made]]:
    """The night without Prefect: the same steps and bytes. The leading edition comes first."""
    with working_in(session, purpose="run"):
        with step("taking in what has arrived"):
            batches = take_in(session, received_at=datetime.now(UTC))
        with step("measuring what is usual"):
            session = settled(session)
        tasks = tonight(session, day=day, wanted=wanted, base_year=base_year)
        made = [_make(session, task) for task in tasks]
        if wanted is None:
            made += [_make(session, task) for task in reports_due(session, made[0].edition)]
    return batches, made


def _make(session: Session, task: Task) -> Made:
    """Compute and publish one edition."""
    with step(f"computing {task.method.method.id}"):
        edition = compute_and_keep(session, task)
    with step("publishing"):
        published = publish(
            edition, city=session.city, method=task.method, home=session.home, leads=task.leads
        )
    return Made(task.method, edition, published)


def night_as_data(batches: list[Batch], made: list[Made]) -> dict[str, Any]:
    """What a run did, as plain values: the leading edition, then the others."""
    return {
        **_made_as_data(made[0]),
        "others": [_made_as_data(other) for other in made[1:]],
        "batches": [asdict(batch) for batch in batches],
    }


def _made_as_data(made: Made) -> dict[str, Any]:
    facts = made.edition.facts
    return {
        "date": facts.day.isoformat(),
        "period": facts.period,
        "edition": made.edition.name,
        "method": facts.method_id,
        "is_new": made.published.is_new,
        "site": str(made.published.public),
        "internal": str(made.published.internal),
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
