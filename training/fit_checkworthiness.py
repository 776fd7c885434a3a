"""Hands a teacher's check-worthiness on to the reader that learned from it.

    python -m training.fit_checkworthiness --checkpoint build/taught/checkpoint.pt --teacher build/taught_teacher.pt \\
        --data build/data

ClaimBuster is a small part of a pass, and its label is one for a whole sentence, so that a short pass learns it badly:
AP .88 on PoliClaim, which neither has seen, against .90. The score is linear in the mean vector of the sentence's
words: ridge regression of the teacher's score on that vector gives the head in closed form (AP .90).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from pipeline.reader import windows
from training.examples import Example, load
from training.losses import COLUMNS
from training.model import Reader
from training.ridge import ridge
from training.targets import by_length
from training.train import tensors

SET = "claimbuster"
PIECES = 256
BATCH = 16  # windows
STRENGTH = 0.1


def means(reader: Reader, teacher: Reader, examples: Sequence[Example]) -> tuple[np.ndarray, np.ndarray]:
    """The mean vector of each example's words [K, width], and the teacher's score of it [K]."""
    vectors, scores = np.zeros((len(examples), reader.encoder.form.width)), np.zeros(len(examples))
    for group in by_length(examples, PIECES, BATCH):
        batch = tensors(windows.collate([encoded for *_, encoded in group]))
        with torch.inference_mode():
            x = reader.pool(reader.encoder(*batch[:4]), batch[0], batch[4])
            said = teacher(*batch).words[..., COLUMNS["checkworthiness"]][..., 0]
        for row, (k, (lo, hi), _) in enumerate(group):
            words = len(examples[k].words)
            vectors[k] += x[row, : hi - lo].sum(0).numpy() / words
            scores[k] += float(said[row, : hi - lo].sum()) / words
    return vectors, scores


def hand_on(checkpoint: Path, teacher: Path, data: Path) -> None:
    """Write the fitted head into the checkpoint."""
    saved, other = (torch.load(p, weights_only=False, map_location="cpu") for p in (checkpoint, teacher))
    vectors, scores = means(Reader.trained(saved), Reader.trained(other), load(data, SET))
    weight, bias = ridge(vectors, scores, STRENGTH)
    at = COLUMNS["checkworthiness"].start
    saved["mean"]["words.all.weight"][at] = torch.tensor(weight, dtype=torch.float32)
    saved["mean"]["words.all.bias"][at] = bias
    torch.save(saved, checkpoint)
    print(
        f"{len(scores)} sentences, r {np.corrcoef(vectors @ weight, scores)[0, 1]:.3f} with the teacher's score"
    )


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--checkpoint", type=Path, required=True)
    ap.add_argument("--teacher", type=Path, required=True)
    ap.add_argument("--data", type=Path, default=Path("build/data"))
    args = ap.parse_args()
    hand_on(args.checkpoint, args.teacher, args.data)


if __name__ == "__main__":
    main()
