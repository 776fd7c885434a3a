"""Places: GPE told from LOC, and the state that a name, an adjective or a capital stands for."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pipeline.lexicon import read_lexicon, split_cell

PlaceType = Literal["GPE", "LOC"]

# "southern Chad", "Eastern Europe", "north-west Wales": a part of a place, and no unit with a government of its own
DIRECTION = re.compile(
    r"(?:(?:north|south)[- ]?(?:east|west)|north|south|east|west)(?:ern)?|central|upper|lower|inner|outer|mid",
    re.IGNORECASE,
)
GENERIC_AFTER = re.compile(
    r"\s+(?:region|river|island|peninsula|valley|coast|desert|mountains?|lake|basin|strait)s?\b"
)
GENERIC_BEFORE = re.compile(r"\b(?:island|river|mount|lake|valley|region|sea|gulf|coast)\s+(?:of\s+)?$")
# what may follow a complete noun phrase: "in the Orlaz, which", but not "the Orlaz council"
CLOSES_PHRASE = re.compile(
    r"\s*(?:$|[.,;:!?)\]\"”’'–—]|\s(?:of|in|on|at|and|or|to|for|from|is|was|are|has|had|by|with|where|which|that)\b)"
)
SETTLEMENT = re.compile(
    r"\b(?:city|town|village|province|state|district|county)\b"
)  # "eastern port city of Sund"
ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)


def fold(name: str) -> str:
    """A name as it is looked up: lower case, no article before it, single spaces, plain apostrophes."""
    return " ".join(ARTICLE.sub("", name.strip()).casefold().replace("’", "'").split())


@cache
def _places() -> dict[str, dict[str, str]]:
    return {fold(row["name"]): row for row in read_lexicon("places")}


@cache
def _nouns(place_type: PlaceType) -> tuple[frozenset[str], frozenset[str]]:
    """(nouns that open a name of that type, nouns that close one): "Lake" Orla, Wenlow "River"; "City" of Orla."""
    rows = [row for row in read_lexicon("landforms") if row["type"] == place_type]
    before = frozenset(row["word"].casefold() for row in rows if row["position"] in ("before", "either"))
    after = frozenset(row["word"].casefold() for row in rows if row["position"] in ("after", "either"))
    return before, after


@cache
def _states() -> dict[str, str]:
    """Folded name or short name of a state -> ISO code."""
    return {
        fold(name): row["iso3"]
        for row in read_lexicon("countries")
        for name in [row["name"], *split_cell(row["aliases"])]
    }


@cache
def _all_demonyms() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in read_lexicon("countries"):
        for word in split_cell(row["demonyms"]):
            found.setdefault(fold(word), set()).add(row["iso3"])
    for row in read_lexicon("homonyms"):
        if row["kind"] == "people":
            found.setdefault(fold(row["name"]), set()).add(row["iso3"])
    return found


@cache
def _demonyms() -> dict[str, str]:
    """Folded adjective or name for its people -> ISO code, for those that mean one state only."""
    found = _all_demonyms()
    return {word: next(iter(codes)) for word, codes in found.items() if len(codes) == 1}


@cache
def _first_demonyms() -> dict[str, str]:
    return {
        row["iso3"]: split_cell(row["demonyms"])[0]
        for row in read_lexicon("countries")
        if row["demonyms"].strip()
    }


@cache
def _capitals() -> dict[str, str]:
    """Folded capital -> ISO code, without city states, whose name is the state's own."""
    states = _states()
    return {
        fold(city): row["iso3"]
        for row in read_lexicon("countries")
        for city in split_cell(row["capitals"])
        if fold(city) not in states
    }


@cache
def _common_names() -> dict[str, str]:
    return {row["iso3"]: row["name"] for row in read_lexicon("countries")}


@cache
def _homonyms() -> dict[str, list[tuple[dict[str, str], re.Pattern[str] | None]]]:
    """Folded name -> its readings: the row, and a pattern of the words around it that speak for that reading."""
    found: dict[str, list[tuple[dict[str, str], re.Pattern[str] | None]]] = {}
    for row in read_lexicon("homonyms"):
        words = split_cell(row["evidence"])
        pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b") if words else None
        found.setdefault(fold(row["name"]), []).append((row, pattern))
    return found


def split_place(text: str, context: str = "") -> PlaceType:
    """GPE (states, provinces, cities) or LOC (landforms, waters, continents, regions, streets) for the name of a place.

    `context` is the sentence, or any stretch of text that holds the name: "the island of Orlaz". A name that nothing
    speaks about is a GPE, as most in the news are.
    """
    name = fold(text.partition(",")[0] if "," in text[1:] else text)
    if name in _states() or name in _capitals():
        return "GPE"
    listed = _places().get(name)
    if listed:
        return "GPE" if listed["type"] == "GPE" else "LOC"
    if _has_noun(name, "GPE") or SETTLEMENT.search(text):
        return "GPE"
    if _is_part(text) or _has_noun(name, "LOC"):
        return "LOC"
    return "LOC" if context and _context_says_loc(text, context) else "GPE"


def _is_part(text: str) -> bool:
    """Whether a place is named as a part of another one: "southern Chad", "Northern Europe"."""
    first, _, rest = ARTICLE.sub("", text.strip()).partition(" ")
    if not rest or not DIRECTION.fullmatch(first):
        return False
    known = fold(rest)
    return first.islower() or known in _states() or known in _places() or known in _capitals()


def _has_noun(name: str, place_type: PlaceType) -> bool:
    words = name.partition(",")[0].split()
    before, after = _nouns(place_type)
    return len(words) > 1 and (words[0] in before or words[-1] in after)


def _context_says_loc(text: str, context: str) -> bool:
    at = context.find(text)
    if at < 0:
        return False
    before, after = context[:at], context[at + len(text) :]
    if GENERIC_AFTER.match(after) or GENERIC_BEFORE.search(before):
        return True
    # "fighting in the Orlaz": regions and rivers take the article, cities do not. "The" may open any sentence or name
    has_article = before.endswith("the ") or text.startswith("the ")
    plain = len(ARTICLE.sub("", text).split()) == 1 and not text.isupper()
    return has_article and plain and bool(CLOSES_PHRASE.match(after))


def country_of(name: str, context: str = "") -> str | None:
    """ISO 3166-1 alpha-3 code of the state that a name or adjective means ("Britain", "North Korean"), None if none.

    Capitals are no states: see `state_of_capital`. `context` (the article) decides between "Georgia" the state of the
    Caucasus and the American one, and the like; names of that kind give None where it does not.
    """
    if name in ("us", "it"):  # the pronouns
        return None
    key = fold(name)
    if key in _homonyms():
        reading = _weigh_homonym(key, context)
        return reading["iso3"] or None if reading else None
    return _states().get(key) or _demonyms().get(key) or _demonyms().get(_singular(key))


def _weigh_homonym(key: str, context: str) -> dict[str, str] | None:
    """The reading that most words of the context speak for, None where none does or two do alike."""
    scores = [(len(pattern.findall(context)) if pattern else 0, row) for row, pattern in _homonyms()[key]]
    scores.sort(key=lambda pair: -pair[0])
    best, others = scores[0], scores[1:]
    return best[1] if best[0] > (others[0][0] if others else 0) else None


def _singular(word: str) -> str:
    """One of a people: "russians" -> "russian", "frenchmen" -> "frenchman"."""
    if word.endswith("men"):
        return word[:-3] + "man"
    kept = word.endswith(("ss", "ous")) or (word.endswith("us") and fold(word) in _states())  # "Belarus"
    return word[:-1] if word.endswith("s") and not kept else word


def is_state(name: str) -> bool:
    """Whether a name is that of a state, or a short form of one ("US"); "Georgia" and the like count."""
    key = fold(name)
    listed = key in _states() or any(row["kind"] == "place" for row, _ in _homonyms().get(key, ()))
    return listed and name not in ("us", "it")


def is_demonym(name: str) -> bool:
    """Whether a word is the adjective of a state, or names its people ("Russian", "Swedes")."""
    key = fold(name)
    return key in _all_demonyms() or _singular(key) in _all_demonyms()


def is_known_place(name: str) -> bool:
    """Whether a name is that of a state, a capital, or another place of the word lists."""
    key = fold(name)
    return key in _states() or key in _capitals() or key in _places()


def is_province(name: str) -> bool:
    """Whether a name is that of a state or province within a state: "Vermont"."""
    row = _places().get(fold(name))
    return row is not None and row["type"] == "GPE" and row["kind"] in ("state", "province")


def is_landform(word: str) -> bool:
    """Whether a word closes the names of landforms and waters: "channel"."""
    return word in _nouns("LOC")[1]


def is_common_landform(word: str) -> bool:
    """Whether a word that closes the names of landforms is no name by itself: "channel", but not "europe"."""
    return is_landform(word) and word not in _regions()


@cache
def _regions() -> frozenset[str]:
    """Folded names of regions of the world that have parts of their own name: "West Africa"."""
    return frozenset(row["word"].casefold() for row in read_lexicon("landforms") if row["region"])


def state_of_capital(name: str) -> str | None:
    """ISO code of the state whose government a capital may stand for ("Moscow"), None for any other name."""
    return _capitals().get(fold(name))


def is_city_state(name: str) -> bool:
    """Whether a name is that of a state and of its capital alike: "Singapore"."""
    iso3 = _states().get(fold(name))
    return iso3 is not None and fold(name) in _city_states()


@cache
def _city_states() -> frozenset[str]:
    rows = read_lexicon("countries")
    return frozenset(
        fold(name)
        for row in rows
        for name in [row["name"], *split_cell(row["aliases"])]
        if fold(name) in {fold(city) for city in split_cell(row["capitals"])}
    )


def common_name(iso3: str) -> str:
    """The usual English name of a state: "PRK" -> "North Korea"; KeyError where there is no such code."""
    return _common_names()[iso3]


def kept_people(name: str) -> str:
    """The name a people is kept under: "Swedes" -> "Swedish", "Houthis" -> "Houthi"."""
    key = fold(name)
    iso3 = _demonyms().get(key) or _demonyms().get(_singular(key))
    if iso3:
        return _first_demonyms()[iso3]
    return _singular(name) if len(name) > 3 else name


def kept_name(name: str, context: str = "") -> str:
    """The name a place is kept under: "Kiev" -> "Kyiv", "U.S." -> "United States"; itself where it has no other."""
    key = fold(name)
    if key in _homonyms():
        reading = _weigh_homonym(key, context)
        if reading and reading["kept_as"]:
            return reading["kept_as"]
        return common_name(reading["iso3"]) if reading and reading["iso3"] else name
    if key in _states() and is_state(name):
        return common_name(_states()[key])
    row = _places().get(key)
    return row["same_as"] if row and row["same_as"] else name
