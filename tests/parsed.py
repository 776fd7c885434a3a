"""Docs built from a parse written down: a word a line, "word lemma TAG relation head" (head from 1; 0: root).

An empty line begins another sentence; heads count on.
"""

from __future__ import annotations

import re
from pathlib import Path

import spacy
from spacy.tokens import Doc
from spacy.vocab import Vocab

VOCAB: Vocab = spacy.blank("en").vocab
UPOS = {
    "CC": "CCONJ", "CD": "NUM", "DT": "DET", "EX": "PRON", "IN": "ADP", "MD": "AUX", "NN": "NOUN", "NNS": "NOUN",
    "NNP": "PROPN", "NNPS": "PROPN", "PRP": "PRON", "PRP$": "PRON", "RP": "ADP", "TO": "PART", "WP": "PRON",
    "WDT": "PRON", "WRB": "ADV", "UH": "INTJ",
}  # fmt: skip
PIECE = re.compile(r"\{([sct]) (.*?)\}", re.DOTALL)
GROUPS = {"s": "sources", "c": "cues", "t": "contents"}
CLOSING = {".", ",", "?", "!", ";", ":", "''", "n't", "'s", "'ll", "'d", "'ve"}


def upos(lemma: str, tag: str, relation: str) -> str:
    """The universal tag of a word, told from its Penn tag and its relation."""
    if tag.startswith("VB"):
        return "AUX" if relation.startswith(("aux", "cop")) else "VERB"
    if tag.startswith("JJ"):
        return "ADJ"
    if tag.startswith("RB"):
        return "PART" if lemma == "not" else "ADV"
    if relation == "mark" and tag == "IN":
        return "SCONJ"
    return UPOS.get(tag, "PUNCT")


def read_pieces(marked: str) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """The text without the braces around pieces of quotes, and the pieces in characters: "{s She} {c said} {t no}"."""
    text, spans, last = "", {group: [] for group in GROUPS.values()}, 0
    for match in PIECE.finditer(marked):
        text += marked[last : match.start()]
        spans[GROUPS[match[1]]].append((len(text), len(text) + len(match[2])))
        text += match[2]
        last = match.end()
    return text + marked[last:], spans


def read_parse(parse: str, text: str) -> Doc:
    """The doc of a text whose words are those of the parse."""
    lines = parse.strip().splitlines()
    rows = [line.split(" ") for line in lines if line]
    begun = [i == 0 or not lines[i - 1] for i, line in enumerate(lines) if line]
    spaces, at = [], 0
    for word, *_ in rows:
        at = text.index(word, at) + len(word)
        spaces.append(text[at : at + 1] == " ")
    doc = Doc(
        VOCAB,
        words=[row[0] for row in rows],
        spaces=spaces,
        lemmas=[row[1] for row in rows],
        tags=[row[2] for row in rows],
        pos=[upos(row[1], row[2], row[3]) for row in rows],
        deps=[row[3] for row in rows],
        heads=[int(row[4]) - 1 if row[4] != "0" else i for i, row in enumerate(rows)],
        sent_starts=begun,
    )
    assert doc.text == text, f"the parse does not have the words of {text!r}"
    return doc


def read_conllu(path: Path, sentences_per_doc: int, limit: int) -> list[Doc]:
    """Docs of gold parses from a CoNLL-U file, some sentences each; at most `limit` docs."""
    docs: list[Doc] = []
    group: list[list[str]] = []
    with path.open(encoding="utf-8") as lines:
        block: list[str] = []
        for line in lines:
            if line.strip():
                block.append(line.rstrip("\n"))
                continue
            group.append(block)
            block = []
            if len(group) == sentences_per_doc:
                docs.append(_doc_of(group))
                group = []
            if len(docs) == limit:
                break
    return docs


def _doc_of(blocks: list[list[str]]) -> Doc:
    words, spaces, tags, pos, lemmas, deps, heads, starts = ([] for _ in range(8))  # type: ignore[var-annotated]
    for block in blocks:
        base, glued_until, space_after = len(words), 0, True
        for cells in (line.split("\t") for line in block if not line.startswith("#")):
            if "." in cells[0]:
                continue
            if "-" in cells[0]:
                glued_until, space_after = int(cells[0].split("-")[1]), "SpaceAfter=No" not in cells[9]
                continue
            number = int(cells[0])
            words.append(cells[1])
            lemmas.append(cells[2])
            pos.append(cells[3])
            tags.append(cells[4])
            heads.append(base + (int(cells[6]) or number) - 1)
            deps.append(cells[7])
            starts.append(number == 1)
            inside = number <= glued_until
            spaces.append(
                space_after if number == glued_until else not inside and "SpaceAfter=No" not in cells[9]
            )
        spaces[-1] = True
    return Doc(
        VOCAB,
        words=words,
        spaces=spaces,
        tags=tags,
        pos=pos,
        lemmas=lemmas,
        deps=deps,
        heads=heads,
        sent_starts=starts,
    )
