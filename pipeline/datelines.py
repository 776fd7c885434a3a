"""Datelines, which say where and by whom an article was written and state nothing: "PORT ORLA, Vik Islands (OP) — "."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from pipeline.lexicon import read_lexicon

SHOUTED = r"(?:[^\W\d_a-z][ .'’-]{0,2}){5,30}"
TITLED = r"[^\W\d_a-z][\w .'’-]{2,30}"
FURTHER = r"(?:, [^\n(—–]{2,40})?"  # the state, country or day behind a town
BRACKETS = r"(?: \([^\n)]{2,20}\))?"
DASH = r" ?(?:—|–|--|-) "


class Dateline(NamedTuple):
    """Character offsets: of a dateline [start, end) with its dash, and of its places [start, place_end)."""

    start: int
    place_end: int
    end: int


def find_datelines(text: str) -> list[Dateline]:
    """The datelines at the heads of paragraphs, in order: places in capitals, or before a known agency in brackets."""
    return [Dateline(match.start(), match.end(1), match.end()) for match in _dateline().finditer(text)]


@cache
def _dateline() -> re.Pattern[str]:
    agencies = [re.escape(row["word"]) for row in read_lexicon("name_words") if row["set"] == "agency"]
    places = rf"{SHOUTED}{FURTHER}|{TITLED}{FURTHER}(?= \((?:{'|'.join(agencies)})\))"
    return re.compile(rf"^({places}){BRACKETS}{DASH}", re.MULTILINE)
