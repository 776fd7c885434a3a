"""What people's folders hold: exports of every layout, files whose names lie, pages with all that is around them."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ingest_files as made
import pytest

from pipeline.ingest import read_corpus
from pipeline.schema import Article, Issue

TITLE, BODY = made.TITLE, "\n\n".join(made.BODY)
MARKUP = "".join(f"<p>{p}</p>\n" for p in made.BODY)
META = {"byline": "Ida Holm", "source": "Skerry Post", "published": "2024-01-06"}


def table(*rows: list[str], before: str = "", encoding: str = "utf-8", **style: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, **style).writerows(rows)
    return (before + out.getvalue()).encode(encoding)


def sheet(*rows: list[Any], before: list[Any] | None = None) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    if before:
        book.active.append(before)
        book.create_sheet("Articles")
    for row in rows:
        book.worksheets[-1].append(row)
    book.save(out)
    return out.getvalue()


def factiva() -> str:
    return (
        f"{TITLE}\n\nIda Holm\n120 words\n6 January 2024\nSkerry Post\nSKPO\nEnglish\n(c) 2024 Skerry Media\n\n{BODY}\n"
        "\nDocument SKPO000020240106ek1100001\n"
    )


def chrome() -> bytes:
    head, _, part = made.mhtml().decode().partition("--b\n")
    return (f"Snapshot-Content-Location: https://wire.example/ferry\n{head}--b\n{part}").encode()


def press_release() -> bytes:
    """A Word document with a table, a tab stop, a deletion, an insertion and what Word keeps twice of a text box."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph(TITLE)
    words = made.FIRST.split(" ", 2)
    document.add_paragraph().paragraph_format.tab_stops.add_tab_stop(100)
    document.paragraphs[-1]._p.extend(
        parse_xml(f"<w:{kind} {nsdecls('w')}><w:r><w:{tag} xml:space='preserve'>{text}</w:{tag}></w:r></w:{kind}>")
        for kind, tag, text in (
            ("hyperlink", "t", f"{words[0]} "), ("ins", "t", f"{words[1]} "), ("del", "delText", "boat "),
            ("moveFrom", "t", "soon "), ("moveTo", "t", words[2]),
        )
    )  # fmt: skip
    document.add_table(1, 1).cell(0, 0).text = made.SECOND
    box = f"<w:r {nsdecls('w')} xmlns:m='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
    inside = f"<w:txbxContent><w:p><w:r><w:t>{made.THIRD}</w:t></w:r></w:p></w:txbxContent>"
    twice = f"<m:AlternateContent><m:Choice>{inside}</m:Choice><m:Fallback>{inside}</m:Fallback></m:AlternateContent>"
    document.add_paragraph()._p.append(parse_xml(f"{box}{twice}</w:r>"))
    document.save(out)
    return out.getvalue()


def word(text: str) -> bytes:
    import docx

    document, out = docx.Document(), io.BytesIO()
    for paragraph in text.split("\n"):
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


def rich(text: str) -> bytes:
    coded = "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text)
    return ("{\\rtf1\\ansi " + coded.replace("\n", "\\par\n") + "}").encode()


def edited() -> bytes:
    """An OpenDocument text with a deletion, a comment and a note."""
    kept = "<text:tracked-changes><text:p>The ferry will never run.</text:p></text:tracked-changes>"
    comment = "<office:annotation><text:p>Is that so?</text:p></office:annotation><text:note>1: no</text:note> in May"
    with zipfile.ZipFile(io.BytesIO(made.odt())) as archive:
        content = archive.read("content.xml").decode()
    content = content.replace("<text:p>", f"{kept}<text:p>", 1).replace(" in May", comment)
    return made.zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


REUTERS = (
    f'<?xml version="1.0"?><newsitem itemid="2286" date="2024-01-06" xml:lang="en"><title>SKERRY: {TITLE}</title>'
    f"<headline>{TITLE}</headline><byline>Ida Holm</byline><dateline>SKERRY 2024-01-06</dateline>"
    f"<text>{MARKUP}</text><copyright>(c) Wire Ltd</copyright></newsitem>"
)


EVENT_REGISTRY = {
    "articles": {
        "results": [
            {"uri": "7", "dateTime": "2024-01-06T10:00:00Z", "title": TITLE, "body": BODY,
             "source": {"uri": "skerry.example", "title": "Skerry Post"},
             "authors": [{"uri": "ida", "name": "Ida Holm"}]}
        ]
    }
}  # fmt: skip
PASTED = f"{TITLE}\n\nhttps://wire.example/ferry\n\nBy Ida Holm\nJan. 6, 2024 | Updated 3:12 p.m.\n\n{BODY}\n\n-30-\n"


def single_file() -> str:
    """A page with its pictures inside, more than the parser takes."""
    picture = f'<img src="data:image/png;base64,{"iVBORw0KGgo" * 1_000_000}">'
    return made.html().decode().replace("<main>", f"{picture}<main>")


def wayback() -> str:
    address = "https://web.archive.org/web/20210512083000/https://wire.example/ferry"
    bar = "<div id=wm-ipp-base><a href=/web/>Wayback Machine</a><p>3 captures</p><p>12 May 2021 - 4 Jun 2023</p></div>"
    page = made.html().decode().replace("</head>", f'<link rel="canonical" href="{address}"></head>')
    return page.replace("<nav>", f"{bar}<nav>", 1)


def bbc() -> str:
    head = f"BREAKING\n{TITLE}\nBy Ida Holm\nPublished\n5 hours ago\nShare\n\n"
    return f"{head}{BODY}\n\nRelated Topics\nPiers\nMore on this story\nFerry stays in port"


MEDIA_CLOUD = ["stories_id", "publish_date", "title", "url", "language", "media_name", "story_text"]
WORDPRESS = [
    {
        "id": 5,
        "date": "2024-01-06T09:30:00",
        "title": {"rendered": TITLE},
        "content": {"rendered": MARKUP},
        "author": 3,
    }
]
GUARDIAN = {
    "response": {
        "results": [
            {
                "id": "w/1",
                "webTitle": TITLE,
                "webPublicationDate": "2024-01-06T10:00:00Z",
                "fields": {"bodyText": BODY},
            }
        ]
    }
}
NEWS_API = {
    "articles": [
        {"source": {"id": None, "name": "Skerry Post"}, "author": "Ida Holm", "title": TITLE,
         "publishedAt": "2024-01-06T10:00:00Z", "content": f"{BODY}… [+1200 chars]"}
    ]
}  # fmt: skip
CC_NEWS = {
    "title": TITLE,
    "maintext": BODY,
    "date_publish": "2024-01-06 10:00:00",
    "source_domain": "Skerry Post",
}

FILES: dict[str, tuple[Callable[[], bytes | str], dict[str, str], str]] = {
    "mediacloud.csv": (
        lambda: table(MEDIA_CLOUD, ["7", "2024-01-06 00:00:00", TITLE, "https://x.example", "en", "Skerry Post", BODY]),
        {"source": "Skerry Post", "published": "2024-01-06", "url": "https://x.example"}, "",
    ),
    "wordpress.json": (lambda: json.dumps(WORDPRESS), {"published": "2024-01-06"}, ""),
    "guardian.json": (lambda: json.dumps(GUARDIAN), {"published": "2024-01-06"}, ""),
    "newsapi.json": (lambda: json.dumps(NEWS_API), META, "cut off"),
    "ccnews.jsonl": (lambda: json.dumps(CC_NEWS), {"source": "Skerry Post", "published": "2024-01-06"}, ""),
    "nexis_uni.txt": (lambda: made.nexis_uni(BODY), META, ""),
    "factiva.txt": (factiva, META, ""),
    "nexis_uni.docx": (lambda: word(made.nexis_uni(BODY)), META, ""),
    "factiva.rtf": (lambda: rich(factiva()), META, ""),
    "press_release.docx": (press_release, {}, ""),
    "edited.odt": (edited, {}, ""),
    "reuters.xml": (lambda: REUTERS, {"byline": "Ida Holm", "published": "2024-01-06"}, ""),
    "mail.eml": (made.eml, {"source": "Northern Wire", "published": "2021-05-03T08:00:00+02:00"}, ""),
    "eventregistry.json": (lambda: json.dumps(EVENT_REGISTRY), META, ""),
    "pasted.txt": (lambda: PASTED, META | {"source": "", "url": "https://wire.example/ferry"}, "left out: mark “-30-”"),
    "single_file.html": (single_file, {"byline": "Ida Holm"}, ""),
    "wayback.html": (wayback, {"url": "https://wire.example/ferry", "published": "2021-05-03"}, ""),
    "excel.csv": (lambda: table(["title", "text"], [TITLE, BODY], before="\ufeffsep=;\r\n", delimiter=";"), {}, ""),
    "preamble.csv": (lambda: table(["title", "text"], [TITLE, BODY], before="Export of 6 January\n\n"), {}, ""),
    "wide.csv": (lambda: table(["title", "text"], [TITLE, BODY], encoding="utf-16"), {}, ""),
    "tabs.txt": (lambda: table(["title", "text"], [TITLE, BODY], delimiter="\t"), {}, ""),
    "json.txt": (lambda: json.dumps({"title": TITLE, "text": BODY}, indent=1), {}, ""),
    "lines.json": (lambda: json.dumps({"title": TITLE, "text": BODY}) + "\n\n", {}, ""),
    "second_sheet.xlsx": (lambda: sheet(["title", "text"], [TITLE, BODY], before=["About this export"]), {}, ""),
    "dated.xlsx": (
        lambda: sheet(["Date", "Headline", "Body", "Link"], [datetime.date(2024, 1, 6), TITLE, BODY, "=A1"]),
        {"published": "2024-01-06"}, "",
    ),
    "excel_called.csv": (made.xlsx, {}, "is an Excel table, whatever"),
    "word_called.doc": (made.docx, {}, "is a Word document, whatever"),
    "rtf_called.doc": (made.rtf, {}, "is an RTF document, whatever"),
    "pdf_called.html": (made.pdf, {}, "is a PDF document, whatever"),
    "zip_called.txt": (lambda: made.zipped({"a.txt": made.TEXT}), {}, "is a ZIP archive, whatever"),
    "text_called.html": (lambda: made.TEXT, {}, "is plain text, whatever"),
    "page_called.txt": (made.html, {"byline": "Ida Holm"}, "is a saved page, whatever"),
    "pdf_packed_and_called.txt.gz": (lambda: gzip.compress(made.pdf()), {}, "is a PDF document, whatever"),
    "packed.html": (lambda: gzip.compress(made.html()), {"source": "Northern Wire"}, ""),
    "unpacked.html.gz": (made.html, {"source": "Northern Wire"}, ""),
    "chrome.mhtml": (chrome, {"url": "https://wire.example/ferry"}, ""),
    "copied_from_a_page.txt": (bbc, {"byline": "Ida Holm"}, "left out: label “BREAKING”"),
}  # fmt: skip
"""File name -> what makes it, metadata that it gives, a piece of what is said about it."""


def read(folder: Path, name: str, content: bytes | str) -> tuple[list[Article], list[Issue]]:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    found = list(read_corpus(folder))
    return [x for x in found if isinstance(x, Article)], [x for x in found if isinstance(x, Issue)]


@pytest.mark.parametrize("name", FILES)
def test_odd_file(name: str, tmp_path: Path) -> None:
    make, metadata, said = FILES[name]
    (article,), issues = read(tmp_path, name, make())
    straight = str.maketrans("“”\n", '""' + " ")
    assert " ".join(article.text.translate(straight).split()) == " ".join(
        made.TEXT.translate(straight).split()
    )
    assert article.title == TITLE
    for field, value in metadata.items():
        assert (getattr(article, field) or "").startswith(value), field
    reasons = "; ".join(issue.reason for issue in issues)
    assert not [issue for issue in issues if issue.severity == "error"]
    assert said in reasons and (said or name.startswith("pdf") or not reasons)


LISTS = {
    "gdelt.json": json.dumps(
        {"articles": [{"url": "https://x.example", "title": "Pier", "domain": "x.example"}] * 3}
    ),
    "mediacloud.csv": table(
        ["id", "title", "url"], *[[str(n), "Pier", "https://x.example"] for n in range(3)]
    ),
    "list.xlsx": ["title", "url"],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_addresses_is_told_once(name: str, tmp_path: Path) -> None:
    content = LISTS[name]
    articles, issues = read(
        tmp_path, name, sheet(content, ["a", "b"]) if isinstance(content, list) else content
    )
    (issue,) = issues
    assert not articles and issue.severity == "error"
    assert (
        "it lists articles, and does not hold them" in issue.reason and "--columns text=NAME" in issue.reason
    )


def test_what_a_browser_saves_beside_a_page_is_passed_over(tmp_path: Path) -> None:
    for folder in ("Ferry_files", "Ferry-Dateien", "my_files"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ad.html").write_text(f"<p>{made.SECOND}")
    articles, issues = read(tmp_path, "Ferry.htm", made.html())
    assert [a.article_id for a in articles] == ["ferry", "my_files/ad"] and not issues


def test_a_list_of_addresses_is_no_article(tmp_path: Path) -> None:
    articles, (issue,) = read(tmp_path, "a.txt", "https://wire.example/1\nhttps://wire.example/2\n")
    assert not articles and "holds no article: only a headline, a date or addresses" in issue.reason


def test_a_shortcut_is_told_as_such(tmp_path: Path) -> None:
    _, (issue,) = read(tmp_path, "Ferry to run.url", "[InternetShortcut]\nURL=https://wire.example/ferry\n")
    assert "is a shortcut to a page" in issue.reason


def test_a_table_without_rows_is_told(tmp_path: Path) -> None:
    articles, (issue,) = read(tmp_path, "a.csv", "title,text\n")
    assert not articles and issue.reason == "holds no article" and issue.severity == "warning"


def test_headlines_at_the_end_of_a_page_leave_and_a_story_on_related_matters_stays(tmp_path: Path) -> None:
    story = f"{made.TEXT}\n\nMore on this story\n\nPort shut\n\nThe port has been shut since the storm, he said.\n"
    (article,), _ = read(tmp_path, "a.txt", story)
    assert article.text.endswith("since the storm, he said.")
