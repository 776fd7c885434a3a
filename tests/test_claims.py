"""Claims on sentences with hand-built parses, on these and others as the reader reads them, and on any tree at all."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsed import VOCAB, read_conllu, read_parse
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.claims.checkworthiness import calibrate
from pipeline.claims.hedges import LOWERING_KINDS, find_hedges
from pipeline.claims.stage import Explained, explained_claims, find_claims
from pipeline.entities.stage import find_entities
from pipeline.quotes.stage import find_quotes
from pipeline.schema import Entity, Mention, Quote, QuotePart, span_id
from pipeline.sentences import sentence_bounds, sentence_id

CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "cases" / "claims.toml").read_text(encoding="utf-8")
)["case"]
PARSED = [case for case in CASES if "parse" in case]
TO_BE_RIGHT = 0.9
"""Share of the rows that the reader and the rules have to get exactly right."""

Row = tuple[str, str, tuple[str, ...], str, float, float | None]


def as_expected(row: dict[str, Any]) -> Row:
    cues = tuple(sorted(row["cues"]))
    return row["text"], row["claimant"], cues, row["polarity"], row["author"], row.get("source")


def as_found(found: Explained) -> Row:
    claim, cues = found.claim, tuple(sorted(f"{h.text}/{h.kind}" for h in found.hedges))
    return (
        claim.text,
        claim.claimant,
        cues,
        claim.polarity,
        claim.author_factuality,
        claim.source_factuality,
    )


def make_quotes(doc: Doc, case: dict[str, Any]) -> tuple[list[Quote], list[QuotePart]]:
    """The quotes of a case: source, cue and contents as words of its text."""
    quotes, parts = [], []
    for quote in case.get("quotes", ()):
        places = [
            ("source", quote["source"]),
            ("cue", quote["cue"]),
            *(("content", c) for c in quote["contents"]),
        ]
        spans = [(part, doc.text.index(words), words) for part, words in places]
        content = [(start, start + len(words)) for part, start, words in spans if part == "content"]
        start, end = content[0][0], content[-1][1]
        key = span_id("a", "q", start, end)
        parts += [QuotePart(key, part, at, "a", at + len(words), words) for part, at, words in spans]
        direct = all(doc.text[a] in '"“' for a, _ in content)
        cue = doc.char_span(spans[1][1], spans[1][1] + len(quote["cue"]))
        assert cue is not None
        quotes.append(
            Quote(
                quote_id=key,
                article_id="a",
                sentence_id=sentence_id("a", cue.sent),
                start=start,
                end=end,
                text=" … ".join(quote["contents"]),
                kind="direct" if direct else "indirect",
                cue=quote["cue"],
                cue_lemma=cue.root.lemma_,
                source=quote["source"],
                speaker_id=None,
                speaker=quote["source"],
                confidence=0.9,
            )
        )
    return quotes, parts


@pytest.mark.parametrize("case", PARSED, ids=[case["text"] for case in PARSED])
def test_claims_of_a_parse(case: dict[str, Any]) -> None:
    doc = read_parse(case["parse"], case["text"])
    quotes, parts = make_quotes(doc, case)
    found = explained_claims(doc, "a", [], [], quotes, parts, find_hedges(doc, "a"))
    assert [as_found(row) for row in found] == [as_expected(row) for row in case["claims"]]


def test_a_copula_behind_both_its_subjects_breaks_nothing() -> None:
    parse = """
The the DT det 2
trouble trouble NN nsubj:outer 6
he he PRP nsubj 6
is be VBZ cop 6
not not RB advmod 6
there there RB root 0
"""
    doc = read_parse(parse, "The trouble he is not there")
    (found,) = explained_claims(doc, "a", [], [], [], [], find_hedges(doc, "a"))
    assert found.claim.polarity == "negative"


def test_who_says_what_follows_a_semicolon_does_not_say_what_stands_before_it() -> None:
    parse = """
Prices price NNS nsubj 2
fell fall VBD root 0
; ; , punct 8
perhaps perhaps RB advmod 5
late late RB advmod 8
, , , punct 8
Berg Berg NNP nsubj 8
said say VBD parataxis 2
. . . punct 2
"""
    doc = read_parse(parse, "Prices fell; perhaps late, Berg said.")
    (found,) = explained_claims(doc, "a", [], [], [], [], find_hedges(doc, "a"))
    assert (found.claim.text, found.claim.claimant) == ("Prices fell", "author")


@pytest.mark.parametrize(
    ("text", "subject", "lemma"),
    [
        ("What we need are boats and pilots.", "What we need", "boat"),
        ("Many Norwegians were tired of the old mayor.", "Many Norwegians", "tired"),
        ("Among the dead was a nurse from Bergen.", "a nurse from Bergen", "be"),
        ("The depth of the lake was 6.6.", "The depth of the lake", "be"),
        ("The new mayor was Ina Vik.", "The new mayor", "be"),
        ("Berg praised the crew, but did not seek a second term.", "Berg", "seek"),
        (
            "The court found that it could hear the case, and found the sale to be unlawful.",
            "The court",
            "find",
        ),
    ],
)
def test_subject_and_lemma_of_the_last_row(nlp: Language, text: str, subject: str, lemma: str) -> None:
    last = read_claims(nlp(text))[-1].claim
    assert (last.subject, last.predicate_lemma) == (subject, lemma)


def read_claims(doc: Doc) -> list[Explained]:
    """Claims of a doc after the stages before them."""
    mentions, entities = find_entities(doc, "a")
    quotes, parts = find_quotes(doc, "a", mentions, entities)
    return explained_claims(doc, "a", mentions, entities, quotes, parts, find_hedges(doc, "a"))


@pytest.fixture(scope="module")
def read(nlp: Language) -> dict[str, list[Row]]:
    docs = nlp.pipe(case["text"] for case in CASES)
    return {doc.text: [as_found(row) for row in read_claims(doc)] for doc in docs}


def params() -> list[Any]:
    marked = []
    for case in CASES:
        reason = case.get("known_failure")
        marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
        marked.append(pytest.param(case, id=case["text"], marks=marks))
    return marked


@pytest.mark.parametrize("case", params())
def test_claims_as_read(case: dict[str, Any], read: dict[str, list[Row]]) -> None:
    assert read[case["text"]] == [as_expected(row) for row in case["claims"]]


def test_most_rows_are_exactly_right(read: dict[str, list[Row]]) -> None:
    expected = [(case["text"], as_expected(row)) for case in CASES for row in case["claims"]]
    right = [row in read[text] for text, row in expected]
    assert len(CASES) >= 150
    assert sum(right) >= TO_BE_RIGHT * len(right), f"{sum(right)} of {len(right)} rows are right"


# ---- single columns -----------------------------------------------------------------------------------------------

OFFICIALS = next(case for case in PARSED if case["text"].startswith("Harbour officials"))


def test_the_subject_is_its_entity() -> None:
    doc = read_parse(OFFICIALS["parse"], OFFICIALS["text"])
    start = doc.text.index("the port")
    mention = Mention(
        mention_id=span_id("a", "m", start, start + 8),
        article_id="a",
        sentence_id=sentence_id("a", doc[0].sent),
        start=start,
        end=start + 8,
        text="the port",
        type="FAC",
        kind="nominal",
        entity_id="fac/port-of-kesh",
        metonym=False,
    )
    entity = Entity("fac/port-of-kesh", "Port of Kesh", "FAC", None, 1, 1)
    quotes, parts = make_quotes(doc, OFFICIALS)
    claims, links = find_claims(doc, "a", [mention], [entity], quotes, parts, find_hedges(doc, "a"))
    (claim,) = claims
    assert claim.subject == "Port of Kesh"
    assert (claim.predicate, claim.predicate_lemma) == ("would not reopen", "reopen")
    assert (claim.quote_id, claim.claimant, claim.hedged) == (quotes[0].quote_id, "Harbour officials", False)
    assert links == []


def test_who_speaks_is_no_he_in_the_own_words(nlp: Language) -> None:
    text = 'Jonas Wirth bowed. "He was a good captain," Wirth said. Then he left.'
    doc = nlp(text)
    mentions, entities = find_entities(doc, "a")
    (spoken, later) = (text.index("He was"), text.index("he left"))
    wirth = next(e for e in entities if e.name == "Jonas Wirth")
    others = [m for m in mentions if m.start not in (spoken, later)]
    pronouns = [
        Mention(span_id("a", "m", at, at + 2), "a", mentions[0].sentence_id, at, at + 2, text[at : at + 2],
                "PERSON", "pronoun", wirth.entity_id, False)
        for at in (spoken, later)
    ]  # fmt: skip
    mentions = sorted([*others, *pronouns], key=lambda m: m.start)
    quotes, parts = find_quotes(doc, "a", mentions, entities)
    claims, _ = find_claims(doc, "a", mentions, entities, quotes, parts, find_hedges(doc, "a"))
    assert {c.text: (c.subject, c.claimant) for c in claims} == {
        "Jonas Wirth bowed": ("Jonas Wirth", "author"),
        "He was a good captain": ("He", "Jonas Wirth"),
        "he left": ("Jonas Wirth", "author"),
    }


def test_an_inflection_in_brackets_is_no_part_of_the_lemma(nlp: Language) -> None:
    doc = nlp("I was involve[d] in the study at that time.")
    claims, _ = find_claims(doc, "a", [], [], [], [], [])
    assert [claim.predicate_lemma for claim in claims] == ["involve"]


def test_without_a_row_of_quotes_the_subject_of_the_report_is_the_claimant() -> None:
    doc = read_parse(OFFICIALS["parse"], OFFICIALS["text"])
    (claim,), _ = find_claims(doc, "a", [], [], [], [], [])
    assert (claim.claimant, claim.quote_id, claim.source_factuality) == ("Harbour officials", None, -3)


def test_words_in_quotation_marks_without_a_source_are_nobodys() -> None:
    doc = read_parse(OFFICIALS["parse"], OFFICIALS["text"])
    quotes, parts = make_quotes(doc, OFFICIALS)
    from dataclasses import replace

    nobody = [replace(quote, source=None, speaker=None) for quote in quotes]
    (claim,), _ = find_claims(doc, "a", [], [], nobody, [p for p in parts if p.part != "source"], [])
    assert claim.claimant == "Harbour officials"  # the parse shows them
    text = "They left. “The port would not reopen.”"
    doc = read_parse(
        "They they PRP nsubj 2\nleft leave VBD root 0\n. . . punct 2\n“ “ `` punct 9\nThe the DT det 6\n"
        "port port NN nsubj 9\nwould will MD aux 9\nnot not RB advmod 9\nreopen reopen VB parataxis 2\n"
        ". . . punct 9\n” ” '' punct 9",
        text,
    )
    (quote,), (part,) = nobody, [p for p in parts if p.part == "content"]
    start, end = text.index("“"), len(text)
    quote = replace(quote, start=start, end=end, text=text[start:], kind="direct", cue=None, cue_lemma=None)
    part = replace(part, start=start, end=end, text=text[start:])
    claim = find_claims(doc, "a", [], [], [quote], [part], [])[0][-1]
    assert (claim.text, claim.claimant, claim.author_factuality) == (
        "The port would not reopen",
        "unknown",
        0,
    )


def test_a_clause_ends_where_the_next_one_begins() -> None:
    """Also where the parser hangs the end of the sentence on the first clause."""
    text = "The name stands for peace and he can find rest"
    words = """The the DT det 2
name name NN nsubj 3
stands stand VBZ root 0
for for IN case 5
peace peace NN obl 3
and and CC cc 9
he he PRP nsubj 9
can can MD aux 9
find find VB conj 3
rest rest NN parataxis 3"""
    found = explained_claims(read_parse(words, text), "a", [], [], [], [], [])
    assert [row.claim.text for row in found] == ["The name stands for peace", "he can find"]


def test_a_claim_can_be_explained() -> None:
    doc = read_parse(OFFICIALS["parse"], OFFICIALS["text"])
    quotes, parts = make_quotes(doc, OFFICIALS)
    ((claim, _, reasons),) = explained_claims(doc, "a", [], [], quotes, parts, [])
    assert list(reasons) == [
        "+3  stated outright",
        '-3  "not" turns it round',
        ' 0  "said" (speech): -3 for the source, the author only reports it',
    ]
    assert claim.text == "the port would not reopen"


def test_predicates_have_particles_and_negation() -> None:
    text = "The mayor did not shut the mill down."
    doc = read_parse(
        "The the DT det 2\nmayor mayor NN nsubj 5\ndid do VBD aux 5\nnot not RB advmod 5\nshut shut VB root 0\n"
        "the the DT det 7\nmill mill NN obj 5\ndown down RP compound:prt 5\n. . . punct 5",
        text,
    )
    (claim,), _ = find_claims(doc, "a", [], [], [], [], [])
    assert (claim.predicate, claim.predicate_lemma) == ("did not shut … down", "shut down")
    assert text[claim.predicate_start :].startswith("did not shut")


# ---- any text -----------------------------------------------------------------------------------------------------


def check_rows(doc: Doc) -> int:
    """The promises of the tables, row by row; how many claims there were."""
    hedges = find_hedges(doc, "a")
    claims, links = find_claims(doc, "a", [], [], [], [], hedges)
    assert [c.claim_id for c in claims] == sorted({c.claim_id for c in claims})
    assert {link.hedge_id for link in links} <= {hedge.hedge_id for hedge in hedges}
    assert {link.claim_id for link in links} <= {claim.claim_id for claim in claims}
    kinds = {hedge.hedge_id: hedge.kind for hedge in hedges}
    bounds = {sentence_id("a", sent): sentence_bounds(sent) for sent in doc.sents}
    text = doc.text
    for claim in claims:
        first, last = bounds[claim.sentence_id]
        assert first <= claim.start < claim.end <= last
        pieces = claim.text.split(" … ")
        assert text[claim.start : claim.end] == claim.text or re.fullmatch(
            ".*?".join(map(re.escape, pieces)), text[claim.start : claim.end], re.DOTALL
        )
        assert claim.start <= claim.predicate_start < claim.end
        assert text[claim.predicate_start :].startswith(claim.predicate.split(" … ")[0])
        assert claim.predicate and claim.predicate_lemma and claim.claimant
        assert -3 <= claim.author_factuality <= 3
        linked = {kinds[link.hedge_id] for link in links if link.claim_id == claim.claim_id}
        assert claim.hedged == bool(linked & LOWERING_KINDS)
    return len(claims)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["ewt_train", "gumopen_train"])
def test_gold_parses_keep_the_promises(name: str, shared: Path) -> None:
    docs = read_conllu(shared / "data" / "ud" / f"{name}.conllu", sentences_per_doc=10, limit=60)
    assert sum(check_rows(doc) for doc in docs) > 300


WORDS = st.sampled_from(
    '" “ ” ( ) , . ? : … if whether said not may would to the port likely is no I failed and that believed ¶'.split()
)  # ¶ stands for a paragraph break, which is a token of white space
TAGS = st.sampled_from(
    ["NN", "VBD", "VB", "VBN", "MD", "IN", "JJ", "RB", "PRP", ".", "WP", "DT", "TO", "CC", "VBG"]
)
RELATIONS = st.sampled_from(
    "nsubj obj ccomp csubj xcomp advcl acl acl:relcl conj parataxis mark aux cop advmod "
    "obl det punct expl nsubj:outer aux:pass nsubj:pass compound:prt dep case".split()
)
POS = st.sampled_from(["NOUN", "VERB", "AUX", "ADJ", "ADV", "PUNCT", "PRON", "PART", "ADP", "SCONJ", "SPACE"])


@st.composite
def any_doc(draw: st.DrawFn) -> Doc:
    """A doc of any words under any tree, in one to three sentences."""
    words, heads, starts, deps = [], [], [], []  # type: ignore[var-annotated]
    for size in draw(st.lists(st.integers(1, 12), min_size=1, max_size=3)):
        order = draw(st.permutations(range(size)))
        head = {order[0]: order[0]} | {order[k]: order[draw(st.integers(0, k - 1))] for k in range(1, size)}
        base = len(words)
        words += draw(st.lists(WORDS, min_size=size, max_size=size))
        heads += [base + head[i] for i in range(size)]
        deps += ["root" if head[i] == i else draw(RELATIONS) for i in range(size)]
        starts += [i == 0 for i in range(size)]
    words = ["\n\n" if word == "¶" else word for word in words]
    n = len(words)
    tags, pos = draw(st.lists(TAGS, min_size=n, max_size=n)), draw(st.lists(POS, min_size=n, max_size=n))
    return Doc(
        VOCAB, words=words, heads=heads, deps=deps, tags=tags, pos=pos, lemmas=words, sent_starts=starts
    )


@settings(max_examples=300, deadline=None)
@given(any_doc())
def test_any_tree_keeps_the_promises(doc: Doc) -> None:
    check_rows(doc)


def test_an_empty_doc_has_no_claims() -> None:
    doc = Doc(VOCAB, words=[])
    assert find_hedges(doc, "a") == [] and find_claims(doc, "a", [], [], [], [], []) == ([], [])


@pytest.mark.parametrize("relation", ["ccomp", "conj", "parataxis", "advcl", "xcomp"])
def test_time_grows_with_the_text_alone(relation: str) -> None:
    """Clauses nested or strung together by the thousand: four times the words take about four times as long."""

    def seconds(clauses: int) -> float:
        words = ["he", "said"] * clauses
        nested = relation != "conj"
        heads = [i + 1 if i % 2 == 0 else (max(1, i - 2) if nested else 1) for i in range(len(words))]
        deps = ["nsubj" if i % 2 == 0 else ("root" if i == 1 else relation) for i in range(len(words))]
        tags = ["PRP", "VBD"] * clauses
        doc = Doc(
            VOCAB,
            words=words,
            heads=heads,
            deps=deps,
            tags=tags,
            pos=["PRON", "VERB"] * clauses,
            lemmas=words,
        )
        start = time.process_time()
        find_claims(doc, "a", [], [], [], [], find_hedges(doc, "a"))
        return time.process_time() - start

    seconds(50)
    assert min(seconds(2000) for _ in range(3)) < 12 * min(seconds(500) for _ in range(3)) + 0.3


# ---- check-worthiness ---------------------------------------------------------------------------------------------


def test_check_worthiness_is_calibrated_and_keeps_its_order() -> None:
    scores = [0.0, 0.001, 0.2, 0.5, 0.9, 1.0]
    chances = [calibrate(score) for score in scores]
    assert chances == sorted(chances) and chances[0] > 0 and chances[-1] < 1
    assert calibrate(0.99) < 0.99 and calibrate(0.01) > 0.01  # the reader is surer than it may be
