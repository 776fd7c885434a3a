"""What bears on a claim's certainty, innermost first: the steps that `certainty` composes.

A cue counts only where it governs the head: a modal or adverb of the clause itself, a predicate that the clause is the
complement of ("it is unclear whether …"), the verb of saying above it. A cue of the main clause reaches no relative,
*although* or *because* clause; who reports the whole does.
"""

from __future__ import annotations

from pipeline.claims.certainty import Step
from pipeline.claims.clauses import DEEPEST, Clause, outer_copula
from pipeline.claims.conditions import add_condition, open_if
from pipeline.claims.governors import Governor, carries_noun, complement_kind, governors_above, lifts
from pipeline.claims.hedges import LOWERING_KINDS
from pipeline.claims.modal_uses import is_hypothetical
from pipeline.claims.negation import in_long_cue, negation_of
from pipeline.claims.setting import (
    REPORTING,
    Setting,
    governor_signature,
    is_passive,
    is_raising_verb,
    lifts_by_itself,
    speaker_of,
)
from pipeline.claims.steps import Bearing, cap_of, is_command, plain_step, report_step, signature_over
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import Signature, words_of

ACHIEVED = frozenset({"factive", "finding", "certain", "causative"})
"""Classes of what makes its complement so, or known to be so, once it happens."""
ORDERED = frozenset({"root", "conj", "parataxis", "ccomp"})
"""Relations of a bare verb that tells somebody to do something."""
MODIFIERS = frozenset({"aux", "cop", "advmod", "mark", "discourse", "fixed"})


def find_bearing(setting: Setting, clause: Clause, in_direct_speech: bool) -> Bearing:
    """Everything between a claim's head and the top of its sentence that its certainty hangs on."""
    bearing = Bearing([], set(), {}, set())
    _add_head(setting, clause, in_direct_speech, bearing)
    below = clause.head
    for token in clause.chain:
        _add_governor(setting, Governor(token, complement_kind(setting.tree, below), False), bearing)
        _add_modifiers(setting, token, in_direct_speech, bearing)
        below = token
    for governor in governors_above(setting, clause.top):
        _add_governor(setting, governor, bearing)
        if not governor.beyond and not governor.set_in:
            _add_modifiers(setting, governor.token, in_direct_speech, bearing)
            open_if(setting, governor.token, bearing)
    return bearing


def bearing_of_token(setting: Setting, token: int) -> Bearing:
    """What bears on any predicate, be it no claim's head: also on the "resign" of "plans to resign"."""
    top, chain = token, list[int]()
    while setting.tree.deps[top] == "xcomp" and len(chain) < DEEPEST:
        top = setting.tree.heads[top]
        chain.append(top)
    return find_bearing(setting, Clause(top, token, tuple(chain)), False)


def _add_governor(setting: Setting, governor: Governor, bearing: Bearing) -> None:
    tree, token = setting.tree, governor.token
    hedge = setting.hedge_at.get(token)
    sign = signature_over(setting, governor)
    if sign is not None and sign.kind in ACHIEVED and _is_unrealised(setting, token):
        sign = sign._replace(
            author=_weaker(sign.author, sign.author_negated), source=_weaker(sign.source, sign.source_negated)
        )
    reports = sign is not None and sign.kind in REPORTING and speaker_of(tree, token) is not None
    reports = reports and not is_command(tree, token)
    if governor.beyond and sign is not None and sign.kind == "attitude" and _is_mine(tree, token):
        return  # "I think it went well, although we had no boat": nothing is thought of the boat
    if _is_conjunction(tree, token) or (governor.set_in and _is_yours(tree, token)):
        return
    if governor.complement in ("to", "ing", "small") and not lifts_by_itself(sign):
        # "wants to ensure that …", "tried to show that …": the attitude is towards the governor below, not the clause
        reports = False
        sign = sign if hedge is not None and is_passive(tree, token) else None
    if reports and sign is not None:
        bearing.reports[len(bearing.steps)] = token
        bearing.steps.append(report_step(setting, token, sign))
    elif (
        not governor.beyond
        and (hedge is None or hedge not in bearing.hedges)
        and not _is_denied_noun(tree, token)
    ):
        step = plain_step(setting, token, sign, hedge, governor.complement == "whether")
        bearing.steps.extend([step] if step is not None else [])
    if reports or _says_nothing_else(setting, token, sign):
        bearing.commanding.add(token)
    if hedge is not None and not governor.beyond:
        bearing.hedges.add(hedge)


def _is_mine(tree: Tree, token: int) -> bool:
    """As in "I think", "we believe"."""
    speaker = speaker_of(tree, token)
    return speaker is not None and tree.lowers[speaker] in words_of("talkers")


def _is_yours(tree: Tree, token: int) -> bool:
    """As in "as you mentioned": who says so goes along."""
    speaker, mark = speaker_of(tree, token), child(tree, token, "mark")
    return (
        speaker is not None
        and tree.lowers[speaker] == "you"
        and mark is not None
        and tree.lowers[mark] == "as"
    )


def _is_conjunction(tree: Tree, token: int) -> bool:
    """As in "considering (that) nobody came"; not "she is considering that"."""
    participle = tree.lowers[token] in words_of("participle_mark")
    return participle and child(tree, token, "aux", "nsubj", "obj") is None


def _is_unrealised(setting: Setting, token: int) -> bool:
    """As in "would like to confirm that", "works to ensure that", "make sure that …!"; not "managed to prove that"."""
    tree = setting.tree
    if tree.tags[token] != "VB":
        above = tree.heads[token]
        return tree.deps[token] == "xcomp" and tree.pos[token] == "ADJ" and _is_unrealised(setting, above)
    if not any(tree.lowers[c] == "to" for c in tree.children[token]):
        return tree.deps[token] in ORDERED and child(tree, token, "nsubj", "aux") is None
    return tree.deps[token] != "xcomp" or not lifts(setting, tree.heads[token], token)


def _weaker(one: float, other: float) -> float:
    """What holds in either case: 0 where the two disagree about the sign."""
    return min(one, other, key=abs) if one * other > 0 else 0.0


def _is_denied_noun(tree: Tree, i: int) -> bool:
    """As in "denied claims that …": the verb says what becomes of the claims."""
    if tree.pos[i] != "NOUN" or tree.deps[i] != "obj":
        return False
    return carries_noun(tree, tree.heads[i], "obj")


def _says_nothing_else(setting: Setting, token: int, sign: Signature | None) -> bool:
    """Whether a predicate only says how sure its complement is: "it is likely that", "there is no evidence that"."""
    tree, hedge = setting.tree, setting.hedge_at.get(token)
    if tree.pos[token] in ("NOUN", "PROPN"):
        return (
            carries_noun(tree, tree.heads[token], tree.deps[token].partition(":")[0])
            or tree.deps[token] == "root"
        )
    if hedge is not None and setting.hedges[hedge].kind in LOWERING_KINDS:
        return True
    if sign is None or sign.kind in ("causative", "implicative", "auxiliary"):
        return False
    return not (sign.kind == "factive" and tree.pos[token] == "ADJ")


def _add_head(setting: Setting, clause: Clause, in_direct_speech: bool, bearing: Bearing) -> None:
    """The steps of a claim's head itself: negation, a predicate that is the hedge ("a vote is unlikely"), modifiers."""
    tree, head = setting.tree, clause.head
    hedge = setting.hedge_at.get(head)
    negation = negation_of(setting, head)
    if negation is not None and _negates_what_it_is(setting, clause, negation):
        negation = None
    spoken = _head_as_hedge(setting, head, hedge)
    if spoken is not None:
        bearing.steps.append(spoken)
        if hedge is not None:
            bearing.hedges.add(hedge)
    elif negation is not None:
        left = -1 if tree.lowers[negation + 1 : negation + 2] == ["necessarily"] else -3  # "need not be so"
        bearing.steps.append(Step("negation", tree.words[negation], tree.starts[negation], left, left))
    _add_modifiers(setting, head, in_direct_speech, bearing)
    add_condition(setting, clause, bearing)


def _negates_what_it_is(setting: Setting, clause: Clause, negation: int) -> bool:
    """Whether a negation is of what something is said to be: "the trouble is that nobody came" affirms the trouble."""
    tree = setting.tree
    copula = outer_copula(tree, clause.top)
    if copula is None:
        return False
    behind = (c for c in tree.children[clause.top] if c > copula and tree.deps[c] != "advmod")
    return negation >= next(behind, clause.head)


def _head_as_hedge(setting: Setting, head: int, hedge: int | None) -> Step | None:
    """As in "a second vote is unlikely", "snow is expected"; not "farmers fear losses", stated of the farmers."""
    tree, sign = setting.tree, governor_signature(setting.tree, head, "that")
    if hedge is None or setting.hedges[hedge].kind not in LOWERING_KINDS:
        judged = tree.pos[head] == "ADJ" and sign is not None and sign.kind == "likely"
        return plain_step(setting, head, sign, None, False) if judged else None
    charged = child(tree, head, "xcomp")
    if charged is not None and tree.tags[charged] == "VBG":
        return None  # "was accused of lying"
    lowered = tree.pos[head] != "VERB" or is_passive(tree, head) or is_raising_verb(tree, head)
    if not lowered and not in_long_cue(setting, head):
        return None
    return plain_step(setting, head, sign, hedge, False)


def _add_modifiers(setting: Setting, token: int, in_direct_speech: bool, bearing: Bearing) -> None:
    """Cues that stand beside a predicate: modals, adverbs, set phrases, "I think" set in."""
    tree = setting.tree
    for c in tree.children[token]:
        hedge = _hedge_beside(setting, token, c)
        if hedge is None or hedge in bearing.hedges or hedge == setting.hedge_at.get(token):
            continue
        row = setting.hedges[hedge]
        sensed = tree.lemmas[token] in words_of("perception") and not is_passive(tree, token)
        if sensed and tree.lowers[c] in words_of("ability_modal"):
            continue  # "we could see that the boat was moving"
        past = (
            tree.lowers[c] in words_of("would")
            and not in_direct_speech
            and not is_hypothetical(tree, c, c + 1)
        )
        if past and row.kind == "conditional":
            continue
        bearing.hedges.add(hedge)
        cap = cap_of(row) if row.kind in LOWERING_KINDS else 3.0
        if row.kind == "conditional" and (tree.deps[c] == "mark" or tree.lowers[c] == "should"):
            continue  # see add_condition
        if cap < 3:
            bearing.steps.append(Step("hedge", row.text, row.start, cap, cap, row.kind))


def _hedge_beside(setting: Setting, token: int, c: int) -> int | None:
    """The hedge at a child that bears on its head; a cue inside a subject or an object does not."""
    tree, relation = setting.tree, setting.tree.deps[c].partition(":")[0]
    hedge = setting.hedge_at.get(c)
    if relation in MODIFIERS:
        if relation == "advmod" and _is_of_addition(tree, token, c):
            return None
        if hedge is not None:
            return hedge
        # "not very likely", "most probably": the cue may stand one step further down
        below = (setting.hedge_at.get(k) for k in tree.children[c] if relation == "advmod")
        return next((n for n in below if n is not None), None)
    if relation == "parataxis" and hedge is not None and not has_clause_below(tree, c):
        return hedge
    if relation in ("amod", "det") and tree.pos[token] == "NOUN":
        return hedge
    if relation in ("obl", "nmod", "advcl"):
        return _long_hedge_at(setting, c)
    return None


def _is_of_addition(tree: Tree, token: int, c: int) -> bool:
    """As in "took three knives, among them reportedly a saw": the adverb is of the noun phrase that has been added."""
    behind = c + 1 < len(tree.tags) and tree.tags[c + 1] == "DT"
    return behind and token < c and "," in tree.words[token:c] and tree.words[c - 1] != ","


def has_clause_below(tree: Tree, i: int) -> bool:
    """Whether a token has a clause as its complement."""
    return child(tree, i, "ccomp", "csubj") is not None


def _long_hedge_at(setting: Setting, i: int) -> int | None:
    """A cue of several words that a phrase consists of or opens with: "in all likelihood", "in case of fire"."""
    for k in (i, *(c for c in setting.tree.children[i] if setting.tree.deps[c] in ("case", "mark", "fixed"))):
        hedge = setting.hedge_at.get(k)
        if (
            hedge is not None
            and len(setting.hedges[hedge].text.split()) > 1
            and setting.tree.deps[i] != "advcl"
        ):
            return None if setting.hedges[hedge].text.lower() == "according to" else hedge
    return None
