"""Reader of saved web pages: trafilatura finds the article, the rest is weighed against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from pipeline.ingest.decode import declared_encoding, decode
from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.registry import Asked, read_whole


def read_html(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The one article of a saved page."""
    data = read_whole(stream, asked)
    page, note = decode(data, declared_encoding(data))
    yield of_page(page, (note,) if note else ())


def of_page(page: str, notes: tuple[str, ...] = ()) -> Draft:
    """The article of a page. ValueError where the page holds none."""
    from lxml.etree import LxmlError
    from trafilatura import bare_extraction

    try:
        found = bare_extraction(page, with_metadata=True, include_comments=False)
    except (LxmlError, RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise ValueError(f"is a page that cannot be read: {error!r:.100}") from error
    if found is None or not (found.text or "").strip():
        raise ValueError("is a page without an article")
    return Draft(
        text=found.text.replace("\n", "\n\n"),
        title=found.title,
        byline=found.author,
        source=found.sitename,
        published=found.date,
        url=found.url,
        wrapped=False,
        titled=False,
        notes=notes,
    )
