"""Copies that are not word for word: one agency's report in many papers, cut or under another headline."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.schema import Article

if TYPE_CHECKING:
    import numpy as np

    Hashes = np.ndarray[Any, np.dtype[np.uint64]]

GROUP = 4  # words
SHORTEST = 50  # words; shorter texts are alike too easily
MOST_NEW = 0.15  # share of a copy's word groups that the first one lacks; an update changes more
LEAST_KEPT = 0.6  # share of the first one's word groups that a copy has; the rest was cut
WORDS_A_FIGURE = 150  # a copy has hardly any figure of its own: market reports say the same of others daily
BANDS, ROWS = 20, 4
"""Texts of which 70 % is the same share a band in 99.6 of 100 cases, those with 10 % in 0.2."""
MOST_IN_A_BAND = 16  # texts that are looked at for one band: reports after one pattern fill it without end
_MIXED = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)  # odd, of 64 bits
_WITH_FIGURE = re.compile(r"[^\W\d_]*\d[^\W_]*")
_LOOK_UP = f"SELECT key, n FROM bands WHERE key IN ({', '.join('?' * BANDS)}) ORDER BY n"


def near_copies() -> Callable[[Article], tuple[str, float] | None]:
    """A memory of articles: given one, (id of the first that it nearly repeats, share of it that is new).

    None where there is none. Headlines do not count. MinHash signatures (Broder 1997) name the few texts worth
    comparing, the words themselves decide. All of it is kept in a temporary file, none in memory.
    """
    database = sqlite3.connect("")
    database.execute("PRAGMA cache_size = -16000")  # KiB: what is looked up is spread over the whole file
    database.execute("CREATE TABLE texts (n INTEGER PRIMARY KEY, id TEXT, words BLOB)")
    database.execute("CREATE TABLE bands (key INTEGER, n INTEGER, PRIMARY KEY (key, n)) WITHOUT ROWID")

    def seen(article: Article) -> tuple[str, float] | None:
        text = article.text.removeprefix(article.title or "")
        hashes = _words(text)
        if len(hashes) < SHORTEST:
            return None
        free, shared = _look_up(database, _keys(_groups(hashes)))
        for n, _ in shared.most_common(MOST_IN_A_BAND):
            first, stored = database.execute("SELECT id, words FROM texts WHERE n = ?", (n,)).fetchone()
            if (new := _share_new(hashes, text, _restored(stored))) is not None:
                return first, new
        row = (article.article_id, hashes.astype("uint32").tobytes())
        number = database.execute("INSERT INTO texts (id, words) VALUES (?, ?)", row).lastrowid
        database.executemany("INSERT INTO bands VALUES (?, ?)", ((key, number) for key in free))
        return None

    return seen


def _share_new(words: Hashes, text: str, earlier: Hashes) -> float | None:
    """The share of a text's word groups that an earlier one lacks, None where it is no copy of that."""
    import numpy as np

    groups, first = _distinct(_groups(words)), _distinct(_groups(earlier))
    common = int(np.isin(groups, first, assume_unique=True).sum())
    new = 1 - common / len(groups)
    if new > MOST_NEW or common < LEAST_KEPT * len(first):
        return None
    figures = _words(" ".join(_WITH_FIGURE.findall(text)))
    own = set(figures.tolist()).difference(earlier.tolist())
    return new if len(own) <= len(words) / WORDS_A_FIGURE else None


def _words(text: str) -> Hashes:
    """A number of 32 bits for each word of a text.

    All words at once, on an array of the text's characters, since cutting strings and hashing each takes ten times as
    long: a word is the sum of its letters, each times a power of its place in the text, divided by that of the first.
    """
    import numpy as np

    codes = np.frombuffer(f" {text} ".encode("utf-16-le", "surrogatepass"), "<u2")
    letters = _letters().take(codes)
    inside = letters != 0
    starts = np.flatnonzero(inside[1:] != inside[:-1])[::2] + 1
    if not len(starts):
        return np.empty(0, "uint64")
    powers, inverses = _powers(1 << len(codes).bit_length())
    sums = np.add.reduceat(letters * powers[: len(codes)], starts)
    return (sums * inverses[starts] * np.uint64(_MIXED[0])) >> np.uint64(32)


@cache
def _letters() -> Any:
    """Of each code unit of UTF-16 its small letter as a number, 0 where it is of no word."""
    import numpy as np

    characters = map(chr, range(1 << 16))
    return np.fromiter((ord(c.lower()[0]) if c.isalnum() else 0 for c in characters), "uint16", 1 << 16)


@lru_cache(maxsize=4)
def _powers(n: int) -> tuple[Hashes, Hashes]:
    """The first n powers of an odd number, of 64 bits, and what each is divided by."""
    import numpy as np

    base = _MIXED[1]
    factors = (base, pow(base, -1, 1 << 64))
    first, second = (
        np.multiply.accumulate(np.r_[np.uint64(1), np.full(n - 1, f, "uint64")]) for f in factors
    )
    return first, second


def _restored(stored: bytes) -> Hashes:
    import numpy as np

    return np.frombuffer(stored, "uint32").astype("uint64")


def _groups(words: Hashes) -> Hashes:
    """A number for each group of words that follow each other."""
    import numpy as np

    n = len(words) - GROUP + 1
    groups = words[:n] * np.uint64(_MIXED[0])
    for at, factor in enumerate(_MIXED[1:], 1):
        groups += words[at : at + n] * np.uint64(factor)
    return groups


def _distinct(numbers: Hashes) -> Hashes:
    """Each number once, in order; np.unique takes five times as long."""
    import numpy as np

    ordered = np.sort(numbers)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))]


def _keys(groups: Hashes) -> list[int]:
    """A number for each band of the text's signature: two texts that share one are worth comparing."""
    import numpy as np
    from rensa import RMinHash

    sketch = RMinHash.digest_matrix_from_flat_token_hashes(groups, [0, len(groups)], BANDS * ROWS, 1)
    values = np.asarray(sketch.to_rows()[0], "uint64").reshape(BANDS, ROWS)
    keys = values @ np.asarray(_MIXED[:ROWS], "uint64") + np.arange(BANDS, dtype="uint64")
    return keys.view("int64").tolist()


def _look_up(database: sqlite3.Connection, keys: list[int]) -> tuple[list[int], Counter[int]]:
    """(keys of bands that are not full, text -> bands shared with it), earlier texts first."""
    found = database.execute(_LOOK_UP, keys).fetchall()
    if not found:
        return keys, Counter()
    held = Counter(key for key, _ in found)
    return [key for key in keys if held[key] < MOST_IN_A_BAND], Counter(n for _, n in found)
