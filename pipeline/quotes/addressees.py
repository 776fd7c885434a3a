"""Whom the words are addressed to: he is no part of what is said, nor of the cue.

`Berg told [the Echo] he would sail`, `Berg urged [the crew] to sail`.
"""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc, Token

from pipeline.quotes.attributions import Attribution
from pipeline.quotes.heads import children, head_of, is_passive
from pipeline.quotes.layout import Piece
from pipeline.quotes.words import quote_words

OBJECTS = ("iobj", "obj")
CLAUSES = frozenset({"ccomp", "xcomp"})
TOLD = frozenset({"ORG", "PERSON"})
LONGEST = 25  # tokens of an addressee


def without_addressee(doc: Doc, cue: Piece, attribution: Attribution) -> Attribution:
    """The same attribution without the addressee at the beginning of its content and at the end of its cue."""
    head = head_of(doc, cue)
    if head.lemma_.lower() not in quote_words("told") or is_passive(doc, cue, head):
        return attribution
    noun = next((t for dep in OBJECTS for t in children(head, dep) if t.i > head.i), None)
    if noun is not None and noun.right_edge.i == cue.end - 1 and noun.left_edge.i > head.i:
        attribution = replace(attribution, cue=replace(cue, end=noun.left_edge.i))
    behind = [n for n, piece in enumerate(attribution.contents) if piece.start >= cue.end]
    if not behind:
        return attribution
    first = attribution.contents[behind[0]]
    start = _behind(doc, cue, head, noun, first)
    contents = list(attribution.contents)
    contents[behind[0]] = replace(first, start=start)
    return replace(attribution, contents=tuple(contents))


def _behind(doc: Doc, cue: Piece, head: Token, noun: Token | None, piece: Piece) -> int:
    """The first token behind the addressee with which a content opens; that of the content where there is none."""
    clauses = [t for t in head.children if t.dep_ in CLAUSES and piece.start <= t.i < piece.end]
    if noun is not None and noun.left_edge.i == piece.start and noun.right_edge.i - piece.start < LONGEST:
        begun = (t.left_edge.i for t in clauses if t.left_edge.i > noun.right_edge.i)
        return min(begun, default=piece.start)
    if noun is None and head.lemma_.lower() == "tell" and piece.start == cue.end:
        subjects = (t for clause in clauses for t in children(clause, "nsubj"))
        return _behind_name(doc, piece, next(subjects, None))
    return piece.start


def _behind_name(doc: Doc, piece: Piece, subject: Token | None) -> int:
    """The same where the parse takes the name of the one who is told for a part of the subject behind it.

    "Told the news site [Echo] safety rules were kept": one must tell somebody.
    """
    if subject is None:
        return piece.start
    names = (e for e in doc[piece.start : subject.i].ents if e.label_ in TOLD and e.end <= subject.i)
    first = next(names, None)
    return piece.start if first is None else first.end
