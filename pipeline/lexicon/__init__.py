"""Words with their kinds, one CSV file per idea; grammar that uses them stands in the code."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files


@cache
def read_lexicon(name: str) -> tuple[dict[str, str], ...]:
    """Rows of `pipeline/lexicon/<name>.csv` in file order, every cell a string; FileNotFoundError without it."""
    text = files(__package__).joinpath(f"{name}.csv").read_bytes().decode("utf-8")
    return tuple(csv.DictReader(io.StringIO(text, newline="")))


def split_cell(cell: str) -> list[str]:
    """The values of a cell that holds several, parted by semicolons."""
    return [value.strip() for value in cell.split(";") if value.strip()]
