"""Two trees, each folder of which is complete or absent."""

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from indices.method import Method
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.store.folders import make_folder, storage_errors, write_whole
from reports.files import checksums, internal_files, public_files
from reports.pages.day import render_day
from reports.pages.front import render_front
from reports.pages.quality import render_quality
from reports.words.language import LANGUAGES, language

CHECKSUMS = "SHA256SUMS"
STAGING = ".staging"  # never linked, swept at the next publication


@dataclass(frozen=True)
class Published:
    """Where an edition lies now."""

    public: Path
    internal: Path
    is_new: bool  # False: it lay there already, whole, and was left alone

    @property
    def page(self) -> Path:
        """The English page of the day."""
        return self.public / "en" / "index.html"


def publish(edition: Edition, *, city: City, method: Method, home: Path) -> Published:
    """Write an edition's folders, then the copy of the newest edition and the front page.

    An edition that lies there whole is left as it is: what was published does not change.

    Raises:
        StorageUnusable: If the disk is full or cannot be written; nothing half is left in place.
    """
    place = Path(edition.facts.day.isoformat()) / edition.name
    site, internal = home / "site", home / "internal"
    public_new = _place(
        site,
        place,
        lambda: _with_pages(public_files(edition, city=city, method=method), edition, city, method),
    )
    internal_new = _place(
        internal, place, lambda: _with_quality(internal_files(edition), edition, city)
    )
    editions = published_editions(site)
    _refresh_latest(site, newest=editions[0])
    _refresh_latest(internal, newest=published_editions(internal)[0])
    front = render_front(city, editions=editions).encode()
    if not (site / "index.html").exists() or (site / "index.html").read_bytes() != front:
        write_whole(site / "index.html", front)
    for tree in (site, internal):
        _sweep(tree)
    return Published(site / place, internal / place, is_new=public_new or internal_new)


def published_editions(site: Path) -> list[str]:
    """Folders of the editions, newest day and revision first."""
    found = [path for path in site.glob("????-??-??/r*") if (path / CHECKSUMS).is_file()]
    ordered = sorted(found, key=lambda path: (path.parent.name, int(path.name[1:])), reverse=True)
    return [path.relative_to(site).as_posix() for path in ordered]


def is_whole(folder: Path) -> bool:
    """Whether a folder holds exactly what its checksums say."""
    sums = folder / CHECKSUMS
    if not sums.is_file():
        return False
    lines = sums.read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return there == set(listed) | {CHECKSUMS} and all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in listed.items()
    )


def _with_pages(
    files: dict[str, bytes], edition: Edition, city: City, method: Method
) -> dict[str, bytes]:
    pages = {
        f"{code}/index.html": render_day(
            edition, city=city, method=method, language=language(code)
        ).encode()
        for code in LANGUAGES
    }
    return files | pages


def _with_quality(files: dict[str, bytes], edition: Edition, city: City) -> dict[str, bytes]:
    pages = {
        f"{code}/quality.html": render_quality(edition, city=city, language=language(code)).encode()
        for code in LANGUAGES
    }
    return files | pages


def _place(tree: Path, place: Path, make: Callable[[], Mapping[str, bytes]]) -> bool:
    """Put a folder in its place unless it lies there whole; True if it was written."""
    _sweep(tree)
    folder = tree / place
    if is_whole(folder):
        return False
    staging = tree / STAGING / place.name
    files = dict(make())
    for name, content in (files | {CHECKSUMS: checksums(files)}).items():
        write_whole(staging / name, content)
    _swap(staging, folder)
    return True


def _refresh_latest(tree: Path, *, newest: str) -> None:
    """Make `latest` a copy of the newest edition, byte for byte."""
    latest, source = tree / "latest", tree / newest
    same = (
        latest.is_dir()
        and (latest / CHECKSUMS).is_file()
        and ((latest / CHECKSUMS).read_bytes() == (source / CHECKSUMS).read_bytes())
    )
    if same and is_whole(latest):
        return
    staging = tree / STAGING / "latest"
    make_folder(staging.parent)
    with storage_errors(staging):
        shutil.copytree(source, staging)
    _swap(staging, latest)


def _swap(staging: Path, folder: Path) -> None:
    """Move a finished folder into its place; what lay there goes."""
    make_folder(folder.parent)
    old = staging.with_name(f"{staging.name}.old")
    with storage_errors(folder):
        if folder.exists():
            folder.rename(old)
        staging.rename(folder)
        shutil.rmtree(old, ignore_errors=True)


def _sweep(tree: Path) -> None:
    """Remove what a killed run left in the staging folder."""
    make_folder(tree)
    shutil.rmtree(tree / STAGING, ignore_errors=True)
