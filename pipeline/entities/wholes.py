"""Whole names: the entity spans of a doc, mended where the reader cut a name short or in two.

A name that is cut makes two entities of one ("Ana" and "Orla") or a wrong one ("Sund" for the Sund Port Board).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from spacy.tokens import Doc, Token

from pipeline.entities.places import country_of, is_demonym, is_known_place, is_state
from pipeline.entities.values import VALUES, Span
from pipeline.entities.words import fold_word, is_given_name, is_person_noun, thing_nouns, word_set
from pipeline.lexicon import read_lexicon

DETERMINERS = word_set("determiner")
SURFACES = 8  # longer names that are tried at one first word
LONGEST = 8  # words from the end of a span to the noun that it belongs to
FIRMS = frozenset({"ORG", "PERSON", "GPE", "FAC"})
PARTS = frozenset({"compound", "amod", "nmod", "flat", "nmod:desc"})


def whole_spans(doc: Doc, texts: Sequence[str]) -> list[Span]:
    """(start, end, label) of the entity spans in order, without overlaps; `texts` are the texts of all tokens."""
    spans = list(_whole_states(doc, texts))
    spans = _joined_firms(doc, _joined_people(doc, spans))
    spans = _known_longer(spans, texts)
    lower = {text for text in texts if text.islower()}
    last_words = {texts[end - 1] for start, end, label in spans if label == "PERSON"}
    taken = {i for start, end, _ in spans for i in range(start, end)}
    first_words = {texts[start] for start, end, label in spans if label == "PERSON" and end - start > 1}
    spans = [_with_given_name(doc, span, taken, first_words) for span in spans]
    return [_longer(doc, span, taken, last_words, lower) for span in spans]


def _whole_states(doc: Doc, texts: Sequence[str]) -> Iterator[Span]:
    """The spans of the reader, those mended that cut "North Korean" in two."""
    done = 0
    for ent in doc.ents:
        start, end, label = max(ent.start, done), ent.end, ent.label_
        if start >= end:
            continue
        for left, right in ((start - 1, end), (start, end + 1)):
            if end - start < 3 and left >= done and right <= len(texts) and texts[left][:1].isupper():
                joined = f"{texts[left]} {' '.join(texts[left + 1 : right])}"
                if is_state(joined) or (is_demonym(joined) and country_of(joined)):
                    start, end, label = left, right, "GPE" if is_state(joined) else "NORP"
                    break
        done = end
        yield start, end, label


def _joined_people(doc: Doc, spans: Sequence[Span]) -> list[Span]:
    """Two people side by side are one, since nothing parts them: "[Ana] [Orla]"; a lone "The" is part of no name."""
    found: list[Span] = []
    for start, end, label in spans:
        if end - start == 1 and doc[start].lower_ in DETERMINERS:
            continue
        before = found[-1] if found else (0, 0, "")
        if (
            label == before[2] == "PERSON"
            and before[1] == start
            and _runs_on(doc, start)
            and _is_bare(doc, start)
        ):
            found[-1] = (before[0], end, label)
        else:
            found.append((start, end, label))
    return found


def _joined_firms(doc: Doc, spans: Sequence[Span]) -> list[Span]:
    """What "&" joins is one body where the reader took one of both for a body: "[Alder] & [Pike]"."""
    found: list[Span] = []
    for start, end, label in spans:
        before = found[-1] if found else (0, 0, "")
        joined = before[1] == start - 1 and doc[start - 1].text == "&"
        if joined and {label, before[2]} <= FIRMS and "ORG" in (label, before[2]):
            found[-1] = (before[0], end, "ORG")
        else:
            found.append((start, end, label))
    return found


def _runs_on(doc: Doc, i: int) -> bool:
    """Whether nothing but a space stands before a token that goes on a name: no possessive, no punctuation."""
    before = doc[i - 1]
    is_word = before.text[-1].isalnum() or before.text[-1] == "."
    return before.whitespace_ == " " and is_word and before.lower_ not in ("'s", "’s")


def _known_longer(spans: Sequence[Span], texts: Sequence[str]) -> list[Span]:
    """Spans made as long as a name that the article has elsewhere and that stands here too: "[Sund] Port Board"."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for start, end, label in sorted(spans, key=lambda span: span[0] - span[1]):
        known = by_first[texts[start]]
        words = tuple(texts[start:end])
        new = label not in VALUES and all(words != other for other, _ in known)
        if end - start > 1 and len(known) < SURFACES and new:
            known.append((words, label))
    found: list[Span] = []
    for start, end, label in spans:
        if found and start < found[-1][1]:
            continue  # within the longer name
        for words, known_label in by_first.get(texts[start], ()):
            stop = start + len(words)
            if stop > end and tuple(texts[start:stop]) == words:
                end, label = stop, known_label
                break
        found.append((start, end, label))
    return [span for span, after in pairwise([*found, (len(texts), 0, "")]) if span[1] <= after[0]]


def _with_given_name(doc: Doc, span: Span, taken: set[int], first_words: set[str]) -> Span:
    """A person's span with the given name before it that the reader left out: "Ana [Orla]"."""
    start, end, label = span
    i = start - 1
    if (
        label != "PERSON"
        or end - start > 1
        or i < 0
        or i in taken
        or not _runs_on(doc, start)
        or not _is_bare(doc, i)
    ):
        return span
    known = doc[i].text in first_words or is_given(doc, i)
    return (i, end, label) if known and doc[i].pos_ == "PROPN" and _is_bare(doc, start) else span


def is_given(doc: Doc, i: int) -> bool:
    """Whether a word is the given name of the one after it: one of the list, or one with it in the parse."""
    token, after = doc[i], doc[i + 1]
    if token.pos_ != "PROPN" or not token.is_title or not token.is_alpha or not _runs_on(doc, i + 1):
        return False
    if is_given_name(fold_word(token.text)):
        return True
    # "to [Mirel] Vantor", two objects of one verb for a parser that knows neither
    together = (after.dep_ == "flat" and after.head.i == i) or (after.dep_, after.head.i) == (
        token.dep_,
        token.head.i,
    )
    known = is_known_place(token.text) or is_demonym(token.text) or fold_word(token.text) in thing_nouns()
    return together and bool(token.dep_) and not known and not token.is_sent_start and _is_bare(doc, i)


def _longer(doc: Doc, span: Span, taken: set[int], last_words: set[str], lower: set[str]) -> Span:
    """A span with the words after it that belong to the name, where the reader took them for no name."""
    start, end, label = span
    titled = label in ("ORG", "GPE", "LOC") and end - start > 1 and not _is_bare(doc, end - 1)
    if titled and is_known_place(doc[start : end - 1].text):
        return start, end - 1, "GPE"  # "Florida Sen."
    if end >= len(doc) or end in taken or not _goes_on(doc, end):
        return span
    if label == "PERSON":
        return (start, end + 1, label) if _is_surname(doc, end, last_words, lower) else span
    if label in ("GPE", "LOC", "ORG") and is_known_place(f"{doc[start:end].text} {doc[end].text}"):
        return start, end + 1, label
    if label == "ORG" or (label == "GPE" and not is_known_place(doc[start:end].text)):
        stop = _end_of_body(doc, start, end, taken)
        return start, stop, label if stop == end else "ORG"
    return span


def _goes_on(doc: Doc, i: int) -> bool:
    """Whether a token may be one more word of a name that ends before it."""
    token = doc[i]
    return _runs_on(doc, i) and token.pos_ == "PROPN" and token.text[0].isupper() and token.is_alpha


def _is_bare(doc: Doc, i: int) -> bool:
    """Whether a word is no title: "Orla" in "Ana Orla", but not "Mr" in "Orla Mr Vik"."""
    folded = fold_word(doc[i].text)
    return not (is_person_noun(folded) or folded in _titles())


@cache
def _titles() -> frozenset[str]:
    return frozenset(fold_word(row["title"]) for row in read_lexicon("titles"))


def _is_surname(doc: Doc, i: int, last_words: set[str], lower: set[str]) -> bool:
    """Whether the word after a person's name is their surname: one the article knows, or bound to it by the parse."""
    token = doc[i]
    folded = fold_word(token.text)
    if not _is_bare(doc, i) or folded in thing_nouns() or token.lower_ in lower or token.is_upper:
        return False
    bound = token.dep_ == "flat" and token.head.i < i
    return token.text in last_words or bound or is_given_name(fold_word(doc[i - 1].text))


def _end_of_body(doc: Doc, start: int, end: int, taken: set[int]) -> int:
    """The end of the name of a body that was cut before its noun: "[Sund Criminal Justice] Board of Elections"."""
    head = _outer(doc[end - 1], start, end)
    if not end <= head.i < min(len(doc), end + LONGEST) or doc[end - 1].dep_ not in PARTS:
        return end
    noun = fold_word(head.text)
    if noun not in thing_nouns() or is_person_noun(noun):
        return end
    if not all(_goes_on(doc, i) and i not in taken for i in range(end, head.i + 1)):
        return end
    after = head.i + 1
    if after + 1 < len(doc) and doc[after].text == "of" and _goes_on(doc, after + 1):
        complement = doc[after + 1]
        if complement.head.i == head.i and after + 1 not in taken:
            return after + 2
    return after


def _outer(token: Token, start: int, end: int) -> Token:
    """The word outside a span that the last word of the span belongs to."""
    for _ in range(end - start):
        if not start <= token.head.i < end:
            break
        token = token.head
    return token.head
