"""What the quote stages read off a doc: its pieces, its quotations, and where each token stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from pipeline.quotemarks import Quotation, find_quotations, paragraphs

NONE = -1
KINDS = ("sources", "cues", "contents")
QUOTATION_MARKS = frozenset(["''", "``", *"\"“”„‟«»'‘’‚‹›"])
SENTENCE_STOPS = frozenset(",.?!…")
SPEECH = 5  # least words of a quotation that is taken for speech though the reader passed it over
GUESSED = 0.5  # confidence of such a content


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of tokens that the reader took for a source, cue or content.

    `confidence` is from 0 to 1; `governor` is the first token outside on which one of its tokens hangs in the
    parse (the token itself where that is the root), -1 where it is not known.
    """

    start: int
    end: int
    confidence: float = 1.0
    governor: int = -1


@dataclass(frozen=True, slots=True)
class Layout:
    """What linking and mending need to know of a doc.

    One value per token: the word in lower case, whether it has a capital, the number of its sentence, its paragraph
    and its outermost quotation (-1 outside), the kind of piece it stands in. And the quotations (in characters;
    `regions`: the outermost ones in tokens), the pieces of each kind, sorted, with their starts, and per content
    and cue what its pointer chose among: {index of the target or -1: probability}, {} where there is no pointer.
    """

    words: list[str]
    capital: list[bool]
    sentence: list[int]
    paragraph: list[int]
    quotation: list[int]
    kind: list[str]
    quotations: list[Quotation]
    regions: list[tuple[int, int, bool]]  # first token, last + 1, closed
    pieces: dict[str, list[Piece]]
    starts: dict[str, list[int]]
    pointers: dict[str, list[dict[int, float]]]


def read_layout(doc: Doc) -> Layout:
    """The layout of a doc; a doc without sentence starts counts as one sentence a paragraph."""
    n = len(doc)
    paragraph = _numbers(doc, paragraphs(doc.text))
    quotations = find_quotations(doc.text)
    quotation = _numbers(doc, ((q.start, q.end) for q in quotations if not q.depth))
    sentence = paragraph
    if doc.has_annotation("SENT_START"):
        sentence = [0] * n
        for number, sent in enumerate(doc.sents):
            sentence[sent.start : sent.end] = [number] * len(sent)
    pieces = {key: read_pieces(doc, key) for key in KINDS}
    pointers = {"contents": _pointers(doc, "contents", "cue"), "cues": _pointers(doc, "cues", "source")}
    kind = [""] * n
    for key in KINDS:
        for piece in pieces[key]:
            kind[piece.start : piece.end] = [key] * (piece.end - piece.start)
    regions = _token_regions(doc, quotations)
    for piece in _speech_passed_over(doc, regions, kind):
        kind[piece.start : piece.end] = ["contents"] * (piece.end - piece.start)
        place = bisect_left(pieces["contents"], piece.start, key=lambda p: p.start)
        pieces["contents"].insert(place, piece)
        pointers["contents"].insert(place, {})
    return Layout(
        words=[token.lower_ for token in doc],
        capital=[token.text[:1].isupper() for token in doc],
        sentence=sentence,
        paragraph=paragraph,
        quotation=quotation,
        kind=kind,
        quotations=quotations,
        regions=regions,
        pieces=pieces,
        starts={key: [piece.start for piece in found] for key, found in pieces.items()},
        pointers=pointers,
    )


def read_pieces(doc: Doc, key: str) -> list[Piece]:
    """The spans of `doc.spans[key]`, sorted."""
    if key not in doc.spans:
        return []
    group = doc.spans[key]
    confidences = group.attrs.get("confidence") or [1.0] * len(group)
    parsed = doc.has_annotation("DEP")
    pieces = [
        Piece(span.start, span.end, float(c), _governor(span) if parsed else NONE)
        for span, c in zip(group, confidences)
    ]
    return sorted(pieces, key=lambda piece: (piece.start, piece.end))


def _pointers(doc: Doc, key: str, target: str) -> list[dict[int, float]]:
    """Per piece {index of a target piece or -1: probability}, or {} where the doc has no such pointer."""
    if key not in doc.spans:
        return []
    group = doc.spans[key]
    empty: list[dict[int, float]] = [{} for _ in group]
    starts = [span.start for span in group]
    if starts != sorted(starts):  # an index would not mean the piece that it was written for
        return empty
    best = group.attrs.get(f"{target}_scores") or ()
    if len(best) == len(group):
        return [{int(i): float(p) for i, p in scored} for scored in best]
    chosen, scores = group.attrs.get(target) or (), group.attrs.get(f"{target}_score") or ()
    if len(chosen) == len(group):
        return [{int(i): float(p)} for i, p in zip(chosen, scores or [0.9] * len(group))]
    return empty


def _numbers(doc: Doc, stretches: Iterable[tuple[int, int]]) -> list[int]:
    """Per token the number of the stretch (of characters; sorted, disjoint) in which it begins, -1 for none."""
    numbers = [-1] * len(doc)
    bounds = list(stretches)
    i = 0
    for token in doc:
        while i < len(bounds) and bounds[i][1] <= token.idx:
            i += 1
        if i < len(bounds) and bounds[i][0] <= token.idx:
            numbers[token.i] = i
    return numbers


def _token_regions(doc: Doc, quotations: list[Quotation]) -> list[tuple[int, int, bool]]:
    starts = [token.idx for token in doc]
    return [
        (bisect_right(starts, q.start) - 1, bisect_left(starts, q.end), q.closed)
        for q in quotations
        if not q.depth
    ]


def _speech_passed_over(doc: Doc, regions: list[tuple[int, int, bool]], kind: list[str]) -> list[Piece]:
    """Quotations that no piece touches and that end like speech: `"We are leaving tonight,"`, no title or term."""
    found = []
    parsed = doc.has_annotation("DEP")
    for start, end, closed in regions:
        if not closed or end - start < SPEECH + 3 or any(kind[start:end]):
            continue
        words = [token for token in doc[start:end] if token.is_alpha]
        stop = doc[end - 2].text in SENTENCE_STOPS or doc[end - 1].text in SENTENCE_STOPS
        if stop and len(words) >= SPEECH and sum(w.is_title for w in words) <= len(words) / 2:
            governor = _governor(doc[start:end]) if parsed else NONE
            found.append(Piece(start, end, GUESSED, governor))
    return found


def _governor(span: Span) -> int:
    for token in span:
        head = token.head.i
        if not span.start <= head < span.end or head == token.i:
            return head
    return NONE
