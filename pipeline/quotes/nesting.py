"""What is said within what is said: the outer content goes over an inner source and cue.

`Berg said the search began [after Vik disclosed] the loss`: the reader marks "Vik" and "disclosed" too, which cuts the
words of Berg in two, or takes their beginning away. Only pieces that belong to no attribution are gone over.
"""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc, Token

from pipeline.quotes.attributions import RELATIVES, Attribution
from pipeline.quotes.heads import children, head_of
from pipeline.quotes.layout import Layout, Piece

LONGEST_HOLE = 12  # tokens
NOBODY = -1


def fold_nested(doc: Doc, layout: Layout, attributions: list[Attribution]) -> list[Attribution]:
    """The attributions, of nested ones the outer with the words of the inner, where the reader cut them at its cue.

    `The Echo reported [its source] said [the lamp was lost]` has one content. Only the outermost counts.
    """
    by_head = {head_of(doc, a.cue).i: n for n, a in enumerate(attributions) if a.cue}
    found: dict[int, Attribution] = dict(enumerate(attributions))
    for n, inner in enumerate(attributions):
        head = head_of(doc, inner.cue) if inner.cue else None
        outer = by_head.get(head.head.i) if head is not None and head.dep_ == "ccomp" else None
        if head is None or outer is None or outer not in found or outer == n:
            continue
        whole = _with_inner(layout, found[outer], inner, next(children(head, "nsubj"), None))
        if whole is not None:
            found[outer] = whole
            del found[n]
    return list(found.values())


def _with_inner(
    layout: Layout, outer: Attribution, inner: Attribution, subject: Token | None
) -> Attribution | None:
    """The outer attribution with the inner one taken in; None where its content is not the inner one's subject."""
    cue, last = inner.cue, inner.contents[-1]
    if cue is None or subject is None or inner.contents[0].start < cue.end:
        return None
    before = next((p for p in outer.contents if p.start <= subject.i < p.end <= cue.start), None)
    if before is None or layout.sentence[before.start] != layout.sentence[last.end - 1]:
        return None
    if any(layout.kind[i] for i in range(before.end, cue.start)):
        return None
    kept = (p for p in outer.contents if p != before)
    whole = sorted((*kept, replace(before, end=last.end)), key=lambda p: p.start)
    return replace(outer, contents=tuple(whole))


def fill_holes(
    layout: Layout, owner: list[int], attribution: Attribution, contents: list[Piece]
) -> list[Piece]:
    """The contents of an attribution, in order, with the inner sources and cues between and before them taken in.

    `owner` has the number of the attribution to which each token belongs, -1 for none.
    """
    filled: list[Piece] = []
    for piece in contents:
        before = filled[-1].end if filled else _where_it_may_begin(layout, attribution, piece)
        if before is not None and _is_hole(layout, owner, before, piece.start, bool(filled)):
            if filled:
                filled[-1] = replace(filled[-1], end=piece.end)
                continue
            while before < piece.start and not layout.words[before][:1].isalnum():
                before += 1
            piece = replace(piece, start=before)
        filled.append(piece)
    return filled


def _where_it_may_begin(layout: Layout, attribution: Attribution, first: Piece) -> int | None:
    """The end of the cue and source before the first content in its sentence, or the sentence's start."""
    cue, source = attribution.cue, attribution.source
    begin = layout.sents[layout.sentence[first.start]].start
    if cue is None:
        return None
    if cue.start >= first.end:
        relative = layout.words[first.start] in RELATIVES
        return None if relative or (source and begin <= source.start < first.start) else begin
    told = [p.end for p in (cue, source) if p and p.end <= first.start]
    return max(told) if cue.end in told and max(told) > begin else None


def _is_hole(layout: Layout, owner: list[int], lo: int, hi: int, inner: bool) -> bool:
    """Whether an inner cue that is nobody's stands between two tokens of a sentence, and nothing of anybody's.

    Before the first content (`inner` is false) the inner source stands there too, and nothing else: "on Monday" belongs
    to the cue.
    """
    gap = range(lo, hi)
    if not 0 < len(gap) <= LONGEST_HOLE or layout.sentence[lo] != layout.sentence[hi]:
        return False
    if any(owner[i] != NOBODY for i in gap) or not any(layout.kind[i] == "cues" for i in gap):
        return False
    if inner:
        return True
    one = layout.quotation[hi - 1] == layout.quotation[hi] and any(layout.kind[i] == "sources" for i in gap)
    return one and all(layout.kind[i] or not layout.words[i][:1].isalnum() for i in gap)
