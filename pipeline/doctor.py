"""A look at everything a night needs."""

import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from pipeline.city import City, read_city
from pipeline.compute.standard import join_rules
from pipeline.counts import find_coverage, load_mappings, newest_batch
from pipeline.errors import SafetyIndexError
from pipeline.methods import find_standard
from pipeline.settings import Settings
from pipeline.store.folders import write_whole
from pipeline.store.warehouse import FILE_NAME, Warehouse, open_for_reading

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    is_sound: bool
    detail: str
    try_next: str = ""


def examine(settings: Settings) -> list[Finding]:
    """All findings; one that cannot be made says why."""
    findings = [_python(), *_packages(), _disk(settings)]
    try:
        city = read_city(settings.city_folder)
        method = find_standard(city.calibration.method)
        if city.is_calibrated:
            join_rules(city, method)
    except SafetyIndexError as error:
        return [*findings, Finding("city", False, error.seen, error.try_next)]
    findings.append(
        Finding(
            "city", True, f"{city.about.id}, {len(city.towns)} towns, {len(city.sources)} source(s)"
        )
    )
    if not (settings.home_folder / FILE_NAME).exists():
        return [*findings, Finding("warehouse", True, "none yet: the first run makes it")]
    try:
        with open_for_reading(settings.home_folder) as warehouse:
            findings += list(_records(warehouse, city))
    except SafetyIndexError as error:
        findings.append(Finding("warehouse", False, error.seen, error.try_next))
    return findings


def _python() -> Finding:
    return Finding(
        "Python",
        sys.version_info >= OLDEST_PYTHON,
        platform.python_version(),
        "use Python 3.11 or newer",
    )


def _packages() -> Iterator[Finding]:
    """Pairs that are known to break: Prefect 3.8 with a newer FastAPI or SQLAlchemy."""
    limits = {
        "duckdb": (2, 0, 3, 0),
        "prefect": (3, 8, 3, 9),
        "fastapi": (0, 139, 0, 151),
        "sqlalchemy": (2, 0, 2, 1),
    }
    for name, (major, minor, below_major, below_minor) in limits.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(
                name, name != "duckdb", "not installed (needed for flows only)", "make setup"
            )
            continue
        numbers = tuple(int(part) for part in found.split(".")[:2])
        sound = (major, minor) <= numbers < (below_major, below_minor)
        yield Finding(name, sound, found, "install the locked versions: make setup")


def _disk(settings: Settings) -> Finding:
    home = settings.home_folder
    probe = home / ".doctor"
    try:
        write_whole(probe, b"")
        probe.unlink()
    except SafetyIndexError as error:
        return Finding("home", False, error.seen, error.try_next)
    free = shutil.disk_usage(home).free
    return Finding(
        "home", free > LEAST_FREE_BYTES, f"{home}, {free / 1e9:.1f} GB free", "free some space"
    )


def _records(warehouse: Warehouse, city: City) -> Iterator[Finding]:
    as_of = newest_batch(warehouse)
    try:
        coverage = find_coverage(warehouse, city, as_of=as_of)
    except SafetyIndexError as error:
        yield Finding("records", False, error.seen, error.try_next)
        return
    yield Finding(
        "records", True, f"{as_of} batch(es), {coverage.first_day} to {coverage.last_day}"
    )
    load_mappings(warehouse, city, categories=city.category_codes, day=coverage.last_day)
    days = warehouse.rows("conservation", as_of=as_of)
    broken = [row for row in days if not row[-1]]
    yield Finding(
        "conservation",
        not broken,
        f"towns + not located + outside = accepted - withdrawn - not counted on "
        f"{len(days) - len(broken)} of {len(days)} days",
        "report this with the days: safety-index doctor --json",
    )
