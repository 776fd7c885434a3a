"""How the work is spread: shards of articles, read one after another or by several processes, with the same result.

A shard is read by one process from beginning to end and leaves its rows in files of its own, one per table; the caller
gets them in the order of the articles and joins them. Each process loads the reader once and runs on one thread.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import spool
from pipeline.cache import Cache, keep_rows, known_rows
from pipeline.failures import FAILURES
from pipeline.output.merging import EntityCounts, count_entities
from pipeline.output.soundness import keep_sound
from pipeline.output.workspace import undisturbed
from pipeline.schema import Article, Issue
from pipeline.spool import Shard
from pipeline.stages import Rows, Stage, failure, read_article
from pipeline.tables import write_rows

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")

SUBJECT_IDS = "subject_ids"
"""A file with a line for each row of claims: the id of the entity that its subject is, if it is one."""


@dataclass(frozen=True, slots=True)
class Work:
    """What every process needs to know; `docs` and `cache` are where docs and rows are kept, if they are."""

    load: Callable[[], Language]
    spool: Path
    parts: Path
    stages: tuple[Stage, ...]
    docs: Path | None = None
    cache: Cache | None = None


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What reading a shard gave, beside the files of its rows (table -> file)."""

    parts: dict[str, Path] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    entities: EntityCounts = field(default_factory=EntityCounts)
    issues: list[Issue] = field(default_factory=list)


def read_shards(work: Work, shards: list[Shard], jobs: int) -> Iterator[ShardResult]:
    """The results of all shards in their order; the files of each may be taken away before the next is asked for."""
    if jobs == 1:
        load = cache(work.load)
        for shard in shards:
            yield read_shard(replace(work, load=load), shard)
    while jobs > 1 and shards:
        done = 0
        try:
            with _pool(work, min(jobs, len(shards))) as pool:
                with undisturbed(), _one_thread_each():
                    results = pool.map(_read_in_worker, shards)
                for result in results:
                    yield result
                    done += 1
        except (
            BrokenProcessPool
        ):  # a process was killed, most often because memory ran out; this or the next shard did it
            yield from _read_apart(work, shards[done])
            done += 1
        shards = shards[done:]


def read_shard(work: Work, shard: Shard) -> ShardResult:
    """Read the articles of a shard and write their rows to files, one per table."""
    with spool.open_spool(work.spool) as connection:
        articles = list(spool.read(connection, shard))
        passed_over = spool.passed_over(connection, shard)
    result = ShardResult()
    wanted = [article for article in articles if article.article_id not in passed_over]
    known = known_rows(work.cache, wanted) if work.cache else {}
    made = known | _read(work, shard, [a for a in wanted if a.article_id not in known], result.issues)
    tables = [table for stage in work.stages for table in stage.writes if table != "entities"]
    found: Rows = {table: [] for table in tables}
    for article in articles:
        rows = tallied(article, made.get(article.article_id), work.stages, result)
        for table in tables:
            found[table] += rows[table]
    for table, records in found.items():
        result.parts[table] = work.parts / f"{shard.name}.{table}"
        with result.parts[table].open("w", encoding="utf-8", newline="") as file:
            write_rows(file, table, records)
    if "claims" in found:
        result.parts[SUBJECT_IDS] = work.parts / f"{shard.name}.{SUBJECT_IDS}"
        with result.parts[SUBJECT_IDS].open("w", encoding="utf-8", newline="") as file:
            file.writelines(f"{claim.subject_id or ''}\n" for claim in found["claims"])
    return result


def _read(work: Work, shard: Shard, articles: list[Article], issues: list[Issue]) -> dict[str, Rows]:
    """article_id -> rows of the articles that can be read; they are kept for the next run, unless with an issue."""
    made: dict[str, Rows] = {}
    docs, whole = [], []
    nlp = work.load() if articles else None
    with memory_zone(nlp) if nlp else nullcontext():
        for article, doc in zip(articles, _docs(nlp, articles, issues) if nlp else (), strict=True):
            if doc is None:
                continue
            rows, problems = sound_rows(article, doc, work.stages, {})
            made[article.article_id] = rows
            issues += problems
            whole += [] if problems else [(article, rows)]
            doc.user_data["article_id"] = article.article_id
            docs += [doc] if work.docs else []
        if work.docs:
            write_docs(_docs_file(work.docs, shard), docs)
    if work.cache and whole:
        keep_rows(work.cache, whole)
    return made


def sound_rows(
    article: Article, doc: Doc, stages: tuple[Stage, ...], earlier: Rows
) -> tuple[Rows, list[Issue]]:
    """The rows that the stages make of an article, checked, and what went wrong."""
    found, issues = read_article(doc, article, stages, earlier)
    rows, unsound = keep_sound(article, found, earlier)
    return rows, issues + unsound


def tallied(article: Article, made: Rows | None, stages: tuple[Stage, ...], result: ShardResult) -> Rows:
    """The rows of an article, counted in `result`; one that was not read has its row in articles alone."""
    rows = made or {table: [] for stage in stages for table in stage.writes}
    if "articles" in rows and not rows["articles"]:
        rows["articles"] = [article]
    if "entities" in rows:
        count_entities(result.entities, rows["entities"], rows["mentions"])
    _count(result.counts, article, rows)
    if made is not None:
        result.counts["duplicates read"] += article.duplicate_of is not None
        result.counts["words"] += len(article.text.split())
    return rows


def memory_zone(nlp: Language) -> AbstractContextManager[object]:
    """A block at whose end spaCy forgets the words it met, so that its vocabulary does not grow with the corpus."""
    return nlp.memory_zone() if hasattr(nlp, "memory_zone") else nullcontext()


def _docs_file(folder: Path, shard: Shard) -> Path:
    return folder / f"{shard.name}.spacy"


def write_docs(path: Path, docs: list[Doc]) -> None:
    """Keep docs with all that they hold, as a spaCy DocBin."""
    from spacy.tokens import DocBin

    DocBin(docs=docs, store_user_data=True).to_disk(path)


def _docs(nlp: Language, articles: list[Article], issues: list[Issue]) -> Iterator[Doc | None]:
    """Docs of articles, read as one batch; where that fails, one by one, so that only the one at fault has none."""
    done = 0
    try:
        for doc in nlp.pipe([article.text for article in articles]):
            yield doc
            done += 1
    except FAILURES:
        for article in articles[done:]:
            try:
                doc = nlp(article.text)
            except FAILURES as error:
                issues.append(failure(article, "annotate", "error", error))
                doc = None
            yield doc


def _count(counts: Counter[str], article: Article, rows: Rows) -> None:
    counts["articles"] += 1
    counts["duplicates"] += article.duplicate_of is not None
    for table, list_ in rows.items():
        counts[table] += len(list_) if table != "articles" else 0
    counts.update(f"{quote.kind} quotes" for quote in rows.get("quotes", ()))


# --- several processes ----------------------------------------------------------------------------------------------

_work: Work | None = None  # of this process


def _start_worker(work: Work) -> None:
    global _work
    _work = replace(work, load=cache(work.load))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C stops the caller, who stops the others
    threading.Thread(target=_end_with_caller, daemon=True).start()


def _end_with_caller() -> None:
    """Wait for the caller's end, however it comes; a process without one would wait for work for ever."""
    caller = multiprocessing.parent_process()
    if caller is not None:
        caller.join()
        os._exit(1)


def _read_in_worker(shard: Shard) -> ShardResult:
    assert _work is not None
    return read_shard(_work, shard)


@contextmanager
def _pool(work: Work, jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes started afresh ("spawn"), as on Windows and macOS, so that it is the same everywhere.

    Where the block is left early, as by a full disk, shards that wait to be read are left unread.
    """
    context = multiprocessing.get_context("spawn")
    with _one_thread_each():
        pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_start_worker, initargs=(work,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """A block that starts processes of one thread each: they are the parallelism; the caller's settings come back."""
    before = dict(os.environ)
    os.environ |= dict.fromkeys(THREADS, "1")
    # Where a signal ends the run, what Python's helper then tidies up is no news.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker")
    try:
        yield
    finally:
        for name in (*THREADS, "PYTHONWARNINGS"):
            if name in before:
                os.environ[name] = before[name]
            else:
                os.environ.pop(name, None)


def _read_apart(work: Work, shard: Shard) -> Iterator[ShardResult]:
    """A shard that a process may have died of, in a process of its own; if that dies too, each half alone."""
    try:
        with _pool(work, 1) as pool:
            with undisturbed(), _one_thread_each():
                result = pool.submit(_read_in_worker, shard)
            yield result.result()
            return
    except BrokenProcessPool:
        if work.docs:  # it may have died while it wrote them
            _docs_file(work.docs, shard).unlink(missing_ok=True)
        if shard.size == 1:
            yield _lost(work, shard)
            return
    with spool.open_spool(work.spool) as connection:
        ids = [article.article_id for article in spool.read(connection, shard)]
    for half in shard.halves(ids[shard.size // 2]):
        yield from _read_apart(work, half)


def _lost(work: Work, shard: Shard) -> ShardResult:
    """The result of a one-article shard whose process was killed: its row in articles, and an error."""
    result = ShardResult()
    with spool.open_spool(work.spool) as connection:
        article = next(spool.read(connection, shard))
    reason = "the process that read it was killed, perhaps because memory ran out; try it alone, or split it"
    result.issues.append(Issue(article.path, "annotate", None, article.article_id, "error", reason))
    rows = tallied(article, None, work.stages, result)
    result.parts["articles"] = work.parts / f"{shard.name}.articles"
    with result.parts["articles"].open("w", encoding="utf-8", newline="") as file:
        write_rows(file, "articles", rows["articles"])
    return result
