"""A place for unfinished files, so that an output folder never holds half a table."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HELPERS_END = 5.0  # seconds in which a process that was told to end must have stopped writing

_open: set[Path] = set()  # of this process
_held = False  # whether a block that must not be cut short is under way
_waiting: int | None = None  # the status to end with after that


@contextmanager
def workspace(out: Path) -> Iterator[Path]:
    """A hidden folder inside `out` for unfinished files; it goes whatever happens."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=out) as name:
        folder = Path(name)
        _open.add(folder)
        try:
            yield folder
        finally:
            _open.discard(folder)


def publish(unfinished: Path, out: Path) -> list[Path]:
    """Move every file of `unfinished` to the same place below `out`, each in one step; returns where they are."""
    placed = []
    for path in sorted(p for p in unfinished.rglob("*") if p.is_file()):
        target = out / path.relative_to(unfinished)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        placed.append(target)
    return placed


@contextmanager
def undisturbed() -> Iterator[None]:
    """A block that ends before the process is abandoned: half-started helpers could not be told to end."""
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
