"""Readers of XML: RSS and Atom files whose entries hold whole articles; articles of agencies and archives (NITF)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.ingest.draft import Draft, Problem, text_of
from pipeline.ingest.markup import markup_text
from pipeline.ingest.metadata import clean_byline
from pipeline.ingest.registry import Asked, read_whole

ARTICLE_ROOTS = ("nitf", "newsitem")
HEAD = ("{*}title", "{*}hl1", "{*}headline", "{*}byline")
SHORTEST_SUMMARY = 600  # characters; a shorter summary is a teaser


def read_xml(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The one article of a file in NITF (the New York Times corpus) or of Reuters's corpora, else those of a feed."""
    from lxml import etree

    data = read_whole(stream, asked)
    try:
        tree = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.LxmlError, ValueError):
        tree = None
    article = tree if tree is None or _name(tree) in ARTICLE_ROOTS else next(tree.iter("{*}nitf"), None)
    if article is None:
        yield from read_feed(io.BytesIO(data), asked)
    else:
        yield _of_xml(article)


def _of_xml(article: Any) -> Draft:
    """The article of an element <nitf> or <newsitem>."""
    whole = next((b for b in article.iter("{*}block") if b.get("class") == "full_text"), None)
    content = whole if whole is not None else next(article.iter("{*}body.content", "{*}text"), None)
    if content is None:
        raise ValueError("is XML of an article without its text")
    told = next(article.iter("{*}pubdata"), article)
    first = {_name(e): text_of(" ".join(e.itertext())) for e in reversed(list(article.iter(*HEAD)))}
    return Draft(
        "\n\n".join(" ".join("".join(p.itertext()).split()) for p in content.iter("{*}p")),
        title=first.get("hl1") or first.get("headline") or first.get("title"),
        byline=clean_byline(first.get("byline")),
        source=told.get("name"),
        published=told.get("date.publication") or told.get("date"),
        url=told.get("ex-ref"),
        wrapped=False,
        titled=False,
    )


def _name(element: Any) -> str:
    """An element's name without its name space."""
    return str(element.tag).rpartition("}")[2]


def read_feed(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each entry with its full text; a problem for each that only teases."""
    data = read_whole(stream, asked)
    try:
        import feedparser
    except ImportError as error:
        raise ValueError("is a feed; to read it, run: pip install 'hearsay[web]'") from error
    feed = feedparser.parse(io.BytesIO(data), resolve_relative_uris=False)  # bytes may name a file
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
