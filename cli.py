"""The verbs for a person at a terminal; Prefect is not needed for any of them."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipeline.calibrate import measure_usual_rates
from pipeline.check import judge_without_keeping
from pipeline.doctor import examine
from pipeline.editions.catalogue import load_edition
from pipeline.editions.edition import Edition
from pipeline.errors import SafetyIndexError, WrongUsage
from pipeline.ingest import Batch, ingest
from pipeline.methods import (
    find_method,
    list_methods,
    method_as_data,
    read_method,
)
from pipeline.night import compute_and_keep, take_in, working_in
from pipeline.session import Session, open_session
from pipeline.settings import resolve_settings
from pipeline.store.warehouse import open_for_reading, open_warehouse
from reports.files import explanation_document, ranking_document
from reports.listings import choice_lines, finding_lines, method_lines, rate_lines, setting_lines
from reports.publish import Published, publish
from reports.terminal import (
    print_batch,
    print_explanation,
    print_night,
    print_quality,
    print_ranking,
)
from reports.words.language import language

app = typer.Typer(
    name="safety-index",
    help="A city's nightly safety index: records in, ranked pages and files out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Lang(StrEnum):
    """Languages of terminal tables."""

    en = "en"
    zh = "zh"


CityOption = Annotated[
    Path | None,
    typer.Option(
        "--city", help="City folder. Default: the embedded city, Toronto.", show_default=False
    ),
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder that a run writes to. Default: var, or var/NAME for another city.",
        show_default=False,
    ),
]
RecordsOption = Annotated[
    Path | None,
    typer.Option(
        "--records",
        help="Folder in which new files are looked for. Default: as the city file says.",
        show_default=False,
    ),
]
DAY = "Day. Default: the newest complete day."
DateOption = Annotated[
    str | None, typer.Option("--date", metavar="YYYY-MM-DD", help=DAY, show_default=False)
]
SourceOption = Annotated[
    str, typer.Option("--source", help="Source of the city, as its file in sources/ names it.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
LangOption = Annotated[Lang, typer.Option("--lang", help="Language of tables.")]
FilesArgument = Annotated[
    list[Path], typer.Argument(help="The files of one delivery.", show_default=False)
]


def main() -> None:
    """Entry point of the console command."""
    app()


@contextmanager
def _reported(verb: str, *, as_json: bool) -> Iterator[None]:
    """Print an error as text or as a document, and leave with its exit code."""
    try:
        yield
    except SafetyIndexError as error:
        if as_json:
            problem = {"seen": error.seen, "expected": error.expected, "try": error.try_next}
            _print_json(verb, {}, status="failed", diagnostics=[problem])
        print(f"safety-index {verb}: {error}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(error.exit_code) from error


def _print_json(
    verb: str,
    data: dict[str, Any],
    *,
    status: str = "ok",
    diagnostics: list[dict[str, str]] | None = None,
) -> None:
    """One document on standard output."""
    document = {
        "schema": f"safety-index/{verb}/1",
        "status": status,
        "data": data,
        "diagnostics": diagnostics or [],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    print(text)  # noqa: T201


def _answer(
    verb: str, data: dict[str, Any], lines: Iterable[str], *, as_json: bool, status: str = "ok"
) -> None:
    """A document, or the same as lines."""
    if as_json:
        _print_json(verb, data, status=status)
    else:
        print("\n".join(lines))  # noqa: T201


def _day(text: str | None) -> date | None:
    """A day as it is given."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(
            f"--date {text} is no day", expected="YYYY-MM-DD", try_next="--date 2021-12-31"
        ) from error


@contextmanager
def _step(text: str) -> Iterator[None]:
    """Show what is going on while it takes time, on a terminal only."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(text):
            yield
    else:
        yield


@app.command()
def run(
    date_: DateOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    records: RecordsOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """One night: take in what has arrived, compute a day, publish it."""
    with _reported("run", as_json=as_json):
        session, day = open_session(city=city, home=home, records=records), _day(date_)
        batches, edition, published = run_night(session, day)
        if as_json:
            _print_json("run", night_as_data(batches, edition, published))
        else:
            print_night(
                batches, edition, published, method=session.method.method, language=language(lang)
            )


def run_night(session: Session, day: date | None) -> tuple[list[Batch], Edition, Published]:
    """The night without Prefect: the same steps, the same bytes."""
    with working_in(session, purpose="run"):
        with _step("taking in what has arrived"):
            batches = take_in(session, received_at=datetime.now(UTC))
        with _step("computing the day"):
            edition = compute_and_keep(session, day=day)
        with _step("publishing"):
            published = publish(
                edition, city=session.city, method=session.method.method, home=session.home
            )
    return batches, edition, published


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


@app.command("ingest")
def ingest_files(
    files: FilesArgument,
    source: SourceOption,
    city: CityOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in one delivery."""
    with _reported("ingest", as_json=as_json):
        session = open_session(city=city, home=home)
        declared = session.city.source(source)
        with (
            working_in(session, purpose="ingest"),
            open_warehouse(session.home) as warehouse,
            _step("reading"),
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
            _print_json("ingest", asdict(batch))
        else:
            print_batch(batch)


@app.command()
def check(
    files: FilesArgument,
    source: SourceOption,
    city: CityOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Read and judge a delivery without keeping anything: the quality report."""
    with _reported("check", as_json=as_json):
        session = open_session(city=city)
        declared = session.city.source(source)
        with _step("reading"):
            quality = judge_without_keeping(
                files,
                source=declared,
                city=session.city,
                method=session.method,
                received_at=datetime.now(UTC),
            )
        if as_json:
            _print_json("check", quality.as_json())
        else:
            print_quality(quality, language=language(lang))


@app.command()
def show(
    date_: DateOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """The ranking of a day in the terminal."""
    with _reported("show", as_json=as_json):
        session = open_session(city=city, home=home)
        edition = _stored(session, _day(date_))
        if as_json:
            _print_json("show", ranking_document(edition)["data"])
        else:
            print_ranking(edition, method=session.method.method, language=language(lang))


def _stored(session: Session, day: date | None) -> Edition:
    with open_for_reading(session.home) as warehouse:
        return load_edition(warehouse, day=day, method_id=session.method.method.id)


@app.command()
def explain(
    town: Annotated[str, typer.Argument(help="town_id or name.")],
    date_: DateOption = None,
    city: CityOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Why a town has its score: points lost by category, and what they rest on. Internal."""
    with _reported("explain", as_json=as_json):
        session = open_session(city=city, home=home)
        named = session.city.town(town)
        edition = _stored(session, _day(date_))
        if as_json:
            _print_json("explain", explanation_document(edition, named.town_id))
        else:
            print_explanation(
                edition,
                named,
                city=session.city,
                method=session.method.method,
                language=language(lang),
            )


methods_app = typer.Typer(no_args_is_help=True, help="The method files.")
app.add_typer(methods_app, name="methods")


@methods_app.command("list")
def methods_list(as_json: JsonOption = False) -> None:
    """All methods, with how much of each is stated and how much assumed."""
    with _reported("methods", as_json=as_json):
        files = list_methods()
        data = {"methods": [method_as_data(file) for file in files]}
        _answer("methods", data, method_lines(files), as_json=as_json)


@methods_app.command("show")
def methods_show(
    method: Annotated[str, typer.Argument(help="Id of the method.")], as_json: JsonOption = False
) -> None:
    """One method with every value and its origin."""
    with _reported("methods", as_json=as_json):
        file = find_method(method)
        data = file.method.model_dump(mode="json") | {"sha256": file.sha256}
        _answer("methods", data, choice_lines(file), as_json=as_json)


@methods_app.command("check")
def methods_check(
    file: Annotated[Path, typer.Argument(help="A method file.")], as_json: JsonOption = False
) -> None:
    """Check a method file: all its mistakes at once."""
    with _reported("methods", as_json=as_json):
        read = read_method(file)
        _answer("methods", method_as_data(read), method_lines([read]), as_json=as_json)


@methods_app.command("usual")
def methods_usual(
    city: CityOption = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Measure the city's usual rates over its base period, to be frozen in its method.toml."""
    with _reported("methods", as_json=as_json):
        session = open_session(city=city, home=home)
        with open_for_reading(session.home) as warehouse:
            rates = measure_usual_rates(warehouse, session.city, session.method)
        _answer("methods", {"usual_per_100k_day": rates}, rate_lines(rates), as_json=as_json)


@app.command()
def doctor(city: CityOption = None, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Look at what a night needs: versions, files, disk, records, and whether counts add up."""
    with _reported("doctor", as_json=as_json):
        findings = examine(resolve_settings(city=city, home=home))
        healthy = all(finding.is_sound for finding in findings)
        data = {"findings": [asdict(finding) for finding in findings]}
        status = "ok" if healthy else "failed"
        _answer("doctor", data, finding_lines(findings), as_json=as_json, status=status)
        if not healthy:
            raise typer.Exit(1)


@app.command()
def config(
    city: CityOption = None,
    home: HomeOption = None,
    records: RecordsOption = None,
    as_json: JsonOption = False,
) -> None:
    """The settings in force, and where each comes from."""
    with _reported("config", as_json=as_json):
        settings = resolve_settings(city=city, home=home, records=records)
        named = {name: getattr(settings, name) for name in ("city", "home", "records")}
        data = {name: asdict(setting) for name, setting in named.items()}
        _answer("config", data, setting_lines(named), as_json=as_json)


if __name__ == "__main__":
    main()
