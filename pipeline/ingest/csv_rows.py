"""Readers of delimited tables: a row is an article. CSV and TSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, cast

from pipeline.ingest.decode import SNIFFED, check_sniff, decoded_lines, encoding_of
from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.registry import Asked
from pipeline.ingest.rows import no_text, of_cells, text_column

LONGEST_PREAMBLE = 10  # rows above the names of the columns
_SEPARATOR_LINE = re.compile(r"sep=[,;\t|]\r?$", re.IGNORECASE)


def read_csv(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row; the first row names the columns; the separator (, ; tab |) is told from it."""
    yield from _delimited(stream, asked, None)


def read_tsv(stream: BinaryIO, asked: Asked) -> Iterator[Draft | Problem]:
    """An article for each row of a tab-separated table."""
    yield from _delimited(stream, asked, "\t")


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
