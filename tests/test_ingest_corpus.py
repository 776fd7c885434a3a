"""A folder as a stream: order, ids, paths, copies, what cannot be read."""

import csv
import gzip
import json
import os
import random
from pathlib import Path

import ingest_files as made
import pytest

from pipeline.ingest import read_corpus, read_file
from pipeline.ingest.columns import parse_columns
from pipeline.ingest.files import article_ids, encode_path, slug, stem_of
from pipeline.ingest.registry import MAX_BYTES
from pipeline.schema import Article, Issue

STORY = "{}\n\nThe mayor of Vorn said that the {} may reopen in May.\n\nNobody else was asked.\n"


def story(n: object) -> str:
    return STORY.format(f"News of {n}", n)


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return folder


def read(folder: Path, **asked: object) -> tuple[list[Article], list[Issue]]:
    found = list(read_corpus(folder, **asked))  # type: ignore[arg-type]
    return [x for x in found if isinstance(x, Article)], [x for x in found if isinstance(x, Issue)]


def row(n: object, **more: object) -> str:
    return json.dumps({"id": n, "text": story(n), **more}) + "\n"


def test_articles_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    rows = "".join(map(row, ("b", "Z last", "a")))
    files = {
        "m-1.txt": story(1),
        "m.jsonl": rows,
        "m/am.txt": story(2),
        "m.txt": story(3),
        "M/c.md": story(4),
    }
    articles, issues = read(write(tmp_path, files))
    ids = [a.article_id for a in articles]
    assert ids == sorted(ids)
    assert set(ids) == {"m-1", "m.txt", "m/a", "m/am", "m/b", "m/c", "m/z-last"}
    assert not issues


def test_ids_hold_nothing_below_the_number_sign(tmp_path: Path) -> None:
    names = [
        "A b.txt",
        "q\"u'o.txt",
        "-rf.txt",
        "新聞 ü.txt",
        "x#y.txt",
        "!.txt",
        "new\nline.txt",
        "t\tab.txt",
    ]
    articles, _ = read(write(tmp_path, {n: story(n) for n in names}))
    assert len({a.article_id for a in articles}) == len(names)
    for article in articles:
        assert all(c > "#" for c in article.article_id) and article.article_id == article.article_id.lower()
        assert len(article.article_id.split()) == 1


def test_same_names_get_different_ids(tmp_path: Path) -> None:
    ids = article_ids(["a.txt", "a.html", "A.txt", "b.txt", "sub/a.txt"])
    assert len(set(ids.values())) == 5
    assert ids["b.txt"] == "b" and ids["sub/a.txt"] == "sub/a"


def test_two_rows_of_one_id_are_two_articles(tmp_path: Path) -> None:
    rows = row("x") + json.dumps({"id": "x", "text": story("other")}) + "\n" + row("x")
    articles, _ = read(write(tmp_path, {"r.jsonl": rows, "r/x.txt": story("file")}))
    ids = [a.article_id for a in articles]
    assert ids == sorted(ids) and ids[:3] == ["r/x", "r/x-2", "r/x-3"] and ids[3].startswith("r/x-")


def test_rows_without_ids_are_numbered(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"text": story(n)}) + "\n" for n in range(12))
    articles, _ = read(write(tmp_path, {"r.jsonl": rows}))
    assert [a.article_id for a in articles] == [f"r/{n:07d}" for n in range(1, 13)]


def test_a_copy_names_the_first(tmp_path: Path) -> None:
    articles, issues = read(write(tmp_path, {"a.txt": story(1), "b.txt": story(1) + "\n", "c.txt": story(2)}))
    assert [a.duplicate_of for a in articles] == [None, "a", None]
    assert [(i.path, i.severity, i.article_id) for i in issues] == [("b.txt", "info", "b")]


def test_one_issue_at_most_for_an_article(tmp_path: Path) -> None:
    bad = row("x") + "{broken\n" + json.dumps({"id": "y"}) + "\n[1, 2]\n\n" + row("z", date="yesterday")
    articles, issues = read(write(tmp_path, {"r.jsonl": bad, "r2.jsonl": bad}))
    keys = [(i.path, i.stage, i.start) for i in issues]
    assert len(set(keys)) == len(keys)
    assert [i.start for i in issues if i.path == "r.jsonl"] == [2, 3, 4, 6]
    assert len(articles) == 4


def test_path_is_percent_encoded_where_it_must_be(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9\n.txt"
    Path(os.fsdecode(raw)).write_text(story(1), encoding="utf-8")
    articles, _ = read(tmp_path)
    assert articles[0].path == "caf%E9%0A.txt"
    assert encode_path("a/b\u2028c") == "a/b%E2%80%A8c"


def test_two_files_never_share_a_path(tmp_path: Path) -> None:
    names = ["a\n.txt", "a%0A.txt", "b%0A.txt", "c\u2028.txt", "c%E2%80%A8.txt"]
    articles, issues = read(write(tmp_path, {name: story(n) for n, name in enumerate(names)}))
    paths = ["a%0A.txt", "a%250A.txt", "b%0A.txt", "c%25E2%2580%25A8.txt", "c%E2%80%A8.txt"]
    assert sorted(a.path for a in articles) == paths and not issues


def test_stems() -> None:
    assert [stem_of(n) for n in ("a/b.html.gz", "b.tar.gz", "b", "v1.2 final", ".x.txt")] == [
        "a/b",
        "b",
        "b",
        "v1.2 final",
        ".x",
    ]
    assert slug("Politics/A Deal, at last") == "politics/a-deal-at-last"
    assert len(slug("n" * 500)) <= 200


def test_links_and_loops(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus", {"good.txt": story(1)})
    secret = write(tmp_path / "outside", {"secret.txt": story("secret")}) / "secret.txt"
    (corpus / "loop").symlink_to(".")
    (corpus / "x.txt").symlink_to("y.txt")
    (corpus / "y.txt").symlink_to("x.txt")
    (corpus / "gone.txt").symlink_to("nowhere")
    (corpus / "secret.txt").symlink_to(secret)
    (corpus / "same.txt").symlink_to("good.txt")
    articles, issues = read(corpus)
    assert [(a.article_id, a.duplicate_of) for a in articles] == [("good", None), ("same", "good")]
    told = {i.path for i in issues if i.severity == "error"}
    assert told == {"loop", "x.txt", "y.txt", "gone.txt", "secret.txt"}


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    articles, issues = read(write(tmp_path, {".DS_Store": b"\0\0\0", ".git/config": "x", "a.txt": story(1)}))
    assert len(articles) == 1 and not issues


def test_unknown_format_is_an_error_that_names_the_known(tmp_path: Path) -> None:
    articles, issues = read(write(tmp_path, {"a.xyz": story(1), "noextension": story(2)}))
    assert not articles
    assert all(i.severity == "error" and ".txt" in i.reason for i in issues) and len(issues) == 2


def test_limit_stops_and_language_any_keeps(tmp_path: Path) -> None:
    french = "Le pont\n\nLa ministre a déclaré lundi que le pont du port pourrait coûter plus cher que prévu."
    folder = write(tmp_path, {"a.txt": french, "b.txt": story(1), "c.txt": story(2)})
    assert [a.article_id for a in read(folder, limit=1)[0]] == ["a", "b"]
    articles, issues = read(folder)
    assert [a.language for a in articles] == ["fr", "en", "en"]
    assert [(i.article_id, i.severity) for i in issues] == [("a", "error")]
    assert not read(folder, language="any")[1]
    assert [i.article_id for i in read(folder, language="fr")[1]] == ["b", "c"]


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="no such folder"):
        list(read_corpus(tmp_path / "none"))
    with pytest.raises(FileNotFoundError):
        list(read_file(tmp_path / "none.txt"))


def test_columns_by_name(tmp_path: Path) -> None:
    table = 'Nr;Kopf;Fließtext;Autor\n7;News;"The mayor said that the pier may reopen.\n\nNobody asked.";Ida Holm\n'
    folder = write(tmp_path, {"export.csv": table})
    _, issues = read(folder)
    assert "--columns text=NAME" in issues[0].reason and "Fließtext" in issues[0].reason
    columns = {"text": "Fließtext", "title": "Kopf", "byline": "Autor", "id": "Nr"}
    (article,), _ = read(folder, columns=columns)
    assert (article.article_id, article.title, article.byline) == ("export/7", "News", "Ida Holm")
    assert article.text == "News\n\nThe mayor said that the pier may reopen.\n\nNobody asked."


def test_compressed_files(tmp_path: Path) -> None:
    packed = gzip.compress(story(1).encode())
    unpacked = story(2).encode()  # as browsers leave it, with the name it had
    articles, issues = read(
        write(tmp_path, {"a.txt.gz": packed, "broken.txt.gz": packed[:-9], "b.txt.gz": unpacked})
    )
    assert [(a.article_id, a.path) for a in articles] == [("a", "a.txt.gz"), ("b", "b.txt.gz")]
    assert len(issues) == 1 and "damaged" in issues[0].reason


@pytest.mark.parametrize("own", [True, False])
def test_rows_before_the_damage_are_read(own: bool, tmp_path: Path) -> None:
    noise = random.Random(1)
    votes = [" ".join(f"She said {noise.getrandbits(99)} to the clerk." for _ in range(9)) for _ in range(99)]
    rows = [({"id": 99 - n} if own else {}) | {"text": story(n) + votes[n]} for n in range(99)]
    packed = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    articles, issues = read(write(tmp_path, {"a.jsonl.gz": packed[: len(packed) * 2 // 3]}))
    assert len(articles) > 40 and len(issues) == 1 and "is damaged" in issues[0].reason


def test_pages_before_the_damage_are_read(tmp_path: Path) -> None:
    pytest.importorskip("fastwarc")
    pages = [gzip.compress(made.warc().replace(b"/ferry", b"/%d" % n)) for n in range(3)]
    articles, issues = read(
        write(tmp_path, {"a.warc.gz": pages[0] + pages[1] + pages[2][:90] + b"\xff" * 90})
    )
    assert [a.article_id for a in articles] == ["a/example.org/0", "a/example.org/1"]
    assert [i.severity for i in issues if "damaged web archive" in i.reason] == ["error"]


def test_a_row_with_more_cells_than_the_header_is_told(tmp_path: Path) -> None:
    cut = "title,text\nHi there,The mayor, Orla Berg, said no.\nGood,The pier may reopen.,,\n"
    articles, (issue,) = read(write(tmp_path, {"a.csv": cut}))
    assert [a.text for a in articles] == ["Hi there\n\nThe mayor", "Good\n\nThe pier may reopen."]
    assert (issue.article_id, issue.severity) == ("a/0000002", "warning")
    assert issue.reason.startswith("row 2 has 4 cells, the header 2;")


def test_a_sheet_with_a_cell_beyond_its_header_is_told(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for cells in (
        ["title", "text"],
        ["Pier", "The pier may reopen.", None, "in May"],
        ["Quay", "It is shut.", None],
    ):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    _, (issue,) = read(tmp_path)
    assert issue.reason == "row 2 has 4 cells, the header 2" and issue.article_id == "a/0000002"


def test_the_first_accent_of_a_long_table_is_read_and_told(tmp_path: Path) -> None:
    table = "".join(f"Ward {n},The clerk of ward {n} counted {n * 7919} votes.\n" for n in range(300))
    table = f"place,text\n{table}Quay,Zoë Brück said in Málaga that she may sing.\n"
    articles, (issue,) = read(write(tmp_path, {"a.csv": table.encode("cp1252")}))
    assert articles[-1].text == "Zoë Brück said in Málaga that she may sing." and len(articles) == 301
    assert (issue.severity, issue.article_id) == ("warning", None) and "read as Windows-1252" in issue.reason


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl", "csv.txt", "json.txt", "export.txt"])
def test_a_guessed_encoding_is_told_of_articles_of_one_file(name: str, tmp_path: Path) -> None:
    text = "Zoë Brück said in Málaga that she may sing."
    content = {"csv": f"title,text\nA song,{text}\n", "export": made.nexis_uni(text)}
    line = json.dumps({"title": "A song", "text": text}, ensure_ascii=False)
    content |= {"json": f"[{line}]", "jsonl": line}
    kind = name.removeprefix("a.").removesuffix(".txt")
    (article,), (issue,) = read(write(tmp_path, {name: content[kind].encode("cp1252")}))
    assert article.text.endswith(text) and "cp1252" in issue.reason and issue.severity == "warning"


def test_a_table_leaves_the_limit_of_other_tables_alone(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    read(write(tmp_path, {"a.csv": "title,text\nPier,The pier may reopen.\n"}))
    assert csv.field_size_limit() == before != MAX_BYTES


def test_cut_json_is_told_once_with_its_place(tmp_path: Path) -> None:
    rows = json.dumps([{"title": "Pier", "text": story(n)} for n in range(2)], indent=1)
    articles, (issue,) = read(write(tmp_path, {"a.json": rows[:-4]}))
    assert not articles and issue.reason.startswith("is not JSON") and "line 9 column 1" in issue.reason


def test_an_article_can_be_too_long(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.txt": story(1), "b.txt": "word " * 300_000})
    articles, issues = read(folder)
    assert [a.article_id for a in articles] == ["a"] and "characters long" in issues[0].reason


def test_columns_as_a_call_names_them() -> None:
    assert parse_columns("text=body, title=headline") == {"text": "body", "title": "headline"}
    assert parse_columns(None) == {}
    for wrong in ("body", "text=", "words=body"):
        with pytest.raises(ValueError, match="--columns"):
            parse_columns(wrong)
