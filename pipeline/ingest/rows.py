"""Readers of tables: a row is an article. JSON lines, CSV, TSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from pipeline.ingest.decode import SNIFFED, decode, encoding_of, sniff
from pipeline.ingest.draft import Draft, Problem, text_of
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
    "articlebody",
)
ID_NAMES = ("id", "article_id", "uid", "guid", "uuid", "doc_id", "document_id", "key")


def read_jsonl(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each line that is a JSON object with a text; a problem for each line that is not."""
    check_sniff(stream)
    number = 0
    while line := stream.readline(asked.max_bytes + 1):
        number += 1
        if len(line) > asked.max_bytes:
            yield Problem(f"line {number} is longer than {asked.max_bytes // 2**20} MiB", number)
            while line and not line.endswith(b"\n"):
                line = stream.readline(asked.max_bytes)
            continue
        if not line.strip(b" \t\r\n\x00\xef\xbb\xbf"):
            continue
        try:
            row = json.loads(decode(line)[0])
        except (ValueError, RecursionError) as error:
            yield Problem(f"line {number} is not JSON: {error}"[:200], number)
            continue
        yield of_row(row, number, asked, "line")


def read_csv(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row; the first row names the columns; the separator (, ; tab |) is told from it."""
    yield from _delimited(stream, asked, None)


def read_tsv(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row of a tab-separated table."""
    yield from _delimited(stream, asked, "\t")


def of_row(row: Any, number: int, asked: Asked, unit: str = "row") -> Draft | Problem:
    """The article of one row, by the columns asked for, else by the usual names."""
    if not isinstance(row, Mapping):
        return Problem(f"{unit} {number} is not an object with fields", number)
    names = {str(k).strip().lower(): k for k in row}
    text_name = asked.columns.get("text") or next((names[n] for n in TEXT_NAMES if n in names), None)
    if text_name is None or text_name not in row:
        have = ", ".join(list(map(str, row))[:12])
        return Problem(
            f"{unit} {number} has no text column; name it with --columns text=NAME (there are: {have})",
            number,
        )
    text = row[text_name]
    if isinstance(text, list) and all(isinstance(p, str) for p in text):
        text = "\n\n".join(text)
    if not isinstance(text, str) or not text.strip():
        return Problem(f"{unit} {number} has an empty text", number)
    fields = known_fields(dict(row)) | {
        ours: v for ours, theirs in asked.columns.items() if ours in NAMES and (v := text_of(row.get(theirs)))
    }
    id_name = asked.columns.get("id") or next((names[n] for n in ID_NAMES if n in names), None)
    own = text_of(row.get(id_name)) if id_name is not None else None
    return Draft(text, **fields, row=own, number=number, titled=False)


def check_sniff(stream: BinaryIO) -> None:
    """ValueError where a stream is plainly no text."""
    peek = getattr(stream, "peek", None)
    if peek and (kind := sniff(peek(16)[:16])):
        raise ValueError(f"is {kind}, not text")


def _delimited(stream: BinaryIO, asked: Asked, separator: str | None) -> Iterator[Draft | Problem]:
    check_sniff(stream)
    csv.field_size_limit(asked.max_bytes)
    buffered = (
        stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    )
    head = buffered.peek(SNIFFED)
    encoding = encoding_of(head[: head.rfind(b"\n") + 1] or head)[0]
    lines = io.TextIOWrapper(buffered, encoding.replace("utf-8", "utf-8-sig"), "replace", newline="")
    rows = csv.reader(
        (line.replace("\0", "") for line in lines),
        delimiter=separator or _separator(head.decode(encoding, "replace")),
    )
    names = next(rows, None)
    if not names:
        raise ValueError("is empty")
    names = [n.strip() for n in names]
    number = 1
    while True:
        number += 1
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(f"row {number} cannot be read: {error}", number)
            continue
        if any(v.strip() for v in values):
            yield of_row(dict(zip(names, values, strict=False)), number, asked)


def _separator(head: str) -> str:
    """The commonest of , ; tab | in the first line."""
    first = head.lstrip("\ufeff").partition("\n")[0]
    return max(",;\t|", key=first.count)
