"""One run at a time in a home."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.errors import LockedByAnother, StorageUnusable
from pipeline.store.folders import make_folder


@contextmanager
def home_lock(home: Path, *, purpose: str) -> Iterator[None]:
    """Hold the home for the block. The operating system frees the lock when its owner dies.

    Raises:
        LockedByAnother: If another run holds it.
    """
    make_folder(home)
    lock = FileLock(home / "lock")
    note = home / "lock.json"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LockedByAnother(
            f"{home} is in use by another run{_owner(note)}",
            expected="one run at a time in a home",
            try_next="wait for it to end, then run the command again",
        ) from error
    except OSError as error:
        raise StorageUnusable(
            f"{home / 'lock'}: {error.strerror}",
            expected="a home that this user may write to",
            try_next="give another with --home, or change its permissions",
        ) from error
    owner = {"host": platform.node(), "pid": os.getpid(), "purpose": purpose}
    try:
        with suppress(OSError):  # the note is for people; the lock holds without it
            note.write_text(json.dumps(owner), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _owner(note: Path) -> str:
    """Who holds the lock, as far as the note beside it tells."""
    try:
        owner = json.loads(note.read_text(encoding="utf-8"))
        return f" (process {owner['pid']} on {owner['host']}: {owner['purpose']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
