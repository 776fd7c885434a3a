"""Files of every format with one small article each, made for the tests."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable

TITLE = "Ferry to run on Sundays"
FIRST = "The ferry to Skerry will run on Sundays from June, the company said on Monday, after two lawsuits."
SECOND = "“We gave in,” said Petra Lund, who runs the line, and she added that the winter timetable may change as well."
THIRD = (
    "Nobody had expected the company to yield so soon, according to the harbour board, which meets in May."
)
BODY = [FIRST, SECOND, THIRD]
TEXT = "\n\n".join([TITLE, *BODY])
PAGE = (
    "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{t} | Northern Wire</title>"
    '<meta property="og:site_name" content="Northern Wire"><meta name=author content="Ida Holm">'
    '<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{t}",'
    '"datePublished":"2021-05-03T08:00:00Z"}}</script>'
    "</head><body><nav><a href=/>Home</a> <a href=/s>Sport</a></nav><main><article><h1>{t}</h1>{p}</article></main>"
    "<aside><h3>Most read</h3><ul><li><a href=/1>Snow closes the northern line</a></li></ul></aside>"
    "<footer>© 2021 Northern Wire</footer></body></html>"
).format(t=TITLE, p="".join(f"<p>{p}</p>" for p in BODY))


def html() -> bytes:
    return PAGE.encode()


def mhtml() -> bytes:
    import quopri

    body = quopri.encodestring(PAGE.encode()).decode()
    head = 'MIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary="b"\n\n'
    part = "--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    return (head + part + body + "\n--b\nContent-Type: image/png\n\nxx\n--b--\n").encode()


def webarchive() -> bytes:
    import plistlib

    page = {
        "Data": html(),
        "MIMEType": "text/html",
        "URL": "https://wire.example/ferry",
        "TextEncodingName": "UTF-8",
    }
    main = {f"WebResource{name}": value for name, value in page.items()}
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": []}, fmt=plistlib.FMT_BINARY)


def eml() -> bytes:
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"], message["From"] = TITLE, '"Northern Wire" <news@wire.example>'
    message["Date"] = "Mon, 03 May 2021 08:00:00 +0200"
    message.set_content("\n\n".join(BODY))
    message.add_alternative(PAGE, subtype="html")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="ferry.png")
    return message.as_bytes()


def nexis_uni(body: str) -> str:
    return (
        f"Page 1 of 2\n\n{TITLE}\n\nSkerry Post\n\nJanuary 6, 2024 Saturday\n\nCopyright 2024 Skerry Media All Rights "
        f"Reserved\n\nSection: NEWS; Pg. 3\nLength: 120 words\nByline: Ida Holm\n\nBody\n\n{body}\n\n"
        "Load-Date: January 7, 2024\n\nEnd of Document\n"
    )


def nitf() -> bytes:
    paragraphs = "".join(f"<p>{p}</p>" for p in BODY)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE nitf SYSTEM "http://www.nitf.example/nitf.dtd">'
        f'<nitf><head><title>x</title><pubdata date.publication="20210503T000000" name="Northern Wire"/></head><body>'
        f'<body.head><hedline><hl1>{TITLE}</hl1></hedline><byline class="print_byline">By IDA HOLM</byline>'
        f'<byline class="normalized_byline">Holm, Ida</byline></body.head><body.content><block class="lead_paragraph">'
        f'<p>{FIRST}</p></block><block class="full_text">{paragraphs}</block></body.content></body></nitf>'
    ).encode()


def json_array() -> bytes:
    return json.dumps({"count": 1, "articles": [{"headline": TITLE, "body": "\n\n".join(BODY)}]}).encode()


def jsonl() -> bytes:
    markup = "".join(f"<p>{p}</p>" for p in BODY)
    return json.dumps({"id": "x", "title": TITLE, "text": markup}).encode() + b"\n"


def xlsx() -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), io.BytesIO()
    book.active.append(["Title", "Text"])
    book.active.append([TITLE, "\n\n".join(BODY)])
    book.save(out)
    return out.getvalue()


def parquet() -> bytes:
    import tempfile
    from pathlib import Path

    import pandas as pd

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.parquet"
        pd.DataFrame({"title": [TITLE], "text": ["\n\n".join(BODY)]}).to_parquet(path, engine="fastparquet")
        return path.read_bytes()


def rss() -> bytes:
    content = "".join(f"<p>{p}</p>" for p in BODY)
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Northern Wire</title><item><title>{TITLE}</title><link>https://example.org/ferry.html</link>"
        "<pubDate>Mon, 03 May 2021 08:00:00 GMT</pubDate><description>Ferry.</description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item></channel></rss>"
    ).encode()


def warc() -> bytes:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/ferry.html\r\n"
        "WARC-Date: 2021-05-03T08:00:00Z\r\nWARC-Record-ID: <urn:uuid:0>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def docx() -> bytes:
    import docx

    document, out = docx.Document(), io.BytesIO()
    for paragraph in [TITLE, *BODY]:
        document.add_paragraph(paragraph)
    document.save(out)
    return out.getvalue()


def rtf() -> bytes:
    escaped = "\\par\n".join(
        "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in p) for p in [TITLE, *BODY]
    )
    return ("{\\rtf1\\ansi\\deff0 {\\fonttbl{\\f0 Times;}}\n" + escaped + "\\par}").encode()


def odt() -> bytes:
    text = "".join(f"<text:p>{p}</text:p>" for p in [TITLE, *BODY])
    xml = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        f'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">{text}</office:document-content>'
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": xml})


def epub() -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="O/p.opf"/></rootfiles></container>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>{TITLE}</dc:title></metadata><manifest><item id='a' href='a.xhtml'/></manifest>"
        "<spine><itemref idref='a'/></spine></package>"
    )
    chapter = (
        "<html><head><title>x</title></head><body>" + "".join(f"<p>{p}</p>" for p in BODY) + "</body></html>"
    )
    return zipped({"META-INF/container.xml": container, "O/p.opf": package, "O/a.xhtml": chapter})


def pdf() -> bytes:
    """A page of one column with the title and the wrapped body, in a font that every reader has."""
    import textwrap

    ascii_text = TEXT.replace("“", '"').replace("”", '"')
    lines = [line for p in ascii_text.split("\n\n") for line in [*textwrap.wrap(p, 60), ""]]
    drawn = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 50 780 Td {drawn} ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for n, item in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (n, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (table, len(out))
    )


def zipped(files: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


FORMATS: dict[str, Callable[[], bytes]] = {
    "a.txt": TEXT.encode, "a.md": (f"# {TITLE}\n\n" + "\n\n".join(BODY)).encode, "a.html": html, "a.mhtml": mhtml,
    "a.webarchive": webarchive, "a.eml": eml, "a.json": json_array, "a.jsonl": jsonl, "a.xlsx": xlsx,
    "a.parquet": parquet, "a.rss": rss, "a.xml": nitf, "a.warc": warc,
    "a.docx": docx, "a.rtf": rtf, "a.odt": odt, "a.epub": epub, "a.pdf": pdf,
    "a.zip": lambda: zipped({"b/c.txt": TEXT}), "a.tar.gz": lambda: tarred({"b/c.txt": TEXT.encode()}, "w:gz"),
    "a.csv": lambda: f'title,text\n"{TITLE}","{(chr(10) * 2).join(BODY)}"\n'.encode(),
    "a.tsv": lambda: f"title\ttext\n{TITLE}\t{' '.join(BODY)}\n".encode(),
}  # fmt: skip
"""File name -> what makes its bytes."""
