"""What a clause has that makes it one: a finite verb, a subject, a question word."""

from __future__ import annotations

from pipeline.claims.tree import FINITE_TAGS, Tree, child

CLAUSAL = ("ccomp", "xcomp", "csubj")


def head_of(tree: Tree, start: int, end: int) -> int:
    """The token of a span that the others hang on: the first one whose head lies outside."""
    for i in range(start, end):
        if not start <= tree.heads[i] < end or tree.heads[i] == i:
            return i
    return start


def is_finite(tree: Tree, clause: int) -> bool:
    """Whether a clause has a finite verb: "he left", "he has left"; not "to leave", "leaving", "(that) he leave"."""
    if tree.tags[clause] in FINITE_TAGS:
        return True
    auxiliaries = [c for c in tree.children[clause] if tree.deps[c].startswith(("aux", "cop"))]
    if auxiliaries or tree.tags[clause] != "VBN":
        return any(tree.tags[c] in FINITE_TAGS for c in auxiliaries)
    # a past tense that the tagger took for its participle: "(that) the thief left the country"
    mark = child(tree, clause, "mark")
    if mark is not None and tree.lowers[mark] == "that":
        return True
    return any(tree.deps[c] == "nsubj" for c in tree.children[clause]) and (
        mark is None or tree.lowers[mark] != "with"
    )


def has_subject(tree: Tree, clause: int) -> bool:
    """Whether a clause has a subject of its own, an empty one included."""
    return child(tree, clause, "nsubj", "csubj", "expl") is not None or is_inverted(tree, clause)


def is_inverted(tree: Tree, clause: int) -> bool:
    """As in "among the dead was a nurse": the noun behind a copula is the subject, where a phrase stands before it."""
    copula = child(tree, clause, "cop")
    if copula is None or copula > clause or tree.pos[clause] not in ("NOUN", "PROPN"):
        return False
    before = [c for c in tree.children[clause] if c < copula and tree.pos[c] != "PUNCT"]
    phrases = [c for c in before if tree.deps[c] in ("obl", "nmod") and child(tree, c, "case") is not None]
    if not phrases or any(tree.deps[c] not in ("obl", "nmod", "advmod", "cc", "mark") for c in before):
        return False
    behind = [c for c in tree.children[clause] if copula < c < clause]
    named = tree.pos[clause] == "PROPN" or any(tree.deps[c] in ("det", "nummod", "nmod:poss") for c in behind)
    return (
        named and child(tree, clause, "nsubj", "csubj", "expl") is None and tree.tags[copula] in FINITE_TAGS
    )


def finite_of(tree: Tree, clause: int) -> int:
    """The token that carries a clause's tense: the first auxiliary or copula, else its head."""
    return next((c for c in tree.children[clause] if tree.deps[c].startswith(("aux", "cop"))), clause)


def is_indirect_question(tree: Tree, clause: int) -> bool:
    """Whether a complement asks: it has *whether*, *if* or a question word."""
    if tree.tags[clause] in ("WP", "WRB", "WDT"):
        return True
    return any(
        (tree.deps[c] == "mark" and tree.lowers[c] in ("whether", "if"))
        or tree.tags[c] in ("WP", "WRB", "WDT", "WP$")
        for c in tree.children[clause]
    )
