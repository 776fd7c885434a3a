"""Deeds that a reader takes for attributions: "the police arrested [three men]", "the shop introduced [a limit]".

A verb of doing with a noun phrase reports nothing; with a clause or quotation marks it may: `The letter began "Dear
Vik"`.
"""

from __future__ import annotations

from spacy.tokens import Doc

from pipeline.quotes.attributions import COMPLEMENTISERS
from pipeline.quotes.heads import head_of
from pipeline.quotes.layout import Piece
from pipeline.quotes.words import quote_words

CLAUSES = frozenset({"ccomp", "xcomp", "advcl", "parataxis", "root", "ROOT"})


def is_deed(doc: Doc, cue: Piece, contents: tuple[Piece, ...]) -> bool:
    """Whether a cue only tells what somebody does to the noun phrase that is its content."""
    head = head_of(doc, cue)
    if head.pos_ != "VERB" or head.lemma_.lower() not in quote_words("deed"):
        return False
    others = (t for t in doc[cue.start : cue.end] if t.i != head.i)
    if any(t.pos_ in ("VERB", "NOUN", "ADJ") for t in others):  # "began his speech with", "began to say"
        return False
    return not any(_is_clause(doc, piece, cue) for piece in contents)


def _is_clause(doc: Doc, piece: Piece, cue: Piece) -> bool:
    """Whether a content is a clause, by its first word or by how it hangs on the cue."""
    if doc[piece.start].lower_ in COMPLEMENTISERS:
        return True
    tops = (t for t in doc[piece.start : piece.end] if not piece.start <= t.head.i < piece.end)
    return any(t.dep_ in CLAUSES for t in tops if cue.start <= t.head.i < cue.end)
