"""Opening a file for its reader, decompressed on the way."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path
from typing import BinaryIO


def open_file(path: Path) -> BinaryIO:
    """A buffered binary stream of the file's content, decompressed where its name says that it is compressed."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return io.BufferedReader(gzip.open(path, "rb"))
    if suffix == ".bz2":
        return io.BufferedReader(bz2.open(path, "rb"))
    if suffix == ".xz":
        return io.BufferedReader(lzma.open(path, "rb"))
    return path.open("rb")
