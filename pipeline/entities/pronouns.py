"""Pronouns: who "he", "she", "it" and "they" are, where the evidence carries.

Each pronoun is weighed against the people and things mentioned before it and in its own sentence, and against none of
them. The evidence is that of `antecedents` and, where the doc has it, the reader's pointer to antecedent words. Weights
(`lexicon/antecedents.csv`) are fitted by `training/fit_pronouns.py`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from spacy.tokens import Doc, Token

from pipeline.entities.antecedents import (
    FORMS,
    GENDER_SETTLED,
    Candidate,
    Referent,
    Stage,
    find_candidates,
    none_features,
    note_pronoun,
    pronoun_kind,
    set_stage,
    speaker_at,
)
from pipeline.entities.people import Cluster
from pipeline.entities.references import Layout, Reference
from pipeline.lexicon import read_lexicon

# a wrong name is worse than none: the least probability at which a pronoun is given one
THRESHOLDS = {"m": 0.4, "f": 0.4, "thing": 0.6, "group": 0.7}
BESIDE_SPEAKER = 0.6  # the same for another than the speaker in direct speech
WEIGHT_SETS = {"m": "person", "f": "person", "thing": "thing", "group": "group"}
NO_POINTER = ", no pointer"  # the sets of weights for docs that other readers than ours have read
POINTER_FLOOR = 0.02

Pointer = Mapping[int, Mapping[int, float]]
"""Pronoun token -> antecedent token -> probability."""


def resolve(
    doc: Doc, layout: Layout, clusters: Sequence[Cluster], references: Sequence[Reference]
) -> list[Reference]:
    """One reference per third-person pronoun, in order, with the cluster it means, or None where that stays open.

    `confidence` is the probability of the choice, in [0, 1]. `references` are the names and descriptions.
    """
    pointer = read_pointer(doc)
    first, stage = _resolve_once(doc, layout, clusters, references, pointer, {})
    # what all pronouns of the text tell of gender holds from its first word on
    settled = {r.cluster: _settled(r) for r in stage.referents if r.cluster is not None and _settled(r)}
    if not settled:
        return first
    return _resolve_once(doc, layout, clusters, references, pointer, settled)[0]


def _settled(who: Referent) -> str:
    """The gender that pronouns resolved to somebody agree on, "" where they do not or where it is known without."""
    most, kind, least = max((who.as_m, "m", who.as_f), (who.as_f, "f", who.as_m))
    return kind if not who.gender and most >= GENDER_SETTLED and most >= 3 * least else ""


def _resolve_once(
    doc: Doc,
    layout: Layout,
    clusters: Sequence[Cluster],
    references: Sequence[Reference],
    pointer: Pointer,
    settled: Mapping[int, str],
) -> tuple[list[Reference], Stage]:
    """The references of all pronouns, left to right, and the stage after the last word."""
    stage = set_stage(doc, layout, clusters, references)
    for cluster, gender in settled.items():
        stage.referents[cluster].gender = gender
    found = []
    for token, text in zip(layout.tokens, layout.texts, strict=True):
        kind = pronoun_kind(token) if text.lower() in FORMS else ""
        if not kind:
            continue
        choice, probability = choose(stage, token, kind, pointer)
        meant = None if choice is None else stage.referents[choice].cluster
        label = clusters[meant].label if meant is not None else ""
        found.append(Reference(token.i, token.i + 1, "pronoun", meant, label, probability))
        if choice is not None:
            note_pronoun(stage, token, kind, choice, probability)
    return found, stage


def choose(stage: Stage, token: Token, kind: str, pointer: Pointer) -> tuple[int | None, float]:
    """(referent, its probability) for a pronoun; (None, that of "none of them") where no referent is likely enough."""
    candidates, evidence = weigh(stage, token, kind, pointer)
    weights = _weights()[WEIGHT_SETS[kind] + ("" if token.i in pointer else NO_POINTER)]
    scores = [_dot(weights, features) for features in evidence]
    least, speaker = THRESHOLDS[kind], speaker_at(stage, token)
    best = max(range(len(candidates)), key=lambda k: scores[k], default=None)
    if best is not None and candidates[best].referent == speaker:
        # of the others none is as near: "He is right," said of one whom the article need not name
        candidates, scores = candidates[:best] + candidates[best + 1 :], scores[:best] + scores[best + 1 :]
        least = max(least, BESIDE_SPEAKER)
        best = max(range(len(candidates)), key=lambda k: scores[k], default=None)
    probabilities = _softmax(scores)
    if best is None or probabilities[best] < least:
        return None, probabilities[-1]
    return candidates[best].referent, probabilities[best]


def weigh(
    stage: Stage, token: Token, kind: str, pointer: Pointer
) -> tuple[list[Candidate], list[dict[str, float]]]:
    """(candidates, the features of each and last those of "none of them")."""
    candidates = find_candidates(stage, token, kind)
    evidence = [dict(c.features) for c in candidates] + [none_features(stage, token, kind, candidates)]
    words = pointer.get(token.i)
    if words is None:
        return candidates, evidence
    position = {candidate.referent: k for k, candidate in enumerate(candidates)}
    mass = [0.0] * len(candidates)
    for i, probability in words.items():
        k = position.get(stage.owner.get(i, -1))
        if k is not None:
            mass[k] += probability
    for features, probability in zip(evidence, mass, strict=False):
        features["pointer"] = _above_floor(probability)
    evidence[-1]["pointer, none"] = _above_floor(1.0 - sum(mass))
    return candidates, evidence


def _above_floor(probability: float) -> float:
    """How far a probability is above what the pointer gives to words at random, in logarithms."""
    return math.log(max(probability, POINTER_FLOOR) / POINTER_FLOOR)


@cache
def _weights() -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in read_lexicon("antecedents"):
        found[row["pronouns"]][row["feature"]] = float(row["weight"])
    return found


def _dot(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def read_pointer(doc: Doc) -> Pointer:
    """The reader's antecedent words for each pronoun; empty where the doc has none."""
    if "anaphors" not in doc.spans:
        return {}
    group = doc.spans["anaphors"]
    antecedents = group.attrs.get("antecedents", [])
    return {
        span.start: {int(i): float(p) for i, p in words}
        for span, words in zip(group, antecedents, strict=False)
    }
