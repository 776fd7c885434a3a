"""Trees of spaCy's official English pipelines, made UD trees."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from parsed import VOCAB, read_parse
from spacy.tokens import Doc

import pipeline
from pipeline.reader.clearnlp import RENAMED, convert, speaks_clearnlp

CASES = tomllib.loads((Path(__file__).parent / "cases/clearnlp.toml").read_text(encoding="utf-8"))["case"]
LABELS = [*RENAMED, "ROOT", "prep", "pobj", "pcomp", "conj", "cc", "nsubj", "aux", "expl", "punct"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_trees(case: dict[str, Any]) -> None:
    doc = convert(read_parse(case["parse"], case["text"]))
    found = ", ".join(f"{t.dep_} {0 if t.head is t or t.head.i == t.i else t.head.i + 1}" for t in doc)
    assert found == case["ud"]


@given(st.data())
def test_any_tree_stays_a_tree_over_the_same_sentence(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 12))
    root = data.draw(st.integers(0, n - 1))
    order = data.draw(st.permutations([i for i in range(n) if i != root]))
    heads, placed = {root: root}, [root]
    for i in order:
        heads[i] = data.draw(st.sampled_from(placed))
        placed.append(i)
    relations = ["ROOT" if i == root else data.draw(st.sampled_from(LABELS)) for i in range(n)]
    words = [data.draw(st.sampled_from(["be", "port", "and", "of"])) for _ in range(n)]
    doc = convert(Doc(VOCAB, words=words, lemmas=words, heads=[heads[i] for i in range(n)], deps=relations,
                      pos=["NOUN"] * n, tags=["TO"] * n))  # fmt: skip
    assert sum(t.head.i == t.i for t in doc) == 1
    for token in doc:
        assert len(list(token.ancestors)) < n  # no cycle
    assert not {t.dep_ for t in doc} & {"dobj", "nsubjpass", "poss", "relcl"}


def test_a_parser_with_other_labels_gets_the_converter(tmp_path: Path) -> None:
    other = spacy.blank("en")
    parser = other.add_pipe("parser")
    for label in ("nsubj", "dobj", "prep", "pobj"):
        parser.add_label(label)  # type: ignore[attr-defined]
    other.initialize()
    other.to_disk(tmp_path / "other")
    nlp = pipeline.load(str(tmp_path / "other"))
    assert nlp.pipe_names == ["parser", "hearsay_ud", "hearsay_reader", "hearsay_hedges"]
    assert not speaks_clearnlp({"nsubj", "obj", "obl"})
    assert nlp("The port may close, officials said.").spans["contents"]
