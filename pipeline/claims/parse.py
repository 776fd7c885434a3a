"""Reads the parse of a doc into lists, once, and mends what parsers waver at."""

from __future__ import annotations

from functools import cache

from spacy.attrs import DEP, HEAD, IDX, LEMMA, LOWER, ORTH, POS, TAG
from spacy.tokens import Doc

from pipeline.claims.repairs import mend
from pipeline.claims.tree import Tree
from pipeline.lexicon import read_lexicon

QUESTION_MARKS = frozenset({"?", "?!", "!?", "??", "???"})
STOPS = frozenset({".", "!", ";", ":"})
MOST_CHILDREN = 200
"""Children beyond that come from a broken parse; they are left hanging, so that no walk grows with the text."""


def read_tree(doc: Doc, *, mended: bool = True) -> Tree:
    """The parse of a doc as lists, with what parsers waver at mended, or as it is.

    Raises ValueError where the doc has no parse or no tags.
    """
    for name in ("DEP", "TAG") if len(doc) else ():
        if not doc.has_annotation(name):
            raise ValueError(
                f"the doc has no {name} annotation; read it with pipeline.load() or another parser"
            )
    name_of = doc.vocab.strings
    columns = doc.to_array([ORTH, LOWER, LEMMA, TAG, POS, DEP]).T.tolist() if len(doc) else [[]] * 6
    names = {key: name_of[key] for key in set().union(*map(set, columns))}
    words, lowers, lemmas, tags, pos, deps = ([names[key] for key in column] for column in columns)
    heads = _heads(doc)
    deps = ["root" if dep == "ROOT" else dep for dep in deps]
    starts = doc.to_array([IDX]).tolist() if len(doc) else []
    firsts, lasts = _sentences(doc)
    children: list[list[int]] = [[] for _ in words]
    for i, head in enumerate(heads):
        if head != i and len(children[head]) < MOST_CHILDREN:
            children[head].append(i)
    tree = Tree(
        words=words,
        lowers=lowers,
        lemmas=[_lemma(*item) for item in zip(lemmas, lowers, pos)],
        tags=tags,
        pos=pos,
        deps=deps,
        heads=heads,
        children=children,
        starts=starts,
        ends=[start + len(word) for start, word in zip(starts, words)],
        firsts=firsts,
        lasts=lasts,
        asks=_asks(lowers, lasts),
    )
    if mended:
        mend(tree)
    return tree


@cache
def _auxiliary_forms() -> dict[str, str]:
    return {row["form"]: row["lemma"] for row in read_lexicon("auxiliary_forms")}


def _lemma(lemma: str, lower: str, pos: str) -> str:
    """A lemma in lower case; rule lemmatizers leave auxiliaries ("is", "wo" of "won't") as they stand."""
    if pos == "VERB" and lower in ("'s", "’s"):
        return "be"  # "there's a mill"
    if pos == "AUX" or (pos == "VERB" and lemma.lower() in ("", lower)):
        return _auxiliary_forms().get(lower, lemma.lower() or lower)
    return lemma.lower() or lower


def _heads(doc: Doc) -> list[int]:
    """Index of each token's head; HEAD is stored as a distance, wrapped round at 64 bits."""
    if not len(doc):
        return []
    return (doc.to_array([HEAD]).astype("int64") + range(len(doc))).tolist()


def _asks(lowers: list[str], lasts: list[int]) -> list[bool]:
    asks = [False] * len(lowers)
    for i in range(len(lowers) - 1, -1, -1):
        if lowers[i] in QUESTION_MARKS:
            asks[i] = True
        elif lowers[i] not in STOPS and i + 1 < lasts[i]:
            asks[i] = asks[i + 1]
    return asks


def _sentences(doc: Doc) -> tuple[list[int], list[int]]:
    firsts, lasts = [0] * len(doc), [0] * len(doc)
    for sent in doc.sents:
        size = sent.end - sent.start
        firsts[sent.start : sent.end] = [sent.start] * size
        lasts[sent.start : sent.end] = [sent.end] * size
    return firsts, lasts
