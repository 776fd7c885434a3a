"""Pairing of quotation marks, by cases and by the promises that hold for any text."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.quotes.quotemarks import MARK, character_states, find_quotations, paragraphs, quote_states

CASES = tomllib.loads((Path(__file__).parent / "cases" / "quotemarks.toml").read_text(encoding="utf-8"))[
    "case"
]
MARKS = [*list("\"“”„‟«»'‘’‚‛`‹›＂"), "``", "''"]
texts = st.lists(
    st.sampled_from([*MARKS, *MARKS, " ", " ", "\n\n", "\n", ".", ",", "said", "s", "n", "'90s"])
    | st.text(max_size=5)
).map("".join)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    text = case["text"]
    found = find_quotations(text)
    words = {q: text[q.start : q.end] for q in found}
    assert list(words.values()) == case["quotations"]
    assert [words[q] for q in found if not q.closed] == case.get("open", [])
    assert [words[q] for q in found if q.depth] == case.get("inner", [])
    assert [words[q] for q in found if q.reopened] == case.get("reopened", [])


@settings(max_examples=400, deadline=None)
@given(text=texts)
def test_any_text_keeps_the_promises(text: str) -> None:
    found = find_quotations(text)
    bounds = list(paragraphs(text))
    assert [q.start for q in found] == sorted(q.start for q in found)
    for q in found:
        assert 0 <= q.start < q.inner_start <= q.inner_end <= q.end <= len(text)
        assert MARK.fullmatch(text, q.start, q.inner_start)
        assert bool(MARK.fullmatch(text, q.inner_end, q.end)) == q.closed
        assert any(start <= q.start and q.end <= end for start, end in bounds)
        assert q.depth == sum(o.start < q.start and q.end <= o.end for o in found)
        assert not any(o.start < q.start < o.end < q.end for o in found), "quotations nest, they do not cross"
    starts = [q.start for q in found]
    assert len(starts) == len(set(starts))


@settings(max_examples=200, deadline=None)
@given(text=texts)
def test_states_of_any_text_agree_with_the_quotations(text: str) -> None:
    states = character_states(text)
    assert len(states) == len(text) + 1
    found = find_quotations(text)
    for i in range(len(text)):
        double = any(q.double and q.start <= i < q.end for q in found)
        single = any(not q.double and q.start <= i < q.end for q in found)
        assert (states[i] in (1, 2, 3)) == double
        assert (states[i] == 4) == (single and not double)


def test_states_of_tokens() -> None:
    doc = spacy.blank("en")('He said “the ‘port’ is shut,” and ‘left’.\n\n"It is')
    by_word = list(zip([token.text for token in doc], quote_states(doc)))
    assert by_word == [
        ("He", 0), ("said", 0), ("“", 2), ("the", 1), ("‘", 1), ("port", 1), ("’", 1), ("is", 1), ("shut", 1),
        (",", 1), ("”", 3), ("and", 0), ("‘", 4), ("left", 4), ("’", 4), (".", 0), ("\n\n", 0),
        ('"', 2), ("It", 1), ("is", 1),
    ]  # fmt: skip


def test_a_quotation_that_is_left_open_ends_before_the_next_paragraph() -> None:
    assert quote_states(spacy.blank("en")('"We sail\n\nThey sailed')) == [2, 1, 1, 0, 0, 0]


def seconds_for(text: str) -> float:
    """The processor time, best of three, since other work on the machine only ever adds."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        character_states(text)
        taken.append(time.process_time() - start)
    return min(taken)


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit", ['"', "“", "«“", "“«", "”“\"' ", "'“ ‘a ’ ", " 'a' s’ ", "“'a ", "\n ", ". \n", "'s "]
)
def test_time_grows_with_the_length_of_the_text(unit: str) -> None:
    assert seconds_for(unit * 16_000) < 24 * seconds_for(unit * 2_000) + 0.1
