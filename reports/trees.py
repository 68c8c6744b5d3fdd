"""Folders that are complete or absent: written aside, then moved into place in one step each."""

import ctypes
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path

from indices.periods import Period, PeriodKind, parse_period
from pipeline.store.folders import make_folder, storage_errors, write_whole
from reports.files import checksums

CHECKSUMS = "SHA256SUMS"
STAGING = ".staging"  # never linked; swept before and after each publication
LATEST = "latest"
AT_FDCWD, RENAME_EXCHANGE = -100, 2  # of Linux's renameat2


def published_editions(tree: Path, kinds: Collection[PeriodKind] | None = None) -> list[str]:
    """Folders of the editions, newest period and revision first.

    Args:
        tree: A site, or the folder of one method in it.
        kinds: Only periods of these kinds; all where it is None.
    """
    found = [path.relative_to(tree).as_posix() for path in tree.glob("*/r*") if path.is_dir()]
    editions = [name for name in found if _period_of(name) is not None]
    return sorted(
        (name for name in editions if kinds is None or edition_period(name).kind in kinds),
        key=edition_order,
        reverse=True,
    )


def edition_period(name: str) -> Period:
    """The period of an edition's folder."""
    period = _period_of(name)
    if period is None:
        raise ValueError(f"'{name}' is no folder of an edition, as 2017-04-12/r0")
    return period


def _period_of(name: str) -> Period | None:
    """The period of a folder's name; None where it is none."""
    label, _, revision = name.partition("/r")
    if not revision.isdigit():
        return None
    try:
        return parse_period(label)
    except ValueError:
        return None


def edition_order(name: str) -> tuple[date, date, int]:
    """What editions are sorted by: last and first day, then revision as a number."""
    period = edition_period(name)
    return period.last, period.first, int(name.rpartition("/r")[2])


def is_whole(folder: Path) -> bool:
    """Whether a folder holds exactly what its checksums say."""
    sums = folder / CHECKSUMS
    if not sums.is_file():
        return False
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return there == set(listed) | {CHECKSUMS} and all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        for name, digest in listed.items()
    )


def stage_edition(
    tree: Path, place: str, make: Callable[[], Mapping[str, bytes]]
) -> dict[Path, Path]:
    """Write an edition's folder aside unless it lies in its place whole.

    Returns:
        The move that is left to do, from the folder written to its place; empty if none is.
    """
    if is_whole(tree / place):
        return {}
    files = dict(make())
    staged = tree / STAGING / place
    for name, content in (files | {CHECKSUMS: checksums(files)}).items():
        write_whole(staged / name, content)
    return {staged: tree / place}


def stage_latest(tree: Path, *, newest: Path) -> dict[Path, Path]:
    """Write a copy of the newest edition aside unless `latest` is one; see `stage_edition`."""
    latest, sums = tree / LATEST, newest / CHECKSUMS
    if is_whole(latest) and (latest / CHECKSUMS).read_bytes() == sums.read_bytes():
        return {}
    staged = tree / STAGING / LATEST
    for path in sorted(newest.rglob("*")):
        if path.is_file():
            write_whole(staged / path.relative_to(newest), path.read_bytes())
    return {staged: latest}


def put_in_place(staged: Path, place: Path) -> None:
    """Move what was written aside into its place, in one step; what lay there goes."""
    with storage_errors(place):
        if staged.is_dir() and place.exists():
            _exchange(staged, place)
        else:
            staged.replace(place)


def sweep(tree: Path) -> None:
    """Remove what was left aside, by this run or by one that was killed."""
    make_folder(tree)
    shutil.rmtree(tree / STAGING, ignore_errors=True)


def _exchange(one: Path, other: Path) -> None:
    """Let a folder and what lies in its place change places: no reader finds it empty."""
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    names = os.fsencode(one), os.fsencode(other)
    if renameat2 and not renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE):
        return
    # Where there is no such exchange: two steps, and the next run mends a crash between.
    old = one.with_name(f"{one.name}.old")
    other.rename(old)
    one.rename(other)
