"""A reader and stages that do next to nothing, and fail where a text says so; spawned processes can import them."""

from __future__ import annotations

import os
import time
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.schema import Article, Entity, Hedge, Mention, Quote, QuotePart, span_id
from pipeline.sentences import sentence_id
from pipeline.stages import STAGES, Rows, Stage


@Language.component("fails_where_told")
def fails_where_told(doc: Doc) -> Doc:
    """Raise, take long, or kill the process, where the text asks for it."""
    for token in doc:
        if token.text == "UNREADABLE":
            raise ValueError("told to fail")
        if token.text == "SLOW":
            time.sleep(0.3)
        if token.text == "DEADLY":
            os._exit(9)
    return doc


def load() -> Language:
    """Sentences, and nothing else."""
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("fails_where_told")
    return nlp


def find_entities(doc: Doc, article: Article, rows: Rows) -> tuple[list[Any], ...]:
    """Every capitalised word but the first of a sentence, in the spelling it has here."""
    mentions, names = [], {}
    for token in doc:
        if token.text == "NOENTITIES":
            raise ValueError("told to fail")
        if token.is_title and token.is_alpha and not token.is_sent_start:
            names[f"person/{token.lower_}"] = token.text
            mentions.append(
                Mention(
                    mention_id=span_id(article.article_id, "m", token.idx, token.idx + len(token)),
                    article_id=article.article_id,
                    sentence_id=sentence_id(article.article_id, token.sent),
                    start=token.idx,
                    end=token.idx + len(token),
                    text=token.text,
                    type="PERSON",
                    kind="name",
                    entity_id=f"person/{token.lower_}",
                    metonym=False,
                )
            )
    counts = {e: sum(m.entity_id == e for m in mentions) for e in names}
    return mentions, [Entity(e, name, "PERSON", None, counts[e], 1) for e, name in names.items()]


def find_quotes(doc: Doc, article: Article, rows: Rows) -> tuple[list[Any], ...]:
    """The word after each "said" is what the first entity said."""
    quotes, parts = [], []
    for token in doc[:-1]:
        if token.text == "said":
            content = doc[token.i + 1]
            start, end = content.idx, content.idx + len(content)
            key = span_id(article.article_id, "q", start, end)
            speaker = rows["entities"][0] if rows["entities"] else None
            quotes.append(
                Quote(
                    quote_id=key,
                    article_id=article.article_id,
                    sentence_id=sentence_id(article.article_id, content.sent),
                    start=start,
                    end=end,
                    text=content.text,
                    kind="indirect",
                    cue="said",
                    cue_lemma="say",
                    source=None,
                    speaker_id=speaker and speaker.entity_id,
                    speaker=speaker and speaker.name,
                    confidence=0.5,
                )
            )
            parts.append(QuotePart(key, "content", start, article.article_id, end, content.text))
            parts.append(QuotePart(key, "cue", token.idx, article.article_id, token.idx + 4, "said"))
    return quotes, parts


def find_claims(doc: Doc, article: Article, rows: Rows) -> tuple[list[Any], ...]:
    """Hedges alone: every "may"."""
    hedges = [
        Hedge(
            hedge_id=span_id(article.article_id, "h", token.idx, token.idx + 3),
            article_id=article.article_id,
            sentence_id=sentence_id(article.article_id, token.sent),
            start=token.idx,
            end=token.idx + 3,
            text="may",
            lemma="may",
            kind="epistemic",
            confidence=0.5,
        )
        for token in doc
        if token.text == "may"
    ]
    return hedges, [], []


FAKES = {"entities": find_entities, "quotes": find_quotes, "claims": find_claims}
FAKE_STAGES = tuple(Stage(s.name, s.writes, s.needs, FAKES.get(s.name, s.run)) for s in STAGES)
