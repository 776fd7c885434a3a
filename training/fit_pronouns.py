"""Fit the weights of the evidence for antecedents: pipeline/lexicon/antecedents.csv.

    python -m training.fit_pronouns --data ../shared/data [--folds 5] [--write]

The shipped reader parses the training parts of OntoGUM and GAP; each pronoun is a choice among the referents that
`pipeline.entities.antecedents` finds for it and none of them. A conditional (softmax) model with an L2 penalty is
fitted to the right choice, for persons, things and groups apart; where GAP says only that two names are wrong, the mass
of all other options is raised. Prints precision, recall and F1 of named antecedents in cross-validation over documents.

Each set is fitted twice: with the reader's pointer, and without it for docs of other readers. The pointer of a reader
that knows these texts by heart looks better than it is: fit with a checkpoint from within its first pass over them (the
weights in the package were fitted at step 1,000 of 3,400, on the first 700 texts of GAP and these genres of OntoGUM).
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from spacy.language import Language
from spacy.tokens import Doc, Span

import pipeline
from pipeline.entities.aliases import cluster_names
from pipeline.entities.antecedents import Place, Stage, note_pronoun, pronoun_kind, set_stage
from pipeline.entities.finding import find_names
from pipeline.entities.nominals import find_nominals, tell_gender
from pipeline.entities.pronouns import NO_POINTER, THRESHOLDS, WEIGHT_SETS, read_pointer, weigh
from pipeline.entities.references import Reference, head_of, lay_out
from pipeline.entities.stage import is_value
from training.prepare import natural, rows

LEXICON = Path(pipeline.__file__).parent / "lexicon" / "antecedents.csv"
GENRES = {"news", "bio", "interview", "speech", "court"}  # of OntoGUM: prose with names in it
PENALTY = 1.0
SMALLEST = 0.02  # weights below are dropped
# The training texts quote few people; in news who was quoted last mostly speaks on ("…," Orla said. "…," he said).
# Of 20 pronouns of PolNeAR's training part that this changed and that were read, 16 were mended.
TALKS_ON = {"person": {"speaks, as last": 0.8}}


@dataclass(frozen=True)
class Choice:
    """One pronoun: the features of each option (none of them last), which options are right, which are names."""

    kind: str
    options: list[dict[str, float]]
    right: list[int]
    named: list[bool]
    has_name: bool
    """Whether the right answer is a name that the text holds, found among the options or not."""


def set_up(doc: Doc) -> tuple[Stage, int]:
    """The stage of a doc with its names and descriptions, as in use, and the number of clusters."""
    layout = lay_out(doc)
    names = [name for name in find_names(doc, layout.texts) if not is_value(name)]
    names, clusters = cluster_names(names, doc.text)
    tell_gender(doc, layout.children, names, clusters)
    owner = {i: k for k, cluster in enumerate(clusters) for i in cluster.members}
    references = [Reference(n.start, n.end, "name", owner[i], n.label) for i, n in enumerate(names)]
    references += find_nominals(doc, layout, names, clusters)
    return set_stage(doc, layout, clusters, references), len(clusters)


def of_clusters(doc: Doc, clusters: Sequence[Sequence[tuple[int, int]]]) -> Iterator[Choice]:
    """Choices of a doc with gold clusters of character spans."""
    gold, pointer = _heads(doc, clusters), read_pointer(doc)
    stage, n_clusters = set_up(doc)
    means: dict[int, int | None] = {}
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for referent, place in stage.events:
        if (found := _gold_at(gold, place)) is not None:
            votes[referent][found] += 1
    for referent, counts in votes.items():
        means[referent] = counts.most_common(1)[0][0]
    named = {means.get(k) for k in range(n_clusters)} - {None}
    for token in doc:
        kind = pronoun_kind(token)
        if not kind:
            continue
        candidates, options = weigh(stage, token, kind, pointer)
        wanted = gold.get(token.i)
        right = [
            k for k, c in enumerate(candidates) if wanted is not None and means.get(c.referent) == wanted
        ]
        is_name = [stage.referents[c.referent].cluster is not None for c in candidates]
        yield Choice(kind, options, right[:1] or [len(candidates)], is_name, wanted in named)
        if right:
            note_pronoun(stage, token, kind, candidates[right[0]].referent, 1.0)


def _heads(doc: Doc, clusters: Sequence[Sequence[tuple[int, int]]]) -> dict[int, int]:
    """Head token of each gold mention -> its cluster; the shortest mention wins."""
    spans = [(b - a, a, b, k) for k, cluster in enumerate(clusters) for a, b in cluster]
    found = {}
    for _, a, b, k in sorted(spans, reverse=True):
        span = doc.char_span(a, b, alignment_mode="expand")
        if span is not None and len(span):
            found[head_of(doc, span.start, span.end).i] = k
    return found


def _gold_at(gold: Mapping[int, int], place: Place) -> int | None:
    return next((gold[i] for i in (place.head, *range(place.start, place.end)) if i in gold), None)


def covering(doc: Doc, start: int, end: int) -> Span:
    """The tokens that cover some characters of the text."""
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        raise ValueError(f"characters {start} to {end} are not in the text {doc.text[:40]!r}")
    return span


def of_gap(doc: Doc, row: Mapping[str, Any]) -> Iterator[Choice]:
    """The one choice of a GAP text: the right name, or anything but the two."""
    stage, _ = set_up(doc)
    at = {k: covering(doc, *row[k]) for k in ("pronoun", "A", "B")}
    token = at["pronoun"][0]
    kind = pronoun_kind(token)
    if not kind:
        return
    candidates, options = weigh(stage, token, kind, read_pointer(doc))
    where = {k: {stage.owner.get(i) for i in range(at[k].start, at[k].end)} for k in "AB"}
    of = {k: [n for n, c in enumerate(candidates) if c.referent in where[k]] for k in "AB"}
    true = [k for k in "AB" if row[f"{k}_coref"]]
    right = [n for k in true for n in of[k]]
    if not true:
        right = [n for n in range(len(candidates) + 1) if n not in of["A"] and n not in of["B"]]
    if right:
        is_name = [stage.referents[c.referent].cluster is not None for c in candidates]
        yield Choice(kind, options, right, is_name, bool(true))


def read_choices(nlp: Language, data: Path) -> list[list[Choice]]:
    """Choices of all training documents, one list per document."""
    onto = [row for row in rows(data / "coref/ontogumopen_train.jsonl") if row["genre"] in GENRES]
    texts = [natural(row["tokens"]) for row in onto]
    found = []
    for row, (_, offsets), doc in zip(onto, texts, nlp.pipe(text for text, _ in texts)):
        spans = [[(offsets[a][0], offsets[b - 1][1]) for a, b in cluster] for cluster in row["clusters"]]
        found.append(list(of_clusters(doc, spans)))
    gap = list(rows(data / "coref/gap_train.jsonl"))
    found += [list(of_gap(doc, row)) for row, doc in zip(gap, nlp.pipe(row["text"] for row in gap))]
    return found


def fit(choices: Iterable[Choice]) -> dict[str, float]:
    """Feature -> weight."""
    choices = [c for c in choices if len(c.options) > 1]
    names = sorted({name for c in choices for option in c.options for name in option})
    column = {name: i for i, name in enumerate(names)}
    size = max(len(c.options) for c in choices)
    x = np.zeros((len(choices), size, len(names)), dtype=np.float32)
    there = np.zeros((len(choices), size), dtype=bool)
    right = np.zeros((len(choices), size), dtype=bool)
    for i, choice in enumerate(choices):
        there[i, : len(choice.options)] = True
        right[i, choice.right] = True
        for k, option in enumerate(choice.options):
            for name, value in option.items():
                x[i, k, column[name]] = value
    features, mask, wanted = torch.tensor(x), torch.tensor(~there), torch.tensor(~right)
    weights = torch.zeros(len(names), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        scores = (features @ weights).masked_fill(mask, -1e9)
        log_p = torch.log_softmax(scores, 1).masked_fill(wanted, -1e9)
        loss = -torch.logsumexp(log_p, 1).sum() + PENALTY / 2 * (weights**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return {name: round(float(w), 2) for name, w in zip(names, weights.detach()) if abs(float(w)) >= SMALLEST}


def score(weights: Mapping[str, float], choices: Iterable[Choice], counts: Counter[str]) -> None:
    """Add hits, guesses and gold of named antecedents at the threshold in use."""
    for c in choices:
        counts["gold"] += c.has_name
        values = [sum(weights.get(n, 0.0) * v for n, v in option.items()) for option in c.options]
        powers = np.exp(np.array(values) - max(values))
        p = powers / powers.sum()
        if len(p) < 2:
            continue
        best = int(p[:-1].argmax())
        if p[best] >= THRESHOLDS[c.kind] and c.named[best]:
            counts["guess"] += 1
            counts["hit"] += best in c.right and c.has_name


def cross_validate(documents: Sequence[list[Choice]], kinds: str, folds: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    of_set = [[c for c in d if WEIGHT_SETS[c.kind] == kinds] for d in documents]
    for fold in range(folds):
        weights = fit(c for i, d in enumerate(of_set) if i % folds != fold for c in d)
        score(weights, (c for i, d in enumerate(of_set) if i % folds == fold for c in d), counts)
    return counts


def without_pointer(choice: Choice) -> Choice:
    options = [{n: v for n, v in o.items() if not n.startswith("pointer")} for o in choice.options]
    return replace(choice, options=options)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--data", type=Path, default=Path("../shared/data"))
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("--write", action="store_true", help="replace the weights of the package")
    args = ap.parse_args()
    torch.set_num_threads(1)
    documents = read_choices(pipeline.load(), args.data)
    random.Random(0).shuffle(documents)
    bare = [[without_pointer(choice) for choice in document] for document in documents]
    table = []
    for kinds in sorted(set(WEIGHT_SETS.values())):
        for suffix, those in (("", documents), (NO_POINTER, bare)):
            counts = cross_validate(those, kinds, args.folds)
            hit, guess, gold = counts["hit"], max(1, counts["guess"]), max(1, counts["gold"])
            shares = {"P": hit / guess, "R": hit / gold, "F1": 2 * hit / (guess + gold)}
            print(kinds + suffix, {k: round(100 * v, 1) for k, v in shares.items()}, dict(counts))
            weights = fit(c for d in those for c in d if WEIGHT_SETS[c.kind] == kinds)
            for name, value in TALKS_ON.get(kinds, {}).items():
                weights[name] = weights.get(name, 0.0) + value
            table += [(kinds + suffix, name, f"{weights[name]:.2f}") for name in sorted(weights)]
    if args.write:
        with LEXICON.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([("pronouns", "feature", "weight"), *table])


if __name__ == "__main__":
    main()
