"""What happens to one article, in order: each stage turns the doc and the rows so far into rows of its own tables.

A stage that fails costs its own rows of this article and leaves an issue; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from spacy.attrs import IS_SPACE
from spacy.tokens import Doc

from pipeline.failures import FAILURES
from pipeline.schema import Article, Issue
from pipeline.sentences import find_sentences

Rows = dict[str, list[Any]]
"""Rows of one article: name of the table -> its records."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by its name, the tables it writes, the tables whose rows it needs, and the function that does it."""

    name: str
    writes: tuple[str, ...]
    needs: tuple[str, ...]
    run: Callable[[Doc, Article, Rows], tuple[list[Any], ...]]


def _annotate(doc: Doc, article: Article, rows: Rows) -> tuple[list[Any], ...]:
    sentences = find_sentences(doc, article)
    tokens = len(doc) - int(doc.to_array(IS_SPACE).sum())
    return [replace(article, n_sentences=len(sentences), n_tokens=tokens)], sentences


def _entities(doc: Doc, article: Article, rows: Rows) -> tuple[list[Any], ...]:
    from pipeline.entities.stage import find_entities

    return find_entities(doc, article.article_id)


def _quotes(doc: Doc, article: Article, rows: Rows) -> tuple[list[Any], ...]:
    from pipeline.quotes.stage import find_quotes

    return find_quotes(doc, article.article_id, rows["mentions"], rows["entities"])


def _claims(doc: Doc, article: Article, rows: Rows) -> tuple[list[Any], ...]:
    from pipeline.claims.hedges import find_hedges
    from pipeline.claims.parse import read_tree
    from pipeline.claims.stage import find_claims

    tree = read_tree(doc)
    hedges = find_hedges(doc, article.article_id)
    mentions, entities, quotes, parts = (rows[t] for t in ("mentions", "entities", "quotes", "quote_parts"))
    claims, links = find_claims(doc, article.article_id, mentions, entities, quotes, parts, hedges, tree)
    return hedges, claims, links


STAGES = (
    Stage("annotate", ("articles", "sentences"), (), _annotate),
    Stage("entities", ("mentions", "entities"), (), _entities),
    Stage("quotes", ("quotes", "quote_parts"), ("mentions", "entities"), _quotes),
    Stage(
        "claims",
        ("hedges", "claims", "claim_hedges"),
        ("mentions", "entities", "quotes", "quote_parts"),
        _claims,
    ),
)


def read_article(doc: Doc, article: Article, stages: Iterable[Stage], rows: Rows) -> tuple[Rows, list[Issue]]:
    """The rows that the stages make of one article, and an issue for each stage that failed.

    `rows` holds what earlier stages found in this article; its lists are not changed.
    """
    found: Rows = {}
    issues = []
    for stage in stages:
        try:
            made = stage.run(doc, article, rows | found)
        except FAILURES as error:
            issues.append(failure(article, stage.name, "warning", error))
            made = tuple([] for _ in stage.writes)
        found |= dict(zip(stage.writes, made, strict=True))
    return found, issues


def failure(article: Article, stage: str, severity: str, error: BaseException) -> Issue:
    """An issue that says in one line what went wrong with an article."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:500]
    return Issue(article.path, stage, None, article.article_id, severity, reason)
