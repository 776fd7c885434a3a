"""Quotation marks: which stretches of a text stand inside them.

Marks pair by type and by the space around them, paragraph by paragraph. Apostrophes are told from single marks,
a mark that nothing closes runs to the end of its paragraph, and a paragraph that opens with a mark after such a
one is marked as its continuation. One pass over the marks, each pushed and popped at most once: linear time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from spacy.tokens import Doc

OUTSIDE, INSIDE, OPENING, CLOSING, IN_SINGLE = range(5)

# A blank line, or a line break after the end of a sentence (not one inside a hard-wrapped sentence).
PARAGRAPH_BREAK = re.compile(r"\n[^\S\n]*\n\s*|(?<=[.!?:…\"”’)])[^\S\n]{0,3}\n\s*")
MARK = re.compile(r"``|''|[\"＂“”„‟«»'‘’‚‛`‹›]")

# Style by opening mark. Marks of one family close each other: “so", „so“ and "so” all occur.
STYLE = {
    '"': "straight", "＂": "straight", "''": "tex", "``": "tex", "“": "curly", "”": "curly", "‟": "curly",
    "„": "low", "«": "guillemet", "»": "guillemet",
    "'": "single", "‘": "single", "’": "single", "‚": "single", "‛": "single", "`": "single",
    "‹": "single guillemet", "›": "single guillemet",
}  # fmt: skip
DOUBLE_STYLES = frozenset({"straight", "tex", "curly", "low", "guillemet"})
GUILLEMETS = frozenset("«»‹›")

BEFORE_OPENING = frozenset("([{<—–-/:=“‘„«‹\"'`*_")
AFTER_CLOSING = frozenset(")]}>.,;:!?…—–-/”’»›\"'*_")

# Words that begin with an apostrophe: 'Tis, get 'em, rock 'n' roll, the '90s, class of '68.
ELISION = re.compile(r"(?:tis|twas|em|till?|cause|bout|round|n|cos|course|neath|ere|\d\ds?)\b", re.IGNORECASE)
# Words that end with one, where a new word follows: the boys' toys, doin' fine.
APOSTROPHE_ENDS = re.compile(r"(?:[sSzZxX]|[iI][nN]|\b[nNoO])\Z")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch in quotation marks; `start` and `end` are character offsets and take in both marks.

    `inner_start` and `inner_end` leave the marks out. `depth` counts the quotations around it. `closed` is
    false where no mark closes it. `reopened` is true where it continues a quotation that the paragraph before
    left open.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    style: str
    depth: int
    closed: bool
    reopened: bool = False

    @property
    def double(self) -> bool:
        """Whether the marks are double ones (guillemets count)."""
        return self.style in DOUBLE_STYLES


@dataclass(slots=True)
class _Open:
    """A mark that still waits for its closing one."""

    start: int
    end: int
    mark: str
    weak: tuple[int, int] | None = None  # a mark that closes it or is a plural's apostrophe: 'the boys' toys'


@dataclass(slots=True)
class _Paragraph:
    """The paragraph being read: its bounds, the marks open at this point, the quotations found."""

    text: str
    start: int
    end: int
    stack: list[_Open] = field(default_factory=list)
    n_open: dict[str, int] = field(default_factory=lambda: {"quote": 0, "guillemet": 0, "single": 0})
    found: list[Quotation] = field(default_factory=list)


def find_quotations(text: str) -> list[Quotation]:
    """All quotations of `text`, sorted by start (outer before inner); offsets in characters of `text`."""
    found: list[Quotation] = []
    left_open: Quotation | None = None
    for start, end in paragraphs(text):
        here = _find_in_paragraph(text, start, end)
        if here and left_open and here[0].start == start and here[0].double == left_open.double:
            here[0] = replace(here[0], reopened=True)
        found += here
        left_open = next((q for q in here if not q.depth and not q.closed and q.end == end), None)
    return found


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every paragraph of `text`, outer white space left out.

    Paragraphs are parted by blank lines, or by a line break after final punctuation.
    """
    position = len(text) - len(text.lstrip())
    for gap in PARAGRAPH_BREAK.finditer(text, position):
        if gap.start() > position:
            yield position, position + len(text[position : gap.start()].rstrip())
        position = gap.end()
    last = text[position:].rstrip()
    if last:
        yield position, position + len(last)


def quote_states(doc: Doc) -> list[int]:
    """One state per token, by its first character.

    0 outside quotation marks, 1 inside double ones, 2 a double opening mark, 3 a double closing mark, 4 inside
    single ones that stand in no double ones (their marks too).
    """
    states = character_states(doc.text)
    return [states[token.idx] for token in doc]


def character_states(text: str) -> bytes:
    """The states of `quote_states`, one byte per character of `text` and one for its end."""
    steps = {True: np.zeros(len(text) + 2, np.int32), False: np.zeros(len(text) + 2, np.int32)}
    quotations = find_quotations(text)
    for q in quotations:
        steps[q.double][q.start] += 1
        steps[q.double][q.end] -= 1
    double, single = np.cumsum(steps[True]) > 0, np.cumsum(steps[False]) > 0
    states = np.where(double, INSIDE, np.where(single, IN_SINGLE, OUTSIDE)).astype(np.uint8)
    for q in quotations:
        if q.double:
            states[q.start : q.inner_start] = OPENING
            states[q.inner_end : q.end] = CLOSING
    return states[: len(text) + 1].tobytes()


def _find_in_paragraph(text: str, start: int, end: int) -> list[Quotation]:
    paragraph = _Paragraph(text, start, end)
    for match in MARK.finditer(text, start, end):
        if STYLE[match.group()] in DOUBLE_STYLES:
            _read_double(paragraph, match.start(), match.end())
        else:
            _read_single(paragraph, match.start(), match.end())
    while paragraph.stack:
        _drop_top(paragraph, end)
    return _with_depths(sorted(paragraph.found, key=lambda q: (q.start, -q.end)))


def _with_depths(quotations: list[Quotation]) -> list[Quotation]:
    """The same quotations, each with the number of those around it (they nest, so a stack of ends will do)."""
    ends: list[int] = []
    result = []
    for q in quotations:
        while ends and ends[-1] <= q.start:
            ends.pop()
        result.append(replace(q, depth=len(ends)) if ends else q)
        ends.append(q.end)
    return result


def _read_double(p: _Paragraph, i: int, j: int) -> None:
    mark, side = p.text[i:j], _side(p, i, j)
    family = _family(mark)
    waits = p.n_open[family] > 0
    if _closes(p, mark, side, waits):
        if waits:
            _close(p, family, i, j)
    else:
        _push(p, i, j, mark)


def _closes(p: _Paragraph, mark: str, side: str, waits: bool) -> bool:
    """Whether a double mark closes, by its shape, the space around it and what stands open."""
    opener = _innermost(p, _family(mark)) if waits else ""
    if mark in ("“", "‟", "``"):
        # “closed by the wrong mark,“ or „auf diese Art“
        return waits and (side == "close" or (opener == "„" and side != "open"))
    if mark == "„":
        return False
    if mark == "«":
        return opener == "»"
    if mark in ("”", "»"):
        return waits or side != "open"
    if waits:
        return side != "open"
    return side == "close"  # 5' 10" tall, or the end of a quotation whose beginning was lost


def _read_single(p: _Paragraph, i: int, j: int) -> None:
    mark, side = p.text[i:j], _side(p, i, j)
    top = p.stack[-1] if p.stack else None
    waits = top is not None and STYLE[top.mark].startswith("single")
    if mark == "‹" or (mark in "'‘‚‛`" and side == "open" and not ELISION.match(p.text, j, p.end)):
        if waits:  # the earlier one was an apostrophe, or its weak close was its close
            _drop_top(p, i)
        _push(p, i, j, mark)
    elif waits and side == "close" and top is not None and mark != "`" and mark not in "‚‛":
        if _may_be_apostrophe(p, i, j):
            top.weak = top.weak or (i, j)
        else:
            _finish(p, i, j)


def _may_be_apostrophe(p: _Paragraph, i: int, j: int) -> bool:
    after = p.text[j : min(j + 2, p.end)]
    return (
        len(after) == 2
        and after[0].isspace()
        and after[1].isalnum()
        and APOSTROPHE_ENDS.search(p.text[max(p.start, i - 2) : i]) is not None
    )


def _side(p: _Paragraph, i: int, j: int) -> str:
    """The side of a quotation on which the spacing puts the mark: "open", "close", or "" if it does not tell."""
    if j == p.end and i > p.start:  # "Nobody saw it. " at the very end, a space too many before the mark
        return "close"
    left = p.text[i - 1] if i > p.start else " "
    right = p.text[j] if j < p.end else " "
    opens = (left.isspace() or left in BEFORE_OPENING) and not right.isspace()
    closes = (right.isspace() or right in AFTER_CLOSING) and not left.isspace() and left != ":"
    return "" if opens == closes else "open" if opens else "close"


def _family(mark: str) -> str:
    if STYLE[mark].startswith("single"):
        return "single"
    return "guillemet" if mark in GUILLEMETS else "quote"


def _innermost(p: _Paragraph, family: str) -> str:
    return next((waiting.mark for waiting in reversed(p.stack) if _family(waiting.mark) == family), "")


def _push(p: _Paragraph, i: int, j: int, mark: str) -> None:
    p.stack.append(_Open(i, j, mark))
    p.n_open[_family(mark)] += 1


def _close(p: _Paragraph, family: str, i: int, j: int) -> None:
    """Closes the innermost open mark of `family`; what stands open inside it ends with it."""
    while _family(p.stack[-1].mark) != family:
        _drop_top(p, i)
    _finish(p, i, j)


def _finish(p: _Paragraph, i: int, j: int) -> None:
    top = p.stack.pop()
    p.n_open[_family(top.mark)] -= 1
    p.found.append(Quotation(top.start, j, top.end, i, STYLE[top.mark], 0, True))


def _drop_top(p: _Paragraph, end: int) -> None:
    """Ends the innermost open mark, which nothing closed, at `end`; a single one was most likely an apostrophe."""
    top = p.stack[-1]
    if top.weak:
        _finish(p, *top.weak)
        return
    p.stack.pop()
    p.n_open[_family(top.mark)] -= 1
    if _family(top.mark) != "single" or (top.start == p.start and end == p.end):
        p.found.append(Quotation(top.start, end, top.end, end, STYLE[top.mark], 0, False))
