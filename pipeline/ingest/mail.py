"""Readers of what holds a text among other parts: pages that a browser saved as one file, e-mails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email.errors import MessageError
from typing import Any, BinaryIO
from xml.parsers.expat import ExpatError

from pipeline.ingest.decode import declared_encoding, decode
from pipeline.ingest.draft import Draft, Problem, text_of
from pipeline.ingest.html import of_page
from pipeline.ingest.markup import markup_text
from pipeline.ingest.registry import Asked, read_whole

BROKEN_MESSAGE = (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError)


def read_mhtml(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The one article of a page that a browser saved as a single file (MHTML)."""
    try:
        message = _message(stream, asked)
        part = next((p for p in message.walk() if p.get_content_type() == "text/html"), None)
        data = part.get_payload(decode=True) if part else None
    except BROKEN_MESSAGE as error:
        raise ValueError(f"is no saved page (MHTML) that can be read: {error!r:.100}") from error
    if part is None or not isinstance(data, bytes):
        raise ValueError("is no saved page (MHTML): it holds no HTML")
    page, note = decode(data, part.get_content_charset() or declared_encoding(data))
    draft = of_page(page, (note,) if note else ())
    yield replace(draft, url=draft.url or message["Snapshot-Content-Location"] or part["Content-Location"])


def read_webarchive(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The one article of a page that Safari saved as a single file."""
    import plistlib

    try:
        main = plistlib.loads(read_whole(stream, asked))["WebMainResource"]
        data, encoding, url = (main.get(f"WebResource{name}") for name in ("Data", "TextEncodingName", "URL"))
        page, note = decode(data, encoding or declared_encoding(data))
    except (*BROKEN_MESSAGE, OverflowError, MemoryError, SyntaxError, ExpatError) as error:
        raise ValueError(f"is no saved page (webarchive) that can be read: {error!r:.100}") from error
    draft = of_page(page, (note,) if note else ())
    yield replace(draft, url=draft.url or text_of(url))


def read_mail(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The text of a saved e-mail, a press release or a newsletter; what is attached is left out."""
    try:
        message = _message(stream, asked)
        part = message.get_body(("plain", "html"))
        data = part.get_payload(decode=True) if part else None
        about = {name: text_of(message[name]) for name in ("Subject", "From", "Date")}
    except BROKEN_MESSAGE as error:
        raise ValueError(f"is no e-mail that can be read: {error!r:.100}") from error
    if part is None or not isinstance(data, bytes):
        raise ValueError("is an e-mail without text")
    text, note = decode(data, part.get_content_charset())
    is_html = part.get_content_type() == "text/html"
    yield Draft(
        markup_text(text) if is_html else text,
        title=about["Subject"],
        source=(about["From"] or "").partition(" <")[0].strip('"') or None,
        published=about["Date"],
        wrapped=not is_html,
        titled=False,
        notes=(note,) if note else (),
    )


def _message(stream: BinaryIO, asked: Asked) -> Any:
    from email import message_from_bytes, policy

    return message_from_bytes(read_whole(stream, asked), policy=policy.default)
