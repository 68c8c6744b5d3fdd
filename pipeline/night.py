"""The night: take in what has arrived, compute the newest complete day, keep the edition."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from pipeline.arrivals import ingest_arrivals
from pipeline.calibrate import calibrated
from pipeline.city import City
from pipeline.compute import compute_edition
from pipeline.editions.catalogue import keep_edition, load_edition
from pipeline.editions.edition import Edition
from pipeline.errors import WrongUsage
from pipeline.ingest import Batch
from pipeline.session import Session
from pipeline.store.folders import storage_errors, write_whole
from pipeline.store.lock import home_lock
from pipeline.store.warehouse import open_warehouse


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
        return replace(session, city=calibrated(warehouse, session.city, session.method))


def compute_and_keep(session: Session, *, day: date | None) -> Edition:
    """Compute a day and return its edition as it is stored: pages are made from nothing else."""
    with open_warehouse(session.home, memory=session.memory) as warehouse:
        fresh = compute_edition(warehouse, session.city, session.method, day=day)
        revision = keep_edition(warehouse, fresh)
        return load_edition(
            warehouse, day=fresh.facts.day, method_id=fresh.facts.method_id, revision=revision
        )
