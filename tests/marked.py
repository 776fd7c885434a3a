"""Docs built by hand: entity spans in braces ("{PERSON Ana Orla} left"), or a parse written word by word."""

from __future__ import annotations

import re

import spacy
from spacy.tokens import Doc, Span

MARK = re.compile(r"\{([A-Z]+) (.*?)\}", re.DOTALL)
POS = {
    "NN": "NOUN", "NNS": "NOUN", "NNP": "PROPN", "NNPS": "PROPN", "PRP": "PRON", "PRP$": "PRON", "WP": "PRON",
    "DT": "DET", "IN": "ADP", "TO": "PART", "JJ": "ADJ", "RB": "ADV", "CC": "CCONJ", "CD": "NUM", "MD": "AUX",
}  # fmt: skip


def read_marks(marked: str) -> tuple[str, list[tuple[int, int, str]]]:
    """The text without braces, and (start, end, label) of what stood in them, in characters."""
    text, spans, last = "", [], 0
    for match in MARK.finditer(marked):
        text += marked[last : match.start()]
        spans.append((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        last = match.end()
    return text + marked[last:], spans


def marked_doc(marked: str) -> Doc:
    """A doc with sentences and entities, without tags and parse."""
    text, spans = read_marks(marked)
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    doc = nlp(text)
    found = [doc.char_span(start, end, label=label, alignment_mode="expand") for start, end, label in spans]
    doc.set_ents([span for span in found if span is not None])
    return doc


def parsed_doc(parse: str, entities: dict[str, str]) -> Doc:
    """A doc from "word/TAG/relation/distance-to-head[/lemma]" items; a line is a sentence, an empty line a paragraph.

    `entities` gives the label of each name; all places where its words stand are entities.
    """
    words: list[str] = []
    columns: dict[str, list[str]] = {"tags": [], "pos": [], "deps": [], "lemmas": []}
    heads: list[int] = []
    starts: list[bool] = []

    def add(word: str, tag: str, pos: str, dep: str, head: int, lemma: str, start: bool) -> None:
        words.append(word)
        for name, value in zip(columns, (tag, pos, dep, lemma), strict=True):
            columns[name].append(value)
        heads.append(head)
        starts.append(start)

    for line in parse.strip().splitlines():
        if not line.strip():
            add("\n\n", "_SP", "SPACE", "dep", len(words) - 1, "\n\n", False)
        for k, item in enumerate(line.split()):
            word, tag, dep, distance, *lemma = item.split("/")
            pos = POS.get(tag, "VERB" if tag.startswith("VB") else "PUNCT")
            head = len(words) + int(distance)
            add(word, tag, pos, dep, head, lemma[0] if lemma else word.lower(), k == 0)
    spaces = [
        w != "\n\n" and following not in ("\n\n", ".", ",", "'s", "”")
        for w, following in zip(words, [*words[1:], "."])
    ]
    doc = Doc(spacy.blank("en").vocab, words=words, spaces=spaces, heads=heads, sent_starts=starts, **columns)
    doc.set_ents(
        [span for name, label in entities.items() for span in _find(doc, name, label)], default="outside"
    )
    return doc


def _find(doc: Doc, name: str, label: str) -> list[Span]:
    words = name.split()
    return [
        Span(doc, i, i + len(words), label=label)
        for i in range(len(doc) - len(words) + 1)
        if [token.text for token in doc[i : i + len(words)]] == words
    ]
