"""Articles put into the corpus, and a corpus examined: what would be read, what not, and why."""

from __future__ import annotations

import filecmp
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from pipeline.commands.terminal import fail, visible
from pipeline.ingest import read_corpus, read_file
from pipeline.ingest.files import COMPRESSED, is_passed_over, slug
from pipeline.schema import Article, Issue

LONGEST_NAME = 60
SHOWN = 76  # characters of a sentence
SENTENCE_END = re.compile(r"(?<=[.!?…])[”’\"')]*\s+")


def add_file(file: Path, corpus: Path, language: str, columns: Mapping[str, str] | None = None) -> bool:
    """Copy a file into the corpus if it holds articles, and print what was understood; whether it stands there now.

    A file that is there already is left as it is. Raises FileNotFoundError or ValueError where the call was wrong.
    """
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such file; save the page first and give its name")
    if corpus.exists() and not corpus.is_dir():
        raise ValueError(f"{corpus}: not a folder; give the corpus folder with --corpus")
    found = list(read_file(file, language=language, columns=columns))
    issues = [item for item in found if isinstance(item, Issue)]
    passed_over = {issue.article_id for issue in issues if issue.severity == "error"}
    articles = [item for item in found if isinstance(item, Article) and item.article_id not in passed_over]
    for article in articles[:3]:
        _print_article(article)
    if len(articles) > 3:
        print(f"… and {_counted(len(articles) - 3, 'more article')}")
    for issue in issues:
        print(f"  {issue.severity}: {visible(issue.reason)}")
    if not articles:
        fail(f"{file}: not added, as it holds no article that can be read")
        return False
    if same := _same_file(file, corpus):
        print(f"{visible(str(file))} is in the corpus already: {visible(str(same))}")
        return True
    target = _free_name(file, articles, corpus)
    corpus.mkdir(parents=True, exist_ok=True)
    _copy_whole(file, target)
    print(f"added as {visible(str(target))}")
    return True


def examine(folder: Path, language: str, limit: int | None, columns: Mapping[str, str] | None = None) -> bool:
    """Print what a run would make of a corpus; whether everything in it can be read."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder; give the folder that holds the articles")
    counts: Counter[str] = Counter()
    last: Counter[str] = Counter()  # what the article that was read last adds to the counts
    for item in read_corpus(folder, language=language, limit=limit, columns=columns):
        if isinstance(item, Article):
            repeats = item.duplicate_of is not None
            last = Counter(articles=1, duplicates=repeats, words=len(item.text.split()))
            counts.update(last)
        else:
            if item.severity == "error" and item.article_id:  # it was read, and is in another language
                counts.subtract(last)
            counts[item.severity] += 1
            print(f"{item.severity:<8}{visible(item.path or '')}: {visible(item.reason)}")
    words = _counted(counts["words"], "word")
    print(f"{_counted(counts['articles'], 'article')} ({words}) would be read, {counts['error']:,} skipped")
    print(f"{counts['warning']:,} come with a warning, {counts['duplicates']:,} repeat another")
    return not counts["error"]


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def _print_article(article: Article) -> None:
    title = article.title or "(no title)"
    body = article.text.removeprefix(article.title or "").strip()
    sentences = [s for paragraph in body.split("\n") for s in SENTENCE_END.split(paragraph) if s]
    print(visible(title))
    for name, value in (
        ("by", article.byline), ("in", article.source), ("on", article.published or "(no date)"),
        ("first", _shortened(sentences[0])), ("last", _shortened(sentences[-1])),
        ("words", f"{len(article.text.split()):,} in {article.n_paragraphs:,} paragraphs"),
    ):  # fmt: skip
        if value:
            print(f"  {name:<6}{visible(value)}")


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= SHOWN else sentence[: SHOWN - 1] + "…"


def _same_file(file: Path, corpus: Path) -> Path | None:
    """A file of the corpus with the same bytes."""
    if not corpus.is_dir():
        return None
    size = file.stat().st_size
    candidates = (p for p in sorted(corpus.rglob("*")) if p.is_file() and p.stat().st_size == size)
    return next((p for p in candidates if filecmp.cmp(p, file, shallow=False)), None)


def _copy_whole(file: Path, target: Path) -> None:
    """Copy a file under a name that is passed over, then give it its own: no run ever finds half of it."""
    part = target.with_name(f".{target.name}")
    try:
        shutil.copyfile(file, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _free_name(file: Path, articles: list[Article], corpus: Path) -> Path:
    """A clean name in the corpus: after the headline of a single article, else after the file."""
    packed = file.suffix.lower() in COMPRESSED
    suffix = "".join(file.suffixes[-2:] if packed else file.suffixes[-1:]).lower()
    name = articles[0].title if len(articles) == 1 and articles[0].title else file.name.removesuffix(suffix)
    stem = slug(name.replace("/", "-")).replace(".", "-")
    stem = (
        stem if len(stem) <= LONGEST_NAME else stem[:LONGEST_NAME].rpartition("-")[0] or stem[:LONGEST_NAME]
    )
    names = (f"{stem}{'' if n == 1 else f'-{n}'}{suffix}" for n in count(1))
    return next(corpus / n for n in names if not (corpus / n).exists() and not is_passed_over(n))
