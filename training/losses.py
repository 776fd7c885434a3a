"""The loss of each head on one batch, as a mean over what is annotated there."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from pipeline.reader import labels
from training.examples import IGNORE
from training.model import FORBIDDEN, Reader, Scores, crf_loss

COLUMNS = labels.columns()
# Weights that bring the losses to like size; the attribution heads are what the project is for.
WEIGHT = {
    "sentence": 1.0, "upos": 0.5, "xpos": 0.5, "head": 1.0, "relation": 0.5, "entity": 1.0, "piece": 1.5,
    "cue": 0.5, "source": 0.5, "antecedent": 0.5, "hedge": 1.5, "factuality": 2.0, "news": 2.0, "checkworthiness": 0.5,
    "metonymy": 0.5,
}  # fmt: skip


def padded(arrays: list[np.ndarray], fill: float, n: int = 0) -> Tensor:
    """Arrays of different length as one tensor [B, N]; N at least `n`."""
    n = max(n, *(len(a) for a in arrays))
    out = np.full((len(arrays), n), fill, dtype=arrays[0].dtype)
    for row, a in zip(out, arrays):
        row[: len(a)] = a
    return torch.from_numpy(out)


def batch_losses(
    model: Reader, scores: Scores, targets: list[dict[str, Any]], word_mask: Tensor
) -> dict[str, Tensor]:
    """{head: mean loss} for the layers that the batch's windows carry (all of one set, so all alike)."""
    words = scores.words.float()
    losses: dict[str, Tensor] = {}

    def layer(name: str, fill: float = IGNORE) -> Tensor:
        return padded([t[name] for t in targets], fill)

    for name in ("upos", "xpos", "hedge"):
        if name in targets[0]:
            losses[name] = F.cross_entropy(
                words[..., COLUMNS[name]].transpose(1, 2), layer(name), ignore_index=IGNORE
            )
    for name in ("sentence", "metonymy"):
        if name in targets[0]:
            losses[name] = _binary(words[..., COLUMNS[name]][..., 0], layer(name))
    if "entity" in targets[0]:
        losses["entity"] = _entity(words[..., COLUMNS["entity"]], layer("entity"), targets[0]["open"])
    if "piece" in targets[0]:
        tags, mask = layer("piece", 0), word_mask.bool()
        total = crf_loss(words[..., COLUMNS["piece"]], tags, mask, model.tag_transitions(), model.first)
        losses["piece"] = total / mask.sum()
    readers = words[..., COLUMNS["factuality"]][..., 0]
    judged = {
        "factuality": readers,
        "news": readers if scores.news is None else scores.news,
    }  # or one for all
    for name, said in judged.items():
        if any(name in t for t in targets):  # some documents of a treebank have no annotated predicate
            losses |= _judged(name, said.float(), targets)
    if "checkworthiness" in targets[0]:
        mean = (words[..., COLUMNS["checkworthiness"]][..., 0] * word_mask).sum(1) / word_mask.sum(1)
        losses["checkworthiness"] = F.binary_cross_entropy_with_logits(
            mean, torch.tensor([float(t["checkworthiness"]) for t in targets])
        )
    if "head" in targets[0]:
        losses |= _tree(model, scores, layer("head"), layer("relation"), _bounds(targets, words.shape[1]))
    for name in ("cue", "source", "antecedent"):
        chosen = [t["choices"].get(name, []) for t in targets]
        if any(chosen):
            losses[name] = _choices(scores.pairs[name].float(), chosen)
    return losses


def _binary(scores: Tensor, gold: Tensor) -> Tensor:
    known = gold != IGNORE
    if not known.any():
        return scores.sum() * 0.0
    return F.binary_cross_entropy_with_logits(scores[known], gold[known].float())


def _judged(name: str, said: Tensor, targets: list[dict[str, Any]]) -> dict[str, Tensor]:
    """Huber loss of a judge of factuality, quadratic up to 1.5: annotators differ widely, and their mean is wanted."""
    nothing = np.full(1, np.nan, dtype=np.float32)
    gold = padded([t.get(name, nothing) for t in targets], np.nan, said.shape[1])
    known = torch.isfinite(gold)
    if not known.any():
        return {}
    return {name: F.smooth_l1_loss(3.0 * torch.tanh(said[known]), gold[known], beta=1.5)}


def _entity(scores: Tensor, gold: Tensor, open_tags: list[str]) -> Tensor:
    """Cross-entropy in which an O says nothing about the kinds that this set does not annotate throughout."""
    tags = labels.WORD_HEADS["entity"]
    closed = torch.zeros(len(tags))
    closed[[tags.index(t) for t in open_tags]] = FORBIDDEN
    scores = torch.where((gold == 0)[..., None], scores + closed, scores)
    return F.cross_entropy(scores.transpose(1, 2), gold, ignore_index=IGNORE)


def _bounds(targets: list[dict[str, Any]], n: int) -> Tensor:
    out = np.zeros((len(targets), n, 2), dtype=np.int64)
    for row, t in zip(out, targets):
        row[: len(t["bounds"])] = t["bounds"]
    return torch.from_numpy(out)


def _tree(model: Reader, scores: Scores, head: Tensor, relation: Tensor, bounds: Tensor) -> dict[str, Tensor]:
    """Heads are chosen among the root and the words of the same sentence; relations are scored under the gold head."""
    arcs = scores.pairs["head"].float()
    place = torch.arange(arcs.shape[1])
    inside = (place >= bounds[..., :1]) & (place < bounds[..., 1:])
    allowed = torch.cat([torch.ones_like(inside[..., :1]), inside], dim=2)
    arcs = arcs.masked_fill(~allowed, FORBIDDEN)
    known = (head != IGNORE) & (relation != IGNORE)
    if not known.any():
        return {}
    gold = torch.where(known, head, 0)
    governor = torch.gather(scores.governor, 1, gold[..., None].expand(-1, -1, scores.governor.shape[2]))
    said = model.relations(scores.dependent[known].float(), governor[known].float())
    return {
        "head": F.cross_entropy(arcs[known], gold[known]),
        "relation": F.cross_entropy(said, relation[known]),
    }


def _choices(scores: Tensor, chosen: list[list[tuple[int, list[int], list[int] | None]]]) -> Tensor:
    """-log p(any right column | the columns to choose from), meant over the words that choose."""
    rows, right, allowed = [], [], []
    width = scores.shape[2]
    for b, choices in enumerate(chosen):
        for word, good, among in choices:
            rows.append((b, word))
            hit = np.zeros(width, dtype=bool)
            hit[good] = True
            free = np.ones(width, dtype=bool)
            if among is not None:
                free[:] = False
                free[among] = True
            right.append(hit)
            allowed.append(free | hit)
    at = torch.tensor(rows)
    picked = scores[at[:, 0], at[:, 1]]
    one = picked.masked_fill(~torch.from_numpy(np.stack(right)), -torch.inf).logsumexp(1)
    all_ = picked.masked_fill(~torch.from_numpy(np.stack(allowed)), -torch.inf).logsumexp(1)
    return (all_ - one).mean()
