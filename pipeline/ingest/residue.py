"""What a page prints around its article, told from the article by evidence: repetition, wording, place.

Nothing here knows a site. A line leaves because it repeats the headline, because a pattern of `residue.toml`
matches it whole, or because it stands before the headline or after the comments begin.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from pipeline.ingest.metadata import byline_of, date_line

LONGEST = 600  # characters: no longer paragraph is residue
TITLE_LENGTH = 200
LONGEST_SENTENCE_TITLE = 120  # of a headline that ends in a full stop
HEAD = 6  # paragraphs that a headline, tagline, byline and date may take up
_NO_WORD = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"https?://\S+(?: https?://\S+)*")
_ENDS = tuple(".!?…。！？")
_CLOSING = "\"'”’»)]"


@dataclass(frozen=True, slots=True)
class Parted:
    """An article told from its page: `dropped` holds (kind, paragraph); the title and the lines that `byline`,
    `published` and `url` were read from are not in `body`.
    """

    title: str | None
    byline: str | None
    published: str | None
    url: str | None
    body: list[str]
    dropped: list[tuple[str, str]]


def part(
    lines: Sequence[str], title: str | None = None, titled: bool = True, byline: str | None = None
) -> Parted:
    """The article in the paragraphs of a page; `title` and `byline` where something surer than the text gives them.

    `titled`: whether the first paragraph may be taken as the headline where none is given.
    """
    kinds = _kinds(lines)
    kinds = _with_related(lines, kinds)
    end = _comments_begin(lines, kinds)
    dropped = [(kinds[n] or "comments", line) for n, line in enumerate(lines) if n >= end]
    page = [(line, kind) for line, kind in zip(lines[:end], kinds[:end], strict=True)]
    first, found = _find_title(page, title, titled)
    dropped = [("tagline", line) for line, _ in page[:first]] + dropped
    body: list[str] = []
    printed = published = url = None
    seen = 0
    copies = _repeats(page, found)
    in_head = True
    for n, (line, kind) in enumerate(page[first:], first):
        in_head = in_head and _in_head(body)
        if n in copies:
            seen += 1
            dropped += [("repeated title", line)] if seen > 1 else []
        elif kind:
            dropped.append((kind, line))
        elif in_head and (date := date_line(line)):
            published = published or date
        elif in_head and _ADDRESS.fullmatch(line):
            url = url or line.split()[0]
        elif in_head and (name := byline_of(line) or (byline if _names(line, byline) else None)):
            printed = printed or name
        else:
            body.append(_without_title(line, found, len(copies)))
    return Parted(found, printed, published, url, body, dropped)


def kind_of(line: str) -> str | None:
    """What kind of residue a paragraph is by its wording ("share", "caption" …), None for an article's words."""
    return _kinds([line])[0]


def _kinds(lines: Sequence[str]) -> list[str | None]:
    """The kind of each paragraph."""
    anchored, others, words, ends = _patterns()
    lowered = [line.lower() for line in lines]
    page = "\n".join(lowered)
    words = {word for word in words if word in page}
    kinds: list[str | None] = []
    for line, lower in zip(lines, lowered, strict=True):
        if len(line) > LONGEST:
            kinds.append(None)
        elif found := anchored.fullmatch(lower):
            kinds.append(found.lastgroup)
        elif (held := {word for word in words if word in lower}) or lower.endswith(ends):
            kinds.append(
                next((o.kind for o in others if o.may_match(lower, held) and o.fullmatch(line)), None)
            )
        else:
            kinds.append(None)
    return kinds


def _is_sentence(line: str) -> bool:
    """Whether a line ends as sentences do."""
    return line.rstrip(_CLOSING).endswith(_ENDS)


def same(line: str, title: str) -> bool:
    """Whether a line is the headline again, whatever its letter case and punctuation."""
    return abs(len(line) - len(title)) <= 12 and fold(line) == fold(title)


def _repeats(page: list[tuple[str, str | None]], title: str | None) -> set[int]:
    """Which lines are the headline."""
    return {n for n, (line, _) in enumerate(page) if title and same(line, title)}


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Letters and digits alone, for comparing."""
    return _NO_WORD.sub("", text).casefold()


@dataclass(frozen=True, slots=True)
class Loose:
    """A pattern that may start anyhow, with what a line must hold or end with before it is tried."""

    kind: str
    fullmatch: Callable[[str], re.Match[str] | None]
    needs: frozenset[str]
    ends: tuple[str, ...]

    def may_match(self, lower: str, held: set[str]) -> bool:
        return not self.needs.isdisjoint(held) or lower.endswith(self.ends)


@cache
def _patterns() -> tuple[re.Pattern[str], list[Loose], set[str], tuple[str, ...]]:
    """All patterns that start with given words as one, each kind a group; the others; all their `needs` and `ends`."""
    rows = tomllib.loads((Path(__file__).parent / "residue.toml").read_text(encoding="utf-8"))["residue"]
    groups: dict[str, list[str]] = {}
    others = []
    for row in rows:
        needs, ends = frozenset(row.get("needs", ())), tuple(row.get("ends", ()))
        if needs or ends:
            matches = re.compile(row["pattern"], re.IGNORECASE).fullmatch
            others.append(Loose(row["kind"], matches, needs, ends))
        else:
            groups.setdefault(row["kind"], []).append(row["pattern"])
    anchored = "|".join(f"(?P<{kind}>{'|'.join(patterns)})" for kind, patterns in groups.items())
    needed = {word for other in others for word in other.needs}
    return re.compile(anchored), others, needed, tuple(word for other in others for word in other.ends)


def _with_related(lines: Sequence[str], kinds: list[str | None]) -> list[str | None]:
    """The kinds, with the headlines that end the page under a heading such as "More on this story"."""
    heading = next((n for n, kind in enumerate(kinds) if kind == "related" and n > len(kinds) / 2), None)
    if heading is None or any(
        len(line) > TITLE_LENGTH or _is_sentence(line)
        for line, kind in zip(lines[heading:], kinds[heading:], strict=True)
        if not kind
    ):
        return kinds
    return kinds[:heading] + [kind or "related" for kind in kinds[heading:]]


def _comments_begin(lines: Sequence[str], kinds: Sequence[str | None]) -> int:
    """Where the readers' part of the page begins: at its heading, once a good part of the article has gone by."""
    total = sum(map(len, lines))
    before = 0
    for n, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind == "comments" and before >= max(100, 0.3 * total):
            return n
        before += len(line)
    return len(lines)


def _find_title(
    page: list[tuple[str, str | None]], title: str | None, titled: bool
) -> tuple[int, str | None]:
    """(where the article begins, its headline).

    What is given stands. A short line that comes twice, at once or with the first paragraph running on from it, is
    the headline, and what stands before it the site's name or slogan. Else it is the first line, if it reads so.
    """
    candidates = [
        (n, line) for n, (line, kind) in enumerate(page[:HEAD]) if not kind and len(line) <= TITLE_LENGTH
    ]
    if title:
        at = next((n for n, line in candidates if same(line, title)), 0)
        return (at if _all_slogans(page[:at]) else 0), title
    if not titled:
        return 0, None
    for n, line in candidates:
        following = [other for other, _ in page[n + 1 : n + 3]]
        runs_on = any(other.startswith(line) and len(other) > len(line) + 40 for other in following)
        if (
            (n == 0 or runs_on or line in following[:1])
            and len(_repeats(page, line)) > 1
            and len(line.split()) > 2
            and _all_slogans(page[:n])
        ):
            return n, line
    if len(page) < 2:
        return 0, None
    n, line = next(
        ((n, line) for n, line in candidates if not date_line(line) and not byline_of(line)), (0, "")
    )
    if not all(kind or date_line(x) or byline_of(x) for x, kind in page[:n]):
        return 0, None
    is_sentence = len(line) > LONGEST_SENTENCE_TITLE and _is_sentence(line)
    return 0, (None if is_sentence else line or None)


def _all_slogans(lines: list[tuple[str, str | None]]) -> bool:
    """Whether lines before a headline are such as a page has there: short, and no sentences."""
    return len(lines) <= 4 and all(kind or (len(x) <= 80 and not _is_sentence(x)) for x, kind in lines)


def _in_head(body: list[str]) -> bool:
    """Whether no sentence of the article has come yet, so that a date or a name is one of the article's own."""
    return len(body) < HEAD and not any(len(line) > TITLE_LENGTH or _is_sentence(line) for line in body)


def _names(line: str, byline: str | None) -> bool:
    """Whether a line names the author whom the page names: "By Ann Lee @annlee Court reporter"."""
    author = fold(re.split(r"[;,&|]| and ", byline or "")[0])
    opening = fold(line.removeprefix("By ").removeprefix("by "))
    return len(author) > 4 and opening.startswith(author) and len(line) <= 100 and not _is_sentence(line)


def _without_title(line: str, title: str | None, copies: int) -> str:
    """The line, without the headline where that ran into it: "Will the port reopen? The port …"."""
    if not title or not line.startswith(title) or len(title.split()) < 4:
        return line
    rest = line[len(title) :].lstrip(" :|–—-")
    runs_in = (
        line[len(title) : len(title) + 1] in " \u00a0:|"
        and rest[:1]
        and (rest[0].isupper() or rest[0] in "“\"'‘«")
    )
    sure = title[-1] in "?!." or (copies > 1 and not rest[:1].isdigit())
    return rest if runs_in and sure and len(rest) > 40 else line
