"""Hedging uses of modals: *may*, *could*, *would*, *must*, and *should* before its subject; see `cue_uses`."""

from __future__ import annotations

from pipeline.claims.finiteness import finite_of, is_indirect_question
from pipeline.claims.tree import Tree, child, has_word
from pipeline.lexicon.word_sets import opinion_lemmas, words_of


def is_modal(tree: Tree, start: int, end: int) -> bool:
    """May as an auxiliary; not "in May"."""
    return tree.tags[start] == "MD"


def is_perfect_modal(tree: Tree, start: int, end: int) -> bool:
    """As in "must have left"; not "must have a life jacket" (there the verb is "have" itself)."""
    verb = tree.heads[start]
    return tree.deps[start] == "aux" and has_word(tree, verb, "aux", frozenset({"have", "'ve", "’ve"}))


def is_possibility(tree: Tree, start: int, end: int) -> bool:
    """As in "could reach the coast"; not the ability of "could swim as a boy", "could not see", "could hear"."""
    verb = tree.heads[start]
    if tree.tags[start] != "MD" or tree.heads[start] == start:
        return tree.tags[start] == "MD"
    if _tells_which_or_how(tree, verb) or _is_promise(tree, verb) or _is_nobodys(tree, verb):
        return False
    if any(tree.lowers[c] in words_of("hindrance") | words_of("negation") for c in tree.children[verb]):
        return False
    if has_word(tree, verb, "aux", frozenset({"have", "'ve", "’ve"})):
        return True
    if tree.asks[start] and start + 1 < len(tree.lowers) and tree.lowers[start + 1] == "you":
        return False  # "could you tell us"
    if any(tree.deps[c] == "mark" and tree.lowers[c] == "so" for c in tree.children[verb]):
        return False  # "raised money so (that) she could build a mill"
    if tree.lemmas[verb] in words_of("perception"):
        return False
    return not any(
        tree.deps[c] == "advcl" and tree.tags[finite_of(tree, c)] == "VBD" for c in tree.children[verb]
    )


def _tells_which_or_how(tree: Tree, verb: int) -> bool:
    """As in "a shelf that could be folded", "asked whether they could sail", "no word of how it could be mended"."""
    for _ in range(8):  # a chain of coordinations longer than that is a broken parse
        if tree.deps[verb] == "acl:relcl" or (tree.deps[verb] != "root" and is_indirect_question(tree, verb)):
            return True
        if tree.deps[verb] != "conj" or tree.heads[verb] > verb:
            break
        verb = tree.heads[verb]
    return False


def _is_promise(tree: Tree, verb: int) -> bool:
    """What somebody said that they *can*: "he told them he could wait"; not "she said the storm could turn"."""
    subject, above = child(tree, verb, "nsubj"), tree.heads[verb]
    if tree.deps[verb] != "ccomp" or subject is None or tree.tags[finite_of(tree, above)] != "VBD":
        return False
    return tree.lowers[subject] in words_of("personal")


def _is_nobodys(tree: Tree, verb: int) -> bool:
    """As in "nobody could reach them", "neither he nor she could be reached"."""
    subject = child(tree, verb, "nsubj")
    if subject is None:
        return False
    words = words_of("negative_pronoun") | words_of("negative_determiner")
    return tree.lowers[subject] in words or any(
        tree.lowers[c] in words and tree.deps[c] in ("det", "cc:preconj", "advmod", "cc")
        for c in tree.children[subject]
    )


def is_hypothetical(tree: Tree, start: int, end: int) -> bool:
    """As in "A ban would hurt"; not the past of *will* ("he said he would come"), not "would like"."""
    verb = tree.heads[start]
    if tree.tags[start] != "MD" or tree.lemmas[verb] in words_of("infinitive_of_taste"):
        return False
    if tree.heads[start] == start:
        return True
    if any(tree.deps[c] == "advcl" and child(tree, c, "mark") is not None for c in tree.children[verb]):
        return True
    for _ in range(8):  # a chain of complements longer than that is a broken parse
        if tree.deps[verb] in ("conj", "xcomp"):
            verb = tree.heads[verb]
        elif tree.deps[verb] in ("ccomp", "csubj", "acl") and verb != tree.heads[verb]:
            return tree.tags[finite_of(tree, tree.heads[verb])] not in ("VBD", "VBN")
        else:
            break
    return not any(
        tree.deps[c] == "parataxis" and tree.tags[c] == "VBD" and tree.lemmas[c] in opinion_lemmas()
        for c in tree.children[verb]
    )


def is_inverted(tree: Tree, start: int, end: int) -> bool:
    """As in "should the talks fail, …": a condition without *if*, the verb before its subject."""
    clause = tree.heads[start]
    subject = child(tree, clause, "nsubj")
    if tree.deps[clause] != "advcl" or child(tree, clause, "mark") not in (None, start):
        return False
    return subject is not None and start < subject
