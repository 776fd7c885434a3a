"""HTML that is an article's text and no page: in cells of exports, feeds and books."""

from __future__ import annotations

import re
from typing import Any

BLOCKS = frozenset(
    (
        "p div br li h1 h2 h3 h4 h5 h6 blockquote tr table ul ol section article header footer figure figcaption "
        "hr dd dt pre"
    ).split()
)
SILENT = frozenset(("script", "style", "template", "noscript", "svg", "head", "iframe", "form", "figcaption"))
_TAG = re.compile(r"</?(?:p|br|div|li|h[1-6]|blockquote|span|a|strong|em|b|i)\b[^<>]{0,500}>", re.IGNORECASE)


def looks_like_markup(text: str) -> bool:
    """Whether a text is HTML: two tags or more that HTML uses in articles."""
    found = _TAG.finditer(text[:20_000])
    return next(found, None) is not None and next(found, None) is not None


def markup_text(html: str) -> str:
    """The text of a piece of HTML, its blocks parted by blank lines; nothing is judged or left out but scripts."""
    from lxml.etree import LxmlError
    from lxml.html import document_fromstring

    try:
        tree = document_fromstring(f"<html><body>{html}</body></html>")
    except (LxmlError, ValueError) as error:
        raise ValueError(f"holds markup that cannot be read: {error!r:.100}") from error
    return tree_text(tree)


def tree_text(tree: Any) -> str:
    """The text of an element and all below it, in one pass without recursion."""
    parts: list[str] = []
    silent = 0
    from lxml.etree import iterwalk

    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        name = element.tag if isinstance(element.tag, str) else ""
        name = name.rpartition("}")[2].lower()
        if event == "start":
            silent += name in SILENT
            if name in BLOCKS:
                parts.append("\n\n")
            if element.text and not silent:
                parts.append(_flat(element.text))
        else:
            if event == "end":
                silent -= name in SILENT
                if name in BLOCKS:
                    parts.append("\n\n")
            if element.tail and not silent:
                parts.append(_flat(element.tail))
    return re.sub(r"[ \t]*\n\s*\n\s*", "\n\n", "".join(parts)).strip()


def _flat(text: str) -> str:
    """Line ends inside HTML text are spaces."""
    return re.sub(r"\s+", " ", text)
