"""The night: take in what has arrived, compute the newest complete periods, keep the editions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from indices.periods import Period, PeriodKind, ends_on, parse_period, period_of, previous
from pipeline.arrivals import ingest_arrivals
from pipeline.calibrate import calibrated
from pipeline.city import City
from pipeline.compute.edition import compute_edition
from pipeline.editions.catalogue import keep_edition, list_editions, load_edition
from pipeline.editions.edition import Edition
from pipeline.errors import WrongUsage
from pipeline.ingest import Batch
from pipeline.methods import AnyMethodFile
from pipeline.session import Session
from pipeline.store.folders import storage_errors, write_whole
from pipeline.store.lock import home_lock
from pipeline.store.warehouse import open_for_reading, open_warehouse


@contextmanager
def working_in(session: Session, *, purpose: str) -> Iterator[None]:
    """Hold a home for one city.

    Raises:
        LockedByAnother: If another run works in it.
        WrongUsage: If it belongs to another city.
    """
    with home_lock(session.home, purpose=purpose):
        bind_home(session.home, session.city)
        yield


def bind_home(home: Path, city: City) -> None:
    """Write down at the first use which city a home belongs to: its site has one city's pages.

    Raises:
        WrongUsage: If it belongs to another.
    """
    note = home / "city"
    if not note.exists():
        write_whole(note, f"{city.about.id}\n".encode())
    with storage_errors(note):
        owner = note.read_text(encoding="utf-8", errors="replace").strip()
    if owner != city.about.id:
        raise WrongUsage(
            f"{home} belongs to the city '{owner}'",
            expected=f"a home of '{city.about.id}', or an empty one",
            try_next=f"--home {home / city.about.id}",
        )


def take_in(session: Session, *, received_at: datetime) -> list[Batch]:
    """Ingest what lies in the records folder and is not known yet."""
    with open_warehouse(session.home, memory=session.memory) as warehouse:
        return ingest_arrivals(
            warehouse,
            session.city,
            records=session.settings.records.value,
            home=session.home,
            received_at=received_at,
        )


def settled(session: Session) -> Session:
    """The session with usual rates: at the first night they are measured and written down."""
    if session.city.is_calibrated:
        return session
    with open_warehouse(session.home, memory=session.memory) as warehouse:
        return replace(session, city=calibrated(warehouse, session.city, session.standard))


@dataclass(frozen=True)
class Task:
    """One edition that a night makes."""

    method: AnyMethodFile
    leads: bool  # whether its method is the city's first one
    day: date | None = None
    wanted: str | None = None  # kind or label of the period; None: the method's own
    base_year: int | None = None


def tonight(
    session: Session,
    *,
    day: date | None = None,
    wanted: str | None = None,
    base_year: int | None = None,
) -> list[Task]:
    """The editions of a night, the leading one first: one of each method of the city.

    Args:
        session: With the methods.
        day: A day of the periods; the newest complete ones where it is None.
        wanted: A kind of period, or one period by its label.
        base_year: A year that the headline categories are compared with besides.
    """
    leading = session.city.about.methods[0]
    return [
        Task(method, method.method.id == leading, day, wanted, base_year)
        for method in session.methods
    ]


def reports_due(session: Session, edition: Edition) -> list[Task]:
    """The reports that a leading edition of a day makes due.

    They are those of the newest whole periods up to the day that are not stored yet, or whose pages
    are gone; on the last day of a period its report is made in any case, so that a second run of
    that day corrects it.
    """
    facts = edition.facts
    leads = facts.method_id == session.city.about.methods[0]
    if facts.period_kind != PeriodKind.DAY or facts.by_month or not leads:
        return []
    with open_for_reading(session.home) as warehouse:
        stored = {(key.period, key.method_id) for key in list_editions(warehouse)}
    due = []
    for kind in map(PeriodKind, session.city.about.reports):
        period = period_of(facts.day, kind)
        if not ends_on(facts.day, kind):
            period = previous(period)
        is_due = (period, facts.method_id) not in stored or period.last == facts.day
        is_due = is_due or _is_lost(session, period)
        if is_due and period.first >= facts.data_first_day:
            method = session.method_named(facts.method_id)
            due.append(Task(method, leads=True, wanted=period.label))
    return due


def _is_lost(session: Session, period: Period) -> bool:
    """Whether a published report lies in its place no more."""
    return not all((session.home / tree / period.label).is_dir() for tree in ("site", "internal"))


def compute_and_keep(session: Session, task: Task) -> Edition:
    """Compute a period and return its edition as it is stored: pages are made from nothing else."""
    with open_warehouse(session.home, memory=session.memory) as warehouse:
        fresh = compute_edition(
            warehouse,
            session.city,
            task.method,
            day=task.day,
            wanted=task.wanted,
            base_year=task.base_year,
        )
        revision = keep_edition(warehouse, fresh)
        return load_edition(
            warehouse,
            method_id=fresh.facts.method_id,
            period=parse_period(fresh.facts.period),
            revision=revision,
        )
