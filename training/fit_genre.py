"""Fits what tells news from the web, and with it which judge of factuality is asked.

    python -m training.fit_genre --checkpoint build/last/halfway.pt --data build/data

A logistic regression on the mean vector of a window's words, of the sets that are of one kind throughout; windows are
short, since a sentence alone must do. Each kind weighs the same, and each set of news. Written into the checkpoint.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

from pipeline.reader import windows
from training.examples import Example, load
from training.model import Reader
from training.targets import by_length
from training.train import tensors

NEWS = ("polnear", "worldwide", "gmb", "szeged_factbank", "uw")
WEB = ("ewt",)  # blogs, mails, reviews, answers, groups
PIECES = 48  # of a window: one sentence, or a few
WORDS = 60_000  # of each set
BATCH = 32  # windows
STRENGTH = 6.0  # inverse of the penalty, where each kind weighs 1; the reader has these texts by heart


def sample(examples: Sequence[Example], seed: int = 1) -> list[Example]:
    """Some of the examples, in another order, of about WORDS words."""
    shuffled = random.Random(seed).sample(list(examples), len(examples))
    ends = np.cumsum([len(e.words) for e in shuffled])
    return shuffled[: int(np.searchsorted(ends, WORDS)) + 1]


def means(reader: Reader, examples: Sequence[Example]) -> np.ndarray:
    """The mean vector of each window's words [K, width]."""
    found = []
    for group in by_length(examples, PIECES, BATCH):
        batch = tensors(windows.collate([encoded for *_, encoded in group]))
        with torch.inference_mode():
            x = reader.pool(reader.encoder(*batch[:4]), batch[0], batch[4])
        found += [x[row, : hi - lo].mean(0).numpy() for row, (_, (lo, hi), _) in enumerate(group)]
    return np.stack(found)


def fit(news: Sequence[np.ndarray], web: Sequence[np.ndarray]) -> tuple[np.ndarray, float]:
    """Weights [width] and bias of the logit of news, from the vectors [K, width] of each set."""
    x = np.concatenate([*news, *web])
    weights = [np.full(len(s), 1 / len(s) / len(sets)) for sets in (news, web) for s in sets]
    is_news = np.arange(len(x)) < sum(map(len, news))
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=1000)
    model.fit((x - mean) / deviation, is_news, sample_weight=np.concatenate(weights))
    weight = model.coef_[0] / deviation
    return weight, float(model.intercept_[0] - mean @ weight)


def tell_genres(checkpoint: Path, data: Path) -> None:
    """Write the fitted head into the checkpoint; a reader with one judge of factuality needs none."""
    saved = torch.load(checkpoint, weights_only=False, map_location="cpu")
    if saved["config"].get("judges", 1) < 2:
        return
    reader = Reader.trained(saved)
    news, web = ([means(reader, sample(load(data, name))) for name in sets] for sets in (NEWS, WEB))
    weight, bias = fit(news, web)
    saved["config"] = {**saved["config"], "genre": True}
    saved["mean"]["genre.word.weight"] = torch.tensor(weight, dtype=torch.float32)[None]
    saved["mean"]["genre.word.bias"] = torch.tensor([bias], dtype=torch.float32)
    torch.save(saved, checkpoint)
    for name, vectors in zip((*NEWS, *WEB), (*news, *web)):
        print(f"{name:18} {len(vectors):6} windows, news {np.mean(vectors @ weight + bias > 0):.3f}")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--checkpoint", type=Path, required=True)
    ap.add_argument("--data", type=Path, default=Path("build/data"))
    args = ap.parse_args()
    tell_genres(args.checkpoint, args.data)


if __name__ == "__main__":
    main()
