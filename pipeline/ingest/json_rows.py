"""Readers of JSON: an object is an article. JSON lines, JSON, Parquet (which is read as JSON lines)."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from pipeline.ingest.decode import check_sniff, decode, head_of
from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.parquet import parquet_rows
from pipeline.ingest.registry import Asked, read_whole
from pipeline.ingest.rows import NO_TEXT, TEXT_NAMES, noted, of_row

MOST_PARQUET = 2 * 2**30  # bytes


def read_jsonl(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each line that is a JSON object with a text; a problem for each line that is not."""
    check_sniff(stream)
    if head_of(stream).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
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
        yield noted(of_row(row, number, asked, "line"), note)


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


def read_parquet(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row of a Parquet table, read one group of rows at a time."""
    with parquet_rows(read_whole(stream, replace(asked, max_bytes=MOST_PARQUET))) as rows:
        yield from read_jsonl(rows, asked)


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
