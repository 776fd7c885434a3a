"""Moves in a tree that repairs are made of."""

from __future__ import annotations

from bisect import insort

from pipeline.claims.tree import CLAUSE_RELATIONS, Tree

CLIMB = 20
"""Steps up a tree; a walk that is longer comes from a broken parse."""


def move(tree: Tree, i: int, head: int, relation: str) -> None:
    """Hang a token elsewhere."""
    if i in tree.children[tree.heads[i]]:
        tree.children[tree.heads[i]].remove(i)
        insort(tree.children[head], i)
    tree.heads[i], tree.deps[i] = head, relation


def is_below(tree: Tree, i: int, top: int) -> bool:
    """Whether a token stands under another one, or so deep that this cannot be told."""
    for _ in range(CLIMB):
        if i == top:
            return True
        if tree.heads[i] == i:
            return False
        i = tree.heads[i]
    return True


def clause_above(tree: Tree, i: int) -> int | None:
    """The top of the clause that a token stands in; None where that is too far."""
    for _ in range(CLIMB):
        if tree.heads[i] == i or tree.deps[i].partition(":")[0] in CLAUSE_RELATIONS - {"acl"}:
            return i
        i = tree.heads[i]
    return None
