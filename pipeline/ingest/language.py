"""Which language an article is in. English is told by its function words, before any model is loaded."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pipeline.lexicon import read_lexicon
from pipeline.lexicon.word_sets import words_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LOOKED_AT = ((300, 0.3), (1500, 0.2))  # characters, and the share of function words that makes them English
SHORTEST = 8  # words: below this a guess is no better than the assumption
SURE = 0.8  # lists of English names come out as other languages, but never as surely as this
_WORD = re.compile(r"[^\W\d_]+")
_NOT_LATIN = re.compile("[\u0250-\U0010ffff]")


def detect_language(text: str) -> str:
    """ISO 639-1 code of the language; "en" for texts too short to tell that are written in Latin letters."""
    for looked_at, enough in LOOKED_AT:
        words = _WORD.findall(text[:looked_at].lower())
        share = sum(map(words_of("english").__contains__, words)) / max(1, len(words))
        letters = "".join(words)
        latin = letters.isascii() or len(_NOT_LATIN.findall(letters)) < len(letters) / 2
        if share > enough and latin:
            return "en"
    if (latin and len(words) < SHORTEST) or not letters:
        return "en"
    code, probability = _identifier().classify(text[:looked_at])
    return "en" if latin and (probability < SURE or share > 0.12) else str(code)


@cache
def _identifier() -> LanguageIdentifier:
    """The language model, loaded (about a second) when the first text needs it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def name_of(code: str) -> str:
    """The English name of a language, or its code."""
    return _names().get(code.partition("-")[0], code)


@cache
def _names() -> dict[str, str]:
    return {row["code"]: row["name"] for row in read_lexicon("languages")}
