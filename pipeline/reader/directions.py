"""Words whose head stands behind them in any English sentence: articles, conjunctions, subordinators, *to*.

The parser scores each pair of words by itself and now and then hangs an *if* on the verb before it; such arcs are
closed before the tree is built, and the next best one is taken. Of 44,600 such words in the training parts of EWT and
GUM, 20 have their head before them: "not to mention", "my wife and my own", and where a sentence breaks off.
"""

from __future__ import annotations

import numpy as np

from pipeline.reader import labels

ARTICLES = frozenset({"the", "a", "an"})
JOINTS = frozenset({"and", "but", "or", "nor"})
SUBORDINATORS = frozenset("if whether because although though unless while since that".split())
JOINED_BEFORE = frozenset("as so in now given such provided / whether".split())
"""Behind these it may be the second half of one: "as if", "so that", "and/or", "whether or not"."""
TAG = {name: labels.WORD_HEADS["xpos"].index(name) for name in ("DT", "PRP$", "CC", "IN", "TO", "VB")}


def looks_ahead(words: list[str], tags: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Of each word whether its head must stand behind it in its sentence: words and Penn tags [N], sentence starts."""
    lowers = [word.lower() for word in words]
    out = np.zeros(len(words), dtype=bool)
    for i, (word, tag) in enumerate(zip(lowers[:-1], tags.tolist())):
        if starts[i + 1] or not lowers[i + 1][0].isalnum():
            continue  # "we had a — we had two"
        joined = i > 0 and lowers[i - 1] in JOINED_BEFORE
        out[i] = (
            (tag == TAG["DT"] and word in ARTICLES)
            or tag == TAG["PRP$"]
            or (tag == TAG["CC"] and word in JOINTS and not joined)
            or (tag == TAG["IN"] and word in SUBORDINATORS and not joined)
            or (tag == TAG["TO"] and tags[i + 1] == TAG["VB"] and not joined)
        )
    return out
