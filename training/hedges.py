"""What the lexicon does to the reader's cues, on sentences of the Szeged corpus.

    python -m training.hedges ../shared/data/hedges/szeged_factbank.dev.jsonl [...] [--limit 5000]

The component `hearsay_hedges` lays `lexicon/hedges.csv` over the four kinds that the reader has learned. For each of
them this prints F1 of cues (exact span and kind) three times: of the reader alone, of the whole as the doc and the
tables have it, and of the whole with a cue that was only renamed under the reader's name for it. Renamed are
evidential words, *unclear* and *fear*, which the corpus has under other kinds. The reader has learned the training
parts by heart: there nearly any cue that is added beside it is one that the corpus does not have.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from itertools import islice
from pathlib import Path

from spacy.tokens import Doc

import pipeline
from pipeline.claims.hedges import GROUP, LEARNED_KINDS, find_cues
from pipeline.claims.parse import read_tree

KINDS = ("epistemic", "doxastic", "conditional", "investigation")
OURS = {"condition": "conditional"}

Cues = set[tuple[int, int, str]]
"""Cues by their characters [start, end) and their kind."""


def readings(doc: Doc) -> tuple[Cues, Cues, Cues]:
    """Cues of the reader, of the whole, and of the whole with the reader's name for each span that it has as well."""
    learned = {(s.start_char, s.end_char, s.label_) for s in doc.spans[GROUP]}
    spans = [(doc[cue.start : cue.end], cue.kind) for cue in find_cues(doc, read_tree(doc, mended=False))]
    whole = {(span.start_char, span.end_char, kind) for span, kind in spans}
    names = {(start, end): kind for start, end, kind in learned}
    renamed = {(start, end, names.get((start, end), kind)) for start, end, kind in whole}
    return learned, whole, renamed


def score(path: Path, limit: int | None) -> list[tuple[str, list[float]]]:
    """F1 of the three readings, by kind and over the four, in percent."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in islice(lines, limit)]
    counts: list[Counter[tuple[str, str]]] = [Counter() for _ in range(3)]
    reader = pipeline.load()
    reader.disable_pipe("hearsay_hedges")
    for row, doc in zip(rows, reader.pipe(row["text"] for row in rows)):
        gold = {(cue["start"], cue["end"], OURS.get(cue["type"], cue["type"])) for cue in row["cues"]}
        for count, found in zip(counts, readings(doc)):
            found = {cue for cue in found if cue[2] in LEARNED_KINDS}
            for name, cues in (("gold", gold), ("found", found), ("right", gold & found)):
                count.update((kind, name) for _, _, kind in cues)
    groups = [(kind, (kind,)) for kind in KINDS] + [("over the four", KINDS)]
    return [(name, [_f1(count, kinds) for count in counts]) for name, kinds in groups]


def _f1(count: Counter[tuple[str, str]], kinds: tuple[str, ...]) -> float:
    gold, found, right = (sum(count[kind, name] for kind in kinds) for name in ("gold", "found", "right"))
    return 200 * right / (gold + found) if gold + found else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, help="sentences of each file")
    args = parser.parse_args()
    for path in args.gold:
        print(f"{path.name:34}{'reader':>9}{'whole':>9}{'renamed':>9}")
        for name, shares in score(path, args.limit):
            print(f"  {name:32}" + "".join(f"{share:9.1f}" for share in shares))


if __name__ == "__main__":
    main()
