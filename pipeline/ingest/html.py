"""Reader of saved web pages: trafilatura finds the article, the rest is weighed against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from pipeline.ingest.blocks import blocks_of, remove_hidden, restored, without_links
from pipeline.ingest.decode import declared_encoding, decode
from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.page import byline_of_page, date_of_page, facts_of, title_of
from pipeline.ingest.registry import Asked, read_whole

WORDS_OF_PROSE = 12  # in the longest cell of a table row that is no data


def read_html(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The one article of a saved page."""
    data = read_whole(stream, asked)
    page, note = decode(data, declared_encoding(data))
    yield of_page(page, (note,) if note else ())


def of_page(page: str, notes: tuple[str, ...] = ()) -> Draft:
    """The article of a page. ValueError where the page holds none."""
    from lxml.etree import LxmlError
    from trafilatura import bare_extraction
    from trafilatura.utils import load_html

    try:
        tree = load_html(page)
        if tree is None:
            raise ValueError("is a page that cannot be read")
        remove_hidden(tree)
        blocks = blocks_of(tree)
        facts = facts_of(tree)
        found = bare_extraction(tree, with_metadata=True, include_comments=False)
    except (LxmlError, RecursionError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise ValueError(f"is a page that cannot be read: {error!r:.100}") from error
    if found is None or not (found.text or "").strip():
        raise ValueError("is a page without an article")
    lines, _ = without_links(
        _lines(found.text), blocks
    )
    published, note = date_of_page(facts, found.date)
    return Draft(
        text="\n\n".join(restored(lines, blocks)),
        title=title_of(facts, found.title),
        byline=byline_of_page(facts, found.author),
        source=facts.metas.get("og:site_name") or found.sitename,
        published=published,
        url=found.url,
        wrapped=False,
        titled=False,
        notes=(*notes, note) if note else notes,
    )


def _lines(text: str) -> list[str]:
    """The paragraphs of an extraction without its marks for lists and tables.

    A table row whose cells hold sentences is as many paragraphs: old pages lay out their articles in tables.
    """
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith("|") and line.rstrip().endswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|") if cell.strip()]
            prose = any(len(cell.split()) >= WORDS_OF_PROSE for cell in cells)
            lines += cells if prose else ["; ".join(cells)] if cells else []
        elif line := line.strip().removeprefix("- ").strip():
            lines.append(line)
    return lines
