"""Names made whole and types told by the article: cases in tests/cases/names.toml, and descriptions in a parse."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from marked import marked_doc, parsed_doc
from spacy.tokens import Doc

from pipeline.entities.people import is_misspelt
from pipeline.entities.stage import find_entities

DATA = tomllib.loads((Path(__file__).parent / "cases" / "names.toml").read_text(encoding="utf-8"))
CASES, DESCRIBED = DATA["case"], DATA["described"]


def tagged_doc(case: dict[str, Any]) -> Doc:
    """The marked text with proper nouns tagged by their capitals, and the relations of `links`."""
    doc = marked_doc(case["text"])
    for token in doc:
        capital = token.text[0].isupper() and not token.is_sent_start
        token.pos_ = "PROPN" if capital or token.ent_type_ else "NOUN"
    words = {token.text: token for token in doc}
    for link in case.get("links", ()):
        word, relation, head = link.split()
        words[word].dep_ = relation
        words[word].head = words[head]
    return doc


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_names(case: dict[str, Any]) -> None:
    mentions, entities = find_entities(tagged_doc(case), "a")
    found: dict[str, list[str]] = defaultdict(list)
    for mention in mentions:
        if mention.kind == "name":
            found[mention.entity_id or ""].append(mention.text)
    assert dict(found) == case["entities"]
    called = {entity.entity_id: entity.name for entity in entities}
    assert {entity_id: called[entity_id] for entity_id in case.get("names", {})} == case.get("names", {})


@pytest.mark.parametrize("case", DESCRIBED, ids=lambda case: case["name"])
def test_descriptions_tell_types(case: dict[str, Any]) -> None:
    _, entities = find_entities(parsed_doc(case["parse"], case["marked"]), "a")
    assert [entity.entity_id for entity in entities] == [case["entity"]]


def test_misspelt_words() -> None:
    assert is_misspelt("lindgre", "lindgren"), "a letter left out"
    assert is_misspelt("oberlandre", "oberlander"), "two letters changed"
    assert not is_misspelt("hansen", "hanson"), "another letter makes another name"
    assert not is_misspelt("lund", "lunds"), "a family"
    assert not is_misspelt("ng", "ong"), "too short to tell"
