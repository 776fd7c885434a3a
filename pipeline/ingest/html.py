"""Reader of saved web pages: trafilatura finds the article, the rest is weighed against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

from pipeline.ingest.blocks import (
    Block,
    blocks_of,
    remove_hidden,
    remove_margins,
    remove_scripts,
    restored,
    share_taken,
    without_links,
)
from pipeline.ingest.decode import declared_encoding, decode
from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.page import (
    BROKEN_PAGE,
    byline_of_page,
    date_of_page,
    facts_of,
    found_on,
    source_of,
    title_of,
)
from pipeline.ingest.registry import Asked, read_whole

SHORTEST_SURE = 300  # characters of an article below which the slower extraction is asked as well
SHORTEST_PROSE = 50  # characters of a line of running text
LEAST_PROSE = 0.5  # of an article; the rest may be headings and lists
LEAST_SURE = 0.2  # share of the page's prose, likewise
DEEP = re.compile(r"(?:<(?!p\b|h\d)[a-z]+\b[^<>]{0,300}>\s*){100,}", re.IGNORECASE)
"""A hundred tags that open one after another: deeper than parsers go, so that what is inside would be lost."""
_INLINE = re.compile(r"data:[^\"'()<>\s]{1000,}")
"""Pictures and fonts inside a page, as SingleFile saves them; the parser gives up at ten million characters."""
_OPEN_SCRIPT = re.compile(r"(<script[^<>]*)/>(?=\s*[^<\s])")
"""What the parser takes for a script without content, and browsers for one that begins here."""
HEAD = 8192  # characters of a page that hold its declarations
_CONTROL = bytes(i for i in range(32) if i not in b"\t\n\r")
_LINES_AS_SPACES = bytes.maketrans(b"\n\r", b"  ")
"""For pages without <pre>: a line end in HTML is a space, which the extraction knows of some elements only."""
_TAG = re.compile(r"<[a-zA-Z!?/]")
WORDS_OF_PROSE = 12  # in the longest cell of a table row that is no data


def read_html(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The one article of a saved page."""
    data = read_whole(stream, asked)
    page, note = decode(data, declared_encoding(data))
    notes = (note,) if note else ()
    if _TAG.search(page):
        yield of_page(page, notes)
    else:
        yield Draft(page, notes=(*notes, "the file is plain text, whatever its name says"))


def of_page(page: str, notes: tuple[str, ...] = ()) -> Draft:
    """The article of a page. ValueError where the page holds none."""
    tree = parsed(page)
    facts = facts_of(tree)
    found = found_on(tree)
    published, note = date_of_page(tree, facts, found.url)
    remove_scripts(tree)
    byline = byline_of_page(tree, facts, found.author)
    blocks = blocks_of(tree)
    remove_margins(tree)
    lines = extracted(tree, fast=True)
    if not _is_sure(lines, blocks):
        lines = extracted(parsed(page), fast=False) or lines
    if not lines:
        if (flatter := DEEP.sub("<div>", page)) != page:
            return of_page(flatter, notes)
        raise ValueError("is a page without an article")
    lines = without_links(lines, blocks)
    title = title_of(facts, found.title)
    return Draft(
        text="\n\n".join(restored(lines, blocks)),
        title=title,
        byline=byline,
        source=source_of(facts, found),
        published=published,
        url=found.url,
        wrapped=False,
        titled=title is None,
        notes=(*notes, note) if note else notes,
    )


def _is_sure(lines: list[str], blocks: list[Block]) -> bool:
    """Whether an extraction looks like an article: long enough, of sentences, and a good part of the page's prose."""
    length = sum(map(len, lines))
    prose = sum(len(line) for line in lines if len(line) >= SHORTEST_PROSE)
    return (
        length >= SHORTEST_SURE and prose >= LEAST_PROSE * length and share_taken(lines, blocks) >= LEAST_SURE
    )


def parsed(page: str) -> Any:
    """The tree of a page, without what readers do not see. ValueError where it cannot be parsed."""
    from lxml.etree import LxmlError
    from lxml.html import fromstring
    from trafilatura.utils import repair_faulty_html

    try:
        if ";base64," in page:
            page = _INLINE.sub("data:,", page)
        page = _OPEN_SCRIPT.sub(r"\1>", page)
        head = repair_faulty_html(page[:HEAD], page[:50].lower())
        data = (head + page[HEAD:]).encode("utf-8", "replace")
        has_lines = b"<pre" in data or b"<PRE" in data
        data = data.translate(None if has_lines else _LINES_AS_SPACES, _CONTROL)
        tree = fromstring(data, parser=_parser())
    except (LxmlError, ValueError, RecursionError) as error:
        raise ValueError(f"is a page that cannot be parsed: {error!r:.100}") from error
    if tree is None:
        raise ValueError("is a page that cannot be parsed")
    remove_hidden(tree)
    return tree


@cache
def _parser() -> Any:
    """lxml's parser of pages without its classes for forms and links, which it chooses in Python for every element."""
    from lxml.etree import ElementDefaultClassLookup
    from lxml.html import HtmlComment, HtmlElement, HTMLParser

    parser = HTMLParser(
        collect_ids=False, default_doctype=False, encoding="utf-8", remove_comments=True, remove_pis=True
    )
    parser.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement, comment=HtmlComment))
    return parser


def extracted(tree: Any, fast: bool) -> list[str]:
    """The paragraphs of the article that trafilatura finds on a page (it may take the tree apart)."""
    from lxml.etree import LxmlError
    from trafilatura import bare_extraction

    try:
        found: Any = bare_extraction(tree, options=_options(fast))
    except (LxmlError, *BROKEN_PAGE) as error:
        raise ValueError(f"is a page that cannot be read: {error!r:.100}") from error
    return _lines(found.text or "") if found else []


@cache
def _options(fast: bool) -> Any:
    from trafilatura.settings import Extractor

    return Extractor(output_format="python", fast=fast, comments=False)


def _lines(text: str) -> list[str]:
    """The paragraphs of an extraction without its marks for lists and tables.

    A table row whose cells hold sentences is as many paragraphs: old pages lay out their articles in tables.
    """
    lines: list[str] = []
    for line in map(str.strip, text.split("\n")):
        if line.startswith("|") and line.endswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|") if cell.strip()]
            prose = any(len(cell.split()) >= WORDS_OF_PROSE for cell in cells)
            lines += cells if prose else ["; ".join(cells)] if cells else []
        elif line := line.removeprefix("- ").strip():
            lines.append(line)
    return lines
