"""Nasty input: each ends in a row of issues or in clean text, within seconds, and nothing is written anywhere."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import random
import tarfile
import time
import unicodedata
import zipfile
from pathlib import Path

import ingest_files as made
import pytest

from pipeline.ingest import opening, read_corpus, registry
from pipeline.ingest.residue import kind_of
from pipeline.schema import Article, Issue

STORY = (
    "Council meets again\n\nThe mayor of Vorn said that the {} may reopen in May.\n\nNobody else was asked.\n"
)
SAID = "The mayor of Vorn said that the pier may reopen in May."
GOOD = STORY.format("pier").encode()
SAID_PAGE = made.PAGE.replace(made.FIRST, SAID)
LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'lol'}]" for n in range(12))
ALIASES = "\n".join(
    f"a{n}: &a{n} [{', '.join([f'{{name: *a{n - 1}}}' if n else 'lol'] * 34)}]" for n in range(5)
)
ENTITIES = '<!DOCTYPE x [<!ENTITY a "lol">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12)
) + "]>"  # fmt: skip


def zip_of(**members: bytes) -> bytes:
    return made.zipped(dict(members))


def tar_with(kind: bytes, name: str, target: str = "/etc/passwd") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        archive.addfile(info)
        good = tarfile.TarInfo("good.txt")
        good.size = len(GOOD)
        archive.addfile(good, io.BytesIO(GOOD))
    return out.getvalue()


def zip_link() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("good.txt", GOOD)
    return out.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(made.zipped({"a.txt": GOOD}))
    data[6] |= 1  # the flag in the local header
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # and in the directory
    return bytes(data)


def encrypted_pdf() -> bytes:
    """A PDF document locked with AES, which its reader cannot undo by itself."""
    keys = f"/O <{'00' * 48}> /U <{'00' * 48}> /OE <{'00' * 32}> /UE <{'00' * 32}> /Perms <{'00' * 16}>"
    ways = "/CF <</StdCF <</CFM /AESV3 /AuthEvent /DocOpen /Length 32>>>> /StmF /StdCF /StrF /StdCF"
    lock = f"<</Filter /Standard /V 5 /R 6 /Length 256 /P -4 {keys} {ways}>>"
    trailer = f"trailer<</Encrypt {lock} /ID [<00> <00>] "
    return made.pdf().replace(b"trailer<<", trailer.encode())


def oddly_packed(data: bytes) -> bytes:
    """The archive with every member packed in a way that nobody knows."""
    out = bytearray(data)
    for sign, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = out.find(sign)
        while place >= 0:
            out[place + at : place + at + 2] = b"\x63\x33"
            place = out.find(sign, place + 4)
    return bytes(out)


ODD_IDS = ("../../x", "", " ", "#", "NA", "a" * 9999, 0, None, [], "\n")
NOISE = random.Random(1).randbytes(20_000)


def cut_tar() -> bytes:
    files = {f"{n}.txt": GOOD + NOISE[n * 2000 : n * 2000 + 2000].hex().encode() for n in range(9)}
    return made.tarred(files, "w:gz")[:9_000]


def nested_mhtml() -> bytes:
    return b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(500))


def outside_odt() -> bytes:
    xml = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x><p>&a;</p></x>'
    return made.zipped({"content.xml": xml})


def odd_json_ld() -> bytes:
    odd = '{"@type": [1], "author": [[[["x"]]]], "a": ' + "[" * 5000
    return SAID_PAGE.replace('{"@type"', odd).encode()


# file name -> (bytes, what must come of it): "text" an article that holds SAID; "error" none; "any" either
CASES: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", "error"),
    "white.txt": (" \t\u00a0\u2003\u200b\r\n\f\v\u2028".encode(), "error"),
    "nul.txt": (GOOD.replace(b"pier", b"pi\0er"), "text"),
    "all_nul.txt": (b"\0" * 5000, "error"),
    "noise.txt": (NOISE, "error"),
    "noise.html": (NOISE, "error"),
    "noise.jsonl": (NOISE, "error"),
    "noise.csv": (NOISE, "any"),
    "noise.md": (NOISE, "error"),
    "noise.pdf": (NOISE, "error"),
    "noise.docx": (NOISE, "error"),
    "noise.xlsx": (NOISE, "error"),
    "noise.odt": (NOISE, "error"),
    "noise.epub": (NOISE, "error"),
    "noise.rtf": (NOISE, "error"),
    "noise.parquet": (NOISE, "error"),
    "noise.warc": (NOISE, "error"),
    "noise.warc.gz": (NOISE, "error"),
    "noise.rss": (NOISE, "error"),
    "noise.mhtml": (NOISE, "error"),
    "noise.zip": (NOISE, "error"),
    "noise.tar": (NOISE, "error"),
    "noise.tar.gz": (NOISE, "error"),
    "noise.json": (NOISE, "error"),
    "noise.txt.gz": (NOISE, "error"),
    "noise.txt.zst": (NOISE, "error"),
    "noise.txt.xz": (NOISE, "error"),
    "noise.txt.bz2": (NOISE, "error"),
    "picture.txt": (b"\x89PNG\r\n\x1a\n" + NOISE, "error"),
    "picture.html": (b"\x89PNG\r\n\x1a\n" + NOISE, "error"),
    "document.txt": (b"%PDF-1.4\n" + NOISE, "error"),
    "program.txt": (b"\x7fELF" + NOISE, "error"),
    "page.txt": (SAID_PAGE.encode(), "text"),
    "text.html": (GOOD, "any"),
    "text.jsonl": (GOOD, "error"),
    "text.json": (GOOD, "error"),
    "text.zip": (GOOD, "error"),
    "text.gz.txt": (gzip.compress(GOOD), "text"),
    "bad_utf8.txt": (GOOD + b"In V\xf6rn \xff\xfe\x80 they knew.", "text"),
    "utf16.txt": (GOOD.decode().encode("utf-16"), "text"),
    "utf16_no_mark.txt": (GOOD.decode().encode("utf-16-le"), "text"),
    "utf16_cut.txt": (GOOD.decode().encode("utf-16")[:-1], "text"),
    "utf32.txt": (GOOD.decode().encode("utf-32"), "text"),
    "mark_inside.txt": (GOOD.replace(b"pier", "pi\ufeffer".encode()), "text"),
    "cesu.txt": (GOOD + b"\xed\xa0\xbd\xed\xb8\x80", "text"),
    "carriage_returns.txt": (GOOD.replace(b"\n", b"\r"), "text"),
    "many_lines.txt": (b"\n" * 500_000 + GOOD + b"\n" * 500_000, "text"),
    "long_word.txt": (GOOD + b"x" * 500_000, "text"),
    "many_paragraphs.txt": (GOOD + b"No.\n\n" * 50_000, "text"),
    "too_long.txt": (GOOD * 50_000, "error"),
    "brackets.txt": (GOOD + b"(" * 50_000 + b'"' * 50_000, "text"),
    "brackets.md": (GOOD + b"[" * 50_000 + b"](" * 5_000 + b"*_" * 20_000 + b"> " * 5_000, "text"),
    "combining.txt": (GOOD + ("a" + "\u0301" * 100_000).encode(), "text"),
    "entities.txt": (GOOD + b"&" * 50_000 + b"&amp;" * 20_000, "text"),
    "spaces.txt": (GOOD + b" \t" * 200_000 + b"x", "text"),
    "long_title.txt": (b"t" * 10_000 + b"\n\n" + GOOD, "text"),
    "escapes.txt": (GOOD.replace(b"pier", b"\x1b[31mpier\x1b[0m\x1b]0;gone\x07"), "text"),
    "bidi.txt": (GOOD.replace(b"pier", "\u202epier\u202c".encode()), "text"),
    "formula.txt": (b"=cmd|' /C calc'!A0\n\n" + SAID.encode() + b"\n\n@SUM(A1) said nobody.", "text"),
    "yaml_bomb.txt": (f"---\n{LAUGHS}\ntitle: Pier\n---\n".encode() + GOOD, "text"),
    "yaml_names.txt": (f"---\n{ALIASES}\ntitle: *a4\n---\n".encode() + GOOD, "text"),
    "yaml_in_itself.txt": (b"---\ntitle: &a {name: *a}\nauthor: Ida Holm\n---\n" + GOOD, "text"),
    "yaml_python.txt": (b"---\ntitle: !!python/object/apply:os.system [ls]\n---\n" + GOOD, "text"),
    "yaml_open.txt": (b"---\ntitle: Pier\n" + GOOD, "text"),
    "yaml_odd.txt": (b"---\ntitle: [1, {a: b}]\ndate: {x: 1}\nauthor: true\nurl: 3.5\nsource: ~\n---\n" + GOOD, "text"),
    "yaml_deep.txt": (b"---\ntitle: " + b"[" * 20_000 + b"\n---\n" + GOOD, "text"),
    "deep.json": (b"[" * 200_000, "error"),
    "deep.jsonl": (b'{"text": ' + b"[" * 200_000 + b"\n", "error"),
    "surrogate.jsonl": (json.dumps({"text": SAID + " \ud800 He smiled."}).encode(), "text"),
    "surrogate_id.jsonl": (json.dumps({"id": "\ud800", "text": SAID}).encode(), "text"),
    "surrogate_name.jsonl": (json.dumps({"\ud800": 1}).encode(), "error"),
    "surrogate_date.jsonl": (json.dumps({"text": SAID, "date": "03/04/2019 \ud800"}).encode(), "text"),
    "number.jsonl": (b'{"id": ' + b"1" * 10_000 + b', "text": "x"}', "error"),
    "kinds.jsonl": (b'{"text": 1}\n{"text": null}\n{"text": {"a": 1}}\n{"text": []}\nnull\n3\n"x"\n', "error"),
    "wide.jsonl": (json.dumps({"text": SAID}).encode("utf-16"), "text"),
    "odd_ids.jsonl": (
        b"\n".join(json.dumps({"id": i, "text": SAID}).encode() for i in ODD_IDS),
        "text",
    ),
    "long_line.jsonl": (b'{"text": "' + b"x" * 3_000_000 + b'"}\n' + json.dumps({"text": SAID}).encode(), "text"),
    "open_quote.csv": (b'title,text\nA,"' + SAID.encode() + b"\n" + b"x,y\n" * 20_000, "text"),
    "many_columns.csv": (b"text" + b",c" * 100_000 + b"\n" + SAID.encode() + b",1" * 100_000 + b"\n", "text"),
    "ragged.csv": (b"title,text\nA\nB," + SAID.encode() + b",extra,more\n\n,,\n", "text"),
    "nul.csv": (b"title,text\nA,\0" + SAID.encode() + b"\0\n", "text"),
    "no_text.csv": (b"a,b\n1,2\n", "error"),
    "only_header.csv": (b"title,text\n", "any"),
    "deep.html": (
        ("<html><body>" + "<div>" * 10_000 + f"<p>{SAID}</p><p>{made.SECOND}</p>" + "</div>" * 10_000).encode(), "text",
    ),
    "unclosed.html": ((f"<article><p>{SAID}<b><i><table><tr><p>{made.SECOND}" + "<b>" * 50_000).encode(), "any"),
    "open_comment.html": (made.PAGE.replace("<nav>", "<!-- <nav>").encode(), "any"),
    "open_tag.html": ((SAID_PAGE + "<div " * 30_000).encode(), "text"),
    "attributes.html": ((SAID_PAGE.replace("<main>", f"<main data-x='{'y' * 10**6}'>")).encode(), "text"),
    "entities.html": ((ENTITIES + SAID_PAGE.replace(SAID, SAID + " &m;")).encode(), "any"),
    "charset.html": (SAID_PAGE.replace("charset=utf-8", "charset=rot13").encode("cp1252", "replace"), "any"),
    "charset7.html": (SAID_PAGE.replace("charset=utf-8", "charset=utf-7").encode(), "text"),
    "login.html": (b"<html><title>Log in</title><body><form><input name=q></form></body></html>", "error"),
    "json_ld.html": (odd_json_ld(), "text"),
    "nested.mhtml": (nested_mhtml(), "error"),
    "charset.mhtml": (b"Content-Type: text/html; charset=nonsense\n\n" + SAID_PAGE.encode(), "text"),
    "bomb.rss": ((ENTITIES + "<rss><channel><item><title>&m;</title></item></channel></rss>").encode(), "error"),
    "bomb.odt": (made.zipped({"content.xml": ENTITIES + "<x>&m;</x>"}), "error"),
    "outside.odt": (outside_odt(), "any"),
    "half.odt": (made.zipped({"other.xml": "<x/>"}), "error"),
    "half.epub": (made.zipped({"META-INF/container.xml": "<x/>"}), "error"),
    "cut.pdf": (made.pdf()[:-300], "any"),
    "loop.pdf": (made.pdf().replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"), "error"),
    "locked.pdf": (encrypted_pdf(), "error"),
    "braces.rtf": (b"{\\rtf1 " + b"{" * 100_000 + SAID.encode(), "any"),
    "cut.warc": (made.warc()[:600], "any"),
    "length.warc": (made.warc().replace(b"Content-Length: ", b"Content-Length: 9999"), "any"),
    "cut.zip": (zip_of(a=GOOD)[:-30], "error"),
    "locked.zip": (encrypted_zip(), "error"),
    "odd.zip": (oddly_packed(made.zipped({"a.txt": GOOD})), "error"),
    "odd.docx": (oddly_packed(made.FORMATS["a.docx"]()), "error"),
    "odd.xlsx": (oddly_packed(made.FORMATS["a.xlsx"]()), "error"),
    "odd.odt": (oddly_packed(made.FORMATS["a.odt"]()), "error"),
    "odd.epub": (oddly_packed(made.FORMATS["a.epub"]()), "error"),
    "nameless.zip": (made.zipped({"Q.txt": GOOD, "good.txt": GOOD}).replace(b"Q.txt", b"\0.txt"), "text"),
    "nested.zip": (made.zipped({"inner.zip": made.zipped({"a.txt": GOOD})}), "error"),
    "paths.zip": (made.zipped(dict.fromkeys(("../../a.txt", "/b.txt", "C:\\c.txt", "..\\d.txt"), GOOD)), "error"),
    "link.zip": (zip_link(), "text"),
    "names.zip": (made.zipped({"a\nb.txt": GOOD, " .txt": GOOD, "é.txt": GOOD, "a" * 200 + ".txt": GOOD}), "text"),
    "link.tar": (tar_with(tarfile.SYMTYPE, "x.txt"), "text"),
    "hard_link.tar": (tar_with(tarfile.LNKTYPE, "x.txt"), "text"),
    "device.tar": (tar_with(tarfile.CHRTYPE, "x.txt"), "text"),
    "pipe.tar": (tar_with(tarfile.FIFOTYPE, "x.txt"), "text"),
    "up.tar": (made.tarred({"../../evil.txt": GOOD}), "error"),
    "cut.tar.gz": (cut_tar(), "text"),
    "cut.txt.gz": (gzip.compress(GOOD)[:-9], "error"),
    "cut.txt.bz2": (bz2.compress(GOOD)[:-9], "error"),
    "cut.txt.xz": (lzma.compress(GOOD)[:-9], "error"),
    "two_streams.txt.gz": (gzip.compress(GOOD[:50]) + gzip.compress(GOOD[50:]), "text"),
}  # fmt: skip


def outcome(folder: Path) -> tuple[list[Article], list[Issue]]:
    found = list(read_corpus(folder))
    articles = [x for x in found if isinstance(x, Article)]
    issues = [x for x in found if isinstance(x, Issue)]
    keys = [(i.path, i.stage, i.start) for i in issues]
    ids = [a.article_id for a in articles]
    assert len(set(ids)) == len(ids) and ids == sorted(ids)
    assert all(i.reason and i.reason.encode("utf-8") and "\n" not in i.reason for i in issues)
    for article in articles:
        check_clean(article)
    assert len({*keys}) == len(keys)
    return articles, issues


def check_clean(article: Article) -> None:
    text = article.text
    assert text == unicodedata.normalize("NFC", text) and text.encode("utf-8")
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n"]
    assert "\n\n\n" not in text and text == text.strip() and "\n" not in text.replace("\n\n", "")
    assert all(c > "#" and not c.isspace() for c in article.article_id)
    for value in (article.title, article.byline, article.source, article.url, article.path):
        assert value is None or (value and not [c for c in value if unicodedata.category(c) == "Cc"])


@pytest.mark.parametrize("name", CASES)
def test_hostile_file(name: str, tmp_path: Path) -> None:
    content, wanted = CASES[name]
    (tmp_path / name).write_bytes(content)
    before = time.monotonic()
    articles, issues = outcome(tmp_path)
    assert time.monotonic() - before < 30
    assert articles or issues or name == "only_header.csv"
    if wanted == "text":
        assert any(SAID in a.text for a in articles)
    if wanted == "error":
        assert not articles and issues
        assert {i.severity for i in issues} <= {"error", "warning"}
    assert [p.name for p in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "packed", ["zip", "txt.gz", "txt.xz", "txt.bz2", "txt.zst", "tar.gz", "docx", "jsonl.gz"]
)
def test_bomb(packed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "ALWAYS_ALLOWED", 2**20)
    monkeypatch.setattr("pipeline.ingest.office.ALWAYS_ALLOWED", 2**20)
    zeros = b" " * (32 * 2**20)
    if packed == "txt.zst":
        zstandard = pytest.importorskip("zstandard")
        content = zstandard.compress(zeros)
    else:
        content = {
            "zip": lambda: made.zipped({"a.txt": zeros}), "docx": lambda: made.zipped({"word/document.xml": zeros}),
            "tar.gz": lambda: made.tarred({"a.txt": zeros}, "w:gz"), "txt.xz": lambda: lzma.compress(zeros, preset=1),
            "txt.bz2": lambda: bz2.compress(zeros), "txt.gz": lambda: gzip.compress(zeros, 9),
            "jsonl.gz": lambda: gzip.compress(zeros, 9),
        }[packed]()  # fmt: skip
    (tmp_path / f"a.{packed}").write_bytes(content)
    articles, issues = outcome(tmp_path)
    assert not articles and "far more than text" in issues[0].reason


def test_a_file_larger_than_any_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "MAX_BYTES", 1000)
    (tmp_path / "a.txt").write_bytes(GOOD * 10)
    assert "larger than" in outcome(tmp_path)[1][0].reason


def test_hostile_names(tmp_path: Path) -> None:
    names = [
        "new\nline.txt",
        "tab\t.txt",
        "-rf.txt",
        "!!!.txt",
        "...txt",
        "  .txt",
        "a#b.txt",
        "=cmd().txt",
        "$(x).txt",
    ]
    names += [
        "é.txt",
        "e\u0301.txt",
        "n" * 240 + ".txt",
        "\u202egpj.txt",
        "🔥.txt",
        "CON.txt",
        "a\x1b[31m.txt",
    ]
    names += ["%2e%2e.txt", "A.TXT", "a.txt.txt"]
    for n, name in enumerate(names):
        (tmp_path / name).write_bytes(STORY.format(n).encode())
    raw = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(raw)).write_bytes(STORY.format("raw").encode())
    articles, issues = outcome(tmp_path)
    assert len(articles) == len(names) + 1 - sum(n.startswith(".") for n in names) and not issues
    assert len({a.path for a in articles}) == len(articles)
    assert all(a.path.isprintable() for a in articles)


def test_an_encrypted_document_is_told_as_such(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    (tmp_path / "a.pdf").write_bytes(encrypted_pdf())
    assert "is encrypted; save it without a password" in outcome(tmp_path)[1][0].reason


def test_a_feed_that_names_a_file_is_no_way_to_it(tmp_path: Path) -> None:
    pytest.importorskip("feedparser")
    summary = f"<description>{SAID * 20}</description>"
    (tmp_path / "elsewhere.xml").write_text(f"<rss><channel><item>{summary}</item></channel></rss>")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.rss").write_text(str(tmp_path / "elsewhere.xml"))
    articles, issues = outcome(tmp_path / "corpus")
    assert not articles and [i.reason for i in issues] == ["is no RSS or Atom feed, or one without entries"]


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "to_pipe.txt").symlink_to("pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "good.txt").write_bytes(GOOD)
    articles, issues = outcome(tmp_path)
    assert len(articles) == 1 and [i.path for i in issues] == ["pipe.txt", "to_pipe.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(GOOD)
    (tmp_path / "a.txt").chmod(0)
    assert "permission" in outcome(tmp_path)[1][0].reason


def test_a_file_that_vanishes_is_an_issue(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(STORY.format(name).encode())
    stream = read_corpus(tmp_path)
    assert isinstance(next(stream), Article)
    (tmp_path / "b.txt").unlink()
    (issue,) = list(stream)
    assert isinstance(issue, Issue) and issue.path == "b.txt"


@pytest.mark.parametrize("words", ["e-mail ", "e-mail, e mail ", "follow a@b.c ", "photo: ", "share x on "])
def test_no_line_keeps_the_patterns_busy(words: str) -> None:
    start = time.process_time()
    kind_of(f"{words * (590 // len(words))}what?")
    assert time.process_time() - start < 1
