"""Who a cue says it of, by the parse: for cues whose source the reader passed over.

"The mayor" of "said", "the council" of "was approved by", "Ana Duarte" of "according to", "the crew's" of "hope".
"""

from __future__ import annotations

from spacy.tokens import Doc, Token

from pipeline.layout import Layout, Piece

SUBJECTS = frozenset({"nsubj", "csubj"})
EMPTY = frozenset({"it", "there"})
SHARES_SUBJECT = frozenset({"conj", "xcomp", "advcl", "parataxis", "dep"})
LONGEST = 25  # tokens of a source; a longer subtree is a slip of the parse
CLIMB = 3  # verbs up a chain of conjuncts and infinitives: "came, saw and said"
GUESSED = 0.5


def subject_of(doc: Doc, layout: Layout, cue: Piece) -> Piece | None:
    """The stretch that stands for the source of a cue, cut off where another piece begins; None if there is none."""
    if not layout.parsed:
        return None
    head = _head(doc, cue)
    noun = _agent(doc, cue, head)
    verb = head
    for _ in range(CLIMB):
        if noun is not None or verb.dep_ not in SHARES_SUBJECT:
            break
        verb = verb.head
        if verb.pos_ == "VERB":
            noun = _subject(verb)
    if noun is None or noun.text.lower() in EMPTY or layout.kind[noun.i]:
        return None
    return _phrase(layout, noun)


def _head(doc: Doc, cue: Piece) -> Token:
    tokens = doc[cue.start : cue.end]
    outside = [t for t in tokens if t.head.i == t.i or not cue.start <= t.head.i < cue.end]
    return next(
        (t for t in outside if t.pos_ in ("VERB", "NOUN", "ADJ")), outside[0] if outside else tokens[0]
    )


def _agent(doc: Doc, cue: Piece, head: Token) -> Token | None:
    """The one who says it: after "by" and "according to" what follows, else subject, possessor."""
    last = doc[cue.end - 1].text.lower()
    if doc[cue.start].text.lower() == "according":
        return head.head if head.dep_ == "case" else next((t for t in head.children if t.dep_ == "obl"), None)
    passive = any(t.dep_ in ("nsubj:pass", "aux:pass") for t in head.children)
    if passive:
        if last != "by":
            return None
        return next(
            (t for t in head.children if t.dep_ == "obl:agent" or (t.dep_ == "obl" and t.i >= cue.end)), None
        )
    if head.pos_ == "NOUN":
        return next((t for t in head.children if t.dep_ == "nmod:poss"), None) or _subject(head)
    if head.dep_ == "acl" and head.tag_ in ("VBG", "VB"):  # "a letter saying", "the man to say"
        return head.head
    return _subject(head)


def _subject(verb: Token) -> Token | None:
    return next((t for t in verb.children if t.dep_ in SUBJECTS), None)


def _phrase(layout: Layout, noun: Token) -> Piece | None:
    """The subtree of a noun, as far as no other piece and no border of its sentence cuts it."""
    start, end = noun.left_edge.i, noun.right_edge.i + 1
    first = last = noun.i
    while first > start and not layout.kind[first - 1]:
        first -= 1
    while last + 1 < end and not layout.kind[last + 1]:
        last += 1
    if last + 1 - first > LONGEST:
        return Piece(noun.i, noun.i + 1, GUESSED)
    return Piece(first, last + 1, GUESSED)
