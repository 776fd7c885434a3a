"""Sentences of a doc as rows; the one place that says where a sentence begins and ends."""

from __future__ import annotations

import re
from bisect import bisect_right

from spacy.tokens import Doc, Span

from pipeline.schema import Article, Sentence, span_id

PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*")


def sentence_bounds(sent: Span) -> tuple[int, int]:
    """Character offsets of a sentence without the white space around it; start == end where it has nothing else."""
    text = sent.text
    start = sent.start_char + len(text) - len(text.lstrip())
    return start, max(start, sent.start_char + len(text.rstrip()))


def sentence_id(article_id: str, sent: Span) -> str:
    """The sentence_id of a span of doc.sents (of any token's `.sent`)."""
    return span_id(article_id, "s", *sentence_bounds(sent))


def find_sentences(doc: Doc, article: Article) -> list[Sentence]:
    """Rows of `sentences`, in order of position; sentences of white space alone are left out."""
    breaks = [match.end() for match in PARAGRAPH_BREAK.finditer(article.text)]
    rows = []
    for sent in doc.sents:
        start, end = sentence_bounds(sent)
        if start == end:
            continue
        paragraph = bisect_right(breaks, start)
        rows.append(
            Sentence(
                sentence_id=span_id(article.article_id, "s", start, end),
                article_id=article.article_id,
                section="title" if article.title and paragraph == 0 else "body",
                paragraph=paragraph,
                start=start,
                end=end,
                text=article.text[start:end],
            )
        )
    return rows
