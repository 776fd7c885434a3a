"""The files of a corpus folder: which there are, their names in tables, the ids of their articles."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

PASSED_OVER = ("datapackage.json", "desktop.ini", "thumbs.db")
"""Names that are never articles, nor is anything that starts with a dot, nor a README with whatever ending."""
PAGES = (".html", ".htm", ".xhtml")
COMPRESSED = (".gz", ".zst", ".bz2", ".xz")
LONGEST_ID = 200
_PARTS_OF_PAGE = re.compile(
    r"(?:[_-](?:files?|dateien|fichiers|ficheiros|archivos|arquivos|bestanden|pliki|filer)|\.files)$",
    re.IGNORECASE,
)
"""How browsers name the folder that they save beside a page, for its pictures, scripts and advertisements."""
_NOT_IN_IDS = re.compile(r"[^\w./%-]+")


def walk(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """(file, why it cannot be read or None) for every file below a folder; links to folders are not followed."""
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda e: e.name)
        except OSError as error:
            yield current, _why(error)
            continue
        pages = {PurePosixPath(entry.name).stem for entry in entries if suffix_of(entry.name) in PAGES}
        for entry in entries:
            if is_passed_over(entry.name):
                continue
            beside = _PARTS_OF_PAGE.search(entry.name)
            if beside and entry.name[: beside.start()] in pages and entry.is_dir(follow_symlinks=False):
                continue
            path = current / entry.name
            if entry.is_symlink():
                yield path, _link_problem(path, folder)
            elif entry.is_dir(follow_symlinks=False):
                pending.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield path, None
            else:
                yield path, "is no regular file"


def is_passed_over(name: str) -> bool:
    """Whether a file of this name is no article and not worth a word: hidden files, READMEs and the like."""
    lower = name.lower()
    return lower.startswith((".", "~$")) or lower in PASSED_OVER or lower.partition(".")[0] == "readme"


def table_path(path: Path, folder: Path) -> str:
    """A file's path as the tables have it: relative, with "/", what is no plain character percent-encoded."""
    relative = path.relative_to(folder) if path != folder else Path(path.name)
    return encode_path("/".join(relative.parts))


def encode_path(name: str) -> str:
    """A name with its control characters and undecodable bytes percent-encoded."""
    return name if name.isascii() and name.isprintable() else "".join(map(_percent, name))


def slug(name: str) -> str:
    """A name as a piece of an id: lower case; letters, digits, "-", "_", ".", "/", "%"; never empty.

    >>> slug("Politics/A Deal, at last")
    'politics/a-deal-at-last'
    """
    name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())
    pieces = [_NOT_IN_IDS.sub("-", piece).strip("-") for piece in name.split("/")]
    joined = "/".join(piece for piece in pieces if piece and piece.strip("."))
    if len(joined) > LONGEST_ID:
        joined = f"{joined[: LONGEST_ID - 9].rstrip('-/')}-{short_hash(name)}"
    return joined or f"article-{short_hash(name)}"


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that tell two names apart."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def suffix_of(name: str) -> str:
    """The extension that tells the format: ".html" of "a.html.gz"; lower case."""
    lower = name.lower()
    for outer in COMPRESSED:
        lower = lower.removesuffix(outer)
    stem, dot, ending = lower.rpartition("/")[2].rpartition(".")
    return dot + ending if stem and ending else ""


def stem_of(path: str) -> str:
    """A path without the extensions that tell its format ("news/a.html" of … ".html.gz" is "news/a")."""
    folder, slash, name = path.rpartition("/")
    for outer in COMPRESSED:
        if name.lower().endswith(outer) and len(name) > len(outer):
            name = name[: -len(outer)]
    extension = PurePosixPath(name).suffix
    stem = name.removesuffix(extension)
    if stem.lower().endswith(".tar"):
        stem = stem[:-4]
    return folder + slash + (stem if extension and len(extension) <= 8 and " " not in extension else name)


def article_ids(paths: list[str]) -> dict[str, str]:
    """path -> id. Where two files would share one, the first by path keeps it, the others add extension or hash."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(paths):
        ids[path] = next(name for name in _possible_ids(path) if name not in taken)
        taken.add(ids[path])
    return ids


def _possible_ids(path: str) -> Iterator[str]:
    stem = slug(stem_of(path))
    yield stem
    yield slug(stem + suffix_of(path))
    yield f"{stem}-{short_hash(path)}"
    yield f"{stem}-{hashlib.sha256(path.encode()).hexdigest()}"


def _percent(char: str) -> str:
    """Control characters and line separators as the percent-encoding of their bytes.

    Surrogates as that of the byte they stand for.
    """
    if "\udc80" <= char <= "\udcff":
        return f"%{ord(char) - 0xDC00:02X}"
    if "\ud800" <= char <= "\udfff":
        return "%EF%BF%BD"
    if (
        unicodedata.category(char) in ("Cc", "Zl", "Zp")
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    ):
        return "".join(f"%{b:02X}" for b in char.encode("utf-8"))
    return char


def _link_problem(path: Path, folder: Path) -> str | None:
    """Why a link is not read: it goes nowhere, in a circle, to a folder, or out of the corpus."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return "is a link that leads nowhere or in a circle"
    if target.is_dir():
        return "is a link to a folder; such links are not followed"
    if not target.is_file():  # a pipe would be waited for without end
        return "is a link to no regular file"
    if not target.is_relative_to(folder.resolve()):
        return "is a link to a file outside the corpus; copy the file itself"
    return None


def _why(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or str(error)).lower()}"
