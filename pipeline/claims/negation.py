"""The word that negates a predicate: "did not sail", "nobody came", "has no plans", "no longer"."""

from __future__ import annotations

from pipeline.claims.hedges import LOWERING_KINDS
from pipeline.claims.setting import Setting
from pipeline.claims.tree import child
from pipeline.lexicon.word_sets import words_of


def negation_of(setting: Setting, governor: int) -> int | None:
    """The token that negates a predicate; None without one. "Not only" and the *no* of a cue ("no doubt") do not."""
    known = setting.negations
    if governor not in known:
        own = next((c for c in _negating(setting, governor)), None)
        known[governor] = _shared(setting, governor) if own is None else own
    return known[governor]


def _shared(setting: Setting, governor: int) -> int | None:
    """The negation that a bare verb shares with the one before it: "did not come out and say", not "but say"."""
    tree, first = setting.tree, setting.tree.heads[governor]
    if tree.deps[governor] != "conj" or tree.tags[governor] != "VB" or tree.tags[first] != "VB":
        return None
    joint = child(tree, governor, "cc")
    if (
        child(tree, governor, "aux", "mark", "nsubj") is not None
        or joint is None
        or tree.lowers[joint] == "but"
    ):
        return None
    auxiliary = child(tree, first, "aux")
    if auxiliary is None or tree.lowers[auxiliary] == "to":
        return None
    return next(
        (c for c in _negating(setting, first) if auxiliary < c < first and tree.deps[c] == "advmod"), None
    )


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
    if in_long_cue(setting, i):
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
    if in_long_cue(setting, i):
        return []
    if tree.lowers[i] in words_of("negative_pronoun"):
        return [i]
    if i and tree.lowers[i - 1] == "not" and tree.heads[i - 1] == i and tree.deps[i].startswith("nsubj"):
        return [i - 1]  # "not everyone", "not all of them"
    words = words_of("negative_determiner")
    determiners = (k for k in tree.children[i] if tree.deps[k] == "det" and tree.lowers[k] in words)
    return [k for k in determiners if not in_long_cue(setting, k)]


def in_long_cue(setting: Setting, i: int) -> bool:
    hedge = setting.hedge_at.get(i)
    if hedge is None:
        return False
    row = setting.hedges[hedge]
    return row.kind in LOWERING_KINDS and len(row.text.split()) > 1
