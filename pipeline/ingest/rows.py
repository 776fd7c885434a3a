"""Readers of tables: a row is an article. JSON lines, JSON, CSV, TSV, Excel, Parquet."""

from __future__ import annotations

import codecs
import csv
import io
import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO, cast

from pipeline.ingest.decode import SNIFFED, decode, decoded_lines, encoding_of, sniff
from pipeline.ingest.draft import Draft, Problem, text_of
from pipeline.ingest.markup import looks_like_markup, markup_text
from pipeline.ingest.opening import ALWAYS_ALLOWED, LARGEST_RATIO
from pipeline.ingest.parquet import parquet_rows
from pipeline.ingest.plain import NAMES, known_fields
from pipeline.ingest.registry import Asked, read_whole

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
MOST_PARQUET = 2 * 2**30  # bytes
BROKEN_OFFICE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OSError,
    EOFError,
    RuntimeError,
    SyntaxError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""What a damaged office document raises (SyntaxError: of its XML; RuntimeError: of a member that is encrypted, packed
in an unknown way or nested without end)."""
NO_TEXT = "has no text column"
LONGEST_PREAMBLE = 10  # rows above the names of the columns
_SEPARATOR_LINE = re.compile(r"sep=[,;\t|]\r?$", re.IGNORECASE)
_CUT = re.compile(r"[ …]*\[\+\d+ chars\]\s*$")  # as NewsAPI ends its texts
ID_NAMES = ("id", "article_id", "uid", "guid", "uuid", "doc_id", "document_id", "key")


def read_jsonl(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each line that is a JSON object with a text; a problem for each line that is not."""
    check_sniff(stream)
    if _head(stream).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        stream = io.BytesIO(decode(read_whole(stream, asked))[0].encode("utf-8", "replace"))
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
            text, note = decode(line)
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Problem(f"line {number} is not JSON: {error}"[:200], number)
            continue
        yield _noted(of_row(row, number, asked, "line"), note)


def read_csv(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row; the first row names the columns; the separator (, ; tab |) is told from it."""
    yield from _delimited(stream, asked, None)


def read_tsv(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row of a tab-separated table."""
    yield from _delimited(stream, asked, "\t")


def read_json(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """The articles of a JSON file: an array of objects, or an object that holds one, or a single article."""
    text, note = decode(read_whole(stream, asked))
    yield from rows_of_json(text, asked)
    if note:
        yield Problem(note, severity="warning")


def rows_of_json(text: str, asked: Asked) -> Iterator[Draft | Problem]:
    """The articles of JSON, or of JSON lines under a name that says otherwise."""
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError("is JSON nested too deep") from error
    except ValueError as error:
        if not is_object(text.lstrip().partition("\n")[0]):
            raise ValueError(f"is not JSON: {error}") from error
        yield from read_jsonl(io.BytesIO(text.encode("utf-8", "replace")), asked)
        return
    found = [of_row(row, number, asked, "item") for number, row in enumerate(_rows_in(value), 1)]
    missing = [item for item in found if isinstance(item, Problem) and NO_TEXT in item.reason]
    if len(missing) == len(found) > 1:
        raise ValueError(missing[0].reason.replace("item 1 ", ""))
    yield from found


def read_xlsx(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row of the first sheet that has a text column; its first row names the columns."""
    data = io.BytesIO(checked_zip(read_whole(stream, asked)))
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise ValueError("is an Excel file; to read it, run: pip install 'hearsay[docs]'") from error
    try:
        sheets = [s.iter_rows(values_only=True) for s in load_workbook(data, read_only=True, data_only=True)]
        heads = [[str(n).strip() if n is not None else "" for n in next(rows, ())] for rows in sheets]
    except BROKEN_OFFICE as error:
        raise ValueError(f"is no Excel file that can be read: {error!r:.100}") from error
    if not heads:
        raise ValueError("is an Excel file without a sheet")
    at = next((n for n, names in enumerate(heads) if text_column(names, asked)), 0)
    if text_column(heads[at], asked) is None:
        raise ValueError(no_text(heads[at]))
    for number, values in enumerate(_unbroken(sheets[at]), 2):
        if any(v is not None for v in values):
            yield of_cells(heads[at], values, number, asked)


def _unbroken(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows of a sheet. ValueError at the first damage."""
    try:
        yield from rows
    except BROKEN_OFFICE as error:
        raise ValueError(f"is no Excel file that can be read: {error!r:.100}") from error


def read_parquet(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row of a Parquet table, read one group of rows at a time."""
    with parquet_rows(read_whole(stream, replace(asked, max_bytes=MOST_PARQUET))) as rows:
        yield from read_jsonl(rows, asked)


def checked_zip(data: bytes) -> bytes:
    """The bytes of a file that is a ZIP archive inside, once it is sure that it does not unpack to a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, struct.error, NotImplementedError) as error:
        raise ValueError(f"is damaged: {error}") from error
    if size > max(ALWAYS_ALLOWED, LARGEST_RATIO * len(data)):
        raise ValueError("unpacks to far more than text would: an archive made to fill memory or disk")
    return data


def _rows_in(value: Any) -> list[Any]:
    """The objects of a JSON value: itself if it is an array, the longest array in it, else the one object it is."""
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping):
        if not any(str(k).lower() in TEXT_NAMES for k in value):
            inner = [v for v in value.values() if isinstance(v, Mapping)]  # {"response": {"results": […]}}
            arrays = [
                v
                for o in (value, *inner)
                for v in o.values()
                if isinstance(v, list) and v and isinstance(v[0], Mapping)
            ]
            return max(arrays, key=len, default=[value])
        return [value]
    raise ValueError("is JSON without an object in it")


def is_object(line: str) -> bool:
    """Whether a line is a JSON object by itself, as in JSON lines."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


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
    return _noted(of_row(dict(zip(names, values, strict=False)), number, asked), note)


def _noted(found: Draft | Problem, note: str | None) -> Draft | Problem:
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


def check_sniff(stream: BinaryIO) -> None:
    """ValueError where a stream is plainly no text."""
    if kind := sniff(_head(stream)):
        raise ValueError(f"is {kind}, not text")


def _head(stream: BinaryIO) -> bytes:
    """The first bytes of a stream, left in it; none where it cannot be looked into."""
    peek = getattr(stream, "peek", None)
    return bytes(peek(16)[:16]) if peek else b""


def _delimited(stream: BinaryIO, asked: Asked, separator: str | None) -> Iterator[Draft | Problem]:
    check_sniff(stream)
    buffered = (
        stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    )
    head = buffered.peek(SNIFFED)
    encoding, guessed = encoding_of(head[: head.rfind(b"\n") + 1] or head)
    notes = [f"encoding guessed: {encoding}"] if guessed and encoding != "utf-8" else []
    rows = csv.reader(
        (line.replace("\0", "") for line in decoded_lines(buffered, encoding, notes)),
        delimiter=separator or _separator(head.decode(encoding, "replace")),
    )
    try:
        with _longest_cell(asked.max_bytes):
            names, number = _header(rows, asked)
    except csv.Error as error:
        raise ValueError(f"is no table that can be read: {error}") from error
    while True:
        number += 1
        try:
            with _longest_cell(asked.max_bytes):
                values = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            yield Problem(f"row {number} cannot be read: {error}", number)
            continue
        if any(v.strip() for v in values):
            yield of_cells(names, values, number, asked, "; is a cell with the separator in it not quoted?")
    if notes:
        yield Problem("; ".join(notes), severity="warning")


@contextmanager
def _longest_cell(characters: int) -> Iterator[None]:
    """While a row is read, a quotation mark that is never closed takes in no more; the limit is the whole process's."""
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _separator(head: str) -> str:
    """The commonest of , ; tab | in the first line, or what Excel's "sep=;" in it says."""
    first = head.lstrip("\ufeff").partition("\n")[0]
    return first[4] if _SEPARATOR_LINE.match(first) else max(",;\t|", key=first.count)


def _header(rows: Iterator[list[str]], asked: Asked) -> tuple[list[str], int]:
    """(names of the columns, their row): the first row, or the first of a few with a text column in it.

    Exports may say above their table what they are. ValueError where there is no text column.
    """
    first: list[str] = []
    for number, row in enumerate(islice(rows, LONGEST_PREAMBLE), 1):
        names = [cell.strip("\ufeff \t\r\n") for cell in row]
        if text_column(names, asked):
            return names, number
        first = first or [name for name in names if name]
    if not first:
        raise ValueError("is empty")
    raise ValueError(no_text(first))
