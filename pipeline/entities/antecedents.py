"""Who a pronoun may mean: the people and things named around it, and the evidence for each.

Grammar and text alone speak here: how far back a mention stands, who is subject, what binding forbids, what titles,
nouns and earlier pronouns tell of gender. Nothing here knows the gender of a first name.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from spacy.tokens import Doc, Token

from pipeline.entities.people import Cluster
from pipeline.entities.references import (
    INSIDE_NAME,
    OBJECTS,
    SUBJECTS,
    Layout,
    Reference,
    clause_of,
    covered,
    describes_other,
    head_of,
    role_of,
    subject_of,
)
from pipeline.entities.words import fold_word, is_person_noun, people_nouns, word_set
from pipeline.lexicon import read_lexicon

FORMS = {
    "he": "m", "him": "m", "his": "m", "himself": "m",
    "she": "f", "her": "f", "hers": "f", "herself": "f",
    "it": "thing", "its": "thing", "itself": "thing",
    "they": "group", "them": "group", "their": "group", "theirs": "group", "themselves": "group",
}  # fmt: skip
REFLEXIVES = frozenset({"himself", "herself", "itself", "themselves"})
# labels a pronoun may take up: "they" of a company or a people, "it" of whatever is no person
LABELS = {
    "m": frozenset({"PERSON"}),
    "f": frozenset({"PERSON"}),
    "thing": frozenset({"ORG", "GPE", "LOC", "FAC", "EVENT", "PRODUCT", "WEAPON", "LAW"}),
    "group": frozenset({"ORG", "NORP", "GPE", "PERSON"}),
}
STYLES = word_set("style")
# resolved pronouns of one gender, less those of the other, from which on a referent has that gender
GENDER_SETTLED = 1.5
REACH = 8  # sentences that a pronoun reaches back
CANDIDATES = 12  # referents weighed for one pronoun: those mentioned last
RECENT = 4  # mentions looked at of each


@dataclass(frozen=True, slots=True)
class Place:
    """One mention of a referent and where it stands."""

    head: int
    start: int
    end: int
    role: str
    sentence: int
    kind: str
    """name, nominal, pronoun, or stranger: somebody without a name ("a pilot")."""
    speaks: bool = False
    """Whether somebody is quoted here."""
    plural: bool = False
    """Whether the words are a plural: "Republicans"."""


@dataclass(slots=True)
class Referent:
    """Somebody or something talked about: a cluster of names, or a person without one (cluster None)."""

    cluster: int | None
    label: str
    gender: str
    places: list[Place] = field(default_factory=list)
    as_m: float = 0.0
    """How strongly pronouns resolved so far take it for a man."""
    as_f: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A referent that a pronoun may mean; features are numbers, those left out are 0."""

    referent: int
    features: Mapping[str, float]


@dataclass(slots=True)
class Stage:
    """What has been mentioned up to a point of the text; `advance` moves the point."""

    doc: Doc
    layout: Layout
    referents: list[Referent]
    events: list[tuple[int, Place]]
    """(referent, place) by position."""
    next_event: int = 0
    recency: dict[int, None] = field(default_factory=dict)
    """Referents mentioned so far, the last one last."""
    owner: dict[int, int] = field(default_factory=dict)
    """Token -> the referent it is a mention of, or the head of one."""
    nouns: list[int] = field(default_factory=list)
    """For each token, how many common nouns stand before it as subject or object."""
    spoke_last: int = -1
    """The referent who was quoted last; -1 before the first."""


def set_stage(
    doc: Doc, layout: Layout, clusters: Sequence[Cluster], references: Sequence[Reference]
) -> Stage:
    """The stage before the first word: everybody who will be mentioned, nobody mentioned yet."""
    referents = [Referent(k, c.label, c.gender) for k, c in enumerate(clusters)]
    events = []
    for reference in references:
        if reference.cluster is not None:
            place = _place(doc, layout, reference.start, reference.end, reference.kind)
            events.append((reference.cluster, place))
    events += _strangers(doc, layout, covered(references), referents)
    events.sort(key=lambda event: event[1].start)
    owner = {place.head: r for r, place in events}
    owner |= {
        i: r for r, place in events for i in range(place.start, place.end)
    }  # "Berg, a top Orla aide" is Berg
    return Stage(doc, layout, referents, events, owner=owner, nouns=_count_nouns(layout))


def _place(doc: Doc, layout: Layout, start: int, end: int, kind: str) -> Place:
    head = head_of(doc, start, end)
    for _ in range(4):
        if head.dep_ not in INSIDE_NAME and head.dep_ != "appos":
            break
        head = head.head
    plural = layout.tags[end - 1] in ("NNPS", "NNS")
    return Place(
        head.i, start, end, role_of(head), layout.sentence[start], kind, layout.speaks[head.i], plural
    )


def _strangers(
    doc: Doc, layout: Layout, inside: Mapping[int, Reference], referents: list[Referent]
) -> Iterator[tuple[int, Place]]:
    """People without a name, one referent for each noun: "a pilot … the pilot"."""
    nouns = people_nouns()
    known: dict[str, int] = {}
    for token, tag in zip(layout.tokens, layout.tags, strict=True):
        if (
            tag != "NN"
            or token.i in inside
            or token.dep_ in INSIDE_NAME
            or describes_other(token, layout.children)
        ):
            continue
        noun = fold_word(token.lemma_ or token.text)
        if noun not in nouns or any(
            child.i in inside and child.dep_ in ("flat", "appos") for child in layout.children[token.i]
        ):
            continue
        if noun not in known:
            known[noun] = len(referents)
            referents.append(Referent(None, "PERSON", nouns[noun]))
        yield known[noun], _place(doc, layout, token.i, token.i + 1, "stranger")


def _count_nouns(layout: Layout) -> list[int]:
    counts, n = [], 0
    for token, tag in zip(layout.tokens, layout.tags, strict=True):
        counts.append(n)
        n += tag == "NN" and (token.dep_ in SUBJECTS or token.dep_ in OBJECTS)
    return counts


def pronoun_kind(token: Token) -> str:
    """Kind of a third-person pronoun: "m", "f", "thing" or "group"; "" for other words and for an empty "it"."""
    kind = FORMS.get(token.lower_, "")
    if kind and token.i + 1 < len(token.doc) and token.nbor().lower_ in STYLES:
        return ""  # "Her Majesty"
    if kind == "thing" and (token.dep_ == "expl" or token.text == "IT"):
        return ""
    return kind


def advance(stage: Stage, to: int) -> None:
    """Take in all mentions that begin before a token."""
    while stage.next_event < len(stage.events) and stage.events[stage.next_event][1].start < to:
        referent, place = stage.events[stage.next_event]
        note(stage, referent, place)
        stage.next_event += 1


def note(stage: Stage, referent: int, place: Place) -> None:
    """Take in one mention."""
    stage.owner[place.start] = referent
    stage.referents[referent].places.append(place)
    stage.recency.pop(referent, None)
    stage.recency[referent] = None
    if place.speaks:
        stage.spoke_last = referent


def note_pronoun(stage: Stage, token: Token, kind: str, referent: int, probability: float) -> None:
    """Take in a pronoun that has been resolved; what it tells of gender counts by its probability."""
    note(stage, referent, _place(stage.doc, stage.layout, token.i, token.i + 1, "pronoun"))
    stage.referents[referent].as_m += probability * (kind == "m")
    stage.referents[referent].as_f += probability * (kind == "f")


def find_candidates(stage: Stage, token: Token, kind: str) -> list[Candidate]:
    """The referents a pronoun may mean, the one mentioned last first, those named only after it at the end."""
    advance(stage, token.i)
    sentence = stage.layout.sentence[token.i]
    ahead = _ahead(stage, sentence)
    barred = _barred(stage, token, ahead)
    setting = _setting(stage, token, kind)
    found: list[Candidate] = []
    for referent in [*reversed(stage.recency), *(r for r in ahead if r not in stage.recency)]:
        who = stage.referents[referent]
        if who.label not in LABELS[kind] or referent in barred or _of_other_gender(who, kind):
            continue
        if who.places and sentence - who.places[-1].sentence > REACH:
            break
        if kind == "group" and who.cluster is None:
            continue
        features = _features(stage, setting, who, ahead.get(referent), len(found))
        if features:
            found.append(Candidate(referent, features))
        if len(found) == CANDIDATES:
            break
    return found


def speaker_at(stage: Stage, token: Token) -> int | None:
    """Who speaks where a pronoun stands in direct speech, and calls himself "I": Orla in `"He was good," Orla said`."""
    return stage.owner.get(stage.layout.said_by.get(token.i, -1))


def _of_other_gender(who: Referent, kind: str) -> bool:
    """Whether titles, or pronouns that are settled, speak against a "he" or "she"."""
    if kind not in ("m", "f"):
        return False
    if who.gender:
        return who.gender != kind
    lead = who.as_f - who.as_m if kind == "m" else who.as_m - who.as_f
    return lead >= GENDER_SETTLED


def _ahead(stage: Stage, sentence: int) -> dict[int, Place]:
    """The first mention of each referent that follows in the same sentence: "In her speech Ms Orla said"."""
    found: dict[int, Place] = {}
    for referent, place in stage.events[stage.next_event : stage.next_event + CANDIDATES]:
        if place.sentence != sentence:
            break
        found.setdefault(referent, place)
    return found


def _barred(stage: Stage, token: Token, ahead: Mapping[int, Place]) -> set[int]:
    """Referents that binding forbids.

    They are the other arguments of the verb ("Orla saw him"), the noun possessed ("his wife Ana"), and whoever stands
    below a pronoun that is subject ("He said Orla would go").
    """
    doc = stage.doc
    barred = set()
    near = [
        (r, p) for r in islice(reversed(stage.recency), CANDIDATES) for p in stage.referents[r].places[-2:]
    ]
    near += ahead.items()
    possessive = token.dep_ in ("nmod:poss", "poss")
    for referent, place in near:
        if place.sentence != stage.layout.sentence[token.i]:
            continue
        head = doc[place.head]
        if possessive:
            if _possesses(stage, token, head, place):
                barred.add(referent)
        elif token.lower_ not in REFLEXIVES and head.head.i == token.head.i and head.i != token.head.i:
            barred.add(referent)
        if token.dep_ in SUBJECTS and place.start > token.i and _stands_below(head, token.head):
            barred.add(referent)
    return barred


def _possesses(stage: Stage, token: Token, head: Token, place: Place) -> bool:
    """Whether a possessive would make somebody his own.

    As in "his wife Ana", "his father, Jon Orla", "Ana is her deputy", "named Ana as her deputy"; "her own" may.
    """
    doc, noun, children = stage.doc, token.head, stage.layout.children
    if noun.i == place.head or place.start <= noun.i < place.end:
        return True
    if any(child.lower_ in ("own", "usual") for child in children[noun.i]):
        return False
    if place.start == noun.i + 2 and doc[noun.i + 1].text == ",":
        return is_person_noun(fold_word(noun.lemma_)) and head.dep_ not in SUBJECTS
    below = {(child.dep_, child.lower_) for child in children[noun.i]}
    if any(dep == "cop" for dep, _ in below):
        return head.dep_ in SUBJECTS and head.head.i == noun.i
    return ("case", "as") in below and head.dep_ in OBJECTS and head.head.i == noun.head.i


def _stands_below(token: Token, top: Token) -> bool:
    for _ in range(64):
        if token.i == top.i or token.head.i == token.i:
            break
        token = token.head
    return token.i == top.i


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the features of all candidates of one pronoun share."""

    token: Token
    kind: str
    role: str
    sentence: int
    paragraph: int
    quoted: bool
    subjects: tuple[int, ...]
    """Heads of the subjects of the clause around the pronoun, of the clause around that, and so on."""
    acts: bool


def _setting(stage: Stage, token: Token, kind: str) -> _Setting:
    layout = stage.layout
    subjects = []
    clause = clause_of(token)
    for _ in range(4):
        subject = subject_of(clause, layout.children)
        if subject is not None and subject.i != token.i:
            subjects.append(subject.i)
        if clause.head.i == clause.i:
            break
        clause = clause_of(clause.head)
    return _Setting(
        token, kind, role_of(token), layout.sentence[token.i], layout.paragraph[token.i],
        layout.in_quotes[token.i], tuple(subjects), _acts(token),
    )  # fmt: skip


def _features(
    stage: Stage, setting: _Setting, who: Referent, ahead: Place | None, rank: int
) -> dict[str, float]:
    layout = stage.layout
    last = who.places[-1] if who.places else ahead
    if last is None or (last is ahead and setting.kind == "group"):
        return {}
    recent = who.places[-RECENT:]
    if _names_himself(layout, setting, recent):
        return {}
    features = _position_evidence(stage, setting, last, rank)
    if last is ahead:
        features["named after"] = 1.0
        features["named after, " + ("subject" if last.role == "subject" else "no subject")] = 1.0
    elif layout.paragraph[last.start] != setting.paragraph:
        features["other paragraph"] = 1.0
    features |= _subject_evidence(setting, recent)
    opens = recent and not any(p.sentence < recent[-1].sentence for p in recent)
    if opens and stage.events[0][1] is recent[0]:
        features["opens the text"] = 1.0
    features |= _speech_evidence(stage, setting, who, recent)
    if setting.kind == "group" and last.plural:
        features["plural name"] = 1.0
    features |= _gender_evidence(who, setting.kind)
    features |= _quote_evidence(layout, setting, last)
    if setting.kind in ("thing", "group"):
        features[f"label {who.label}"] = 1.0
        if setting.acts:
            features[f"label {who.label}, acts"] = 1.0
    return features


def _position_evidence(stage: Stage, setting: _Setting, last: Place, rank: int) -> dict[str, float]:
    """How far back somebody was mentioned, and as what."""
    distance = setting.sentence - last.sentence
    features = {
        f"distance {min(distance, 3)}": 1.0,
        f"role {last.role}": 1.0,
        f"rank {min(rank, 3)}": 1.0,
        f"last is {last.kind}": 1.0,
        "nouns between": math.log1p(max(0, stage.nouns[setting.token.i] - stage.nouns[last.start])),
    }
    if distance > 3:
        features["sentences beyond 3"] = float(distance - 3)
    if setting.role == last.role:
        features[f"both {last.role}"] = 1.0
    return features


def _subject_evidence(setting: _Setting, recent: Sequence[Place]) -> dict[str, float]:
    """Whether somebody is subject of the sentence before, or of a clause around the pronoun."""
    features = {}
    if any(p.role == "subject" and p.sentence == setting.sentence - 1 for p in recent):
        features["subject of the sentence before"] = 1.0
    heads = {p.head for p in recent}
    for depth, subject in enumerate(setting.subjects[:3]):
        if subject in heads:
            features[f"subject {depth} clauses up, {_form(setting)}"] = 1.0
            break
    return features


def _speech_evidence(
    stage: Stage, setting: _Setting, who: Referent, recent: Sequence[Place]
) -> dict[str, float]:
    """Of a pronoun that is quoted: who spoke last, or before, `"We go," Orla said. … "Nobody stays," she added`."""
    if not stage.layout.speaks[setting.token.i]:
        return {}
    if stage.spoke_last >= 0 and stage.referents[stage.spoke_last] is who:
        return {"speaks, as last": 1.0}
    return {"speaks, as before": 1.0} if any(p.speaks for p in recent) else {}


def _names_himself(layout: Layout, setting: _Setting, recent: Sequence[Place]) -> bool:
    """Whether the one quoted would speak of himself by name: in `"Orla must go," he said` he is not Orla."""
    if not layout.speaks[setting.token.i] or setting.quoted:
        return False
    return any(p.sentence == setting.sentence and layout.in_quotes[p.start] for p in recent)


def _form(setting: _Setting) -> str:
    if setting.token.lower_ in REFLEXIVES:
        return "reflexive"
    return setting.role if setting.role in ("subject", "possessive") else "other"


def _gender_evidence(who: Referent, kind: str) -> dict[str, float]:
    if kind not in ("m", "f"):
        return {}
    same, other = (who.as_m, who.as_f) if kind == "m" else (who.as_f, who.as_m)
    known = 3.0 * (who.gender == kind)
    return {"gender": math.log1p(same + known) - math.log1p(other), "gender known": float(bool(who.gender))}


def _quote_evidence(layout: Layout, setting: _Setting, last: Place) -> dict[str, float]:
    """Inside quotation marks "he" is hardly the speaker, who would say "I"."""
    inside = layout.in_quotes[last.start]
    if setting.quoted and not inside:
        near = setting.sentence - last.sentence <= 1
        return {
            "quoted, named outside" + (" as subject near by" if near and last.role == "subject" else ""): 1.0
        }
    return {"named in a quote": 1.0} if inside and not setting.quoted else {}


def _acts(token: Token) -> bool:
    """Whether a pronoun is subject of what only people and bodies do: "it denied the report"."""
    return token.dep_ in SUBJECTS and token.head.lemma_.lower() in _deeds()


@cache
def _deeds() -> frozenset[str]:
    rows = read_lexicon("acts")
    return frozenset(row["lemma"] for row in rows if (row["role"], row["reading"]) == ("subject", "agent"))


def none_features(stage: Stage, token: Token, kind: str, candidates: Sequence[Candidate]) -> dict[str, float]:
    """Evidence that a pronoun means none of the candidates."""
    role = role_of(token)
    return {
        "none": 1.0,
        "none, acts": float(kind in ("thing", "group") and _acts(token)),
        f"none, {role}": 1.0,
        "none, quoted": float(stage.layout.in_quotes[token.i]),
        "none, speaks": float(stage.layout.speaks[token.i]),
        "none, candidates": math.log1p(len(candidates)),
        "none, start of text": float(stage.layout.sentence[token.i] == 0),
    }
