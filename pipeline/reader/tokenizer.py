"""spaCy's English tokeniser, nearer to the words of the UD treebanks, and kept linear.

Words. "!!!" is one mark, "non-profit" and "555-0134" one word, "7:30pm" two. The forms that spaCy cuts otherwise are in
`lexicon/tokens.csv`, prefixes that keep their hyphen in the set "prefix" of `lexicon/word_sets.csv`.

Time. spaCy strips punctuation from a run of characters one by one and looks at the whole run each time, so that ten
thousand brackets in a row take half a minute. No word and hardly any address is longer than the limit here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import spacy
from spacy.attrs import ORTH
from spacy.lang.char_classes import ALPHA, HYPHENS
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

from pipeline.lexicon import read_lexicon
from pipeline.lexicon.word_sets import words_of

LONGEST_RUN = 200  # characters
LONG_RUN = re.compile(rf"(?<!\S)\S{{{LONGEST_RUN},}}")
RUNS = [r"[!?]{2,}", r"\*{2,}", "={2,}", "_{2,}", "<{2,}", ">{2,}"]  # marks that stand as one: "What?!"
GLUED = (r"[.?!,:](?=[”“])", r"[”“](?=[^\W\d_])", r"(?<=[^\W\d_])“")
"""Borders of quotations that have lost the space between them: `native-born.”“Your facts …`."""
HOURS = r"(?<=[0-9])(?:[ap]m|[AP]M|[ap]\.m\.|[AP]\.M\.)"  # "7:30pm" as "7 pm"
# Telephone numbers and post codes ("01632-555-0134", "90210-1234"); "2019-20" and "3-1" are cut.
NUMBER = re.compile(r"(?:\+?\d{1,5}-)?(?:\d{3}-){1,2}\d{4}\Z|\d{5}-\d{4}\Z")
HYPHEN = rf"(?<=[{ALPHA}0-9])(?:{HYPHENS})", rf"(?=[{ALPHA}])"  # spaCy's rule that parts "port-based", in two


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
    """For a spaCy config: the tokeniser of English with the rules of this module, bounded."""

    def create(nlp: Language) -> Tokenizer:
        rules = nlp.Defaults
        own = {
            row["text"]: [{ORTH: piece} for piece in row["pieces"].split()] for row in read_lexicon("tokens")
        }
        return BoundedTokenizer(
            nlp.vocab,
            rules=dict(rules.tokenizer_exceptions or {}) | own,
            prefix_search=compile_prefix_regex([*RUNS, *(rules.prefixes or [])]).search,
            suffix_search=compile_suffix_regex([*RUNS, HOURS, *(rules.suffixes or [])]).search,
            infix_finditer=compile_infix_regex(_infixes(rules.infixes or [])).finditer,
            token_match=NUMBER.match,
            url_match=rules.url_match,
        )

    return create


def _infixes(rules: Iterable[str | re.Pattern[str]]) -> list[str | re.Pattern[str]]:
    """The rules for borders inside words, with a hyphen kept behind a prefix: "non-profit", but "port-based"."""
    kept = "".join(rf"(?<!\b(?i:{prefix})-)" for prefix in sorted(words_of("prefix")))
    return [*RUNS, *GLUED, *(kept.join(HYPHEN) if rule == "".join(HYPHEN) else rule for rule in rules)]


def _pieces(text: str) -> Iterator[str]:
    """The text in order, cut inside long runs alone."""
    done = 0
    for run in LONG_RUN.finditer(text):
        for cut in range(run.start() + LONGEST_RUN, run.end(), LONGEST_RUN):
            yield text[done:cut]
            done = cut
    if done < len(text):
        yield text[done:]
