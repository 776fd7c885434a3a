"""Text files that hold many articles in the layout of a news database: LexisNexis and Factiva."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.ingest.draft import Draft
from pipeline.ingest.metadata import byline_of, clean_byline, parse_date

LOOKED_AT = 20_000  # characters at the head of a file by which its layout is known
HEAD_LINES = 60  # that name, date, headline and fields may take up

# LexisNexis: "1 of 20 DOCUMENTS", name and date in the middle of the line, headline, fields, text, fields.
_NEXIS = re.compile(r"^[ \t]*\d+ of \d+ DOCUMENTS?[ \t]*$", re.MULTILINE)
_NEXIS_FIELD = re.compile(r"^([A-Z][A-Z -]{2,24}):[ \t]*(.*)$")
_NEXIS_HEAD = (
    "BYLINE",
    "SECTION",
    "LENGTH",
    "DATELINE",
    "HIGHLIGHT",
    "EDITION",
    "DISTRIBUTION",
    "SERIES",
    "COLUMN",
)
_NEXIS_TAIL = (
    "LOAD-DATE", "LANGUAGE", "GRAPHIC", "PUBLICATION-TYPE", "SUBJECT", "URL", "DOCUMENT-TYPE", "JOURNAL-CODE",
)  # fmt: skip

# Nexis Uni: headline, name and date in lines of their own, fields, "Body", the text, fields, "End of Document".
_UNI_END = re.compile(r"^[ \t]*End of Document[ \t]*$", re.MULTILINE)
_UNI_BODY = re.compile(r"^[ \t]*Body[ \t]*$", re.MULTILINE)
_UNI_PAGE = re.compile(r"Page \d+ of \d+")
_UNI_TAIL = re.compile(
    r"^[ \t]*(?:Load-Date: .*|Classification|Notes|Graphic|(?:Language|Publication-Type|Subject): .*)$",
    re.MULTILINE,
)

# Factiva: every article ends in "Document" and its number; two-letter codes alone on their lines, or none.
_FACTIVA = re.compile(r"^Document ([A-Z][A-Z0-9]{3,}\d{8}[a-z0-9]{6,})[ \t]*$", re.MULTILINE)
_FACTIVA_CODE = re.compile(
    r"^[ \t]*(SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|CT|RF|CO|IN|NS|RE|IPC|IPD|PUB|AN)\b[ \t]*(.*)$"
)
_WORDS = re.compile(r"^[\d,.]+ words$")


def export_articles(text: str) -> Iterator[Draft] | None:
    """The articles of a database export, None where a text is not laid out as one."""
    if "DOCUMENT" in text[:LOOKED_AT] and _NEXIS.search(text[:LOOKED_AT]):
        pieces = _NEXIS.split(text)[1:]
        return (_nexis(piece, n) for n, piece in enumerate(pieces, 1) if piece.strip())
    if "End of Document" in text and _UNI_END.search(text) and _UNI_BODY.search(text[:LOOKED_AT]):
        pieces = [piece for piece in _UNI_END.split(text) if _UNI_BODY.search(piece)]
        return (_nexis_uni(piece, n) for n, piece in enumerate(pieces, 1))
    if "Document " in text and _FACTIVA.search(text):
        parts = _FACTIVA.split(text)
        return (_factiva(piece, own, n) for n, (piece, own) in enumerate(zip(parts[::2], parts[1::2]), 1))
    return None


def _nexis(piece: str, number: int) -> Draft:
    lines = piece.strip("\n").splitlines()
    found = {n: m for n, line in enumerate(lines) if (m := _NEXIS_FIELD.match(line.strip()))}
    heads = [n for n, m in found.items() if m[1] in _NEXIS_HEAD and n < HEAD_LINES]
    start = heads[-1] if heads else -1
    for n in heads:  # LENGTH comes last, but for a dateline or a summary right under it
        if found[n][1] == "LENGTH" or (n > start and not any(line.strip() for line in lines[start + 1 : n])):
            start = n
    end = next((n for n, m in found.items() if n > start and m[1] in _NEXIS_TAIL), len(lines))
    above = "\n".join(lines[: min(heads, default=0)]).split("\n\n")
    blocks = [" ".join(block.split()) for block in above if block.strip()]
    dated = next((n for n, block in enumerate(blocks) if parse_date(block)[0]), None)
    fields = {m[1]: m[2] for m in found.values()}
    return Draft(
        text="\n".join(lines[start + 1 : end]),
        title=" ".join(blocks[dated + 1 :] if dated is not None else blocks[-1:]) or None,
        byline=clean_byline(fields.get("BYLINE")),
        source=blocks[0] if dated else None,
        published=blocks[dated] if dated is not None else None,
        number=number,
        titled=False,
    )


def _nexis_uni(piece: str, number: int) -> Draft:
    head, _, rest = piece.partition(found[0]) if (found := _UNI_BODY.search(piece)) else (piece, "", "")
    lines = [line for text in head.splitlines() if (line := text.strip()) and not _UNI_PAGE.fullmatch(line)]
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    dated = next((n for n, line in enumerate(lines) if n > 1 and parse_date(line)[0]), None)
    return Draft(
        text=_UNI_TAIL.split(rest, maxsplit=1)[0],
        title=lines[0] if lines else None,
        byline=clean_byline(fields.get("Byline")),
        source=lines[dated - 1] if dated is not None else None,
        published=lines[dated] if dated is not None else None,
        number=number,
        titled=False,
    )


def _factiva(piece: str, own: str, number: int) -> Draft:
    lines = piece.strip().splitlines()
    coded = [m for line in lines if (m := _FACTIVA_CODE.match(line)) and not m[2].islower()]
    if sum(m[1] in ("HD", "WC", "PD", "SN", "LP", "TD") for m in coded) >= 4:
        return _factiva_coded(lines, own, number)
    at = next((n for n, line in enumerate(lines) if _WORDS.match(line.strip())), 0)
    blocks = [block.split() for block in "\n".join(lines[:at]).split("\n\n")]
    head = [" ".join(block) for block in blocks if block]
    start = next(
        (n for n in range(at, len(lines)) if re.match(r"\(c\)|copyright|©", lines[n].strip(), re.IGNORECASE)),
        at,
    )
    below = [line.strip() for line in lines[at + 1 :] if line.strip()]
    byline = head.pop() if len(head) > 1 and byline_of(f"By {clean_byline(head[-1])}") else None
    return Draft(
        text="\n".join(lines[start + 1 :]),
        title=" ".join(head) or None,
        byline=clean_byline(byline),
        source=below[1] if len(below) > 1 else None,
        published=below[0] if below else None,
        row=own.lower(),
        number=number,
        titled=False,
    )


def _factiva_coded(lines: list[str], own: str, number: int) -> Draft:
    fields: dict[str, list[str]] = {}
    current = ""
    for line in lines:
        found = _FACTIVA_CODE.match(line)
        if found and (not found[2] or line.startswith(found[1] + " " * 2)):
            current = found[1]
            line = found[2]
        fields.setdefault(current, []).append(line.strip())
    one = {code: " ".join(" ".join(value).split()) or None for code, value in fields.items()}
    text = "\n\n".join("\n".join(fields[code]).strip() for code in ("LP", "TD") if code in fields)
    return Draft(
        text=text, title=one.get("HD"), byline=clean_byline(one.get("BY")), source=one.get("SN"),
        published=one.get("PD"), row=own.lower(), number=number, titled=False,
    )  # fmt: skip
