"""What stands over a clause in the parse, from the inside out: predicates it is the complement of, attributions."""

from __future__ import annotations

from typing import NamedTuple

from pipeline.claims.clauses import CLAUSE_RELATIONS, DEEPEST, has_question_word, opens_behind_semicolon
from pipeline.claims.finiteness import has_subject
from pipeline.claims.hedges import LOWERING_KINDS
from pipeline.claims.setting import (
    JUDGEMENTS,
    LIFTING,
    Setting,
    governor_signature,
    is_existential,
    is_passive,
    is_raising_verb,
)
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import opinion_lemmas

OPENERS = frozenset({":", "“", '"', "``", "‘", "«", "„"})


class Governor(NamedTuple):
    """A token over a clause: what kind of complement the clause is, and whether a boundary for cues lies between."""

    token: int
    complement: str  # that, whether, to, ing or small
    beyond: bool  # past a relative or adverbial clause: only reports count
    set_in: bool = False  # "the port, she said, will reopen"


def governors_above(setting: Setting, top: int) -> list[Governor]:
    """Predicates over a clause and attributions set into it, from the inside out."""
    tree, found, beyond = setting.tree, list[Governor](), False
    for _ in range(DEEPEST):
        found += [Governor(i, "that", beyond, set_in=True) for i in set_in_reports(tree, top)]
        if tree.heads[top] == top:
            break
        if tree.deps[top] == "conj":
            top = tree.heads[top]
            continue
        above = _governor_of(setting, top)
        if above is None:
            beyond, top = True, clause_top(tree, tree.heads[top])
            continue
        found.append(Governor(above, complement_kind(tree, top), beyond))
        found += _further_up(setting, above, beyond)
        last = found[-1].token
        beyond = beyond or (
            tree.pos[last] in ("NOUN", "PROPN") and not is_existential(tree, tree.heads[last])
        )
        top = clause_top(tree, last)
    return found


def clause_top(tree: Tree, i: int) -> int:
    """The top of the clause a token stands in."""
    while tree.heads[i] != i and tree.deps[i].partition(":")[0] not in CLAUSE_RELATIONS:
        i = tree.heads[i]
    return i


def complement_kind(tree: Tree, clause: int) -> str:
    """How a clause is hung on its governor: that, whether, to, ing or small ("presumed dead")."""
    marks = {tree.lowers[c] for c in tree.children[clause] if tree.deps[c] == "mark"}
    if marks & {"whether", "if"} or (tree.deps[clause] != "xcomp" and has_question_word(tree, clause)):
        return "whether"
    if tree.deps[clause] != "xcomp" and not ("to" in marks and tree.tags[clause] == "VB"):
        return "that"
    if "to" in marks or tree.tags[clause] == "VB":
        return "to"
    return (
        "ing"
        if tree.tags[clause] == "VBG" and child(tree, clause, "aux", "aux:pass", "cop") is None
        else "small"
    )


def set_in_reports(tree: Tree, top: int) -> list[int]:
    """Attributions hung on what they report: "…, she said", "as she said", the *according* of "according to her"."""
    found = []
    for c in tree.children[top]:
        relation = tree.deps[c]
        if tree.lowers[c] == "according" and relation != "case":
            found.append(c)
            continue
        if opens_behind_semicolon(tree, c):
            continue  # "the port reopened; not for long, she said"
        if relation in ("parataxis", "advcl") and _is_bare_report(tree, c):
            found.append(c)
        elif relation.startswith(("obl", "nmod")) and (case := according(tree, c)) is not None:
            found.append(case)
        elif relation.startswith("nsubj"):  # "the mill, according to the owner, was …" hung on the mill
            found += [case for k in tree.children[c] if (case := according(tree, k)) is not None]
    return found


def according(tree: Tree, i: int) -> int | None:
    """The *according* of "according to officials" below *officials*; None without one."""
    return next((k for k in tree.children[i] if tree.lowers[k] == "according"), None)


def _is_bare_report(tree: Tree, i: int) -> bool:
    """As in "she said" with nothing said in it."""
    if tree.lemmas[i] not in opinion_lemmas() or not has_subject(tree, i):
        return False
    if child(tree, i, "nsubj:pass") is not None:
        return False  # "as people were informed of the test"
    mark = child(tree, i, "mark")
    if tree.deps[i] == "advcl" and (mark is None or tree.lowers[mark] != "as"):
        return False
    return child(tree, i, "ccomp", "xcomp", "obj", "csubj") is None


def _governor_of(setting: Setting, top: int) -> int | None:
    """The predicate that a clause is the complement of; None for a clause of its own."""
    tree = setting.tree
    relation, above = tree.deps[top].partition(":")[0], tree.heads[top]
    if relation in ("ccomp", "csubj"):
        return above
    if relation == "acl":
        return above if child(tree, top, "mark") is not None else None
    mark = child(tree, top, "mark")
    word = tree.lowers[mark] if mark is not None else ""
    if relation == "advcl":
        likens = word in ("as", "like", "though", "if") and is_raising_verb(tree, above)
        that = word == "that" and (
            above in setting.hedge_at or governor_signature(tree, above, "that") is not None
        )
        return above if word == "whether" or that or likens else None
    if relation == "parataxis" and above < top and _is_introduced(tree, above, top):
        return above if _reports_without_complement(tree, above) else None
    return None


def _reports_without_complement(tree: Tree, i: int) -> bool:
    """As in "he added: the port will reopen"."""
    return (
        tree.lemmas[i] in opinion_lemmas()
        and child(tree, i, "ccomp", "xcomp") is None
        and has_subject(tree, i)
    )


def _is_introduced(tree: Tree, above: int, top: int) -> bool:
    """Whether a colon or a quotation mark opens a clause set beside a verb of saying."""
    first = min((c for c in tree.children[top] if c > above), default=top)
    return any(
        tree.words[i] in OPENERS for i in range(max(above + 1, first - 1), first + 2) if i < len(tree.words)
    )


def _further_up(setting: Setting, above: int, beyond: bool) -> list[Governor]:
    """Predicates over a governor that still bear on its complement: "refused to say that", "denied claims that"."""
    tree, found = setting.tree, list[Governor]()
    for _ in range(DEEPEST):
        head, relation = tree.heads[above], tree.deps[above].partition(":")[0]
        if head == above:
            break
        if relation == "xcomp":
            found.append(Governor(head, complement_kind(tree, above), beyond))
        elif tree.pos[above] == "NOUN" and carries_noun(tree, head, relation):
            found.append(Governor(head, "that", beyond))
        else:
            break
        above = head
    return found


def carries_noun(tree: Tree, head: int, relation: str) -> bool:
    """As in "denied claims that …", "the claim that … is false", "there is a chance that …"."""
    sign = governor_signature(tree, head, "that")
    if relation == "obj":
        return sign is not None and sign.kind == "denial"
    if relation == "nsubj":
        return is_existential(tree, head) or (sign is not None and sign.kind in JUDGEMENTS)
    return False


def lifts(setting: Setting, governor: int, below: int) -> bool:
    """Whether a governor hands its statement on to its infinitive or small clause: "failed to", "is likely to".

    Attitudes of a person do not ("plans to resign", "expects to win"): there the governor is what is stated.
    """
    tree, kind = setting.tree, complement_kind(setting.tree, below)
    own = governor_signature(tree, governor, kind)
    if own is not None and own.kind in LIFTING:
        led = child(
            tree, governor, "obj", "iobj"
        )  # "got him to leave"; not one hung too high, "going to take it"
        return led is None or led > below
    if tree.pos[governor] == "ADJ" and own is not None and own.kind in JUDGEMENTS:
        return True
    if not is_passive(tree, governor) or kind == "ing":
        return False  # "was accused of lying": the charge is what is stated
    hedge = setting.hedge_at.get(governor)
    if hedge is not None and setting.hedges[hedge].kind in LOWERING_KINDS:
        return True
    over_clause = governor_signature(tree, governor, "that")
    return over_clause is not None and over_clause.kind in ("finding", "factive")
