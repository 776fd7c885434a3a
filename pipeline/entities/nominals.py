"""Descriptions that take up a name: "the minister", "the North Korean leader", "the company"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.entities.names import Name
from pipeline.entities.people import Cluster
from pipeline.entities.places import country_of, is_city_state, state_of_capital
from pipeline.entities.references import (
    SUBJECTS,
    Children,
    Layout,
    Reference,
    covered,
    describes_other,
    head_of,
    outer_head,
)
from pipeline.entities.words import fold_word, is_person_noun, people_nouns, thing_nouns

# a description reaches back so many sentences; further off it may mean anybody
REACH = 12
# where two entities fit, the nearer must be nearer by so many sentences
LEAD = 3
CONFIDENCE = 0.8
DEFINITE = frozenset({"the", "this", "that"})
INDEFINITE = frozenset({"a", "an", "another", "some", "any", "each", "every", "no"})
PREMODIFIERS = frozenset({"amod", "compound", "nmod:poss", "nmod", "flat", "nummod", "nmod:desc"})
STATE_NOUNS = ("country", "nation")


@dataclass(frozen=True, slots=True)
class Description:
    """What an article calls an entity besides its name: head noun and the words that narrow it."""

    cluster: int
    noun: str
    modifiers: frozenset[str]
    told: bool = True
    """Whether the article says so, and not only what is known of the name."""


def find_nominals(
    doc: Doc, layout: Layout, names: Sequence[Name], clusters: Sequence[Cluster]
) -> list[Reference]:
    """Definite descriptions that mean one entity plainly, in order; nothing where the doc has no tags and parse."""
    if not (doc.has_annotation("DEP") and doc.has_annotation("TAG")):
        return []
    owner = {i: k for k, cluster in enumerate(clusters) for i in cluster.members}
    inside = covered(Reference(n.start, n.end, "name", owner[i], n.label) for i, n in enumerate(names))
    described: dict[str, list[Description]] = defaultdict(list)
    for description in _describe(doc, layout.children, names, clusters, owner):
        if description not in described[description.noun]:
            described[description.noun].append(description)
    seen: dict[int, int] = {}  # cluster -> sentence where it was referred to last
    strangers: dict[str, int] = {}  # noun -> sentence where somebody without a name was called that
    found = []
    for token, tag in zip(layout.tokens, layout.tags, strict=True):
        here = layout.sentence[token.i]
        reference = inside.get(token.i)
        if reference is not None and reference.cluster is not None:
            seen[reference.cluster] = here
            continue
        if tag not in ("NN", "NNP") or token.lower_ == "one":
            continue
        noun = fold_word(token.lemma_ or token.text)
        if _determiner(token, layout.children) in INDEFINITE:
            if not describes_other(token, layout.children):
                strangers[noun] = here
        elif noun in described and _takes_up(token, layout.children, inside):
            stranger = strangers.get(noun, -1)
            cluster = _choose(token, layout.children, described[noun], seen, stranger, here, inside)
            if cluster is not None:
                bounds = _phrase(token, layout.children)
                found.append(Reference(*bounds, "nominal", cluster, clusters[cluster].label, CONFIDENCE))
                seen[cluster] = here
    return found


def _describe(
    doc: Doc, children: Children, names: Sequence[Name], clusters: Sequence[Cluster], owner: Mapping[int, int]
) -> Iterator[Description]:
    for i, name in enumerate(names):
        cluster = owner[i]
        if name.titles:
            yield _from_titles(cluster, name.titles)
        if name.label in ("PERSON", "ORG", "GPE", "FAC", "LOC", "EVENT", "LAW", "PRODUCT"):
            yield from _from_parse(doc, children, name, cluster)
        if name.label in ("ORG", "FAC", "LOC", "EVENT", "LAW"):
            yield from _from_own_words(name, cluster)
    for k, named in enumerate(clusters):
        if named.label == "GPE":
            yield from _of_place(k, " ".join(named.words))


def tell_gender(doc: Doc, children: Children, names: Sequence[Name], clusters: Sequence[Cluster]) -> None:
    """Set the gender of people whom the nouns beside their name tell and agree on: "Ana Orla, a spokeswoman"."""
    if not doc.has_annotation("DEP"):
        return
    nouns = people_nouns()
    for k, cluster in enumerate(clusters):
        if cluster.label == "PERSON" and not cluster.gender:
            told = {
                nouns.get(d.noun, "")
                for i in cluster.members
                for d in _from_parse(doc, children, names[i], k)
            } - {""}
            if len(told) == 1:
                cluster.gender = told.pop()


def _from_titles(cluster: int, titles: tuple[str, ...]) -> Description:
    """("us", "secretary", "of", "state") -> secretary; us, state."""
    at = len(titles) - 1
    if "of" in titles[1:] and not is_person_noun(
        titles[-1]
    ):  # "Secretary of State", but "House of Lords speaker"
        at = titles.index("of", 1) - 1
    rest = frozenset(w for i, w in enumerate(titles) if i != at and w != "of")
    return Description(cluster, titles[at], rest)


def _from_parse(doc: Doc, children: Children, name: Name, cluster: int) -> Iterator[Description]:
    """Appositions ("Joe Orla, a harbour pilot"), nouns right before a name ("the airline Sundair"), "X is a pilot"."""
    head = head_of(doc, name.start, name.end)
    nouns = [child for child in children[head.i] if child.dep_ == "appos" and child.i >= name.end]
    if head.dep_ == "appos" and not name.start <= head.head.i < name.end:
        nouns.append(head.head)
    if head.dep_ in SUBJECTS and any(child.dep_ == "cop" for child in children[head.head.i]):
        nouns.append(head.head)
    if name.start and not name.titles and head.dep_ in ("flat", "appos", "compound", "nmod:desc"):
        nouns.append(doc[name.start - 1])
    for noun in nouns:
        if noun.tag_ == "NN" and not noun.ent_type_ and _fits_label(fold_word(noun.lemma_), name.label):
            yield Description(cluster, fold_word(noun.lemma_), _modifiers(noun, children))


def _fits_label(noun: str, label: str) -> bool:
    if label == "PERSON":
        return is_person_noun(noun)
    kind = thing_nouns().get(noun)
    return kind == label or (
        kind is not None and label in ("ORG", "FAC", "LOC", "GPE") and kind in ("ORG", "FAC", "LOC")
    )


def _from_own_words(name: Name, cluster: int) -> Iterator[Description]:
    """What a name says of itself: "Ministry of Defence" is a ministry, and the defence ministry."""
    words = name.words
    at = words.index("of") - 1 if "of" in words[1:] else len(words) - 1
    if len(words) > 1 and words[at] in thing_nouns():
        yield Description(
            cluster, words[at], frozenset(w for i, w in enumerate(words) if i != at and w != "of")
        )


def _of_place(cluster: int, name: str) -> Iterator[Description]:
    if country_of(name):
        nouns = (*STATE_NOUNS, "city") if is_city_state(name) else STATE_NOUNS
    else:
        nouns = ("city", "capital") if state_of_capital(name) else ("city", "town")
    for noun in nouns:
        yield Description(cluster, noun, frozenset(), told=False)


def _determiner(token: Token, children: Children) -> str:
    for child in children[token.i]:
        if child.dep_ == "det" and child.i < token.i:
            return str(child.lower_)
    return ""


def _takes_up(token: Token, children: Children, inside: Mapping[int, Reference]) -> bool:
    """Whether a noun may take up somebody named before: "the minister", but not "the minister, Joe Orla"."""
    return _determiner(token, children) in DEFINITE and not _belongs_to_name(token, children, inside)


def _belongs_to_name(token: Token, children: Children, inside: Mapping[int, Reference]) -> bool:
    """Whether a noun phrase has a name in it or beside it: "the minister, Joe Orla", "the airline Sundair"."""
    if outer_head(token).i in inside:
        return True
    return any(
        child.i in inside and child.dep_ in ("appos", "flat", "nmod:desc", "compound") and child.i > token.i
        for child in children[token.i]
    )


def _modifiers(noun: Token, children: Children) -> frozenset[str]:
    """Folded words that narrow a noun down: adjectives, compounds, possessors, what follows "of"."""
    found: set[str] = set()
    for child in children[noun.i]:
        if child.dep_ in PREMODIFIERS and (child.i < noun.i or _after_of(child, children)):
            found.update(
                fold_word(t.text)
                for t in [child, *children[child.i]]
                if t.pos_ in ("ADJ", "NOUN", "PROPN", "NUM", "VERB")
            )
    return frozenset(found)


def _after_of(token: Token, children: Children) -> bool:
    return any(child.dep_ == "case" and child.lower_ == "of" for child in children[token.i])


def _choose(
    token: Token,
    children: Children,
    described: Sequence[Description],
    seen: Mapping[int, int],
    stranger: int,
    here: int,
    inside: Mapping[int, Reference],
) -> int | None:
    """The cluster a definite description means, None where two fit alike, or where it adds what nobody is known for."""
    if any(child.dep_ in ("acl:relcl", "relcl", "acl", "nmod") and child.i > token.i and not _after_of(child, children)
           for child in children[token.i]):  # fmt: skip
        return None  # "the minister who resigned" picks out one by what follows
    modifiers = _modifiers(token, children)
    rivals = _co_arguments(token, children, inside)
    fitting = [
        d
        for d in described
        if modifiers <= d.modifiers
        and d.cluster not in rivals
        and here - seen.get(d.cluster, here - REACH - 1) <= REACH
    ]
    told = {d.cluster for d in fitting if d.told}  # "Orla, a city of mills, … Vik … the city"
    ranked = sorted(told or {d.cluster for d in fitting}, key=lambda k: -seen[k])
    if not ranked or (stranger >= 0 and stranger >= seen[ranked[0]]):
        return None
    if len(ranked) > 1 and seen[ranked[0]] - seen[ranked[1]] < LEAD:
        return None
    return ranked[0]


def _co_arguments(token: Token, children: Children, inside: Mapping[int, Reference]) -> set[int]:
    """Clusters that stand beside a noun phrase under one verb: in "Orla met the minister" she is not the minister."""
    head = outer_head(token).head
    found = set()
    for child in children[head.i]:
        reference = inside.get(child.i)
        if reference is not None and reference.cluster is not None and child.dep_ != "advcl":
            found.add(reference.cluster)
    return found


def _phrase(token: Token, children: Children) -> tuple[int, int]:
    """Tokens from the determiner to the noun."""
    return min(
        child.i for child in children[token.i] if child.dep_ == "det" and child.i < token.i
    ), token.i + 1
