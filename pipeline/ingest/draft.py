"""What a reader of one format hands on: an article as its file has it, before any cleaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIELDS = ("title", "byline", "source", "published", "url", "language")
"""The columns of `articles` that a file may state about its article."""
NAMED_BY = ("name", "@value", "rendered", "title")  # in JSON, in this order
DEEPEST = 4  # [{"name": [{"@value": "Ann Lee"}]}]; the anchors of YAML can nest a value in itself
MOST_NAMES = 50  # of a list


@dataclass(frozen=True, slots=True)
class Draft:
    """One article, uncleaned. `row` and `number` (from 1) tell the articles of one file apart."""

    text: str
    title: str | None = None
    byline: str | None = None
    source: str | None = None
    published: str | None = None
    url: str | None = None
    language: str | None = None
    row: str | None = None
    number: int | None = None
    member: str | None = None  # its file inside an archive
    wrapped: bool = True  # single line ends may be wraps of a paragraph; False where the format knows better
    titled: bool = True  # the first line may be the headline
    notes: tuple[str, ...] = ()  # what was guessed or dropped, for issues


@dataclass(frozen=True, slots=True)
class Problem:
    """One row or member of a file of several that could not be read."""

    reason: str
    number: int | None = None
    member: str | None = None
    severity: str = "error"


def text_of(value: object, depth: int = DEEPEST) -> str | None:
    """A metadata value as one line of text; lists of names joined by "; "; None where there is nothing.

    depth: how many lists and mappings may stand around a name.

    >>> text_of(["Ann Lee", {"name": "Bo Ek"}])
    'Ann Lee; Bo Ek'
    """
    if isinstance(value, Mapping | list | tuple) and not depth:
        return None
    if isinstance(value, Mapping):
        return text_of(next((v for key in NAMED_BY if (v := value.get(key))), None), depth - 1)
    if isinstance(value, list | tuple):
        names = (text_of(v, depth - 1) for v in value[:MOST_NAMES] if not isinstance(v, list | tuple))
        return "; ".join(dict.fromkeys(filter(None, names))) or None
    if value is None or isinstance(value, bool) or value != value:  # NaN is not itself
        return None
    return " ".join(str(value)[:2000].split()) or None
