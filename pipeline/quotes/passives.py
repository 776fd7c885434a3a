"""Passives: the one of whom something is said is no speaker, the one behind "by" is.

"[He] was found to have lied" says who of him nobody, "[Berg], when asked whether it was late, left" neither, and "was
declared a ruin by the council" the council. What is thought of him is said of him: he is part of the content.
"""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc, Token

from pipeline.quotes.attributions import Attribution
from pipeline.quotes.heads import (
    agent_of,
    children,
    head_of,
    is_bare_participle,
    is_headline_passive,
    is_passive,
)
from pipeline.quotes.layout import GUESSED, Layout, Piece
from pipeline.quotes.words import quote_words

LONGEST_PATIENT = 25  # tokens
EMPTY = frozenset({"it", "there"})
BETWEEN = frozenset({"ADV", "AUX", "PUNCT", "PART"})  # what may part a passive from its subject
STATES = frozenset({"have", "be"})  # what others find of somebody: "was determined to have lied"


def settle_passive(doc: Doc, layout: Layout, cue: Piece, attribution: Attribution) -> Attribution:
    """The same attribution; of a passive the patient is no source, and "by" somebody in the content is one."""
    head = head_of(doc, cue)
    source = attribution.source
    if not (is_passive(doc, cue, head) or is_headline_passive(layout, head)):
        return attribution
    if source and (_is_outside(head, source) or _is_patient(doc, layout, cue, head, source)):
        attribution = replace(attribution, source=None)
    agent = agent_of(head)
    if attribution.source is None and agent is not None:
        attribution = _with_agent(layout, attribution, agent)
    return _with_patient(doc, layout, cue, head, attribution, source)


def _is_outside(head: Token, source: Piece) -> bool:
    """Whether a source is that of the clause around a bare participle: "Asked whether it was late, [Berg] left"."""
    if not is_bare_participle(head):
        return False
    agent = agent_of(head)
    return agent is None or not source.start <= agent.i < source.end


def _is_patient(doc: Doc, layout: Layout, cue: Piece, head: Token, source: Piece) -> bool:
    """Whether a source is whom a passive is about, and not one who thinks so: the mayor of "the mayor was told"."""
    subjects = [t for t in children(head, "nsubj") if source.start <= t.i < source.end]
    if not subjects or any(children(head, "obj")):
        return False
    holder = head.text.lower() in quote_words("holder") and not _is_found(doc, cue, head)
    if not holder and (head.lemma_.lower() in quote_words("told") or is_headline_passive(layout, head)):
        return True
    if subjects[0].dep_ != "nsubj:pass" or _is_said_to_speak(doc, cue, head):
        return False
    return not holder


def _is_said_to_speak(doc: Doc, cue: Piece, head: Token) -> bool:
    """Whether the cue goes on to what the patient says: "could be heard saying", "is quoted as saying"."""
    verbs = (t for t in doc[head.i + 1 : cue.end] if t.pos_ == "VERB")
    return any(doc[t.i - 1].text.lower() not in ("of", "for") for t in verbs)


def _is_found(doc: Doc, cue: Piece, head: Token) -> bool:
    """Whether "determined" is of others, who find that somebody is or has something."""
    after = doc[cue.end : cue.end + 2]
    return head.text.lower() == "determined" and after.text.lower() in {f"to {verb}" for verb in STATES}


def _with_patient(
    doc: Doc, layout: Layout, cue: Piece, head: Token, attribution: Attribution, source: Piece | None
) -> Attribution:
    """The same attribution with the one of whom something is thought: "[The ferry] was thought [to have sunk]".

    He stands where no piece does, or was taken for the source. Of 340 such passives in PolNeAR's training part 300 have
    him; he to whom the words go is left out.
    """
    patient = next(children(head, "nsubj" if is_headline_passive(layout, head) else "nsubj:pass"), None)
    contents = attribution.contents
    if patient is None or not contents or head.lemma_.lower() in quote_words("told"):
        return attribution
    if contents[0].start < cue.end or patient.i >= cue.start or patient.lower_ in EMPTY:
        return attribution
    if source and source != attribution.source and source.start <= patient.i < source.end:
        found = source
    else:
        found = Piece(patient.left_edge.i, min(patient.right_edge.i + 1, cue.start), GUESSED)
        if any(layout.kind[found.start : cue.start]) or found.end - found.start > LONGEST_PATIENT:
            return attribution
        if not all(t.pos_ in BETWEEN for t in doc[found.end : cue.start]):
            return attribution
    return replace(attribution, contents=(found, *contents))


def _with_agent(layout: Layout, attribution: Attribution, agent: Token) -> Attribution:
    """The same attribution with the one behind "by" cut out of its contents as the source."""
    by = next(t for t in agent.children if t.text.lower() == "by")
    for n, piece in enumerate(attribution.contents):
        inside = piece.start < by.i and agent.right_edge.i < piece.end
        if inside and layout.quotation[by.i] < 0 and agent.right_edge.i - by.i <= LONGEST_PATIENT:
            rest = (replace(piece, end=by.i), replace(piece, start=agent.right_edge.i + 1))
            kept = tuple(part for part in rest if part.start < part.end)
            contents = (*attribution.contents[:n], *kept, *attribution.contents[n + 1 :])
            source = Piece(by.i + 1, agent.right_edge.i + 1, GUESSED)
            return replace(attribution, contents=contents, source=source)
    return attribution
