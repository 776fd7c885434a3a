"""What the parse says of a cue: who says it and what is said, where the reader passed the source or content over.

"The mayor" of "said", "the council" of "was approved by", "Ana Duarte" of "according to", "the crew's" of "hope"; and
"that it was safe" of "said", "sail" of "urged the crew to", the sentence around "according to", both halves of "the
port, she said, is open". A cue without content takes a clause alone: most nouns that would complete it are said by
nobody ("made her announcement", "suspended parliament").
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace

from spacy.tokens import Doc, Token

from pipeline.quotes.addressees import without_addressee
from pipeline.quotes.attributions import Attribution
from pipeline.quotes.edges import without_tail
from pipeline.quotes.heads import children, head_of, is_headline_passive, is_passive
from pipeline.quotes.layout import GUESSED, NONE, Layout, Piece
from pipeline.quotes.nesting import fold_nested
from pipeline.quotes.passives import settle_passive
from pipeline.quotes.sources import with_bare_source, with_own_subject
from pipeline.quotes.words import quote_words

SUBJECTS = ("nsubj", "csubj")
EMPTY = frozenset({"there"})
SHARES_SUBJECT = frozenset({"conj", "xcomp", "advcl", "parataxis", "dep", "punct"})
CLAUSES = ("ccomp", "xcomp")  # the likelier first
BEFORE_VERB = frozenset({"aux", "aux:pass", "cop", "advmod"})  # what a clause without its subject begins with
LONGEST_SOURCE = 25  # tokens; a longer subtree is a slip of the parse
LONGEST_CONTENT = 80
CLIMB = 3  # verbs up a chain of conjuncts and infinitives: "came, saw and said"
NOBODY = 0.8  # probability of "no source" by the pointer above which none is looked for


def complete(doc: Doc, layout: Layout, attributions: list[Attribution]) -> list[Attribution]:
    """The attributions with what the parse adds, in order of their contents; those without content are left out."""
    completed = []
    for attribution in attributions:
        cue = attribution.cue
        attribution = with_bare_source(doc, layout, attribution)
        if cue:
            attribution = _with_contents(doc, layout, cue, attribution)
        if cue and layout.parsed:
            attribution = with_own_subject(doc, layout, cue, attribution)
            attribution = settle_passive(doc, layout, cue, attribution)
            attribution = without_addressee(doc, cue, attribution)
        if cue and not attribution.source and (_is_colon(layout, cue) or not _has_no_source(layout, cue)):
            attribution = replace(attribution, source=subject_of(doc, layout, cue))
        if attribution.contents:
            completed.append(_without_expletive(doc, attribution))
    if layout.parsed:
        completed = fold_nested(doc, layout, completed)
    return sorted(completed, key=lambda a: a.contents[0].start)


def _with_contents(doc: Doc, layout: Layout, cue: Piece, attribution: Attribution) -> Attribution:
    """The same attribution with what the parse adds to its contents, or has where it has none."""
    contents = interrupted_clause(doc, layout, cue)
    if attribution.contents and layout.parsed and _is_according(doc, cue):
        contents = _rest_of_clause(doc, layout, cue, attribution.contents)
    if attribution.contents:
        whole = sorted((*attribution.contents, *contents), key=lambda piece: piece.start)
        return replace(attribution, contents=tuple(whole))
    contents = contents or clauses_of(doc, layout, cue)
    return replace(attribution, contents=contents, confidence=attribution.confidence * GUESSED)


def _rest_of_clause(doc: Doc, layout: Layout, cue: Piece, contents: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The half with the verb that contents lack: "[the ferry led], according to Berg, the longest trip of all"."""
    noun = _agent(doc, cue, head_of(doc, cue))
    if noun is None or any(piece.start <= noun.head.i < piece.end for piece in contents):
        return ()
    return tuple(p for p in reported_clause(doc, layout, cue) if p.start <= noun.head.i < p.end)


def _without_expletive(doc: Doc, attribution: Attribution) -> Attribution:
    """The same attribution without an *it* that stands for nobody: "[It] was reported that the dam had cracked".

    What is said of *it* stays: "[It] was said [to have cracked]".
    """
    source, contents = attribution.source, attribution.contents
    if source and (_is_expletive(doc, source) or _is_passive_it(doc, source)):
        attribution = replace(attribution, source=None)
    meant = tuple(piece for piece in contents if not _is_expletive(doc, piece))
    return replace(attribution, contents=meant) if 0 < len(meant) < len(contents) else attribution


def _is_expletive(doc: Doc, piece: Piece) -> bool:
    return _is_it(doc, piece) and doc[piece.start].dep_ == "expl"


def _is_passive_it(doc: Doc, piece: Piece) -> bool:
    it = doc[piece.start]
    if not _is_it(doc, piece) or not it.dep_.startswith("nsubj"):
        return False
    return any(t.dep_ in ("aux:pass", "auxpass") for t in it.head.children)


def _is_it(doc: Doc, piece: Piece) -> bool:
    return piece.end - piece.start == 1 and doc[piece.start].lower_ == "it"


def _is_colon(layout: Layout, cue: Piece) -> bool:
    """Whether a cue is a colon alone: `Duarte was not so sure, however: "We may sail."`."""
    return cue.end - cue.start == 1 and layout.words[cue.start] == ":"


def _has_no_source(layout: Layout, cue: Piece) -> bool:
    """Whether the pointer of a cue is fairly sure that nobody says it: "is expected"."""
    pointer = layout.pointers["cues"][bisect_left(layout.starts["cues"], cue.start)]
    return bool(pointer) and pointer.get(NONE, 1.0 - sum(pointer.values())) > NOBODY


def subject_of(doc: Doc, layout: Layout, cue: Piece) -> Piece | None:
    """Who says it: a source piece, or the phrase as far as no other piece cuts it; None if there is nobody."""
    if not layout.parsed:
        return None
    head = head_of(doc, cue)
    if is_headline_passive(layout, head):
        return None
    noun = _agent(doc, cue, head)
    verb = head
    for _ in range(CLIMB):
        if noun is not None or verb.dep_ not in SHARES_SUBJECT or is_passive(doc, cue, head):
            break
        verb = verb.head
        if verb.pos_ == "VERB":
            noun = _subject(verb)
    if noun is None or noun.text.lower() in EMPTY or noun.pos_ in ("VERB", "AUX"):
        return None
    if layout.kind[noun.i] == "sources":
        return _piece_at(layout, noun.i)
    if layout.kind[noun.i]:
        return None
    found = without_tail(layout, _phrase(layout, noun), noun.i)
    return found if found.end - found.start <= LONGEST_SOURCE else Piece(noun.i, noun.i + 1, GUESSED)


def clauses_of(doc: Doc, layout: Layout, cue: Piece) -> tuple[Piece, ...]:
    """What is said, by the parse; nothing where other pieces stand there."""
    if _is_according(doc, cue):
        return reported_clause(doc, layout, cue)
    complement = complement_of(doc, layout, cue)
    return (complement,) if complement else ()


def interrupted_clause(doc: Doc, layout: Layout, cue: Piece) -> tuple[Piece, ...]:
    """The halves of a clause that the cue stands in, where no piece is: "[The port], she said, [is open]"."""
    if not layout.parsed:
        return ()
    head = head_of(doc, cue)
    clause = next((t for t in children(head, "ccomp") if t.i >= cue.end), None)
    subject = next(children(clause, "nsubj"), None) if clause is not None else None
    if clause is None or subject is None or subject.i >= cue.start:
        return ()
    before, behind = _phrase(layout, subject), _phrase(layout, clause)
    # "on Friday" belongs to the cue in "the port, she said on Friday, had been closed"
    first = min([clause.i, *(t.i for t in clause.children if t.dep_ in BEFORE_VERB and t.i >= cue.end)])
    behind = replace(behind, start=max(behind.start, first))
    return tuple(
        half
        for word, half in ((subject, before), (clause, behind))
        if not layout.kind[word.i] and half.end - half.start <= LONGEST_CONTENT
    )


def complement_of(doc: Doc, layout: Layout, cue: Piece) -> Piece | None:
    """What is said: the clause that completes the cue, if no other piece stands there."""
    if not layout.parsed:
        return None
    head = head_of(doc, cue)
    hanging = [
        t for word in doc[cue.start : cue.end] for t in word.children if not cue.start <= t.i < cue.end
    ]
    clauses = (t for dep in CLAUSES for t in hanging if t.dep_ == dep and not layout.kind[t.i])
    clause = next(clauses, None)
    return _with_object(layout, cue, head, clause, hanging) if clause else None


def _with_object(layout: Layout, cue: Piece, head: Token, word: Token, hanging: list[Token]) -> Piece | None:
    """The phrase of a complement; with the noun before an infinitive, unless it is whom the words are addressed to."""
    found = _phrase(layout, word)
    if word.dep_ == "xcomp" and head.lemma_.lower() not in quote_words("told"):
        noun = next((t for t in hanging if t.dep_ == "obj" and cue.end <= t.i < word.i), None)
        if noun is not None and not any(layout.kind[cue.end : word.i]):
            found = Piece(min(found.start, cue.end), found.end, GUESSED)
    return found if found.end - found.start <= LONGEST_CONTENT else None


def reported_clause(doc: Doc, layout: Layout, cue: Piece) -> tuple[Piece, ...]:
    """The clause in which "according to" somebody stands: what is before and behind that phrase, where no piece is."""
    noun = _agent(doc, cue, head_of(doc, cue)) if layout.parsed else None
    if noun is None or noun.head.i == noun.i or _subject(noun.head) is None:
        return ()
    clause = noun.head
    before = clause.left_edge.i, min(cue.start, noun.left_edge.i)
    after = noun.right_edge.i + 1, clause.right_edge.i + 1
    return tuple(
        Piece(lo, hi, GUESSED)
        for lo, hi in (before, after)
        if hi - lo <= LONGEST_CONTENT
        and not any(layout.kind[lo:hi])
        and any(word[:1].isalnum() for word in layout.words[lo:hi])
    )


def _is_according(doc: Doc, cue: Piece) -> bool:
    return doc[cue.start].text.lower() == "according"


def _agent(doc: Doc, cue: Piece, head: Token) -> Token | None:
    """The one who says it: after "by" and "according to" what follows, else subject or possessor."""
    if _is_according(doc, cue):
        return head.head if head.dep_ == "case" else next(children(head, "obl"), None)
    if is_passive(doc, cue, head):
        by = doc[cue.end - 1].text.lower() == "by"
        return next((t for t in children(head, "obl") if t.i >= cue.end), None) if by else None
    if head.pos_ == "NOUN":
        return next(children(head, "nmod:poss"), None) or _subject(head)
    if head.dep_ == "acl" and head.tag_ == "VBG":  # "a letter saying"
        return head.head
    return _subject(head)


def _subject(verb: Token) -> Token | None:
    return next((t for t in verb.children if t.dep_ in SUBJECTS), None)


def _piece_at(layout: Layout, token: int) -> Piece | None:
    near = bisect_right(layout.starts["sources"], token) - 1
    piece = layout.pieces["sources"][near] if near >= 0 else None
    return piece if piece and token < piece.end else None


def _phrase(layout: Layout, word: Token) -> Piece:
    """The subtree of a word, as far as no other piece cuts it."""
    start, end = word.left_edge.i, word.right_edge.i + 1
    first = last = word.i
    while first > start and not layout.kind[first - 1]:
        first -= 1
    while last + 1 < end and not layout.kind[last + 1]:
        last += 1
    return Piece(first, last + 1, GUESSED)
