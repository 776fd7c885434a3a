"""The parse of a doc as plain lists, read once: what hedges and claims walk over."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from spacy.attrs import DEP, HEAD, LEMMA, LOWER, POS, TAG
from spacy.tokens import Doc

from pipeline.lexicon import read_lexicon

# ClearNLP names, as spaCy's own English pipelines give them, and the Universal Dependencies relation meant.
TO_UD = {
    "nsubjpass": "nsubj:pass",
    "csubjpass": "csubj:pass",
    "auxpass": "aux:pass",
    "dobj": "obj",
    "dative": "iobj",
    "neg": "advmod",
    "prt": "compound:prt",
    "relcl": "acl:relcl",
    "npadvmod": "obl",
    "prep": "obl",
    "pobj": "nmod",
    "pcomp": "acl",
    "acomp": "xcomp",
    "oprd": "xcomp",
    "attr": "xcomp",
    "poss": "nmod:poss",
    "intj": "discourse",
    "ROOT": "root",
}


QUESTION_MARKS = frozenset({"?", "?!", "!?", "??", "???"})
FINITE_TAGS = frozenset({"VBD", "VBZ", "VBP", "MD"})
STOPS = frozenset({".", "!", ";", ":"})
MOST_CHILDREN = 200
"""Children beyond that come from a broken parse; they are left hanging, so that no walk grows with the text."""


class Tree(NamedTuple):
    """Parallel lists, one item per token; heads and children are token indices, a root is its own head."""

    words: list[str]
    lowers: list[str]
    lemmas: list[str]
    tags: list[str]  # Penn Treebank
    pos: list[str]  # universal
    deps: list[str]  # Universal Dependencies v2, subtypes kept ("nsubj:pass")
    heads: list[int]
    children: list[list[int]]  # in order of position
    starts: list[int]  # character offsets
    ends: list[int]
    firsts: list[int]  # index of the first token of the token's sentence
    lasts: list[int]  # index after the last token of the token's sentence
    asks: list[
        bool
    ]  # whether the next mark that ends a clause, in the sentence from the token on, is a question mark


def read_tree(doc: Doc) -> Tree:
    """The parse of a doc as lists.

    Raises ValueError where the doc has no parse or no tags.
    """
    for name in ("DEP", "TAG") if len(doc) else ():
        if not doc.has_annotation(name):
            raise ValueError(
                f"the doc has no {name} annotation; read it with pipeline.load() or another parser"
            )
    name_of = doc.vocab.strings
    columns = doc.to_array([LOWER, LEMMA, TAG, POS, DEP]).T.tolist() if len(doc) else [[]] * 5
    names = {key: name_of[key] for key in set().union(*map(set, columns))}
    lowers, lemmas, tags, pos, deps = ([names[key] for key in column] for column in columns)
    heads = _heads(doc)
    words = [token.text for token in doc]
    deps = [TO_UD.get(dep, dep) for dep in deps]
    starts = [token.idx for token in doc]
    firsts, lasts = _sentences(doc)
    children: list[list[int]] = [[] for _ in words]
    for i, head in enumerate(heads):
        if head != i and len(children[head]) < MOST_CHILDREN:
            children[head].append(i)
    deps = _with_clauses(deps, heads, lowers)
    _give_subjects(deps, heads, children, tags)
    return Tree(
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


def subtree(tree: Tree, top: int, cut: frozenset[int] | set[int] = frozenset()) -> list[int]:
    """Indices of a token and all below it in order of position, without the branches whose top is in `cut`."""
    found, todo = [], [top]
    while todo:
        i = todo.pop()
        found.append(i)
        todo.extend(child for child in tree.children[i] if child not in cut)
    return sorted(found)


def child(tree: Tree, i: int, *relations: str) -> int | None:
    """The first child in one of the relations, subtypes counted in ("nsubj" finds "nsubj:pass"); None without one."""
    for c in tree.children[i]:
        if tree.deps[c] in relations or tree.deps[c].partition(":")[0] in relations:
            return c
    return None


def has_word(tree: Tree, i: int, relation: str, lowers: frozenset[str]) -> bool:
    """Whether a child in the relation is one of the words."""
    return any(tree.deps[c] == relation and tree.lowers[c] in lowers for c in tree.children[i])


@cache
def _auxiliary_forms() -> dict[str, str]:
    return {row["form"]: row["lemma"] for row in read_lexicon("auxiliary_forms")}


def _lemma(lemma: str, lower: str, pos: str) -> str:
    """A lemma in lower case; rule lemmatizers leave auxiliaries ("is", "wo" of "won't") as they stand."""
    if pos == "AUX":
        return _auxiliary_forms().get(lower, lemma.lower() or lower)
    return lemma.lower() or lower


def _heads(doc: Doc) -> list[int]:
    """Index of each token's head; HEAD is stored as a distance, wrapped round at 64 bits."""
    if not len(doc):
        return []
    return (doc.to_array([HEAD]).astype("int64") + range(len(doc))).tolist()


def _with_clauses(deps: list[str], heads: list[int], lowers: list[str]) -> list[str]:
    """Relations in which what *that* or *whether* opens is a clause: "it turned out that …" (parsers waver there)."""
    for i, head in enumerate(heads):
        if deps[i] == "mark" and lowers[i] in ("that", "whether") and deps[head] == "xcomp":
            deps[head] = "ccomp"
    return deps


def _give_subjects(deps: list[str], heads: list[int], children: list[list[int]], tags: list[str]) -> None:
    """Objects that must be the subject of a finite complement become it: "said the water was safe".

    Parsers that meet a complement without *that* hang its subject on the verb before it.
    """
    for i, dep in enumerate(deps):
        if dep != "ccomp" or any(deps[c].startswith(("nsubj", "csubj", "expl")) for c in children[i]):
            continue
        finite = next((c for c in (*children[i], i) if c <= i and tags[c] in FINITE_TAGS), None)
        if finite is None:
            continue
        head, first = heads[i], min([i, *children[i]])
        inside = next((c for c in children[i] if deps[c] == "obj" and c < finite), None)
        before = max((c for c in children[head] if head < c < first), default=None)
        if inside is not None:
            deps[inside] = "nsubj"
        elif before is not None and deps[before] == "obj":
            children[head].remove(before)
            children[i].insert(0, before)
            heads[before], deps[before] = i, "nsubj"


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
