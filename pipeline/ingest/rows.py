"""A row of a table or a JSON object as an article: which of its columns is which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.ingest.decode import decode
from pipeline.ingest.draft import Draft, Problem, text_of
from pipeline.ingest.markup import looks_like_markup, markup_text
from pipeline.ingest.plain import NAMES, known_fields
from pipeline.ingest.registry import Asked

TEXT_NAMES = (
    "text",
    "body",
    "content",
    "article",
    "article_text",
    "full_text",
    "fulltext",
    "maintext",
    "main_text",
    "story",
    "story_text",
    "articlebody",
    "article_body",
    "bodytext",
    "body_text",
)
ID_NAMES = ("id", "article_id", "uid", "guid", "uuid", "doc_id", "document_id", "key")
NO_TEXT = "has no text column"
_CUT = re.compile(r"[ …]*\[\+\d+ chars\]\s*$")  # as NewsAPI ends its texts


def of_row(row: Any, number: int, asked: Asked, unit: str = "row") -> Draft | Problem:
    """The article of one row, by the columns asked for, else by the usual names."""
    if not isinstance(row, Mapping):
        return Problem(f"{unit} {number} is not an object with fields", number)
    text_name = text_column(row, asked)
    if text_name is None and isinstance(
        inner := row.get("fields"), Mapping
    ):  # as the Guardian's interface has it
        row = {**row, **inner}
        text_name = text_column(row, asked)
    if text_name is None:
        return Problem(f"{unit} {number} {no_text(row)}", number)
    names = {str(k).strip().lower(): k for k in row}
    text = row[text_name]
    if isinstance(text, Mapping):  # as WordPress has it
        text = text.get("rendered") or text.get("text")
    if isinstance(text, bytes):
        text = decode(text)[0]
    if isinstance(text, list) and all(isinstance(p, str) for p in text):
        text = "\n\n".join(text)
    if not isinstance(text, str) or not text.strip():
        return Problem(f"{unit} {number} has an empty text", number)
    text, wrapped = (markup_text(text), False) if looks_like_markup(text) else (text, True)
    whole = _CUT.sub("", text)
    fields = known_fields(dict(row)) | {
        ours: v for ours, theirs in asked.columns.items() if ours in NAMES and (v := text_of(row.get(theirs)))
    }
    id_name = asked.columns.get("id") or next((names[n] for n in ID_NAMES if n in names), None)
    own = text_of(row.get(id_name)) if id_name is not None else None
    notes = ("the text is cut off: its source gives no more",) if whole != text else ()
    return Draft(whole, **fields, row=own, number=number, wrapped=wrapped, titled=False, notes=notes)


def of_cells(
    names: Sequence[str], values: Sequence[Any], number: int, asked: Asked, hint: str = ""
) -> Draft | Problem:
    """The article of one row of a table, with a note where it has cells that no column is named for."""
    named, filled = (
        max((n for n, v in enumerate(cells, 1) if v is not None and str(v).strip()), default=0)
        for cells in (names, values)
    )
    note = f"row {number} has {filled} cells, the header {named}{hint}" if filled > named else None
    return noted(of_row(dict(zip(names, values, strict=False)), number, asked), note)


def noted(found: Draft | Problem, note: str | None) -> Draft | Problem:
    """The same article with one more note."""
    return replace(found, notes=(*found.notes, note)) if note and isinstance(found, Draft) else found


def text_column(names: Iterable[Any], asked: Asked) -> Any:
    """The column that holds the text, by the name asked for or a usual one; None where there is none."""
    if wanted := asked.columns.get("text"):
        return wanted if wanted in names else None
    known = {str(name).strip().lower(): name for name in names}
    return next((known[name] for name in TEXT_NAMES if name in known), None)


def no_text(names: Iterable[Any]) -> str:
    """What to say of a table or a row without a text."""
    have = list(map(str, names))
    listing = (
        "; it lists articles, and does not hold them" if {"url", "title"} <= {*map(str.lower, have)} else ""
    )
    return f"{NO_TEXT}; name it with --columns text=NAME (there are: {', '.join(have[:12])}){listing}"
