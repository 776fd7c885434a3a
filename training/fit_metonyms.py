"""Fit the weights of grammar for places that stand for institutions: pipeline/lexicon/metonymy.csv.

    python -m training.fit_metonyms --data ../shared/data [--folds 10] [--no-reader] [--write]

A logistic model with an L2 penalty on the features of `pipeline.entities.metonyms` and on the reader's own score, over
the parses of the training part of ReLocaR. Prints accuracy in cross-validation with and without that score. A reader
that knows these sentences by heart looks better than it is (see `training.fit_pronouns`; the weights in the package
were fitted at step 1,400 of 2,400); --no-reader keeps the weights for docs with the score.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from spacy.language import Language

import pipeline
from pipeline.entities.metonyms import evidence, reader_scores
from pipeline.entities.references import children_of
from training.prepare import rows

LEXICON = Path(pipeline.__file__).parent / "lexicon" / "metonymy.csv"
PENALTY = 1.0
SMALLEST = 0.02

Case = tuple[dict[str, float], bool]
"""Features of a place, and whether it stands for an institution."""


def read_cases(nlp: Language, data: Path) -> list[Case]:
    """The marked place of each sentence."""
    table = list(rows(data / "coref/relocar_train.jsonl"))
    found = []
    for row, doc in zip(table, nlp.pipe(row["text"] for row in table)):
        span = doc.char_span(*row["span"], alignment_mode="expand")
        reader = reader_scores(doc)
        score = next((reader[i] for i in range(span.start, span.end) if i in reader), None)
        found.append(
            (evidence(doc, children_of(list(doc)), span.start, span.end, score), row["label"] == "met")
        )
    return found


def fit(cases: Sequence[Case]) -> dict[str, float]:
    """Feature -> weight."""
    names = sorted({name for features, _ in cases for name in features})
    column = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(cases), len(names)), dtype=np.float32)
    for i, (features, _) in enumerate(cases):
        for name, value in features.items():
            x[i, column[name]] = value
    given, wanted = torch.tensor(x), torch.tensor([float(met) for _, met in cases])
    weights = torch.zeros(len(names), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(given @ weights, wanted, reduction="sum")
        loss = loss + PENALTY / 2 * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return {name: round(float(w), 2) for name, w in zip(names, weights.detach()) if abs(float(w)) >= SMALLEST}


def accuracy(cases: Sequence[Case], folds: int) -> float:
    """Share of cases decided rightly in cross-validation."""
    right = 0
    for fold in range(folds):
        weights = fit([case for i, case in enumerate(cases) if i % folds != fold])
        for features, met in cases[fold::folds]:
            right += (sum(weights.get(n, 0.0) * v for n, v in features.items()) > 0) == met
    return right / len(cases)


def without_reader(case: Case) -> Case:
    return {n: v for n, v in case[0].items() if not n.startswith("reader")}, case[1]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--folds", type=int, default=10)
    ap.add_argument(
        "--no-reader", action="store_true", help="keep the weights for docs with the reader's score"
    )
    ap.add_argument("--write", action="store_true", help="replace the weights of the package")
    args = ap.parse_args()
    torch.set_num_threads(1)
    cases = read_cases(pipeline.load(), args.data)
    random.Random(0).shuffle(cases)
    grammar = [without_reader(case) for case in cases]
    print(
        json.dumps(
            {
                "grammar": round(100 * accuracy(grammar, args.folds), 1),
                "with reader": round(100 * accuracy(cases, args.folds), 1),
            }
        )
    )
    table = [("grammar", name, f"{w:.2f}") for name, w in sorted(fit(grammar).items())]
    if args.no_reader:
        with LEXICON.open(encoding="utf-8", newline="") as lines:
            old = list(csv.DictReader(lines))
        table += [(r["given"], r["feature"], r["weight"]) for r in old if r["given"] == "reader"]
    else:
        table += [("reader", name, f"{w:.2f}") for name, w in sorted(fit(cases).items())]
    if args.write:
        with LEXICON.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([("given", "feature", "weight"), *table])


if __name__ == "__main__":
    main()
