"""Readers of plain text and Markdown, both with optional front matter."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.ingest.decode import decode
from pipeline.ingest.draft import FIELDS, Draft, Problem, text_of
from pipeline.ingest.exports import export_articles
from pipeline.ingest.registry import Asked, read_whole

NAMES = {
    "title": ("title", "headline", "webtitle"),
    "byline": ("byline", "author", "authors", "by"),
    "source": (
        "source", "publisher", "publication", "site", "outlet", "media_name", "media", "newspaper", "source_domain",
        "domain",
    ),
    "published": (
        "published", "date", "pubdate", "publication_date", "publish_date", "date_publish", "date_published",
        "publishedat", "published_at", "webpublicationdate", "datetime",
    ),
    "url": ("url", "link", "canonical", "weburl"),
    "language": ("language", "lang"),
}  # fmt: skip
"""Our column -> what front matter, header lines and tables call it."""
LONGEST_HEADER = 64 * 1024
LONGEST_HEAD = 4000  # characters of lines such as "Title: …"
_FENCED = re.compile(r"\A\ufeff?\s{0,20}---[ \t]*\r?\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_PAGE = re.compile(r"\s*(?:<\?xml[^<>]*>\s*)?<(?:!doctype html|html)\b", re.IGNORECASE)
_NO_FIELD = "front matter names no title, date or the like; left out"
_NAME = re.compile(r"[\w.-]+")
_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z_ -]{1,20}):[ \t]+(\S.*)")


def read_text(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The article of a text file; its first line is the headline where front matter gives none.

    Exports of news databases hold several.
    """
    text, notes = _decoded(stream, asked)
    if _PAGE.match(text[:1000]):
        from pipeline.ingest.html import of_page

        yield of_page(text, (*notes, "the file is a saved page, whatever its name says"))
        return
    if (several := _several(text, asked)) is not None:
        yield from several
        yield from (Problem(note, severity="warning") for note in notes)
        return
    fields, body, problem = front_matter(text)
    if body == text:  # no front matter
        fields, body = header_lines(text)
    yield Draft(body, **fields, titled="title" not in fields, notes=(*notes, *problem))


def _several(text: str, asked: Asked) -> Iterator[Draft | Problem] | None:
    """The articles of a text that is JSON, a table or an export of a news database; None where it is just a text."""
    from pipeline.ingest import csv_rows, json_rows, kinds, rows

    if kinds.is_json(text):
        return json_rows.rows_of_json(text, asked)
    if kinds.is_table(text, rows.TEXT_NAMES):
        return csv_rows.read_csv(io.BytesIO(text.encode("utf-8", "replace")), asked)
    return export_articles(text)


def read_markdown(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The one article of a Markdown file, its marks taken away; its first heading is the headline."""
    text, notes = _decoded(stream, asked)
    fields, body, problem = front_matter(text)
    yield Draft(
        without_marks(body), **fields, wrapped=False, titled="title" not in fields, notes=(*notes, *problem)
    )


def front_matter(text: str) -> tuple[dict[str, Any], str, tuple[str, ...]]:
    """(fields, text after the front matter, notes); ({}, text, ()) where there is none."""
    found = _FENCED.match(text[:LONGEST_HEADER])
    if not found or ":" not in found[1]:
        return {}, text, ()
    import yaml

    try:
        values = yaml.safe_load(found[1])
        note = ""
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError):
        lines = (_HEADER_LINE.fullmatch(line.strip()) for line in found[1].splitlines())
        values = {m[1]: m[2].strip("\"'") for m in lines if m}
        note = "front matter is not valid YAML; it was read line by line"
    fields = known_fields(values) if isinstance(values, dict) else {}
    if not fields and not _all_names(values):
        return {}, text, ()
    notes = tuple(filter(None, (note, "" if fields else _NO_FIELD)))
    return fields, text[found.end() :], notes


def _all_names(values: object) -> bool:
    """Whether YAML is front matter by its look, names with values, and no sentences with a colon between two rules."""
    return isinstance(values, dict) and bool(values) and all(_NAME.fullmatch(str(key)) for key in values)


def header_lines(text: str) -> tuple[dict[str, Any], str]:
    """Fields from lines such as "Title: …" and "Date: …" at the top, two or more with a blank line after them."""
    plain = text.lstrip("\ufeff\n\r").replace("\r\n", "\n")
    head, blank, body = plain.partition("\n\n")
    if not blank or len(head) > LONGEST_HEAD:
        return {}, text
    lines = [_HEADER_LINE.fullmatch(line.strip()) for line in head.split("\n")]
    fields = known_fields({m[1]: m[2] for m in lines if m}) if all(lines) else {}
    return (fields, body) if len(fields) >= 2 else ({}, text)


def known_fields(values: dict[str, Any]) -> dict[str, Any]:
    """What a mapping of any names says about our columns."""
    lower = {str(k).strip().lower().replace(" ", "_"): v for k, v in values.items()}
    found = {field: next((t for n in NAMES[field] if (t := text_of(lower.get(n)))), None) for field in FIELDS}
    return {field: value for field, value in found.items() if value}


def without_marks(text: str) -> str:
    """Markdown as plain paragraphs, without headings' signs, emphasis, addresses of links, pictures and HTML."""
    from markdown_it import MarkdownIt

    blocks: list[str] = []
    for token in MarkdownIt("commonmark", {"maxNesting": 20}).enable("table").parse(text):
        if token.type == "inline":
            blocks.append("".join(_inline(child) for child in token.children or ()))
        elif token.type == "html_block":
            blocks.append(re.sub(r"<!--.*?-->|<[^<>]*>", " ", token.content))
    return "\n\n".join(blocks)


def _inline(token: Any) -> str:
    if token.type in ("text", "code_inline", "text_special"):
        return str(token.content)
    return {"softbreak": " ", "hardbreak": "\n\n"}.get(token.type, "")


def _decoded(stream: BinaryIO, asked: Asked) -> tuple[str, tuple[str, ...]]:
    text, note = decode(read_whole(stream, asked))
    return text, (note,) if note else ()
