"""Dates, periods and sums of money, made as long as they are: "four years" and "£1.9m", not "four", "since" and "1.9m".

A reader often marks the number or the preposition alone. What holds neither a word of time nor digits is no value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from spacy.tokens import Doc, Token

from pipeline.lexicon import read_lexicon

Span = tuple[int, int, str]
"""Start and end in tokens, label."""

VALUES = frozenset({"DATE", "MONEY"})
YEAR = re.compile(r"(?:1\d|20)\d\d(?:s|[-–/]\d\d(?:\d\d)?)?|['’‘]?\d0s")
WRITTEN = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
DAY_OF_MONTH = re.compile(r"(?:[0-2]?\d|3[01])(?:st|nd|rd|th)?")
AMOUNT = re.compile(r"(?:[A-Z]{3})?\d[\d.,–-]*(?:[km]|mn|bn|tn)?", re.IGNORECASE)  # "SEK9", "15–25", "1.9m"
SIGN = re.compile(r"[A-Z]{0,3}[$£€¥₹₽₩₺₴₿]")
CODED = re.compile(r"[A-Z]{3}\d")  # "SEK9"
LAST_SIGN = 12  # tokens before a sum, in which another has the sign
DAYS = frozenset({"day", "season", "feast"})
# kinds of words that tell when by themselves; a bare "year" or "five" does not
TELLING = DAYS | {"month", "year"}
# what a word of one kind may be followed by
FOLLOWING = {
    "number": DAYS | {"number", "unit"},
    "which": TELLING | {"number", "unit"},
    "month": frozenset({"year"}),
    "season": frozenset({"year"}),
    "day": frozenset({"day", "ago"}),
    "feast": frozenset({"eve", "unit"}),
    "unit": frozenset({"ago"}),
    "sign": frozenset({"amount"}),
    "amount": frozenset({"scale", "currency"}),
    "scale": frozenset({"scale", "currency"}),
}


def whole_values(doc: Doc, spans: Sequence[Span]) -> list[Span]:
    """The spans in order, those of dates and sums as they should be or left out; no two overlap."""
    taken = {i for start, end, label in spans if label not in VALUES for i in range(start, end)}
    found = [span for span in spans if span[2] not in VALUES]
    grown = [(*_whole(doc, start, end, label), label) for start, end, label in spans if label in VALUES]
    for start, end, label in sorted(grown, key=lambda span: (span[0] - span[1], span[0])):
        if start < end and taken.isdisjoint(range(start, end)):
            found.append((start, end, label))
            taken.update(range(start, end))
    return sorted(found)


def _whole(doc: Doc, start: int, end: int, label: str) -> tuple[int, int]:
    """What a span should be; an empty one where it is no value."""
    kind = _kind_of_time if label == "DATE" else _kind_of_sum
    while start < end and not kind(doc[start]):
        start += 1
    end = next((i for i in range(start, end) if doc[i].is_space), end)
    while start < end and not kind(doc[end - 1]):
        end -= 1
    if start == end:
        return start, end
    while start and _goes_with(doc, start - 1, label):
        start -= 1
    while end < len(doc) and _goes_with(doc, end - 1, label):
        end += 1
    if label == "DATE":
        end = _with_year(doc, start, _bounded(doc, end))
    kinds = [kind(doc[i]) for i in range(start, end)]
    enough = _says_enough(kinds) and (label != "MONEY" or _is_of_money(doc, start, end))
    return (start, end) if enough else (end, end)


def _goes_with(doc: Doc, i: int, label: str) -> bool:
    """Whether a token and the one after it are parts of one value."""
    token, after = doc[i], doc[i + 1]
    if token.whitespace_ not in ("", " ") or token.is_space or after.is_space:
        return False
    if label == "MONEY":
        return _kind_of_sum(after) in FOLLOWING.get(_kind_of_sum(token), ())
    if not token.whitespace_:
        return False
    one, other = _kind_of_time(token), _kind_of_time(after)
    if {one, other} == {"month", "number"}:
        return bool(DAY_OF_MONTH.fullmatch((token if one == "number" else after).text))
    return other in FOLLOWING.get(one, ())


def _bounded(doc: Doc, end: int) -> int:
    """The end with what an end or a beginning is of: "end [of the season]"."""
    if _kind_of_time(doc[end - 1]) != "bound" or end + 1 >= len(doc) or doc[end].lower_ != "of":
        return end
    i = end + 1
    while i + 1 < len(doc) and (doc[i].lower_ == "the" or _kind_of_time(doc[i]) == "which"):
        i += 1
    return i + 1 if _kind_of_time(doc[i]) in TELLING | {"unit"} else end


def _with_year(doc: Doc, start: int, end: int) -> int:
    """The end with the year behind a comma: "July 30[, 2028]"."""
    if end - start < 2 or end + 1 >= len(doc) or doc[end].text != ",":
        return end
    day_of_month = {_kind_of_time(doc[i]) for i in (end - 2, end - 1)} == {"month", "number"}
    return end + 2 if day_of_month and _kind_of_time(doc[end + 1]) == "year" else end


def _says_enough(kinds: Sequence[str]) -> bool:
    if not TELLING.isdisjoint(kinds) or "amount" in kinds:
        return True
    return "unit" in kinds and not {"number", "which", "bound"}.isdisjoint(kinds)


def _is_of_money(doc: Doc, start: int, end: int) -> bool:
    """Whether a sum or one shortly before it has a sign or a currency: "from $2 million to 3 million"."""
    return any(
        _kind_of_sum(token) in ("sign", "currency") or CODED.match(token.text)
        for token in doc[max(0, start - LAST_SIGN) : end]
    )


def _kind_of_time(token: Token) -> str:
    """What a word says of time, "" for nothing."""
    text = token.text
    if YEAR.fullmatch(text) or WRITTEN.fullmatch(text):
        after = token.doc[token.i + 1].text if token.i + 1 < len(token.doc) else ""
        return "" if _kinds().get(after) == "clock" else "year"  # "1500 UTC"
    known = _kinds().get(text.rstrip("."), "") or _kinds().get(token.lower_, "")
    if known in ("", "scale", "currency", "clock"):
        return "number" if token.like_num else ""
    return known


def _kind_of_sum(token: Token) -> str:
    """What a word is in a sum of money, "" for nothing."""
    if SIGN.fullmatch(token.text):
        return "sign"
    known = _kinds().get(token.text, "") or _kinds().get(token.lower_, "")
    if known in ("scale", "currency"):
        return known
    return "amount" if AMOUNT.fullmatch(token.text) or token.like_num else ""


@cache
def _kinds() -> dict[str, str]:
    return {row["word"]: row["kind"] for row in read_lexicon("values")}
