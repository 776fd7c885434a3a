"""Scores -> tags, trees, spans and links: everything between the model's numbers and a Doc.

Sequences are decoded with legal BIO transitions (Viterbi), heads per sentence as a maximum spanning tree with one root.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from ufal.chu_liu_edmonds import chu_liu_edmonds

FORBIDDEN = -1e4
FAR = 100.0
"""Beyond what any two scores of heads differ by, so that what it is taken from is chosen last."""
Array = np.ndarray


class Piece(NamedTuple):
    """A span of words with its kind and the mean probability of its tags."""

    lo: int
    hi: int
    kind: str
    confidence: float


def log_softmax(x: Array) -> Array:
    """Logarithms of the probabilities over the last axis."""
    shifted = x - x.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def bio_transitions(tags: list[str]) -> Array:
    """[from, to]: 0 where BIO allows the step, FORBIDDEN elsewhere (I-x only behind B-x or I-x)."""
    legal = [[not b.startswith("I-") or (a != "O" and a[2:] == b[2:]) for b in tags] for a in tags]
    return np.where(np.array(legal), 0.0, FORBIDDEN).astype(np.float32)


def bio_first(tags: list[str]) -> Array:
    """Scores of a sequence's first tag: it cannot be an I-."""
    return np.array([FORBIDDEN if t.startswith("I-") else 0.0 for t in tags], dtype=np.float32)


def viterbi(scores: list[Array], transitions: Array, first: Array) -> list[Array]:
    """The best tag sequence of each window: scores [N_i, C] -> tags [N_i]. All windows step together."""
    lengths = np.array([len(s) for s in scores])
    order = np.argsort(-lengths, kind="stable")
    n, c = int(lengths.max()), transitions.shape[0]
    block = np.zeros((n, len(scores), c), dtype=np.float32)
    for row, k in enumerate(order):
        block[: lengths[k], row] = scores[k]
    # Windows stand in falling order of length, so those still running at step i are the first `live[i]` rows.
    live = (lengths[order][None, :] > np.arange(n)[:, None]).sum(1)
    back = np.zeros((n, len(scores), c), dtype=np.int8)
    best = block[0] + first
    incoming = np.ascontiguousarray(transitions.T)[None]
    for i in range(1, n):
        k = live[i]
        through = best[:k, None, :] + incoming
        choice = through.argmax(2)
        back[i, :k] = choice
        best[:k] = np.take_along_axis(through, choice[:, :, None], 2)[:, :, 0] + block[i, :k]
    tag = best.argmax(1)
    out = np.zeros((n, len(scores)), dtype=np.int64)
    rows = np.arange(len(scores))
    for i in range(n - 1, -1, -1):
        k = live[i]
        out[i, :k] = tag[:k]
        if i:
            tag[:k] = back[i, rows[:k], tag[:k]]
    result: list[Array] = [np.zeros(0, dtype=np.int64)] * len(scores)
    for row, k in enumerate(order):
        result[k] = out[: lengths[k], row]
    return result


def spans(tags: Array, scores: Array, names: list[str]) -> list[Piece]:
    """The spans of a BIO sequence; their confidence is the mean probability of their words' tags."""
    inside = np.flatnonzero(tags)
    if not len(inside):
        return []
    chosen = np.exp(log_softmax(scores[inside])[np.arange(len(inside)), tags[inside]])
    sure = dict(zip(inside.tolist(), chosen.tolist()))
    out, at = [], 0
    words = inside.tolist()
    while at < len(words):
        lo = words[at]
        kind = names[tags[lo]][2:]
        hi = lo + 1
        while hi in sure and names[tags[hi]] == f"I-{kind}":
            hi += 1
        out.append(Piece(lo, hi, kind, sum(sure[i] for i in range(lo, hi)) / (hi - lo)))
        at += hi - lo
    return out


def heads(scores: Array, starts: Array, ahead: Array) -> Array:
    """The head of each word, itself for a root: scores [N, 1 + N] (column 0 the root), starts [N] of sentences.

    Words marked in `ahead` [N] have their head behind them. Greedy heads stand where they form one tree over a
    sentence; elsewhere Chu-Liu-Edmonds finds the best tree.
    """
    n = len(starts)
    sentence = np.cumsum(starts)
    masked = np.full((n, n + 1), FORBIDDEN, dtype=np.float32)
    masked[:, 0] = scores[:, 0]
    np.copyto(masked[:, 1:], scores[:, 1:], where=sentence[:, None] == sentence[None, :])
    masked[np.arange(n), np.arange(n) + 1] = FORBIDDEN
    before = np.arange(n + 1)[None, :] <= np.arange(n)[:, None]
    masked[ahead[:, None] & before] -= FAR
    column = masked.argmax(1)
    head = np.where(column == 0, np.arange(n), column - 1)
    edges = np.append(np.flatnonzero(starts), n)
    for lo, hi in zip(edges, edges[1:]):
        if not _is_tree(head[lo:hi] - lo):
            head[lo:hi] = lo + _spanning_tree(masked[lo:hi], lo, hi)
    return head


def _is_tree(head: Array) -> bool:
    """Whether heads form one tree: one root (its own head), which all words reach."""
    if (head == np.arange(len(head))).sum() != 1:
        return False
    up = head
    for _ in range(max(1, int(np.ceil(np.log2(len(head) + 1))))):
        up = up[up]
    return bool((up == up[0]).all())


def _spanning_tree(scores: Array, lo: int, hi: int) -> Array:
    """The best tree with one root over the words lo:hi: head of each, counted from lo, itself for the root."""
    n = hi - lo
    matrix = np.full((n + 1, n + 1), np.nan, dtype=np.float64)
    matrix[1:, 1:] = scores[:, lo + 1 : hi + 1]
    # Each arc from the root costs more than any other choice can win back, so that only one is taken.
    matrix[1:, 0] = scores[:, 0] - 1e6
    matrix[np.arange(n + 1), np.arange(n + 1)] = np.nan
    found, _ = chu_liu_edmonds(matrix)
    column = np.array(found[1:])
    return np.where(column == 0, np.arange(n), column - 1)


def choices(scores: Array, rows: range, targets: list[range], best: int = 3) -> list[tuple[int, float]]:
    """Where the words `rows` point: [(index of target, mean probability)], best first, -1 for none.

    scores [N, 1 + N] over none and words; a target's share is the sum over its words.
    """
    logs = log_softmax(scores[rows.start : rows.stop])
    share = np.exp(logs).mean(0)
    found = [(k, float(share[t.start + 1 : t.stop + 1].sum())) for k, t in enumerate(targets)]
    found.append((-1, float(share[0])))
    found.sort(key=lambda pair: -pair[1])
    return found[:best]


def likeliest(scores: Array, row: int, best: int = 5) -> list[tuple[int, float]]:
    """[(word, probability)] of the other words that one word points at, best first."""
    shares = np.exp(log_softmax(scores[row]))[1:]
    shares[row] = 0.0  # a word that points at itself says nothing
    top = (
        np.argpartition(-shares, min(best, len(shares) - 1))[:best]
        if len(shares) > best
        else np.arange(len(shares))
    )
    top = top[np.argsort(-shares[top], kind="stable")]
    return [(int(i), float(shares[i])) for i in top if shares[i] >= 0.01]
