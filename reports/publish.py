"""Publishing an edition: everything is written aside first, then moved into place."""

from dataclasses import dataclass
from pathlib import Path

from indices.composite.method import CompositeMethod
from indices.method import StandardMethod
from indices.periods import PeriodKind
from pipeline.city import City
from pipeline.editions.edition import Edition
from pipeline.methods import AnyMethodFile
from pipeline.store.folders import make_folder, write_whole
from reports.data_package import data_package
from reports.files import internal_files, public_files
from reports.pages.day import render_day
from reports.pages.front import render_front
from reports.pages.funnel import render_funnel
from reports.pages.method import render_method
from reports.pages.quality import render_quality
from reports.pages.report import render_report, report_files
from reports.pages.sensitivity import has_sensitivity, render_sensitivity
from reports.trees import (
    STAGING,
    edition_order,
    edition_period,
    published_editions,
    put_in_place,
    stage_edition,
    stage_latest,
    sweep,
)
from reports.words.language import LANGUAGES, language

METHODS = "methods"
# Periods that have a report; shorter ones have the page of a day.
REPORTED = (
    PeriodKind.HALF_MONTH,
    PeriodKind.MONTH,
    PeriodKind.QUARTER,
    PeriodKind.HALF_YEAR,
    PeriodKind.YEAR,
    PeriodKind.RANGE,
)


@dataclass(frozen=True)
class Published:
    """Where an edition lies now."""

    public: Path
    internal: Path
    page: Path  # of the edition, in the city's own language
    is_new: bool  # False: it lay there already, whole, and was left alone


def publish(
    edition: Edition, *, city: City, method: AnyMethodFile, home: Path, leads: bool = True
) -> Published:
    """Publish an edition, the page of its method, the copy of the newest one, and the front page.

    An edition that lies there whole is left as it is: what was published does not change. A full
    disk is met while writing aside, when nothing has been moved yet.

    Args:
        edition: As it was stored.
        city: Whose it is.
        method: That it was made by.
        home: Folder that holds both trees.
        leads: Whether its method is the city's first one. The others' editions lie below the page
            of their method, and are neither `latest` nor on the front page.

    Raises:
        StorageUnusable: If the disk is full or cannot be written; nothing half is left in place.
    """
    site, internal = home / "site", home / "internal"
    own = "" if leads else f"{METHODS}/{edition.facts.method_id}/"
    place = f"{own}{edition.facts.period}/{edition.name}"
    for tree in (site, internal):
        sweep(tree)
    editions = stage_edition(site, place, lambda: _public(edition, city, method))
    editions |= stage_edition(internal, place, lambda: _internal(edition, city))
    moves = dict(editions)
    moves |= _stage_method(site, method)
    if leads:
        kind = lead_kind(method)
        for tree in (site, internal):
            moves |= stage_latest(tree, newest=_newest(tree, kind, place, editions))
    moves |= _stage_front(site, city, place, method)
    _move(moves)
    for tree in (site, internal):
        sweep(tree)
    page = site / place / city.about.language / "index.html"
    return Published(site / place, internal / place, page, is_new=bool(editions))


def lead_kind(method: AnyMethodFile) -> PeriodKind:
    """The kind of period whose newest edition is `latest`."""
    if isinstance(method.method, CompositeMethod):
        return method.method.period.value
    return PeriodKind.DAY


def _move(moves: dict[Path, Path]) -> None:
    """Put everything written aside into its place."""
    for target in moves.values():
        make_folder(target.parent)  # even an empty folder may be what a full disk refuses
    for staged, target in moves.items():
        put_in_place(staged, target)


def _newest(tree: Path, kind: PeriodKind, place: str, staged: dict[Path, Path]) -> Path:
    """Folder of the newest edition, which may still lie aside."""
    known = published_editions(tree, [kind])
    if not known:
        known = [place]  # a report of a city that has no edition of a day yet
    newest = max([*known, *_of_kind(place, kind)], key=edition_order)
    targets = {target: source for source, target in staged.items()}
    return targets.get(tree / newest, tree / newest)


def _of_kind(place: str, kind: PeriodKind) -> list[str]:
    return [place] if edition_period(place).kind == kind else []


def _stage_method(site: Path, method: AnyMethodFile) -> dict[Path, Path]:
    """Write the pages of a method aside unless they are there already."""
    moves: dict[Path, Path] = {}
    for code in LANGUAGES:
        name = f"{METHODS}/{method.method.id}/{code}/index.html"
        moves |= _stage_page(site, name, render_method(method, language=language(code)).encode())
    return moves


def _stage_front(site: Path, city: City, place: str, method: AnyMethodFile) -> dict[Path, Path]:
    """Write the front page aside unless it is there already."""
    with_page = {path.parents[1].name for path in (site / METHODS).glob("*/en/index.html")}
    names = sorted({*with_page, method.method.id})
    methods = {name: _editions(site, f"{METHODS}/{name}/", place) for name in names}
    content = render_front(city, editions=_editions(site, "", place), methods=methods)
    return _stage_page(site, "index.html", content.encode())


def _editions(site: Path, below: str, place: str) -> list[str]:
    """Folders of editions below a part of the site, newest first, with the one being published."""
    known = {*published_editions(site / below)}
    own = place.removeprefix(below)
    if place.startswith(below) and own.count("/") == 1:  # the period and the revision, no more
        known.add(own)
    return sorted(known, key=edition_order, reverse=True)


def _stage_page(site: Path, name: str, content: bytes) -> dict[Path, Path]:
    """Write one page aside unless it lies there as it is."""
    page, staged = site / name, site / STAGING / name
    if page.is_file() and page.read_bytes() == content:
        return {}
    write_whole(staged, content)
    return {staged: page}


def _public(edition: Edition, city: City, method: AnyMethodFile) -> dict[str, bytes]:
    """Files and pages of the public tree."""
    render = render_report if edition.facts.period_kind in REPORTED else render_day
    pages = {
        f"{code}/index.html": render(
            edition, city=city, method=method.method, language=language(code)
        ).encode()
        for code in LANGUAGES
    }
    pages |= {  # as the method stood for this edition: the file may change later
        f"{code}/method.html": render_method(
            method, language=language(code), name="method.html"
        ).encode()
        for code in LANGUAGES
    }
    if has_sensitivity(edition) and isinstance(method.method, StandardMethod):
        pages |= {
            f"{code}/sensitivity.html": render_sensitivity(
                edition, city=city, method=method.method, language=language(code)
            ).encode()
            for code in LANGUAGES
        }
    files = public_files(edition) | report_files(edition, public=True)
    package = data_package(edition, files, city=city, method=method.method)
    return files | {"datapackage.json": package} | pages


def _internal(edition: Edition, city: City) -> dict[str, bytes]:
    """Files and pages of the internal tree."""
    pages = {
        f"{code}/quality.html": render_quality(edition, city=city, language=language(code)).encode()
        for code in LANGUAGES
    }
    pages |= {
        f"{code}/funnel.html": render_funnel(edition, city=city, language=language(code)).encode()
        for code in LANGUAGES
    }
    return internal_files(edition) | report_files(edition, public=False) | pages
