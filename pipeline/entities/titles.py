"""Titles, offices and descriptions before a person's name: "the former North Korean leader", "Dame", "Prof Dr"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from spacy.tokens import Doc, Token

from pipeline.entities.places import is_demonym, is_state
from pipeline.entities.words import fold_word, is_person_noun, name_words, people_nouns, word_set
from pipeline.lexicon import read_lexicon

DETERMINERS = word_set("determiner")
# tokens to look left of a name for what describes it: "former North Korean vice foreign minister Choe"
DESCRIPTION_REACH = 8


@cache
def _titles() -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
    """First word -> [(all words of a title, kind, gender)], longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str, str]]] = defaultdict(list)
    for row in read_lexicon("titles"):
        words = name_words(row["title"])
        found[words[0]].append((words, row["kind"], row["gender"]))
    for rows in found.values():
        rows.sort(key=lambda row: -len(row[0]))
    return dict(found)


@cache
def _title_kinds() -> dict[str, str]:
    """Titles of one word -> kind."""
    return {words[0]: kind for rows in _titles().values() for words, kind, _ in rows if len(words) == 1}


def trim_titles(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Bounds of a person's name without titles ("US President Joe Orla MP"); empty where there is nothing else."""
    folded = [fold_word(doc[i].text) for i in range(start, end)]
    cut = at = 0
    while at < len(folded):
        reach = _title_end(folded, at)
        if reach and reach < len(folded):
            cut = at = reach
        elif _is_filler(doc[start + at], folded[at]):
            at += 1
        else:
            break
    stop = len(folded)
    while stop > cut + 1 and (title_kind(folded[stop - 1]) == "after" or not folded[stop - 1].isalnum()):
        stop -= 1
    if not any(
        doc[i].text[:1].isupper() or not doc[i].text.islower() for i in range(start + cut, start + stop)
    ):
        return start, start
    rest = folded[cut:stop]
    if _only_title(doc, start + cut, rest[0]) if len(rest) == 1 else _title_end(rest, 0) == len(rest):
        return start, start
    return start + cut, start + stop


def is_office(text: str) -> bool:
    """Whether a name of several words is but an office, taken for a body: "the Attorney General"."""
    words = [fold_word(word) for word in text.split()]
    return len(words) > 1 and _title_end(words, 0) == len(words)


def title_kind(word: str) -> str:
    """What a word is as a title ("office", "rank", "honorific" …), or ""."""
    return _title_kinds().get(word, "")


def _only_title(doc: Doc, i: int, folded: str) -> bool:
    """Whether a word that can be a title stands for no name: "the President", but "King told reporters"."""
    kind = title_kind(folded)
    definite = i > 0 and doc[i - 1].lower_ in DETERMINERS
    # "Pope" of "Pope Orla", "Lord" of "Lord Mayor", marked by itself
    before_name = i + 1 < len(doc) and doc[i + 1].text.istitle() and doc[i + 1].is_alpha
    titled = kind in ("office", "rank", "modifier", "after", "honorific")
    return titled or (bool(kind) and (definite or before_name))


def _title_end(words: Sequence[str], at: int) -> int:
    """End of the longest title that begins at a word, hyphens passed over; 0 if there is none."""
    for title, kind, _ in _titles().get(words[at], ()):
        if kind in ("modifier", "after"):
            continue
        i, matched = at, 0
        while i < len(words) and matched < len(title):
            if words[i] == title[matched]:
                matched += 1
            elif words[i] not in ("-", "–"):
                break
            i += 1
        if matched == len(title):
            return i
    return 0


def _is_filler(token: Token, folded: str) -> bool:
    """Whether a word may stand before a title inside a span: "former", "North Korean", "state"."""
    return (
        title_kind(folded) == "modifier"
        or token.text in ("-", "–", "of", "the", "'s", "’s")
        or (token.is_lower and token.is_alpha)
        or folded in ("north", "south", "saudi")
        or is_demonym(token.text)
        or is_state(token.text)
    )


def description(doc: Doc, start: int, before: int) -> tuple[str, ...]:
    """Folded words that describe a person before the name: "North Korean leader" -> (north, korean, leader).

    `before` is where the span began before titles were cut off it. Empty unless the last word means a person.
    """
    left = max(0, before - DESCRIPTION_REACH)
    at = before
    while at > left and _describes(doc[at - 1], fold_word(doc[at - 1].text)):
        at -= 1
    words = [fold_word(doc[i].text) for i in range(at, start)]
    while words and (words[0] in ("of", "-", "s") or not words[0].isalnum()):
        words.pop(0)
    words = [w for w in words if any(c.isalnum() for c in w)]
    if not words:
        return ()
    return tuple(words) if is_person_noun(words[-1]) or title_kind(words[-1]) else ()


def _describes(token: Token, folded: str) -> bool:
    if token.is_space or (token.is_punct and token.text not in ("-", "–")):
        return False
    if token.pos_:
        return (
            token.tag_ in ("NN", "NNP", "NNPS", "JJ", "HYPH")
            or token.text in ("-", "of")
            or bool(title_kind(folded))
        )
    return bool(title_kind(folded)) or folded in people_nouns() or is_demonym(token.text)


def gender_of_titles(words: tuple[str, ...]) -> str:
    """The gender that words before a name tell, or "": the noun next to it counts, honorifics anywhere."""
    nouns = people_nouns()
    for i in range(len(words) - 1, -1, -1):
        for title, kind, gender in _titles().get(words[i], ()):
            if gender and kind != "modifier" and words[i : i + len(title)] == title:
                return gender
        if i == len(words) - 1 and nouns.get(words[i]):
            return nouns[words[i]]
    return ""
