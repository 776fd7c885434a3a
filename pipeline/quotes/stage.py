"""Quotes: the reader's pieces, linked into attributions, as rows of `quotes` and `quote_parts`."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from spacy.tokens import Doc, Span, Token

from pipeline.lexicon.word_sets import opinion_lemmas
from pipeline.quotes.arguments import complete
from pipeline.quotes.attributions import COMPLEMENTISERS, Attribution, confidence, link_pieces
from pipeline.quotes.deeds import is_deed
from pipeline.quotes.edges import mend_contents, mend_sources
from pipeline.quotes.floating import seat_floating
from pipeline.quotes.interviews import as_attributions, find_turns, is_nested, tag_speakers
from pipeline.quotes.layout import Layout, Piece, in_headline, read_layout
from pipeline.quotes.speakers import EDGE_PUNCTUATION, MentionIndex, find_speaker, index_mentions
from pipeline.schema import JOINT, Entity, Mention, Quote, QuotePart, span_id
from pipeline.sentences import sentence_id

WORD = re.compile(r"\w+(?:['’-]\w+)*")
DIRECT = 0.9  # share of the words in quotation marks from which on a quote is direct
UNATTRIBUTED = 0.5  # the least confidence of an indirect quote without a source,
UNATTRIBUTED_CLAUSE = 0.2  # and of one that opens as a clause: "concerns [that they depend on it]"
QUESTION_TAIL = " \n\"”’'"
ADVERBIAL = frozenset({"ADV", "AUX"})  # all that a cue has without a verb or noun: "reportedly was"
VERBAL = frozenset({"VERB", "AUX", ""})  # no tag at all: of another pipeline, which may have no tagger


def find_quotes(
    doc: Doc, article_id: str, mentions: Sequence[Mention], entities: Sequence[Entity]
) -> tuple[list[Quote], list[QuotePart]]:
    """The attributions of an article and their pieces, each list sorted by its key.

    Needs sentence starts and `doc.spans["sources"]`, `["cues"]`, `["contents"]`; pointers, a parse, `mentions` and
    `entities` make it better where they are there.
    """
    layout = read_layout(doc)
    index = index_mentions(layout.text, layout.parsed, mentions, entities)
    attributions = mend_contents(layout, complete(doc, layout, link_pieces(layout)))
    attributions = mend_sources(layout, seat_floating(doc, layout, attributions, index))
    inside = _quoted_stretches(layout)
    turns = _turn_rows(doc, layout, article_id, index, inside)
    found = {quote.quote_id: (quote, parts) for quote, parts in turns}
    for attribution in attributions:
        quote, parts = _rows(doc, layout, article_id, attribution, index, inside)
        turn = _turn_around(turns, quote.start)
        if _says_nobody(doc, quote, attribution) or (turn and is_nested(quote, turn.speaker_id)):
            continue
        rival = found.get(quote.quote_id)
        if rival is None or (quote.confidence or 0) > (rival[0].confidence or 0):
            found[quote.quote_id] = quote, parts
    ordered = [found[quote_id] for quote_id in sorted(found)]
    return [quote for quote, _ in ordered], [part for _, parts in ordered for part in parts]


def _turn_rows(
    doc: Doc, layout: Layout, article_id: str, index: MentionIndex, inside: list[tuple[int, int]]
) -> list[tuple[Quote, list[QuotePart]]]:
    """The turns of an interview by position; no rows where the article is none."""
    turns = find_turns(layout.text)
    speakers = tag_speakers(turns, index)
    rows = []
    for turn, attribution in as_attributions(layout, turns):
        quote, parts = _rows(doc, layout, article_id, attribution, index, inside)
        speaker_id = speakers.get(turn.tag)
        speaker = index.names[speaker_id] if speaker_id else layout.text[slice(*turn.name)]
        quote = replace(
            quote, kind="direct", speaker_id=speaker_id, speaker=speaker, confidence=attribution.confidence
        )
        rows.append((quote, parts))
    return rows


def _turn_around(turns: list[tuple[Quote, list[QuotePart]]], start: int) -> Quote | None:
    """The turn in which a character stands, its tag included."""
    i = bisect_right(turns, start, key=lambda row: min(part.start for part in row[1])) - 1
    return turns[i][0] if i >= 0 and start < turns[i][0].end else None


def _rows(
    doc: Doc,
    layout: Layout,
    article_id: str,
    attribution: Attribution,
    index: MentionIndex,
    inside: list[tuple[int, int]],
) -> tuple[Quote, list[QuotePart]]:
    text = layout.text
    spans = [_characters(doc, piece) for piece in attribution.contents]
    cue = _characters(doc, attribution.cue) if attribution.cue else None
    source = _characters(doc, attribution.source) if attribution.source else None
    start, end = spans[0][0], max(e for _, e in spans)
    quote_id = span_id(article_id, "q", start, end)
    speaker, speaker_id = None, None
    if attribution.source:
        speaker, speaker_id = find_speaker(doc, attribution.source.start, attribution.source.end, index)
    quote = Quote(
        quote_id=quote_id,
        article_id=article_id,
        sentence_id=sentence_id(article_id, layout.sents[layout.sentence[attribution.contents[0].start]]),
        start=start,
        end=end,
        text=JOINT.join(text[s:e] for s, e in spans),
        kind=quote_kind(text, spans, inside),
        cue=text[slice(*cue)] if cue else None,
        cue_lemma=cue_lemma(doc, attribution.cue) if attribution.cue else None,
        source=text[slice(*source)].strip(EDGE_PUNCTUATION) or None if source else None,
        speaker_id=speaker_id,
        speaker=speaker,
        confidence=round(confidence(layout, attribution), 2),
    )
    located = [("content", span) for span in spans]
    located += [("cue", cue)] if cue else []
    located += [("source", source)] if source else []
    parts = [QuotePart(quote_id, part, s, article_id, e, text[s:e]) for part, (s, e) in located]
    return quote, parts


def _says_nobody(doc: Doc, quote: Quote, attribution: Attribution) -> bool:
    """Whether a quote is none.

    It hangs on an adverb alone (`The cause reportedly was "faulty wiring"`), whose subject says nothing either; or it
    has no source and is indirect and likelier wrong than right, or a mere noun phrase of a verb that reports nothing
    ("[two brothers] were sentenced"); or it tells what somebody does ("the police arrested [two brothers]").
    """
    cue, sure = attribution.cue, quote.confidence or 0
    adverb = cue is not None and all(token.pos_ in ADVERBIAL for token in doc[cue.start : cue.end])
    if quote.kind == "indirect" and _tells_no_words(doc, attribution):
        return True
    if quote.source is not None:  # but "[She]'d rather [it stayed]"
        return adverb and (quote.cue or "").endswith("ly")
    if adverb or (cue is None and quote.kind == "mixed"):
        return True
    if quote.kind != "indirect":
        return False
    if cue and any(_opens_clause(doc, piece) for piece in attribution.contents):
        return sure < UNATTRIBUTED_CLAUSE
    words = (token for piece in attribution.contents for token in doc[piece.start : piece.end])
    reports = quote.cue_lemma in opinion_lemmas() or any(token.pos_ in VERBAL for token in words)
    return not reports or sure < UNATTRIBUTED


def _tells_no_words(doc: Doc, attribution: Attribution) -> bool:
    """Whether an indirect quote is a deed, a noun phrase without a cue, or what the reader or a guest is asked.

    "Do you think it was late?" tells nobody's thoughts.
    """
    cue, source, contents = attribution.cue, attribution.source, attribution.contents
    if cue is None:
        words = (token for piece in contents for token in doc[piece.start : piece.end])
        return not any(token.pos_ in VERBAL for token in words)
    thinks = source is not None and doc[source.start : source.end].text.lower() == "you"
    if thinks and cue_lemma(doc, cue) in opinion_lemmas():
        return doc[cue.start].sent.text.rstrip(QUESTION_TAIL).endswith("?")
    return is_deed(doc, cue, contents)


def _opens_clause(doc: Doc, piece: Piece) -> bool:
    """Whether a content is a clause by its first word: "that it is late", and not "that" alone."""
    return doc[piece.start].lower_ in COMPLEMENTISERS and piece.end - piece.start > 1


def _characters(doc: Doc, piece: Piece) -> tuple[int, int]:
    last = doc[piece.end - 1]
    return doc[piece.start].idx, last.idx + len(last)


def _quoted_stretches(layout: Layout) -> list[tuple[int, int]]:
    """The outermost quotations in characters.

    Single marks count where an article mostly quotes in them, in a headline, and around what ends as speech does: ‘It
    is so,’ he said.
    """
    outer = [q for q in layout.quotations if not q.depth]
    n_double = sum(q.double for q in outer)
    singles = n_double < len(outer) - n_double
    return [
        (q.start, q.end)
        for q in outer
        if q.double
        or singles
        or (q.closed and _is_of_headline(layout, q.start))
        or layout.text[q.inner_end - 1 : q.inner_end] in tuple(",.?!")
    ]


def _is_of_headline(layout: Layout, start: int) -> bool:
    token = bisect_right(layout.token_starts, start) - 1
    return token >= 0 and in_headline(layout, token)


def quote_kind(text: str, spans: Sequence[tuple[int, int]], inside: list[tuple[int, int]]) -> str:
    """`direct` where at least 9 in 10 words of the spans stand in quotation marks, `indirect` where none does."""
    ends = [e for _, e in inside]
    n_words = n_inside = 0
    for start, end in spans:
        for word in WORD.finditer(text, start, end):
            n_words += 1
            i = bisect_right(ends, word.start())
            n_inside += i < len(inside) and inside[i][0] <= word.start()
    if not n_inside:
        return "indirect"
    return "direct" if n_inside >= DIRECT * n_words else "mixed"


def cue_lemma(doc: Doc, cue: Piece) -> str:
    """The dictionary form of the cue's head: "said" of "had not said", "according" of "according to"."""
    tokens = doc[cue.start : cue.end]
    if tokens[0].text.lower() == "according":
        return "according"
    head = _cue_head(tokens, cue)
    return (head.lemma_ or head.text.lower()).lower()


def _cue_head(tokens: Span, cue: Piece) -> Token:
    content_verbs = [t for t in tokens if t.pos_ == "VERB"]
    for token in tokens:
        outside = token.head.i == token.i or not cue.start <= token.head.i < cue.end
        if outside and token.pos_ in ("VERB", "NOUN", "ADJ"):
            return token
    words = [t for t in tokens if t.is_alpha]
    return (content_verbs or words or list(tokens))[-1]
