"""From the network's scores of a window to what they say: tags, a tree, spans, links between them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from pipeline.lexicon import read_lexicon
from pipeline.reader import decoding, labels
from pipeline.reader.directions import looks_ahead
from pipeline.reader.network import Network

BASE_FORMS, INFLECTED = [labels.XPOS.index("VB"), labels.XPOS.index("VBP")], labels.XPOS.index("VBZ")
BARE = {
    labels.XPOS.index(a): labels.XPOS.index(b) for a, b in (("VBZ", "VBP"), ("NNS", "NN"), ("NNPS", "NNP"))
}
MODAL, AUXILIARY = labels.XPOS.index("MD"), labels.UPOS.index("AUX")
NOUNS = [labels.XPOS.index("NN"), labels.XPOS.index("NNS")]
NOUN, VERB = labels.UPOS.index("NOUN"), labels.UPOS.index("VERB")
THIRD_PERSON = re.compile(r"[a-z][^\W\dsuia]s$")  # but "focus", "miss", "canvas"
STOPS = frozenset({".", "!", "?", "I."})  # "so did I."
COLUMNS = labels.columns()


class Reading(NamedTuple):
    """What decoding finds in one window; words count from the window's first."""

    starts: np.ndarray
    upos: np.ndarray
    xpos: np.ndarray
    head: np.ndarray
    relation: np.ndarray
    scalars: np.ndarray  # [N, 3]: factuality, checkworthiness (logit), metonymy (probability)
    entities: list[decoding.Piece]
    pieces: list[decoding.Piece]
    hedges: list[decoding.Piece]
    cue_of: dict[int, list[tuple[int, float]]]  # content piece -> cue pieces, best first
    source_of: dict[int, list[tuple[int, float]]]  # cue piece -> source pieces
    antecedents: list[tuple[int, list[tuple[int, float]]]]


@cache
def _words(name: str) -> frozenset[str]:
    """The words of one set of `lexicon/reader_words.csv`.

    An "opener" with a capital letter behind a full stop begins a sentence whatever the network says, which misses some
    within quotations: of 1,100 in the dev parts of EWT and GUM all but two do. An "anaphor" may have an antecedent.
    """
    return frozenset(row["word"] for row in read_lexicon("reader_words") if row["set"] == name)


@cache
def _months() -> frozenset[str]:
    """The months in English; those of the calendar module are in the language of the user."""
    return frozenset(row["word"] for row in read_lexicon("values") if row["kind"] == "month")


def decode(
    network: Network, scores: list[Any], opens: list[np.ndarray], words: list[list[str]]
) -> list[Reading]:
    """Readings of windows: scores as Network.run gives them, `opens` true where a word opens a paragraph."""
    tags = {
        head: decoding.viterbi([s.words[:, COLUMNS[head]] for s in scores], *_transitions(network, head))
        for head in ("entity", "piece", "hedge")
    }
    out = []
    for k, s in enumerate(scores):
        found = {
            head: decoding.spans(tags[head][k], s.words[:, COLUMNS[head]], labels.WORD_HEADS[head])
            for head in tags
        }
        out.append(_reading(network, s, opens[k], words[k], found))
    return out


def _transitions(network: Network, head: str) -> tuple[np.ndarray, np.ndarray]:
    tags = labels.WORD_HEADS[head]
    if head == "piece":  # learned by a conditional random field; the others only know what BIO allows
        return network.tables["piece_transitions"], network.tables["piece_first"] + decoding.bio_first(tags)
    return decoding.bio_transitions(tags), decoding.bio_first(tags)


def _reading(
    network: Network, s: Any, opens: np.ndarray, words: list[str], found: dict[str, list]
) -> Reading:
    starts = (s.words[:, COLUMNS["sentence"]][:, 0] > 0) | opens
    starts[0] = True
    starts[1:] |= plain_openings(words)
    tags = _penn_tags(s.words[:, COLUMNS["xpos"]], words)
    head = decoding.heads(s.pairs["head"], starts, looks_ahead(words, tags, starts))
    is_root = head == np.arange(len(head))
    relation = network.relations(s, np.where(is_root, 0, head + 1))
    root = labels.DEPREL.index("root")
    relation[:, root] = np.where(is_root, np.inf, -np.inf)
    scalars = np.stack(
        [
            3.0 * np.tanh(s.words[:, COLUMNS["factuality"]][:, 0]),
            s.words[:, COLUMNS["checkworthiness"]][:, 0],
            1.0 / (1.0 + np.exp(-s.words[:, COLUMNS["metonymy"]][:, 0])),
        ],
        axis=1,
    )
    pieces = found["piece"]
    return Reading(
        starts,
        _coarse_tags(s.words[:, COLUMNS["upos"]], tags),
        tags,
        head,
        relation.argmax(1),
        scalars,
        found["entity"],
        pieces,
        found["hedge"],
        _links(s.pairs["cue"], pieces, "content", "cue"),
        _links(s.pairs["source"], pieces, "cue", "source"),
        [
            (i, decoding.likeliest(s.pairs["antecedent"], i))
            for i, w in enumerate(words)
            if len(w) <= 10 and w.lower() in _words("anaphor")
        ],
    )


def _coarse_tags(scores: np.ndarray, tags: np.ndarray) -> np.ndarray:
    """The likeliest part of speech of each word; a modal is an auxiliary, what has a noun's Penn tag no verb."""
    upos = scores.argmax(1)
    upos[np.isin(tags, NOUNS) & (upos == VERB)] = NOUN
    return np.where(tags == MODAL, AUXILIARY, upos)


def plain_openings(words: list[str]) -> np.ndarray:
    """Of each word but the first whether it begins a sentence beyond doubt: "They lose. If they wait, they win."

    So does any word with a capital letter behind a full stop that no abbreviation or number of a list can have: "the
    end. Vos left", "on July 30. Vos left".
    """
    ends = ["", *words]
    return np.asarray(
        [
            stop in STOPS
            and (word in _words("opener") or (word.istitle() and (_is_plain(end) or _is_day(before, end))))
            for before, end, stop, word in zip(["", *ends], ends, words, words[1:], strict=False)
        ],
        dtype=bool,
    )


def _is_plain(word: str) -> bool:
    return word.islower() and len(word) > 2


def _is_day(before: str, word: str) -> bool:
    return word.isdigit() and before in _months()


def _penn_tags(scores: np.ndarray, words: list[str]) -> np.ndarray:
    """The likeliest tag of each word; a form in -s ("makes") is no base form, one in -ss ("guess") no other form."""
    tags = scores.argmax(1)
    for i in np.flatnonzero(np.isin(tags, list(BARE))):
        if words[i].endswith("ss"):
            tags[i] = BARE[tags[i]]
    for i in np.flatnonzero(np.isin(tags, BASE_FORMS)):
        if THIRD_PERSON.search(words[i]):
            tags[i] = INFLECTED
    return tags


def _links(scores: np.ndarray, pieces: list[decoding.Piece], chooser: str, chosen: str) -> dict[int, list]:
    """{index of a chooser piece: [(index of a chosen piece or -1, probability)]}."""
    targets = [k for k, p in enumerate(pieces) if p.kind == chosen]
    spans = [range(pieces[k].lo, pieces[k].hi) for k in targets]
    return {
        k: [
            (targets[t] if t >= 0 else -1, p)
            for t, p in decoding.choices(scores, range(piece.lo, piece.hi), spans)
        ]
        for k, piece in enumerate(pieces)
        if piece.kind == chooser
    }
