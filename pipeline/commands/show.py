"""One article in the terminal: its text with names, quotes, cues and hedges in colour, and why each claim scores so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

from rich.text import Text

from pipeline import tables
from pipeline.commands.terminal import console, visible
from pipeline.output.saved import entities_of
from pipeline.schema import Article, Claim, Quote

Rows = dict[str, list[Any]]
STYLES = {
    "content": "on grey23", "source": "bold green", "cue": "italic magenta", "hedge": "underline bold yellow",
    "PERSON": "green", "ORG": "cyan", "GPE": "blue", "LOC": "blue", "FAC": "blue",
}  # fmt: skip
OTHER_ENTITY = "bright_black"
OTHER_VERSION = "not known: the tables come from another version of the pipeline; run hearsay extract again"
LONGEST_SOURCE = 60
SHOWN = ("mentions", "quotes", "quote_parts", "hedges", "claims")


def show_article(out: Path, article_id: str, claims: bool = False) -> None:
    """Print an article of an output folder; FileNotFoundError or ValueError where it cannot be found."""
    article = find_article(out, article_id)
    rows = article_rows(out, article.article_id)
    screen = console()
    screen.print(
        Text(
            visible(f"{article.article_id}  {article.source or ''}  {article.published or ''}".strip()), "dim"
        )
    )
    screen.print(_legend())
    screen.print()
    screen.print(highlighted(article, rows))
    if claims:
        why = reasons(article, rows)
        for claim in rows["claims"]:
            screen.print(explained(claim, rows, why.get(claim.claim_id, (OTHER_VERSION,))))


def find_article(out: Path, wanted: str) -> Article:
    """The article of that id, or the only one whose id holds `wanted`."""
    if not out.is_dir():
        raise FileNotFoundError(f"{out}: no such folder; give the one that hearsay extract wrote with --out")
    fitting = []
    for article in tables.read_records(out, "articles"):
        if article.article_id == wanted:
            return article
        if wanted in article.article_id:
            fitting.append(article)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise ValueError(f"{wanted}: no such article; {out / 'articles.csv'} lists them")
    names = ", ".join(article.article_id for article in fitting[:5])
    raise ValueError(f"{wanted}: fits {len(fitting)} articles; give more of the name: {names}")


def article_rows(out: Path, article_id: str) -> Rows:
    """The rows of one article in the tables of spans, and its links of claims to hedges."""
    rows = {name: [r for r in tables.read_records(out, name) if r.article_id == article_id] for name in SHOWN}
    entities = {entity.entity_id: entity for entity in tables.read_records(out, "entities")}
    rows["entities"] = entities_of(rows["mentions"], entities)
    claims = {claim.claim_id for claim in rows["claims"]}
    rows["claim_hedges"] = [
        link for link in tables.read_records(out, "claim_hedges") if link.claim_id in claims
    ]
    return rows


def highlighted(article: Article, rows: Rows) -> Text:
    """The article's text with its spans styled; what would drive a terminal is made harmless."""
    text = Text(visible(article.text))
    for part in sorted(rows["quote_parts"], key=lambda part: part.part != "content"):
        text.stylize(STYLES[part.part], part.start, part.end)
    for mention in rows["mentions"]:
        text.stylize(STYLES.get(mention.type or "", OTHER_ENTITY), mention.start, mention.end)
    for hedge in rows["hedges"]:
        text.stylize(STYLES["hedge"], hedge.start, hedge.end)
    if article.title:
        text.stylize("bold", 0, len(article.title))
    return text


def _legend() -> Text:
    line = Text()
    for name in ("source", "cue", "content", "hedge", "PERSON", "ORG", "GPE"):
        line.append(name, STYLES[name]).append("  ")
    return line


def reasons(article: Article, rows: Rows) -> dict[str, list[str]]:
    """claim_id -> why it scores so, a line a step: the article is read again, as tables keep no steps."""
    import pipeline
    from pipeline.claims.stage import explained_claims

    needed = ("mentions", "entities", "quotes", "quote_parts", "hedges")
    mentions, entities, quotes, parts, hedges = (rows[table] for table in needed)
    doc = pipeline.load()(article.text)
    found = explained_claims(doc, article.article_id, mentions, entities, quotes, parts, hedges)
    return {one.claim.claim_id: list(one.reasons) for one in found}


def explained(claim: Claim, rows: Rows, steps: Sequence[str] = ()) -> Text:
    """A claim and what its scores rest on: who states it, how sure the author and the source are, step by step."""
    quote = next((q for q in rows["quotes"] if q.quote_id == claim.quote_id), None)
    hedges = {hedge.hedge_id: hedge for hedge in rows["hedges"]}
    bearing = [hedges[link.hedge_id] for link in rows["claim_hedges"] if link.claim_id == claim.claim_id]
    lines = [("claimant", claim.claimant + (f", {_quoted(quote)}" if quote else ""))]
    lines += [("hedge", f"{hedge.text} ({hedge.kind})") for hedge in bearing]
    lines.append(("author", _sure(claim.author_factuality)))
    if claim.source_factuality is not None:
        lines.append(("source", _sure(claim.source_factuality)))
    lines.append(("check", f"{claim.checkworthiness:.2f}"))
    lines += [("" if n else "why", step) for n, step in enumerate(steps)]
    text = Text(visible(claim.text) + "\n", "bold")
    for name, value in lines:
        text.append(f"  {name:<10}", "dim").append(visible(value) + "\n")
    return text


SURE = ("leaves it open", "possibly", "probably", "certainly")


def _sure(score: float) -> str:
    """A score in words: "-2  probably not"."""
    strength = SURE[min(3, round(abs(score)))]
    negated = " not" if score < 0 and strength != SURE[0] else ""
    return f"{score:+.0f}  {strength}{negated}" if round(score) else f" 0  {strength}"


def _quoted(quote: Quote) -> str:
    source = shorten(quote.source or "no source", LONGEST_SOURCE, placeholder=" …")
    return f"{quote.kind} quote: {source} / {quote.cue or 'no cue'}"
