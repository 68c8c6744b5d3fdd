"""Publishing an edition: everything is written aside first, then moved into place."""

from dataclasses import dataclass
from pathlib import Path

from indices.method import Method
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.store.folders import make_folder, write_whole
from reports.files import internal_files, public_files
from reports.pages.day import render_day
from reports.pages.front import render_front
from reports.pages.quality import render_quality
from reports.trees import (
    STAGING,
    edition_order,
    published_editions,
    put_in_place,
    stage_edition,
    stage_latest,
    sweep,
)
from reports.words.language import LANGUAGES, language


@dataclass(frozen=True)
class Published:
    """Where an edition lies now."""

    public: Path
    internal: Path
    page: Path  # of the day, in the city's own language
    is_new: bool  # False: it lay there already, whole, and was left alone


def publish(edition: Edition, *, city: City, method: Method, home: Path) -> Published:
    """Publish an edition, the copy of the newest one, and the front page.

    An edition that lies there whole is left as it is: what was published does not change. A full
    disk is met while writing aside, when nothing has been moved yet.

    Raises:
        StorageUnusable: If the disk is full or cannot be written; nothing half is left in place.
    """
    site, internal = home / "site", home / "internal"
    place = f"{edition.facts.day.isoformat()}/{edition.name}"
    for tree in (site, internal):
        sweep(tree)
    editions = stage_edition(site, place, lambda: _public(edition, city, method))
    editions |= stage_edition(internal, place, lambda: _internal(edition, city))
    moves = dict(editions)
    for tree in (site, internal):
        moves |= stage_latest(tree, newest=_newest(tree, place, editions))
    moves |= _stage_front(site, city, place)
    for target in moves.values():
        make_folder(target.parent)  # even an empty folder may be what a full disk refuses
    for staged, target in moves.items():
        put_in_place(staged, target)
    for tree in (site, internal):
        sweep(tree)
    page = site / place / city.about.language / "index.html"
    return Published(site / place, internal / place, page, is_new=bool(editions))


def _newest(tree: Path, place: str, staged: dict[Path, Path]) -> Path:
    """Folder of the newest edition, which may still lie aside."""
    newest = max([*published_editions(tree), place], key=edition_order)
    targets = {target: source for source, target in staged.items()}
    return targets.get(tree / newest, tree / newest)


def _stage_front(site: Path, city: City, place: str) -> dict[Path, Path]:
    """Write the front page aside unless it is there already."""
    names = {*published_editions(site), place}
    ordered = sorted(names, key=edition_order, reverse=True)
    content = render_front(city, editions=ordered).encode()
    front, staged = site / "index.html", site / STAGING / "index.html"
    if front.is_file() and front.read_bytes() == content:
        return {}
    write_whole(staged, content)
    return {staged: front}


def _public(edition: Edition, city: City, method: Method) -> dict[str, bytes]:
    """Files and pages of the public tree."""
    pages = {
        f"{code}/index.html": render_day(
            edition, city=city, method=method, language=language(code)
        ).encode()
        for code in LANGUAGES
    }
    return public_files(edition, city=city, method=method) | pages


def _internal(edition: Edition, city: City) -> dict[str, bytes]:
    """Files and pages of the internal tree."""
    pages = {
        f"{code}/quality.html": render_quality(edition, city=city, language=language(code)).encode()
        for code in LANGUAGES
    }
    return internal_files(edition) | pages
