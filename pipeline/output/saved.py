"""What single stages left in the output folder, read back article by article for the next stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import tables
from pipeline.schema import Article, Entity, Issue, Mention
from pipeline.shards import memory_zone
from pipeline.stages import STAGES, Rows, Stage

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


def articles(out: Path) -> Iterator[Article]:
    """The rows of articles.csv; FileNotFoundError with the mend where `hearsay ingest` has not run."""
    if not (out / "articles.csv").is_file():
        raise FileNotFoundError(f"{out}: no articles.csv; run `hearsay ingest CORPUS --out {out}` first")
    return tables.read_records(out, "articles")


def issues(out: Path) -> list[Issue]:
    """The rows of issues.csv, none where there is no such file."""
    return list(tables.read_records(out, "issues")) if (out / "issues.csv").is_file() else []


def docs(out: Path, load: Callable[[], Language]) -> Iterator[Doc]:
    """The docs of `hearsay annotate` in the order of the articles; FileNotFoundError where there are none."""
    if not (out / "docs").is_dir():
        raise FileNotFoundError(f"{out}: no annotated articles; run `hearsay annotate --out {out}` first")
    return _docs(sorted((out / "docs").glob("*.spacy")), load())


def _docs(files: list[Path], nlp: Language) -> Iterator[Doc]:
    from spacy.tokens import DocBin

    for path in files:
        with memory_zone(nlp):
            yield from DocBin().from_disk(path).get_docs(nlp.vocab)


def with_docs(rows: Iterator[Article], kept: Iterator[Doc]) -> Iterator[tuple[Article, Doc | None]]:
    """Each article with its doc, None where it has none (duplicates, articles that could not be annotated).

    Raises ValueError where docs and articles are not of one run, or a doc is missing.
    """
    doc = next(kept, None)
    for article in rows:
        mine = doc if doc is not None and doc.user_data.get("article_id") == article.article_id else None
        if mine is not None and mine.text != article.text:
            raise ValueError(f"{article.path}: changed since it was annotated; run `hearsay annotate` again")
        if mine is None and article.n_sentences:
            raise ValueError(
                f"{article.path}: has sentences but no annotated text; run `hearsay annotate` again"
            )
        yield article, mine
        doc = next(kept, None) if mine is not None else doc
    if doc is not None:
        raise ValueError("docs/ and articles.csv are not of one run; run `hearsay annotate` again")


def earlier_rows(out: Path, stage: Stage) -> Callable[[str], Rows]:
    """A function from article_id to the rows of earlier tables that the stage needs.

    It streams: it must be asked for articles in the order of their ids.
    """
    needed = ("sentences", *stage.needs)
    streams = {table: by_article(_table(out, table)) for table in needed if table != "entities"}
    known = {entity.entity_id: entity for entity in _table(out, "entities")} if "entities" in needed else {}

    def rows_of(article_id: str) -> Rows:
        rows = {table: stream(article_id) for table, stream in streams.items()}
        return rows | {"entities": entities_of(rows["mentions"], known)} if known else rows | {"entities": []}

    return rows_of


def _table(out: Path, table: str) -> Iterator[Any]:
    writer = next(stage.name for stage in STAGES if table in stage.writes)
    if not (out / f"{table}.csv").is_file():
        raise FileNotFoundError(f"{out}: no {table}.csv; run `hearsay {writer} --out {out}` first")
    return tables.read_records(out, table)


def by_article(rows: Iterator[Any]) -> Callable[[str], list[Any]]:
    """A function from article_id to its rows in a table sorted by article; rows of skipped articles are lost."""
    waiting: list[Any] = []  # the first row of the next article, once it has been met

    def rows_of(article_id: str) -> list[Any]:
        taken = []
        row = waiting.pop() if waiting else next(rows, None)
        while row is not None and row.article_id <= article_id:
            if row.article_id == article_id:
                taken.append(row)
            row = next(rows, None)
        if row is not None:
            waiting.append(row)
        return taken

    return rows_of


def entities_of(mentions: list[Mention], known: dict[str, Entity]) -> list[Entity]:
    """The entities of one article, with their counts in it."""
    counts = Counter(mention.entity_id for mention in mentions if mention.entity_id in known)
    return [
        replace(known[entity_id], n_mentions=n, n_articles=1) for entity_id, n in counts.items() if entity_id
    ]
