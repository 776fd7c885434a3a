"""Types that the words around a name tell: "the district of Orla" is a place, "infected with Orla" names no entity.

The reader has not met invented and rare names, and calls them what they look like. What the article says of a name
once or twice holds for all its mentions.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from pipeline.datelines import find_datelines
from pipeline.entities.names import Name
from pipeline.entities.places import is_demonym, is_known_place, is_province, is_state
from pipeline.entities.words import word_set
from pipeline.lexicon import read_lexicon

ILLNESS = "ILLNESS"  # no type of entity: names of diseases and germs are left out
SPECIES = re.compile(r"[A-Z]\. [a-z]{3,}")
BEFORE = re.compile(r"[\w'’-]+")
JOINED = re.compile(r"\w [\"“‘']?$")  # "the planet Orla", but not "the planet. Orla"
POSSESSIVES = ("'s ", "’s ")
WINDOW = 40  # characters around a name
LONGEST = 3  # words of evidence
LEAST_SHARE = 0.1  # of the mentions of a name, that must stand beside evidence
SETTLED = frozenset({"DATE", "MONEY", "NORP"})

Form = tuple[str, ...]


@cache
def _evidence(position: str) -> dict[Form, str]:
    rows = read_lexicon("type_evidence")
    return {tuple(row["words"].split()): row["type"] for row in rows if row["position"] == position}


def told_types(names: Sequence[Name], text: str) -> dict[Form, str]:
    """Form of a name -> the type that the text around its mentions tells, for those where it tells one."""
    hits: dict[Form, Counter[str]] = defaultdict(Counter)
    mentions = Counter(name.words for name in names)
    surnames = {
        name.words[-1] for name in names if name.label == "PERSON" and (name.titles or len(name.words) > 1)
    }
    datelined = in_datelines(names, text)
    for i, name in enumerate(names):
        told = "" if name.label in SETTLED else _told(name, text)
        nobody = name.label == "PERSON" and surnames.isdisjoint(name.words)
        is_place = i in datelined or (
            nobody and (_governs(name, text) or _is_where(name, text) or _lies_in(names, i, text))
        )
        if not told and is_place and name.label not in SETTLED:
            told = "GPE"
        if told:
            hits[name.words][told] += 1
    found = {
        form: told.most_common(1)[0][0] for form, told in hits.items() if _is_plain(told, mentions[form])
    }
    return {form: told for form, told in found.items() if not _is_place_known(form)}


def _is_plain(told: Counter[str], n_mentions: int) -> bool:
    return len(told) == 1 and told.total() >= LEAST_SHARE * n_mentions


def _is_place_known(form: Form) -> bool:
    name = " ".join(form)
    return is_known_place(name) or is_demonym(name)


def _governs(name: Name, text: str) -> bool:
    """Whether a name has what states have, and is nobody's: "Karvia's ruling coalition"."""
    behind = text[name.end_char : name.end_char + WINDOW]
    owned = [word.lower() for word in BEFORE.findall(behind[2:])] if behind.startswith(POSSESSIVES) else []
    return any(tuple(owned[:n]) in _evidence("owned") for n in (1, 2))


def _is_where(name: Name, text: str) -> bool:
    """Whether a sentence opens with where it plays: "In Orla, a minister said"."""
    opens = text[max(0, name.start_char - 5) : name.start_char].endswith(("\nIn ", ". In ", "” In ", '" In '))
    return opens and text[name.end_char : name.end_char + 2] == ", "


def _lies_in(names: Sequence[Name], i: int, text: str) -> bool:
    """Whether a name of one word has its state or province behind it: "Orla, Texas", but not "Orla, Norway's king"."""
    if i + 1 >= len(names) or len(names[i].words) > 1:
        return False
    state = names[i + 1]
    if text[names[i].end_char : state.start_char] != ", " or text[state.end_char :].startswith(POSSESSIVES):
        return False
    return is_state(state.text) or is_province(state.text)


def in_datelines(names: Sequence[Name], text: str) -> set[int]:
    """Indices of the names that say where an article was written: places, and they stand for nobody."""
    datelines = find_datelines(text)
    starts = [dateline.start for dateline in datelines]
    found = set()
    for i, name in enumerate(names):
        k = bisect_right(starts, name.start_char) - 1
        if k >= 0 and name.end_char <= datelines[k].place_end:
            found.add(i)
    return found


def _told(name: Name, text: str) -> str:
    ahead = text[max(0, name.start_char - WINDOW) : name.start_char]
    before = [w.lower() for w in BEFORE.findall(ahead)] if JOINED.search(ahead) else []
    after = [w.lower() for w in BEFORE.findall(text[name.end_char : name.end_char + WINDOW])]
    if text[name.end_char : name.end_char + 1] != " ":
        after = []
    for n in range(LONGEST, 0, -1):
        told = _evidence("before").get(tuple(before[-n:])) or _evidence("after").get(tuple(after[:n]))
        if told and not (told == ILLNESS and name.titles):
            return told
    return ""


def without_illnesses(names: Sequence[Name], told: Mapping[Form, str]) -> list[Name]:
    """The names that name no disease and no germ: "Covid-19", "E. coli", what people are "infected with"."""
    return [
        name
        for name in names
        if name.label in ("GPE", *SETTLED)
        or not (
            told.get(name.words) == ILLNESS
            or name.words[0] in word_set("disease")
            or SPECIES.fullmatch(name.text)
        )
    ]
