"""The shipped reader on ordinary and odd text: what it sets, and what it promises whatever the text."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import pipeline
from pipeline.reader import labels
from pipeline.reader.component import ALL_LAYERS, Reader
from pipeline.reader.network import read_files

STORY = (
    "Harbour to reopen\n\nThe minister, Anna Berg, said on Monday that the harbour in Port Elin may reopen in March. "
    "“We have waited long enough,” she told reporters.\n\nIt is unclear whether the ferries will return. "
    "Moscow has not answered."
)


@pytest.fixture(scope="module")
def doc(nlp: Language) -> Doc:
    return nlp(STORY)


def texts(doc: Doc, group: str) -> list[str]:
    return [span.text for span in doc.spans[group]]


def test_sentences_follow_paragraphs_and_full_stops(doc: Doc) -> None:
    starts = [s.text.split()[0] for s in doc.sents]
    assert starts == ["Harbour", "The", "“We", "It", "Moscow"]


def test_tags_tree_and_lemmas(doc: Doc) -> None:
    said = next(t for t in doc if t.text == "said")
    assert (said.pos_, said.tag_, said.lemma_, said.dep_) == ("VERB", "VBD", "say", "ROOT")
    reopen = next(t for t in doc if t.text == "reopen" and t.i > 5)
    assert reopen.dep_ == "ccomp" and reopen.head == said
    assert {t.dep_ for t in doc} <= {*labels.DEPREL, "ROOT"}


def test_a_direct_and_an_indirect_quote_with_their_links(doc: Doc) -> None:
    contents, cues, sources = doc.spans["contents"], doc.spans["cues"], doc.spans["sources"]
    direct = next(k for k, s in enumerate(contents) if s.text.startswith("“We"))
    cue = contents.attrs["cue"][direct]
    assert cues[cue].text == "told"
    assert sources[cues.attrs["source"][cue]].text == "she"
    indirect = next(k for k, s in enumerate(contents) if "may reopen" in s.text)
    cue = contents.attrs["cue"][indirect]
    assert cues[cue].text.startswith("said")
    assert "Anna Berg" in sources[cues.attrs["source"][cue]].text


def test_entities_and_hedges(doc: Doc) -> None:
    assert {("Anna Berg", "PERSON"), ("Port Elin", "GPE"), ("Moscow", "GPE")} <= {
        (e.text, e.label_) for e in doc.ents
    }
    hedges = {(s.text, s.label_) for s in doc.spans["hedges"]}
    assert ("may", "epistemic") in hedges
    assert any(text in ("whether", "unclear whether") and kind == "investigation" for text, kind in hedges)


def test_pronouns_point_at_names(doc: Doc) -> None:
    (k,) = [k for k, s in enumerate(doc.spans["anaphors"]) if s.text == "she"]
    best = doc.spans["anaphors"].attrs["antecedents"][k][0][0]
    assert doc[best].text in ("minister", "Anna", "Berg")


def test_factuality_and_checkworthiness_have_their_ranges(doc: Doc) -> None:
    assert all(-3 <= t._.factuality <= 3 for t in doc)
    assert all(0 <= s._.checkworthiness <= 1 for s in doc.sents)
    waited, reopen = (
        next(t for t in doc if t.text == w and t.i > 5)._.factuality for w in ("waited", "reopen")
    )
    assert waited > reopen


def test_a_doc_that_was_not_read_says_so(nlp: Language) -> None:
    with pytest.raises(ValueError, match=r"pipeline\.load"):
        _ = nlp.make_doc("Nobody read this.")[0]._.factuality


def test_saved_pipelines_and_docs_come_back_the_same(nlp: Language, doc: Doc, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "saved")
    again = spacy.load(tmp_path / "saved")(STORY)
    assert again.to_bytes() == doc.to_bytes()
    stored = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (back,) = DocBin().from_bytes(stored).get_docs(nlp.vocab)
    assert texts(back, "contents") == texts(doc, "contents")
    assert back.spans["contents"].attrs == doc.spans["contents"].attrs
    assert [t._.factuality for t in back] == [t._.factuality for t in doc]


def test_neighbours_change_nothing(nlp: Language, doc: Doc) -> None:
    others = ["He left.", STORY * 3, "", "Prices may rise, analysts said. " * 40]
    found = list(nlp.pipe([*others, STORY, *others]))
    assert found[len(others)].to_bytes() == doc.to_bytes()


def test_several_processes(nlp: Language, doc: Doc) -> None:
    found = list(nlp.pipe([STORY, "He left."], n_process=2))
    assert [texts(d, "contents") for d in found] == [texts(doc, "contents"), []]
    assert found[0][5]._.factuality == doc[5]._.factuality


def test_behind_another_pipeline_only_our_layers_are_set(tmp_path: Path) -> None:
    other = spacy.blank("en")
    other.add_pipe("sentencizer")
    other.to_disk(tmp_path / "other")
    nlp = pipeline.load(str(tmp_path / "other"))
    assert nlp.max_length == other.max_length  # its parser may need the guard
    doc = nlp(STORY)
    assert nlp.pipe_names == ["sentencizer", "hearsay_reader", "hearsay_hedges"]
    assert not doc.ents and not doc.has_annotation("DEP")
    assert doc.spans["contents"] and doc.spans["hedges"]


def test_a_reader_without_weights_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"pipeline\.load"):
        Reader("hearsay_reader", ALL_LAYERS)(spacy.blank("en")("A word."))


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"reader\.onnx"):
        read_files(tmp_path)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n\n", " \t\n\n x", "\x85", "a" * 5000, "“" * 300, "no end " * 700]
)
def test_odd_texts_are_read(nlp: Language, text: str) -> None:
    check(nlp(text))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_any_text_is_read(nlp: Language, text: str) -> None:
    check(nlp(text))


def check(doc: Doc) -> None:
    """One root a sentence, sentences that cover the text, groups and links that fit."""
    for sent in doc.sents:
        assert sum(t.head == t for t in sent) == 1
    assert sum(len(s) for s in doc.sents) == len(doc)
    for name, to in (("contents", "cues"), ("cues", "sources")):
        group, key = doc.spans[name], to.removesuffix("s")
        for values in group.attrs.values():
            assert len(values) == len(group)
        assert all(-1 <= k < len(doc.spans[to]) for k in group.attrs[key])
