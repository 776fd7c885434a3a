"""Bytes to characters: which encoding a file is in, and whether it is text at all."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
MAGIC = (
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90\x00", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet table"),
    (b"{\\rtf", "an RTF document"),
    (b"OggS", "a sound file"),
    (b"ID3", "a sound file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"RIFF", "a RIFF picture, sound or video"),
    (b"wOFF", "a font"),
    (b"wOF2", "a font"),
)
NO_PAGES = (
    "utf-8",
    "utf-7",
    "punycode",
    "idna",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "oem",
)
"""Python's names of encodings that no page is in, or that were tried before."""
STRAY_BYTES = "some bytes are not UTF-8; they were read as Windows-1252"
SNIFFED = 1 << 16
_BEGINNINGS = tuple(beginning for beginning, _ in MAGIC)
_CONTROL = bytes(i for i in range(32) if i not in b"\t\n\v\f\r\x1b")
_DECLARED = re.compile(rb"""(?i)(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{3,40})""")
_HIGH = re.compile(rb"[\x80-\xff]")
_ESCAPED = re.compile("[\udc80-\udcff]")


def sniff(data: bytes) -> str | None:
    """What kind of file other than text the bytes begin like ("a PNG picture"); None for text."""
    if data.startswith(_BEGINNINGS):
        return next(kind for beginning, kind in MAGIC if data.startswith(beginning))
    return "a video" if data[4:8] == b"ftyp" else None


def check_sniff(stream: BinaryIO) -> None:
    """ValueError where a stream is plainly no text."""
    if kind := sniff(head_of(stream)):
        raise ValueError(f"is {kind}, not text")


def head_of(stream: BinaryIO) -> bytes:
    """The first bytes of a stream, left in it; none where it cannot be looked into."""
    peek = getattr(stream, "peek", None)
    return bytes(peek(16)[:16]) if peek else b""


def looks_binary(data: bytes) -> bool:
    """True where more than a tenth of the first bytes are control characters, as in no encoding of text."""
    head = data[:SNIFFED]
    return len(head) - len(head.translate(None, _CONTROL)) > len(head) / 10


def encoding_of(data: bytes, declared: str | None = None) -> tuple[str, bool]:
    """(encoding, whether it was guessed).

    By byte order mark, by UTF-8 being valid, as declared, else by likelihood.
    """
    for mark, name in MARKS:
        if data.startswith(mark):
            return name, False
    if wide := _wide(data):
        return wide, True
    if data.isascii():
        return "utf-8", False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
        return "utf-8", False
    except UnicodeDecodeError:
        pass
    if declared and (known := _known(declared)):
        return known, False
    return _guess(data), True


def declared_encoding(data: bytes) -> str | None:
    """The encoding that the head of a page or an XML file names, if any."""
    found = _DECLARED.search(data[:4096])
    return found.group(1).decode("ascii", "replace") if found else None


def decode(data: bytes, declared: str | None = None) -> tuple[str, str | None]:
    """(text, note): characters of the file, and what was guessed or lost. ValueError where it is no text."""
    if kind := sniff(data):
        raise ValueError(f"is {kind}, not text")
    encoding, guessed = encoding_of(data, declared)
    if encoding in ("utf-8", "cp1252") and looks_binary(data):
        raise ValueError("is binary, not text")
    if guessed and encoding == "utf-8":
        text = _mended(data)
        return text, STRAY_BYTES
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    notes = [f"encoding guessed: {encoding}"] if guessed else []
    if (lost := text.count("\ufffd")) and (lost := lost - data.count("\ufffd".encode())) > 0:
        notes.append(f"{lost} characters could not be decoded")
    return text, "; ".join(notes) or None


def decoded_lines(stream: BinaryIO, encoding: str, notes: list[str]) -> Iterator[str]:
    """The lines of a stream, with their ends. Its beginning told the encoding; what else turns up is added to `notes`.

    An export of a thousand rows in Windows-1252 may have its first accented letter in the last.
    """
    errors = "surrogateescape" if encoding == "utf-8" else "replace"
    for line in io.TextIOWrapper(stream, encoding.replace("utf-8", "utf-8-sig"), errors, newline=""):
        if not line.isascii() and _ESCAPED.search(line):
            line = _mended(line.encode("utf-8", "surrogateescape"))
            if STRAY_BYTES not in notes:
                notes.append(STRAY_BYTES)
        yield line


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Latin text is NUL."""
    head = data[:4096]
    half = len(head) // 2
    if half < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.7 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _known(name: str) -> str | None:
    """Python's name of a declared encoding, read as browsers do: Latin-1 means Windows-1252."""
    try:
        found = codecs.lookup(name).name
        plain = found not in NO_PAGES and b"\\a".decode(found, "replace") == "\\a"
    except (LookupError, UnicodeError):
        return None
    if found in ("iso8859-1", "ascii"):
        return "cp1252"
    return found if plain else None


def _guess(data: bytes) -> str:
    """A few stray bytes in UTF-8 stay UTF-8; a few accented letters in ASCII are Windows-1252; else statistics."""
    head = data[:SNIFFED]
    high = len(_HIGH.findall(head)) or 1
    broken = head.decode("utf-8", "replace").count("\ufffd")
    if broken <= high / 4:
        return "utf-8"
    if high < len(head) / 5:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(head).best()
    return best.encoding if best else "cp1252"


def _mended(data: bytes) -> str:
    """UTF-8 where valid; the other bytes one by one as Windows-1252."""
    return data.decode("utf-8", "hearsay-cp1252").removeprefix("\ufeff")


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("hearsay-cp1252", _as_cp1252)
