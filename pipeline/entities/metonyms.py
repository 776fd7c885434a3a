"""Places that stand for their government or institution: "Moscow denied it", "talks between Seoul and Tokyo".

A state acting under its own name is no metonym; its capital, or the building where its government sits, is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache

from spacy.tokens import Doc, Token

from pipeline.entities.names import Name
from pipeline.entities.people import Cluster
from pipeline.entities.places import fold, is_state, state_of_capital
from pipeline.entities.references import OBJECTS, SUBJECTS, Children, head_of, outer_head
from pipeline.entities.types import in_datelines
from pipeline.lexicon import read_lexicon

THRESHOLD = 0.5
# names that are neither capitals nor seats of government need the reader's word for it: "Liverpool won"
THRESHOLD_ELSEWHERE = 0.75
READER_FLOOR = 0.02
COMPOUNDS = ("compound", "flat", "amod")


@cache
def seats() -> dict[str, str | None]:
    """Folded name of a building or district -> ISO code of the state governed from it, None for other seats."""
    return {fold(row["name"]): row["iso3"] or None for row in read_lexicon("metonyms")}


@cache
def _acts() -> dict[tuple[str, str], str]:
    return {(row["role"], row["lemma"]): row["reading"] for row in read_lexicon("acts")}


@cache
def _weights(given: str) -> dict[str, float]:
    """Feature -> weight, of the set for docs with the reader's score or of that for docs without."""
    return {row["feature"]: float(row["weight"]) for row in read_lexicon("metonymy") if row["given"] == given}


def state_meant(name: str) -> str | None:
    """ISO code of the state that a capital or a seat of government stands for, where it stands for one."""
    return state_of_capital(name) or seats().get(fold(name))


def find_metonyms(
    doc: Doc, children: Children, names: Sequence[Name], clusters: Sequence[Cluster]
) -> set[int]:
    """Indices of the names of places that stand for a government or institution here."""
    reader = reader_scores(doc)
    label = {i: cluster.label for cluster in clusters for i in cluster.members}
    found = set()
    datelined = in_datelines(names, doc.text)
    for i, name in enumerate(names):
        if is_state(name.text) or i in datelined:
            continue
        seat = state_of_capital(name.text) is not None or fold(name.text) in seats()
        if label[i] != "GPE" and not (seat and label[i] in ("LOC", "FAC", "ORG")):
            continue
        head = head_of(doc, name.start, name.end)
        if not seat and head.dep_ in COMPOUNDS:
            continue  # "Orla residents", "an Orla lawyer"
        score = metonymy(doc, children, name.start, name.end, reader.get(head.i))
        if score >= (THRESHOLD if seat else THRESHOLD_ELSEWHERE):
            found.add(i)
    return found


def reader_scores(doc: Doc) -> Mapping[int, float]:
    """Token -> the reader's probability that the place it is part of stands for an institution."""
    if "metonyms" not in doc.spans:
        return {}
    group = doc.spans["metonyms"]
    scores = group.attrs.get("metonymy", [])
    return {i: float(p) for span, p in zip(group, scores, strict=False) for i in range(span.start, span.end)}


def metonymy(doc: Doc, children: Children, start: int, end: int, reader: float | None) -> float:
    """Probability that a place doc[start:end] stands for its government or institution.

    `reader` is the reader's own probability, None where it has none; without a parse there is nothing else to go by.
    """
    if not doc[start].dep_:
        return reader or 0.0
    weights = _weights("grammar" if reader is None else "reader")
    score = sum(
        weights.get(name, 0.0) * value for name, value in evidence(doc, children, start, end, reader).items()
    )
    return 1 / (1 + math.exp(-score))


def evidence(doc: Doc, children: Children, start: int, end: int, reader: float | None) -> dict[str, float]:
    """What grammar and the reader tell of a place: its role, its preposition, the verb or noun it depends on."""
    found = {"always": 1.0}
    if reader is not None:
        bounded = min(max(reader, READER_FLOOR), 1 - READER_FLOOR)
        found |= {"reader": math.log(bounded / (1 - bounded)), "reader given": 1.0}
    token = outer_head(head_of(doc, start, end))
    preposition = next(
        (c.lower_ for c in children[token.i] if c.i < token.i and c.dep_ in ("case", "mark")), ""
    )
    role, reading = _reading(token, token.head, preposition)
    found[f"role {role}"] = 1.0
    if reading:
        found[f"{role} of {reading}"] = 1.0
    if preposition and role != "possessive":
        found[f"preposition {preposition}"] = 1.0
    return found


def _reading(token: Token, head: Token, preposition: str) -> tuple[str, str]:
    """(role of a place, whether the word that governs it goes with agents or places: "agent", "place" or "")."""
    acts, lemma = _acts(), head.lemma_.lower()
    if token.dep_ in SUBJECTS:
        passive = token.dep_ == "nsubj:pass"
        return (
            ("passive subject", acts.get(("object", lemma), ""))
            if passive
            else ("subject", acts.get(("subject", lemma), ""))
        )
    if token.dep_ in OBJECTS:
        return "object", acts.get(("object", lemma), "")
    if token.dep_ in ("nmod:poss", "poss"):
        return "possessive", acts.get(("noun", lemma), "")
    if token.dep_ == "obl:agent" or (preposition == "by" and token.dep_ == "obl"):
        return "agent", ""
    if token.dep_ in COMPOUNDS:
        return "compound", acts.get(("noun", lemma), "")
    if token.dep_ == "nmod":
        return "noun", acts.get(("relation", lemma), "") or acts.get(("noun", lemma), "")
    if token.dep_.startswith("obl"):
        return "oblique", acts.get(("relation", lemma), "")
    return "other", ""
