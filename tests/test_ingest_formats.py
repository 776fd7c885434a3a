"""Every format gives the same clean article."""

import gzip
from pathlib import Path

import ingest_files as made
import pytest

from pipeline.ingest import read_corpus, read_file
from pipeline.ingest.registry import READERS
from pipeline.schema import Article, Issue

NEEDS = {
    "a.xlsx": "openpyxl", "a.rss": "feedparser", "a.warc": "fastwarc", "a.docx": "docx", "a.rtf": "striprtf",
    "a.pdf": "pypdf",
}  # fmt: skip


@pytest.mark.parametrize("name", made.FORMATS)
def test_format(name: str, tmp_path: Path) -> None:
    pytest.importorskip(NEEDS.get(name, "json"))
    path = tmp_path / name
    path.write_bytes(made.FORMATS[name]())
    found = list(read_file(path))
    assert [x.severity for x in found if isinstance(x, Issue)] in ([], ["warning"] if name == "a.pdf" else [])
    (article,) = [x for x in found if isinstance(x, Article)]
    straight = article.text.replace("“", '"').replace("”", '"')
    body = " ".join(made.BODY) if name == "a.tsv" else "\n\n".join(made.BODY)
    if name == "a.pdf":  # a paragraph that fills its last line cannot be told from the next
        straight, body = (
            straight.replace("\n\n", " ").replace(f"{made.TITLE} ", f"{made.TITLE}\n\n", 1),
            " ".join(made.BODY),
        )
    assert straight == f"{made.TITLE}\n\n{body}".replace("“", '"').replace("”", '"')
    assert article.title == made.TITLE
    assert article.language == "en"


def test_every_registered_format_is_tried_here() -> None:
    tried = {Path(n.removesuffix(".gz")).suffix for n in made.FORMATS}
    same = {
        ".text",
        ".markdown",
        ".htm",
        ".xhtml",
        ".ndjson",
        ".tab",
        ".mht",
        ".atom",
        ".wet",
        ".tgz",
    }
    assert set(READERS) == tried | same


def test_page_metadata(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(made.html())
    (article,) = [x for x in read_file(tmp_path / "a.html") if isinstance(x, Article)]
    assert (article.byline, article.source) == ("Ida Holm", "Northern Wire")
    assert article.published == "2021-05-03T08:00:00Z"


def test_web_archive_and_feed_name_articles_by_address(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    pytest.importorskip("feedparser")
    (tmp_path / "w.warc.gz").write_bytes(gzip.compress(made.warc()))
    (tmp_path / "f.xml").write_bytes(made.rss())
    ids = [x.article_id for x in read_corpus(tmp_path) if isinstance(x, Article)]
    assert ids == ["f/example.org/ferry", "w/example.org/ferry"]


def test_members_of_archives_have_paths_and_ids_of_their_own(tmp_path: Path) -> None:
    files = {
        "y/two.txt": made.TEXT.replace("Sundays", "Fridays"),
        "x/one.html": made.PAGE,
        "README.md": "no article",
    }
    (tmp_path / "pack.zip").write_bytes(made.zipped(files))
    articles = [x for x in read_corpus(tmp_path) if isinstance(x, Article)]
    assert [(a.article_id, a.path) for a in articles] == [
        ("pack/x/one", "pack.zip/x/one.html"),
        ("pack/y/two", "pack.zip/y/two.txt"),
    ]
