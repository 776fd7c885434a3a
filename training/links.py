"""Weights of the links between pieces, for `pipeline/lexicon/links.csv`.

    python -m training.links --data ../shared/data --out pipeline/lexicon/links.csv

The shipped reader reads the PolNeAR training articles; its pieces are matched to the gold ones, and the weights are
those of a conditional logit: of all candidates of a content (its cues, or none) or of a cue (its sources, or none),
the right one should score highest. The reader has seen these articles, so its pointers are surer there than elsewhere.
So structure is fitted on them without the pointers, with some pieces taken away at random as they will be missing in
new texts; and how much structure and pointer count beside each other is fitted on the attributions in the Wikinews
articles of GUM, which the reader was not trained on.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from spacy.tokens import Doc, SpanGroup

import pipeline
from pipeline.quotes import attributions
from pipeline.quotes.arguments import complete
from pipeline.quotes.attributions import (
    LEAST,
    Option,
    content_options,
    link_pieces,
    row_features,
    source_options,
)
from pipeline.quotes.edges import mend_contents
from pipeline.quotes.floating import seat_floating
from pipeline.quotes.layout import NONE, Piece, read_layout
from pipeline.quotes.speakers import index_mentions

PRIOR = 1.0  # weight of the squared weights in the loss
BALANCE = (0.6, 0.4)  # of structure and pointer, as expected before the few new articles are looked at
SPREAD = 0.15
MISSING = {"sources": 0.06, "cues": 0.08}  # shares of pieces taken away


@dataclass(frozen=True)
class Choice:
    """The candidates of one piece and the place of the right one among them."""

    options: list[Option]
    right: int


def read_articles(path: Path) -> list[dict[str, Any]]:
    """Articles with their gold attributions, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def choices(
    docs: list[Doc], articles: list[dict[str, Any]], missing: dict[str, float], seed: int
) -> dict[str, list[Choice]]:
    """All choices that the articles pose, for the two links."""
    rng = random.Random(seed)
    found: dict[str, list[Choice]] = {"content": [], "source": []}
    for article, doc in zip(articles, (doc.copy() for doc in docs)):
        for key, share in missing.items():
            drop_pieces(doc, key, share, rng)
        layout = read_layout(doc)
        owner = {key: list(owners(doc, layout.pieces[key], article, key)) for key in layout.pieces}
        for number, gold in enumerate(owner["contents"]):
            if gold is not None:
                right = next((i for i, cue in enumerate(owner["cues"]) if cue == gold), NONE)
                found["content"] += _choice(content_options(layout, number), right)
        for number, gold in enumerate(owner["cues"]):
            if gold is not None:
                right = _source_of(article, gold, owner["sources"])
                found["source"] += _choice(source_options(layout, number), right)
    return found


def drop_pieces(doc: Doc, key: str, share: float, rng: random.Random) -> None:
    """Takes a share of the spans of a group away, and every pointer with them, whose indices would be wrong."""
    group = doc.spans[key]
    kept = [i for i in range(len(group)) if rng.random() >= share]
    doc.spans[key] = SpanGroup(
        doc,
        spans=[group[i] for i in kept],
        attrs={"confidence": [group.attrs["confidence"][i] for i in kept]},
    )
    for name in ("cue", "cue_score", "cue_scores"):
        doc.spans["contents"].attrs.pop(name, None)
    for name in ("source", "source_score", "source_scores"):
        doc.spans["cues"].attrs.pop(name, None)


def owners(doc: Doc, pieces: list[Any], article: dict[str, Any], key: str) -> Iterator[int | None]:
    """Per piece the number of the gold attribution whose piece of that kind it overlaps most; None for none."""
    gold = [(s, e, n) for n, a in enumerate(article["attributions"]) for s, e in a[key[:-1]]]
    for piece in pieces:
        start = doc[piece.start].idx if piece.start < len(doc) else len(article["text"])
        end = doc[piece.end - 1].idx + len(doc[piece.end - 1]) if piece.end > piece.start else start
        best = max(((min(e, end) - max(s, start), -n) for s, e, n in gold), default=(0, 0))
        yield -best[1] if best[0] > 0 else None


def _source_of(article: dict[str, Any], gold: int, sources: list[int | None]) -> int:
    """The piece that is the source of a gold attribution: several may share one, so spans are compared."""
    spans = article["attributions"][gold]["source"]
    shared = {n for n, a in enumerate(article["attributions"]) if a["source"] == spans and spans}
    return next((i for i, owner in enumerate(sources) if owner in shared), NONE)


def _choice(options: list[Option], right: int) -> list[Choice]:
    return [Choice(options, place) for place, option in enumerate(options) if option.index == right]


def fit(choices: list[Choice]) -> dict[str, float]:
    """Weights of all features, by maximum likelihood with a Gaussian prior."""
    names = sorted({f for c in choices for o in c.options for f in o.features})
    number = {name: i for i, name in enumerate(names)}
    flat = [[number[f] for f in o.features] for c in choices for o in c.options]
    words = torch.tensor([i for row in flat for i in row])
    offsets = torch.tensor([0, *[len(row) for row in flat[:-1]]]).cumsum(0)
    weight = torch.zeros(len(names), 1, dtype=torch.float64, requires_grad=True)
    place, right = _places(choices)

    def loss() -> torch.Tensor:
        scores = torch.nn.functional.embedding_bag(words, weight, offsets, mode="sum").squeeze(1)
        return _likelihood(scores, place, right) + PRIOR / 2 * weight.square().sum()

    _minimise(loss, [weight])
    return dict(zip(names, weight.detach().squeeze(1).tolist()))


def balance(choices: list[Choice], weights: dict[str, float]) -> tuple[float, float]:
    """How much the structural weights and the pointer's log probability count, on articles new to the reader."""
    structure = torch.tensor(
        [sum(weights.get(f, 0.0) for f in o.features) for c in choices for o in c.options],
        dtype=torch.float64,
    )
    pointer = torch.tensor([o.pointer for c in choices for o in c.options], dtype=torch.float64)
    prior = torch.tensor(BALANCE, dtype=torch.float64)
    factor = prior.clone().requires_grad_()
    place, right = _places(choices)

    def loss() -> torch.Tensor:
        likelihood = _likelihood(factor[0] * structure + factor[1] * pointer, place, right)
        return likelihood + 0.5 * ((factor - prior) / SPREAD).square().sum()

    _minimise(loss, [factor])
    share, trust = factor.tolist()
    return share, trust


def accuracy(choices: list[Choice], weights: dict[str, float]) -> float:
    """Share of the choices that come out right."""

    def value(option: Option) -> float:
        return (
            sum(weights.get(f, 0.0) for f in option.features) + weights.get("pointer", 0.0) * option.pointer
        )

    hits = sum(max(range(len(c.options)), key=lambda i: value(c.options[i])) == c.right for c in choices)
    return hits / max(1, len(choices))


def calibrate(docs: list[Doc], articles: list[dict[str, Any]]) -> dict[str, float]:
    """The log odds that a row is right, as a sum over its features and a slope by the log of its scores' product."""
    rows = [row for doc, article in zip(docs, articles) for row in judged(doc, article)]
    names = ["base", "no cue", "no source", "quoted"]
    table = [[math.log(max(p, LEAST)), *(float(name in found) for name in names)] for p, found, _ in rows]
    features = torch.tensor(table, dtype=torch.float64)
    right = torch.tensor([float(right) for _, _, right in rows], dtype=torch.float64)
    weight = torch.zeros(1 + len(names), dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        odds = torch.nn.functional.binary_cross_entropy_with_logits(features @ weight, right, reduction="sum")
        return odds + PRIOR / 2 * weight[2:].square().sum()

    _minimise(loss, [weight])
    print(f"rows: {len(rows)}, right {right.mean():.3f}")
    return dict(zip(["product", *names], weight.tolist()))


def judged(doc: Doc, article: dict[str, Any]) -> Iterator[tuple[float, list[str], bool]]:
    """Per row the product of its scores, its features, and whether a gold one has about its content and its source."""
    layout = read_layout(doc)
    gold = [{part: _characters(a[part]) for part in ("content", "source")} for a in article["attributions"]]
    nobody = index_mentions(doc.text, layout.parsed, [], [])
    linked = mend_contents(layout, complete(doc, layout, link_pieces(layout)))
    for found in seat_floating(doc, layout, linked, nobody):
        content = _characters([_bounds(doc, piece) for piece in found.contents])
        source = _characters([_bounds(doc, found.source)] if found.source else [])
        best = max(gold, key=lambda g: _dice(g["content"], content), default=None)
        if best is not None:
            same = bool(best["source"] & source) or not (best["source"] or source)
            right = same and _dice(best["content"], content) >= 0.5
            yield found.confidence, row_features(layout, found), right


def _bounds(doc: Doc, piece: Piece) -> tuple[int, int]:
    return doc[piece.start].idx, doc[piece.end - 1].idx + len(doc[piece.end - 1])


def _characters(spans: Iterable[tuple[int, int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def _dice(a: set[int], b: set[int]) -> float:
    return 2 * len(a & b) / max(1, len(a) + len(b))


def _places(choices: list[Choice]) -> tuple[torch.Tensor, torch.Tensor]:
    """(choices x most options: index among all options, or one past them; index of the right one of each choice)."""
    total = sum(len(c.options) for c in choices)
    place = torch.full((len(choices), max(len(c.options) for c in choices)), total)
    right, at = [], 0
    for row, choice in enumerate(choices):
        place[row, : len(choice.options)] = torch.arange(at, at + len(choice.options))
        right.append(at + choice.right)
        at += len(choice.options)
    return place, torch.tensor(right)


def _likelihood(scores: torch.Tensor, place: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    padded = torch.cat([scores, scores.new_full((1,), -1e9)])
    return (padded[place].logsumexp(1) - scores[right]).sum()


def _minimise(loss: Any, parameters: list[torch.Tensor]) -> None:
    search = torch.optim.LBFGS(parameters, max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        search.zero_grad()
        value = loss()
        value.backward()
        return value

    search.step(closure)


def write_weights(weights: dict[str, dict[str, float]], path: Path) -> None:
    """The table, weights that round to nothing left out."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["link", "feature", "weight"])
        for link, features in sorted(weights.items()):
            table.writerows(
                [link, name, f"{value:.2f}"]
                for name, value in sorted(features.items())
                if abs(value) >= 0.005
            )


def fit_all(
    docs: list[Doc],
    articles: list[dict[str, Any]],
    new_docs: list[Doc],
    new_articles: list[dict[str, Any]],
    seed: int,
    out: Path,
) -> None:
    """Fit links and calibration, print how right they are, write the table."""
    seen = choices(docs, articles, MISSING, seed)
    new = choices(new_docs, new_articles, {}, seed)
    weights = {}
    for link in seen:
        structure = fit(seen[link])
        share, pointer = balance(new[link], structure)
        weights[link] = {name: share * value for name, value in structure.items()} | {"pointer": pointer}
        print(
            f"{link}: {len(seen[link])} choices, right by structure {accuracy(seen[link], structure):.3f}; "
            f"new articles: {len(new[link])}, by structure {accuracy(new[link], structure):.3f}, "
            f"by both {accuracy(new[link], weights[link]):.3f} (structure {share:.2f}, pointer {pointer:.2f})"
        )
    attributions.link_weights = lambda: weights  # type: ignore[assignment]
    weights["row"] = calibrate(docs, articles)
    write_weights(weights, out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=Path("pipeline/lexicon/links.csv"))
    parser.add_argument("--articles", type=int, default=400, help="training articles to read")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    nlp = pipeline.load()
    folder = args.data / "attribution"
    articles = read_articles(folder / "polnear_train.jsonl")[: args.articles]
    docs = list(nlp.pipe(a["text"] for a in articles))
    others = read_articles(folder / "gum_news.jsonl")
    fit_all(docs, articles, list(nlp.pipe(a["text"] for a in others)), others, args.seed, args.out)


if __name__ == "__main__":
    main()
