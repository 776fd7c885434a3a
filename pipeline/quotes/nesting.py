"""What is said within what is said: the outer content goes over an inner source and cue.

`Berg said the search began [after Vik disclosed] the loss`: the reader marks "Vik" and "disclosed" too, which cuts the
words of Berg in two, or takes their beginning away. Only pieces that belong to no attribution are gone over.
"""

from __future__ import annotations

from dataclasses import replace

from pipeline.quotes.attributions import Attribution
from pipeline.quotes.layout import Layout, Piece

LONGEST_HOLE = 12  # tokens
NOBODY = -1


def fill_holes(
    layout: Layout, owner: list[int], attribution: Attribution, contents: list[Piece]
) -> list[Piece]:
    """The contents of an attribution, in order, with the inner sources and cues between and before them taken in.

    `owner` has the number of the attribution to which each token belongs, -1 for none.
    """
    filled: list[Piece] = []
    for piece in contents:
        before = filled[-1].end if filled else _end_of_cue(layout, attribution, piece)
        if before is not None and _is_hole(layout, owner, before, piece.start, bool(filled)):
            if filled:
                filled[-1] = replace(filled[-1], end=piece.end)
                continue
            while not layout.words[before][:1].isalnum():
                before += 1
            piece = replace(piece, start=before)
        filled.append(piece)
    return filled


def _end_of_cue(layout: Layout, attribution: Attribution, first: Piece) -> int | None:
    """Where the cue and source end that stand before the first content in its sentence."""
    told = [p for p in (attribution.cue, attribution.source) if p and p.end <= first.start]
    if attribution.cue not in told:
        return None
    end = max(p.end for p in told)
    return end if layout.sentence[end - 1] == layout.sentence[first.start] else None


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
