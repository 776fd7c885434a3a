"""Every row of the cue lexicon on its two sentences, and who wins where cues overlap."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from parsed import read_parse
from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from pipeline.claims.cue_uses import USES
from pipeline.claims.hedges import LEARNED_KINDS, find_hedges, mark_hedges
from pipeline.lexicon import read_lexicon
from pipeline.schema import HEDGE_KINDS, Hedge

ROWS = read_lexicon("hedges")
CASES: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "cases" / "hedges.toml").read_text(encoding="utf-8")
)
KNOWN: dict[str, str] = {
    f"{k['cue']}/{k['kind']}/{k['sentence']}": k["reason"] for k in CASES["known_failure"]
}
BESIDE = {"", "fills", "decides"}
DECIDING = {row["cue"].replace("[", "").replace("]", "") for row in ROWS if row["beside"] == "decides"}
SCOPES = {"clause", "complement", "consequent", "phrase", "source"}


def cue_of(row: dict[str, str]) -> str:
    return row["cue"].replace("[", "").replace("]", "")


def test_the_lexicon_is_well_formed() -> None:
    assert len(ROWS) >= 250
    assert {row["kind"] for row in ROWS} == set(HEDGE_KINDS)
    assert [key for key, n in Counter((row["cue"], row["kind"]) for row in ROWS).items() if n > 1] == []
    for row in ROWS:
        assert row["scope"] in SCOPES and row["beside"] in BESIDE, row
        assert row["test"] in USES or not row["test"], row
        assert row["fires"] and row["silent"], row
        assert not row["cap"] or -3 <= float(row["cap"]) < 3, row
        assert not (row["cap"] and row["kind"] in ("future", "approximator")), (
            f"{row['cue']} never lowers certainty"
        )


@pytest.fixture(scope="module")
def read(nlp: Language) -> dict[str, Doc]:
    """The docs of all sentences of the lexicon, without the learned cues, so that the lexicon serves every kind."""
    docs = {}
    for doc in nlp.pipe(row[column] for row in ROWS for column in ("fires", "silent")):
        del doc.spans["hedges"]
        docs[doc.text] = doc
    return docs


def cues(doc: Doc, row: dict[str, str]) -> list[Hedge]:
    words = re.compile(re.escape(cue_of(row)).replace(r"\*", r"\w+"))
    return [h for h in find_hedges(doc, "a") if words.fullmatch(h.lemma) and h.kind == row["kind"]]


def ids(column: str) -> list[Any]:
    params = []
    for row in ROWS:
        key = f"{cue_of(row)}/{row['kind']}/{column}"
        marks = [pytest.mark.xfail(reason=KNOWN[key], strict=False)] if key in KNOWN else []
        params.append(pytest.param(row, id=key, marks=marks))
    return params


@pytest.mark.parametrize("row", ids("fires"))
def test_a_cue_fires(row: dict[str, str], read: dict[str, Doc]) -> None:
    assert len(cues(read[row["fires"]], row)) == 1, [
        (h.text, h.kind) for h in find_hedges(read[row["fires"]], "a")
    ]


@pytest.mark.parametrize("row", ids("silent"))
def test_a_cue_stays_silent(row: dict[str, str], read: dict[str, Doc]) -> None:
    assert cues(read[row["silent"]], row) == []


def test_few_failures_are_known() -> None:
    assert len(KNOWN) <= 0.05 * 2 * len(ROWS)


@pytest.mark.parametrize("case", CASES["overlap"], ids=[case["name"] for case in CASES["overlap"]])
def test_one_cue_of_one_kind_a_span(case: dict[str, Any]) -> None:
    """`learned` are the cues of the reader as words/kind; `cues` all that come out."""
    doc = read_parse(case["parse"], case["text"])
    spans = []
    for words, kind in (item.split("/") for item in case.get("learned", ())):
        start = case["text"].index(words)
        span = doc.char_span(start, start + len(words))
        assert span is not None
        spans.append(Span(doc, span.start, span.end, label=kind))
    if "learned" in case:
        doc.spans["hedges"] = SpanGroup(
            doc, name="hedges", spans=spans, attrs={"confidence": [0.9] * len(spans)}
        )
    found = find_hedges(doc, "a")
    assert [f"{h.text}/{h.kind}" for h in found] == case["cues"]
    for hedge in found:
        assert doc.text[hedge.start : hedge.end] == hedge.text
        assert 0 <= (hedge.confidence or 0) <= 1


def test_learned_cues_keep_span_and_kind(nlp: Language) -> None:
    """With the other kinds on, no cue of the four is lost or moved, but for set phrases and evidential words."""
    texts = [row["fires"] for row in ROWS if row["kind"] in LEARNED_KINDS]
    kept = 0
    with nlp.select_pipes(disable="hearsay_hedges"):
        docs = list(nlp.pipe(texts))
    for doc in docs:
        learned = {(span.start_char, span.end_char, span.label_) for span in doc.spans["hedges"]}
        rows = find_hedges(doc, "a")
        mine = {(h.start, h.end, h.kind) for h in rows}
        kept += len(learned & mine)
        for start, end, _ in learned - mine:
            (row,) = [h for h in rows if h.start <= start and end <= h.end]
            assert row.lemma in DECIDING, doc.text
    assert kept > 0


def test_a_doc_without_a_parse_is_refused() -> None:
    doc = Doc(read_parse("Yes yes UH root 0", "Yes").vocab, words=["Perhaps", "not", "."])
    with pytest.raises(ValueError, match=r"pipeline\.load"):
        find_hedges(doc, "a")


def test_the_doc_has_the_cues_of_the_table(nlp: Language) -> None:
    """Also those of kinds that no reader has learned, once, however often they are asked for."""
    doc = nlp("Critics say the mill may have lost about 40 jobs, reportedly; it will close.")
    spans = [(span.start_char, span.end_char, span.label_) for span in doc.spans["hedges"]]
    assert {kind for *_, kind in spans} >= {"weasel", "epistemic", "approximator", "evidential", "future"}
    for _ in range(2):
        assert [(h.start, h.end, h.kind) for h in find_hedges(doc, "a")] == spans


def test_a_doc_without_a_parse_keeps_its_cues() -> None:
    doc = Doc(read_parse("Yes yes UH root 0", "Yes").vocab, words=["Perhaps", "not", "."])
    doc.spans["hedges"] = [Span(doc, 0, 1, label="epistemic")]
    assert [span.label_ for span in mark_hedges(doc).spans["hedges"]] == ["epistemic"]
