"""Closed classes of words that tell who speaks and to whom (`lexicon/quote_words.csv`)."""

from __future__ import annotations

from functools import cache

from pipeline.lexicon import read_lexicon


@cache
def quote_words(name: str) -> frozenset[str]:
    """The words of one set, lower case; KeyError where there is no such set.

    "told": verbs with somebody to whom the words go; "holder": participles of what one thinks oneself ("is convinced");
    "headline": verbs that are passives in a headline where they have no object ("Berg named mayor");
    "deed": verbs that report nothing of a thing: of their uses in PolNeAR's training part 2 in 100 at most are cues;
    "text": what a person says or writes ("a tweet by"); "sort": what may follow on a name that it tells no more than
    ("Echo magazine").
    """
    found = frozenset(row["word"] for row in read_lexicon("quote_words") if row["set"] == name)
    if not found:
        raise KeyError(f"lexicon/quote_words.csv has no set {name!r}")
    return found


@cache
def forms_of_be() -> frozenset[str]:
    """The forms of *be* that are written out: "is", "been"."""
    forms = (row["form"] for row in read_lexicon("auxiliary_forms") if row["lemma"] == "be")
    return frozenset(form for form in forms if len(form) > 1 and form.isalpha()) | {"be"}
