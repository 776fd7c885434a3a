"""Characters to paragraphs: what every text goes through before an offset or a hash is taken from it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from pipeline.lexicon.word_sets import words_of

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

_LINE_ENDS = ("\r\n", *"\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
# What cannot be seen: control characters; soft hyphens and zero-width spaces; marks that turn the direction of
# writing; lone surrogates; code points that are no characters. The joiners U+200C and U+200D stay: emoji and
# Persian need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffc\ufffe\uffff\ud800-\udfff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
    + "\U000e0000-\U000e0fff]"
)
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\)|[@-Z\\-_])")
# All but ASCII, quotation marks, dashes and the like: mojibake always has some such letter ("donâ€™t" has â).
_SUSPECT = re.compile(
    r"[^\x00-\x7f“”‘’–—…•£€\xa0]|&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});"
)
# What ftfy mends beside mojibake: entities, ligatures, halves of characters, what cannot be seen.
_MENDED = (
    "&\x00-\x08\x0b-\x1f\x7f-\x9f\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\u2028\u2029\u206a-\u206f\ufeff"
    "\ufb00-\ufb06\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff"
)
_ODD = re.compile(f"[{_MENDED}]")
# Any of these, or a character in the wrong encoding: two or more that are not ASCII, of which the second may have been
# a no-break space ("voilÃ  ") or be lost. Begins with a single class, since such are searched for ten times as fast.
_TROUBLE = re.compile(f"[^\t\n -%'-~“”‘’–—…•£€\xa0](?:(?<=[{_MENDED}])| ?[^\x00-\x7f]|(?<=[ÂÃÅÎÐÙ])[ ?])")
_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_END = re.compile(r"""[.!?:…。！？][\"'”’»)\]*_]*$""")
_HYPHEN = re.compile(r"([^\W\d_]{2,})[-‐]$")
WRAP_WIDTH = 130  # no line of a hard-wrapped file is longer
ROUNDS = 5


def clean_characters(text: str) -> str:
    """Text with its characters mended: mojibake undone, NFC, LF, without what cannot be seen. Idempotent."""
    # What cannot be seen may part the bytes of one more mojibake, which a second round then finds.
    for _ in range(ROUNDS):
        cleaned = _clean_once(text)
        if cleaned == text:
            break
        text = cleaned
    return text


def _clean_once(text: str) -> str:
    plain = _is_plain(text)
    if not plain:
        for end in _LINE_ENDS:
            text = text.replace(end, "\n")
    if _TROUBLE.search(text):
        text, plain = _mend(text), False
    if not plain:
        text = _UNSEEN.sub("", _ESCAPES.sub("", text.replace("\xa0", " ")))
    return unicodedata.normalize("NFC", text)


def _is_plain(text: str) -> bool:
    """Whether a text holds no control character, nor any white space but spaces and line feeds."""
    return text.replace("\n", "").isprintable()


def clean_line(text: str | None) -> str | None:
    """A metadata value as one clean line, or None."""
    return (" ".join(clean_characters(text[:4000]).split()) or None) if text else None


def paragraphs(text: str, wrapped: bool = True) -> list[str]:
    """The paragraphs of cleaned text, each one line.

    Blank lines part paragraphs. A single line end is a wrap where the whole text is wrapped to a width, or
    where the sentence plainly runs on; else it ends a paragraph too.
    """
    spaced = str.strip if _is_plain(text) and "  " not in text else _spaced
    blocks = [[s for line in block.split("\n") if (s := spaced(line))] for block in _BLANK.split(text)]
    width = wrap_width(blocks) if wrapped else 0
    words = _hyphenated(text) if width else frozenset()
    return [p for block in blocks for p in _join(block, width, words)]


def _spaced(line: str) -> str:
    """The line with one space between words and none around it."""
    return " ".join(line.split())


def wrap_width(blocks: list[list[str]]) -> int:
    """The width that a text was wrapped to, 0 where its line ends are not wraps.

    A line end is a wrap where the next word would not have fitted: four in five must be such, and few of them
    the end of a sentence, for the whole to be wrapped.
    """
    inner = [(a, b) for block in blocks for a, b in zip(block, block[1:], strict=False)]
    width = max((len(line) for block in blocks for line in block), default=0)
    if len(inner) < 2 or width > WRAP_WIDTH or width < 30:
        return 0
    wraps = sum(_is_full(a, b, width) for a, b in inner)
    ends = sum(bool(_END.search(a)) for a, _ in inner)  # a sentence a line: each line is a paragraph
    return width if wraps >= 0.8 * len(inner) and ends <= 0.6 * len(inner) else 0


def _is_full(line: str, following: str, width: int) -> bool:
    """Whether the first word of the next line had no room on this one (ragged files leave a little more)."""
    word = following.partition(" ")[0]
    return len(line) + 1 + len(word) > width - 4 or (line.endswith("-") and len(line) > width - 12)


def _join(lines: list[str], width: int, words: frozenset[str]) -> list[str]:
    if len(lines) < 2:
        return lines
    joined: list[list[str]] = []
    full = False  # whether the line before was cut off at its end
    for n, line in enumerate(lines):
        if n and (full or _runs_on(lines[n - 1], line)):
            joined[-1][-1], glue = _loose_end(joined[-1][-1], line, words if full else frozenset())
            joined[-1] += [glue, line]
        else:
            joined.append([line])
        full = bool(width) and n + 1 < len(lines) and _is_full(line, lines[n + 1], width)
    return ["".join(parts) for parts in joined]


def _runs_on(line: str, following: str) -> bool:
    """Whether no sentence ends here and none begins there: "… to empower residents to / take part"."""
    return line[-1] in ",;" or (following[0].islower() and not _END.search(line))


def _loose_end(line: str, following: str, words: frozenset[str]) -> tuple[str, str]:
    """(line as it goes on, what comes between it and the next).

    A word parted at its syllables ("govern-/ment") becomes whole again; a compound ("long-/term") keeps its hyphen.
    """
    parted = _HYPHEN.search(line) if line[-1] in "-‐" and following[0].islower() else None
    if not parted:
        return line, " "
    first, rest = parted.group(1).lower(), re.split(r"[\W\d_]", following, maxsplit=1)[0].lower()
    if first in words_of("first_of_compound") or f"{first}-{rest}" in words:
        return line, ""
    return line[:-1], ""


def _hyphenated(text: str) -> frozenset[str]:
    """Compounds that the text writes with a hyphen inside a line: "cease-fire" then stays so at a line end."""
    return frozenset(m.lower() for m in re.findall(r"[^\W\d_]+-[^\W\d_]+", text))


def _mend(text: str) -> str:
    """Mojibake and entities undone line by line, so that one odd line cannot spoil the rest."""
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if _SUSPECT.search(line):
            lines[n] = _mend_line(line)
    return "\n".join(lines)


def _mend_line(line: str) -> str:
    """ftfy, with quotation marks and the width of characters left as they are."""
    from ftfy import fix_text
    from ftfy.badness import is_bad

    if not (_ODD.search(line) or is_bad(line)):  # nothing for ftfy: "café"
        return line
    return fix_text(line, _ftfy_config()).replace("\n", " ")


@cache
def _ftfy_config() -> TextFixerConfig:
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        uncurl_quotes=False,
        fix_character_width=False,
        remove_terminal_escapes=False,
        normalization=None,
        explain=False,
    )
