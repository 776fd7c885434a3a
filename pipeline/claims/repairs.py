"""Mends trees where parsers waver and the words leave no doubt: each rule knows one shape that no sentence has.

A relation or a head is changed in place, never the root of a sentence.
"""

from __future__ import annotations

from bisect import insort

from pipeline.claims.tree import CLAUSE_RELATIONS, FINITE_TAGS, Tree, child
from pipeline.lexicon.word_sets import opinion_lemmas, signature, words_of

FAR = 40
"""Words that a mark before a clause may stand away."""
CLIMB = 20
"""Steps up a tree; a walk that is longer comes from a broken parse."""
FOLLOWING = frozenset({"conj", "obl", "advmod", "nmod"})
NOMINAL = frozenset({"det", "amod", "nmod:poss", "nummod"})
RELATIVES = frozenset({"which", "that", "who"})


def mend(tree: Tree) -> None:
    """Apply every rule to every token, in the order below."""
    for rule in (
        _plain_words,
        _free_mark,
        _open_complement,
        _give_subject,
        _tense_verb,
        _sort_subjects,
        _hang_relative,
        _free_adverbial,
        _hang_on_danger,
        _part_at_mark,
        _hang_near,
        _hang_beyond_joint,
        _turn_report,
        _join_clause,
        _lower_condition,
        _lower_adverb,
        _free_subject,
    ):
        for i in range(len(tree.deps)):
            if tree.heads[i] != i:
                rule(tree, i)


def _plain_words(tree: Tree, i: int) -> None:
    """*No* before nouns is a determiner ("no boats"), *should* before its subject an auxiliary ("should it rain"), *up*
    right behind a verb a part of it ("went up")."""
    behind = i + 1
    if tree.lowers[i] == "no" and tree.deps[i] == "advmod" and behind < len(tree.deps):
        for _ in range(CLIMB):  # "no plague virus"
            if tree.deps[behind] not in ("compound", "amod") or tree.heads[behind] < behind:
                break
            behind = tree.heads[behind]
        if tree.tags[behind] in ("NN", "NNS") and tree.heads[i] == tree.heads[behind]:
            _move(tree, i, behind, "det")
    elif tree.tags[i] == "MD" and tree.deps[i] == "mark":
        tree.deps[i] = "aux"
    elif tree.tags[i] == "RP" and tree.deps[i] == "advmod" and i == tree.heads[i] + 1:
        tree.deps[i] = "compound:prt"


def _open_complement(tree: Tree, i: int) -> None:
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


def _free_mark(tree: Tree, i: int) -> None:
    """*That* is no determiner of several: "(it found) that visits had dropped"."""
    noun = tree.heads[i]
    if tree.lowers[i] != "that" or tree.deps[i] != "det" or tree.tags[noun] not in ("NNS", "NNPS"):
        return
    if tree.deps[noun].startswith("nsubj") and tree.deps[tree.heads[noun]] == "ccomp":
        tree.tags[i] = "IN"
        _move(tree, i, tree.heads[noun], "mark")


def _give_subject(tree: Tree, i: int) -> None:
    """An object that must be the subject of a finite complement becomes it: "said the water was safe"."""
    children = tree.children[i]
    if tree.deps[i] != "ccomp" or any(tree.deps[c].startswith(("nsubj", "csubj", "expl")) for c in children):
        return
    finite = next((c for c in (*children, i) if c <= i and tree.tags[c] in FINITE_TAGS), None)
    if finite is None:
        return
    head, first = tree.heads[i], min([i, *children])
    inside = next((c for c in children if tree.deps[c] == "obj" and c < finite), None)
    before = max((c for c in tree.children[head] if head < c < first), default=None)
    if inside is not None:
        tree.deps[inside] = "nsubj"
    elif before is not None and tree.deps[before] == "obj":
        _move(tree, before, i, "nsubj")


def _tense_verb(tree: Tree, i: int) -> None:
    """What "we" or "nobody" does in a complement is no infinitive: "I don't think we have one"."""
    if tree.tags[i] != "VB" or tree.deps[i] != "ccomp" or child(tree, i, "aux", "mark") is not None:
        return
    subject, sign = child(tree, i, "nsubj"), signature(tree.lemmas[tree.heads[i]], "verb", "that")
    if subject is not None and tree.lowers[subject] in words_of("nominative") and sign and sign.source:
        tree.tags[i] = "VBP"  # not after "demand", which leaves open what is demanded


def _sort_subjects(tree: Tree, i: int) -> None:
    """Who stands after *according to* is no subject, one left of the verb above is that one's, of two one is none.

    "He knows there is no way": of *knows*. "It has no plans": an object. "The trouble is we know": of the outer clause.
    "These signs — you know them": set before the clause.
    """
    if not tree.deps[i].startswith("nsubj") or tree.deps[i] == "nsubj:outer":
        return
    if any(tree.lowers[c] == "according" for c in tree.children[i]):
        tree.deps[i] = "obl"
        return
    head = tree.heads[i]
    if tree.lowers[i] == "there" and any(tree.deps[c] == "nsubj" and c < i for c in tree.children[head]):
        tree.deps[i] = "advmod"  # "residents there told"
        return
    above = tree.heads[head]
    if tree.deps[head] in ("ccomp", "xcomp") and i < above < head and child(tree, above, "nsubj") is None:
        passive = child(tree, above, "aux:pass") is not None
        _move(tree, i, above, "nsubj:pass" if passive else "nsubj")  # "he knows there is no way"
        return
    others = [c for c in tree.children[head] if c < i and tree.deps[c] in ("nsubj", "nsubj:pass")]
    if not others:
        return
    if any(tree.deps[c] == "cop" and tree.tags[c] == "VBG" for c in tree.children[i]):
        tree.deps[i] = "advcl"  # "the town being a small place will wait"
    elif i < head and child(tree, i, "case") == others[-1] + 1:
        _move(tree, i, others[-1], "nmod")  # "the order for a boat was cancelled"
    elif head < i:
        tree.deps[i] = "obj"
    elif any(tree.deps[c] == "cop" and others[0] < c < i for c in tree.children[head]):
        tree.deps[others[0]] = "nsubj:outer"
    elif child(tree, head, "cop") is None:
        tree.deps[others[0]] = "dislocated"


def _hang_relative(tree: Tree, i: int) -> None:
    """What *which* opens behind a noun is said of the noun: "goods that affect us", "the economy, which could grow"."""
    if tree.deps[i] not in ("ccomp", "csubj", "advcl", "parataxis", "conj"):
        return
    subject = child(tree, i, "nsubj")
    if subject is None or tree.lowers[subject] not in RELATIVES:
        return
    bare = tree.lowers[subject] == "that" and tree.pos[subject - 1] == "NOUN"  # "things that happened"
    if not bare and tree.tags[subject] not in ("WDT", "WP"):
        return
    if tree.lowers[subject] == "who" and tree.deps[i] in ("ccomp", "csubj"):
        return  # "asked the driver who had fallen"
    noun = subject - 1 - (tree.words[subject - 1] == ",")
    if noun < tree.firsts[i] or tree.pos[noun] not in ("NOUN", "PROPN", "NUM", "PRON"):
        return
    if not _is_below(tree, noun, i):
        _move(tree, i, noun, "acl:relcl")


def _free_adverbial(tree: Tree, i: int) -> None:
    """What *if* or *because* opens is no relative clause: "and if he never saw it, someone should tell him".

    Nor is what *while* or *after* opens said: "the mill reported a loss, while the port called it a good year", "he
    resigned, hours after she had left".
    """
    if tree.deps[i] not in ("acl", "acl:relcl", "ccomp"):
        return
    mark = child(tree, i, "mark")
    if tree.deps[i] == "acl" and i < tree.heads[i] and child(tree, i, "nsubj") is not None:
        top = _clause_above(tree, tree.heads[i])
        if top is not None:
            _move(tree, i, top, "advcl")  # "with the mine closing, firms that depend on it left"
        return
    if mark is None or not tree.deps[i].startswith("acl"):
        apart = words_of("contrast_mark") | words_of("time_mark")
        if mark is not None and tree.deps[i] == "ccomp" and tree.lowers[mark] in apart:
            tree.deps[i] = "advcl"
        return
    if tree.lowers[mark] in words_of("adverbial_mark"):
        top = _clause_above(tree, tree.heads[i])
        if top is not None:
            _move(tree, i, top, "advcl")


def _hang_on_danger(tree: Tree, i: int) -> None:
    """A clause with a modal behind "there was danger" says what may happen: "there was danger the roof might fall"."""
    if tree.deps[i] not in ("acl:relcl", "advcl") or child(tree, i, "mark", "obl:unmarked") is not None:
        return
    noun = tree.heads[i] if tree.deps[i] == "acl:relcl" else child(tree, tree.heads[i], "nsubj")
    subject = child(tree, i, "nsubj")
    if noun is None or subject is None or not noun < subject < i or tree.tags[subject] in ("WDT", "WP"):
        return
    there = child(tree, tree.heads[noun], "expl")
    sign = signature(tree.lemmas[noun], "noun", "that")
    if there is None or tree.lowers[there] != "there" or sign is None or sign.kind != "likely":
        return
    if any(tree.tags[c] == "MD" for c in tree.children[i]):
        _move(tree, i, noun, "ccomp")


def _part_at_mark(tree: Tree, i: int) -> None:
    """Nothing governs a clause beyond a semicolon, or a second one beyond a colon.

    "The film showed a guard; he then drew a pistol", "she doubts it will last: “The wall is old.”"
    """
    if tree.deps[i] not in ("ccomp", "csubj"):
        return
    head, joint = tree.heads[i], child(tree, tree.heads[i], "cc")
    if tree.deps[i] == "ccomp" and joint is not None and i < joint < head:
        tree.deps[i] = "parataxis"  # "it is late, and it must be said"
        return
    if child(tree, i, "mark") is not None or head > i:
        return
    marks = tree.words[max(head, i - FAR) : i]
    second = ":" in marks and any(tree.deps[c] == "ccomp" and head < c < i for c in tree.children[head])
    if (";" in marks or second) and child(tree, i, "nsubj", "expl") is not None:
        tree.deps[i] = "parataxis"


def _hang_near(tree: Tree, i: int) -> None:
    """Where a clause with its own subject has been added, what follows is of that one: "and she was well and left"."""
    head = tree.heads[i]
    near = _added_clause(tree, head, i) if head < i and tree.deps[i] in FOLLOWING else None
    if near is None:
        return
    if child(tree, i, "nsubj", "csubj", "expl") is None:
        _move(tree, i, near, tree.deps[i])
    elif tree.deps[i] == "conj" and child(tree, i, "mark") == near + 1:
        _move(tree, i, near, "ccomp")  # "…, but it is possible that he left"


def _hang_beyond_joint(tree: Tree, i: int) -> None:
    """What stands between *but* and the clause that it joins is of that clause: "we left, but for now, we wait"."""
    head = tree.heads[i]
    if tree.deps[i].partition(":")[0] not in ("obl", "advmod", "advcl") or i < head:
        return
    first = i
    while tree.children[first] and tree.children[first][0] < first:
        first = tree.children[first][0]
    joint = first - 1
    if joint <= head or tree.deps[joint] != "cc" or tree.lowers[joint] != "but":
        return
    clause = tree.heads[joint]
    if clause > i and not _is_below(tree, clause, i):
        _move(tree, i, clause, tree.deps[i])


def _added_clause(tree: Tree, head: int, i: int) -> int | None:
    """The last clause with its own subject between a head and what hangs on it, added to the head or what it is in."""
    top = head
    for _ in range(4):
        added = [c for c in tree.children[top] if head < c < i and tree.deps[c] in ("conj", "parataxis")]
        if added and tree.lemmas[added[-1]] not in opinion_lemmas():
            return added[-1] if child(tree, added[-1], "nsubj", "expl") is not None else None
        if tree.heads[top] == top:
            break
        top = tree.heads[top]
    return None


def _turn_report(tree: Tree, i: int) -> None:
    """A finite verb of saying modifies no noun behind it, the noun says it: "…, stated the minister, and …"."""
    noun = tree.heads[i]
    if not tree.deps[i].startswith("acl") or noun < i or tree.tags[i] not in ("VBD", "VBZ"):
        return
    if tree.lemmas[i] not in opinion_lemmas() or child(tree, i, "nsubj") is not None:
        return
    above = tree.heads[noun]
    if above != noun and i > tree.firsts[i] and tree.pos[i - 1] == "PUNCT":
        _move(tree, i, above, "parataxis")
        _move(tree, noun, i, "nsubj")


def _join_clause(tree: Tree, i: int) -> None:
    """What *and that* opens is joined to the clause before: "said it was late and that nobody had called"."""
    if tree.deps[i] != "advcl" or tree.heads[i] > i:
        return
    mark, joint = child(tree, i, "mark"), child(tree, i, "cc")
    if mark is None or joint is None:
        return
    if tree.lowers[mark] == "that" and joint == mark - 1 and tree.deps[tree.heads[i]] == "ccomp":
        tree.deps[i] = "conj"


def _lower_condition(tree: Tree, i: int) -> None:
    """A condition behind a report belongs to what is reported: "the dam could fail, they warned, unless …"."""
    verb = tree.heads[i]
    if tree.deps[i] != "advcl" or i < verb or tree.lemmas[verb] not in opinion_lemmas():
        return
    mark = child(tree, i, "mark")
    if mark is None or tree.lowers[mark] not in words_of("adverbial_mark"):
        return
    said = child(tree, verb, "ccomp")
    if said is not None and said < verb:
        _move(tree, i, said, "advcl")


def _lower_adverb(tree: Tree, i: int) -> None:
    """An adverb inside a clause belongs there: "said the ship was reportedly lost", "left once he was no longer ill".

    So does one right before its mark: "it was fun, even though it rained".
    """
    head, behind = tree.heads[i], i + 1
    if tree.deps[i] != "advmod" or head > i:
        return
    below = tree.heads[behind] if behind < tree.lasts[i] and tree.deps[behind] == "mark" else head
    if tree.words[i - 1] == "," and tree.deps[below] == "advcl" and not _is_below(tree, below, i):
        _move(tree, i, below, "advmod")
        return
    said = next((c for c in tree.children[head] if c > i and tree.deps[c] in ("ccomp", "advcl")), None)
    if said is not None and any(head < c < i for c in tree.children[said]):
        _move(tree, i, said, "advmod")


def _free_subject(tree: Tree, i: int) -> None:
    """A finite verb is no noun with another one before it: "the repair cost 3 million"."""
    head = tree.heads[i]
    if tree.deps[i] != "compound" or i + 1 != head:
        return
    if tree.tags[head] in ("VBD", "VBZ") and child(tree, head, "nsubj") is None:
        tree.deps[i] = "nsubj"
        for c in [c for c in tree.children[head] if c < i and tree.deps[c] in NOMINAL]:
            _move(tree, c, i, tree.deps[c])


def _move(tree: Tree, i: int, head: int, relation: str) -> None:
    """Hang a token elsewhere."""
    if i in tree.children[tree.heads[i]]:
        tree.children[tree.heads[i]].remove(i)
        insort(tree.children[head], i)
    tree.heads[i], tree.deps[i] = head, relation


def _is_below(tree: Tree, i: int, top: int) -> bool:
    """Whether a token stands under another one, or so deep that this cannot be told."""
    for _ in range(CLIMB):
        if i == top:
            return True
        if tree.heads[i] == i:
            return False
        i = tree.heads[i]
    return True


def _clause_above(tree: Tree, i: int) -> int | None:
    """The top of the clause that a token stands in; None where that is too far."""
    for _ in range(CLIMB):
        if tree.heads[i] == i or tree.deps[i].partition(":")[0] in CLAUSE_RELATIONS - {"acl"}:
            return i
        i = tree.heads[i]
    return None
