"""Rows of articles kept from one run to the next, so that only new and changed articles are read again.

An entry is found by all that its rows depend on: the article as ingested and the fingerprint of code, model,
libraries and processor. The file may be deleted at any time, and damage to it costs no more than time.
"""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
import zlib
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import astuple, dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.schema import TABLES, Article
from pipeline.stages import Rows

NAME = ".cache.sqlite"
LIBRARIES = ("spacy", "numpy", "onnxruntime", "tokenizers", "ufal.chu-liu-edmonds")
PROCESSOR = Path("/proc/cpuinfo")
KERNEL_FEATURES = frozenset(
    "sse4_1 avx avx2 fma avx512f avx512bw avx512_vnni avx_vnni avx512_bf16 amx_int8 "
    "asimddp asimdhp i8mm bf16 sve sme".split()
)  # of x86 and of ARM
DIGEST = 32  # bytes at the head of an entry that say whether the rest is whole
PATIENCE = 60.0  # seconds that a process waits while another writes


@dataclass(frozen=True, slots=True)
class Cache:
    """Where entries are kept, and what beside the article they depend on."""

    path: Path
    fingerprint: str


def fingerprint() -> str:
    """A hash of every file of this package, the model among them, and of what else decides about rows."""
    digest = sha256(f"{sys.version} {sys.byteorder} {' '.join(processor_features())}".encode())
    for library in LIBRARIES:
        digest.update(f" {library} {version(library)}".encode())
    folder = Path(__file__).parent
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(f" {path.relative_to(folder).as_posix()} {path.stat().st_size} ".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def processor_features() -> list[str]:
    """What of this processor decides which kernels run the network: each kind rounds in a way of its own."""
    if not PROCESSOR.exists():  # not Linux
        return [platform.machine(), platform.processor()]
    words = set(PROCESSOR.read_text(encoding="utf-8", errors="replace").split())
    return [platform.machine(), *sorted(words & KERNEL_FEATURES)]


def known_rows(cache: Cache, articles: Iterable[Article]) -> dict[str, Rows]:
    """article_id -> rows of the articles that were read before, as far as they are whole."""
    found: dict[str, Rows] = {}

    def look_up(database: sqlite3.Connection) -> None:
        for article in articles:
            query = "SELECT entry FROM entries WHERE key = ?"
            row = database.execute(query, (_key(cache, article),)).fetchone()
            if row and (rows := _unpacked(row[0])) is not None:
                found[article.article_id] = rows

    _attempt(cache, look_up)
    return found


def keep_rows(cache: Cache, read: Iterable[tuple[Article, Rows]]) -> None:
    """Keep the rows of articles; if the file cannot take them, they will be read again next time."""
    entries = [(_key(cache, article), _packed(rows)) for article, rows in read]
    insert = "INSERT OR REPLACE INTO entries VALUES (?, ?)"
    _attempt(cache, lambda database: database.executemany(insert, entries))


def forget_others(cache: Cache, articles: Iterable[Article]) -> None:
    """Remove all entries but those of these articles, so that the file does not grow from run to run."""

    def forget(database: sqlite3.Connection) -> None:
        database.execute("CREATE TEMP TABLE used (key BLOB PRIMARY KEY) WITHOUT ROWID")
        database.executemany("INSERT OR IGNORE INTO used VALUES (?)", ((_key(cache, a),) for a in articles))
        database.execute("DELETE FROM entries WHERE key NOT IN (SELECT key FROM used)")

    _attempt(cache, forget)


def _attempt(cache: Cache, work: Callable[[sqlite3.Connection], object]) -> None:
    """Work on the file; what cannot be done is left undone, and a file that is no database is removed."""
    try:
        with closing(sqlite3.connect(cache.path, timeout=PATIENCE)) as database, database:
            database.execute("PRAGMA auto_vacuum = FULL")
            database.execute("PRAGMA synchronous = OFF")
            database.execute("CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, entry BLOB)")
            work(database)
    except sqlite3.OperationalError:
        pass  # locked, read-only, or the disk is full
    except sqlite3.DatabaseError:
        with suppress(OSError):
            cache.path.unlink()


def _key(cache: Cache, article: Article) -> bytes:
    return sha256(json.dumps([cache.fingerprint, *astuple(article)]).encode()).digest()


def _packed(rows: Rows) -> bytes:
    """Rows as bytes: numbers and texts alone, so that reading a file from elsewhere runs nothing."""
    plain = {table: [astuple(record) for record in records] for table, records in rows.items()}
    body = zlib.compress(json.dumps(plain, default=_plain).encode())
    return sha256(body).digest() + body


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item()


def _unpacked(entry: object) -> Rows | None:
    """The rows of an entry, None where it is damaged."""
    if not isinstance(entry, bytes) or sha256(entry[DIGEST:]).digest() != entry[:DIGEST]:
        return None
    plain = json.loads(zlib.decompress(entry[DIGEST:]))
    return {table: [TABLES[table](*values) for values in records] for table, records in plain.items()}
