"""Which column of a table is which: as the user names them."""

from __future__ import annotations

from pipeline.ingest.draft import FIELDS

NAMED = ("text", "id", *FIELDS)


def parse_columns(given: str | None) -> dict[str, str]:
    """The columns that a call names, by our names. ValueError where it cannot be understood.

    >>> parse_columns("text=body,title=headline")
    {'text': 'body', 'title': 'headline'}
    """
    columns: dict[str, str] = {}
    for pair in (given or "").split(","):
        ours, equals, theirs = (part.strip() for part in pair.partition("="))
        if not pair.strip():
            continue
        if not equals or not theirs or ours not in NAMED:
            raise ValueError(
                f"--columns {pair.strip()}: give pairs such as text=body; known are {', '.join(NAMED)}"
            )
        columns[ours] = theirs
    return columns
