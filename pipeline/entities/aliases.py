"""Aliases: which names of an article mean the same person, organisation or place.

Everything here works on names alone, without a parse. A name is compared with a few others that share its first
or last word (`NEIGHBOURS` at most), so that the cost grows with the number of names and not with its square.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

from pipeline.entities.names import Name, merge_label, name_words, word_set
from pipeline.entities.people import NEIGHBOURS, Cluster, cluster_people
from pipeline.entities.places import is_demonym, is_known_place, is_landform, kept_name, kept_people
from pipeline.entities.types import ILLNESS, told_types, without_illnesses
from pipeline.lexicon import read_lexicon

FUNCTION_WORDS = word_set("function")
BODIES = word_set("body")
STATE_FORMS = word_set("state form")
STORM_WORDS = frozenset(word.lower() for word in word_set("storm"))
OUTLET_ENDINGS = tuple(sorted(word_set("outlet ending")))
# spellings of words in names of bodies that differ between countries
SPELLINGS = {"defense": "defence", "organization": "organisation", "center": "centre", "labor": "labour",
             "programme": "program", "theater": "theatre", "harbor": "harbour"}  # fmt: skip
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


@cache
def _company_endings() -> frozenset[str]:
    return frozenset(w for row in read_lexicon("company_endings") for w in name_words(row["ending"]))


@cache
def thing_nouns() -> dict[str, str]:
    """Noun -> label of what it names: "ministry" -> "ORG"."""
    return {row["noun"]: row["type"] for row in read_lexicon("things")}


@cache
def _seats() -> frozenset[tuple[str, ...]]:
    return frozenset(name_words(row["name"]) for row in read_lexicon("metonyms"))


@cache
def _left_out() -> frozenset[str]:
    """Nouns that a short form leaves out: "Orla" for "Orla Airline"."""
    return frozenset(row["noun"] for row in read_lexicon("things") if row["left_out"])


def cluster_names(names: Sequence[Name], text: str) -> tuple[list[Name], list[Cluster]]:
    """(the names with labels made consistent, the clusters in order of first mention).

    `text` is the article: it tells "Georgia" from "Georgia". Every name is a member of exactly one cluster.
    """
    told = told_types(names, text)
    names = without_illnesses(names, told)
    names = settle_labels(names, {form: label for form, label in told.items() if label != ILLNESS})
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
            clusters += _cluster_bodies(names, members)
    clusters.sort(key=lambda cluster: cluster.members[0])
    return names, clusters


# ---------------------------------------------------------------- labels


def settle_labels(names: Sequence[Name], told: Mapping[tuple[str, ...], str] | None = None) -> list[Name]:
    """Names with one label for one form, the one most mentions have; a surname follows the full name it ends.

    `told` are the types that the words around a name tell, which decide.
    """
    told = told or {}
    votes: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for name in names:
        votes[name.words][name.label] += 2 if name.titles and name.label == "PERSON" else 1
    last_words = {name.words[-1] for name in names if name.label == "PERSON" and len(name.words) > 1}
    first_words = {
        name.words[0]
        for name in names
        if name.label == "ORG" and len(name.words) > 1 and not any(map(_makes_another_body, name.words[1:]))
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
    if label in ("ORG", "FAC", "EVENT") and thing_nouns().get(form[-1]) == "LAW" and len(form) > 1:
        return "LAW"  # the "Orla Constitution"
    if len(form) > 1 or label in ("DATE", "MONEY", "NORP"):
        return label
    word = form[0]
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


def _rank(label: str) -> int:
    return LABEL_ORDER.index(label) if label in LABEL_ORDER else len(LABEL_ORDER)


def _relabel(name: Name, label: str) -> Name:
    titled = name.label == "PERSON" and name.titles and label != "PERSON"  # "Mr Washington" beside the city
    return name if name.label == label or titled else merge_label(name, label)


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
    for words in [words for words in found if len(words) == 1 and is_landform(words[0])]:
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


def _cluster_bodies(names: Sequence[Name], members: Sequence[int]) -> list[Cluster]:
    """Organisations and other things of one label: acronyms and short forms join the full name."""
    label = names[members[0]].label
    forms: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i in members:
        forms[body_words(names[i].words, label)].append(i)
    keys = sorted(forms, key=lambda words: (-len(words), forms[words][0]))
    parent = {words: words for words in keys}
    for short, full in _bracketed(names, members, label):
        parent[_root(parent, short)] = _root(parent, full)
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
    kept = [SPELLINGS.get(word, word) for word in words]
    if label == "EVENT" and len(kept) > 1 and not STORM_WORDS.isdisjoint(kept[:-1]):
        return (kept[-1],)  # "Tropical Storm Orla" becomes "Hurricane Orla"
    while label == "ORG" and len(kept) > 1 and kept[-1] in _company_endings():
        kept.pop()
    if kept[0] == "the" and len(kept) > 1:
        kept.pop(0)
    for i, word in enumerate(kept[:-2]):
        if word in BODIES and kept[i + 1] in ("of", "for"):
            rest = [w for w in kept[i + 2 :] if w not in FUNCTION_WORDS]
            return (*kept[:i], *rest, word)
    return tuple(kept)


def _root(parent: dict[tuple[str, ...], tuple[str, ...]], words: tuple[str, ...]) -> tuple[str, ...]:
    while parent[words] != words:
        parent[words] = parent[parent[words]]
        words = parent[words]
    return words


def _bracketed(
    names: Sequence[Name], members: Sequence[int], label: str
) -> Iterable[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(short, full) for "Sund Port Board (SPB)" and "SPB (Sund Port Board)"."""
    for before, after in pairwise(members):
        first, second = names[before], names[after]
        if second.start - first.end != 1 or second.start_char - first.end_char != 2:
            continue
        one, other = body_words(first.words, label), body_words(second.words, label)
        short, full = (one, other) if len(one) < len(other) else (other, one)
        # "LEFT (Labour Party)" is none; after the full name any letters are, "Federal Security Service (FSB)"
        plain = short is other or _abbreviates(short[0], full)
        if len(short) == 1 and short[0][0] == full[0][0] and len(full) > 1 and plain:
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
        return not any(map(_makes_another_body, full[len(short) :]))
    return short == full[-len(short) :]


def _makes_another_body(word: str) -> bool:
    """Whether a word after a name makes it another's: the "Orla Foundation" is not Orla, "Orla Norway" a branch."""
    own_kind = word in thing_nouns() and word not in _left_out()
    return own_kind or word in FUNCTION_WORDS or is_known_place(word) or is_demonym(word)
