"""What a saved page says about its article, to readers and to machines: headline, names, dates.

The headline that readers see (the heading that agrees with what the page tells machines) is surer than the
page's title, which carries the site's name, and than the short headline meant for social media.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from pipeline.ingest.draft import text_of
from pipeline.ingest.metadata import LABELLED_DATE, clean_byline, date_line, parse_date
from pipeline.ingest.residue import fold

BROKEN_PAGE = (RecursionError, ValueError, TypeError, AttributeError, KeyError, IndexError)
"""What trafilatura and htmldate raise over some broken pages."""
ARTICLE_TYPES = ("article", "posting", "report", "blog", "webpage")
TITLE_METAS = (
    "og:title",
    "twitter:title",
    "dc.title",
    "headline",
    "citation_title",
    "parsely-title",
    "sailthru.title",
)
DATE_METAS = (
    "article:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "dc.date.issued", "dc.date",
    "pubdate", "publishdate", "publish-date", "publish_date", "citation_publication_date", "og:published_time", "date",
)  # fmt: skip
AUTHOR_METAS = (
    "author",
    "article:author",
    "dc.creator",
    "citation_author",
    "parsely-author",
    "sailthru.author",
    "byl",
)
SEPARATORS = re.compile(r"\s+[|–—·•»:-]+\s+|\s*[|»]\s*|\s+::\s+")
LONGEST_TITLE = 300
LONGEST_DECK = 250  # characters; a longer paragraph is the article's first
HEAD_LENGTH = 600  # characters that name, date and buttons under a headline may take
_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/\d+(?:[a-z]{2}_)?/(https?):/+")
_BYLINE_MARK = re.compile(r"byline|author", re.IGNORECASE)
_NAMES = re.compile(r"(?i:by|from|von|par|por)\s+((?:[^\W\d_][\w.'’-]+\s?){2,5})$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page tells machines (the first value of each name counts) and shows its readers."""

    metas: dict[str, str]
    ld: dict[str, str]  # of JSON-LD: headline, author, datePublished, publisher, …
    names: frozenset[str]  # folded names of the site
    title_tag: str
    headings: tuple[str, ...]
    shown: tuple[str, str | None]  # "updated" or "published", and the date under the headline


def facts_of(tree: Any) -> Facts:
    """Read a page, before anything is taken out of it."""
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if (content := element.get("content")) and content.strip():
            metas.setdefault(name.lower().strip(), " ".join(content.split())[:2000])
    ld = _linked_data(tree)
    title_tag = " ".join((tree.findtext(".//title") or "").split())
    names = {
        fold(n) for n in (metas.get("og:site_name"), metas.get("application-name"), ld.get("publisher")) if n
    }
    canonical = next((e.get("href") for e in tree.iter("link") if e.get("rel") == "canonical"), None)
    for address in (canonical, metas.get("og:url")):
        host = (_host(address) or "").removeprefix("www.")
        names |= {fold(host), *(fold(label) for label in host.split(".")[:-1] if len(label) > 3)}
    site = frozenset(names - {""})
    return Facts(metas, ld, site, title_tag, tuple(_headings(tree)), _shown_date(tree))


def found_on(tree: Any) -> Any:
    """What trafilatura finds in the head of a page, in JSON-LD and, of title and address, elsewhere: a `Document`.

    Step by step, since its `extract_metadata` looks for categories, tags and licences as well, for as long as for all
    the rest.
    """
    from trafilatura import metadata
    from trafilatura.settings import Document

    found: Any = _unless_broken(metadata.examine_meta, tree) or Document()
    if found.author and " " not in found.author:
        found.author = None
    _unless_broken(metadata.extract_meta_json, tree, found)
    found.title = found.title or _unless_broken(metadata.extract_title, tree)
    url = found.url or _unless_broken(metadata.extract_url, tree)
    found.url = _ARCHIVED.sub(r"\1://", url) if url else None
    found.sitename = found.sitename or _unless_broken(metadata.extract_sitename, tree)
    found.clean_and_trim()
    return found


def _unless_broken(find: Callable[..., Any], *args: Any, **settings: Any) -> Any:
    """What a library finds on a page, None where it breaks over it."""
    from lxml.etree import LxmlError

    try:
        return find(*args, **settings)
    except (LxmlError, *BROKEN_PAGE):
        return None


def source_of(facts: Facts, found: Any) -> str | None:
    """The name of the site, else its host; an account's name (@thewire) as a name."""
    if name := facts.metas.get("og:site_name"):
        return name
    name = (found.sitename or (_host(found.url) or "").removeprefix("www.")).lstrip("@")
    return (name.title() if name.islower() and "." not in name else name) or None


def title_of(facts: Facts, other: str | None) -> str | None:
    """The headline: the visible one that agrees with what machines are told, else that, without the site's name."""
    told = [
        facts.ld.get("headline"),
        *(facts.metas.get(name) for name in TITLE_METAS),
        facts.title_tag,
        other,
    ]
    known = [t for t in told if t]
    headings = [h for h in facts.headings if fold(h) not in facts.names]
    best = max(headings, key=lambda h: _agreement(h, known), default=None)
    if best and (_agreement(best, known) >= 0.5 or not known):
        return next((t for t in known if _ends_with(best, t)), best)
    return without_site(known[0] if known else None, facts)


def _ends_with(heading: str, title: str) -> bool:
    """Whether a heading names the section before the headline: "Local News | Port reopens"."""
    rest = heading[: -len(title)]
    return len(title) > 15 and heading.endswith(title) and bool(SEPARATORS.search(rest)) and len(rest) < 30


def without_site(title: str | None, facts: Facts) -> str | None:
    """A title without the site's name at its end or beginning: "Port reopens | Northern Wire"."""
    if not title:
        return None
    marks = list(SEPARATORS.finditer(title))
    for mark in reversed(marks):
        if fold(title[mark.end() :]) in facts.names:
            title = title[: mark.start()]
    if marks and fold(title[: marks[0].start()]) in facts.names:
        title = title[marks[0].end() :]
    return title.strip() or None


def byline_of_page(tree: Any, facts: Facts, other: str | None) -> str | None:
    """The authors: what trafilatura finds, spelt as the page spells it; else the line that begins with "By".

    `other`: whom it found without looking at what the page shows its readers.
    """
    from trafilatura.metadata import extract_author

    names = _names_told(facts)
    if other := other or _unless_broken(extract_author, tree):
        return next((n for n in names if fold(n) == fold(other)), other)
    return next(iter(names), None) or _visible_byline(tree)


def _names_told(facts: Facts) -> list[str]:
    """The authors whom a page names to machines, without those that are the site itself."""
    told = [facts.ld.get("author"), *(facts.metas.get(name) for name in AUTHOR_METAS)]
    names = (clean_byline(t) for t in told if t and "://" not in t)
    return [n for n in names if n and fold(n) not in facts.names]


def date_of_page(tree: Any, facts: Facts, url: str | None) -> tuple[str | None, str | None]:
    """(ISO date of publication, note): told to machines, else found by htmldate, else shown.

    Where all that the page shows its readers is the date of an update, the text is of that date, and so it counts.
    """
    other = _found_date(tree, url)
    told = (facts.ld.get("datePublished"), *(facts.metas.get(name) for name in DATE_METAS))
    published = next((p for t in told if t and (p := parse_date(t)[0])), None)
    if other and published and other[:10] != published[:10]:
        published = other  # in the time of the place, not of the server
    label, shown = facts.shown
    if shown and label == "updated":
        first = published or other
        note = f"published {first[:10]}, updated {shown[:10]}" if first and first[:10] != shown[:10] else None
        return shown, note
    if date := published or other or shown:
        return date, None
    first = next((d for text in tree.itertext() if (d := date_line(text.strip()))), None)
    return first, f"date guessed: {first}, the first that stands by itself on the page" if first else None


def _found_date(tree: Any, url: str | None) -> str | None:
    """The date that htmldate finds.

    Its search through a page's whole text guesses badly, and loads the months of two hundred languages, which takes as
    long as fifty pages do: only for pages in other languages than English.
    """
    from htmldate import find_date

    foreign = not (tree.get("lang") or "en").lower().startswith("en")
    found: str | None = _unless_broken(find_date, tree, url=url, original_date=True, extensive_search=foreign)
    return found


def _linked_data(tree: Any) -> dict[str, str]:
    """Headline, author and so on of the article in a page's JSON-LD; of news articles before other kinds."""
    objects: list[Mapping[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and (content := script.text):
            try:
                objects += _objects(json.loads(content, strict=False))
            except (ValueError, RecursionError):
                continue
    by_id = {str(o["@id"]): o for o in objects if "@id" in o and len(o) > 1}
    articles = [o for o in objects if any(t in _type(o) for t in ARTICLE_TYPES)]
    articles.sort(key=lambda o: "article" not in _type(o) and "posting" not in _type(o))
    found: dict[str, str] = {}
    for article in articles:
        for name in ("headline", "author", "creator", "datePublished", "publisher", "inLanguage", "url"):
            if name in article and (value := text_of(_resolved(article[name], by_id))):
                found.setdefault("author" if name == "creator" else name, value)
    return found


def _objects(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        if depth < 6:
            for inner in list(value.values())[:100]:
                yield from _objects(inner, depth + 1)
    elif isinstance(value, list) and depth < 6:
        for inner in value[:200]:
            yield from _objects(inner, depth + 1)


def _resolved(value: Any, by_id: Mapping[str, Mapping[str, Any]]) -> Any:
    """A value with references ({"@id": …}) replaced by what they refer to."""
    if isinstance(value, list):
        return [_resolved(v, by_id) for v in value[:50] if not isinstance(v, list)]
    if isinstance(value, Mapping) and "name" not in value and "@id" in value:
        return by_id.get(str(value["@id"]))
    return value


def _type(value: Mapping[str, Any]) -> str:
    kind = value.get("@type") or value.get("type")
    return " ".join(map(str, kind)).lower() if isinstance(kind, list) else str(kind or "").lower()


def _headings(tree: Any) -> list[str]:
    texts = (" ".join("".join(h.itertext()).split()) for h in list(tree.iter("h1"))[:20])
    return [t for t in texts if 2 < len(t) <= LONGEST_TITLE]


def _agreement(heading: str, known: Iterable[str]) -> float:
    """How far a heading is what some other title says: 1 where either holds the other, else the share of words."""
    best = 0.0
    words = set(re.findall(r"\w+", heading.casefold()))
    for title in known:
        if fold(heading) in fold(title) or (len(title) > 15 and fold(title) in fold(heading)):
            return 1.0 if len(words) > 1 else 0.9
        other = set(re.findall(r"\w+", title.casefold()))
        best = max(best, len(words & other) / max(1, min(len(words), len(other))))
    return best if len(words) > 2 else 0.0


def _visible_byline(tree: Any) -> str | None:
    """A name after "By" in an element that is marked as a byline or stands under the headline."""
    for element in tree.iter("div", "span", "p", "address", "a", "section", "header"):
        marks = " ".join(
            (element.get("class") or "", element.get("data-testid") or "", element.get("itemprop") or "")
        )
        if _BYLINE_MARK.search(marks):
            text = " ".join(" ".join(element.itertext()).split())
            if len(text) <= 120 and (found := _NAMES.match(text)):
                return found[1].strip()
    return None


def _shown_date(tree: Any) -> tuple[str, str | None]:
    """("updated" or "published", ISO date) that stands under the headline; ("", None) where there is none."""
    heading = next(tree.iter("h1"), None)
    if heading is None:
        return "", None
    dates = list(LABELLED_DATE.finditer(_text_after(heading)))
    labelled = [(m[1].lower(), parse_date(m[2])[0]) for m in dates if m[1]]
    if any(not label.startswith(("update", "last update", "modified")) for label, _ in labelled) or len(
        dates
    ) > len(labelled):
        return "published", next((parse_date(m[2])[0] for m in dates), None)
    return ("updated", labelled[0][1]) if labelled else ("", None)


def _text_after(heading: Any) -> str:
    """What stands between a headline and the first paragraph of the article."""
    parts: list[str] = []
    length = 0
    for element in islice(_following(heading), 300):
        if element.tag in ("script", "style"):
            continue
        if element.tag == "p" and len(" ".join(element.itertext())) > LONGEST_DECK:
            break
        parts += [t for text in (element.text, element.tail) if text and (t := text.strip())]
        length = sum(map(len, parts[-2:])) + length
        if length > HEAD_LENGTH:
            break
    return " ".join(" ".join(parts).split())


def _following(element: Any) -> Iterator[Any]:
    """The elements after one, in the order of the page."""
    while element is not None:
        for sibling in element.itersiblings():
            yield from sibling.iter("*")
        element = element.getparent()


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url or "").hostname
    except ValueError:
        return None
