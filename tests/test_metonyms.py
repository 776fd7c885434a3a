"""Places that stand for who governs there: hand-written parses in tests/cases/metonyms.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from marked import marked_doc, parsed_doc
from spacy.tokens import SpanGroup

from pipeline.entities.metonyms import state_meant
from pipeline.entities.stage import find_entities
from pipeline.lexicon import read_lexicon

CASES = tomllib.loads((Path(__file__).parent / "cases" / "metonyms.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_metonyms(case: dict[str, Any]) -> None:
    doc = parsed_doc(case["parse"], case["entities"])
    if "reader" in case:
        spans = list(doc.ents)
        doc.spans["metonyms"] = SpanGroup(
            doc, name="metonyms", spans=spans, attrs={"metonymy": case["reader"]}
        )
    mentions, entities = find_entities(doc, "a")
    assert [m.text for m in mentions if m.metonym] == case["metonyms"]
    assert {e.name: e.country for e in entities if e.country} == case["countries"]


def test_seats_of_government_lead_to_their_state() -> None:
    assert state_meant("the Kremlin") == "RUS"
    assert state_meant("White House") == "USA"
    assert state_meant("Brussels") is None, "said of the Union, which is no state"
    assert state_meant("Sundvik") is None


def test_words_that_go_with_places_are_told_once() -> None:
    rows = [(row["role"], row["lemma"]) for row in read_lexicon("acts")]
    assert len(rows) == len(set(rows))


def test_where_an_article_was_written_stands_for_nobody() -> None:
    for text, metonym in (("LONDON — A bus sank.", False), ("LONDON said that a bus sank.", True)):
        doc = marked_doc(f"{{GPE LONDON}}{text.removeprefix('LONDON')}")
        doc.spans["metonyms"] = SpanGroup(doc, name="metonyms", spans=[doc[:1]], attrs={"metonymy": [0.99]})
        mentions, _ = find_entities(doc, "a")
        assert [m.metonym for m in mentions] == [metonym], text
