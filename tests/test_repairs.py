"""Trees that a parser got wrong and what they are mended to; gold trees and any others stay whole."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from parsed import read_conllu, read_parse
from spacy.tokens import Doc
from test_claims import any_doc

from pipeline.claims.parse import read_tree
from pipeline.claims.tree import Tree

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "repairs.toml").read_text(encoding="utf-8")
)["case"]


def arcs(words: list[str], deps: list[str], heads: list[int]) -> list[str]:
    return [f"{word}/{dep}/{words[head]}" for word, dep, head in zip(words, deps, heads)]


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_a_tree_is_mended(case: dict[str, Any]) -> None:
    doc = read_parse(case["parse"], case["text"])
    before = arcs([t.text for t in doc], [t.dep_ for t in doc], [t.head.i for t in doc])
    tree = read_tree(doc)
    after = arcs(tree.words, tree.deps, tree.heads)
    assert [new for old, new in zip(before, after) if old != new] == case["mended"]


def check_whole(tree: Tree, doc: Doc) -> None:
    """Roots stay, no circle arises, and children are those whose head a token is."""
    for i, token in enumerate(doc):
        assert (tree.heads[i] == i) == (token.head.i == i)
        at, steps = i, 0
        while tree.heads[at] != at:
            at, steps = tree.heads[at], steps + 1
            assert steps <= len(doc)
        assert tree.children[i] == [k for k in range(len(doc)) if tree.heads[k] == i and k != i]


@settings(max_examples=300, deadline=None)
@given(any_doc())
def test_any_tree_stays_a_tree(doc: Doc) -> None:
    check_whole(read_tree(doc), doc)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["ewt_train", "gumopen_train"])
def test_gold_trees_are_hardly_touched(name: str, shared: Path) -> None:
    docs = read_conllu(shared / "data" / "ud" / f"{name}.conllu", sentences_per_doc=10, limit=150)
    moved = words = 0
    for doc in docs:
        tree = read_tree(doc)
        check_whole(tree, doc)
        moved += sum(tree.heads[i] != token.head.i for i, token in enumerate(doc))
        words += len(doc)
    assert moved < 0.001 * words
