"""The loss of each head on one micro-batch, as a mean over what is annotated there."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from pipeline.reader import labels
from training.batches import Batch
from training.examples import IGNORE
from training.model import FORBIDDEN, Reader, Scores, crf_loss

COLUMNS = labels.columns()
# Weights that bring the losses to like size; the attribution heads are what the project is for.
WEIGHT = {
    "sentence": 1.0, "upos": 0.5, "xpos": 0.5, "head": 1.0, "relation": 0.5, "entity": 1.0, "piece": 1.5,
    "cue": 0.5, "source": 0.5, "antecedent": 0.5, "hedge": 1.5, "factuality": 2.0, "news": 2.0, "checkworthiness": 0.5,
    "metonymy": 0.5,
}  # fmt: skip


def gold_losses(model: Reader, scores: Scores, batch: Batch) -> dict[str, Tensor]:
    """{head: mean loss, weighted} for the layers that the batch carries (training.batches.arrays)."""
    words = scores.words.float()
    losses: dict[str, Tensor] = {}
    for name in ("upos", "xpos", "hedge"):
        if name in batch:
            losses[name] = _classes(words[..., COLUMNS[name]], batch[name])
    for name in ("sentence", "metonymy"):
        if name in batch:
            losses[name] = _binary(words[..., COLUMNS[name]][..., 0], batch[name])
    if "entity" in batch:
        losses["entity"] = _entity(words[..., COLUMNS["entity"]], batch["entity"], batch["closed"])
    if "piece" in batch:
        losses["piece"] = _pieces(model, words[..., COLUMNS["piece"]], batch)
    readers = words[..., COLUMNS["factuality"]][..., 0]
    if "factuality" in batch:
        losses["factuality"] = _judged(readers, batch["factuality"])
    if "news" in batch:  # which has a judge of its own, or the one for all
        losses["news"] = _judged(readers if scores.news is None else scores.news.float(), batch["news"])
    if "checkworthiness" in batch:
        losses["checkworthiness"] = _worth(words[..., COLUMNS["checkworthiness"]][..., 0], batch)
    if "head" in batch:
        losses |= _tree(model, scores, batch)
    for name in ("cue", "source", "antecedent"):
        if f"{name}.at" in batch:
            losses[name] = _choices(scores.pairs[name].float(), batch, name)
    return {k: v * batch[f"{k}.weight"] for k, v in losses.items()}


def _pieces(model: Reader, scores: Tensor, batch: Batch) -> Tensor:
    rows = batch["piece.rows"]
    mask = batch["word_mask"][rows].bool()
    return crf_loss(scores[rows], batch["piece"], mask, model.tag_transitions(), model.first) / mask.sum()


def _worth(scores: Tensor, batch: Batch) -> Tensor:
    """Of a window, which is one sentence, in the mean of its words."""
    gold, word_mask = batch["checkworthiness"], batch["word_mask"]
    mean = (scores * word_mask).sum(1) / word_mask.sum(1)
    each = F.binary_cross_entropy_with_logits(mean, gold.nan_to_num(), reduction="none")
    return mean_where(each, gold.isfinite())


def _classes(scores: Tensor, gold: Tensor) -> Tensor:
    return F.cross_entropy(scores.transpose(1, 2), gold, ignore_index=IGNORE)


def mean_where(values: Tensor, known: Tensor) -> Tensor:
    """The mean of the values at the known places; 0 where there are none."""
    return torch.where(known, values, 0.0).sum() / known.sum().clamp(min=1)


def _binary(scores: Tensor, gold: Tensor) -> Tensor:
    known = gold != IGNORE
    each = F.binary_cross_entropy_with_logits(scores, gold.clamp(min=0).float(), reduction="none")
    return mean_where(each, known)


def _judged(said: Tensor, gold: Tensor) -> Tensor:
    """Huber loss of a judge of factuality, quadratic up to 1.5: annotators differ widely, and their mean is wanted."""
    each = F.smooth_l1_loss(3.0 * torch.tanh(said), gold.nan_to_num(), beta=1.5, reduction="none")
    return mean_where(each, gold.isfinite())


def _entity(scores: Tensor, gold: Tensor, closed: Tensor) -> Tensor:
    """Cross-entropy in which an O says nothing about the kinds that this set does not annotate throughout."""
    return _classes(torch.where((gold == 0)[..., None], scores + closed[:, None], scores), gold)


def _tree(model: Reader, scores: Scores, batch: Batch) -> dict[str, Tensor]:
    """Heads are chosen among the root and the words of the same sentence; relations are scored under the gold head."""
    arcs, head, bounds = scores.pairs["head"].float(), batch["head"], batch["bounds"]
    place = torch.arange(arcs.shape[1], device=arcs.device)
    inside = (place >= bounds[..., :1]) & (place < bounds[..., 1:])
    allowed = F.pad(inside, (1, 0), value=True)
    governor = at_heads(scores.governor, head.clamp(min=0))
    said = model.relations(scores.dependent.float(), governor.float())
    return {
        "head": _classes(arcs.masked_fill(~allowed, FORBIDDEN), head),
        "relation": _classes(said, batch["relation"]),
    }


def at_heads(governor: Tensor, head: Tensor) -> Tensor:
    """The governor's half [B, N, R] of the column that each word has chosen: governor [B, 1 + N, R], head [B, N]."""
    return torch.gather(governor, 1, head[..., None].expand(-1, -1, governor.shape[2]))


def _choices(scores: Tensor, batch: Batch, name: str) -> Tensor:
    """-log p(any right column | the columns to choose from), meant over the words that choose."""
    at, right, allowed = (batch[f"{name}.{k}"] for k in ("at", "right", "allowed"))
    picked = scores[at[:, 0], at[:, 1]]
    one = picked.masked_fill(~right, -torch.inf).logsumexp(1)
    all_ = picked.masked_fill(~allowed, -torch.inf).logsumexp(1)
    return (all_ - one).mean()
