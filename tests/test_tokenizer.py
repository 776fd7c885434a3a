"""The tokeniser: spaCy's own on ordinary text, and no text takes it long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import read_corpus
from pipeline.reader.tokenizer import LONGEST_RUN
from pipeline.schema import Article

BOUNDED = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "hearsay_tokenizer"}}})
PLAIN = spacy.blank("en")


def test_ordinary_text_is_cut_as_spacy_cuts_it(corpus: Path) -> None:
    for article in read_corpus(corpus):
        if isinstance(article, Article):
            assert [t.text for t in BOUNDED.tokenizer(article.text)] == [
                t.text for t in PLAIN.tokenizer(article.text)
            ]


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
