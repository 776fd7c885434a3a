"""What governs a clause's head in the parse, innermost first: the steps that `certainty` composes.

A cue counts only where it governs the head: a modal or adverb of the clause itself, a predicate that the clause is the
complement of ("it is unclear whether …"), the verb of saying above it. A cue of the main clause reaches no relative,
*although* or *because* clause; who reports the whole does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.claims.certainty import Step
from pipeline.claims.clauses import CLAUSE_RELATIONS, DEEPEST, Clause, has_question_word
from pipeline.claims.cue_uses import has_subject, is_hypothetical
from pipeline.claims.hedges import LOWERING_KINDS, entries_of
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import OPINION_CLASSES, Signature, opinion_lemmas, signature, words_of
from pipeline.schema import Hedge

POS = {"VERB": "verb", "AUX": "verb", "ADJ": "adj", "NOUN": "noun", "PROPN": "noun"}
MODIFIERS = frozenset({"aux", "cop", "advmod", "mark", "discourse", "fixed"})
REPORTING = OPINION_CLASSES - {"question"}
"""Classes that hang a clause on somebody; who asks whether something is so states nothing."""
OPENERS = frozenset({":", "“", '"', "``", "‘", "«", "„"})
JUDGEMENTS = frozenset({"certain", "likely", "question"})
LIFTING = frozenset({"implicative", "raising", "auxiliary"})
"""Classes that hand their statement on to the infinitive below."""
DEFAULT_CAP = {"epistemic": 1.0, "doxastic": 2.0, "conditional": 1.0, "investigation": 0.0, "evidential": 2.0}
"""What a cue of a kind leaves of a certain claim where the lexicon does not know the cue."""
HEARSAY = 2.0
"""What is left of a claim that nobody in particular makes: "it is said that"."""
UNKNOWN_REPORT = Signature("speech", 0, 0, 3, 0)
"""A verb that attributes and that the lexicon does not know: the author only reports, the source is sure."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the walks need of one doc: its tree, its hedges, and the hedge that stands at each token."""

    tree: Tree
    hedges: Sequence[Hedge]
    hedge_at: dict[int, int]  # token -> index into hedges
    negations: dict[int, int | None] = field(default_factory=dict)  # remembered per governor


class Governor(NamedTuple):
    """A token over a clause: what kind of complement the clause is, and whether a boundary for cues lies between."""

    token: int
    complement: str  # that, whether, to, ing or small
    beyond: bool  # past a relative or adverbial clause: only reports count
    set_in: bool = False  # "the port, she said, will reopen"


class Bearing(NamedTuple):
    """What bears on a claim: its steps innermost first, the hedges among them, and the governors of the reports."""

    steps: list[Step]
    hedges: set[int]
    reports: dict[int, int]  # index of a step -> token of the verb that reports
    commanding: set[int]  # governors that hand their statement on to the clause ("it is likely that")


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
    return bearing


def bearing_of_token(setting: Setting, token: int) -> Bearing:
    """What bears on any predicate, be it no claim's head: also on the "resign" of "plans to resign"."""
    top, chain = token, list[int]()
    while setting.tree.deps[top] == "xcomp" and len(chain) < DEEPEST:
        top = setting.tree.heads[top]
        chain.append(top)
    return find_bearing(setting, Clause(top, token, tuple(chain)), False)


# ---- upward -----------------------------------------------------------------------------------------------------


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
            tree.pos[last] in ("NOUN", "PROPN") and not _is_existential(tree, tree.heads[last])
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
        likens = word in ("as", "like", "though", "if") and _is_raising(tree, above)
        that = word == "that" and (
            above in setting.hedge_at or governor_signature(tree, above, "that") is not None
        )
        return above if word == "whether" or that or likens else None
    if relation == "parataxis" and above < top and _is_introduced(tree, above, top):
        return above if _reports_without_complement(tree, above) else None
    return None


def _is_raising(tree: Tree, i: int) -> bool:
    return tree.lemmas[i] in ("seem", "appear", "look", "sound", "feel")


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
        elif tree.pos[above] == "NOUN" and _carries_noun(tree, head, relation):
            found.append(Governor(head, "that", beyond))
        else:
            break
        above = head
    return found


def _carries_noun(tree: Tree, head: int, relation: str) -> bool:
    """As in "denied claims that …", "the claim that … is false", "there is a chance that …"."""
    sign = governor_signature(tree, head, "that")
    if relation == "obj":
        return sign is not None and sign.kind == "denial"
    if relation == "nsubj":
        return _is_existential(tree, head) or (sign is not None and sign.kind in JUDGEMENTS)
    return False


def _is_existential(tree: Tree, i: int) -> bool:
    return any(tree.deps[c] == "expl" and tree.lowers[c] == "there" for c in tree.children[i])


# ---- what a governor does ---------------------------------------------------------------------------------------


def lifts(setting: Setting, governor: int, below: int) -> bool:
    """Whether a governor hands its statement on to its infinitive or small clause: "failed to", "is likely to".

    Attitudes of a person do not ("plans to resign", "expects to win"): there the governor is what is stated.
    """
    tree, kind = setting.tree, complement_kind(setting.tree, below)
    own = governor_signature(tree, governor, kind)
    if own is not None and own.kind in LIFTING:
        return child(tree, governor, "obj", "iobj") is None
    if tree.pos[governor] == "ADJ" and own is not None and own.kind in JUDGEMENTS:
        return True
    if not _is_passive(tree, governor):
        return False
    hedge = setting.hedge_at.get(governor)
    if hedge is not None and setting.hedges[hedge].kind in LOWERING_KINDS:
        return True
    over_clause = governor_signature(tree, governor, "that")
    return over_clause is not None and over_clause.kind in ("finding", "factive")


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


def _is_passive(tree: Tree, i: int) -> bool:
    if child(tree, i, "aux:pass") is not None or child(tree, i, "nsubj:pass") is not None:
        return True
    return tree.tags[i] == "VBN" and tree.deps[i] in ("acl", "amod")


def speaker_of(tree: Tree, governor: int) -> int | None:
    """The token of who says or thinks what a verb governs; None for a passive, an empty *it*, a noun without owner."""
    i = governor
    for _ in range(DEEPEST):
        if tree.lowers[i] == "according":
            below = child(tree, i, "obl", "nmod", "obj")
            return tree.heads[i] if below is None else below
        if _is_passive(tree, i):
            return None
        subject = next((c for c in tree.children[i] if tree.deps[c] in ("nsubj", "nsubj:outer")), None)
        if subject is not None:
            return _meant(tree, i, subject)
        shared = tree.deps[i] in ("conj", "xcomp") or (tree.deps[i] == "advcl" and tree.tags[i] == "VBG")
        if shared and tree.heads[i] != i:
            led = child(tree, tree.heads[i], "obj") if tree.deps[i] == "xcomp" else None
            if led is not None:
                return led  # "it led her to believe that …"
            i = tree.heads[i]
        else:
            break
    if tree.pos[governor] != "NOUN":
        return None
    owner = child(tree, governor, "nmod:poss")
    if (
        owner is None
        and tree.deps[governor] == "obj"
        and tree.lemmas[tree.heads[governor]] in words_of("holding")
    ):
        owner = child(tree, tree.heads[governor], "nsubj")  # "we had a suspicion that …"
    return owner


def _meant(tree: Tree, governor: int, subject: int) -> int | None:
    """Whom a subject stands for: "who" for its noun; the *it* of "it is sad that" for nobody."""
    if tree.tags[subject] in ("WP", "WDT") and tree.deps[governor] == "acl:relcl":
        return tree.heads[governor]
    if tree.pos[governor] == "ADJ" and tree.lowers[subject] in words_of("impersonal"):
        return None
    return subject


def _add_governor(setting: Setting, governor: Governor, bearing: Bearing) -> None:
    tree, token = setting.tree, governor.token
    hedge = setting.hedge_at.get(token)
    sign = _signature_over(setting, governor)
    reports = sign is not None and sign.kind in REPORTING and speaker_of(tree, token) is not None
    if governor.complement in ("to", "ing", "small") and not lifts_by_itself(sign):
        # "wants to ensure that …", "tried to show that …": the attitude is towards the governor below, not the clause
        reports = False
        sign = sign if hedge is not None and _is_passive(tree, token) else None
    if reports and sign is not None:
        bearing.reports[len(bearing.steps)] = token
        bearing.steps.append(_report_step(setting, token, sign))
    elif (
        not governor.beyond
        and (hedge is None or hedge not in bearing.hedges)
        and not _is_denied_noun(tree, token)
    ):
        step = _plain_step(setting, token, sign, hedge, governor.complement == "whether")
        bearing.steps.extend([step] if step is not None else [])
    if reports or _says_nothing_else(setting, token, sign):
        bearing.commanding.add(token)
    if hedge is not None and not governor.beyond:
        bearing.hedges.add(hedge)


def _is_denied_noun(tree: Tree, i: int) -> bool:
    """As in "denied claims that …": the verb says what becomes of the claims."""
    if tree.pos[i] != "NOUN" or tree.deps[i] != "obj":
        return False
    return _carries_noun(tree, tree.heads[i], "obj")


def _says_nothing_else(setting: Setting, token: int, sign: Signature | None) -> bool:
    """Whether a predicate only says how sure its complement is: "it is likely that", "there is no evidence that"."""
    tree, hedge = setting.tree, setting.hedge_at.get(token)
    if tree.pos[token] in ("NOUN", "PROPN"):
        return (
            _carries_noun(tree, tree.heads[token], tree.deps[token].partition(":")[0])
            or tree.deps[token] == "root"
        )
    if hedge is not None and setting.hedges[hedge].kind in LOWERING_KINDS:
        return True
    if sign is None or sign.kind in ("causative", "implicative", "auxiliary"):
        return False
    return not (sign.kind == "factive" and tree.pos[token] == "ADJ")


def lifts_by_itself(sign: Signature | None) -> bool:
    """Whether a signature says of an infinitive whether it is so."""
    return sign is not None and (sign.kind in LIFTING or sign.kind in JUDGEMENTS)


def _signature_over(setting: Setting, governor: Governor) -> Signature | None:
    tree, token, complement = setting.tree, governor.token, governor.complement
    if tree.lowers[token] == "according":
        return UNKNOWN_REPORT
    found = governor_signature(tree, token, complement)
    if complement in ("to", "small", "ing") and _is_passive(tree, token):
        return governor_signature(tree, token, "that") or found
    if found is None and complement == "whether":
        return governor_signature(tree, token, "that")
    return found


def _report_step(setting: Setting, token: int, sign: Signature) -> Step:
    negated = negation_of(setting, token) is not None
    author = sign.author_negated if negated else sign.author
    source = sign.source_negated if negated else sign.source
    words = ("not " if negated else "") + setting.tree.words[token]
    return Step("report", words, setting.tree.starts[token], author, source, sign.kind)


def _plain_step(
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
            listed = entries_of("evidential", f"it is {tree.lowers[token]}")
            most = listed.cap if listed is not None and listed.cap is not None else HEARSAY
            value = max(-most, min(most, said))
        if sign.kind == "auxiliary" and value == 3:
            return None  # "is going to leave": nothing is said of how sure it is
        return Step("predicate", words, start, value, value, note)
    if row is not None and row.kind in LOWERING_KINDS:
        cap = cap_of(row, governs=True)
        cap = -cap if negation is not None else cap
        return Step("hedge", words, start, cap, cap, row.kind)
    return None


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


# ---- negation ---------------------------------------------------------------------------------------------------


def negation_of(setting: Setting, governor: int) -> int | None:
    """The token that negates a predicate; None without one. "Not only" and the *no* of a cue ("no doubt") do not."""
    known = setting.negations
    if governor not in known:
        known[governor] = next((c for c in _negating(setting, governor)), None)
    return known[governor]


def _negating(setting: Setting, governor: int) -> list[int]:
    tree, found = setting.tree, []
    for c in tree.children[governor]:
        relation = tree.deps[c].partition(":")[0]
        if relation not in ("nsubj", "obj") and _is_negative_word(setting, c):
            found.append(c)
        elif relation in ("nsubj", "obj"):
            found += _negative_in(setting, c)
    return found


def _is_negative_word(setting: Setting, i: int) -> bool:
    tree = setting.tree
    if _in_long_cue(setting, i):
        return False
    if tree.deps[i] == "det":
        return tree.lowers[i] in words_of("negative_determiner")
    if tree.lowers[i] == "longer":
        return any(tree.lowers[k] == "no" for k in tree.children[i])
    if tree.lowers[i] not in words_of("negation"):
        return False
    after = tree.lowers[i + 1] if i + 1 < len(tree.lowers) else ""
    return after not in words_of("not_negating")


def _negative_in(setting: Setting, i: int) -> list[int]:
    """The word that makes a subject or object negative: "nobody", the *no* of "no plans"."""
    tree = setting.tree
    if _in_long_cue(setting, i):
        return []
    if tree.lowers[i] in words_of("negative_pronoun"):
        return [i]
    words = words_of("negative_determiner")
    determiners = (k for k in tree.children[i] if tree.deps[k] == "det" and tree.lowers[k] in words)
    return [k for k in determiners if not _in_long_cue(setting, k)]


def _in_long_cue(setting: Setting, i: int) -> bool:
    hedge = setting.hedge_at.get(i)
    if hedge is None:
        return False
    row = setting.hedges[hedge]
    return row.kind in LOWERING_KINDS and len(row.text.split()) > 1


# ---- a clause's own words ---------------------------------------------------------------------------------------


def _add_head(setting: Setting, clause: Clause, in_direct_speech: bool, bearing: Bearing) -> None:
    """The steps of a claim's head itself: negation, a predicate that is the hedge ("a vote is unlikely"), modifiers."""
    tree, head = setting.tree, clause.head
    hedge = setting.hedge_at.get(head)
    negation = negation_of(setting, head)
    spoken = _head_as_hedge(setting, head, hedge)
    if spoken is not None:
        bearing.steps.append(spoken)
        if hedge is not None:
            bearing.hedges.add(hedge)
    elif negation is not None:
        bearing.steps.append(Step("negation", tree.words[negation], tree.starts[negation], -3, -3))
    _add_modifiers(setting, head, in_direct_speech, bearing)
    _add_condition(setting, clause, bearing)


def _head_as_hedge(setting: Setting, head: int, hedge: int | None) -> Step | None:
    """As in "a second vote is unlikely", "snow is expected"; not "farmers fear losses", stated of the farmers."""
    tree, sign = setting.tree, governor_signature(setting.tree, head, "that")
    if hedge is None or setting.hedges[hedge].kind not in LOWERING_KINDS:
        judged = tree.pos[head] == "ADJ" and sign is not None and sign.kind in ("likely", "question")
        return _plain_step(setting, head, sign, None, False) if judged else None
    lowered = tree.pos[head] != "VERB" or _is_passive(tree, head) or _is_raising(tree, head)
    if not lowered and not _in_long_cue(setting, head):
        return None
    return _plain_step(setting, head, sign, hedge, False)


def _add_modifiers(setting: Setting, token: int, in_direct_speech: bool, bearing: Bearing) -> None:
    """Cues that stand beside a predicate: modals, adverbs, set phrases, "I think" set in."""
    tree = setting.tree
    for c in tree.children[token]:
        hedge = _hedge_beside(setting, token, c)
        if hedge is None or hedge in bearing.hedges or hedge == setting.hedge_at.get(token):
            continue
        row = setting.hedges[hedge]
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
            continue  # see _add_condition
        if cap < 3:
            bearing.steps.append(Step("hedge", row.text, row.start, cap, cap, row.kind))


def _hedge_beside(setting: Setting, token: int, c: int) -> int | None:
    """The hedge at a child that bears on its head; a cue inside a subject or an object does not."""
    tree, relation = setting.tree, setting.tree.deps[c].partition(":")[0]
    hedge = setting.hedge_at.get(c)
    if relation in MODIFIERS:
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


def _add_condition(setting: Setting, clause: Clause, bearing: Bearing) -> None:
    """The clause after *if* is open; what depends on it is possible at most. *Even if* leaves the main clause alone."""
    tree = setting.tree
    mark = condition_mark(setting, clause.top)
    if mark is not None and tree.deps[clause.top] == "advcl":
        _add_mark(setting, mark, 0.0, bearing)
    for token in dict.fromkeys((clause.top, *clause.chain, clause.head)):
        for c in tree.children[token]:
            mark = condition_mark(setting, c) if tree.deps[c].startswith("advcl") else None
            if mark is not None and (
                mark == 0 or tree.lowers[mark - 1] not in words_of("concessive_before_if")
            ):
                _add_mark(setting, mark, None, bearing)
    question = child(tree, clause.top, "mark")
    if (
        question is not None
        and tree.lowers[question] in ("whether", "if")
        and tree.deps[clause.top] != "advcl"
    ):
        _add_mark(setting, question, 0.0, bearing)


def condition_mark(setting: Setting, clause: int) -> int | None:
    """The token that makes a clause a condition: *if*, *unless*, *provided*, an inverted *should*; None without one."""
    tree = setting.tree
    if tree.pos[clause] not in ("VERB", "AUX") and not has_subject(tree, clause):
        return None  # "if not officially"
    for c in tree.children[clause]:
        if c > clause and tree.deps[c] != "mark":
            break
        if tree.deps[c] == "mark" and _is_conditional(setting, c):
            return c
        if tree.deps[c] == "aux" and _is_conditional(setting, c) and tree.lowers[c] == "should":
            return c
    if tree.tags[clause] in ("VBN", "VBG") and _is_conditional(setting, clause):
        hedged = setting.hedge_at.get(clause) is not None
        return (
            clause if hedged or child(tree, clause, "ccomp", "xcomp") is not None else None
        )  # "provided (that) it rains"
    return None


def _is_conditional(setting: Setting, i: int) -> bool:
    hedge = setting.hedge_at.get(i)
    if hedge is not None and setting.hedges[hedge].kind == "conditional":
        return True
    return setting.tree.deps[i] in ("mark", "advcl") and setting.tree.lowers[i] in words_of(
        "conditional_mark"
    )


def _add_mark(setting: Setting, mark: int, cap: float | None, bearing: Bearing) -> None:
    """A step for a subordinating word; without a cap, what the lexicon says of the clause that depends on it."""
    tree, hedge = setting.tree, setting.hedge_at.get(mark)
    row = setting.hedges[hedge] if hedge is not None else None
    if cap is None:
        entry = entries_of("conditional", row.text.lower() if row else tree.lowers[mark]) or entries_of(
            "conditional", tree.lowers[mark]
        )
        cap = 1.0 if entry is None else 3.0 if entry.cap is None else entry.cap
    if hedge is not None:
        bearing.hedges.add(hedge)
    start = row.start if row else tree.starts[mark]
    if cap < 3 and all(step.start != start for step in bearing.steps):
        words, start = (row.text, row.start) if row else (tree.words[mark], tree.starts[mark])
        bearing.steps.append(Step("hedge", words, start, cap, cap, row.kind if row else "conditional"))
