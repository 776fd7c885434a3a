"""Readers of archives: each member goes to the reader of its own format; nothing is ever unpacked to disk."""

from __future__ import annotations

import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.files import is_passed_over, suffix_of
from pipeline.ingest.opening import limited, unpacked
from pipeline.ingest.registry import READERS, Asked, reader_of

MOST_MEMBERS = 200_000
BROKEN_MEMBER = (
    ValueError, OSError, EOFError, RuntimeError, NotImplementedError, zlib.error, zipfile.BadZipFile, tarfile.TarError,
    struct.error,
)  # fmt: skip
"""What a member that is damaged, encrypted or packed in a way of its own raises."""


def read_zip(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The articles of the members of a ZIP archive."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, struct.error, NotImplementedError) as error:
        raise ValueError(f"is no ZIP archive, or a damaged one: {error}") from error
    with archive:
        for n, info in enumerate(archive.infolist()):
            if n >= MOST_MEMBERS:
                yield Problem(
                    f"more than {MOST_MEMBERS:,} members; the rest was left out", severity="warning"
                )
                return
            if not info.filename:
                yield Problem("holds a member without a name; left out")
                continue
            if info.is_dir():
                continue
            if info.external_attr >> 28 == 0o12:
                yield Problem("is a link inside an archive; left out", member=info.filename)
                continue
            yield from _member(info.filename, partial(archive.open, info), info.compress_size, asked)


def read_tar(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The articles of the members of a tar archive, read front to back."""
    try:
        archive = tarfile.open(fileobj=stream, mode="r|")  # noqa: SIM115 (closed below)
    except tarfile.TarError as error:
        raise ValueError(f"is no tar archive, or a damaged one: {error}") from error
    with archive:
        try:
            for n, info in enumerate(archive):
                if n >= MOST_MEMBERS:
                    yield Problem(
                        f"more than {MOST_MEMBERS:,} members; the rest was left out", severity="warning"
                    )
                    return
                if info.isdir():
                    continue
                if not info.isfile():
                    yield Problem("is a link or a device inside an archive; left out", member=info.name)
                    continue
                yield from _member(info.name, partial(archive.extractfile, info), info.size, asked)
        except (tarfile.TarError, EOFError) as error:
            yield Problem(f"is damaged; what stood after the damage was not read: {error}")


def _member(name: str, opened: Callable[[], Any], size: int, asked: Asked) -> Iterator[Draft | Problem]:
    """What one member holds, under its own name."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if any(is_passed_over(part) for part in parts if part not in ("/", "..")) or "__MACOSX" in parts:
        return
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name[:3]:
        yield Problem("has a path that leads out of its archive; left out", member=name)
        return
    reader = reader_of(suffix_of(name))
    if reader is None or READERS[suffix_of(name)].startswith("archives"):
        yield Problem(
            f"has a format that is not read inside an archive ({suffix_of(name) or 'none'}); left out",
            member=name,
        )
        return
    try:
        with limited(opened(), size) as stream:
            for found in reader(unpacked(stream, name, size), asked):
                yield replace(found, member=name)
    except BROKEN_MEMBER as error:
        yield Problem(
            f"cannot be read: {error}" if not isinstance(error, ValueError) else str(error), member=name
        )
