"""Trees with the labels of spaCy's official English pipelines (ClearNLP) -> Universal Dependencies, as the stages read.

The two differ in who is head: ClearNLP hangs "of the port" on its preposition and "is closed" on the copula, UD on
"port" and "closed", and UD hangs all conjuncts on the first. After Choi & Palmer (2012), the ClearNLP guidelines, and
the UD guidelines for English. The component `hearsay_ud` changes a Doc in place; `pipeline.load(name)` puts it behind a
parser that has ClearNLP's labels.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from spacy.attrs import DEP, HEAD
from spacy.language import Language
from spacy.tokens import Doc

TELLING = frozenset({"pobj", "dobj", "nsubjpass"})  # labels that UD does not have
RENAMED = {
    "acomp": "xcomp", "agent": "obl:agent", "attr": "xcomp", "auxpass": "aux:pass", "csubjpass": "csubj:pass",
    "dative": "iobj", "dobj": "obj", "intj": "discourse", "meta": "dep", "neg": "advmod", "npadvmod": "obl:unmarked",
    "nsubjpass": "nsubj:pass", "oprd": "xcomp", "poss": "nmod:poss", "preconj": "cc:preconj", "predet": "det:predet",
    "prt": "compound:prt", "quantmod": "advmod", "relcl": "acl:relcl",
}  # fmt: skip
PREPOSITIONS = frozenset({"prep", "agent", "dative"})
NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "SYM"})


def speaks_clearnlp(labels: Iterable[str]) -> bool:
    """Whether a parser's labels are ClearNLP's."""
    return bool(TELLING & set(labels))


class Tree:
    """Heads (a root is its own) and relations of one Doc, as lists that the rules change."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.head = [t.head.i for t in doc]
        self.relation = [t.dep_ for t in doc]
        self.children: list[list[int]] = [[] for _ in doc]
        for i, h in enumerate(self.head):
            if h != i:
                self.children[h].append(i)

    def attach(self, i: int, head: int, relation: str) -> None:
        """Hang word `i` on `head` (on itself: make it a root)."""
        if self.head[i] != i:
            self.children[self.head[i]].remove(i)
        self.head[i], self.relation[i] = head, relation
        if head != i:
            self.children[head].append(i)

    def swap(self, i: int, above: int, relation: str) -> None:
        """Word `i`, which hangs on `above`, takes its place; `above` hangs on it by `relation`."""
        head = self.head[above]
        self.attach(i, i if head == above else head, self.relation[above])
        self.attach(above, i, relation)

    def child(self, i: int, *relations: str) -> int | None:
        """The first child of a word by one of some relations."""
        return next((c for c in sorted(self.children[i]) if self.relation[c] in relations), None)


def convert(doc: Doc) -> Doc:
    """The Doc, with its ClearNLP trees made UD trees; sentences stay as they are."""
    tree = Tree(doc)
    for rule in (_prepositions, _copulas, _conjuncts, _names):
        rule(tree)
    dep = np.array([doc.vocab.strings.add(r) for r in tree.relation], dtype=np.uint64)
    offset = (np.array(tree.head) - np.arange(len(doc))).astype(np.int64).view(np.uint64)
    if len(doc):
        doc.from_array([DEP, HEAD], np.stack([dep, offset], axis=1))  # type: ignore[arg-type]
    return doc


def _prepositions(tree: Tree) -> None:
    """ "of the port": the noun hangs on what the phrase belongs to, the preposition on the noun, as its case."""
    for i in range(len(tree.head)):
        relation = tree.relation[i]
        if relation not in PREPOSITIONS:
            continue
        noun, clause = tree.child(i, "pobj"), tree.child(i, "pcomp")
        below = noun if noun is not None else clause
        if below is None or tree.head[i] == i:
            if relation == "prep":
                tree.relation[i] = "obl" if tree.child(i, "prep") else "advmod"
            continue
        nominal = tree.doc[tree.head[i]].pos_ in NOMINAL
        if noun is None:
            new, mark = ("acl" if nominal else "advcl"), "mark"
        elif relation == "agent":
            new, mark = "obl:agent", "case"
        else:
            new, mark = ("nmod" if nominal else "obl"), "case"
        tree.relation[i] = new
        tree.swap(below, i, mark)
        for c in [
            c for c in tree.children[i] if tree.relation[c] in ("cc", "conj", "prep", "advmod", "npadvmod")
        ]:
            tree.attach(c, below, tree.relation[c])


def _copulas(tree: Tree) -> None:
    """ "the port is closed": the predicate is the head, "is" its copula; what else hung on "is" hangs on it."""
    for i in range(len(tree.head)):
        if tree.doc[i].lemma_.lower() != "be" or tree.relation[i] in ("aux", "auxpass"):
            continue
        if tree.child(i, "expl") is not None:
            there_is = tree.child(i, "attr")  # "there is no lake": the lake is the subject
            if there_is is not None:
                tree.relation[there_is] = "nsubj"
            continue
        predicate = tree.child(i, "acomp", "attr")
        if predicate is None and tree.child(i, "nsubj") is not None:
            predicate = next(
                (c for c in sorted(tree.children[i]) if tree.relation[c] == "obl" and c > i), None
            )
        if predicate is None:
            continue
        moved = [c for c in tree.children[i] if c != predicate]
        tree.swap(predicate, i, "cop")
        for c in moved:
            tree.attach(c, predicate, tree.relation[c])


def _conjuncts(tree: Tree) -> None:
    """ "bread, wine and oil": every conjunct hangs on the first; "and" on the conjunct behind it."""
    for i in range(len(tree.head)):
        if tree.relation[i] == "conj":
            first = tree.head[i]
            while tree.relation[first] == "conj" and tree.head[first] < first:
                first = tree.head[first]
            tree.attach(i, first, "conj")
    for i in range(len(tree.head)):
        if tree.relation[i] != "cc":
            continue
        behind = [c for c in tree.children[tree.head[i]] if c > i and tree.relation[c] == "conj"]
        first = tree.head[i]
        if not behind and tree.relation[first] == "conj":
            behind = [c for c in tree.children[tree.head[first]] if c > i and tree.relation[c] == "conj"]
        if behind:
            tree.attach(i, min(behind), "cc")


def _names(tree: Tree) -> None:
    """What is left: other names for the same relations, and "to" before a verb, which marks its clause in UD."""
    for i, relation in enumerate(tree.relation):
        if relation == "aux" and tree.doc[i].tag_ == "TO":
            tree.relation[i] = "mark"
        elif relation != "ROOT":
            tree.relation[i] = RENAMED.get(relation, relation)


@Language.component("hearsay_ud", assigns=["token.dep", "token.head"])
def to_ud(doc: Doc) -> Doc:
    """The component: `convert` on Docs whose parser has ClearNLP's labels."""
    return convert(doc)
