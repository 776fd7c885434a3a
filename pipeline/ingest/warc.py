"""Reader of web archives: WARC files of pages (CC-NEWS and the like) and WET files of their text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.ingest.decode import declared_encoding, decode
from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.feeds import address_of
from pipeline.ingest.html import of_page
from pipeline.ingest.registry import Asked


def read_warc(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each archived page that holds one; pages without are passed over with a note."""
    try:
        from fastwarc.warc import ArchiveIterator, WarcRecordType
    except ImportError as error:
        raise ValueError("is a web archive; to read it, run: pip install 'hearsay[web]'") from error
    records = ArchiveIterator(
        stream, record_types=WarcRecordType.response | WarcRecordType.conversion, parse_http=True
    )
    number = 0
    for record in _unbroken(records):
        number += 1
        url = record.headers.get("WARC-Target-URI")
        try:
            draft = _of_record(record, asked)
        except ValueError as error:
            yield Problem(f"record {number} ({str(url)[:100]}) {error}", number, severity="warning")
            continue
        if draft:
            yield Draft(
                **{f: getattr(draft, f) for f in draft.__slots__ if f not in ("url", "row", "number")},
                url=draft.url or url,
                row=address_of(url),
                number=number,
            )
    if not number:
        raise ValueError("is no web archive, or one without pages")


def _unbroken(records: Iterator[Any]) -> Iterator[Any]:
    """The records up to the end of the file or its first damage; ValueError there."""
    while True:
        try:
            record = next(records, None)
        except (OSError, ValueError) as error:
            raise ValueError(
                f"is a damaged web archive; what stood after the damage was not read: {error}"
            ) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # what a library in Rust raises where it gives up
                raise
            raise ValueError("is a damaged web archive") from error
        if record is None:
            return
        yield record


def _of_record(record: Any, asked: Asked) -> Draft | None:
    """The article of one record, None where it is no page (a picture, a redirection)."""
    if record.is_http:
        kind = (record.http_content_type or "").lower()
        if record.http_headers.status_code != 200 or "html" not in kind:
            return None
    data = record.reader.read(asked.max_bytes + 1)
    if len(data) > asked.max_bytes:
        raise ValueError("is too large for an article")
    if not record.is_http:  # WET: the page's text, as Common Crawl took it
        return Draft(data.decode("utf-8", "replace"))
    page, note = decode(data, record.http_charset or declared_encoding(data))
    return of_page(page, (note,) if note else ())
