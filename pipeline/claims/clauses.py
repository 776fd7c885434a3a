"""Clauses that state something, their predicates and subjects, from the parse alone.

A clause has a subject of its own and a finite verb: "the port reopened", "(officials said) the port would reopen",
"(although) the port reopened". Questions, commands, relative clauses, infinitives and bare noun phrases state nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pipeline.claims.finiteness import finite_of, has_subject, is_finite, is_inverted
from pipeline.claims.tree import CLAUSE_RELATIONS, Tree, child, subtree
from pipeline.lexicon.word_sets import signature, words_of

PASSED_ON = frozenset({"compound:prt", "aux", "aux:pass", "cop"})
COMPARISONS = frozenset({"than", "as"})
JOINTS = frozenset('-–"“”‘’')
DEEPEST = 12
"""Clauses nested deeper than that come from a broken parse; no walk up or down goes on."""


class Clause(NamedTuple):
    """A clause by its tokens.

    `top` is the token that its parts hang on; `head` the predicate that is stated, the same or below it: in "failed to
    reopen" and "is likely to reopen", "reopen", with the governors between them, innermost first, in `chain`.
    """

    top: int
    head: int
    chain: tuple[int, ...]


def find_clauses(tree: Tree, lifts: Callable[[int, int], bool]) -> list[Clause]:
    """Clauses that state something, in order of their tops.

    `lifts(governor, infinitive)` says whether a governor passes the statement on to the clause below it.
    """
    return [make_clause(tree, i, lifts) for i in range(len(tree.deps)) if states(tree, i)]


def make_clause(tree: Tree, top: int, lifts: Callable[[int, int], bool]) -> Clause:
    """The clause of a top with its stated predicate found."""
    head, chain = top, list[int]()
    while len(chain) < DEEPEST:
        below = child(tree, head, "xcomp")
        if below is None:
            below = _infinitive(tree, head)
        if below is None or not lifts(head, below):
            break
        chain.append(head)
        head = below
    return Clause(top, head, tuple(reversed(chain)))


def _infinitive(tree: Tree, i: int) -> int | None:
    """An infinitive hung on a predicate as an adverbial clause: "unable to reach a verdict"."""
    for c in tree.children[i]:
        if tree.deps[c] == "advcl" and c > i and tree.tags[c] == "VB" and not has_subject(tree, c):
            return c if any(tree.lowers[k] == "to" for k in tree.children[c]) else None
    return None


def states(tree: Tree, i: int) -> bool:
    """Whether a token is the top of a clause that states something."""
    relation = tree.deps[i].partition(":")[0]
    if relation not in CLAUSE_RELATIONS or tree.deps[i] == "advcl:relcl":
        return False
    if not any(ch.isalnum() or ch in "%°" for ch in tree.words[i]):
        return False  # "[1 mile = 1.6 km]"
    if not (has_subject(tree, i) or _is_raised(tree, i)) or not (is_finite(tree, i) or _is_headline(tree, i)):
        return False
    if relation == "acl" and (
        (mark := child(tree, i, "mark")) is None
        or (tree.deps[i] == "acl:relcl" and _is_relative(tree, i, mark))
        or tree.lemmas[tree.heads[i]] in words_of("relative_noun")
    ):
        return False  # "the last time that anyone did"
    if _is_wish(tree, i) or _is_likened(tree, i) or _is_purpose(tree, i):
        return False
    if relation == "advcl" and (is_comparison(tree, i) or _is_general(tree, i)):
        return False
    if relation == "conj" and _is_inside_relative(tree, i):
        return False
    return not _asks(tree, i, relation)


def _is_relative(tree: Tree, i: int, mark: int) -> bool:
    """As in "the part that it played", "the team that he built"; not "the claim that he left"."""
    noun = tree.lemmas[tree.heads[i]]
    if tree.tags[mark] == "WDT":
        return True
    if tree.lowers[mark] in COMPARISONS:  # "as much money as he had asked for"
        before = range(leftmost(tree, tree.heads[i]), tree.heads[i])
        return any(tree.lowers[k] == "as" and tree.tags[k] == "RB" for k in before)
    return tree.lowers[mark] == "that" and not (
        signature(noun, "noun", "that") or noun in words_of("content_noun")
    )


def _is_headline(tree: Tree, i: int) -> bool:
    """As in "minister arrested", "talks to resume": a main clause whose finite verb is left out."""
    if tree.deps[i] != "root" or tree.pos[i] != "VERB":
        return False
    if tree.tags[i] == "VBG" and ":" in tree.words[i : tree.lasts[i]]:
        return False  # "the two stars moving around: one behind the other"
    return tree.tags[i] in ("VBN", "VBG") or child(tree, i, "mark") is not None


def _is_raised(tree: Tree, i: int) -> bool:
    """As in "the snow seems to have stopped" where the parse hangs the snow on "stopped"."""
    below = child(tree, i, "xcomp")
    subject = child(tree, below, "nsubj") if below is not None else None
    return subject is not None and subject < i


def is_comparison(tree: Tree, i: int) -> bool:
    """As in "more than he expected", "as fast as he could"."""
    mark = child(tree, i, "mark")
    if mark is None or tree.lowers[mark] not in COMPARISONS:
        return False
    return tree.lowers[mark] == "than" or tree.pos[tree.heads[i]] in ("ADJ", "ADV", "NOUN")


def _is_wish(tree: Tree, i: int) -> bool:
    """As in "may the best win"."""
    subject, may = child(tree, i, "nsubj"), child(tree, i, "aux")
    return may is not None and tree.lowers[may] == "may" and subject is not None and may < subject < i


def _is_likened(tree: Tree, i: int) -> bool:
    """As in "as if nobody had called", "like if it rained"."""
    mark = child(tree, i, "mark")
    return mark is not None and likens(tree, mark)


def likens(tree: Tree, i: int) -> bool:
    """Whether a word is the *as* or *if* of "as if", "like if"."""
    joint = i if tree.lowers[i] == "if" else i + 1
    behind = tree.firsts[i] < joint < tree.lasts[i] and tree.lowers[joint] == "if"
    return behind and tree.lowers[joint - 1] in ("as", "like")


def _is_purpose(tree: Tree, i: int) -> bool:
    """As in "so (that) he could build a wall", "so they will learn more" after no comma: says what for."""
    mark = child(tree, i, "mark")
    first = next((c for c in tree.children[i] if tree.deps[c] != "punct"), i)
    if mark is None and tree.lowers[first] == "so" and tree.deps[i] == "advcl":
        mark = first
    if mark is None or tree.lowers[mark] != "so" or mark == tree.firsts[i]:
        return False
    modal = tree.lowers[finite_of(tree, i)]
    return modal in words_of("purpose_modal") or (modal == "will" and tree.words[mark - 1] != ",")


def _is_general(tree: Tree, i: int) -> bool:
    """As in "a platform where people meet", "when you kill an animal, …": the clause tells which, not that it is so."""
    opening = next((c for c in tree.children[i] if tree.tags[c] == "WRB" and c < i), None)
    before = leftmost(tree, i) - 1
    if opening is None and before >= tree.firsts[i] and tree.tags[before] == "WRB":
        opening = before  # hung on the main clause
    if opening is None or tree.lowers[opening] in ("where", "wherever"):
        return opening is not None
    return tree.tags[finite_of(tree, i)] in ("VBZ", "VBP", "MD")


def leftmost(tree: Tree, i: int) -> int:
    """The first token of what hangs on a token."""
    while tree.children[i] and tree.children[i][0] < i:
        i = tree.children[i][0]
    return i


def opens_behind_semicolon(tree: Tree, i: int) -> bool:
    """Whether what hangs on a token begins right behind a semicolon, which parts it from what is said before."""
    first = leftmost(tree, i)
    return tree.words[first] == ";" or (first > tree.firsts[i] and tree.words[first - 1] == ";")


def _is_inside_relative(tree: Tree, i: int) -> bool:
    first = tree.heads[i]
    return tree.deps[first] in ("acl:relcl", "advcl:relcl") or tree.deps[first].startswith(
        ("nmod", "obj", "obl")
    )


def _asks(tree: Tree, i: int, relation: str) -> bool:
    """A question: it ends in a question mark, or a question word stands in it for what is asked."""
    if ends_with_question_mark(tree, i):
        return True
    before = leftmost(tree, i) - 1
    opening = tree.tags[before] if before >= tree.firsts[i] else ""
    if opening == "WP" or (relation == "ccomp" and opening == "WRB"):
        return True  # "(what) he did (is wrong)", "(similar to how) cats play", hung on the main clause
    if relation != "advcl":
        return has_question_word(tree, i)
    return any(tree.tags[c] in ("WP", "WDT") and c < i for c in tree.children[i])  # "…, which he did not do"


def has_question_word(tree: Tree, i: int) -> bool:
    """As in "who sent it", "how many came": what is asked is a part of the clause, which states nothing by itself."""
    if tree.tags[i] in ("WP", "WRB", "WDT") and not _is_free_relative(tree, i):
        return True
    for c in tree.children[i]:
        if c > i:
            break
        if tree.deps[c] in ("mark", "cc", "punct", "advcl", "conj", "parataxis", "csubj", "ccomp"):
            continue
        if _is_question_word(tree, c) or any(k < i and _is_question_word(tree, k) for k in tree.children[c]):
            return True
        if _is_question_word(tree, _first_of(tree, c)):
            return True
    return False


def _first_of(tree: Tree, i: int) -> int:
    """The first word of a phrase, its relative clauses and the like aside: the "how" of "how many planets"."""
    while tree.children[i] and tree.children[i][0] < i and tree.deps[tree.children[i][0]] in _NOMINAL_PARTS:
        i = tree.children[i][0]
    return i


def _is_question_word(tree: Tree, i: int) -> bool:
    asks = tree.tags[i] in ("WP", "WRB", "WDT", "WP$") or tree.lowers[i] == "whose"
    return asks and tree.deps[i] not in ("mark", "acl:relcl") and not _is_free_relative(tree, i)


def _is_free_relative(tree: Tree, i: int) -> bool:
    """As in "what we need is rain", "that is why it rains"; not "(asked) what it was that we need"."""
    subject = child(tree, i, "nsubj", "expl")
    named = tree.tags[i] in ("WP", "WRB") and child(tree, i, "acl:relcl", "advcl:relcl") is not None
    return named and (subject < i if subject is not None else child(tree, i, "cop") is None)


def ends_with_question_mark(tree: Tree, i: int) -> bool:
    """Whether the first sentence-final mark after a clause's own words is a question mark."""
    last = next((c for c in reversed(tree.children[i]) if tree.deps[c] != "punct"), i)
    return tree.asks[max(i, last)]


def predicate_tokens(tree: Tree, clause: Clause) -> list[int]:
    """Tokens of a predicate in order: verb group with auxiliaries, negation and particles, "is the oldest port"."""
    if (cop := outer_copula(tree, clause.top)) is not None:
        return [cop]
    if is_inverted(tree, clause.head):
        return [c for c in tree.children[clause.head] if tree.deps[c] == "cop"]
    found: set[int] = set()
    governors = (*clause.chain, clause.head)
    for g in governors:
        found.add(g)
        for c in tree.children[g]:
            if tree.deps[c].startswith("aux") and c > g:
                continue  # of a clause that has run into this one
            if (
                tree.deps[c] == "flat"
                or tree.deps[c] in PASSED_ON
                or _is_negation(tree, c)
                or (tree.deps[c] == "mark" and tree.lowers[c] == "to")
            ):
                found.add(c)
    first = min(found)
    for g in governors:
        for c in tree.children[g]:
            if tree.pos[g] in ("VERB", "AUX") or not first < c < g:
                continue
            if tree.deps[c].partition(":")[0] in _NOMINAL_PARTS:
                found.update(i for i in subtree(tree, c) if i < g)
    return _with_adverbs(tree, sorted(found))


def outer_copula(tree: Tree, top: int) -> int | None:
    """The *is* of "the trouble is that nobody came", where what is said of the trouble is a clause of its own."""
    relations = {tree.deps[c] for c in tree.children[top]}
    if "nsubj:outer" not in relations or not relations & {"nsubj", "nsubj:pass", "expl"}:
        return None
    return child(tree, top, "cop")


_NOMINAL_PARTS = frozenset({"det", "amod", "nummod", "compound", "nmod", "case", "advmod", "flat"})


def _is_negation(tree: Tree, i: int) -> bool:
    return tree.deps[i] == "advmod" and tree.lowers[i] in ("not", "n't", "n’t", "never")


def _with_adverbs(tree: Tree, tokens: list[int]) -> list[int]:
    """The tokens with the adverbs that stand between them ("has already left")."""
    filled = tokens[:1]
    for i in tokens[1:]:
        gap = range(filled[-1] + 1, i)
        if all(
            tree.pos[k] in ("ADV", "PART", "CCONJ") or tree.deps[k] == "advmod" or tree.words[k] in JOINTS
            for k in gap
        ):
            filled.extend(gap)
        filled.append(i)
    return filled


def subject_of(tree: Tree, clause: Clause) -> int | None:
    """The token of a clause's subject; None for an empty *it*."""
    outer = child(tree, clause.top, "nsubj:outer")
    subject = outer if outer is not None else child(tree, clause.top, "nsubj")
    if subject is None and clause.chain:
        subject = child(tree, clause.head, "nsubj")
    if subject is not None or child(tree, clause.top, "expl") is not None:
        return subject
    if is_inverted(tree, clause.top):
        return clause.top
    subject, first = child(tree, clause.top, "csubj"), clause.top
    for _ in range(DEEPEST):  # "(Berg said so) and asked for help"
        if subject is not None or tree.deps[first] != "conj":
            break
        first = tree.heads[first]
        subject = child(tree, first, "nsubj")
    return subject
