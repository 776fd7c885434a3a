"""Whole attributions on parsed sentences: the cases of tests/cases/attributions.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from parsed import read_parse, read_pieces
from spacy.tokens import Doc, SpanGroup

from pipeline.quotes.stage import find_quotes
from pipeline.schema import Entity, Mention

CASES = tomllib.loads((Path(__file__).parent / "cases" / "attributions.toml").read_text(encoding="utf-8"))[
    "case"
]


def build_doc(case: dict[str, Any]) -> Doc:
    """The parsed doc of a case with the reader's pieces, each as sure as `confidence`."""
    text, spans = read_pieces(case["text"])
    doc = read_parse(case["parse"], text)
    for group, bounds in spans.items():
        pieces = [doc.char_span(start, end) for start, end in bounds]
        sure = [case.get("confidence", 0.9)] * len(pieces)
        doc.spans[group] = SpanGroup(doc, spans=pieces, attrs={"confidence": sure})
    for group, target in (("contents", "cue"), ("cues", "source")):
        if f"{target}_of" in case:
            chosen = case[f"{target}_of"]
            doc.spans[group].attrs[target] = chosen
            doc.spans[group].attrs[f"{target}_scores"] = [[[i, 0.95]] for i in chosen]
    return doc


def read_mentions(text: str, case: dict[str, Any]) -> tuple[list[Mention], list[Entity]]:
    """The mentions "words | type | entity_id" of a case, all names, and their entities."""
    mentions, entities = [], []
    for line in case.get("mentions", []):
        words, kind_of_thing, entity_id = line.split(" | ")
        start = text.index(words)
        place = (start, start + len(words), words, kind_of_thing, "name", entity_id, False)
        mentions.append(Mention(f"a#m{start}", "a", "a#s", *place))
        entities.append(Entity(entity_id, words, kind_of_thing, None, 1, 1))
    return mentions, entities


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    doc = build_doc(case)
    quotes, _ = find_quotes(doc, "a", *read_mentions(doc.text, case))
    found = [f"{q.speaker_id or q.source or ''} | {q.cue or ''} | {q.text}" for q in quotes]
    assert found == case["quotes"]


def test_case_names_are_unique() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)
