"""Labels: one type for all mentions of one form, told by all that the article has of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from pipeline.entities.kin import kin_labels
from pipeline.entities.names import PARTICLES, Name, merge_label
from pipeline.entities.places import is_demonym, is_known_place, is_landform
from pipeline.entities.words import left_out, name_words, thing_nouns, word_set
from pipeline.lexicon import read_lexicon

FUNCTION_WORDS = word_set("function")
# nouns of things.csv that end no name of a place or a person: "Orla Vik Hospital"
TELLING_ENDINGS = word_set("telling ending")
# the same of what is taken for a body: the "Orla Revolution"
TELLING_OF_BODIES = word_set("telling of bodies")
CLUBS = word_set("club")  # "Orla" is Orla Town where that is a club
STATE_FORMS = word_set("state form")
OUTLET_ENDINGS = tuple(sorted(word_set("outlet ending")))
# a first word that many bodies share is no short form of one: "National" is not the National Weather Service
SHARED_FIRST_WORDS = word_set("shared first")
# where the reader wavers between labels and nothing else decides, the first of these
LABEL_ORDER = (
    "PERSON",
    "GPE",
    "ORG",
    "NORP",
    "LOC",
    "FAC",
    "EVENT",
    "LAW",
    "WEAPON",
    "PRODUCT",
    "DATE",
    "MONEY",
)


def makes_another_body(word: str) -> bool:
    """Whether a word after a name makes it another's: the "Orla Foundation" is not Orla, "Orla Norway" a branch."""
    own_kind = word in thing_nouns() and word not in left_out() and word not in CLUBS
    return own_kind or word in FUNCTION_WORDS or is_known_place(word) or is_demonym(word)


def settle_labels(names: Sequence[Name], told: Mapping[tuple[str, ...], str] | None = None) -> list[Name]:
    """Names with one label for one form, the one most mentions have; a surname follows the full name it ends.

    `told` are the types that the words around a name tell, which decide.
    """
    told = told or {}
    names = [merge_label(name, told.get(name.words, name.label)) for name in names]
    votes: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for name in names:
        votes[name.words][name.label] += 2 if name.titles and name.label == "PERSON" else 1
    last_words = {name.words[-1] for name in names if name.label == "PERSON" and len(name.words) > 1}
    first_words = {
        name.words[0]
        for name in names
        if name.label == "ORG" and len(name.words) > 1 and not any(map(makes_another_body, name.words[1:]))
    }
    storms = {name.words[-1] for name in names if name.label == "EVENT" and len(name.words) in (2, 3)}
    settled = {form: _settle(form, labels, last_words, first_words, storms) for form, labels in votes.items()}
    settled |= {form: "PERSON" for form, label in settled.items() if _is_full_name(form, label, votes)}
    states = {form for form in votes if len(form) > 2 and form[0] in STATE_FORMS and form[1] == "of"}
    states |= {form[2:] for form in states}  # the "Republic of Orla", and then "Orla"
    settled |= {form: "GPE" for form in states & settled.keys() if settled[form] in ("ORG", "FAC", "PERSON")}
    for form, label in settled.items():  # "Houthis", marked as if a man, beside "Houthi fighters"
        if (
            label == "PERSON"
            and form[-1].endswith("s")
            and settled.get((*form[:-1], form[-1][:-1])) == "NORP"
        ):
            settled[form] = "NORP"
    people = {name.words for name in names if name.titles} | {(word,) for word in last_words}
    settled |= kin_labels({form: told.get(form, label) for form, label in settled.items()}, people)
    return [
        merge_label(name, told[name.words]) if name.words in told else _relabel(name, settled[name.words])
        for name in names
    ]


def _is_full_name(form: tuple[str, ...], label: str, votes: Mapping[tuple[str, ...], Counter[str]]) -> bool:
    """Whether a name of two words is a person's, since its last word is: "Orla Vik", taken for a body, and "Vik"."""
    if len(form) != 2 or label not in ("ORG", "GPE", "LOC", "PRODUCT"):
        return False
    surname, first = votes.get(form[-1:], Counter()), form[0]
    if surname["PERSON"] < votes[form].total() or surname["PERSON"] * 2 <= surname.total():
        return False
    known = first in thing_nouns() or is_landform(first) or is_known_place(first) or is_demonym(first)
    return not known and first not in SHARED_FIRST_WORDS


def _settle(
    form: tuple[str, ...], votes: Counter[str], surnames: set[str], org_heads: set[str], storms: set[str]
) -> str:
    label = max(votes, key=lambda kind: (votes[kind], -_rank(kind)))
    if form in _bodies() and label in ("GPE", "LOC", "FAC", "NORP", "PRODUCT"):
        return "ORG"  # one entity for the "White House" or the "U.N.", whatever the reader takes it for
    last = form[-1] if form[-1] in thing_nouns() else form[-1].removesuffix("s")
    if label in ("ORG", "FAC", "EVENT") and thing_nouns().get(last) == "LAW" and len(form) > 1:
        return "LAW"  # the "Orla Constitution", the "Orla Accords"
    if len(form) > 1 and label in ("GPE", "LOC", "PERSON") and form[-1] in TELLING_ENDINGS:
        return label if is_known_place(" ".join(form)) else thing_nouns()[form[-1]]
    if len(form) > 1 and label in ("ORG", "PERSON") and form[-1] in TELLING_OF_BODIES:
        return thing_nouns()[form[-1]]
    if len(form) == 2 and form[0] in PARTICLES:
        form = form[1:]  # "al-Orla" beside "Ana al-Orla"
    if len(form) > 1 or label in ("DATE", "MONEY", "NORP"):
        return label
    word = form[0]
    if label == "PERSON" and word.endswith("s") and is_demonym(word) and word not in surnames:
        return "NORP"  # "Swedes"
    if (
        label == "PERSON"
        and word not in surnames
        and word.endswith(OUTLET_ENDINGS)
        and word not in OUTLET_ENDINGS
    ):
        return "ORG"  # "Sundnews"
    # "Orla" alone, marked ORG, beside "Joe Orla"; and "Ford", marked PERSON, beside "Ford Motor Company"
    if label != "PERSON" and word in surnames and word not in org_heads and not is_known_place(word):
        return "PERSON"
    if label == "PERSON" and word in org_heads and word not in surnames:
        return "ORG"
    if label in ("PERSON", "GPE") and word in storms and word not in surnames:
        return "EVENT"  # "Orla" beside "Hurricane Orla"
    return label


@cache
def _bodies() -> frozenset[tuple[str, ...]]:
    """Bodies that all the world knows, and buildings that in most of what is written of them stand for one."""
    known = [row["name"] for row in read_lexicon("metonyms") if row["kind"] == "building"]
    return frozenset(map(name_words, [*known, *word_set("known body")]))


def _rank(label: str) -> int:
    return LABEL_ORDER.index(label) if label in LABEL_ORDER else len(LABEL_ORDER)


def _relabel(name: Name, label: str) -> Name:
    titled = name.label == "PERSON" and name.titles and label != "PERSON"  # "Mr Washington" beside the city
    return name if name.label == label or titled else merge_label(name, label)
