"""Opening a file for its reader, decompressed on the way; archives that unpack to more than is sane are stopped."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from pipeline.ingest.files import suffix_of

UNREADABLE = (ValueError, OSError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
"""What reading a broken file may raise; all of it becomes an issue."""
LARGEST_RATIO = 200  # text packs to a third or a tenth
ALWAYS_ALLOWED = 256 * 2**20  # bytes that any packed file may unpack to


class Limited(io.RawIOBase):
    """A stream that ends with ValueError once it has given far more bytes than its packed form could honestly hold."""

    def __init__(self, stream: Any, packed_size: int) -> None:
        self._stream = stream
        self._left = max(ALWAYS_ALLOWED, packed_size * LARGEST_RATIO)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = getattr(self._stream, "read1", self._stream.read)  # at once what there is, before any damage
        try:
            data = read(min(len(buffer), self._left + 1))
        except Exception as error:
            if type(error).__name__ != "ZstdError":
                raise
            raise OSError(str(error)) from error
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("unpacks to far more than text would: an archive made to fill memory or disk")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def open_file(path: Path) -> io.BufferedReader:
    """A buffered binary stream of the file's content, decompressed where it begins as compressed files do."""
    stream = path.open("rb")
    if suffix_of(path.name) in (".warc", ".wet"):
        return stream  # its reader unpacks it record by record
    # Browsers and download tools unpack a file and leave its name, or the other way round.
    head = stream.peek(10)[:10]
    opener = next((opener for beginning, opener in _BEGINNINGS.items() if head.startswith(beginning)), None)
    return limited(opener(stream), path.stat().st_size) if opener else stream


def unpacked(stream: BinaryIO, name: str, packed_size: int) -> BinaryIO:
    """The same stream, or one over what it unpacks to where its name ends in .gz, .bz2, .xz or .zst."""
    opener = _OPENERS.get(PurePosixPath(name).suffix.lower())
    return limited(opener(stream), packed_size) if opener else stream


def limited(stream: Any, packed_size: int) -> io.BufferedReader:
    """A buffered stream over an unpacking one that stops at bombs."""
    return io.BufferedReader(Limited(stream, packed_size), 1 << 16)


def _gzip(stream: BinaryIO) -> Any:
    return gzip.GzipFile(fileobj=stream)


def _zstd(stream: BinaryIO) -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise ValueError("is packed with zstd; to read it, run: pip install 'hearsay[web]'") from error
    return zstandard.ZstdDecompressor(max_window_size=2**27).stream_reader(stream, read_across_frames=True)


_BEGINNINGS: dict[bytes, Callable[[BinaryIO], Any]] = {
    b"\x1f\x8b": _gzip, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open, b"\x28\xb5\x2f\xfd": _zstd,
}  # fmt: skip
_OPENERS: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": _gzip, ".tgz": _gzip, ".bz2": bz2.open, ".xz": lzma.open, ".zst": _zstd,
}  # fmt: skip
