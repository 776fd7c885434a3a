"""The schema for readers and for other software: docs/tables.md and datapackage.json (Frictionless Data Package)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pipeline
from pipeline.schema import TABLES, Field, foreign_keys, key_of, table_fields

TYPE_NAMES = {str: "text", int: "whole number", float: "number", bool: "true / false"}
FRICTIONLESS_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}

INTRODUCTION = """\
# The tables

<!-- Generated from pipeline/schema.py by `python -m pipeline.output.codebook`; edit there. -->

One CSV file per table: UTF-8, a header row, LF line ends, an empty cell for a missing value, `true` / `false`.
Rows are sorted by their key. Every offset counts characters (Unicode code points) of `articles.text`, the end
exclusive: `articles.text[start:end]` is the row's `text`, except in quotes and claims of several pieces, whose
pieces are joined by " … ". Ids come from names and places in the text, so a new article never changes old rows.
`datapackage.json` says the same for software. `pipeline.read_tables(folder)` reads the tables into pandas.

An article with an `error` in issues has no rows in later tables; after a `warning` something was dropped or guessed
and the article stands; `info` is for the record.
"""


CLI_INTRODUCTION = """\
# The commands

<!-- Generated from pipeline/cli.py by `python -m pipeline.output.codebook`; edit there. -->

`extract` does everything. `ingest`, `annotate`, `entities`, `quotes`, `claims` do the same step by step, each reading
what the one before wrote. Exit status: 0 all articles done; 1 some articles failed (they stand in issues.csv, the rest
is written); 2 the call itself was wrong; 130 stopped by a signal. A table is replaced whole or not at all.

`extract` keeps the rows of each article in OUT/.cache.sqlite and reads an article anew only if it, the code, the model,
a library or the kind of processor has changed. The tables are the same as with `--no-cache`; the file may be deleted at
any time.
"""


def tables_page() -> str:
    """docs/tables.md: every table with its columns, their types, meanings and allowed values."""
    return "\n".join([INTRODUCTION, *(_table_section(table) for table in TABLES)])


def datapackage() -> dict[str, Any]:
    """The Data Package descriptor of an output folder."""
    return {
        "profile": "tabular-data-package",
        "name": "hearsay-tables",
        "title": "Entities, quotes, claims and hedges of news articles",
        "description": f"Written by hearsay {pipeline.__version__}.",
        "resources": [_resource(table) for table in TABLES],
    }


def write_datapackage(folder: Path) -> None:
    """Write datapackage.json into a folder."""
    text = json.dumps(datapackage(), ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _table_section(table: str) -> str:
    lines = [f"## {table}.csv", "", f"{TABLES[table].__doc__}", ""]
    lines += ["| column | type | may be empty | meaning |", "|---|---|---|---|"]
    for field in table_fields(table):
        name = f"**`{field.name}`**" if field.column.key else f"`{field.name}`"
        empty = "yes" if field.nullable else ""
        lines.append(f"| {name} | {TYPE_NAMES[field.type]} | {empty} | {_meaning(field)} |")
    return "\n".join([*lines, ""])


def _meaning(field: Field) -> str:
    column = field.column
    parts = [column.meaning.replace("|", "\\|")]
    if column.values:
        parts.append(", ".join(f"`{value}`" for value in column.values))
    if column.decimals is not None:
        parts.append(f"{column.minimum:g} to {column.maximum:g}")
    if column.refers_to:
        parts.append(f"→ {column.refers_to}")
    return "; ".join(parts)


def _resource(table: str) -> dict[str, Any]:
    links = [(column, owner) for t, column, owner in foreign_keys() if t == table]
    return {
        "name": table.replace("_", "-"),
        "path": f"{table}.csv",
        "profile": "tabular-data-resource",
        "description": TABLES[table].__doc__,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_frictionless_field(field) for field in table_fields(table)],
            "missingValues": [""],
            "primaryKey": list(key_of(table)),
            "foreignKeys": [_frictionless_link(table, column, owner) for column, owner in links],
        },
    }


def _frictionless_field(field: Field) -> dict[str, Any]:
    column = field.column
    constraints: dict[str, Any] = {} if field.nullable else {"required": True}
    if column.values:
        constraints["enum"] = list(column.values)
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.minimum is not None:
        constraints["minimum"] = column.minimum
    if column.maximum is not None:
        constraints["maximum"] = column.maximum
    described = {"name": field.name, "type": FRICTIONLESS_TYPES[field.type], "description": column.meaning}
    return described | ({"constraints": constraints} if constraints else {})


def _frictionless_link(table: str, column: str, owner: str) -> dict[str, Any]:
    resource = "" if owner == table else owner.replace("_", "-")
    return {"fields": [column], "reference": {"resource": resource, "fields": list(key_of(owner))}}


def cli_page() -> str:
    """docs/cli.md: what `--help` says of each command."""
    from typer.testing import CliRunner

    from pipeline.cli import app

    pages = [CLI_INTRODUCTION]
    for name in (command.callback.__name__ for command in app.registered_commands if command.callback):
        shown = CliRunner().invoke(app, [name, "--help"], prog_name="hearsay", terminal_width=100).output
        text = "\n".join(line.rstrip() for line in shown.strip().splitlines())
        pages.append(f"## hearsay {name}\n\n```\n{text}\n```\n")
    return "\n".join(pages)


def write_pages(folder: Path) -> None:
    """Write tables.md and cli.md into a folder."""
    for name, text in (("tables.md", tables_page()), ("cli.md", cli_page())):
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_pages(Path("docs"))
