"""Readers of PDF, Word, RTF, OpenDocument and EPUB files."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from pipeline.ingest.decode import decode
from pipeline.ingest.draft import Draft, Problem, text_of
from pipeline.ingest.exports import export_articles
from pipeline.ingest.markup import markup_text
from pipeline.ingest.office import BROKEN_OFFICE, checked_zip
from pipeline.ingest.registry import Asked, read_whole

MOST_PAGES = 2000
NEEDED = "to read it, run: pip install 'hearsay[docs]'"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CHARACTERS = {
    f"{_WORD}t": "", f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-",
}  # fmt: skip
"""Elements of a Word document that stand for text, and for which; none: they hold it."""
_DIGITS = re.compile(r"\d+")


def read_pdf(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The text of a PDF file, its wraps undone, without the lines that head and foot its pages."""
    data = io.BytesIO(read_whole(stream, asked))
    try:
        from pypdf import PdfReader
        from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
    except ImportError as error:
        raise ValueError(f"is a PDF document; {NEEDED}") from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = PdfReader(data)
        pages = [page.extract_text() or "" for page in document.pages[:MOST_PAGES]]
        about: Any = document.metadata or {}
    except (DependencyError, FileNotDecryptedError) as error:
        raise ValueError("is a PDF document that is encrypted; save it without a password") from error
    except (PyPdfError, AssertionError, *BROKEN_OFFICE) as error:
        raise ValueError(f"is a PDF document that cannot be read: {error!r:.100}") from error
    text = "\n".join(without_running_heads(pages))
    if not text.strip():
        raise ValueError(
            "is a PDF document without text: pictures of pages, which need text recognition first"
        )
    yield Draft(
        text,
        title=text_of(about.get("/Title")),
        byline=text_of(about.get("/Author")),
        notes=("text taken from a PDF",),
    )


def read_docx(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The paragraphs of a Word document; title and author from its properties where they are set.

    Exports of news databases hold several articles.
    """
    data = io.BytesIO(checked_zip(read_whole(stream, asked)))
    try:
        import docx
    except ImportError as error:
        raise ValueError(f"is a Word document; {NEEDED}") from error
    try:
        document = docx.Document(data)
        text = "\n\n".join(_paragraphs(document.element.body))
        about = document.core_properties
        title, author = about.title, about.author
    except BROKEN_OFFICE as error:
        raise ValueError(f"is no Word document that can be read: {error!r:.100}") from error
    author = None if author == "python-docx" else author
    if (articles := export_articles(text)) is not None:
        yield from articles
        return
    yield Draft(text, title=text_of(title) if title in text else None, byline=text_of(author), wrapped=False)


def read_rtf(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The paragraphs of an RTF document; exports of news databases hold several articles."""
    data = read_whole(stream, asked)
    try:
        from striprtf.striprtf import rtf_to_text
    except ImportError as error:
        raise ValueError(f"is an RTF document; {NEEDED}") from error
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ValueError("is no RTF document")
    try:
        text = rtf_to_text(data.decode("latin-1"), errors="replace")
    except BROKEN_OFFICE as error:
        raise ValueError(f"is an RTF document that cannot be read: {error!r:.100}") from error
    text = text.replace("\n", "\n\n")
    if (articles := export_articles(text)) is not None:
        yield from articles
        return
    yield Draft(text, wrapped=False)


def read_odt(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The paragraphs and headings of an OpenDocument text, without what was deleted, comments and notes."""
    with _opened(stream, asked) as archive:
        tree = _xml(archive, "content.xml")
        for element in list(tree.iter("{*}tracked-changes", "{*}annotation", "{*}note")):
            element.clear(keep_tail=True)
        texts = [" ".join("".join(e.itertext()).split()) for e in tree.iter("{*}p", "{*}h")]
        yield Draft("\n\n".join(texts), wrapped=False)


def read_epub(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The chapters of an EPUB book as one article, in reading order."""
    with _opened(stream, asked) as archive:
        place = next(
            (e.get("full-path") for e in _xml(archive, "META-INF/container.xml").iter("{*}rootfile")), None
        )
        package = _xml(archive, str(place))
        files = {
            e.get("id"): str(PurePosixPath(str(place)).parent / str(e.get("href")))
            for e in package.iter("{*}item")
        }
        names = [files[e.get("idref")] for e in package.iter("{*}itemref") if e.get("idref") in files]
        texts = [
            markup_text(_without_head(decode(archive.read(n))[0])) for n in names if n in archive.namelist()
        ]
        about = {
            tag: next((text_of(e.text) for e in package.iter(f"{{*}}{tag}")), None)
            for tag in ("title", "creator", "date")
        }
        yield Draft(
            "\n\n".join(texts),
            title=about["title"],
            byline=about["creator"],
            published=about["date"],
            wrapped=False,
        )


def _paragraphs(body: Any) -> Iterator[str]:
    """The paragraphs of a Word document as it reads: those of tables and text boxes too, with what was inserted,
    without what was deleted or moved away.
    """
    for paragraph in body.iter(f"{_WORD}p"):
        if (
            next(paragraph.iterancestors(_FALLBACK), None) is not None
        ):  # the same again for old versions of Word
            continue
        runs = (
            run
            for run in paragraph.iter(f"{_WORD}r")
            if next(run.iterancestors(f"{_WORD}p", f"{_WORD}moveFrom")) is paragraph
        )
        yield "".join(_CHARACTERS[e.tag] or e.text or "" for run in runs for e in run if e.tag in _CHARACTERS)


def without_running_heads(pages: list[str]) -> list[str]:
    """Pages without first and last lines that most of them share but for the page number."""
    if len(pages) < 3:
        return pages
    split = [[line for line in page.split("\n") if line.strip()] for page in pages]
    ends = Counter(_DIGITS.sub("#", line.strip()) for lines in split for line in {*lines[:1], *lines[-1:]})
    running = {line for line, n in ends.items() if n > len(pages) / 2}
    return [
        "\n".join(line for line in page.split("\n") if _DIGITS.sub("#", line.strip()) not in running)
        for page in pages
    ]


@contextmanager
def _opened(stream: BinaryIO, asked: Asked) -> Iterator[zipfile.ZipFile]:
    """A document that is a ZIP archive inside; whatever is damaged in it is a ValueError."""
    try:
        with zipfile.ZipFile(io.BytesIO(checked_zip(read_whole(stream, asked)))) as archive:
            yield archive
    except BROKEN_OFFICE as error:
        if isinstance(error, ValueError):
            raise
        raise ValueError(f"is damaged: {error!r:.100}") from error


def _xml(archive: zipfile.ZipFile, name: str) -> Any:
    """A member as a tree, without entities resolved or anything fetched."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(archive.read(name), parser)
    except (KeyError, etree.LxmlError, *BROKEN_OFFICE) as error:
        raise ValueError(f"lacks a readable {name}: {error!r:.80}") from error


def _without_head(page: str) -> str:
    return re.sub(r"(?is)^.*?<body[^>]*>|</body>.*$|<\?xml.*?\?>", "", page)
