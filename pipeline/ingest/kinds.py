"""What a file is whatever its name says: a PDF called .txt, a Word document called .doc, a table called .txt."""

from __future__ import annotations

import json
import re
import struct
import zipfile
from pathlib import Path

from pipeline.ingest.plain import NAMES

BEGINNINGS = ((b"%PDF-", ".pdf"), (b"{\\rtf", ".rtf"), (b"PAR1", ".parquet"), (b"PK\x03\x04", ".zip"))
MEMBERS = {
    "word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "META-INF/container.xml": ".epub", "content.xml": ".odt",
}  # fmt: skip
"""What an archive holds that is a document."""
ZIPPED = frozenset({".zip", *MEMBERS.values()})
CALLED = {
    ".pdf": "a PDF document", ".rtf": "an RTF document", ".parquet": "a Parquet table", ".zip": "a ZIP archive",
    ".docx": "a Word document", ".xlsx": "an Excel table", ".epub": "a book (EPUB)", ".odt": "an OpenDocument text",
}  # fmt: skip
LONGEST_NAME = 40  # characters of a column's name
KNOWN_NAMES = frozenset(name for names in NAMES.values() for name in names) | {"id"}


def suffix_by_content(path: Path, suffix: str, head: bytes) -> str | None:
    """The ending that a file should have, None where the one it has will do or its content does not tell.

    `head`: the first bytes of what it holds, unpacked.
    """
    try:
        told = next((kind for beginning, kind in BEGINNINGS if head.startswith(beginning)), None)
        if told == ".zip":
            if suffix in ZIPPED:
                return None
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
            told = next((kind for member, kind in MEMBERS.items() if member in names), ".zip")
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError, struct.error):
        return None
    return told if told != suffix else None


def is_json(text: str) -> bool:
    """Whether a text is JSON, or JSON lines, of objects."""
    text = text.lstrip("\ufeff \t\r\n")
    if not re.match(r"\{\s*\"|\[\s*\{", text):
        return False
    try:
        json.loads(text.partition("\n")[0])
        return True
    except (ValueError, RecursionError):
        pass
    try:
        json.loads(text)
        return True
    except (ValueError, RecursionError):
        return False


def is_table(text: str, text_names: tuple[str, ...]) -> bool:
    """Whether a text is a table with a header: its first line names a text and another column we know of."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    cells = [cell.strip('" \r').lower() for cell in re.split("[,;\t|]", first)]
    if len(cells) < 2 or not all(0 < len(cell) <= LONGEST_NAME for cell in cells):
        return False
    return not {*cells}.isdisjoint(text_names) and not {*cells}.isdisjoint(KNOWN_NAMES)
