"""Conditions: *if*, *unless*, *provided*, an inverted *should*, and what they leave of both clauses."""

from __future__ import annotations

from pipeline.claims.certainty import Step
from pipeline.claims.clauses import DEEPEST, Clause, likens
from pipeline.claims.finiteness import has_subject
from pipeline.claims.hedges import entries_of
from pipeline.claims.setting import Setting
from pipeline.claims.steps import Bearing
from pipeline.claims.tree import child
from pipeline.lexicon.word_sets import words_of


def add_condition(setting: Setting, clause: Clause, bearing: Bearing) -> None:
    """The clause after *if* is open; what depends on it is possible at most: "if it rains, we stay and they leave".

    *Even if* leaves the main clause alone.
    """
    tree = setting.tree
    top = clause.top
    for _ in range(DEEPEST):  # "if the bill passes and the mine closes"
        if tree.deps[top] != "conj" or tree.heads[top] > top:
            break
        top = tree.heads[top]
    mark = condition_mark(setting, top)
    if mark is not None and tree.deps[top] == "advcl":
        _add_mark(setting, mark, 0.0, bearing)
    for token in dict.fromkeys((clause.top, *clause.chain, clause.head, top)):
        for c in tree.children[token]:
            if token == top != clause.top and c > top:
                break  # "we stay and they leave if it rains": said of the last
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


def open_if(setting: Setting, token: int, bearing: Bearing) -> None:
    """What is said or known in a condition is as open as that: "if she says that the dam leaks"."""
    mark = condition_mark(setting, token) if setting.tree.deps[token] == "advcl" else None
    if mark is not None:
        _add_mark(setting, mark, 0.0, bearing)


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
    if likens(setting.tree, i):
        return False
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
