"""Types that other names of the article tell: "Channel" beside "Sund Channel", "Karvia" beside "Karvian".

A reader that sees one sentence at a time takes rare names for what they look like; the names around them know better.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping

from pipeline.entities.places import (
    is_common_landform,
    is_demonym,
    is_known_place,
    split_place,
)
from pipeline.entities.words import company_endings, is_given_name, thing_nouns, word_set

LOCAL_BODIES = word_set("local body")
# what makes the name of a people from that of a place: "Karvia", "Karvian"; "Orlamark", "Orlamarker"
PEOPLE_ENDINGS = ("n", "an", "ian", "er", "ese", "i", "ish")
# names that stand for no place or people: they may be given the type that their kin tell
LOOSE = frozenset({"PERSON", "ORG", "PRODUCT", "FAC"})
CODE = re.compile(r"[a-z]{1,4}\d+[a-z]?|[a-z]{1,4} \d{1,5}[a-z]?")
CODED = frozenset({"LOC", "WEAPON", "PRODUCT"})

Form = tuple[str, ...]
Labels = Mapping[Form, str]


def kin_labels(settled: Labels, people: Collection[Form]) -> dict[Form, str]:
    """Form -> the label that other names tell, where it is another than the one it has.

    `people` are the forms that the article makes persons beyond doubt: with a title, or surname of a full name.
    """
    found = dict(_codes(settled))
    for form, label in (*_landforms(settled), *_companies(settled), *_acronyms(settled), *_places(settled)):
        if form not in people and settled[form] != label and not is_known_place(" ".join(form)):
            found[form] = label
    return found | {form: split_place(" ".join(form)) for form in _known_places(settled, people)}


def _known_places(settled: Labels, people: Collection[Form]) -> Iterator[Form]:
    """Places that the lists know, taken for a man, where nobody in the article is called so: "Bern said"."""
    called = {word for form, label in settled.items() if label == "PERSON" and len(form) > 1 for word in form}
    for form, label in settled.items():
        name = " ".join(form)
        if (
            label == "PERSON"
            and is_known_place(name)
            and form not in people
            and not called & set(form)
            and not is_given_name(name)
        ):
            yield form


def _landforms(settled: Labels) -> Iterator[tuple[Form, str]]:
    """A lone "Channel" is what the "Sund Channel" is."""
    whole = {form[-1] for form, label in settled.items() if len(form) > 1 and label in ("LOC", "GPE")}
    for form, label in settled.items():
        if len(form) == 1 and label in LOOSE and is_common_landform(form[0]) and form[0] in whole:
            yield form, "LOC"


def _companies(settled: Labels) -> Iterator[tuple[Form, str]]:
    """ "Orla" beside "Orla Inc." is the company."""
    named = {
        form[:-1]
        for form, label in settled.items()
        if label == "ORG" and form[-1] in company_endings() and form[:-1]
    }
    for form, label in settled.items():
        if form in named and label in (*LOOSE, "GPE") and label != "ORG":
            yield form, "ORG"


def _acronyms(settled: Labels) -> Iterator[tuple[Form, str]]:
    """The "OPB" is a body where the article has the Oxmoor Port Board."""
    letters = {"".join(word[0] for word in form) for form, label in settled.items() if label == "ORG"}
    for form, label in settled.items():
        if len(form) == 1 and len(form[0]) > 2 and form[0] in letters and label in (*LOOSE, "GPE", "NORP"):
            yield form, "ORG"


def _places(settled: Labels) -> Iterator[tuple[Form, str]]:
    """A place whose council, bank or people the article names: the "Orla Borough Council", the "Orlans"."""
    told: set[Form] = set()
    for form, label in settled.items():
        if label == "ORG" and len(form) > 2 and form[-1] in LOCAL_BODIES:
            told.add(form[:1])
        if label == "ORG" and len(form) > 2 and form[-2] == "of" and form[-3] in thing_nouns():
            told.add(form[-1:])
    peoples = {form for form, label in settled.items() if label == "NORP" and not is_demonym(" ".join(form))}
    for form, label in settled.items():
        if label in LOOSE and (form in told or _has_people(form, peoples)):
            yield form, "GPE"


def _has_people(form: Form, peoples: Collection[Form]) -> bool:
    stems = {form[-1], form[-1][:-1]} if form[-1][-1:] in "aeiouy" else {form[-1]}
    return len(form[-1]) > 3 and any(
        (*form[:-1], stem + ending + plural) in peoples
        for stem in stems
        for ending in PEOPLE_ENDINGS
        for plural in ("", "s")
    )


def _codes(settled: Labels) -> Iterator[tuple[Form, str]]:
    """Names in letters and digits are of one kind in an article: "AX-5" among planets is one, and no body."""
    kinds: dict[str, set[Form]] = defaultdict(set)
    for form, label in settled.items():
        if CODE.fullmatch(" ".join(form)):
            kinds[label].add(form)
    known = Counter({label: len(forms) for label, forms in kinds.items() if label in CODED})
    if len(known) == 1:
        for form in kinds["ORG"]:
            yield form, next(iter(known))
