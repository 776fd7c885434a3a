"""The run from a folder of files to whole tables, with a reader and stages that are quick and fail when told to."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from fakes import FAKE_STAGES, load

from pipeline import run, shards, spool, tables
from pipeline.commands.terminal import summary_lines
from pipeline.output import workspace
from pipeline.output.merging import EntityCounts, count_entities, merge_entities, merge_issues
from pipeline.run import annotate, extract, ingest, run_stage
from pipeline.schema import TABLES, Article, Entity, Issue, Mention
from pipeline.stages import STAGES, Stage

STORY = """{title}

The council of Northwood met on Monday, and Mayor Anna Berg said nothing of the bridge in district {n}.

Officials believe that the road may reopen next week. "We will see," Berg said afterwards to Harald Lund.
"""
ARTICLE = Article("", None, None, None, None, None, None, "p", "0" * 64, None, 1, 0, 0, "")


@pytest.fixture(autouse=True)
def _fake_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "STAGES", FAKE_STAGES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty short articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for n in range(40):
        (folder / f"story-{n:02d}.txt").write_text(
            STORY.format(title=f"Council meets for the {n}th time", n=n)
        )
    return folder


def add(folder: Path, name: str, words: str) -> None:
    """One more article, with these words in it."""
    story = (
        STORY.format(title=f"A story named {name}", n=name)
        + f"\nThe mayor said {words} on Tuesday evening.\n"
    )
    (folder / f"{name}.txt").write_text(story)


def files(out: Path) -> dict[str, bytes]:
    """Name -> bytes of every table in a folder."""
    return {path.name: path.read_bytes() for path in out.glob("*.csv")}


def test_extract_writes_every_table_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    summary = extract(folder, tmp_path / "out", load=load)
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        *(f"{t}.csv" for t in TABLES),
        "datapackage.json",
    }
    found = tables.read_tables(tmp_path / "out")
    assert len(found.articles) == summary.counts["articles"] == 40
    assert len(found.quotes) == summary.counts["quotes"] == summary.counts["indirect quotes"] == 80
    assert len(found.hedges) == 40
    assert not summary.failed


def test_the_number_of_processes_changes_nothing(folder: Path, tmp_path: Path) -> None:
    add(folder, "broken", "UNREADABLE")
    extract(folder, tmp_path / "one", load=load)
    extract(folder, tmp_path / "two", jobs=2, load=load)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_the_stages_one_by_one_give_the_same_tables(folder: Path, tmp_path: Path) -> None:
    add(folder, "broken", "UNREADABLE")
    add(folder, "twin", "nothing")
    shutil.copy(folder / "twin.txt", folder / "twin-again.txt")
    extract(folder, tmp_path / "whole", load=load)
    ingest(folder, tmp_path / "steps")
    annotate(tmp_path / "steps", load=load)
    for name in ("entities", "quotes", "claims"):
        run_stage(name, tmp_path / "steps", load=load)
    assert files(tmp_path / "whole") == files(tmp_path / "steps")


def test_an_article_that_cannot_be_read_costs_no_other(folder: Path, tmp_path: Path) -> None:
    add(folder, "broken", "UNREADABLE")
    summary = extract(folder, tmp_path, load=load)
    found = tables.read_tables(tmp_path)
    assert summary.failed
    assert set(found.sentences.article_id) == set(found.articles.article_id) - {"broken"}
    [issue] = found.issues.itertuples()
    assert (issue.path, issue.stage, issue.severity) == ("broken.txt", "annotate", "error")
    assert "told to fail" in issue.reason


def test_a_stage_that_fails_costs_its_own_rows_only(folder: Path, tmp_path: Path) -> None:
    add(folder, "odd", "NOENTITIES")
    summary = extract(folder, tmp_path, load=load)
    found = tables.read_tables(tmp_path)
    assert not summary.failed
    assert "odd" not in set(found.mentions.article_id)
    assert "odd" in set(found.quotes.article_id) & set(found.hedges.article_id)
    [issue] = found.issues.itertuples()
    assert (issue.article_id, issue.stage, issue.severity) == ("odd", "entities", "warning")


def test_a_process_that_dies_costs_one_article(folder: Path, tmp_path: Path) -> None:
    for path in sorted(folder.iterdir())[3:]:
        path.unlink()
    add(folder, "killer", "DEADLY")
    summary = extract(folder, tmp_path, jobs=2, load=load)
    found = tables.read_tables(tmp_path)
    assert summary.failed
    assert set(found.sentences.article_id) == set(found.articles.article_id) - {"killer"}
    [issue] = found.issues.itertuples()
    assert issue.article_id == "killer" and "killed" in issue.reason


def test_a_process_that_dies_costs_no_other_its_doc(folder: Path, tmp_path: Path) -> None:
    for path in sorted(folder.iterdir())[7:]:
        path.unlink()
    add(folder, "killer", "DEADLY")
    ingest(folder, tmp_path)
    annotate(tmp_path, jobs=2, load=load)
    for name in ("entities", "quotes", "claims"):
        run_stage(name, tmp_path, load=load)
    found = tables.read_tables(tmp_path)
    assert set(found.mentions.article_id) == set(found.articles.article_id) - {"killer"}
    assert list(found.issues.article_id) == ["killer"]


def test_an_article_that_has_lost_its_doc_is_told(folder: Path, tmp_path: Path) -> None:
    ingest(folder, tmp_path)
    annotate(tmp_path, load=load)
    min((tmp_path / "docs").iterdir()).unlink()
    with pytest.raises(ValueError, match=r"story-00\.txt: has sentences but no annotated text; run `hearsay"):
        run_stage("entities", tmp_path, load=load)


def test_a_run_that_ends_early_reads_no_more(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    with spool.open_spool(tmp_path / "spool") as connection:
        for n in range(40):
            spool.put(connection, replace(ARTICLE, article_id=f"a{n:02d}", text=f"A SLOW story, the {n}th."))
    cut = [spool.Shard(n, f"a{n:02d}", 1) for n in range(40)]
    work = shards.Work(load, tmp_path / "spool", tmp_path / "parts", FAKE_STAGES)
    results = shards.read_shards(work, cut, 2)
    next(results)
    results.close()  # as a full disk does
    assert len(list((tmp_path / "parts").glob("*.sentences"))) < len(cut)


def test_the_callers_settings_stay(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("BLIS_NUM_THREADS", raising=False)
    before = dict(os.environ)
    extract(folder, tmp_path, jobs=2, limit=20, load=load)
    assert dict(os.environ) == before


def test_duplicates_keep_their_article_row_and_no_other(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "story-07.txt", folder / "story-07-again.txt")
    summary = extract(folder, tmp_path, load=load)
    found = tables.read_tables(tmp_path)
    [row] = found.articles[found.articles.duplicate_of.notna()].itertuples()
    assert row.n_sentences == 0 and row.article_id not in set(found.sentences.article_id)
    assert summary.counts["duplicates"] == 1 and not summary.failed
    assert summary_lines(summary)[0] == ("articles", "41", "1 duplicate passed over")


def test_duplicates_are_read_on_request(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "story-07.txt", folder / "story-07-again.txt")
    summary = extract(folder, tmp_path / "whole", keep_duplicates=True, load=load)
    assert summary_lines(summary)[0] == ("articles", "41", "1 duplicate read")
    found = tables.read_tables(tmp_path / "whole")
    assert list(found.issues.reason) == ["repeats story-07 word for word, so only --keep-duplicates reads it"]
    [row] = found.articles[found.articles.duplicate_of.notna()].itertuples()
    assert row.n_sentences > 0 and row.article_id in set(found.sentences.article_id)
    ingest(folder, tmp_path / "steps")
    annotate(tmp_path / "steps", keep_duplicates=True, load=load)
    for name in ("entities", "quotes", "claims"):
        run_stage(name, tmp_path / "steps", load=load)
    assert files(tmp_path / "whole") == files(tmp_path / "steps")


def test_what_an_earlier_run_counted_is_forgotten(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "story-07.txt", folder / "story-07-again.txt")
    extract(folder, tmp_path, keep_duplicates=True, load=load)
    annotate(tmp_path, load=load)
    [row] = [row for row in tables.read_records(tmp_path, "articles") if row.duplicate_of]
    assert row.n_sentences == row.n_tokens == 0


def test_a_run_that_stops_leaves_the_old_tables(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    extract(folder, out, load=load)
    before = files(out)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    add(folder, "one-more", "nothing")
    broken = replace(FAKE_STAGES[3], run=stop)
    monkeypatch.setattr(run, "STAGES", (*FAKE_STAGES[:3], broken))
    with pytest.raises(KeyboardInterrupt):
        extract(folder, out, load=load)
    assert files(out) == before
    assert {p.suffix for p in out.iterdir()} == {".csv", ".json"}


def test_a_signal_waits_until_the_new_tables_are_in_place(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, left = tmp_path / "out", []
    extract(folder, out, limit=3, load=load, parquet=True)
    replace_file = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if not left and target.parent == out:
            workspace.abandon(130)
        return replace_file(path, target)

    monkeypatch.setattr(workspace, "_waiting", None)
    monkeypatch.setattr(Path, "replace", interrupted)
    monkeypatch.setattr(
        os, "_exit", lambda _: left.append({p.name for p in out.iterdir()} | {*files(out).values()})
    )
    extract(folder, out, limit=4, load=load)
    assert left == [{p.name for p in out.iterdir()} | {*files(out).values()}]


def test_a_single_stage_keeps_the_issues_of_others(folder: Path, tmp_path: Path) -> None:
    add(folder, "broken", "UNREADABLE")
    add(folder, "odd", "NOENTITIES")
    extract(folder, tmp_path, load=load)
    before = (tmp_path / "issues.csv").read_bytes()
    annotate(tmp_path, load=load)
    run_stage("entities", tmp_path, load=load)
    assert (tmp_path / "issues.csv").read_bytes() == before


@pytest.mark.parametrize("stage", ["annotate", "entities", "quotes", "claims"])
def test_a_stage_says_what_must_run_before_it(stage: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run `hearsay ingest"):
        annotate(tmp_path, load=load) if stage == "annotate" else run_stage(stage, tmp_path, load=load)
    assert not list(tmp_path.iterdir())


def test_docs_of_other_articles_are_not_taken(folder: Path, tmp_path: Path) -> None:
    ingest(folder, tmp_path)
    annotate(tmp_path, load=load)
    add(folder, "story-03", "nothing new")
    ingest(folder, tmp_path)
    with pytest.raises(ValueError, match="run `hearsay annotate` again"):
        run_stage("entities", tmp_path, load=load)


@pytest.mark.parametrize("out", ["articles", "articles/tables"])
def test_tables_do_not_go_into_the_corpus(out: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside the corpus"):
        extract(folder, tmp_path / out, load=load)
    assert len(list(folder.iterdir())) == 40


def test_copies_of_old_tables_go(folder: Path, tmp_path: Path) -> None:
    extract(folder, tmp_path / "out", limit=1, load=load, parquet=True, excel=True)
    assert (tmp_path / "out" / "quotes.parquet").exists() and (
        tmp_path / "out" / "excel" / "quotes.csv"
    ).exists()
    extract(folder, tmp_path / "out", limit=2, load=load)
    assert not (tmp_path / "out" / "quotes.parquet").exists()
    assert not (tmp_path / "out" / "excel" / "quotes.csv").exists()


def test_a_reader_that_cannot_be_loaded_is_an_error_of_the_call(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no_such_pipeline"):
        extract(folder, tmp_path / "out", jobs=2, model="no_such_pipeline")
    assert not list((tmp_path / "out").iterdir())


def test_limit(folder: Path, tmp_path: Path) -> None:
    assert extract(folder, tmp_path, limit=3, load=load).counts["articles"] == 3


def test_an_empty_folder_gives_empty_tables(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    summary = extract(tmp_path / "empty", tmp_path / "out", load=load)
    assert not summary.failed and not len(tables.read_tables(tmp_path / "out").articles)


def test_rows_that_break_their_promise_are_dropped_with_an_issue(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shifted(doc: object, article: Article, rows: dict) -> tuple:
        mentions, entities = FAKE_STAGES[1].run(doc, article, rows)
        bad = [replace(m, start=m.start + 1, mention_id=m.mention_id + "x") for m in mentions[:1]]
        lost = [replace(m, sentence_id="nowhere", mention_id=m.mention_id + "y") for m in mentions[:1]]
        unknown = [replace(m, entity_id="person/nobody", mention_id=m.mention_id + "z") for m in mentions[:1]]
        return mentions + mentions[:1] + bad + lost + unknown, entities

    stage = Stage("entities", FAKE_STAGES[1].writes, (), shifted)
    monkeypatch.setattr(run, "STAGES", (FAKE_STAGES[0], stage, *FAKE_STAGES[2:]))
    extract(folder, tmp_path, limit=1, load=load)
    found = tables.read_tables(tmp_path)
    [issue] = found.issues.itertuples()
    assert issue.severity == "warning" and issue.reason.count("1 row of mentions dropped") == 3
    assert "1 row of mentions left without entity_id: it has no row in entities" in issue.reason
    assert found.mentions.mention_id.str.endswith("z").sum() == 1  # kept, as its entity may be unknown
    assert found.mentions.entity_id.isna().sum() == 1


# --- the pieces -----------------------------------------------------------------------------------------------------


def mention(entity_id: str, n: int) -> list[Mention]:
    return [Mention(f"m{i}", "a", "s", 0, 1, "x", "PERSON", "name", entity_id, False) for i in range(n)]


def test_entities_merge_under_the_name_most_articles_use() -> None:
    counts = EntityCounts()
    for name, country, n in (("KIM JONG UN", None, 9), ("Kim Jong Un", None, 1), ("Kim Jong Un", "PRK", 2)):
        entity = Entity("person/kim-jong-un", name, "PERSON", country, n, 1)
        count_entities(
            counts, [entity, Entity("org/unsaid", "Unsaid", "ORG", None, 0, 1)], mention(entity.entity_id, n)
        )
    rows, renamed = merge_entities(counts)
    assert rows == [Entity("person/kim-jong-un", "Kim Jong Un", "PERSON", "PRK", 12, 3)]
    assert renamed == {"person/kim-jong-un": "Kim Jong Un"}


def test_quotes_take_the_merged_name(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for n, name in enumerate(("Berg", "Berg", "BERG")):
        (folder / f"{n}.txt").write_text(
            f"Title {n} is here\n\nThen {name.title()} said yes to the council today.\n"
        )
    spelt = folder / "2.txt"
    spelt.write_text(spelt.read_text().replace("Berg", "BerG"))
    monkeyed = replace(FAKE_STAGES[1], run=_one_entity)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "STAGES", (FAKE_STAGES[0], monkeyed, *FAKE_STAGES[2:]))
        extract(folder, tmp_path / "out", load=load)
    found = tables.read_tables(tmp_path / "out")
    assert list(found.entities.name) == ["Berg"]
    assert set(found.quotes.speaker) == {"Berg"}


def test_subjects_take_the_merged_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the shipped reader: `extract` gives what the stages give one by one."""
    monkeypatch.setattr(run, "STAGES", STAGES)
    folder = tmp_path / "articles"
    folder.mkdir()
    for n, name in enumerate(("NATO", "Nato")):
        body = f"{name} sent ships to the coast of Norway on Tuesday. Its members said that {name} will stay."
        (folder / f"{n}.txt").write_text(f"Ships sent north for the {n}th time\n\n{body}\n")
    for _ in range(2):  # read, and found in the cache
        extract(folder, tmp_path / "whole")
        claims = list(tables.read_records(tmp_path / "whole", "claims"))
        assert "NATO" in {claim.subject for claim in claims if claim.article_id == "1"}
    ingest(folder, tmp_path / "steps")
    annotate(tmp_path / "steps")
    monkeypatch.setattr(run, "_load", None)  # no reader is needed from here on
    for name in ("entities", "quotes", "claims"):
        run_stage(name, tmp_path / "steps")
    assert files(tmp_path / "whole") == files(tmp_path / "steps")


def _one_entity(doc: object, article: Article, rows: dict) -> tuple:
    text = article.text
    start = text.lower().index("berg")
    sentence = next(s for s in FAKE_STAGES[0].run(doc, article, rows)[1] if s.start <= start < s.end)
    name = text[start : start + 4]
    row = Mention(
        "m",
        article.article_id,
        sentence.sentence_id,
        start,
        start + 4,
        name,
        "PERSON",
        "name",
        "person/berg",
        False,
    )
    return [replace(row, mention_id=f"{article.article_id}#m")], [
        Entity("person/berg", name, "PERSON", None, 1, 1)
    ]


def test_issues_with_one_key_become_one_row() -> None:
    first = Issue("a.txt", "quotes", None, "a", "warning", "one thing")
    rows = merge_issues([first, first, replace(first, reason="another", severity="error")])
    assert rows == [replace(first, reason="one thing; another", severity="error")]
    [row] = merge_issues([replace(first, reason="has no title"), replace(first, reason="has no tit")])
    assert row.reason == "has no title; has no tit"


def test_issues_of_several_articles_in_a_file_stay_apart() -> None:
    rows = merge_issues([Issue("x.jsonl", "quotes", None, f"x/{n}", "warning", "odd") for n in (1, 2)])
    assert [row.path for row in rows] == ["x.jsonl#1", "x.jsonl#2"]


def test_issues_of_articles_whose_ids_end_alike_stay_apart() -> None:
    ids = ("news/x/a/1", "news/x/b/1", "news/x-1f/c/1")
    rows = merge_issues([Issue("news/x.jsonl", "quotes", None, id_, "error", "odd") for id_ in ids])
    assert [(row.path, row.article_id) for row in rows] == [
        ("news/x.jsonl#a/1", ids[0]),
        ("news/x.jsonl#b/1", ids[1]),
        ("news/x.jsonl#news/x-1f/c/1", ids[2]),
    ]


def test_shards_hold_all_articles_in_order(tmp_path: Path) -> None:
    sizes = [10, spool.SHARD_CHARACTERS + 1, 20, 30] + [1] * 40
    with spool.open_spool(tmp_path / "spool") as connection:
        for n, size in reversed(list(enumerate(sizes))):
            spool.put(connection, replace(ARTICLE, article_id=f"a{n:03d}", text="x" * size))
        with pytest.raises(ValueError, match="a second article with the id a000"):
            spool.put(connection, replace(ARTICLE, article_id="a000"))
        cut = list(spool.cut_shards(connection))
        ids = [[a.article_id for a in spool.read(connection, shard)] for shard in cut]
    assert list(chain.from_iterable(ids)) == [f"a{n:03d}" for n in range(len(sizes))]
    assert ids[:2] == [["a000"], ["a001"]]
    assert max(map(len, ids)) == spool.SHARD_ARTICLES
    assert [shard.number for shard in cut] == list(range(len(cut)))
