"""Closed classes of words (`lexicon/word_sets.csv`) and predicates with their signatures (`lexicon/predicates.csv`)."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from pipeline.lexicon import read_lexicon

OPINION_CLASSES = frozenset({"speech", "denial", "attitude", "question", "factive", "finding"})


class Signature(NamedTuple):
    """What a predicate says of the clause under it, affirmed and negated; numbers in [-3, 3] as in `certainty`.

    `kind` is its class: speech, denial, attitude, question, factive, finding, implicative, raising, causative,
    certain, likely, perception.
    """

    kind: str
    author: float
    author_negated: float
    source: float
    source_negated: float


@cache
def words_of(name: str) -> frozenset[str]:
    """The words of one set, lower case; KeyError where there is no such set."""
    found = frozenset(row["word"] for row in read_lexicon("word_sets") if row["set"] == name)
    if not found:
        raise KeyError(f"lexicon/word_sets.csv has no set {name!r}")
    return found


@cache
def _signatures() -> dict[tuple[str, str, str], Signature]:
    return {
        (row["lemma"], row["pos"], row["complement"]): Signature(
            row["class"],
            *(float(row[c]) for c in ("author", "author_negated", "source", "source_negated")),
        )
        for row in read_lexicon("predicates")
    }


def signature(lemma: str, pos: str, complement: str) -> Signature | None:
    """The signature of a predicate over a complement; None where the lexicon has none.

    pos: verb, adj or noun. complement: that, whether, to or ing; a row for "any" serves all.
    """
    table = _signatures()
    return table.get((lemma, pos, complement)) or table.get((lemma, pos, "any"))


@cache
def opinion_lemmas() -> frozenset[str]:
    """Lemmas of the verbs that hang a statement or an attitude on somebody."""
    return frozenset(
        lemma
        for (lemma, pos, _), sign in _signatures().items()
        if pos == "verb" and sign.kind in OPINION_CLASSES
    )
