"""What office documents share: most are ZIP archives inside, and damaged ones raise what they will."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib

from pipeline.ingest.opening import ALWAYS_ALLOWED, LARGEST_RATIO

BROKEN_OFFICE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    RuntimeError,
    SyntaxError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""What a damaged office document raises (SyntaxError: of its XML; RuntimeError: of a member that is encrypted, packed
in an unknown way or nested without end)."""


def checked_zip(data: bytes) -> bytes:
    """The bytes of a file that is a ZIP archive inside, once it is sure that it does not unpack to a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, struct.error, NotImplementedError) as error:
        raise ValueError(f"is damaged: {error}") from error
    if size > max(ALWAYS_ALLOWED, LARGEST_RATIO * len(data)):
        raise ValueError("unpacks to far more than text would: an archive made to fill memory or disk")
    return data
