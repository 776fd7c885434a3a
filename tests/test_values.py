"""Dates, periods and sums made whole: cases in tests/cases/values.toml, and what holds of every value."""

from __future__ import annotations

import csv
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from marked import marked_doc
from spacy.tokens import Span

import pipeline
from pipeline.entities.stage import find_entities
from pipeline.entities.values import VALUES, whole_values

CASES = tomllib.loads((Path(__file__).parent / "cases" / "values.toml").read_text(encoding="utf-8"))["case"]
WORDS = (
    "since until three 94th May may July 30 , 2019 1500 UTC last every year years ago end of the season £ 5 million "
    "dollars Ana Orla Monday morning\n\n"
).split(" ")
LEXICON = Path(pipeline.__file__).parent / "lexicon" / "values.csv"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_values(case: dict[str, Any]) -> None:
    doc = marked_doc(case["text"])
    mentions, _ = find_entities(doc, "a")
    assert [m.text for m in mentions if m.type in VALUES] == case["values"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30), st.data())
def test_spans_stay_in_order_and_apart(words: list[str], data: st.DataObject) -> None:
    doc = spacy.blank("en")(" ".join(words))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(doc)), max_size=8)))
    labels = st.sampled_from(["DATE", "MONEY", "PERSON"])
    spans = [(a, b, data.draw(labels)) for a, b in zip(cuts, cuts[1:]) if data.draw(st.booleans())]
    found = whole_values(doc, spans)
    assert [s for s in found if s[2] == "PERSON"] == [s for s in spans if s[2] == "PERSON"]
    assert all(0 <= start < end <= len(doc) for start, end, _ in found)
    assert all(one[1] <= other[0] for one, other in zip(found, found[1:]))
    for start, end, label in found:
        if label in VALUES:
            assert not any(token.is_space for token in doc[start:end])
            assert any(c.isalnum() for c in doc[start:end].text)
    assert whole_values(doc, found) == found, "a whole value stays as it is"


def test_many_values_take_little_time() -> None:
    doc = spacy.blank("en")("three years since 2015 " * 5000)
    spans = [(i, i + 1, "DATE") for i in range(len(doc))]
    began = time.perf_counter()
    assert len(whole_values(doc, spans)) == 10000
    assert time.perf_counter() - began < 10


def test_a_word_has_one_kind() -> None:
    with LEXICON.open(encoding="utf-8") as file:
        words = [row["word"] for row in csv.DictReader(file)]
    assert len(words) == len(set(words))


def test_other_spans_are_left_alone() -> None:
    doc = marked_doc("{PERSON Three} years ago {PERSON May} left")
    spans: list[Span] = list(doc.ents)
    given_spans = [(s.start, s.end, s.label_) for s in spans]
    assert whole_values(doc, [*given_spans[:1], (1, 2, "DATE"), *given_spans[1:]])[0] == given_spans[0]
