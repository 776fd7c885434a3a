"""Tests that tell the hedging use of a word from its others, by name (column `test` of lexicon/hedges.csv).

Each takes the tree and the cue's tokens [start, end) and says whether the words hedge there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.claims.finiteness import CLAUSAL, has_subject, head_of, is_finite, is_indirect_question
from pipeline.claims.modal_uses import (
    is_hypothetical,
    is_inverted,
    is_modal,
    is_perfect_modal,
    is_possibility,
)
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import signature, words_of

YEAR = re.compile(r"(1[5-9]|20)\d\d")
NARROWING = frozenset({"det", "nmod:poss", "compound", "amod", "nummod", "acl", "acl:relcl", "nmod"})
SAYING = frozenset({"speech", "attitude", "denial", "finding"})


def is_open(tree: Tree, start: int, end: int) -> bool:
    """Possible as a judgement; not "as soon as possible", "if possible"."""
    before = tree.lowers[start - 1] if start else ""
    return before not in {"as", "if", "where", "when", "wherever", "whenever"}


def has_complement(tree: Tree, start: int, end: int) -> bool:
    """As in "fear that …", "is feared dead", "the fear that …", and set in: "the shop, I think, is closed"."""
    head = head_of(tree, start, end)
    if any(_is_complement(tree, head, c) for c in tree.children[head]):
        return True
    return tree.deps[head] == "parataxis" and tree.pos[head] == "VERB" and has_subject(tree, head)


def _is_complement(tree: Tree, head: int, c: int) -> bool:
    dep = tree.deps[c].partition(":")[0]
    if dep in CLAUSAL:
        return True
    # "the chance that …"; "the man running" is no complement, "a chance to read it" an occasion
    mark = child(tree, c, "mark") if dep == "acl" and tree.pos[head] == "NOUN" else None
    return mark is not None and tree.lowers[mark] != "to"


def has_finite_complement(tree: Tree, start: int, end: int) -> bool:
    """As in "suggests that he left"; not a proposal ("suggested that he leave", "suggested leaving")."""
    head = head_of(tree, start, end)
    for c in tree.children[head]:
        if tree.deps[c] in CLAUSAL and is_finite(tree, c) and has_subject(tree, c):
            return True
    return tree.deps[head] == "parataxis" and has_subject(tree, head)


def is_shown(tree: Tree, start: int, end: int) -> bool:
    """As in "early results indicate that it fell", "…, indicating that it fell"; not "a code indicating whether it
    fell", and who indicates something says so."""
    head = head_of(tree, start, end)
    if any(tree.deps[c] in CLAUSAL and is_indirect_question(tree, c) for c in tree.children[head]):
        return False
    return has_finite_complement(tree, start, end) and is_indication(tree, head)


def is_indication(tree: Tree, verb: int) -> bool:
    """Whether a thing is the subject of a verb, or what happened where it has none."""
    subject = child(tree, verb, "nsubj")
    if subject is None:
        return tree.deps[verb] not in ("conj", "xcomp")
    return tree.lemmas[subject] in words_of("indicator") or tree.lowers[subject] in words_of("indicator")


def is_raising(tree: Tree, start: int, end: int) -> bool:
    """As in "appears to be genuine", "it seems that …", "it looks like …"; not "appeared in court"."""
    head = head_of(tree, start, end)
    for c in tree.children[head]:
        if tree.deps[c] in CLAUSAL:
            return True
        if tree.deps[c] in ("advcl", "obl") and has_subject(tree, c):  # "as if he knew"; not "after he knew"
            mark = child(tree, c, "mark", "case")
            if mark is None or tree.lowers[mark] in words_of("likening"):
                return True
    return tree.deps[head] == "parataxis"


def is_regarded(tree: Tree, start: int, end: int) -> bool:
    """As in "Is seen as a test"; not "was seen by a fisherman"."""
    head = head_of(tree, start, end)
    return tree.pos[head] == "VERB" and any(
        tree.deps[c] in ("obl", "xcomp", "advcl", "nmod")
        and any(tree.lowers[k] == "as" for k in tree.children[c])
        for c in tree.children[head]
    )


def is_passive(tree: Tree, start: int, end: int) -> bool:
    """As in "snow is expected"; not "they had expected it"."""
    return child(tree, start, "nsubj:pass") is not None or child(tree, start, "aux:pass") is not None


def precedes_infinitive(tree: Tree, start: int, end: int) -> bool:
    """As in "plans to hire", "going to rain"; not "plans to the board", "going to Madrid"."""
    for i in range(end, min(end + 3, len(tree.tags))):
        if tree.pos[i] not in ("ADV", "PART"):
            return tree.tags[i] == "VB"
    return False


def is_adverbial(tree: Tree, start: int, end: int) -> bool:
    """Opens an adverbial clause: "if the rain stops, …"; not "asked if …", "as long as the wall"."""
    head = head_of(tree, start, end)
    clause = tree.heads[head]
    if tree.deps[head] == "mark":
        return tree.deps[clause] not in CLAUSAL
    if tree.deps[head] == "advcl" and tree.tags[head] in (
        "VBG",
        "VBN",
        "VBD",
    ):  # "assuming the money arrives"
        goes_on = end < len(tree.pos) and tree.pos[end] != "PUNCT"  # not "the lists provided, nobody …"
        return goes_on and child(tree, head, "obj", "aux", "aux:pass") is None
    if tree.deps[clause] == "advcl" and (child(tree, clause, "nsubj") or -1) >= end:  # "in case it rains"
        return True
    return any(has_subject(tree, tree.heads[i]) and tree.deps[i] == "mark" for i in range(start, end))


def is_embedded(tree: Tree, start: int, end: int) -> bool:
    """*If* as *whether*: "asked if the match had begun"; not "if it rains, that means …"."""
    clause = tree.heads[start]
    return tree.deps[start] == "mark" and tree.deps[clause] in CLAUSAL and tree.heads[clause] < start


def has_question(tree: Tree, start: int, end: int) -> bool:
    """As in "determine whether it is safe", "assess how it spread"; not "the tax was assessed"."""
    head = head_of(tree, start, end)
    return any(
        tree.deps[c] in (*CLAUSAL, "advcl") and is_indirect_question(tree, c) for c in tree.children[head]
    )


def is_attributive(tree: Tree, start: int, end: int) -> bool:
    """As in "the alleged thief"; not "alleged a theft"."""
    return tree.deps[start] == "amod"


def is_predicative(tree: Tree, start: int, end: int) -> bool:
    """As in "it is unclear"; not "unclear handwriting"."""
    return tree.deps[start] != "amod"


def is_sentential(tree: Tree, start: int, end: int) -> bool:
    """As in "… ; otherwise the water will be cut"; not "the otherwise quiet street"."""
    opens = (
        start == tree.firsts[start]
        or tree.pos[start - 1] == "PUNCT"
        or tree.lowers[start - 1] in ("or", "and")
    )
    return opens and tree.deps[start] in ("advmod", "mark") and tree.pos[tree.heads[start]] in ("VERB", "AUX")


def precedes_number(tree: Tree, start: int, end: int) -> bool:
    """As in "about 40", "over half", "around $3", "at least a weight of 4"; not "about a fisherman"."""
    if tree.tags[end - 1] == "JJS" and tree.tags[end : end + 4] == ["DT", "NN", "IN", "CD"]:
        return True
    for i in range(end, min(end + 3, len(tree.tags))):
        if tree.tags[i] == "CD" or tree.lowers[i] in words_of("quantity"):
            after = tree.lowers[i + 1] if i + 1 < len(tree.lowers) else ""
            return after != "-" and (tree.lowers[i], after) != ("one", "of")  # "about three-way talks"
        if tree.lowers[i] not in words_of("currency"):
            return False
    return False


def precedes_amount(tree: Tree, start: int, end: int) -> bool:
    """As in "up to 300 sheep"; not "from 2007 up to 2015"."""
    return precedes_number(tree, start, end) and not YEAR.fullmatch(tree.lowers[end])


def precedes_measure(tree: Tree, start: int, end: int) -> bool:
    """As in "nearly 300", "almost half", "virtually all"; not "treated him roughly"."""
    if precedes_number(tree, start, end):
        return True
    return end < len(tree.lowers) and tree.lowers[end] in words_of("total")


def follows_quantity(tree: Tree, start: int, end: int) -> bool:
    """As in "A dozen or so", "ten or more"; not "bread or more soup"."""
    return start > 0 and (tree.tags[start - 1] == "CD" or tree.lowers[start - 1] in words_of("quantity"))


def is_speaking_subject(tree: Tree, start: int, end: int) -> bool:
    """A bare subject of a verb of saying or thinking: "critics say"; not "film critics sat", "her critics say"."""
    head = head_of(tree, start, end)
    sign = signature(tree.lemmas[tree.heads[head]], "verb", "that")
    if tree.deps[head] not in ("nsubj", "nsubj:outer") or sign is None or sign.kind not in SAYING:
        return False
    return all(start <= c < end or tree.deps[c] not in NARROWING for c in tree.children[head])


def modifies_opinion(tree: Tree, start: int, end: int) -> bool:
    """As in "widely believed", "generally considered"; not "travelled widely", "commonly found"."""
    verb = tree.heads[start]
    sign = signature(tree.lemmas[verb], "verb", "that")
    return sign is not None and sign.kind in ("speech", "attitude") and tree.pos[verb] in ("VERB", "ADJ")


def softens(tree: Tree, start: int, end: int) -> bool:
    """As in "kind of cold"; not "a kind of shrub"."""
    if start and tree.tags[start - 1] in ("DT", "JJ", "PRP$", "WDT", "CD", "PDT"):
        return False
    return end < len(tree.tags) and tree.pos[end] in ("ADJ", "ADV", "VERB")


def is_prepositional(tree: Tree, start: int, end: int) -> bool:
    """As in "varies, depending on the season"; not "was depending on her aunt"."""
    return tree.deps[head_of(tree, start, end)] in ("case", "mark", "advcl", "acl", "fixed", "obl")


def is_conjunction(tree: Tree, start: int, end: int) -> bool:
    """As in "provided that it is safe"; not "provided that evening's meal"."""
    return tree.deps[end - 1] != "det"


def is_that_part_of_speech(tree: Tree, start: int, end: int) -> bool:
    """Always: where the part of speech tells the uses apart ("probe" the verb and the noun)."""
    return True


Use = Callable[[Tree, int, int], bool]

USES: dict[str, Use] = {
    "pos": is_that_part_of_speech,
    "prepositional": is_prepositional,
    "conjunction": is_conjunction,
    "modal": is_modal,
    "perfect": is_perfect_modal,
    "possible": is_possibility,
    "hypothetical": is_hypothetical,
    "inverted": is_inverted,
    "open": is_open,
    "clausal": has_complement,
    "finite": has_finite_complement,
    "shown": is_shown,
    "raising": is_raising,
    "regarded": is_regarded,
    "passive": is_passive,
    "infinitive": precedes_infinitive,
    "adverbial": is_adverbial,
    "embedded": is_embedded,
    "question": has_question,
    "attributive": is_attributive,
    "predicative": is_predicative,
    "sentential": is_sentential,
    "number": precedes_number,
    "amount": precedes_amount,
    "measure": precedes_measure,
    "quantity_before": follows_quantity,
    "subject": is_speaking_subject,
    "opinion": modifies_opinion,
    "adverbial_phrase": softens,
}
