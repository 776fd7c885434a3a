"""Contents that no cue takes: signed quotes, quotes after a name and a colon, quotes whose speaker was set before.

`Ana Duarte: "We go."`, `"We go." – Ana Duarte`, and `Duarte was defiant. "We go."`. What has no cue and no speaker and
is no sentence in quotation marks is a title, a scare quote or the reader's slip, and goes.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from spacy.tokens import Doc

from pipeline.quotes.attributions import DASHES, Attribution
from pipeline.quotes.layout import QUOTATION_MARKS, Layout, Piece
from pipeline.quotes.speakers import MentionIndex, mentions_between, token_span

SIGNATURE = 10  # most tokens of a signature, or of what stands before a colon
SENTENCE_LIKE = 4  # least words of a quotation that can stand without cue and speaker
LOOK_BACK = 80  # most tokens of the sentence before that are searched for a speaker
CERTAINTY = {"colon": 0.9, "signature": 0.9, "beside": 0.6, "before": 0.5, "nobody": 0.3}


def seat_floating(
    doc: Doc, layout: Layout, attributions: list[Attribution], index: MentionIndex
) -> list[Attribution]:
    """The attributions (in order of their contents) with sources found for those without cue, titles left out."""
    taken = {i for a in attributions if a.source for i in range(a.source.start, a.source.end)}
    seated: list[Attribution] = []
    for attribution in attributions:
        if attribution.cue is None and attribution.source is None:
            attribution = _seat(doc, layout, attribution, seated, taken, index)
        if attribution.cue or attribution.source or _is_sentence(layout, attribution.contents[0]):
            seated.append(attribution)
    return seated


def _seat(
    doc: Doc,
    layout: Layout,
    attribution: Attribution,
    earlier: list[Attribution],
    taken: set[int],
    index: MentionIndex,
) -> Attribution:
    content = attribution.contents[0]
    found = _before_colon(doc, layout, content, index)
    if found:
        return _with(attribution, "colon", found, Piece(content.start - 1, content.start))
    found = _signature(doc, layout, content, index)
    if found:
        return _with(attribution, "signature", found)
    found = _beside(layout, content, taken)
    if found:
        return _with(attribution, "beside", found)
    if _is_sentence(layout, content):
        found = _before(doc, layout, content, earlier, index)
        if found:
            return _with(attribution, "before", found)
    return replace(attribution, confidence=attribution.confidence * CERTAINTY["nobody"])


def _with(attribution: Attribution, how: str, source: Piece, cue: Piece | None = None) -> Attribution:
    return replace(attribution, source=source, cue=cue, confidence=attribution.confidence * CERTAINTY[how])


def _is_sentence(layout: Layout, content: Piece) -> bool:
    """Whether a content is a quotation of some length that is no title (`"The Long Way Home"`)."""
    if layout.words[content.start] not in QUOTATION_MARKS:
        return False
    words = [i for i in range(content.start, content.end) if layout.words[i][:1].isalpha()]
    return len(words) >= SENTENCE_LIKE and sum(layout.capital[i] for i in words) <= len(words) / 2


def _before_colon(doc: Doc, layout: Layout, content: Piece, index: MentionIndex) -> Piece | None:
    """The speaker in `Ana Duarte: "We go."` or `Press secretary Ana Duarte: We go.`, at the start of a line."""
    colon = content.start - 1
    if colon < 1 or layout.words[colon] != ":" or layout.kind[colon]:
        return None
    start = colon
    while start > 0 and colon - start <= SIGNATURE and layout.paragraph[start - 1] == layout.paragraph[colon]:
        if "\n" in layout.words[start - 1]:
            break
        start -= 1
    return _name_in(doc, layout, start, colon, index) if colon - start <= SIGNATURE else None


def _signature(doc: Doc, layout: Layout, content: Piece, index: MentionIndex) -> Piece | None:
    """The speaker in `"We go." – Ana Duarte, mayor`, in the line or in one of its own."""
    start = content.end
    while start < len(layout.words) and layout.words[start].isspace():
        start += 1
    if start + 1 >= len(layout.words) or not set(layout.words[start]) <= DASHES:
        return None
    start += 1
    end = start
    while end < len(layout.words) and end - start <= SIGNATURE and "\n" not in layout.words[end]:
        end += 1
    return _name_in(doc, layout, start, end, index) if end - start <= SIGNATURE else None


def _name_in(doc: Doc, layout: Layout, start: int, end: int, index: MentionIndex) -> Piece | None:
    """The stretch doc[start:end] without outer punctuation, if it is a source, holds a mention or reads as a name."""
    while start < end and not layout.words[start][:1].isalnum():
        start += 1
    while start < end and not layout.words[end - 1][:1].isalnum():
        end -= 1
    if start == end:
        return None
    if any(kind in ("cues", "contents") for kind in layout.kind[start:end]):
        return None
    named = mentions_between(index, doc[start].idx, doc[end - 1].idx + len(doc[end - 1]))
    is_source = "sources" in layout.kind[start:end]
    if is_source or any(m.kind == "name" for m in named) or all(layout.capital[start:end]):
        return Piece(start, end)
    return None


def _beside(layout: Layout, content: Piece, taken: set[int]) -> Piece | None:
    """A source that nobody has yet, in the sentence of the content; the nearest one."""
    near = bisect_left(layout.starts["sources"], content.start)
    sources = layout.pieces["sources"][max(0, near - 2) : near + 2]
    ends = {layout.sentence[content.start], layout.sentence[content.end - 1]}
    able = (s for s in sources if s.start < s.end and taken.isdisjoint(range(s.start, s.end)))
    free = [s for s in able if layout.sentence[s.start] in ends]
    return min(free, key=lambda s: max(content.start - s.end, s.start - content.end), default=None)


def _before(
    doc: Doc, layout: Layout, content: Piece, earlier: list[Attribution], index: MentionIndex
) -> Piece | None:
    """Who the sentence before is about, if it stands in this paragraph or ends the last; else the last speaker.

    Of the last speaker one paragraph may part it, such as an interviewer's question.
    """
    person = _subject_before(doc, layout, content, index)
    last = next((a for a in reversed(earlier) if a.source), None)
    if last is None or last.source is None or (person and last.source.start < person.start):
        return person
    apart = layout.paragraph[content.start] - layout.paragraph[last.contents[-1].start]
    return last.source if apart <= 2 else person


def _subject_before(doc: Doc, layout: Layout, content: Piece, index: MentionIndex) -> Piece | None:
    """The first person in the sentence right before a content."""
    i = content.start - 1
    while i >= 0 and (layout.words[i].isspace() or layout.paragraph[i] < 0):
        i -= 1
    if i < 0 or layout.paragraph[content.start] - layout.paragraph[i] > 1:
        return None
    start = i
    while start > 0 and i - start < LOOK_BACK and layout.sentence[start - 1] == layout.sentence[i]:
        start -= 1
    for mention in mentions_between(index, doc[start].idx, doc[i].idx + len(doc[i])):
        if mention.type == "PERSON" and mention.entity_id:
            bounds = token_span(doc, mention)
            return Piece(*bounds) if bounds else None
    return None
