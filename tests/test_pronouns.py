"""Pronouns and descriptions: hand-written parses in tests/cases/pronouns.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from marked import parsed_doc
from spacy.tokens import Doc, SpanGroup

from pipeline.entities.antecedents import pronoun_kind
from pipeline.entities.pronouns import NO_POINTER, WEIGHT_SETS
from pipeline.entities.stage import find_entities
from pipeline.lexicon import read_lexicon

CASES = tomllib.loads((Path(__file__).parent / "cases" / "pronouns.toml").read_text(encoding="utf-8"))["case"]


def place_of(doc: Doc, word: str) -> int:
    """Token index of "word" or of its nth place, "word#n"."""
    text, _, nth = word.partition("#")
    return [token.i for token in doc if token.text == text][int(nth or 1) - 1]


def add_pointer(doc: Doc, anaphors: list[str]) -> None:
    """What the reader says of each pronoun: "Orla=0.8 Sund=0.1"."""
    spans = [doc[token.i : token.i + 1] for token in doc if pronoun_kind(token)]
    antecedents = [
        [[place_of(doc, word), float(p)] for word, _, p in (item.partition("=") for item in said.split())]
        for said in anaphors
    ]
    doc.spans["anaphors"] = SpanGroup(doc, name="anaphors", spans=spans, attrs={"antecedents": antecedents})


def add_speech(doc: Doc, said: str) -> None:
    """What the reader says of a quotation: "first word, last word, speaker"."""
    first, last, source = (place_of(doc, word) for word in said.split(", "))
    spans = {
        "contents": doc[first : last + 1],
        "cues": doc[source : source + 1],
        "sources": doc[source : source + 1],
    }
    links = {"contents": {"cue": [0]}, "cues": {"source": [0]}, "sources": {}}
    for name, span in spans.items():
        doc.spans[name] = SpanGroup(doc, name=name, spans=[span], attrs=links[name])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_who_is_meant(case: dict[str, Any]) -> None:
    doc = parsed_doc(case["parse"], case["entities"])
    for word in case.get("sources", []):
        i = place_of(doc, word)
        doc.spans["sources"] = [*doc.spans.get("sources", []), doc[i : i + 1]]
    if "said" in case:
        add_speech(doc, case["said"])
    if "anaphors" in case:
        add_pointer(doc, case["anaphors"])
    mentions, _ = find_entities(doc, "a")
    found = [f"{m.text} -> {m.entity_id or ''}" for m in mentions if m.kind != "name"]
    assert found == case["found"]


def test_weights_are_numbers_of_known_features() -> None:
    rows = read_lexicon("antecedents")
    kinds = [*WEIGHT_SETS.values(), *(kind + NO_POINTER for kind in WEIGHT_SETS.values())]
    assert {row["pronouns"] for row in rows} == set(kinds)
    assert len({(row["pronouns"], row["feature"]) for row in rows}) == len(rows)
    assert all(abs(float(row["weight"])) < 6 for row in rows)
