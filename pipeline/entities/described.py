"""Types that descriptions of a name tell: "Vanterra, a company that", "the instrument ORLA", "boats such as the Sund".

A description is a noun that the article puts beside a name. It decides where it says more than the reader can know:
of an invented or rare name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from spacy.tokens import Doc, Token

from pipeline.entities.names import Name
from pipeline.entities.places import is_demonym, is_known_place, is_landform
from pipeline.entities.references import SUBJECTS, Children, head_of
from pipeline.entities.words import (
    company_endings,
    fold_word,
    is_given_name,
    is_person_noun,
    left_out,
    thing_nouns,
)

NAMING = frozenset({"call", "name", "dub", "title", "know", "nickname"})
BESIDE = frozenset({"flat", "appos", "compound", "nmod:desc"})
DETERMINERS = frozenset({"det", "nmod:poss"})
# "carrier", "operator": a man or a body
AGENT = ("er", "or")
EXAMPLES = (("like",), ("such", "as"), ("including",))

FAR = 16  # tokens before "called", in which what is called so stands
# a name of more words is no person's
LONGEST_PERSON = 3
LEAST_SHARE = 0.1  # of the mentions of a name, that must have a description
PLACES = frozenset({"GPE", "LOC"})

Form = tuple[str, ...]


def described_types(doc: Doc, children: Children, names: Sequence[Name]) -> dict[Form, Counter[str]]:
    """Form of a name -> the types its descriptions tell, counted; none where the doc has no tags and parse."""
    found: dict[Form, Counter[str]] = defaultdict(Counter)
    if not (doc.has_annotation("DEP") and doc.has_annotation("TAG")):
        return found
    for name in names:
        for noun in _descriptions(doc, children, name):
            kind = _kind(noun, name)
            # "in Orla, a country", but not "the cabinet in Orla, a coalition"
            is_other = noun.i >= name.end and kind not in PLACES and doc[name.start - 1].pos_ == "ADP"
            if kind and not is_other:
                found[name.words][kind] += 1
    return found


def plain_types(names: Sequence[Name], described: Mapping[Form, Counter[str]]) -> dict[Form, str]:
    """Form of a name -> the one type that its descriptions tell, where it may be believed against the reader."""
    votes: dict[Form, Counter[str]] = defaultdict(Counter)
    titled = {name.words for name in names if name.titles}
    for name in names:
        votes[name.words][name.label] += 1
    surnames = {form[-1:] for form, labels in votes.items() if len(form) > 1 and labels["PERSON"]}
    found = {}
    for form, kinds in described.items():
        label = votes[form].most_common(1)[0][0]
        kind = next(iter(kinds))
        shown = kinds.total() >= LEAST_SHARE * votes[form].total()
        known = is_known_place(" ".join(form)) or is_demonym(" ".join(form)) or form in titled | surnames
        if len(kinds) == 1 and shown and kind != label and not known and _may_be(form, label, kind):
            found[form] = kind
    return found


def _may_be(form: Form, label: str, kind: str) -> bool:
    """Whether a name that the reader gives one label may be of another."""
    if label in ("NORP", "DATE", "MONEY") or {label, kind} <= {"ORG", "FAC"} or {label, kind} <= PLACES:
        return False  # a hospital is a body and a building
    if kind == "PERSON":
        known = any(word in thing_nouns() or word in company_endings() or is_landform(word) for word in form)
        return not known and len(form) <= LONGEST_PERSON
    return label != "PERSON" or len(form) == 1 or not is_given_name(form[0])


def _kind(noun: Token, name: Name) -> str:
    lemma = fold_word(noun.lemma_)
    thing, person = thing_nouns().get(lemma, ""), is_person_noun(lemma)
    if thing and (person or lemma.endswith(AGENT)):
        return "" if name.label == "PERSON" else thing
    if person:
        return "" if any(len(w) > 1 and w.isupper() for w in name.text.split()) else "PERSON"  # "ORF News"
    plain = name.label != "PERSON" or len(name.words) == 1 or thing != "ORG" or lemma in left_out()
    return thing if plain else ""


def _descriptions(doc: Doc, children: Children, name: Name) -> Iterator[Token]:
    """Nouns that say what a name is."""
    head = head_of(doc, name.start, name.end)
    for child in children[head.i]:
        if child.dep_ == "appos" and _follows(doc, child, name) and _is_definite(child, children):
            yield child
    if (
        head.dep_ in SUBJECTS
        and _is_copular(head.head, children)
        and thing_nouns().get(head.head.lemma_) == "ORG"
    ):
        yield head.head  # "Vanterra is the parent company of": what a person is is often an image, "a bridge"
    yield from _said_after(doc, name)
    before = _before(doc, name)
    if before is not None and (head.dep_ in BESIDE or before.dep_ in BESIDE):
        yield before
    if head.dep_ == "appos" and head.head.i < name.start and doc[name.start - 1].text == ",":
        noun = head.head  # "a spokesperson for the mill, Ana Orla,"
        if noun.tag_ == "NN" and is_person_noun(noun.lemma_) and _is_definite(noun, children):
            yield noun
    yield from _called(doc, name)
    yield from _example_of(doc, name)


def _follows(doc: Doc, noun: Token, name: Name) -> bool:
    """Whether a noun ends the phrase after a name: "Orla, a company that", but not "Orla, a studio ''fixer''"."""
    if (
        doc[name.start - 1].pos_ == "ADP"
        or noun.i < name.end
        or not name.end <= noun.left_edge.i <= name.end + 1
    ):
        return False
    after = doc[noun.i + 1] if noun.i + 1 < len(doc) else None
    is_noun = noun.tag_ == "NN" and not noun.ent_type_
    return is_noun and (after is None or (after.pos_ not in ("NOUN", "PROPN", "ADJ") and not after.is_quote))


def _called(doc: Doc, name: Name) -> Iterator[Token]:
    """The thing of "a device fixed to his feet, called Orla": the noun named last before the verb."""
    verb = doc[name.start - 1]
    if not name.start or verb.lemma_ not in NAMING or verb.tag_ != "VBN":
        return
    for i in range(verb.i - 1, max(-1, verb.i - FAR), -1):
        if doc[i].dep_.startswith("aux") or doc[i].is_sent_start:
            return  # "was called Orla"
        if doc[i].tag_ == "NN" and (doc[i].i + 1 == verb.i or fold_word(doc[i].lemma_) in thing_nouns()):
            yield doc[i]
            return


def _said_after(doc: Doc, name: Name) -> Iterator[Token]:
    """The noun of "Orla, once a small country", whatever the parse makes of it."""
    i = name.end + 1
    if i >= len(doc) or doc[name.end].text != ",":
        return
    while i < len(doc) and doc[i].pos_ == "ADV":
        i += 1
    if i >= len(doc) or doc[i].lower_ not in ("a", "an"):
        return
    stop = i + 1
    while stop < len(doc) and (doc[stop].pos_ in ("ADJ", "NOUN", "PROPN") or doc[stop].tag_ == "HYPH"):
        stop += 1
    if doc[stop - 1].tag_ == "NN":
        yield doc[stop - 1]


def _is_definite(noun: Token, children: Children) -> bool:
    return any(child.dep_ in DETERMINERS and child.i < noun.i for child in children[noun.i])


def _is_copular(noun: Token, children: Children) -> bool:
    below = {child.dep_ for child in children[noun.i]}
    return noun.tag_ == "NN" and {"cop", "det"} <= below and "case" not in below


def _before(doc: Doc, name: Name) -> Token | None:
    """The noun right before a name, a comma and an article passed over: "their ship, the Orla"."""
    i = name.start - 1
    if i >= 0 and doc[i].lower_ in ("the", "a", "an"):
        i -= 1
        if i < 0 or doc[i].text != ",":
            return None
    if i >= 0 and doc[i].text == ",":
        i -= 1
    if name.titles or i < 1 or doc[i].tag_ != "NN" or doc[i].ent_type_ or doc[i - 1].text in ("of", "-"):
        return None
    return doc[i]


def _example_of(doc: Doc, name: Name) -> Iterator[Token]:
    """The noun of which a name is an example: "instruments like ORLA"."""
    for words in EXAMPLES:
        i = name.start - len(words)
        if i > 0 and tuple(token.lower_ for token in doc[i : name.start]) == words:
            noun = doc[i - 2] if doc[i - 1].text == "," and i > 1 else doc[i - 1]
            if noun.tag_ == "NNS":
                yield noun
