"""Repairs of single words: which verb a noun is the subject, the object or the addressee of, what a tag must be."""

from __future__ import annotations

from pipeline.claims.clauses import leftmost
from pipeline.claims.regrafting import CLIMB, move
from pipeline.claims.tree import FINITE_TAGS, Tree, child, subtree
from pipeline.lexicon.word_sets import opinion_lemmas, signature, words_of

NOMINAL = frozenset({"det", "amod", "nmod:poss", "nummod"})
ARTICLES = frozenset({"the", "a", "an"})
NOUNS = frozenset({"NN", "NNS", "NNP", "NNPS"})
PLACING = frozenset({"in", "at", "near", "outside", "from"})
WITHIN = frozenset({"compound", "nmod:desc", "flat", "nummod", "amod", "advmod"})
"""Relations of words that have no subject of their own."""
LOOSE = frozenset({"discourse", "dislocated", "reparandum", "dep", "vocative"})
"""Relations of words that a parser can place nowhere."""
PREMODIFIERS = NOMINAL | {"compound", "advmod", "punct"}


def plain_words(tree: Tree, i: int) -> None:
    """*No* before nouns is a determiner ("no boats"), *should* before its subject an auxiliary ("should it rain"), *up*
    right behind a verb a part of it ("went up"), an adverb before its verb no clause ("was reportedly lost")."""
    behind = i + 1
    if tree.lowers[i] == "no" and tree.deps[i] == "advmod" and behind < len(tree.deps):
        for _ in range(CLIMB):  # "no plague virus"
            if tree.deps[behind] not in ("compound", "amod") or tree.heads[behind] < behind:
                break
            behind = tree.heads[behind]
        if tree.tags[behind] in ("NN", "NNS") and tree.heads[i] == tree.heads[behind]:
            move(tree, i, behind, "det")
    elif tree.tags[i] == "MD" and tree.deps[i] == "mark":
        tree.deps[i] = "aux"
    elif tree.tags[i] == "RB" and tree.deps[i] in ("ccomp", "xcomp") and tree.lowers[i].endswith("ly"):
        # "said the ship was reportedly lost": an adverb before the verb is no clause of its own
        if behind < len(tree.deps) and tree.pos[behind] == "VERB" and tree.heads[behind] == tree.heads[i]:
            move(tree, i, behind, "advmod")
    elif tree.tags[i] == "RP" and tree.deps[i] == "advmod" and i == tree.heads[i] + 1:
        tree.deps[i] = "compound:prt"


def past_verb(tree: Tree, i: int) -> None:
    """What has a subject and ends in *-ed* is no infinitive, what ends in *-ing* not past: "Norland denied that", "two
    boats drifting apart". What agrees with its subject is no noun: "these effects matter"."""
    word = tree.lowers[i]
    if tree.tags[i] == "VBD" and word.endswith("ing"):
        tree.tags[i] = "VBG"
    if tree.tags[i] in ("NN", "NNS") and _agrees(tree, i):
        tree.tags[i], tree.pos[i] = "VBZ" if tree.tags[i] == "NNS" else "VBP", "VERB"
    if tree.tags[i] != "VB" or not word.endswith("ed") or child(tree, i, "nsubj") is None:
        return
    if child(tree, i, "aux", "mark") is None:
        tree.tags[i] = "VBD"
        stems = (word[:-3] + "y" if word.endswith("ied") else word[:-2], word[:-1], word[:-3])
        tree.lemmas[i] = next((stem for stem in stems if stem in opinion_lemmas()), tree.lemmas[i])


def _agrees(tree: Tree, i: int) -> bool:
    """Whether what is tagged a noun has a subject right before it that it agrees with, and nothing that nouns have."""
    subject = child(tree, i, "nsubj")
    if subject is None or subject != i - 1 or tree.tags[subject] not in ("NN", "NNS"):
        return False
    if tree.tags[i] == tree.tags[subject] or tree.deps[i] not in ("root", "ccomp", "conj"):
        return False
    return child(tree, i, "cop", "aux", "det", "case", "compound", "nmod", "nummod") is None


def free_addressee(tree: Tree, i: int) -> None:
    """A name right behind *told* is told, where nobody else is: "told broadcaster NRL road tests had failed"."""
    verb = tree.heads[i]
    if tree.deps[i] != "ccomp" or tree.lemmas[verb] != "tell" or child(tree, i, "mark") is not None:
        return
    subject = child(tree, i, "nsubj")
    if subject is None or subject < verb or tree.tags[subject] not in ("NN", "NNS"):
        return
    if child(tree, verb, "iobj", "obj", "aux:pass") is not None or leftmost(tree, subject) != verb + 1:
        return
    before = range(verb + 1, subject)
    named = [k for k in before if tree.deps[k] == "compound" and tree.tags[k] in ("NNP", "NNPS")]
    if not named:
        return
    told = max([named[-1], *(k for k in before if k > named[-1] and tree.tags[k] == "NNS")])  # "EU leaders"
    move(tree, told, verb, "iobj")
    for k in before:
        if k < told and tree.heads[k] > told:
            move(tree, k, told, tree.deps[k])
        elif k > told >= tree.heads[k]:
            move(tree, k, subject, tree.deps[k])


def free_mark(tree: Tree, i: int) -> None:
    """*That* is no determiner of several: "(it found) that visits had dropped"."""
    noun = tree.heads[i]
    if tree.lowers[i] != "that" or tree.deps[i] != "det" or tree.tags[noun] not in ("NNS", "NNPS"):
        return
    if tree.deps[noun].startswith("nsubj") and tree.deps[tree.heads[noun]] == "ccomp":
        tree.tags[i] = "IN"
        move(tree, i, tree.heads[noun], "mark")


def lower_preposition(tree: Tree, i: int) -> None:
    """*Despite* and the like open a noun phrase, no clause, where none of its verbs follows: "despite his charm, …"."""
    if (
        tree.deps[i] != "mark"
        or tree.lowers[i] not in words_of("nominal_preposition")
        or i + 1 >= tree.lasts[i]
    ):
        return
    top = i + 1
    for _ in range(CLIMB):
        if tree.deps[top] not in PREMODIFIERS or tree.heads[top] <= top:
            break
        top = tree.heads[top]
    if tree.pos[top] in ("NOUN", "PROPN", "PRON") and tree.heads[i] != top:
        move(tree, i, top, "case")


def name_report(tree: Tree, i: int) -> None:
    """*Per* before a name or an article means *according to*, and is read so: "per the report", not "per person"."""
    noun, behind = tree.heads[i], i + 1
    if tree.lowers[i] != "per" or tree.deps[i] != "case" or noun < i or not tree.deps[noun].startswith("obl"):
        return
    reported = any(tree.lemmas[c] in opinion_lemmas() for c in tree.children[noun] if tree.deps[c] == "acl")
    if reported or tree.lowers[behind] in ("the", "a", "an") or tree.tags[behind] in ("NNP", "NNPS"):
        tree.lowers[i] = "according"


def give_subject(tree: Tree, i: int) -> None:
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
        move(tree, before, i, "nsubj")


def join_halves(tree: Tree, i: int) -> None:
    """A noun before a verb of saying is the subject of the clause behind it that has none: "The port," he said, "is
    open"."""
    verb = tree.heads[i]
    if tree.deps[i] != "ccomp" or i > verb or tree.tags[i] not in ("NN", "NNS", "NNP", "NNPS"):
        return
    if tree.lemmas[verb] not in opinion_lemmas() or child(tree, i, "nsubj", "cop", "mark") is not None:
        return
    for clause in tree.children[verb]:
        if clause > verb and tree.deps[clause] in ("ccomp", "parataxis"):
            opener = min([clause, *tree.children[clause]], key=lambda k: (tree.pos[k] == "PUNCT", k))
            if tree.tags[opener] in FINITE_TAGS and child(tree, clause, "nsubj", "nsubj:pass") is None:
                move(tree, i, clause, "nsubj")
                return


def tense_verb(tree: Tree, i: int) -> None:
    """What "we" or "nobody" does in a complement is no infinitive: "I don't think we have one"."""
    if tree.tags[i] != "VB" or tree.deps[i] != "ccomp" or child(tree, i, "aux", "mark") is not None:
        return
    subject, sign = child(tree, i, "nsubj"), signature(tree.lemmas[tree.heads[i]], "verb", "that")
    if subject is not None and tree.lowers[subject] in words_of("nominative") and sign and sign.source:
        tree.tags[i] = "VBP"  # not after "demand", which leaves open what is demanded


def sort_subjects(tree: Tree, i: int) -> None:
    """Who stands after *according to* is no subject, one left of the verb above is that one's, of two one is none.

    "It is bulky and leaves shelves empty": an object. "He knows there is no way": of *knows*. "It has no plans": an
    object. "The trouble is we know": of the outer clause. "These signs — you know them": set before the clause.
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
        move(tree, i, above, "nsubj:pass" if passive else "nsubj")  # "he knows there is no way"
        return
    if head < i and tree.deps[head] == "conj" and (child(tree, head, "xcomp") or 0) > i:
        tree.deps[i] = "obj"
        return
    others = [c for c in tree.children[head] if c < i and tree.deps[c] in ("nsubj", "nsubj:pass")]
    if not others or _is_joined_subject(tree, others[-1], i):
        return
    if any(tree.deps[c] == "cop" and tree.tags[c] == "VBG" for c in tree.children[i]):
        tree.deps[i] = "advcl"  # "the town being a small place will wait"
    elif i < head and child(tree, i, "case") == others[-1] + 1:
        move(tree, i, others[-1], "nmod")  # "the order for a boat was cancelled"
    elif head < i:
        tree.deps[i] = "obj"
    elif any(tree.deps[c] == "cop" and others[0] < c < i for c in tree.children[head]):
        tree.deps[others[0]] = "nsubj:outer"
    elif child(tree, head, "cop") is None:
        tree.deps[others[0]] = "dislocated"


def _is_joined_subject(tree: Tree, other: int, i: int) -> bool:
    """Whether the second of two subjects has been hung on the first: "no arrests nor charges", on the place in it:
    "a boat in Orla, Kesh sank"."""
    joint = child(tree, i, "cc")
    if joint == other + 1:
        move(tree, i, other, "conj")
        return True
    comma = leftmost(tree, i) - 1
    place = next((c for c in tree.children[other] if tree.deps[c] == "nmod" and c < comma), None)
    if place is None or child(tree, place, "case") is None or tree.words[comma] != ",":
        return False
    if tree.pos[place] != "PROPN" or tree.pos[i] != "PROPN" or tree.words[i + 1] == ",":
        return False
    if subtree(tree, place)[-1] + 1 < comma or tree.lowers[place - 1] not in PLACING:
        return False
    move(tree, i, place, "appos")
    return True


def forward_subject(tree: Tree, i: int) -> None:
    """A noun between *and* and a finite verb that has no subject is its subject: "no list of ships built and sailors
    do not count" where the parser takes sailors for what is built, "you look back and you will say"."""
    head = tree.heads[i]
    if not tree.deps[i].startswith("nsubj") or i < head:
        return
    if tree.tags[head] != "VBN" and not any(
        tree.deps[c] == "nsubj" and c < head for c in tree.children[head]
    ):
        return
    joint = tree.children[i][0] - 1 if tree.children[i] and tree.children[i][0] < i else i - 1
    if joint <= head or (tree.deps[joint] != "cc" and tree.words[joint] != ","):
        return
    verb = tree.heads[joint] if tree.deps[joint] == "cc" else _joined_behind(tree, head, i)
    finite = tree.tags[verb] in FINITE_TAGS or child(tree, verb, "aux", "cop") is not None
    if verb > i and tree.deps[verb] == "conj" and finite and child(tree, verb, "nsubj", "expl") is None:
        move(tree, i, verb, "nsubj")


def _joined_behind(tree: Tree, head: int, i: int) -> int:
    """The conjunct of a verb that begins right behind a pronoun, else the pronoun itself: "it grew, it will burn"."""
    joined = (
        c for c in tree.children[head] if c > i and tree.deps[c] == "conj" and leftmost(tree, c) == i + 1
    )
    return next(joined, i) if tree.tags[i] == "PRP" else i


def turn_report(tree: Tree, i: int) -> None:
    """A finite verb of saying modifies no noun behind it, the noun says it: "…, stated the minister, and …"."""
    noun = tree.heads[i]
    if not tree.deps[i].startswith("acl") or noun < i or tree.tags[i] not in ("VBD", "VBZ"):
        return
    if tree.lemmas[i] not in opinion_lemmas() or child(tree, i, "nsubj") is not None:
        return
    above = tree.heads[noun]
    if above != noun and i > tree.firsts[i] and tree.pos[i - 1] == "PUNCT":
        move(tree, i, above, "parataxis")
        move(tree, noun, i, "nsubj")


def free_subject(tree: Tree, i: int) -> None:
    """A finite verb is no noun with another one before it: "the repair cost 3 million"."""
    head = tree.heads[i]
    if tree.deps[i] != "compound" or i + 1 != head:
        return
    if tree.tags[head] in ("VBD", "VBZ") and child(tree, head, "nsubj") is None:
        tree.deps[i] = "nsubj"
        for c in [c for c in tree.children[head] if c < i and tree.deps[c] in NOMINAL]:
            move(tree, c, i, tree.deps[c])


def rejoin_name(tree: Tree, i: int) -> None:
    """What is set behind a name before its verb explains it: "Kesh Fair, a market site, reported that"."""
    verb, subject = tree.heads[i], child(tree, tree.heads[i], "nsubj")
    if tree.deps[i] != "dislocated" or tree.pos[i] != "PROPN" or subject is None or not i < subject < verb:
        return
    first = leftmost(tree, subject)
    opened = (first > 0 and tree.words[first - 1] == ",") or tree.words[first] == ","
    article = child(tree, subject, "det")
    if not opened or article is None or tree.words[subject + 1] != ",":
        return
    tree.deps[i] = tree.deps[subject]
    move(tree, subject, i, "appos")


def read_through_bracket(tree: Tree, i: int) -> None:
    """A first letter in brackets makes no other word: "[T]he boats left", "[I]f it rains, we stay"."""
    lower = tree.lowers[i].replace("]", "", 1)
    if lower == tree.lowers[i] or tree.words[i - 1] != "[" or not lower.isalpha() or i + 1 >= tree.lasts[i]:
        return
    tree.lowers[i] = tree.lemmas[i] = lower
    if lower in ARTICLES and tree.deps[i] in LOOSE:
        noun = next((k for k in range(i + 1, tree.lasts[i]) if tree.deps[k] not in PREMODIFIERS), i)
        if tree.tags[noun] in NOUNS and leftmost(tree, noun) == i + 1:
            tree.tags[i], tree.pos[i] = "DT", "DET"
            move(tree, i, noun, "det")
    elif lower in words_of("conditional_mark") and tree.deps[i + 1].startswith("nsubj"):
        tree.tags[i], tree.pos[i] = "IN", "SCONJ"
        move(tree, i, tree.heads[i + 1], "mark")


def raise_subject(tree: Tree, i: int) -> None:
    """A subject or a copula of a part of a name or phrase is that of the whole: "the ship was MV Orla Berg", "the
    number is nearer six" where the parser hangs them on *MV* and on *nearer*."""
    subject = tree.deps[i] == "nsubj"
    if not subject and tree.deps[i] != "cop":
        return
    whole = tree.heads[i]
    for _ in range(CLIMB):
        if tree.deps[whole] not in WITHIN or tree.heads[whole] < i:
            break
        whole = tree.heads[whole]
    partner = child(tree, whole, "cop" if subject else "nsubj")
    if whole == tree.heads[i] or partner is None or (i < partner) != subject:
        return
    if child(tree, whole, "nsubj" if subject else "cop") is None:
        move(tree, i, whole, tree.deps[i])


def give_free_relative(tree: Tree, i: int) -> None:
    """What has its own clause and no preposition is the subject of the verb behind it: "what Berg lost came back"."""
    verb = tree.heads[i]
    if tree.tags[i] != "WP" or tree.deps[i] not in ("obl", "dislocated") or verb < i:
        return
    if child(tree, i, "acl:relcl") is None or child(tree, i, "case") is not None:
        return
    if tree.tags[verb] in FINITE_TAGS and child(tree, verb, "nsubj", "expl") is None:
        tree.deps[i] = "nsubj"
