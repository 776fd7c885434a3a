"""What is read from one file: headline, metadata, paragraphs, issues. The cases are data."""

import tomllib
from pathlib import Path

import pytest

from pipeline.ingest import read_file
from pipeline.schema import Article, Issue

CASES = Path(__file__).parent / "cases" / "ingest"
TEXTS = tomllib.loads((CASES / "texts.toml").read_text(encoding="utf-8"))["case"]

EXPORTS = tomllib.loads((CASES / "exports.toml").read_text(encoding="utf-8"))["case"]


def read(path: Path) -> tuple[Article | None, Issue | None]:
    found = list(read_file(path))
    articles = [x for x in found if isinstance(x, Article)]
    issues = [x for x in found if isinstance(x, Issue)]
    assert len(articles) <= 1 and len(issues) <= 1
    return next(iter(articles), None), next(iter(issues), None)


@pytest.mark.parametrize("case", TEXTS, ids=lambda c: c["name"])
def test_text(case: dict, tmp_path: Path) -> None:
    path = tmp_path / case["file"]
    path.write_text(case["input"], encoding="utf-8", newline="")
    article, issue = read(path)
    assert (case["issue"] in issue.reason if issue else case["issue"] == "") if "issue" in case else True
    if "severity" in case:
        assert issue and issue.severity == case["severity"]
    if case.get("severity") == "error":
        assert article is None or article.language == case["language"] != "en"
        return
    assert article
    for column in ("title", "byline", "source", "published", "url", "language", "n_paragraphs"):
        if column in case:
            assert getattr(article, column) == case[column], column
    if "body" in case:
        paragraphs = article.text.split("\n\n")
        assert paragraphs[1:] == case["body"] if article.title else paragraphs == case["body"]
    if article.title:
        assert article.text.startswith(article.title + "\n\n")


@pytest.mark.parametrize("case", EXPORTS, ids=lambda c: c["name"])
def test_export(case: dict, tmp_path: Path) -> None:
    (tmp_path / case["file"]).write_text(case["input"], encoding="utf-8")
    found = list(read_file(tmp_path / case["file"]))
    assert not [x for x in found if isinstance(x, Issue)]
    articles = [x for x in found if isinstance(x, Article)]
    assert [a.article_id for a in articles] == [wanted["id"] for wanted in case["articles"]]
    for article, wanted in zip(articles, case["articles"]):
        for column in ("title", "byline", "source", "published", "url"):
            assert getattr(article, column) == wanted.get(column), column
        assert article.text == "\n\n".join([wanted["title"], *wanted["body"]])
