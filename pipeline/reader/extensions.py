"""token._.factuality, span._.factuality and span._.checkworthiness, read from lists in doc.user_data.

The values lie in two lists rather than in an extension of each token: a list costs nothing to set, and DocBin and
nlp.pipe carry it along.
"""

from __future__ import annotations

import math

from spacy.tokens import Doc, Span, Token

FACTUALITY, CHECKWORTHINESS = "hearsay_factuality", "hearsay_checkworthiness"


def register() -> None:
    """Make the attributes known to spaCy; may be called again."""
    Token.set_extension("factuality", getter=_factuality, force=True)
    Span.set_extension("checkworthiness", getter=_checkworthiness, force=True)


def _values(doc: Doc, key: str) -> list[float]:
    if key not in doc.user_data:
        raise ValueError(
            f"this Doc has no {key.removeprefix('hearsay_')}: it was not read by hearsay; use pipeline.load()"
        )
    return doc.user_data[key]


def _factuality(token: Token) -> float:
    """What the author commits to, were this token the predicate: from -3 (certainly not) to 3 (certainly)."""
    return _values(token.doc, FACTUALITY)[token.i]


def _checkworthiness(span: Span) -> float:
    """How much a fact-checker would want to check the span, from 0 to 1 (as ClaimBuster's labels go)."""
    values = _values(span.doc, CHECKWORTHINESS)
    scores = [values[t.i] for t in span if not t.is_space]
    return 1.0 / (1.0 + math.exp(-sum(scores) / len(scores))) if scores else 0.0
