"""Which clauses only report: they say who says it, or how sure it is, while what is said is a clause of its own."""

from __future__ import annotations

from pipeline.claims.clauses import DEEPEST, Clause, is_finite, states
from pipeline.claims.governors import clause_top
from pipeline.claims.hedges import LOWERING_KINDS
from pipeline.claims.scene import Scene
from pipeline.claims.steps import Bearing
from pipeline.claims.tree import FINITE_TAGS, Tree, child
from pipeline.lexicon.word_sets import signature, words_of


def reporting_tops(scene: Scene, clauses: list[Clause], bearings: dict[int, Bearing]) -> set[int]:
    """Tops of clauses that only say who says it, or how sure it is, while what is said is a clause of its own."""
    tree = scene.tree
    tops = set()
    for clause in clauses:
        for token in bearings[clause.top].commanding - set(clause.chain):
            if tree.lowers[token] != "according" and (top := clause_top(tree, token)) != clause.top:
                tops.add(top)
    cues = frozenset[int]().union(
        *(c for n, c in enumerate(scene.cue_tokens) if _content_is_clause(scene, n))
    )
    for clause in clauses:
        if (
            cues & {clause.top, clause.head, *clause.chain}
            or _says_nothing(scene, clause)
            or _is_asked_by_nobody(scene, clause)
            or _is_empty(tree, clause)
            or _only_judges(scene, clause)
        ):
            tops.add(clause.top)
    return tops


def _content_is_clause(scene: Scene, quote: int) -> bool:
    tree = scene.tree
    content = scene.content_tokens[quote]
    pledged = tree.lowers[min(content, default=0)] == "to" or any(
        child(tree, i, "xcomp") is not None for i in scene.cue_tokens[quote]
    )
    spoken = scene.quotes[quote].kind == "direct" and not pledged
    if spoken and any(_is_clause_verb(tree, i) for i in content):
        return True
    objects = {i for i in scene.cue_tokens[quote] if tree.deps[i] == "obj"}
    if any(tree.deps[i] == "acl" and tree.heads[i] in objects and states(tree, i) for i in content):
        return True  # "gave evidence that the form was old"
    return any(
        tree.deps[i].partition(":")[0] in ("root", "ccomp", "parataxis", "conj")
        and not _continues_phrase(tree, i, content)
        and not is_said_in_contrast(scene, i, quote)
        and (
            states(tree, i) or is_finite(tree, i) or (tree.tags[i] == "VB" and child(tree, i, "mark") is None)
        )
        for i in scene.content_tokens[quote]
    )


def _continues_phrase(tree: Tree, i: int, content: frozenset[int]) -> bool:
    """As the "bring" of "(planned) to leave and bring help", "(proposed) a law that would close it and let it rot"."""
    for _ in range(DEEPEST):
        if tree.deps[i] != "conj" or tree.heads[i] not in content:
            break
        i = tree.heads[i]
        if tree.deps[i].partition(":")[0] in ("acl", "xcomp", "advcl") and not states(tree, i):
            return True
    return False


def _is_clause_verb(tree: Tree, i: int) -> bool:
    """Whether a finite verb is that of a clause of its own, not of "identifiers that are like this"."""
    verb = tree.heads[i] if tree.deps[i].startswith(("aux", "cop")) else i
    return tree.tags[i] in FINITE_TAGS and not tree.deps[verb].startswith("acl")


def is_said_in_contrast(scene: Scene, top: int, quote: int) -> bool:
    """As in "though monks must report thefts, the rule names no deadline": what is said in a clause of contrast or
    condition says nothing of the main one."""
    tree, marks = scene.tree, words_of("adverbial_mark") | words_of("contrast_mark")
    for c in tree.children[top]:
        if tree.deps[c] == "advcl" and scene.cue_tokens[quote] & {c, *tree.children[c]}:
            mark = child(tree, c, "mark")
            return mark is not None and tree.lowers[mark] in marks
    return False


def _only_judges(scene: Scene, clause: Clause) -> bool:
    """As in "it is unclear how they met", where what is judged states nothing."""
    tree, hedge = scene.tree, scene.setting.hedge_at.get(clause.head)
    if hedge is None or scene.setting.hedges[hedge].kind not in LOWERING_KINDS:
        return False
    named = child(tree, clause.top, "nsubj") is not None
    return not named and child(tree, clause.head, "ccomp", "csubj") is not None


PLACES = frozenset({"here", "there", "home", "abroad"})
CONTENTLESS = frozenset(
    {"nsubj", "expl", "aux", "cop", "punct", "mark", "cc", "discourse", "vocative", "parataxis"}
)


def _is_empty(tree: Tree, clause: Clause) -> bool:
    """As in "they do", "it was", "we have": an auxiliary or the like that has lost what it was said of."""
    head = clause.head
    if tree.lowers[head] in words_of("negation"):
        return True  # "some may not"
    if tree.lemmas[head] == "include" and child(tree, head, "obj", "xcomp", "ccomp", "aux:pass") is None:
        return True  # "the reforms include:"
    if clause.chain or not (tree.pos[head] == "AUX" or tree.lemmas[head] in words_of("light_verb")):
        return False
    patient = child(tree, head, "nsubj")
    if patient is not None and tree.deps[patient] == "nsubj:pass" and tree.pos[patient] != "PRON":
        return False  # "no arrests were made", "the cause was not known"
    existential = any(tree.deps[c] == "expl" and tree.lowers[c] == "there" for c in tree.children[head])
    if existential and child(tree, head, "nsubj") is not None:
        return False
    return all(
        tree.deps[c].partition(":")[0] in CONTENTLESS
        or tree.lowers[c] in words_of("negation")
        or (tree.pos[c] == "ADV" and tree.lowers[c] not in PLACES)
        for c in tree.children[head]
    )


def _is_asked_by_nobody(scene: Scene, clause: Clause) -> bool:
    """As in "asked if she believed it, she laughed": whose question it is stands nowhere."""
    tree, verb = scene.tree, scene.tree.heads[clause.top]
    sign = signature(tree.lemmas[verb], "verb", "whether")
    if sign is None or sign.kind != "question" or tree.deps[clause.top] not in ("ccomp", "advcl"):
        return False
    participle = tree.deps[verb] == "advcl" and tree.tags[verb] in ("VBN", "VBD")
    return participle and child(tree, verb, "nsubj", "aux") is None


def _says_nothing(scene: Scene, clause: Clause) -> bool:
    """As in "she said", with nothing said in it that the parse shows, or no clause: 'she replied: "No."'"""
    tree = scene.tree
    sign = signature(tree.lemmas[clause.head], "verb", "that")
    if sign is None or sign.kind not in ("speech", "attitude", "question"):
        return False
    if tree.pos[clause.head] not in ("VERB", "AUX"):
        return False  # "it was the first report of a fire"
    subject = child(tree, clause.top, "nsubj")
    mine = subject is not None and tree.lowers[subject] in words_of("first_person")
    if sign.kind == "attitude" and tree.deps[clause.top] != "parataxis" and not mine:
        return False  # "farmers worry"
    if any(
        tree.deps[c] == "aux" or tree.lowers[c] in words_of("negation") for c in tree.children[clause.head]
    ):
        return False  # "she will never sing again"
    told = ("obj", "obl", "xcomp", "ccomp", "csubj", "iobj", "nsubj:pass")
    outside = clause.head not in scene.quoted
    return all(
        not (tree.deps[c] in told or _tells_how(tree, c)) or (outside and c in scene.quoted)
        for c in tree.children[clause.head]
    )


def _tells_how(tree: Tree, i: int) -> bool:
    """As in "responded by closing the road"."""
    mark = child(tree, i, "mark")
    return tree.deps[i] == "advcl" and mark is not None and tree.lowers[mark] == "by"
