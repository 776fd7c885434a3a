"""Steps of predicates over a clause: reports, and what reports nobody ("it is likely that", "failed to")."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.claims.certainty import Step
from pipeline.claims.cue_uses import is_indication
from pipeline.claims.governors import Governor
from pipeline.claims.hedges import LOWERING_KINDS, entries_of
from pipeline.claims.negation import negation_of
from pipeline.claims.setting import UNKNOWN_REPORT, Setting, governor_signature, is_passive
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import OPINION_CLASSES, Signature, signature, words_of
from pipeline.schema import Hedge

DEFAULT_CAP = {"epistemic": 1.0, "doxastic": 2.0, "conditional": 1.0, "investigation": 0.0, "evidential": 2.0}
"""What a cue of a kind leaves of a certain claim where the lexicon does not know the cue."""
INDICATED = 2.0
"""What is left of a claim that data indicate: "the results indicate that"."""
HEARSAY = 2.0
"""What is left of a claim that nobody in particular makes: "it is said that"."""


class Bearing(NamedTuple):
    """What bears on a claim: its steps innermost first, the hedges among them, and the governors of the reports."""

    steps: list[Step]
    hedges: set[int]
    reports: dict[int, int]  # index of a step -> token of the verb that reports
    commanding: set[int]  # governors that hand their statement on to the clause ("it is likely that")


def signature_over(setting: Setting, governor: Governor) -> Signature | None:
    tree, token, complement = setting.tree, governor.token, governor.complement
    if tree.lowers[token] == "according":
        return UNKNOWN_REPORT
    found = governor_signature(tree, token, complement)
    if found is not None and found.kind == "speech" and _shows(tree, token):
        return signature("show", "verb", complement) or found
    if found is not None and tree.lemmas[token] == "indicate" and is_indication(tree, token):
        return found._replace(source=INDICATED)
    if (
        found is not None
        and tree.lemmas[token] == "mean"
        and complement == "that"
        and _has_person(tree, token)
    ):
        return signature("say", "verb", "that")  # "he means (that) he had no part in it"
    if complement in ("to", "small", "ing") and is_passive(tree, token):
        return governor_signature(tree, token, "that") or found
    if found is None and complement == "whether":
        return governor_signature(tree, token, "that")
    return found


def _has_person(tree: Tree, verb: int) -> bool:
    """Whether *he*, *she* or *they* is the subject of a verb; what *it* means, it makes so."""
    subject = child(tree, verb, "nsubj")
    return subject is not None and tree.lowers[subject] in words_of("third_person") - {"it"}


def _shows(tree: Tree, verb: int) -> bool:
    """As in "this tells us that", "the data say that": what has no mouth shows it."""
    subject, told = child(tree, verb, "nsubj"), child(tree, verb, "iobj", "obj")
    if subject is None or tree.lemmas[verb] not in ("tell", "say"):
        return False
    if tree.lowers[subject] == "it":
        return told is not None and tree.lowers[told] in words_of("talkers")
    return tree.lowers[subject] in words_of("demonstrative") or tree.lemmas[subject] in words_of("data")


def report_step(setting: Setting, token: int, sign: Signature) -> Step:
    negated = negation_of(setting, token) is not None
    author = sign.author_negated if negated else sign.author
    source = sign.source_negated if negated else sign.source
    words = ("not " if negated else "") + setting.tree.words[token]
    return Step("report", words, setting.tree.starts[token], author, source, sign.kind)


def plain_step(
    setting: Setting, token: int, sign: Signature | None, hedge: int | None, asks: bool
) -> Step | None:
    """The step of a predicate that reports nobody: "it is likely that", "failed to", "it is believed that"."""
    tree, start = setting.tree, setting.tree.starts[token]
    negation = negation_of(setting, token)
    words = ("not " if negation is not None else "") + tree.words[token]
    row = setting.hedges[hedge] if hedge is not None else None
    note = row.kind if row is not None else sign.kind if sign is not None else ""
    if row is not None and len(row.text.split()) > 1 and row.kind in LOWERING_KINDS:
        return Step("hedge", row.text, row.start, *(2 * (cap_of(row),)), row.kind)
    if sign is not None and negation is not None and tree.lowers[negation] == "nothing":
        return Step(
            "predicate", f"nothing {tree.words[token]}", start, -1, -1, note
        )  # "nothing suggests that"
    if asks:
        return Step("predicate", words, start, 0, 0, note or "question")
    if sign is not None:
        impersonal = sign.kind in OPINION_CLASSES and tree.pos[token] not in ("NOUN", "PROPN")
        value = sign.author_negated if negation is not None else sign.author
        said = sign.source_negated if negation is not None else sign.source
        if sign.kind in OPINION_CLASSES and not impersonal:
            return Step("predicate", words, start, value, said, note)
        if impersonal and sign.kind not in (
            "factive",
            "finding",
        ):  # "it was announced that": a hedge, no report
            listed = entries_of("evidential", f"it be {tree.lowers[token]}")
            most = listed.cap if listed is not None and listed.cap is not None else HEARSAY
            if tree.tags[token] == "VBG" and tree.deps[token] == "acl":
                most = 3.0  # "a motion claiming that"
            if is_command(tree, token):
                most = 0.0  # "imagine we had a boat"
            value = max(-most, min(most, said))
        if sign.kind == "auxiliary" and value == 3:
            return None  # "is going to leave": nothing is said of how sure it is
        return Step("predicate", words, start, value, value, note)
    if row is not None and row.kind in LOWERING_KINDS:
        cap = cap_of(row, governs=True)
        cap = -cap if negation is not None else cap
        return Step("hedge", words, start, cap, cap, row.kind)
    return None


def is_command(tree: Tree, i: int) -> bool:
    """As in "imagine (that) …", "suppose that …": a bare verb on top, without subject, auxiliary and *to*."""
    if tree.deps[i] in ("xcomp", "ccomp") and tree.lemmas[tree.heads[i]] == "let":
        return True  # "let's assume that"
    bare = tree.tags[i] in ("VB", "VBP") and tree.deps[i] in ("root", "parataxis")
    return bare and child(tree, i, "nsubj", "expl", "aux", "mark") is None


def cap_of(hedge: Hedge, governs: bool = False) -> float:
    """What a cue leaves of a certain claim, signed; a conditional that governs a clause leaves it open."""
    if hedge.kind == "conditional" and governs:
        return 0.0
    for lemma in (hedge.text.lower(), hedge.lemma):
        if (entry := entries_of(hedge.kind, lemma)) is not None:
            return entry.cap if entry.cap is not None else 3.0
    for lemma in (hedge.text.lower(), hedge.lemma):
        for kind in LOWERING_KINDS - {hedge.kind}:
            if (entry := entries_of(kind, lemma)) is not None and entry.cap is not None:
                return entry.cap
    return DEFAULT_CAP.get(hedge.kind, 3.0)
