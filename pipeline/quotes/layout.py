"""What the quote stages read off a doc: its pieces, its quotations, and where each token stands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc, Span

from pipeline.quotes.quotemarks import Quotation, find_quotations, paragraphs

NONE = -1
KINDS = ("sources", "cues", "contents")
QUOTATION_MARKS = frozenset(["''", "``", *"\"“”„‟«»'‘’‚‹›"])
SENTENCE_STOPS = frozenset(",.?!…")
FINAL_STOPS = frozenset(".?!…")
SPEECH = 5  # least words of a quotation that is taken for speech though the reader passed it over
LONGEST_HEADLINE = 50  # tokens
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
class Region:
    """An outermost quotation in tokens, marks included; `closed` and `reopened` as in `Quotation`."""

    start: int
    end: int
    closed: bool
    reopened: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """What linking and mending need to know of a doc.

    The text, and whether it is parsed. One value per token: its first character, the word in lower case, whether
    it has a capital, the number of its sentence, its paragraph and its outermost quotation (-1 outside), the kind
    of piece it stands in. The sentences, the quotations (in characters; `regions`: the outermost ones in tokens),
    the pieces of each kind, sorted, with their starts. Per content and cue what its pointer chose among: {index
    of the target or -1: probability}, {} where there is no pointer.
    """

    text: str
    parsed: bool
    token_starts: list[int]
    words: list[str]
    capital: list[bool]
    sents: list[Span]
    sentence: list[int]
    paragraph: list[int]
    quotation: list[int]
    kind: list[str]
    quotations: list[Quotation]
    regions: list[Region]
    pieces: dict[str, list[Piece]]
    starts: dict[str, list[int]]
    pointers: dict[str, list[dict[int, float]]]


def read_layout(doc: Doc) -> Layout:
    """The layout of a doc; ValueError where it has no sentence starts."""
    texts = [token.text for token in doc]
    starts = doc.to_array("IDX").tolist()
    text = doc.text
    paragraph = _numbers(starts, paragraphs(text))
    quotations = find_quotations(text)
    quotation = _numbers(starts, ((q.start, q.end) for q in quotations if not q.depth))
    sents = list(doc.sents)
    sentence = [0] * len(texts)
    for number, sent in enumerate(sents):
        sentence[sent.start : sent.end] = [number] * (sent.end - sent.start)
    parsed = doc.has_annotation("DEP")
    pieces = {key: read_pieces(doc, key, parsed) for key in KINDS}
    pointers = {"contents": _pointers(doc, "contents", "cue"), "cues": _pointers(doc, "cues", "source")}
    regions = _token_regions(starts, quotations)
    pieces["contents"], pointers["contents"] = _parted(
        doc, pieces["contents"], pointers["contents"], paragraph, regions, parsed
    )
    kind = [""] * len(texts)
    for key in KINDS:
        for piece in pieces[key]:
            kind[piece.start : piece.end] = [key] * (piece.end - piece.start)
    for piece in _speech_passed_over(doc, regions, kind, parsed):
        kind[piece.start : piece.end] = ["contents"] * (piece.end - piece.start)
        place = bisect_left(pieces["contents"], piece.start, key=lambda p: p.start)
        pieces["contents"].insert(place, piece)
        pointers["contents"].insert(place, {})
    return Layout(
        text=text,
        parsed=parsed,
        token_starts=starts,
        words=[word.lower() for word in texts],
        capital=[word[:1].isupper() for word in texts],
        sents=sents,
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


def read_pieces(doc: Doc, key: str, parsed: bool) -> list[Piece]:
    """The spans of `doc.spans[key]`, sorted, trimmed to words; one of white space alone comes out empty."""
    if key not in doc.spans:
        return []
    group = doc.spans[key]
    confidences = group.attrs.get("confidence") or [1.0] * len(group)
    pieces = []
    for span, confidence in zip(group, confidences):
        start, end = _trimmed(doc, span.start, span.end, key)
        governor = _governor(doc[start:end]) if parsed else NONE
        pieces.append(Piece(start, end, float(confidence), governor))
    return sorted(pieces, key=lambda piece: (piece.start, piece.end))


def _trimmed(doc: Doc, start: int, end: int, key: str) -> tuple[int, int]:
    """Without outer white space; a source begins with a word ("- Ana Duarte"), a cue has no comma after it."""
    first = start
    while start < end and (doc[start].is_space or (key == "sources" and not doc[start].text[:1].isalnum())):
        start += 1
    while start < end and (doc[end - 1].is_space or (key == "cues" and doc[end - 1].text == ",")):
        end -= 1
    return (start, end) if start < end else (first, first)


def _parted(
    doc: Doc,
    contents: list[Piece],
    pointers: list[dict[int, float]],
    paragraph: list[int],
    regions: list[Region],
    parsed: bool,
) -> tuple[list[Piece], list[dict[int, float]]]:
    """Contents and their pointers, each content cut at the paragraphs and told from what follows a quotation."""
    parts, theirs = [], []
    for piece, pointer in zip(contents, pointers):
        for start, end in _stretches(piece, paragraph):
            end = _end_of_speech(doc, start, end, regions)
            whole = (start, end) == (piece.start, piece.end)
            governor = piece.governor if whole or not parsed else _governor(doc[start:end])
            parts.append(Piece(start, end, piece.confidence, governor))
            theirs.append(pointer)
    return parts, theirs


def _stretches(piece: Piece, paragraph: list[int]) -> list[tuple[int, int]]:
    """The stretches of a piece that lie in one paragraph each."""
    if piece.start == piece.end or paragraph[piece.start] == paragraph[piece.end - 1]:
        return [(piece.start, piece.end)]
    found: list[tuple[int, int]] = []
    for i in range(piece.start, piece.end):
        if paragraph[i] >= 0:
            if found and paragraph[found[-1][0]] == paragraph[i]:
                found[-1] = found[-1][0], i + 1
            else:
                found.append((i, i + 1))
    return found


def _end_of_speech(doc: Doc, start: int, end: int, regions: list[Region]) -> int:
    """The end of a content that opens with a quotation of whole sentences: the next sentence is the author's.

    `“It can happen at any age.” She is 45.`
    """
    i = bisect_right(regions, start, key=lambda region: region.start) - 1
    if i < 0 or not regions[i].closed or start > regions[i].start + 1 or not start < regions[i].end < end:
        return end
    close = regions[i].end
    stops = doc[close - 2].text in FINAL_STOPS
    return close if stops and doc[close].text[:1].isupper() else end


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


def _numbers(starts: list[int], stretches: Iterable[tuple[int, int]]) -> list[int]:
    """Per token the number of the stretch (of characters; sorted, disjoint) in which it begins, -1 for none."""
    numbers = [-1] * len(starts)
    first = 0
    for number, (start, end) in enumerate(stretches):
        first = bisect_left(starts, start, first)
        last = bisect_left(starts, end, first)
        numbers[first:last] = [number] * (last - first)
        first = last
    return numbers


def _token_regions(starts: list[int], quotations: list[Quotation]) -> list[Region]:
    return [
        Region(bisect_right(starts, q.start) - 1, bisect_left(starts, q.end), q.closed, q.reopened)
        for q in quotations
        if not q.depth
    ]


def _speech_passed_over(doc: Doc, regions: list[Region], kind: list[str], parsed: bool) -> list[Piece]:
    """Quotations that no piece touches and that end like speech: `"We are leaving tonight,"`, no title or term."""
    found = []
    for region in regions:
        start, end = region.start, region.end
        if not region.closed or end - start < SPEECH + 3 or any(kind[start:end]):
            continue
        words = [token for token in doc[start:end] if token.is_alpha]
        stop = doc[end - 2].text in SENTENCE_STOPS or doc[end - 1].text in SENTENCE_STOPS
        if stop and len(words) >= SPEECH and sum(w.is_title for w in words) <= len(words) / 2:
            governor = _governor(doc[start:end]) if parsed else NONE
            found.append(Piece(start, end, GUESSED, governor))
    return found


def in_headline(layout: Layout, token: int) -> bool:
    """Whether a token stands in a first paragraph that is short and does not end like a sentence."""
    first = layout.paragraph[: LONGEST_HEADLINE + 1]
    if token >= LONGEST_HEADLINE or layout.paragraph[token] != 0 or first.count(0) > LONGEST_HEADLINE:
        return False
    last = len(first) - 1 - first[::-1].index(0)
    return layout.words[last] not in FINAL_STOPS


def region_at(layout: Layout, token: int) -> Region | None:
    """The outermost quotation around a token."""
    i = bisect_right(layout.regions, token, key=lambda region: region.start) - 1
    return layout.regions[i] if i >= 0 and token < layout.regions[i].end else None


def _governor(span: Span) -> int:
    for token in span:
        head = token.head.i
        if not span.start <= head < span.end or head == token.i:
            return head
    return NONE
