"""What was read, set on the Doc: tags, trees, entities, groups of spans and values as tables.md promises them."""

from __future__ import annotations

from typing import Any

import numpy as np
from spacy.attrs import DEP, HEAD, MORPH, POS, TAG
from spacy.tokens import Doc, Span

from pipeline.entities.places import split_place
from pipeline.reader import decoding, extensions, labels
from pipeline.reader.readings import Reading

PLURAL = {"source": "sources", "cue": "cues", "content": "contents"}
# The features that spaCy's rule lemmatizer asks for, told from the Penn tag.
MORPHOLOGY = {
    "VB": "VerbForm=Inf", "VBP": "Tense=Pres|VerbForm=Fin", "VBZ": "Number=Sing|Person=3|Tense=Pres|VerbForm=Fin",
    "VBD": "Tense=Past|VerbForm=Fin", "VBN": "Tense=Past|VerbForm=Part", "VBG": "VerbForm=Ger",
    "NN": "Number=Sing", "NNS": "Number=Plur", "NNP": "Number=Sing", "NNPS": "Number=Plur",
    "JJ": "Degree=Pos", "JJR": "Degree=Cmp", "JJS": "Degree=Sup",
    "RB": "Degree=Pos", "RBR": "Degree=Cmp", "RBS": "Degree=Sup",
}  # fmt: skip


def annotate(
    doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]], layers: frozenset[str]
) -> None:
    """Set what was read on the Doc.

    tokens: the place in the Doc of each word that was read, since white space is no word. readings: of windows, each
    with its first word.
    """
    if "syntax" in layers and len(doc):
        _set_syntax(doc, tokens, readings)
    if "entities" in layers:
        _set_entities(doc, tokens, readings)
    if "attribution" in layers:
        _set_pieces(doc, tokens, readings)
        _set_anaphors(doc, tokens, readings)
        _set_metonyms(doc, tokens, readings)
    if "hedges" in layers:
        _set_hedges(doc, tokens, readings)
    if "factuality" in layers:
        _set_scalars(doc, tokens, readings)


def _set_syntax(doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]]) -> None:
    """Tags, trees and through them sentences; white space hangs on the word before it."""
    strings = doc.vocab.strings
    upos = np.array([strings.add(x) for x in labels.UPOS], dtype=np.uint64)
    xpos = np.array([strings.add(x) for x in labels.XPOS], dtype=np.uint64)
    relations = np.array([strings.add("ROOT" if x == "root" else x) for x in labels.DEPREL], dtype=np.uint64)
    morphs = np.array([doc.vocab.morphology.add(MORPHOLOGY.get(x, "")) for x in labels.XPOS], dtype=np.uint64)
    n = len(doc)
    table = np.zeros((n, 5), dtype=np.uint64)  # POS TAG MORPH DEP HEAD
    head = np.arange(n)
    space, space_tag, dep = strings.add("SPACE"), strings.add("_SP"), strings.add("dep")
    table[:] = space, space_tag, doc.vocab.morphology.add(""), dep, 0
    for lo, r in readings:
        at = tokens[lo : lo + len(r.head)]
        table[at, 0], table[at, 1], table[at, 2] = upos[r.upos], xpos[r.xpos], morphs[r.xpos]
        table[at, 3], head[at] = relations[r.relation], tokens[lo + r.head]
    is_word = np.zeros(n, dtype=bool)
    is_word[tokens] = True
    if len(tokens):
        previous = np.maximum.accumulate(np.where(is_word, np.arange(n), -1))
        spaces = np.flatnonzero(~is_word)
        # Space before the first word has none before it, and hangs on that first word.
        head[spaces] = np.where(previous[spaces] >= 0, previous[spaces], tokens[0])
    table[:, 4] = (head - np.arange(n)).astype(np.int64).view(np.uint64)
    doc.from_array([POS, TAG, MORPH, DEP, HEAD], table)  # type: ignore[arg-type]


def _span(doc: Doc, tokens: np.ndarray, lo: int, piece: decoding.Piece, label: str) -> Span:
    return Span(doc, int(tokens[lo + piece.lo]), int(tokens[lo + piece.hi - 1]) + 1, label=label)


def _set_entities(doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]]) -> None:
    found = []
    for lo, r in readings:
        for piece in r.entities:
            span = _span(doc, tokens, lo, piece, piece.kind)
            if piece.kind == "PLACE":
                around = doc[max(0, span.start - 8) : span.end + 8].text
                span = Span(doc, span.start, span.end, label=split_place(span.text, around))
            elif piece.kind == "VEHICLE":
                span = Span(doc, span.start, span.end, label="PRODUCT")
            found.append(span)
    doc.set_ents(found)


def _set_pieces(doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]]) -> None:
    """Groups sources, cues, contents; links are indices into the groups, in their attrs."""
    groups: dict[str, list[Span]] = {kind: [] for kind in labels.PIECE}
    sure: dict[str, list[float]] = {kind: [] for kind in labels.PIECE}
    links: dict[str, list[list[list[float]]]] = {"content": [], "cue": []}
    for lo, r in readings:
        place = {}
        for k, piece in enumerate(r.pieces):
            place[k] = len(groups[piece.kind])
            groups[piece.kind].append(_span(doc, tokens, lo, piece, piece.kind))
            sure[piece.kind].append(round(piece.confidence, 4))
        for kind, chosen in (("content", r.cue_of), ("cue", r.source_of)):
            for k in sorted(chosen):
                links[kind].append([[place[t] if t >= 0 else -1, round(p, 4)] for t, p in chosen[k]])
    for kind, name in PLURAL.items():
        attrs: dict[str, Any] = {"confidence": sure[kind]}
        if kind in links:
            to = "cue" if kind == "content" else "source"
            attrs[to] = [int(best[0][0]) for best in links[kind]]
            attrs[f"{to}_score"] = [best[0][1] for best in links[kind]]
            attrs[f"{to}_scores"] = links[kind]
        _set_group(doc, name, groups[kind], attrs)


def _set_group(doc: Doc, name: str, found: list[Span], attrs: dict[str, Any]) -> None:
    doc.spans[name] = found
    doc.spans[name].attrs.update(attrs)


def _set_anaphors(doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]]) -> None:
    found, antecedents = [], []
    for lo, r in readings:
        for word, chosen in r.antecedents:
            i = int(tokens[lo + word])
            found.append(Span(doc, i, i + 1, label="anaphor"))
            antecedents.append([[int(tokens[lo + w]), round(p, 4)] for w, p in chosen])
    _set_group(doc, "anaphors", found, {"antecedents": antecedents})


def _set_metonyms(doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]]) -> None:
    chance = np.zeros(len(doc))
    for lo, r in readings:
        chance[tokens[lo : lo + len(r.scalars)]] = r.scalars[:, 2]
    found = [
        Span(doc, e.start, e.end, label="metonym") for e in doc.ents if e.label_ in ("GPE", "LOC", "FAC")
    ]
    attrs = {"metonymy": [round(float(chance[s.start : s.end].mean()), 4) for s in found]}
    _set_group(doc, "metonyms", found, attrs)


def _set_hedges(doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]]) -> None:
    pieces = [
        (_span(doc, tokens, lo, p, p.kind), round(p.confidence, 4)) for lo, r in readings for p in r.hedges
    ]
    _set_group(doc, "hedges", [s for s, _ in pieces], {"confidence": [c for _, c in pieces]})


def _set_scalars(doc: Doc, tokens: np.ndarray, readings: list[tuple[int, Reading]]) -> None:
    values = np.zeros((len(doc), 2))
    for lo, r in readings:
        values[tokens[lo : lo + len(r.scalars)]] = r.scalars[:, :2]
    doc.user_data[extensions.FACTUALITY] = np.round(values[:, 0], 3).tolist()
    doc.user_data[extensions.CHECKWORTHINESS] = np.round(values[:, 1], 3).tolist()
