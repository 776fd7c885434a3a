"""The table of contents: corpus -> articles -> docs -> records -> tables.

`extract` does all of it. The single stages do a part each and leave what the next one needs in the output folder:
ingest (articles.csv), annotate (docs/*.spacy, sentences.csv), entities, quotes, claims.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path
from sqlite3 import Connection
from typing import IO, TYPE_CHECKING, Any

from pipeline import spool as spools
from pipeline import tables
from pipeline.cache import NAME as CACHE_NAME
from pipeline.cache import Cache, fingerprint, forget_others
from pipeline.output import saved
from pipeline.output.codebook import write_datapackage
from pipeline.output.merging import merge_entities, merge_issues
from pipeline.output.workspace import publish, undisturbed, workspace
from pipeline.reader import vocabulary
from pipeline.schema import STAGES as STAGE_NAMES
from pipeline.schema import Article, Issue
from pipeline.shards import SUBJECT_IDS, ShardResult, Work, read_shards, sound_rows, tallied
from pipeline.stages import STAGES, Stage

if TYPE_CHECKING:
    from spacy.language import Language

Report = Callable[[str, int, int, int], None]
"""Told of progress: stage, articles done, articles in all (0 where unknown), words done."""

Loader = Callable[[], "Language"]

NAMED = (("quotes", "speaker_id", "speaker"), ("claims", "claimant_id", "claimant"))
"""Tables that repeat an entity's name, the column of its id, the column of the name."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did: counts of rows by table (and "words", "duplicates", "direct quotes" …), issues, seconds."""

    out: Path
    counts: Counter[str]
    issues: Counter[str] = field(default_factory=Counter)  # severity -> rows
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        """Whether some article has no rows: exit status 1."""
        return self.issues["error"] > 0


def extract(
    corpus: str | Path,
    out: str | Path = "outputs",
    *,
    jobs: int = 1,
    model: str | None = None,
    limit: int | None = None,
    language: str = "en",
    columns: Mapping[str, str] | None = None,
    keep_duplicates: bool = False,
    cached: bool = True,
    parquet: bool = False,
    excel: bool = False,
    report: Report | None = None,
    load: Loader | None = None,
) -> Summary:
    """Read a folder of articles and write all tables into `out`, each replaced whole.

    `jobs` processes share the work and give the same tables as one. Articles in another language than `language`
    (ISO 639-1, or "any") are passed over. `columns` names the columns of tables of articles, by our names
    ({"text": "body"}). Articles that repeat an earlier one are passed over unless `keep_duplicates`. With `cached`,
    rows of articles are kept in `out` and used again while article, code and model stay the same. `model` names
    another installed spaCy pipeline; `load` gives one (it must be importable where jobs > 1); neither is cached.
    Raises FileNotFoundError or ValueError where the folders cannot be used; an article that cannot be read is a row
    of issues.
    """
    out, total = Path(out), ShardResult()
    started = time.monotonic()
    asked = {"limit": limit, "language": language, "columns": columns}
    with _ingested(Path(corpus), out, total, report, asked, keep_duplicates) as unfinished:
        kept = Cache(out / CACHE_NAME, fingerprint()) if cached and not (model or load) else None
        _read(unfinished, STAGES, total, jobs, load or partial(_load, model), report, cache=kept)
        if kept and limit is None:
            with spools.open_spool(unfinished / "spool") as spool:
                forget_others(kept, spools.read(spool))
        return _finish(unfinished, out, STAGE_NAMES, total, started, parquet, excel)


# --- the stages one by one ------------------------------------------------------------------------------------------


def ingest(
    corpus: str | Path,
    out: str | Path = "outputs",
    *,
    limit: int | None = None,
    language: str = "en",
    columns: Mapping[str, str] | None = None,
    report: Report | None = None,
) -> Summary:
    """corpus -> articles.csv"""
    out, total = Path(out), ShardResult()
    started = time.monotonic()
    asked = {"limit": limit, "language": language, "columns": columns}
    with _ingested(Path(corpus), out, total, report, asked) as unfinished:
        with (
            spools.open_spool(unfinished / "spool") as spool,
            tables.new_table(unfinished / "tables", "articles") as file,
        ):
            total.counts["articles"] = tables.write_rows(file, "articles", spools.read(spool))
        return _finish(unfinished, out, ("ingest",), total, started)


def annotate(
    out: str | Path = "outputs",
    *,
    jobs: int = 1,
    keep_duplicates: bool = False,
    model: str | None = None,
    report: Report | None = None,
    load: Loader | None = None,
) -> Summary:
    """articles.csv -> docs/*.spacy, sentences.csv, and the counts of articles.csv"""
    out = Path(out)
    started = time.monotonic()
    stages = tuple(stage for stage in STAGES if stage.name == "annotate")
    articles = saved.articles(out)
    with workspace(out) as unfinished:
        total = ShardResult()
        with spools.open_spool(unfinished / "spool") as spool:
            for article in articles:
                spools.put(spool, article, keep_duplicates)
            for issue in saved.issues(out):
                if issue.stage == "ingest" and issue.severity == "error" and issue.article_id:
                    spools.pass_over(spool, issue.article_id)
        docs = unfinished / "tables" / "docs"
        docs.mkdir(parents=True)
        _read(unfinished, stages, total, jobs, load or partial(_load, model), report, docs)
        return _finish(unfinished, out, ("annotate",), total, started)


def run_stage(
    name: str, out: str | Path = "outputs", *, report: Report | None = None, load: Loader | None = None
) -> Summary:
    """entities, quotes or claims: docs/*.spacy and the tables of the stages before -> the stage's own tables"""
    out = Path(out)
    started = time.monotonic()
    stage = next(stage for stage in STAGES if stage.name == name)
    articles = saved.articles(out)
    earlier = saved.earlier_rows(out, stage)
    docs = saved.docs(out, load or vocabulary)
    with workspace(out) as unfinished:
        total = ShardResult()
        with _new_tables(unfinished, (stage,)) as whole:
            for article, doc in saved.with_docs(articles, docs):
                made = None
                if doc is not None:
                    made, issues = sound_rows(article, doc, (stage,), earlier(article.article_id))
                    total.issues.extend(issues)
                rows = tallied(article, made, (stage,), total)
                for table, file in whole.items():
                    tables.write_rows(file, table, rows[table])
                if report:
                    report(name, total.counts["articles"], 0, total.counts["words"])
        return _finish(unfinished, out, (name,), total, started)


# --- what they are made of ------------------------------------------------------------------------------------------


def check_folders(corpus: Path, out: Path) -> None:
    """Raise FileNotFoundError or ValueError, with the mend, where the folders cannot serve."""
    if not corpus.exists():
        raise FileNotFoundError(f"{corpus}: no such folder; give the folder that holds the articles")
    if not corpus.is_dir():
        raise ValueError(f"{corpus}: not a folder; give the folder that holds the articles")
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out}: a file, not a folder; give another folder with --out")
    if out.resolve().is_relative_to(corpus.resolve()):
        raise ValueError(
            f"{out}: inside the corpus, so its tables would be read as articles next time; "
            "give a folder outside of it with --out"
        )


def _load(model: str | None) -> Language:
    import pipeline

    return pipeline.load(model) if model else pipeline.load()


@contextmanager
def _ingested(
    corpus: Path,
    out: Path,
    total: ShardResult,
    report: Report | None,
    asked: dict[str, Any],
    keep_duplicates: bool = False,
) -> Iterator[Path]:
    """A workspace in `out` whose spool holds the articles of a corpus; what was odd about them is added to `total`."""
    from pipeline.ingest import read_corpus

    check_folders(corpus, out)
    with workspace(out) as unfinished:
        with spools.open_spool(unfinished / "spool") as spool:
            _ingest(read_corpus(corpus, **asked), spool, total.issues, report, keep_duplicates)
        yield unfinished


def _ingest(
    found: Iterator[Article | Issue],
    spool: Connection,
    issues: list[Issue],
    report: Report | None,
    keep_duplicates: bool,
) -> None:
    """Put the articles of a corpus into the spool; what is no article goes into `issues`."""
    done = 0
    for item in found:
        if isinstance(item, Issue):
            issues.append(item)
            if item.article_id and item.severity == "error":
                spools.pass_over(spool, item.article_id)
            continue
        try:
            spools.put(spool, item, keep_duplicates)
        except ValueError as error:
            issues.append(Issue(item.path, "ingest", None, None, "error", str(error)))
            continue
        done += 1
        if report:
            report("ingest", done, 0, 0)


def _read(
    unfinished: Path,
    stages: tuple[Stage, ...],
    total: ShardResult,
    jobs: int,
    load: Loader,
    report: Report | None,
    docs: Path | None = None,
    cache: Cache | None = None,
) -> None:
    """Read the spooled articles; whole tables come to stand in unfinished/tables, the rest is added to `total`."""
    parts = unfinished / "parts"
    parts.mkdir()
    work = Work(load, unfinished / "spool", parts, stages, docs, cache)
    with spools.open_spool(work.spool) as spool:
        shards = list(spools.cut_shards(spool))
    n_articles = sum(shard.size for shard in shards)
    if report:
        report("read", 0, n_articles, 0)
    with (
        _new_tables(unfinished, stages) as whole,
        (unfinished / SUBJECT_IDS).open("w", encoding="utf-8") as whole[SUBJECT_IDS],
    ):
        for result in read_shards(work, shards, jobs):
            for table, part in result.parts.items():
                tables.move_rows(part, whole[table])
            _add(total, result)
            if report:
                report("read", total.counts["articles"], n_articles, total.counts["words"])


@contextmanager
def _new_tables(unfinished: Path, stages: tuple[Stage, ...]) -> Iterator[dict[str, IO[str]]]:
    """The tables of the stages, open for rows to be added; entities, which concern all articles, are written last."""
    names = [table for stage in stages for table in stage.writes if table != "entities"]
    with ExitStack() as stack:
        yield {name: stack.enter_context(tables.new_table(unfinished / "tables", name)) for name in names}


def _add(total: ShardResult, result: ShardResult) -> None:
    """Add the counts, entities and issues of a shard to those of the run."""
    total.counts.update(result.counts)
    total.entities.mentions.update(result.entities.mentions)
    total.entities.articles.update(result.entities.articles)
    total.issues.extend(result.issues)


def _rename(unfinished: Path, names: dict[str, str]) -> None:
    """Put the names that were chosen for entities into the tables that repeat them."""
    folder = unfinished / "tables"
    for table, id_column, column in NAMED:
        tables.rename(folder, table, column, names, attrgetter(id_column))
    with (unfinished / SUBJECT_IDS).open(encoding="utf-8") as subjects:
        tables.rename(folder, "claims", "subject", names, lambda _: next(subjects).rstrip("\n"))


def _replace(folder: Path, out: Path, written: list[str]) -> None:
    """Put every finished file in its place, and remove what belongs to the files that were there before."""
    old = [copy for table in written for copy in tables.copies(out, table)]
    if (folder / "docs").is_dir():
        old += (out / "docs").glob("*.spacy")  # of a run over more articles, perhaps
    placed = set(publish(folder, out))
    for path in old:
        if path not in placed:
            path.unlink(missing_ok=True)


def _finish(
    unfinished: Path,
    out: Path,
    stages: tuple[str, ...],
    total: ShardResult,
    started: float,
    parquet: bool = False,
    excel: bool = False,
) -> Summary:
    """Write what holds for the corpus as a whole, then put every finished file in its place."""
    folder = unfinished / "tables"
    folder.mkdir(exist_ok=True)
    if "entities" in stages:
        entities, renamed = merge_entities(total.entities)
        total.counts["entities"] = tables.write_table(folder, "entities", entities)
        if renamed and stages == STAGE_NAMES:
            _rename(unfinished, renamed)
    issues = merge_issues(total.issues)
    others = saved.issues(out) if stages != STAGE_NAMES else []
    tables.write_table(folder, "issues", issues + [issue for issue in others if issue.stage not in stages])
    write_datapackage(folder)
    written = sorted(path.stem for path in folder.glob("*.csv"))
    for table in written if parquet else ():
        tables.write_parquet(folder, table)
    for table in written if excel else ():
        tables.write_excel_copy(folder, table)
    with undisturbed():
        _replace(folder, out, written)
    severities = Counter(issue.severity for issue in issues)
    return Summary(out, total.counts, severities, time.monotonic() - started)
