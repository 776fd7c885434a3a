"""Hedge cues of a doc, on the doc and as rows: the four learned kinds from the reader, the others from the lexicon
and the parse.

One stretch of text is one cue of one kind:

1. The reader's cues (epistemic, doxastic, conditional, investigation) are taken as they are, span and kind.
2. A cue of the lexicon that covers whole learned cues takes their place where its row says that it decides: set phrases
   ("it remains to be seen") and words that have another kind here than in the learned cues' corpus ("reportedly" and
   "unclear", epistemic there, are evidential and investigation; "will", there a condition beside "if", is the future).
   Rows that fill add a cue of the four kinds where the reader has none; other cues of the lexicon stay out where a
   learned one stands.
3. Of two cues of the lexicon the longer one wins, then the one listed first.

The component `hearsay_hedges`, the last of `pipeline.load()`, puts all of them in place of the reader's. Docs without
learned cues (from other pipelines) get all eight kinds from the lexicon.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc, Span

from pipeline.claims.cue_uses import USES
from pipeline.claims.parse import read_tree
from pipeline.claims.tree import Tree
from pipeline.lexicon import read_lexicon, split_cell
from pipeline.schema import Hedge, span_id
from pipeline.sentences import sentence_id

GROUP = "hedges"
LEMMA, CONFIDENCE = "lemma", "confidence"
"""Attributes of the group `doc.spans["hedges"]`, a list each; only whole groups have the lemmas."""
LEARNED_KINDS = frozenset({"epistemic", "doxastic", "conditional", "investigation"})
LOWERING_KINDS = LEARNED_KINDS | {"evidential"}
"""Kinds that lower certainty; future, approximator and weasel never do by themselves."""

BE = (True, "be")
"""The "[be]" of a row of the lexicon."""
FARTHEST = 3
"""Words that may part the "[be]" of a row from the next."""
CERTAIN_CUE, TESTED_CUE = 1.0, 0.8
"""Confidence in a cue of the lexicon whose words have no other use, and in one told apart by its parse."""


class CueEntry(NamedTuple):
    """A row of lexicon/hedges.csv, ready to match.

    There a word in square brackets stands for all its forms and * for any plural noun. `beside` says what the row does
    beside the reader's cues: nothing, it "fills" in where there is none, or it "decides" and takes their place.
    """

    words: tuple[tuple[bool, str], ...]  # (any form?, word or lemma)
    cue: str
    kind: str
    pos: frozenset[str]  # of a single word that has a test; empty: any, as the words have one use only
    test: str
    beside: str
    scope: str
    cap: float | None
    order: int


class Cue(NamedTuple):
    """A cue at tokens [start, end)."""

    start: int
    end: int
    kind: str
    lemma: str
    confidence: float


@Language.component("hearsay_hedges", assigns=["doc.spans"])
def mark_hedges(doc: Doc) -> Doc:
    """The doc with all its cues in `doc.spans["hedges"]`, label = kind; as it was where it has no tags or parse."""
    read = not len(doc) or (doc.has_annotation("DEP") and doc.has_annotation("TAG"))
    return _marked(doc) if read else doc


def _marked(doc: Doc) -> Doc:
    tree = read_tree(
        doc, mended=False
    )  # to mend it takes a tenth of the reader's time and changes one cue in 400
    cues = find_cues(doc, tree)
    doc.spans[GROUP] = [Span(doc, cue.start, _written(tree, cue.end), label=cue.kind) for cue in cues]
    doc.spans[GROUP].attrs.update(
        {CONFIDENCE: [round(cue.confidence, 4) for cue in cues], LEMMA: [cue.lemma for cue in cues]}
    )
    return doc


def find_hedges(doc: Doc, article_id: str) -> list[Hedge]:
    """Rows of `hedges`, in order of position, no two of them overlapping.

    They are those of `doc.spans["hedges"]`; a doc that `hearsay_hedges` has not seen is marked first. Raises ValueError
    where the doc has no tags or parse.
    """
    if GROUP not in doc.spans or LEMMA not in doc.spans[GROUP].attrs:
        _marked(doc)
    group = doc.spans[GROUP]
    rows = []
    for span, lemma, confidence in zip(group, group.attrs[LEMMA], group.attrs[CONFIDENCE], strict=True):
        start, end = span.start_char, span.end_char
        rows.append(
            Hedge(
                hedge_id=span_id(article_id, "h", start, end),
                article_id=article_id,
                sentence_id=sentence_id(article_id, doc[span.start].sent),
                start=start,
                end=end,
                text=span.text,
                lemma=lemma,
                kind=span.label_,
                confidence=round(confidence, 2),
            )
        )
    return rows


def find_cues(doc: Doc, tree: Tree) -> list[Cue]:
    """Cues in order of position after the overlap policy above."""
    learned = _learned_cues(doc, tree) if GROUP in doc.spans else None
    listed = _listed_cues(tree, learned is not None)
    return sorted(_without_overlap(learned or [], listed, len(doc)))


@cache
def cue_entries() -> tuple[CueEntry, ...]:
    """The rows of lexicon/hedges.csv in file order.

    Raises ValueError for a row that names no known test.
    """
    entries = []
    for order, row in enumerate(read_lexicon("hedges")):
        if row["test"] and row["test"] not in USES:
            known = ", ".join(USES)
            raise ValueError(
                f"lexicon/hedges.csv: {row['cue']}: no test {row['test']!r}; choose one of {known}"
            )
        words = _cue_words(row["cue"])
        pos = frozenset(split_cell(row["pos"])) if len(words) == 1 and row["test"] else frozenset[str]()
        entries.append(
            CueEntry(
                words,
                row["cue"].replace("[", "").replace("]", ""),
                row["kind"],
                pos,
                row["test"],
                row["beside"],
                row["scope"],
                float(row["cap"]) if row["cap"] else None,
                order,
            )
        )
    return tuple(entries)


def _cue_words(cue: str) -> tuple[tuple[bool, str], ...]:
    """The tokens of a cue as spaCy cuts them: "cannot" and "so-called" are several."""
    tokens = cue.replace("cannot", "can not").replace("-", " - ").split()
    return tuple((token.startswith("["), token.strip("[]")) for token in tokens)


@cache
def entries_of(kind: str, lemma: str) -> CueEntry | None:
    """The first row of a kind with the cue; None without one."""
    return next((e for e in cue_entries() if e.kind == kind and e.cue == lemma), None)


@cache
def _by_first_word() -> tuple[dict[str, list[CueEntry]], dict[str, list[CueEntry]]]:
    """Entries by their first word: one index over words as written, one over lemmas."""
    by_lower: dict[str, list[CueEntry]] = {}
    by_lemma: dict[str, list[CueEntry]] = {}
    for entry in cue_entries():
        any_form, word = entry.words[0]
        (by_lemma if any_form else by_lower).setdefault(word, []).append(entry)
    return by_lower, by_lemma


def _learned_cues(doc: Doc, tree: Tree) -> list[Cue]:
    group = doc.spans[GROUP]
    confidences = group.attrs.get(CONFIDENCE) or [CERTAIN_CUE] * len(group)
    cues = [
        Cue(span.start, span.end, span.label_, _lemma(tree, span.start, span.end), confidence)
        for span, confidence in zip(group, confidences)
        if span.label_ in LEARNED_KINDS and span.text.strip()
    ]
    return sorted(cues, key=lambda cue: (cue.start - cue.end, cue.start))


def _listed_cues(tree: Tree, beside_learned: bool) -> list[tuple[Cue, CueEntry]]:
    """Every entry of the lexicon that matches and passes its test, with its cue; overlaps and all."""
    by_lower, by_lemma = _by_first_word()
    found = []
    for i, (lower, lemma) in enumerate(zip(tree.lowers, tree.lemmas)):
        for entry in (*by_lower.get(lower, ()), *by_lemma.get(lemma, ())):
            if beside_learned and entry.kind in LEARNED_KINDS and not entry.beside:
                continue
            end = i + len(entry.words)
            if not _matches(tree, entry, i, end):
                end = _end_with_gap(tree, entry, i) if BE in entry.words[:2] else i
            if end > i:
                words = " ".join(tree.lowers[i:end]) if "*" in entry.cue else entry.cue
                confidence = TESTED_CUE if entry.test else CERTAIN_CUE
                found.append((Cue(i, end, entry.kind, words, confidence), entry))
    return found


def _end_with_gap(tree: Tree, entry: CueEntry, start: int) -> int:
    """The end of a cue whose *be* stands a phrase apart: "was on Monday reported to", "it was first reported"; its
    start where it has none."""
    before = 0 if entry.words[0] == BE else 1
    if entry.words[before : before + 1] != (BE,):
        return start
    first, rest = start + before, [word for _, word in entry.words[before + 1 :]]
    if first >= tree.lasts[start] or tree.lemmas[first] != "be" or not rest:
        return start
    if tree.lowers[start:first] != [word for _, word in entry.words[:before]]:
        return start
    for behind in range(first + 2, first + 2 + FARTHEST):
        if not tree.deps[behind - 1 : behind] or not _is_set_in(tree, first, behind):
            continue
        end = behind + len(rest)
        if end <= tree.lasts[start] and tree.lowers[behind:end] == rest:
            return end if not entry.test or USES[entry.test](tree, start, end) else start
    return start


def _is_set_in(tree: Tree, first: int, behind: int) -> bool:
    """Whether the words between two tokens are one adverb or one phrase: "(was) on Monday (reported)"."""
    last = behind - 1
    return tree.deps[last].startswith(("advmod", "obl")) and all(
        tree.heads[i] == last for i in range(first + 1, last)
    )


def _matches(tree: Tree, entry: CueEntry, start: int, end: int) -> bool:
    if end > tree.lasts[start] or (entry.pos and tree.pos[start] not in entry.pos):
        return False
    for i, (any_form, word) in enumerate(entry.words, start):
        if word == "*":
            if tree.tags[i] not in ("NNS", "NNPS"):
                return False
        elif (tree.lemmas[i] if any_form else tree.lowers[i]) != word:
            return False
    return not entry.test or USES[entry.test](tree, start, end)


def _without_overlap(learned: list[Cue], listed: list[tuple[Cue, CueEntry]], size: int) -> list[Cue]:
    owner: list[Cue | None] = [None] * size
    kept: set[Cue] = set()
    for cue in learned:  # the longest first
        if not any(owner[cue.start : cue.end]):
            owner[cue.start : cue.end] = [cue] * (cue.end - cue.start)
            kept.add(cue)
    known = frozenset(learned)
    for cue, entry in sorted(
        listed, key=lambda pair: (pair[0].start - pair[0].end, pair[0].start, *_rank(pair[1]))
    ):
        others = {other for other in owner[cue.start : cue.end] if other}
        if others and not (entry.beside == "decides" and _covers(cue, others, known)):
            continue
        kept -= others
        kept.add(cue)
        owner[cue.start : cue.end] = [cue] * (cue.end - cue.start)
    return list(kept)


def _rank(entry: CueEntry) -> tuple[bool, bool, int]:
    """Of two readings of the same words one that decides goes first, then one for that very form.

    "Assuming the money arrives" is a condition, other forms of *assume* are not.
    """
    return entry.beside != "decides", entry.words[0][0], entry.order


def _covers(cue: Cue, others: set[Cue], learned: frozenset[Cue]) -> bool:
    return all(o in learned and cue.start <= o.start and o.end <= cue.end for o in others)


def _written(tree: Tree, end: int) -> int:
    """The end of a cue as it is written: "won't" of *wo*, which is no word."""
    whole = tree.lowers[end - 1] not in ("wo", "ca", "sha") or end >= len(tree.words)
    return end if whole or tree.lowers[end] not in ("n't", "n’t") else end + 1


def _lemma(tree: Tree, start: int, end: int) -> str:
    return " ".join(tree.lemmas[start:end])
