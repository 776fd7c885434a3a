"""The label sets of the reader's heads, in the order of the model's output columns."""

UPOS = ("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X").split()

# Penn Treebank tags as UD English EWT and GUM use them.
XPOS = (
    "$ '' , -LRB- -RRB- . : `` ADD AFX CC CD DT EX FW GW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS NNS PDT "
    "POS PRP PRP$ RB RBR RBS RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB"
).split()

DEPREL = (
    "acl acl:relcl advcl advcl:relcl advmod amod appos aux aux:pass case cc cc:preconj ccomp compound "
    "compound:prt conj cop csubj csubj:outer csubj:pass dep det det:predet discourse dislocated expl fixed flat "
    "goeswith iobj list mark nmod nmod:desc nmod:poss nmod:unmarked nsubj nsubj:outer nsubj:pass nummod obj obl "
    "obl:agent obl:unmarked orphan parataxis punct reparandum root vocative xcomp"
).split()

# PLACE is split into GPE and LOC, and VEHICLE written as PRODUCT, when entities are set on a Doc.
ENTITY = "PERSON ORG PLACE NORP DATE MONEY FAC PRODUCT EVENT LAW WEAPON VEHICLE".split()
PIECE = "source cue content".split()
HEDGE = "epistemic doxastic conditional investigation".split()


def bio(kinds: list[str]) -> list[str]:
    """The BIO tags of some kinds of span: O, then B- and I- of each kind in turn."""
    return ["O"] + [f"{prefix}-{kind}" for kind in kinds for prefix in "BI"]


# Heads that give one row of scores per word, and the columns of each in the concatenated output `words`.
WORD_HEADS: dict[str, list[str]] = {
    "sentence": ["starts"],
    "upos": UPOS,
    "xpos": XPOS,
    "entity": bio(ENTITY),
    "piece": bio(PIECE),
    "hedge": bio(HEDGE),
    "factuality": ["factuality"],
    "checkworthiness": ["checkworthiness"],
    "metonymy": ["metonymy"],
}
# Heads that score pairs of words; column 0 of each is "none" (the root, no cue, no source, no antecedent).
PAIR_HEADS = ["head", "cue", "source", "antecedent"]


def columns() -> dict[str, slice]:
    """{head: its columns in the model's output `words`}."""
    out, at = {}, 0
    for name, labels in WORD_HEADS.items():
        out[name] = slice(at, at + len(labels))
        at += len(labels)
    return out
