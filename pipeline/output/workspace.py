"""A place for unfinished files, so that an output folder never holds half a table."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

STARTING, UNFINISHED = ".starting-", ".unfinished-"
HELPERS_END = 5.0  # seconds in which a process that was told to end must have stopped writing

_open: set[Path] = set()  # of this process
_held = False  # whether a block that must not be cut short is under way
_waiting: int | None = None  # the status to end with after that
_published = False  # whether the files of this run were put in place


@contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """A hidden folder inside `out` for unfinished files; it goes whatever happens.

    What a run that was killed has left there goes too; what one under way works on stays.
    """
    global _published
    out.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(out)
    _published = False
    folder = Path(tempfile.mkdtemp(prefix=STARTING, dir=out))
    lock = _locked(folder)
    # Locked first and named then, so that no other run takes it for abandoned.
    folder = folder.rename(out / folder.name.replace(STARTING, UNFINISHED))
    _open.add(folder)
    try:
        yield folder
    finally:
        _open.discard(folder)
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _remove_abandoned(out: Path) -> None:
    """Remove the folders of runs that are surely gone: their locks, which end with a process, are free."""
    for folder in out.glob(f"{UNFINISHED}*"):
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _locked(folder: Path) -> int | None:
    """A descriptor of a folder, which is locked while that is open; None where that cannot be had."""
    if fcntl is None:
        return None
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except OSError:  # another's, or a file system without locks
            os.close(descriptor)
    return None


def publish(unfinished: Path, out: Path) -> list[Path]:
    """Move every file of `unfinished` to the same place below `out`, each in one step; returns where they are."""
    global _published
    placed = []
    _published = True
    for path in sorted(p for p in unfinished.rglob("*") if p.is_file()):
        target = out / path.relative_to(unfinished)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        placed.append(target)
    return placed


def state_of_tables() -> str:
    """How the tables are left if the process ends now; "" where it was to write none."""
    if _published:  # or about to be: that is not cut short
        return "the new files are in place"
    return "the tables are as they were before" if _open else ""


@contextmanager
def undisturbed() -> Iterator[None]:
    """A block that ends before the process is abandoned.

    Half-started helpers could not be told to end, and tables of which some are new would not fit each other.
    """
    global _held, _waiting
    _held = True
    try:
        yield
    finally:
        _held = False
        if _waiting is not None:
            abandon(_waiting)


def abandon(status: int) -> None:
    """End the process at once, with its helpers and unfinished files: for a signal, when nothing else may be done.

    An exception would be the usual way out, but other people's `except:` can swallow it: around an import, in a
    callback, in an object's end.
    """
    global _waiting
    if _held:
        _waiting = status
        return
    try:
        helpers = multiprocessing.active_children()
        for process in helpers:
            process.terminate()
        for process in helpers:
            process.join(HELPERS_END)
        for folder in list(_open):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os._exit(status)
