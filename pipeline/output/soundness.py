"""What every row promises, held to before it is written: keys, links and offsets within one article.

A row that breaks a promise is a fault of the stage that made it. It is dropped, or loses the link that it can do
without, and leaves an issue, so that a fault in one row costs nobody the table.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from pipeline.schema import JOINT, TABLES, Article, Issue, foreign_keys, key_of, table_fields
from pipeline.stages import STAGES, Rows

# Each table comes after those that its rows refer to.
ORDER = ("sentences", "entities", "mentions", "quotes", "quote_parts", "hedges", "claims", "claim_hedges")
STAGE_OF = {table: stage.name for stage in STAGES for table in stage.writes}
LINKS = {
    table: [
        (c, owner, c in {f.name for f in table_fields(table) if f.nullable})
        for t, c, owner in foreign_keys()
        if t == table
    ]
    for table in TABLES
}


def keep_sound(article: Article, rows: Rows, earlier: Rows) -> tuple[Rows, list[Issue]]:
    """The rows that keep their promises, sorted by key, and an issue for each kind of broken promise.

    `earlier` holds rows of this article that stages before have written: they are referred to, and not checked again.
    """
    sound: Rows = {"articles": rows["articles"]} if "articles" in rows else {}
    broken: Counter[tuple[str, str, str]] = Counter()
    pieces = _content_pieces(rows)
    known = {table: _by_id(table, rows_) for table, rows_ in earlier.items()} | {
        "articles": {article.article_id: article}
    }
    for table in (t for t in ORDER if t in rows):
        kept: dict[tuple[Any, ...], Any] = {}
        for row in rows[table]:
            row, problem, lost = _follow_links(table, row, known)
            problem = problem or _place_problem(table, row, article.text, known, pieces)
            key = tuple(getattr(row, name) for name in key_of(table))
            if problem or key in kept:
                broken[table, "dropped", problem or "its key stands twice"] += 1
            else:
                kept[key] = row
                broken.update(
                    (table, f"left without {column}", f"it has no row in {o}") for column, o in lost
                )
        sound[table] = [kept[key] for key in sorted(kept)]
        known[table] = _by_id(table, sound[table])
    return sound, [_issue(article, *what, n) for what, n in broken.items()]


def _by_id(table: str, rows: list[Any]) -> dict[str, Any]:
    name = key_of(table)[0]
    return {getattr(row, name): row for row in rows}


def _follow_links(
    table: str, row: Any, known: dict[str, dict[str, Any]]
) -> tuple[Any, str, list[tuple[str, str]]]:
    """The row, optional links that lead nowhere taken out; the problem where a needed one does; what was taken out."""
    lost = []
    for column, owner, optional in LINKS[table]:
        value = getattr(row, column)
        if value in known.get(owner, ()) or (optional and value is None):
            continue
        if not optional:
            return row, f"{column} has no row in {owner}", []
        row = replace(row, **{column: None})
        lost.append((column, owner))
    return row, "", lost


def _place_problem(
    table: str,
    row: Any,
    text: str,
    known: dict[str, dict[str, Any]],
    pieces: dict[str, list[tuple[int, int]]],
) -> str:
    """What is wrong with the row's offsets and words, or ""."""
    if table in ("entities", "claim_hedges"):
        return ""
    if not 0 <= row.start < row.end <= len(text):
        return "its offsets are outside the text"
    if table == "quotes":
        content = pieces.get(row.quote_id, [])
        hull = (content[0][0], max(end for _, end in content)) if content else None
        if hull != (row.start, row.end) or row.text != JOINT.join(text[s:e] for s, e in content):
            return "it is not made of its content pieces"
    elif row.text != text[row.start : row.end] and not (table == "claims" and _in_pieces(row, text)):
        return "its text is not what stands at its offsets"
    if table == "claims" and not text.startswith(row.predicate.split(JOINT)[0], row.predicate_start):
        return "its predicate is not at predicate_start"
    home = (
        known["sentences"].get(row.sentence_id)
        if hasattr(row, "sentence_id") and table != "sentences"
        else None
    )
    return "" if home is None or home.start <= row.start < home.end else "it does not start in its sentence"


def _in_pieces(row: Any, text: str) -> bool:
    """Whether the pieces of a claim's text stand one after another in its stretch: "The port … will reopen"."""
    return JOINT in row.text and bool(
        re.fullmatch(".*?".join(map(re.escape, row.text.split(JOINT))), text[row.start : row.end], re.DOTALL)
    )


def _content_pieces(rows: Rows) -> dict[str, list[tuple[int, int]]]:
    """quote_id -> (start, end) of its content pieces, in order."""
    pieces = defaultdict(list)
    for part in rows.get("quote_parts", ()):
        if part.part == "content":
            pieces[part.quote_id].append((part.start, part.end))
    return {quote_id: sorted(places) for quote_id, places in pieces.items()}


def _issue(article: Article, table: str, what: str, problem: str, n: int) -> Issue:
    reason = f"{n} {'row' if n == 1 else 'rows'} of {table} {what}: {problem}"
    return Issue(article.path, STAGE_OF[table], None, article.article_id, "warning", reason)
