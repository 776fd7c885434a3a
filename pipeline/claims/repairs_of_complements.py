"""Repairs of complements: what is said, asked, thought, and on which verb it hangs."""

from __future__ import annotations

from pipeline.claims.finiteness import has_subject
from pipeline.claims.regrafting import is_below, move
from pipeline.claims.tree import FINITE_TAGS, Tree, child
from pipeline.lexicon.word_sets import opinion_lemmas, signature, words_of

FAR = 40
"""Words that a mark before a clause may stand away."""
ELLIPSES = frozenset({"…", "...", "[...]"})


def open_complement(tree: Tree, i: int) -> None:
    """What *that* or *whether* opens, or has a subject and a finite verb, is a clause: "it was agreed it would end",
    "stated all of them were from Bergen"."""
    children, head = tree.children[i], tree.heads[i]
    if tree.deps[i] in ("obl", "obj"):
        if i < head or tree.lemmas[head] not in opinion_lemmas() or child(tree, i, "cop") is None:
            return
    elif tree.deps[i] != "xcomp":
        return
    marked = any(tree.deps[c] == "mark" and tree.lowers[c] in ("that", "whether") for c in children)
    finite = any(tree.tags[c] in FINITE_TAGS and tree.deps[c].startswith(("aux", "cop")) for c in children)
    first = min([i, *children])
    subject = any(tree.deps[c] == "obj" and head < c < first for c in tree.children[head])
    if marked or (finite and (subject or child(tree, i, "nsubj") is not None)):
        tree.deps[i] = "ccomp"


def hang_question(tree: Tree, i: int) -> None:
    """What *whether* or *if* opens behind a verb of asking is asked: "was asked if he had seen it"."""
    verb, mark = tree.heads[i], child(tree, i, "mark")
    if tree.deps[i] != "advcl" or mark is None or tree.lowers[mark] not in ("whether", "if") or i < verb:
        return
    if child(tree, verb, "nsubj", "aux") is None:
        return  # "asked if he had seen it, he laughed"
    sign = signature(tree.lemmas[verb], "verb", "whether")
    if sign is not None and sign.kind == "question" and child(tree, verb, "ccomp", "xcomp", "obj") is None:
        tree.deps[i] = "ccomp"


def hang_that(tree: Tree, i: int) -> None:
    """What *that* opens right behind a verb of saying or thinking hangs on it: "I worry greatly that it will burn"."""
    mark = child(tree, i, "mark")
    if tree.deps[i] != "ccomp" or mark is None or tree.lowers[mark] != "that":
        return
    verb = mark - 1
    while verb > tree.firsts[i] and tree.pos[verb] == "ADV":
        verb -= 1
    if tree.pos[verb] != "VERB" or tree.lemmas[verb] not in opinion_lemmas() or is_below(tree, verb, i):
        return
    if tree.heads[i] == verb or child(tree, verb, "ccomp", "xcomp") is not None:
        return
    move(tree, i, verb, "ccomp")
    for c in range(verb + 1, mark):
        move(tree, c, verb, "advmod")


def join_predicate(tree: Tree, i: int) -> None:
    """A finite verb is joined to the clause before it, no participle: "claiming it was unsafe and broke the law"."""
    head = tree.heads[i]
    if tree.deps[i] != "conj" or tree.tags[i] not in FINITE_TAGS - {"MD"} or tree.tags[head] != "VBG":
        return
    said = child(tree, head, "ccomp")
    if said is None or not head < said < i or child(tree, head, "aux") is not None:
        return
    if child(tree, i, "nsubj", "expl", "mark") is None:
        move(tree, i, said, "conj")


def hang_infinitive(tree: Tree, i: int) -> None:
    """What is an honour is to do so, not what is said: "he said it was an honour to help"."""
    verb, said = tree.heads[i], child(tree, tree.heads[i], "ccomp")
    if tree.deps[i] != "xcomp" or tree.tags[i] != "VB" or said is None or not verb < said < i:
        return
    subject = child(tree, said, "nsubj", "expl")
    if subject is not None and tree.lowers[subject] == "it" and child(tree, said, "cop") is not None:
        move(tree, i, said, "csubj")


def part_subjects(tree: Tree, i: int) -> None:
    """The first of two subjects of a report is that of what is reported: "the port, the master said, is open"."""
    verb = tree.heads[i]
    if (
        tree.deps[i] != "ccomp"
        or i < verb
        or child(tree, i, "nsubj", "nsubj:pass", "csubj", "expl") is not None
    ):
        return
    subjects = [c for c in tree.children[verb] if tree.deps[c] == "nsubj" and c < verb]
    if len(subjects) == 2 and "," in tree.lowers[subjects[0] + 1 : subjects[1]]:
        move(tree, subjects[0], i, "nsubj" if child(tree, i, "aux:pass") is None else "nsubj:pass")


def raise_contrast(tree: Tree, i: int) -> None:
    """What is said against what others say is not theirs: "they say it is safe, but they do not live there"."""
    said, joint, subject = tree.heads[i], child(tree, i, "cc"), child(tree, i, "nsubj")
    if tree.deps[i] != "conj" or tree.deps[said] != "ccomp" or joint is None or subject is None:
        return
    verb = tree.heads[said]
    speaker = child(tree, verb, "nsubj")
    if speaker is None or not speaker < verb < said < joint < i or tree.lowers[joint] != "but":
        return
    if (
        tree.tags[speaker] == "PRP"
        and tree.lowers[speaker] == tree.lowers[subject]
        and child(tree, i, "mark") is None
    ):
        move(tree, i, verb, "conj")


def fill_noun(tree: Tree, i: int) -> None:
    """A clause with a subject behind *that* lacks nothing that the noun could be: "a chance that the talks resume"."""
    noun, mark = tree.heads[i], child(tree, i, "mark")
    if tree.deps[i] != "acl:relcl" or mark is None or tree.lowers[mark] != "that" or mark != noun + 1:
        return
    sign = signature(tree.lemmas[noun], "noun", "that")
    subject = child(tree, i, "nsubj", "nsubj:pass")
    if sign is not None and subject is not None and mark < subject < i:
        tree.deps[i] = "acl"


def hang_on_danger(tree: Tree, i: int) -> None:
    """A clause with a modal behind "there was danger" says what may happen: "there was danger the roof might fall"."""
    if child(tree, i, "mark", "obl:unmarked") is not None or tree.deps[i] not in (
        "acl",
        "acl:relcl",
        "advcl",
    ):
        return
    noun = child(tree, tree.heads[i], "nsubj") if tree.deps[i] == "advcl" else tree.heads[i]
    subject = child(tree, i, "nsubj")
    if noun is None or subject is None or not noun < subject < i or tree.tags[subject] in ("WDT", "WP"):
        return
    there = child(tree, tree.heads[noun], "expl")
    sign = signature(tree.lemmas[noun], "noun", "that")
    if there is None or tree.lowers[there] != "there" or sign is None or sign.kind != "likely":
        return
    if any(tree.tags[c] == "MD" for c in tree.children[i]):
        move(tree, i, noun, "ccomp")


def part_at_mark(tree: Tree, i: int) -> None:
    """Nothing governs a clause beyond a semicolon, or a second one beyond a colon.

    "The film showed a guard; he then drew a pistol", "she doubts it will last: “The wall is old.”"
    """
    if tree.deps[i] not in ("ccomp", "csubj"):
        return
    head, joint = tree.heads[i], child(tree, tree.heads[i], "cc")
    if tree.deps[i] == "ccomp" and joint is not None and i < joint < head:
        tree.deps[i] = "parataxis"  # "it is late, and it must be said"
        return
    if tree.deps[i] == "ccomp" and i < head and not ELLIPSES.isdisjoint(tree.words[i:head]):
        tree.deps[i] = "parataxis"  # "it is late … show me the way"
        return
    if child(tree, i, "mark") is not None or head > i:
        return
    marks = tree.words[max(head, i - FAR) : i]
    second = ":" in marks and any(tree.deps[c] == "ccomp" and head < c < i for c in tree.children[head])
    if (";" in marks or second) and child(tree, i, "nsubj", "expl") is not None:
        tree.deps[i] = "parataxis"


def set_in_opinion(tree: Tree, i: int) -> None:
    """*I think* between a verb and its object is set in: "the museum has I think nine boats"."""
    verb, subject, thing = tree.heads[i], child(tree, i, "nsubj"), child(tree, i, "obj")
    if tree.deps[i] != "ccomp" or subject != i - 1 or thing is None or thing < i or subject != verb + 1:
        return
    thought = signature(tree.lemmas[i], "verb", "that")
    if thought is None or thought.kind != "attitude" or tree.lowers[subject] not in words_of("first_person"):
        return
    if tree.lemmas[verb] not in opinion_lemmas() and child(tree, verb, "obj", "iobj") is None:
        tree.deps[i] = "parataxis"
        move(tree, thing, verb, "obj")


def join_clause(tree: Tree, i: int) -> None:
    """What *and (that)* opens is joined to the clause before: "said it was late and that nobody had called", "he left,
    and others have jobs"."""
    if tree.deps[i] != "advcl" or tree.heads[i] > i:
        return
    mark, joint = child(tree, i, "mark"), child(tree, i, "cc")
    if joint is None or joint > i:
        return
    if mark is None:
        subject = child(tree, i, "nsubj", "expl")
        if subject is not None and joint < subject < i and tree.tags[i] in FINITE_TAGS:
            tree.deps[i] = "conj"
        return
    if tree.lowers[mark] == "that" and joint == mark - 1 and tree.deps[tree.heads[i]] == "ccomp":
        tree.deps[i] = "conj"


def lower_if(tree: Tree, i: int) -> None:
    """Of two things said without a joint a first one with *if* is the condition: "said, “If it rains … we stay”."""
    mark = child(tree, i, "mark")
    if tree.deps[i] != "ccomp" or mark is None or tree.lowers[mark] != "if":
        return
    behind = (c for c in tree.children[tree.heads[i]] if c > i and tree.deps[c] == "ccomp")
    main = next(behind, None)
    if main is not None and child(tree, main, "cc", "mark") is None and has_subject(tree, main):
        move(tree, i, main, "advcl")
