"""Words -> windows of wordpieces: whole paragraphs packed to a limit, the one way text reaches the model.

Training and inference share this module, so the model never sees in use what it did not see in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from tokenizers import Tokenizer

PAD, CLS, SEP, UNK, MASK = 0, 101, 102, 100, 103  # of the uncased BERT vocabulary; words lie above them
MAX_PIECES_PER_WORD = 24  # a longer word ("aaaa…", a URL) says no more in its tail; keeps every window finite
SHAPES = "none lower title upper mixed digits digits_letters punct other".split()
_SENTENCE_END = frozenset(".?!…\"”'’»)")


def shape(word: str) -> int:
    """Index in SHAPES of how a word is written: the vocabulary is uncased, so case comes in by this door."""
    if word.isalpha():
        if word.islower():
            return 1
        if word.isupper():
            return 3 if len(word) > 1 else 2
        return 2 if word[0].isupper() and word[1:].islower() else 4
    if any(c.isdigit() for c in word):
        return 6 if any(c.isalpha() for c in word) else 5
    if any(c.isalpha() for c in word):  # "U.S.", "O'Brien", "n't"
        letters = [c for c in word if c.isalpha()]
        if all(c.islower() for c in letters):
            return 1
        if len(letters) > 1 and all(c.isupper() for c in letters):
            return 3
        return 2 if letters[0].isupper() else 4
    return 7 if word and not word[0].isalnum() else 8


class Pieces(NamedTuple):
    """The wordpieces of a document: `ids` of all pieces, and for each word the slice start[i]:start[i + 1] of them."""

    ids: np.ndarray
    start: np.ndarray


def split_words(words: Sequence[str], tokenizer: Tokenizer) -> Pieces:
    """Wordpieces of pretokenised words. A word that leaves no piece (a lone control sign) gets [UNK]."""
    clipped = [w[:200] for w in words]
    encoded = tokenizer.encode(clipped, is_pretokenized=True, add_special_tokens=False)
    ids = np.asarray(encoded.ids, dtype=np.int64)
    owner = np.asarray(encoded.word_ids, dtype=np.int64) if len(ids) else np.zeros(0, dtype=np.int64)
    count = np.bincount(owner, minlength=len(words)) if len(ids) else np.zeros(len(words), dtype=np.int64)
    if len(words) and (count.min() < 1 or count.max() > MAX_PIECES_PER_WORD):
        ids, count = _even_out(ids, count)
    return Pieces(ids, np.concatenate([[0], np.cumsum(count)]).astype(np.int64))


def _even_out(ids: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces with at least one and at most MAX_PIECES_PER_WORD of them a word."""
    at, out, sizes = 0, [], []
    for n in count:
        kept = ids[at : at + min(n, MAX_PIECES_PER_WORD)] if n else np.array([UNK])
        out.append(kept)
        sizes.append(len(kept))
        at += n
    return np.concatenate(out), np.asarray(sizes, dtype=np.int64)


class Window(NamedTuple):
    """Words lo:hi of a document, seen by the model at once."""

    lo: int
    hi: int


def pack(words: Sequence[str], sizes: np.ndarray, paragraph: np.ndarray, limit: int) -> list[Window]:
    """Windows over all words, each of whole paragraphs and at most `limit` pieces with its special ones.

    A paragraph that is longer than the limit is cut behind the last sentence end in its second half, else at the
    limit. `paragraph` gives each word the number of its paragraph, not decreasing. Linear in the words.
    """
    windows: list[Window] = []
    lo, used = 0, 2
    for start, end in paragraphs(paragraph):
        cost = int(sizes[start:end].sum()) + 1
        if lo < start and used + cost > limit:
            windows.append(Window(lo, start))
            lo, used = start, 2
        if used + cost > limit:
            cuts = cut_long(words, sizes, start, end, limit - 3)
            windows += [Window(a, b) for a, b in cuts[:-1]]
            lo, used = cuts[-1][0], 2
            cost = int(sizes[lo:end].sum()) + 1
        used += cost
    if lo < len(words):
        windows.append(Window(lo, len(words)))
    return windows


def paragraphs(paragraph: np.ndarray) -> list[tuple[int, int]]:
    """[(first word, last word + 1)] of each paragraph."""
    edges = np.flatnonzero(np.diff(paragraph)) + 1
    bounds = [0, *edges.tolist(), len(paragraph)]
    return [(a, b) for a, b in zip(bounds, bounds[1:]) if a < b]


def cut_long(
    words: Sequence[str], sizes: np.ndarray, start: int, end: int, room: int
) -> list[tuple[int, int]]:
    """Pieces of one long paragraph, each of at most `room` wordpieces, cut behind sentence ends where there are any."""
    cuts, lo, used, last_end = [], start, 0, -1
    i = start
    while i < end:
        while used + sizes[i] > room and i > lo:  # a long word can be too much behind a cut as well
            cut = last_end if last_end > lo + (i - lo) // 2 else i
            cuts.append((lo, cut))
            lo, used, last_end = cut, int(sizes[cut:i].sum()), -1
        used += int(sizes[i])
        word = words[i]
        if word in (".", "?", "!", "…") or (
            word in _SENTENCE_END and i > start and words[i - 1] in (".", "?", "!")
        ):
            last_end = i + 1
        i += 1
    cuts.append((lo, end))
    return cuts


class Encoded(NamedTuple):
    """One window as the model takes it: arrays over pieces, and for each word the position of its first piece."""

    ids: np.ndarray
    shapes: np.ndarray
    quotes: np.ndarray
    first: np.ndarray


def encode(
    window: Window, pieces: Pieces, paragraph: np.ndarray, shapes: np.ndarray, quotes: np.ndarray
) -> Encoded:
    """[CLS] paragraph [SEP] paragraph [SEP]; shape and quotation state of a word go to each of its pieces."""
    lo, hi = window
    sizes = np.diff(pieces.start[lo : hi + 1])
    # A [SEP] stands before each word that opens a further paragraph; it moves all later pieces by one.
    breaks = np.concatenate([[0], (np.diff(paragraph[lo:hi]) != 0).astype(np.int64)])
    shift = 1 + np.cumsum(breaks)
    first = pieces.start[lo:hi] - pieces.start[lo] + shift
    length = int(sizes.sum() + shift[-1] + 1)
    ids = np.full(length, SEP, dtype=np.int64)
    ids[0] = CLS
    owner = np.repeat(np.arange(hi - lo), sizes)
    where = np.arange(len(owner)) + shift[owner]
    ids[where] = pieces.ids[pieces.start[lo] : pieces.start[hi]]
    shape_ids, quote_ids = np.zeros(length, dtype=np.int64), np.zeros(length, dtype=np.int64)
    shape_ids[where] = shapes[lo:hi][owner]
    quote_ids[where] = quotes[lo:hi][owner] + 1
    return Encoded(ids, shape_ids, quote_ids, first)


class Batch(NamedTuple):
    """Windows padded to one length: ids, shapes, quotes, mask [B, T]; first, word_mask [B, N]."""

    ids: np.ndarray
    shapes: np.ndarray
    quotes: np.ndarray
    mask: np.ndarray
    first: np.ndarray
    word_mask: np.ndarray


def collate(windows: Sequence[Encoded]) -> Batch:
    """Windows of like length side by side; padding is PAD, and words that are not there point at [CLS]."""
    t, n = max(len(w.ids) for w in windows), max(len(w.first) for w in windows)
    out = Batch(*(np.zeros((len(windows), width), dtype=np.int64) for width in (t, t, t, t, n, n)))
    for b, w in enumerate(windows):
        size, count = len(w.ids), len(w.first)
        out.ids[b, :size], out.shapes[b, :size], out.quotes[b, :size] = w.ids, w.shapes, w.quotes
        out.mask[b, :size] = 1
        out.first[b, :count], out.word_mask[b, :count] = w.first, 1
    return out
