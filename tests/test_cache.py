"""Rows kept from run to run: the same tables bit for bit, whatever came, changed or went, or befell the file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FAKE_STAGES, load
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipeline
from pipeline import cache, run, shards
from pipeline.run import extract
from pipeline.schema import Article, Hedge

WORDS = ("nothing new", "NOENTITIES at all", "UNREADABLE things", "that Harald may go", "no more to Berg")
STORY = "Story {name} of Northwood\n\nMayor Anna Berg said {words} on Monday, and {name} may wait.\n"


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "STAGES", FAKE_STAGES)
    monkeypatch.setattr(run, "_load", lambda _: load())
    monkeypatch.setattr(run, "fingerprint", lambda: "of the fakes")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the articles that are read, not found, while the test runs."""
    ids: list[str] = []
    sound_rows = shards.sound_rows

    def noted(article: Article, *rest: Any) -> Any:
        ids.append(article.article_id)
        return sound_rows(article, *rest)

    monkeypatch.setattr(shards, "sound_rows", noted)
    return ids


def write(folder: Path, articles: dict[str, str]) -> Path:
    """A corpus of these articles and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, words in articles.items():
        (folder / f"{name}.txt").write_text(STORY.format(name=name, words=words))
    return folder


def files(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("*.csv")}


def without_cache(corpus: Path) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as out:
        extract(corpus, out, cached=False)
        assert not (Path(out) / cache.NAME).exists()
        return files(Path(out))


corpora = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(WORDS), max_size=6)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(corpora, min_size=2, max_size=4))
def test_whatever_the_runs_before_the_tables_are_the_same(fakes: None, runs: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        for articles in runs:
            corpus = write(Path(folder) / "corpus", articles)
            extract(corpus, out)
            assert files(out) == without_cache(corpus)


def test_only_new_and_changed_articles_are_read(fakes: None, read: list[str], tmp_path: Path) -> None:
    articles = dict.fromkeys("abc", "nothing new")
    for change, expected in (
        ({}, ["a", "b", "c"]),
        ({}, []),
        ({"b": "no more to Berg", "d": "nothing new"}, ["b", "d"]),
        ({"e": "NOENTITIES at all"}, ["e"]),
        ({}, ["e"]),  # something went wrong with it, so it is tried again
    ):
        articles |= change
        summary = extract(write(tmp_path / "corpus", articles), tmp_path / "out")
        assert read == expected
        assert summary.counts["articles"] == len(articles) and summary.counts["words"] > 0
        read.clear()


def test_several_processes_share_it(fakes: None, tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus", {f"a{n:02d}": WORDS[n % 2] for n in range(40)})
    kept = cache.Cache(tmp_path / cache.NAME, "x")
    article = Article("a", None, None, None, None, None, None, "p", "0" * 64, None, 1, 0, 0, "")
    rows = {"articles": [article]}
    extract(corpus, tmp_path / "out")
    cache.keep_rows(kept, [(article, rows)])
    assert cache.known_rows(kept, [article]) == {"a": rows}
    assert cache.known_rows(replace(kept, fingerprint="y"), [article]) == {}
    assert files(tmp_path / "out") == without_cache(corpus)


def test_it_holds_no_more_than_the_last_whole_run_used(fakes: None, read: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    extract(write(tmp_path / "corpus", dict.fromkeys("abcd", "nothing new")), out)
    extract(tmp_path / "corpus", out, limit=1)
    assert len(entries(out)) == 4
    extract(write(tmp_path / "corpus", dict.fromkeys("cd", "nothing new")), out)
    assert len(entries(out)) == 2
    assert len(read) == 4


def entries(out: Path) -> list[tuple[bytes, bytes]]:
    with closing(sqlite3.connect(out / cache.NAME)) as database:
        return database.execute("SELECT * FROM entries").fetchall()


def flip(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for key, entry in database.execute("SELECT * FROM entries").fetchall():
            damaged = entry[:40] + bytes([entry[40] ^ 1]) + entry[41:]
            database.execute("UPDATE entries SET entry = ? WHERE key = ?", (damaged, key))


def strange(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE entries SET entry = 'text'")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


DAMAGES = {
    "flipped bits": flip, "another type": strange, "cut": cut, "deleted": Path.unlink,
    "no database": lambda path: path.write_bytes(b"not a database at all" * 500),
    "empty": lambda path: path.write_bytes(b""),
    "torn pages": lambda path: path.write_bytes(path.read_bytes()[:4096] + os.urandom(path.stat().st_size - 4096)),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_costs_nothing_but_time(damage: str, fakes: None, tmp_path: Path) -> None:
    corpus, out = write(tmp_path / "corpus", dict.fromkeys("abcdef", "nothing new")), tmp_path / "out"
    extract(corpus, out)
    expected = files(out)
    DAMAGES[damage](out / cache.NAME)
    for _ in range(3):
        extract(corpus, out)
        assert files(out) == expected
    assert len(entries(out)) == 6


def test_a_folder_in_its_place_costs_nothing_but_time(fakes: None, tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus", {"a": "nothing new"})
    (tmp_path / "out" / cache.NAME).mkdir(parents=True)
    extract(corpus, tmp_path / "out")
    assert files(tmp_path / "out") == without_cache(corpus)


def test_other_readers_are_not_cached(fakes: None, tmp_path: Path) -> None:
    extract(write(tmp_path / "corpus", {"a": "nothing new"}), tmp_path / "out", load=load)
    assert not (tmp_path / "out" / cache.NAME).exists()


def test_numbers_come_back_as_they_were(tmp_path: Path) -> None:
    article = Article("a", None, None, None, None, None, None, "p", "0" * 64, None, 1, 0, 0, "")
    hedge = Hedge("h", "a", "s", np.int64(1), 4, "may", "may", "epistemic", np.float32(0.1))  # type: ignore[arg-type]
    kept = cache.Cache(tmp_path / cache.NAME, "x")
    cache.keep_rows(kept, [(article, {"hedges": [hedge]})])
    [found] = cache.known_rows(kept, [article])["a"]["hedges"]
    assert found == hedge and type(found.start) is int


def test_the_fingerprint_is_of_code_and_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pipeline"
    (package / "model").mkdir(parents=True)
    monkeypatch.setattr(cache, "__file__", str(package / "cache.py"))
    seen = {cache.fingerprint()}
    for name in ("cache.py", "words.csv", "model/reader.onnx"):
        for content in ("one", "two"):
            (package / name).write_text(content)
            seen.add(cache.fingerprint())
    monkeypatch.setattr(cache, "version", lambda _: "0")
    assert len(seen | {cache.fingerprint()}) == 8


def test_the_fingerprint_is_of_the_kind_of_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "PROCESSOR", tmp_path / "cpuinfo")
    seen = [cache.fingerprint()]
    for flags in ("avx2 avx512f avx512_vnni", "avx2", "avx2 hypervisor"):
        (tmp_path / "cpuinfo").write_text(f"processor: 0\ncpu MHz: 2400\nflags: {flags}\n" * 2)
        seen.append(cache.fingerprint())
    assert len(set(seen)) == 3 and seen[2] == seen[3]


@pytest.mark.slow
def test_with_the_shipped_reader(corpus: Path, corpus_out: Path, tmp_path: Path) -> None:
    """Half of the corpus read before, the rest now, in other company: the tables of one run."""
    part = tmp_path / "part"
    shutil.copytree(corpus / "science", part / "science")
    pipeline.extract(part, tmp_path / "out")
    pipeline.extract(corpus, tmp_path / "out", jobs=2)
    assert files(tmp_path / "out") == files(corpus_out)
