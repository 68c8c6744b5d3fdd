"""The night as a Prefect flow: a thin shell over the same steps as `safety-index run`."""

import atexit
import os
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipeline.settings import EMBEDDED_CITY, quiet_prefect, resolve_settings

exit_code = 0


def _leave() -> None:
    """End the process before modules are torn down, when all else has been put away.

    DuckDB's binding would print pages about objects that Prefect's threads still hold then.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(exit_code)


if __name__ == "__main__":
    atexit.register(_leave)  # registered before Prefect is imported: runs after Prefect's own

quiet_prefect(resolve_settings().home_folder)  # Prefect reads its environment when it is imported

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from pipeline.editions.edition import Edition
from pipeline.errors import LockedByAnother, SafetyIndexError, StorageUnusable
from pipeline.ingest import Batch
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
from pipeline.store.folders import make_folder
from reports.files import ranking_rows
from reports.publish import Published, publish
from reports.terminal import print_night, print_others
from reports.words.language import language


def _may_pass(_task: Any, _run: Any, state: Any) -> bool:
    """Only what may be better in a minute is tried again; a wrong file stays wrong."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError | StorageUnusable | LockedByAnother)


@task(
    retries=3,
    retry_delay_seconds=[5, 30, 120],
    retry_condition_fn=_may_pass,
    cache_policy=NO_CACHE,
)
def read_arrivals(session: Session) -> list[Batch]:
    """Take in the files that have arrived."""
    return take_in(session, received_at=datetime.now(UTC))


@task(cache_policy=NO_CACHE)
def settle_rates(session: Session) -> Session:
    """Measure what is usual, at the first night of a city."""
    return settled(session)


@task(cache_policy=NO_CACHE)
def score_towns(session: Session, wanted: Task) -> Edition:
    """Compute a period and keep its edition."""
    return compute_and_keep(session, wanted)


@task(cache_policy=NO_CACHE)
def write_site(session: Session, wanted: Task, edition: Edition) -> Published:
    """Publish pages and files."""
    return publish(
        edition, city=session.city, method=wanted.method, home=session.home, leads=wanted.leads
    )


@task(cache_policy=NO_CACHE)
def show_in_prefect(edition: Edition) -> None:
    """Leave the ranking and the quality summary as artifacts, and name the run by its day."""
    city = edition.facts.city_id
    create_table_artifact(key=f"{city}-ranking", table=ranking_rows(edition))
    create_table_artifact(
        key=f"{city}-quality", table=[vars(quality.batch) for quality in edition.quality.batches]
    )
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=f"{city}-{edition.facts.day}")


def _first_name() -> str:
    """Name of a run until its day is known."""
    given = flow_run.parameters
    return f"{Path(given['city']).name}-{given['day'] or 'newest'}"


@flow(name="nightly", flow_run_name=_first_name)
def nightly(city: str = str(EMBEDDED_CITY), day: date | None = None) -> None:
    """Publish the index of one day; safe to repeat. Home and records come from the environment.

    Args:
        city: A city folder.
        day: The newest complete day where it is None.
    """
    started = time.monotonic()
    session = open_session(city=Path(city))
    with working_in(session, purpose="flow nightly"):
        batches = read_arrivals(session)
        session = settle_rates(session)
        leading, *others = tonight(session, day=day)
        edition = score_towns(session, leading)
        published = write_site(session, leading, edition)
        more = []
        for wanted in (*others, *reports_due(session, edition)):
            other = score_towns(session, wanted)
            more.append((other, write_site(session, wanted, other)))
    show_in_prefect(edition)
    method = leading.method.method
    print_night(batches, edition, published, method=method, language=language("en"))
    print_others(more)
    print(closing_line(batches, edition, published, seconds=time.monotonic() - started))  # noqa: T201


def closing_line(
    batches: list[Batch], edition: Edition, published: Published, *, seconds: float
) -> str:
    """The night in one line for logs."""
    news = [batch for batch in batches if batch.is_new]
    pairs = {
        "city": edition.facts.city_id,
        "day": edition.facts.day,
        "edition": edition.name,
        "new": str(published.is_new).lower(),
        "rows_read": sum(batch.rows_read for batch in news),
        "rows_rejected": sum(batch.rows_rejected for batch in news),
        "towns_rated": int(edition.ranking["score"].notna().sum()),
        "seconds": f"{seconds:.1f}",
    }
    return " ".join(f"{key}={value}" for key, value in pairs.items())


def main() -> int:
    """Run tonight's flow for the city of the environment."""
    settings = resolve_settings()
    try:
        make_folder(settings.home_folder)  # before Prefect starts: it would wait for minutes
    except SafetyIndexError as error:
        print(f"nightly: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    print("starting Prefect (the first time takes half a minute)", file=sys.stderr)  # noqa: T201
    try:
        nightly(city=str(settings.city_folder))
    except SafetyIndexError as error:
        print(f"nightly: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    exit_code = main()
