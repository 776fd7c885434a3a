"""A saved page block by block: evidence for and against what the extraction of its article took and left."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.ingest.residue import fold

SHORTEST_RESTORED = 60  # characters; shorter paragraphs that were left out stay out
LONGEST_LINK = 250  # characters of a line that is nothing but a link
FEWEST_WORDS = 5  # likewise
LINK_TAGS = ("p", "li", "td", "dd")  # where a link alone may be a line
NOWHERE = (-1, "")
KNOWN_PART = 40  # letters by which a paragraph is known again
_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)\]]*$""")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph-like element: its text, the share of it inside links, and which blocks it stands among.

    The share is looked at where a link alone may be such an element, the place where it may be restored.
    """

    tag: str
    text: str
    linked: float
    place: tuple[int, str]

    @property
    def folded(self) -> str:
        """Its letters and digits alone."""
        return fold(self.text)


def remove_hidden(tree: Any) -> None:
    """Take out what a browser would not show: cards that open on a click, templates, forms' hidden texts."""
    for element in list(tree.iter("template", "noscript", "select", "button", "svg")):
        _drop(element)
    for element in tree.xpath("//*[@hidden or @style]"):
        if element.tag not in ("html", "body") and (
            "hidden" in element.attrib or _HIDDEN.search(element.get("style", ""))
        ):
            _drop(element)
    _remove_cards(tree)


def remove_scripts(tree: Any) -> None:
    """Take out scripts, styles and menus. JSON-LD stays: some pages have their article only there."""
    from lxml.etree import strip_elements

    for script in tree.xpath("//script[not(contains(@type, 'ld+json'))]"):
        script.drop_tree()
    strip_elements(tree, "link", "style", "nav", with_tail=False)


def remove_margins(tree: Any) -> None:
    """Take out what no extraction looks into, so that none passes over it time and again."""
    from lxml.etree import strip_elements

    strip_elements(tree, "aside", "footer", with_tail=False)


def _remove_cards(tree: Any) -> None:
    """Take out cards that open over a name: right after its link, they say the name again and link to more."""
    for link in tree.xpath("//a[following-sibling::*[1][self::span or self::div][count(.//a) > 1]]"):
        card, name = link.getnext(), fold(_text(link))
        if (
            card is not None
            and not (link.tail or "").strip()
            and len(name) > 3
            and fold(_text(card)).startswith(name)
        ):
            _drop(card)


def blocks_of(tree: Any) -> list[Block]:
    """The blocks of a page in its order."""
    found = []
    containers: dict[Any, int] = {}  # lxml's elements keep their identity only as long as somebody holds them
    for element in tree.iter(*LINK_TAGS, "figcaption"):
        text = _text(element)
        if text and len(text) < 5000:
            linked = _linked(element, text) if element.tag in LINK_TAGS else 0.0
            place = _place(element, containers) if _may_be_restored(element.tag, text) else NOWHERE
            found.append(Block(element.tag, text, linked, place))
    return found


def _may_be_restored(tag: str, text: str) -> bool:
    return tag == "p" and len(text) >= SHORTEST_RESTORED


def without_links(lines: Iterable[str], blocks: list[Block]) -> list[str]:
    """The lines that are not, on the page, nothing but a link or a caption."""
    links = {
        b.folded
        for b in blocks
        if b.linked > 0.9
        and len(b.text) <= LONGEST_LINK
        and b.tag in LINK_TAGS
        and _words(b.text) >= FEWEST_WORDS
    }
    links |= {b.folded for b in blocks if b.tag == "figcaption"}
    links -= {b.folded for b in blocks if b.tag in ("p", "li", "td") and b.linked < 0.5}
    return [line for line in lines if fold(line) not in links]


def share_taken(lines: list[str], blocks: list[Block]) -> float:
    """The share of a page's prose, in characters, that stands in the lines of an extraction; 1 where it has none."""
    whole = "".join(fold(line) for line in lines)
    prose = [
        b for b in blocks if b.tag in ("p", "li") and len(b.text) >= SHORTEST_RESTORED and b.linked < 0.3
    ]
    taken = sum(len(b.text) for b in prose if _is_known(b.folded, whole))
    return taken / total if (total := sum(len(b.text) for b in prose)) else 1.0


def restored(lines: list[str], blocks: list[Block]) -> list[str]:
    """Lines with the paragraphs that stand among them on the page but were left out by the extraction.

    Paragraphs belong together that have one parent, or like parents in one container: an article that the page
    cuts into chunks, with advertisements between them.
    """
    folded = [fold(line) for line in lines]
    at = {f: n for n, f in enumerate(folded)}
    whole = "".join(folded)
    groups: dict[tuple[int, str], list[Block]] = defaultdict(list)
    for block in blocks:
        if _may_be_restored(block.tag, block.text):
            groups[block.place].append(block)
    after: dict[int, list[str]] = defaultdict(list)
    for group in groups.values():
        known = [_is_known(block.folded, whole) for block in group]
        if sum(known) < 3 or all(known):
            continue
        last = -1
        for block, is_known in zip(group, known, strict=True):
            if is_known:
                last = at.get(block.folded, last)
            elif block.linked < 0.3 and _SENTENCE_END.search(block.text):
                after[last].append(block.text)
    return [*after[-1], *(x for n, line in enumerate(lines) for x in (line, *after[n]))]


def _is_known(folded: str, whole: str) -> bool:
    """Whether a block was extracted, or its beginning or end was: the rest may have been left out for a reason."""
    return folded in whole or folded[:KNOWN_PART] in whole or folded[-KNOWN_PART:] in whole


def _place(element: Any, containers: dict[Any, int]) -> tuple[int, str]:
    """Which container a block is in, three levels up, and by which way: the tags and classes between them."""
    way = []
    for _ in range(3):
        above = element.getparent()
        if above is None or above.tag in ("body", "html"):
            break
        element = above
        way.append(f"{element.tag}.{element.get('class') or ''}")
    return containers.setdefault(element, len(containers)), ">".join(way[:2])


def _linked(element: Any, text: str) -> float:
    """The share of an element's text that is inside links; of a few words, as menus have them, whether any is."""
    links = list(element.iter("a"))
    if not links or _words(text) < FEWEST_WORDS:
        return float(bool(links))
    return sum(len(_text(a)) for a in links) / len(text)


def _words(text: str) -> int:
    return text.count(" ") + 1


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def _drop(element: Any) -> None:
    """Take out an element, but not the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    tail = (element.tail or "") if element.tag == "span" else f" {element.tail or ''}"
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)
