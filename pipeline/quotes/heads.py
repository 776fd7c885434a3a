"""The word of a cue on which its others hang, what hangs on it, and whether it is a passive."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from pipeline.quotes.layout import Layout, Piece, in_headline
from pipeline.quotes.words import forms_of_be, quote_words

PASSIVE = frozenset({"nsubj:pass", "aux:pass"})
PARTICIPLE = frozenset({"advcl", "acl"})  # relations of one to its clause: "asked whether it was late, she …"


def head_of(doc: Doc, cue: Piece) -> Token:
    """The verb, noun or adjective of a cue that hangs outside it."""
    tokens = doc[cue.start : cue.end]
    outside = [t for t in tokens if t.head.i == t.i or not cue.start <= t.head.i < cue.end]
    return next(
        (t for t in outside if t.pos_ in ("VERB", "NOUN", "ADJ")), outside[0] if outside else tokens[0]
    )


def children(head: Token, relation: str) -> Iterator[Token]:
    """What hangs on a word by a relation or a kind of it ("obl:agent" of "obl")."""
    return (t for t in head.children if t.dep_ == relation or t.dep_.startswith(relation + ":"))


def is_passive(doc: Doc, cue: Piece, head: Token) -> bool:
    """Whether a cue is a passive by its form: "was told", "Asked whether it was late"."""
    words = {t.text.lower() for t in doc[cue.start : cue.end]}
    helped = bool(words & forms_of_be()) or any(t.dep_ in PASSIVE for t in head.children)
    return head.tag_ == "VBN" and (helped or is_bare_participle(head))


def is_bare_participle(head: Token) -> bool:
    """Whether a verb is a participle of one to whom words go: "when asked whether it was late"."""
    if head.lemma_.lower() not in quote_words("told") or head.dep_ not in PARTICIPLE:
        return False
    own = any(t.dep_.startswith("nsubj") or t.dep_ in ("aux", "obj") for t in head.children)
    return head.tag_ == "VBN" and not own


def is_headline_passive(layout: Layout, head: Token) -> bool:
    """Whether a verb of a headline lacks its auxiliary and its object: "Berg named mayor", "Berg accused of fraud"."""
    own = any(t.dep_ in ("obj", "iobj", "ccomp") or t.dep_.startswith("aux") for t in head.children)
    past = head.tag_ in ("VBD", "VBN") and head.lemma_.lower() in quote_words("headline")
    return past and not own and in_headline(layout, head.i)


def agent_of(head: Token) -> Token | None:
    """Who does what a passive tells: "the council" of "was approved by the council"."""
    return next((t for t in children(head, "obl") if is_agent(t)), None)


def is_agent(noun: Token) -> bool:
    return noun.dep_ == "obl:agent" and any(t.text.lower() == "by" for t in noun.children)
