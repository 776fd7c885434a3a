"""Which names mean the same: cases in tests/cases/aliases.toml, run through the entities stage without a parse."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from marked import marked_doc

from pipeline.entities.aliases import initials
from pipeline.entities.people import may_be_same_person
from pipeline.entities.stage import find_entities

CASES = tomllib.loads((Path(__file__).parent / "cases" / "aliases.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_aliases(case: dict[str, Any]) -> None:
    mentions, entities = find_entities(marked_doc(case["text"]), "a")
    found: dict[str, list[str]] = defaultdict(list)
    for mention in mentions:
        if mention.kind == "name":
            found[mention.entity_id or ""].append(mention.text)
    assert dict(found) == case["entities"]
    known = {entity.entity_id: entity for entity in entities}
    assert set(known) == set(case["entities"])
    for entity_id, name in case.get("names", {}).items():
        assert known[entity_id].name == name
    for entity_id, country in case.get("countries", {}).items():
        assert (known[entity_id].country or "") == country


def test_full_names_of_two_people() -> None:
    assert may_be_same_person(("jong", "un", "kim"), ("kim", "jong", "un")), "the same words in another order"
    assert not may_be_same_person(("kim", "jong", "il"), ("kim", "jong", "un"))
    assert not may_be_same_person(("joe", "sund"), ("joe", "orla"))


def test_initials_with_and_without_small_words() -> None:
    assert initials(("ministry", "of", "defence")) == {"mod", "md"}
