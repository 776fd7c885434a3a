"""Interviews and transcripts without quotation marks: each turn, from one speaker's tag to the next, is a quote.

`((Ana Duarte)) We go.`, `DUARTE: We go.`, `Ana Duarte: We go.` and `A: We go.` at the start of paragraphs. Lists,
captions and datelines look alike ("Note: …", "LONDON: …"); in an interview two tags at least come again and again, take
turns, say whole sentences, and somebody asks something.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from pipeline.entities.words import name_words
from pipeline.quotes.attributions import Attribution
from pipeline.quotes.layout import Layout, Piece
from pipeline.quotes.quotemarks import paragraphs
from pipeline.quotes.speakers import PRONOUNS, MentionIndex, mentions_between
from pipeline.schema import Quote

WORD = r"(?:[A-Z][\w.'’-]{0,30}|(?:de|der|den|van|von|bin|al|la|el)\b)"
TAG = re.compile(
    r"\(\((?P<double>[^()\n]{1,60})\)\)[ ]?:?"  # ((Ana Duarte))
    r"|(?P<letter>Q|A|Question|Answer)(?P<mark>[:.])(?=\s)"
    rf"|\**(?P<name>{WORD}(?: {WORD}){{0,4}})\**(?P<colon>:)\**(?=\s)"
)
TURNS = 4  # least turns of an interview
SWITCHES = 3  # least changes of speaker
REGULARS = 2  # speakers who have the word twice at least
WHOLE = 0.6  # least share of turns that end like a sentence
ENDS = tuple(".?!…\"”’')]")
FIRST_PERSON = re.compile(r"\b(?:I|[Mm]y|[Ww]e|[Oo]ur)\b")
CERTAINTY = 0.9
ANSWERS = frozenset({"a", "answer"})
LEADS = 2  # times that a person is named before an interview as often as the next, whom it is then about


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until the next tag; spans in characters: the tag's name, its colon, the paragraphs."""

    tag: str
    name: tuple[int, int]
    colon: tuple[int, int] | None
    said: tuple[tuple[int, int], ...]


def find_turns(text: str) -> list[Turn]:
    """The turns of an interview, in order; none where the text is not plainly one."""
    turns = list(_turns(text))
    return turns if _is_interview(text, turns) else []


def _turns(text: str) -> Iterator[Turn]:
    """What stands behind tags; the last turn goes on while its speaker says *I* or *we*, as nothing else shows it."""
    tag: re.Match[str] | None = None
    said: list[tuple[int, int]] = []
    for start, end in paragraphs(text):
        match = TAG.match(text, start, end)
        if match:
            if tag and said:
                yield _turn(text, tag, said)
            tag, begin = match, match.end()
            while begin < end and text[begin] in " \t*:":
                begin += 1
            said = [(begin, end)] if begin < end else []
        elif tag and _is_said(text[start:end]):
            said.append((start, end))
    if tag and said:
        sure = 1 if text[said[0][1] - 1] in ENDS else 2  # "On tides:", and then the answer
        own = takewhile(lambda span: FIRST_PERSON.search(text, *span), said[sure:])
        yield _turn(text, tag, [*said[:sure], *own])


def _is_said(paragraph: str) -> bool:
    """Whether a paragraph goes on with a turn: sentences, or what leads to a list; no heading, no "(laughter)"."""
    if paragraph[0] in "([" and paragraph[-1] in ")]":
        return False
    return paragraph[-1] in ENDS or (paragraph[-1] == ":" and " " in paragraph) or ". " in paragraph


def _turn(text: str, tag: re.Match[str], said: Sequence[tuple[int, int]]) -> Turn:
    group = next(name for name in ("double", "letter", "name") if tag[name])
    mark = {"letter": "mark", "name": "colon"}.get(group)
    return Turn(
        " ".join(name_words(tag[group])), tag.span(group), tag.span(mark) if mark else None, tuple(said)
    )


def _is_interview(text: str, turns: Sequence[Turn]) -> bool:
    if len(turns) < TURNS:
        return False
    surnames = [turn.tag.rpartition(" ")[2] for turn in turns]  # "ANA DUARTE" at first, then "DUARTE"
    regulars = sum(count > 1 for count in Counter(surnames).values())
    switches = sum(one != other for one, other in pairwise(surnames))
    whole = sum(text[turn.said[-1][1] - 1] in ENDS for turn in turns)
    asked = any("?" in text[start:end] for turn in turns for start, end in turn.said)
    return regulars >= REGULARS and switches >= SWITCHES and whole >= WHOLE * len(turns) and asked


def as_attributions(layout: Layout, turns: Sequence[Turn]) -> Iterator[tuple[Turn, Attribution]]:
    """Each turn as an attribution: the tag is its source, the colon its cue."""
    for turn in turns:
        said = tuple(piece for span in turn.said if (piece := _piece(layout, *span)))
        if said:
            cue = _piece(layout, *turn.colon) if turn.colon else None
            yield turn, Attribution(cue, _piece(layout, *turn.name), said, CERTAINTY)


def _piece(layout: Layout, start: int, end: int) -> Piece | None:
    first, last = bisect_left(layout.token_starts, start), bisect_left(layout.token_starts, end)
    return Piece(first, last) if first < last else None


def tag_speakers(turns: Sequence[Turn], index: MentionIndex) -> dict[str, str]:
    """Tag -> entity_id: a person whose name the tag is or ends, else what its mentions mean most often."""
    found: dict[str, str] = {}
    votes: dict[str, Counter[str]] = {turn.tag: Counter() for turn in turns}
    for turn in turns:
        named = (m for m in mentions_between(index, *turn.name) if m.entity_id in index.names)
        votes[turn.tag].update(m.entity_id for m in named if m.entity_id)
    people = {key: name_words(name) for key, name in index.names.items() if key.startswith("person/")}
    for tag, counts in votes.items():
        if tag in ANSWERS and not counts:
            person = _introduced(turns[0].name[0], index)
            found |= {tag: person} if person else {}
            continue
        words = tuple(tag.split())
        fitting = [key for key, name in people.items() if words and name[-len(words) :] == words]
        named_in_full = [key for key in fitting if len(people[key]) > 1] or fitting
        if len(named_in_full) == 1:
            found[tag] = named_in_full[0]
        elif counts:
            found[tag] = max(counts, key=lambda key: (counts[key], key))
    return found


def _introduced(first_turn: int, index: MentionIndex) -> str | None:
    """The person whom the text before the first turn is about, who gives the answers behind "A:"."""
    told = Counter(
        m.entity_id for m in mentions_between(index, 0, first_turn) if m.type == "PERSON" and m.entity_id
    )
    first = told.most_common(2)
    if not first or (len(first) > 1 and first[0][1] < LEADS * first[1][1]):
        return None
    return first[0][0]


def is_nested(quote: Quote, speaker_id: str | None) -> bool:
    """Whether a quote inside a turn is the speaker's own, or of nobody named: "I think …", "we saw …"."""
    source = (quote.source or "").lower()
    return not quote.speaker_id or quote.speaker_id == speaker_id or source in PRONOUNS
