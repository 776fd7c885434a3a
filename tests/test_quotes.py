"""The quotes stage on docs built by hand: the pieces stand in the text of each case in tests/cases/quotes.toml."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from parsed import GROUPS, read_pieces
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from pipeline.quotes.attributions import link_weights
from pipeline.quotes.layout import Piece
from pipeline.quotes.stage import UNATTRIBUTED, cue_lemma, find_quotes, quote_kind
from pipeline.schema import Entity, Mention, Quote, QuotePart

CASES = tomllib.loads((Path(__file__).parent / "cases" / "quotes.toml").read_text(encoding="utf-8"))["case"]


@pytest.fixture(scope="module")
def nlp() -> Language:
    tokeniser = spacy.blank("en")
    tokeniser.add_pipe("sentencizer")
    return tokeniser


def build_doc(nlp: Language, case: dict[str, Any]) -> Doc:
    text, spans = read_pieces(case["text"])
    doc = nlp(text)
    for group, bounds in spans.items():
        pieces = [doc.char_span(start, end, alignment_mode="expand") for start, end in bounds]
        doc.spans[group] = SpanGroup(doc, name=group, spans=pieces, attrs={"confidence": [0.9] * len(pieces)})
    for group, target in (("contents", "cue"), ("cues", "source")):
        chosen = case.get(f"{target}_of")
        if chosen is not None:
            doc.spans[group].attrs[target] = chosen
            doc.spans[group].attrs[f"{target}_score"] = [0.95] * len(chosen)
            doc.spans[group].attrs[f"{target}_scores"] = [[[i, 0.95]] for i in chosen]
    return doc


def build_mentions(text: str, case: dict[str, Any]) -> tuple[list[Mention], list[Entity]]:
    names = dict(line.split(" | ") for line in case.get("entities", []))
    mentions = []
    for line in case.get("mentions", []):
        words, kind_of_thing, kind, entity_id = (cell.strip() for cell in line.split("|"))
        words, _, nth = words.partition("#")
        start = [m.start() for m in re.finditer(re.escape(words), text)][int(nth or 1) - 1]
        end = start + len(words)
        mentions.append(
            Mention(
                f"a#m{start}",
                "a",
                "a#s",
                start,
                end,
                words,
                kind_of_thing or None,
                kind,
                entity_id or None,
                False,
            )
        )
        if kind == "name":
            names.setdefault(entity_id, words)
    entities = [Entity(i, name, "PERSON", None, 1, 1) for i, name in names.items()]
    return mentions, entities


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(nlp: Language, case: dict[str, Any]) -> None:
    doc = build_doc(nlp, case)
    quotes, parts = find_quotes(doc, "a", *build_mentions(doc.text, case))
    found = [{column: getattr(q, column) or "" for column in want} for q, want in zip(quotes, case["quotes"])]
    assert found == case["quotes"], [q.text for q in quotes]
    assert len(quotes) == len(case["quotes"]), [q.text for q in quotes]
    check_rows(doc.text, quotes, parts)


def check_rows(text: str, quotes: list[Quote], parts: list[QuotePart]) -> None:
    """The promises of the tables: offsets, hulls, keys, order."""
    ids = [q.quote_id for q in quotes]
    assert ids == sorted(set(ids))
    keys = [(p.quote_id, p.part, p.start) for p in parts]
    assert keys == sorted(set(keys))
    assert all(text[p.start : p.end] == p.text and p.text for p in parts)
    for quote in quotes:
        mine = [p for p in parts if p.quote_id == quote.quote_id]
        contents = [p for p in mine if p.part == "content"]
        assert quote.text == " … ".join(p.text for p in contents)
        assert (quote.start, quote.end) == (contents[0].start, max(p.end for p in contents))
        assert [p.text for p in mine if p.part == "cue"] == ([quote.cue] if quote.cue else [])
        assert bool(quote.source) == any(p.part == "source" for p in mine)
        assert quote.confidence is not None and 0 <= quote.confidence <= 1
        assert round(quote.confidence, 2) == quote.confidence
        assert quote.speaker or not quote.speaker_id


def test_there_are_cases_for_everything_listed() -> None:
    assert len(CASES) >= 60
    assert len({case["name"] for case in CASES}) == len(CASES)


def test_weights_are_there_for_both_links() -> None:
    weights = link_weights()
    assert weights["content"]["pointer"] > 0 and weights["source"]["pointer"] > 0
    assert weights["content"]["before gap 0"] > weights["content"]["before gap 13"]


def test_kind_counts_words_not_characters() -> None:
    text = '"One two three four five six seven eight nine" ten eleven'
    inside = [(0, 46)]
    assert quote_kind(text, [(0, 46)], inside) == "direct"
    assert quote_kind(text, [(0, 50)], inside) == "direct"  # 9 of 10
    assert quote_kind(text, [(0, len(text))], inside) == "mixed"  # 9 of 11
    assert quote_kind(text, [(47, len(text))], inside) == "indirect"


def test_cue_lemma_is_that_of_the_head_verb(nlp: Language) -> None:
    doc = Doc(
        nlp.vocab,
        words=["She", "had", "not", "said", "no"],
        lemmas=["she", "have", "not", "say", "no"],
        pos=["PRON", "AUX", "PART", "VERB", "INTJ"],
        heads=[3, 3, 3, 3, 3],
        deps=["nsubj", "aux", "advmod", "ROOT", "obj"],
    )
    assert cue_lemma(doc, Piece(1, 4)) == "say"
    assert cue_lemma(doc, Piece(1, 2)) == "have"


def test_a_doc_without_pieces_has_no_quotes(nlp: Language) -> None:
    assert find_quotes(nlp("The ferry sails."), "a", [], []) == ([], [])
    assert find_quotes(nlp(""), "a", [], []) == ([], [])


def test_two_attributions_with_one_hull_are_one_row(nlp: Language) -> None:
    doc = nlp("She said he said we go.")
    doc.spans["cues"] = SpanGroup(doc, spans=[doc[1:2], doc[3:4]], attrs={"confidence": [0.5, 0.9]})
    doc.spans["contents"] = SpanGroup(
        doc,
        spans=[doc[4:6], doc[4:6]],
        attrs={"confidence": [0.9, 0.9], "cue": [0, 1], "cue_score": [0.99, 0.99]},
    )
    quotes, _ = find_quotes(doc, "a", [], [])
    assert [q.cue for q in quotes] == ["said"] and quotes[0].text == "we go"


SCRAPS = [
    "“",
    "”",
    '"',
    "'",
    "’",
    "‘",
    "«",
    "»",
    "„",
    "``",
    "''",
    "\n\n",
    "\n",
    ":",
    ",",
    ".",
    "–",
    "that",
    "to",
]
texts = st.lists(st.sampled_from([*SCRAPS, "Ana", "said", "port", "he"]) | st.text(max_size=4), max_size=60)


@settings(max_examples=150, deadline=None)
@given(words=texts, data=st.data())
def test_any_text_with_any_pieces_keeps_its_promises(
    nlp: Language, words: list[str], data: st.DataObject
) -> None:
    doc = nlp(" ".join(words))
    n = len(doc)
    for group in GROUPS.values():
        bounds = st.tuples(st.integers(0, n), st.integers(0, n)).map(sorted).filter(lambda b: b[0] < b[1])
        spans = data.draw(st.lists(bounds, max_size=5).map(sorted)) if n else []
        doc.spans[group] = SpanGroup(doc, spans=[Span(doc, a, b) for a, b in spans])
    for group, target, others in (("contents", "cue", "cues"), ("cues", "source", "sources")):
        index = st.integers(-1, len(doc.spans[others]) - 1)
        size = len(doc.spans[group])
        doc.spans[group].attrs[target] = data.draw(st.lists(index, min_size=size, max_size=size))
    check_rows(doc.text, *find_quotes(doc, "a", [], []))


def seconds_for(doc: Doc) -> float:
    """The processor time, best of three, since other work on the machine only ever adds."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        find_quotes(doc, "a", [], [])
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.slow
def test_time_grows_with_the_length_of_the_text(nlp: Language) -> None:
    marked = '{t "We sail on Friday,"} {c said} {s Ana Duarte}. "{t It is} late. {s He} {c said} {t so}. '
    short, long = (seconds_for(build_doc(nlp, {"text": marked * times})) for times in (100, 800))
    assert long < 24 * short, "eight times the text should take about eight times as long"


@pytest.mark.parametrize(("cue", "kept"), [("were sentenced", 0), ("were announced", 1)])
def test_nobody_says_a_noun_phrase_with_a_verb_that_reports_nothing(
    nlp: Language, cue: str, kept: int
) -> None:
    doc = build_doc(nlp, {"text": f"{{t Two new bridges}} {{c {cue}}}."})
    for token, pos in zip(doc, ("NUM", "ADJ", "NOUN", "AUX", "VERB", "PUNCT")):
        token.pos_ = pos
    doc[4].lemma_ = {"sentenced": "sentence", "announced": "announce"}[doc[4].text]
    assert len(find_quotes(doc, "a", [], [])[0]) == kept


@pytest.mark.parametrize(("confidence", "kept"), [(0.05, 1), (0.001, 0)])
def test_a_clause_without_a_source_is_kept_where_a_noun_phrase_is_not(
    nlp: Language, confidence: float, kept: int
) -> None:
    doc = build_doc(nlp, {"text": "There {c were fears} {t that the dam had cracked}."})
    for token, pos in zip(doc, ("PRON", "AUX", "NOUN", "SCONJ", "DET", "NOUN", "AUX", "VERB", "PUNCT")):
        token.pos_ = pos
    doc[2].lemma_ = "fear"
    doc.spans["contents"].attrs["confidence"] = [confidence]
    quotes, _ = find_quotes(doc, "a", [], [])
    assert len(quotes) == kept and all((q.confidence or 0) < UNATTRIBUTED for q in quotes)


@pytest.mark.parametrize(("relation", "source"), [("aux:pass", None), ("aux", "It")])
def test_an_it_that_stands_for_nobody_is_no_source(nlp: Language, relation: str, source: str | None) -> None:
    doc = build_doc(nlp, {"text": "{s It} {c was reported} {t that the dam had cracked}."})
    doc[0].dep_, doc[0].head = "nsubj", doc[2]
    doc[1].dep_, doc[1].head = relation, doc[2]
    assert [quote.source for quote in find_quotes(doc, "a", [], [])[0]] == [source]


@pytest.mark.parametrize("marked", ["{t The port}, {s she} {c said}", "The port, {s she} {c said}"])
def test_a_clause_that_its_cue_interrupts_is_made_whole(nlp: Language, marked: str) -> None:
    doc = build_doc(nlp, {"text": f"{marked} on Friday, had been closed."})
    words = [token.text for token in doc]
    said, closed = words.index("said"), words.index("closed")
    for word, relation, head in (
        ("The", "det", 1), ("port", "nsubj:pass", closed), ("she", "nsubj", said), ("said", "ROOT", said),
        ("on", "case", words.index("Friday")), ("Friday", "obl", closed), ("had", "aux", closed),
        ("been", "aux:pass", closed), ("closed", "ccomp", said),
    ):  # fmt: skip
        token = doc[words.index(word)]
        token.dep_, token.head = relation, doc[head]
        token.pos_ = {"said": "VERB", "closed": "VERB"}.get(word, "NOUN")
    (quote,) = find_quotes(doc, "a", [], [])[0]
    assert (quote.text, quote.source) == ("The port … had been closed", "she")
