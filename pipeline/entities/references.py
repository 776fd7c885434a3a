"""References: the places in a text where a cluster of names is named, described or taken up by a pronoun."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from spacy.attrs import SENT_START
from spacy.tokens import Doc, Token

from pipeline.quotes.quotemarks import find_quotations

SUBJECTS = frozenset({"nsubj", "nsubj:pass", "csubj", "nsubj:outer"})
OBJECTS = frozenset({"obj", "iobj"})
OBLIQUES = frozenset({"obl", "obl:agent", "obl:tmod", "obl:npmod", "obl:unmarked"})
POSSESSIVES = frozenset({"nmod:poss", "poss"})
INSIDE_NAME = frozenset({"flat", "compound", "fixed", "flat:name", "goeswith"})
CLAUSES = frozenset(
    {"ROOT", "root", "ccomp", "xcomp", "advcl", "acl", "acl:relcl", "relcl", "parataxis", "csubj", "csubj:pass",
     "advcl:relcl", "csubj:outer"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """One place that refers to a cluster, or to none that is known; offsets in tokens, end exclusive."""

    start: int
    end: int
    kind: str
    """name, nominal or pronoun."""
    cluster: int | None
    """Index into the clusters; None where it stays open."""
    label: str
    confidence: float = 1.0


Children = list[list[Token]]
"""For each token, those that hang on it, in order: `Token.children` of spaCy reads foreign memory, and may take the
process with it, on a doc that has sentences and no parse."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tokens of a doc, read once, and the sentence and paragraph of each, counted from 0."""

    tokens: list[Token]
    texts: list[str]
    tags: list[str]
    """Penn tags, empty strings where the doc has none."""
    children: Children
    sentence: list[int]
    paragraph: list[int]
    in_quotes: list[bool]
    speaks: list[bool]
    """Whether a token is part of somebody who is quoted (`doc.spans["sources"]`)."""
    said_by: dict[int, int]
    """Token of direct speech -> head of the source whose words it is of."""


def lay_out(doc: Doc) -> Layout:
    """Where each token stands; quotation marks are those that `find_quotations` pairs, double ones alone."""
    speaks = [False] * len(doc)
    for source in doc.spans.get("sources", ()):
        speaks[source.start : source.end] = [True] * len(source)
    sentence, paragraph = [], []
    tokens = list(doc)
    texts = [token.text for token in tokens]
    starts = doc.to_array([SENT_START]).tolist() if tokens else []
    n_sentences = n_paragraphs = -1
    broken = True
    for i, text in enumerate(texts):
        space = text.isspace()
        if broken and not space:
            n_paragraphs, broken = n_paragraphs + 1, False
        n_sentences += starts[i] == 1 or i == 0
        sentence.append(n_sentences)
        paragraph.append(max(0, n_paragraphs))
        broken = broken or (space and text.count("\n") > 1)
    tags = [token.tag_ for token in tokens]
    in_quotes = _find_quoted(doc, tokens)
    said_by = _find_speakers(doc, in_quotes)
    return Layout(tokens, texts, tags, children_of(tokens), sentence, paragraph, in_quotes, speaks, said_by)


def _find_quoted(doc: Doc, tokens: list[Token]) -> list[bool]:
    """Whether each token stands within double quotation marks."""
    starts = [token.idx for token in tokens]
    found = [False] * len(tokens)
    for quotation in find_quotations(doc.text):
        if quotation.double:
            lo = bisect_left(starts, quotation.inner_start)
            hi = bisect_left(starts, quotation.inner_end)
            found[lo:hi] = [True] * (hi - lo)
    return found


def _find_speakers(doc: Doc, in_quotes: list[bool]) -> dict[int, int]:
    """The heads of sources, by the tokens of clauses that stand in quotation marks as a whole and are linked to one."""
    found: dict[int, int] = {}
    if not {"contents", "cues", "sources"} <= doc.spans.keys():
        return found
    contents, cues, sources = (doc.spans[name] for name in ("contents", "cues", "sources"))
    source_of = cues.attrs.get("source", [])
    for content, cue in zip(contents, contents.attrs.get("cue", []), strict=False):
        source = source_of[cue] if 0 <= cue < len(source_of) else -1
        is_direct = all(in_quotes[token.i] for token in content if not (token.is_punct or token.is_space))
        if 0 <= source < len(sources) and is_direct and any(token.dep_ in SUBJECTS for token in content):
            head = head_of(doc, sources[source].start, sources[source].end).i
            found.update(dict.fromkeys(range(content.start, content.end), head))
    return found


def children_of(tokens: list[Token]) -> Children:
    """The tokens that hang on each of all tokens of a doc."""
    found: Children = [[] for _ in tokens]
    for token in tokens:
        head = token.head.i
        if head != token.i:
            found[head].append(token)
    return found


def head_of(doc: Doc, start: int, end: int) -> Token:
    """The token of a span that hangs on a word outside it."""
    for i in range(start, end):
        head = doc[i].head.i
        if not start <= head < end or head == i:
            return doc[i]
    return doc[end - 1]


def outer_head(token: Token) -> Token:
    """The head of the noun phrase around a name: in "Orla, the chancellor" the word that the verb governs."""
    for _ in range(6):
        if token.dep_ not in INSIDE_NAME and token.dep_ not in ("appos", "conj"):
            break
        token = token.head
    return token


def role_of(token: Token) -> str:
    """Grammatical role of a noun phrase by its head: subject, object, oblique, possessive, noun or other."""
    dep = outer_head(token).dep_
    if dep in SUBJECTS:
        return "subject"
    if dep in OBJECTS:
        return "object"
    if dep in OBLIQUES:
        return "oblique"
    if dep in POSSESSIVES:
        return "possessive"
    return "noun" if dep.startswith("nmod") else "other"


def clause_of(token: Token) -> Token:
    """The predicate of the clause a token stands in (of a predicate: of the clause it heads)."""
    for _ in range(64):
        if token.dep_ in CLAUSES or token.head.i == token.i:
            return token
        if token.dep_ == "conj" and token.pos_ in ("VERB", "AUX"):
            return token
        token = token.head
    return token


def subject_of(predicate: Token, children: Children) -> Token | None:
    """The subject of a clause, for a coordinated verb without one that of the first: "Orla came and (Orla) left"."""
    for _ in range(8):
        for child in children[predicate.i]:
            if child.dep_ in SUBJECTS:
                return child
        if predicate.dep_ not in ("conj", "xcomp"):
            return None
        predicate = predicate.head
    return None


def covered(references: Iterable[Reference]) -> dict[int, Reference]:
    """Token -> the reference it is part of; of several the later one in the list."""
    return {i: reference for reference in references for i in range(reference.start, reference.end)}


def describes_other(noun: Token, children: Children) -> bool:
    """Whether a noun says what somebody is and brings in nobody new: "She is a pilot", "Orla, a pilot"."""
    if noun.dep_ == "conj":
        noun = noun.head
    below = [(child.dep_, child.lower_) for child in children[noun.i]]
    is_predicate = noun.dep_ in ("appos", "attr", "xcomp") or any(dep == "cop" for dep, _ in below)
    return is_predicate or ("case", "as") in below
