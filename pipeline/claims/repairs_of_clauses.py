"""Repairs of other clauses and of what stands beside them: relative and adverbial clauses, conjuncts, phrases."""

from __future__ import annotations

from pipeline.claims.clauses import COMPARISONS, leftmost, opens_behind_semicolon
from pipeline.claims.finiteness import has_subject
from pipeline.claims.regrafting import clause_above, is_below, move
from pipeline.claims.tree import Tree, child
from pipeline.lexicon.word_sets import opinion_lemmas, signature, words_of

FOLLOWING = frozenset({"conj", "obl", "advmod", "nmod"})
PHRASES = frozenset({"obl", "nmod"})
SOURCE_REACH = 12  # tokens from "according to" to the noun that it names
DASHES = frozenset({"—", "–", "--"})
RELATIVES = frozenset({"which", "that", "who"})


def lower_participle(tree: Tree, i: int) -> None:
    """A participle under a verb that takes no clause is of the noun before it: "led the largest march ever held"."""
    verb, noun = tree.heads[i], child(tree, i, "nsubj")
    if tree.deps[i] != "ccomp" or tree.tags[i] != "VBN" or noun is None or not verb < noun < i:
        return
    if child(tree, i, "aux", "cop", "mark") is not None or tree.lemmas[verb] in opinion_lemmas():
        return
    if child(tree, verb, "obj") is None and signature(tree.lemmas[verb], "verb", "that") is None:
        move(tree, noun, verb, "obj")
        move(tree, i, noun, "acl")


def hang_contact(tree: Tree, i: int) -> None:
    """A clause right behind a noun, of a pronoun and a verb without object, says which: "a party they don't like"."""
    subject = child(tree, i, "nsubj")
    if tree.deps[i] != "advcl" or subject is None or tree.tags[subject] != "PRP" or i < tree.heads[i]:
        return
    noun = subject - 1
    if tree.pos[noun] not in ("NOUN", "PROPN") or leftmost(tree, i) != subject or not tree.heads[i] <= noun:
        return
    if tree.pos[i] == "VERB" and child(tree, i, "obj", "ccomp", "xcomp", "mark") is None:
        move(tree, i, noun, "acl:relcl")


def hang_relative(tree: Tree, i: int) -> None:
    """What *which* opens behind a noun is said of the noun: "goods that affect us", "the economy, which could grow"."""
    nominal = (
        tree.deps[i] in PHRASES and child(tree, i, "cop") is not None
    )  # "May 5, which was the fair's last day"
    if tree.deps[i] not in ("ccomp", "csubj", "advcl", "parataxis", "conj") and not nominal:
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
    if not is_below(tree, noun, i):
        move(tree, i, noun, "acl:relcl")


def free_adverbial(tree: Tree, i: int) -> None:
    """What *if* or *because* opens is no relative clause: "and if he never saw it, someone should tell him".

    Nor is what *while* or *after* opens said: "the mill reported a loss, while the port called it a good year", "he
    resigned, hours after she had left".
    """
    if tree.deps[i] not in ("acl", "acl:relcl", "ccomp"):
        return
    mark = child(tree, i, "mark")
    if tree.deps[i] == "acl" and i < tree.heads[i] and child(tree, i, "nsubj") is not None:
        top = clause_above(tree, tree.heads[i])
        if top is not None:
            move(tree, i, top, "advcl")  # "with the mine closing, firms that depend on it left"
        return
    if mark is None or not tree.deps[i].startswith("acl"):
        apart = words_of("contrast_mark") | words_of("time_mark")
        if mark is not None and tree.deps[i] == "ccomp" and tree.lowers[mark] in apart:
            tree.deps[i] = "advcl"
        return
    if tree.lowers[mark] in words_of("adverbial_mark"):
        top = clause_above(tree, tree.heads[i])
        if top is not None:
            move(tree, i, top, "advcl")


def free_joined(tree: Tree, i: int) -> None:
    """What *and* opens with a subject of its own is no relative clause: "stands for peace and he can rest"."""
    if tree.deps[i] != "acl:relcl" or i < tree.heads[i]:
        return
    joint, subject = child(tree, i, "cc"), child(tree, i, "nsubj", "expl")
    if joint is None or subject is None or joint != leftmost(tree, i) or not joint < subject < i:
        return
    top = clause_above(tree, tree.heads[i])
    if top is not None and tree.tags[subject] not in ("WDT", "WP") and tree.deps[top] != "acl:relcl":
        move(tree, i, top, "conj")


def hang_near(tree: Tree, i: int) -> None:
    """Where a clause with its own subject has been added, what follows is of that one: "and she was well and left".

    So is a phrase right behind an adverbial clause: "it closed because it had lost money for a decade".
    """
    head = tree.heads[i]
    if tree.deps[i] in PHRASES and head < i:
        first = leftmost(tree, i)
        clauses = [c for c in tree.children[head] if head < c < first and tree.deps[c] == "advcl"]
        if clauses and _reaches(tree, clauses[-1], first):
            move(tree, i, clauses[-1], tree.deps[i])
            return
    near = _added_clause(tree, head, i) if head < i and tree.deps[i] in FOLLOWING else None
    if near is None:
        return
    if child(tree, i, "nsubj", "csubj", "expl") is None:
        move(tree, i, near, tree.deps[i])
    elif tree.deps[i] == "conj" and child(tree, i, "mark") == near + 1:
        move(tree, i, near, "ccomp")  # "…, but it is possible that he left"


def _reaches(tree: Tree, clause: int, i: int) -> bool:
    """Whether an adverbial clause with mark and subject ends right before a token, with no comma between."""
    mark, subject = child(tree, clause, "mark"), child(tree, clause, "nsubj")
    if mark is None or subject is None or not mark < subject < clause:
        return False
    last = max(c for c in (clause, *tree.children[clause]))
    while (below := max(tree.children[last], default=last)) > last:
        last = below
    return last == i - 1 and tree.pos[last] != "PUNCT"


def hang_beyond_joint(tree: Tree, i: int) -> None:
    """What stands between *and* or *but* and the clause that it joins is of that: "we left, but for now, we wait"."""
    head = tree.heads[i]
    if tree.deps[i].partition(":")[0] not in ("obl", "advmod", "advcl") or i < head:
        return
    first = leftmost(tree, i)
    while first < i and (tree.pos[first] == "PUNCT" or tree.deps[first] == "cc"):
        first += 1  # a comma before *and* may hang on what stands behind it
    joint = first - 1
    if joint <= head or tree.deps[joint] != "cc":
        return
    clause = tree.heads[joint]
    if clause > i and not is_below(tree, clause, i):
        move(tree, i, clause, tree.deps[i])


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


def lower_condition(tree: Tree, i: int) -> None:
    """A condition behind a report belongs to what is reported: "the dam could fail, they warned, unless …"."""
    verb = tree.heads[i]
    if tree.deps[i] != "advcl" or i < verb or tree.lemmas[verb] not in opinion_lemmas():
        return
    mark = child(tree, i, "mark")
    if mark is None or tree.lowers[mark] not in words_of("adverbial_mark"):
        return
    said = child(tree, verb, "ccomp")
    if said is not None and said < verb:
        move(tree, i, said, "advcl")


def lower_means(tree: Tree, i: int) -> None:
    """By doing what belongs to what is said: "argued he had lost them by leaving", "hopes that by leaving it wins"."""
    verb = tree.heads[i]
    if tree.deps[i] != "advcl" or i < verb or tree.tags[i] != "VBG" or child(tree, i, "nsubj") is not None:
        return
    mark, said = child(tree, i, "mark"), child(tree, verb, "ccomp")
    if mark is None or tree.lowers[mark] != "by" or said is None or said < verb:
        return
    if tree.lemmas[verb] in opinion_lemmas() and verb < leftmost(tree, said) < i:
        move(tree, i, said, "advcl")


def lower_adverb(tree: Tree, i: int) -> None:
    """An adverb inside a clause belongs there: "said the ship was reportedly lost", "left once he was no longer ill".

    So does one right before its mark: "it was fun, even though it rained".
    """
    head, behind = tree.heads[i], i + 1
    if tree.deps[i] != "advmod" or head > i:
        return
    below = tree.heads[behind] if behind < tree.lasts[i] and tree.deps[behind] == "mark" else head
    if tree.words[i - 1] == "," and tree.deps[below] == "advcl" and not is_below(tree, below, i):
        move(tree, i, below, "advmod")
        return
    said = next((c for c in tree.children[head] if c > i and tree.deps[c] in ("ccomp", "advcl")), None)
    if said is not None and any(head < c < i for c in tree.children[said]):
        move(tree, i, said, "advmod")


def lower_phrase(tree: Tree, i: int) -> None:
    """A phrase inside a complement belongs there: "reported that over the last century only two had sunk"."""
    head = tree.heads[i]
    if not tree.deps[i].startswith("obl") or head > i:
        return
    said = child(tree, head, "ccomp")
    if said is not None and head < leftmost(tree, said) < leftmost(tree, i) and i < said:
        move(tree, i, said, tree.deps[i])


def hang_according(tree: Tree, i: int) -> None:
    """*According to* is of the clause and not of a noun in it: "those lost, according to Berg, were old"."""
    if tree.lowers[i] != "according" or not tree.deps[i].startswith("acl"):
        return
    behind = range(i + 2, min(i + SOURCE_REACH, tree.lasts[i]))
    phrases = (k for k in behind if tree.deps[k] in PHRASES and tree.heads[k] <= i)
    noun = next((k for k in phrases if all(c > i or tree.pos[c] == "PUNCT" for c in tree.children[k])), None)
    above = clause_above(tree, tree.heads[i])
    if noun is not None and above is not None:
        move(tree, noun, above, "obl")
        move(tree, i, noun, "case")


def keep_to_its_side(tree: Tree, i: int) -> None:
    """What opens behind a semicolon is said of the clause behind it: "it rained; according to Berg, the roof leaks"."""
    head = tree.heads[i]
    if i < head or (tree.lowers[i] != "according" and tree.deps[i] not in PHRASES):
        return
    if opens_behind_semicolon(tree, i):
        behind = (c for c in tree.children[head] if c > i and tree.deps[c] in ("parataxis", "conj"))
        clause = next(behind, None)
        if clause is not None and ";" not in tree.words[i:clause] and has_subject(tree, clause):
            move(tree, i, clause, tree.deps[i])


def complete_comparison(tree: Tree, i: int) -> None:
    """What stands right behind a verb of opinion in a comparison is what is thought: "not as rich as he says he is"."""
    verb = leftmost(tree, i) - 1
    if tree.deps[i] != "advcl" or verb <= tree.heads[i] or tree.heads[verb] != tree.heads[i]:
        return
    mark, subject = child(tree, verb, "mark"), child(tree, i, "nsubj")
    compared = mark is not None and tree.lowers[mark] in COMPARISONS and tree.deps[verb] == "advcl"
    if compared and subject == verb + 1 and tree.lemmas[verb] in opinion_lemmas():
        move(tree, i, verb, "ccomp")


def part_at_dash(tree: Tree, i: int) -> None:
    """What a dash and a pronoun open is no relative clause: "it is old — very old — it also leaks"."""
    first, above = leftmost(tree, i), clause_above(tree, tree.heads[i])
    if tree.deps[i] != "acl:relcl" or above is None or first <= tree.firsts[i]:
        return
    opening = first + 1 if tree.words[first] in DASHES else first
    if tree.words[opening - 1] in DASHES and tree.tags[opening] == "PRP" and above < i:
        move(tree, i, above, "parataxis")
