"""The shipped reader and all stages on the shipped corpus: the way of running changes no row."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from spacy.language import Language

from pipeline.run import annotate, extract, ingest, run_stage
from pipeline.schema import TABLES
from pipeline.tables import read_records


def test_the_stages_one_by_one_give_the_same_tables(
    corpus: Path, corpus_out: Path, nlp: Language, tmp_path: Path
) -> None:
    ingest(corpus, tmp_path)
    annotate(tmp_path, load=lambda: nlp)
    for stage in ("entities", "quotes", "claims"):
        run_stage(stage, tmp_path, load=lambda: nlp)
    for table in TABLES:
        assert (tmp_path / f"{table}.csv").read_bytes() == (corpus_out / f"{table}.csv").read_bytes(), table


def test_two_processes_give_the_same_tables(corpus: Path, corpus_out: Path, tmp_path: Path) -> None:
    extract(corpus, tmp_path, jobs=2)
    for table in TABLES:
        assert (tmp_path / f"{table}.csv").read_bytes() == (corpus_out / f"{table}.csv").read_bytes(), table


@pytest.mark.parametrize("name", ["science/buried-lake.txt", "courts/footbridge.html"])
def test_its_neighbours_change_no_row_of_an_article(
    name: str, corpus: Path, corpus_out: Path, nlp: Language, tmp_path: Path
) -> None:
    (tmp_path / "alone" / name).parent.mkdir(parents=True)
    shutil.copy(corpus / name, tmp_path / "alone" / name)
    extract(tmp_path / "alone", tmp_path / "out", load=lambda: nlp)
    article_id = str(Path(name).with_suffix(""))
    for table in ("articles", "sentences", "mentions", "quotes", "quote_parts", "claims", "hedges"):
        alone = list(read_records(tmp_path / "out", table))
        assert alone == [row for row in read_records(corpus_out, table) if row.article_id == article_id], (
            table
        )
