"""Names as they stand in a text: the entity spans of a doc, cut to the name proper, and the titles before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Doc, Token

from pipeline.entities.places import country_of, is_demonym, is_known_place, is_province, is_state
from pipeline.entities.titles import description, gender_of_titles, is_office, trim_titles
from pipeline.entities.values import VALUES, Span
from pipeline.entities.words import (
    fold_word,
    is_given_name,
    name_words,
    word_set,
)

POSSESSIVE = re.compile(r"['’]s?$")
NUMBER = re.compile(r"\d{3,5}")
YEAR = re.compile(r"\b(?:1[0-9]|20)\d\d\b")
# a line of scores: "Orla Town 2 Vik Rovers 1"
GOALS = re.compile(r"\d{1,2}")
SCORE = re.compile(r"[^\d\n]{3,60} \d{1,2},? [^\d\n]{3,60} \d{1,2}")
PRONOUNS = word_set("pronoun")
DETERMINERS = word_set("determiner")
PARTICLES = word_set("particle")
GENERATIONS = word_set("generation")
TRAILING = word_set("trailing")
STORMS = word_set("storm")
PEOPLES = word_set("regional") | word_set("creed")
PARTIES = frozenset("DRI")  # of the United States: Democrat, Republican, independent
DASHES = ("-", "–", "—", "--")
SHIPS = frozenset(word.upper() for word in word_set("ship"))


@dataclass(frozen=True, slots=True)
class Name:
    """One stretch of text that names something; offsets in tokens and in characters, ends exclusive."""

    start: int
    end: int
    start_char: int
    end_char: int
    text: str
    label: str
    words: tuple[str, ...]
    """The name in lower case without marks, for comparison: "Kim Jong-un" -> ("kim", "jong", "un")."""
    generation: str = ""
    """"jr" or the like."""
    titles: tuple[str, ...] = ()
    """Words before the name that are no part of it, folded: ("north", "korean", "leader")."""
    gender: str = ""
    """"m" or "f" where a title or the noun before the name tells."""


def names_of(doc: Doc, start: int, end: int, label: str) -> Iterator[Name]:
    """The names in one entity span: without articles, possessives, titles; "Sund, Norway" is two."""
    if label in VALUES:
        yield _value(doc, start, end, label)
        return
    for left, right in _split_lines(doc, start, end, label):
        comma = _comma_of_place(doc, left, right, label)
        if comma is not None:
            yield from names_of(doc, left, comma, _kind_of_town(doc, left, comma, label))
            yield from names_of(doc, comma + 1, right, "GPE")
            continue
        name = trimmed_name(doc, left, right, label)
        if name:
            yield name


def _comma_of_place(doc: Doc, start: int, end: int, label: str) -> int | None:
    """The comma between a name and the state or province that it lies in: "Sund, Norway", "Dover, England"."""
    if label not in ("GPE", "LOC", "PERSON") or is_known_place(doc[start:end].text):  # "Washington, D.C."
        return None
    for i in range(end - 2, start, -1):
        if doc[i].text == ",":
            rest = doc[i + 1 : end].text
            return i if is_state(rest) or is_province(rest) else None
    return None


def _kind_of_town(doc: Doc, start: int, end: int, label: str) -> str:
    """What stands before a comma and a state: "Vik Paso, Texas" is no man, unless the list knows the given name."""
    return "GPE" if label == "PERSON" and not is_given_name(fold_word(doc[start].text)) else label


def _value(doc: Doc, start: int, end: int, label: str) -> Name:
    text, offset = doc[start:end].text, doc[start].idx
    return Name(start, end, offset, offset + len(text), text, label, name_words(text))


def _split_lines(doc: Doc, start: int, end: int, label: str) -> Iterator[tuple[int, int]]:
    """The parts of a span between line breaks, in names of people between dashes that stand free too."""
    left = start
    for i in range(start, end):
        dash = (
            label == "PERSON"
            and doc[i].text in DASHES
            and i
            and doc[i - 1].whitespace_
            and doc[i].whitespace_
        )
        if doc[i].is_space or dash:
            if left < i:
                yield left, i
            left = i + 1
    if left < end:
        yield left, end


def trimmed_name(doc: Doc, start: int, end: int, label: str) -> Name | None:
    start, end = _trim(doc, *_within_brackets(doc, start, end))
    if start >= end or _is_letter_of_word(doc, start, end):
        return None
    start, end, label = _mended(doc, start, end, label)
    if label == "ORG" and is_office(doc[start:end].text):
        return None
    before = start
    if label == "PERSON":
        start, end = trim_titles(doc, start, end)
        if start >= end:
            return None
    text = doc[start:end].text
    stem = POSSESSIVE.sub("", text) if end - start > 1 or len(text) > 3 else text
    words = name_words(stem)
    shouted = text.isupper() and len(text) > 1
    if not words or (end - start == 1 and doc[start].lower_ in PRONOUNS and not shouted):
        return None
    generation = ""
    if label == "PERSON" and len(words) > 1 and words[-1] in GENERATIONS:
        words, generation = words[:-1], words[-1]
    described = description(doc, start, before) if label == "PERSON" else ()
    offset = doc[start].idx
    return Name(start, end, offset, offset + len(stem), stem, label, words, generation, described,
                gender_of_titles(described))  # fmt: skip


def _mended(doc: Doc, start: int, end: int, label: str) -> Span:
    """A trimmed span as it should be: without what was taken for a part of the name, with what was left out."""
    if label == "PERSON":  # "Ana Duarte (D", of "(D-Vt.)"
        end = next((i for i in range(start + 1, end) if doc[i].text in ("(", "[")), end)
    if _is_party_and_state(doc, start, end):
        start, label = start + 2, "GPE"
    if end < len(doc) and doc[end].text == "." and is_province(f"{doc[start:end].text}."):
        end += 1  # "Vt.", cut in two by the tokenizer
    end = _without_goals(doc, start, end)
    label = _mend_label(doc[start:end].text, label)
    return _with_storm(doc, start, _whole_code(doc, start, end), label)


def _with_storm(doc: Doc, start: int, end: int, label: str) -> Span:
    """The span of a storm with the word for it: "Tropical Storm Orla"."""
    if start and label in ("PERSON", "GPE", "ORG", "EVENT") and doc[start - 1].text in STORMS:
        start, end, label = start - 1, start + 1, "EVENT"  # "Hurricane Orla", marked as if a woman
    elif end - start > 1 and doc[start].text in STORMS:
        end, label = start + 2, "EVENT"  # "Hurricane Orla Advisory"
    if label == "EVENT" and start and doc[start].text in STORMS and doc[start - 1].text == "Tropical":
        start -= 1
    return start, end, label


def _is_party_and_state(doc: Doc, start: int, end: int) -> bool:
    """Whether a span is a politician's party and state, taken for a name: "Senator Ana Duarte, D-Vt., said"."""
    party = end - start > 2 and doc[start].text in PARTIES and doc[start + 1].text in DASHES
    state = doc[start + 2 : end].text
    return party and (is_province(state) or is_province(f"{state}."))


def _without_goals(doc: Doc, start: int, end: int) -> int:
    """The end of a name in a line of scores without its goals: "Orla Town 2" of "Orla Town 2 Vik Rovers 1"."""
    if end - start < 2 or not GOALS.fullmatch(doc[end - 1].text):
        return end
    text = doc.text
    left = text.rfind("\n", 0, doc[start].idx) + 1
    right = text.find("\n", left)
    return end - 1 if SCORE.fullmatch(text[left : right if right >= 0 else None].strip()) else end


def _whole_code(doc: Doc, start: int, end: int) -> int:
    """The end of a name in letters and digits that a reader cut short: "HR 6819", "K2-18b"."""
    if not end < len(doc) or not doc[end - 1].text.isupper() or len(doc[end - 1]) > 3 or end - start > 1:
        return end
    follows = doc[end].text
    if NUMBER.fullmatch(follows) and not YEAR.fullmatch(follows) and doc[end - 1].whitespace_:
        return end if is_state(doc[end - 1].text) else end + 1
    joined = follows == "-" and end + 1 < len(doc) and not (doc[end - 1].whitespace_ or doc[end].whitespace_)
    return end + 2 if joined and doc[end + 1].text[0].isdigit() else end


def _within_brackets(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """A span without what stands beyond a bracket that has no partner in it: "SPB) Assembly", "Sail[ing"."""
    for opening, closing in ("()", "[]"):
        opened: list[int] = []
        for i in range(start, end):
            opened += [i] * doc[i].text.count(opening)
            for _ in range(doc[i].text.count(closing)):
                if opened:
                    opened.pop()
                else:
                    start = i + 1
        if opened:
            end = max(start, opened[0])
    return start, end


def _is_letter_of_word(doc: Doc, start: int, end: int) -> bool:
    """Whether a span is a letter that a hyphen makes part of a word: "X-ray"."""
    token = doc[start]
    joined = end < len(doc) and not token.whitespace_ and doc[end].text[0] in "-‐‑"
    return end - start == 1 and len(token) == 1 and joined


def _trim(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Drop what is no part of a name at its edges: punctuation, "the", a possessive."""
    while start < end and (_is_bare(doc[start]) or (end - start > 1 and doc[start].text in DETERMINERS)):
        start += 1
    while end > start and (_is_bare(doc[end - 1]) or doc[end - 1].text in TRAILING):
        end -= 1
    # "The" opens a sentence more often than a name; "The Hague" keeps it
    if end - start > 1 and doc[start].text in ("The", "A", "An") and doc[start + 1].text != "Hague":
        if not doc[start].is_sent_start and doc[start].text == "The" and doc[start + 1].is_title:
            return start, end
        start += 1
    return start, end


def _is_bare(token: Token) -> bool:
    return not any(c.isalnum() for c in token.text)


def _mend_label(text: str, label: str) -> str:
    """The label that a name of a state or its people must have: "US" is no organisation, "Russians" no person."""
    if label in ("PERSON", "ORG", "GPE") and text.partition(" ")[0] in SHIPS and " " in text:
        return "PRODUCT"  # "HMS Orla"
    if label in ("ORG", "FAC", "PRODUCT") and is_province(text):
        return "GPE"
    if label in ("ORG", "LOC", "FAC", "PRODUCT", "NORP", "EVENT") and is_state(text):
        return "GPE"
    if label in ("GPE", "LOC", "ORG") and (text in PEOPLES or is_demonym(text)) and not is_state(text):
        return "NORP"
    if (
        label == "PERSON"
        and (is_state(text) or is_demonym(text))
        and country_of(text)
        and " " in text.strip()
    ):
        return "GPE" if is_state(text) else "NORP"
    return label


def is_absolute_date(text: str) -> bool:
    """Whether a date means the same day, month or year in every article: "May 2019", but not "Monday"."""
    return bool(YEAR.search(text))


def merge_label(name: Name, label: str) -> Name:
    """The same name under another label."""
    return replace(name, label=label)
