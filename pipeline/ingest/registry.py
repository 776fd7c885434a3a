"""Which reader reads which format: the one place to add another.

A reader is a function from an open binary stream and the `Asked` of the call to drafts and problems; it raises
ValueError where the whole file cannot be read. It is imported when the first file of its format comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import BinaryIO

from pipeline.ingest.draft import Draft, Problem

MAX_BYTES = 64 * 2**20
"""Largest file, or row of a file of several, that one article may come in, unpacked."""
READ_AT_FIRST = 2**20  # bytes; asking for all that is allowed has Python set aside as much, for every file


@dataclass(frozen=True, slots=True)
class Asked:
    """What the call wants of every reader."""

    columns: Mapping[str, str] = field(default_factory=dict)  # our field -> their column
    max_bytes: int = field(default_factory=lambda: MAX_BYTES)


Reader = Callable[[BinaryIO, Asked], Iterator[Draft | Problem]]

READERS = {
    ".txt": "plain:read_text",
    ".text": "plain:read_text",
    ".md": "plain:read_markdown",
    ".markdown": "plain:read_markdown",
    ".html": "html:read_html",
    ".htm": "html:read_html",
    ".xhtml": "html:read_html",
    ".jsonl": "json_rows:read_jsonl",
    ".ndjson": "json_rows:read_jsonl",
    ".csv": "csv_rows:read_csv",
    ".tsv": "csv_rows:read_tsv",
    ".tab": "csv_rows:read_tsv",
    ".json": "json_rows:read_json",
    ".xlsx": "excel:read_xlsx",
    ".parquet": "json_rows:read_parquet",
    ".mhtml": "mail:read_mhtml",
    ".mht": "mail:read_mhtml",
    ".webarchive": "mail:read_webarchive",
    ".eml": "mail:read_mail",
    ".rss": "feeds:read_feed",
    ".atom": "feeds:read_feed",
    ".xml": "feeds:read_xml",
    ".warc": "warc:read_warc",
    ".wet": "warc:read_warc",
    ".pdf": "documents:read_pdf",
    ".docx": "documents:read_docx",
    ".rtf": "documents:read_rtf",
    ".odt": "documents:read_odt",
    ".epub": "documents:read_epub",
    ".zip": "archives:read_zip",
    ".tar": "archives:read_tar",
    ".tgz": "archives:read_tar",
}


@cache
def reader_of(suffix: str) -> Reader | None:
    """The reader of a format by its extension (".txt"), None where there is none."""
    place = READERS.get(suffix)
    if not place:
        return None
    module, _, name = place.partition(":")
    reader: Reader = getattr(import_module(f"pipeline.ingest.{module}"), name)
    return reader


def read_whole(stream: BinaryIO, asked: Asked) -> bytes:
    """All bytes of a stream. ValueError where there are more than an article can need."""
    most = asked.max_bytes + 1
    data = stream.read(min(most, READ_AT_FIRST))
    if len(data) == READ_AT_FIRST:
        data += stream.read(most - READ_AT_FIRST)
    if len(data) > asked.max_bytes:
        raise ValueError(f"is larger than {asked.max_bytes // 2**20} MiB, which no article needs")
    return data
