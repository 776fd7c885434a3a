"""spaCy's English tokeniser, kept linear: text without any white space is cut before it is taken apart.

spaCy strips punctuation from a run of characters one by one and looks at the whole run each time, so that ten thousand
brackets in a row take half a minute. No word and hardly any address is longer than the limit here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

LONGEST_RUN = 200  # characters
LONG_RUN = re.compile(rf"(?<!\S)\S{{{LONGEST_RUN},}}")


class BoundedTokenizer(Tokenizer):
    """A spaCy Tokenizer that takes runs of more than LONGEST_RUN characters in pieces of that length."""

    def __call__(self, string: str) -> Doc:
        """The Doc that spaCy's tokeniser makes, with borders besides in runs that no word has."""
        if not LONG_RUN.search(string):
            return super().__call__(string)
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _pieces(string):
            for token in super().__call__(piece):
                words.append(token.text)
                spaces.append(bool(token.whitespace_))
        return Doc(self.vocab, words=words, spaces=spaces)


@spacy.registry.tokenizers("hearsay_tokenizer")
def make_tokenizer() -> Callable[[Language], Tokenizer]:
    """For a spaCy config: the tokeniser of the pipeline's language, bounded."""

    def create(nlp: Language) -> Tokenizer:
        rules = nlp.Defaults
        return BoundedTokenizer(
            nlp.vocab,
            rules=rules.tokenizer_exceptions,
            prefix_search=compile_prefix_regex(rules.prefixes or []).search,
            suffix_search=compile_suffix_regex(rules.suffixes or []).search,
            infix_finditer=compile_infix_regex(rules.infixes or []).finditer,
            token_match=rules.token_match,
            url_match=rules.url_match,
        )

    return create


def _pieces(text: str) -> Iterator[str]:
    """The text in order, cut inside long runs alone."""
    done = 0
    for run in LONG_RUN.finditer(text):
        for cut in range(run.start() + LONGEST_RUN, run.end(), LONGEST_RUN):
            yield text[done:cut]
            done = cut
    if done < len(text):
        yield text[done:]
