"""Copies that are not word for word: one agency's report in many papers, cut or under another headline."""

from __future__ import annotations

import re
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.schema import Article

if TYPE_CHECKING:
    import numpy as np

    Hashes = np.ndarray[Any, np.dtype[np.uint64]]

GROUP = 4  # words
SHORTEST = 50  # words; shorter texts are alike too easily
MOST_NEW = 0.15  # share of a copy's word groups that the first one lacks; an update changes more
LEAST_KEPT = 0.6  # share of the first one's word groups that a copy has; the rest was cut
WORDS_A_FIGURE = (
    150  # a copy has hardly any figure of its own: market reports say the same of other figures daily
)
BANDS, ROWS = (
    20,
    4,
)  # texts of which 70 % is the same share a band in 99.6 of 100 cases, those with 10 % in 0.2
MOST_IN_A_BAND = 16  # texts that are looked at for one band: reports after one pattern fill it without end
_MIXED = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)  # odd, of 64 bits
_WORD = re.compile(r"\w+")


def near_copies() -> Callable[[Article], tuple[str, float] | None]:
    """A memory of articles: given one, (id of the first that it nearly repeats, share of it that is new).

    None where there is none. Headlines do not count. MinHash signatures (Broder 1997) name the few texts worth
    comparing, the words themselves decide. All of it is kept in a temporary file, none in memory.
    """
    database = sqlite3.connect("")
    database.execute("CREATE TABLE texts (n INTEGER PRIMARY KEY, id TEXT, words BLOB)")
    database.execute("CREATE TABLE bands (key INTEGER, n INTEGER, PRIMARY KEY (key, n)) WITHOUT ROWID")

    def seen(article: Article) -> tuple[str, float] | None:
        words = _WORD.findall(article.text.removeprefix(article.title or "").casefold())
        if len(words) < SHORTEST:
            return None
        hashes = _hashes(words)
        free, shared = _look_up(database, _keys(_groups(hashes)))
        for n, _ in shared.most_common(MOST_IN_A_BAND):
            first, stored = database.execute("SELECT id, words FROM texts WHERE n = ?", (n,)).fetchone()
            if (new := _share_new(words, hashes, _restored(stored))) is not None:
                return first, new
        row = (article.article_id, hashes.astype("uint32").tobytes())
        number = database.execute("INSERT INTO texts (id, words) VALUES (?, ?)", row).lastrowid
        database.executemany("INSERT INTO bands VALUES (?, ?)", ((key, number) for key in free))
        return None

    return seen


def _share_new(words: list[str], hashes: Hashes, earlier: Hashes) -> float | None:
    """The share of a text's word groups that an earlier one lacks, None where it is no copy of that."""
    import numpy as np

    groups, first = _groups(hashes), _groups(earlier)
    common = int(np.isin(groups, first, assume_unique=True).sum())
    new = 1 - common / len(groups)
    if new > MOST_NEW or common < LEAST_KEPT * len(first):
        return None
    own = {word for word, known in zip(words, np.isin(hashes, earlier).tolist()) if not known}
    return new if sum(map(_has_figure, own)) <= len(words) / WORDS_A_FIGURE else None


def _has_figure(word: str) -> bool:
    return any(map(str.isdigit, word))


def _hashes(words: list[str]) -> Hashes:
    """A number of 32 bits for each word."""
    import numpy as np

    return np.fromiter(map(_hash, words), "uint64", len(words))


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return zlib.crc32(word.encode())


def _restored(stored: bytes) -> Hashes:
    import numpy as np

    return np.frombuffer(stored, "uint32").astype("uint64")


def _groups(words: Hashes) -> Hashes:
    """A number for each different group of words in a text, sorted."""
    import numpy as np

    n = len(words) - GROUP + 1
    mixed = sum(words[at : at + n] * np.uint64(factor) for at, factor in enumerate(_MIXED))
    return np.unique(np.asarray(mixed))


def _keys(groups: Hashes) -> list[int]:
    """A number for each band of the text's signature: two texts that share one are worth comparing."""
    import numpy as np
    from rensa import RMinHash

    sketch = RMinHash.digest_matrix_from_flat_token_hashes(groups, [0, len(groups)], BANDS * ROWS, 1)
    values = np.asarray(sketch.to_rows()[0], "uint64").reshape(BANDS, ROWS)
    keys = values @ np.asarray(_MIXED[:ROWS], "uint64") + np.arange(BANDS, dtype="uint64")
    return list(map(int, keys.view("int64").tolist()))


def _look_up(database: sqlite3.Connection, keys: list[int]) -> tuple[list[int], Counter[int]]:
    """(keys of bands that are not full, text -> bands shared with it), earlier texts first."""
    query = f"SELECT key, n FROM bands WHERE key IN ({', '.join('?' * len(keys))}) ORDER BY n"
    found = database.execute(query, keys).fetchall()
    held = Counter(key for key, _ in found)
    return [key for key in keys if held[key] < MOST_IN_A_BAND], Counter(n for _, n in found)
