"""Whom a source means: the cases of tests/cases/speakers.toml on docs whose parse is given."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from parsed import read_parse
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.quotes.speakers import find_speaker, index_mentions
from pipeline.schema import Entity, Mention

CASES = tomllib.loads((Path(__file__).parent / "cases" / "speakers.toml").read_text(encoding="utf-8"))["case"]
NAMES = {
    "norp/swedish": "Swedish",
    "person/jon-berg": "Jon Berg",
    "person/ana-duarte": "Ana Duarte",
    "org/port-authority": "Port Authority",
    "org/sea-institute": "Sea Institute",
    "org/council": "Council",
    "gpe/norway": "Norway",
}


def build_doc(line: str) -> Doc:
    rows = [cell.split() for cell in line.split(" | ")]
    words = [word for word, _, _ in rows]
    spaces = [following not in (",", ".") for following in [*words[1:], ""]]
    heads = [words.index(head) for _, _, head in rows]
    return Doc(Vocab(), words=words, spaces=spaces, heads=heads, deps=[dep for _, dep, _ in rows])


def build_mention(text: str, line: str, elsewhere: bool) -> Mention:
    words, kind_of_thing, kind, entity_id = (cell.strip() for cell in line.split("|"))
    start = len(text) + 10 if elsewhere else text.index(words)
    return Mention(
        f"a#m{start}",
        "a",
        "a#s",
        start,
        start + len(words),
        words,
        kind_of_thing or None,
        kind,
        entity_id or None,
        False,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    doc = build_doc(case["tokens"])
    mentions = [build_mention(doc.text, m, case.get("mentions_elsewhere", False)) for m in case["mentions"]]
    entities = [Entity(i, name, "PERSON", None, 1, 1) for i, name in NAMES.items()]
    index = index_mentions(doc.text, True, mentions, entities)
    start = doc.text.index(case["source"])
    source = doc.char_span(start, start + len(case["source"]), alignment_mode="expand")
    speaker, speaker_id = find_speaker(doc, source.start, source.end, index)
    assert (speaker or "", speaker_id or "") == (case["speaker"], case["speaker_id"])


def test_an_entity_that_is_not_in_the_table_is_not_named() -> None:
    doc = build_doc("She nsubj said | said ROOT said")
    mention = build_mention(doc.text, "She | PERSON | pronoun | person/nobody", False)
    assert find_speaker(doc, 0, 1, index_mentions(doc.text, True, [mention], [])) == (None, None)


def test_case_names_are_unique() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert not [case["name"] for case in CASES if re.search(r"\s{2}", case["tokens"])]


def test_who_stands_for_the_words_it_takes_up() -> None:
    parse = """
The the DT det 2
letter letter NN nsubj:pass 4
was be VBD aux:pass 4
sent send VBN root 0
by by IN case 8
a a DT det 8
former former JJ amod 8
clerk clerk NN obl 4
, , , punct 11
who who WP nsubj 11
asked ask VBD acl:relcl 8
to to TO mark 13
stay stay VB xcomp 11
unnamed unnamed JJ xcomp 13
. . . punct 4
"""
    doc = read_parse(parse, "The letter was sent by a former clerk, who asked to stay unnamed.")
    index = index_mentions(doc.text, True, [], [])
    assert find_speaker(doc, 9, 10, index) == ("a former clerk", None)


def test_several_are_not_the_one_that_is_named_as_an_example() -> None:
    parse = """
Some some DT det 2
members member NNS nsubj 8
, , , punct 6
such such JJ case 6
as as IN fixed 4
Ana Ana NNP appos 2
Duarte Duarte NNP flat 6
objected object VBD root 0
. . . punct 8
"""
    doc = read_parse(parse, "Some members, such as Ana Duarte objected.")
    mention = build_mention(doc.text, "Ana Duarte | PERSON | name | person/ana-duarte", False)
    entity = Entity("person/ana-duarte", "Ana Duarte", "PERSON", None, 1, 1)
    speaker = find_speaker(doc, 0, 7, index_mentions(doc.text, True, [mention], [entity]))
    assert speaker == ("Some members, such as Ana Duarte", None)


def test_a_name_behind_a_title_is_told_without_a_parse() -> None:
    doc = Doc(Vocab(), words="The mayor , Ana Duarte , objected .".split())
    mention = build_mention(doc.text, "Ana Duarte | PERSON | name | person/ana-duarte", False)
    entity = Entity("person/ana-duarte", "Ana Duarte", "PERSON", None, 1, 1)
    index = index_mentions(doc.text, False, [mention], [entity])
    assert find_speaker(doc, 0, 6, index) == ("Ana Duarte", "person/ana-duarte")
