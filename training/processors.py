"""Whether another kind of processor gives the same tables: runs once here and once under an emulator, and compares.

    python -m training.processors --emulator "qemu-x86_64 -cpu Haswell"

Haswell has AVX2 and no VNNI, as many laptops. The emulated run over the shipped corpus takes some six minutes. Prints a
table in Markdown, for docs/reader.md: the rows that one of the two runs alone has, scores left out, so that a row that
differs counts twice.
"""

from __future__ import annotations

import argparse
import csv
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from pipeline.schema import table_fields

TABLES = ("sentences", "mentions", "quotes", "claims", "hedges")


def extract(corpus: Path, out: Path, emulator: list[str]) -> None:
    """Run the command line as `python -m pipeline`, behind the emulator where there is one."""
    run = ["-m", "pipeline", "extract", str(corpus), "--out", str(out), "--no-cache"]
    command = [*emulator, sys.executable, *run]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (out / "articles.csv").exists():
        sys.exit(f"{shlex.join(command)} wrote no tables:\n{done.stderr}")


def rows(folder: Path, table: str) -> Counter[tuple[str, ...]]:
    """The rows of a table without their scores, counted."""
    names = [field.name for field in table_fields(table) if field.type is not float]
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return Counter(tuple(row[name] for name in names) for row in csv.DictReader(file))


def compared(one: Path, other: Path) -> str:
    """Markdown: how many rows of each table stand in one of two folders alone, of how many in the first."""
    cells = []
    for table in TABLES:
        here, there = rows(one, table), rows(other, table)
        cells.append(f"{((here - there) + (there - here)).total()} of {here.total()}")
    return "\n".join("| " + " | ".join(line) + " |" for line in (TABLES, ("---",) * len(TABLES), cells))


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--corpus", type=Path, default=Path("corpus"))
    ap.add_argument("--emulator", default="qemu-x86_64 -cpu Haswell", help="what stands before the command")
    args = ap.parse_args()
    csv.field_size_limit(2**31 - 1)
    with tempfile.TemporaryDirectory() as folder:
        here, there = Path(folder) / "here", Path(folder) / "there"
        extract(args.corpus, here, [])
        extract(args.corpus, there, shlex.split(args.emulator))
        print(compared(here, there))


if __name__ == "__main__":
    main()
