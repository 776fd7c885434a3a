"""The shipped reader and all stages on the shipped corpus: the way of running changes no row."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.output.soundness import keep_sound
from pipeline.run import annotate, extract, ingest, run_stage
from pipeline.schema import TABLES
from pipeline.stages import STAGES, read_article
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


MARKS = (
    '"',
    "“",
    "”",
    "‘",
    "’",
    "«",
    "»",
    "(",
    ")",
    "—",
    "…",
    ":",
    ";",
    "\n\n",
    "\u202e",
    "👩🏽‍🚒",
    "新聞",
    "=cmd()",
)
WORDS = ("said", "may", "if", "not", "Mr", "he", "who", "whether", "according to", "he said", "1.", "U.S.")


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=False))
def test_broken_prose_breaks_no_promise(random: Random, corpus_out: Path, nlp: Language) -> None:
    """Pieces of articles with words and marks put in, taken out and swapped: no stage fails, no row is dropped."""
    article = random.choice(list(read_records(corpus_out, "articles")))
    words = re.findall(r"\w+|[^\w\s]|\s+", article.text)
    start = random.randrange(len(words))
    words = words[start : start + random.randrange(1, 120)]
    for _ in range(random.randrange(12)):
        place, other = random.randrange(len(words)), random.randrange(len(words))
        change = random.choice(("put", "take", "swap"))
        if change == "put":
            words.insert(place, random.choice(MARKS + WORDS))
        elif change == "swap":
            words[place], words[other] = words[other], words[place]
        elif len(words) > 1:
            del words[place]
    text = re.sub(r"\s*\n\s*", "\n\n", "".join(words)).strip()
    title = text.partition("\n\n")[0] if random.random() < 0.5 else None
    odd = replace(article, text=text, title=title)
    rows, failed = read_article(nlp(text), odd, STAGES, {})
    sound, dropped = keep_sound(odd, rows, {})
    assert not failed + dropped
    assert sorted(sound) == sorted(set(TABLES) - {"issues"})
