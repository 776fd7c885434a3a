"""Pieces linked into attributions: every content to its cue, every cue to its source.

Each link is chosen among the few nearest candidates and "none" by a log-linear score: the reader's pointer, plus what
the text between the two shows (sentence and paragraph borders, commas, other pieces, quotation marks, the parse).
The weights are learned and stand in `lexicon/links.csv`; a feature is a short readable name there and here.
"""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from pipeline.quotes.layout import NONE, QUOTATION_MARKS, Layout, Piece, region_at

REACH = 3  # candidates looked at on each side of a piece
LEAST = 0.001  # floor of a pointer's probability, so that its logarithm is finite

GAP_BINS = (0, 1, 2, 3, 5, 8, 13, 21, 40)
COMPLEMENTISERS = frozenset("that whether if to how what why when where who which".split())
DASHES = frozenset("-–—")
SENTENCE_ENDS = frozenset(".?!…")
RELATIVES = frozenset("who which that whose whom".split())
PRONOUNS = frozenset("i we you he she it they".split())


@dataclass(frozen=True, slots=True)
class Attribution:
    """One attribution: at most one cue and source, the contents in order.

    `confidence` is the product of the scores of its pieces and links, from 0 to 1.
    """

    cue: Piece | None
    source: Piece | None
    contents: tuple[Piece, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class Option:
    """A candidate for a link: its index (-1: none), what speaks for it, log probability by the pointer."""

    index: int
    features: list[str]
    pointer: float


@cache
def link_weights() -> dict[str, dict[str, float]]:
    """{"content" or "source": {feature: weight}} from the table in the package.

    "row" has what the log odds that a row is right are made of: a base, what is added where a row lacks a cue or a
    source or stands in quotation marks, and the slope by the log of the product of its scores.
    """
    weights: dict[str, dict[str, float]] = {"content": {}, "source": {}, "row": {}}
    table = files("pipeline").joinpath("lexicon/links.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(table.splitlines()):
        weights[row["link"]][row["feature"]] = float(row["weight"])
    return weights


def link_pieces(layout: Layout) -> list[Attribution]:
    """The attributions of a doc: one for every cue, with or without contents, and one for every content left over."""
    weights = link_weights()
    contents_of: dict[int, list[tuple[Piece, float]]] = {}
    attributions: list[Attribution] = []
    last: int | None = None
    for number, content in enumerate(layout.pieces["contents"]):
        cue, probability = choose(content_options(layout, number), weights["content"])
        goes_on = last is not None and _goes_on(layout, content, cue)
        if goes_on and last is not None:
            cue = last
        last = cue
        if cue == NONE and goes_on:
            attributions[-1] = replace(attributions[-1], contents=(*attributions[-1].contents, content))
        elif cue == NONE:
            attributions.append(Attribution(None, None, (content,), content.confidence * probability))
        else:
            contents_of.setdefault(cue, []).append((content, probability))
    for cue, piece in enumerate(layout.pieces["cues"]):
        if piece.start == piece.end:
            continue
        source, probability = choose(source_options(layout, cue), weights["source"])
        taken = contents_of.get(cue, [])
        attributions.append(
            Attribution(
                cue=piece,
                source=None if source == NONE else layout.pieces["sources"][source],
                contents=tuple(content for content, _ in taken),
                confidence=piece.confidence
                * probability
                * max((c.confidence * p for c, p in taken), default=1.0),
            )
        )
    return attributions


def confidence(layout: Layout, attribution: Attribution) -> float:
    """The chance that an attribution is right, from the product of its scores and from what it has and lacks."""
    row = link_weights()["row"]
    odds = sum(row[name] for name in row_features(layout, attribution))
    return 1.0 / (1.0 + math.exp(-odds - row["product"] * math.log(max(attribution.confidence, LEAST))))


def row_features(layout: Layout, attribution: Attribution) -> list[str]:
    """What counts for the confidence of a row beside the product of its scores."""
    features = ["base"]
    if attribution.cue is None:
        features.append("no cue")
    if attribution.source is None:
        features.append("no source")
    if layout.quotation[attribution.contents[0].start] >= 0:
        features.append("quoted")
    return features


def _goes_on(layout: Layout, content: Piece, cue: int) -> bool:
    """Whether a content opens a paragraph with a mark, goes on with the quotation before and has no cue beside it.

    `“We built it in a year,” she said. “Nobody believed us.`, and in the next paragraph `“Now they all take it.”`
    """
    region = region_at(layout, content.start)
    if region is None or not region.reopened or content.start > region.start + 1:
        return False
    return cue == NONE or layout.paragraph[layout.pieces["cues"][cue].start] < layout.paragraph[content.start]


def choose(options: list[Option], weights: dict[str, float]) -> tuple[int, float]:
    """Index of the best option and its share of the probability."""
    trust = weights.get("pointer", 0.0)
    scores = [sum(weights.get(f, 0.0) for f in o.features) + trust * o.pointer for o in options]
    best = max(range(len(scores)), key=scores.__getitem__)
    return options[best].index, 1.0 / sum(math.exp(score - scores[best]) for score in scores)


def content_options(layout: Layout, content: int) -> list[Option]:
    """The cues that the content of this index may belong to."""
    piece, pointer = layout.pieces["contents"][content], layout.pointers["contents"][content]
    no_cue = Option(NONE, _no_cue_features(layout, piece), _log(pointer, NONE))
    return [*_options(layout, piece, "cues", pointer), no_cue]


def source_options(layout: Layout, cue: int) -> list[Option]:
    """The sources that the cue of this index may have."""
    piece, pointer = layout.pieces["cues"][cue], layout.pointers["cues"][cue]
    nobody = Option(NONE, _no_source_features(layout, piece), _log(pointer, NONE))
    return [*_options(layout, piece, "sources", pointer), nobody]


def _options(layout: Layout, piece: Piece, key: str, pointer: dict[int, float]) -> list[Option]:
    """The nearest pieces of kind `key` on both sides, and those that the pointer thinks of."""
    targets = layout.pieces[key]
    near = bisect_left(layout.starts[key], piece.start)
    indices = set(range(max(0, near - REACH), min(len(targets), near + REACH)))
    indices.update(i for i in pointer if 0 <= i < len(targets))
    describe = _content_features if key == "cues" else _source_features
    able = [i for i in sorted(indices) if targets[i].start < targets[i].end]
    if key == "cues":
        able = [i for i in able if not _looks_ahead(layout, targets[i], piece)]
    return [Option(i, describe(layout, piece, targets[i]), _log(pointer, i)) for i in able]


def _looks_ahead(layout: Layout, cue: Piece, content: Piece) -> bool:
    """Whether words outside quotation marks are too far before a cue to be what it reports.

    They stand in an earlier paragraph, or before a sentence that opens with "According to …".
    """
    if content.end > cue.start or layout.quotation[content.start] >= 0:
        return False
    opens = cue.start == layout.sents[layout.sentence[cue.start]].start
    according = opens and layout.words[cue.start] == "according"
    return according or layout.paragraph[content.end - 1] < layout.paragraph[cue.start]


def _log(pointer: dict[int, float], index: int) -> float:
    """Log probability of an index; what the listed ones leave over goes to "none" where that is not listed."""
    if not pointer:
        return 0.0
    rest = 1.0 - sum(pointer.values()) if index == NONE else 0.0
    return math.log(max(pointer.get(index, rest), LEAST))


def _content_features(layout: Layout, content: Piece, cue: Piece) -> list[str]:
    """What speaks for and against the link of a content to a cue; the side is that on which the content stands."""
    side, lo, hi = _gap(content, cue)
    words = layout.words
    features = _gap_features(layout, side, lo, hi, "contents" if side == "before" else "cues")
    edge = content.end - 1 if side == "before" else content.start
    features += [
        f"{side} begins {_beginning(layout, content)}",
        f"{side} ends {_ending(layout, content)}",
        f"{side} quotation {_quotation_relation(layout, edge, cue.start)}",
        f"{side} cue {_cue_class(layout, cue)}",
        f"{side} {_other_side(layout, cue, side)}",
        _parse_relation(layout, content, cue),
    ]
    if side == "before" and words[content.end - 1] == ",":
        features.append("before comma inside")
    return features


def _source_features(layout: Layout, cue: Piece, source: Piece) -> list[str]:
    """What speaks for and against a source of a cue; the side is that on which the source stands."""
    side, lo, hi = _gap(source, cue)
    features = _gap_features(layout, side, lo, hi, "sources")
    word = layout.words[source.start]
    shape = "relative" if word in RELATIVES else "pronoun" if word in PRONOUNS else "other"
    features += [
        f"{side} source {shape}",
        f"{side} quotation {_quotation_relation(layout, source.start, cue.start)}",
        f"{side} cue {_cue_class(layout, cue)}",
        _parse_relation(layout, source, cue),
    ]
    return features


def _no_cue_features(layout: Layout, content: Piece) -> list[str]:
    return [
        "none",
        f"none begins {_beginning(layout, content)}",
        f"none ends {_ending(layout, content)}",
        f"none cue in {_nearest_unit(layout, content, 'cues')}",
    ]


def _no_source_features(layout: Layout, cue: Piece) -> list[str]:
    words = layout.words[cue.start : cue.end]
    passive = (
        "passive"
        if any(w in ("be", "been", "is", "are", "was", "were", "being") for w in words)
        else "active"
    )
    return [
        "none",
        f"none {passive}",
        f"none cue {_cue_class(layout, cue)}",
        f"none source in {_nearest_unit(layout, cue, 'sources')}",
    ]


def _gap(piece: Piece, cue: Piece) -> tuple[str, int, int]:
    """The side of the cue on which the piece stands, and the tokens between the two."""
    if piece.end <= cue.start:
        return "before", piece.end, cue.start
    if cue.end <= piece.start:
        return "after", cue.end, piece.start
    return "over", piece.start, piece.start


def _gap_features(layout: Layout, side: str, lo: int, hi: int, own: str) -> list[str]:
    """Length of a gap, borders in it, pieces in it and the tokens at its two ends, the end at the cue last."""
    if side == "over":
        return [side]
    counts = {key: _count(layout, key, lo, hi) for key in ("sources", "cues", "contents")}
    left, right = max(0, lo - 1), min(hi, len(layout.words) - 1)
    first, last = (lo, hi - 1) if side == "before" else (hi - 1, lo)
    empty = lo == hi
    return [
        side,
        f"{side} gap {_bin(layout.kind[lo : min(hi, lo + 60)].count(''))}",
        f"{side} sentences {min(3, abs(layout.sentence[right] - layout.sentence[left]))}",
        f"{side} paragraphs {min(2, _paragraphs_between(layout, left, right))}",
        *(f"{side} {key} {min(3, count)}" for key, count in counts.items()),
        f"{side} first {'nothing' if empty else _token_class(layout, first)}",
        f"{side} last {'nothing' if empty else _token_class(layout, last)}",
    ]


def _paragraphs_between(layout: Layout, left: int, right: int) -> int:
    return abs(layout.paragraph[right] - layout.paragraph[left])


def _count(layout: Layout, key: str, lo: int, hi: int) -> int:
    starts = layout.starts[key]
    return bisect_left(starts, hi) - bisect_left(starts, lo)


def _bin(length: int) -> int:
    return next((edge for edge in GAP_BINS if length <= edge), 99)


def _token_class(layout: Layout, i: int) -> str:
    if layout.kind[i]:
        return layout.kind[i]
    word = layout.words[i]
    if word in (",", ";", ":", "(", ")", "and", "but", "as", "by"):
        return word
    if word in SENTENCE_ENDS:
        return "."
    if word in DASHES or word == "--":
        return "-"
    return "word" if word[:1].isalnum() else "quotation mark" if word in QUOTATION_MARKS else "other"


def _beginning(layout: Layout, content: Piece) -> str:
    word = layout.words[content.start]
    if word in QUOTATION_MARKS:
        return "quotation mark"
    return "to" if word == "to" else "that" if word in COMPLEMENTISERS else "word"


def _ending(layout: Layout, content: Piece) -> str:
    """How the content ends, inside its quotation mark and outside: `".` is a full stop inside."""
    last = layout.words[content.end - 1]
    quoted = last in QUOTATION_MARKS
    if quoted and content.end - 2 >= content.start:
        last = layout.words[content.end - 2]
    after = layout.words[content.end] if content.end < len(layout.words) else ""
    inner = "," if last == "," else "." if last in SENTENCE_ENDS else "word"
    outer = "," if after == "," else "." if after in SENTENCE_ENDS else "word"
    return f"{inner} {'quoted' if quoted else 'bare'} {outer}"


def _quotation_relation(layout: Layout, i: int, j: int) -> str:
    mine, other = layout.quotation[i], layout.quotation[j]
    if mine == other:
        return "neither" if mine < 0 else "same"
    return "one" if other < 0 else "cue" if mine < 0 else "two"


def _cue_class(layout: Layout, cue: Piece) -> str:
    first, last = layout.words[cue.start], layout.words[cue.end - 1]
    if first == "according" or last == ":":
        return first if first == "according" else ":"
    if last in ("to", "by", "of", "for"):
        return last
    return first if first in ("said", "says", "saying", "to") else "other"


def _other_side(layout: Layout, cue: Piece, side: str) -> str:
    """Whether a content stands right at the cue on the other side, with nothing but a source between."""
    lo, hi = (cue.end, cue.end + 12) if side == "before" else (max(0, cue.start - 12), cue.start)
    kinds = layout.kind[lo:hi] if side == "before" else layout.kind[lo:hi][::-1]
    free = 0
    for kind in kinds:
        if kind == "contents":
            return f"other side {min(2, free)}"
        if kind == "cues":
            break
        free += not kind
    return "other side empty"


def _nearest_unit(layout: Layout, piece: Piece, key: str) -> str:
    """Whether the sentence, or else the paragraph, of a piece holds a piece of kind `key`."""
    starts = layout.starts[key]
    near = bisect_left(starts, piece.start)
    around = starts[max(0, near - 1) : near + 1]
    last = piece.end - 1
    for unit, numbers in (("sentence", layout.sentence), ("paragraph", layout.paragraph)):
        if any(numbers[i] in (numbers[piece.start], numbers[last]) for i in around):
            return unit
    return "neither"


def _parse_relation(layout: Layout, piece: Piece, cue: Piece) -> str:
    """How the heads of two pieces hang together in the parse."""
    upper, cue_upper = piece.governor, cue.governor
    if upper == NONE or cue_upper == NONE:
        return "parse unknown"
    if cue.start <= upper < cue.end:
        return "parse under cue"
    if piece.start <= cue_upper < piece.end:
        return "parse over cue"
    return "parse same head" if upper == cue_upper else "parse apart"
