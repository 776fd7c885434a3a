"""Articles between ingestion and reading: on disk, so that any number of them fits, and in the order of their ids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from pipeline.schema import Article

SHARD_ARTICLES = 16
SHARD_CHARACTERS = 200_000  # an article longer than this has a shard to itself


@dataclass(frozen=True, slots=True)
class Shard:
    """Articles that are read together: `size` of them from `first` on, in the order of their ids."""

    number: int
    first: str
    size: int
    half: str = ""  # which, where a shard was cut up: "b" is its second half, "ba" the first half of that

    @property
    def name(self) -> str:
        """Of its files: no two shards share one, and they sort in the order of the articles."""
        return f"{self.number:06d}{self.half}"

    def halves(self, middle: str) -> tuple[Shard, Shard]:
        """The articles before that id, which is the one in the middle, and those from it on."""
        size = self.size // 2
        return (
            Shard(self.number, self.first, size, self.half + "a"),
            Shard(self.number, middle, self.size - size, self.half + "b"),
        )


@contextmanager
def open_spool(path: Path) -> Iterator[sqlite3.Connection]:
    """A spool file for writing and reading; it is made where there is none."""
    with closing(sqlite3.connect(path)) as spool, spool:
        spool.execute("PRAGMA synchronous = OFF")  # what a run that dies leaves is thrown away
        spool.execute(
            "CREATE TABLE IF NOT EXISTS articles (id TEXT PRIMARY KEY, passed_over INTEGER, size INTEGER, row TEXT)"
        )
        yield spool


def put(spool: sqlite3.Connection, article: Article, keep_duplicates: bool = False) -> None:
    """Add an article; ValueError where one with its id is there already.

    Those that repeat another are passed over unless `keep_duplicates`. What an earlier run counted is forgotten.
    """
    article = replace(article, n_sentences=0, n_tokens=0)
    row = (
        article.article_id,
        article.duplicate_of is not None and not keep_duplicates,
        len(article.text),
        json.dumps(astuple(article)),
    )
    try:
        spool.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", row)
    except sqlite3.IntegrityError as error:
        raise ValueError(
            f"a second article with the id {article.article_id}; rename its file or row"
        ) from error


def pass_over(spool: sqlite3.Connection, article_id: str) -> None:
    """Note that an article has its row in articles and nothing more: it is in a language that was not asked for."""
    spool.execute("UPDATE articles SET passed_over = 1 WHERE id = ?", (article_id,))


def passed_over(spool: sqlite3.Connection, shard: Shard) -> frozenset[str]:
    """The ids of a shard's articles that have nothing but their row in articles."""
    rows = spool.execute(
        "SELECT id, passed_over FROM articles WHERE id >= ? ORDER BY id LIMIT ?", (shard.first, shard.size)
    )
    return frozenset(article_id for article_id, passed in rows if passed)


def read(spool: sqlite3.Connection, shard: Shard | None = None) -> Iterator[Article]:
    """The articles of a shard, or all, sorted by id (by code point)."""
    first, size = (shard.first, shard.size) if shard else ("", -1)
    query = "SELECT row FROM articles WHERE id >= ? ORDER BY id LIMIT ?"
    for (row,) in spool.execute(query, (first, size)):
        yield Article(*json.loads(row))


def cut_shards(spool: sqlite3.Connection) -> Iterator[Shard]:
    """All articles in shards. They depend on the articles alone, so one process and many read the same batches."""
    number, first, size, characters = 0, "", 0, 0
    for article_id, length in spool.execute("SELECT id, size * (1 - passed_over) FROM articles ORDER BY id"):
        if size and (size == SHARD_ARTICLES or characters + length > SHARD_CHARACTERS):
            yield Shard(number, first, size)
            number, size, characters = number + 1, 0, 0
        first = first if size else article_id
        size, characters = size + 1, characters + length
    if size:
        yield Shard(number, first, size)
