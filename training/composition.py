"""How well the composed certainty agrees with readers.

The rules of `pipeline.claims.certainty` are tried on the UW news sentences.

    python -m training.composition --data ../shared/data

UW's annotators judge whether an event happened, and barely discount what is only reported. So the composition is
compared in their view (`readers_view`: a report counts as its source has it, the learned score leads), beside the
learned score alone and the author's score as it stands in claims.csv. The weight of the learned score is fitted on
the training part.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from spacy.language import Language

import pipeline
from pipeline.claims.bearing import bearing_of_token
from pipeline.claims.certainty import LEARNED_WEIGHT, compose, readers_view
from pipeline.claims.hedges import find_hedges
from pipeline.claims.parse import read_tree
from pipeline.claims.setting import Setting
from training.prepare import natural, rows


class Judged(NamedTuple):
    """A predicate: what readers say of it, and what the learned score, the readers' view and the author's score do."""

    gold: float
    learned: float
    readers: float
    believed: float  # the rules alone, reports believed
    author: float


def read(path: Path) -> tuple[list[str], list[dict[int, float]]]:
    """Texts as a newspaper prints them, and the factuality of their predicates by offset."""
    texts, golds = [], []
    for row in rows(path):
        tokens = row["text"].split(" ")
        at, starts = 0, []
        for token in tokens:
            starts.append(at)
            at += len(token) + 1
        kept = [k for k, token in enumerate(tokens) if token]
        text, offsets = natural([tokens[k] for k in kept])
        moved = {starts[k]: start for k, (start, _) in zip(kept, offsets)}
        judged = {
            moved[p["start"]]: p["factuality"] for p in row.get("predicates") or () if p["start"] in moved
        }
        if judged:
            texts.append(text)
            golds.append({start: value for start, value in judged.items() if value is not None})
    return texts, golds


def judge(nlp: Language, texts: list[str], golds: list[dict[int, float]]) -> Iterator[Judged]:
    """Every predicate with its scores."""
    for doc, gold in zip(nlp.pipe(texts), golds):
        tree, hedges = read_tree(doc), find_hedges(doc, "uw")
        at = {
            i: n
            for n, h in enumerate(hedges)
            for i in range(len(doc))
            if h.start < tree.ends[i] and tree.starts[i] < h.end
        }
        setting = Setting(tree, hedges, at)
        for start, value in gold.items():
            i = next(k for k in range(len(doc)) if tree.ends[k] > start)
            steps, learned = bearing_of_token(setting, i).steps, doc[i]._.factuality
            believed = [step._replace(author=step.source) for step in steps]
            yield Judged(
                value,
                learned,
                readers_view(steps, learned),
                compose(believed).author,
                compose(steps, learned).author,
            )


def correlations(judged: list[Judged]) -> dict[str, float]:
    """Pearson's r with the readers, by column."""
    table = np.asarray(judged, dtype=float)
    return {
        name: float(np.corrcoef(table[:, 0], table[:, k])[0, 1]) for k, name in enumerate(Judged._fields) if k
    }


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument(
        "--fit", action="store_true", help="show r on the training part for each weight of the learned score"
    )
    args = ap.parse_args()
    nlp = pipeline.load()
    if args.fit:
        train = np.asarray(list(judge(nlp, *read(args.data / "factuality/uw.train.jsonl"))))
        for weight in np.arange(0, 1.01, 0.1):
            mixed = weight * train[:, 1] + (1 - weight) * train[:, 3]
            print(f"weight {weight:.1f}: r {np.corrcoef(train[:, 0], mixed)[0, 1]:.3f}")
    dev = list(judge(nlp, *read(args.data / "factuality/uw.dev.jsonl")))
    print(f"uw.dev, {len(dev)} predicates, weight {LEARNED_WEIGHT}")
    for name, r in correlations(dev).items():
        print(f"{name:9} r {r:.3f}")


if __name__ == "__main__":
    main()
