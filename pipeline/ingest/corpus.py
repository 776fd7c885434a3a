"""A folder or a file as a stream of articles and issues, articles in the order of their ids."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from pathlib import Path

from pipeline.ingest.clean import clean_line
from pipeline.ingest.copies import near_copies
from pipeline.ingest.draft import Draft, Problem
from pipeline.ingest.files import article_ids, encode_path, short_hash, suffix_of, table_path, walk
from pipeline.ingest.finish import MAX_CHARACTERS, finish, wrong_language
from pipeline.ingest.kinds import CALLED, suffix_by_content
from pipeline.ingest.opening import UNREADABLE, open_file
from pipeline.ingest.registry import READERS, Asked, reader_of
from pipeline.ingest.spool import by_id, first_seen
from pipeline.schema import Article, Issue

SHORTCUTS = (".url", ".webloc", ".lnk")
KEPT = "only --keep-duplicates reads it"


@dataclass(frozen=True, slots=True)
class Read:
    """An article with what there is to say of how it was read; `number` is its row in a file of several."""

    article: Article
    notes: tuple[str, ...]
    number: int | None


Found = Read | Issue


def read_corpus(
    folder: Path, *, columns: Mapping[str, str] | None = None, language: str = "en", limit: int | None = None,
    max_characters: int = MAX_CHARACTERS,
) -> Iterator[Article | Issue]:  # fmt: skip
    """Articles in the order of their ids, and an issue for all that could not be read, was dropped or guessed.

    columns: our field -> column of tables ({"text": "body"}). language: ISO 639-1 code of the articles wanted,
    or "any". limit: articles to stop after. max_characters: of one article's text. NotADirectoryError where there
    is no such folder.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder}: no such folder; give the folder that holds the articles")
    asked = Asked(columns=dict(columns or {}))
    files: dict[str, Path] = {}
    for path, problem in walk(folder):
        name = table_path(path, folder)
        while name in files:  # a file called a%0A.txt beside one whose name ends its line there
            name = name.replace("%", "%25")
        if problem := problem or _unknown(path):
            yield _issue(name, f"{problem}; left out")
        else:
            files[name] = path
    yield from _marked(_in_order(files, asked, max_characters), language, limit)


def read_file(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    language: str = "en",
    max_characters: int = MAX_CHARACTERS,
) -> Iterator[Article | Issue]:
    """What `read_corpus` would give for one file alone, whatever folder it lies in; nothing is written.

    FileNotFoundError where there is no such file.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file")
    name = table_path(path, path.parent)
    if problem := _unknown(path):
        yield _issue(name, problem)
        return
    yield from _marked(
        _in_order({name: path}, Asked(columns=dict(columns or {})), max_characters), language, None
    )


def _unknown(path: Path) -> str | None:
    suffix = suffix_of(path.name)
    if suffix in READERS or suffix_by_content(path, suffix, _head(path)):
        return None
    if suffix in SHORTCUTS:
        return "is a shortcut to a page, and does not hold it; save the page itself"
    suffix = suffix or path.suffix
    if not suffix:
        return "has no ending that tells its format; call it .txt if it is text"
    return f"has a format that is not read ({suffix}); read are {', '.join(sorted(READERS))}"


def _head(path: Path) -> bytes:
    """The first bytes of what a file holds, none where it cannot be read."""
    try:
        with open_file(path) as stream:
            return stream.peek(8)
    except UNREADABLE:
        return b""


def _in_order(files: dict[str, Path], asked: Asked, max_characters: int) -> Iterator[Found]:
    """A lazy merge of the files' streams: a file is opened when no article before its own can come any more."""
    ids = article_ids(list(files))
    waiting = sorted(((ids[name], name) for name in files), reverse=True)
    heap: list[tuple[str, str, int, Read, Iterator[Found]]] = []
    last = ""
    while waiting or heap:
        if waiting and (not heap or waiting[-1][0] <= heap[0][0]):
            first, name = waiting.pop()
            stream = _read(files[name], name, first, asked, max_characters)
        else:
            _, _, _, read, stream = heappop(heap)
            if read.article.article_id == last:  # a row and a file of one name: b in a.jsonl, and a/b.txt
                _push(heap, _renamed(read), iter(()))
            else:
                last = read.article.article_id
                yield read
        following = yield from _next(stream)
        if following:
            _push(heap, following, stream)


def _next(stream: Iterator[Found]) -> Generator[Found, None, Read | None]:
    """The next article of a stream, its issues passed on; None at its end."""
    for found in stream:
        if isinstance(found, Read):
            return found
        yield found
    return None


def _push(
    heap: list[tuple[str, str, int, Read, Iterator[Found]]], read: Read, stream: Iterator[Found]
) -> None:
    heappush(heap, (read.article.article_id, read.article.path, read.number or 0, read, stream))


def _renamed(read: Read) -> Read:
    """The same article under a longer id, which its place and text alone decide."""
    article = read.article
    suffix = short_hash(f"{article.path} {article.article_id} {article.sha256}")
    return replace(read, article=replace(article, article_id=f"{article.article_id}-{suffix}"))


def _read(path: Path, name: str, first: str, asked: Asked, max_characters: int) -> Iterator[Found]:
    """The articles of one file, by id, and its issues."""
    suffix = suffix_of(path.name)
    empty = True
    try:
        with open_file(path) as stream:
            told = suffix_by_content(path, suffix, stream.peek(8))
            note = f"the file is {CALLED[told]}, whatever its name says" if told else None
            reader = reader_of(told or suffix)
            assert reader is not None
            for draft in by_id(reader(stream, asked), first):
                empty = False
                yield _finished(draft, name, max_characters, note)
    except UNREADABLE as error:
        yield _issue(name, _reason(error))
    else:
        if empty:
            yield _issue(name, "holds no article", severity="warning")


def _finished(
    found: tuple[str, Draft] | Problem, name: str, max_characters: int, note: str | None = None
) -> Found:
    draft = found if isinstance(found, Problem) else found[1]
    if draft.member:
        name = f"{name}/{encode_path(draft.member)}"
    if isinstance(found, Problem):
        return _issue(name, found.reason, found.number, severity=found.severity)
    try:
        done = finish(found[1], found[0], name, max_characters)
    except ValueError as error:
        return _issue(name, str(error), draft.number)
    return Read(done.article, (note, *done.notes) if note else done.notes, draft.number)


def _marked(stream: Iterator[Found], language: str, limit: int | None) -> Iterator[Article | Issue]:
    """Articles, copies marked, each followed by at most one issue that says how it was read.

    That of an article in another language than the one wanted is an error: it has no rows in later tables.
    """
    seen, nearly = first_seen(), near_copies()
    count = 0
    for found in stream:
        if isinstance(found, Issue):
            yield found
            continue
        article = found.article
        notes = list(found.notes)
        if first := seen(article.sha256, article.article_id):
            article = replace(article, duplicate_of=first)
            notes.insert(0, f"repeats {first} word for word, so {KEPT}")
        elif near := nearly(article):
            article = replace(article, duplicate_of=near[0])
            notes.insert(0, f"repeats {near[0]} but for {near[1]:.0%} of it, so {KEPT}")
        foreign = wrong_language(article, language)
        yield article
        if notes or foreign:
            severity = "error" if foreign else "warning" if found.notes else "info"
            said = "; ".join(filter(None, [foreign, *notes]))
            yield _issue(article.path, said, found.number, article.article_id, severity)
        count += not foreign
        if count == limit:
            return


def _issue(
    path: str, reason: str, number: int | None = None, article_id: str | None = None, severity: str = "error"
) -> Issue:
    """An issue whose reason, which may quote a file's own names and values, is one line that can be written."""
    return Issue(path, "ingest", number, article_id, severity, clean_line(reason) or "cannot be read")


def _reason(error: BaseException) -> str:
    """What went wrong, in words: the system's own where the file could not be opened."""
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror.lower()}"
    if isinstance(error, EOFError | zlib.error | lzma.LZMAError | gzip.BadGzipFile | OSError):
        return f"is damaged and cannot be unpacked: {error}".rstrip(": ")
    return str(error)
