"""Where a source ends and begins: what hangs on the cue is none of it.

"Berg [on Monday]", "Berg [rightly]" said it, "Berg [per the Echo]" too; in `"Our team," Berg said` the reader may take
the words in quotation marks as well.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from spacy.tokens import Doc, Token

from pipeline.entities.words import fold_word, is_person_noun
from pipeline.lexicon import read_lexicon
from pipeline.quotes.attributions import Attribution
from pipeline.quotes.layout import Layout, Piece, region_at

RELAYERS = frozenset({"per", "via"})
NAMES = frozenset({"PERSON", "ORG", "GPE"})
BEFORE_DATES = frozenset({"on", "in", "this", "last", "late", "early", "earlier", ","})
DAYS = frozenset({"today", "yesterday"})


def with_bare_source(doc: Doc, layout: Layout, attribution: Attribution) -> Attribution:
    """The same attribution; a quotation at the beginning of its source is given to the contents."""
    source = attribution.source
    if source is None:
        return attribution
    region = region_at(layout, source.start)
    if region and region.closed and region.start < source.start < region.end < source.end:
        source = replace(source, start=region.end)
        said = sorted((Piece(region.start, region.end), *attribution.contents), key=lambda p: p.start)
        attribution = replace(attribution, contents=tuple(said))
    return replace(attribution, source=_without_end(doc, source) if layout.parsed else source)


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
    who = head.ent_type_ in NAMES or is_person_noun(fold_word(head.lemma_ or head.text))
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
