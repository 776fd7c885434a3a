"""Parquet read in a process of its own, as JSON lines: a damaged file can take down the library that reads it, or keep
it busy without end.

Run as `python -m pipeline.ingest.parquet SECONDS`: the file's bytes on standard input, a JSON object a row on standard
output; SECONDS of processor time at most, where the system can see to that.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO, cast

MAGIC = b"PAR1"
FAILED = 3
LONGEST = 60  # seconds of processor time for a file …
MB_A_SECOND = 1  # … and more for a large one


@contextmanager
def parquet_rows(data: bytes) -> Iterator[BinaryIO]:
    """A stream of the rows of a Parquet file as JSON lines. ValueError where the file cannot be read to its end."""
    if not (data.startswith(MAGIC) and data.endswith(MAGIC)):
        raise ValueError("is no Parquet file, or a damaged one")
    seconds = LONGEST + len(data) // (MB_A_SECOND * 1_000_000)
    command = [sys.executable, "-m", "pipeline.ingest.parquet", str(seconds)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdin and process.stdout
        try:
            process.stdin.write(data)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it has crashed over the first bytes; its exit status says so below
        yield cast(BinaryIO, process.stdout)
        process.stdout.read()
        if process.wait() != 0:
            raise ValueError("is a Parquet file that is damaged or of a kind that cannot be read")


def main() -> int:
    """Rows of the file on standard input to standard output, a group of rows at a time."""
    from fastparquet import ParquetFile

    _limit(int(sys.argv[1]))
    out = _own_output()
    try:
        for group in ParquetFile(io.BytesIO(sys.stdin.buffer.read())).iter_row_groups():
            rows = group.to_json(
                orient="records", lines=True, date_format="iso", default_handler=str, force_ascii=True
            )
            out.write(rows if rows.endswith("\n") else rows + "\n")
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AssertionError,
        RuntimeError,
        OSError,
        AttributeError,
    ):
        return FAILED
    out.flush()
    return 0


def _own_output() -> TextIO:
    """Standard output for the rows alone: the library prints there what it thinks of damaged files."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return out


def _limit(seconds: int) -> None:
    """Let the system end this process after so much processor time."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    sys.exit(main())
