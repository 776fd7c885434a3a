"""Check-worthiness: what it can be predicted from, and the calibration pipeline/lexicon/checkworthiness.csv.

    python -m training.checkworthiness --data ../shared/data [--cache FOLDER] [--write]

The shipped reader has learned its score from all of ClaimBuster's training part, so that nothing honest can be said of
it there. Therefore:

* a linear model on what has *not* been trained for this (the plain pretrained encoder's vectors and the words) is
  cross-validated on ClaimBuster: the figure to set beside published ones;
* the reader's score is measured on PoliClaim, which it has never seen, and its slope is fitted there, one speech held
  out at a time;
* PoliClaim asks for less (is there anything in it that could be checked: 59 % of its sentences) than ClaimBuster
  (should it be checked: 25 %). The intercept that ships is the one under which the mean of the figures is
  ClaimBuster's share.

With --write the slope and the intercept go into the lexicon. The vectors (some minutes) are kept in --cache.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy.optimize import brentq
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, roc_auc_score
from sklearn.model_selection import BaseCrossValidator, LeaveOneGroupOut, StratifiedKFold
from tokenizers import Tokenizer

import pipeline
from training import pretrained
from training.model import FORMS, Encoder
from training.prepare import rows

LEXICON = Path(pipeline.__file__).parent / "lexicon" / "checkworthiness.csv"
FOLDS = 10
BATCH = 32
STRENGTH = 0.01  # of the vectors; inverse of the L2 penalty
WORD_WEIGHT = 15.0  # words against vectors: TF-IDF rows have length 1, vectors about 28


class Sentences(NamedTuple):
    """Texts, whether each is worth checking, and the speech it is from."""

    texts: list[str]
    labels: np.ndarray
    speeches: list[str]


def read(path: Path) -> Sentences:
    table = list(rows(path))
    speeches = [row["id"].split("/")[1] for row in table]
    return Sentences(
        [row["text"] for row in table], np.asarray([int(row["label"]) for row in table]), speeches
    )


# ---- features -----------------------------------------------------------------------------------------------------


def plain_vectors(texts: Sequence[str]) -> np.ndarray:
    """[len(texts), 768]: mean and maximum over the pieces of what the pretrained encoder gives, untrained by us."""
    weights = pretrained.weights("minilm")
    tokenizer = Tokenizer.from_file(str(weights.with_name("tokenizer.json")))
    tokenizer.enable_truncation(128)
    tokenizer.no_padding()
    encoder = Encoder(FORMS["minilm"], 0.0)
    encoder.load_pretrained(weights)
    encoder.eval()
    ids = [tokenizer.encode(text).ids for text in texts]
    by_length = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    vectors = np.zeros((len(ids), 768), dtype=np.float32)
    with torch.inference_mode():
        for k in range(0, len(by_length), BATCH):
            batch = by_length[k : k + BATCH]
            vectors[batch] = _pooled(encoder, [ids[i] for i in batch])
    return vectors


def _pooled(encoder: Encoder, batch: list[list[int]]) -> np.ndarray:
    longest = max(map(len, batch))
    pieces = torch.tensor([row + [0] * (longest - len(row)) for row in batch])
    mask = torch.tensor([[1.0] * len(row) + [0.0] * (longest - len(row)) for row in batch])
    none = torch.zeros_like(pieces)
    states = encoder(pieces, none, none, mask)
    mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
    most = states.masked_fill(mask[..., None] == 0, -9.0).max(1).values
    return torch.cat([mean, most], dim=1).numpy()


def reader_scores(texts: Sequence[str]) -> np.ndarray:
    """The shipped reader's score of each text, as a logit."""
    chances = np.asarray([doc[:]._.checkworthiness for doc in pipeline.load().pipe(texts)])
    chances = np.clip(chances, 1e-6, 1 - 1e-6)
    return np.log(chances / (1 - chances))


def kept(folder: Path | None, name: str, make: Callable[[], np.ndarray]) -> np.ndarray:
    """What `make` gives, kept in a file of the folder."""
    path = folder / f"{name}.npy" if folder else None
    if path is not None and path.exists():
        return np.load(path)
    made = make()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, made)
    return made


# ---- models -------------------------------------------------------------------------------------------------------


def words(text: str) -> str:
    """Lower case, every number the same."""
    return re.sub(r"\d+", "0", text.lower())


def linear_chances(sentences: Sequence[str], vectors: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Out-of-fold chances of a logistic regression on vectors and words; both are prepared on the training folds."""
    chances = np.zeros(len(labels))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(vectors, labels):
        mean, spread = vectors[train].mean(0), vectors[train].std(0) + 1e-3
        counter = TfidfVectorizer(
            preprocessor=words,
            token_pattern=r"\b\w+\b|[$%]",
            ngram_range=(1, 2),
            min_df=2,
            sublinear_tf=True,
        )
        counted = counter.fit_transform([sentences[i] for i in train])

        def joined(part: np.ndarray, counts: csr_matrix) -> csr_matrix:
            return hstack([csr_matrix((vectors[part] - mean) / spread), counts * WORD_WEIGHT]).tocsr()  # noqa: B023

        model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(joined(train, counted), labels[train])
        test_counts = counter.transform([sentences[i] for i in test])
        chances[test] = model.predict_proba(joined(test, test_counts))[:, 1]
    return chances


def calibrated(
    scores: np.ndarray, labels: np.ndarray, folds: BaseCrossValidator, groups: Sequence[str]
) -> np.ndarray:
    """Out-of-fold chances of the reader's score alone, by Platt's method."""
    chances = np.zeros(len(labels))
    for train, test in folds.split(scores, labels, groups):
        chances[test] = platt(scores[train], labels[train]).predict_proba(scores[test, None])[:, 1]
    return chances


def platt(scores: np.ndarray, labels: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=100.0).fit(scores[:, None], labels)


def intercept_for(scores: np.ndarray, slope: float, share: float) -> float:
    """The intercept under which the mean chance is `share`."""
    return float(brentq(lambda b: chance(scores, slope, b).mean() - share, -20, 20))


def chance(scores: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    return 1 / (1 + np.exp(-(slope * scores + intercept)))


# ---- figures ------------------------------------------------------------------------------------------------------


def calibration_error(labels: np.ndarray, chances: np.ndarray) -> float:
    """Mean distance between chance and share of positives over ten bins of equal size."""
    order = np.argsort(chances)
    bins = np.array_split(order, 10)
    return float(sum(len(b) * abs(chances[b].mean() - labels[b].mean()) for b in bins) / len(labels))


def show(name: str, labels: np.ndarray, chances: np.ndarray) -> None:
    said = chances > 0.5
    print(
        f"{name:44} AP {average_precision_score(labels, chances):.3f}  AUC {roc_auc_score(labels, chances):.3f}  "
        f"F1 {f1_score(labels, said):.3f}  macro {f1_score(labels, said, average='macro'):.3f}  "
        f"weighted {f1_score(labels, said, average='weighted'):.3f}  "
        f"Brier {brier_score_loss(labels, chances):.3f}  ECE {calibration_error(labels, chances):.3f}"
    )


def write(slope: float, intercept: float) -> None:
    with LEXICON.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("term", "weight"))
        out.writerows((("slope", f"{slope:.3f}"), ("intercept", f"{intercept:.3f}")))


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--cache", type=Path)
    ap.add_argument("--no-linear", action="store_true", help="leave out the model on the plain encoder")
    ap.add_argument("--write", action="store_true")
    args = ap.parse_args()
    debates = read(args.data / "claims/claimbuster.train.jsonl")
    speeches = read(args.data / "claims/policlaim.train_gold.jsonl")
    if not args.no_linear:
        vectors = kept(args.cache, "plain", partial(plain_vectors, debates.texts))
        chances = linear_chances(debates.texts, vectors, debates.labels)
        show("ClaimBuster, linear, ten folds", debates.labels, chances)
    seen, unseen = (
        kept(args.cache, name, partial(reader_scores, part.texts))
        for name, part in (("reader-debates", debates), ("reader-speeches", speeches))
    )
    show("ClaimBuster, reader (learned there)", debates.labels, chance(seen, 1, 0))
    show("PoliClaim, reader (never seen)", speeches.labels, chance(unseen, 1, 0))
    held_out = calibrated(unseen, speeches.labels, LeaveOneGroupOut(), speeches.speeches)
    show("PoliClaim, calibrated, each speech held out", speeches.labels, held_out)
    slope = float(platt(unseen, speeches.labels).coef_[0, 0])
    intercept = intercept_for(seen, slope, float(debates.labels.mean()))
    show("ClaimBuster, as shipped (learned there)", debates.labels, chance(seen, slope, intercept))
    print(f"slope {slope:.3f}, intercept {intercept:.3f}")
    if args.write:
        write(slope, intercept)


if __name__ == "__main__":
    main()
