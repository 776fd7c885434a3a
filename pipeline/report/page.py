"""report.html from the tables of an output folder: one file, nothing loaded from anywhere, to be mailed or archived."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline import tables
from pipeline.output.saved import by_article
from pipeline.output.workspace import publish, workspace
from pipeline.schema import HEDGE_KINDS, QUOTE_KINDS, Article

LONGEST_BARS = 20
UNKNOWN = "(no speaker)"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of an article with the class that styles it and what is said of it when it is pointed at."""

    start: int
    end: int
    style: str
    note: str
    quote: str = ""  # id of the quote whose content it is


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that the same marks cover."""

    text: str
    styles: str
    note: str
    quotes: str


def write_report(out: Path, limit: int = 200) -> Path:
    """Write report.html beside the tables, with the first `limit` articles; returns where it is.

    Raises FileNotFoundError where there are no tables.
    """
    if not (out / "articles.csv").is_file():
        raise FileNotFoundError(f"{out}: no tables; run `hearsay extract CORPUS --out {out}` first")
    loader = PackageLoader("pipeline.report")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.get_template("template.html").render(
        articles=list(islice(_articles(out), limit)),
        n_articles=sum(1 for _ in tables.read_records(out, "articles")),
        speakers=_bars(quote.speaker or UNKNOWN for quote in tables.read_records(out, "quotes")),
        quote_kinds=_bars((quote.kind for quote in tables.read_records(out, "quotes")), QUOTE_KINDS),
        hedge_kinds=_bars((hedge.kind for hedge in tables.read_records(out, "hedges")), HEDGE_KINDS),
        unknown=UNKNOWN,
    )
    with workspace(out) as unfinished:
        (unfinished / "report.html").write_text(page, encoding="utf-8", newline="\n")
        return publish(unfinished, out)[0]


def _bars(values: Iterator[str], order: tuple[str, ...] = ()) -> list[tuple[str, int, int]]:
    """(value, times, percent of the most frequent one), in the order given or by frequency."""
    counts = Counter(values)
    names = [name for name in order if counts[name]] or [name for name, _ in counts.most_common(LONGEST_BARS)]
    most = max(counts.values(), default=1)
    return [(name, counts[name], 100 * counts[name] // most) for name in names]


def _articles(out: Path) -> Iterator[dict[str, Any]]:
    """What the template needs of each article that has sentences, in the order of the tables."""
    rows = {
        name: by_article(tables.read_records(out, name))
        for name in ("quotes", "quote_parts", "mentions", "hedges", "claims")
    }
    hedges_of = _hedges_of_claims(out)
    for article in tables.read_records(out, "articles"):
        mine = {name: take(article.article_id) for name, take in rows.items()}
        if not article.n_sentences:
            continue
        quotes = {quote.quote_id: quote for quote in mine["quotes"]}
        hedges = {hedge.hedge_id: hedge for hedge in mine["hedges"]}
        claims = [(claim, [hedges[h] for h in hedges_of.get(claim.claim_id, ())]) for claim in mine["claims"]]
        paragraphs = _paragraphs(article, _marks(mine, quotes))
        yield {"article": article, "paragraphs": paragraphs, "quotes": mine["quotes"], "claims": claims}


def _hedges_of_claims(out: Path) -> dict[str, list[str]]:
    links = defaultdict(list)
    for link in tables.read_records(out, "claim_hedges"):
        links[link.claim_id].append(link.hedge_id)
    return links


def _marks(rows: dict[str, list[Any]], quotes: dict[str, Any]) -> list[Mark]:
    marks = []
    for part in rows["quote_parts"]:
        quote = quotes[part.quote_id]
        note = f"{quote.kind} quote: {quote.speaker or UNKNOWN}" if part.part == "content" else part.part
        marks.append(
            Mark(part.start, part.end, part.part, note, part.quote_id if part.part == "content" else "")
        )
    marks += [
        Mark(m.start, m.end, "entity", f"{m.type or ''} {m.entity_id or ''}".strip())
        for m in rows["mentions"]
    ]
    marks += [Mark(h.start, h.end, "hedge", f"{h.kind} hedge") for h in rows["hedges"]]
    return list(dict.fromkeys(marks))  # quotes may share a source


def _paragraphs(article: Article, marks: list[Mark]) -> list[list[Segment]]:
    """The article's paragraphs, each cut wherever a mark begins or ends."""
    text = article.text
    breaks = {match.start(): match.end() for match in re.finditer(r"\n\n+", text)}
    starts, ends = defaultdict(list), defaultdict(list)
    for mark in marks:
        starts[mark.start].append(mark)
        ends[mark.end].append(mark)
    paragraphs: list[list[Segment]] = [[]]
    covering: dict[Mark, None] = {}
    for start, end in pairwise(sorted({0, len(text), *breaks, *breaks.values(), *starts, *ends})):
        for mark in ends[start]:
            del covering[mark]
        covering |= dict.fromkeys(starts[start])
        if start in breaks:
            paragraphs.append([])
        else:
            paragraphs[-1].append(_segment(text[start:end], list(covering)))
    return paragraphs


def _segment(text: str, covering: list[Mark]) -> Segment:
    return Segment(
        text=text,
        styles=" ".join(dict.fromkeys(mark.style for mark in covering)),
        note=" · ".join(dict.fromkeys(mark.note for mark in covering)),
        quotes=" ".join(mark.quote for mark in covering if mark.quote),
    )
