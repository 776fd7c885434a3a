"""Reader of Excel tables: a row is an article."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.office import BROKEN_OFFICE, checked_zip
from pipeline.ingest.registry import Asked, read_whole
from pipeline.ingest.rows import no_text, of_cells, text_column


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
