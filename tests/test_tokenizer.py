"""The tokeniser: spaCy's own but for some words, and no text takes it long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import read_corpus
from pipeline.lexicon import read_lexicon
from pipeline.reader.tokenizer import LONGEST_RUN
from pipeline.schema import Article

BOUNDED = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "hearsay_tokenizer"}}})
PLAIN = spacy.blank("en")


WORDS = (
    ("What?! No!!!", "What ?! No !!!"),
    ("a non-profit’s co-founders", "a non-profit ’s co-founders"),
    ("port-based, post-war-era, re-elected", "port - based , post-war - era , re-elected"),
    ("Call 01632-555-0134 or 555-0134.", "Call 01632-555-0134 or 555-0134 ."),
    ("from 2019-20, by 3-1", "from 2019 - 20 , by 3 - 1"),
    ("at 7:30pm or 11AM", "at 7:30 pm or 11 AM"),
    ("<<see ***", "<< see ***"),
)


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_are_those_of_the_treebanks(text: str, words: str) -> None:
    assert " ".join(t.text for t in BOUNDED.tokenizer(text)) == words


@pytest.mark.parametrize("row", read_lexicon("tokens"), ids=lambda row: row["text"])
def test_forms_of_the_lexicon(row: dict[str, str]) -> None:
    words = " ".join(t.text for t in BOUNDED.tokenizer(row["example"]))
    assert row["text"] in row["example"]
    assert f" {row['pieces']} " in f" {words} "


def test_ordinary_text_is_cut_as_spacy_cuts_it(corpus: Path) -> None:
    words = different = 0
    for article in read_corpus(corpus):
        if isinstance(article, Article):
            own = {(t.idx, len(t)) for t in BOUNDED.tokenizer(article.text)}
            spacys = {(t.idx, len(t)) for t in PLAIN.tokenizer(article.text)}
            words, different = words + len(own), different + len(own - spacys)
    assert 0 < different < words / 200


@given(st.lists(st.sampled_from(["(", "a", "’s", " ", "\n\n", ")" * LONGEST_RUN, "x" * LONGEST_RUN, "“"])))
def test_no_character_is_lost(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert BOUNDED.tokenizer(text).text == text


@pytest.mark.parametrize("unit", ["(", '"', "''", "’s", "'s", "_(", "(" * 19 + "a", "x"])
def test_text_without_white_space_takes_linear_time(unit: str) -> None:
    text = "word " + unit * (40_000 // len(unit)) + " word"
    started = time.process_time()
    assert BOUNDED.tokenizer(text).text == text
    assert (
        time.process_time() - started < 3
    )  # spaCy's own needs from half a minute to minutes for most of these


def test_a_saved_pipeline_keeps_it(tmp_path: Path) -> None:
    BOUNDED.to_disk(tmp_path)
    assert type(spacy.load(tmp_path).tokenizer).__name__ == "BoundedTokenizer"
