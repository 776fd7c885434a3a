"""Records <-> CSV <-> DataFrames, all after the columns of `pipeline.schema`.

CSV files are UTF-8 by RFC 4180 with LF line ends; an empty cell is a missing value, truth is `true` or `false`,
floats have fixed decimals, rows stand in the order of their key.
"""

from __future__ import annotations

import csv
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline import schema
from pipeline.schema import TABLES, Field, Record, table_fields

if TYPE_CHECKING:
    import pandas as pd

MEND = "write the tables again with `hearsay extract`"
UNDECODED = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of bytes that are no UTF-8
EXCEL_CELL = 32_000  # units of UTF-16, in which Excel counts; it breaks a row in two after 32,767
FORMULA = re.compile(r"^[=+\-@\t\r|%]")  # a cell that begins so may run as a formula
NUMBER = re.compile(r"-?\d+(\.\d+)?")
CHUNK = 20_000  # rows held in memory while a table is turned into another format

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # articles.text may be longer than the module's 128 KiB


# --- records -> CSV ---------------------------------------------------------------------------------------------


def write_rows(file: IO[str], table: str, records: Iterable[Record]) -> int:
    """Append records to an open CSV file in the order given; returns how many."""
    plain, quoted = (
        csv.writer(file, lineterminator="\n"),
        csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL),
    )
    columns = table_fields(table)
    n = 0
    for record in records:
        cells = [format_cell(field, getattr(record, field.name)) for field in columns]
        # csv.writer leaves a lone carriage return bare where lines end in LF
        (quoted if any("\r" in cell for cell in cells) else plain).writerow(cells)
        n += 1
    return n


def header(table: str) -> str:
    """The first line of the table's CSV file, line end included."""
    return ",".join(field.name for field in table_fields(table)) + "\n"


def format_cell(field: Field, value: Any) -> str:
    """A value as its CSV cell holds it."""
    if value is None:
        return ""
    if field.type is bool:
        return "true" if value else "false"
    if field.type is float:
        text = f"{value:.{field.column.decimals}f}"
        return text.removeprefix("-") if float(text) == 0 else text
    return str(value)


def parse_cell(field: Field, cell: str) -> Any:
    """A CSV cell as the value that a record holds; ValueError where it is none of the column's type."""
    if cell == "" and field.nullable:
        return None
    if field.type is bool:
        if cell not in ("true", "false"):
            raise ValueError(f"{field.name} is {cell!r}, not true or false")
        return cell == "true"
    return field.type(cell)


def sort_key(record: Record, table: str) -> tuple[Any, ...]:
    """What rows of a table are sorted by: the key, strings by code point, a missing value first."""
    values = (getattr(record, name) for name in schema.key_of(table))
    return tuple((value is not None, value) for value in values)


# --- CSV -> records ---------------------------------------------------------------------------------------------


def read_records(folder: Path, table: str) -> Iterator[Any]:
    """The rows of a table, one record at a time, in the order of the file.

    Raises FileNotFoundError where there is no such file, ValueError where a row is not of the table's form.
    """
    path = table_path(folder, table)
    columns, make = table_fields(table), TABLES[table]
    for n, cells in enumerate(_rows(path, table), 1):
        try:
            yield make(*(parse_cell(field, cell) for field, cell in zip(columns, cells, strict=True)))
        except ValueError as error:
            raise ValueError(f"{path}, row {n}: {error}; {MEND}") from error


def _rows(path: Path, table: str) -> Iterator[list[str]]:
    """The cells of each row below the header; ValueError where they are not those of the table."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        reader = csv.reader(file)
        names = next(reader, [])
        _check_header(path, table, names)
        for n, cells in enumerate(reader, 1):
            if len(cells) != len(names):
                raise ValueError(f"{path}, row {n}: {len(cells)} cells, the header has {len(names)}; {MEND}")
            for name, cell in zip(names, cells):
                if not cell.isascii() and UNDECODED.search(cell):
                    raise ValueError(
                        f"{path}, row {n}: {name} is no UTF-8; save the file as UTF-8, or {MEND}"
                    )
            yield cells


def table_path(folder: Path, table: str) -> Path:
    """The table's CSV file; FileNotFoundError with the mend where it is not there."""
    path = Path(folder) / f"{table}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such table; {MEND}")
    return path


def _check_header(path: Path, table: str, names: list[str]) -> None:
    expected = [field.name for field in table_fields(table)]
    if names != expected:
        missing = [name for name in expected if name not in names]
        what = f"column {', '.join(missing)} is missing" if missing else f"columns are {', '.join(names)}"
        raise ValueError(f"{path}: {what}; {MEND}")


# --- whole tables, replaced in one step ---------------------------------------------------------------------------


@contextmanager
def new_table(folder: Path, table: str) -> Iterator[IO[str]]:
    """A table's CSV file in a folder, begun with its header, open for rows to be added."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(header(table))
        yield file


def move_rows(part: Path, whole: IO[str]) -> None:
    """Add a file of rows without header to an open table, and remove it."""
    with part.open(encoding="utf-8", newline="") as rows:
        shutil.copyfileobj(rows, whole)
    part.unlink()


def rename(
    folder: Path, table: str, column: str, names: dict[str, str], entity_of: Callable[[Any], str | None]
) -> None:
    """Put the name of its entity into a column of each row of a table whose entity is in `names`."""
    renamed = folder / f"{table}.renamed"
    with renamed.open("w", encoding="utf-8", newline="") as file:
        file.write(header(table))
        rows = read_records(folder, table)
        write_rows(file, table, (_renamed(row, names.get(entity_of(row) or ""), column) for row in rows))
    renamed.replace(folder / f"{table}.csv")


def _renamed(row: Any, name: str | None, column: str) -> Any:
    return replace(row, **{column: name}) if name else row


def write_table(folder: Path, table: str, records: Iterable[Record]) -> int:
    """Write one whole table, sorted by its key, into a folder; returns the number of rows."""
    rows = sorted(records, key=lambda record: sort_key(record, table))
    with new_table(folder, table) as file:
        return write_rows(file, table, rows)


# --- other formats ------------------------------------------------------------------------------------------------


def copies(folder: Path, table: str) -> tuple[Path, Path]:
    """Where a table's Parquet twin and its copy for spreadsheets are, if they are."""
    return folder / f"{table}.parquet", folder / "excel" / f"{table}.csv"


def write_parquet(folder: Path, table: str) -> Path:
    """The Parquet twin of a table's CSV file, beside it; a part of the table in memory at a time."""
    import fastparquet

    target, _ = copies(folder, table)
    texts = {field.name: "utf8" for field in table_fields(table) if field.type is str}
    records = read_records(folder, table)
    chunk = list(islice(records, CHUNK))
    fastparquet.write(target, _parquet_frame(table, chunk), compression="ZSTD", object_encoding=texts)
    while chunk := list(islice(records, CHUNK)):
        fastparquet.write(target, _parquet_frame(table, chunk), compression="ZSTD", append=True)
    return target


def _parquet_frame(table: str, records: list[Any]) -> pd.DataFrame:
    """Records with the types of their columns; unlike `to_frame`, dates stay as they were written."""
    import pandas as pd

    dtypes = {str: "object", int: "Int64", float: "float64", bool: "bool"}
    columns = {
        field.name: pd.Series([getattr(r, field.name) for r in records], dtype=dtypes[field.type])
        for field in table_fields(table)
    }
    return pd.DataFrame(columns)


def write_excel_copy(folder: Path, table: str) -> Path:
    """A copy for spreadsheets in `excel/`: byte order mark, formulas made inert, cells cut to what Excel takes."""
    _, target = copies(folder, table)
    target.parent.mkdir(exist_ok=True)
    with (
        (folder / f"{table}.csv").open(encoding="utf-8", newline="") as source,
        target.open("w", encoding="utf-8-sig", newline="") as copy,
    ):
        csv.writer(copy, lineterminator="\r\n").writerows(map(_inert, row) for row in csv.reader(source))
    return target


def _inert(cell: str) -> str:
    """A cell that no spreadsheet runs: an apostrophe before "=cmd()", while -2.00 stays a number."""
    units = cell.encode("utf-16-le")
    if len(units) > 2 * EXCEL_CELL:
        cell = units[: 2 * EXCEL_CELL].decode("utf-16-le", errors="ignore") + " […]"
    return "'" + cell if FORMULA.match(cell.lstrip(" ")) and not NUMBER.fullmatch(cell) else cell


# --- DataFrames ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tables:
    """One DataFrame per table; columns, types and keys as in docs/tables.md."""

    articles: pd.DataFrame
    sentences: pd.DataFrame
    entities: pd.DataFrame
    mentions: pd.DataFrame
    quotes: pd.DataFrame
    quote_parts: pd.DataFrame
    claims: pd.DataFrame
    hedges: pd.DataFrame
    claim_hedges: pd.DataFrame
    issues: pd.DataFrame


def read_tables(folder: str | Path = "outputs") -> Tables:
    """The tables of an output folder with their types, every value, key and link checked.

    Texts are `str`, whole numbers `int64` (`Int64` where they may be missing), scores `float64`, truth `bool`,
    `articles.published` a UTC time. FileNotFoundError or ValueError name file, row and mend.
    """
    folder = Path(folder)
    cells = {table: _read_cells(table_path(folder, table), table) for table in TABLES}
    frames = {table: _typed(folder / f"{table}.csv", table, frame) for table, frame in cells.items()}
    for table, frame in frames.items():
        _check_key(folder / f"{table}.csv", table, frame)
    for table, column, owner in schema.foreign_keys():
        _check_link(folder / f"{table}.csv", frames[table], column, frames[owner])
    return Tables(**frames)


def to_frame(table: str, records: Iterable[Record]) -> pd.DataFrame:
    """Records as a DataFrame with the columns and types that `read_tables` gives."""
    import pandas as pd

    columns = table_fields(table)
    rows = [[format_cell(field, getattr(record, field.name)) for field in columns] for record in records]
    cells = pd.DataFrame(rows, columns=[field.name for field in columns], dtype="str")
    return _typed(Path(f"{table}.csv"), table, cells)


def _read_cells(path: Path, table: str) -> pd.DataFrame:
    """A CSV file as text, nothing taken for missing: an entity may be called NA, a quote may say None."""
    import pandas as pd

    names = [field.name for field in table_fields(table)]
    return pd.DataFrame(list(_rows(path, table)), columns=names, dtype="str")


def _typed(path: Path, table: str, cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as values of their columns' types, each checked against its column."""
    import pandas as pd

    columns = {}
    for field in table_fields(table):
        text = cells[field.name]
        empty = text == ""
        _check_values(path, cells, field, empty)
        if field.type is str:
            values = text.mask(empty) if field.nullable else text
        elif field.type is bool:
            values = text == "true"
        else:
            whole = "Int64" if field.nullable else "int64"
            values = _numbers(text, empty).astype(whole if field.type is int else "float64")
        if field.column.pattern == schema.ISO_DATE:
            values = pd.to_datetime(values, format="ISO8601", utc=True, errors="coerce").dt.as_unit("us")
        columns[field.name] = values
    return pd.DataFrame(columns)


def _numbers(text: pd.Series, empty: pd.Series) -> pd.Series:
    import pandas as pd

    return pd.to_numeric(text.mask(empty).astype("object"))


def _check_values(path: Path, cells: pd.DataFrame, field: Field, empty: pd.Series) -> None:
    """Raise ValueError for the first cell that its column does not allow."""
    column, text = field.column, cells[field.name]
    form = {int: r"-?\d+", float: r"-?\d+(\.\d+)?", bool: "true|false", str: column.pattern}[field.type]
    if not field.nullable:
        _require(path, cells, ~empty, field, "is empty")
    if form:
        _require(path, cells, empty | text.str.fullmatch(form), field, f"is not of the form {form}")
    if column.values:
        _require(
            path, cells, empty | text.isin(column.values), field, f"is none of {', '.join(column.values)}"
        )
    if column.minimum is not None:
        low = _numbers(text, empty) >= column.minimum
        _require(path, cells, empty | low, field, f"is below {column.minimum:g}")
    if column.maximum is not None:
        high = _numbers(text, empty) <= column.maximum
        _require(path, cells, empty | high, field, f"is above {column.maximum:g}")


def _require(path: Path, cells: pd.DataFrame, good: pd.Series, field: Field, problem: str) -> None:
    if not good.all():
        n = int((~good).to_numpy().argmax())
        raise ValueError(f"{path}, row {n + 1}: {field.name} {cells[field.name].iloc[n]!r} {problem}; {MEND}")


def _check_key(path: Path, table: str, frame: pd.DataFrame) -> None:
    key = list(schema.key_of(table))
    twice = frame.duplicated(key)
    if twice.any():
        n = int(twice.to_numpy().argmax())
        value = ", ".join(repr(v) for v in frame[key].iloc[n])
        raise ValueError(f"{path}, row {n + 1}: a second row with {', '.join(key)} {value}; {MEND}")


def _check_link(path: Path, frame: pd.DataFrame, column: str, owner: pd.DataFrame) -> None:
    known = frame[column].isna() | frame[column].isin(owner.iloc[:, 0])
    if not known.all():
        n = int((~known).to_numpy().argmax())
        raise ValueError(
            f"{path}, row {n + 1}: {column} {frame[column].iloc[n]!r} has no row in the table it refers to; {MEND}"
        )
