"""Reading of real articles from the reference data: nothing of an article is lost, nothing of its page stays."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ingest import read_file
from pipeline.ingest.draft import Draft
from pipeline.ingest.finish import finish
from pipeline.ingest.metadata import date_line
from pipeline.ingest.residue import kind_of
from pipeline.schema import Article

pytestmark = pytest.mark.shared


def texts_of(path: Path, step: int = 1) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for n, line in enumerate(file):
            if n % step == 0:
                yield json.loads(line)["text"]


def letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_line_of_the_saved_page_is_kept_or_told(shared: Path) -> None:
    path = shared / "articles" / "russia_north_korea.txt"
    (article,) = [x for x in read_file(path) if isinstance(x, Article)]
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert article.title and lines.count(article.title) == 3
    lost = [line for line in lines if letters(line) not in letters(article.text)]
    assert [line[:14] for line in lost] == ["Speaking Truth", "Leave a Reply", "Your email add"]
    assert article.text.count(article.title) == 1
    assert article.text.rstrip()[-1] in '”."'


@pytest.mark.parametrize(
    ("name", "least"),
    [("attribution/polnear_train.jsonl", 0.998), ("coref/gap_train.jsonl", 0.999), ("articles", 0.99)],
)
def test_plain_articles_keep_their_letters(shared: Path, name: str, least: float) -> None:
    path = shared / "articles" / "wikinews_sample.jsonl" if name == "articles" else shared / "data" / name
    whole = kept = 0
    for text in texts_of(path, 4):
        article = finish(Draft(f"A headline\n\n{text}"), "a", "a.txt").article
        whole += len(letters(text))
        kept += min(len(letters(text)), len(letters(article.text)) - len("Aheadline"))
        assert article.language == "en"
    assert kept / whole >= least


def test_sample_of_articles_has_its_metadata(shared: Path) -> None:
    articles = [x for x in read_file(shared / "articles" / "wikinews_sample.jsonl") if isinstance(x, Article)]
    assert len(articles) == 59
    assert all(a.title and a.published and a.url and a.source for a in articles)
    assert not [a for a in articles if re.search(r"\n\n\w+day, \w+ \d+, \d{4}\n\n", a.text)]


def test_what_leaves_the_sample_is_datelines_and_captions(shared: Path) -> None:
    path = shared / "articles" / "wikinews_sample.jsonl"
    kept = letters(" ".join(x.text for x in read_file(path) if isinstance(x, Article)))
    lines = [line.strip() for text in texts_of(path) for line in text.split("\n") if line.strip()]
    gone = [line for line in lines if letters(line) not in kept]
    assert (
        len(lines) > 500
        and [line for line in gone if not date_line(line) and kind_of(line) != "caption"] == []
    )
