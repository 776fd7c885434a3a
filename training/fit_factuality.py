"""Fits a judge of factuality to the vectors of middle layers of a finished reader.

    python -m training.fit_factuality --checkpoint build/run/checkpoint.pt --data build/data

In training the last layer learns the judgements by heart (r .95 on the training parts, .79 and .76 on dev); the middle
ones, from which nothing is read there, do so less. Ridge regression on them in closed form is fitted to the news sets
alone. It is added to the checkpoint, as a teacher for the next reader (`training.judging`).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch

from pipeline.reader import windows
from training.examples import Example, load
from training.model import Reader
from training.ridge import ridge
from training.targets import by_length
from training.train import tensors

LAYERS = [3, 4]  # of six
SETS = ("szeged_factbank", "uw", "meantime")  # of news
PIECES = 256
BATCH = 8  # windows
STRENGTH = 1.0


def read(reader: Reader, examples: Sequence[Example]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Vectors [K, layers · WIDTH] and judgements [K] of the predicates of each window."""
    judged = [e for e in examples if "news" in e.layers]
    for group in by_length(judged, PIECES, BATCH):
        ids, shapes, quotes, mask, first, _ = tensors(windows.collate([encoded for *_, encoded in group]))
        with torch.inference_mode():
            states = reader.encoder.states(ids, shapes, quotes, mask)
            pooled = [reader.pool(states[layer - 1], ids, first) for layer in LAYERS]
        middle = torch.cat(pooled, dim=2).numpy()
        for row, (k, (lo, hi), _) in enumerate(group):
            said = judged[k].layers["news"][lo:hi]
            at = np.flatnonzero(np.isfinite(said))
            yield middle[row, at], said[at]


def add_judge(checkpoint: Path, data: Path) -> None:
    """Fit the judge to a checkpoint's averaged weights, and add it there."""
    saved = torch.load(checkpoint, weights_only=False, map_location="cpu")
    reader = Reader.trained(saved)
    found = []
    for name in SETS:
        found += list(read(reader, load(data, name)))
    vectors = np.concatenate([v for v, _ in found]).astype(np.float64)
    judged = np.concatenate([j for _, j in found]).astype(np.float64)
    weight, bias = ridge(vectors, judged, STRENGTH)
    saved["early"] = {
        "layers": LAYERS,
        "weight": torch.tensor(weight[None], dtype=torch.float32),
        "bias": torch.tensor([bias], dtype=torch.float32),
    }
    torch.save(saved, checkpoint)
    r = np.corrcoef(vectors @ weight + bias, judged)[0, 1]
    print(f"{len(judged)} predicates, r {r:.3f} on what it was fitted to")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--checkpoint", type=Path, default=Path("build/run/checkpoint.pt"))
    ap.add_argument("--data", type=Path, default=Path("build/data"))
    args = ap.parse_args()
    add_judge(args.checkpoint, args.data)


if __name__ == "__main__":
    main()
