"""The entities stage: rows that keep the contract for any text whatever."""

from __future__ import annotations

import re
import time

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from marked import marked_doc
from spacy.tokens import Doc, Span

from pipeline.entities.stage import find_entities, slug
from pipeline.schema import ENTITY_TYPES
from pipeline.sentences import sentence_bounds

NLP = spacy.blank("en")
NLP.add_pipe("sentencizer")
ENTITY_ID = re.compile(r"[a-z]+/[^\sA-Z]+")


def check_rows(doc: Doc) -> None:
    """What tables.md promises of mentions and entities."""
    mentions, entities = find_entities(doc, "a/b")
    text = doc.text
    sentences = [sentence_bounds(sent) for sent in doc.sents]
    assert len({m.mention_id for m in mentions}) == len(mentions)
    assert [m.mention_id for m in mentions] == sorted(m.mention_id for m in mentions)
    assert [e.entity_id for e in entities] == sorted({e.entity_id for e in entities})
    for m in mentions:
        assert 0 <= m.start < m.end <= len(text)
        assert text[m.start : m.end] == m.text
        assert any(start <= m.start < end for start, end in sentences)
        assert m.kind != "name" or m.entity_id
        assert m.type is None or m.type in ENTITY_TYPES
    counts = [sum(m.entity_id == e.entity_id for m in mentions) for e in entities]
    assert [e.n_mentions for e in entities] == counts
    assert {m.entity_id for m in mentions if m.entity_id} == {e.entity_id for e in entities}
    for e in entities:
        assert ENTITY_ID.fullmatch(e.entity_id)
        assert e.name.strip() and e.type in ENTITY_TYPES


@st.composite
def docs(draw: st.DrawFn) -> Doc:
    """Any text, with entity spans of any label anywhere, and any parse."""
    piece = st.sampled_from(
        ["Ana Orla", "Mr", "President", "Kim", "US", "U.S.", "Moscow", "he", "she", "it", "their", "'s", "’s", ".",
         ",", "\n\n", " ", "“", '"', "The", "the minister", "(", ")", "WHO", "Sund Port Board", "May 2019", "İ", "ß"]
    )  # fmt: skip
    text = "".join(draw(st.lists(st.one_of(piece, st.just(" "), st.text(max_size=4)), max_size=30)))
    doc = NLP(text)
    n = len(doc)
    if n and draw(st.booleans()):
        doc = with_parse(doc, draw)
    if n:
        span = st.tuples(st.integers(0, n - 1), st.integers(1, 4), st.sampled_from(ENTITY_TYPES))
        spans = [
            Span(doc, i, min(n, i + size), label=label) for i, size, label in draw(st.lists(span, max_size=8))
        ]
        doc.set_ents(spacy.util.filter_spans(spans))
    return doc


def with_parse(doc: Doc, draw: st.DrawFn) -> Doc:
    """The same words with random tags and relations; every head stands before its word in the sentence."""
    tags = st.sampled_from(["NN", "NNP", "PRP", "VBD", "DT", "IN"])
    deps = st.sampled_from(["nsubj", "obj", "nmod:poss", "flat", "appos", "conj", "det", "case", "ccomp"])
    starts = {token.i: sent.start for sent in doc.sents for token in sent}
    heads = [draw(st.integers(starts[i], max(starts[i], i - 1))) for i in range(len(doc))]
    return Doc(
        doc.vocab,
        words=[token.text for token in doc],
        spaces=[bool(token.whitespace_) for token in doc],
        tags=[draw(tags) for _ in doc],
        deps=["ROOT" if heads[i] == i else draw(deps) for i in range(len(doc))],
        heads=heads,
    )


@settings(max_examples=200, deadline=None)
@given(docs())
def test_any_doc_keeps_the_contract(doc: Doc) -> None:
    check_rows(doc)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_keeps_the_contract(text: str) -> None:
    check_rows(NLP(text))


def test_spans_are_without_titles_and_possessives() -> None:
    doc = marked_doc("{PERSON Dr Ana Orla’s} plan pleased {ORG the Sund Port Board’s} members.")
    assert [m.text for m in find_entities(doc, "a")[0]] == ["Ana Orla", "Sund Port Board"]


def test_entities_are_stable_under_other_articles() -> None:
    one = marked_doc("{PERSON Ana Orla} met {PERSON Kim Jong-un}.")
    other = marked_doc("{PERSON Kim Jong Un} and {PERSON Mr Kim} slept.")
    ids = [{e.entity_id for e in find_entities(doc, "a")[1]} for doc in (one, other)]
    assert ids[0] & ids[1] == {"person/kim-jong-un"}


def test_a_doc_without_sentences_is_refused() -> None:
    with pytest.raises(ValueError, match="no sentences"):
        find_entities(spacy.blank("en")("Ana Orla left."), "a")


@pytest.mark.parametrize(
    "name", ["Ünal Öz", "Łódź", "金正恩", "O'Rourke", "U.S.", "A/B", "İstanbul", "Æthel"]
)
def test_slugs_are_lower_case_and_keep_letters(name: str) -> None:
    assert re.fullmatch(r"[^\sA-Z_]+", slug(name))


@pytest.mark.slow
def test_time_grows_with_the_text_not_its_square() -> None:
    unit = "{PERSON Ana Orla%d} met {PERSON Orla%d} and {ORG Sund Board %d} in {GPE Moscow}. He left. "

    def seconds(n: int) -> float:
        doc = marked_doc("".join(unit.replace("%d", str(i)) for i in range(n)))
        start = time.process_time()
        find_entities(doc, "a")
        return time.process_time() - start

    seconds(50)
    assert seconds(1600) < 12 * seconds(400)
