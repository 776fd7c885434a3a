"""Dates and bylines as pages print them, turned into values."""

from __future__ import annotations

import re
from datetime import date, datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ANY_MONTH = _MONTH.replace("(jan", "(?:jan", 1)
_DAY_NAME = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_HALF = r"(?:([ap])\.?\s?m\b\.?)?"  # of the day; "10:35 PST" and "15:00 AEST" have none
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    rf"(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*{_HALF}\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?",
    re.I,
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z)?)?")
_DAY_FIRST = re.compile(rf"{_DAY_NAME}(\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(\d{{4}})", re.I)
_MONTH_FIRST = re.compile(rf"{_DAY_NAME}{_MONTH}\s+(\d\d?)(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.I)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d\d?)[/.](\d\d?)")
_NUMBERS = re.compile(r"(\d\d?)([/.-])(\d\d?)\2(\d{4})")
_TIME = re.compile(
    rf"(?:,|-|–|\||at|\s)*(\d\d?)[:.](\d\d)(?::(\d\d))?\s*{_HALF}\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.I,
)
_LABEL = (
    r"(?:(?:first |last )?(?:published|posted|updated|modified|created|date|publication date|date published)"
    r"(?: on| at)?\s*[:|]?\s+)?"
)
_DATE_LINE = re.compile(
    rf"{_LABEL}(?:{_DAY_FIRST.pattern}|{_MONTH_FIRST.pattern}|\d{{4}}-\d\d-\d\d)"
    r"(?:[,|·–—-]?\s*(?:at )?\d\d?[:.]\d\d(?::\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:\(?[A-Z]{1,4}T?\)?|[+-]\d\d:?\d\d)?)?\.?"
    r"(?:\s*[|,;·–—-]\s*(?:last )?(?:updated|modified|published|posted)\b.{0,40})?",
    re.I,
)
LABELLED_DATE = re.compile(
    r"(?:((?:last |first )?(?:updated|published|posted|modified))(?: on| at)?\s*[:|]?\s+)?"
    rf"((?:{_DAY_NAME}\d\d?(?:st|nd|rd|th)?\s+(?:of\s+)?{_ANY_MONTH},?\s+\d{{4}}"
    rf"|{_DAY_NAME}{_ANY_MONTH}\s+\d\d?(?:st|nd|rd|th)?,?\s+\d{{4}}"
    r"|\d{4}-\d\d-\d\d|\d\d?/\d\d?/\d{4})(?:[ ,|@at]{0,6}\d\d?:\d\d(?:\s*[ap]\.?m\b)?)?)",
    re.I,
)
"""Group 1: the label of a date, if it has one; group 2: the date."""
_NAME = r"[^\W\d_][\w.'’-]*"
_BYLINE = re.compile(
    rf"(?:(?:written|reported|words|text|story) )?by:?\s+({_NAME}(?:[ ,&;|/]+{_NAME}){{0,14}})", re.I
)
_EARLIEST = 1600


def parse_date(text: str | None) -> tuple[str | None, bool]:
    """(ISO 8601 date or time, whether the order of day and month was a guess); (None, False) where there is none.

    >>> parse_date("Friday, January 4, 2019")
    ('2019-01-04', False)
    >>> parse_date("03/04/2019")
    ('2019-03-04', True)
    """
    if not text:
        return None, False
    text = " ".join(text.split())[:120]
    if m := re.fullmatch(_COMPACT, text):
        return _iso(m[1], m[2], m[3], m[4], m[5], m[6], None, m[7]), False
    if m := _ISO.search(text):
        return _iso(*m.groups()), False
    if m := _DAY_FIRST.search(text):
        return _with_time(m[3], _number(m[2]), m[1], text[m.end() :]), False
    if m := _MONTH_FIRST.search(text):
        return _with_time(m[3], _number(m[1]), m[2], text[m.end() :]), False
    if m := _YEAR_FIRST.search(text):
        return _with_time(m[1], m[2], m[3], text[m.end() :]), False
    if m := _NUMBERS.search(text):
        return _of_numbers(int(m[1]), m[2], int(m[3]), m[4], text[m.end() :])
    return None, False


def date_line(line: str) -> str | None:
    """The ISO date of a line that is nothing but a date ("Published: 4 January 2019, 10:35 GMT"), else None."""
    return parse_date(line)[0] if len(line) <= 80 and _DATE_LINE.fullmatch(line) else None


def byline_of(line: str) -> str | None:
    """The name in a line that is nothing but a byline ("By Anna Berg and Carl Dahl"), else None."""
    found = _BYLINE.fullmatch(line.rstrip(".")) if len(line) <= 120 else None
    if not found:
        return None
    names = [
        w
        for w in re.split(r"[ ,&;|/]+", found[1])
        if w.lower() not in ("and", "for", "the", "of", "in", "de", "van", "von", "da", "al", "bin")
    ]
    return clean_byline(found[1]) if names and all(w[0].isupper() for w in names) else None


def clean_byline(text: str | None) -> str | None:
    """Names alone: without "By", and without addresses of people and pages."""
    text = " ".join((text or "").split())
    text = re.sub(r"(?i)^(?:(?:written |posted |reported )?by|author|from)\b[:\s]+", "", text)
    text = re.sub(r"\S*@\S*|https?://\S*", "", text).strip(" ,;|/-–·")
    return " ".join(text.split()) if len(text) <= 300 and any(map(str.isalpha, text)) else None


def _of_numbers(first: int, mark: str, second: int, year: str, rest: str) -> tuple[str | None, bool]:
    """31/12/2019 tells its order; 03/04/2019 does not: the month first, as in the US; with full stops the day."""
    if first > 12 or (mark == "." and second <= 12):
        return _with_time(year, second, first, rest), False
    return _with_time(year, first, second, rest), second <= 12 and first != second


def _with_time(year: object, month: object, day: object, rest: str) -> str | None:
    m = _TIME.match(rest)
    return _iso(year, month, day, m[1], m[2], m[3], m[4], m[5]) if m else _iso(year, month, day)


def _iso(
    year: object, month: object, day: object,
    hour: str | None = None, minute: str | None = None, second: str | None = None,
    half: str | None = None, zone: str | None = None,
) -> str | None:  # fmt: skip
    """An ISO date; with its time where there is one; None where there is no such day."""
    try:
        day_ = date(int(str(year)), int(str(month)), int(str(day)))
        if day_.year < _EARLIEST:
            return None
        if not hour or not minute:
            return day_.isoformat()
        h = int(hour) % 12 + (12 if half.lower() == "p" else 0) if half else int(hour)
        moment = datetime(day_.year, day_.month, day_.day, h, int(minute), int(second or 0))
    except ValueError:
        return None
    zone = (
        "Z"
        if zone and zone.upper() in ("Z", "UTC", "GMT")
        else f"{zone[:3]}:{zone[-2:]}"
        if zone and _zone_ok(zone)
        else ""
    )
    return moment.isoformat() + zone


def _zone_ok(zone: str) -> bool:
    return int(zone[1:3]) < 24 and int(zone[-2:]) < 60


def _number(month: str) -> int:
    return MONTHS.index(month[:3].lower()) + 1
