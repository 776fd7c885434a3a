"""Reader of RSS and Atom files whose entries hold whole articles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from pipeline.ingest.draft import Draft, Problem, text_of
from pipeline.ingest.markup import markup_text
from pipeline.ingest.registry import Asked, read_whole

SHORTEST_SUMMARY = 600  # characters; a shorter summary is a teaser


def read_feed(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each entry with its full text; a problem for each that only teases."""
    data = read_whole(stream, asked)
    try:
        import feedparser
    except ImportError as error:
        raise ValueError("is a feed; to read it, run: pip install 'hearsay[web]'") from error
    feed = feedparser.parse(data, resolve_relative_uris=False)
    if not feed.entries:
        raise ValueError("is no RSS or Atom feed, or one without entries")
    source = text_of(feed.feed.get("title"))
    for number, entry in enumerate(feed.entries, 1):
        full = markup_text(" ".join(str(c.get("value") or "") for c in entry.get("content", [])))
        text = full or markup_text(entry.get("summary") or "")
        if not full and len(text) < SHORTEST_SUMMARY:
            yield Problem(f"entry {number} holds no more than a teaser", number, severity="warning")
            continue
        link = text_of(entry.get("link"))
        yield Draft(
            text=text,
            title=text_of(entry.get("title")),
            byline=text_of(entry.get("authors") or entry.get("author")),
            source=source,
            published=text_of(entry.get("published") or entry.get("updated")),
            url=link,
            row=address_of(link) or text_of(entry.get("id")),
            number=number,
            wrapped=False,
            titled=False,
        )


def address_of(url: str | None) -> str | None:
    """An address as a piece of an id: without scheme, query and extension.

    >>> address_of("https://www.example.org/2020/05/port.html?utm=1")
    'example.org/2020/05/port'
    """
    bare = (url or "").partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/")
    for ending in (".html", ".htm", ".php", ".aspx"):
        bare = bare.removesuffix(ending)
    return bare.removeprefix("www.") or None
