"""The source and the content of a cue by the parse alone: the cases of tests/cases/arguments.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from spacy.lang.en import English
from spacy.tokens import Doc, SpanGroup

from pipeline.quotes.arguments import LONGEST_SOURCE, complement_of, complete, reported_clause, subject_of
from pipeline.quotes.attributions import Attribution
from pipeline.quotes.layout import Piece, read_layout

CASES = tomllib.loads((Path(__file__).parent / "cases" / "arguments.toml").read_text(encoding="utf-8"))
TAGS = {"ing": "VBG", "pected": "VBN", "proved": "VBN"}
LEMMAS = {"told": "tell"}


def build_doc(tokens: str) -> Doc:
    rows = [cell.split() for cell in tokens.split(" | ")]
    words = [row[0] for row in rows]
    heads = [words.index(row[3]) for row in rows]
    pos, deps = [row[1] for row in rows], [row[2] for row in rows]
    tags = [next((tag for end, tag in TAGS.items() if word.endswith(end)), "") for word in words]
    lemmas = [LEMMAS.get(word, word) for word in words]
    return Doc(English().vocab, words=words, pos=pos, tags=tags, deps=deps, heads=heads, lemmas=lemmas)


def build_case(case: dict[str, Any]) -> tuple[Doc, Piece]:
    """The doc of a case, other pieces set, and its cue."""
    doc = build_doc(case["tokens"])
    words = [token.text for token in doc]
    first = words.index(case["cue"].split()[0])
    cue = Piece(first, first + len(case["cue"].split()))
    doc.spans["cues"] = SpanGroup(doc, spans=[doc[cue.start : cue.end]])
    doc.spans["contents"] = SpanGroup(
        doc, spans=[doc[i : i + 1] for i in map(words.index, case.get("others", []))]
    )
    return doc, cue


def text_of(doc: Doc, found: Piece | None) -> str:
    return doc[found.start : found.end].text if found else ""


@pytest.mark.parametrize("case", CASES["source"], ids=lambda case: case["name"])
def test_source(case: dict[str, Any]) -> None:
    doc, cue = build_case(case)
    assert text_of(doc, subject_of(doc, read_layout(doc), cue)) == case["subject"]


@pytest.mark.parametrize("case", CASES["content"], ids=lambda case: case["name"])
def test_content(case: dict[str, Any]) -> None:
    doc, cue = build_case(case)
    assert text_of(doc, complement_of(doc, read_layout(doc), cue)) == case["complement"]


@pytest.mark.parametrize("case", CASES["according"], ids=lambda case: case["name"])
def test_according(case: dict[str, Any]) -> None:
    doc, cue = build_case(case)
    assert [text_of(doc, piece) for piece in reported_clause(doc, read_layout(doc), cue)] == case["clause"]


def test_a_subtree_of_half_an_article_is_cut_to_its_noun() -> None:
    many = [f"word{i}" for i in range(LONGEST_SOURCE + 5)]
    line = " | ".join(
        ["mayor NOUN nsubj said", *(f"{w} NOUN nmod mayor" for w in many), "said VERB ROOT said"]
    )
    doc = build_doc(line)
    doc.spans["cues"] = SpanGroup(doc, spans=[doc[len(doc) - 1 : len(doc)]])
    found = subject_of(doc, read_layout(doc), Piece(len(doc) - 1, len(doc)))
    assert found and doc[found.start : found.end].text == "mayor"


def test_without_a_parse_there_is_no_subject() -> None:
    doc = Doc(English().vocab, words=["She", "said", "no"], sent_starts=[True, False, False])
    assert subject_of(doc, read_layout(doc), Piece(1, 2)) is None


def test_who_is_told_is_no_source() -> None:
    doc = build_doc(
        "She PRON nsubj:pass told | was AUX aux:pass told | told VERB ROOT told | no INTJ ccomp told"
    )
    doc[2].tag_, doc[2].lemma_ = "VBN", "tell"
    for key, span in (("sources", doc[:1]), ("cues", doc[1:3]), ("contents", doc[3:])):
        doc.spans[key] = SpanGroup(doc, spans=[span])
    layout = read_layout(doc)
    source, cue, content = (layout.pieces[key][0] for key in ("sources", "cues", "contents"))
    (attribution,) = complete(doc, layout, [Attribution(cue, source, (content,), 1.0)])
    assert attribution.source is None and attribution.contents == (content,)
