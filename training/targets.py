"""Examples -> batches: windows with the targets of every layer that they carry."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from pipeline.reader import windows
from training.examples import IGNORE, Example

PRONOUNS = frozenset(
    "he him his himself she her hers herself they them their theirs themselves it its itself".split()
)
LONG_MENTION = 6  # words; longer mentions hold other mentions, so that their words do not tell one entity


def cut(example: Example, limit: int) -> list[tuple[windows.Encoded, windows.Window]]:
    """The windows of an example at a limit of pieces."""
    sizes = np.diff(example.pieces.start)
    return [
        (windows.encode(w, example.pieces, example.paragraph, example.shapes, example.quotes), w)
        for w in windows.pack(example.words, sizes, example.paragraph, limit)
    ]


def by_length(
    examples: Sequence[Example], limit: int, size: int
) -> Iterator[list[tuple[int, windows.Window, windows.Encoded]]]:
    """All windows of some examples in groups of `size` that are of like length: (example, its words, the window)."""
    cuts = [(k, words, encoded) for k, e in enumerate(examples) for encoded, words in cut(e, limit)]
    cuts.sort(key=lambda c: len(c[2].ids))
    for at in range(0, len(cuts), size):
        yield cuts[at : at + size]


def word_targets(example: Example, lo: int, hi: int) -> dict[str, Any]:
    """The layers of one window: arrays over its words, and `choices` for the pair heads."""
    out: dict[str, Any] = {}
    layers = example.layers
    for name in (
        "sentence",
        "upos",
        "xpos",
        "relation",
        "entity",
        "piece",
        "hedge",
        "metonymy",
        "factuality",
        "news",
    ):
        if name in layers:
            out[name] = layers[name][lo:hi]
    if "open" in layers:
        out["open"] = layers["open"]
    if "checkworthiness" in layers:
        out["checkworthiness"] = layers["checkworthiness"]
    if "head" in layers:
        out["head"], out["bounds"] = _heads(layers, lo, hi)
    choices: dict[str, list] = defaultdict(list)
    if "links" in layers:
        _links(layers["links"], lo, hi, choices)
    if "clusters" in layers:
        _clusters(example.words, layers["clusters"], lo, hi, choices)
    if "gap" in layers:
        _gap(layers["gap"], lo, hi, choices)
    out["choices"] = dict(choices)
    if "taught" in layers:
        out["taught"] = _taught(layers["taught"], lo, hi)
    return out


def _taught(taught: dict[str, np.ndarray], lo: int, hi: int) -> dict[str, np.ndarray]:
    """What finished readers say of the words; what they choose as columns of the pair scores, 0 for none."""
    out = {name: values[lo:hi] for name, values in taught.items()}
    for name, chosen in out.items():
        if name.endswith(".at"):
            inside = (chosen >= lo) & (chosen < hi)
            out[name] = np.where(inside, chosen - lo + 1, 0)
    return out


def _heads(layers: dict[str, Any], lo: int, hi: int) -> tuple[np.ndarray, np.ndarray]:
    """Heads as columns of the pair scores (0 root, 1 + word), and the bounds of each word's sentence in the window."""
    gold = layers["head"][lo:hi]
    inside = (gold >= lo) & (gold < hi)
    head = np.where(gold == -1, 0, np.where(inside, gold - lo + 1, IGNORE))
    return head, np.clip(layers["bounds"][lo:hi], lo, hi) - lo


def _links(links: list[dict[str, list[int]]], lo: int, hi: int, choices: dict[str, list]) -> None:
    """(word, columns that are right, columns to choose from or None for all) for the cue and source pointers."""

    def columns(words: list[int]) -> list[int]:
        return [w - lo + 1 for w in words if lo <= w < hi] or [0]

    for link in links:
        for name, chooser, chosen in (("cue", "content", "cue"), ("source", "cue", "source")):
            right = columns(link[chosen])
            choices[name] += [(w - lo, right, None) for w in link[chooser] if lo <= w < hi]


def _clusters(
    words: list[str], clusters: list[list[tuple[int, int]]], lo: int, hi: int, choices: dict[str, list]
) -> None:
    """The last word of a short mention, a pronoun above all, chooses the words of its entity's other mentions."""
    known = set()
    for cluster in clusters:
        mentions = [(a, b) for a, b in cluster if lo <= a < b <= hi and b - a <= LONG_MENTION]
        for a, b in mentions:
            known.add(b - 1)
            right = {w - lo + 1 for c, d in mentions if (c, d) != (a, b) for w in range(c, d)}
            right -= {w - lo + 1 for w in range(a, b)}
            choices["antecedent"].append((b - 1 - lo, sorted(right) or [0], None))
        known.update(b - 1 for a, b in cluster)
    for w in range(lo, hi):
        if w not in known and words[w].lower() in PRONOUNS:
            choices["antecedent"].append((w - lo, [0], None))


def _gap(gap: dict[str, Any], lo: int, hi: int, choices: dict[str, list]) -> None:
    """GAP tells of two names only: a right one must beat the other and none; where both are wrong, so must all else."""
    word = gap["pronoun"][0]
    if not lo <= word < hi:
        return
    span = {k: [w - lo + 1 for w in range(*gap[k]) if lo <= w < hi] for k in "AB"}
    if not (span["A"] and span["B"]):
        return
    named = set(span["A"] + span["B"])
    right = [c for k in gap["right"] for c in span[k]]
    if right:
        choices["antecedent"].append((word - lo, right, sorted(named | {0})))
    else:
        choices["antecedent"].append((word - lo, [c for c in range(hi - lo + 1) if c not in named], None))


class Sampler:
    """Endless batches of one set: shuffled examples, cut at varying limits, windows of like length together."""

    def __init__(self, examples: list[Example], pieces: int, seed: int, window: int = 256) -> None:
        self.examples, self.pieces, self.rng, self.window = examples, pieces, random.Random(seed), window
        self.batches = self._batches()

    def next(self) -> list[tuple[windows.Encoded, dict[str, Any]]]:
        return next(self.batches)

    def _limit(self) -> int:
        # Mostly the length that is used in the end; sometimes shorter, as articles and single sentences are.
        return self.window if self.rng.random() < 0.75 else self.rng.randint(24, self.window)

    def _batches(self) -> Iterator[list[tuple[windows.Encoded, dict[str, Any]]]]:
        pool: list[tuple[windows.Encoded, dict[str, Any]]] = []
        while True:
            order = list(range(len(self.examples)))
            self.rng.shuffle(order)
            for k in order:
                example = self.examples[k]
                pool += [(e, word_targets(example, *w)) for e, w in cut(example, self._limit())]
                if sum(len(e.ids) for e, _ in pool) > 10 * self.pieces:
                    yield from self._draw(pool)
                    pool = []

    def _draw(self, pool: list) -> Iterator[list]:
        pool.sort(key=lambda item: len(item[0].ids))
        out: list[list] = []
        batch: list = []
        for item in pool:
            if batch and (len(batch) + 1) * len(item[0].ids) > self.pieces:
                out.append(batch)
                batch = []
            batch.append(item)
        out.append(batch)
        self.rng.shuffle(out)
        yield from out
