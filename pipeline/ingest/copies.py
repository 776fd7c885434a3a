"""Copies that are not word for word: one agency's report in many papers, cut or under another headline."""

from __future__ import annotations

import re
from collections.abc import Callable

ALIKE = 0.7  # share of word groups in common (Jaccard) from which a text counts as a copy
GROUP = 4  # words
SHORTEST = 30  # words; shorter texts are alike too easily
_WORD = re.compile(r"\w+")


def near_copies() -> Callable[[str, str], tuple[str, float] | None]:
    """A memory of texts: given a text and its article's id, (id of the first article it nearly repeats, likeness).

    None where there is none. Likeness is estimated from MinHash signatures (Broder 1997) and kept in memory, about
    4 KB an article. ValueError where the library for it is not installed.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError as error:
        raise ValueError("near copies need datasketch; run: pip install 'hearsay[web]'") from error
    index = MinHashLSH(threshold=ALIKE, num_perm=128)
    signatures: dict[str, MinHash] = {}

    def seen(text: str, article_id: str) -> tuple[str, float] | None:
        words = _WORD.findall(text.casefold())
        if len(words) < SHORTEST:
            return None
        signature = MinHash(num_perm=128)
        signature.update_batch(
            [" ".join(words[n : n + GROUP]).encode() for n in range(len(words) - GROUP + 1)]
        )
        likeness = {str(other): signature.jaccard(signatures[str(other)]) for other in index.query(signature)}
        best = max(sorted(likeness), key=lambda other: likeness[other], default=None)
        if best is not None and likeness[best] >= ALIKE:
            return best, likeness[best]
        index.insert(article_id, signature)
        signatures[article_id] = signature
        return None

    return seen
