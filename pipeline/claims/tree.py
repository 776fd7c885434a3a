"""The parse of a doc as plain lists: what hedges and claims walk over."""

from __future__ import annotations

from typing import NamedTuple

CLAUSE_RELATIONS = frozenset({"root", "ccomp", "csubj", "conj", "parataxis", "advcl", "acl"})
FINITE_TAGS = frozenset({"VBD", "VBZ", "VBP", "MD"})


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
