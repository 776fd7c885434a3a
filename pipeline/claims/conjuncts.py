"""Conjuncts that are rows of their own though they have no subject: they share that of the clause before them."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.claims.finiteness import has_subject, is_finite
from pipeline.claims.negation import negation_of
from pipeline.claims.setting import Setting
from pipeline.claims.tree import Tree, child


def conjuncts_of_reports(tree: Tree, reporting: Iterable[int]) -> set[int]:
    """As in "Berg said it was over, and asked for help": what goes on where the first half only says who says so."""
    return {c for top in reporting for c in tree.children[top] if _shares_subject(tree, c)}


def denied_conjuncts(setting: Setting, tops: Iterable[int]) -> set[int]:
    """As in "the ferry sank but did not leak": what is denied last where what stands before it is affirmed."""
    tree, found = setting.tree, set[int]()
    for top in tops:
        joined = [c for c in tree.children[top] if tree.deps[c] == "conj"]
        if joined and _shares_subject(tree, joined[-1]) and negation_of(setting, top) is None:
            negation = negation_of(setting, joined[-1])
            if negation is not None and tree.deps[negation] == "advmod" and tree.tags[joined[-1]] != "MD":
                found.add(joined[-1])
    return {c for c in found if child(tree, c, "conj") is None}


def _shares_subject(tree: Tree, c: int) -> bool:
    """Whether a token is a finite verb joined to the one before it, with no subject of its own and no relative one."""
    if tree.deps[c] != "conj" or tree.heads[c] > c or tree.pos[c] not in ("VERB", "AUX"):
        return False
    subject = child(tree, tree.heads[c], "nsubj")
    relative = subject is not None and tree.tags[subject] in ("WP", "WDT")
    return not relative and is_finite(tree, c) and not has_subject(tree, c)
