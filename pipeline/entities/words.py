"""Words: how names are compared, and the word lists of small words, people and things that entities rest on."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache, lru_cache

from pipeline.lexicon import read_lexicon, split_cell

UNFOLDED = str.maketrans({"ı": "i", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae",
                          "œ": "oe", "þ": "th", "ð": "d", "ß": "ss", "’": "'", "ʻ": "'", "‘": "'"})  # fmt: skip


@cache
def word_set(name: str) -> frozenset[str]:
    """The words of one set of `lexicon/name_words.csv`."""
    return frozenset(row["word"] for row in read_lexicon("name_words") if row["set"] == name)


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """A word for comparison: lower case, no accents on Latin letters, no full stops, no apostrophes."""
    plain = word.translate(UNFOLDED)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return plain.replace(".", "").replace("'", "").casefold()


def name_words(text: str) -> tuple[str, ...]:
    """The words of a name for comparison, parted at spaces and hyphens; none where it has no letter or digit."""
    words = (fold_word(w) for w in re.split(r"[\s\-‐‑–—/,()&\"“”]+", text))
    return tuple(w for w in words if any(c.isalnum() for c in w))


@cache
def people_nouns() -> dict[str, str]:
    """Noun that means a person -> "m", "f" or ""."""
    return {fold_word(row["noun"]): row["gender"] for row in read_lexicon("people")}


def is_person_noun(noun: str) -> bool:
    """Whether a noun means a person: one of the list, or formed like "limnologist"."""
    return noun in people_nouns() or noun.endswith(("ologist", "ographer", "woman", "person"))


@cache
def thing_nouns() -> dict[str, str]:
    """Noun -> label of what it names: "ministry" -> "ORG"."""
    return {row["noun"]: row["type"] for row in read_lexicon("things")}


@cache
def given_names() -> dict[str, set[str]]:
    """Given name or nickname -> the full forms it may stand for, itself included."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_lexicon("nicknames"):
        full = row["name"].casefold()
        found[full].add(full)
        for nickname in split_cell(row["nicknames"]):
            found[nickname.casefold()].add(full)
    return dict(found)


def is_given_name(word: str) -> bool:
    """Whether a folded word is a given name of the word list."""
    return word in given_names()


@cache
def company_endings() -> frozenset[str]:
    """Folded words that close the names of companies: "ltd"."""
    return frozenset(w for row in read_lexicon("company_endings") for w in name_words(row["ending"]))


@cache
def left_out() -> frozenset[str]:
    """Nouns that a short form leaves out: "Orla" for "Orla Airline"."""
    return frozenset(row["noun"] for row in read_lexicon("things") if row["left_out"])
