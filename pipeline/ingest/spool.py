"""What must be remembered of a corpus of any size.

Kept in temporary SQLite files that vanish when closed, not in memory.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from itertools import chain

from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.files import slug, stem_of
from pipeline.ingest.opening import UNREADABLE


def row_id(draft: Draft, first: str) -> str:
    """The id of an article: its file's, for members of archives and rows of tables with their own name or number.

    >>> row_id(Draft("…", number=17), "exports/may")
    'exports/may/0000017'
    """
    number = f"{draft.number:07d}" if draft.number is not None else None
    own = (slug(stem_of(draft.member)) if draft.member else None, slug(draft.row) if draft.row else number)
    return "/".join([first, *(part for part in own if part)])


def by_id(drafts: Iterator[Draft | Problem], first: str) -> Iterator[tuple[str, Draft] | Problem]:
    """The drafts of a file, each with an id of its own, in the order of the ids.

    The one article of a file has the file's id. Rows without ids of their own come in that order by their
    numbers; others are sorted on disk. Damage in the file is raised once all that stood before it has been given.
    """
    head = next(drafts, None)
    while isinstance(head, Problem):
        yield head
        head = next(drafts, None)
    if head is None:
        return
    if head.row is None and head.member is None:
        yield from _numbered(chain([head], drafts), first)
        return
    database = sqlite3.connect("")
    database.execute("CREATE TABLE drafts (id TEXT UNIQUE, draft BLOB)")
    database.execute("CREATE TABLE copies (id TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")
    try:
        damage = yield from _stored(database, chain([head], drafts), first)
        for article_id, stored in database.execute("SELECT id, draft FROM drafts ORDER BY id"):
            yield article_id, Draft(**pickle.loads(stored))
    finally:
        database.close()
    if damage:
        raise damage


def _stored(
    database: sqlite3.Connection, drafts: Iterator[Draft | Problem], first: str
) -> Generator[Problem, None, Exception | None]:
    """Keep the drafts up to the end of their file or its first damage, which is returned; give the problems."""
    try:
        for draft in drafts:
            if isinstance(draft, Problem):
                yield draft
            else:
                _store(database, row_id(draft, first), _packed(draft))
    except UNREADABLE as damage:
        return damage
    return None


def _store(database: sqlite3.Connection, wanted: str, packed: bytes) -> None:
    """Keep a draft; where its id is taken, as "x-2", "x-3" and so on, by the order of the file."""
    insert = "INSERT OR IGNORE INTO drafts VALUES (?, ?)"
    if database.execute(insert, (wanted, packed)).rowcount:
        return
    number = (database.execute("SELECT number FROM copies WHERE id = ?", (wanted,)).fetchone() or (1,))[0] + 1
    while not database.execute(insert, (f"{wanted}-{number}", packed)).rowcount:
        number += 1
    database.execute("INSERT OR REPLACE INTO copies VALUES (?, ?)", (wanted, number))


def first_seen() -> Callable[[str, str], str | None]:
    """A memory of texts: given a text's hash and its article's id, the id of the first article with that hash.

    None where the article is the first.
    """
    database = sqlite3.connect("")
    database.execute("CREATE TABLE seen (hash BLOB PRIMARY KEY, id TEXT) WITHOUT ROWID")

    def seen(sha256: str, article_id: str) -> str | None:
        key = bytes.fromhex(sha256)[:16]
        done = database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, article_id))
        if done.rowcount:
            return None
        return str(database.execute("SELECT id FROM seen WHERE hash = ?", (key,)).fetchone()[0])

    return seen


def _numbered(drafts: Iterator[Draft | Problem], first: str) -> Iterator[tuple[str, Draft] | Problem]:
    for draft in drafts:
        if isinstance(draft, Problem):
            yield draft
        else:
            yield row_id(draft if draft.row is None else replace(draft, row=None), first), draft


def _packed(draft: Draft) -> bytes:
    return pickle.dumps({name: getattr(draft, name) for name in draft.__slots__}, pickle.HIGHEST_PROTOCOL)
