"""Fixtures: a made-up city small enough to count by hand, and the real ones."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.city import City, read_city
from pipeline.compute.standard import join_rules
from pipeline.counts import load_counts, load_mappings, newest_batch
from pipeline.ingest import Batch, ingest
from pipeline.methods import find_method
from pipeline.settings import REPOSITORY
from pipeline.store.warehouse import Warehouse, open_in_memory

EXIT_STATUS = pytest.StashKey[int]()
RECEIVED_AT = datetime(2025, 6, 1, tzinfo=UTC)
SHARED = REPOSITORY.parent / "shared" / "data"

CITY_TOML = """
id = "alder-county"
name = { en = "Alder County", zh = "桤木县" }
town_word = { en = "town", zh = "镇" }
town_words = { en = "towns", zh = "镇" }
timezone = "America/Toronto"
records = "records"
[licence]
name = "made up"
url = "https://example.org/licence"
attribution = "Invented records."
[district_names_zh]
North = "北区"
"""
METHOD_TOML = """
method = "standard"
[base_period]
first = 2025-01-01
last = 2025-03-31
status = "assumed"
reason = "made up"
[pillars.persons]
weight = { value = 0.5, status = "assumed", reason = "made up" }
[pillars.persons.usual_per_100k_day]
assault = 20.0
robbery = 5.0
[pillars.property]
weight = { value = 0.5, status = "assumed", reason = "made up" }
[pillars.property.usual_per_100k_day]
break_and_enter = 10.0
"""
SOURCE_TOML = """
id = "calls"
name = {{ en = "calls", zh = "报警" }}
files = ["calls*.csv*"]
format = "csv"
delivery = "{delivery}"
withdraw_at_most = {withdraw_at_most}
first_day = 2025-01-01
last_day = "{last_day}"
[occurred]
column = "when"
formats = ["%Y-%m-%d %H:%M", "%Y-%m-%d"]
zone = "city"
precision = "second"
[category]
column = "kind"
[place]
column = "town"
[identity]
columns = ["id"]
repeats = "{repeats}"
"""
TOWNS_CSV = """town_id,name,name_zh,district,population,population_year
001,Alder,桤木镇,North,10000,2020
002,Birch,桦树镇,North,20000,2020
003,Cedar,,South,400,2020
"""
PLACES_CSV = """value,place,reason
ALDER,001,
BIRCH,002,
CEDAR,003,
ELSEWHERE,outside,next county
"""
CATEGORIES_CSV = """value,category,reason
ASSAULT,assault,
ROBBERY,robbery,
BURGLARY,break_and_enter,
FEVER,,illness
"""


def write_city(
    folder: Path,
    *,
    delivery: str = "snapshot",
    repeats: str = "duplicate",
    last_day: str = "complete",
    withdraw_at_most: float = 1.0,
) -> Path:
    """Write Alder County: three towns, one source `calls` with columns id, when, town, kind."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "records").mkdir(exist_ok=True)
    source = SOURCE_TOML.format(
        delivery=delivery, repeats=repeats, last_day=last_day, withdraw_at_most=withdraw_at_most
    )
    files = {
        "city.toml": CITY_TOML,
        "method.toml": METHOD_TOML,
        "sources/calls.toml": source,
        "towns.csv": TOWNS_CSV,
        "places.csv": PLACES_CSV,
        "categories.csv": CATEGORIES_CSV,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def table_rows(text: str) -> list[list[str]]:
    """Cells of a table drawn with | and a rule under its heads; the heads are left out."""
    lines = [line for line in text.splitlines() if "|" in line]
    return [[cell.strip() for cell in line.split("|")] for line in lines[1:]]


def calls_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """A file of the source `calls`."""
    lines = ["id,when,town,kind", *(",".join(row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


# Forty calls in four weeks, enough to rate Birch and too few for Cedar.
FIRST_NIGHT = calls_csv(
    (
        f"c{n}",
        f"2025-03-{1 + n % 28:02} 10:00",
        ("ALDER", "BIRCH", "BIRCH", "ELSEWHERE", "CEDAR", "BIRCH", "ALDER", "")[n % 8],
        ("ASSAULT", "BURGLARY", "ASSAULT", "ROBBERY", "FEVER")[n % 5],
    )
    for n in range(40)
)


class County:
    """Alder County with an open warehouse in memory."""

    def __init__(self, city: City, warehouse: Warehouse, folder: Path) -> None:
        """Keep the three."""
        self.city, self.warehouse, self.folder = city, warehouse, folder
        self.rules = join_rules(city, find_method("standard"))
        self.n_files = 0

    def deliver(self, content: str | bytes) -> Batch:
        """Ingest one file; a text is a drawn table id | when | town | kind."""
        if isinstance(content, str):
            content = calls_csv(table_rows(content))
        self.n_files += 1
        path = self.folder / f"calls-{self.n_files:03}.csv"
        path.write_bytes(content)
        return self.ingest(path)

    def ingest(self, *paths: Path) -> Batch:
        """Ingest files as one delivery."""
        return ingest(
            self.warehouse,
            paths,
            source=self.city.sources[0],
            city=self.city,
            archive=self.folder / "archive",
            received_at=RECEIVED_AT,
        )

    def counts(self, *, as_of: int | None = None) -> dict[tuple[str, str, str], int]:
        """Counted incidents by town, day and category, without the empty cells."""
        load_mappings(
            self.warehouse, self.city, categories=self.rules.categories, day=date(2025, 5, 31)
        )
        first = date(2025, 1, 1)
        loaded = load_counts(
            self.warehouse,
            first_day=first,
            last_day=date(2025, 5, 31),
            as_of=newest_batch(self.warehouse) if as_of is None else as_of,
            n_towns=len(self.city.towns),
            n_categories=len(self.rules.categories),
        )
        cells = {}
        for day, town, category in zip(*loaded.counts.nonzero(), strict=True):
            key = (
                tuple(self.city.towns.values())[town].name,
                date.fromordinal(first.toordinal() + int(day)).isoformat(),
                self.rules.categories[category],
            )
            cells[key] = int(loaded.counts[day, town, category])
        return cells

    def reasons(self) -> list[tuple[int, str]]:
        """Row number and reason of each rejected row."""
        rows = self.warehouse.rows("rejected_rows", as_of=newest_batch(self.warehouse), most=1000)
        return [(int(str(row[2])), str(row[3])) for row in rows]


@pytest.fixture
def county(tmp_path: Path) -> Iterable[Callable[..., County]]:
    """Make Alder County; options as those of `write_city`."""
    opened = []

    def make(**options: object) -> County:
        folder = write_city(tmp_path / f"alder-{len(opened)}", **options)  # type: ignore[arg-type]
        context = open_in_memory()
        opened.append(context)
        return County(read_city(folder), context.__enter__(), folder)

    yield make
    for context in opened:
        context.__exit__(None, None, None)


def run_cli(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call `safety-index` as a person would, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *map(str, arguments)],
        cwd=REPOSITORY,
        env=os.environ | {"COLUMNS": "140"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def tree_bytes(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def gzipped(content: bytes) -> bytes:
    """The same bytes for the same content."""
    return gzip.compress(content, mtime=0)


@pytest.fixture(scope="session")
def toronto_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one night of Toronto has run. Tests read it; none may write to it."""
    home = tmp_path_factory.mktemp("toronto") / "home"
    done = run_cli("run", "--home", home)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="session")
def montgomery_records() -> tuple[Path, str]:
    """The county's two exports where they are at hand, else made-up ones; and which."""
    real = SHARED / "montgomery-pa-911"
    if (real / "calls.csv.gz").is_file():
        return real, "real"
    return Path(__file__).parent / "data" / "montgomery-made-up", "made-up"


@pytest.fixture(scope="session")
def montgomery_home(
    tmp_path_factory: pytest.TempPathFactory, montgomery_records: tuple[Path, str]
) -> Path:
    """A home in which the county's night has run on both deliveries."""
    home = tmp_path_factory.mktemp("montgomery") / "home"
    city = REPOSITORY / "data" / "cities" / "montgomery-pa"
    done = run_cli("run", "--city", city, "--home", home, "--records", montgomery_records[0])
    assert done.returncode == 0, done.stderr
    return home


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Remember how the tests ended."""
    session.config.stash[EXIT_STATUS] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave before modules are torn down: DuckDB's binding prints pages about what still lives."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(config.stash.get(EXIT_STATUS, 4))


def pytest_report_header() -> str:
    """Say which records the county's tests use."""
    at_hand = (SHARED / "montgomery-pa-911" / "calls.csv.gz").is_file()
    return f"Montgomery County: {'real exports' if at_hand else 'made-up records'}"
