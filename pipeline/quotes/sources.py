"""Whose a cue is where it has a subject of its own, and where a source ends and begins.

What hangs on the cue is none of it: "Berg [on Monday]", "Berg [rightly]", "Berg [per the Echo]" said it; in `"Our
team," Berg said` the reader may take the words in quotation marks as well.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from spacy.tokens import Doc, Token

from pipeline.entities.words import fold_word, is_person_noun
from pipeline.lexicon import read_lexicon
from pipeline.quotes.attributions import Attribution
from pipeline.quotes.heads import head_of
from pipeline.quotes.layout import GUESSED, Layout, Piece, region_at

RELAYERS = frozenset({"per", "via"})
NAMES = frozenset({"PERSON", "ORG", "GPE"})
BEFORE_DATES = frozenset({"on", "in", "this", "last", "late", "early", "earlier", ","})
LONGEST = 40  # tokens of a subject
DAYS = frozenset({"today", "yesterday"})


def with_bare_source(doc: Doc, layout: Layout, attribution: Attribution) -> Attribution:
    """The same attribution; a quotation at the beginning of its source is given to the contents."""
    source, cue = attribution.source, attribution.cue
    if source is None:
        return attribution
    region = region_at(layout, source.start)
    runs_over = region and region.closed and region.start < source.start < region.end < source.end
    beyond = cue is None or region is None or not region.start <= cue.start < region.end
    if region and runs_over and beyond and layout.words[region.end][:1].isalnum():
        source = replace(source, start=region.end)
        said = sorted((Piece(region.start, region.end), *attribution.contents), key=lambda p: p.start)
        attribution = replace(attribution, contents=tuple(said))
    return replace(attribution, source=_without_end(doc, source) if layout.parsed else source)


def with_own_subject(doc: Doc, layout: Layout, cue: Piece, attribution: Attribution) -> Attribution:
    """The same attribution; a source elsewhere gives way to the subject that the cue has of its own.

    `Berg called it "late", while [the mayor] called it "lost"`: the reader takes Berg for the source of both.
    """
    head, source = head_of(doc, cue), attribution.source
    subjects = [t for t in head.children if t.dep_.startswith("nsubj") and t.i < cue.start]
    noun = subjects[0] if len(subjects) == 1 else None
    if source is None or noun is None or source.start <= noun.i < source.end:
        return attribution
    if noun.dep_ != "nsubj" or noun.pos_ not in ("NOUN", "PROPN") or layout.kind[noun.i]:
        return attribution
    start, end = noun.left_edge.i, noun.right_edge.i + 1
    while doc[start].is_punct or doc[start].dep_ == "cc":
        start += 1
    if source.start == noun.i + 1 or layout.sentence[source.start] != layout.sentence[cue.start]:
        return attribution  # "newspaper the Echo"
    if len({layout.quotation[i] for i in (start, cue.start, source.start)}) > 1 or end > cue.start:
        return attribution
    others = (i for i in range(start, end) if not source.start <= i < source.end)
    if any(layout.kind[i] for i in others) or end - start > LONGEST:
        return attribution
    return replace(attribution, source=_without_comma(doc, Piece(start, end, GUESSED)))


def _without_end(doc: Doc, source: Piece) -> Piece:
    """The source without a date, an adverb or a relayer at its end."""
    for i in range(source.start + 1, source.end):
        if doc[i].lower_ in RELAYERS and doc[i].dep_ == "case" and doc[i].head.i > i:
            return _without_comma(doc, replace(source, end=i))
    while source.end - source.start > 1 and _is_adverb(doc[source.end - 1], source):
        source = replace(source, end=source.end - 1)
    start = _start_of_date(doc, source)
    return source if start is None else _without_comma(doc, replace(source, end=start))


def _is_adverb(word: Token, source: Piece) -> bool:
    outside = not source.start <= word.head.i < source.end
    return word.pos_ == "ADV" and word.dep_ == "advmod" and outside and word.lower_.endswith("ly")


def _start_of_date(doc: Doc, source: Piece) -> int | None:
    """Where a day, week or month begins with which the source of a person or body ends: "the mayor [on Monday]"."""
    first = source.end
    while first > source.start + 1 and _is_of_date(doc[first - 1]):
        first -= 1
    words = doc[first : source.end]
    if first == source.end or words[0].lower_ not in BEFORE_DATES | DAYS or not any(map(_is_day, words)):
        return None
    head = doc[source.start : first].root
    who = (
        head.pos_ == "PROPN" or head.ent_type_ in NAMES or is_person_noun(fold_word(head.lemma_ or head.text))
    )
    return first if who and not any(t.pos_ in ("VERB", "AUX") for t in doc[source.start : first]) else None


def _is_of_date(word: Token) -> bool:
    if word.ent_type_ in NAMES:
        return False
    return _is_day(word) or word.lower_ in BEFORE_DATES or word.is_digit


def _is_day(word: Token) -> bool:
    return word.text in _days() or word.lower_ in _days()


@cache
def _days() -> frozenset[str]:
    """The words for days, months and longer times."""
    kinds = ("day", "month", "unit")
    return frozenset(row["word"] for row in read_lexicon("values") if row["kind"] in kinds)


def _without_comma(doc: Doc, source: Piece) -> Piece:
    return replace(source, end=source.end - 1) if doc[source.end - 1].text == "," else source
