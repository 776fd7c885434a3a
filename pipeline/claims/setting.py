"""What the walks over a doc's tree need, and what a predicate does to the clause below it, as the lexicon has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.claims.clauses import DEEPEST
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import OPINION_CLASSES, Signature, opinion_lemmas, signature, words_of
from pipeline.schema import Hedge

POS = {"VERB": "verb", "AUX": "verb", "ADJ": "adj", "NOUN": "noun", "PROPN": "noun"}
REPORTING = OPINION_CLASSES - {"question"}
"""Classes that hang a clause on somebody; who asks whether something is so states nothing."""
JUDGEMENTS = frozenset({"certain", "likely", "question"})
LIFTING = frozenset({"implicative", "raising", "auxiliary"})
"""Classes that hand their statement on to the infinitive below."""
UNKNOWN_REPORT = Signature("speech", 0, 0, 3, 0)
"""A verb that attributes and that the lexicon does not know: the author only reports, the source is sure."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the walks need of one doc: its tree, its hedges, and the hedge that stands at each token."""

    tree: Tree
    hedges: Sequence[Hedge]
    hedge_at: dict[int, int]  # token -> index into hedges
    negations: dict[int, int | None] = field(default_factory=dict)  # remembered per governor


def governor_signature(tree: Tree, governor: int, complement: str) -> Signature | None:
    """The signature of a token over a complement, its particle counted in ("rule out"); None where none is known."""
    particle = child(tree, governor, "compound:prt")
    lemma = tree.lemmas[governor]
    lemmas = (f"{lemma} {tree.lowers[particle]}", lemma) if particle is not None else (lemma,)
    for pos in (POS.get(tree.pos[governor], ""), "verb" if tree.tags[governor] == "VBN" else "adj"):
        for name in lemmas:
            if found := signature(name, pos, complement):
                return found
    return None


def lifts_by_itself(sign: Signature | None) -> bool:
    """Whether a signature says of an infinitive whether it is so."""
    return sign is not None and (sign.kind in LIFTING or sign.kind in JUDGEMENTS)


def is_passive(tree: Tree, i: int) -> bool:
    if child(tree, i, "aux:pass") is not None or child(tree, i, "nsubj:pass") is not None:
        return True
    return tree.tags[i] == "VBN" and tree.deps[i] in ("acl", "amod")


def is_existential(tree: Tree, i: int) -> bool:
    return any(tree.deps[c] == "expl" and tree.lowers[c] == "there" for c in tree.children[i])


def is_raising_verb(tree: Tree, i: int) -> bool:
    return tree.lemmas[i] in ("seem", "appear", "look", "sound", "feel")


def speaker_of(tree: Tree, governor: int) -> int | None:
    """The token of who says or thinks what a verb governs; None for a passive, an empty *it*, a noun without owner."""
    i = governor
    for _ in range(DEEPEST):
        if tree.lowers[i] == "according":
            return _accorded(tree, i)
        if is_passive(tree, i):
            return None
        subjects = {tree.deps[c]: c for c in reversed(tree.children[i])}
        subject = subjects.get("nsubj", subjects.get("nsubj:outer"))
        if subject is not None:
            return _meant(tree, i, subject)
        above = _sharing(tree, i)
        if above is None:
            break
        led = child(tree, above, "obj") if tree.deps[i] == "xcomp" else None
        if led is not None:
            return led  # "it led her to believe that …"
        i = above
    if tree.pos[governor] != "NOUN":
        return None
    owner = child(tree, governor, "nmod:poss")
    if owner is None and tree.deps[governor] in ("obj", "obl") and _is_held(tree, governor):
        owner = child(tree, tree.heads[governor], "nsubj")  # "we had a suspicion that …"
    return owner


def _accorded(tree: Tree, i: int) -> int:
    """Whom something is according to: what stands nearest behind *according*, "according to Berg, 3 tonnes of fish"."""
    above = tree.heads[i]
    below = child(tree, i, "obl", "nmod", "obj")
    if below is None and tree.deps[i] == "advcl":
        below = next((c for c in tree.children[above] if c > i and tree.deps[c] == "obl"), None)
    if below is None or (tree.deps[i] == "case" and i < above < below):
        return above
    return below


def _is_held(tree: Tree, noun: int) -> bool:
    """As in "had a suspicion", "came to the conclusion"; not "relief came with the announcement"."""
    verb, case = tree.heads[noun], child(tree, noun, "case")
    if tree.lemmas[verb] == "come" and (case is None or tree.lowers[case] != "to"):
        return False
    return tree.lemmas[verb] in words_of("holding")


def _sharing(tree: Tree, i: int) -> int | None:
    """The verb whose subject a verb without one shares: "… and said", "…, adding that"; None without one."""
    above = tree.heads[i]
    if above == i or tree.deps[i] in ("conj", "xcomp"):
        return above if above != i else None
    if tree.deps[i] != "advcl" or tree.tags[i] != "VBG" or tree.lemmas[i] in words_of("evidence"):
        return None  # "light weakened, indicating that": what happened indicates it, not the light
    # "the roof fell, officials said, adding that …" where the parse hangs "adding" on "fell"
    reports = [c for c in tree.children[above] if tree.deps[c] == "parataxis"]
    reports += [tree.heads[above]] if tree.deps[above] == "ccomp" and tree.heads[above] < i else []
    said = (k for k in reports if tree.lemmas[k] in opinion_lemmas() and child(tree, k, "nsubj") is not None)
    return above if tree.lemmas[above] in opinion_lemmas() else next(said, above)


def _meant(tree: Tree, governor: int, subject: int) -> int | None:
    """Whom a subject stands for: "who" for its noun; the *it* of "it is sad that" for nobody."""
    if tree.tags[subject] in ("WP", "WDT") and tree.deps[governor] == "acl:relcl":
        return tree.heads[governor]
    if tree.pos[governor] == "ADJ" and tree.lowers[subject] in words_of("impersonal"):
        return None
    determiner = child(tree, subject, "det")
    none = determiner is not None and tree.lowers[determiner] in words_of("negative_determiner")
    if none or tree.lowers[subject] in words_of("negative_pronoun"):
        return None  # "nothing suggests that", "no judge can pretend that"
    return subject
