"""Windows and decoding by themselves, on made-up scores: no weights are needed."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.reader import decoding, labels, windows
from pipeline.reader.directions import looks_ahead
from pipeline.reader.readings import plain_openings

TAGS = ["O", "B-a", "I-a", "B-b", "I-b"]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("house", "lower"), ("House", "title"), ("A", "title"), ("NATO", "upper"), ("McKay", "mixed"),
        ("1984", "digits"), ("3.5", "digits"), ("4th", "digits_letters"), ("U.S.", "upper"), ("n't", "lower"),
        ("O'Brien", "mixed"), ("“", "punct"), ("—", "punct"), ("", "other"),
    ],
)  # fmt: skip
def test_shapes(word: str, name: str) -> None:
    assert windows.SHAPES[windows.shape(word)] in (name, "title" if name == "mixed" else name)


@given(
    st.lists(st.tuples(st.integers(1, 24), st.booleans(), st.booleans()), min_size=1, max_size=200),
    st.integers(40, 80),
)
@example(
    [(1, False, False), (1, True, False), (15, False, False), (24, False, False)], 40
)  # long words behind a cut
def test_windows_hold_every_word_once_and_keep_to_the_limit(
    words: list[tuple[int, bool, bool]], limit: int
) -> None:
    sizes = np.array([size for size, _, _ in words])
    texts = ["." if stop else "word" for _, stop, _ in words]
    paragraph = np.cumsum([opens for _, _, opens in words])
    found = windows.pack(texts, sizes, paragraph, limit)
    assert [i for w in found for i in range(w.lo, w.hi)] == list(range(len(words)))
    for w in found:
        breaks = len(np.unique(paragraph[w.lo : w.hi]))
        assert sizes[w.lo : w.hi].sum() + 1 + breaks <= limit


def test_a_long_paragraph_is_cut_behind_a_sentence() -> None:
    texts = (["word"] * 9 + ["."]) * 6
    cuts = windows.cut_long(texts, np.ones(60, dtype=int), 0, 60, 25)
    assert cuts == [(0, 20), (20, 40), (40, 60)]


def test_paragraphs_are_parted_and_words_find_their_first_piece() -> None:
    pieces = windows.Pieces(np.array([1001, 1002, 1003, 1004, 1005]), np.array([0, 2, 3, 5]))
    out = windows.encode(
        windows.Window(0, 3), pieces, np.array([0, 0, 1]), np.array([1, 2, 3]), np.array([0, 1, 0])
    )
    assert out.ids.tolist() == [windows.CLS, 1001, 1002, 1003, windows.SEP, 1004, 1005, windows.SEP]
    assert out.first.tolist() == [1, 3, 5]
    assert out.shapes.tolist() == [0, 1, 1, 2, 0, 3, 3, 0]
    assert out.quotes.tolist() == [0, 1, 1, 2, 0, 1, 1, 0]


def legal(tags: tuple[int, ...]) -> bool:
    names = ["O", *(TAGS[t] for t in tags)]
    return all(not b.startswith("I-") or a[1:] == b[1:] for a, b in zip(names, names[1:]))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(0, 10**6))
def test_viterbi_finds_the_best_legal_sequence(lengths: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = [rng.normal(size=(n, len(TAGS))).astype(np.float32) for n in lengths]
    found = decoding.viterbi(scores, decoding.bio_transitions(TAGS), decoding.bio_first(TAGS))
    for s, tags in zip(scores, found):
        best = max(
            filter(legal, product(range(len(TAGS)), repeat=len(s))),
            key=lambda t: sum(s[np.arange(len(t)), t]),
        )
        assert tuple(tags) == best


@settings(max_examples=60, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=30), st.integers(0, 10**6))
def test_heads_form_one_tree_a_sentence(starts: list[bool], seed: int) -> None:
    opens = np.array([True, *starts[1:]])
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=(len(opens), len(opens) + 1)).astype(np.float32)
    ahead = chance.random(len(opens)) < 0.3
    head, sentence = decoding.heads(scores, opens, ahead), np.cumsum(opens)
    for number in np.unique(sentence):
        words = np.flatnonzero(sentence == number)
        roots = [w for w in words if head[w] == w]
        assert len(roots) == 1
        for w in words:
            seen = {w}
            while head[w] != w:
                w = head[w]
                assert w not in seen and sentence[w] == number
                seen.add(w)


def test_words_that_look_ahead_have_their_head_behind_them() -> None:
    words = "She asked if the ship , or a boat , was as if lost and".split()
    tags = np.array([labels.XPOS.index(t) for t in "PRP VBD IN DT NN , CC DT NN , VBD IN IN VBN CC".split()])
    opens = np.arange(len(words)) == 0
    ahead = looks_ahead(words, tags, opens)
    assert [w for w, a in zip(words, ahead) if a] == ["if", "the", "or", "a"]  # not "as if", not a last "and"
    scores = np.zeros((len(words), len(words) + 1), dtype=np.float32)
    scores[:, 2] = 5.0  # everything would hang on "asked"
    scores[1, 0] = 9.0
    head = decoding.heads(scores, opens, ahead)
    assert all(head[i] > i for i in np.flatnonzero(ahead)) and head[4] == 1


def test_spans_carry_the_mean_probability_of_their_tags() -> None:
    scores = np.full((4, len(TAGS)), -20.0, dtype=np.float32)
    for i, tag in enumerate((1, 2, 0, 3)):
        scores[i, tag] = 0.0
    scores[1, 0] = 0.0  # the second word is torn between I-a and O
    (a, b) = decoding.spans(np.array([1, 2, 0, 3]), scores, TAGS)
    assert (a.lo, a.hi, a.kind) == (0, 2, "a") and a.confidence == pytest.approx(0.75, abs=1e-3)
    assert (b.lo, b.hi, b.kind) == (3, 4, "b")


def test_a_pointer_gives_a_target_the_sum_of_its_words() -> None:
    scores = np.log(np.array([[0.1, 0.2, 0.3, 0.4]], dtype=np.float32))
    found = decoding.choices(scores, range(0, 1), [range(0, 2), range(2, 3)])
    assert [(k, round(p, 2)) for k, p in found] == [(0, 0.5), (1, 0.4), (-1, 0.1)]


def test_columns_of_the_heads_lie_side_by_side() -> None:
    slices = list(labels.columns().values())
    assert slices[0].start == 0
    assert all(a.stop == b.start for a, b in zip(slices, slices[1:]))


def test_a_small_word_with_a_capital_letter_behind_a_full_stop_begins_a_sentence() -> None:
    words = (
        "They lose . If they wait , the U.S. may . it No . 1 of the end . Vos left Gov . Vos . Vos".split()
    )
    assert [words[i + 1] for i in np.flatnonzero(plain_openings(words))] == ["If", "Vos"]
    words = "It opened on July 30 . Vos left . In Fig. 30 . Original prints".split()
    assert [words[i + 1] for i in np.flatnonzero(plain_openings(words))] == ["Vos", "In"]
    assert plain_openings([]).shape == plain_openings(["One"]).shape == (0,)
