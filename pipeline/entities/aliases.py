"""Aliases: which names of an article mean the same person, organisation or place.

Everything here works on names alone, without a parse. A name is compared with a few others that share its first
or last word (`NEIGHBOURS` at most), so that the cost grows with the number of names and not with its square.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise

from pipeline.entities.described import plain_types
from pipeline.entities.labels import (
    FUNCTION_WORDS,
    SHARED_FIRST_WORDS,
    STATE_FORMS,
    makes_another_body,
    settle_labels,
)
from pipeline.entities.names import Name, merge_label
from pipeline.entities.people import NEIGHBOURS, Cluster, cluster_people
from pipeline.entities.places import is_common_landform, is_demonym, is_known_place, kept_name, kept_people
from pipeline.entities.types import ILLNESS, told_types, without_illnesses
from pipeline.entities.words import company_endings, name_words, thing_nouns, word_set
from pipeline.lexicon import read_lexicon

BODIES = word_set("body")
# labels of names that are as often written by their letters, and what stands between both
BRACKETED = frozenset({"ORG", "FAC", "GPE", "LOC", "PRODUCT", "EVENT", "LAW"})
OPENING = (" (", " [(", " [")
STORM_WORDS = frozenset(word.lower() for word in word_set("storm"))
# spellings of words in names of bodies that differ between countries
SPELLINGS = {"defense": "defence", "organization": "organisation", "center": "centre", "labor": "labour",
             "programme": "program", "theater": "theatre", "harbor": "harbour"}  # fmt: skip
# names before a body's that are as often written by their letters: "United Nations Security Council"
LETTERS: dict[tuple[str, ...], str] = {
    ("united", "states"): "us",
    ("united", "kingdom"): "uk",
    ("united", "nations"): "un",
    ("european", "union"): "eu",
}


@cache
def _seats() -> frozenset[tuple[str, ...]]:
    return frozenset(name_words(row["name"]) for row in read_lexicon("metonyms"))


def cluster_names(
    names: Sequence[Name], text: str, described: Mapping[tuple[str, ...], Counter[str]] | None = None
) -> tuple[list[Name], list[Cluster]]:
    """(the names with labels made consistent, the clusters in order of first mention).

    `text` is the article: it tells "Georgia" from "Georgia"; `described` what descriptions tell of the types of names.
    Every name is a member of exactly one cluster.
    """
    told = plain_types(names, described or {}) | told_types(names, text)
    names = without_illnesses(names, told)
    names = settle_labels(names, {form: label for form, label in told.items() if label != ILLNESS})
    names = _labelled_alike(names, text)
    clusters: list[Cluster] = []
    by_label: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        by_label["GPE" if name.label == "LOC" else name.label].append(i)
    for label, members in by_label.items():
        if label == "PERSON":
            clusters += cluster_people(names, members, text)
        elif label == "NORP":
            clusters += _cluster_peoples(names, members)
        elif label == "GPE":
            clusters += _cluster_places(names, members, text)
        elif label == "DATE":
            clusters += _cluster_same(names, members)
        else:
            clusters += _cluster_bodies(names, members, text)
    clusters.sort(key=lambda cluster: cluster.members[0])
    return names, clusters


# ---------------------------------------------------------------- places


def _cluster_places(names: Sequence[Name], members: Sequence[int], text: str) -> list[Cluster]:
    """One cluster per place, under the name it is kept by: "U.S." and "America" are the United States."""
    found: dict[tuple[str, ...], Cluster] = {}
    for i in members:
        words = name_words(kept_name(names[i].text, text)) or names[i].words
        if words in found:
            found[words].members.append(i)
        else:
            found[words] = Cluster("GPE", words, [i])
    for words in [words for words in found if len(words) == 1 and is_common_landform(words[0])]:
        whole = [other for other in found if len(other) > 1 and other[-1] == words[0]]
        if len(whole) == 1:  # "the Strait" beside the "Sund Strait"
            joined = found[whole[0]]
            joined.members = sorted(joined.members + found.pop(words).members)
    for words in [words for words in found if words[0] in STATE_FORMS and words[1:2] == ("of",)]:
        if words[2:] in found:  # the "Republic of Orla" is Orla
            joined = found[words[2:]]
            joined.members = sorted(joined.members + found.pop(words).members)
    for cluster in found.values():
        votes = Counter(names[i].label for i in cluster.members)
        cluster.label = max(votes, key=lambda label: (votes[label], label == "GPE"))
    return list(found.values())


def _cluster_peoples(names: Sequence[Name], members: Sequence[int]) -> list[Cluster]:
    """Peoples, parties and faiths, in singular, plural and as adjectives."""
    found: dict[tuple[str, ...], Cluster] = {}
    for i in members:
        words = name_words(kept_people(names[i].text)) or names[i].words
        found.setdefault(words, Cluster("NORP", words, [])).members.append(i)
    return list(found.values())


def _cluster_same(names: Sequence[Name], members: Sequence[int]) -> list[Cluster]:
    found: dict[tuple[str, ...], Cluster] = {}
    for i in members:
        found.setdefault(names[i].words, Cluster(names[i].label, names[i].words, [])).members.append(i)
    return list(found.values())


# ---------------------------------------------------------------- organisations and the rest


def _cluster_bodies(names: Sequence[Name], members: Sequence[int], text: str) -> list[Cluster]:
    """Organisations and other things of one label: acronyms and short forms join the full name."""
    label = names[members[0]].label
    forms: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i in members:
        forms[body_words(names[i].words, label)].append(i)
    keys = sorted(forms, key=lambda words: (-len(words), forms[words][0]))
    parent = {words: words for words in keys}
    for short, full in _bracketed([names[i] for i in members], text):
        one, other = body_words(short.words, label), body_words(full.words, label)
        parent[_root(parent, one)] = _root(parent, other)
    _link_acronyms(names, forms, keys, parent)
    _link_short_forms(names, forms, keys, parent)
    merged: dict[tuple[str, ...], Cluster] = {}
    for words in keys:
        root = _root(parent, words)
        cluster = merged.setdefault(root, Cluster(label, root, []))
        cluster.members += forms[words]
        cluster.words = max(cluster.words, words, key=len)
    for cluster in merged.values():
        cluster.members.sort()
    return list(merged.values())


def body_words(words: tuple[str, ...], label: str) -> tuple[str, ...]:
    """The words by which a body is compared: no company ending, one order, one spelling.

    >>> body_words(("ministry", "of", "defense"), "ORG"), body_words(("orla", "motor", "co", "ltd"), "ORG")
    (('defence', 'ministry'), ('orla', 'motor'))
    """
    kept = [SPELLINGS.get(word, word) for word in in_letters(words)]
    if label == "EVENT" and len(kept) > 1 and not STORM_WORDS.isdisjoint(kept[:-1]):
        return (kept[-1],)  # "Tropical Storm Orla" becomes "Hurricane Orla"
    while label == "ORG" and len(kept) > 1 and kept[-1] in company_endings():
        kept.pop()
    if kept[0] == "the" and len(kept) > 1:
        kept.pop(0)
    for i, word in enumerate(kept[:-2]):
        if word in BODIES and kept[i + 1] in ("of", "for"):
            rest = [w for w in kept[i + 2 :] if w not in FUNCTION_WORDS]
            return (*kept[:i], *rest, word)
    return tuple(kept)


def in_letters(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a body's name, a country or union in them by its letters.

    >>> in_letters(("united", "states", "senate")), in_letters(("united", "nations"))
    (('us', 'senate'), ('united', 'nations'))
    """
    for i in range(len(words) - 1):
        if words[i : i + 2] in LETTERS and len(words) > 2:
            return (*words[:i], LETTERS[words[i : i + 2]], *words[i + 2 :])
    return words


def written_out(name: str) -> str:
    """The name of a union that is written by its letters: "U.N." -> "United Nations"; itself where it is none.

    >>> written_out("U.N."), written_out("UN Women")
    ('United Nations', 'UN Women')
    """
    whole = {letters: words for words, letters in LETTERS.items()}
    words = whole.get("".join(name_words(name)))
    return " ".join(map(str.capitalize, words)) if words and name.isupper() else name


def _root(parent: dict[tuple[str, ...], tuple[str, ...]], words: tuple[str, ...]) -> tuple[str, ...]:
    while parent[words] != words:
        parent[words] = parent[parent[words]]
        words = parent[words]
    return words


def _labelled_alike(names: list[Name], text: str) -> list[Name]:
    """Letters in brackets name what the words before them name: "Sund Port Board (SPB)", marked as if a place."""
    labels: dict[tuple[str, ...], str] = {}
    for short, full in _bracketed([name for name in names if name.label in BRACKETED], text):
        if not is_known_place(short.text):
            is_body = full.label in ("GPE", "LOC") and not is_known_place(full.text)
            label = short.label if is_body else full.label
            labels |= {short.words: label, full.words: label}
    return [
        merge_label(name, labels.get(name.words, name.label)) if name.label in BRACKETED else name
        for name in names
    ]


def _bracketed(names: Sequence[Name], text: str) -> Iterator[tuple[Name, Name]]:
    """(short, full) for "Sund Port Board (SPB)" and "SPB (Sund Port Board)"."""
    for first, second in pairwise(names):
        if text[first.end_char : second.start_char] not in OPENING:
            continue
        one, other = (body_words(name.words, name.label) for name in (first, second))
        (short, words), (full, whole) = sorted([(first, one), (second, other)], key=lambda pair: len(pair[1]))
        # "LEFT (Labour Party)" is none; after the full name any letters are, "Federal Security Service (FSB)"
        plain = short is second or _abbreviates(words[0], whole)
        if len(words) == 1 and words[0][0] == whole[0][0] and len(whole) > 1 and plain:
            yield short, full


def _abbreviates(letters: str, full: Sequence[str]) -> bool:
    """Whether the letters of an acronym come in this order in the name: "(LEFT)" is not the Labour Party."""
    rest = iter("".join(full))
    return all(letter in rest for letter in letters)


def initials(words: Sequence[str]) -> set[str]:
    """Acronyms a name may have, lower case, with and without its small words."""
    plain = [w for w in words if w not in FUNCTION_WORDS]
    return {"".join(w[0] for w in words), "".join(w[0] for w in plain)}


def _link_acronyms(
    names: Sequence[Name],
    forms: dict[tuple[str, ...], list[int]],
    keys: Sequence[tuple[str, ...]],
    parent: dict[tuple[str, ...], tuple[str, ...]],
) -> None:
    expansions: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for words in keys:
        # the order as written: "Ministry of Defence" is the MoD
        for letters in initials(names[forms[words][0]].words) if len(words) > 1 else ():
            if len(letters) > 1:
                expansions[letters].add(words)
    for words in keys:
        if len(words) == 1 and words[0] in expansions and any(names[i].text.isupper() for i in forms[words]):
            found = {_root(parent, full) for full in expansions[words[0]]}
            if len(found) == 1:
                parent[_root(parent, words)] = found.pop()


def _link_short_forms(
    names: Sequence[Name],
    forms: dict[tuple[str, ...], list[int]],
    keys: Sequence[tuple[str, ...]],
    parent: dict[tuple[str, ...], tuple[str, ...]],
) -> None:
    """Join a form to the one longer form that it begins or ends; where several fit it stays alone."""
    longer: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for words in keys:
        # acronyms are joined by their letters alone: the "EU Commission" is not the EU
        acronym = len(words) == 1 and all(names[i].text.isupper() for i in forms[words])
        found = (
            set()
            if acronym
            else {
                _root(parent, full)
                for edge in {words[0], words[-1]}
                for full in longer[edge][-NEIGHBOURS:]
                if len(full) > len(words) and _shortens(words, full)
            }
        )
        if len(found) == 1 and found != {_root(parent, words)}:
            parent[_root(parent, words)] = found.pop()
        for edge in {words[0], words[-1]}:
            longer[edge].append(words)


def _shortens(short: tuple[str, ...], full: tuple[str, ...]) -> bool:
    if len(short) == 1:
        word = short[0]
        if word in thing_nouns() or word in SHARED_FIRST_WORDS or word in FUNCTION_WORDS or word.isdigit():
            return False
        if is_known_place(word) or is_demonym(word):
            return False
    if short in _seats():
        return False  # the "White House Press Office" is not the White House
    if short == full[: len(short)]:
        return not any(map(makes_another_body, full[len(short) :]))
    return short == full[-len(short) :]
