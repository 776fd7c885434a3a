"""Who a source is: the entity that its head names, else the words as written.

"Yang Uk, a fellow at the institute" is Yang Uk, "a fellow at the institute" is himself and not the institute, "his
lawyer" is the lawyer. Two speakers at once ("the governor and the mayor") are given as written and without an id: one
cell cannot name both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from pipeline.entities.words import fold_word, is_person_noun
from pipeline.quotes.words import quote_words
from pipeline.schema import Entity, Mention

NO_SPEAKERS = frozenset({"DATE", "MONEY"})
PERSONAL = frozenset(
    "i me we us you he him she her it they them himself herself itself themselves myself ourselves yourself".split()
)
RELATIVE = frozenset("who which that whom".split())
DEMONSTRATIVE = frozenset("this these those".split())
PRONOUNS = PERSONAL | RELATIVE | DEMONSTRATIVE
BODIES = frozenset({"ORG", "GPE"})
CALLED = frozenset({"named", "called"})
NAMING = ("flat", "appos", "compound", "nmod:desc", "nmod:unmarked")  # relations from a title to a name
# A possessor would stand before its noun: one behind a comma is an apposition that the parser got wrong.
APPOSED = ("appos", "nmod:poss")
# Where, without a parse, the head of a source is taken to lie before.
POSTMODIFIER_STARTS = frozenset(
    [*",(–—-", "of", "for", "at", "from", "with", "in", "who", "whose", "which", "on", "and", "to", "by"]
)
TITLE_WORDS = frozenset({"NOUN", "PROPN", "ADJ", ""})  # "" where a pipeline has no tagger
TITLES = (
    "flat",
    "appos",
    "compound",
    "nmod:desc",
)  # relations of a name to the title before it: "by mayor Berg"
WRITTEN = frozenset({"by", "from"})
DASHES = frozenset("—–-")
BESIDE = frozenset({"punct", "case", "cc", "conj", "mark"})  # relations of what does not narrow a noun down
LONGEST_TITLE = 2  # words before a name: "Dame", "Prof Dr"
RELATIVE_CLIMB = 4  # nouns from a relative clause up to the name: "Ana Duarte, an anchor at the station, who"
LONGEST_DESCRIPTION = 15  # words
INSIDE = ("det", "amod", "nummod", "nmod:poss", "compound")  # relations of a noun's words to it
EDGE_PUNCTUATION = " \n\t,;:.-–—"


@dataclass(frozen=True, slots=True)
class MentionIndex:
    """What speakers are looked up in.

    The text of the article, whether it is parsed, the mentions that may speak, sorted by start, with their starts,
    and the names of the entities.
    """

    text: str
    parsed: bool
    mentions: list[Mention]
    starts: list[int]
    names: dict[str, str]


def index_mentions(
    text: str, parsed: bool, mentions: Sequence[Mention], entities: Sequence[Entity]
) -> MentionIndex:
    """What `find_speaker` looks up."""
    able = sorted((m for m in mentions if m.type not in NO_SPEAKERS), key=lambda m: (m.start, -m.end))
    return MentionIndex(text, parsed, able, [m.start for m in able], {e.entity_id: e.name for e in entities})


def find_speaker(doc: Doc, start: int, end: int, index: MentionIndex) -> tuple[str | None, str | None]:
    """(speaker, speaker_id) of the source doc[start:end], as `quotes.csv` has them.

    An entity gives its name and id; other words stand as written, without an id, for "who" those that it takes up; any
    other pronoun that is not resolved gives (None, None).
    """
    written = doc[start:end].text.strip(EDGE_PUNCTUATION)
    if not written:
        return None, None
    head = source_head(doc, start, end, index.parsed)
    if head.text.lower() in RELATIVE and end - start == 1:
        mention = _antecedent(doc, head, index)
    else:
        mention = head_mention(doc, start, end, index)
    if mention and mention.entity_id in index.names and not _is_some_of(head, mention):
        return index.names[mention.entity_id], mention.entity_id
    if written.lower() == "who" and index.parsed:
        return _described(doc, head), None
    if written.lower() in PRONOUNS:
        return None, None
    return written, None


def source_head(doc: Doc, start: int, end: int, parsed: bool) -> Token:
    """The token of doc[start:end] on which the others hang; without a parse the last before a comma or preposition.

    Where a broken parse leaves several it is the subject, and of two subjects of a verb the later one: "Berg's [wife]
    said", "said study author [Ana] Duarte"; but "the [Sea Court] — the highest court of the isles —".
    """
    tops = [
        token
        for token in (doc[start:end] if parsed else ())
        if (token.head.i == token.i or not start <= token.head.i < end)
        and not (token.is_punct or token.is_space)
        and token.dep_ not in ("case", "cc", "mark")
    ]
    if tops:
        subjects = [token for token in tops if token.dep_.startswith("nsubj")]
        of_one_verb = subjects and subjects[-1].head == subjects[0].head
        later = of_one_verb and not _is_description(doc, subjects)
        return subjects[-1] if later else (subjects or tops)[0]
    last = start
    for token in doc[start:end]:
        if token.text.lower() in POSTMODIFIER_STARTS and token.i > start:
            break
        if not (token.is_punct or token.is_space):
            last = token.i
    return doc[last]


def _is_description(doc: Doc, subjects: list[Token]) -> bool:
    """Whether the last of several subjects is set off by a sign from a name before it and is no name."""
    first, last = subjects[0], subjects[-1]
    apart = any(token.is_punct and token.text in DASHES for token in doc[first.i : last.i])
    return first.pos_ == "PROPN" and last.pos_ == "NOUN" and apart


def head_mention(doc: Doc, start: int, end: int, index: MentionIndex) -> Mention | None:
    """The mention that the head of a source stands in, or that names a titled or described head."""
    head = source_head(doc, start, end, index.parsed)
    inside = mentions_between(index, doc[start].idx, doc[end - 1].idx + len(doc[end - 1]))
    if _joint(doc, start, end, head, index, inside):
        return None
    holding = [m for m in inside if m.start <= head.idx < m.end]
    named = _names_head(doc, head, inside, end)
    if named and not any(m.kind == "name" for m in holding):
        return None if index.parsed and _has_conjunct(doc, named, end) else named
    with_entity = [m for m in holding if m.entity_id] or holding or _meant_by(doc, head, inside)
    held = max(with_entity, key=lambda m: m.end - m.start, default=None)
    return (held and _officer_of(doc, held, inside)) or held


def _meant_by(doc: Doc, head: Token, inside: list[Mention]) -> list[Mention]:
    """Whom a head without a mention of its own means: the body of "Echo magazine", the person of "a tweet by Berg"."""
    word = (head.lemma_ or head.text).lower()
    if word in quote_words("sort") and head.tag_ not in ("NNS", "NNPS"):
        return [m for m in inside if m.type == "ORG" and m.kind == "name" and m.end + 1 == head.idx]
    if word not in quote_words("text"):
        return []
    return [m for m in inside if m.type == "PERSON" and _is_writer(doc, head, m)]


def _is_writer(doc: Doc, head: Token, mention: Mention) -> bool:
    """Whether a person is the one by whom, or from whom, a text is."""
    bounds = token_span(doc, mention)
    name = doc[slice(*bounds)].root if bounds else None
    while name is not None and name.dep_ in TITLES and name.head.i > head.i:
        name = name.head
    if name is None or name.head.i != head.i or not name.dep_.startswith(("nmod", "obl")):
        return False
    if any(t.dep_ == "conj" for t in name.children):
        return False
    return any(t.text.lower() in WRITTEN for t in name.children if t.dep_ == "case")


def mentions_between(index: MentionIndex, lo: int, hi: int) -> list[Mention]:
    """The mentions that begin and end between two character offsets (a little over at the end is let pass)."""
    found = []
    for i in range(bisect_left(index.starts, lo), bisect_left(index.starts, hi)):
        if index.mentions[i].end <= hi + 2:
            found.append(index.mentions[i])
    return found


def _has_conjunct(doc: Doc, name: Mention, end: int) -> bool:
    """Whether a name behind a title is followed by another's: "candidate Ana Duarte and former mayor Jon Berg"."""
    bounds = token_span(doc, name)
    root = doc[slice(*bounds)].root if bounds else None
    return root is not None and any(t.dep_ == "conj" and t.i < end for t in root.children)


def _officer_of(doc: Doc, body: Mention, inside: list[Mention]) -> Mention | None:
    """The person before whose name a body's is part of the title: "Port Authority president Ana Duarte".

    A parser may take such a body for the speaker where its name is long.
    """
    person = next((m for m in inside if m.start > body.end), None)
    if body.type not in BODIES or person is None or person.type != "PERSON":
        return None
    title = doc.char_span(body.end, person.start, alignment_mode="contract")
    if not title or any(token.pos_ not in TITLE_WORDS for token in title):
        return None
    return person if is_person_noun(fold_word(title[-1].text)) else None


def _names_head(doc: Doc, head: Token, inside: list[Mention], end: int) -> Mention | None:
    """Who is behind a title or a description: "spokeswoman Ana Duarte", "the mayor, Ana Duarte,", "news agency NTB".

    `end` is where the source ends. Several are nobody in particular: "some members, such as Ana Duarte".
    """
    for mention in inside:
        bounds = token_span(doc, mention)
        if mention.kind != "name" or mention.start <= head.idx or bounds is None:
            continue
        if mention.type == "PERSON":
            if head.tag_ != "NNS" and _is_person_behind(doc, head, mention, bounds, inside, end):
                return mention
        elif mention.type in BODIES and _describes_body(doc, head, bounds):
            return mention
    return None


def _is_person_behind(
    doc: Doc, head: Token, mention: Mention, bounds: tuple[int, int], inside: list[Mention], end: int
) -> bool:
    """Whether the head of a source is a title or a description of the person whose name stands behind it."""
    first, root = bounds[0], doc[slice(*bounds)].root
    if root.dep_ == "flat" and head.i < root.head.i < first:  # a title is the head: "Count Jon Berg"
        first, root = root.head.i, root.head
    before = doc[first - 1]
    return (
        (root.head.i == head.i and (root.dep_.startswith(NAMING) or _has_no_preposition(root)))
        or (before.text == "," and root.head.i == head.i and root.dep_ in APPOSED)
        or (before.text.lower() in CALLED and before.head.i == head.i)
        or doc[head.i + 1].idx == mention.start
        or (mention == inside[-1] and _closes_description(doc, head, bounds, end))
        or _after_office(mention, inside)
        or _is_one_of(head, root)
    )


def _describes_body(doc: Doc, head: Token, name: tuple[int, int]) -> bool:
    """Whether a name stands in apposition to a noun, behind a comma to one that is no person.

    "The broadcaster NRK", "the paper, the Echo,"; but not "the spokesman, Sea Institute".
    """
    root = doc[slice(*name)].root
    apposed = root.head.i == head.i and root.dep_ in APPOSED
    return apposed and (name[0] == head.i + 1 or not is_person_noun(fold_word(head.lemma_ or head.text)))


def _is_one_of(head: Token, name: Token) -> bool:
    """Whether a name is in apposition to those of whom one speaks: "one of the vice presidents, Ana Duarte"."""
    several = name.head
    of_several = several.dep_ == "nmod" and several.head.i == head.i
    return head.text.lower() == "one" and name.dep_ == "appos" and of_several


def _closes_description(doc: Doc, head: Token, name: tuple[int, int], end: int) -> bool:
    """Whether a source is a description and, behind a comma, the name, whatever the parser hangs the name on.

    "Warnings from the finance director, Ana Duarte"; but not "a spokesman for the mayor, Ana Duarte", who may be the
    mayor.
    """
    first = name[0]
    while first - 1 > head.i and doc[first - 1].text[0].isupper() and first > name[0] - LONGEST_TITLE:
        first -= 1
    if doc[first - 1].text != "," or not is_person_noun(fold_word(head.lemma_ or head.text)):
        return False
    between, after = doc[head.i + 1 : first - 1], doc[name[1] : end].text
    return not after.strip(EDGE_PUNCTUATION) and not any(
        t.text in EDGE_PUNCTUATION or is_person_noun(fold_word(t.lemma_ or t.text)) for t in between
    )


def _has_no_preposition(name: Token) -> bool:
    """Whether a name that a parser takes for a modifier has no preposition: "the head of the bank, Dr Ana Duarte"."""
    return name.dep_.startswith("nmod") and not any(t.dep_ == "case" for t in name.children)


def _after_office(name: Mention, inside: list[Mention]) -> bool:
    """Whether a name follows on the place or body of an office: "ambassador to Norway Ana Duarte"."""
    return any(other.end + 1 == name.start and other.type != "PERSON" for other in inside)


def token_span(doc: Doc, mention: Mention) -> tuple[int, int] | None:
    """First token and last token + 1 of a mention, cut to whole tokens; None where it is not of this doc."""
    span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
    return (span.start, span.end) if span is not None and len(span) else None


def _joint(doc: Doc, start: int, end: int, head: Token, index: MentionIndex, inside: list[Mention]) -> bool:
    """Whether a source is two speakers: its head has a conjunct in it, or "and" ties the first mention to another.

    "The Sea and Port Authority" is one.
    """
    if index.parsed:
        one = max((m.end for m in inside if m.kind == "name" and m.start <= head.idx < m.end), default=0)
        return any(t.dep_ == "conj" and t.head.i == head.i and t.idx >= one for t in doc[start:end])
    pairs = zip(inside, inside[1:])
    return any(index.text[a.end : b.start].strip() in ("and", "&", "or") for a, b in pairs)


def _antecedent(doc: Doc, pronoun: Token, index: MentionIndex) -> Mention | None:
    """The mention that a relative pronoun takes up: the noun its clause hangs on, or a name right before it."""
    verb = next((t for t in (pronoun.head, pronoun.head.head) if t.dep_.startswith("acl")), None)
    noun = verb.head if verb is not None else None
    found = _named_by(noun, pronoun, index) if noun is not None else None
    if found is None and not (noun is not None and is_person_noun(fold_word(noun.lemma_ or noun.text))):
        # "the race with Ana Duarte, who has pledged", the clause hung on the race
        found = _right_before(pronoun, index)
    return found


def _is_some_of(head: Token, mention: Mention) -> bool:
    """Whether a source is one or some of a people or party, and not all: "many Republicans", "a Swede"."""
    if mention.type != "NORP" or mention.kind != "name":
        return False
    around = (child for child in head.children if not mention.start <= child.idx < mention.end)
    return any(child.text.lower() != "the" and child.dep_ not in BESIDE for child in around)


def _described(doc: Doc, pronoun: Token) -> str | None:
    """The words that *who* takes up where they name nobody: "a former clerk" in "by a former clerk, who asked"."""
    verb = next((t for t in (pronoun.head, pronoun.head.head) if t.dep_.startswith("acl")), None)
    if verb is None or verb.head.pos_ != "NOUN" or verb.head.i >= pronoun.i:
        return None
    own = [t.left_edge.i for t in verb.head.lefts if t.dep_.startswith(INSIDE)]
    start = min(own, default=verb.head.i)
    if pronoun.i - start > LONGEST_DESCRIPTION:
        return None
    return doc[start : pronoun.i].text.strip(EDGE_PUNCTUATION) or None


def _named_by(noun: Token, pronoun: Token, index: MentionIndex) -> Mention | None:
    """Whom a noun before a relative clause means: a mention, or what the noun is said of.

    "Ana Duarte, the head of the Sea Board, who": the clause hung on the board is of its head, and the head is she; and
    "Berg is a man who" tells of Berg.
    """
    other = None
    for _ in range(RELATIVE_CLIMB):
        mentions = [m for m in _holding(index, noun.idx) if m.entity_id]
        fitting = next((m for m in mentions if _may_be(pronoun, m)), None)
        if fitting is not None and (pronoun.text.lower() != "who" or fitting.type == "PERSON"):
            return fitting
        other = other or fitting
        if any(child.dep_ == "cop" for child in noun.children):
            above = next((child for child in noun.children if child.dep_ in ("nsubj", "nsubj:outer")), None)
        else:
            above = noun.head if noun.dep_ == "appos" or (mentions and noun.dep_.startswith("nmod")) else None
        if above is None:
            break
        noun = above
    return other


def _right_before(pronoun: Token, index: MentionIndex) -> Mention | None:
    end = pronoun.idx
    while end > 0 and index.text[end - 1] in " ,":
        end -= 1
    fitting = (m for m in _holding(index, end - 1) if m.entity_id and m.end == end)
    return next((m for m in fitting if _may_be(pronoun, m)), None)


def _may_be(pronoun: Token, mention: Mention) -> bool:
    """Whether "who" or "which" may take a mention up: people do not go by "which", places not by "who"."""
    word = pronoun.text.lower()
    if word in ("who", "whom"):
        return mention.type not in ("GPE", "LOC", "FAC", "EVENT", "LAW", "PRODUCT", "WEAPON")
    return word != "which" or mention.type != "PERSON"


def _holding(index: MentionIndex, offset: int) -> list[Mention]:
    """The mentions around a character, the longest that begin within 200 characters before it."""
    lo, hi = bisect_left(index.starts, offset - 200), bisect_left(index.starts, offset + 1)
    return sorted(
        (m for m in index.mentions[lo:hi] if m.start <= offset < m.end), key=lambda m: m.start - m.end
    )
