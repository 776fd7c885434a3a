"""From a draft to an article: cleaning, telling the article from its page, metadata, hash."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

from pipeline.ingest.clean import clean_characters, clean_line, paragraphs
from pipeline.ingest.draft import Draft
from pipeline.ingest.language import detect_language, name_of
from pipeline.ingest.metadata import clean_byline, parse_date
from pipeline.ingest.residue import Parted, part
from pipeline.schema import Article

MAX_CHARACTERS = 1_000_000
"""Longest text taken: no newspaper article is longer, and spaCy refuses more."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An article and what there is to say about how it was read: what was dropped, what guessed."""

    article: Article
    notes: tuple[str, ...]


def finish(draft: Draft, article_id: str, path: str, max_characters: int = MAX_CHARACTERS) -> Finished:
    """The article of a draft. ValueError, with the reason, where it holds none."""
    if len(draft.text) > max_characters * 4:
        raise ValueError(
            f"is {len(draft.text):,} characters long; the longest article taken has {max_characters:,}"
        )
    title = clean_line(draft.title)
    lines = paragraphs(clean_characters(draft.text), draft.wrapped)
    byline = clean_byline(clean_line(draft.byline))
    parted = part(lines, title, draft.titled, byline)
    text = "\n\n".join([parted.title, *parted.body] if parted.title else parted.body)
    if not any(c.isalnum() for c in "".join(parted.body)):
        left = _told(parted) or "only a headline, a date or addresses"
        raise ValueError(f"holds no article: {left}" if lines else "holds no text")
    if len(text) > max_characters:
        raise ValueError(
            f"is {len(text):,} characters long; the longest article taken has {max_characters:,}"
        )
    date = clean_line(draft.published)
    published, guessed = parse_date(date)
    notes = [*draft.notes, _told(parted)]
    if date and not published:
        notes.append(f"date not understood: {date!r:.60}")
    if guessed:
        notes.append(f"date {date} read as {published}: the order of day and month is a guess")
    article = Article(
        article_id=article_id,
        title=parted.title,
        byline=byline or parted.byline,
        source=clean_line(draft.source),
        published=published or parted.published,
        url=clean_line(draft.url) or parted.url,
        language=detect_language(text),
        path=path,
        sha256=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        duplicate_of=None,
        n_paragraphs=text.count("\n\n") + 1,
        n_sentences=0,
        n_tokens=0,
        text=text,
    )
    return Finished(article, tuple(n for n in notes if n))


def wrong_language(article: Article, language: str) -> str | None:
    """Why an article is passed over for its language; None where it is wanted ("any" wants all)."""
    if language == "any" or article.language in (None, language):
        return None
    read = f"only {name_of(language)} is read (--language any reads all)"
    return f"is in {name_of(article.language or '')}, so it has no rows beyond articles; {read}"


def _told(parted: Parted) -> str:
    """What left the page, in a sentence: kinds with their counts, and the first words of some."""
    if not parted.dropped:
        return ""
    kinds = Counter(kind for kind, _ in parted.dropped)
    parts = []
    for kind, n in kinds.items():
        example = next(line for k, line in parted.dropped if k == kind)
        shown = example if len(example) <= 50 else example[:50] + "…"
        parts.append(f"{kind}{f' ({n})' if n > 1 else ''} “{shown}”")
    return "left out: " + "; ".join(parts)
